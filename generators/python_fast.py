"""Part of the Python target: the checks of one instruction as tests of whole columns, in Python source.

Used by ``to_python``. Every expression made here is conservative: true only if no enabled rule of
any severity has anything to say. What can't be tested so, or is not worth it, is left out of the
types, so that such lines are looked at closely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from stream_import_rules import model

from .python_types import field_name, records_in

_SHAPED = re.compile(r"(?:\[([^\]]+)\]\{([0-9]+)\}|([A-Za-z0-9-]))")
_CLASS = re.compile(r"\[([^\]^][^\]]*)\]\+")


@dataclass
class Columns:
    """The source of one instruction's ``passes``: constants of the module, tests, and its survey."""

    ruleset: model.RuleSet
    instruction: model.Instruction
    off: frozenset[str]
    constants: dict[str, str] = field(default_factory=dict)
    tests: list[str] = field(default_factory=list)
    #: The name of the span of the instruction's times, and the column of these.
    timed: str = ""
    times: str = ""

    def make(self) -> Columns:
        """Fill in everything; itself."""
        line = self.instruction.line
        payload = next(f.value for f in line.fields if f.name == self.ruleset.payload)
        assert isinstance(payload, model.ListValue)
        lists = f"[line.{self.ruleset.payload} for line in lines]"
        self._list(payload, "entries", lists, in_line=True)
        if isinstance(payload.items, model.RecordValue):
            self._record(payload.items)
        for member in line.fields:
            if member.name not in (self.ruleset.payload, self.ruleset.discriminator) and usable(member):
                name = f"line.{field_name(member.name)}"
                self._value(member.value, f"[{name} for line in lines{_if_there(member, name)}]")
        self._survey(payload)
        closed = (model.Reserved, model.KeyPattern)  # no line has a member that its type does not take
        if any(not isinstance(check, closed) and check.rule not in self.off for check in line.checks):
            self._look_closer()
        return self

    def _survey(self, payload: model.ListValue) -> None:
        """Values that an app's configuration lists are counted, if there is one."""
        record = payload.items
        fields = {m.name for m in record.fields if usable(m)} if isinstance(record, model.RecordValue) else set()
        for instruction, member in self.ruleset.app.surveyed:
            if instruction != self.instruction.name or (member and member not in fields):
                continue
            name = f"e.{field_name(member)}"
            each = (
                f"{name} for e in entries if type({name}) is str" if member else 'e.partition(":")[0] for e in entries'
            )
            counted = f"run.survey.see_values({instruction!r}, {member!r}, Counter([{each}]))"
            self.tests.append(f"(not run.values or {counted})")

    def _look_closer(self) -> None:
        """Nothing passes: a check has no test here, and a line must not pass untested."""
        self.tests.append("False")

    # ------------------------------------------------------------------ values

    def _record(self, record: model.RecordValue) -> None:
        """The members as columns, then the checks over several of them."""
        checks = [c for c in record.checks if c.rule not in self.off]
        fields = {member.name: member for member in record.fields if usable(member)}
        optional = {name for name, m in fields.items() if not m.required or m.value.nullable or m.value.blank}
        asked = {name for check in checks for name in operands(check)} & optional
        for member in record.fields:
            if not usable(member):
                continue
            column = f"[e.{field_name(member.name)} for e in entries]"
            if member.name in optional and (member.name in asked or _looked_at(member.value)):
                name = _column(member.name)
                self.tests.append(f"({name} := {_kept(member.value)}({column})) is not None")
                column = name
            self._value(member.value, column)
        for check in checks:
            if all(name in fields for name in operands(check)) and _comparable(check, fields):
                self.tests.extend(_condition(check, fields, optional))
            else:
                self._look_closer()

    def _value(self, value: model.Value, column: str) -> None:
        match value:
            case model.ListValue():
                flat = f"flat_{len(self.tests)}"
                self.tests.append(f"({flat} := list(chain.from_iterable({column}))) is not None")
                self._list(value, flat, column, in_line=False)
            case model.TimeValue():
                self._times(value, column)
                self._strings(value, column)
            case model.StringValue():
                self._strings(value, column)
            case _:
                pass  # by its type: see `testable`

    def _list(self, value: model.ListValue, column: str, lists: str, in_line: bool) -> None:
        """The checks of lists, and of their items as one column."""
        if not testable(value):
            self._look_closer()
        elif any(isinstance(c, model.DistinctItems) and c.rule not in self.off for c in value.checks):
            self.tests.append(f"columns.distinct({lists})")
        if isinstance(value.items, model.StringValue):
            self._strings(value.items, column, in_line)
        elif not isinstance(value.items, model.RecordValue):
            self._value(value.items, column)

    def _differs(self, check: model.DiffersFromLine, column: str, in_line: bool) -> None:
        """No item of a line is the member of its own line. For values deeper down: of no line at all,
        which is more than need be, but needs no look at each entry."""
        member = f"line.{field_name(check.member)}"
        own = [
            f for f in self.instruction.line.fields if f.name not in (self.ruleset.discriminator, self.ruleset.payload)
        ]
        if not any(f.name == check.member and usable(f) for f in own):
            self._look_closer()
        elif in_line:
            self.tests.append(f"True not in [{member} in line.{self.ruleset.payload} for line in lines]")
        else:
            self.tests.append(f"(not {column} or {{{member} for line in lines}}.isdisjoint({column}))")

    def _times(self, value: model.TimeValue, column: str) -> None:
        name = "times"
        if not self.timed and self.instruction.name == self.ruleset.time_span[0]:
            name = self.timed = "span"
            self.times = column
        self.tests.append(f"({name} := columns.times({column}, run.first, run.last)) is not None")
        lasts = [c.instant for c in value.checks if isinstance(c, model.TimeNotAfter) and c.rule not in self.off]
        digits = [c.digits for c in value.checks if isinstance(c, model.TimePrecision) and c.rule not in self.off]
        if lasts:
            self.tests.append(f'{name}[1][:19] < "{min(lasts)[:19]}"')
        if min(digits, default=6) < 6:
            self.tests.append(f"max(map(len, {column}), default=0) <= {len('2023-05-01T09:30:00.Z') + min(digits)}")

    def _strings(self, value: model.StringValue | model.TimeValue, column: str, in_line: bool = False) -> None:
        checks = [c for c in value.checks if c.rule not in self.off]
        for form in value.tolerated:
            if isinstance(form, model.ToleratedText) and form.rule not in self.off and not _refused(form, checks):
                name = self._constant(form.rule, f"re.compile({form.pattern!r}).fullmatch")
                self.tests.append(f"not any(map({name}, {column}))")
        split = next((c for c in checks if isinstance(c, model.Split)), None)
        if split is not None:
            self._parts(value, split, checks, column)
        for check in checks:
            if isinstance(check, model.Pattern):
                self.tests.append(self._pattern(check, column))
                if _CLASS.fullmatch(check.pattern) and not any(isinstance(c, model.NotEmpty) for c in checks):
                    self.tests.append(f"all({column})")  # of no characters none is outside of the class
            elif isinstance(check, model.DiffersFromLine):
                self._differs(check, column, in_line)
            elif isinstance(check, model.Choices):
                self.tests.append(f"{self._constant(check.rule, repr(frozenset(check.values)))}.issuperset({column})")

    def _parts(
        self,
        value: model.StringValue | model.TimeValue,
        split: model.Split,
        checks: list[model.ValueCheck],
        column: str,
    ) -> None:
        """A value that is split: its form as a whole, and its groups for the survey."""
        patterns: list[list[str]] = [[] for _ in split.parts]
        forbidden: list[set[str]] = [set() for _ in split.parts]
        for check in checks:
            if isinstance(check, model.PartPattern):
                patterns[check.part].append(check.pattern)
            elif isinstance(check, model.PartNotIn):
                forbidden[check.part].update(check.values)
        is_feed = value.named == self.ruleset.feed_id_type != ""
        ids = self._ids(split, patterns) if is_feed else None
        if ids is not None:
            groups = tuple(sorted(forbidden.pop(0)))
            names = self._constant(f"{split.rule}.forbidden", repr(groups)) if groups else "()"
            self.tests.append(f"run.feeds({column}, {ids}, {names})")
        else:
            self._whole(split, patterns, column)
        first = len(split.parts) - len(forbidden)
        for part, names_of_part in enumerate(forbidden, first):
            if names_of_part:
                names = self._constant(f"{split.rule}.forbidden", f"frozenset({sorted(names_of_part)!r})")
                self.tests.append(f"{names}.isdisjoint([x.split({split.separator!r})[{part}] for x in {column}])")
        if is_feed and ids is None:
            counted = f"Counter([x.split({split.separator!r})[0] for x in {column}])"
            self.tests.append(f"run.survey.see_groups({counted}) is None")

    def _whole(self, split: model.Split, patterns: list[list[str]], column: str) -> None:
        """The form of a value that is split, as a pattern of the whole; more of them if a part has more."""
        anything = f"[^{re.escape(split.separator)}]+"
        for several in zip_longest(*patterns, [anything]):
            whole = split.separator.join(f"(?:{pattern or anything})" for pattern in several[:-1])
            name = self._constant(split.rule, f"re.compile({whole!r}).fullmatch")
            self.tests.append(f"all(map({name}, {_set_of(column)}))")

    def _ids(self, split: model.Split, patterns: list[list[str]]) -> str | None:
        """How ids of two parts are written, for ``columns.Ids``; ``None`` if it can't say so."""
        classes = [[_CLASS.fullmatch(pattern) for pattern in of_part] for of_part in patterns]
        if len(classes) != 2 or any(not found or None in found for found in classes):
            return None
        head, tail = (set.intersection(*(set(members_of(c[1])) for c in found if c)) for found in classes)
        if not head <= tail:
            return None
        common, more = ("".join(sorted(chars)).encode() for chars in (head, tail - head))
        return self._constant(split.rule, f"columns.Ids({split.separator.encode()!r}, {common!r}, {more!r})")

    def _pattern(self, check: model.Pattern, column: str) -> str:
        charset = _CLASS.fullmatch(check.pattern)
        if charset:
            allowed = self._constant(check.rule, repr(members_of(charset[1]).encode()))
            return f"columns.in_charset({column}, {allowed})"
        shape = shape_of(check.pattern)
        if shape:
            letters, form = shape
            table = self._constant(
                check.rule, f"bytes(120 if chr(i) in {letters!r} else i * (i != 120) for i in range(256))"
            )
            return f"columns.shaped({column}, {table}, {form!r})"
        name = self._constant(check.rule, f"re.compile({check.pattern!r}).fullmatch")
        return f"all(map({name}, {_set_of(column)}))"

    def _constant(self, rule: str, source: str) -> str:
        """A constant of the module; equal ones share a name."""
        for name, known in self.constants.items():
            if known == source:
                return name
        name = "_" + re.sub(r"[^A-Za-z0-9]", "_", rule).upper()
        if name in self.constants:
            name += f"_{len(self.constants)}"
        self.constants[name] = source
        return name


def _looked_at(value: model.Value) -> bool:
    """Whether anything is tested of a column of such values."""
    return isinstance(value, model.StringValue | model.TimeValue | model.ListValue) and bool(
        value.checks or isinstance(value, model.ListValue)
    )


def _set_of(column: str) -> str:
    """A column without its repetitions, in Python."""
    return f"{{{column[1:-1]}}}" if column.startswith("[") else f"set({column})"


def _if_there(member: model.Field, name: str) -> str:
    """The condition of a comprehension that leaves out what counts as absent."""
    if member.value.blank:
        return f" if {name}"
    absent = [word for word, may in (("UNSET", not member.required), ("None", member.value.nullable)) if may]
    return f" if {' and '.join(f'{name} is not {word}' for word in absent)}" if absent else ""


def usable(member: model.Field) -> bool:
    """Whether the fast types have this member: not one with records of its own, which would need columns
    of their own, nor one of which anything can't be tested. A line that has it is looked at closely."""
    return not any(records_in(member.value, "")) and testable(member.value)


def _refused(form: model.ToleratedText, checks: list[model.ValueCheck]) -> bool:
    """Whether a tolerated form needs a letter that the checks allow nowhere, so that they refuse it all."""
    if re.search(r"[|?*{]", form.pattern):
        return False
    letters = set(re.sub(r"\[[^\]]*\]|[+()]", "", form.pattern))
    split = next((c for c in checks if isinstance(c, model.Split)), None)
    classes = {c.part: _CLASS.fullmatch(c.pattern) for c in checks if isinstance(c, model.PartPattern)}
    if split is None or len(classes) < len(split.parts) or None in classes.values():
        return False
    allowed = {split.separator, *(char for c in classes.values() if c for char in members_of(c[1]))}
    return not letters <= allowed


#: The deepest nesting that the engine lets pass: line, payload, entry, member, and four levels of free form.
DEEPEST = 8

_BY_TYPE_OF_TEXT = (model.NotEmpty, model.MaxLength, model.MaxBytes)
_IN_TEXT = (
    *(model.Pattern, model.Choices, model.Split, model.PartPattern, model.PartNotIn, model.DiffersFromLine),
    *_BY_TYPE_OF_TEXT,
)
_IN_TIME = (
    *(model.TimeFormat, model.TimeOffset, model.TimeUtc, model.TimeZulu, model.TimeUppercase, model.TimePrecision),
    *(model.TimeNotBefore, model.TimeNotAfter, model.TimeNotAhead),
)


def testable(value: model.Value) -> bool:
    """Whether every check of a value has a test here, or is in its type. What is not named here has
    none: a new kind of check makes lines that it concerns slow, never wrong."""
    if any(isinstance(form, model.ToleratedPair) for form in value.tolerated) and isinstance(value, model.ListValue):
        return False
    match value:
        case model.StringValue():
            return _only(value.checks, _IN_TEXT)
        case model.TimeValue():
            return _only(value.checks, (*_IN_TEXT, *_IN_TIME))
        case model.IntegerValue():
            return _only(value.checks, (model.IntegerRange,))
        case model.BooleanValue():
            return not value.checks
        case model.ObjectValue():
            return _only(value.checks, (model.NotEmpty,))
        case model.AnyValue():
            return True
        case model.ListValue(items=items):
            distinct = any(isinstance(c, model.DistinctItems) for c in value.checks)
            plain = isinstance(items, model.StringValue | model.TimeValue) and not (items.nullable or items.blank)
            whole = plain or isinstance(items, model.RecordValue) or (not distinct and _free_of_tests(items))
            return (
                _only(value.checks, (model.NotEmpty, model.MaxItems, model.DistinctItems))
                and whole
                and (isinstance(items, model.RecordValue) or testable(items))
            )
        case _:
            return False  # fractions and records: no test, no type


def _free_of_tests(value: model.Value) -> bool:
    """Whether the type of a value says all there is to say of it."""
    return isinstance(value, model.AnyValue | model.BooleanValue | model.ObjectValue | model.IntegerValue)


def _only(checks: tuple[model.ValueCheck, ...], kinds: tuple[type, ...]) -> bool:
    return all(isinstance(check, kinds) for check in checks)


def _kept(value: model.Value) -> str:
    """The function that leaves out what counts as absent."""
    if value.blank:
        return "columns.filled"
    return "columns.given" if value.nullable else "columns.there"


def _comparable(check: model.RecordCheck, fields: dict[str, model.Field]) -> bool:
    """Whether the members that a check compares are what its condition takes them for."""
    if isinstance(check, model.Ordered):
        return all(isinstance(fields[name].value, model.TimeValue) for name in (check.member, check.other))
    return True


def members_of(charset: str) -> str:
    """The characters of a class, such as ``A-Z_``."""
    found = []
    for first, last, single in re.findall(r"(.)-(.)|(.)", charset):
        found += [single] if single else [chr(i) for i in range(ord(first), ord(last) + 1)]
    return "".join(found)


def shape_of(pattern: str) -> tuple[str, bytes] | None:
    """A pattern of one class of letters in fixed numbers between literals: its letters, and the form
    with an ``x`` for each; ``None`` for other patterns."""
    if not re.fullmatch(f"(?:{_SHAPED.pattern})+", pattern):
        return None
    classes = {c for c, _, _ in _SHAPED.findall(pattern) if c}
    if len(classes) != 1:
        return None
    letters = members_of(classes.pop())
    form = "".join("x" * int(n) if c else literal for c, n, literal in _SHAPED.findall(pattern))
    literals = {literal for _, _, literal in _SHAPED.findall(pattern) if literal}
    return None if "x" in literals or "x" in letters or literals & set(letters) else (letters, form.encode())


def operands(check: model.RecordCheck) -> tuple[str, ...]:
    """The members that a check compares or asks for."""
    guards = (*check.given, *check.absent)
    match check:
        case model.AnyOf(members=members) | model.Together(members=members):
            return (*guards, *members)
        case model.Requires(member=m, other=o) | model.Differ(member=m, other=o) | model.Ordered(member=m, other=o):
            return (*guards, m, o)
        case model.DerivedId(member=member, foreign_id=foreign_id, time=time):
            return (*guards, member, foreign_id, time)
        case _:
            return guards


def _column(name: str) -> str:
    return f"has_{field_name(name)}"


def _condition(check: model.RecordCheck, fields: dict[str, model.Field], optional: set[str]) -> Iterator[str]:
    """What must hold of the entries, in Python; nothing for checks that are proved elsewhere.

    First the ways in which whole columns show that the check has nothing to look at, which is the
    usual case and cheap; only then entry by entry.
    """
    body = _body(check, fields)
    if body is None:
        return
    guards = [f"not {_present(fields[n])}" for n in check.given] + [_present(fields[n]) for n in check.absent]
    each = " or ".join([*guards, body])
    at_once = [f"not {_column(name)}" for name in _needed(check) if name in optional]
    at_once += [f"len({_column(name)}) == len(entries)" for name in _enough(check) if name in optional]
    yield "(" + " or ".join([*at_once, f"all(({each}) for e in entries)"]) + ")"


def _needed(check: model.RecordCheck) -> tuple[str, ...]:
    """Members without any of which the check has nothing to look at."""
    match check:
        case model.Requires(member=member):
            return (*check.given, member)
        case model.Differ() | model.Ordered() | model.DerivedId():
            return operands(check)
        case _:
            return check.given


def _enough(check: model.RecordCheck) -> tuple[str, ...]:
    """Members one of which in every entry is enough."""
    return (*check.absent, *check.members) if isinstance(check, model.AnyOf) else check.absent


def _present(member: model.Field) -> str:
    """Whether a member is present in the sense of the rules, in Python."""
    name = f"e.{field_name(member.name)}"
    words = [] if member.required else [f"{name} is not UNSET"]
    words += [f"{name} is not None"] if member.value.nullable else []
    words += [f'{name} != ""'] if member.value.blank else []
    return f"({' and '.join(words) or 'True'})"


def _body(check: model.RecordCheck, fields: dict[str, model.Field]) -> str | None:
    def present(name: str) -> str:
        return _present(fields[name])

    def value(name: str) -> str:
        return f"e.{field_name(name)}"

    match check:
        case model.Reserved() | model.KeyPattern() | model.MaxEntryBytes() | model.NoBinary() | model.References():
            return None  # by the names that are learnt, by the sizes, by searches of the text
        case model.AnyOf(members=members):
            return "(" + " or ".join(map(present, members)) + ")"
        case model.Together(members=members):
            return "(" + " == ".join(map(present, members)) + ")"
        case model.Requires(member=member, other=other):
            return f"(not {present(member)} or {present(other)})"
        case model.Differ(member=member, other=other):
            return f"(not {present(member)} or {value(member)} != {value(other)})"
        case model.Ordered(member=member, other=other):
            both = f"{present(member)} and {present(other)}"
            return f"(not ({both}) or columns.not_before({value(member)}, {value(other)}))"
        case model.DerivedId(member=member, foreign_id=foreign_id, time=time):
            return "(not (" + " and ".join(map(present, (member, foreign_id, time))) + "))"
        case _:
            raise AssertionError(f"unknown check {check}")
