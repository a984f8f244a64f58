"""Compressed files: whole ones are judged as what they unpack to, damaged ones up to the damage, and told."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import stream_import_rules as sir
from stream_import_rules import read
from stream_import_rules.report.collect import Report
from stream_import_rules.unpack import Kind, Unpacked, kind_of

GOOD = '{"instruction":"follow","feedId":"user:bob%d","data":["user:alice"]}\n'
LINES = [(GOOD % number).encode() for number in range(40)]
TEXT = b"".join(LINES)
BAD = b'{"instruction":"follow","feedId":"user:bob","data":["user:bob"]}\n'


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zstandarded(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def streamed(data: bytes) -> bytes:
    """A frame without a checksum that does not say how much is in it, of several blocks."""
    packer = zstandard.ZstdCompressor(write_checksum=False).compressobj()
    parts = [packer.compress(data[:100]), packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK), packer.compress(data[100:])]
    return b"".join([*parts, packer.flush()])


SKIPPED = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzipped, "zstd": zstandarded, "zstd, no size": streamed}
SUFFIX = {"gzip": ".gz", "zstd": ".zst", "zstd, no size": ".zst"}
packers = pytest.mark.parametrize("packer", PACKERS)


def unpacked(data: bytes, kind: Kind | None = None, size: int = 1000) -> tuple[bytes, str | None]:
    """All that can be unpacked, and what is wrong behind it."""
    stream = Unpacked(io.BytesIO(data), kind or kind_of(data[:4]) or "gzip")
    out = b""
    try:
        while piece := stream.read(size):
            assert len(piece) <= size
            out += piece
    except read.Damaged as damage:
        return out, str(damage)
    return out, None


def judged(folder: Path, name: str, data: bytes, **options: int | bool) -> Report:
    path = folder / name
    path.write_bytes(data)
    return sir.validate_file(path, **options)  # type: ignore[arg-type]


# --------------------------------------------------------------------------- what is whole


@packers
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_what_is_whole_is_unpacked_in_pieces_of_any_size(packer: str, size: int) -> None:
    assert unpacked(PACKERS[packer](TEXT), size=size) == (TEXT, None)
    assert unpacked(PACKERS[packer](b"")) == (b"", None)


def test_members_and_frames_follow_each_other() -> None:
    assert unpacked(gzipped(TEXT) + gzipped(b"") + gzipped(TEXT) + b"\0" * 1000) == (TEXT * 2, None)
    frames = SKIPPED + zstandarded(TEXT) + SKIPPED + streamed(TEXT) + SKIPPED
    assert unpacked(frames) == (TEXT * 2, None)


def test_random_text_of_many_blocks_is_unpacked() -> None:
    import random

    data = random.Random(1).randbytes(400_000)
    for pack in PACKERS.values():
        assert unpacked(pack(data), size=65536) == (data, None)


@packers
def test_the_report_is_that_of_the_text(packer: str, tmp_path: Path) -> None:
    data = TEXT + BAD + b"\n" + TEXT
    plain = judged(tmp_path, "a.jsonl", data)
    for jobs in (1, 2):
        packed = judged(tmp_path, f"a.jsonl{SUFFIX[packer]}", PACKERS[packer](data), jobs=jobs, chunk=500)
        assert (packed.counts, packed.files[0].bytes, packed.complete) == (plain.counts, len(data), True)
        assert [(f.rule, f.line, f.column) for f in packed.findings] == [
            (f.rule, f.line, f.column) for f in plain.findings
        ]
    assert "follow.duplicate" in plain.counts, "the relations are checked over what was unpacked"


@packers
def test_streams_are_told_by_their_first_bytes(packer: str) -> None:
    data = PACKERS[packer](BAD)
    assert [f.rule for f in sir.iter_findings(io.BytesIO(data))] == ["follow.self"]
    command = [sys.executable, "-m", "stream_import_rules", "validate", "-", "--no-app", "--format", "jsonl"]
    assert b'"follow.self"' in subprocess.run(command, input=data, capture_output=True).stdout


def test_a_compressed_file_that_is_called_otherwise_is_one_finding(tmp_path: Path) -> None:
    for pack, what in ((gzipped, "gzip"), (zstandarded, "Zstandard")):
        report = judged(tmp_path, "export.jsonl", pack(TEXT))
        assert (report.counts, report.complete) == ({"file.encoding": 1}, False)
        assert report.findings[0].message == f"the file is compressed with {what}"
        assert "name it .gz or .zst" in str(report.findings[0].hint)


def test_text_under_the_name_of_a_compressed_file_is_judged_as_text(tmp_path: Path) -> None:
    assert judged(tmp_path, "a.gz", TEXT).verdict == "ok"
    assert judged(tmp_path, "a.gz", zstandarded(TEXT)).verdict == "ok"
    assert judged(tmp_path, "a.gz", b"").counts == {"file.empty": 1}


# --------------------------------------------------------------------------- what is not


@packers
def test_wherever_it_is_cut_off_there_is_a_finding_and_the_whole_lines_are_kept(packer: str, tmp_path: Path) -> None:
    data = PACKERS[packer](TEXT)
    kept = 0
    for end in range(1, len(data)):
        out, damage = unpacked(data[:end], "gzip" if packer == "gzip" else "zstd")
        assert TEXT.startswith(out)
        assert damage is not None
        assert "is cut off" in damage
        assert len(out) >= kept, "the more there is, the more is unpacked"
        kept = len(out)
    assert kept == len(TEXT) if packer != "zstd, no size" else kept > 0


@packers
def test_the_report_of_a_file_that_is_cut_off_says_so(packer: str, tmp_path: Path) -> None:
    data = PACKERS[packer](BAD + TEXT)
    for end in (1, 3, 4, 20, len(data) // 2, len(data) - 1):
        report = judged(tmp_path, f"a{SUFFIX[packer]}", data[:end])
        rules = dict(report.counts)
        assert rules.pop("file.compression") == 1
        assert rules in ({}, {"follow.self": 1})
        assert (report.complete, report.relations, report.verdict) == (False, "broken off", "errors")
        assert report.files[0].bytes <= len(BAD + TEXT)
        assert report.files[0].lines == report.files[0].entries.get("follow", 0), "an incomplete line is not judged"
    assert rules == ({"follow.self": 1} if packer != "zstd, no size" else rules)


@packers
@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_told_or_changes_nothing(packer: str, at: int, bit: int) -> None:
    data = bytearray(PACKERS[packer](TEXT))
    data[at % len(data)] ^= 1 << bit
    out, damage = unpacked(bytes(data), "gzip" if packer == "gzip" else "zstd")
    # A header holds what is of no matter, and a frame without a checksum cannot tell.
    assert damage is not None or out == TEXT or packer == "zstd, no size"


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200), kind=st.sampled_from(["gzip", "zstd"]))
def test_no_bytes_make_it_fail_in_another_way(data: bytes, kind: Kind) -> None:
    for begin in (b"", b"\x1f\x8b\x08\0\0\0\0\0\0\0", b"\x28\xb5\x2f\xfd"):
        out, damage = unpacked(begin + data, kind)
        assert damage is not None or len(out) < 1 << 20


def test_a_checksum_that_differs_costs_no_line(tmp_path: Path) -> None:
    for suffix, pack in ((".gz", gzipped), (".zst", zstandarded)):
        data = bytearray(pack(TEXT))
        data[-5 if suffix == ".gz" else -1] ^= 1
        report = judged(tmp_path, f"a{suffix}", bytes(data))
        assert report.counts == {"file.compression": 1}
        assert report.files[0].lines == len(LINES)
        assert "the checksum differs" in report.findings[0].message
        assert report.findings[0].message.endswith("only what was read until then is judged: 40 lines")


def test_what_follows_the_end_is_told(tmp_path: Path) -> None:
    for suffix, pack in ((".gz", gzipped), (".zst", zstandarded)):
        report = judged(tmp_path, f"a{suffix}", pack(TEXT) + b"more")
        assert report.counts == {"file.compression": 1}
        assert report.files[0].lines == len(LINES)
        assert "something follows the end" in report.findings[0].message


def test_a_window_that_takes_too_much_memory_is_told() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=28, compression_level=1)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    out, damage = unpacked(packer.compress(TEXT) + packer.flush())
    assert out == b""
    assert "needs more than 128 MiB to unpack" in str(damage)


def test_a_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    for suffix, pack in ((".gz", gzipped), (".zst", zstandarded)):
        data = pack(TEXT + b"\0" * 5_000_000)
        report = judged(tmp_path, f"a{suffix}", data, max_stream=1_000_000)
        assert report.counts == {"file.max-stream-bytes": 1}
        assert (report.files[0].lines, report.complete) == (len(LINES), False)
        assert "file.max-stream-bytes" not in judged(tmp_path, f"a{suffix}", data, max_stream=6_000_000).counts


def test_to_leave_the_rule_out_does_not_make_the_report_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzipped(TEXT)[:-1])
    report = sir.validate_file(path, ignore=["file.compression"])
    assert (report.counts, report.verdict) == ({}, "incomplete")
