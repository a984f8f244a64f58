"""Part of ``to_json_schema``: the checks over several members of a record become ``if`` and ``then``.

Called by ``schema_shape`` for each record. There is no ``anyOf``: with it engines name the wrong
member, or all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from stream_import_rules import model

from . import schema_patterns as patterns
from .schema_text import Keywords, Notes, Schema

#: A condition on a record (``None``: always) and what must be true wherever it is met.
Conditional: TypeAlias = tuple[Keywords | None, Keywords]


@dataclass(frozen=True)
class Presence:
    """When a member of a record counts as present, in the schema that is being made.

    Whatever is required stands among the properties too, if only as ``true``: ajv's strict mode asks
    for it.

    ``certain`` says whether the schema refuses a value of the wrong type at the member.
    """

    record: model.RecordValue
    certain: Callable[[model._Value], bool]

    def empties(self, name: str) -> list[Any]:
        """The values of a member that are as good as its absence."""
        for field in self.record.fields:
            if field.name == name:
                return [None] * field.value.nullable + [""] * field.value.blank
        return []

    def wrong_nulls(self, name: str) -> bool:
        """Whether null passes at a member that is not nullable: nobody can say then if it is present."""
        for field in self.record.fields:
            if field.name == name:
                return not field.value.nullable and not self.certain(field.value)
        return True

    def condition(self, present: Iterable[str], absent: Iterable[str], asked: Iterable[str]) -> Keywords | None:
        """A schema of the records where these members are present and absent; ``asked`` are not wrong nulls."""
        present, properties = list(dict.fromkeys(present)), {}
        for name in asked:
            if self.wrong_nulls(name):
                properties[name] = _none_of([None])
        for name in present:
            wrong = [None] if self.wrong_nulls(name) else []
            properties[name] = _none_of(wrong + self.empties(name))
        for name in absent:
            empties = self.empties(name)
            properties[name] = _one_of(empties) if empties else False
        if not properties:
            return None
        return {"required": present, "properties": properties} if present else {"properties": properties}

    def needed(self, names: Sequence[str]) -> Keywords:
        """A schema of the records where none of these members is absent."""
        return {"required": list(names), "properties": {name: _none_of(self.empties(name)) for name in names}}


def conditionals(check: model.RecordCheck, presence: Presence, notes: Notes) -> Iterator[Conditional]:
    """What a check means; nothing for a kind that JSON Schema can't say."""

    def when(present: Sequence[str] = (), absent: Sequence[str] = (), asked: Sequence[str] = ()) -> Keywords | None:
        return presence.condition([*check.given, *present], [*check.absent, *absent], asked)

    match check:
        case model.Reserved(names=names):
            yield when(), {"properties": {name: notes.never(check.rule) for name in names}}
        case model.KeyPattern(pattern=pattern):
            allowed = patterns.names_pattern(pattern, [field.name for field in presence.record.fields])
            yield when(), {"propertyNames": notes.clause(patterns.keywords(allowed), [check.rule])}
        case model.AnyOf(members=members):
            yield when(absent=members[1:], asked=members[:1]), presence.needed(members[:1])
        case model.Together(members=members):
            for member in members:
                others = [other for other in members if other != member]
                yield when(present=[member], asked=others), presence.needed(others)
        case model.Requires(member=member, other=other):
            yield when(present=[member], asked=[other]), presence.needed([other])
        case model.References(patterns=forms, members=members):
            texts = [
                _reference(prefix, notes.clause(patterns.keywords(form), [check.rule]))
                for prefix, form in forms.items()
            ]
            yield when(), {"properties": {member: {"allOf": texts} for member in members}}
        case model.Differ() | model.Ordered() | model.DerivedId() | model.MaxEntryBytes() | model.NoBinary():
            return
        case _:
            assert_never(check)


def _reference(prefix: str, form: Keywords) -> Keywords:
    """The schema of values that are no strings, do not start with the prefix, or have the form."""
    start = {"type": "string", "pattern": f"^{patterns.literal(prefix)}"}
    return {"if": start, "then": {"type": "string"} | form}


def _one_of(values: Sequence[Any]) -> Keywords:
    return {"const": values[0]} if len(values) == 1 else {"enum": list(values)}


def _none_of(values: Sequence[Any]) -> Schema:
    return {"not": _one_of(values)} if values else True
