"""Findings that somebody accepts: which ones, for how long, and that every report tells them apart."""

from __future__ import annotations

import csv as csv_reader
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml
from test_policy import here, report, run  # noqa: F401  # `here` is a fixture

from stream_import_rules.patterns import file_fits, fits, pattern_of, pattern_of_pointer, seen_from
from stream_import_rules.suppressions import Suppression

LINES = (
    '{"instruction":"follow","feedId":"timeline:bob","data":["timeline:bob","user:alice"]}\n'
    '{"instruction":"users","data":[{"id":"a b"},{"id":"bob","data":[]}]}\n'
)
CONFIG = """\
policy:
  suppressions:
    - rule: follow.*
      reason: they follow themselves
    - {rule: user.id.charset, reason: old ids, until: 2099-12-31}
"""


def config(folder: Path, text: str = CONFIG, lines: str = LINES) -> None:
    (folder / "x.jsonl").write_text(lines)
    (folder / "stream-import.yaml").write_text(text)


def one(**about: Any) -> str:
    """A configuration with one suppression."""
    return json.dumps({"policy": {"suppressions": [{"reason": "r", **about}]}})


# --------------------------------------------------------------------------- what is meant

PATTERNS = [
    ("/data/*/time", "/data/*/time", True),
    ("/data/*/time", "/data/*/times", False),
    ("/data/*/*", "/data/*/time", True),
    ("/data/*", "/data/*/time", False),
    ("/data/*/cust?m_*", "/data/*/custom_x", True),
    ("/**", "/data/*/time", True),
    ("/**", "", True),
    ("/**/time", "/data/*/time", True),
    ("/data/**", "/data", True),
    ("/data/**/x", "/data/*/a/b/x", True),
    ("/data/**/x", "/data/*/a/b/y", False),
    ("/", "/", True),
    ("/a~1b", "/a~1b", True),
]


@pytest.mark.parametrize(("pattern", "path", "expected"), PATTERNS)
def test_a_pattern_stands_for_places_step_by_step(pattern: str, path: str, expected: bool) -> None:
    assert fits(pattern, path) == expected


def test_indexes_are_one_place_and_names_are_cut() -> None:
    assert pattern_of(("data", 3, "to", 0)) == "/data/*/to/*" == pattern_of_pointer("/data/3/to/0")
    assert pattern_of(("a/b~", "7", "")) == "/a~1b~0/*/" == pattern_of_pointer("/a~1b~0/7/")
    assert pattern_of(()) == "" == pattern_of_pointer("")
    assert pattern_of(("**",)) == "/*", "a name is never taken for a pattern of ours"
    assert len(pattern_of(("x" * 1_000_000,))) == 81
    assert pattern_of(("x",) * 500) == "/x" * 16 + "/**"
    assert pattern_of(("\ud800",)).encode() == b"/\\ud800"


@given(st.lists(st.one_of(st.integers(0, 9), st.text(max_size=3)), max_size=5))
def test_a_place_and_its_pointer_have_one_pattern_which_fits_itself(path: list[str | int]) -> None:
    from stream_import_rules.findings import pointer

    pattern = pattern_of(tuple(path))
    assert pattern == pattern_of_pointer(pointer(tuple(path)))
    assert fits(pattern, pattern)


def test_a_pattern_of_many_stars_takes_no_time() -> None:
    assert not fits("/" + "*a" * 240 + "b", "/" + "a" * 5_000)
    assert not fits("/**/a" * 100 + "/b", "/a" * 500)


FILES = [
    ("*.jsonl", "data/x.jsonl", True),
    ("x.jsonl", "data/deep/x.jsonl", True),
    ("data/*.jsonl", "data/x.jsonl", True),
    ("./data/*.jsonl", "data/x.jsonl", True),
    ("data/*.jsonl", "data/deep/x.jsonl", False),
    ("data/**", "data/deep/x.jsonl", True),
    ("/nowhere/*", "x.jsonl", False),
    ("../x.jsonl", "../x.jsonl", True),
    ("-", "-", True),
    ("a/*", "-", False),
]


@pytest.mark.parametrize(("pattern", "file", "expected"), FILES)
def test_files_are_meant_by_their_name_or_their_path(pattern: str, file: str, expected: bool) -> None:
    assert file_fits(pattern, file, "") == expected


def test_paths_of_files_are_seen_from_the_folder(here: Path) -> None:  # noqa: F811
    assert seen_from("config", "data/x.jsonl") == "../data/x.jsonl"
    assert seen_from("", str(here / "data/x.jsonl")) == "data/x.jsonl"
    assert file_fits(f"{here}/data/*", "data/x.jsonl", "config")


def test_a_suppression_works_on_its_last_day() -> None:
    suppression = Suppression(rule="a", rules=frozenset("a"), reason="r", until="2025-06-30")
    days = [date(2025, 6, 29), date(2025, 6, 30), date(2025, 7, 1)]
    assert [suppression.expired(day) for day in days] == [False, False, True]


MEANT = [
    ({"rule": "follow.self"}, 1),
    ({"rule": "follow.*", "instruction": "follow"}, 1),
    ({"rule": "follow.self", "instruction": "users"}, 0),
    ({"rule": "follow.self", "path": "/data/*"}, 1),
    ({"rule": "follow.self", "path": "/data/*/x"}, 0),
    ({"rule": "follow.self", "file": "x.*"}, 1),
    ({"rule": "follow.self", "file": "y.*"}, 0),
    ({"rule": "*", "path": "/data/*/*"}, 2),
    ({"rule": "*"}, 3),
]


@pytest.mark.parametrize(("about", "count"), MEANT)
def test_only_what_is_meant_is_suppressed(about: dict[str, str], count: int, here: Path) -> None:  # noqa: F811
    config(here, one(**about))
    found = report()
    assert sum(found["policy"].get("suppressed", {}).values()) == count
    assert found["total"] == 3 - count
    assert found["policy"]["suppressions"][0]["count"] == count


# --------------------------------------------------------------------------- what is said


def test_suppressed_findings_are_counted_apart_and_fail_nothing(here: Path) -> None:  # noqa: F811
    config(here)
    found = report()
    assert found["counts"] == {"user.data.type": 1}
    assert found["policy"]["suppressed"] == {"follow.self": 1, "user.id.charset": 1}
    assert [f["suppressed"] for f in found["set_aside"]] == ["they follow themselves", "old ids"]
    assert found["files"][0]["findings"] == found["totals"] == {"error": 1, "warning": 0, "info": 0}
    assert run("--ignore", "user.data.type", "--strict").exit_code == 0
    assert run("--no-app").exit_code == 1


def test_each_format_tells_them(here: Path) -> None:  # noqa: F811
    config(here, CONFIG + "    - {rule: user.data.type, reason: all accepted}\n")
    reasons = ("they follow themselves", "old ids", "all accepted")
    text = run().stdout
    assert "── not counted · 3 suppressed ──" in text
    assert all(f"suppressed: {reason}" in text for reason in reasons)
    said = "✓ No error and no warning that counts. Not counted: 3 suppressed. The import judges them all the same."
    assert said in " ".join(text.split())
    assert "Ready to upload" not in text
    lines = [json.loads(line) for line in run("--format", "jsonl").stdout.splitlines()]
    assert [line.get("suppressed") for line in lines[:-1]] == list(reasons)
    assert (lines[-1]["total"], lines[-1]["policy"]["failed"]) == (0, False)
    rows = csv_reader.DictReader(io.StringIO(run("--format", "csv").stdout.removeprefix("\ufeff")))
    assert [row["suppressed"] for row in rows] == list(reasons)
    for name in ("markdown", "html"):
        shown = run("--format", name).stdout
        assert all(reason in shown for reason in reasons)
        assert "3 suppressed" in shown
    github = run("--format", "github").stdout
    assert "0 errors, 0 warnings, 0 notes; not counted: 3 suppressed" in github
    assert "::error" not in github
    xml = JUnitXml.fromstring(run("--format", "junit").stdout_bytes)
    assert (xml.tests, xml.failures, xml.skipped) == (5, 0, 3)
    assert "3 suppressed" in run("--statistics").stdout


def test_sarif_has_the_suppressions_of_all_results_or_of_none(here: Path) -> None:  # noqa: F811
    config(here)
    (made,) = json.loads(run("--format", "sarif").stdout)["runs"]
    told = {result["ruleId"]: result["suppressions"] for result in made["results"]}
    accepted = {"kind": "external", "status": "accepted"}
    assert told == {
        "user.data.type": [],
        "follow.self": [{**accepted, "justification": "they follow themselves"}],
        "user.id.charset": [{**accepted, "justification": "old ids"}],
    }
    (plain,) = json.loads(run("--format", "sarif", "--no-app").stdout)["runs"]
    assert not any("suppressions" in result or "baselineState" in result for result in plain["results"])


def test_an_expired_suppression_suppresses_nothing_and_is_told_loudly(here: Path) -> None:  # noqa: F811
    config(here, one(rule="follow.self", until="2020-02-29"))
    result = run()
    assert result.exit_code == 1
    said = "the suppression of follow.self expired on 2020-02-29; what it suppressed counts again\n"
    assert result.stderr == f"stream-import: stream-import.yaml:1: {said}"
    loud = "The suppression of follow.self (line 1) expired on 2020-02-29: what it suppressed counts again."
    assert f"✗ {loud}"[:80] in result.stdout
    assert report()["policy"]["suppressions"][0]["state"] == "expired"
    for name in ("markdown", "html", "github", "junit", "csv", "sarif"):
        assert loud in run("--format", name).stdout
    ignored = ("--ignore", "follow.self,user.*")
    assert [run(*ignored).exit_code, run(*ignored, "--strict").exit_code] == [0, 1]


def test_one_that_suppresses_nothing_is_told_if_it_could(here: Path) -> None:  # noqa: F811
    def state(*options: str) -> str:
        found: str = report(*options)["policy"]["suppressions"][0]["state"]
        return found

    config(here, one(rule="user.duplicate"))
    assert state() == "unused"
    assert "The suppression of user.duplicate (line 1) suppresses nothing; it can go." in run().stdout
    assert state("--ignore", "user.duplicate") == "idle"
    assert state("--no-relations") == "idle"
    config(here, one(rule="user.duplicate", file="other.jsonl"))
    assert state() == "idle"
    config(here, one(rule="user.duplicate"), LINES + "[")
    assert state() == "unused", "a line that cannot be read is a finding like others"
    config(here, one(rule="user.duplicate"), "[\n")
    assert state() == "idle", "of a file that was not judged nobody knows"


def test_unused_ones_fail_a_strict_run_alone(here: Path) -> None:  # noqa: F811
    config(here, one(rule="user.duplicate"), "")
    (here / "x.jsonl").write_text('{"instruction":"users","data":[{"id":"bob"}]}\n')
    assert [run().exit_code, run("--strict").exit_code] == [0, 1]
    assert "part of its policy is not needed any more" in " ".join(run("--strict").stdout.split())
    xml = run("--strict", "--format", "junit").stdout
    assert '<failure type="policy"' in xml
    assert JUnitXml.fromstring(xml.encode()).failures == 1


def test_relations_are_suppressed_too_in_each_file_by_itself(here: Path) -> None:  # noqa: F811
    user = '{"instruction":"users","data":[{"id":"bob"}]}\n'
    activity = '{"actor":"SU:zed","verb":"v","object":"SU:yan","foreign_id":"a:1","time":"2023-05-01T09:30:00Z"}'
    free = f'{{"instruction":"add_activities","feedId":"user:a","data":[{activity}]}}\n'
    (here / "y.jsonl").write_text(user + free)
    config(here, one(rule="user.duplicate", file="y.jsonl"), user + user)
    found = report("y.jsonl", "--together")
    assert found["policy"]["suppressed"] == {"user.duplicate": 1}
    assert found["counts"]["user.duplicate"] == 1
    assert sum(sum(file["findings"].values()) for file in found["files"]) == found["total"]
    config(here, one(rule="activity.reference-unresolved", path="/data/*/object"), user + free)
    found = report()
    assert found["policy"]["suppressed"] == {"activity.reference-unresolved": 1}
    assert found["counts"]["activity.reference-unresolved"] == 1
    assert {f["path"] for f in found["findings"] if f["rule"] == "activity.reference-unresolved"} == {"/data/0/actor"}


def test_a_reason_can_do_nothing_to_its_readers(here: Path) -> None:  # noqa: F811
    for bad in [s for s in hostile.STRINGS if s.strip() and len(s) <= 500 and s.isprintable() is False][:40]:
        try:
            bad.encode()
        except UnicodeEncodeError:
            continue
        config(here, one(rule="*", reason=bad + "!"))
        result = run("--format", "text")
        if result.exit_code == 2:  # YAML takes no such character
            continue
        for name in ("text", "markdown", "html", "github", "junit", "csv", "sarif", "json", "jsonl"):
            out = run("--format", name).stdout
            assert not set("\x00\x1b\x07\u202e\u2066\x9b\x7f") & set(out), (name, bad)


def test_yaml_that_grows_and_files_that_are_too_large_are_refused(here: Path) -> None:  # noqa: F811
    config(here, "policy:\n  a: &a [x, x]\n  b: &b [*a, *a]\n")
    assert "a YAML alias" in run().stderr
    config(here, "policy:\n  suppressions:\n" + "    - {rule: a, reason: x}\n" * 10_000)
    assert "more than 200,000 bytes" in run().stderr
    config(here, json.dumps({"policy": {"suppressions": [{"rule": "*", "reason": "r" * 501}]}}))
    assert run().exit_code == 2
