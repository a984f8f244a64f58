"""What does not count in a run: suppressed findings, and those that a baseline knows; counted to the last one.

Before ``collect``, whose sinks ask a ``Ledger`` of every finding that has a mark. Which findings of a place
are new cannot be told when there are more than are known: the first of them, as many as are known, are
taken for these, and the rest counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from ..baseline import Baseline, Place
from ..findings import Finding, Mark, Novelty
from ..model import SEVERITIES, Severity
from ..suppressions import FailOn, Suppression

#: Findings that are shown of what is suppressed of each rule, and of the places that are known.
MOST_SUPPRESSED, MOST_KNOWN = 100, 5_000
#: Places of a baseline that are listed.
MOST_PLACES = 1_000

#: ``active``: it works in this run. ``unused``: it could, but suppresses nothing. ``expired``: its last day is
#: over. ``idle``: nothing that it could suppress was looked at.
State: TypeAlias = Literal["active", "unused", "expired", "idle"]


class Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What all parts of a report share: immutable, closed, absent members left out."""


class SuppressionReport(Part, frozen=True, kw_only=True):
    """One suppression of the policy: what it is for, whether it works, and how much it suppresses."""

    rule: str
    file: str | None = None
    instruction: str | None = None
    path: str | None = None
    reason: str
    until: str | None = None
    line: int | None = None
    state: State
    count: int


class Comparison(Part, frozen=True, kw_only=True):
    """One place of a baseline whose findings are not as many as it says."""

    file: str
    rule: str
    instruction: str | None = None
    path: str = ""
    known: int
    found: int


class BaselineReport(Part, frozen=True, kw_only=True):
    """How the findings compare with a baseline. ``exceeded`` are places with more findings than it has,
    ``stale`` those with fewer, the first ``MOST_PLACES`` of each in the order of the baseline."""

    path: str
    known: int
    new: int
    exceeded: tuple[Comparison, ...] = ()
    exceeded_places: int = 0
    stale: tuple[Comparison, ...] = ()
    stale_places: int = 0


class PolicyReport(Part, frozen=True, kw_only=True):
    """The policy of a run beyond its rules, and what it came to. ``failed``: the run fails by it."""

    path: str | None = None
    fail_on: FailOn
    strict: bool = False
    failed: bool
    suppressed: dict[str, int] = {}
    known: dict[str, int] = {}
    suppressions: tuple[SuppressionReport, ...] = ()
    baseline: BaselineReport | None = None

    @property
    def expired(self) -> list[SuppressionReport]:
        """The suppressions whose last day is over."""
        return [one for one in self.suppressions if one.state == "expired"]

    @property
    def unused(self) -> list[SuppressionReport]:
        """The suppressions that could work and suppress nothing."""
        return [one for one in self.suppressions if one.state == "unused"]

    @property
    def stale_places(self) -> int:
        """The places of the baseline that have fewer findings than it says."""
        return 0 if self.baseline is None else self.baseline.stale_places

    @property
    def set_aside(self) -> dict[str, int]:
        """How many findings of each rule do not count; those of rules with most of them first."""
        both = Counter(self.suppressed) + Counter(self.known)
        return dict(sorted(both.items(), key=lambda item: (-item[1], item[0])))


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """By what a run fails, and what was looked at in it: ``rules`` are those that count, ``relations`` those of
    them that need several entries, ``expired`` the numbers of suppressions whose last day is over."""

    path: str | None = None
    fail_on: FailOn = "error"
    strict: bool = False
    rules: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    expired: frozenset[int] = frozenset()


class Taken(msgspec.Struct, frozen=True):
    """What became of a finding: the reason of its suppression, how it compares with the baseline, and whether it
    counts."""

    suppressed: str | None = None
    novelty: Novelty | None = None
    counts: bool = True
    #: Whether it is the first of its place in the baseline.
    first: bool = False

    def marked(self, finding: Finding) -> Finding:
        """The finding with what became of it."""
        return msgspec.structs.replace(finding, suppressed=self.suppressed, baseline=self.novelty)


_PLAIN, _NEW = Taken(), Taken(novelty="new")
_KNOWN, _FIRST = Taken(novelty="known", counts=False), Taken(novelty="known", counts=False, first=True)
_EXCEEDED = Taken(novelty="exceeded")


class Ledger:
    """Counts what is suppressed and what is known in a run, and so says of each finding whether it counts."""

    def __init__(self, suppressions: Sequence[Suppression] = (), baseline: Baseline | None = None) -> None:
        self._suppressions, self._baseline = suppressions, baseline
        #: By whether the baseline has their place, if there is one: it counts none of them.
        states: tuple[Novelty | None, Novelty | None] = (None, None) if baseline is None else ("new", "known")
        self._suppressed = [
            [Taken(suppressed=one.reason, novelty=state, counts=False) for state in states] for one in suppressions
        ]
        self._places: list[tuple[Place, int]] = [] if baseline is None else list(baseline.places.items())
        #: Findings by the number of the suppression and by rule.
        self.by_suppression: Counter[tuple[int, str]] = Counter()
        #: Findings by the number of the place in the baseline.
        self.found: Counter[int] = Counter()
        self.known: Counter[str] = Counter()
        self.new = 0

    def take(self, rule: str, mark: Mark) -> Taken:
        """Count a finding with a mark."""
        if mark.suppression >= 0:
            self.by_suppression[mark.suppression, rule] += 1
            return self._suppressed[mark.suppression][mark.known >= 0]
        if self._baseline is None:
            return _PLAIN
        if mark.known >= 0:
            seen = self.found[mark.known]
            self.found[mark.known] = seen + 1
            if seen < self._places[mark.known][1]:
                self.known[rule] += 1
                return _KNOWN if seen else _FIRST
            self.new += 1
            return _EXCEEDED
        self.new += 1
        return _NEW

    @property
    def suppressed(self) -> dict[str, int]:
        """The findings that are suppressed, by rule."""
        sums: Counter[str] = Counter()
        for (_, rule), count in self.by_suppression.items():
            sums[rule] += count
        return _sorted(sums)

    def is_exceeded(self, known: int) -> bool:
        """Whether a place has more findings than the baseline says."""
        return self.found[known] > self._places[known][1]

    def note(self, known: int) -> str:
        """What is said of the one finding that is shown of a place with more findings than are known."""
        found, allowed = self.found[known], self._places[known][1]
        new = found - allowed
        return (
            f"one of {found:,} such findings here, of which the baseline knows {allowed:,}: "
            f"{new:,} {'is' if new == 1 else 'are'} new, which cannot be told"
        )

    # ------------------------------------------------------------------ what it came to

    def suppressions(
        self, files: Collection[str], rules: Collection[str], expired: Collection[int], *, whole: bool
    ) -> Iterable[SuppressionReport]:
        """Each suppression and what it came to, in a run of these files and rules; ``whole``: of all of them."""
        sums: Counter[int] = Counter()
        for (number, _), count in self.by_suppression.items():
            sums[number] += count
        for number, one in enumerate(self._suppressions):
            state: State = "active"
            if number in expired:
                state = "expired"
            elif not sums[number]:
                could = whole and not one.rules.isdisjoint(rules) and any(map(one.concerns, files))
                state = "unused" if could else "idle"
            yield SuppressionReport(
                rule=one.rule,
                file=one.file,
                instruction=one.instruction,
                path=one.path,
                reason=one.reason,
                until=one.until,
                line=one.line or None,
                state=state,
                count=sums[number],
            )

    def comparison(self, files: Iterable[str], rules: Collection[str]) -> BaselineReport | None:
        """How the findings compare with the baseline. Places are stale only in ``files`` that were judged
        wholly, and of ``rules`` that were looked at."""
        if self._baseline is None:
            return None
        looked_at = {number for file in files for number in self._baseline.in_file(file).values()}
        exceeded, stale = [], []
        for number, (place, known) in enumerate(self._places):
            found = self.found[number]
            if found > known:
                exceeded.append((place, known, found))
            elif found < known and number in looked_at and place.rule in rules:
                stale.append((place, known, found))
        return BaselineReport(
            path=self._baseline.path,
            known=self.known.total(),
            new=self.new,
            exceeded=tuple(_comparison(*one) for one in exceeded[:MOST_PLACES]),
            exceeded_places=len(exceeded),
            stale=tuple(_comparison(*one) for one in stale[:MOST_PLACES]),
            stale_places=len(stale),
        )


def policy_report(
    ledger: Ledger,
    terms: Terms,
    judged: Sequence[str],
    totals: Mapping[Severity, int],
    *,
    related: bool,
    complete: bool,
) -> PolicyReport:
    """What the policy of a run came to. ``judged`` are the files that were judged wholly, ``totals`` the numbers of
    findings that count; ``related``: the relations were checked to the end, ``complete``: everything was."""
    rules = terms.rules if related else terms.rules - terms.relations
    report = PolicyReport(
        path=terms.path,
        fail_on=terms.fail_on,
        strict=terms.strict,
        failed=False,
        suppressed=ledger.suppressed,
        known=_sorted(ledger.known),
        suppressions=tuple(ledger.suppressions(judged, rules, terms.expired, whole=complete)),
        baseline=ledger.comparison(judged, rules),
    )
    return msgspec.structs.replace(report, failed=_fails(report, totals, complete))


def _fails(policy: PolicyReport, totals: Mapping[Severity, int], complete: bool) -> bool:
    """Whether a run fails by its policy."""
    if policy.fail_on == "never":
        return False
    if not complete or any(totals[severity] for severity in SEVERITIES[: SEVERITIES.index(policy.fail_on) + 1]):
        return True
    return policy.strict and bool(policy.expired or policy.unused or policy.stale_places)


def _comparison(place: Place, known: int, found: int) -> Comparison:
    return Comparison(
        file=place.file,
        rule=place.rule,
        instruction=place.instruction or None,
        path=place.path,
        known=known,
        found=found,
    )


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
