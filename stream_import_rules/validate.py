"""Validate: one file (or one line) through read, fast, framing and explain, findings to a sink.

After ``read`` and ``framing``, which know bytes and lines; before ``report``, which takes what the
sink collects. The fast validator passes what surely has no finding; all else is explained. Which of
the two looked at a line never shows in the result.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterable
from typing import BinaryIO, Protocol

import msgspec

from . import framing, read
from .explain import Explainer
from .findings import Excerpt, Finding, Sink, Violation, clip, excerpt_of, pointer
from .groups import GroupUses
from .jsontext import locate
from .model import RuleSet
from .policy import Policy
from .surveys import Survey, Surveyor


class FileSummary(msgspec.Struct, omit_defaults=True):
    """What a file holds. Times are RFC 3339 in UTC; ``complete`` is false if a part was not judged."""

    path: str
    bytes: int
    lines: int
    entries: dict[str, int]
    feed_groups: dict[str, int]
    time_from: str | None = None
    time_to: str | None = None
    complete: bool = True


class FastValidator(Protocol):
    """What the generated fast validator offers (see ``fast``)."""

    #: The ids of the rules that it looks at; with others active it must not be used.
    rules: frozenset[str]

    def passes(self, data: bytes, now: int) -> Survey | None:
        """The survey of whole lines if nothing is to be reported of any of them, else ``None``."""


class Checker:
    """Checks files and lines against one rule set under one policy.

    ``now`` is the moment of the run in microseconds since 1970 (default: the real one). ``fast`` is
    the generated validator of the same rule set, ``None`` to explain every line.
    """

    def __init__(
        self, ruleset: RuleSet, policy: Policy, *, now: int | None = None, fast: FastValidator | None = None
    ) -> None:
        self.ruleset = ruleset
        self.policy = policy
        self.now = clock.time_ns() // 1000 if now is None else now
        self.fast = fast if fast is not None and policy.active <= fast.rules else None
        self._explainer = Explainer(ruleset, self.now)
        self._surveyor = Surveyor(ruleset)

    def check(self, stream: BinaryIO, file: str, sink: Sink) -> FileSummary:
        """Judge a whole file; every finding goes to the sink, in the order of the file."""
        return _Run(self, sink, file).file(stream)

    def check_line(self, line: bytes, sink: Sink) -> None:
        """Judge one line on its own, without its end; the rules of whole files do not apply."""
        _Run(self, sink, None).one(line)


class _Run:
    """One file on its way through the checker."""

    def __init__(self, checker: Checker, sink: Sink, file: str | None) -> None:
        self.checker = checker
        self.sink = sink
        self.name = file
        self.framer = framing.Framer(checker.ruleset, file)
        self.groups = GroupUses(checker.ruleset)
        self.survey = Survey()
        self.lines = 0
        self.bytes = 0

    def file(self, stream: BinaryIO) -> FileSummary:
        complete = True
        for chunk in read.chunks(stream):
            data = chunk.data
            self.bytes = chunk.offset + len(data)
            if chunk.offset == 0:
                start = self.framer.begin(data)
                self._findings(start.findings)
                if start.hopeless:
                    complete = False
                    self.lines, self.bytes = _drain(stream, data)
                    break
                data = data[start.skip :]
            self._chunk(chunk.first_line, data)
        if complete:
            self._events(self.framer.end())
            self._findings(self.groups.near_misses(self.name))
        self._findings(self.framer.size(self.bytes))
        return self._summary(complete)

    def one(self, line: bytes) -> None:
        self._events(self.framer.line(1, line))
        self._events(event for event in self.framer.end() if not _of_file(event))

    # ------------------------------------------------------------------ chunks and lines

    def _chunk(self, first: int, data: bytes) -> None:
        lines = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
        self.lines = first - 1 + lines
        if not self.framer.busy and self._pass(first, data, lines):
            return
        number = first
        for raw in _split(data):
            if self.framer.busy or not self._pass(number, raw, 1):
                self._events(self.framer.line(number, raw))
            number += 1

    def _pass(self, first: int, data: bytes, lines: int) -> bool:
        """Whether the fast validator passes these lines; if so they are counted."""
        fast = self.checker.fast
        if fast is None:
            return False
        survey = fast.passes(data, self.checker.now)
        if survey is None or self.groups.news(survey.feed_groups):
            return False
        self._events(self.framer.passed(lines))
        self.survey.add(survey)
        self.groups.count(survey.feed_groups)
        return True

    def _events(self, events: Iterable[Finding | framing.Judge]) -> None:
        for event in events:
            if isinstance(event, framing.Judge):
                self._judge(event)
            else:
                self._findings([event])

    def _judge(self, judge: framing.Judge) -> None:
        line = judge.parsed.value
        survey = self.checker._surveyor.survey(line)
        self.survey.add(survey)
        self.groups.see(survey.feed_groups, lambda: self.checker._surveyor.feed_ids(line), judge)
        found = self.checker._explainer.explain(line, judge.text)
        if found:
            self._place(judge, found)

    # ------------------------------------------------------------------ findings

    def _place(self, judge: framing.Judge, found: list[Violation]) -> None:
        """Give violations their place in the file; only those whose details are wanted are located."""
        wanted = []
        for violation in found:
            severity = self.checker.policy.severity_of(violation.rule)
            if severity is not None and self.sink.count(violation.rule, severity):
                wanted.append((violation, severity))
        if not wanted:
            return
        spans = locate(judge.text, [(v.path, v.at_key) for v, _ in wanted])
        line = judge.parsed.value
        name = line.get(self.checker.ruleset.discriminator)
        for violation, severity in wanted:
            start, end = spans[(violation.path, violation.at_key)]
            number, column = judge.position(start)
            finding = Finding(
                rule=violation.rule,
                severity=severity,
                file=self.name,
                line=number if self.name is not None else None,
                column=column,
                instruction=clip(name) if isinstance(name, str) else None,
                path=pointer(violation.path),
                record=self.checker._surveyor.record_name(line, violation.path),
                message=violation.message,
                hint=violation.hint or None,
                value=violation.value,
            )
            self.sink.add(finding, excerpt_of(judge.text, start, end))

    def _findings(self, findings: Iterable[framing.Placed]) -> None:
        """Findings of framing and of the whole file, which have their place already."""
        for placed in findings:
            severity = self.checker.policy.severity_of(placed.finding.rule)
            if severity is not None and self.sink.count(placed.finding.rule, severity):
                finding = msgspec.structs.replace(placed.finding, severity=severity)
                self.sink.add(finding, placed.excerpt)

    def _summary(self, complete: bool) -> FileSummary:
        survey = self.survey
        return FileSummary(
            path=self.name or "",
            bytes=self.bytes,
            lines=self.lines,
            entries=survey.entries,
            feed_groups=survey.feed_groups,
            time_from=survey.time_from,
            time_to=survey.time_to,
            complete=complete,
        )
