"""Scan: lines of a file through fast, framing and explain; findings to a sink, rows for the relations.

After ``read`` and ``framing``, which know bytes and lines; before ``validate``, which leads a whole
file through one scan, or its parts through several. The native engine, or else the fast validator, looks at
lines first: what they are sure of is only counted, all else is explained. Which of them looked at a line never
shows in the result, and neither does where a file was cut into parts: a part that ends between two lines of
which neither says anything about the other (``Scan.settled``) is judged as it would be in the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from itertools import accumulate
from typing import Protocol

import msgspec

from . import framing, native, staging_columns
from .baseline import Tally
from .findings import Excerpt, Finding, Mark, Path, Sink, Violation, clip, pointer, shown
from .groups import GroupUses, Use
from .jsontext import locate, parse
from .judges import Judges
from .model import Severity
from .places import Places
from .read import Chunk, Cut
from .staging import Staged
from .surveys import Survey, group_of


class Result(Protocol):
    """What another scan has found of some lines of the same file."""

    lines: int
    size: int
    counts: dict[tuple[str, Mark | None], int]
    samples: list[tuple[Finding, Excerpt | None, Mark | None]]
    tally: Tally | None
    survey: Survey
    groups: dict[str, int]
    first_uses: dict[str, Use]
    hopeless: bool
    unjudged: int
    places: Places | None


class Known(msgspec.Struct, frozen=True):
    """What was seen of a file before a part of it: the rules of whose findings no more details are wanted, and the
    feed groups whose first place is known (``None``: no place is asked)."""

    full: frozenset[str] = frozenset()
    groups: frozenset[str] | None = frozenset()


#: Bytes of a file from which the fast validator is worth its types.
WORTH_FAST = 1 << 13
#: Bytes of a chunk from which the native engine is worth its plan.
WORTH_ENGINE = 1 << 15


class Scan:
    """Lines of one file on their way, from its start or from a place further down (``later``).

    ``staged`` takes what the relations need to know of the entries; ``None`` if nobody asks. ``base``
    is added to places in the file. ``known`` is what need not be told of it again.
    """

    def __init__(
        self,
        judges: Judges,
        sink: Sink,
        file: str | None,
        *,
        staged: Staged | None = None,
        base: int = 0,
        later: bool = False,
        known: Known | None = None,
    ) -> None:
        known = known or Known()
        self.judges = judges
        self.sink = sink
        self.name = file
        self.framer = framing.Framer(judges.ruleset, file, later=later)
        self.marking = None if judges.marker is None else judges.marker.of_file(file)
        self.groups = GroupUses(judges.ruleset, known.groups)
        self.survey = Survey()
        self.staged = staged
        self.base = base
        self.lines = 0
        self.bytes = 0
        #: Bytes of the lines that were too long to be judged.
        self.unjudged = 0
        #: Whether one finding says that no line can be judged.
        self.hopeless = False
        #: The native engine's look at the file, once there is enough to look at, and the rules of whose
        #: findings no more details are wanted.
        self._lines: native.Lines | None = None
        self._full = set(known.full)

    @property
    def known(self) -> Known:
        """What the parts that follow need not tell again."""
        return Known(frozenset(self._full), self.groups.known)

    @property
    def settled(self) -> bool:
        """Whether what follows can be judged without knowing what was before."""
        return self.framer.settled

    def feed(self, chunk: Chunk) -> None:
        """Judge the next lines."""
        self.bytes += chunk.size
        self.lines += chunk.count
        self.unjudged += chunk.size if chunk.too_long else 0
        data = chunk.data
        skipped = 0
        if chunk.offset == 0:
            start = self.framer.begin(data)
            self.report(start.findings)
            self.hopeless = start.hopeless
            skipped = start.skip
            data = data[skipped:]
        if chunk.too_long:
            self._events(self.framer.too_long(chunk.first_line, chunk.size, data))
        elif chunk.blank:
            self._events(self.framer.blanks(chunk.first_line, chunk.count))
        elif not self.framer.hopeless:
            self._chunk(chunk.first_line, self.base + chunk.offset + skipped, data)

    def absorb(self, result: Result) -> None:
        """Take what another scan has found of the next lines."""
        self.bytes += result.size
        self.lines += result.lines
        self.unjudged += result.unjudged
        if self.hopeless:
            return
        self.hopeless = result.hopeless
        left = dict(result.counts)
        for finding, excerpt, mark in result.samples:
            left[finding.rule, mark] -= 1
            if self.sink.count(finding.rule, finding.severity, mark):
                self.sink.add(finding, excerpt)
            elif mark is None:
                self._fill(finding.rule)
        for (rule, mark), count in left.items():
            severity = self.judges.policy.severity_of(rule)
            assert severity is not None  # both scans are under one policy
            if mark is not None:
                for _ in range(count):
                    self.sink.count(rule, severity, mark)
            elif count:
                # Of a rule whose findings are not all told, enough are: from this part, or from others.
                self.sink.tally(rule, severity, count)
                self._fill(rule)
        if self.marking is not None and self.marking.tally is not None and result.tally is not None:
            self.marking.tally.merge(result.tally)
        if self.sink.places is not None and result.places is not None:
            self.sink.places.add(result.places)
        self.survey.add(result.survey)
        self.groups.count(result.groups)
        for group, use in result.first_uses.items():
            self.groups.first_use(use, group)

    def end(self) -> None:
        """Judge what only the end of the file can tell of its last lines."""
        self._events(self.framer.end())
        self.hopeless = self.framer.hopeless

    def cut(self, reason: Cut) -> None:
        """Say that the lines that were judged are not all. What only the end of the file tells is not known."""
        self.report(self.framer.cut(reason, self.lines))

    def whole(self) -> None:
        """Judge what only the whole file can tell. A line that alone is larger than a file may be has its finding."""
        self._near_misses()
        self.report(self.framer.size(self.bytes - self.unjudged))

    def one(self, line: bytes) -> None:
        """A line on its own: the rules of whole files do not apply."""
        self._events(self.framer.line(1, line))
        if self.framer.busy:
            self._events(self.framer.end())

    # ------------------------------------------------------------------ chunks and lines

    def _chunk(self, first: int, place: int, data: bytes) -> None:
        if self._lines is None and len(data) >= WORTH_ENGINE and self.judges.native is not None:
            self._lines = self.judges.native.lines(
                self.judges.now, self.judges.histograms, self.sink.places is not None
            )
            self._know()
            for rule in self._full:
                self._lines.full(rule)
        if self._lines is not None:
            self._look(self._lines, first, place, data)
            return
        lines = BytesIO(data).readlines()
        few = first == 1 and len(data) < WORTH_FAST
        if not few and self._pass(lines, place):
            return
        for number, raw in enumerate(lines, first):
            if few or len(lines) == 1 or not self._pass([raw], place):
                self._line(number, place, raw)
            place += len(raw)

    def _look(self, quick: native.Lines, number: int, place: int, data: bytes) -> None:
        """Lines that the native engine looks at first."""
        at = 0
        staged_at = None if self.staged is None else place
        while at < len(data):
            if self.framer.busy:
                after = data.find(b"\n", at) + 1 or len(data)
                stop = native.Stop(native.CLOSER, 0, at, after, [])
            else:
                stop = quick.look(data, at, staged_at, number)
            if stop.passed:
                self._events(self.framer.passed(stop.passed))
            number += stop.passed
            if stop.kind == native.CLOSER:
                self._line(number, place + stop.start, data[stop.start : stop.after])
            elif stop.kind == native.CUT:
                self._cut(number, place + stop.start, data, stop)
            number += stop.kind != native.END
            at = stop.after
        if self.staged is not None:
            quick.rows(self.staged)
        taken = quick.take()
        self.survey.add(taken.survey)
        self.groups.count(taken.survey.feed_groups)
        for rule, count in taken.counts.items():
            severity = self.judges.policy.severity_of(rule)
            if severity is not None:
                self.sink.tally(rule, severity, count)
        for rule, line, count in taken.places:
            self._see(rule, line, count)

    def _cut(self, number: int, place: int, data: bytes, stop: native.Stop) -> None:
        """A line of which only some entries are to be explained; all else of it is counted."""
        judges = self.judges
        apart = native.apart(data, stop, judges.ruleset.payload, judges.largest)
        for event in self.framer.known(number, data[stop.start : stop.after], apart.parsed):
            if isinstance(event, framing.Judge):
                found = judges.explainer.explain(apart.parsed.value, apart.text)
                if not stop.outer:
                    found = [violation for violation in found if violation.rule not in judges.outer]
                elif any(violation.path == (judges.ruleset.payload,) for violation in found):
                    found = self._with_whole_list(found, event.text)
                self._place(event, found, apart)
                if self.staged is not None:
                    wrong = {violation.path for violation in found if violation.rule not in judges.light}
                    judges.stager.line(apart.parsed.value, place, wrong, self.staged, apart.chosen)
            else:
                self.report([event])

    def _with_whole_list(self, found: list[Violation], text: str) -> list[Violation]:
        """Violations of a line, which say of the list of its entries what stands in it."""
        payload = self.judges.ruleset.payload
        value = shown(parse(text, self.judges.largest).value[payload])
        return [msgspec.structs.replace(v, value=value) if v.path == (payload,) else v for v in found]

    def _know(self) -> None:
        """Tell the native engine which feed groups need not be seen any more."""
        if self._lines is not None:
            self._lines.know(self.groups.known)

    def _pass(self, lines: list[bytes], place: int) -> bool:
        """Whether the fast validator passes these lines; if so they are counted."""
        fast = self.judges.fast
        if fast is None or self.framer.busy:
            return False
        survey = fast.passes(lines, self.judges.now)
        if survey is None or self.groups.is_news(survey.feed_groups):
            return False
        app = self.judges.app
        if app is not None and not (app.accepts(survey) or app.fits(lines)):
            return False
        self._events(self.framer.passed(len(lines)))
        if self.judges.histograms and survey.histograms is None:
            survey.histograms = self.judges.surveyor.histograms(lines)
        self.survey.add(survey)
        self.groups.count(survey.feed_groups)
        if self.staged is not None:
            places = list(accumulate(map(len, lines[:-1]), initial=place))
            staging_columns.stage(self.judges.stager, fast.decoded, lines, places, self.staged)
        return True

    def _line(self, number: int, place: int, raw: bytes) -> None:
        """One line that nobody vouches for."""
        judged = self._events(self.framer.line(number, raw))
        if self.staged is None or not raw.strip():
            return
        stager = self.judges.stager
        if len(judged) == 1 and judged[0][0].is_all_of(number, raw):
            judge, found = judged[0]
            wrong = {violation.path for violation in found if violation.rule not in self.judges.light}
            if stager.line(judge.parsed.value, place, wrong, self.staged):
                return
        stager.broken(raw, self.staged)

    def _events(self, events: Iterable[Finding | framing.Judge]) -> list[tuple[framing.Judge, list[Violation]]]:
        """Report what framing has found and judge what it asks for; what was judged, and what was found."""
        judged = []
        for event in events:
            if isinstance(event, framing.Judge):
                judged.append((event, self._judge(event)))
            else:
                self.report([event])
        return judged

    def _judge(self, judge: framing.Judge) -> list[Violation]:
        """The content of a line: its survey, then everything that is wrong with it."""
        line = judge.parsed.value
        surveyor = self.judges.surveyor
        survey = surveyor.survey(line, judge.text if self.judges.histograms else None)
        self.survey.add(survey)
        self.groups.count(survey.feed_groups)
        if self.groups.is_news(survey.feed_groups):
            self._first_uses(judge)
            self._know()
        found = self.judges.explainer.explain(line, judge.text)
        if self.judges.app is not None:
            found = self.judges.app.judge(line, found)
        if found:
            self._place(judge, found)
        return found

    # ------------------------------------------------------------------ findings

    def _place(self, judge: framing.Judge, found: list[Violation], apart: native.Apart | None = None) -> None:
        """Give violations their place in the file; only those whose details are wanted are located, in the
        text of the line or, where that is enough, of some entries ``apart``."""
        wanted = []
        name = judge.parsed.value.get(self.judges.ruleset.discriminator)
        for violation in found:
            severity = self._counted(violation.rule, name, violation.path, judge.line)
            if severity is not None:
                wanted.append((violation, severity))
        if not wanted:
            return
        spans = locate(judge.text if apart is None else apart.text, [(v.path, v.at_key) for v, _ in wanted])
        line = judge.parsed.value
        instruction = clip(name) if isinstance(name, str) else None
        records: dict[Path, str | None] = {}
        for violation, severity in wanted:
            start, end = spans[(violation.path, violation.at_key)]
            entry = violation.path[:2]
            if entry not in records:
                records[entry] = self.judges.surveyor.record_name(line, entry)
            if apart is not None:
                start, end = apart.span(start, end)
            number, column = judge.place(start)
            finding = Finding(
                rule=violation.rule,
                severity=severity,
                file=self.name,
                line=number,
                column=column,
                instruction=instruction,
                path=pointer(violation.path),
                record=records[entry],
                message=violation.message,
                hint=violation.hint or None,
                value=violation.value,
            )
            self.sink.add(finding, judge.excerpt(start, end))

    def report(self, findings: Iterable[Finding]) -> None:
        """Findings of framing, which have their place already."""
        for finding in findings:
            severity = self._counted(finding.rule, finding.instruction, finding.path, finding.line)
            if severity is not None:
                self.sink.add(msgspec.structs.replace(finding, severity=severity), self.framer.excerpt(finding))

    def _counted(self, rule: str, instruction: object, path: Path | str | None, line: int | None) -> Severity | None:
        """Count a finding under the policy; its severity if somebody wants the details."""
        severity = self.judges.policy.severity_of(rule)
        if severity is None:
            return None
        mark = None
        if self.marking is not None and self.marking.concerns(rule):
            mark = self.marking.of(rule, instruction, path)
        aside = self.sink.aside
        wanted = self.sink.count(rule, severity, mark)
        if line is not None and self.sink.aside == aside:
            self._see(rule, line, 1)
        if wanted:
            return severity
        if mark is None:  # by its place each finding that a marker concerns may be wanted again
            self._fill(rule)
        return None

    def _see(self, rule: str, line: int, number: int) -> None:
        """Note where findings lie, if somebody asks for it."""
        if self.sink.places is not None and self.name is not None:
            self.sink.places.see(rule, self.name, line, number)

    def _fill(self, rule: str) -> None:
        """No more details of findings of a rule are wanted."""
        if self.sink.wanted is not None and rule not in self._full:
            self._full.add(rule)
            if self._lines is not None:
                self._lines.full(rule)

    # ------------------------------------------------------------------ feed groups

    def _first_uses(self, judge: framing.Judge) -> None:
        """Note where groups that were not seen before are used."""
        line = judge.parsed.value
        name = line.get(self.judges.ruleset.discriminator)
        new: dict[str, tuple[str, Path]] = {}
        for path, feed_id in self.judges.surveyor.feed_ids(line):
            group = group_of(feed_id)
            if group not in new and self.groups.is_news([group]):
                new[group] = (feed_id, path)
        spans = locate(judge.text, [(path, False) for _, path in new.values()])
        for group, (feed_id, path) in new.items():
            start, end = spans[(path, False)]
            number, column = judge.place(start)
            record = self.judges.surveyor.record_name(line, path)
            self.groups.first_use(
                Use(feed_id, number, column, path, str(name), record, judge.excerpt(start, end)), group
            )

    def _near_misses(self) -> None:
        for near in self.groups.near_misses():
            use = near.use
            severity = self._counted(near.rule, use.instruction, use.path, use.line)
            if severity is None:
                continue
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
