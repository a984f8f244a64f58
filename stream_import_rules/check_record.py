"""What each kind of check over several members of a record tests; used by ``explain``.

A test gets a record and gives its troubles. One case a kind: a new kind is one class in ``model``
and one case here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias, assert_never

import msgspec

from . import model, times
from .activity_id import derive
from .findings import Path, clip, shown

Record: TypeAlias = Mapping[str, Any]


class Context(Protocol):
    """What a test may know besides the record."""

    text: str

    def size(self, path: Path, over: int) -> int: ...


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong: where below the record, what to say, and a hint better than the rule's own."""

    below: Path
    message: str
    value: str | None = None
    hint: str = ""
    at_key: bool = False


Test: TypeAlias = Callable[[Record, Path, Context], Iterable[Trouble]]
#: Says whether a check is to be looked at: gets the record and the members that are wrong already.
Guard: TypeAlias = Callable[[Record, "set[str]"], bool]


class Presence:
    """Which members of a record are present, absent, or there but null where they must not be."""

    def __init__(self, record: model.RecordValue) -> None:
        self._nullable = {f.name for f in record.fields if f.value.nullable}
        self._blank = {f.name for f in record.fields if f.value.blank}

    def of(self, record: Record, name: str) -> bool | None:
        """True if present, False if absent, None if that is not to be said: null is a mistake of its own."""
        if name not in record:
            return False
        value = record[name]
        if value is None:
            return False if name in self._nullable else None
        return not (value == "" and name in self._blank)

    def guard(self, check: model.RecordCheck) -> Guard | None:
        """When a check is looked at: its ``given`` and ``absent``, and operands that are not wrong yet;
        ``None`` if always."""
        given, absent = check.given, check.absent
        operands = _compared(check)
        asked = asked_of(check)
        if not (given or absent or operands or asked):
            return None
        of = self.of

        def guard(record: Record, wrong: set[str]) -> bool:
            if wrong and not wrong.isdisjoint(operands):
                return False
            for name in given:
                if of(record, name) is not True:
                    return False
            for name in absent:
                if of(record, name) is not False:
                    return False
            for name in asked:
                if name in record and of(record, name) is None:
                    return False
            return all(name in record for name in operands)

        return guard


def _compared(check: model.RecordCheck) -> tuple[str, ...]:
    """Members whose values the check compares: a wrong one ends it."""
    match check:
        case model.Differ(member=member, other=other) | model.Ordered(member=member, other=other):
            return member, other
        case model.DerivedId(member=member, foreign_id=foreign_id, time=time):
            return member, foreign_id, time
        case _:
            return ()


def asked_of(check: model.RecordCheck) -> tuple[str, ...]:
    """Members whose presence the check asks for."""
    match check:
        case model.AnyOf(members=members) | model.Together(members=members):
            return members
        case model.Requires(member=member, other=other):
            return member, other
        case _:
            return ()


def test_of(check: model.RecordCheck, record: model.RecordValue) -> Test:
    """The test of one check of a record."""
    presence = Presence(record)
    match check:
        case model.Reserved(names=names):
            return _reserved(names)
        case model.KeyPattern(pattern=pattern):
            return _key_pattern(pattern, record)
        case model.AnyOf(members=members):
            return _any_of(members, presence)
        case model.Together(members=members):
            return _together(members, presence)
        case model.Requires(member=member, other=other):
            return _requires(member, other, presence)
        case model.Differ(member=member, other=other):
            return _differ(member, other)
        case model.Ordered(member=member, other=other):
            return _ordered(member, other)
        case model.DerivedId():
            return _derived(check)
        case model.MaxEntryBytes(limit=limit):
            return _max_bytes(limit)
        case model.NoBinary(longest=longest):
            return _no_binary(longest)
        case model.References(patterns=patterns, members=members):
            return _references(patterns, frozenset(members))
        case _:
            assert_never(check)


def _reserved(names: tuple[str, ...]) -> Test:
    reserved = frozenset(names)

    def test(record: Record, path: Path, context: Context) -> Iterable[Trouble]:
        if reserved.isdisjoint(record):
            return ()
        there = (name for name in names if name in record)
        return [Trouble((name,), f"`{name}` must not be here", shown(record[name]), at_key=True) for name in there]

    return test


def _key_pattern(pattern: str, record: model.RecordValue) -> Test:
    fullmatch = re.compile(pattern).fullmatch
    defined = {f.name for f in record.fields}

    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        for name in record:
            if name not in defined and not fullmatch(name):
                message = f"the name `{clip(name)}` has a dot in it" if name else "a member has an empty name"
                yield Trouble((name,), message, shown(record[name]), at_key=True)

    return test


def _any_of(members: tuple[str, ...], presence: Presence) -> Test:
    names = ", ".join(f"`{name}`" for name in members)

    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        if not any(presence.of(record, name) for name in members):
            yield Trouble((), f"none of {names} is here")

    return test


def _together(members: tuple[str, ...], presence: Presence) -> Test:
    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        there = [name for name in members if presence.of(record, name)]
        if there:
            for name in members:
                if name not in there:
                    yield Trouble((name,), f"`{name}` is missing beside `{there[0]}`")

    return test


def _requires(member: str, other: str, presence: Presence) -> Test:
    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        if presence.of(record, member) and not presence.of(record, other):
            yield Trouble((member,), f"`{member}` is here without `{other}`", shown(record[member]))

    return test


def _differ(member: str, other: str) -> Test:
    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        value = record.get(member)
        if value and value == record.get(other):
            yield Trouble((member,), f"`{member}` is the same as `{other}`", shown(value))

    return test


def _instant(record: Record, name: str) -> int | None:
    value = record.get(name)
    time = times.parse(value) if isinstance(value, str) else None
    return None if time is None else time.micros


def _ordered(member: str, other: str) -> Test:
    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        later, earlier = _instant(record, member), _instant(record, other)
        if later is not None and earlier is not None and later < earlier:
            message = f"`{member}` is earlier than `{other}`, which is {clip(str(record[other]))}"
            yield Trouble((member,), message, shown(record[member]))

    return test


def _derived(check: model.DerivedId) -> Test:
    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        given, foreign_id = record.get(check.member), record.get(check.foreign_id)
        micros = _instant(record, check.time)
        if not isinstance(given, str) or not isinstance(foreign_id, str) or micros is None:
            return
        derived = derive(foreign_id, micros)
        if given.lower() != derived:
            message = f"`{check.member}` is not the id of `{check.foreign_id}` and `{check.time}`, which is {derived}"
            yield Trouble((check.member,), message, shown(given))

    return test


def _max_bytes(limit: int) -> Test:
    def test(record: Record, path: Path, context: Context) -> Iterable[Trouble]:
        size = context.size(path, limit)
        if size <= limit:
            return ()
        return (Trouble((), f"the entry has {size:,} bytes as compact JSON, more than {limit:,}"),)

    return test


_WITH_STRINGS = frozenset((str, dict, list))


def _strings(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """All strings of a value with their paths, without recursion: a line may be nested deep."""
    stack = [(path, value)]
    while stack:
        at, one = stack.pop()
        if type(one) is str:
            yield at, one
            continue
        inside: list[tuple[Any, Any]] = []
        if type(one) is dict:
            inside = list(one.items())
        elif type(one) is list:
            inside = list(enumerate(one))
        stack.extend(((*at, step), inner) for step, inner in reversed(inside) if type(inner) in _WITH_STRINGS)


def _no_binary(longest: int) -> Test:
    pure = re.compile(r"[A-Za-z0-9+/_\r\n-]+={0,2}").fullmatch
    # Two of the characters may be the `=` at the end; an escape may stand for any character.
    run = rf"(?<![A-Za-z0-9+/_\\-])[A-Za-z0-9+/_\\-]{{{max(1, longest - 1)}}}"
    hint = re.compile(rf";base64,|\\u00[2-7]|{run}", re.IGNORECASE | re.ASCII).search

    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        if _worth(context, ("no-binary", longest), lambda text: hint(text) is not None):
            for at, value in _strings(record, ()):
                if _has_data_uri(value):
                    yield Trouble(at, "a data URI with base64 in it", shown(value))
                elif len(value) > longest and pure(value):
                    yield Trouble(at, f"{len(value):,} characters of base64", shown(value))

    return test


def _has_data_uri(value: str) -> bool:
    """Whether ``data:…;base64,`` stands in a string, no comma and no white space between."""
    lower = value.lower()
    if ";base64," not in lower:
        return False
    pieces = (piece for word in re.split(r"\s", lower) for piece in word.split(",")[:-1])
    return any(piece.endswith(";base64") and "data:" in piece for piece in pieces)


def _references(patterns: dict[str, str], members: frozenset[str]) -> Test:
    matchers = {prefix: re.compile(pattern).fullmatch for prefix, pattern in patterns.items()}
    prefixes = tuple(matchers)
    firsts = {prefix[0] for prefix in prefixes}
    blank = re.compile(r"\s").search
    hint = re.compile("|".join(f'"{re.escape(prefix)}' for prefix in prefixes) + r"|\\u").search

    def test(record: Record, path: Path, context: Context) -> Iterator[Trouble]:
        if not _worth(context, ("references", prefixes), lambda text: hint(text) is not None):
            return
        for at, value in _strings(record, ()):
            if value[:1] not in firsts or not value.startswith(prefixes):
                continue
            fits = next(matchers[prefix] for prefix in prefixes if value.startswith(prefix))
            prose = at[0] not in members and blank(value)
            if not prose and not fits(value):
                yield Trouble(at, f'"{clip(value, 60)}" starts like a reference, but is none', shown(value))

    return test


def _worth(context: Context, key: object, test: Callable[[str], bool]) -> bool:
    """Whether the text of the line can have a finding at all, asked once a line for all its entries."""
    known: dict[object, bool] = context.__dict__.setdefault("worth", {})
    if key not in known:
        known[key] = test(context.text)
    return known[key]
