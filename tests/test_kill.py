"""However the command is ended, it leaves neither processes nor temporary files nor half a report behind, and
if it is asked to end it says what it has found.

``benchmarks.kill`` asks the same more often.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clients import needs

from benchmarks.data import write_keys
from benchmarks.kill import VALIDATE, kills
from benchmarks.processes import left_after

pytestmark = needs(Path("/proc/self/stat").exists(), "looks for processes in /proc")


def test_nothing_is_left_of_a_command_that_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "keys.jsonl"
    write_keys(file, 60_000)
    for kill in kills([*VALIDATE, str(file)], tmp_path, 6):
        assert not kill.left, f"{kill.how.name} after {kill.moment:.3f} s"


def test_what_is_left_is_noticed(tmp_path: Path) -> None:
    """The test above can fail: a command that leaves a process and a folder."""
    careless = (
        "import os, subprocess, sys, tempfile, time; tempfile.mkdtemp(); "
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], stderr=subprocess.DEVNULL); "
        "time.sleep(60)"
    )
    left = left_after([sys.executable, "-c", careless], tmp_path, 0.7, signal.SIGKILL, patience=0.3)
    assert [what.split()[0] for what in left] == ["process", "temporary"]


# --------------------------------------------------------------------------- asked to end

ROOT = Path(__file__).parents[1]

#: The command with one cause to wait long in the middle of what it does.
SLOW_SCAN = """
from stream_import_rules import workers
scan_part = workers.scan_part
def slow(*arguments, **options):
    import time
    if arguments[1].part.start:
        time.sleep(60)
    return scan_part(*arguments, **options)
workers.scan_part = slow
"""
SLOW_QUERY = """
from stream_import_rules import validate
def slow(relations, store, *_):
    import sys
    print("asked", file=sys.stderr, flush=True)
    list(store.ask("select count(*) from range(1000000000) a, range(1000) b where (a.range * b.range) % 7 = 3"))
validate.relate = slow
"""


def begun(patch: str, *arguments: str) -> subprocess.Popen[bytes]:
    """The command, with a patch to this process or to its workers, in a group of its own."""
    code = f"{patch}\nfrom stream_import_rules.__main__ import main\nimport sys\nsys.argv[0] = 'stream-import'\nmain()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "validate", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_long_query_is_broken_off_within_a_second(tmp_path: Path, how: signal.Signals, code: int) -> None:
    file = tmp_path / "keys.jsonl"
    write_keys(file, 60_000)  # enough for DuckDB
    with begun(SLOW_QUERY, str(file), "--jobs", "1") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"asked\n"
        time.sleep(0.3)
        asked = time.monotonic()
        os.killpg(process.pid, how)
        output, errors = process.communicate(timeout=20)
        assert time.monotonic() - asked < 1
    assert process.returncode == code
    assert "ONLY PART OF THE FILE WAS JUDGED" in output.decode()
    assert errors.decode() == "stream-import: interrupted: the report is of what was read until then\n"


def test_workers_that_are_busy_do_not_keep_the_command_from_ending(tmp_path: Path) -> None:
    """The first Ctrl-C reaches the whole group; the report is of the parts that were done."""
    file = tmp_path / "keys.jsonl"
    write_keys(file, 200_000)
    slow = tmp_path / "site" / "sitecustomize.py"
    slow.parent.mkdir()
    slow.write_text(
        f"import sys\nif sys.argv[:1] == ['-m']:\n    sys.path.insert(0, {str(ROOT)!r})\n" + _indented(SLOW_SCAN)
    )
    lines = "import api\nplan = api.make_plan\napi.make_plan = lambda **o: plan(**{**o, 'chunk': 1_000_000})"
    lines += "\nfrom stream_import_rules import validate\nvalidate.THREADS = False"
    patch = "import os\nfrom stream_import_rules " + lines + f"\nos.environ['PYTHONPATH'] = {str(slow.parent)!r}"
    with begun(patch, str(file), "--jobs", "2", "--format", "json") as process:
        time.sleep(2.5)
        asked = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=20)
        assert time.monotonic() - asked < 1
    report = json.loads(output)
    assert (process.returncode, report["interrupted"], report["complete"]) == (130, True, False), errors
    assert 0 < report["files"][0]["bytes"] < file.stat().st_size


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip().splitlines())


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    script = (
        "from stream_import_rules import signals; import time; signals.catch()\n"
        "try:\n    print('ready', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('stopping', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"stopping\n"
        process.send_signal(signal.SIGINT)  # as one that is sent on: the same
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == -signal.SIGINT


# --------------------------------------------------------------------------- no room


def test_a_full_disk_leaves_no_report_and_says_so(tmp_path: Path) -> None:
    """The limit of the size of a file stands for the disk: what is written beyond it fails in the same way."""
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b'{"instruction":"follow","feedId":"user:bob","data":["user:bob"]}\n' * 5_000)
    (tmp_path / "out").mkdir()
    report = tmp_path / "out" / "report.csv"
    for arguments in (["--format", "csv"], ["--format", "json", "--max-samples", "5000"]):
        done = subprocess.run(
            [*VALIDATE, str(file), *arguments, "-o", str(report)],
            cwd=ROOT,
            capture_output=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        )
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.decode() == f"stream-import: cannot write to {report}: File too large\n"
        assert list(report.parent.iterdir()) == []


@needs(Path("/dev/full").exists(), "needs /dev/full")
@pytest.mark.parametrize("format_", ["text", "jsonl"])
def test_standard_output_on_a_full_disk_is_told_in_a_sentence(tmp_path: Path, format_: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b'{"instruction":"follow","feedId":"user:bob","data":["user:bob"]}\n')
    with open("/dev/full", "wb") as full:
        command = [*VALIDATE, str(file), "--format", format_]
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr == b"stream-import: cannot write to standard output: No space left on device\n"


@needs(os.geteuid() != 0 or Path("/proc/sys").exists(), "root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told_before_the_file_is_read(tmp_path: Path) -> None:
    """Root may write to any folder but those that no user can."""
    folder = Path("/proc/sys") if os.geteuid() == 0 else tmp_path / "closed"
    if folder.is_relative_to(tmp_path):
        folder.mkdir(mode=0o500)
    report = folder / "report.txt"
    done = subprocess.run([*VALIDATE, "-", "-o", str(report)], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"stream-import: cannot write to {report}: ")


def test_no_room_for_the_copy_of_standard_input_is_not_blamed_on_the_input(tmp_path: Path) -> None:
    done = subprocess.run(
        [*VALIDATE, "-"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        input=b'{"instruction":"follow","feedId":"user:bob","data":["user:alice"]}\n' * 5_000,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert (done.returncode, done.stdout, list(tmp_path.iterdir())) == (2, b"", [])
    assert b"no copy of it can be kept for the relations: File too large. More free space" in done.stderr
