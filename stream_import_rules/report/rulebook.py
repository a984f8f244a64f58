"""Set the rules for people: one rule with its reasons and examples, or the list of all.

After the RuleSet, before ``cli``, which prints the string. A rule has always the same headings: what,
where, why, fix, a bad and a good example, sources with how sure they make us.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..model import EVIDENCE, Example, Rule, RuleSet, Severity, Source, ordered_line
from .page import STYLES, Page
from .words import number, plural

#: A raw example of more lines than this is cut.
RAW_LINES = 12

_SEVERITY_WORDS: dict[Severity, str] = {
    "error": "error: the import refuses it",
    "warning": "warning: very likely refused, changed or lost",
    "info": "info: advice, nothing is refused",
}


def render_rule(rule: Rule, ruleset: RuleSet, page: Page) -> str:
    """One rule in full, with a final newline."""
    return page.print(_rule(rule, ruleset, page))


def render_list(rules: Sequence[Rule], page: Page, *, wrap: bool = True) -> str:
    """The rules as a table: id, severity, place, summary. Unwrapped, each is one line."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    for column in ("Rule", "Severity", "Place"):
        table.add_column(column, overflow="fold", no_wrap=not wrap)
    table.add_column("Summary", no_wrap=not wrap, overflow="fold")
    for rule in rules:
        off = Text(" (off by default)", style="dim") if not rule.enabled else Text()
        table.add_row(
            Text(page.own(rule.id), style="bold"),
            Text(rule.severity, style=STYLES[rule.severity]),
            Text(page.own(rule.place)),
            page.prose(rule.summary).append_text(off),
        )
    return page.print([table, "", plural(len(rules), "rule")] if wrap else [table], wrap=wrap)


def sureness(sources: Iterable[Source]) -> str:
    """How sure the sources make us, in words: what the strongest one is."""
    marks = [source.mark for source in sources]
    return next((words for mark, words in EVIDENCE.items() if mark in marks), "")


def _rule(rule: Rule, ruleset: RuleSet, page: Page) -> Iterator[RenderableType]:
    yield page.heading([(rule.id, "bold")])
    yield page.prose(rule.summary)
    yield ""
    rows: list[tuple[str, RenderableType]] = [
        ("severity", Text(page.own(_SEVERITY_WORDS[rule.severity]), style=STYLES[rule.severity])),
        ("where", Text(page.own(_where(rule)))),
        ("why", page.prose(rule.why)),
        ("fix", page.prose(rule.fix)),
        ("how sure", page.prose(_sentence(sureness(rule.sources)))),
    ]
    if not rule.enabled:
        rows.append(("off", page.prose(f"Only reported if selected: `--select {rule.id}`")))
    if rule.aliases:
        rows.append(("formerly", Text(page.own(", ".join(rule.aliases)))))
    yield page.pairs(rows, indent=0)
    for title, examples in (("Bad", rule.bad), ("Good", rule.good)):
        if examples:
            yield ""
            yield from _example(title, examples[0], ruleset, page)
    yield ""
    yield Text("Sources", style="bold")
    for source in rule.sources:
        yield Padding(_source(source, ruleset, page), (0, 0, 0, 2), expand=False)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _where(rule: Rule) -> str:
    place = f"{rule.entity}, {rule.place}" if rule.place else rule.entity
    return f"{place} (a {rule.kind} check, since {rule.since})"


def _source(source: Source, ruleset: RuleSet, page: Page) -> Text:
    document = ruleset.documents.get(source.document, source.document)
    made = Text(page.own(document))
    if source.quote:
        made.append(page.own(f": “{source.quote}”"), style="italic")
    if source.document != "ours":
        made.append(page.own(f" · {EVIDENCE[source.mark]}"), style="dim")
    return made


def _example(title: str, example: Example, ruleset: RuleSet, page: Page) -> Iterator[RenderableType]:
    remarks = [*_remarks(title, example)]
    head = Text(title, style="bold")
    if remarks:
        head.append(page.own("  " + "; ".join(remarks)), style="not bold dim")
    yield head
    color = "red" if title == "Bad" else "green"
    for line in _example_lines(example, ruleset):
        yield Padding(Text(page.own(line), style=color, overflow="fold"), (0, 0, 0, 2), expand=False)


def _remarks(title: str, example: Example) -> Iterator[str]:
    if title == "Bad" and example.path:
        yield f"at {example.path}"
    if isinstance(example.raw, str) and example.at_line > 1:
        yield f"in line {example.at_line}"
    for pointer, count in example.repeat.items():
        yield f"the first item of {pointer} stands for {plural(count, 'item')}"
    for pointer, length in example.lengthen.items():
        yield f"{pointer} is lengthened to {plural(length, 'character')}"
    if isinstance(example.raw, str) and example.encoding != "utf-8":
        yield f"written as {example.encoding}"
    if example.note:
        yield example.note.rstrip(".")


def _example_lines(example: Example, ruleset: RuleSet) -> Iterator[str]:
    if not isinstance(example.raw, str):
        yield json.dumps(ordered_line(ruleset, example.line), ensure_ascii=False)
        return
    lines = example.raw.removesuffix("\n").split("\n")
    yield from lines[:RAW_LINES]
    if len(lines) > RAW_LINES:
        yield f"… and {number(len(lines) - RAW_LINES)} more lines"
