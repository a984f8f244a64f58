"""Part of ``to_json_schema``: the checks on one value become clauses, each some keywords and their rules.

Called by ``schema_shape``, which merges the clauses of a value into its schema.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar, assert_never

from stream_import_rules import model

from . import schema_patterns as patterns
from .schema_text import Keywords

_LEAST_SIZE = {"string": "minLength", "array": "minItems", "object": "minProperties"}
_TIME_FORM = (
    model.TimeFormat,
    model.TimeOffset,
    model.TimeUtc,
    model.TimeZulu,
    model.TimeUppercase,
    model.TimePrecision,
)

#: Whether a schema enforces a rule: wholly, in part, or not.
How: TypeAlias = Literal["met", "partial", "missed"]

_C = TypeVar("_C", bound=model._Check)


@dataclass(frozen=True)
class Clause:
    """Keywords that belong together, the rules that they are about, and whether they enforce them.

    ``told`` are the rules that a message of theirs tells, ``None`` for all.
    """

    keywords: Keywords
    rules: tuple[str, ...] = ()
    told: tuple[str, ...] | None = None
    how: How = "met"


def clauses_of(
    value: model._Value, json_type: str, checks: Sequence[model.ValueCheck], counted: Collection[str]
) -> list[Clause]:
    """The clauses of ``checks``, those of the value's checks that count among the ``counted`` rules."""
    forms = [*_plain(checks, value.blank), *_split(checks, value.blank), *_time(checks, value.blank)]
    full = any("pattern" in form.keywords and not re.search(form.keywords["pattern"], "") for form in forms)
    others = []
    for check in checks:
        if isinstance(check, model.NotEmpty) and full:
            others.append(Clause({}, (check.rule,)))  # a pattern refuses the empty string: one mistake, one message
        elif isinstance(check, model.DistinctItems) and not _all_strings(value, counted):
            others.append(Clause({}, (check.rule,), how="missed"))
        else:
            others += _alone(check, value, json_type)
    return [*forms, *others]


def _alone(check: model.ValueCheck, value: model._Value, json_type: str) -> list[Clause]:
    """The clause of a check that stands alone; nothing for those that go elsewhere."""
    rule = (check.rule,)
    match check:
        case model.NotEmpty():
            return [Clause({_LEAST_SIZE[json_type]: 1}, rule)]
        case model.MaxLength(limit=limit):
            return [Clause({"maxLength": limit}, rule)]
        case model.MaxBytes(limit=limit):  # no string has fewer bytes than characters
            return [Clause({"maxLength": limit}, rule, how="partial")]
        case model.Choices(values=values):
            return [Clause({"enum": [*values, *[""] * value.blank, *[None] * value.nullable]}, rule)]
        case model.PartNotIn():
            refused = patterns.part_in(check)
            return [Clause({"not": refused}, rule) if refused else Clause({}, rule, how="missed")]
        case model.MaxItems(limit=limit):
            return [Clause({"maxItems": limit}, rule)]
        case model.DistinctItems():
            return [Clause({"uniqueItems": True}, rule)]
        case model.IntegerRange(minimum=low, maximum=high):
            return [Clause({"minimum": low, "maximum": high}, rule)]
        case model.DiffersFromLine() | model.TimeNotBefore() | model.TimeNotAfter() | model.TimeNotAhead():
            return [Clause({}, rule, how="missed")]
        case (
            model.Deprecated()  # about the member, whatever its value: see ``schema_shape``
            | model.Pattern()
            | model.Split()
            | model.PartPattern()
            | model.TimeFormat()
            | model.TimeOffset()
            | model.TimeUtc()
            | model.TimeZulu()
            | model.TimeUppercase()
            | model.TimePrecision()
        ):
            return []
        case _:
            assert_never(check)


def _all_strings(value: model._Value, counted: Collection[str]) -> bool:
    """Whether nothing but strings passes as an item: ``uniqueItems`` compares values of all types."""
    items = value.items if isinstance(value, model.ListValue) else None
    if not isinstance(items, model.StringValue | model.TimeValue) or items.nullable:
        return False
    return items.type_rule in counted and all(form.rule in counted for form in items.tolerated)


def _plain(checks: Sequence[model.ValueCheck], blank: bool) -> Iterator[Clause]:
    """The patterns of whole strings."""
    found = _of(checks, model.Pattern)
    rules = tuple(check.rule for check in found)
    for pattern in patterns.narrowest([check.pattern for check in found]):
        yield Clause(patterns.keywords(pattern, or_empty=blank), rules)


def _split(checks: Sequence[model.ValueCheck], blank: bool) -> Iterator[Clause]:
    """The form of a string with parts, and of its parts, in one pattern."""
    for split in _of(checks, model.Split):
        parts = _of(checks, model.PartPattern)
        rules = (split.rule, *(part.rule for part in parts))
        merged = patterns.split_patterns(split, parts)
        if merged is None:
            yield Clause({}, rules, how="missed")
        for pattern in merged or ():
            yield Clause(patterns.keywords(pattern, or_empty=blank), rules)


def _time(checks: Sequence[model.ValueCheck], blank: bool) -> Iterator[Clause]:
    """The form of a time in one pattern, and the dates that do not exist."""
    found = [check for check in checks if isinstance(check, _TIME_FORM)]
    rules = tuple(check.rule for check in found)
    if not _of(found, model.TimeFormat):  # what is no time is not judged by the others
        return
    pattern = patterns.time_pattern(found)
    yield Clause(patterns.keywords(pattern, or_empty=blank, nor=patterns.NO_SUCH_DATE), rules)


def _of(checks: Sequence[model.ValueCheck], kind: type[_C]) -> list[_C]:
    return [check for check in checks if isinstance(check, kind)]
