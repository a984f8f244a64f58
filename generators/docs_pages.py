"""What each page of the documentation prints: one function a page, one template a function.

Before it: ``docs_book``, ``docs_sections``, ``docs_tables``. After it: ``to_docs``, which hands the
values to the templates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from stream_import_rules import model
from stream_import_rules.model import Instruction, Rule, ordered_line

from .docs_book import Book, Link, anchor_of
from .docs_relations import rules_between
from .docs_sections import Group, Section, evidence_of, groups, section, shared_section
from .docs_sketch import compact
from .docs_tables import NOTHINGS, field_row, null_sections
from .docs_words import FRAMING_TITLES, LEVEL_WORDS, SEVERITY_WORDS, type_words
from .markdown import code
from .places import Place, entry_place, payload_place, places_in, places_of

#: The values of a template by name.
Values: TypeAlias = dict[str, Any]
#: What each target makes of each kind of check: ``exact``, ``partial`` or ``none``.
Support: TypeAlias = Mapping[str, Mapping[str, str]]

#: The limits that people look for first.
_LIMITS_OF_FILE = (model.MaxFileBytes, model.MaxLineBytes, model.MaxDepth, model.ExactNumbers)
_PRESENCE = (model.AnyOf, model.Together, model.Requires, model.Reserved, model.Deprecated)


def index_page(book: Book) -> Values:
    """The overview: instructions, limits, and how the rules are counted and chosen."""
    rules, page = book.ruleset.rules, "index.md"
    severities = [rule.severity for rule in rules]
    marks = [_strongest(rule) for rule in rules]
    return {
        "instructions": [_overview(book, i, page) for i in book.ruleset.instructions],
        "limits": [
            (book.link(c.rule, page), book.rules[c.rule]) for c in book.ruleset.framing if type(c) in _LIMITS_OF_FILE
        ],
        "severities": [(s, SEVERITY_WORDS[s], severities.count(s)) for s in model.SEVERITIES],
        "marks": [(mark, words, marks.count(mark)) for mark, words in model.EVIDENCE.items()],
        "total": len(rules),
        "optional": [book.link(rule.id, page) for rule in rules if not rule.enabled],
        "has_app": bool(book.ruleset.app.checks),
    }


def _strongest(rule: Rule) -> model.Evidence:
    return min((source.mark for source in rule.sources), key=list(model.EVIDENCE).index)


def _overview(book: Book, instruction: Instruction, page: str) -> Values:
    of_all = {field.name for field in book.ruleset.envelope.fields if field.required}
    own = [field for field in instruction.line.fields if field.required and field.name not in of_all]
    checks = model.checks_of(payload_place(book.ruleset, instruction).value)
    return {
        "instruction": instruction,
        "limits": [book.link(c.rule, page, f"{c.limit:,}") for c in checks if isinstance(c, model.MaxItems)],
        "needs": [book.link(field.required, page, code(field.name)) for field in own],
    }


def instruction_page(book: Book, instruction: Instruction) -> Values:
    """The page of one kind of line: its members, its entries' members, whole lines, and all rules."""
    page = f"{instruction.name}.md"
    entry = entry_place(book.ruleset, instruction)
    record = entry.value if isinstance(entry.value, model.RecordValue) else None
    line = [place for place in places_in(instruction.line) if not place.pointer.startswith(entry.pointer)]
    members = list(places_in(record, entry.pointer)) if record else [entry]
    checks = [*(record.checks if record else ()), *instruction.line.checks]
    return {
        "instruction": instruction,
        "evidence": evidence_of(book, instruction.sources),
        "line": [field_row(book, place, page) for place in line],
        "members": [field_row(book, place, page) for place in members],
        "is_record": record is not None,
        "unknown": book.link(record.unknown, page) if record and record.unknown else None,
        "checks": [(book.link(check.rule, page), book.rules[check.rule]) for check in checks],
        "relations": [(book.link(rule, page), book.rules[rule]) for rule in rules_between(book.ruleset, instruction)],
        "examples": _whole_lines(book, instruction),
        "groups": groups(book, instruction.line, page),
    }


def _whole_lines(book: Book, instruction: Instruction) -> list[tuple[str, str, str]]:
    """Title, text laid out and text in one line of each whole line; the second only if it differs."""
    base, full = (ordered_line(book.ruleset, line) for line in (instruction.base, instruction.full))
    lines = [("A minimal line", base)] + [("A line with all members", full)] * (full != base)
    return [(title, json.dumps(line, ensure_ascii=False, indent=2), compact(line)) for title, line in lines]


def framing_page(book: Book) -> Values:
    """The page of what holds for every file and every line."""
    page, envelope = "framing.md", book.ruleset.envelope
    sections: dict[str, list[Section]] = {}
    for check in book.ruleset.framing:
        sections.setdefault(book.rules[check.rule].entity, []).append(section(book, check.rule))
    own = [place for place in places_in(envelope) if place.field and not isinstance(place.value, model.AnyValue)]
    return {
        "line": [field_row(book, place, page) for place in own],
        "line_groups": groups(book, envelope, page),
        "groups": [
            Group(f"of-{entity}", FRAMING_TITLES.get(entity, entity.capitalize()), those)
            for entity, those in sections.items()
        ],
    }


def app_page(book: Book) -> Values:
    """The page of the rules that need the configuration of an app."""
    return {
        "entries": book.ruleset.app.entries,
        "sections": [section(book, check.rule) for check in book.ruleset.app.checks],
        "replaced": [
            (book.link(name, "app.md"), book.link(check.rule, "app.md"))
            for check in book.ruleset.app.checks
            for name in check.replaces
        ],
    }


def types_page(book: Book) -> Values:
    """The page of the named types, each with its description, its places and the rules told once for all."""
    return {"types": [_type(book, named, places) for named, places in sorted(book.named_places.items())]}


def _type(book: Book, named: str, places: list[tuple[str, Place]]) -> Values:
    used = []
    for name, place in places:
        home = book.homes[place.value.type_rule]
        used.append(Link(f"{code(place.pointer)} of {code(name)}", f"{home}#{anchor_of(place.pointer)}"))
    own = [rule for _, place in places for rule in place.rules if rule not in book.anchor_of_shared]
    return {
        "name": named,
        "doc": book.ruleset.type_docs[named],
        "type": type_words(places[0][1].value),
        "used": used,
        "sections": [shared_section(book, anchor) for anchor in book.shared if anchor.startswith(f"type.{named}.")],
        "own": [book.link(rule, "types.md") for rule in dict.fromkeys(own)],
    }


def rules_page(book: Book) -> Values:
    """The list of all rules by id."""
    of_file = {check.rule for check in book.ruleset.framing}
    rows = []
    for rule in book.ruleset.rules:
        place = code(rule.place) if rule.place else "the file" if rule.id in of_file else "the line"
        rows.append((book.link(rule.id, "rules.md"), rule, place))
    return {"rows": rows}


def nulls_page(book: Book) -> Values:
    """The page of the null table, and the rules on presence that come on top of it."""
    places = [place for instruction in book.ruleset.instructions for place in places_of(instruction.line)]
    checks = [check for place in places for check in model.checks_of(place.value) if isinstance(check, _PRESENCE)]
    return {
        "columns": NOTHINGS,
        "sections": null_sections(book),
        "presence": [(book.link(check.rule, "null-and-missing.md"), book.rules[check.rule]) for check in checks],
    }


def support_page(book: Book, levels_of: Support) -> Values:
    """The matrix of kinds and targets. Raises ``ValueError`` if a target does not say what it makes of a kind."""
    kinds: dict[str, list[Rule]] = {}
    for rule in book.ruleset.rules:
        kinds.setdefault(rule.kind, []).append(rule)
    for target, levels in levels_of.items():
        if silent := sorted(kinds.keys() - levels.keys()):
            raise ValueError(f"the target {target} declares no support for {', '.join(silent)}")
        if unknown := sorted(set(levels.values()) - LEVEL_WORDS.keys()):
            raise ValueError(f"the target {target} declares unknown levels: {', '.join(unknown)}")
    between = {relation.rule for relation in book.ruleset.relations}
    within = [
        book.link(rule.id, "support.md") for rule in book.ruleset.rules if rule.id in between & book.checks.keys()
    ]
    return {
        "targets": list(levels_of),
        "both": within,
        "rows": [
            (kind, len(those), book.link(those[0].id, "support.md"), [levels[kind] for levels in levels_of.values()])
            for kind, those in sorted(kinds.items())
        ],
        "totals": [
            (level, [sum(levels[rule.kind] == level for rule in book.ruleset.rules) for levels in levels_of.values()])
            for level in LEVEL_WORDS
        ],
        "levels": list(LEVEL_WORDS.items()),
    }
