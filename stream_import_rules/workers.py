"""Worker processes: parts of a file scanned side by side, their results in the order of the file.

Between ``scan`` and ``validate``. A worker is this package in a process of its own (``python -m
stream_import_rules.worker``) that reads requests from its standard input and writes results to its
standard output, until the input ends: it does not outlive the program that started it. Nothing but
paths, places, findings, counters and staged rows goes through the pipes.
"""

from __future__ import annotations

import io
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any, Protocol

import msgspec

from . import artefact, read
from .app import App
from .app_check import AppChecker
from .judges import Judges
from .marks import Marker
from .model import Severity
from .policy import Policy
from .ranges import Result, scan_range
from .read import Part
from .scan import Known

_LENGTH = struct.Struct("<Q")
#: Parts that are asked for beyond the number of workers: what is done before its turn waits in memory.
_AHEAD = 1


class Recipe(msgspec.Struct, frozen=True):
    """What a worker needs to judge as this process does: the name of a rule set that is installed, the
    severities of the rules that count, the moment of the run, and whether rows are staged."""

    ruleset: str
    levels: dict[str, Severity]
    fast: bool = True
    now: int = 0
    staging: bool = False
    #: The configuration of an app, if lines are compared with one.
    app: App | None = None
    #: Whether surveys have histograms.
    histograms: bool = False
    #: So many findings of each rule are of interest in one part; none: all.
    samples: int | None = None
    #: Which findings are suppressed or known.
    marker: Marker | None = None
    #: Whether it is wanted where findings lie.
    places: bool = False


class Request(msgspec.Struct, frozen=True):
    """A part of a file that is to be scanned. ``last``: the file ends with it; ``known`` is what need not be told
    of it again."""

    path: str
    name: str
    base: int
    part: Part
    last: bool
    known: Known


class WorkerError(RuntimeError):
    """A worker process has ended, or could not do its work; the message says which and why."""


# --------------------------------------------------------------------------- this side


class Worker(Protocol):
    """Whoever scans parts, one after the other."""

    def scan(self, request: Request) -> Result:
        """The result of a request. Raises ``WorkerError``."""

    def kill(self) -> None:
        """End it at once; it holds nothing that could be lost."""

    def wait(self) -> None:
        """Wait until it has ended."""


class Pool:
    """Workers of one run: processes or, ``inside`` of this one, threads. Close it, whatever happens: they end with it.

    Threads need nothing to start and hand over nothing, but explain one after the other: they are for runs in
    which the native engine does most of the work.
    """

    def __init__(self, recipe: Recipe, jobs: int, *, inside: bool = False) -> None:
        self._jobs = jobs
        self.inside = inside
        # Started at once, for they take a while to be ready.
        self._workers: list[Worker] = [_Thread(recipe) if inside else _Process(recipe) for _ in range(jobs)]
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="stream-import")

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.wait()

    def results(
        self,
        path: str,
        name: str,
        base: int,
        parts: Iterable[Part],
        known: Callable[[], Known] = Known,
    ) -> Iterator[tuple[Part, Result]]:
        """The parts of a file with their results, in the order of the file. Parts that cannot be judged
        each on its own are joined. ``known`` tells what need not be told again, as far as is known when a part is
        begun. Raises ``WorkerError``."""
        waiting: deque[tuple[Part, bool, Future[Result]]] = deque()
        coming = _with_last(parts)

        def fill() -> None:
            while len(waiting) < self._jobs + _AHEAD and (item := next(coming, None)) is not None:
                part, last = item
                request = Request(path, name, base, part, last, known())
                waiting.append((part, last, self._threads.submit(self._scan, request)))

        fill()
        while waiting:
            part, last, future = waiting.popleft()
            fill()
            result = future.result()
            while not (result.settled or result.hopeless or last):
                # Its end has a say in what follows: scan both as one, the more the longer it goes on.
                goal = 2 * (part.end - part.start)
                while waiting and part.end - part.start < goal:
                    following, last, unused = waiting.popleft()
                    unused.cancel()
                    part = msgspec.structs.replace(part, end=following.end)
                    fill()
                result = self._threads.submit(self._scan, Request(path, name, base, part, last, known())).result()
            yield part, result

    def _scan(self, request: Request) -> Result:
        worker = self._idle.get()
        try:
            return worker.scan(request)
        finally:
            self._idle.put(worker)


def _with_last(parts: Iterable[Part]) -> Iterator[tuple[Part, bool]]:
    """Each part, and whether it is the last one."""
    iterator = iter(parts)
    part = next(iterator, None)
    while part is not None:
        following = next(iterator, None)
        yield part, following is None
        part = following


class _Thread:
    """One thread of this process; which one does not matter."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._judges: Judges | None = None
        self._stopped = False

    def scan(self, request: Request) -> Result:
        """The result of a request. Raises ``ranges.Stopped``."""
        if self._judges is None:
            self._judges = judges_of(self._recipe)
        recipe = self._recipe
        return scan_part(
            self._judges,
            request,
            staging=recipe.staging,
            samples=recipe.samples,
            places=recipe.places,
            stopped=lambda: self._stopped,
        )

    def kill(self) -> None:
        """Stop at the next chunk."""
        self._stopped = True

    def wait(self) -> None:
        """The pool waits for its threads."""


class _Process:
    """One worker process, seen from this side."""

    def __init__(self, recipe: Recipe) -> None:
        # The package is found where this one was, even if that is not installed.
        place = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (place, os.environ.get("PYTHONPATH"))))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = io.BufferedReader(self._process.stdout, read.BUFFER)  # type: ignore[type-var]
        self._recipe: Recipe | None = recipe

    def scan(self, request: Request) -> Result:
        """The result of a request. Raises ``WorkerError``."""
        try:
            if self._recipe is not None:
                _send(self._in, self._recipe)
                self._recipe = None
            _send(self._in, request)
            answer = _receive(self._out)
        except (EOFError, BrokenPipeError) as error:
            code = self._process.wait()
            raise WorkerError(f"a worker process ended unexpectedly (exit code {code})") from error
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Result)
        return answer

    def kill(self) -> None:
        """End it at once; it holds nothing that could be lost."""
        self._process.kill()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._process.wait()
        for pipe in (self._in, self._out):
            with suppress(OSError):
                pipe.close()


def _send(pipe: IO[bytes], message: Any) -> None:
    data = pickle.dumps(message, protocol=5)
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[pipe.write(view) :]


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    size = _LENGTH.unpack(head)[0]
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


# --------------------------------------------------------------------------- the side of the worker


def scan_part(
    judges: Judges,
    request: Request,
    *,
    staging: bool,
    samples: int | None,
    places: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> Result:
    """Scan one part of a file; of the others it knows what the request says. Raises ``OSError`` if it cannot be
    read, ``ranges.Stopped`` once ``stopped`` is true."""
    part = request.part
    return scan_range(
        judges,
        request.path,
        part.start,
        part.end,
        name=request.name,
        first_line=part.first_line,
        base=request.base,
        last=request.last,
        staging=staging,
        samples=samples,
        known=request.known,
        places=places,
        stopped=stopped,
    )


def judges_of(recipe: Recipe) -> Judges:
    """The judges that a recipe describes."""
    ruleset, _ = artefact.load(recipe.ruleset)
    policy = Policy.of_levels(recipe.levels)
    fast = artefact.fast_validator(recipe.ruleset) if recipe.fast else None
    app = None if recipe.app is None else AppChecker(recipe.app, ruleset, policy.active)
    return Judges(
        ruleset,
        policy,
        now=recipe.now,
        fast=fast,
        app=app,
        engine=recipe.fast,
        histograms=recipe.histograms,
        marker=recipe.marker,
    )


def serve() -> None:
    """Serve requests until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program that started it decides
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb", buffering=0)
    with suppress(EOFError, BrokenPipeError):
        recipe = _receive(source)
        judges = judges_of(recipe)
        while True:
            request = _receive(source)
            try:
                answer: Any = scan_part(
                    judges, request, staging=recipe.staging, samples=recipe.samples, places=recipe.places
                )
            except Exception as error:
                answer = error
            _send(target, answer)
