"""Runs judges over the file of a case, in turn and several times, and checks that they did the work.

After ``judges`` and ``files``; before ``targets`` and ``results``, which make sense of the figures. A first run of each
warms the disk's cache and is watched for its memory; the rounds that follow are timed and not watched.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from .cases import Case
from .files import DataFile, sliced
from .judges import Judge
from .processes import Run, cost_of, run_of

#: Findings of a file's size: of the largest file they are right.
_OF_SIZE = {"file.max-bytes", "file.max-bytes-decimal"}
_TEN_LINES = 10


class WrongResult(RuntimeError):
    """A judge of this project did not say of a file what is known of it; its speed would mean nothing."""


class Measured(msgspec.Struct):
    """One judge over one file.

    ``work`` and ``whole`` (seconds on the clock, without and with the start of the process) and ``cpu`` (seconds of all
    its processes) have one figure a round. ``memory`` is the most bytes that its processes had at once; ``size`` the
    bytes of the case that the seconds are of. ``failure`` says why there are no figures.
    """

    judge: str
    size: int = 0
    work: list[float] = []
    whole: list[float] = []
    cpu: list[float] = []
    memory: int = 0
    entries: int = 0
    failure: str = ""

    @property
    def seconds(self) -> float:
        """The median of the work."""
        return statistics.median(self.work)

    @property
    def pace(self) -> float:
        """Bytes a second."""
        return self.size / self.seconds

    @property
    def startup(self) -> float:
        """What a run takes besides the work."""
        return statistics.median(self.whole) - self.seconds


def measure(
    case: Case,
    file: DataFile,
    judges: Sequence[Judge],
    rounds: int,
    temporary: Path,
    tell: Callable[[str], None],
) -> list[Measured]:
    """All judges over one file. Raises ``WrongResult``; what others cannot do is noted in ``failure``."""
    runners = [_Runner(judge, case, file, temporary) for judge in judges]
    for runner in runners:
        tell(f"{case.name}: {runner.judge.name}, memory")
        runner.warm_up()
    for number in range(rounds):
        shift = number % len(runners)  # nobody always comes after the same one
        for runner in runners[shift:] + runners[:shift]:
            tell(f"{case.name}: {runner.judge.name}, round {number + 1} of {rounds}")
            runner.time()
    return [runner.measured for runner in runners]


class _Runner:
    """One judge over one file."""

    def __init__(self, judge: Judge, case: Case, file: DataFile, temporary: Path) -> None:
        self.judge, self._case, self._whole, self._temporary = judge, case, file, temporary
        self.measured = Measured(judge.name, file.bytes, entries=sum(file.entries.values()))
        self._file = file
        self._command: list[str] = []
        self._start: list[str] = []
        if judge.version() is None:
            self.measured.failure = f"not installed ({judge.missing})"
            return
        if judge.slice > 1:
            self._file = sliced(file, judge.slice)
        self._command = judge.command(self._file.path)
        if judge.silent:
            self._start = judge.command(few_lines(file))

    def warm_up(self) -> None:
        """One run for its memory."""
        if not self.measured.failure:
            try:
                self.measured.memory = cost_of(self._command, self._temporary, self.judge.codes).memory
            except RuntimeError as error:
                self._failed(error)

    def time(self) -> None:
        """One run for its time."""
        if self.measured.failure:
            return
        try:
            run = run_of(self._command, self._temporary, self.judge.codes)
            if self.judge.silent:
                self._take(run, run.seconds - run_of(self._start, self._temporary, self.judge.codes).seconds)
                self._check_code(run)
            else:
                told = json.loads(run.output.splitlines()[-1])
                self._take(run, told["seconds"])
                self._check(told)
        except RuntimeError as error:
            self._failed(error)

    def _take(self, run: Run, work: float) -> None:
        scale = self._whole.bytes / self._file.bytes
        self.measured.work.append(work * scale)
        self.measured.whole.append(run.seconds + work * (scale - 1))
        self.measured.cpu.append(run.cpu * scale)

    def _failed(self, error: RuntimeError) -> None:
        if self.judge.ours:
            raise error
        self.measured.failure = str(error).splitlines()[0][:80]

    # ------------------------------------------------------------------ whether the work was done

    def _check_code(self, run: Run) -> None:
        right, wrong = self.judge.codes
        if run.code != (right if self._case.clean else wrong):
            raise RuntimeError(f"another verdict than expected: exit code {run.code}")

    def _check(self, told: dict[str, Any]) -> None:
        if told["lines"] != self._file.lines:
            raise WrongResult(
                f"{self.judge.name} read {told['lines']} lines of {self._file.lines} of {self._case.name}"
            )
        if self.judge.ours:
            self._check_ours(told)
        elif self._case.clean and told["wrong"]:
            raise RuntimeError(f"refuses {told['wrong']} lines of a clean file")

    def _check_ours(self, told: dict[str, Any]) -> None:
        case, file = self._case, self._file
        counts = {rule: n for rule, n in told["counts"].items() if rule not in _OF_SIZE}
        entries, findings = sum(file.entries.values()), sum(counts.values())
        if not told["complete"] or (not case.dirty and told["entries"] != file.entries):
            raise WrongResult(f"{self.judge.name} counted {told['entries']} in {case.name}, which has {file.entries}")
        least = 0 if case.clean else file.wrong if case.dirty else entries
        if findings < least or (case.clean and findings):
            raise WrongResult(f"{self.judge.name} has {findings} findings in {case.name}, not {least}: {counts}")


def few_lines(file: DataFile) -> Path:
    """The first lines of a file, as a file beside it."""
    path = file.path.with_suffix(".start.jsonl")
    with file.path.open("rb") as source:
        path.write_bytes(b"".join(islice(source, _TEN_LINES)))
    return path
