"""Lines that are too long to be judged: one finding each, and everything around them as if they were not there.

The real limit is that of a whole file. Here it is a few hundred bytes: the rule set is the real one but for that.
"""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import msgspec
import pytest

import stream_import_rules as sir
from stream_import_rules import artefact, read
from stream_import_rules.findings import Finding, Kept
from stream_import_rules.judges import Judges
from stream_import_rules.model import MaxLineBytes
from stream_import_rules.policy import Policy
from stream_import_rules.ranges import scan_range
from stream_import_rules.sources import unpacked
from stream_import_rules.validate import Checker, FileSummary

LONGEST = 600
REAL, _ = artefact.load()
SMALL = msgspec.structs.replace(
    REAL,
    framing=tuple(
        msgspec.structs.replace(check, limit=LONGEST) if isinstance(check, MaxLineBytes) else check
        for check in REAL.framing
    ),
)
GOOD = b'{"instruction":"follow","feedId":"user:bob","data":["user:alice"]}\n'
SELF = b'{"instruction":"follow","feedId":"user:bob","data":["user:bob"]}\n'


def users(size: int) -> bytes:
    """A line of a user that has so many bytes, its line feed included."""
    begin, end = b'{"instruction":"users","data":[{"id":"alice","data":{"text":"', b'"}}]}\n'
    return begin + b"a" * (size - len(begin) - len(end)) + end


LONG = users(5000)


def judged(data: bytes, *, packed: bool = False) -> tuple[list[Finding], FileSummary]:
    """All findings of a file under the small limit."""
    checker = Checker(
        SMALL, Policy(SMALL), fast=artefact.fast_validator(SMALL.name), queries=artefact.queries(SMALL.name)
    )
    sink = Kept()
    stream = unpacked(io.BytesIO(gzip.compress(data) if packed else data))
    return sink.findings, checker.check(stream, "f", sink)


def judged_really(data: bytes) -> tuple[list[Finding], FileSummary]:
    """All findings of a file under the real limits."""
    sink = Kept()
    checker = Checker(REAL, Policy(REAL), fast=artefact.fast_validator(REAL.name), queries=artefact.queries(REAL.name))
    return sink.findings, checker.check(io.BytesIO(data), "f", sink)


def places(data: bytes, *, packed: bool = False) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.line) for finding in judged(data, packed=packed)[0]]


@pytest.mark.parametrize("packed", [False, True])
def test_it_is_one_finding_and_the_lines_around_it_have_their_numbers(packed: bool) -> None:
    assert places(SELF + LONG + SELF, packed=packed) == [("follow.self", 1), ("line.max-bytes", 2), ("follow.self", 3)]
    assert places(LONG + SELF, packed=packed) == [("line.max-bytes", 1), ("follow.self", 2)]
    assert places(SELF + LONG, packed=packed) == [("follow.self", 1), ("line.max-bytes", 2)]
    assert places(LONG[:-1], packed=packed) == [("line.max-bytes", 1)]
    assert places(LONG * 3, packed=packed) == [("line.max-bytes", n) for n in (1, 2, 3)]


def test_a_line_as_long_as_the_limit_is_judged() -> None:
    assert places(users(LONGEST)) == []
    assert places(users(LONGEST)[:-1]) == []
    assert places(users(LONGEST + 1)) == [("line.max-bytes", 1)]


@pytest.mark.parametrize("byte", [b" ", b"\0", b"a", b"{", b"\xff", b"\t"])
def test_what_is_in_it_does_not_matter(byte: bytes) -> None:
    assert places(GOOD + byte * 5000 + b"\n" + SELF) == [("line.max-bytes", 2), ("follow.self", 3)]
    assert places(byte * 5000) == [("line.max-bytes", 1)]


def test_the_finding_says_how_long_it_is_and_how_it_begins() -> None:
    (finding,), summary = judged(LONG)
    assert finding.message == "the line has 5,000 bytes, more than 600; it is not judged any further"
    assert (finding.column, finding.severity) == (1, "error")
    assert str(finding.value).startswith('{"instruction":"users"')
    assert (summary.lines, summary.bytes, summary.complete) == (1, 5000, False)
    assert str(summary.unrelated).endswith("f has a line that is too long to be read")


def test_a_file_that_is_one_array_in_one_line_is_called_that() -> None:
    assert places(b"[" + b",".join([GOOD.strip()] * 100) + b"]") == [("file.json-array", 1)]


def test_a_value_over_several_lines_ends_before_it() -> None:
    found = places(b'{"instruction":\n' + LONG + SELF)
    assert found == [("line.json", 1), ("line.max-bytes", 2), ("follow.self", 3)]


def test_blank_lines_before_it_are_told() -> None:
    assert places(b"\n\n" + LONG + b"\n\n") == [("line.blank", 1), ("line.max-bytes", 3)]


@pytest.mark.parametrize("size", [1, 50, 599, 600, 601, 5000, 1 << 16])
def test_chunks_never_hold_it(size: int) -> None:
    data = GOOD * 20 + LONG + users(LONGEST) + b"\n" * 700 + LONG + SELF
    chunks = list(read.chunks(io.BytesIO(data), size, longest=LONGEST))
    assert [(chunk.size, chunk.lines[0] == LONG[: read.HEAD]) for chunk in chunks if chunk.too_long] == [
        (5000, True)
    ] * 2
    assert sum(chunk.size for chunk in chunks) == len(data)
    assert [chunk.first_line for chunk in chunks] == [data.count(b"\n", 0, chunk.offset) + 1 for chunk in chunks]
    assert sum(chunk.count for chunk in chunks) == data.count(b"\n")
    assert all(len(line) <= LONGEST for chunk in chunks if not chunk.too_long for line in chunk.lines)


def test_ranges_that_begin_inside_of_it_leave_it_to_the_one_where_it_starts(tmp_path: Path) -> None:
    data = GOOD + LONG + SELF
    path = tmp_path / "f.jsonl"
    path.write_bytes(data)
    judges = Judges(SMALL, Policy(SMALL), fast=artefact.fast_validator(SMALL.name))
    for cut in (len(GOOD) + 1, len(GOOD) + 2500, len(GOOD) + 4999):
        first = scan_range(judges, str(path), 0, cut)
        second = scan_range(judges, str(path), cut, len(data), first_line=3)
        assert first.counts == {("line.max-bytes", None): 1}
        assert (first.lines, first.unjudged, first.settled) == (2, 5000, True)
        assert (second.counts, second.lines, second.unjudged) == ({("follow.self", None): 1}, 1, 0)


def test_a_stream_that_gives_few_bytes_at_a_time_is_read_alike() -> None:
    class Slow(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self._data = io.BytesIO(data)

        def read(self, size: int = -1) -> bytes:
            return self._data.read(min(size, 7))

    def lines(stream: object) -> bytes:
        chunks = read.chunks(stream, longest=LONGEST)  # type: ignore[arg-type]
        return b"".join(line for chunk in chunks for line in chunk.lines)

    data = GOOD + LONG + SELF
    assert lines(Slow(data)) == lines(io.BytesIO(data)) == GOOD + LONG[: read.HEAD] + SELF


@pytest.mark.parametrize("piece", ["a", '\\\\"', "\\\\", '"', "[", "[],", "{}", '"",'])
def test_what_is_shorter_and_no_json_takes_no_time(piece: str) -> None:
    """Each byte is looked at a few times, whatever the line is: else this would not end."""
    found, _ = judged_really(b'{"a":"' + piece.encode() * (1_000_000 // len(piece)) + b"\n" + SELF)
    assert [finding.line for finding in found if finding.rule == "follow.self"] == [2]
    assert any(finding.line == 1 for finding in found)


# --------------------------------------------------------------------------- blank lines


@pytest.mark.parametrize("jobs", [1, 2])
def test_many_blank_lines_are_counted(tmp_path: Path, jobs: int) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(GOOD + b"\n" * 300_000 + b" \r\n" * 1000 + SELF + b"\n" * 200_000)
    report = sir.validate_file(path, jobs=jobs, chunk=100_000)
    assert report.counts == {"follow.self": 1, "line.blank": 1}
    blank = next(finding for finding in report.findings if finding.rule == "line.blank")
    assert (blank.line, blank.message) == (2, "301,000 lines are blank, 2 to 301001")
    assert report.files[0].lines == 501_002


def test_blank_lines_within_a_value_are_part_of_it() -> None:
    value = json.dumps(json.loads(GOOD), indent=1).encode().replace(b"\n", b"\n" * 200_000)
    found, summary = judged(value)
    assert [(f.rule, f.line) for f in found] == [("line.multiline", 1)]
    assert found[0].message.startswith(f"the object spreads over lines 1 to {value.count(10) + 1}")
    assert summary.entries == {"follow": 1}
