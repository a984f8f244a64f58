"""Worker processes that die, and a run that is stopped while they work: a sentence, and nobody is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clients import needs

from benchmarks.processes import session

pytestmark = needs(Path("/proc/self/stat").exists(), "looks for processes in /proc")

#: The command, with workers for small parts, which says when the first of their results is there.
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from stream_import_rules import cli, validate
validate.WORTH_WORKERS, validate.PART, validate.THREADS = 0, 20_000, False
take = validate.Import._take
def told(self, result, scan):
    take(self, result, scan)
    if scan.lines == result.lines:
        print("begun", file=sys.stderr, flush=True)
validate.Import._take = told
cli.main()
"""
LINE = b'{"instruction":"users","data":[{"id":"tim smith"}]}\n'
COUNT = 100_000
PATIENCE = 20.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of many parts."""
    path = tmp_path / "import.jsonl"
    path.write_bytes(LINE * COUNT)
    (tmp_path / "temporary").mkdir()
    return path


@contextmanager
def begun(file: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """The command in a session of its own, with the first part of the file judged, and its workers, one of
    which stands still: so it is in the middle of its run until somebody does something."""
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "validate", str(file), "-j", "2", "--format", "json", *arguments],
        env={**os.environ, "TMPDIR": str(file.parent / "temporary")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline() == b"begun\n"
            workers = [pid for pid in session(process.pid) if pid != process.pid and _is_worker(pid)]
            assert len(workers) == 2
            os.kill(workers[0], signal.SIGSTOP)
            yield process, workers
        finally:
            for pid in session(process.pid):
                os.kill(pid, signal.SIGKILL)


def _is_worker(pid: int) -> bool:
    return b"stream_import_rules.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()


def nobody_is_left(process: subprocess.Popen[bytes], file: Path) -> bool:
    """Whether all processes of the session and all temporary files are gone, or soon are."""
    deadline = time.monotonic() + 3
    temporary = file.parent / "temporary"
    while session(process.pid) or any(temporary.iterdir()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("together", [[], ["--together"]], ids=["each", "together"])
@pytest.mark.parametrize("which", [0, 1])
def test_the_death_of_a_worker_is_told_in_a_sentence(file: Path, which: int, together: list[str]) -> None:
    with begun(file, *together) as (process, workers):
        os.kill(workers[which], signal.SIGKILL)
        if which:
            os.kill(workers[0], signal.SIGCONT)
        output, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == 2, complaint
        assert b"a worker process ended unexpectedly (exit code -9)" in complaint
        assert b"import.jsonl" in complaint
        assert b"Traceback" not in complaint
        assert nobody_is_left(process, file)
    assert output == b""


@pytest.mark.parametrize("together", [[], ["--together"]], ids=["each", "together"])
def test_the_file_of_a_dead_worker_is_unread_and_others_are_judged(file: Path, together: list[str]) -> None:
    other = file.with_name("other.jsonl")
    other.write_bytes(LINE * 3)
    with begun(file, str(other), *together) as (process, workers):
        os.kill(workers[0], signal.SIGKILL)
        output, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == 2, complaint
        assert b"Traceback" not in complaint
        assert nobody_is_left(process, file)
    report = json.loads(output)
    assert [one["path"] for one in report["unread"]] == [str(file)]
    assert [(one["path"], one["lines"]) for one in report["files"]] == [(str(other), 3)]
    assert report["verdict"] == "errors"


@pytest.mark.parametrize("together", [[], ["--together"]], ids=["each", "together"])
def test_a_run_that_is_stopped_while_workers_work_gives_what_it_has(file: Path, together: list[str]) -> None:
    with begun(file, *together) as (process, _):
        os.killpg(process.pid, signal.SIGINT)
        output, complaint = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, complaint
        assert b"interrupted" in complaint
        assert b"Traceback" not in complaint
        assert nobody_is_left(process, file)
    report = json.loads(output)
    (judged,) = report["files"]
    assert report["interrupted"]
    assert 0 < judged["lines"] < COUNT
    assert not judged["complete"]
    assert report["counts"] == {"user.id.charset": judged["lines"]}


def test_workers_end_with_the_program_that_started_them(file: Path) -> None:
    with begun(file) as (process, workers):
        os.kill(workers[0], signal.SIGCONT)
        process.kill()
        process.communicate(timeout=PATIENCE)
        assert nobody_is_left(process, file)
