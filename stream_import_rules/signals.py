"""Signals that end the command: it stops, says what it has found, and goes with the code of the signal.

Used by ``__main__`` before anything else is imported, and by ``cli`` for the exit code. Knows nothing else.
"""

from __future__ import annotations

import os
import signal
import time
from types import FrameType

#: Seconds in which a second signal is taken for the same: a program between the terminal and this one may
#: send Ctrl-C on, which the terminal has sent to both.
SAME = 0.3

_first: tuple[float, int] | None = None


def catch() -> None:
    """Have Ctrl-C and SIGTERM raise ``KeyboardInterrupt``; the second of them ends the program at once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) not in (signal.SIG_IGN, None):  # what is ignored stays so
            signal.signal(number, _stop)


def exit_code() -> int:
    """The exit code of an interrupted run: 130 after Ctrl-C, 143 after SIGTERM."""
    return 128 + (signal.SIGINT if _first is None else _first[1])


def _stop(number: int, _frame: FrameType | None) -> None:
    global _first
    now = time.monotonic()
    if _first is None:
        _first = (now, number)
        raise KeyboardInterrupt
    if now - _first[0] > SAME:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
