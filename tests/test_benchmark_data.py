"""The data of the measurements: large files of which nothing is to be said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from relation_oracle import findings

import stream_import_rules as sir
from benchmarks.data import write_follows, write_hot_key, write_keys


@pytest.mark.parametrize(("write", "count"), [(write_keys, 30_000), (write_hot_key, 15_000), (write_follows, 70_000)])
def test_no_rule_is_broken(tmp_path: Path, write: Callable[[Path, int], None], count: int) -> None:
    path = tmp_path / "import.jsonl"
    write(path, count)
    report = sir.validate_file(path)
    assert report.counts == {}
    assert sum(report.files[0].entries.values()) >= count
    assert findings(path.read_bytes()) == []
