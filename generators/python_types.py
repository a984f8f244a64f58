"""Part of the Python target: values of the RuleSet as msgspec types, in Python source.

Used by ``to_python``. Two strengths of the same type: the public models say what an import accepts
without a word, the fast ones are narrower where a test of a whole column would cost more than a type.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from stream_import_rules import model

#: The greatest integer that the engine lets pass, which is the greatest that a 64-bit float keeps.
SAFE = 2**53 - 1

#: How the free-form parts are called in the generated modules.
FREE = {"models": "Any", "fast": "free"}


def class_name(name: str) -> str:
    """The class of an instruction or entity: ``add_activities`` is ``AddActivities``."""
    return "".join(part.capitalize() for part in re.split(r"[_-]", name))


#: Names that the types of members are made of: no attribute may hide one from those after it.
_TAKEN = frozenset(
    ("Annotated", "Any", "Meta", "UNSET", "UnsetType", "bool", "dict", "entry", "float", "free", "int", "list", "str")
)


def field_name(name: str) -> str:
    """The attribute of a member: its name, if that is a Python name which is not needed otherwise."""
    if name.isidentifier() and not keyword.iskeyword(name) and name not in _TAKEN and not name.startswith("_"):
        return name
    return "x" * (not name[:1].isalpha()) + re.sub(r"\W", "_", name, flags=re.ASCII) + "_"


def annotation(value: model.Value, flavour: str) -> str:
    """The type of a value in Python source, without ``UnsetType`` for members that may be absent."""
    kind = _plain(value, flavour)
    return f"{kind} | None" if value.nullable and kind not in ("Any", "free") else kind


def _plain(value: model.Value, flavour: str) -> str:
    match value:
        case model.StringValue() | model.TimeValue():
            return _limited("str", _string_limits(value, flavour))
        case model.IntegerValue():
            return _limited("int", _integer_limits(value, flavour))
        case model.NumberValue():
            return "int | float"
        case model.BooleanValue():
            return "bool"
        case model.AnyValue():
            return FREE[flavour]
        case model.ObjectValue():
            return _limited(f"dict[str, {FREE[flavour]}]", _lengths(value.checks))
        case model.ListValue():
            return _limited(f"list[{annotation(value.items, flavour)}]", _lengths(value.checks))
        case model.RecordValue():
            return class_name(value.entity)
        case _:
            raise AssertionError(f"unknown value {value}")


def records_in(value: model.Value, doc: str) -> Iterator[tuple[model.RecordValue, str]]:
    """The records in a value, itself included, those inside first, each with what it is in words."""
    match value:
        case model.RecordValue():
            for member in value.fields:
                yield from records_in(member.value, member.doc)
            yield value, doc
        case model.ListValue():
            yield from records_in(value.items, doc)


def _limited(kind: str, limits: dict[str, int]) -> str:
    if not limits:
        return kind
    arguments = ", ".join(f"{name}={limit}" for name, limit in limits.items())
    return f"Annotated[{kind}, Meta({arguments})]"


def _string_limits(value: model.StringValue | model.TimeValue, flavour: str) -> dict[str, int]:
    limits: dict[str, int] = {}
    longest: list[int] = []
    for check in value.checks:
        if isinstance(check, model.NotEmpty) and not value.blank:
            limits["min_length"] = 1
        elif isinstance(check, model.MaxLength):
            longest.append(check.limit)
        elif isinstance(check, model.MaxBytes):
            # A code point has four bytes at the most: so many are surely not too many.
            longest.append(check.limit // 4 if flavour == "fast" else check.limit)
    if longest:
        limits["max_length"] = min(longest)
    return limits


def _integer_limits(value: model.IntegerValue, flavour: str) -> dict[str, int]:
    """The bounds of an integer. The fast type has them always: beyond, a 64-bit float would change it."""
    ranges = [(c.minimum, c.maximum) for c in value.checks if isinstance(c, model.IntegerRange)]
    if flavour == "fast":
        ranges.append((-SAFE, SAFE))
    if not ranges:
        return {}
    return {"ge": max(low for low, _ in ranges), "le": min(high for _, high in ranges)}


def _lengths(checks: tuple[model.ValueCheck, ...]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for check in checks:
        if isinstance(check, model.NotEmpty):
            limits["min_length"] = 1
        elif isinstance(check, model.MaxItems):
            limits["max_length"] = min(check.limit, limits.get("max_length", check.limit))
    return limits
