"""The outputs of one run: which formats go where, one sink for all of them, and all of them or none.

After ``formats`` and ``output``; used by ``cli``, which reads the command line and knows the terminal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import NamedTuple, Self, TypeAlias

from ..findings import Finding
from ..histograms import Histograms
from ..model import RuleSet
from ..places import Places
from .aside import Ledger
from .collect import Summary, report_of
from .formats import FORMATS
from .gather import Gatherer, first
from .outcome import Outcome, Stream
from .output import STANDARD_OUTPUT, Output, OutputClosed

#: Renders the text for the place where it is read.
TextFor: TypeAlias = Callable[[Outcome, Output], bytes]


class OutputsError(ValueError):
    """The outputs that were asked for do not go together; the message says why."""


class Wanted(NamedTuple):
    """A format, and the file that it goes to; ``None`` if that is left open."""

    format: str
    target: str | None


class Destined(NamedTuple):
    """A format, and the file or standard output (``-``) that it goes to."""

    format: str
    target: str


def wanted_of(text: str) -> Wanted:
    """What ``NAME`` or ``NAME=FILE`` stands for. Raises ``OutputsError``."""
    name, given, target = text.partition("=")
    if name not in FORMATS:
        raise OutputsError(f"{name!r} is not one of {', '.join(FORMATS)}")
    if given and not target:
        raise OutputsError(f"{text!r} names no file")
    return Wanted(name, target if given else None)


def settled(formats: Iterable[Wanted], output: str | None) -> list[Destined]:
    """The outputs of a run, each with its target: ``output`` goes with the last format that has none.

    Without any format it is the text. Raises ``OutputsError`` if two would go to one place.
    """
    given = list(formats) or [Wanted("text", None)]
    if output is not None:
        last = max((i for i, wanted in enumerate(given) if wanted.target is None), default=None)
        if last is None:
            raise OutputsError(f"each --format has its own file, so -o {output} goes with none of them")
        given[last] = Wanted(given[last].format, output)
    outputs = [Destined(name, STANDARD_OUTPUT if target is None else target) for name, target in given]
    taken: dict[str, str] = {}
    for name, target in outputs:
        place = STANDARD_OUTPUT if target == STANDARD_OUTPUT else os.path.realpath(target)
        if place in taken:
            where = "standard output" if target == STANDARD_OUTPUT else target
            raise OutputsError(f"{taken[place]} and {name} cannot both go to {where}: write --format {name}=FILE")
        taken[place] = name
    return outputs


class Outputs:
    """All outputs of a run: as a context manager it opens them, and finishes all of them or none.

    ``sink`` takes the findings of the run, ``write`` renders what is not streamed. ``max_samples``
    stands in the place of what each format shows by itself; the ``ledger`` knows what does not count. Raises
    ``OutputError``, ``OutputClosed``.
    """

    def __init__(
        self, wanted: Sequence[Destined], *, max_samples: int | None, text: TextFor, ledger: Ledger | None = None
    ) -> None:
        self._ledger = ledger
        self._wanted = wanted
        self._given = max_samples
        self._text = text
        self._stack = ExitStack()
        self._outputs: list[tuple[str, Output]] = []
        self._streams: list[tuple[str, Stream, Output]] = []
        self.sink = Gatherer(0)

    def __enter__(self) -> Self:
        with self._stack:
            for name, target in self._wanted:
                output = self._stack.enter_context(Output(target))
                self._outputs.append((name, output))
                make = FORMATS[name].stream
                if make is not None:
                    self._streams.append((name, make(), output))
            self._stack = self._stack.pop_all()
        self.sink = self._sink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                for _, output in self._outputs:
                    output.settle()
            except BaseException as failure:
                self._stack.__exit__(type(failure), failure, failure.__traceback__)
                raise
        self._stack.__exit__(kind, error, trace)

    def _sink(self) -> Gatherer:
        formats = [FORMATS[name] for name, _ in self._wanted if FORMATS[name].stream is None]
        free = [self._samples(name) for name, _ in self._wanted if FORMATS[name].most is None]
        return Gatherer(
            max((self._samples(name) for name, _ in self._wanted), default=0),
            most=max((f.most for f in formats if f.most is not None), default=None),
            at_least=max(free, default=0),
            streams=[self._emit(*stream) for stream in self._streams],
            places=Places() if any(f.places for f in formats) else None,
            ledger=self._ledger,
        )

    def _samples(self, name: str) -> int:
        format_ = FORMATS[name]
        return format_.samples if self._given is None or format_.stream is not None else self._given

    def _emit(self, name: str, stream: Stream, output: Output) -> Callable[[Finding], None]:
        def emit(finding: Finding) -> None:
            if output.is_closed:
                return
            try:
                output.write(_safe(name, stream.finding(finding), output))
            except OutputClosed:
                if len(self._outputs) == 1:  # nobody is left to go on for
                    raise

        return emit

    @property
    def histograms(self) -> bool:
        """Whether a format wants histograms."""
        return any(FORMATS[name].histograms for name, _ in self._wanted)

    def write(self, summary: Summary, ruleset: RuleSet, histograms: Histograms | None = None) -> None:
        """Write what comes at the end of the run."""
        for name, stream, output in self._streams:
            with suppress(OutputClosed):  # whoever has gone does not change the verdict, nor the other outputs
                output.write(_safe(name, stream.end(summary), output))
        for name, output in self._outputs:
            if FORMATS[name].stream is None:
                with suppress(OutputClosed):
                    output.write(_safe(name, self._rendered(name, output, summary, ruleset, histograms), output))

    def _rendered(
        self, name: str, output: Output, summary: Summary, ruleset: RuleSet, histograms: Histograms | None
    ) -> bytes:
        samples = first(self.sink.telling, self._samples(name))
        aside = first(self.sink.set_aside, self._samples(name))
        report = report_of(summary, samples, aside)
        outcome = Outcome(report, samples, ruleset, self.sink.places, histograms, aside)
        render = FORMATS[name].render
        return self._text(outcome, output) if render is None else render(outcome)

    @property
    def files(self) -> list[str]:
        """The files that are written, as they were named."""
        return [target for _, target in self._wanted if target != STANDARD_OUTPUT]


def _safe(name: str, data: bytes, output: Output) -> bytes:
    """What is printed in a step of GitHub Actions holds no command but our own."""
    if not output.is_standard or os.environ.get("GITHUB_ACTIONS") != "true" or name == "github":
        return data
    from .github import shielded

    return shielded(data, json=FORMATS[name].json)
