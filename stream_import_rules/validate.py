"""Validate: files (or one line) through scan and relate, findings to a sink.

The upper end of what finds mistakes. A file is led through one scan, or cut into parts that worker
processes scan side by side; either way the findings are the same and come in the order of the file.
Then the relations are checked over all files that are imported together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import BinaryIO, Protocol

import msgspec

from . import native, read, sources, times
from .app_check import AppChecker
from .baseline import Tally
from .entries import ImportFile
from .findings import Sink, clip, writable
from .histograms import Histograms
from .judges import FastValidator, Judges
from .marks import Marker
from .model import MaxStreamBytes, RuleSet, Severity
from .policy import Policy
from .private import PrivateFolder
from .ranges import Result
from .relate import Relations, relate
from .scan import Scan
from .staging import Staged
from .store import Store, StoreError
from .workers import Pool, Recipe, WorkerError

#: Bytes of a part that one worker scans at a time. The rows of the smallest entries take six times as much.
PART = 4 << 20
#: Bytes of the first part: what is wrong with it is told soon.
_FIRST = 1 << 18
#: The same for one thread, which needs no more time to begin than this is worth.
THREAD_PART = 8 << 20
#: A file of fewer bytes is scanned in this process: others would take longer to start.
WORTH_WORKERS = 24 << 20
#: Whether parts are scanned by threads where the native engine does the work; by processes if not.
THREADS = True
#: Rows that are staged before they are handed on.
_ROWS = 50_000
#: Bytes between two lines whose numbers are remembered.
_MARKS = 4 << 20


class FileSummary(msgspec.Struct, omit_defaults=True):
    """What a file holds. Times are RFC 3339 in UTC; ``complete`` is false if a part was not judged.

    ``changed`` says what became of the file while it was read, ``unrelated`` why the relations were not checked;
    ``histograms`` are there if the checker was asked for them and there was a line to look at.
    """

    path: str
    bytes: int
    lines: int
    entries: dict[str, int]
    feed_groups: dict[str, int]
    time_from: str | None = None
    time_to: str | None = None
    complete: bool = True
    changed: str | None = None
    unrelated: str | None = None
    histograms: Histograms | None = None


class Interrupted(KeyboardInterrupt):
    """The user stopped the run; ``summary`` is of the part that was judged."""

    def __init__(self, summary: FileSummary) -> None:
        super().__init__()
        self.summary = summary


class Progress(Protocol):
    """Whoever wants to know how far a run is. It is told often, so it should only take note."""

    def file(self, name: str) -> None:
        """The next file begins."""

    def judged(self, size: int) -> None:
        """So many bytes of the file are judged."""

    def relating(self) -> None:
        """The relations between entries are being checked."""


class Plan(msgspec.Struct, frozen=True):
    """How a run goes about its work; none of it shows in the findings.

    ``jobs``: processes that scan side by side, 1 for none but this one; ``part``: bytes that one of them
    scans at a time (``None``: ``PART``, and none for small files); ``memory``: bytes that the tables of
    the relations may take before they are written to disk; ``stream``: bytes that are read of what is
    compressed or cannot be read twice (``None``: as many as the rule set says).
    """

    jobs: int = 1
    part: int | None = None
    memory: int = 1_000_000_000
    stream: int | None = None


class Checker:
    """Checks files and lines against one rule set under one policy.

    ``now`` is the moment of the run in microseconds since 1970 (default: the real one). ``fast`` is
    the generated validator of the same rule set, ``None`` to explain every line. ``queries`` are those
    of the relations, none to leave these out. ``app`` compares lines with the configuration of an app,
    which also says what may be outside of the import; without it the rules that need one are silent.
    ``recipe`` is what a worker process needs to make the same checker; without it there are no workers.
    ``progress`` is told how far the work is; ``histograms`` says whether the summaries of files have them.
    ``marker`` says which findings are suppressed or known; ``tally`` counts findings by place, if it asks for that.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        policy: Policy,
        *,
        now: int | None = None,
        fast: FastValidator | None = None,
        queries: tuple[str, ...] = (),
        app: AppChecker | None = None,
        plan: Plan | None = None,
        recipe: Recipe | None = None,
        progress: Progress | None = None,
        engine: bool = False,
        histograms: bool = False,
        marker: Marker | None = None,
    ) -> None:
        self.judges = Judges(
            ruleset, policy, now=now, fast=fast, app=app, engine=engine, histograms=histograms, marker=marker
        )
        self.tally = Tally()
        self.plan = plan or Plan()
        self.recipe = recipe
        self.progress = progress
        self.relations = Relations(ruleset, queries, policy, None if app is None else app.app) if queries else None

    def check(self, stream: BinaryIO, file: str, sink: Sink) -> FileSummary:
        """Judge a file that is imported alone; every finding goes to the sink, those of lines in the order
        of the file, then those of relations.

        Raises ``Interrupted`` with what is known so far if the user stops it, ``OSError`` if the file
        can't be read on, ``StoreError`` if the relations can't be checked.
        """
        with Import(self, sink) as whole:
            summary = whole.file(stream, file)
            try:
                whole.relate()
            except KeyboardInterrupt as stop:
                raise Interrupted(msgspec.structs.replace(summary, complete=False)) from stop
            except StoreError as error:
                error.summary = msgspec.structs.replace(summary, complete=False)
                raise
        return msgspec.structs.replace(summary, unrelated=whole.unrelated)

    def check_line(self, line: bytes, sink: Sink) -> None:
        """Judge one line on its own, without its end; the rules of whole files do not apply."""
        Scan(self.judges, sink, None).one(line)


class Import:
    """Files that are imported together, one after the other; their entries may refer to each other.

    Use it as a context: what it keeps in memory and on disk is gone afterwards.
    """

    def __init__(self, checker: Checker, sink: Sink) -> None:
        self._checker, self._sink, self._progress = checker, sink, checker.progress
        self._folder = PrivateFolder()
        self._files: list[ImportFile] = []
        self._store: Store | None = None
        if checker.relations is not None and checker.relations.active:
            self._store = Store(self._folder, checker.plan.memory, checker.plan.jobs, hold=native.is_there())
        self._pool: Pool | None = None
        #: Why the relations cannot be checked, if that is so.
        self.unrelated: str | None = None

    @property
    def count(self) -> int:
        """How many files were begun so far."""
        return len(self._files)

    def __enter__(self) -> Import:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._end_workers()
            if self._store is not None:
                self._store.close()
        finally:
            self._folder.close()

    # ------------------------------------------------------------------ files

    def file(self, stream: BinaryIO, name: str) -> FileSummary:
        """Judge the lines of the next file. Raises as ``Checker.check``.

        The stream must stay open until the relations are checked, unless it is a file of the disk.
        """
        base = self._files[-1].base + self._files[-1].size if self._files else 0
        path = sources.path_of(stream)
        watch = sources.Watch(stream)
        if self._progress is not None:
            self._progress.file(name)
        reread = sources.rereadable(stream, path, self._folder, wanted=self._store is not None, most=self._most())
        with reread as (source, reading):
            file = ImportFile(name, base, source)
            self._files.append(file)
            scan = Scan(self._checker.judges, self._sink, name, staged=self._staged(), base=base)
            try:
                if path is not None and self._is_worth_workers(path):
                    self._side_by_side(path, file, scan)
                    cut = False
                else:
                    cut = self._alone(reading, file, scan)
                scan.whole()
            except KeyboardInterrupt as stop:
                raise Interrupted(summary_of(scan, complete=False)) from stop
            finally:
                file.size = scan.bytes
                if scan.marking is not None and scan.marking.tally is not None:
                    self._checker.tally.merge(scan.marking.tally)
        changed = watch.change()
        whole = not (scan.hopeless or scan.unjudged or cut or changed)
        if cut or changed or scan.unjudged:
            reason = "has a line that is too long to be read" if scan.unjudged else "could not be read as a whole"
            self.unrelated = self.unrelated or f"the relations between entries are not checked: {clip(name)} {reason}"
        return msgspec.structs.replace(summary_of(scan, complete=whole), changed=changed)

    def _most(self) -> int | None:
        """How many bytes of a stream are read."""
        if self._checker.plan.stream is not None:
            return self._checker.plan.stream
        checks = self._checker.judges.ruleset.framing
        return next((check.limit for check in checks if isinstance(check, MaxStreamBytes)), None)

    def _staged(self) -> Staged | None:
        return None if self._store is None else Staged()

    def _alone(self, stream: BinaryIO, file: ImportFile, scan: Scan) -> bool:
        """Scan a file in this process; whether there is more of it than can be read."""
        try:
            for chunk in read.chunks(stream, scan.judges.chunk, longest=scan.judges.longest):
                if chunk.offset - file.marks[-1][0] >= _MARKS:
                    file.mark(chunk.offset, chunk.first_line)
                scan.feed(chunk)
                self._keep(scan.staged, _ROWS)
                if self._progress is not None:
                    self._progress.judged(scan.bytes)
        except read.Cut as reason:
            scan.cut(reason)
            return True
        scan.end()
        self._keep(scan.staged, 0)
        return False

    def _keep(self, staged: Staged | None, rows: int) -> None:
        """Hand rows on, if there are more than so many."""
        if self._store is not None and staged is not None and len(staged.keys) + len(staged.refs) > rows:
            self._store.add(staged)

    # ------------------------------------------------------------------ workers

    def _is_worth_workers(self, path: str) -> bool:
        plan = self._checker.plan
        if plan.jobs < 2 or self._checker.recipe is None:
            return False
        size = os.path.getsize(path)
        return size > 0 if plan.part is not None else size >= WORTH_WORKERS

    def _side_by_side(self, path: str, file: ImportFile, scan: Scan) -> None:
        """Scan a file in parts, and take their results in its order."""
        assert self._checker.recipe is not None
        plan = self._checker.plan
        if self._pool is None:
            recipe = msgspec.structs.replace(
                self._checker.recipe,
                now=self._checker.judges.now,
                staging=self._store is not None,
                samples=self._sink.wanted,
                places=self._sink.places is not None,
                histograms=self._checker.judges.histograms,
            )
            # With samples few findings are explained; whoever wants all of them has them explained side by side.
            inside = THREADS and self._checker.judges.native is not None and self._sink.wanted is not None
            self._pool = Pool(recipe, plan.jobs, inside=inside)
        with open(path, "rb", buffering=0) as stream:
            size = plan.part or (THREAD_PART if self._pool.inside else PART)
            parts = read.parts(stream, size, _FIRST)
            try:
                for part, result in self._pool.results(path, file.name, file.base, parts, lambda: scan.known):
                    if part.start:
                        file.mark(part.start, part.first_line)
                    self._take(result, scan)
            except WorkerError:  # the next file gets workers that are alive, none of which is busy with this one
                self._end_workers()
                raise

    def _end_workers(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _take(self, result: Result, scan: Scan) -> None:
        scan.absorb(result)
        if self._progress is not None:
            self._progress.judged(scan.bytes)
        self._keep(result.staged, 0)

    # ------------------------------------------------------------------ relations

    def relate(self) -> Mapping[int, Mapping[Severity, int]]:
        """Check the relations over all files; the numbers of findings by the place of the file in their
        order, and by severity. Raises ``StoreError``, also if a file cannot be read a second time."""
        if self._store is None or self._checker.relations is None:
            return {}
        if self.unrelated is not None:  # whatever is missing may be in what was not read
            return {}
        self._end_workers()  # their memory is needed now
        if self._progress is not None:
            self._progress.relating()
        judges = self._checker.judges
        try:
            teller = (judges.policy, judges.surveyor, self._sink, judges.marker, self._checker.tally)
            return relate(self._checker.relations, self._store, self._files, *teller)
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            told = f"the relations between entries cannot be checked: {what}{error.strerror or error}"
            raise StoreError(told) from error


def summary_of(scan: Scan, *, complete: bool) -> FileSummary:
    """What was seen of a file so far."""
    survey = scan.survey
    return FileSummary(
        path=scan.name or "",
        bytes=scan.bytes,
        lines=scan.lines,
        # In the order of the rules, whichever came first in the file.
        entries={
            i.name: survey.entries[i.name] for i in scan.judges.ruleset.instructions if survey.entries.get(i.name)
        },
        feed_groups={writable(g): n for g, n in sorted(survey.feed_groups.items(), key=lambda use: (-use[1], use[0]))},
        time_from=None if survey.first is None else times.text_of(survey.first),
        time_to=None if survey.last is None else times.text_of(survey.last),
        complete=complete,
        histograms=survey.histograms,
    )
