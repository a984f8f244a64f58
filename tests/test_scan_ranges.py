"""A file in ranges of bytes, wherever they are cut: the lines of all of them are those of the file, each once."""

from __future__ import annotations

from pathlib import Path

import pytest
from relation_files import make_file

from stream_import_rules import artefact, scan
from stream_import_rules.judges import Judges
from stream_import_rules.policy import Policy
from stream_import_rules.ranges import Result, scan_range
from stream_import_rules.staging import Rows

RULESET, _ = artefact.load()
JUDGES = Judges(RULESET, Policy(RULESET), now=1_700_000_000_000_000)


def rows_of(rows: Rows) -> set[tuple[int, ...]]:
    """The rows of a table."""
    return set(zip(*(getattr(rows, name) for name in Rows.COLUMNS), strict=True))


def staged(results: list[Result]) -> tuple[set[tuple[int, ...]], set[tuple[int, ...]]]:
    """The rows of several ranges together."""
    tables = [result.staged for result in results if result.staged is not None]
    return set().union(*(rows_of(t.keys) for t in tables)), set().union(*(rows_of(t.refs) for t in tables))


@pytest.mark.parametrize(("seed", "size"), [(1, 1_000), (2, 4_096), (3, 10_007), (4, 65_536)])
def test_ranges_that_end_anywhere_have_all_lines_once(tmp_path: Path, seed: int, size: int) -> None:
    data = b"\n".join(line for line in make_file(seed).data.splitlines() if line.strip())
    path = tmp_path / "import.jsonl"
    path.write_bytes(data)
    whole = scan_range(JUDGES, str(path), 0, len(data))
    parts = [scan_range(JUDGES, str(path), start, start + size) for start in range(0, len(data), size)]
    assert all(part.settled for part in parts if part.lines)
    assert sum(part.lines for part in parts) == whole.lines == data.count(b"\n") + 1
    assert sum(part.size for part in parts) == whole.size == len(data)
    assert staged(parts) == staged([whole])
    found = [finding.message for part in parts for finding, *_ in part.samples]
    assert found == [finding.message for finding, *_ in whole.samples]


def test_the_tables_are_arrow_with_one_row_a_record(tmp_path: Path) -> None:
    path = tmp_path / "import.jsonl"
    path.write_bytes(b'{"instruction":"follow","feedId":"user:bob","data":["user:alice","user:tim"]}\n')
    keys, refs = scan_range(JUDGES, str(path), 0, 1).tables()
    assert (keys.num_rows, refs.num_rows) == (2, 0)
    assert keys.column_names == refs.column_names == list(Rows.COLUMNS)
    assert keys["pos"].to_pylist() == [0, 1]
    assert keys["scope"].to_pylist() == [None, None]


def test_a_range_in_the_middle_of_a_line_has_no_line(tmp_path: Path) -> None:
    path = tmp_path / "import.jsonl"
    path.write_bytes(b'{"instruction":"follow","feedId":"user:bob","data":["user:alice","user:tim"]}\n')
    assert scan_range(JUDGES, str(path), 5, 20).lines == 0


def test_files_of_few_lines_are_left_to_explain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fast = artefact.fast_validator()
    judges = Judges(RULESET, Policy(RULESET), now=1_700_000_000_000_000, fast=fast)
    path = tmp_path / "import.jsonl"
    line = b'{"instruction":"users","data":[{"id":"nina"}]}\n'
    sizes = {}
    for worth in (0, 1 << 13):
        monkeypatch.setattr(scan, "WORTH_FAST", worth)
        for count in (10, 1_000):
            fast.decoded = ()
            path.write_bytes(line * count)
            result = scan_range(judges, str(path), 0, path.stat().st_size)
            assert (result.counts, result.survey.entries) == ({}, {"users": count})
            sizes[worth, count] = len(fast.decoded)
    assert sizes == {(0, 10): 10, (0, 1_000): 1_000, (1 << 13, 10): 0, (1 << 13, 1_000): 1_000}
