"""The values of a line: where each stands, what people call it, and which rules a value there can break.

Before it: ``resolve``, which makes the records that it walks. After it: ``null_table`` and all of
``docs_*``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stream_import_rules import model
from stream_import_rules.model import Instruction, RuleSet, Value

from .samples import escape


@dataclass(frozen=True)
class Place:
    """A value in a line: its JSON Pointer pattern, its name for people, the member that it is the value of.

    The line itself has the pointer and the name "". ``field`` is ``None`` for it and for items of lists.
    """

    pointer: str
    name: str
    value: Value
    field: model.Field | None = None

    @property
    def rules(self) -> list[str]:
        """The ids of the rules that a value here can break, in the order in which they are looked at."""
        value = self.value
        ids = [self.field.required if self.field else "", value.type_rule, *(t.rule for t in value.tolerated)]
        ids += [value.unknown] if isinstance(value, model.RecordValue) else []
        return [rule for rule in (*ids, *(check.rule for check in model.checks_of(value))) if rule]


def places_of(record: model.RecordValue) -> list[Place]:
    """A whole line, then all values in it."""
    return [Place("", "", record), *places_in(record)]


def places_in(record: model.RecordValue, pointer: str = "", name: str = "") -> Iterator[Place]:
    """All values below a record, each before what is in it; ``pointer`` and ``name`` lead to the record."""
    for field in record.fields:
        yield from _from(Place(f"{pointer}/{escape(field.name)}", name + field.name, field.value, field))


def _from(place: Place) -> Iterator[Place]:
    yield place
    match place.value:
        case model.RecordValue():
            yield from places_in(place.value, place.pointer, f"{place.name}.")
        case model.ListValue(items=items) if not isinstance(items, model.AnyValue):
            yield from _from(Place(f"{place.pointer}/*", f"{place.name}[]", items))


def payload_place(ruleset: RuleSet, instruction: Instruction) -> Place:
    """Where the list of an instruction's entries stands."""
    pointer = f"/{escape(ruleset.payload)}"
    return next(place for place in places_in(instruction.line) if place.pointer == pointer)


def entry_place(ruleset: RuleSet, instruction: Instruction) -> Place:
    """Where each entry of an instruction stands, whatever its type."""
    payload = payload_place(ruleset, instruction)
    assert isinstance(payload.value, model.ListValue)
    return Place(f"{payload.pointer}/*", f"{payload.name}[]", payload.value.items)
