"""What every report for people says of the policy of a run, and of a finding that does not count.

After ``words``; used by the formats. Nothing here is harmless yet: reasons and patterns come from files.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from ..findings import Finding
from .aside import Comparison, SuppressionReport
from .collect import Summary
from .words import name_of, number, plural


def remarks_of(report: Summary) -> Iterator[tuple[str, str]]:
    """What is to be said of the policy of a run: the kind of remark, and a sentence."""
    policy = report.policy
    for one in policy.expired:
        yield "expired", f"The suppression of {_about(one)} expired on {one.until}: what it suppressed counts again."
    for one in policy.unused:
        yield "unused", f"The suppression of {_about(one)} suppresses nothing; it can go."
    baseline = policy.baseline
    if baseline is None:
        return
    for place in baseline.exceeded:
        new = place.found - place.known
        yield "exceeded", f"{number(new)} new of {number(place.found)} {_at(place)}; which of them cannot be told."
    if baseline.exceeded_places > 1:
        yield "surplus", f"At {number(baseline.exceeded_places)} places there is more than the baseline knows."
    for place in baseline.stale:
        yield "stale", f"The baseline knows {number(place.known)} {_at(place)}; {_left(place.found)} now."
    if baseline.stale_places:
        again = "`--write-baseline` makes it anew"
        yield "shrink", f"Of {plural(baseline.stale_places, 'place')} the baseline knows more than there is; {again}."


def first_remarks(report: Summary, most: int = 10) -> list[tuple[str, str]]:
    """The first remarks of each kind, in their order; of a kind with more of them a last one says so."""
    told = []
    for kind, group in groupby(remarks_of(report), key=itemgetter(0)):
        of_kind = list(group)
        left = len(of_kind) - most
        told += of_kind[:most] + ([(kind, f"… and {number(left)} more like this.")] if left > 0 else [])
    return told


def mark_of(finding: Finding) -> str:
    """What is said of a finding that is suppressed or known; empty for others."""
    if finding.suppressed is not None:
        return f"suppressed: {finding.suppressed}"
    return "known by the baseline" if finding.baseline == "known" else ""


def _left(found: int) -> str:
    if not found:
        return "none counts"
    return "only 1 counts" if found == 1 else f"only {number(found)} count"


def _about(one: SuppressionReport) -> str:
    limits = [part for part in (one.file, one.instruction, one.path) if part]
    place = f" (line {one.line})" if one.line else ""
    return one.rule + (f" in {', '.join(limits)}" if limits else "") + place


def _at(place: Comparison) -> str:
    where = " ".join(part for part in (place.instruction, place.path) if part)
    return f"{place.rule} in {name_of(place.file)}" + (f" at {where}" if where else "")
