"""The rows of the two large tables: what a member may be, and what it breaks when it is missing or null.

Before it: ``docs_book`` for the links, ``null_table`` for the outcomes. After it: ``docs_pages`` puts
the rows on pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from stream_import_rules import model

from .docs_book import Book, Link, anchor_of
from .docs_words import last_part, limit_words, tolerated_words, type_words
from .markdown import code
from .null_table import Form, null_table
from .places import Place

#: The columns of the table of null and missing; other forms share one more column.
NOTHINGS: tuple[Form, ...] = ("missing", "null", '""', "[]", "{}")

_NULL_PAGE = "null-and-missing.md"


@dataclass(frozen=True)
class FieldRow:
    """A row of a field table."""

    name: Link
    type: list[Link]
    required: Link
    null: str
    limits: list[Link]
    doc: str
    mistaken: tuple[str, ...]


@dataclass(frozen=True)
class NullRow:
    """A row of the table of null and missing: the outcomes by column, each a list (one per JSON type in the last)."""

    name: Link
    cells: list[list[Link]]


def field_row(book: Book, place: Place, page: str) -> FieldRow:
    """The row of a place in a field table of this page."""
    value, field = place.value, place.field
    named = Link(code(value.named), f"types.md#type.{value.named}") if value.named else None
    return FieldRow(
        name=Link(code(place.name), f"#{anchor_of(place.pointer)}" if book.own_rules(place, page) else ""),
        type=[named or Link(type_words(value))],
        required=book.link(field.required, page, "yes") if field and field.required else Link("no" if field else "–"),
        null="yes" if value.nullable or isinstance(value, model.AnyValue) else "no",
        limits=_limits(book, value, page),
        doc=field.doc if field else f"Each item of {code(place.name.removesuffix('[]'))}.",
        mistaken=field.aliases if field else (),
    )


def _limits(book: Book, value: model.Value, page: str) -> list[Link]:
    """What a value must be besides its type, without what is told of its named type or off by default."""
    limits = [book.link(t.rule, page, tolerated_words(t)) for t in value.tolerated]
    if not isinstance(value, model.RecordValue):
        checks = model.checks_of(value)
        parts = next((c.parts for c in checks if isinstance(c, model.Split)), ())
        own = [c for c in checks if book.rules[c.rule].enabled and c.rule not in book.anchor_of_shared]
        limits += [book.link(c.rule, page, limit_words(c, parts)) for c in own]
    return limits + ([Link("the empty string counts as absent")] if value.blank else [])


def null_sections(book: Book) -> list[tuple[str, list[NullRow]]]:
    """The null table as rows under headings: what all instructions share, then what is each one's own."""
    tables: dict[str, dict[str, dict[Form, str]]] = {}
    for row in null_table(book.ruleset):
        tables.setdefault(row.instruction, {}).setdefault(row.pointer, {})[row.form] = row.rule
    first = next(iter(tables.values()))
    common = [p for p in first if all(table.get(p) == first[p] for table in tables.values())]
    sections = [("Every line", [_null_row(book, p, first[p]) for p in common])]
    for name, table in tables.items():
        own = [_null_row(book, p, forms) for p, forms in table.items() if p not in common]
        sections.append((code(name), own))
    return [section for section in sections if section[1]]


def _null_row(book: Book, pointer: str, forms: dict[Form, str]) -> NullRow:
    cells = [[_outcome(book, forms[form])] if form in forms else [Link("–")] for form in NOTHINGS]
    others: dict[str, list[Form]] = {}
    for form, rule in forms.items():
        if form not in NOTHINGS:
            others.setdefault(rule, []).append(form)
    many = len(others) > 1
    cells.append([_outcome(book, rule, ", ".join(of) + ": " if many else "") for rule, of in others.items()])
    home = next((book.homes[rule] for rule in forms.values() if rule), "")
    return NullRow(Link(code(pointer), f"{home}#{anchor_of(pointer)}" if home else ""), cells)


def _outcome(book: Book, rule: str, before: str = "") -> Link:
    return book.link(rule, _NULL_PAGE, before + code(last_part(rule))) if rule else Link(f"{before}fine")
