"""Turn a checker that pushes findings into an iterator from which they are pulled.

Between ``api.iter_findings`` and ``validate``: the checker runs in a thread that is never more than a
few findings ahead, and stops when the iterator is dropped.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeAlias, cast

from ..findings import Excerpt, Finding, Mark, Sink
from ..model import Severity
from ..places import Places
from .aside import Ledger, Taken

#: Runs a check of the stream into the sink.
Check: TypeAlias = Callable[[BinaryIO, Sink], object]

#: How many findings the thread may be ahead.
AHEAD = 256


class _Stopped(BaseException):
    """Nobody wants the findings any more. No ``Exception``, so that no checker takes it for its own."""


class _Ended:
    """The last thing in the queue: how the check ended."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def pulled(
    check: Callable[[BinaryIO, Sink], object], stream: BinaryIO, ledger: Ledger | None = None
) -> Iterator[Finding]:
    """The findings of ``check``, as they are found, with what the ledger says of them. What it raises is raised
    here."""
    line: queue.Queue[Finding | _Ended] = queue.Queue(AHEAD)
    stop = threading.Event()
    sink = _QueueSink(line, stop, ledger or Ledger())
    thread = threading.Thread(target=_run, args=(check, stream, sink), name="stream-import", daemon=True)
    thread.start()
    try:
        while not isinstance(item := line.get(), _Ended):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        thread.join(timeout=1)  # a read that waits for a pipe cannot be stopped


def _run(check: Check, stream: BinaryIO, sink: _QueueSink) -> None:
    error: BaseException | None = None
    try:
        check(cast(BinaryIO, _StoppableStream(stream, sink.stop)), sink)
    except _Stopped:
        return
    except BaseException as raised:
        error = raised
    try:
        sink.put(_Ended(error))
    except _Stopped:
        return


class _QueueSink:
    """Puts findings into a queue; waits when it is full, stops when nobody reads it any more."""

    wanted: int | None = None
    aside = 0
    places: Places | None = None

    def __init__(self, line: queue.Queue[Finding | _Ended], stop: threading.Event, ledger: Ledger) -> None:
        self.line = line
        self.stop = stop
        self._ledger = ledger
        # Details come in the order of the counts, rule by rule.
        self._taken: dict[str, deque[Taken]] = {}

    def count(self, rule: str, severity: Severity, mark: Mark | None = None) -> bool:
        if mark is not None:
            self._taken.setdefault(rule, deque()).append(self._ledger.take(rule, mark))
        return True

    def tally(self, rule: str, severity: Severity, number: int) -> None:
        raise AssertionError("every finding is wanted")

    def add(self, finding: Finding, excerpt: Excerpt | None) -> None:
        taken = self._taken.get(finding.rule)
        self.put(taken.popleft().marked(finding) if taken else finding)

    def put(self, item: Finding | _Ended) -> None:
        while not self.stop.is_set():
            try:
                return self.line.put(item, timeout=0.1)
            except queue.Full:
                continue
        raise _Stopped


class _StoppableStream:
    """The stream, except that reading on ends the check when nobody wants its findings."""

    def __init__(self, stream: BinaryIO, stop: threading.Event) -> None:
        self._stream = stream
        self._stop = stop

    def __getattr__(self, name: str) -> Any:
        if self._stop.is_set():
            raise _Stopped
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[bytes]:
        for line in self._stream:
            if self._stop.is_set():
                raise _Stopped
            yield line
