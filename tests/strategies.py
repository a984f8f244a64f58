"""Lines made from the rule set, right ones and broken ones: strategies of hypothesis for the fuzz tests.

A line starts as a right one, made from the values of the model; then a few things go wrong with its values
(``spoilt``) and with its text (``written``). Knows the model and JSON, neither of the two validators.
"""

from __future__ import annotations

import copy
import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from stream_import_rules import artefact, jsontext, model, times
from stream_import_rules.activity_id import derive

RULESET = artefact.load()[0]
#: The moment of all runs, in microseconds since 1970: nothing here depends on the clock.
NOW = times.micros_of("2026-03-04T05:06:07.891011Z")
LARGEST = 2**53 - 1

Draw: TypeAlias = Callable[[SearchStrategy[Any]], Any]
Step: TypeAlias = str | int
Path: TypeAlias = tuple[Step, ...]


# --------------------------------------------------------------------------- right values

_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_word = st.text("abcXYZ019_-", min_size=1, max_size=8)
_name = st.one_of(st.sampled_from(["text", "popularity", "location", "n", "a b", "größe", "x1"]), _word, _text)
_number = st.one_of(
    st.integers(-LARGEST, LARGEST),
    st.integers(-10, 10),
    st.integers(-99_999, 99_999).map(lambda n: n / 100),
    st.integers(-99_999, 99_999).map(lambda n: n / 8),
    st.floats(allow_nan=False, allow_infinity=False),
)
_scalar = st.one_of(st.none(), st.booleans(), _number, _text, _word)
#: JSON that no rule has anything to say of, wherever anything may stand.
free = st.recursive(
    _scalar,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_name, inner, max_size=3)),
    max_leaves=4,
)


def right(value: model.Value) -> SearchStrategy[Any]:
    """Values that break no check of a place in a line."""
    if id(value) not in _right:
        _right[id(value)] = _right_value(value)
    return _right[id(value)]


#: By the identity of a part of ``RULESET``.
_right: dict[int, SearchStrategy[Any]] = {}
_edges: dict[int, SearchStrategy[Any]] = {}


def _right_value(value: model.Value) -> SearchStrategy[Any]:
    match value:
        case model.StringValue():
            found: SearchStrategy[Any] = _right_string(value)
        case model.TimeValue():
            found = right_times
        case model.IntegerValue():
            ranges = [c for c in value.checks if isinstance(c, model.IntegerRange)]
            found = st.integers(ranges[0].minimum, ranges[0].maximum) if ranges else st.integers(-LARGEST, LARGEST)
        case model.NumberValue():
            found = _number
        case model.BooleanValue():
            found = st.booleans()
        case model.AnyValue():
            return free
        case model.ObjectValue():
            found = st.dictionaries(_name, free, min_size=int(_must_hold(value)), max_size=3)
        case model.ListValue():
            distinct = any(isinstance(c, model.DistinctItems) for c in value.checks)
            unique = str if distinct else None
            found = st.lists(right(value.items), min_size=int(_must_hold(value)), max_size=3, unique_by=unique)
        case model.RecordValue():
            found = _right_record(value)
    return st.one_of(st.none(), found) if value.nullable else found


def _must_hold(value: model.Value) -> bool:
    return any(isinstance(check, model.NotEmpty) for check in model.checks_of(value))


def _right_string(value: model.StringValue) -> SearchStrategy[str]:
    found: SearchStrategy[str] = st.one_of(_word, _text)
    for check in value.checks:
        match check:
            case model.Choices(values=values):
                found = st.sampled_from(values)
            case model.Split(separator=separator, parts=parts):
                patterns = [c for c in value.checks if isinstance(c, model.PartPattern)]
                words = [_words([c.pattern for c in patterns if c.part == i]) for i in range(len(parts))]
                found = st.tuples(*words).map(separator.join)
                if separator == ":" and len(parts) == 2:
                    common = st.sampled_from(["user", "timeline", "Team_9"])
                    found = st.one_of(found, st.tuples(common, words[1]).map(separator.join))
            case model.Pattern(pattern=pattern):
                found = st.uuids().map(str) if "{12}" in pattern else _words([pattern])
    right_text = functools.reduce(lambda strategy, check: strategy.filter(_test(check)), value.checks, found)
    return st.one_of(st.just(""), right_text) if value.blank else right_text


def _words(patterns: list[str]) -> SearchStrategy[str]:
    """Words of all characters that some patterns allow, each of which is a class of characters."""
    allowed = [c for c in "abcXYZ019_-é| " if all(re.fullmatch(pattern, c) for pattern in patterns)]
    return st.text(allowed, min_size=1, max_size=8)


def _test(check: model.ValueCheck) -> Callable[[str], bool]:
    """A plain reading of a check on strings, apart from the program's own."""
    match check:
        case model.NotEmpty():
            return bool
        case model.MaxLength(limit=limit):
            return lambda text: len(text) <= limit
        case model.MaxBytes(limit=limit):
            return lambda text: len(text.encode()) <= limit
        case model.Pattern(pattern=pattern):
            return lambda text: re.fullmatch(pattern, text) is not None
        case model.PartPattern(part=part, pattern=pattern, separator=separator):
            return lambda text: re.fullmatch(pattern, text.split(separator)[part]) is not None
        case model.PartNotIn(part=part, values=values, separator=separator):
            return lambda text: text.split(separator)[part] not in values
        case _:
            return lambda text: True


def _time_text(micros: int, digits: int) -> str:
    whole = times.text_of(micros // 1_000_000 * 1_000_000)
    return whole if not digits else f"{whole[:-1]}.{micros % 1_000_000:06}"[: 20 + digits] + "Z"


right_times = st.builds(_time_text, st.integers(0, NOW), st.integers(0, 6))


@st.composite
def _right_record(draw: Draw, record: model.RecordValue) -> dict[str, Any]:
    """A record with all that must be there, some of what may be, and members of its own if it is open."""
    chosen = [f for f in record.fields if not _is_deprecated(f) and (f.required or draw(st.booleans()))]
    made = {f.name: draw(right(f.value)) for f in chosen}
    _mend(draw, record, made)
    if not record.unknown:
        own = draw(st.dictionaries(_name, free, max_size=2))
        taken = names_of(record)
        patterns = [c.pattern for c in record.checks if isinstance(c, model.KeyPattern)]
        made |= {n: v for n, v in own.items() if n not in taken and all(re.fullmatch(p, n) for p in patterns)}
    return dict(draw(st.permutations(list(made.items())))) if draw(st.booleans()) else made


def _is_deprecated(field: model.Field) -> bool:
    return any(isinstance(check, model.Deprecated) for check in model.checks_of(field.value))


def names_of(record: model.RecordValue) -> set[str]:
    """The names that the rules speak of."""
    reserved = {name for c in record.checks if isinstance(c, model.Reserved) for name in c.names}
    return reserved | {f.name for f in record.fields}


def _mend(draw: Draw, record: model.RecordValue, made: dict[str, Any]) -> None:
    """Make the members of a record fit each other."""
    values = {f.name: f.value for f in record.fields}
    for check in sorted(record.checks, key=lambda c: isinstance(c, model.DerivedId)):
        match check:
            case model.Requires(member=member, other=other) if made.get(other) is None:
                made.pop(member, None)
            case model.Differ(member=member, other=other) if made.get(member) == made.get(other):
                made.pop(member, None)
            case model.Together(members=members) if 0 < sum(name in made for name in members) < len(members):
                made |= {name: draw(right(values[name])) for name in members if name not in made}
            case model.AnyOf(members=members) if members[0] in values and not any(name in made for name in members):
                made[members[0]] = draw(right(values[members[0]]))
            case model.Ordered(member=member, other=other) if member in made and other in made:
                made[other], made[member] = sorted((made[member], made[other]), key=times.micros_of)
            case model.DerivedId() if {check.member, check.foreign_id, check.time} <= made.keys():
                made[check.member] = derive(made[check.foreign_id], times.micros_of(made[check.time]))
            case model.References(members=members) if draw(st.booleans()):
                made[draw(st.sampled_from(members))] = draw(st.sampled_from(REFERENCES)) + draw(_word)
            case _:
                pass


REFERENCES = ["SU:", "SO:food:", "SO:a b:", "SR:", "SU:alice-"]


@st.composite
def right_lines(draw: Draw, instructions: tuple[str, ...] = ()) -> dict[str, Any]:
    """A line of which nothing is to be reported (almost always)."""
    names = instructions or tuple(i.name for i in RULESET.instructions)
    name = draw(st.sampled_from(names))
    instruction = next(i for i in RULESET.instructions if i.name == name)
    line: dict[str, Any] = draw(right(instruction.line))
    line[RULESET.discriminator] = name
    # What is told of a line and its entries together.
    entries = line[RULESET.payload]
    feed = line.get("feedId")
    line[RULESET.payload] = [e for e in entries if e != feed] or entries
    for entry in entries:
        if isinstance(entry, dict) and feed in (entry.get("to") or ()):
            entry["to"].remove(feed)
    return line


# --------------------------------------------------------------------------- values that are wrong

WRONG_TYPES: list[Any] = [None, True, 0, -1, 1.5, 10**400, "", "x", [], {}, [0], ["x", "y"], {"a": 1}, {"id": "alice"}]
_wrong_type = st.sampled_from(WRONG_TYPES).map(copy.deepcopy)
ODD_STRINGS = [
    " ", "\n", "\0", "a\0b", "\ud83d", "\ude00\ud83d", "é" * 128, "😀", "\u2028", "\ufeff", "\x7f", '"', "\\", "a.b",
    "~/", "user", "user:", ":alice", "user:a:b", "user:alice ", "user:a\nuser:b", "user-flat:a", "usér:a", "user:é",
    "user:a|b", "notification:bob", "timeline_aggregated:1", "notification:bob a.b.c", "user:alice\n", "::", "a:b\n",
    "\na:b", "SU:", "SU:alice", "SU:a b", "SU:a|b", "SO:", "SO:a", "SO:food:pizza", "SO:food:piz za", "SA:42", "SR:",
    "SR:x", "SA:54a60c1e-4ee3-494b-a1e3-50c06acb5ed4", "SA:54a60c1e-4ee3-494b-a1e3-50c06acb5ed", "SX:1",
    "data:image/png;base64,AAAA", "data:;BASE64,", "x;base64,y", "A" * 999, "A" * 1000, "A" * 1001, "A" * 999 + "==",
    "A" * 1001 + "!", "a/" * 501, "54a60c1e-4ee3-494b-a1e3-50c06acb5ed4", "54A60C1E4EE3494BA1E350C06ACB5ED4",
    "54a60c1e-4ee3-494b-a1e3-50c06acb5ed4\n", "g4a60c1e-4ee3-494b-a1e3-50c06acb5ed4",
    "x4a60c1e-4ee3-494b-a1e3-50c06acb5ed4", "auth0|5f7c", "tim@example.org", "alice\n", "unfollow", "add_activity",
    "ADD_ACTIVITIES", "users", "NaN", "null",
]  # fmt: skip
ODD_TIMES = [
    "2023-05-01", "2023-05-01 09:30:00", "2023-05-01T09:30:00", "2023-05-01T09:30:00+00:00",
    "2023-05-01T09:30:00-00:00", "2023-05-01T09:30:00+02:00", "2023-05-01T09:30:00+0200", "2023-05-01t09:30:00z",
    "2023-05-01T09:30:00z", "yesterday", "2023-05-01T09:30:00.1234567Z", "2023-05-01T09:30:00.Z",
    "2023-05-01T09:30:00,5Z", "2023-05-01T24:00:00Z", "2023-05-01T23:59:60Z", "2023-05-01T09:30Z",
    "2023-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    "1582-10-15T00:00:00Z", "1582-10-14T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z",
    "1970-01-01T00:00:00.000000Z", "5236-03-31T21:21:00.684697Z", "5236-03-31T21:21:00.684698Z",
    " 2023-05-01T09:30:00Z", "2023-05-01T09:30:00Z ", "2023-05-01T09:30:00Z\n",
    "2023-05-01T09:30:00Z\n2023-05-01T09:30:00Z", "２０２３-05-01T09:30:00Z", "2023-05-01T09:30:00٫5Z",
    "+2023-05-01T09:30:00Z", "2023-5-1T9:30:00Z", "20230501T093000Z",
    "2023-05-01T09:30:00.123456789012345678901234567890Z", "1682933400", "1682933400000", "2023-05-01T09:30:00+24:00",
    *(times.text_of(NOW + 86_400_000_000 + d) for d in (-1_000_000, -1, 0, 1, 200_000, 1_000_000, 60_000_000)),
]  # fmt: skip
ODD_NAMES = [
    "", "a.b", ".", "a\nb", 'a"b', "a\\b", "a/b", "~", "\0", "\ud800", "é", "data", "__class__", "learnt_0",
    "x" * 300,
]  # fmt: skip


def edges(value: model.Value) -> list[Any]:
    """Values at the limits of a place and just beyond."""
    found: list[Any] = []
    for check in model.checks_of(value):
        match check:
            case model.MaxLength(limit=limit) | model.MaxBytes(limit=limit):
                head = "user:" if any(isinstance(c, model.Split) for c in model.checks_of(value)) else ""
                found += [head + "x" * (n - len(head)) for n in (limit - 1, limit, limit + 1)]
                found += ["é" * n for n in (limit // 2, limit // 2 + 1, limit, limit + 1)]
                found += ["😀" * n for n in (limit // 4, limit // 4 + 1, limit, limit + 1)]
            case model.MaxItems(limit=limit) if limit <= 100:
                found += [[f"user:x{i}" for i in range(n)] for n in (limit, limit + 1)]
            case model.IntegerRange(minimum=low, maximum=high):
                found += [low - 1, low, high, high + 1, float(low), float(high), high + 0.5, low - 0.5]
            case model.PartNotIn(values=values, separator=separator):
                found += [f"{v}{separator}1" for v in values]
            case model.Choices(values=values):
                found += [*values, *(v.upper() for v in values)]
            case model.TimeFormat():
                found += ODD_TIMES
            case _:
                pass
    return found


def _odd(value: model.Value | None) -> SearchStrategy[Any]:
    """Odd values for a place."""
    if id(value) not in _edges:
        _edges[id(value)] = st.sampled_from([*(edges(value) if value else ()), *ODD_STRINGS]).map(copy.deepcopy)
    return _edges[id(value)]


def places(line: Any, value: model.Value | None = None, path: Path = ()) -> Iterator[tuple[Path, model.Value | None]]:
    """The places of a line that are not deep in it, each with its part of the model, where it has one."""
    yield path, value
    if len(path) > 9:
        return
    if isinstance(line, dict):
        fields = {f.name: f.value for f in value.fields} if isinstance(value, model.RecordValue) else {}
        for name, inner in line.items():
            yield from places(inner, fields.get(name), (*path, name))
    elif isinstance(line, list):
        items = value.items if isinstance(value, model.ListValue) else None
        for i, inner in enumerate(line):
            yield from places(inner, items, (*path, i))


def at(value: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        value = value[step]
    return value


def _put(line: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    at(line, path[:-1])[path[-1]] = value
    return line


@st.composite
def spoilt(draw: Draw, line: Any) -> Any:
    """A line with one of its values changed in some way. The line given is changed too."""
    instruction = next((i for i in RULESET.instructions if i.name == line.get(RULESET.discriminator)), None)
    found = list(places(line, instruction.line if instruction else None))
    path, value = found[draw(st.integers(0, len(found) - 1))]
    old = at(line, path)
    match draw(st.sampled_from(["type", "edge", "edge", "edge", "drop", "add", "repeat", "copy", "nest", "rename"])):
        case "edge":
            return _put(line, path, draw(_odd(value)))
        case "drop" if path:
            del at(line, path[:-1])[path[-1]]
            return line
        case "add" if isinstance(old, dict):
            names = sorted(names_of(value)) if isinstance(value, model.RecordValue) else []
            name = draw(st.sampled_from([*names, *ODD_NAMES]))
            old[name] = draw(st.one_of(_wrong_type, st.sampled_from(ODD_STRINGS), free))
            return line
        case "repeat" if isinstance(old, list) and old:
            old.insert(draw(st.integers(0, len(old))), copy.deepcopy(old[draw(st.integers(0, len(old) - 1))]))
            return line
        case "copy":
            strings = [at(line, p) for p, _ in found if isinstance(at(line, p), str)]
            return _put(line, path, draw(st.sampled_from(strings))) if strings else line
        case "nest":
            for _ in range(draw(st.sampled_from([1, 1, 2, 3, 4, 5, 6, 28, 29, 30, 33]))):
                old = [old] if draw(st.integers(0, 3)) else {"n": old}
            return _put(line, path, old)
        case "rename" if path and isinstance(path[-1], str):
            owner, name = at(line, path[:-1]), path[-1]
            others = [name.upper(), name.replace("_", ""), name + " ", name + "s", *ODD_NAMES]
            owner[draw(st.sampled_from(others))] = owner.pop(name)
            return line
        case _:
            return _put(line, path, draw(_wrong_type))


# --------------------------------------------------------------------------- text that is odd

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.0-9A-Za-z]+|.', re.DOTALL)
ODD_NUMBERS = [
    "0", "-0", "-0.0", "0.0", "1.0", "1.50", "1e5", "1E5", "1e-5", "0.00001", "1e400", "-1e400", "1e-400", "01", "-",
    "+1", ".5", "1.", "1_000", "0x10", "9007199254740991", "9007199254740992", "9007199254740993",
    "-9007199254740993", "12345678901234567.5", "123456789012345680.0", "123456789012345678",
    "850006245121695744123456789", "9" * 5000, "0.1234567890123456", "0.12345678901234567891",
    "100000000000000000000.0", "0.30000000000000004", "1.10", "5e-324", "NaN", "Infinity", "-Infinity", "nan", "true",
    "null", "True", "None", "undefined", "''", "[]", "{}", '""',
]  # fmt: skip
ODD_PIECES = [
    "\\u0000", "\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83d\\ude00", "\\\\ud83d", "\\\\u0000", "\\u0041",
    "\\u003a", "\\u002e", "\\n", "\\/", "\\x", "\\u12", "\x00", "\x01", "\t", "\x1f", "\x7f", "\u2028", "\ufeff",
    ";base64,", "\\u003bbase64,", "SU:", "\\u0053U:", ":", ".", " ", '"', "'", "\\",
]  # fmt: skip
SPACE = [" ", "  ", "   ", "\t", "\r", " " * 7, "\n", "\f", "\u00a0", "\ufeff"]


RETOUCHES = [
    "space", "space", "space", "twice", "piece", "escape", "number", "number", "nest", "cut", "byte", "second",
    "lose",
]  # fmt: skip


@st.composite
def retouched(draw: Draw, text: str) -> str:
    """The text of a line with one of its tokens changed in some way."""
    tokens: list[str] = _TOKEN.findall(text)
    if not tokens:
        return text
    i = draw(st.integers(0, len(tokens) - 1))
    strings = [k for k, token in enumerate(tokens) if token[0] == '"' and len(token) > 2]
    scalars = [k for k, token in enumerate(tokens) if token[0] not in "[]{}:, "]
    match draw(st.sampled_from(RETOUCHES)):
        case "twice":
            repeated: str = draw(_repeated_key(text))
            return repeated
        case "piece" if strings:
            k, piece = draw(st.sampled_from(strings)), draw(st.sampled_from(ODD_PIECES))
            cut = draw(st.integers(1, len(tokens[k]) - 1))
            tokens[k] = tokens[k][:cut] + piece + tokens[k][cut:]
        case "escape" if strings:
            k = draw(st.sampled_from(strings))
            tokens[k] = _escaped(tokens[k], draw(st.integers(1, len(tokens[k]) - 2)), draw(st.booleans()))
        case "number" if scalars:
            tokens[draw(st.sampled_from(scalars))] = draw(st.sampled_from(ODD_NUMBERS))
        case "nest" if scalars:
            depth = draw(st.sampled_from([4, 5, 6, 28, 29, 33, 495, 500, 3000]))
            left, inside, back = draw(st.sampled_from([("[", "", "]"), ('{"n":', "1", "}")]))
            tokens[draw(st.sampled_from(scalars))] = left * depth + inside + back * depth
        case "cut":
            length: int = draw(st.integers(0, len(tokens[i])))
            return "".join(tokens[:i]) + tokens[i][:length]
        case "byte":
            where: int = draw(st.integers(0, len(text)))
            piece = draw(st.sampled_from([*ODD_PIECES, *SPACE, "{", "}", "[", "]", ","]))
            return f"{text[:where]}{piece}{text[where:]}"
        case "second":
            between, more = ["", " ", ",", "\r", ";"], [text, "1", "]", "{"]
            return f"{text}{draw(st.sampled_from(between))}{draw(st.sampled_from(more))}"
        case "lose":
            del tokens[i]
        case _:
            tokens.insert(i, draw(st.sampled_from(SPACE)))
    return "".join(tokens)


def _escaped(token: str, where: int, upper: bool) -> str:
    """A string with one character written as an escape."""
    char = token[where]
    if token[where - 1] == "\\" or char in '\\"':
        return token
    units = char.encode("utf-16-be", "surrogatepass")
    digits = [f"{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2)]
    escape = "".join("\\u" + (d.upper() if upper else d) for d in digits)
    return token[:where] + escape + token[where + 1 :]


@st.composite
def _repeated_key(draw: Draw, text: str) -> str:
    """The text with one member written once more, at the start or the end of its object."""
    try:
        line = jsontext.parse(text).value
    except (jsontext.JsonError, jsontext.TooDeep):
        return text
    owners = [path for path, _ in places(line) if isinstance(at(line, path), dict) and at(line, path)]
    if not owners:
        return text
    path = draw(st.sampled_from(owners))
    name = draw(st.sampled_from(sorted(at(line, path))))
    value = draw(st.one_of(st.just(at(line, path)[name]), _wrong_type))
    member = f"{json.dumps(name)}:{json.dumps(value, default=lambda _: 1)}"
    start, end = jsontext.locate(text, [(path, False)])[(path, False)]
    if draw(st.booleans()):
        return f"{text[: start + 1]}{member},{text[start + 1 :]}"
    return f"{text[: end - 1]},{member}{text[end - 1 :]}"


_BYTES = [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\x80", b"\xe9", b"\xef\xbb\xbf", b"\xf0\x9f\x98", b"\0"]


@st.composite
def written(draw: Draw, line: Any) -> bytes:
    """A line as bytes, without its end: mostly compact JSON, at times with something odd about its text."""
    style = draw(st.sampled_from([(",", ":"), (",", ":"), (", ", ": ")]))
    text = json.dumps(line, ensure_ascii=not draw(st.integers(0, 2)), separators=style)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3]))):
        text = draw(retouched(text))
    data = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 30)) == 17:
        where = draw(st.integers(0, len(data)))
        data = data[:where] + draw(st.sampled_from(_BYTES)) + data[where:]
    return data


@st.composite
def variants(draw: Draw, most: int = 4) -> list[bytes]:
    """Variants of one right line, of each of which anything may be wrong, but never much."""
    line = draw(right_lines())
    found = []
    for _ in range(draw(st.integers(1, most))):
        variant = copy.deepcopy(line)
        for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
            variant = draw(spoilt(variant)) if isinstance(variant, dict) else variant
        found.append(draw(written(variant)))
    return found


odd_lines = variants(most=1).map(lambda found: found[0])
clean_lines = right_lines().map(lambda line: json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())


BETWEEN = [b"", b" ", b"\r", b"\t \r", b"\xef\xbb\xbf", b"[", b"]", b"{", b"}", b"null", b"[]"]


@st.composite
def files(draw: Draw, most: int = 4) -> bytes:
    """A whole file of some lines, clean and odd ones, with whatever stands between lines."""
    lines: list[bytes] = []
    if draw(st.integers(0, 20)):
        lines += draw(variants(most)) + draw(st.lists(clean_lines, max_size=1))
    end: bytes = draw(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"]))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(BETWEEN)))
    data = end.join(lines) + (end if draw(st.integers(0, 3)) else b"")
    match draw(st.integers(0, 40)):
        case 17:
            return b"\xef\xbb\xbf" + data
        case 23:
            encoding: str = draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32"]))
            return data.decode("utf-8", "replace").encode(encoding)
        case 29:
            return b"[" + data + b"]"
    return data


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a file with their ends."""
    return re.findall(rb"[^\n]*\n|[^\n]+", data)
