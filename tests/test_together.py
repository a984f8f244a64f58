"""Files that are imported together: their entries refer to each other, and each finding says in which file it is."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from relation_files import make_file

import stream_import_rules as sir
from stream_import_rules import activity_id, api, cli, times
from stream_import_rules.findings import Finding
from stream_import_rules.report.collect import Report

TIME = "2021-03-14T15:09:26.535897Z"
ALL = 10**9


def line(instruction: str, *entries: Any, **members: Any) -> str:
    """A line with its line feed."""
    return json.dumps({"instruction": instruction, **members, "data": list(entries)}) + "\n"


def activity(number: int, **changes: Any) -> dict[str, Any]:
    """An activity of its own foreign id."""
    whole = {"actor": "nina", "verb": "post", "object": "song", "foreign_id": f"post:{number}", "time": TIME}
    return {**whole, **changes}


def id_of(number: int) -> str:
    """The id that Stream gives an activity."""
    return activity_id.derive(f"post:{number}", times.micros_of(TIME))


def uuid(number: int) -> str:
    """The id of a reaction."""
    return f"00000000-0000-4000-8000-{number:012}"


def reaction(number: int, **changes: Any) -> dict[str, Any]:
    """A reaction to the activity of its number."""
    whole = {"id": uuid(number), "kind": "like", "user_id": "miles", "time": "2021-03-15T00:00:00Z"}
    return {**whole, "activity_foreign_id": f"post:{number}", "activity_time": TIME, **changes}


USERS = line("users", {"id": "nina"}, {"id": "miles"})
POSTS = line("add_activities", activity(1, actor="SU:nina"), activity(2), feedId="user:nina")
LIKES = line("reactions", reaction(1), reaction(2))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which files have short names; nothing is looked for above it."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(*texts: str) -> list[str]:
    """Files of these texts: a, b, c …"""
    names = [f"{chr(ord('a') + i)}.jsonl" for i in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        Path(name).write_bytes(text.encode())
    return names


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.cli, ["validate", *map(str, arguments)], input=stdin, prog_name="stream-import")


def by_command(names: Sequence[str], *options: object, stdin: str | None = None) -> dict[str, Any]:
    """The report of the command."""
    report: dict[str, Any] = json.loads(run(*names, "--together", "--format", "json", *options, stdin=stdin).stdout)
    return report


def judged(*texts: str, **options: Any) -> Report:
    """The report of files of these texts, together."""
    return api.validate_files(write(*texts), together=True, max_samples=ALL, **options)


def where(found: Finding) -> tuple[str, str | None, int | None, str | None]:
    """What a finding is, and where."""
    return found.rule, found.file, found.line, found.path


def others(found: Finding) -> list[tuple[str | None, int | None, str | None]]:
    """The other places of a finding."""
    return [(other.file, other.line, other.path) for other in found.related]


def totals_add_up(report: Report) -> bool:
    """Whether every finding is counted for one file."""
    return all(
        sum(getattr(file.findings, severity) for file in report.files) == getattr(report.totals, severity)
        for severity in ("error", "warning", "info")
    )


# --------------------------------------------------------------------------- three files


def test_what_refers_to_another_file_is_found_there() -> None:
    assert judged(USERS, POSTS, LIKES).counts == {}
    alone = api.validate_files(write(USERS, POSTS, LIKES))
    assert alone.counts == {"reaction.activity-ref-unresolved": 2}


def test_what_is_in_no_file_is_told_in_the_file_that_refers() -> None:
    report = judged(
        USERS, POSTS + line("follow", "user:x", feedId="timeline:y"), LIKES + line("reactions", reaction(3))
    )
    assert [where(found) for found in report.findings] == [
        ("reaction.activity-ref-unresolved", "c.jsonl", 2, "/data/0/activity_foreign_id")
    ]
    assert [file.findings.error for file in report.files] == [0, 0, 1]


def test_duplicates_name_the_file_of_the_first() -> None:
    report = judged("\n\n" + USERS, POSTS + USERS, LIKES + POSTS)
    assert [(where(found), others(found)) for found in report.findings if found.rule == "user.duplicate"] == [
        (("user.duplicate", "b.jsonl", 2, "/data/0/id"), [("a.jsonl", 3, "/data/0")]),
        (("user.duplicate", "b.jsonl", 2, "/data/1/id"), [("a.jsonl", 3, "/data/1")]),
    ]
    assert [(where(found), others(found)) for found in report.findings if found.rule == "activity.duplicate"] == [
        (("activity.duplicate", "c.jsonl", 2, "/data/0"), [("b.jsonl", 1, "/data/0")]),
        (("activity.duplicate", "c.jsonl", 2, "/data/1"), [("b.jsonl", 1, "/data/1")]),
    ]
    assert totals_add_up(report)


def test_the_order_of_files_is_the_order_of_lines() -> None:
    report = judged(LIKES, POSTS, USERS)
    assert [(where(found), others(found)) for found in report.findings] == [
        (("reaction.line-before-activity", "a.jsonl", 1, "/data/0"), [("b.jsonl", 1, "/data/0")])
    ]
    assert [file.findings.info for file in report.files] == [1, 0, 0]


def test_a_file_that_does_not_end_with_a_line_feed_is_a_file_all_the_same() -> None:
    texts = [text.rstrip("\n") for text in (USERS, POSTS, LIKES)]
    assert judged(*texts).counts == {}
    assert judged(texts[0], "", texts[1], texts[2]).counts.keys() <= {"file.empty"}


def test_a_copy_of_a_file_has_everything_twice() -> None:
    names = write(USERS + POSTS, USERS + POSTS)
    report = api.validate_files(names, together=True)
    assert report.counts == {"activity.duplicate": 2, "user.duplicate": 2}
    assert all(found.file == "b.jsonl" and others(found)[0][0] == "a.jsonl" for found in report.findings)
    assert [file.findings.warning for file in report.files] == [0, 4]
    assert api.validate_files(names).counts == {}


def test_a_file_that_is_named_twice_is_judged_once() -> None:
    names = write(USERS + POSTS)
    report = api.validate_files(names * 2, together=True)
    assert (report.counts, [file.path for file in report.files]) == ({}, ["a.jsonl"])


@pytest.mark.parametrize("seed", range(900, 912))
def test_a_file_cut_in_three_gives_what_the_whole_gives(seed: int) -> None:
    lines = [f"{text.rstrip()}\n" for text in make_file(seed).data.decode().split("\n") if text.strip()]
    cuts = [0, len(lines) // 3, 2 * len(lines) // 3, len(lines)]
    texts = ["".join(lines[start:end]) for start, end in itertools.pairwise(cuts)]
    (whole,) = write("".join(lines))
    expected = sorted(
        (found.rule, found.line or 0, found.path or "", [(r.line, r.path) for r in found.related], found.message)
        for found in sir.validate_file(whole, max_samples=ALL).findings
        if not found.rule.startswith(("file.", "line."))
    )
    report = judged(*texts)
    before = {f"{name}.jsonl": cut for name, cut in zip("abc", cuts, strict=False)}
    found = sorted(
        (
            one.rule,
            (one.line or 0) + before[one.file or ""],
            one.path or "",
            [((r.line or 0) + before[r.file or ""], r.path) for r in one.related],
            one.message,
        )
        for one in report.findings
        if not one.rule.startswith(("file.", "line."))
    )
    assert found == expected
    assert totals_add_up(report)
    assert report.total == len(report.findings)


# --------------------------------------------------------------------------- the command


@pytest.mark.parametrize("place", [0, 1, 2])
def test_standard_input_may_be_one_of_them(place: int) -> None:
    texts = [USERS, POSTS, LIKES + LIKES]
    names = write(*texts)
    expected = by_command(names)
    names[place] = "-"
    report = by_command(names, stdin=texts[place])
    assert report["counts"] == expected["counts"] == {"reaction.id-duplicate": 2}
    file = names[2]
    assert [(found["file"], found["line"], found["related"][0]["file"]) for found in report["findings"]] == [
        (file, 2, file),
        (file, 2, file),
    ]
    assert [one["path"] for one in report["files"]] == names


def test_a_file_that_is_not_there_leaves_the_others() -> None:
    names = write(USERS, POSTS, LIKES + LIKES)
    result = run(names[0], "gone.jsonl", *names[1:], "--together", "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 2
    assert [one["path"] for one in report["unread"]] == ["gone.jsonl"]
    assert [one["findings"]["error"] for one in report["files"]] == [0, 0, 2]


def test_the_command_says_what_the_api_says() -> None:
    names = write(USERS, POSTS + USERS, LIKES + POSTS)
    report, expected = by_command(names), api.validate_files(names, together=True)
    assert report["counts"] == expected.counts
    assert [one["findings"] for one in report["files"]] == [
        {severity: getattr(file.findings, severity) for severity in ("error", "warning", "info")}
        for file in expected.files
    ]
    alone = json.loads(run(*names, "--format", "json").stdout)
    assert alone["counts"] != report["counts"]


# --------------------------------------------------------------------------- the app


def configured(text: str, **files: str) -> str:
    """A configuration, and the files that it names."""
    Path("app.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        Path(f"{name}.txt").write_text(content, encoding="utf-8")
    return "app.yaml"


def test_users_may_be_outside() -> None:
    posts = USERS + line("add_activities", activity(1, actor="SU:ghost"), activity(2), feedId="user:nina")
    texts = [posts, LIKES + line("reactions", reaction(2, id=uuid(9), user_id="ghost"))]
    assert judged(*texts).counts == {"activity.reference-unresolved": 1, "reaction.user-unknown": 1}
    assert judged(*texts, app=configured("outside: {users: true}\n")).counts == {}
    assert judged(*texts, app=configured("outside: {users: false}\n")).counts == judged(*texts).counts


def test_activities_may_have_to_be_inside() -> None:
    stranger = "54a60c1e-4ee3-494b-a1e3-50c06acb5ed4"
    about = {"activity_foreign_id": None, "activity_time": None}
    likes = line("reactions", reaction(1, activity_id=id_of(1), **about), reaction(2, activity_id=stranger, **about))
    texts = [USERS, POSTS, "\n" + likes]
    assert "reaction.activity-id-unknown" not in judged(*texts).counts
    assert "reaction.activity-id-unknown" not in judged(*texts, app=configured("outside: {activities: true}\n")).counts
    report = judged(*texts, app=configured("outside: {activities: false}\n"))
    told = [where(found) for found in report.findings if found.rule == "reaction.activity-id-unknown"]
    assert told == [("reaction.activity-id-unknown", "c.jsonl", 2, "/data/1/activity_id")]
    known = configured("outside: {activities: false}\nexisting_ids: {activities: [ids.txt]}\n", ids=f"{stranger}\n")
    assert "reaction.activity-id-unknown" not in judged(*texts, app=known).counts


EXISTING = {
    "activities": (
        id_of(7),
        USERS + line("add_activities", activity(1, target=f"SA:{id_of(7)}"), feedId="user:nina"),
        "activity.reference-unresolved",
    ),
    "activities, by their pairs": (
        id_of(7).upper(),
        USERS + POSTS + line("reactions", reaction(7)),
        "reaction.activity-ref-unresolved",
    ),
    "reactions": (
        uuid(7),
        USERS + POSTS + line("reactions", reaction(1, parent=uuid(7))),
        "reaction.parent-unresolved",
    ),
    "users": (
        "ghost",
        USERS + line("add_activities", activity(1, actor="SU:ghost"), feedId="user:nina"),
        "activity.reference-unresolved",
    ),
    "collections": (
        "food:pizza",
        line("collections", {"collection": "food", "id": "pasta", "data": {"a": 1}})
        + line("add_activities", activity(1, object="SO:food:pizza"), feedId="user:nina"),
        "activity.reference-unresolved",
    ),
}


@pytest.mark.parametrize("kind", EXISTING)
def test_ids_that_exist_are_found(kind: str) -> None:
    existing, text, rule = EXISTING[kind]
    assert judged(text).counts == {rule: 1}
    section = kind.partition(",")[0]
    named = f"existing_ids: {{{section}: [first.txt, ids.txt]}}\n"
    assert judged(text, app=configured(named, first="", ids=f"\n{existing}\n\n")).counts == {}
    assert judged(text, app=configured(named, first="", ids="")).counts == {rule: 1}
