"""Progress of a run on standard error: how much of the files is judged, at which rate, and how long it still takes.

Used by ``cli``. The run only leaves figures here; a thread shows them: as a bar on a terminal, elsewhere and on
terminals that cannot move the cursor as a line from time to time.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, Self, TextIO

from .report.safe import visible
from .report.words import name_of, size

#: Seconds after which a run is long, unless progress was asked for.
LONG = 2.0
#: Seconds between two states of a bar, and between two lines.
BAR, LINES = 0.2, 5.0
#: Seconds of which the rate is the rate.
_WINDOW = 10.0
#: What bytes on the disk are not those that are judged.
_PACKED = (".gz", ".zst", ".bz2", ".xz", ".zip")


class State(NamedTuple):
    """How far a run is: ``done`` of ``total`` bytes (``None``: unknown), at ``rate`` bytes a second."""

    what: str
    done: int
    total: int | None
    rate: float
    relating: bool

    @property
    def share(self) -> float | None:
        """The part that is judged, from 0 to 1, as far as it is known."""
        if not self.total or self.done > self.total or self.relating:
            return None
        return self.done / self.total

    def words(self) -> str:
        """``42 % of 1.2 GB, 230 MB/s, 0:03 left``."""
        if self.relating:
            return "checking references"
        share = self.share
        parts = [size(self.done) if share is None else f"{share:.0%} of {size(self.total or 0)}".replace("%", " %")]
        if self.rate > 0:
            parts.append(f"{size(int(self.rate))}/s")
            if share is not None:
                left = round(((self.total or 0) - self.done) / self.rate)
                parts.append(f"{left // 60}:{left % 60:02} left")
        return ", ".join(parts)


class _Display(Protocol):
    pause: float

    def show(self, state: State) -> None:
        """Show a state."""

    def hide(self) -> None:
        """Take away what is shown."""


class Progress:
    """Takes the figures of a run (``validate.Progress``) and shows them while it is a context."""

    def __init__(self, total: int | None, out: TextIO, *, at_once: bool = False, lines: bool = False) -> None:
        self._total, self._out, self._at_once = total, out, at_once
        self._plain = lines or not _can_move(out)
        self._what, self._before, self._done, self._relating = "", 0, 0, False
        self._began = time.monotonic()
        self._past: deque[tuple[float, int]] = deque([(self._began, 0)])
        self._display: _Display | None = None
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream-import-progress", daemon=True)

    # ------------------------------------------------------------------ what the run says

    def file(self, name: str) -> None:
        """The next file begins."""
        self._what, self._before, self._done, self._relating = name, self._before + self._done, 0, False

    def judged(self, size: int) -> None:
        """So many bytes of the file are judged."""
        self._done = size

    def relating(self) -> None:
        """The relations between entries are being checked."""
        self._relating = True

    # ------------------------------------------------------------------ what is shown

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        with self._lock:
            self._hide()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Nothing is shown while something else is written."""
        with self._lock:
            self._hide()
            yield

    def _hide(self) -> None:
        if self._display is not None:
            self._display.hide()

    def _run(self) -> None:
        try:
            pause = 0.1 if self._at_once else LONG
            while not self._end.wait(pause):
                with self._lock:
                    if self._display is None:
                        self._display = _Lines(self._out) if self._plain else _Bar(self._out)
                    self._display.show(self.state())
                    pause = self._display.pause
        except (OSError, ValueError):  # nobody looks any more
            self._display = None

    def state(self) -> State:
        """How far the run is now."""
        now, done = time.monotonic(), self._before + self._done
        self._past.append((now, done))
        while len(self._past) > 2 and now - self._past[0][0] > _WINDOW:
            self._past.popleft()
        since, before = self._past[0]
        rate = (done - before) / (now - since) if now > since else 0.0
        return State(self._what, done, self._total, rate, self._relating)


def total_of(paths: Sequence[str]) -> int | None:
    """The bytes of all files, if all are files of the disk that are read as they are."""
    total = 0
    for path in paths:
        if not os.path.isfile(path) or path.lower().endswith(_PACKED):
            return None
        total += os.path.getsize(path)
    return total


def _can_move(out: TextIO) -> bool:
    return out.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


def _label(state: State, out: TextIO) -> str:
    name = os.path.basename(name_of(state.what))
    return visible(name if len(name) <= 40 else f"{name[:37]}...", out.encoding or "utf-8")


class _Lines:
    """A line from time to time."""

    pause = LINES

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, state: State) -> None:
        self._out.write(f"stream-import: {_label(state, self._out)}: {state.words()}\n")
        self._out.flush()

    def hide(self) -> None:
        pass


class _Bar:
    """A bar that goes away when it is done."""

    pause = BAR

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bars

        self._out, self._shown = out, False
        plain: dict[str, Any] = {"markup": False}
        self._bars = Bars(
            TextColumn("{task.description}", **plain),
            BarColumn(),
            TextColumn("{task.fields[words]}", **plain),
            console=Console(file=out, emoji=False, highlight=False),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bars.add_task("", total=None, words="")

    def show(self, state: State) -> None:
        if not self._shown:
            self._bars.start()
            self._shown = True
        share = state.share
        self._bars.update(
            self._task,
            description=_label(state, self._out),
            words=state.words(),
            total=None if share is None else 1.0,
            completed=share or 0.0,
        )
        if share is None:
            self._bars.tasks[0].total = None  # an update leaves a total that it is not given
        self._bars.refresh()

    def hide(self) -> None:
        if self._shown:
            self._bars.stop()
            self._shown = False
