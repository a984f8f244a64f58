"""What the files hold, in the HTML report: entries, their times and sizes, feed groups.

Before ``html``, which puts the sections on the page. Each function gives a section, or none if there is
nothing to say. What a chart shows stands in a table too, which can be unfolded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from ..histograms import limits_of
from ..model import RuleSet, Severity
from . import charts
from .bins import SizeBin, TimeAxis, median_of, size_bins, time_axis
from .collect import Report
from .html_parts import left_out, named, section, table
from .markup import Html, prose, tag
from .outcome import Outcome
from .words import UNDECIDED, entries_of, groups_of, noun_of, number, plural, plural_of, undecided_of

#: Rows of the table of feed groups; what is left out is counted.
TOP_GROUPS = 25


def entries(report: Report) -> Iterator[Html]:
    """How many entries there are of each instruction."""
    entries = entries_of(report)
    if any(entries.values()):
        yield section("entries", "Entries by instruction", _bars(("Instruction", "Entries"), entries))


# --------------------------------------------------------------------------- times


def times(outcome: Outcome) -> Iterator[Html]:
    """How the times of activities are spread."""
    axis = None if outcome.histograms is None else time_axis(outcome.histograms.calendar)
    if axis is None:
        return
    noun = noun_of(outcome.ruleset.time_span[0], outcome.ruleset)
    told = _fullest(axis, noun)
    chart: list[Html] = []
    if len(axis.bins) > 1:
        told += f" A column is a {axis.step} (UTC)." if axis.step[0].isalpha() else f" A column is {axis.step} (UTC)."
        columns = [(f"{label}: {plural(count, noun)}", count, "plain") for label, count in axis.bins]
        ends = charts.ends(axis.bins[0].label, axis.bins[-1].label)
        chart = [charts.columns(columns, told), ends]
    figure = tag("figure", *chart, tag("p", told, class_="note"), *_beside(outcome.report, axis, outcome.ruleset))
    rows = [("before", axis.before), *axis.bins, ("after", axis.after)]
    shown = [[label, number(count)] for label, count in rows if count]
    figures = _figures((axis.step.capitalize(), plural_of(noun).capitalize()), shown, f"{plural_of(noun)} over time")
    yield section("times", f"{plural_of(noun).capitalize()} over time", figure, figures)


def _fullest(axis: TimeAxis, noun: str) -> str:
    fullest = max(axis.bins, key=lambda bin_: bin_.total)
    total = sum(bin_.total for bin_ in axis.bins)
    if fullest.total == total:
        return f"{fullest.label[0].upper()}{fullest.label[1:]} has all: {plural(total, noun)}."
    return f"{fullest.label[0].upper()}{fullest.label[1:]} has most: {number(fullest.total)} of {plural(total, noun)}."


def _beside(report: Report, axis: TimeAxis, ruleset: RuleSet) -> Iterator[Html]:
    """What is not on the axis."""
    instruction, member = ruleset.time_span
    noun = noun_of(instruction, ruleset)
    ends = [(axis.before, f"before {axis.bins[0].label}"), (axis.after, f"after {axis.bins[-1].label}")]
    told = [f"{plural(count, noun)} {where}" for count, where in ends if count]
    if told:
        yield tag("p", f"Not on the axis, for they are far from the others: {', '.join(told)}.", class_="note")
    timed = axis.before + axis.after + sum(bin_.total for bin_ in axis.bins)
    without = entries_of(report).get(instruction, 0) - timed
    if without > 0:
        yield tag("p", prose(f"{plural(without, noun)} without a `{member}` that can be read."), class_="note")


# --------------------------------------------------------------------------- sizes


def sizes(outcome: Outcome) -> Iterator[Html]:
    """How large entries are, of those that have a limit."""
    found = {} if outcome.histograms is None else outcome.histograms.sizes
    limits = _limits(outcome.ruleset)
    figures = [
        _sizes(instruction, noun_of(instruction, outcome.ruleset), found[instruction], limits[instruction])
        for instruction in limits
        if found.get(instruction)
    ]
    if figures:
        yield section("sizes", "Entry sizes against the limit", *figures)


def _limits(ruleset: RuleSet) -> dict[str, dict[int, Severity]]:
    """The limits of each instruction that are more than advice, rising, with how grave it is to be beyond."""
    rules = {rule.id: rule for rule in ruleset.rules}
    found: dict[str, dict[int, Severity]] = {}
    for instruction, checks in limits_of(ruleset).items():
        for check in sorted(checks, key=lambda check: check.limit):
            rule = rules[check.rule]
            if rule.enabled and rule.severity != "info":
                found.setdefault(instruction, {})[check.limit] = rule.severity
    return found


def _sizes(instruction: str, noun: str, sizes: Mapping[int, int], limits: Mapping[int, Severity]) -> Html:
    limit, largest = min(limits), max(sizes)
    bins = size_bins(sizes, list(limits))
    over = sum(count for size, count in sizes.items() if size > limit)
    told = f"The largest has {plural(largest, 'byte')}, {_share(largest, limit)} the limit of {number(limit)}."
    if over:
        told = f"Over the limit: {number(over)} of {plural(sum(sizes.values()), noun)}. {told}"
    told += f" Half have at most {number(median_of(sizes))}."
    columns = [(f"{_range(bin_)}: {plural(bin_.total, noun)}", bin_.total, _kind(bin_, limits)) for bin_ in bins]
    right = f"over {number(bins[-1].over)} bytes" if over else f"{number(limit)} bytes, the limit"
    rows = [(_range(bin_), number(bin_.total)) for bin_ in bins]
    return tag(
        "figure",
        tag("figcaption", named(instruction, 100)),
        charts.columns(columns, told, mark=sum(bin_.over < limit for bin_ in bins)),
        charts.ends(f"over {number(bins[0].over)} bytes", right),
        tag("p", told, class_="note"),
        _figures(("Size", plural_of(noun).capitalize()), rows, f"the sizes in {instruction}"),
    )


def _kind(bin_: SizeBin, limits: Mapping[int, Severity]) -> str:
    """How grave it is to be of such a size."""
    return next((kind for limit, kind in sorted(limits.items(), reverse=True) if bin_.over >= limit), "plain")


def _range(bin_: SizeBin) -> str:
    if bin_.to is None:
        return f"over {number(bin_.over)} bytes"
    return f"{number(bin_.over + 1)} to {number(bin_.to)} bytes"


def _share(size: int, limit: int) -> str:
    share = 100 * size / limit
    if share >= 200:
        return f"{share / 100:,.1f} times"
    return f"{share:.1f} % of" if share >= 0.1 else "under 0.1 % of"


# --------------------------------------------------------------------------- feed groups


def groups(report: Report) -> Iterator[Html]:
    """How often each feed group is used, and what is not decided here."""
    uses = groups_of(report)
    if not uses:
        return
    note = _undecided(report)
    bars = _bars(("Feed group", "Uses"), dict(islice(uses.items(), TOP_GROUPS)))
    left = left_out(len(uses) - TOP_GROUPS, "more group")
    yield section("groups", f"Feed groups ({number(len(uses))})", bars, left, note)


def _undecided(report: Report) -> Html:
    """What only the dashboard tells, or what the configuration of the app leaves open."""
    undecided = undecided_of(report)
    if not undecided:
        return tag("div")
    if report.app is not None and report.app.feed_groups:
        names = ", ".join(list(undecided)[:TOP_GROUPS])
        said = f"Types still to be confirmed in {report.app.path}; follows of these groups were not judged: {names}."
        return tag("div", tag("p", said), class_="note")
    told = tag("ul", *(tag("li", f"{what}.") for what in UNDECIDED))
    return tag("div", tag("p", "Only your app's configuration in the dashboard tells whether"), told, class_="note")


def _bars(columns: tuple[str, str], counts: Mapping[str, int]) -> Html:
    greatest = max(counts.values())
    rows = [[named(name, 100), number(count), charts.bar(count, greatest, "plain")] for name, count in counts.items()]
    return table((*columns, ""), rows, right=(1,))


def _figures(columns: tuple[str, str], rows: Sequence[Sequence[str]], of: str) -> Html:
    """The figures of a chart as a table, folded."""
    return tag("details", tag("summary", f"Figures of {of}"), table(columns, rows, right=(1,)), class_="figures")
