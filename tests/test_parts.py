"""Files in parts of any size: whatever stands where they are cut, the report is that of the whole."""

from __future__ import annotations

import io
import json
import pickle
import threading
from pathlib import Path

import pytest
from relation_files import make_file

from stream_import_rules import api, read, validate, workers
from stream_import_rules.judges import Judges
from stream_import_rules.ranges import Result
from stream_import_rules.report import json as as_json
from stream_import_rules.workers import Recipe, Request, WorkerError, judges_of, scan_part

#: The judges of the last run, which its workers share: to make them takes longer than all else here.
JUDGES: dict[int, Judges] = {}
ONE_AT_A_TIME = threading.Lock()


class _InProcess:
    """A worker without a process: what goes to it and comes from it is what would go through the pipes."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe: Recipe = pickle.loads(pickle.dumps(recipe))
        self._judges = JUDGES.get(recipe.now) or judges_of(self._recipe)
        JUDGES.clear()
        JUDGES[recipe.now] = self._judges

    def scan(self, request: Request) -> Result:
        request = pickle.loads(pickle.dumps(request))
        with ONE_AT_A_TIME:
            recipe = self._recipe
            found = scan_part(
                self._judges, request, staging=recipe.staging, samples=recipe.samples, places=recipe.places
            )
        result: Result = pickle.loads(pickle.dumps(found))
        return result

    def kill(self) -> None:
        """There is nothing to end."""

    def wait(self) -> None:
        """There is nothing to wait for."""


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_Process", _InProcess)
    monkeypatch.setattr(workers, "_Thread", _InProcess)


def line(number: int, actor: str = "nina", **members: object) -> bytes:
    """A line of one activity."""
    activity = {"actor": actor, "verb": "post", "object": "song", "foreign_id": f"post:{number}"}
    value = {**activity, "time": f"2021-03-14T15:09:{number % 60:02}Z", **members}
    return json.dumps({"instruction": "add_activities", "feedId": "user:nina", "data": [value]}).encode()


LINES = [line(1), line(2, actor=""), line(3), line(1), line(4, time="noon")]
OVER_LINES = json.dumps(json.loads(line(5, actor="")), indent=2).encode()
ARRAY = b"[" + b",\n".join(LINES) + b"]\n"
BOM = b"\xef\xbb\xbf"

FILES = {
    "plain": b"\n".join(LINES) + b"\n",
    "no final line feed": b"\n".join(LINES),
    "CRLF": b"\r\n".join(LINES) + b"\r\n",
    "CRLF, no final line end": b"\r\n".join(LINES),
    "CRLF and LF": b"\r\n".join(LINES) + b"\n" + b"\n".join(LINES),
    "lone CR": b"\r".join(LINES),
    "blank lines": b"\n\n \n".join(LINES) + b"\n",
    "blank lines first": b"\n\r\n\n" + b"\n".join(LINES) + b"\n",
    "blank lines last": b"\n".join(LINES) + b"\n\n \n\n",
    "blank lines alone": b"\n\n\n  \n",
    "one line feed": b"\n",
    "one byte": b"{",
    "byte order mark": BOM + b"\n".join(LINES) + b"\n",
    "byte order mark further down": b"\n".join([LINES[0], BOM + LINES[1], LINES[2]]) + b"\n",
    "byte order mark alone": BOM,
    "object over several lines": b"\n".join([LINES[0], OVER_LINES, LINES[2], OVER_LINES, LINES[3]]) + b"\n",
    "object over several lines first": b"\n".join([OVER_LINES, *LINES]) + b"\n",
    "object over several lines last": b"\n".join([*LINES, OVER_LINES]),
    "object that does not end": b"\n".join([LINES[0], OVER_LINES[:-20], LINES[2]]) + b"\n",
    "object over several lines with blank ones": OVER_LINES.replace(b"\n", b"\n\n") + b"\n" + LINES[0],
    "array": ARRAY,
    "array over several lines": json.dumps([json.loads(text) for text in LINES], indent=1).encode(),
    "array further down": LINES[0] + b"\n" + ARRAY + LINES[2] + b"\n",
    "several objects in a line": b"\n".join([LINES[0], LINES[1] + LINES[2], LINES[3] + b"," + LINES[4]]) + b"\n",
    "UTF-16": (b"\n".join(LINES) + b"\n").decode().encode("utf-16"),
    "UTF-16 without a mark": (b"\n".join(LINES) + b"\n").decode().encode("utf-16-le"),
    "UTF-32": (b"\n".join(LINES) + b"\n").decode().encode("utf-32"),
    "no UTF-8": b"\n".join([LINES[0], LINES[1].replace(b"song", b"s\xffng"), LINES[2]]) + b"\n",
    "Latin-1": b"\n".join(text.replace(b"song", "é".encode("latin-1")) for text in LINES) + b"\n",
    "null bytes": b"\n".join([LINES[0], b"\0" * 50, LINES[1] + b"\0"]) + b"\n",
    "no JSON": b"\n".join([LINES[0], b"hello", b"{'a': 1}", b"}", LINES[1]]) + b"\n",
    "line of 3 MB": b"\n".join([LINES[0], line(6, text="x" * 3_000_000), LINES[0], LINES[1]]) + b"\n",
    "generated": make_file(41).data,
}
SIZES = [1, 97, 700, 10**9]


def report_of(path: Path, *, samples: int = 3, **options: int) -> bytes:
    """The report of a file as JSON, with some samples of each rule."""
    return as_json.indented(api.validate_file(path, max_samples=samples, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FILES)
def test_the_report_of_parts_is_that_of_the_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "import.jsonl"
    path.write_bytes(FILES[name])
    expected = report_of(path, jobs=1)
    for size in SIZES:
        assert report_of(path, jobs=2, chunk=size) == expected, f"parts of {size:,} bytes"


def test_a_file_of_no_bytes_has_no_parts(tmp_path: Path) -> None:
    path = tmp_path / "import.jsonl"
    path.write_bytes(b"")
    assert report_of(path, jobs=2, chunk=1) == report_of(path, jobs=1)


@pytest.mark.parametrize("name", ["plain", "blank lines", "object over several lines", "array", "no JSON", "generated"])
def test_one_sample_and_all_of_them_are_those_of_the_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "import.jsonl"
    path.write_bytes(FILES[name])
    for samples in (1, 10**9):
        assert report_of(path, samples=samples, jobs=2, chunk=300) == report_of(path, samples=samples, jobs=1)


@pytest.mark.parametrize("name", FILES)
def test_parts_are_the_file_and_end_where_lines_end(name: str) -> None:
    data = FILES[name]
    for size in SIZES:
        parts = list(read.parts(io.BytesIO(data), size))
        assert [part.start for part in parts] == [0, *(part.end for part in parts[:-1])]
        assert parts[-1].end == len(data)
        assert all(data[part.end - 1 : part.end] == b"\n" for part in parts[:-1])
        assert [part.first_line for part in parts] == [1 + data[: part.start].count(b"\n") for part in parts]


def test_a_worker_that_fails_is_an_error_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: _InProcess, request: Request) -> Result:
        raise WorkerError("a worker process ended unexpectedly (exit code -9)")

    monkeypatch.setattr(_InProcess, "scan", fail)
    path = tmp_path / "import.jsonl"
    path.write_bytes(FILES["plain"])
    with pytest.raises(WorkerError, match="exit code -9"):
        api.validate_file(path, jobs=2, chunk=100)


def test_small_files_have_no_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a pool was made")

    path = tmp_path / "import.jsonl"
    path.write_bytes(FILES["plain"])
    monkeypatch.setattr(validate, "Pool", refuse)
    assert api.validate_file(path, jobs=8).files[0].lines == len(LINES)
