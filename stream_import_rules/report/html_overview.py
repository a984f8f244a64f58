"""The overview of the HTML report: what to fix first, the files in figures, the charts.

Before ``html``, which puts the sections on the page. Each function gives a section, or none if there is
nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from ..model import Rule, Severity
from ..places import Places
from . import charts
from .collect import FileReport, Report, Totals
from .html_parts import left_out, link_to, named, section, table
from .markup import Html, join, prose, tag
from .outcome import Outcome
from .words import (
    FIRST_RULES,
    NOUNS,
    first_to_fix,
    limit_of,
    name_of,
    number,
    plural,
    size,
    size_of,
    time_label,
    totals_of,
)

#: Rows of tables and charts; what is left out is counted.
TOP_FILES, TOP_PLACES, TOP_RULES = 50, 4, 12


def fix_first(report: Report, rules: Mapping[str, Rule]) -> Iterator[Html]:
    """The rules of the errors, or else of the warnings, that are broken most."""
    wrong = first_to_fix(report)
    if not wrong:
        return
    items = [
        tag(
            "li",
            link_to(rule),
            f" {plural(report.counts[rule], 'finding')}",
            tag("br"),
            prose(rules[rule].summary) if rule in rules else None,
        )
        for rule in wrong[:FIRST_RULES]
    ]
    left = len(wrong) - FIRST_RULES
    noun = NOUNS[report.severities[wrong[0]]]
    more = tag("p", f"… and {noun}s of {plural(left, 'more rule')}.", class_="note") if left > 0 else None
    title = "Fix first" if report.totals.error else "Read first"
    yield section("fix", title, tag("ol", *items), more)


def one_file(outcome: Outcome) -> Iterator[Html]:
    """The figures of the only file."""
    (file,) = outcome.report.files
    limit = limit_of(outcome.ruleset)
    size_told: Html | str = size_of(file, outcome.ruleset)
    if limit is not None:
        kind = "error" if file.bytes > limit else "plain"
        size_told = join(size_told, charts.bar(file.bytes, max(limit, file.bytes), kind))
    rows: list[tuple[str, Html | str]] = [
        ("File", named(name_of(file.path), 500)),
        ("Judged", "wholly" if file.complete else "only in part"),
        ("Size", size_told),
        ("Lines", number(file.lines)),
        ("Entries", number(sum(file.entries.values()))),
    ]
    if file.time_from and file.time_to:
        span = join(tag("time", file.time_from), " to ", tag("time", file.time_to))
        rows.append((time_label(outcome.ruleset), span))
    rows.append(("Findings", counts_of(file.findings)))
    yield section("files", "The file", tag("dl", *(join(tag("dt", label), tag("dd", value)) for label, value in rows)))


def many_files(report: Report) -> Iterator[Html]:
    """The figures of several files."""
    if report.files:
        columns = ("File", "Size", "Lines", "Entries", "Findings")
        made = table(columns, [_file_row(file) for file in report.files[:TOP_FILES]], right=(1, 2, 3))
        yield section("files", "The files", made, left_out(len(report.files) - TOP_FILES, "more file"))


def _file_row(file: FileReport) -> list[Html | str]:
    return [
        named(name_of(file.path), 300),
        size(file.bytes),
        number(file.lines),
        number(sum(file.entries.values())),
        counts_of(file.findings) + ("" if file.complete else "; judged only in part"),
    ]


def where(report: Report, places: Places | None) -> Iterator[Html]:
    """Where in their files findings lie."""
    if places is None:
        return
    lines = {file.path: file.lines for file in report.files}
    found: dict[str, list[tuple[int, Severity, int]]] = {}
    for rule, path, line, weight in places:
        if lines.get(path):
            found.setdefault(path, []).append((line, report.severities[rule], weight))
    if not found:
        return
    most = sorted(found, key=lambda path: -sum(weight for *_, weight in found[path]))
    figures = []
    for path in most[:TOP_PLACES]:
        chart, told = charts.along(found[path], lines[path], exact=places.exact)
        name = tag("figcaption", named(name_of(path), 200)) if len(report.files) > 1 else None
        axis = charts.ends("line 1", number(lines[path]))
        figures.append(tag("figure", name, chart, axis, tag("p", told, class_="note")))
    note = "Of frequent rules lines are counted in blocks, so a column may be off by a little."
    yield section(
        "where",
        "Where they lie",
        *figures,
        None if places.exact else tag("p", note, class_="note"),
        left_out(len(most) - TOP_PLACES, "more file"),
    )


def by_frequency(report: Report) -> Iterator[Html]:
    """How many findings there are of each rule."""
    if not report.counts:
        return
    top = list(islice(report.counts.items(), TOP_RULES))
    greatest = max(count for _, count in top)
    rows = [
        [
            link_to(rule),
            tag("span", report.severities[rule], class_=f"badge {report.severities[rule]}"),
            number(count),
            charts.bar(count, greatest, report.severities[rule]),
        ]
        for rule, count in top
    ]
    made = table(("Rule", "Severity", "Findings", ""), rows, right=(2,))
    yield section("rules", "Findings by rule", made, left_out(len(report.counts) - TOP_RULES, "more rule"))


def counts_of(totals: Totals) -> str:
    """``1,238 errors, 1 warning``."""
    return ", ".join(words for _, words in totals_of(totals)) or "No findings"
