"""The published schemas of reports: every report is as they say, and they let nothing else through.

Every JSON that the tests of the command see is held against them too (``test_cli.run``).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import hostile
import pytest
from report_schemas import HOME, check, validator

from generators import to_report_schema
from stream_import_rules import artefact

ROOT = Path(__file__).parents[1]


def reports(folder: Path, *paths: str) -> tuple[bytes, bytes]:
    """The json and the jsonl of one run."""
    words = ["--format", f"json={folder / 'x.json'}", "--format", f"jsonl={folder / 'x.jsonl'}"]
    command = [sys.executable, "-m", "stream_import_rules", "validate", *paths, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode in (0, 1, 2), done.stderr
    return (folder / "x.json").read_bytes(), (folder / "x.jsonl").read_bytes()


@pytest.mark.parametrize("paths", [["examples/import.jsonl"], ["examples/broken.jsonl", "nowhere"]])
def test_reports_are_as_the_schemas_say(tmp_path: Path, paths: list[str]) -> None:
    report, lines = reports(tmp_path, *paths)
    check("report", report)
    check("jsonl", lines)


def test_reports_of_hostile_files_are_as_the_schemas_say(tmp_path: Path) -> None:
    path = tmp_path / "hostile.jsonl"
    path.write_bytes(b"\n".join(hostile.lines()))
    report, lines = reports(tmp_path, str(path))
    check("report", report)
    check("jsonl", lines)
    assert json.loads(lines.splitlines()[-1])["total"] == len(lines.splitlines()) - 1 > 1000


BROKEN: list[tuple[str, Any]] = [
    ("an unknown member", lambda r: r.update(extra=1)),
    ("an unknown member of a finding", lambda r: r["findings"][0].update(extra=1)),
    ("a missing member", lambda r: r.pop("counts")),
    ("null for what is absent", lambda r: r["findings"][0].update(hint=None)),
    ("an unknown severity", lambda r: r["findings"][0].update(severity="fatal")),
    ("an unknown verdict", lambda r: r.update(verdict="fine")),
    ("line 0", lambda r: r["findings"][0].update(line=0)),
    ("a path that is no pointer", lambda r: r["findings"][0].update(path="data")),
    ("a count below 0", lambda r: r.update(counts={"x": -1})),
    ("a number for a name", lambda r: r["files"][0].update(path=1)),
]


@pytest.mark.parametrize(("what", "spoil"), BROKEN, ids=[what for what, _ in BROKEN])
def test_the_schema_refuses(tmp_path: Path, what: str, spoil: Any) -> None:
    report = json.loads(reports(tmp_path, "examples/broken.jsonl")[0])
    spoil(report)
    assert not validator("report").is_valid(report)


def test_a_line_is_of_one_kind(tmp_path: Path) -> None:
    first, *_, last = (json.loads(line) for line in reports(tmp_path, "examples/broken.jsonl")[1].splitlines())
    assert (first["type"], last["type"]) == ("finding", "summary")
    for line in (
        first | {"type": "summary"},
        last | {"type": "finding"},
        {k: v for k, v in last.items() if k != "type"},
    ):
        assert not validator("jsonl").is_valid(line)


def test_the_command_prints_the_published_schemas() -> None:
    for name in ("report", "jsonl"):
        text = artefact.schema_text(f"{name}.schema.json")
        assert text == (HOME / f"{name}.schema.json").read_text("utf-8")
        assert json.loads(text)["$id"].endswith(f"/report/v1/{name}.schema.json")


def test_every_member_is_described_and_a_forgotten_one_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    def described(schema: Any) -> None:
        for shape in schema["$defs"].values():
            assert shape["additionalProperties"] is False
            assert shape["description"]
            for name, member in shape["properties"].items():
                assert member.get("description"), name

    for text in to_report_schema.to_report_schema().values():
        described(json.loads(text))
    monkeypatch.setitem(to_report_schema.DESCRIPTIONS, "Totals", {"error": "x"})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"DESCRIPTIONS\['Totals'\] is not of the members that there are: .*'info'"):
        to_report_schema.to_report_schema()
