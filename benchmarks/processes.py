"""A command in a session of its own: what it takes, and what it leaves behind. Reads ``/proc``, so for Linux alone."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")
#: Seconds between two looks at a process.
_PAUSE = 0.02


class Cost(NamedTuple):
    """What a run took: seconds, and the most bytes that all its processes, and its temporary files, had at once."""

    seconds: float
    memory: int
    disk: int


class Run(NamedTuple):
    """What a run took, seen from outside: seconds on the clock, seconds of CPU of all its processes; what it said."""

    seconds: float
    cpu: float
    output: bytes
    code: int


def start(command: Sequence[str], temporary: Path, output: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, with a folder for its temporary files."""
    return subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Where this runs in the background, Ctrl-C may be ignored, and whoever is started would ignore it too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def session(leader: int) -> list[int]:
    """The living processes of the session that a process leads or led."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            state, _parent, _group, its_session = _stat(entry.name)
            if its_session == str(leader) and state not in "ZX":
                found.append(int(entry.name))
    return found


def _stat(pid: str) -> list[str]:
    """State, parent, group and session of a process; of one that is gone, as if it were dead."""
    try:
        text = Path("/proc", pid, "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ["X", "", "", ""]
    return text[text.rindex(")") + 2 :].split()[:4]


def resident(pids: Sequence[int]) -> int:
    """The bytes of memory that processes have, pages that they share counted for each."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
        except OSError:
            continue
    return total


def size_of(folder: Path) -> int:
    """The bytes on disk of all files below a folder."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(base, name)).st_blocks * 512
            except OSError:
                continue
    return total


def run_of(command: Sequence[str], temporary: Path, codes: Sequence[int] = (0, 1)) -> Run:
    """Run a command to its end without looking at it meanwhile. Raises ``RuntimeError`` as ``cost_of``."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = start(command, temporary, subprocess.PIPE)
    output, complaint = process.communicate()
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    _check(process, complaint, codes)
    return Run(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, output, process.returncode)


def first_output(command: Sequence[str], temporary: Path) -> float:
    """The seconds until a command has written its first line; then it is ended. Raises ``RuntimeError`` if it ends
    without one."""
    began = time.perf_counter()
    process = start(command, temporary, subprocess.PIPE)
    assert process.stdout is not None
    try:
        if not process.stdout.readline():
            _, complaint = process.communicate()
            raise RuntimeError(f"nothing was written: {complaint.decode(errors='replace').strip()}")
        return time.perf_counter() - began
    finally:
        for pid in session(process.pid):
            _end(pid)
        process.communicate()


def _check(process: subprocess.Popen[bytes], complaint: bytes, codes: Sequence[int]) -> None:
    if process.returncode not in codes:
        raise RuntimeError(f"exit code {process.returncode}: {complaint.decode(errors='replace').strip()}")


def cost_of(command: Sequence[str], temporary: Path, codes: Sequence[int] = (0, 1)) -> Cost:
    """Run a command to its end. Raises ``RuntimeError`` if it ends with another code than those."""
    memory = disk = 0
    began = time.perf_counter()
    process = start(command, temporary)
    while process.poll() is None:
        memory = max(memory, resident(session(process.pid)))
        disk = max(disk, size_of(temporary))
        time.sleep(_PAUSE)
    seconds = time.perf_counter() - began
    _, complaint = process.communicate()
    _check(process, complaint, codes)
    return Cost(seconds, memory, disk)


def left_after(
    command: Sequence[str],
    temporary: Path,
    moment: float,
    how: signal.Signals,
    patience: float = 2.0,
    output: Path | None = None,
) -> list[str]:
    """Send a signal to a command after ``moment`` seconds; what is still there ``patience`` seconds later, in words.

    What is left is ended, and the folder's contents stay for whoever wants to look. In the folder of ``output``
    (another one than ``temporary``) nothing else may be left; whether that file is whole is for others to judge.
    """
    process = start(command, temporary)
    time.sleep(moment)
    process.send_signal(how)
    deadline = time.monotonic() + patience
    while (alive := _alive(process)) or any(temporary.iterdir()) or _beside(output):
        if time.monotonic() > deadline:
            break
        time.sleep(_PAUSE)
    left = [f"process {pid}: {_command_of(pid)}" for pid in alive]
    left += [f"temporary file {path.relative_to(temporary)}" for path in sorted(temporary.rglob("*"))]
    left += [f"file {path.name} beside the output" for path in _beside(output)]
    while alive := _alive(process):
        for pid in alive:
            _end(pid)
        time.sleep(_PAUSE)
    process.communicate()
    return left


def _beside(output: Path | None) -> list[Path]:
    return [] if output is None else sorted(path for path in output.parent.iterdir() if path != output)


def _alive(process: subprocess.Popen[bytes]) -> list[int]:
    process.poll()
    return session(process.pid)


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return "?"


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
