"""Several files as one import, and what the configuration of an app says of records outside of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import stream_import_rules as sir
from stream_import_rules import cli
from stream_import_rules.activity_id import derive
from stream_import_rules.times import micros_of

TIME = "2024-05-01T09:30:00Z"
UUID = "8d1c3f7a-52f6-4b8e-9a3d-0c6f2e7b4a%02x"


def activity(number: int, **members: Any) -> dict[str, Any]:
    made = {"actor": "bob", "verb": "post", "object": "o", "foreign_id": f"post:{number}", "time": TIME}
    return made | members


def reaction(number: int, of: int | None = None, **members: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"id": UUID % number, "kind": "like", "user_id": "bob", "time": "2024-05-01T10:00:00Z"}
    if of is not None:
        made |= {"activity_foreign_id": f"post:{of}", "activity_time": TIME}
    return made | members


def line(instruction: str, *entries: Any, **members: Any) -> dict[str, Any]:
    return {"instruction": instruction, **members, "data": list(entries)}


def written(folder: Path, name: str, *lines: dict[str, Any]) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    return str(path)


@pytest.fixture
def parts(tmp_path: Path) -> list[str]:
    """Three parts of one import: only together do the references lead somewhere, and something stand twice."""
    return [
        written(tmp_path, "1.jsonl", line("add_activities", activity(1), activity(2), feedId="user:bob")),
        written(tmp_path, "2.jsonl", line("reactions", reaction(1, 1), reaction(2, 2))),
        written(
            tmp_path,
            "3.jsonl",
            line("add_activities", activity(3), feedId="user:tim"),
            line("add_activities", activity(4), activity(1, text="other"), feedId="user:bob"),
            line("reactions", reaction(3, 9), reaction(4, parent=UUID % 1)),
        ),
    ]


def test_alone_the_parts_lack_each_other(parts: list[str]) -> None:
    report = sir.validate_files(parts)
    assert report.counts["reaction.activity-ref-unresolved"] == 3
    assert "activity.duplicate-key" not in report.counts


def test_together_they_are_one_import(parts: list[str]) -> None:
    report = sir.validate_files(parts, together=True)
    found = {(f.rule, f.file, f.line, f.path) for f in report.findings}
    assert found == {
        ("activity.duplicate-key", parts[2], 2, "/data/1"),
        ("reaction.activity-ref-unresolved", parts[2], 3, "/data/0/activity_foreign_id"),
        ("reaction.activity-ref-parent", parts[2], 3, "/data/1"),
    }
    (twice,) = (f for f in report.findings if f.rule == "activity.duplicate-key")
    assert [(other.file, other.line, other.path) for other in twice.related] == [(parts[0], 1, "/data/0")]


def test_the_totals_of_the_files_add_up(parts: list[str]) -> None:
    report = sir.validate_files(parts, together=True)
    assert [file.findings.error for file in report.files] == [0, 0, 2]
    assert sum(file.findings.error for file in report.files) == report.totals.error
    assert [file.path for file in report.files] == parts


def test_the_order_of_files_is_that_of_the_import(parts: list[str]) -> None:
    report = sir.validate_files(parts[::-1], together=True)
    early = [f for f in report.findings if f.rule == "reaction.line-before-activity"]
    assert [(f.file, f.line, f.path) for f in early] == [(parts[1], 1, "/data/1")]


def test_a_file_twice_is_every_record_twice(parts: list[str]) -> None:
    counts = sir.validate_files([parts[0], parts[0]], together=True).counts
    assert counts == {"activity.duplicate": 2}


def test_the_command_takes_standard_input_and_leaves_out_what_it_cannot_read(parts: list[str]) -> None:
    arguments = ["validate", parts[0], "-", "missing.jsonl", "--together", "--format", "json"]
    result = CliRunner().invoke(cli.cli, arguments, input=Path(parts[1]).read_bytes())
    report = json.loads(result.stdout)
    assert (result.exit_code, report["counts"]) == (2, {})
    assert [file["path"] for file in report["files"]] == [parts[0], "-"]
    assert [unread["path"] for unread in report["unread"]] == ["missing.jsonl"]


def test_a_stream_that_can_be_read_once_has_its_relations_too(parts: list[str]) -> None:
    class Once(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise io.UnsupportedOperation

        tell = seek

    data = Path(parts[0]).read_bytes() * 2
    assert [f.rule for f in sir.iter_findings(Once(data))] == ["activity.duplicate"] * 2  # type: ignore[arg-type]


# --------------------------------------------------------------------------- what is outside of the import


def app_of(folder: Path, text: str) -> str:
    path = folder / "app.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def rules_of(path: str, app: str | None) -> list[tuple[str, int | None, str | None]]:
    return [(f.rule, f.line, f.path) for f in sir.validate_file(path, app=app).findings]


def test_users_may_be_outside_if_the_app_says_so(tmp_path: Path) -> None:
    elsewhere = derive("post:7", micros_of(TIME))
    path = written(
        tmp_path, "a.jsonl", line("users", {"id": "tim"}), line("reactions", reaction(1, activity_id=elsewhere))
    )
    assert rules_of(path, None) == [("reaction.user-unknown", 2, "/data/0/user_id")]
    assert rules_of(path, app_of(tmp_path, "outside: {users: true}\n")) == []


def test_an_activity_id_must_be_known_if_the_app_says_so(tmp_path: Path) -> None:
    there, elsewhere = (derive(f"post:{n}", micros_of(TIME)) for n in (1, 7))
    path = written(
        tmp_path,
        "a.jsonl",
        line("add_activities", activity(1), feedId="user:bob"),
        line("reactions", reaction(1, activity_id=there), reaction(2, activity_id=elsewhere)),
    )
    assert rules_of(path, None) == []
    unknown = ("reaction.activity-id-unknown", 2, "/data/1/activity_id")
    assert rules_of(path, app_of(tmp_path, "outside: {activities: false}\n")) == [unknown]
    (tmp_path / "ids.txt").write_text(f"{elsewhere}\n", "utf-8")
    app = app_of(tmp_path, "outside: {activities: false}\nexisting_ids: {activities: [ids.txt]}\n")
    assert rules_of(path, app) == []


@pytest.mark.parametrize(
    ("kind", "known", "lines"),
    [
        ("users", "bob", [line("users", {"id": "tim"}), line("reactions", reaction(1, activity_id=UUID % 9))]),
        ("reactions", UUID % 1, [line("reactions", reaction(2, activity_id=UUID % 9, parent=UUID % 1))]),
        (
            "collections",
            "food:pizza",
            [
                line("collections", {"collection": "food", "id": "soup", "data": {"a": 1}}),
                line("add_activities", activity(1, object="SO:food:pizza"), feedId="user:bob"),
            ],
        ),
    ],
)
def test_listed_ids_exist(tmp_path: Path, kind: str, known: str, lines: list[dict[str, Any]]) -> None:
    path = written(tmp_path, "a.jsonl", *lines)
    assert len(rules_of(path, None)) == 1
    (tmp_path / "ids.txt").write_text(f"{known}s\n\n{known}\n", "utf-8")
    assert rules_of(path, app_of(tmp_path, f"existing_ids: {{{kind}: [ids.txt]}}\n")) == []
