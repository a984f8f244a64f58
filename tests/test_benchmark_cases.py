"""The files of the benchmark are what they say: no finding in the clean ones, every rule broken in the dirty one."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import orjson
import pytest

import stream_import_rules as sir
from benchmarks import files
from benchmarks.cases import CASES, LEAST, Case, pieces
from benchmarks.files import DataFile, provide
from benchmarks.mistakes import mistakes
from stream_import_rules import artefact
from stream_import_rules.model import MaxLineBytes

RULESET, _ = artefact.load()
SMALL = 6_000_000


def made(name: str, folder: Path, size: int = SMALL) -> DataFile:
    return provide(CASES[name]._replace(times=1), size, folder)


@pytest.mark.parametrize("name", [case.name for case in CASES.values() if case.clean])
def test_nothing_is_to_be_said_of_a_clean_case_even_between_its_lines(name: str, tmp_path: Path) -> None:
    file = made(name, tmp_path)
    report = sir.validate_file(file.path)
    assert report.counts == {}
    assert report.files[0].entries == file.entries
    assert report.files[0].lines == file.lines
    assert set(file.entries) == {instruction.name for instruction in RULESET.instructions}
    assert file.wrong == 0


def test_the_shares_are_those_of_a_feed(tmp_path: Path) -> None:
    file = made("batch", tmp_path)
    share = dict.fromkeys(file.entries, 0.0)
    for line in file.path.read_bytes().splitlines(keepends=True):
        share[orjson.loads(line)["instruction"]] += len(line) / file.bytes
    assert share["add_activities"] > share["reactions"] > share["collections"] > share["users"] > share["follow"] > 0.03


def test_each_entry_of_the_naive_case_has_one_finding(tmp_path: Path) -> None:
    file = made("naive", tmp_path, 1_000_000)
    report = sir.validate_file(file.path, relations=False)
    pairs = file.path.read_bytes().count(b'"activity_time"')
    assert set(report.counts) == {
        f"{e}.no-offset" for e in ("activity.time", "reaction.time", "reaction.activity_time")
    }
    assert sum(report.counts.values()) == sum(file.entries.values()) + pairs


def rules_of_lines() -> set[str]:
    """Every rule that a line alone can break, if it is not longer than a file may be."""
    several = {relation.rule for relation in RULESET.relations} - {"follow.duplicate"}
    configured = {rule.id for rule in RULESET.rules if rule.bad and all(e.app is not None for e in rule.bad)}
    whole_file = {rule.id for rule in RULESET.rules if rule.entity in ("file", "feed-group")}
    too_long = {check.rule for check in RULESET.framing if isinstance(check, MaxLineBytes)}
    enabled = {rule.id for rule in RULESET.rules if rule.enabled}
    return enabled - several - configured - whole_file - too_long


def test_the_dirty_case_breaks_every_rule_that_a_line_can_break(tmp_path: Path) -> None:
    file = provide(CASES["dirty"], LEAST, tmp_path)
    report = sir.validate_file(file.path, relations=False)
    assert rules_of_lines() - set(report.counts) == set()
    assert 0.008 < file.wrong / sum(file.entries.values()) < 0.012


def test_wide_lines_hold_what_the_rules_allow() -> None:
    lines = islice(pieces(CASES["wide"], 300_000_000, 1), 5)
    assert {line.instruction: line.entries for line in lines} == {
        "users": 10_000,
        "collections": 10_000,
        "add_activities": 3_600,
        "reactions": 10_000,
    }


def test_thin_lines_hold_one_entry() -> None:
    assert {line.entries for line in pieces(CASES["thin"], 100_000, 1)} == {1}


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_the_same_seed_gives_the_same_bytes_and_never_too_many(case: Case) -> None:
    spoilt = mistakes() if case.dirty else None
    size = 400_000
    first, again, other = (b"".join(piece.data for piece in pieces(case, size, seed, spoilt)) for seed in (1, 1, 2))
    assert first == again != other
    assert size * 0.7 < len(first) <= size


def test_a_file_is_made_again_only_if_it_is_not_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = made("batch", tmp_path, 1_000_000)
    first = file.path.stat().st_mtime_ns
    assert made("batch", tmp_path, 1_000_000) == file
    assert file.path.stat().st_mtime_ns == first
    data = file.path.read_bytes()
    file.path.write_bytes(data[:500] + b"x" + data[501:])
    assert made("batch", tmp_path, 1_000_000) == file
    assert file.path.read_bytes() == data
    monkeypatch.setattr(files, "SEED", 2)
    made("batch", tmp_path, 1_000_000)
    assert file.path.read_bytes() != data


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too little room for batch"):
        provide(CASES["batch"], 10**18, tmp_path)
    assert not list(tmp_path.iterdir())
