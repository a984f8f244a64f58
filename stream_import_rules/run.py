"""One run over several files: each an import of its own, or all together one; what fails is noted, not raised.

Between ``api``, whose steps it takes, and ``cli``, which prints what came of it. A file that cannot be
read does not keep the others from being judged, and what was judged before the run was stopped is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import BinaryIO, TypeAlias

from . import api
from .histograms import Histograms
from .report.collect import Collector, FileReport, Totals, Unread, file_report
from .report.output import reason_of
from .store import StoreError
from .validate import Checker, FileSummary, Import
from .workers import WorkerError

#: Opens the bytes of a file by its path. Raises ``OSError`` or ``api.InputError``.
Open: TypeAlias = Callable[[str], AbstractContextManager[BinaryIO]]
#: Tells the user of what went wrong with a file (``None``: with the run), in a sentence.
Complain: TypeAlias = Callable[[str | None, str], None]


class Run:
    """What came of the files of one run."""

    def __init__(self, checker: Checker, collector: Collector, open_: Open, complain: Complain) -> None:
        self._checker, self._collector = checker, collector
        self._open, self._complain = open_, complain
        self.files: list[FileReport] = []
        self.unread: list[Unread] = []
        #: How times and sizes are spread over all files, if the checker was asked for it.
        self.histograms: Histograms | None = None
        self.interrupted = False
        #: Whether the relations between entries could not be checked to their end.
        self.unrelated = False

    def each(self, paths: Sequence[str]) -> None:
        """Judge each file as an import of its own."""
        for path in paths:
            before = self._collector.totals
            reached: FileSummary | None
            try:
                with self._open(path) as stream:
                    reached = self._checker.check(stream, path, self._collector)
            except StoreError as error:
                self._unrelated(error)
                reached = _reached(error)
            except (OSError, api.InputError, WorkerError) as error:
                self._unread(path, error)
                continue
            except KeyboardInterrupt as stop:
                self._stopped(stop, before)
                return
            if reached is not None:
                self._changed(path, reached)
                self._judged(reached, before)
                if reached.unrelated is not None:
                    self._unrelated(reached.unrelated)

    def together(self, paths: Sequence[str]) -> None:
        """Judge all files as one import, which is uploaded in parts."""
        before = self._collector.totals
        with ExitStack() as opened, Import(self._checker, self._collector) as whole:
            judged: list[int] = []
            for path in paths:
                before = self._collector.totals
                try:
                    summary = whole.file(opened.enter_context(self._open(path)), path)
                except (OSError, api.InputError, WorkerError) as error:
                    self._unread(path, error)
                    continue
                except KeyboardInterrupt as stop:
                    self._stopped(stop, before)
                    return
                judged.append(whole.count - 1)
                self._changed(path, summary)
                self._judged(summary, before)
            try:
                counts = whole.relate()
            except StoreError as error:
                self._unrelated(error)
                return
            except KeyboardInterrupt:
                self.interrupted = True
                return
        if whole.unrelated is not None:
            self._unrelated(whole.unrelated)
        self.files = api.related(self.files, [counts.get(number, {}) for number in judged])

    def _unread(self, path: str, error: Exception) -> None:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        self.unread.append(Unread(path=path, reason=reason))
        self._complain(path, reason)

    def _changed(self, path: str, reached: FileSummary) -> None:
        if reached.changed is not None:
            self._complain(path, f"{reached.changed}; judge it again when nobody writes to it")

    def _unrelated(self, reason: StoreError | str) -> None:
        self.unrelated = True
        self._complain(None, str(reason))

    def _stopped(self, stop: KeyboardInterrupt, before: Totals) -> None:
        self.interrupted = True
        reached = _reached(stop)
        if reached is not None:
            self._judged(reached, before)

    def _judged(self, summary: FileSummary, before: Totals) -> None:
        self.files.append(file_report(summary, before, self._collector.totals))
        if summary.histograms is not None:
            self.histograms = self.histograms or Histograms()
            self.histograms.add(summary.histograms)


def _reached(error: BaseException) -> FileSummary | None:
    """How far the checker had come, if it says so."""
    summary: FileSummary | None = getattr(error, "summary", None)
    return summary
