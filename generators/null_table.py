"""What each member breaks that is missing, null, empty or of another JSON type: one table, executed and printed.

Before it: ``places``. After it: ``to_conformance`` makes a case of each row, ``docs_tables`` a cell; so
the prose can't contradict the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from stream_import_rules import model
from stream_import_rules.model import RuleSet, Value

from .places import Place, places_in

#: What a member may be instead of a proper value: see ``FORMS``.
Form: TypeAlias = Literal[
    "missing", "null", '""', "[]", "{}", "string", "number", "fraction", "boolean", "array", "object"
]
#: A JSON value of each form but ``missing``. ``fraction`` is a form of its own for whole numbers only.
FORMS: dict[Form, Any] = {
    "null": None,
    '""': "",
    "[]": [],
    "{}": {},
    "string": "x",
    "number": 17,
    "fraction": 1.5,
    "boolean": True,
    "array": [0],
    "object": {"a": 1},
}


@dataclass(frozen=True)
class Row:
    """What one form of one member breaks by default: the id of a rule, or the empty string for nothing.

    ``pointer`` is a pattern such as ``/data/*/time``. Only the rules of the value itself count; checks
    over several members (``reaction.activity-ref``) come on top.
    """

    instruction: str
    pointer: str
    form: Form
    rule: str


def null_table(ruleset: RuleSet) -> list[Row]:
    """For each value of each instruction's lines: what is missing, null, empty or of another JSON type breaks.

    Missing is not null. Null is of the wrong type unless the value is nullable. A blank string counts
    as absent where the value says so. Values of the right type that are not empty are not in the table,
    nor is an empty object in place of a record, which breaks each ``required`` rule of its members.
    """
    off = frozenset(rule.id for rule in ruleset.rules if not rule.enabled)
    return [
        Row(instruction.name, place.pointer, form, "" if rule in off else rule)
        for instruction in ruleset.instructions
        for place in places_in(instruction.line)
        for form, rule in _outcomes(place, off)
    ]


def _outcomes(place: Place, off: frozenset[str]) -> Iterator[tuple[Form, str]]:
    if place.field is not None:
        yield "missing", place.field.required
    for form, sample in FORMS.items():
        if form == "fraction" and not isinstance(place.value, model.IntegerValue):
            continue
        rule = _outcome(place.value, sample, off)
        if rule is not None:
            yield form, rule


def _outcome(value: Value, sample: Any, off: frozenset[str]) -> str | None:
    """The rule that a sample breaks, "" for none, ``None`` if it is a value that the table does not speak of."""
    if isinstance(value, model.AnyValue) or (sample is None and value.nullable) or (sample == "" and value.blank):
        return ""
    tolerated = next((t.rule for t in value.tolerated if _has_form(sample, t)), None)
    if tolerated is not None:
        return tolerated
    if _json_type(sample) != _type_of(value) or (isinstance(sample, float) and isinstance(value, model.IntegerValue)):
        return value.type_rule
    if sample not in ("", [], {}) or isinstance(value, model.RecordValue):
        return None
    return next((c.rule for c in model.checks_of(value) if c.rule not in off and _breaks_empty(c)), "")


def _has_form(sample: Any, tolerated: model.Tolerated) -> bool:
    match tolerated:
        case model.ToleratedType(json_type=json_type):
            return _json_type(sample) == json_type
        case model.ToleratedText(pattern=pattern):
            return isinstance(sample, str) and re.fullmatch(pattern, sample) is not None
        case model.ToleratedPair():
            return False  # no sample is a pair of strings
        case _:
            raise AssertionError(f"no case for {tolerated}")


def _breaks_empty(check: model.ValueCheck | model.RecordCheck) -> bool:
    """Whether an empty string, list or object breaks a check. Parts and times of nothing are nobody's fault."""
    match check:
        case model.NotEmpty() | model.Split() | model.TimeFormat() | model.Deprecated():
            return True
        case model.Pattern(pattern=pattern):
            return re.fullmatch(pattern, "") is None
        case model.Choices(values=values):
            return "" not in values
        case model.MaxLength() | model.MaxBytes() | model.MaxItems() | model.DistinctItems() | model.DiffersFromLine():
            return False
        case model.PartPattern() | model.PartNotIn() | model.IntegerRange():
            return False
        case model.TimeOffset() | model.TimeUtc() | model.TimeZulu() | model.TimeUppercase() | model.TimePrecision():
            return False
        case model.TimeNotBefore() | model.TimeNotAfter() | model.TimeNotAhead():
            return False
        case _:
            raise AssertionError(f"no case for {check}")


def _json_type(sample: Any) -> model.JsonType:
    match sample:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _type_of(value: Value) -> model.JsonType:
    match value:
        case model.StringValue() | model.TimeValue():
            return "string"
        case model.IntegerValue() | model.NumberValue():
            return "number"
        case model.BooleanValue():
            return "boolean"
        case model.ListValue():
            return "array"
        case model.ObjectValue() | model.RecordValue():
            return "object"
        case _:
            raise AssertionError(f"no single JSON type: {value}")
