"""Relations that surely hold: a look of the native engine at the staged rows that spares most files the queries.

Between ``store``, which has the rows, and ``relate``, which asks the queries of the relations that are left. Every
question errs on one side: what is said to hold, holds; what is not may hold all the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TypeAlias, assert_never

from . import model, native
from .staging import KNOWN, Rows, Staged

_Question: TypeAlias = tuple[int, ...]

# The numbers are those of ``native/relate.c``.
_UNIQUE, _CROWD, _REFERS, _EXCLUDES, _CHAIN, _AGREES, _NOT_BEFORE, _ORDER, _ORDER_FIRST = range(9)
_COLUMNS: Mapping[model.Column, int] = {"key": 1 | 2, "scope": 4, "part": 8, "at": 16}
#: Longer chains may be circles.
_LONG = 64


def that_may_break(
    ruleset: model.RuleSet, relations: Sequence[model.Relation], staged: Staged, threads: int = 1
) -> list[bool]:
    """Of each relation whether it may be broken somewhere in these rows; all may if there is no engine. So many
    ``threads`` look."""
    if not native.is_there():
        return [True] * len(relations)
    asked = [_questions(ruleset, relation) for relation in relations]
    flat = tuple(question for questions in asked for question in questions)
    answers = iter(native.relations_may(_table(staged.keys), _table(staged.refs), flat, threads))
    # As many answers as questions are taken for each relation, whatever the first of them is.
    return [any(tuple(islice(answers, len(questions)))) for questions in asked]


def _table(rows: Rows) -> tuple[array[int], ...]:
    return tuple(getattr(rows, name) for name in Rows.COLUMNS)


def _questions(ruleset: model.RuleSet, relation: model.Relation) -> list[_Question]:
    """What to ask for one relation: it may be broken if one of the answers is yes."""
    records = {record.name: i for i, record in enumerate(ruleset.records)}
    references = {reference.name: (i, reference) for i, reference in enumerate(ruleset.references)}

    def leads(name: str) -> tuple[int, int]:
        """The numbers of a reference, and of the record that it means."""
        number, reference = references[name]
        return number, records[reference.to]

    match relation:
        case model.Unique():
            return [(_UNIQUE, records[relation.record], _bits(relation.by))]
        case model.Crowd():
            return [(_CROWD, records[relation.record], _bits(relation.by), relation.limit)]
        case model.Refers():
            return [
                (_REFERS, number, to, KNOWN + to, _with_part(ruleset, references[name][1]), relation.if_any)
                for name in relation.references
                for number, to in (leads(name),)
            ]
        case model.Excludes():
            return [(_EXCLUDES, records[relation.record], records[relation.other])]
        case model.Depth():
            return [(_CHAIN, *leads(relation.reference), relation.limit)]
        case model.Acyclic():
            return [(_CHAIN, *leads(relation.reference), _LONG)]
        case model.Agrees():
            return [(_AGREES, *leads(relation.reference))]
        case model.NotBefore():
            return [(_NOT_BEFORE, *leads(relation.reference))]
        case model.OrderAdvice():
            first = [(_ORDER_FIRST, records[relation.record], records[relation.to])] if relation.to else []
            return [*((_ORDER, *leads(name)) for name in relation.references), *first]
        case _:
            assert_never(relation)


def _bits(columns: Sequence[model.Column]) -> int:
    return sum(_COLUMNS[column] for column in columns)


def _with_part(ruleset: model.RuleSet, reference: model.Reference) -> bool:
    """Whether the row of a reference has the part of the record that it means."""
    to = next(record for record in ruleset.records if record.name == reference.to)
    return to.derived and to.part is not None and reference.form == "key" and not reference.prefix
