"""Part of ``to_json_schema``: lines, records and values of a RuleSet become schemas that refuse what
breaks some of its rules.

Called by ``to_json_schema`` once for each schema, with the rules that count in it and the notes for
its readers. What JSON Schema can't say is left out: a schema never refuses what the rules accept.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from stream_import_rules import model

from .schema_checks import Clause, How, clauses_of
from .schema_patterns import keywords
from .schema_records import Presence, conditionals
from .schema_text import Keywords, Notes, Schema

_JSON_TYPES: dict[type[model._Value], str] = {
    model.StringValue: "string",
    model.TimeValue: "string",
    model.IntegerValue: "integer",
    model.NumberValue: "number",
    model.BooleanValue: "boolean",
    model.ObjectValue: "object",
    model.ListValue: "array",
    model.RecordValue: "object",
}


@dataclass(frozen=True)
class Place:
    """A value where it stands: its doc, the rules about its presence, values of valid lines there.

    ``item_doc`` is the doc of the items, if it is a list.
    """

    value: model.Value
    samples: list[Any]
    doc: str = ""
    required: str = ""
    item_doc: str = ""


@dataclass
class Ledger:
    """What became of the rules that count: enforced, only in part, or somewhere not at all."""

    met: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)

    def enter(self, clauses: Sequence[Clause]) -> None:
        """Take note of the rules of clauses."""
        sets = {"met": self.met, "partial": self.partial, "missed": self.missed}
        for clause in clauses:
            sets[clause.how].update(clause.rules)

    @property
    def enforced(self) -> set[str]:
        """The rules of which nothing gets past the schema."""
        return self.met - self.partial - self.missed


class Shaper:
    """Makes schemas in which the rules in ``counted`` count, annotated by ``notes``."""

    def __init__(self, ruleset: model.RuleSet, counted: Collection[str], notes: Notes) -> None:
        self._ruleset = ruleset
        self._counted = counted
        self._notes = notes
        self.ledger = Ledger()
        self._shared: dict[str, Keywords] = {}
        #: The schemas of named types that ``line`` refers to.
        self.definitions: dict[str, Keywords] = {}
        if not notes.explains_refusals:  # the messages of editors name the place, so nothing is shared
            self._shared = self._most_common()

    # ------------------------------------------------------------------ lines

    def line(self) -> Keywords:
        """The schema of one line, without ``$schema`` and the like."""
        rules = self._ruleset
        required = self._required(rules.envelope)
        properties: dict[str, Schema] = {member.name: True for member in rules.envelope.fields}
        names = next(member for member in rules.envelope.fields if member.name == rules.discriminator)
        names_schema = self._place(Place(names.value, [], names.doc, names.required))
        assert isinstance(names_schema, dict)
        properties[names.name] = names_schema | self._notes.choice(rules.instructions)
        return {
            "type": "object",
            "required": required,
            "properties": properties,
            "allOf": [self._branch(instruction, required) for instruction in rules.instructions],
            **self._notes.line(rules.instructions),
        }

    def _branch(self, instruction: model.Instruction, required: Sequence[str]) -> Keywords:
        """What holds for the lines of one instruction, beyond what they all have."""
        name = self._ruleset.discriminator
        then = self._record(instruction.line, [instruction.base, instruction.full], instruction.entry_doc)
        then["properties"][name] = True
        own = [member for member in then.pop("required", []) if member not in required]
        case = {"required": [name], "properties": {name: {"const": instruction.name}}}
        return {"if": case, "then": self._notes.instruction(instruction) | ({"required": own} if own else {}) | then}

    # ------------------------------------------------------------------ places and values

    def _place(self, place: Place) -> Schema:
        """The schema of a value, with what people read about it."""
        rules = [rule for rule in dict.fromkeys((place.required, *_rules_of(place.value))) if rule in self._counted]
        for check in self._usable(place.value):
            if isinstance(check, model.Deprecated):
                self.ledger.met.update(rules)
                return self._notes.never(check.rule)
        schema = self._constraint(place)
        return self._notes.place(place.value, place.doc, rules, self.ledger.enforced, place.samples) | schema

    def _constraint(self, place: Place) -> Keywords:
        value = place.value
        if isinstance(value, model.AnyValue):
            return {}
        schema = self._core(place)
        if value.named and schema == self._shared.get(value.named):
            self.definitions[value.named] = schema
            schema = {"$ref": f"#/$defs/{value.named}"}
        return self._tolerating(value, schema)

    def _core(self, place: Place) -> Keywords:
        """The schema of a value without its notes and the forms that it tolerates."""
        value = place.value
        json_type = _JSON_TYPES[type(value)]
        clauses = list(self._structure(place))
        if not isinstance(value, model.RecordValue):
            clauses += clauses_of(value, json_type, self._usable(value), self._counted)
        if not self._certain(value):
            self.ledger.enter(clauses)
            only = {"type": json_type}
            return {"if": only, "then": only | self._merged(clauses)} if clauses else {}
        if any("enum" in clause.keywords for clause in clauses):  # it says the type too
            clauses.append(Clause({}, (value.type_rule,)))
        else:
            told = () if isinstance(value, model.RecordValue) and value.unknown else (value.type_rule,)
            types = [json_type, "null"] if value.nullable else json_type
            clauses.insert(0, Clause({"type": types}, (value.type_rule,), told))
        self.ledger.enter(clauses)
        return self._merged(clauses)

    def _structure(self, place: Place) -> Iterator[Clause]:
        """The items of a list, the members of a record."""
        match place.value:
            case model.ListValue(items=items):
                samples = [item for sample in place.samples if isinstance(sample, list) for item in sample]
                schema = self._place(Place(items, samples, place.item_doc))
                if schema:
                    yield Clause({"items": schema})
            case model.RecordValue() as record:
                yield Clause(self._record(record, place.samples))
            case _:
                return

    def _tolerating(self, value: model._Value, schema: Keywords) -> Keywords:
        """The schema that lets tolerated forms pass whose rules do not count, and refuses the others."""
        for form in reversed(value.tolerated):
            if form.rule not in self._counted:
                schema = {"if": _form(form), "else": schema} if schema else {}
                continue
            self.ledger.met.add(form.rule)
            told_by_type = self._certain(value) and not isinstance(form, model.ToleratedText)
            if self._notes.explains_refusals or not told_by_type:
                schema = {"if": _form(form), "then": self._notes.refusal(form.rule), "else": schema}
        return schema

    # ------------------------------------------------------------------ records

    def _required(self, record: model.RecordValue) -> list[str]:
        found = [member for member in record.fields if member.required in self._counted]
        self.ledger.met.update(member.required for member in found)
        return [member.name for member in found]

    def _record(self, record: model.RecordValue, samples: Sequence[Any], item_doc: str = "") -> Keywords:
        """The members of a record and the conditions over several of them; ``item_doc`` is for its payload."""
        required = self._required(record)
        properties: dict[str, Schema] = {}
        for member in record.fields:
            there = [s[member.name] for s in samples if isinstance(s, dict) and member.name in s]
            doc = item_doc if member.name == self._ruleset.payload else ""
            properties[member.name] = self._place(Place(member.value, there, member.doc, member.required, doc))
        schema: Keywords = {"properties": properties} | ({"required": required} if required else {})
        if record.unknown in self._counted:
            self.ledger.met.add(record.unknown)
            known = [name for c in record.checks if isinstance(c, model.Reserved) for name in c.names]
            schema["properties"] = properties | dict.fromkeys(known, True)
            schema["additionalProperties"] = False
        conditions = list(self._conditions(record, schema))
        return schema | ({"allOf": conditions} if conditions else {})

    def _conditions(self, record: model.RecordValue, schema: Keywords) -> Iterator[Keywords]:
        """The checks over several members; those without a condition go into the record's own schema."""
        presence = Presence(record, self._certain)
        for check in self._usable(record):
            assert isinstance(check, model.RecordCheck)
            found = list(conditionals(check, presence, self._notes))
            how: How = "missed" if not found else "partial" if isinstance(check, model.References) else "met"
            self.ledger.enter([Clause({}, (check.rule,), how=how)])
            for condition, consequence in found:
                if condition is not None:
                    yield {"if": condition, "then": consequence}
                elif isinstance(check, model.Reserved):
                    schema["properties"] |= consequence["properties"]
                elif schema.keys().isdisjoint(consequence):
                    schema.update(consequence)
                else:
                    yield consequence

    # ------------------------------------------------------------------ which rules count

    def _certain(self, value: model._Value) -> bool:
        """Whether the schema refuses a value of another type."""
        return value.type_rule in self._counted

    def _usable(self, value: model.Value) -> list[Any]:
        """The checks that count. One that comes after a rule that does not is not among them: where the
        other rule is broken, nothing is to be said of this one."""
        usable: dict[str, Any] = {}
        for check in model.checks_of(value):
            if check.rule not in self._counted:
                continue
            if usable.keys() >= set(check.after):
                usable[check.rule] = check
            else:
                self.ledger.missed.add(check.rule)
        return list(usable.values())

    def _merged(self, clauses: Sequence[Clause]) -> Keywords:
        """One schema of all clauses; those with a keyword that is taken stand in ``allOf``."""
        merged: Keywords = {}
        for clause in clauses:
            told = clause.rules if clause.told is None else clause.told
            part = self._notes.clause(clause.keywords, told)
            if merged.keys().isdisjoint(part):
                merged |= part
            else:
                merged["allOf"] = [*merged.get("allOf", []), part]
        return merged

    # ------------------------------------------------------------------ shared types

    def _most_common(self) -> dict[str, Keywords]:
        """For each named type, the schema that most of its places have."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for instruction in self._ruleset.instructions:
            for value in _values_in(instruction.line):
                if value.named and not isinstance(value, model.AnyValue):
                    found[value.named][json.dumps(self._core(Place(value, [])))] += 1
        return {name: json.loads(counts.most_common(1)[0][0]) for name, counts in found.items()}


def _values_in(value: model.Value) -> Iterator[model.Value]:
    yield value
    if isinstance(value, model.ListValue):
        yield from _values_in(value.items)
    elif isinstance(value, model.RecordValue):
        for member in value.fields:
            yield from _values_in(member.value)


def _rules_of(value: model.Value) -> list[str]:
    """The rules that a value can break at its own place, its type's first."""
    unknown = [value.unknown] if isinstance(value, model.RecordValue) else []
    checks = [check.rule for check in model.checks_of(value)]
    return [value.type_rule, *(form.rule for form in value.tolerated), *unknown, *checks]


def _form(form: model.Tolerated) -> Keywords:
    """The schema of the values that have a tolerated form."""
    match form:
        case model.ToleratedType(json_type=json_type):
            return {"type": json_type}
        case model.ToleratedText(pattern=pattern):
            return {"type": "string"} | keywords(pattern)
        case model.ToleratedPair(pattern=pattern):
            pair = [{"type": "string"} | keywords(pattern), {"type": "string"}]
            return {"type": "array", "prefixItems": pair, "minItems": 2, "maxItems": 2}
        case _:
            assert_never(form)
