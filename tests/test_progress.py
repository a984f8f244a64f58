"""Progress is shown on standard error, to whom it may be of use, and never on standard output."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.data import write_keys
from stream_import_rules.progress import Progress, State, total_of

ROOT = Path(__file__).parents[1]


class Terminal(io.StringIO):
    """Standard error as if it were a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def shown(seconds: float, out: io.StringIO, **options: bool) -> str:
    with Progress(2_000, out, **options) as progress:
        progress.file("some/export.jsonl")
        progress.judged(500)
        time.sleep(seconds)
        with progress.hidden():
            out.write("something else\n")
        progress.relating()
        time.sleep(seconds)
    return out.getvalue()


def test_a_bar_moves_on_a_terminal_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    text = shown(0.5, Terminal(), at_once=True)
    assert "export.jsonl" in text
    assert "25 % of 2 kB" in text
    assert "checking references" in text
    assert text.endswith("\x1b[?25h\r\x1b[1A\x1b[2K")  # the cursor is back, the bar is gone


def test_a_short_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert shown(0.3, Terminal()) == "something else\n"


def test_a_terminal_that_cannot_move_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    text = shown(0.3, Terminal(), at_once=True)
    assert "\x1b" not in text
    assert text.startswith("stream-import: export.jsonl: 25 % of 2 kB")


def test_there_is_no_colour_if_nobody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(0.4, Terminal(), at_once=True)
    assert "\x1b[3" not in text
    assert "\x1b[9" not in text


def test_whoever_does_not_look_any_more_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    with Progress(100, out, at_once=True) as progress:
        out.close()
        time.sleep(0.2)
        progress.judged(10)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State("a", 500, 2_000, 100.0, False), "25 % of 2 kB, 100 bytes/s, 0:15 left"),
        (State("a", 500, None, 100.0, False), "500 bytes, 100 bytes/s"),
        (State("a", 500, 400, 0.0, False), "500 bytes"),  # more than was thought: nobody knows how much
        (State("a", 0, 0, 0.0, False), "0 bytes"),
        (State("a", 0, 75_000_000_000, 1e6, False), "0 % of 75 GB, 1 MB/s, 1250:00 left"),
        (State("a", 500, 500, 100.0, True), "checking references"),
    ],
)
def test_the_words(state: State, words: str) -> None:
    assert state.words() == words


def test_the_total_is_that_of_files_that_are_read_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"12345")
    assert total_of([str(file), str(file)]) == 10
    assert total_of([str(file), "-"]) is None
    (tmp_path / "a.jsonl.gz").write_bytes(b"1")
    assert total_of([str(tmp_path / "a.jsonl.gz")]) is None


def test_progress_is_told_on_demand_and_never_on_standard_output(tmp_path: Path) -> None:
    file = tmp_path / "keys.jsonl"
    write_keys(file, 30_000)

    def ran(*options: str) -> tuple[bytes, bytes]:
        command = [sys.executable, "-m", "stream_import_rules", "validate", str(file), *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        return done.stdout, done.stderr

    plain = ran()
    assert plain[1] == b""
    assert ran("--no-progress") == plain
    output, errors = ran("--progress")
    assert output == plain[0]
    assert errors == b"" or errors.startswith(b"stream-import: keys.jsonl: ")
