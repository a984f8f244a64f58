"""The page of what must hold between the lines of a file: records, references, relations, in English.

Before it: ``docs_book``, ``docs_sections``. After it: ``docs_pages``, which names these rules at their
instructions, and ``to_docs``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from stream_import_rules import model
from stream_import_rules.model import Instruction, Record, Reference, Relation, RuleSet

from .docs_book import Book, Link
from .docs_sections import Group, section
from .markdown import code

#: The values of a template by name.
Values: TypeAlias = dict[str, Any]

PAGE = "relations.md"


def relations_page(book: Book) -> Values:
    """The page: what identifies a record, what refers to what, each relation, and the rules told here."""
    ruleset = book.ruleset
    own: dict[str, list[str]] = {}
    for relation in ruleset.relations:
        rule = book.rules[relation.rule]
        if book.homes[rule.id] == PAGE:
            own.setdefault(rule.entity, []).append(rule.id)
    return {
        "records": [_record(book, record) for record in ruleset.records],
        "references": [_reference(book, reference) for reference in ruleset.references],
        "relations": [
            (book.link(relation.rule, PAGE), book.rules[relation.rule], ", ".join(_words(ruleset, relation)))
            for relation in ruleset.relations
        ],
        "groups": [
            Group(f"of-{entity}", entity.capitalize(), [section(book, rule) for rule in rules])
            for entity, rules in own.items()
        ],
    }


def rules_between(ruleset: RuleSet, instruction: Instruction) -> list[str]:
    """The ids of the rules that relations enforce, as far as their findings stand in the lines of an instruction."""
    rules = (r.rule for r in ruleset.relations if _record_of(ruleset, r).instruction == instruction.name)
    return list(dict.fromkeys(rules))


def _record_of(ruleset: RuleSet, relation: Relation) -> Record:
    """The record at which the findings of a relation stand."""
    match relation:
        case model.Unique() | model.Crowd() | model.Excludes() | model.OrderAdvice():
            return _records(ruleset)[relation.record]
        case model.Refers(references=(first, *_)):
            return _records(ruleset)[_references(ruleset)[first].record]
        case model.Depth() | model.Acyclic() | model.Agrees() | model.NotBefore():
            return _records(ruleset)[_references(ruleset)[relation.reference].record]
        case _:
            raise AssertionError(f"no record for {relation}")


def _used_by(relation: Relation) -> tuple[str, ...]:
    """The names of the references that a relation looks at."""
    match relation:
        case model.Refers() | model.OrderAdvice():
            return relation.references
        case model.Depth() | model.Acyclic() | model.Agrees() | model.NotBefore():
            return (relation.reference,)
        case _:
            return ()


def _record(book: Book, record: Record) -> Values:
    key = _members(record.key)
    belongs = _members(record.scope.members) if record.scope else ""
    if record.about:
        references = _references(book.ruleset)
        belongs = "the " + " or ".join(dict.fromkeys(references[name].to for name in record.about)) + " that it names"
    return {
        "name": record.name,
        "instruction": Link(code(record.instruction), f"{record.instruction}.md"),
        "key": f"{key}, from which its activity id follows" if record.derived else key,
        "scope": belongs or "–",
    }


def _reference(book: Book, reference: Reference) -> Values:
    rules = [r.rule for r in book.ruleset.relations if reference.name in _used_by(r)]
    return {
        "record": reference.record,
        "to": reference.to,
        "form": _form(book.ruleset, reference),
        "rules": [book.link(rule, PAGE) for rule in rules],
    }


def _form(ruleset: RuleSet, reference: Reference) -> str:
    """How a reference is written (Markdown)."""
    to = _records(ruleset)[reference.to]
    if reference.prefix:
        parts = ["id"] if reference.form == "activity-id" else list(to.key)
        written = reference.prefix + ":".join(f"<{part}>" for part in parts)
        return f"{code(written)} in {_members(reference.members, 'or')}, or anywhere else in the entry"
    words = _members(reference.members)
    if reference.form == "activity-id":
        words += f", the id that follows from {_members(to.key)}"
    return words + (f", if there is no {_members(reference.absent, 'or')}" if reference.absent else "")


def _words(ruleset: RuleSet, relation: Relation) -> Iterator[str]:
    """What a relation asks for, in the few words of a table cell (Markdown), part by part."""
    match relation:
        case model.Unique(by=by, apart=apart, content=content, lines=lines):
            others = f", but another {_columns(ruleset, relation.record, apart)}" if apart else ""
            yield f"no two with the same {_columns(ruleset, relation.record, by)}{others}"
            if content != "any":
                yield "alike otherwise" if content == "same" else "different otherwise"
            if lines:
                yield "in different lines"
        case model.Crowd(by=by, limit=limit):
            yield f"at most {limit:,} with the same {_columns(ruleset, relation.record, by)}"
        case model.Refers(references=references, if_any=if_any, default=default):
            targets = dict.fromkeys(_references(ruleset)[name].to for name in references)
            yield f"the {' or '.join(targets)} named is in the file"
            if if_any:
                yield "if the file has any"
            if default == "outside":
                yield "if the configuration of the app says that there are no others"
        case model.Excludes(record=record, other=other):
            parts = {name: part for name in (record, other) if (part := _records(ruleset)[name].part)}
            taken = code(parts[other].prefix + ":".join(f"<{member}>" for member in parts[other].members))
            given = f" with {_member(parts[other].given)}" if parts[other].given else ""
            yield f"{_members(parts[record].members)} is not {taken} of a {other}{given}"
        case model.Depth(limit=limit):
            yield f"at most {limit:,} levels"
        case model.Acyclic():
            yield "no cycle"
        case model.Agrees(reference=reference):
            about = _record_words(ruleset, _references(ruleset)[reference])
            yield f"the same {about} at both ends"
        case model.NotBefore(reference=reference):
            yield f"not earlier than the {_references(ruleset)[reference].to} named"
        case model.OrderAdvice(references=references, to=to):
            names = dict.fromkeys([to] if to else (_references(ruleset)[name].to for name in references))
            yield f"after the {' or '.join(names)}; once a file"
        case _:
            raise AssertionError(f"no words for {relation}")


def _record_words(ruleset: RuleSet, reference: Reference) -> str:
    """What the record that refers belongs to, in a word."""
    record = _records(ruleset)[reference.record]
    return " or ".join(dict.fromkeys(_references(ruleset)[name].to for name in record.about)) or (
        _members(record.scope.members) if record.scope else reference.to
    )


def _columns(ruleset: RuleSet, name: str, columns: tuple[model.Column, ...]) -> str:
    """Columns as the members that they hold; what the key holds already is not said again."""
    record = _records(ruleset)[name]
    members: list[str] = []
    for column in columns:
        match column:
            case "key" if record.derived and "part" not in columns:
                members.append("activity id")
            case "key":
                members += [member for member in record.key if member not in members]
            case "scope":
                members += record.scope.members if record.scope else record.about
            case "part":
                members += [m for m in (record.part.members if record.part else ()) if m not in members]
            case "at":
                members += [record.at] if record.at not in members else []
    return _members(tuple(members))


def _members(members: tuple[str, ...], word: str = "and") -> str:
    """Operands as people call them (Markdown)."""
    shown = [_member(member) for member in members]
    return f" {word} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _member(member: str) -> str:
    if not member:
        return "the entry itself"
    if member == "activity id":
        return member
    return f"{code(member[1:])} of the line" if member.startswith("/") else code(member)


def _records(ruleset: RuleSet) -> dict[str, Record]:
    return {record.name: record for record in ruleset.records}


def _references(ruleset: RuleSet) -> dict[str, Reference]:
    return {reference.name: reference for reference in ruleset.references}
