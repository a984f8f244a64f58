"""The plan of the native engine: a RuleSet under one policy as tuples of numbers and bytes.

Between ``model`` and the extension module ``_native``, which reads the tuples (``native/plan.c``); made at run
time, as ``explain`` makes its closures, so that any choice of rules has a plan. Every place of a line that
can break a rule is a *site*, by which the engine counts findings.

What the engine cannot test exactly becomes a check that always asks somebody to look closer: never a
condition that is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias, TypeVar, assert_never

from . import model, times
from .native_patterns import NoTable, Table, table_of
from .native_quick import NOTHING, Quick, quick_of
from .native_stages import NoPlan, Stages
from .staging import Stager
from .surveys import FIRST, LAST

_Tuple: TypeAlias = tuple[Any, ...]
_C = TypeVar("_C", bound=model.ValueCheck | model.RecordCheck)

# The numbers are those of ``native/plan.h``.
_STRING, _INTEGER, _FRACTION, _BOOLEAN, _LIST, _OBJECT, _NULL = (1 << i for i in range(7))
_JSON_TYPES = {
    "string": _STRING,
    "number": _INTEGER | _FRACTION,
    "boolean": _BOOLEAN,
    "array": _LIST,
    "object": _OBJECT,
    "null": _NULL,
}
_ANY_VALUE, _SCALAR, _ITEMS, _RECORD, _MAP = range(5)
_CHECKS = {
    tag: number
    for number, tag in enumerate(
        (
            "not-empty",
            "max-length",
            "max-bytes",
            "pattern",
            "choices",
            "split",
            "part-pattern",
            "part-not-in",
            "differs-from-line",
            "max-items",
            "distinct-items",
            "integer-range",
            "deprecated",
            "time-format",
            "time-offset",
            "time-utc",
            "time-zulu",
            "time-uppercase",
            "time-precision",
            "time-not-before",
            "time-not-after",
            "time-not-ahead",
            "closer",
        )
    )
}
_RECORD_CHECKS = {
    tag: number
    for number, tag in enumerate(
        (
            "reserved",
            "key-pattern",
            "any-of",
            "together",
            "requires",
            "differ",
            "ordered",
            "derived-id",
            "max-entry-bytes",
            "no-binary",
            "references",
            "closer",
        )
    )
}


class Plan(NamedTuple):
    """The tuples for the engine, and the rule of each site."""

    source: _Tuple
    rules: tuple[str, ...]
    #: The instructions in the order in which the engine counts their entries.
    instructions: tuple[str, ...]


def plan_of(ruleset: model.RuleSet, active: frozenset[str]) -> Plan:
    """The plan of a rule set of which the rules ``active`` are reported. Raises ``NoPlan``."""
    return _Planner(ruleset, active).plan()


class _Planner:
    def __init__(self, ruleset: model.RuleSet, active: frozenset[str]) -> None:
        self._ruleset = ruleset
        self._active = active
        self._light = {rule.id for rule in ruleset.rules if rule.severity == "info"}
        self._sites: list[str] = []
        self._staged = Stager(ruleset).instructions
        #: The members of each record, in the order of their numbers.
        self._names: dict[int, list[str]] = {}

    def plan(self) -> Plan:
        ruleset = self._ruleset
        instructions = tuple(self._instruction(instruction) for instruction in ruleset.instructions)
        depth = min((c.limit for c in ruleset.framing if isinstance(c, model.MaxDepth)), default=0)
        exact = next((c.largest for c in ruleset.framing if isinstance(c, model.ExactNumbers)), 2**53 - 1)
        source = (
            ruleset.discriminator.encode(),
            ruleset.payload.encode(),
            bytes(rule in self._light for rule in self._sites),
            bytes(rule in self._active for rule in self._sites),
            depth,
            min(exact, 2**53 - 1),
            FIRST,
            LAST,
            instructions,
        )
        return Plan(source, tuple(self._sites), tuple(i.name for i in ruleset.instructions))

    def _site(self, rule: str) -> int:
        """A new site of a rule; -1 for none."""
        if not rule:
            return -1
        self._sites.append(rule)
        return len(self._sites) - 1

    def _instruction(self, instruction: model.Instruction) -> _Tuple:
        names = [field.name for field in instruction.line.fields]
        payload = self._ruleset.payload
        if payload not in names or not isinstance(_value_of(instruction.line, payload), model.ListValue):
            raise NoPlan(f"the entries of {instruction.name} are no list")
        if instruction.line.unknown == "" or any(isinstance(c, model.MaxEntryBytes) for c in instruction.line.checks):
            raise NoPlan(f"the line of {instruction.name} is open, or limited in size")
        in_span = instruction.name == self._ruleset.time_span[0]
        span = (payload, self._ruleset.time_span[1]) if in_span else None
        line = self._value(instruction.line, span, instruction.line)
        stage = None
        if instruction.name in self._staged:
            entry = _value_of(instruction.line, payload)
            assert isinstance(entry, model.ListValue)
            stage = Stages(names, self._names.get(id(entry.items), [])).of(self._staged[instruction.name])
        return instruction.name.encode(), names.index(payload), line, stage

    # ------------------------------------------------------------------ values

    def _value(self, value: model.Value, span: tuple[str, ...] | None, line: model.RecordValue) -> _Tuple:
        """The node of a value. ``span`` is the path below it of the times that are counted."""
        match value:
            case model.AnyValue():
                return (_ANY_VALUE, 0, -1, 0, 0, 0, 0, 0, (), (), NOTHING)
            case model.RecordValue():
                kind, types, checks = _RECORD, _OBJECT, ()
                rest: _Tuple = (self._record(value, span, line),)
            case model.ListValue():
                kind, types, checks = _ITEMS, _LIST, self._checks(value.checks, line)
                rest = (self._value(value.items, span, line),)
            case model.ObjectValue():
                kind, types, checks, rest = _MAP, _OBJECT, self._checks(value.checks, line), ()
            case model.StringValue() | model.TimeValue():
                kind, types, checks, rest = _SCALAR, _STRING, self._checks(value.checks, line), ()
            case model.IntegerValue():
                kind, types, checks, rest = _SCALAR, _INTEGER, self._checks(value.checks, line), ()
            case model.NumberValue():
                kind, types, checks, rest = _SCALAR, _INTEGER | _FRACTION, self._checks(value.checks, line), ()
            case model.BooleanValue():
                kind, types, checks, rest = _SCALAR, _BOOLEAN, self._checks(value.checks, line), ()
            case _:
                assert_never(value)
        return (
            kind,
            types,
            self._site(value.type_rule),
            value.nullable,
            value.blank,
            bool(self._ruleset.feed_id_type) and value.named == self._ruleset.feed_id_type,
            isinstance(value, model.TimeValue),
            span == (),
            tuple(self._tolerated(form) for form in value.tolerated),
            checks,
            self._quick(value),
            *rest,
        )

    def _quick(self, value: model.Value) -> Quick:
        if isinstance(value, (model.AnyValue, model.RecordValue)):
            return NOTHING
        return quick_of(value, self._wanted(value.checks))

    def _tolerated(self, form: model.Tolerated) -> _Tuple:
        match form:
            case model.ToleratedType(json_type=json_type):
                return 0, self._site(form.rule), _JSON_TYPES[json_type], None
            case model.ToleratedText(pattern=pattern):
                return 1, self._site(form.rule), 0, _table(pattern)
            case model.ToleratedPair():
                return 2, self._site(form.rule), 0, None
            case _:
                assert_never(form)

    def _wanted(self, checks: tuple[_C, ...]) -> list[_C]:
        """The checks that are active, and those on which others wait: those that ``explain`` looks at."""
        awaited = {rule for check in checks for rule in check.after}
        return [check for check in checks if check.rule in self._active or check.rule in awaited]

    def _checks(self, checks: tuple[model.ValueCheck, ...], line: model.RecordValue) -> _Tuple:
        wanted = self._wanted(checks)
        return tuple(self._check(check, _bits(check.after, wanted), line) for check in wanted)

    def _check(self, check: model.ValueCheck, after: int, line: model.RecordValue) -> _Tuple:
        kind, a, b, separator, names = model.kind_of(check), 0, 0, "", ()  # type: str, int, int, str, _Tuple
        table: Table | None = None
        match check:
            case (
                model.MaxLength(limit=a)
                | model.MaxBytes(limit=a)
                | model.MaxItems(limit=a)
                | model.TimePrecision(digits=a)
            ):
                pass
            case model.IntegerRange(minimum=a, maximum=b):
                pass
            case model.Pattern(pattern=pattern):
                table = _table(pattern)
            case model.Choices(values=values):
                names = tuple(value.encode() for value in values)
            case model.Split(separator=separator, parts=parts):
                a = len(parts)
            case model.PartPattern(separator=separator, part=a, parts=b, pattern=pattern):
                table = _table(pattern)
            case model.PartNotIn(separator=separator, part=a, parts=b, values=values):
                names = tuple(value.encode() for value in values)
            case model.DiffersFromLine(member=member):
                a = _number_of(line, member)
            case model.TimeNotBefore(instant=instant) | model.TimeNotAfter(instant=instant):
                a = times.micros_of(instant)
            case model.TimeNotAhead(seconds=seconds):
                a = seconds * 1_000_000
            case (
                model.NotEmpty()
                | model.DistinctItems()
                | model.Deprecated()
                | model.TimeFormat()
                | model.TimeOffset()
                | model.TimeUtc()
                | model.TimeZulu()
                | model.TimeUppercase()
            ):
                pass
            case _:
                assert_never(check)
        untold = (kind in ("pattern", "part-pattern") and table is None) or not (
            len(separator) < 2 and separator.isascii()
        )
        number = _CHECKS["closer" if untold or (a < 0 and kind == "differs-from-line") else kind]
        return number, self._site(check.rule), after, a, b, separator.encode(), table, names

    # ------------------------------------------------------------------ records

    def _record(self, record: model.RecordValue, span: tuple[str, ...] | None, line: model.RecordValue) -> _Tuple:
        wanted = self._wanted(record.checks)
        reserved = {name for c in record.checks if isinstance(c, model.Reserved) for name in c.names}
        referring = {name for c in wanted if isinstance(c, model.References) for name in c.members}
        defined = {field.name: field for field in record.fields}
        asked = {name for c in wanted for name in (*c.given, *c.absent, *_members(c))}
        names = [*defined, *sorted((reserved | asked) - defined.keys())]
        self._names[id(record)] = names
        if len(names) > 64:
            raise NoPlan("a record has more than 64 members")
        timed = {name for c in wanted if isinstance(c, (model.Ordered, model.DerivedId)) for name in _members(c)}
        fields = tuple(
            (
                name.encode(),
                self._member(name, defined.get(name), name in timed, span, line),
                self._site(defined[name].required) if name in defined else -1,
                name in defined,
                name in defined or name in reserved,
                name in referring,
            )
            for name in names
        )
        checks = tuple(self._record_check(check, _bits(check.after, wanted), names) for check in wanted)
        early = 0
        if record is line:
            early = sum(1 << names.index(n) for n in sorted(_compared_with(line)) if n in defined)
        return self._site(record.unknown), early, fields, checks

    def _member(
        self,
        name: str,
        field: model.Field | None,
        timed: bool,
        span: tuple[str, ...] | None,
        line: model.RecordValue,
    ) -> _Tuple:
        value: model.Value = model.AnyValue(type_rule="") if field is None else field.value
        if span and span[0] == name:
            below: tuple[str, ...] | None = span[1:]
        else:
            below = None
        if timed and isinstance(value, model.AnyValue):
            raise NoPlan(f"the times of {name} are not looked at")
        node = self._value(value, below, line)
        return (*node[:6], node[6] or (timed and node[1] == _STRING), *node[7:])

    def _record_check(self, check: model.RecordCheck, after: int, names: list[str]) -> _Tuple:
        def bits(of: Iterable[str]) -> int:
            return sum(1 << names.index(name) for name in of)

        kind = model.kind_of(check)
        table: Table | None = None
        prefixes: _Tuple = ()
        limit = 0
        members = list(_members(check))
        numbers = [names.index(name) for name in members[:3]]
        match check:
            case model.KeyPattern(pattern=pattern):
                table = _table(pattern)
                kind = kind if table is not None else "closer"
            case model.MaxEntryBytes(limit=limit):
                pass
            case model.NoBinary(longest=limit):
                pass
            case model.References(patterns=patterns):
                tables = {prefix: _table(pattern) for prefix, pattern in patterns.items()}
                prefixes = tuple((prefix.encode(), found) for prefix, found in tables.items())
                told = None not in tables.values() and len({prefix[0] for prefix in patterns}) == 1
                kind = kind if told and not check.given and not check.absent and not check.after else "closer"
                prefixes = prefixes if kind == "references" else ()
            case _:
                pass
        first, second, third = (*numbers, -1, -1, -1)[:3]
        return (
            _RECORD_CHECKS[kind],
            self._site(check.rule),
            after,
            bits(check.given),
            bits(check.absent),
            bits(set(members)),
            first,
            second,
            third,
            limit,
            table,
            prefixes,
        )


def _value_of(record: model.RecordValue, name: str) -> model.Value | None:
    return next((field.value for field in record.fields if field.name == name), None)


def _number_of(record: model.RecordValue, name: str) -> int:
    return next((i for i, field in enumerate(record.fields) if field.name == name), -1)


def _members(check: model.RecordCheck) -> tuple[str, ...]:
    """The members that a check asks for, in the order of its operands."""
    match check:
        case model.Reserved(names=names) | model.AnyOf(members=names) | model.Together(members=names):
            return names
        case (
            model.Requires(member=member, other=other)
            | model.Differ(member=member, other=other)
            | model.Ordered(member=member, other=other)
        ):
            return member, other
        case model.DerivedId(member=member, foreign_id=foreign_id, time=time):
            return member, foreign_id, time
        case model.KeyPattern() | model.MaxEntryBytes() | model.NoBinary() | model.References():
            return ()
        case _:
            assert_never(check)


def _compared_with(value: model.Value) -> set[str]:
    """The members of a line that its entries are compared with."""
    if isinstance(value, model.AnyValue):
        return set()
    found = {check.member for check in value.checks if isinstance(check, model.DiffersFromLine)}
    if isinstance(value, model.ListValue):
        found |= _compared_with(value.items)
    elif isinstance(value, model.RecordValue):
        for field in value.fields:
            found |= _compared_with(field.value)
    return found


def _bits(after: tuple[str, ...], checks: Iterable[model.ValueCheck | model.RecordCheck]) -> int:
    """The numbers of the checks of some rules, as bits."""
    return sum(1 << i for i, check in enumerate(checks) if check.rule in after)


def _table(pattern: str) -> Table | None:
    try:
        return table_of(pattern)
    except NoTable:
        return None
