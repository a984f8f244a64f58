"""The report as one page for people: verdict, what to fix first, charts, findings with search and filter.

One of the formats. The page is complete without its script, which only searches and filters; it loads
nothing, and its policy lets nothing run but the one script and the one style sheet in it, by their hash.
Everything that comes from a file is escaped by ``markup``. It is at most 2 MB, whatever was found.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

from ..findings import Excerpt
from ..model import SEVERITIES, Rule, Severity
from . import charts
from .collect import FileReport, Report, Sample, Totals, by_rule
from .gather import Places
from .markup import Html, join, prose, tag, text
from .outcome import Outcome
from .share import fitting
from .words import (
    FIRST_RULES,
    NOUNS,
    UNDECIDED,
    first_gaps,
    first_to_fix,
    groups_of,
    limit_of,
    name_of,
    number,
    partial_of,
    place_of,
    plural,
    sentence_of,
    size,
    size_of,
    time_label,
    totals_of,
)

#: Bytes of the page; a file of 2 MB is still opened at once on a phone.
MOST_BYTES = 2_000_000

#: Rows of tables and charts; what is left out is counted.
TOP_FILES, TOP_PLACES, TOP_RULES, TOP_GROUPS = 50, 4, 12, 25
#: More rules than this are folded at first.
FEW_RULES = 6


def render(outcome: Outcome) -> bytes:
    """The page."""
    report = outcome.report
    rules = {rule.id: rule for rule in outcome.ruleset.rules}
    groups = by_rule(outcome.samples, report.counts)
    hints = {rule: _shared_hint(samples, report.counts[rule]) for rule, samples in groups.items()}
    blocks = {rule: [_sample(s, with_hint=hints[rule] is None) for s in group] for rule, group in groups.items()}

    def page(each: int) -> Html:
        found = [_rule(report, i, rule, blocks[rule][:each], rules, hints[rule]) for i, rule in enumerate(blocks)]
        return _page(outcome, rules, found)

    sizes = [[len(block.encode()) for block in group] for group in blocks.values()]
    each = fitting(sizes, MOST_BYTES - len(page(0).encode()))
    return page(each).encode()


def _page(outcome: Outcome, rules: Mapping[str, Rule], found: Sequence[Html]) -> Html:
    report = outcome.report
    style, script = _asset("html.css"), _asset("html.js")
    files_named = ", ".join(name_of(file.path) for file in report.files[:3]) or "nothing"
    title = f"{_counts(report.totals)} · {files_named} · stream-import"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("link", rel="icon", href="data:,"),
        tag("title", text(title, 200)),
        tag("style", style),
    )
    body = tag(
        "body",
        _header(report),
        _nav(report),
        _main(outcome, rules, found),
        _footer(report),
        tag("script", script),
    )
    return join(Html("<!doctype html>\n"), tag("html", head, body, lang="en"), Html("\n"))


@cache
def _asset(name: str) -> Html:
    """A style sheet or script of ours, as it is written into the page."""
    return Html((files(__package__) / name).read_text("utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing but these two, by their hash; no request, no form, no other base, no markup from strings."""

    def hashed(data: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()}'"

    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {hashed(style)}",
            f"script-src {hashed(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


# --------------------------------------------------------------------------- the verdict


def _header(report: Report) -> Html:
    head, rest = sentence_of(report)
    mark, _, sentence = head.partition(" ") if head[0] in "✓✗" else ("!", "", head)
    partial = None
    if not report.complete:
        told = [tag("li", text(f"{name_of(path)}: {what}" if path else what, 500)) for path, what in first_gaps(report)]
        partial = tag("div", tag("p", tag("strong", partial_of(report))), tag("ul", *told), class_="partial")
    return tag(
        "header",
        tag("a", "Skip to the findings", class_="skip", href="#findings") if report.counts else None,
        tag("p", "stream-import report", class_="tool"),
        tag("h1", tag("span", mark, class_="mark", aria_hidden="true"), f" {sentence}"),
        tag("p", rest[0].upper() + rest[1:]) if rest else None,
        partial,
        _severities(report.totals),
        class_=report.verdict,
    )


def _nav(report: Report) -> Html:
    links = [("fix", "Fix first" if report.totals.error else "Read first")] if first_to_fix(report) else []
    links += [("files", "The file" if len(report.files) == 1 else "The files")] if report.files else []
    links += [("findings", "Findings")] if report.counts else []
    links += [("entries", "Entries")] if any(any(file.entries.values()) for file in report.files) else []
    links += [("groups", "Feed groups")] if groups_of(report) else []
    items = [tag("li", tag("a", words, href=f"#{name}")) for name, words in links]
    return tag("nav", tag("ul", *items), aria_label="On this page")


def _severities(totals: Totals) -> Html | None:
    counts = [(severity, getattr(totals, severity)) for severity in SEVERITIES]
    if not any(count for _, count in counts):
        return None
    return tag(
        "div",
        charts.stack((count, severity) for severity, count in counts),
        tag("ul", *(tag("li", words, class_=severity) for severity, words in totals_of(totals))),
        class_="severities",
    )


def _counts(totals: Totals) -> str:
    return ", ".join(words for _, words in totals_of(totals)) or "No findings"


def _main(outcome: Outcome, rules: Mapping[str, Rule], found: Sequence[Html]) -> Html:
    """What to do first; everything that was found; what else is in the file."""
    report = outcome.report
    one = len(report.files) == 1
    fix, file = [*_fix_first(report, rules)], [*_file(outcome)] if one else []
    where, by_rule_ = [*_where(report, outcome.places)], [*_by_rule(report)]
    entries, groups = [*_entries(report)], [*_groups(report)]
    if not found:
        return tag("main", *(() if one else _files(report)), _panels([*file, *entries], groups))
    return tag(
        "main",
        _panels([*fix, *file], [*where, *by_rule_]) if one else _panels([*fix, *by_rule_], where),
        *(() if one else _files(report)),
        _findings(report, found),
        _panels(entries, groups),
    )


def _panels(left: Sequence[Html], right: Sequence[Html]) -> Html | None:
    """Sections side by side, where there is room."""
    columns = [tag("div", *sections) for sections in (left, right) if sections]
    return tag("div", *columns, class_="panels") if columns else None


def _section(name: str, title: str, *children: Html | None) -> Html:
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, *children, id=name, aria_labelledby=f"{name}-title")


def _fix_first(report: Report, rules: Mapping[str, Rule]) -> Iterator[Html]:
    wrong = first_to_fix(report)
    if not wrong:
        return
    items = [
        tag(
            "li",
            _link(rule),
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
    yield _section("fix", title, tag("ol", *items), more)


# --------------------------------------------------------------------------- figures and charts


def _file(outcome: Outcome) -> Iterator[Html]:
    (file,) = outcome.report.files
    limit = limit_of(outcome.ruleset)
    size_told: Html | str = size_of(file, outcome.ruleset)
    if limit is not None:
        kind = "error" if file.bytes > limit else "plain"
        size_told = join(size_told, charts.bar(file.bytes, max(limit, file.bytes), kind))
    rows: list[tuple[str, Html | str]] = [
        ("File", _named(name_of(file.path), 500)),
        ("Judged", "wholly" if file.complete else "only in part"),
        ("Size", size_told),
        ("Lines", number(file.lines)),
        ("Entries", number(sum(file.entries.values()))),
    ]
    if file.time_from and file.time_to:
        span = join(tag("time", file.time_from), " to ", tag("time", file.time_to))
        rows.append((time_label(outcome.ruleset), span))
    rows.append(("Findings", _counts(file.findings)))
    yield _section("files", "The file", tag("dl", *(join(tag("dt", label), tag("dd", value)) for label, value in rows)))


def _files(report: Report) -> Iterator[Html]:
    if report.files:
        columns = ("File", "Size", "Lines", "Entries", "Findings")
        table = _table(columns, [_file_row(file) for file in report.files[:TOP_FILES]], right=(1, 2, 3))
        yield _section("files", "The files", table, _left(len(report.files) - TOP_FILES, "more file"))


def _file_row(file: FileReport) -> list[Html | str]:
    return [
        _named(name_of(file.path), 300),
        size(file.bytes),
        number(file.lines),
        number(sum(file.entries.values())),
        _counts(file.findings) + ("" if file.complete else "; judged only in part"),
    ]


def _where(report: Report, places: Places | None) -> Iterator[Html]:
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
        name = tag("figcaption", _named(name_of(path), 200)) if len(report.files) > 1 else None
        axis = tag("p", tag("span", "line 1"), tag("span", number(lines[path])), class_="axis", aria_hidden="true")
        figures.append(tag("figure", name, chart, axis, tag("p", told, class_="note")))
    note = "Of frequent rules every second, fourth … finding was looked at, evenly, and stands for the others."
    yield _section(
        "where",
        "Where they lie",
        *figures,
        None if places.exact else tag("p", note, class_="note"),
        _left(len(most) - TOP_PLACES, "more file"),
    )


def _by_rule(report: Report) -> Iterator[Html]:
    if not report.counts:
        return
    top = list(islice(report.counts.items(), TOP_RULES))
    greatest = max(count for _, count in top)
    rows = [
        [
            _link(rule),
            tag("span", report.severities[rule], class_=f"badge {report.severities[rule]}"),
            number(count),
            charts.bar(count, greatest, report.severities[rule]),
        ]
        for rule, count in top
    ]
    table = _table(("Rule", "Severity", "Findings", ""), rows, right=(2,))
    yield _section("rules", "Findings by rule", table, _left(len(report.counts) - TOP_RULES, "more rule"))


def _entries(report: Report) -> Iterator[Html]:
    entries: dict[str, int] = {}
    for file in report.files:
        for name, count in file.entries.items():
            entries[name] = entries.get(name, 0) + count
    if any(entries.values()):
        yield _section("entries", "Entries by instruction", _bars(("Instruction", "Entries"), entries))


def _groups(report: Report) -> Iterator[Html]:
    groups = groups_of(report)
    if not groups:
        return
    told = tag("ul", *(tag("li", f"{what}.") for what in UNDECIDED))
    note = tag("div", tag("p", "Only your app's configuration in the dashboard tells whether"), told, class_="note")
    table = _bars(("Feed group", "Uses"), dict(islice(groups.items(), TOP_GROUPS)))
    yield _section(
        "groups", f"Feed groups ({number(len(groups))})", table, _left(len(groups) - TOP_GROUPS, "more"), note
    )


def _bars(columns: tuple[str, str], counts: Mapping[str, int]) -> Html:
    greatest = max(counts.values())
    rows = [[_named(name, 100), number(count), charts.bar(count, greatest, "plain")] for name, count in counts.items()]
    return _table((*columns, ""), rows, right=(1,))


def _table(columns: Sequence[str], rows: Iterable[Sequence[Html | str]], right: Sequence[int] = ()) -> Html:
    """A table; a column without a name holds bars, which say nothing that the others do not."""

    def align(index: int) -> str | None:
        return "right" if index in right else None

    head = [
        tag("th", name, scope="col", class_=align(i)) if name else tag("td", class_="bars")
        for i, name in enumerate(columns)
    ]
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", cell, class_=align(i)) for i, cell in enumerate(row[1:], 1)),
        )
        for row in rows
    ]
    return tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body))


def _left(count: int, noun: str) -> Html | None:
    if count <= 0:
        return None
    return tag(
        "p", f"… and {number(count)} more." if noun == "more" else f"… and {plural(count, noun)}.", class_="note"
    )


# --------------------------------------------------------------------------- the findings


def _findings(report: Report, found: Sequence[Html]) -> Html:
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name="severity", value=severity, checked=True),
            f" {words}",
        )
        for severity, words in totals_of(report.totals)
    ]
    controls = tag(
        "form",
        tag(
            "label",
            tag("span", "Search rules and findings"),
            tag("input", type="search", id="search", autocomplete="off", spellcheck="false"),
            class_="search",
        ),
        tag("fieldset", tag("legend", "Severity"), *boxes),
        tag(
            "div",
            tag("button", "Unfold all", type="button", id="unfold"),
            tag("button", "Fold all", type="button", id="fold"),
            class_="buttons",
        ),
        tag("p", role="status", id="status"),
        id="filter",
        role="search",
        hidden=True,
    )
    none = tag("p", "No rule and no finding fits.", id="none", hidden=True)
    return _section("findings", "Findings", controls, *found, none)


def _rule(
    report: Report, index: int, rule: str, shown: Sequence[Html], rules: Mapping[str, Rule], hint: str | None
) -> Html:
    severity, count = report.severities[rule], report.counts[rule]
    about = rules.get(rule)
    left = count - len(shown)
    summary = tag(
        "summary",
        tag("span", severity, class_=f"badge {severity}"),
        tag("h3", _id(rule)),
        tag("span", plural(count, "finding"), class_="count"),
    )
    why = [join(tag("dt", label), tag("dd", prose(words))) for label, words in _texts(about, hint) if words]
    return tag(
        "details",
        summary,
        tag("p", prose(about.summary), class_="summary") if about else None,
        tag("dl", *why) if why else None,
        tag("ol", *shown) if shown else None,
        tag("p", prose(f"… and {number(left)} more. All of them: `--format jsonl` or `--format csv`."), class_="note")
        if left
        else None,
        class_=f"rule {severity}",
        id=_anchor(rule),
        data_severity=severity,
        open=index < FEW_RULES,
    )


def _texts(rule: Rule | None, hint: str | None) -> Iterator[tuple[str, str]]:
    if rule is not None:
        yield "Why", rule.why
        yield "Fix", rule.fix
    if hint and (rule is None or hint != rule.fix):
        yield "Hint", hint


def _shared_hint(samples: Sequence[Sample], count: int) -> str | None:
    """The hint that is said once, as in the text: that of all samples, if it is not the only one of many."""
    hints = {sample.finding.hint for sample in samples}
    return hints.pop() if len(hints) == 1 and (len(samples) > 1 or count == 1) else None


def _sample(sample: Sample, *, with_hint: bool) -> Html:
    finding = sample.finding
    about = [part for part in (finding.instruction, finding.record, finding.path) if part]
    related = [
        ":".join(str(part) for part in (other.file, other.line) if part is not None) + f"  {other.message}"
        for other in finding.related
    ]
    shown: Html | None = None
    if sample.excerpt is not None:
        shown = _excerpt(sample.excerpt, finding.line, finding.severity)
    elif finding.value is not None:
        shown = tag("pre", tag("code", text(finding.value, 200)))
    return tag(
        "li",
        tag("p", tag("strong", text(place_of(finding), 300)), " ", prose(finding.message, 400), class_="at"),
        tag("p", *_dotted(tag("code", text(part, 150)) for part in about), class_="about") if about else None,
        shown,
        *(tag("p", text(words.strip(), 300), class_="about") for words in related[:5]),
        tag("p", prose(f"Hint: {finding.hint}", 400), class_="hint") if with_hint and finding.hint else None,
    )


def _dotted(parts: Iterable[Html]) -> Iterator[Html | str]:
    for i, part in enumerate(parts):
        if i:
            yield " · "
        yield part


def _excerpt(excerpt: Excerpt, line: int | None, severity: Severity) -> Html:
    start = min(max(excerpt.start, 0), len(excerpt.text))
    end = min(start + excerpt.length, len(excerpt.text))
    return tag(
        "pre",
        tag("span", f"{line or ''} │ ", class_="gutter"),
        tag(
            "code",
            "…" if excerpt.cut_left else None,
            excerpt.text[:start],
            tag("mark", excerpt.text[start:end] or " ", class_=severity),
            excerpt.text[end:],
            "…" if excerpt.cut_right else None,
        ),
    )


def _named(name: str, longest: int) -> Html:
    """A name from a file; one that nobody would see stands in quotes."""
    return tag("code", text(name, longest) if name.strip() else f'"{name}"')


def _link(rule: str) -> Html:
    return tag("a", _id(rule), href=f"#{_anchor(rule)}")


def _id(rule: str) -> Html:
    """The id of a rule, which may be broken after a dot."""
    return tag("code", join(*(text(f"{part}") for part in rule.split(".")), between=".<wbr>"))


def _anchor(rule: str) -> str:
    return f"rule-{rule}"


def _footer(report: Report) -> Html:
    tool, rules = report.tool, report.rules
    return tag(
        "footer",
        tag(
            "p",
            f"Made by {tool.name} {tool.version} with the rules {rules.name} {rules.version}, fingerprint ",
            tag("code", rules.fingerprint[:12]),
            ". Counts are exact; findings are shown as samples. This page loads nothing.",
        ),
    )
