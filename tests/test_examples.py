"""The files in examples/: made by their script to the byte, the good one without a finding, the broken one with exactly
the mistakes that were planted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import stream_import_rules as sir

EXAMPLES = Path(__file__).parents[1] / "examples"
MADE = ("import.jsonl", "import.json", "broken.jsonl", "broken.expected.json")
ORDER = ("users", "collections", "add_activities", "reactions", "follow")


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / "import.jsonl").read_bytes().splitlines()]


def entries(lines: list[dict[str, Any]], instruction: str) -> list[Any]:
    return [entry for line in lines if line["instruction"] == instruction for entry in line["data"]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    subprocess.run([sys.executable, "-B", EXAMPLES / "make_examples.py", folder], check=True)
    return folder


@pytest.mark.parametrize("name", MADE)
def test_the_script_makes_exactly_this_file(made: Path, name: str) -> None:
    same = (made / name).read_bytes() == (EXAMPLES / name).read_bytes()
    assert same, f"examples/{name} is not as its script makes it. Run: python examples/make_examples.py"


def test_the_script_makes_no_other_file(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == set(MADE)


# --------------------------------------------------------------------------- the good file


def test_the_import_has_no_finding_of_any_severity() -> None:
    report = sir.validate_file(EXAMPLES / "import.jsonl")
    assert [(f.line, f.rule, f.path) for f in report.findings] == []
    assert (report.ok, report.verdict, report.counts) == (True, "ok", {})


def test_the_import_has_all_instructions_in_the_recommended_order(lines: list[dict[str, Any]]) -> None:
    assert tuple(dict.fromkeys(line["instruction"] for line in lines)) == ORDER
    assert [ORDER.index(line["instruction"]) for line in lines] == sorted(
        ORDER.index(line["instruction"]) for line in lines
    )
    assert 200 <= len(lines) <= 400


def test_the_import_refers_to_nothing_that_is_not_in_it(lines: list[dict[str, Any]]) -> None:
    users = {user["id"] for user in entries(lines, "users")}
    records = {f"SO:{e['collection']}:{e['id']}" for e in entries(lines, "collections")} | {
        f"SU:{user}" for user in users
    }
    activities = entries(lines, "add_activities")
    keys = Counter((a["foreign_id"], a["time"]) for a in activities)
    reactions = {r["id"]: r for r in entries(lines, "reactions")}
    filled = {line["feedId"] for line in lines if line["instruction"] == "add_activities"}
    filled |= {target for activity in activities for target in activity.get("to", ())}

    named = {
        value for a in activities for value in a.values() if isinstance(value, str) and value[:3] in ("SU:", "SO:")
    }
    assert named <= records
    assert set(keys.values()) == {1}
    assert len(reactions) == len(entries(lines, "reactions"))
    assert {r["user_id"] for r in reactions.values()} <= users
    assert {(r["activity_foreign_id"], r["activity_time"]) for r in reactions.values()} <= keys.keys()
    assert {r["parent"] for r in reactions.values() if "parent" in r} <= reactions.keys()
    assert set(entries(lines, "follow")) <= filled


def test_the_reactions_of_the_import_are_up_to_three_levels_deep_and_later_than_their_parents(
    lines: list[dict[str, Any]],
) -> None:
    depths: dict[str, int] = {}
    times: dict[str, str] = {}
    for reaction in entries(lines, "reactions"):
        parent = reaction.get("parent")
        depths[reaction["id"]] = depths[parent] + 1 if parent else 1
        times[reaction["id"]] = reaction["time"]
        assert reaction["time"][:19] > (times[parent] if parent else reaction["activity_time"])[:19]
    assert set(depths.values()) == {1, 2, 3}


# --------------------------------------------------------------------------- its broken twin


def test_the_broken_import_has_exactly_the_mistakes_that_were_planted() -> None:
    expected = json.loads((EXAMPLES / "broken.expected.json").read_bytes())
    found = Counter((f.line, f.rule, f.path) for f in sir.iter_findings(EXAMPLES / "broken.jsonl"))
    planted = Counter((f["line"], f["rule"], f.get("path")) for f in expected["findings"])
    assert (planted - found, found - planted) == (Counter(), Counter())
    report = sir.validate_file(EXAMPLES / "broken.jsonl")
    assert dict(sorted(report.counts.items())) == expected["counts"]
    assert (report.complete, report.verdict) == (True, "errors")


def test_the_mistakes_are_of_every_family_and_severity() -> None:
    found = list(sir.iter_findings(EXAMPLES / "broken.jsonl"))
    families = {finding.rule.partition(".")[0] for finding in found}
    assert families >= {
        "file",
        "line",
        "json",
        "envelope",
        "feed-group",
        "activity",
        "reaction",
        "user",
        "collection",
        "follow",
    }
    assert {finding.severity for finding in found} == {"error", "warning", "info"}
    assert len({finding.rule for finding in found}) >= 40


# --------------------------------------------------------------------------- the array for editors


def test_the_array_is_good_for_editors_and_each_of_its_instructions_as_a_line() -> None:
    array = json.loads((EXAMPLES / "import.json").read_bytes())
    assert tuple(line["instruction"] for line in array) == ORDER
    assert [finding for line in array for finding in sir.validate_line(line)] == []
    folder = Path(__file__).parents[1] / "dist-schemas/feeds-v2/v1"
    for name in ("feeds-v2.array.editor.schema.json", "feeds-v2.array.editor.draft-07.schema.json"):
        schema = json.loads((folder / name).read_text("utf-8"))
        assert list(jsonschema.validators.validator_for(schema)(schema).iter_errors(array)) == []


def test_the_array_itself_is_no_file_for_the_upload() -> None:
    assert list(sir.validate_file(EXAMPLES / "import.json").counts) == ["file.json-array"]
