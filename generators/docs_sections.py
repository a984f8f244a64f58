"""The text of a rule under its fixed headings: what it asks for, why, fix, evidence, examples.

Before it: ``docs_book`` knows where a rule is told, ``docs_examples`` shows its examples. After it:
``docs_pages`` puts the sections on pages, ``templates/_docs.md.j2`` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from stream_import_rules import model
from stream_import_rules.model import Rule

from .docs_book import Book, Link, anchor_of
from .docs_examples import Block, blocks
from .docs_words import app_words, common_words, particulars, place_title
from .markdown import code
from .places import places_of


@dataclass(frozen=True)
class Evidence:
    """A source: the document, its sentence ("" for none), and how strong it is, in words ("" if said elsewhere)."""

    title: str
    quote: str
    words: str


@dataclass(frozen=True)
class Section:
    """The text of one rule, at its place or, for rules of a shared type, once for all places."""

    anchor: str
    title: str
    rule: Rule
    summary: str
    why: str
    fix: str
    particulars: str
    evidence: list[Evidence]
    defined: Link
    good: list[Block]
    bad: list[Block]
    #: Where the rest stands if it is told elsewhere.
    shared: Link | None = None
    #: The rules of a shared text.
    places: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Group:
    """The rules of one place under one heading."""

    anchor: str
    title: str
    sections: list[Section]


def groups(book: Book, record: model.RecordValue, page: str) -> list[Group]:
    """The rules of a line by place, as far as this page is their home."""
    found = []
    for place in places_of(record):
        if own := book.own_rules(place, page):
            title = place_title(place, book.ruleset.payload)
            found.append(Group(anchor_of(place.pointer), title, [section(book, rule) for rule in own]))
    return found


def section(book: Book, rule_id: str) -> Section:
    """The text of a rule at its place."""
    rule = book.rules[rule_id]
    anchor = book.anchor_of_shared.get(rule_id)
    shared = Link(code(anchor.removeprefix("type.")), f"types.md#{anchor}") if anchor is not None else None
    return _section(book, rule_id, rule_id, rule, rule.summary, rule.fix, shared=shared)


def shared_section(book: Book, anchor: str) -> Section:
    """The text of a shared type's rule, told once; examples and evidence are those of its first place."""
    rules = [book.rules[rule] for rule in book.shared[anchor]]
    _, named, last = anchor.split(".")
    summary = common_words([rule.summary for rule in rules], code(named))
    fix = common_words([rule.fix for rule in rules], code(named))
    places = tuple(book.link(rule.id, "types.md") for rule in rules)
    return _section(book, anchor, f"{named}: {last}", rules[0], summary, fix, places=places)


def evidence_of(book: Book, sources: tuple[model.Source, ...]) -> list[Evidence]:
    """The sources in words; what several in a row have in common is said after the last."""
    found = []
    for source, following in zip_longest(sources, sources[1:]):
        title, words = book.ruleset.documents[source.document], model.EVIDENCE[source.mark]
        told = (following and following.mark == source.mark) or words.startswith(title)
        found.append(Evidence(title, source.quote, "" if told else words))
    return found


def _section(
    book: Book,
    anchor: str,
    title: str,
    rule: Rule,
    summary: str,
    fix: str,
    *,
    shared: Link | None = None,
    places: tuple[Link, ...] = (),
) -> Section:
    good = sorted(rule.good, key=lambda example: bool(example.breaks))[:1]
    return Section(
        anchor=anchor,
        title=title,
        rule=rule,
        summary=summary,
        why=rule.why,
        fix=fix,
        particulars=particulars(book.checks.get(rule.id)) or app_words(rule),
        evidence=evidence_of(book, rule.sources),
        defined=book.definition(rule),
        good=blocks(book.ruleset, rule, good, bare=anchor != rule.id),
        bad=blocks(book.ruleset, rule, rule.bad[:2], bare=anchor != rule.id),
        shared=shared,
        places=places,
    )
