"""What each kind of check on one value tests; used by ``explain``.

A test gets a value of the right type and gives its troubles: where below the value (empty for the
value itself) and what to say. One case a kind: a new kind is one class in ``model`` and one case here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeAlias, assert_never

from . import model, times
from .findings import Path, clip

#: Where below the value, and the message without the value's name.
Trouble: TypeAlias = tuple[Path, str]


class Context(Protocol):
    """What a test may know besides the value."""

    line: Any
    now: int


Test: TypeAlias = Callable[[Any, Context], Iterable[Trouble]]
_NONE: tuple[Trouble, ...] = ()


def _says(message: str) -> tuple[Trouble, ...]:
    return (((), message),)


def test_of(check: model.ValueCheck) -> Test:
    """The test of one check."""
    match check:
        case model.NotEmpty():
            return lambda v, _: _NONE if v else _says("is empty")
        case model.MaxLength(limit=limit):
            return lambda v, _: _NONE if len(v) <= limit else _says(f"has {len(v):,} characters, more than {limit:,}")
        case model.MaxBytes(limit=limit):
            return _max_bytes(limit)
        case model.Pattern(pattern=pattern):
            return _pattern(pattern)
        case model.Choices(values=values):
            return _choices(values)
        case model.Split(separator=separator, parts=parts):
            return _split(separator, parts)
        case model.PartPattern():
            return _part_pattern(check)
        case model.PartNotIn():
            return _part_not_in(check)
        case model.DiffersFromLine(member=member):
            return lambda v, c: _NONE if v != c.line.get(member) else _says(f"is the `{member}` of its own line")
        case model.MaxItems(limit=limit):
            return lambda v, _: _NONE if len(v) <= limit else _says(f"has {len(v):,} items, more than {limit:,}")
        case model.DistinctItems():
            return _distinct
        case model.IntegerRange(minimum=low, maximum=high):
            return lambda v, _: _NONE if low <= v <= high else _says(f"is not from {low:,} to {high:,}")
        case model.Deprecated():
            return lambda _v, _: _says("is a member of an older format")
        case (
            model.TimeFormat()
            | model.TimeOffset()
            | model.TimeUtc()
            | model.TimeZulu()
            | model.TimeUppercase()
            | model.TimePrecision()
            | model.TimeNotBefore()
            | model.TimeNotAfter()
            | model.TimeNotAhead()
        ):
            return _time_test(check)
        case _:
            assert_never(check)


def quick_test_of(checks: tuple[model.ValueCheck, ...]) -> Callable[[Any], bool] | None:
    """One test for some checks that are all patterns and limits of strings: true if all of them hold.

    ``None`` if there are other checks among them. It only spares the single tests, which say more.
    """
    shortest, longest, patterns = 0, 1 << 62, []
    for check in checks:
        match check:
            case model.NotEmpty():
                shortest = 1
            case model.MaxLength(limit=limit):
                longest = min(longest, limit)
            case model.MaxBytes(limit=limit):
                longest = min(longest, limit // 4)
            case model.Pattern(pattern=pattern):
                patterns.append(re.compile(pattern).fullmatch)
            case _:
                return None
    if not patterns:
        return lambda v: shortest <= len(v) <= longest
    first, *rest = patterns
    if not rest:
        return lambda v: shortest <= len(v) <= longest and first(v) is not None
    return lambda v: shortest <= len(v) <= longest and all(fits(v) for fits in patterns)


def form_of(tolerated: model.Tolerated) -> Callable[[Any], str | None]:
    """A function that says how a value has the tolerated form, ``None`` if it hasn't."""
    match tolerated:
        case model.ToleratedType(json_type=json_type):
            types, words = _TOLERATED_TYPES[json_type]
            return lambda v: words if type(v) in types else None
        case model.ToleratedText(pattern=pattern):
            text = re.compile(pattern)
            return lambda v: "has a second part" if type(v) is str and text.fullmatch(v) else None
        case model.ToleratedPair(pattern=pattern):
            return _pair(re.compile(pattern))
        case _:
            assert_never(tolerated)


_TOLERATED_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "is a string"),
    "number": ((int, float), "is a number, not a string"),
    "boolean": ((bool,), "is a boolean"),
    "array": ((list,), "is an array"),
    "object": ((dict,), "is a whole object, not a reference"),
    "null": ((type(None),), "is null"),
}


def _pair(first: re.Pattern[str]) -> Callable[[Any], str | None]:
    def fits(v: Any) -> str | None:
        pair = type(v) is list and len(v) == 2 and all(type(x) is str for x in v)
        return "is a pair with a second part" if pair and first.fullmatch(v[0]) else None

    return fits


def _max_bytes(limit: int) -> Test:
    def test(v: str, _: Context) -> Iterable[Trouble]:
        if len(v) * 4 <= limit:
            return _NONE
        size = len(v.encode("utf-8", "surrogatepass"))
        return _NONE if size <= limit else _says(f"has {size:,} bytes in UTF-8, more than {limit:,}")

    return test


def _pattern(pattern: str) -> Test:
    fullmatch = re.compile(pattern).fullmatch
    return lambda v, _: _NONE if fullmatch(v) else _says(f"is {_quoted(v)}{_odd_characters(v, pattern)}")


def _choices(values: tuple[str, ...]) -> Test:
    names = ", ".join(f"`{value}`" for value in values)
    return lambda v, _: _NONE if v in values else _says(f"is {_quoted(v)}, not one of {names}")


def _split(separator: str, parts: tuple[str, ...]) -> Test:
    form = separator.join(parts)

    def test(v: str, _: Context) -> Iterable[Trouble]:
        found = v.split(separator)
        if len(found) == len(parts) and all(found):
            return _NONE
        if len(found) != len(parts):
            count = len(found) - 1
            what = f"has {count or 'no'} `{separator}`" if count != 1 else f"has one `{separator}`"
            return _says(f"{what}: {_quoted(v)} is not of the form `{form}`")
        empty = next(name for name, part in zip(parts, found, strict=True) if not part)
        return _says(f"has no {empty}: {_quoted(v)} is not of the form `{form}`")

    return test


def _part(check: model.PartPattern | model.PartNotIn) -> Callable[[str], str | None]:
    """A function that gives the part of a string, ``None`` if the string has not as many parts."""
    part, separator, parts = check.part, check.separator, check.parts

    def part_of(v: str) -> str | None:
        found = v.split(separator)
        return found[part] if len(found) == parts else None

    return part_of


def _part_pattern(check: model.PartPattern) -> Test:
    part_of, fullmatch, pattern = _part(check), re.compile(check.pattern).fullmatch, check.pattern

    def test(v: str, _: Context) -> Iterable[Trouble]:
        found = part_of(v)
        if found is None or fullmatch(found):
            return _NONE
        return _says(f"has {_quoted(found)} in {_quoted(v)}{_odd_characters(found, pattern)}")

    return test


def _part_not_in(check: model.PartNotIn) -> Test:
    part_of, values = _part(check), frozenset(check.values)

    def test(v: str, _: Context) -> Iterable[Trouble]:
        found = part_of(v)
        return _NONE if found is None or found not in values else _says(f"has {_quoted(found)} in {_quoted(v)}")

    return test


def _distinct(v: list[Any], _: Context) -> Iterator[Trouble]:
    seen: dict[str, int] = {}
    for i, item in enumerate(v):
        if type(item) is str:
            first = seen.setdefault(item, i)
            if first != i:
                yield (i,), f"repeats {_quoted(item)}, which stands at index {first}"


def _time_test(check: model.ValueCheck) -> Test:
    """A test of a time; all but the format take for granted that the format is right."""
    if isinstance(check, model.TimeFormat):
        return _is_time
    trouble = _time_trouble(check)

    def test(v: str, context: Context) -> Iterable[Trouble]:
        time = times.parse(v)
        message = None if time is None else trouble(time, context.now)
        return _NONE if message is None else _says(f"is {_quoted(v)}: {message}")

    return test


def _is_time(v: str, _: Context) -> Iterable[Trouble]:
    return _NONE if times.parse(v) else _says(f"is {_quoted(v)}, not a time such as `2023-05-01T09:30:00Z`")


def _time_trouble(check: model.ValueCheck) -> Callable[[times.Time, int], str | None]:
    match check:
        case model.TimeOffset():
            return lambda t, now: None if t.has_offset else "it has no offset"
        case model.TimeUtc():
            return lambda t, now: None if not t.offset else "it is not in UTC"
        case model.TimeZulu():
            return lambda t, now: None if t.zulu or not t.has_offset or t.offset else "its offset is not written `Z`"
        case model.TimeUppercase():
            return lambda t, now: None if t.uppercase else "it has a lower-case `t` or `z`"
        case model.TimePrecision(digits=digits):
            return lambda t, now: None if t.digits <= digits else f"it has {t.digits} digits after the point"
        case model.TimeNotBefore(instant=instant):
            least = times.micros_of(instant)
            return lambda t, now: None if t.micros >= least else f"it is before {instant}"
        case model.TimeNotAfter(instant=instant):
            most = times.micros_of(instant)
            return lambda t, now: None if t.micros <= most else f"it is after {instant}"
        case model.TimeNotAhead(seconds=seconds):
            ahead = seconds * 1_000_000
            return lambda t, now: None if t.micros <= now + ahead else "it is in the future"
        case _:
            raise AssertionError(f"not a check on times: {check}")


def _quoted(v: str) -> str:
    return f'"{clip(v, 60)}"'


def _odd_characters(v: str, pattern: str) -> str:
    """Which characters a pattern that is one class of characters does not allow; "" for other patterns."""
    charset = re.fullmatch(r"(\[[^\]]+\])\+", pattern)
    if not charset:
        return ", which has not the form that it must have"
    odd = dict.fromkeys(c for c in v if not re.fullmatch(charset[1], c))
    shown = ", ".join("a blank" if c == " " else f"`{clip(c)}`" for c in list(odd)[:5])
    return f": {shown} is not allowed" if shown else ""
