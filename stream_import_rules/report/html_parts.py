"""The pieces that every part of the HTML report is made of: sections, tables, names, links to rules.

Used by ``html``, ``html_overview`` and ``html_findings``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .markup import Html, join, tag, text
from .words import plural


def section(name: str, title: str, *children: Html | None) -> Html:
    """A section with a heading, which is a landmark of its own."""
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, *children, id=name, aria_labelledby=f"{name}-title")


def table(columns: Sequence[str], rows: Iterable[Sequence[Html | str]], right: Sequence[int] = ()) -> Html:
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


def left_out(count: int, noun: str) -> Html | None:
    """What a table does not show: so many ``noun``, a singular such as ``more file``."""
    return tag("p", f"… and {plural(count, noun)}.", class_="note") if count > 0 else None


def named(name: str, longest: int) -> Html:
    """A name from a file; one that nobody would see stands in quotes."""
    return tag("code", text(name, longest) if name.strip() else f'"{name}"')


def link_to(rule: str) -> Html:
    """A link to the findings of a rule."""
    return tag("a", id_of(rule), href=f"#{anchor_of(rule)}")


def id_of(rule: str) -> Html:
    """The id of a rule, which may be broken after a dot."""
    return tag("code", join(*(text(f"{part}") for part in rule.split(".")), between=".<wbr>"))


def anchor_of(rule: str) -> str:
    """Where the findings of a rule stand on the page."""
    return f"rule-{rule}"
