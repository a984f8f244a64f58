"""Validate: one file (or one line) through read, fast, framing and explain, findings to a sink.

After ``read`` and ``framing``, which know bytes and lines; before ``report``, which takes what the
sink collects. The fast validator passes what surely has no finding; all else is explained. Which of
the two looked at a line never shows in the result.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterable, Sequence
from typing import BinaryIO, Protocol

import msgspec

from . import framing, read, times
from .app_check import AppChecker
from .explain import Explainer
from .findings import Finding, Path, Sink, Violation, clip, pointer, shown
from .groups import GroupUses, Use
from .jsontext import locate
from .model import RuleSet, Severity
from .policy import Policy
from .surveys import Survey, Surveyor, group_of


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


class Interrupted(KeyboardInterrupt):
    """The user stopped the run; ``summary`` is of the part that was judged."""

    def __init__(self, summary: FileSummary) -> None:
        super().__init__()
        self.summary = summary


class FastValidator(Protocol):
    """What the generated fast validator offers (see ``fast``)."""

    #: The ids of the rules that it looks at; with others active it must not be used.
    rules: frozenset[str]
    #: Whether its surveys count the values that an app's configuration lists.
    values: bool

    def passes(self, lines: Sequence[bytes], now: int) -> Survey | None:
        """The survey of lines if nothing is to be reported of any of them, else ``None``."""


class Checker:
    """Checks files and lines against one rule set under one policy.

    ``now`` is the moment of the run in microseconds since 1970 (default: the real one). ``fast`` is
    the generated validator of the same rule set, ``None`` to explain every line. ``app`` compares lines
    with the configuration of an app; without it the rules that need one are silent.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        policy: Policy,
        *,
        now: int | None = None,
        fast: FastValidator | None = None,
        app: AppChecker | None = None,
    ) -> None:
        self.ruleset = ruleset
        self.policy = policy if app is None else policy.without(app.replaced)
        self.now = clock.time_ns() // 1000 if now is None else now
        self.fast = fast if fast is not None and policy.active <= fast.rules else None
        self.app = app
        if self.fast is not None and app is not None:
            self.fast.values = True
        self.explainer = Explainer(ruleset, self.now, policy.active)
        self.surveyor = Surveyor(ruleset)

    def check(self, stream: BinaryIO, file: str, sink: Sink) -> FileSummary:
        """Judge a whole file; every finding goes to the sink, in the order of the file.

        Raises ``Interrupted`` with what is known so far if the user stops it, ``OSError`` if the file
        can't be read on.
        """
        run = _Run(self, sink, file)
        try:
            return run.file(stream)
        except KeyboardInterrupt as stop:
            raise Interrupted(run.summary(complete=False)) from stop

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
        """The whole file, chunk by chunk; then what only its end can tell."""
        for chunk in read.chunks(stream):
            self.bytes = chunk.offset + chunk.size
            self.lines = chunk.first_line - 1 + len(chunk.lines)
            lines = chunk.lines
            if chunk.offset == 0:
                start = self.framer.begin(b"".join(lines))
                self._findings(start.findings)
                lines[0] = lines[0][start.skip :]
            if not self.framer.hopeless:
                self._chunk(chunk.first_line, lines)
        self._events(self.framer.end())
        self._near_misses()
        self._findings(self.framer.size(self.bytes))
        return self.summary(complete=not self.framer.hopeless)

    def one(self, line: bytes) -> None:
        """A line on its own: the rules of whole files do not apply."""
        self._events(self.framer.line(1, line))
        if self.framer.busy:
            self._events(self.framer.end())

    # ------------------------------------------------------------------ chunks and lines

    def _chunk(self, first: int, lines: list[bytes]) -> None:
        if self._pass(lines):
            return
        for number, raw in enumerate(lines, first):
            if len(lines) == 1 or not self._pass([raw]):
                self._events(self.framer.line(number, raw))

    def _pass(self, lines: list[bytes]) -> bool:
        """Whether the fast validator passes these lines; if so they are counted."""
        fast = self.checker.fast
        if fast is None or self.framer.busy:
            return False
        survey = fast.passes(lines, self.checker.now)
        if survey is None or self.groups.is_news(survey.feed_groups):
            return False
        app = self.checker.app
        if app is not None and not (app.accepts(survey) or app.fits(lines)):
            return False
        self._events(self.framer.passed(len(lines)))
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
        """The content of a line: its survey, then everything that is wrong with it."""
        line = judge.parsed.value
        surveyor = self.checker.surveyor
        survey = surveyor.survey(line)
        self.survey.add(survey)
        self.groups.count(survey.feed_groups)
        if self.groups.is_news(survey.feed_groups):
            self._first_uses(judge)
        found = self.checker.explainer.explain(line, judge.text)
        if self.checker.app is not None:
            found = self.checker.app.judge(line, found)
        if found:
            self._place(judge, found)

    # ------------------------------------------------------------------ findings

    def _place(self, judge: framing.Judge, found: list[Violation]) -> None:
        """Give violations their place in the file; only those whose details are wanted are located."""
        wanted = []
        for violation in found:
            severity = self._counted(violation.rule)
            if severity is not None:
                wanted.append((violation, severity))
        if not wanted:
            return
        spans = locate(judge.text, [(v.path, v.at_key) for v, _ in wanted])
        line = judge.parsed.value
        name = line.get(self.checker.ruleset.discriminator)
        for violation, severity in wanted:
            start, end = spans[(violation.path, violation.at_key)]
            number, column = judge.place(start)
            finding = Finding(
                rule=violation.rule,
                severity=severity,
                file=self.name,
                line=number,
                column=column,
                instruction=clip(name) if isinstance(name, str) else None,
                path=pointer(violation.path),
                record=self.checker.surveyor.record_name(line, violation.path),
                message=violation.message,
                hint=violation.hint or None,
                value=violation.value,
            )
            self.sink.add(finding, judge.excerpt(start, end))

    def _findings(self, findings: Iterable[Finding]) -> None:
        """Findings of framing, which have their place already."""
        for finding in findings:
            severity = self._counted(finding.rule)
            if severity is not None:
                self.sink.add(msgspec.structs.replace(finding, severity=severity), self.framer.excerpt(finding))

    def _counted(self, rule: str) -> Severity | None:
        """Count a finding under the policy; its severity if somebody wants the details."""
        severity = self.checker.policy.severity_of(rule)
        return severity if severity is not None and self.sink.count(rule, severity) else None

    # ------------------------------------------------------------------ feed groups

    def _first_uses(self, judge: framing.Judge) -> None:
        """Note where groups that were not seen before are used."""
        line = judge.parsed.value
        name = line.get(self.checker.ruleset.discriminator)
        new: dict[str, tuple[str, Path]] = {}
        for path, feed_id in self.checker.surveyor.feed_ids(line):
            group = group_of(feed_id)
            if group not in new and self.groups.is_news([group]):
                new[group] = (feed_id, path)
        spans = locate(judge.text, [(path, False) for _, path in new.values()])
        for group, (feed_id, path) in new.items():
            start, end = spans[(path, False)]
            number, column = judge.place(start)
            record = self.checker.surveyor.record_name(line, path)
            self.groups.first_use(
                Use(feed_id, number, column, path, str(name), record, judge.excerpt(start, end)), group
            )

    def _near_misses(self) -> None:
        for near in self.groups.near_misses():
            severity = self._counted(near.rule)
            if severity is None:
                continue
            use = near.use
            times = "once" if near.count == 1 else f"{near.count} times"
            finding = Finding(
                rule=near.rule,
                severity=severity,
                file=self.name,
                line=use.line,
                column=use.column,
                instruction=use.instruction,
                path=pointer(use.path),
                record=use.record,
                message=f"the feed group `{clip(near.group)}` is used {times}, `{near.meant}` {near.often:,} times",
                hint=f"If `{near.meant}` was meant, correct the feed id. Otherwise configure both groups in the app.",
                value=shown(use.feed_id),
            )
            self.sink.add(finding, use.excerpt)

    def summary(self, *, complete: bool) -> FileSummary:
        """What was seen of the file so far."""
        survey = self.survey
        return FileSummary(
            path=self.name or "",
            bytes=self.bytes,
            lines=self.lines,
            entries=dict(survey.entries),
            feed_groups=dict(sorted(survey.feed_groups.items(), key=lambda use: (-use[1], use[0]))),
            time_from=None if survey.first is None else times.text_of(survey.first),
            time_to=None if survey.last is None else times.text_of(survey.last),
            complete=complete,
        )
