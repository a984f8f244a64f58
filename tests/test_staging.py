"""Staging: line by line or by columns, the rows are the same; what identifies an activity can be read from its id."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa
import pytest
from relation_files import make_file
from test_activity_id import VECTORS

import stream_import_rules as sir
from stream_import_rules import activity_id, artefact, staging_columns, times
from stream_import_rules.arrow_tables import arrow
from stream_import_rules.conformance import line_of
from stream_import_rules.staging import NONE, Rows, Staged, Stager, hash_of

RULESET, _ = artefact.load()
STAGER = Stager(RULESET)
FAST = artefact.fast_validator()
NOW = 1_700_000_000_000_000
CASES = Path(__file__).parents[1] / "dist-schemas/feeds-v2" / f"v{RULESET.version}" / "conformance"
Table: TypeAlias = list[tuple[int, ...]]


def rows_of(rows: Rows) -> Table:
    """The rows of a table, sorted: their order says nothing."""
    return sorted(zip(*(getattr(rows, name) for name in Rows.COLUMNS), strict=True))


def line_by_line(lines: Sequence[bytes]) -> tuple[Table, Table]:
    """The rows of lines with which nothing is wrong, each looked at on its own."""
    staged = Staged()
    for line, place in zip(lines, accumulate(map(len, lines[:-1]), initial=0), strict=True):
        assert STAGER.line(msgspec.json.decode(line), place, frozenset(), staged)
    return rows_of(staged.keys), rows_of(staged.refs)


def by_columns(lines: Sequence[bytes]) -> tuple[Table, Table] | None:
    """The rows of lines taken together, if the fast validator passes all of them."""
    if FAST.passes(lines, NOW) is None:
        return None
    staged = Staged()
    places = list(accumulate(map(len, lines[:-1]), initial=0))
    staging_columns.stage(STAGER, FAST.decoded, lines, places, staged)
    return rows_of(staged.keys), rows_of(staged.refs)


def passed(lines: Iterable[bytes]) -> list[bytes]:
    """The lines that the fast validator passes, each with its line feed."""
    whole = [line.rstrip(b"\r\n") + b"\n" for line in lines if line.strip()]
    return [line for line in whole if FAST.passes([line], NOW) is not None]


def line(instruction: str, *entries: Any, ascii_only: bool = False, **members: Any) -> bytes:
    """A line as bytes."""
    value = {"instruction": instruction, **members, "data": list(entries)}
    return json.dumps(value, ensure_ascii=ascii_only).encode() + b"\n"


def activity(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An activity with which nothing is wrong."""
    whole = {"actor": "nina", "verb": "post", "object": "song", "foreign_id": f"post:{number}"}
    return {**whole, "time": f"2021-03-14T15:09:{number % 60:02}.535897Z", **changes}


def reaction(number: int, **changes: Any) -> dict[str, Any]:
    """A reaction with which nothing is wrong, except that it is about no activity."""
    whole = {"id": f"00000000-0000-4000-8000-{number:012}", "kind": "like", "user_id": "miles"}
    return {**whole, "time": "2021-03-15T00:00:00Z", **changes}


# --------------------------------------------------------------------------- lines of others


@pytest.mark.parametrize("seed", range(800, 830))
def test_generated_files_have_the_same_rows_by_line_and_by_columns(seed: int) -> None:
    lines = passed(make_file(seed).data.split(b"\n"))
    assert by_columns(lines) == line_by_line(lines)


def test_the_fast_validator_passes_much_of_the_generated_files() -> None:
    """The test above compares something, of all kinds."""
    lines = [found for seed in range(800, 830) for found in passed(make_file(seed).data.split(b"\n"))]
    kinds = {json.loads(text)["instruction"] for text in lines}
    assert kinds == {record.instruction for record in RULESET.records}
    assert len(lines) > 300


def test_conformance_cases_have_the_same_rows_by_line_and_by_columns() -> None:
    found = 0
    for file in sorted(CASES.rglob("*.jsonl")):
        for text in file.read_text(encoding="utf-8").split("\n"):
            if not text:
                continue
            case = json.loads(text)
            if "line" in case or "raw" in case:
                for raw in passed([line_of(case)]):
                    found += 1
                    assert by_columns([raw]) == line_by_line([raw]), case["id"]
    assert found > 50


# --------------------------------------------------------------------------- lines of all sorts

UNICODE = ["é", "e\u0301", "日本", "🎷", "\u2028", "a\u0000b", "ß" * 200, " x ", "SU"]
TIMES = [
    *(f"2021-03-14T15:09:26{'.535897'[: n + 1] if n else ''}Z" for n in range(7)),
    "1970-01-01T00:00:00Z",
    "2000-02-29T00:00:00.10Z",
]
#: Times that the fast validator does not pass.
ODD_TIMES = [
    "1969-12-31T23:59:59.999999Z",
    "1969-12-31T23:59:59Z",
    "1901-02-03T04:05:06.7Z",
    "1900-01-01T00:00:00.000001Z",
    "0001-01-01T00:00:00Z",
    "2038-01-19T03:14:08Z",
    "2111-04-05T23:42:58.422005Z",
    "2112-09-17T00:00:00.123456Z",
    "2262-04-11T23:47:16.854775Z",
    "2999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.999999Z",
]
ID = activity_id.derive("post:1", times.micros_of("2021-03-14T15:09:01.535897Z"))
PAIR = {"activity_foreign_id": "post:1", "activity_time": "2021-03-14T15:09:01.535897Z"}

LINES = {
    "foreign ids": [line("add_activities", *(activity(foreign_id=text) for text in UNICODE), feedId="user:nina")],
    "foreign ids as escapes": [
        line("add_activities", *(activity(foreign_id=text) for text in UNICODE), feedId="user:nina", ascii_only=True)
    ],
    **{f"time {text}": [line("add_activities", activity(time=text), feedId="user:nina")] for text in TIMES},
    "times together": [line("add_activities", *(activity(time=text) for text in TIMES), feedId="user:nina")],
    "references in any member": [
        line(
            "add_activities",
            activity(1, actor="SU:nina", object="SO:food:pizza", target=f"SA:{ID}", best="SR:abc"),
            activity(2, shared=[{"a": f"SA:{ID.upper()}", "SU:b": "SU:duke"}], text="SU:nina says"),
            activity(3, object="SO:food:a:b", actor="SU:"),
            activity(4, object="SA:42"),
            feedId="user:nina",
        )
    ],
    "references as escapes": [
        line("add_activities", activity(object="SO:food:X", note="SU:Y"), feedId="user:nina")
        .replace(b"SO:food:X", rb"\u0053O:food:\u0065")
        .replace(b"SU:Y", rb"S\u0055:duke")
    ],
    "reactions": [
        line(
            "reactions",
            reaction(1, **PAIR),
            reaction(2, activity_id=ID),
            reaction(3, activity_id=ID.upper()),
            reaction(4, activity_id=ID, **PAIR),
            reaction(5, **PAIR, parent=reaction(1)["id"]),
            reaction(6, **PAIR, target_feeds=["notification:nina"]),
            reaction(7, **PAIR, target_feeds=[], parent=""),
            reaction(8, **PAIR, parent=None),
        )
    ],
    "activity ids that nobody derived": [
        line("reactions", *(reaction(n, activity_id=text) for n, text in enumerate([ID[:-1] + "f", "0" * 8 + ID[8:]])))
    ],
    "ids in upper case": [
        line("reactions", reaction(1, **PAIR, id="ABCDEF00-0000-4000-8000-000000000001")),
        line("reactions", reaction(2, **PAIR, parent="ABCDEF00-0000-4000-8000-000000000001")),
    ],
    "one entry beside many": [
        line("follow", "user:nina", feedId="timeline:miles"),
        line("follow", *(f"user:u{n}" for n in range(200)), feedId="timeline:duke"),
        line("add_activities", activity(1), feedId="user:nina"),
        line("add_activities", *(activity(n) for n in range(2, 90)), feedId="user:duke"),
        line("follow", "user:duke", feedId="timeline:nina"),
        line("users", {"id": "nina"}),
        line("users", *({"id": f"u{n}", "data": {"n": n}} for n in range(30))),
        line("collections", {"collection": "food", "id": "pizza", "data": {"a": 1}}),
        line("collections", *({"collection": c, "id": i, "data": {"a": 1}} for c in ("a", "ab") for i in ("bc", "c"))),
    ],
}


def alone(value: dict[str, Any], entry: Any) -> bytes:
    """A line with one of its entries only."""
    return json.dumps({**value, "data": [entry]}).encode()


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_lines_of_all_sorts_have_the_same_rows(lines: list[bytes]) -> None:
    if by_columns(lines) is None:  # advice or warnings: what is passed of it is compared, entry by entry
        values = [json.loads(text) for text in lines]
        lines = passed(alone(value, entry) for value in values for entry in value["data"])
        assert lines
    assert by_columns(lines) == line_by_line(lines)


@pytest.mark.parametrize("half", [rb"\ud83c", rb"\udfb7 x", "\ud83c".encode("utf-8", "surrogatepass")])
@pytest.mark.parametrize("member", ["foreign_id", "object", "more"])
def test_lines_with_half_a_surrogate_pair_are_left_to_the_slow_way(half: bytes, member: str) -> None:
    """The hash of a text that UTF-8 cannot hold ends the whole process if nobody encodes the text."""
    raw = line("add_activities", activity(**{member: "SU:half"}), feedId="user:nina").replace(b"half", half)
    assert passed([raw]) == []
    assert isinstance(sir.validate_line(raw), list)
    assert hash_of("\ud83c") != hash_of("\ud83d")


@pytest.mark.parametrize("text", ["2021-03-14T15:09:26.5358979Z", "2021-03-14T15:09:26.535897932Z"])
def test_times_beyond_the_microsecond_are_left_to_the_slow_way(text: str) -> None:
    """By columns they would be rounded."""
    assert passed([line("add_activities", activity(time=text), feedId="user:nina")]) == []
    assert passed([line("reactions", reaction(1, **PAIR, time=text))]) == []
    assert passed([line("reactions", reaction(1, **{**PAIR, "activity_time": text}))]) == []


def test_instants_far_away_are_those_of_their_times() -> None:
    for texts in ([text] for text in (*TIMES, *ODD_TIMES)):
        assert list(staging_columns._instants(texts)) == [times.micros_of(text) for text in texts]
    both = TIMES + ODD_TIMES
    assert list(staging_columns._instants(both)) == [times.micros_of(text) for text in both]


@pytest.mark.parametrize("seed", range(20))
def test_instants_of_a_column_are_those_of_its_times(seed: int) -> None:
    """Microseconds do not get lost on the way through a float, however far from 1970."""
    rng = random.Random(seed)
    first, last = times.micros_of("0001-01-01T00:00:00Z"), times.micros_of("9999-12-31T23:59:59.999999Z")
    reach = rng.choice((10**6, 10**12, 10**15, 1 << 32 << 20, 1 << 53, 10**17, last))
    micros = [rng.randrange(max(first, -reach), min(last, reach)) for _ in range(300)]
    texts = [times.text_of(instant) for instant in micros]
    assert list(staging_columns._instants(texts)) == micros


# --------------------------------------------------------------------------- what identifies an activity


@pytest.mark.parametrize(("foreign_id", "time", "expected"), VECTORS)
def test_the_key_of_known_ids_is_that_of_their_parts(foreign_id: str, time: int | str, expected: str) -> None:
    micros = time * 1_000_000 if isinstance(time, int) else times.micros_of(time)
    for text in (expected, expected.upper()):
        assert activity_id.key_of_id(text) == activity_id.key(foreign_id, micros)


def test_the_key_of_a_derived_id_is_that_of_its_parts() -> None:
    rng = random.Random(1)
    for _ in range(20_000):
        foreign_id = "".join(rng.choices("ab:é日🎷0", k=rng.randrange(1, 12)))
        micros = rng.randrange(times.micros_of("1583-01-01T00:00:00Z"), times.micros_of("5000-01-01T00:00:00Z"))
        key = activity_id.key(foreign_id, micros)
        assert activity_id.key_of_id(activity_id.derive(foreign_id, micros)) == key


def test_other_ids_have_keys_of_their_own() -> None:
    """Whatever the bits: two ids have two keys, and one that nothing derives to has none that is derived."""
    rng = random.Random(2)
    derived = activity_id.derive("post:1", 0)
    ids = {derived}
    for _ in range(20_000):
        text = f"{rng.getrandbits(128):032x}"
        text = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        ids.add(text)
        ids.add(text[:14] + derived[14:])
        ids.add(derived[:19] + text[19:])
        ids.add(derived[:24] + text[24:])
    keys = {activity_id.key_of_id(text) for text in ids}
    assert len(keys) == len(ids)
    for text in ids:
        key = activity_id.key_of_id(text)
        assert key is not None
        hash_is_32_bits = -(1 << 31) <= key[1] < 1 << 31
        assert hash_is_32_bits == (text[14] == "1" and text[19:23] == "8080" and _derives(key, text)), text


def _derives(key: tuple[int, int], text: str) -> bool:
    """Whether an instant and a hash lead to this id, as ``derive`` would put them together."""
    node = ((key[1] | 1 << 32) if key[1] > 0 else -key[1]) | 1 << 47
    return text.endswith(f"{node:012x}")


@pytest.mark.parametrize(
    "text", ["", "42", ID[:-1], ID + "0", ID.replace("-", ""), ID[:-1] + "g", f" {ID}", f"{{{ID}}}"]
)
def test_what_is_no_uuid_has_no_key(text: str) -> None:
    assert activity_id.key_of_id(text) is None


# --------------------------------------------------------------------------- Arrow


def test_arrow_tables_have_the_rows_with_nulls_for_what_is_not_there() -> None:
    rows = Rows()
    rows.add(3, (NONE + 1, (1 << 63) - 1), 0, scope=-1, part=0, at=-5)
    rows.add(100, None, NONE, part=7)
    rows.add(-1, (1, 2), 9)
    table = arrow(rows)
    assert table.column_names == list(Rows.COLUMNS)
    assert [field.type for field in table.schema] == [pa.int8(), *[pa.int64()] * 6]
    assert table.to_pydict() == {
        "what": [3, 100, -1],
        "k1": [NONE + 1, None, 1],
        "k2": [(1 << 63) - 1, None, 2],
        "scope": [-1, None, None],
        "part": [0, 7, None],
        "instant": [-5, None, None],
        "pos": [0, None, 9],
    }


def test_arrow_tables_may_be_empty() -> None:
    table = arrow(Rows())
    assert (table.num_rows, table.column_names) == (0, list(Rows.COLUMNS))
    assert [field.type for field in table.schema] == [pa.int8(), *[pa.int64()] * 6]


def test_arrow_tables_outlive_the_rows() -> None:
    rows = Rows()
    for place in range(1_000):
        rows.add(1, (place, -place), place)
    table = arrow(rows)
    del rows
    assert table["k2"].to_pylist() == [-place for place in range(1_000)]
