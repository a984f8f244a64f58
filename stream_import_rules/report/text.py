"""Set the report for people: each file in figures, findings by rule, what is left open, a verdict.

After ``collect``; before ``cli``, which prints the string. The verdict stands last, where the eye of
somebody at a terminal is; the gravest and most frequent findings stand first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..findings import Finding
from ..model import Rule, RuleSet
from .collect import FileReport, Report, Sample, Totals, by_rule
from .excerpt import set_excerpt
from .page import STYLES, Page
from .remarks import first_remarks, mark_of
from .words import (
    FIRST_RULES,
    UNDECIDED,
    aside_of,
    first_to_fix,
    gaps,
    number,
    partial_of,
    place_of,
    plural,
    sentence_of,
    size,
    size_of,
    time_label,
    totals_of,
    undecided_of,
)
from .words import name_of as raw_name_of

#: More feed groups than this are only counted.
TOP_GROUPS = 10
#: More rules than this are counted by ``--statistics`` alone.
TOP_RULES = 30
#: More files than this are rows of one table.
FEW_FILES = 3
#: Rules whose findings do not count, and findings of each, that are listed.
TOP_ASIDE, FEW_ASIDE = 20, 2
#: Cells of a page on which the summary of a rule has room beside its id.
WIDE = 80

_PLAIN = "default not bold not dim"


def render(
    report: Report, samples: Sequence[Sample], ruleset: RuleSet, page: Page, set_aside: Sequence[Sample] = ()
) -> str:
    """The report as text with a final newline. ``samples`` are its findings with their excerpts, ``set_aside`` are
    some of those that do not count."""
    return page.print(_blocks(report, samples, ruleset, page, set_aside))


def render_statistics(report: Report, ruleset: RuleSet, page: Page) -> str:
    """The counts of the findings by rule, and the verdict, with a final newline."""
    return page.print(_statistics(report, {rule.id: rule for rule in ruleset.rules}, page))


def _blocks(
    report: Report, samples: Sequence[Sample], ruleset: RuleSet, page: Page, set_aside: Sequence[Sample]
) -> Iterator[RenderableType]:
    yield from _files(report, ruleset, page)
    rules = {rule.id: rule for rule in ruleset.rules}
    for rule_id, group in by_rule(samples, report.counts).items():
        yield from _group(report, rule_id, group, rules.get(rule_id), page)
        yield ""
    yield from _set_aside(report, set_aside, page)
    yield from _counts(report, page)
    yield from _remarks(report, page)
    yield from _undecided(report, page)
    yield from _verdict(report, rules, page)


def name_of(path: str, page: Page) -> str:
    """A file's name as people read it."""
    return page.data(raw_name_of(path))


# --------------------------------------------------------------------------- the files


def _files(report: Report, ruleset: RuleSet, page: Page) -> Iterator[RenderableType]:
    if len(report.files) > FEW_FILES:
        yield _table(report.files, page)
        yield ""
        return
    for file in report.files:
        yield Text(name_of(file.path, page), style="bold")
        yield page.pairs([*_figures(file, ruleset, page), *_of_app(report, page)])
        yield ""


def _figures(file: FileReport, ruleset: RuleSet, page: Page) -> Iterator[tuple[str, RenderableType]]:
    if not file.complete:
        yield "Judged", Text("ONLY IN PART", style="bold red")
    yield "Size", Text(page.own(size_of(file, ruleset)))
    yield "Lines", Text(number(file.lines))
    yield "Entries", _tally(file.entries, len(file.entries), page)
    if file.feed_groups:
        yield "Feed groups", _tally(file.feed_groups, TOP_GROUPS, page, kinds=True)
    if file.time_from and file.time_to:
        yield time_label(ruleset), Text(page.data(f"{file.time_from} to {file.time_to}"))
    yield "Findings", _totals(file.findings)


def _of_app(report: Report, page: Page) -> Iterator[tuple[str, RenderableType]]:
    if report.app is not None:
        yield "App", Text(page.data(report.app.path))


def _tally(counts: dict[str, int], top: int, page: Page, *, kinds: bool = False) -> Text:
    """``1,650: add_activities 1,204, follow 446``; ``kinds`` puts the number of names first, not the sum."""
    counts = {name: count for name, count in counts.items() if count}
    if not counts:
        return Text("none")
    made = Text(number(len(counts) if kinds else sum(counts.values())))
    for i, (name, count) in enumerate(list(counts.items())[:top]):
        made.append(": " if i == 0 else ", ", style="dim")
        made.append(page.data(name), style="cyan")
        made.append(f" {number(count)}")
    if len(counts) > top:
        made.append(f" and {number(len(counts) - top)} more")
    return made


def _totals(totals: Totals) -> Text:
    parts = totals_of(totals)
    if not parts:
        return Text("none", style="green")
    made = Text()
    for i, (severity, words) in enumerate(parts):
        made.append(", " if i else "")
        made.append(words, style=STYLES[severity])
    return made


def _table(files: Iterable[FileReport], page: Page) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    table.add_column("File", overflow="fold")
    for column in ("Size", "Lines", "Entries"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("Findings")
    for file in files:
        found = _totals(file.findings)
        if not file.complete:
            found = Text("JUDGED ONLY IN PART, ", style="bold red") + found
        entries = number(sum(file.entries.values()))
        table.add_row(Text(name_of(file.path, page)), size(file.bytes), number(file.lines), entries, found)
    return table


# --------------------------------------------------------------------------- the findings of one rule


def _group(
    report: Report, rule_id: str, samples: Sequence[Sample], rule: Rule | None, page: Page
) -> Iterator[RenderableType]:
    severity, count = report.severities[rule_id], report.counts[rule_id]
    parts = [(severity, STYLES[severity]), (f" {page.data(rule_id)}", "bold"), (f" · {plural(count, 'finding')}", "")]
    yield page.heading(parts)
    if rule is not None:
        yield page.prose(rule.summary)
    hints = {sample.finding.hint for sample in samples}
    # The hint of the only sample of many may suit that one alone.
    shared = hints.pop() if len(hints) == 1 and (len(samples) > 1 or count == 1) else None
    for sample in samples:
        yield ""
        yield from _finding(sample, page, with_hint=shared is None)
    left = count - len(samples)
    if left or shared:
        yield ""
    if left:
        yield _indented(Text(page.own(f"… and {number(left)} more")), 2)
    if shared:
        yield _hint(shared, page)


def _finding(sample: Sample, page: Page, *, with_hint: bool) -> Iterator[RenderableType]:
    finding = sample.finding
    head = Text(page.data(place_of(finding)), style="bold")
    head.append("  ")
    head.append_text(page.prose(finding.message, style="not bold"))
    yield _indented(head, 2)
    about = _about(finding, page)
    if about:
        yield _indented(Text(about, style="dim"), 4)
    if sample.note:
        yield _indented(Text(page.own(sample.note), style="dim"), 4)
    if sample.excerpt is not None:
        yield from _excerpt(sample, page)
    elif finding.value is not None:
        yield _indented(Text(f"found {page.data(finding.value)}"), 4)
    for other in finding.related:
        file = None if other.file is None else name_of(other.file, page)
        place = ":".join(str(part) for part in (file, other.line) if part is not None)
        about = f"{place} {page.data(other.path)}" if other.path else place
        yield _indented(Text(f"{about}  {page.own(other.message)}".strip()), 4)
    if with_hint and finding.hint:
        yield _hint(finding.hint, page, indent=4)


def _about(finding: Finding, page: Page) -> str:
    parts = [finding.instruction, finding.record, finding.path]
    return page.own(" · ").join(page.data(part) for part in parts if part)


def _excerpt(sample: Sample, page: Page) -> Iterator[RenderableType]:
    assert sample.excerpt is not None
    bar = page.own(" │ ")
    label = str(sample.finding.line or "")
    indent = 4
    piece = set_excerpt(sample.excerpt, page.room - indent - len(label) - len(bar), page)
    style = STYLES[sample.finding.severity]
    line = Text(label + bar, style="dim", no_wrap=True, overflow="ignore")
    line.append(piece.before, style=_PLAIN)
    line.append(piece.spot, style=f"{style} not dim")
    line.append(piece.after, style=_PLAIN)
    carets = Text(" " * len(label) + bar, style="dim", no_wrap=True, overflow="ignore")
    carets.append(" " * piece.offset)
    carets.append("^" * piece.width, style=f"{style} not dim")
    yield _indented(line, indent)
    yield _indented(carets, indent)


def _hint(text: str, page: Page, indent: int = 2) -> RenderableType:
    return page.pairs([("hint", page.prose(text))], indent)


def _counts(report: Report, page: Page) -> Iterator[RenderableType]:
    """The counts of the findings by rule, where these are too many to be seen at once."""
    if len(report.counts) <= FIRST_RULES:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for rule, count in list(report.counts.items())[:TOP_RULES]:
        severity = report.severities[rule]
        table.add_row(number(count), Text(severity, style=STYLES[severity]), page.data(rule))
    yield page.heading([("counts", "bold")])
    yield _indented(table, 2)
    if len(report.counts) > TOP_RULES:
        more = plural(len(report.counts) - TOP_RULES, "more rule")
        yield _indented(page.prose(f"… and {more}; all of them: `--statistics`"), 2)
    yield ""


def _statistics(report: Report, rules: Mapping[str, Rule], page: Page) -> Iterator[RenderableType]:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    table.add_column("Findings", justify="right", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Rule", overflow="fold", min_width=min(max(map(len, report.counts), default=0), page.room // 2))
    if wide := page.room >= WIDE:
        table.add_column("Summary", overflow="fold")
    for rule, count in report.counts.items():
        severity = report.severities[rule]
        row = [Text(number(count)), Text(severity, style=STYLES[severity]), Text(page.data(rule), style="bold")]
        if wide:
            row.append(page.prose(rules[rule].summary if rule in rules else ""))
        table.add_row(*row)
    if report.counts:
        yield table
        yield ""
    yield from _remarks(report, page)
    if not report.complete:
        yield from _partial(report, page)
    yield _sentence(report, page, more=False)


def _indented(block: RenderableType, cells: int) -> Padding:
    return Padding(block, (0, 0, 0, cells), expand=False)


# --------------------------------------------------------------------------- what does not count


def _set_aside(report: Report, samples: Sequence[Sample], page: Page) -> Iterator[RenderableType]:
    """What is suppressed or known, by rule, each with its first findings in a line or two."""
    counts = report.policy.set_aside
    if not counts:
        return
    yield page.heading([("not counted", ""), (f" · {aside_of(report.policy)}", "dim")])
    groups = by_rule(samples, counts)
    for rule, count in list(counts.items())[:TOP_ASIDE]:
        line = Text(number(count))
        line.append(f" {page.data(rule)}", style="bold")
        yield line
        for sample in groups[rule][:FEW_ASIDE]:
            text = f"{place_of(sample.finding)}  {mark_of(sample.finding)}"
            yield _indented(Text(page.data(text), style="dim"), 4)
    if len(counts) > TOP_ASIDE:
        yield Text(page.own(f"… and findings of {plural(len(counts) - TOP_ASIDE, 'more rule')}"))
    yield ""


def _remarks(report: Report, page: Page) -> Iterator[RenderableType]:
    """What has expired, what is not needed, what cannot be told apart."""
    remarks = first_remarks(report)
    if not remarks:
        return
    yield page.heading([("policy", "")])
    for kind, sentence in remarks:
        loud = kind == "expired"
        yield Text(page.data(f"✗ {sentence}" if loud else f"- {sentence}"), style="bold red" if loud else "")
    yield ""


# --------------------------------------------------------------------------- what is left open, and the verdict


def _undecided(report: Report, page: Page) -> Iterator[RenderableType]:
    groups = undecided_of(report)
    app = report.app
    if not groups:
        return
    yield page.heading([("not decided here", "")])
    names = _tally(groups, TOP_GROUPS, page, kinds=True)
    if app is not None and app.feed_groups:
        yield page.prose(f"Follows of feed groups whose type {page.data(app.path)} leaves to be confirmed:")
        yield _indented(names, 2)
        yield ""
        return
    yield page.prose("Only your app's configuration in the dashboard tells whether")
    yield _indented(Text(f"- {UNDECIDED[0]} (").append_text(names).append("),"), 2)
    yield _indented(Text(f"- {UNDECIDED[1]}."), 2)
    yield page.prose("Write it down for this program: `stream-import app init FILE` makes a first draft.")
    yield ""


def _verdict(report: Report, rules: Mapping[str, Rule], page: Page) -> Iterator[RenderableType]:
    yield page.heading([("verdict", "bold")])
    if not report.complete:
        yield from _partial(report, page)
    yield _sentence(report, page)
    if report.verdict == "errors":
        yield from _fix_first(report, rules, page)
    if report.shown < report.total:
        yield page.prose(
            f"Shown: {number(report.shown)} of {plural(report.total, 'finding')}; the counts are exact. "
            "More: `--max-samples N`; all: `--format jsonl`."
        )
    if report.counts:
        yield page.prose(f"What a rule asks for, and why: `stream-import explain {next(iter(report.counts))}`")


def _partial(report: Report, page: Page) -> Iterator[RenderableType]:
    yield Text(page.own(f"✗ {partial_of(report)}"), style="bold red")
    for path, what in gaps(report):
        yield _indented(Text(page.data(what) if path is None else f"{name_of(path, page)}: {page.data(what)}"), 2)


def _sentence(report: Report, page: Page, *, more: bool = True) -> Text:
    style = {"errors": STYLES["error"], "incomplete": STYLES["warning"], "warnings": "green", "ok": "bold green"}
    head, rest = sentence_of(report)
    if report.verdict == "errors" and more:
        rest = f"{rest} Fix first:".lstrip()
    made = Text(page.own(head), style=style[report.verdict])
    return made.append(f" {rest}", style=_PLAIN) if rest else made


def _fix_first(report: Report, rules: Mapping[str, Rule], page: Page) -> Iterator[RenderableType]:
    """The errors by rule, the most frequent first."""
    wrong = first_to_fix(report)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for rule in wrong[:FIRST_RULES]:
        summary = rules[rule].summary if rule in rules else ""
        table.add_row(number(report.counts[rule]), Text(page.data(rule), style="bold"), page.prose(summary))
    yield _indented(table, 2)
    if len(wrong) > FIRST_RULES:
        yield _indented(Text(page.own(f"… and errors of {plural(len(wrong) - FIRST_RULES, 'more rule')}")), 2)
