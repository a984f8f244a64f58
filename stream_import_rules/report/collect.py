"""Take the findings of a run and sum them up: exact counts, bounded samples, one Report.

Comes after ``validate``, which pushes findings into the ``Collector``; before the formats, which print
the Report. A run with several outputs has a ``Gatherer`` (in ``gather``) in its place. Nothing here
reads or writes a file.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from ..findings import Excerpt, Finding, Mark
from ..model import SEVERITIES, RuleSet, Severity
from ..places import Places
from .aside import Ledger, Part, PolicyReport, Taken, Terms, policy_report
from .marked import Marked
from .marked import Sample as Sample

if TYPE_CHECKING:
    from ..app import App
    from ..validate import FileSummary

#: ``errors``: at least one error. ``incomplete``: none found, but something was not judged.
#: ``warnings``: all judged, no error, at least one warning. ``ok``: neither (advice may be there).
Verdict: TypeAlias = Literal["ok", "warnings", "incomplete", "errors"]

#: Whether the relations between entries were checked: to the end, not at all because the user said so, or
#: not to the end because memory or disk did not suffice.
Relations: TypeAlias = Literal["checked", "left out", "broken off"]

#: The name under which the tool is installed, and by which it names itself.
TOOL = "stream-import-rules"

#: How many findings of each rule a report for programs holds if nothing else is said.
MAX_SAMPLES = 100


class Tool(Part, frozen=True, kw_only=True):
    """The program that made the report."""

    name: str
    version: str


class Rules(Part, frozen=True, kw_only=True):
    """The rule set that was applied; ``fingerprint`` is the sha256 (hex) of its canonical JSON."""

    name: str
    version: str
    fingerprint: str


class Totals(Part, frozen=True, kw_only=True):
    """Numbers of findings by severity. Exact."""

    error: int
    warning: int
    info: int


class FileReport(Part, frozen=True, kw_only=True):
    """One file that was read. Figures are of the part that was judged; ``complete`` says if that is all.

    ``bytes`` and ``lines`` are the size of the file, ``entries`` the entries by instruction,
    ``feed_groups`` the uses by group (most used first), ``time_from`` and ``time_to`` the span of the
    activities' times (RFC 3339, UTC). ``changed`` says what became of it while it was read, if anything did.
    """

    path: str
    bytes: int
    lines: int
    entries: dict[str, int]
    feed_groups: dict[str, int]
    time_from: str | None = None
    time_to: str | None = None
    complete: bool
    changed: str | None = None
    findings: Totals


class Unread(Part, frozen=True, kw_only=True):
    """A file that could not be read at all, and why."""

    path: str
    reason: str


class AppReport(Part, frozen=True, kw_only=True):
    """The configuration of an app that the files were compared with: its file, whether it names the feed
    groups of the app, and those whose type has still to be confirmed: follows of them were not judged."""

    path: str
    feed_groups: bool
    unconfirmed: tuple[str, ...] = ()


class Summary(Part, frozen=True, kw_only=True):
    """What a run found, in figures: the last line of ``jsonl``, and the head of a ``Report``.

    ``counts`` are exact numbers of findings by rule, the gravest and then the most frequent first;
    ``severities`` gives the severity of each of these rules in this run, ``total`` is the number of
    all findings, ``totals`` splits it by severity.
    """

    tool: Tool
    rules: Rules
    app: AppReport | None = None
    complete: bool
    verdict: Verdict
    files: tuple[FileReport, ...]
    unread: tuple[Unread, ...] = ()
    interrupted: bool = False
    relations: Relations = "checked"
    total: int
    totals: Totals
    counts: dict[str, int]
    severities: dict[str, Severity]
    policy: PolicyReport

    @property
    def ok(self) -> bool:
        """Whether everything was judged and nothing of severity ``error`` was found."""
        return self.verdict in ("ok", "warnings")


class Report(Summary, frozen=True, kw_only=True):
    """The outcome of a run. Its members are the keys of ``--format json``.

    ``findings`` are samples: the first of each rule, in the order of the files. ``shown`` is their
    number and ``total`` that of all; if they differ, samples were cut. ``counts`` are exact.
    ``set_aside`` are samples of what does not count, because it is suppressed or known.
    """

    shown: int
    findings: tuple[Finding, ...]
    set_aside: tuple[Finding, ...] = ()


class Awaited(msgspec.Struct, frozen=True):
    """A finding that was counted and whose details are on their way: what became of it, its number among those
    of its rule that count (``None`` if it does not), and whether it is a sample."""

    taken: Taken | None
    known: int
    ordinal: int | None
    kept: bool


class Collector:
    """A sink that counts everything and keeps the first ``max_samples`` findings of each rule.

    In one run a rule has one severity (the policy gives it), so counts by rule give counts by severity.
    What has a mark goes through the ``ledger``. Of a place that the baseline knows the first finding is kept:
    it is told as known, or in the name of all if there are more than are known.
    """

    def __init__(self, max_samples: int, ledger: Ledger | None = None, places: Places | None = None) -> None:
        self.max_samples = max_samples
        self.places = places
        self.wanted: int | None = max_samples
        self.ledger = ledger or Ledger()
        self.aside = 0
        self.samples: list[Sample] = []
        self._counts: dict[str, int] = {}
        self._severities: dict[str, Severity] = {}
        #: Findings of places that have more of them than are known, by rule: they count, but are not shown one by one.
        self._exceeded: Counter[str] = Counter()
        self._marked = Marked(self.ledger)
        # Details come in the order of the counts, rule by rule, but not one by one: a line is counted first.
        self._awaited: dict[str, deque[Awaited]] = {}

    def count(self, rule: str, severity: Severity, mark: Mark | None = None) -> bool:
        taken = None if mark is None else self.ledger.take(rule, mark)
        ordinal: int | None = None
        if taken is not None and not taken.counts:
            self.aside += 1
            kept = self._marked.keeps(rule, taken, self.max_samples)
        elif taken is not None and taken.novelty == "exceeded":
            self._exceeded[rule] += 1
            self._severities[rule] = severity
            kept = False
        else:
            ordinal = self._counts.get(rule, 0)
            self._counts[rule] = ordinal + 1
            if not ordinal:
                self._severities[rule] = severity
            kept = ordinal < self.max_samples
        wanted = kept or self._wants(rule, ordinal)
        if wanted:
            awaited = Awaited(taken, -1 if mark is None else mark.known, ordinal, kept)
            self._awaited.setdefault(rule, deque()).append(awaited)
        return wanted

    def _wants(self, rule: str, ordinal: int | None) -> bool:
        """Whether the details of a finding are wanted that is no sample."""
        return False

    def tally(self, rule: str, severity: Severity, number: int) -> None:
        self._counts[rule] = self._counts.get(rule, 0) + number
        self._severities.setdefault(rule, severity)

    def add(self, finding: Finding, excerpt: Excerpt | None) -> None:
        self._take(self._awaited[finding.rule].popleft(), finding, excerpt)

    def _take(self, awaited: Awaited, finding: Finding, excerpt: Excerpt | None) -> None:
        """Take the details of a finding, which is kept if it is a sample."""
        taken = awaited.taken
        if not awaited.kept:
            return
        if taken is None:
            self.samples.append(Sample(finding, excerpt))
            return
        sample = Sample(taken.marked(finding), excerpt)
        if taken.counts:
            self.samples.append(sample)
        else:
            self._marked.add(taken, awaited.known, sample)

    @property
    def telling(self) -> list[Sample]:
        """The samples of what counts; last, one of each place that has more findings than are known."""
        return [*self.samples, *self._marked.exceeding]

    @property
    def set_aside(self) -> list[Sample]:
        """The samples of what does not count."""
        return self._marked.set_aside

    def _sums(self) -> dict[str, int]:
        rules = self._counts.keys() | self._exceeded.keys()
        return {rule: self._counts.get(rule, 0) + self._exceeded[rule] for rule in rules}

    @property
    def counts(self) -> dict[str, int]:
        """Exact numbers of findings by rule, the gravest first, then the most frequent, then by name."""
        sums = self._sums()
        order = sorted(sums, key=lambda r: (SEVERITIES.index(self._severities[r]), -sums[r], r))
        return {rule: sums[rule] for rule in order}

    @property
    def severities(self) -> dict[str, Severity]:
        """The severity of each rule that was found broken, in the order of ``counts``."""
        return {rule: self._severities[rule] for rule in self.counts}

    @property
    def totals(self) -> Totals:
        """Exact numbers of findings by severity."""
        sums = dict.fromkeys(SEVERITIES, 0)
        for rule, number in self._sums().items():
            sums[self._severities[rule]] += number
        return Totals(error=sums["error"], warning=sums["warning"], info=sums["info"])


def file_report(summary: FileSummary, before: Totals, after: Totals) -> FileReport:
    """One file's part of the report; the totals are those of the run before and after this file."""
    groups = sorted(summary.feed_groups.items(), key=lambda item: (-item[1], item[0]))
    return FileReport(
        path=summary.path,
        bytes=summary.bytes,
        lines=summary.lines,
        entries=dict(summary.entries),
        feed_groups=dict(groups),
        time_from=summary.time_from,
        time_to=summary.time_to,
        complete=summary.complete,
        changed=summary.changed,
        findings=Totals(
            error=after.error - before.error,
            warning=after.warning - before.warning,
            info=after.info - before.info,
        ),
    )


def summary_of(
    collector: Collector,
    files: Iterable[FileReport],
    ruleset: RuleSet,
    *,
    version: str,
    fingerprint: str,
    unread: Iterable[Unread] = (),
    interrupted: bool = False,
    relations: Relations = "checked",
    app: App | None = None,
    terms: Terms | None = None,
) -> Summary:
    """The figures of a run. ``version`` is the tool's; ``interrupted`` says that the user stopped it,
    ``relations`` whether those between entries were checked; ``app`` is the configuration that the files
    were compared with, ``terms`` say by what the run fails."""
    files, unread = tuple(files), tuple(unread)
    complete = not interrupted and relations != "broken off" and not unread and all(file.complete for file in files)
    totals = collector.totals
    return Summary(
        tool=Tool(name=TOOL, version=version),
        rules=Rules(name=ruleset.name, version=ruleset.version, fingerprint=fingerprint),
        app=None if app is None else _app_report(app),
        complete=complete,
        verdict=verdict_of(totals, complete),
        files=files,
        unread=unread,
        interrupted=interrupted,
        relations=relations,
        total=totals.error + totals.warning + totals.info,
        totals=totals,
        counts=collector.counts,
        severities=collector.severities,
        policy=policy_report(
            collector.ledger,
            terms or Terms(),
            [file.path for file in files if file.complete],
            {severity: getattr(totals, severity) for severity in SEVERITIES},
            related=relations == "checked",
            complete=complete,
        ),
    )


def _app_report(app: App) -> AppReport:
    return AppReport(path=app.path, feed_groups=app.feed_groups is not None, unconfirmed=app.unconfirmed)


def report_of(summary: Summary, samples: Iterable[Sample], set_aside: Iterable[Sample] = ()) -> Report:
    """The report: a summary, the findings that are shown, and those that are shown of what does not count."""
    findings = tuple(sample.finding for sample in samples)
    aside = tuple(sample.finding for sample in set_aside)
    head = {name: getattr(summary, name) for name in Summary.__struct_fields__}
    return Report(**head, shown=len(findings), findings=findings, set_aside=aside)


def verdict_of(totals: Totals, complete: bool) -> Verdict:
    """The verdict in one word. A run that did not judge everything is never ``ok``."""
    if totals.error:
        return "errors"
    if not complete:
        return "incomplete"
    return "warnings" if totals.warning else "ok"


def by_rule(samples: Iterable[Sample], counts: Mapping[str, int]) -> dict[str, list[Sample]]:
    """The samples of each rule, in the order of ``counts``."""
    groups: dict[str, list[Sample]] = {rule: [] for rule in counts}
    for sample in samples:
        groups[sample.finding.rule].append(sample)
    return groups
