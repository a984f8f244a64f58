"""Parts of a file, scanned side by side: the report is that of the whole, wherever the file is cut; and what
becomes of workers that die, and of a run that is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from relation_files import make_file

import stream_import_rules as sir
from stream_import_rules import workers
from stream_import_rules.report import json as as_json

ROOT = Path(__file__).parents[1]
GOOD = b'{"instruction":"follow","feedId":"user:bob","data":["user:alice"]}'
OTHER = b'{"instruction":"users","data":[{"id":"bob"},{"id":"bob"}]}'
PRETTY = json.dumps(json.loads(OTHER), indent=1).encode()
NASTY = {
    "empty": b"",
    "one line without an end": GOOD,
    "CRLF": b"\r\n".join([GOOD, OTHER, GOOD, b""]),
    "blank lines": b"\n\n" + GOOD + b"\n\n\n \n" + OTHER + b"\n\n" + GOOD + b"\n\n\n",
    "blank alone": b"\n \n\n",
    "a byte order mark": b"\xef\xbb\xbf" + GOOD + b"\n" + GOOD + b"\n",
    "an object over many lines": GOOD + b"\n" + PRETTY + b"\n" + GOOD + b"\n",
    "an object that is never closed": GOOD + b'\n{"instruction":"users",\n"data":[\n' + GOOD + b"\n" + OTHER + b"\n",
    "one that nothing follows": GOOD + b'\n{"instruction":"users",\n"data":[\n',
    "an array": b"[" + GOOD + b",\n" + OTHER + b"]\n",
    "an array among lines": GOOD + b"\n[1,2]\n" + OTHER + b"\n",
    "an array first": b"[1]\n" + GOOD + b"\n",
    "UTF-16": (GOOD + b"\n" + OTHER + b"\n").decode().encode("utf-16"),
    "bytes that are no UTF-8": GOOD + b'\n{"instruction":"us\xff\xfe"}\n' + OTHER + b"\n",
    "several values": GOOD + b" " + OTHER + b"\n" + GOOD + b",\n" + GOOD + b"\n",
    "a long line": GOOD
    + b'\n{"instruction":"users","data":[{"id":"a","data":{"t":"'
    + b"x" * 9_000
    + b'"}}]}\n'
    + OTHER,
    "NUL and lone returns": GOOD + b"\n\x00\n" + OTHER + b"\r" + GOOD + b"\n",
}


class InThisProcess:
    """A worker that is none."""

    def __init__(self, recipe: workers.Recipe) -> None:
        self._recipe = recipe
        self._judges = workers.judges_of(recipe)

    def scan(self, request: workers.Request) -> workers.Result:
        return workers.scan_part(self._judges, request, staging=self._recipe.staging, samples=self._recipe.samples)

    def kill(self) -> None:
        """There is nothing to end."""

    wait = kill


def report_of(path: Path, **options: int) -> bytes:
    report = sir.validate_file(path, max_samples=3, **options)  # type: ignore[arg-type]
    return as_json.indented(report)


@pytest.mark.parametrize("data", NASTY.values(), ids=NASTY)
def test_a_file_may_be_cut_anywhere(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_Worker", InThisProcess)
    path = tmp_path / "import.jsonl"
    path.write_bytes(data)
    whole = report_of(path, jobs=1)
    for size in (1, 2, 7, 33, 64, 67, 100, 150, 1_000, len(data) + 1):
        assert report_of(path, jobs=2, chunk=size) == whole, f"parts of {size} bytes"


@pytest.mark.parametrize("seed", [70, 71, 72])
def test_a_file_of_all_sorts_may_be_cut_anywhere(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_Worker", InThisProcess)
    path = tmp_path / "import.jsonl"
    data = make_file(seed).data
    pieces = data.splitlines(keepends=True)
    pieces[len(pieces) // 3 : 0] = [PRETTY + b"\n", b"\n\n", b'{"instruction":\n']
    path.write_bytes(b"".join(pieces))
    whole = report_of(path, jobs=1)
    for size in (500, 3_001, 20_000):
        assert report_of(path, jobs=3, chunk=size) == whole, f"parts of {size} bytes"


# --------------------------------------------------------------------------- real processes


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that takes some seconds: every line has a finding."""
    path = tmp_path / "import.jsonl"
    path.write_bytes(b'{"instruction":"users","data":[{"id":"a|b"}]}\n' * 600_000)
    return path


def children_of(process: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            found.append(int(stat.parent.name))
    return found


def workers_of(process: int) -> list[int]:
    """The worker processes of a command, once they are there."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        there = [c for c in children_of(process) if b"stream_import_rules.worker" in command_of(c)]
        if len(there) >= 2:
            return there
        time.sleep(0.02)
    raise AssertionError("no workers were started")


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def started(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "stream_import_rules", "validate", str(path), "--jobs", "2"]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def assert_gone(processes: list[int]) -> None:
    until = time.monotonic() + 5
    while time.monotonic() < until and any(b"stream_import_rules.worker" in command_of(p) for p in processes):
        time.sleep(0.02)
    assert not [p for p in processes if b"stream_import_rules.worker" in command_of(p)]


def test_a_worker_that_dies_is_told_and_the_others_go(large: Path) -> None:
    process = started(large)
    there = workers_of(process.pid)
    os.kill(there[0], signal.SIGKILL)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "a worker process ended unexpectedly" in said
    assert "Traceback" not in said
    assert_gone(there)


def test_a_run_that_is_stopped_prints_what_was_found_and_its_workers_go(large: Path) -> None:
    process = started(large)
    there = workers_of(process.pid)
    time.sleep(1)
    stopped = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "ONLY PART OF THE FILE WAS JUDGED" in printed
    assert "Traceback" not in said
    assert time.monotonic() - stopped < 10
    assert_gone(there)
