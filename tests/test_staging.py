"""Staging: line by line and by columns, the rows are the same; hashes alone are never believed."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from relation_files import make_file
from test_activity_id import VECTORS

from stream_import_rules import activity_id, artefact, staging, staging_columns, times
from stream_import_rules.arrow_tables import arrow
from stream_import_rules.findings import Finding, Kept
from stream_import_rules.policy import Policy
from stream_import_rules.staging import NONE, Rows, Staged, Stager
from stream_import_rules.validate import Checker

RULESET, _ = artefact.load()
STAGER = Stager(RULESET)
NOW = 1_900_000_000_000_000
CASES = Path(__file__).parents[1] / "dist-schemas/feeds-v2/v1.0.0/conformance/cases.jsonl"


def rows_of(staged: Staged) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """The rows of both tables, sorted."""

    def of(rows: Rows) -> list[tuple[int, ...]]:
        return sorted(zip(*(getattr(rows, name) for name in Rows.COLUMNS), strict=True))

    return of(staged.keys), of(staged.refs)


def places_of(lines: list[bytes]) -> list[int]:
    places, at = [], 1000
    for line in lines:
        places.append(at)
        at += len(line)
    return places


def both_ways(lines: list[bytes]) -> int:
    """Stage the lines that the fast validator passes in both ways and compare; how many there were."""
    fast: Any = artefact.fast_validator()
    passed = [line for line in lines if fast.passes([line], NOW) is not None]
    # As many lines at once as pass together: some must be alone.
    start = 0
    while start < len(passed):
        stop = len(passed)
        while fast.passes(passed[start:stop], NOW) is None:
            stop = (start + stop + 1) // 2 if stop - start > 2 else start + 1
        chunk = passed[start:stop]
        places = places_of(chunk)
        by_columns, by_line = Staged(), Staged()
        staging_columns.stage(STAGER, fast.decoded, chunk, places, by_columns)
        for line, place in zip(chunk, places, strict=True):
            assert STAGER.line(json.loads(line), place, set(), by_line)
        assert rows_of(by_columns) == rows_of(by_line)
        start = stop
    return len(passed)


@pytest.mark.parametrize("seed", range(0, 40, 2))
def test_lines_of_files_have_the_same_rows_in_both_ways(seed: int) -> None:
    both_ways([line + b"\n" for line in make_file(seed).data.splitlines() if line.strip()])


def test_examples_have_the_same_rows_in_both_ways() -> None:
    cases = [json.loads(line) for line in CASES.read_bytes().splitlines()]
    lines = [json.dumps(case["line"]).encode() + b"\n" for case in cases if "line" in case and "repeat" not in case]
    assert both_ways(lines) > 100


def activity(**members: Any) -> dict[str, Any]:
    made = {"actor": "SU:bob", "verb": "post", "object": "o", "foreign_id": "p:1", "time": "2024-05-01T09:30:00Z"}
    return made | members


@pytest.mark.parametrize(
    "members",
    [
        {"foreign_id": "Grüße:東京:😀"},
        *({"time": f"2024-05-01T09:30:00.{'123456'[:n]}Z"} for n in range(1, 7)),
        {"time": "2029-12-31T23:59:59.999999Z"},
        {"object": "SO:food:pizza", "target": "SA:E12D1800-2FE3-11E7-8080-8001260B259F"},
        {"extra": {"deep": ["SU:tim", "SR:8d1c3f7a-52f6-4b8e-9a3d-0c6f2e7b4a15", "no SU:prose"]}},
        {"SU:key": "SU:tim"},
        {"actor": "SU:bob", "object": "SU:bob"},
    ],
    ids=str,
)
def test_an_activity_has_the_same_rows_in_both_ways(members: dict[str, Any]) -> None:
    line = {"instruction": "add_activities", "feedId": "user:a", "data": [activity(**members), activity()]}
    text = json.dumps(line, ensure_ascii=False).encode() + b"\n"
    assert both_ways([text]) == 1


@pytest.mark.parametrize(("foreign_id", "time", "expected"), VECTORS)
def test_the_key_of_an_id_is_that_of_what_it_follows_from(foreign_id: str, time: int | str, expected: str) -> None:
    micros = time * 1_000_000 if isinstance(time, int) else times.micros_of(time)
    assert activity_id.key_of_id(expected) == activity_id.key(foreign_id, micros)
    assert activity_id.key_of_id(expected.upper()) == activity_id.key(foreign_id, micros)


def test_keys_and_ids_go_back_and_forth() -> None:
    rng = random.Random(7)
    for _ in range(2_000):
        foreign_id, micros = f"x:{rng.random()}", rng.randrange(-(10**16), 10**17)
        assert activity_id.key_of_id(activity_id.derive(foreign_id, micros)) == activity_id.key(foreign_id, micros)


def test_an_id_that_follows_from_nothing_has_a_key_of_its_own() -> None:
    seen = set()
    for i in range(2_000):
        other = f"{random.Random(i).getrandbits(128):032x}"
        text = "-".join((other[:8], other[8:12], other[12:16], other[16:20], other[20:]))
        key = activity_id.key_of_id(text)
        assert key is not None
        assert not -(1 << 31) <= key[1] < 1 << 31
        seen.add(key)
    assert len(seen) == 2_000
    assert activity_id.key_of_id("no uuid") is None


def test_rows_as_arrow_have_nulls_where_there_is_no_value() -> None:
    rows = Rows()
    rows.add(1, (-5, 6), 7, scope=8)
    rows.add(2, None, NONE)
    table = arrow(rows)
    assert [str(field.type) for field in table.schema] == ["int8", *["int64"] * 6]
    assert list(table.to_pylist()[0].values()) == [1, -5, 6, 8, None, None, 7]
    assert set(table.to_pylist()[1].values()) == {2, None}


@pytest.mark.parametrize("seed", [2, 5, 9, 14])
def test_what_equal_hashes_say_is_not_believed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a hash of seven values nearly all seems equal. What leads nowhere may then go unnoticed, and so may
    what stands twice; but nothing is reported that is not so."""
    data = make_file(seed).data

    def found() -> set[tuple[str, int | None, str | None]]:
        kept = Kept()
        Checker(RULESET, Policy(RULESET), queries=artefact.queries()).check(io.BytesIO(data), "f", kept)
        return {key(finding) for finding in kept.findings}

    def key(finding: Finding) -> tuple[str, int | None, str | None]:
        return finding.rule, finding.line, finding.path

    right = found()
    original = staging.hash_of
    monkeypatch.setattr(staging, "hash_of", lambda text: (original(text)[0] % 7, 0))
    monkeypatch.setattr(staging_columns, "hash_of", staging.hash_of)
    monkeypatch.setattr(
        staging_columns,
        "_hashes",
        lambda texts: staging_columns.Keys(
            staging.array("q", [original(t)[0] % 7 for t in texts]), staging.array("q", [0] * len(texts))
        ),
    )
    confirmed = {relation.rule for relation in RULESET.relations if relation.__struct_config__.tag in CONFIRMED}
    assert {f for f in found() if f[0] in confirmed} <= {f for f in right if f[0] in confirmed}


#: The kinds of relations whose findings rest on equal hashes.
CONFIRMED = {"unique", "excludes", "agrees", "not-before"}
