"""However the command is ended, it leaves neither processes nor temporary files behind.

``benchmarks.kill`` asks the same more often.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from benchmarks.data import write_keys
from benchmarks.kill import VALIDATE, kills
from benchmarks.processes import left_after

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


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
