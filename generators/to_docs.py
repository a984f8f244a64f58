"""Target: the reference documentation, Markdown pages for people who look for their mistake.

After ``resolve``; ``build`` writes what it returns to ``docs/reference/``. Everything is computed
here, from the RuleSet alone; the templates print it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, TypeAlias

import jinja2

from stream_import_rules import model
from stream_import_rules.model import Example, Instruction, Rule, RuleSet, Value

from . import samples

NAME = "Documentation"

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

#: The columns of the table of nothing; other forms share one column.
_NOTHINGS: tuple[Form, ...] = ("missing", "null", '""', "[]", "{}")
_SEVERITY_WORDS: dict[model.Severity, str] = {
    "error": "The import refuses it.",
    "warning": "It is very likely refused, changed or lost.",
    "info": "Advice. The import works without it.",
}
_LEVEL_WORDS = {
    "exact": "It finds every mistake of this kind, and nothing else.",
    "partial": "What it finds is a mistake, but some mistakes of this kind pass.",
    "none": "It does not look at this kind.",
}
_FRAMING_TITLES = {"file": "The file", "line": "Its lines", "json": "The JSON text", "feed-group": "Over all lines"}
_ENCODING_WORDS = {"utf-8": "", "utf-16": "Saved as UTF-16.", "latin-1": "Saved as Latin-1.", "surrogates": ""}
_JSON_WORDS: dict[model.JsonType, str] = {
    "string": "a string",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
_PRESENCE = (model.AnyOf, model.Together, model.Requires, model.Reserved, model.Deprecated)

#: Longer strings and lists are cut in examples, so that the mistake stays in sight.
_LONGEST_STRING, _SHOWN_CHARACTERS = 60, 24
_LONGEST_LIST, _SHOWN_ITEMS = 4, 2
_LONGEST_FILE, _LONGEST_LINE = 8, 120
#: The kinds whose mistake is one member of an entry: the others are left out.
_OF_ONE_MEMBER = frozenset({"reserved", "unknown", "key-pattern", "no-binary", "references", "max-entry-bytes"})
_NOT_THERE, _ENTRIES = object(), object()


# --------------------------------------------------------------------------- places and their rules


@dataclass(frozen=True)
class Place:
    """A value in a line: its JSON Pointer pattern, its name for people, the member that it is the value of."""

    pointer: str
    name: str
    value: Value
    field: model.Field | None = None

    @property
    def anchor(self) -> str:
        """The anchor of its rules."""
        return _anchor(self.pointer)

    @property
    def rules(self) -> list[str]:
        """The ids of the rules that a value here can break, in the order in which they are looked at."""
        value = self.value
        ids = [self.field.required if self.field else "", value.type_rule, *(t.rule for t in value.tolerated)]
        ids += [value.unknown] if isinstance(value, model.RecordValue) else []
        return [rule for rule in (*ids, *(check.rule for check in model.checks_of(value))) if rule]


def _anchor(pointer: str) -> str:
    """The anchor of the rules of a place."""
    steps = pointer[1:].replace("/", "-").replace("*", "item") or "line"
    return "at-" + re.sub(r"[^A-Za-z0-9_.-]", lambda odd: f"x{ord(odd[0]):x}", steps)


def _places(record: model.RecordValue, pointer: str = "", name: str = "") -> Iterator[Place]:
    """All values below a record, each before what is in it."""
    for field in record.fields:
        yield from _inside(Place(f"{pointer}/{samples.escape(field.name)}", name + field.name, field.value, field))


def _inside(place: Place) -> Iterator[Place]:
    yield place
    match place.value:
        case model.RecordValue():
            yield from _places(place.value, place.pointer, f"{place.name}.")
        case model.ListValue(items=items) if not isinstance(items, model.AnyValue):
            yield from _inside(Place(f"{place.pointer}/*", f"{place.name}[]", items))


def _whole(record: model.RecordValue) -> list[Place]:
    return [Place("", "", record), *_places(record)]


# --------------------------------------------------------------------------- null and missing


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
        for place in _places(instruction.line)
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


# --------------------------------------------------------------------------- words


def _limit(check: model.ValueCheck | model.RecordCheck, parts: tuple[str, ...]) -> str:
    """A check in the few words of a table cell (Markdown). ``parts`` are those of the string it is of."""
    match check:
        case model.NotEmpty():
            return "not empty"
        case model.MaxLength(limit=limit):
            return f"at most {limit:,} characters"
        case model.MaxBytes(limit=limit):
            return f"at most {limit:,} bytes"
        case model.Pattern(pattern=pattern):
            return _code(pattern) if len(pattern) <= 30 else "a fixed pattern"
        case model.Choices(values=values):
            return "one of " + ", ".join(map(_code, values))
        case model.Split(separator=separator):
            return "the form " + _code(separator.join(parts))
        case model.PartPattern(pattern=pattern, part=part):
            return f"{_code(parts[part])}: {_code(pattern)}"
        case model.PartNotIn(values=values, part=part):
            return f"{_code(parts[part])} is none of " + ", ".join(map(_code, values))
        case model.DiffersFromLine(member=member):
            return f"not {_code(member)} of the line"
        case model.MaxItems(limit=limit):
            return f"at most {limit:,} items"
        case model.DistinctItems():
            return "no item twice"
        case model.IntegerRange(minimum=low, maximum=high):
            return f"{low:,} to {high:,}"
        case model.Deprecated():
            return "best left out"
        case model.TimeFormat():
            return "the form " + _code("YYYY-MM-DDTHH:MM:SSZ")
        case model.TimeOffset():
            return "with an offset"
        case model.TimeUtc():
            return "in UTC"
        case model.TimeZulu():
            return "`Z` for UTC"
        case model.TimeUppercase():
            return "upper-case `T` and `Z`"
        case model.TimePrecision(digits=digits):
            return f"at most {digits} digits after the point"
        case model.TimeNotBefore(instant=instant):
            return "not before " + _code(instant)
        case model.TimeNotAfter(instant=instant):
            return "not after " + _code(instant)
        case model.TimeNotAhead(seconds=seconds):
            return f"at most {seconds:,} seconds ahead of now"
        case _:
            raise AssertionError(f"no words for {check}")


def _particulars(check: model.ValueCheck | model.RecordCheck | None) -> str:
    """What a check knows and the text of its rule may not tell: names and patterns (Markdown); of most, nothing."""
    match check:
        case model.Reserved(names=names):
            return "Members: " + ", ".join(map(_code, names))
        case model.Pattern(pattern=pattern) | model.PartPattern(pattern=pattern) | model.KeyPattern(pattern=pattern):
            return "Pattern: " + _code(pattern)
        case model.References(patterns=patterns):
            return "Patterns: " + ", ".join(map(_code, sorted(patterns.values())))
        case _:
            return ""


def _tolerated_words(tolerated: model.Tolerated) -> str:
    match tolerated:
        case model.ToleratedType(json_type=json_type):
            return f"not {_JSON_WORDS[json_type]}"
        case model.ToleratedText(pattern=pattern):
            return f"not the form {_code(pattern)}"
        case model.ToleratedPair():
            return "not a pair"
        case _:
            raise AssertionError(f"no words for {tolerated}")


def _type_words(value: Value) -> str:
    match value:
        case model.StringValue():
            return "string"
        case model.TimeValue():
            return "string, a time"
        case model.IntegerValue():
            return "whole number"
        case model.NumberValue():
            return "number"
        case model.BooleanValue():
            return "true or false"
        case model.AnyValue():
            return "anything"
        case model.ListValue():
            return "array"
        case model.ObjectValue() | model.RecordValue():
            return "object"
        case _:
            raise AssertionError(f"no words for {value}")


def _common(texts: list[str], subject: str) -> str:
    """What texts of one origin have in common, with the subject where each names its own place."""
    if len(set(texts)) == 1:
        return texts[0]
    words = [text.split(" ") for text in texts]
    shortest = min(map(len, words))
    head = next(n for n in range(shortest + 1) if n == shortest or len({w[n] for w in words}) > 1)
    rest = shortest - head
    tail = next(n for n in range(rest + 1) if n == rest or len({w[-1 - n] for w in words}) > 1)
    return " ".join([*words[0][:head], subject, *words[0][len(words[0]) - tail :]])


def _last(rule_id: str) -> str:
    return rule_id.rpartition(".")[2]


# --------------------------------------------------------------------------- Markdown


def _code(text: str) -> str:
    """A code span of any one-line text."""
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if not text.strip() or text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _spans(text: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a text, each with whether it is a code span."""
    end = 0
    for span in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text):
        yield False, text[end : span.start()]
        yield True, span[0]
        end = span.end()
    yield False, text[end:]


def _md(text: str, bar: str = "|") -> str:
    """A text of the rules as one line of Markdown: code spans stay, all else that is special is escaped."""
    special = r"[\\`*\[\]<>|&~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
    pieces = _spans(" ".join(text.split()))
    return "".join(p.replace("|", bar) if code else re.sub(special, r"\\\g<0>", p) for code, p in pieces)


def _cell(text: str) -> str:
    """The same inside of a table, where a bar must be escaped in code spans too."""
    return _md(text, bar=r"\|")


def _fence(code: str, language: str) -> str:
    """A fenced block of any text."""
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
    return f"{ticks}{language}\n{code}\n{ticks}"


# --------------------------------------------------------------------------- examples


@dataclass(frozen=True)
class Block:
    """A fenced block and what is to be said of it."""

    code: str
    note: str
    #: Whether others may be written into the same block.
    joins: bool = False


def _sketch(value: Any) -> str:
    """The JSON text of a value for reading: what is long is cut, and its full size said behind it."""
    match value:
        case str() if len(value) > _LONGEST_STRING:
            return f'{json.dumps(value[:_SHOWN_CHARACTERS], ensure_ascii=False)[:-1]}…" ({len(value):,} characters)'
        case list() if len(value) > _LONGEST_LIST:
            shown = value[: 1 if isinstance(value[0], dict) else _SHOWN_ITEMS]
            return f"[{', '.join(map(_sketch, shown))}, …] ({len(value):,} items)"
        case list():
            return f"[{', '.join(map(_sketch, value))}]"
        case dict():
            return "{" + ", ".join(_member(key, v) for key, v in value.items()) + "}"
        case _ if value is _ENTRIES:
            return "[…]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _member(name: str, value: Any) -> str:
    return f"{json.dumps(name, ensure_ascii=False)}: {_sketch(value)}"


def _steps(pointer: str) -> list[str]:
    return ["0" if step == "*" else step for step in pointer.split("/")[1:]]


def _at(line: Any, steps: list[str]) -> Any:
    return samples.at(line, "".join(f"/{step}" for step in steps), _NOT_THERE)


def _ordered(value: Any, of: Value | None) -> Any:
    """The value with its members in the order of the record, others by name: equal rule sets give equal pages."""
    match value, of:
        case dict(), model.RecordValue(fields=fields):
            known = {field.name: field.value for field in fields}
            names = [*(n for n in known if n in value), *sorted(value.keys() - known.keys())]
            return {name: _ordered(value[name], known.get(name)) for name in names}
        case dict(), _:
            return {name: _ordered(value[name], None) for name in sorted(value)}
        case list(), model.ListValue(items=items):
            return [_ordered(item, items) for item in value]
        case list(), _:
            return [_ordered(item, None) for item in value]
        case _:
            return value


def _fragment(rule: Rule, line: Any, path: str, payload: str) -> str:
    """The part of a line that matters: the member, the entry, or the line without its entries.

    ``path`` is where the line breaks the rule, if it does.
    """
    steps = _steps(rule.place)
    if rule.kind == "differs-from-line" and len(steps) > 2:
        name, entry = samples.unescape(steps[2]), _at(line, steps[:2])
        members = [_member(key, value) for key, value in line.items() if key != payload]
        return f"{{{', '.join(members)}, {json.dumps(payload)}: [{{…, {_member(name, entry[name])}}}]}}"
    if rule.kind == "differs-from-line":
        return _sketch(line)
    if rule.kind == "required":
        steps.pop()
    while _at(line, steps) is _NOT_THERE:
        steps.pop()  # the good example of a member that may be absent
    while len(steps) > 2 and steps[-1].isdigit():
        steps.pop()  # an item is shown in its list
    value = _at(line, steps)
    if not steps:
        return _sketch({**value, payload: _ENTRIES} if payload in value else value)
    inside = _steps(path)[len(steps) :]
    if rule.kind in _OF_ONE_MEMBER and inside:
        name = samples.unescape(inside[0])
        return f"{{…, {_member(name, value[name])}}}"
    return _sketch(value) if steps[-1].isdigit() else _member(samples.unescape(steps[-1]), value)


def _visible(text: str) -> str:
    """A text with all but spaces and line feeds to be seen, and fit to be written as UTF-8."""
    names = {"\t": "⟨tab⟩", "\r": "⟨CR⟩"}
    unseen = r"[\x00-\x09\x0b-\x1f\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff\ud800-\udfff]"
    return re.sub(unseen, lambda m: names.get(m[0], f"⟨U+{ord(m[0]):04X}⟩"), text)


def _file(text: str, at_line: int) -> str:
    """The text of a file for reading: nothing unseen, and cut where it is long, but not at the line that matters."""
    if not text.strip():
        return _visible(text).replace(" ", "⟨space⟩").replace("\n", "⟨LF⟩") or "⟨nothing⟩"
    lines = [_cut_line(_visible(line)) for line in text.removesuffix("\n").split("\n")]
    if len(lines) > _LONGEST_FILE and not 2 < at_line <= len(lines) - 3:
        lines[2:-3] = [f"… ({len(lines) - 5} more lines)"]
    return "\n".join(line if line.strip() else line.replace(" ", "⟨space⟩") or "⟨blank⟩" for line in lines)


def _cut_line(line: str) -> str:
    half = _LONGEST_LINE // 2
    return line if len(line) <= _LONGEST_LINE + 20 else f"{line[:half]} … {line[-half:]}"


def _line(ruleset: RuleSet, line: Any) -> Any:
    """A line in the order of its instruction's members, the entries last."""
    name = line.get(ruleset.discriminator)
    record = next((i.line for i in ruleset.instructions if i.name == name), ruleset.envelope)
    line = _ordered(line, record)
    if ruleset.payload in line:
        line[ruleset.payload] = line.pop(ruleset.payload)
    return line


def _block(ruleset: RuleSet, rule: Rule, example: Example, bare: bool) -> Block:
    if isinstance(example.raw, str):
        where = f"The mistake is in line {example.at_line}." if example.at_line > 1 else ""
        return Block(
            _file(example.raw, example.at_line), _sentences(_ENCODING_WORDS[example.encoding], example.note, where)
        )
    line = _line(ruleset, model.expanded(example.line, example.repeat, example.lengthen))
    value = _at(line, _steps(rule.place))
    size = ""
    if rule.kind == "max-entry-bytes":
        size = f"{len(_one_line(value).encode()):,} bytes in all."
    others = ", ".join(map(_code, example.breaks))
    note = _sentences(example.note, size, f"This one breaks another rule: {others}." if others else "")
    path = next(iter(example.lengthen), example.path)
    shown = _sketch(value) if bare and value is not _NOT_THERE else _fragment(rule, line, path, ruleset.payload)
    return Block(_visible(shown), note, joins=not note)


def _sentences(*notes: str) -> str:
    """Notes as sentences: each starts with a capital and ends with a stop."""
    return " ".join(f"{note[0].upper()}{note[1:].rstrip('.')}." for note in notes if note)


def _blocks(ruleset: RuleSet, rule: Rule, examples: Iterable[Example], bare: bool) -> list[Block]:
    """The blocks of some examples; those of which nothing is to be said share one."""
    blocks: list[Block] = []
    for block in (_block(ruleset, rule, example, bare) for example in examples):
        if not (blocks and blocks[-1].joins and block.joins):
            blocks.append(block)
        elif block.code not in blocks[-1].code.split("\n"):
            blocks[-1] = Block(f"{blocks[-1].code}\n{block.code}", "", joins=True)
    return blocks


# --------------------------------------------------------------------------- what the templates print


@dataclass(frozen=True)
class Link:
    """A Markdown text, and where it leads ("" for nowhere); ``severity`` where it is worth a word."""

    text: str
    href: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Evidence:
    """A source: the document, its sentence ("" for none), and how strong it is, in words ("" if said elsewhere)."""

    title: str
    quote: str
    words: str


@dataclass(frozen=True)
class Section:
    """The text of one rule, at its place or, for rules of a shared type, once for all places."""

    anchor: str
    title: str
    rule: Rule
    summary: str
    why: str
    fix: str
    particulars: str
    evidence: list[Evidence]
    defined: Link
    good: list[Block]
    bad: list[Block]
    #: Where the rest stands if it is told elsewhere.
    shared: Link | None = None
    #: The rules of a shared text.
    places: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Group:
    """The rules of one place under one heading."""

    anchor: str
    title: str
    sections: list[Section]


@dataclass(frozen=True)
class FieldRow:
    """A row of a field table."""

    name: Link
    type: list[Link]
    required: Link
    null: str
    limits: list[Link]
    doc: str
    mistaken: tuple[str, ...]


@dataclass(frozen=True)
class NullRow:
    """A row of the table of nothing: the outcomes by column, each a list (one per JSON type in the last)."""

    name: Link
    cells: list[list[Link]]


@dataclass(frozen=True)
class _Book:
    """The whole of the pages: what each of them needs to know of the others."""

    ruleset: RuleSet
    fingerprint: str
    support: dict[str, dict[str, str]]

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.ruleset.rules}

    @cached_property
    def checks(self) -> dict[str, model.ValueCheck | model.RecordCheck]:
        places = [place for instruction in self.ruleset.instructions for place in _whole(instruction.line)]
        return {check.rule: check for place in places for check in model.checks_of(place.value)}

    @cached_property
    def homes(self) -> dict[str, str]:
        """The page of each rule. Raises ``ValueError`` for a rule that belongs nowhere."""
        homes: dict[str, str] = {}
        places = [("framing.md", place) for place in _whole(self.ruleset.envelope)]
        places += [(f"{i.name}.md", place) for i in self.ruleset.instructions for place in _whole(i.line)]
        for page, place in places:
            for rule in place.rules:
                homes.setdefault(rule, page)
        for check in self.ruleset.framing:
            homes.setdefault(check.rule, "framing.md")
        if lost := self.rules.keys() - homes.keys():
            raise ValueError(f"no page of the documentation for {', '.join(sorted(lost))}")
        return homes

    @cached_property
    def shared(self) -> dict[str, list[str]]:
        """The anchor of each text that several rules of one named type share, and the ids of these rules."""
        origins: dict[tuple[str, str, str], list[str]] = {}
        for instruction in self.ruleset.instructions:
            for place in _places(instruction.line):
                for rule in place.rules if place.value.named else ():
                    ids = origins.setdefault((place.value.named, _last(rule), self.rules[rule].defined_in), [])
                    ids += [] if rule in ids else [rule]
        return {f"type.{named}.{last}": ids for (named, last, _), ids in origins.items() if len(ids) > 1}

    @cached_property
    def anchor_of_shared(self) -> dict[str, str]:
        return {rule: anchor for anchor, ids in self.shared.items() for rule in ids}

    # ------------------------------------------------------------------ links

    def href(self, rule: str, page: str) -> str:
        home = self.homes[rule]
        return f"#{rule}" if home == page else f"{home}#{rule}"

    def link(self, rule: str, page: str, text: str = "") -> Link:
        return Link(text or _code(rule), self.href(rule, page), self.rules[rule].severity)

    def defined(self, rule: Rule) -> Link:
        file, _, line = rule.defined_in.rpartition(":")
        return Link(_code(f"rules/{file}"), f"../../rules/{file}#L{line}")

    # ------------------------------------------------------------------ rules

    def evidence(self, sources: tuple[model.Source, ...]) -> list[Evidence]:
        """The sources in words; what several in a row have in common is said after the last."""
        found = []
        for source, following in zip_longest(sources, sources[1:]):
            title, words = self.ruleset.documents[source.document], model.EVIDENCE[source.mark]
            told = (following and following.mark == source.mark) or words.startswith(title)
            found.append(Evidence(title, source.quote, "" if told else words))
        return found

    def section(self, rule_id: str) -> Section:
        rule = self.rules[rule_id]
        anchor = self.anchor_of_shared.get(rule_id)
        if anchor is not None:
            link = Link(_code(anchor.removeprefix("type.")), f"types.md#{anchor}")
            return self._section(rule_id, rule_id, rule, rule.summary, rule.fix, shared=link)
        return self._section(rule_id, rule_id, rule, rule.summary, rule.fix)

    def shared_section(self, anchor: str) -> Section:
        """The text of a shared type's rule, told once; examples and evidence are those of its first place."""
        rules = [self.rules[rule] for rule in self.shared[anchor]]
        _, named, last = anchor.split(".")
        subject = _code(named)
        summary = _common([rule.summary for rule in rules], subject)
        fix = _common([rule.fix for rule in rules], subject)
        places = tuple(self.link(rule.id, "types.md") for rule in rules)
        return self._section(anchor, f"{named}: {last}", rules[0], summary, fix, places=places)

    def _section(self, anchor: str, title: str, rule: Rule, summary: str, fix: str, **more: Any) -> Section:
        good = sorted(rule.good, key=lambda example: bool(example.breaks))[:1]
        return Section(
            anchor=anchor,
            title=title,
            rule=rule,
            summary=summary,
            why=rule.why,
            fix=fix,
            particulars=_particulars(self.checks.get(rule.id)),
            evidence=self.evidence(rule.sources),
            defined=self.defined(rule),
            good=_blocks(self.ruleset, rule, good, bare=anchor != rule.id),
            bad=_blocks(self.ruleset, rule, rule.bad[:2], bare=anchor != rule.id),
            **more,
        )

    def groups(self, record: model.RecordValue, page: str) -> list[Group]:
        """The rules of a line by place, as far as this page is their home."""
        groups = []
        for place in _whole(record):
            own = [rule for rule in place.rules if self.homes[rule] == page]
            if own:
                groups.append(Group(place.anchor, self._place_title(place), [self.section(rule) for rule in own]))
        return groups

    def _place_title(self, place: Place) -> str:
        entries = f"/{self.ruleset.payload}/*"
        if place.pointer == "":
            return "The whole line"
        if place.pointer == entries:
            return "A whole entry"
        if not place.pointer.startswith(entries):
            return f"{_code(place.name)} of the line"
        name = place.name.removeprefix(f"{self.ruleset.payload}[].")
        return f"An item of {_code(name.removesuffix('[]'))}" if name.endswith("[]") else _code(name)

    # ------------------------------------------------------------------ field tables

    def field_row(self, place: Place, page: str) -> FieldRow:
        value, field = place.value, place.field
        own = [rule for rule in place.rules if self.homes[rule] == page]
        limits = [self.link(t.rule, page, _tolerated_words(t)) for t in value.tolerated]
        if not isinstance(value, model.RecordValue):
            checks = model.checks_of(value)
            parts = next((c.parts for c in checks if isinstance(c, model.Split)), ())
            own_checks = [c for c in checks if self.rules[c.rule].enabled and c.rule not in self.anchor_of_shared]
            limits += [self.link(c.rule, page, _limit(c, parts)) for c in own_checks]
        limits += [Link("the empty string counts as absent")] if value.blank else []
        required = self.link(field.required, page, "yes") if field and field.required else Link("no" if field else "–")
        type_words = [Link(_type_words(value))]
        if value.named:
            type_words = [Link(_code(value.named), f"types.md#type.{value.named}")]
        return FieldRow(
            name=Link(_code(place.name), f"#{place.anchor}" if own else ""),
            type=type_words,
            required=required,
            null="yes" if value.nullable or isinstance(value, model.AnyValue) else "no",
            limits=limits,
            doc=field.doc if field else f"Each item of {_code(place.name.removesuffix('[]'))}.",
            mistaken=field.aliases if field else (),
        )

    # ------------------------------------------------------------------ pages

    def index(self) -> dict[str, Any]:
        ruleset, page = self.ruleset, "index.md"
        rules = ruleset.rules
        numbered = (model.MaxFileBytes, model.MaxDepth, model.ExactNumbers)
        by_mark = {mark: [r for r in rules if _strongest(r) == mark] for mark in model.EVIDENCE}
        return {
            "instructions": [self._overview(i, page) for i in ruleset.instructions],
            "limits": [(self.link(c.rule, page), self.rules[c.rule]) for c in ruleset.framing if type(c) in numbered],
            "severities": [
                (s, _SEVERITY_WORDS[s], len([r for r in rules if r.severity == s])) for s in model.SEVERITIES
            ],
            "marks": [(mark, words, len(by_mark[mark])) for mark, words in model.EVIDENCE.items()],
            "total": len(rules),
            "optional": [self.link(rule.id, page) for rule in rules if not rule.enabled],
        }

    def _overview(self, instruction: Instruction, page: str) -> dict[str, Any]:
        shared = {field.name for field in self.ruleset.envelope.fields if field.required}
        checks = model.checks_of(_payload_place(self.ruleset, instruction).value)
        return {
            "instruction": instruction,
            "limits": [self.link(c.rule, page, f"{c.limit:,}") for c in checks if isinstance(c, model.MaxItems)],
            "needs": [
                self.link(f.required, page, _code(f.name))
                for f in instruction.line.fields
                if f.required and f.name not in shared
            ],
        }

    def instruction(self, instruction: Instruction) -> dict[str, Any]:
        ruleset, page = self.ruleset, f"{instruction.name}.md"
        payload = _payload_place(ruleset, instruction)
        entry = Place(f"{payload.pointer}/*", f"{payload.name}[]", _entry(payload))
        record = entry.value if isinstance(entry.value, model.RecordValue) else None
        members = list(_places(record, entry.pointer)) if record else [entry]
        whole = [*(record.checks if record else ()), *instruction.line.checks]
        unknown = record.unknown if record else ""
        return {
            "instruction": instruction,
            "evidence": self.evidence(instruction.sources),
            "line": [
                self.field_row(place, page)
                for place in _places(instruction.line)
                if not place.pointer.startswith(entry.pointer)
            ],
            "members": [self.field_row(place, page) for place in members],
            "is_record": record is not None,
            "unknown": self.link(unknown, page) if unknown else None,
            "checks": [(self.link(check.rule, page), self.rules[check.rule]) for check in whole],
            "examples": [
                (title, json.dumps(line, ensure_ascii=False, indent=2), _one_line(line))
                for title, line in _different(
                    [
                        ("A minimal line", _line(ruleset, instruction.base)),
                        ("A line with all members", _line(ruleset, instruction.full)),
                    ]
                )
            ],
            "groups": self.groups(instruction.line, page),
        }

    def framing(self) -> dict[str, Any]:
        page = "framing.md"
        groups: dict[str, list[Section]] = {}
        for check in self.ruleset.framing:
            groups.setdefault(self.rules[check.rule].entity, []).append(self.section(check.rule))
        envelope = self.ruleset.envelope
        own = [place for place in _places(envelope) if place.field and not isinstance(place.value, model.AnyValue)]
        return {
            "line": [self.field_row(place, page) for place in own],
            "line_groups": self.groups(envelope, page),
            "groups": [
                Group(f"of-{entity}", _FRAMING_TITLES.get(entity, entity.capitalize()), sections)
                for entity, sections in groups.items()
            ],
        }

    def types(self) -> dict[str, Any]:
        page = "types.md"
        used: dict[str, list[tuple[str, Place]]] = {}
        for instruction in self.ruleset.instructions:
            for place in _places(instruction.line):
                if place.value.named:
                    used.setdefault(place.value.named, []).append((instruction.name, place))
        types = []
        for named, places in sorted(used.items()):
            links = [
                Link(f"{_code(place.pointer)} of {_code(name)}", f"{self.homes[place.value.type_rule]}#{place.anchor}")
                for name, place in places
            ]
            own = [rule for _, place in places for rule in place.rules if rule not in self.anchor_of_shared]
            types.append(
                {
                    "name": named,
                    "type": _type_words(places[0][1].value),
                    "used": links,
                    "sections": [self.shared_section(a) for a in self.shared if a.startswith(f"type.{named}.")],
                    "own": [self.link(rule, page) for rule in dict.fromkeys(own)],
                }
            )
        return {"types": types}

    def rule_index(self) -> dict[str, Any]:
        framing = {check.rule for check in self.ruleset.framing}
        rows = []
        for rule in self.ruleset.rules:
            place = _code(rule.place) if rule.place else "the file" if rule.id in framing else "the line"
            rows.append((self.link(rule.id, "rules.md"), rule, place))
        return {"rows": rows}

    def supported(self) -> dict[str, Any]:
        """The matrix. Raises ``ValueError`` if a target does not say what it makes of a kind."""
        kinds: dict[str, list[Rule]] = {}
        for rule in self.ruleset.rules:
            kinds.setdefault(rule.kind, []).append(rule)
        for target, levels in self.support.items():
            if silent := sorted(kinds.keys() - levels.keys()):
                raise ValueError(f"the target {target} declares no support for {', '.join(silent)}")
            if unknown := sorted(set(levels.values()) - _LEVEL_WORDS.keys()):
                raise ValueError(f"the target {target} declares unknown levels: {', '.join(unknown)}")
        rows = [
            (kind, len(rules), self.link(rules[0].id, "support.md"), [t[kind] for t in self.support.values()])
            for kind, rules in sorted(kinds.items())
        ]
        totals = [
            (
                level,
                [sum(target[rule.kind] == level for rule in self.ruleset.rules) for target in self.support.values()],
            )
            for level in _LEVEL_WORDS
        ]
        return {
            "targets": list(self.support),
            "rows": rows,
            "totals": totals,
            "levels": list(_LEVEL_WORDS.items()),
        }

    def nulls(self) -> dict[str, Any]:
        page = "null-and-missing.md"
        tables: dict[str, dict[str, dict[Form, str]]] = {}
        for row in null_table(self.ruleset):
            tables.setdefault(row.instruction, {}).setdefault(row.pointer, {})[row.form] = row.rule
        first = next(iter(tables.values()))
        common = [p for p in first if all(table.get(p) == first[p] for table in tables.values())]
        sections = [("Every line", [self._null_row(p, first[p]) for p in common])]
        for name, table in tables.items():
            own = [self._null_row(p, forms) for p, forms in table.items() if p not in common]
            sections.append((_code(name), own))
        presence = [
            self.rules[check.rule]
            for instruction in self.ruleset.instructions
            for place in _whole(instruction.line)
            for check in model.checks_of(place.value)
            if isinstance(check, _PRESENCE)
        ]
        return {
            "columns": _NOTHINGS,
            "sections": [section for section in sections if section[1]],
            "presence": [(self.link(rule.id, page), rule) for rule in presence],
        }

    def _null_row(self, pointer: str, forms: dict[Form, str]) -> NullRow:
        cells = [[self._null_link(forms[form])] if form in forms else [Link("–")] for form in _NOTHINGS]
        others: dict[str, list[Form]] = {}
        for form, rule in forms.items():
            if form not in _NOTHINGS:
                others.setdefault(rule, []).append(form)
        cells.append(
            [self._null_link(rule, ", ".join(of) + ": " if len(others) > 1 else "") for rule, of in others.items()]
        )
        home = next((self.homes[rule] for rule in forms.values() if rule), "")
        return NullRow(Link(_code(pointer), f"{home}#{_anchor(pointer)}" if home else ""), cells)

    def _null_link(self, rule: str, before: str = "") -> Link:
        return self.link(rule, "null-and-missing.md", before + _code(_last(rule))) if rule else Link(f"{before}fine")


def _strongest(rule: Rule) -> str:
    return min((source.mark for source in rule.sources), key=list(model.EVIDENCE).index)


def _payload_place(ruleset: RuleSet, instruction: Instruction) -> Place:
    return next(place for place in _places(instruction.line) if place.pointer == f"/{samples.escape(ruleset.payload)}")


def _entry(payload: Place) -> Value:
    assert isinstance(payload.value, model.ListValue)
    return payload.value.items


def _one_line(line: Any) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _different(lines: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The lines without repetitions of the first."""
    return lines[:1] + [line for line in lines[1:] if line[1] != lines[0][1]]


def to_docs(ruleset: RuleSet, fingerprint: str, support: dict[str, dict[str, str]]) -> dict[str, str]:
    """The pages by their file names below ``docs/reference/``.

    ``fingerprint`` is the sha256 of the RuleSet's canonical JSON in hex; ``support`` maps a target's
    name to what it makes of each kind of check: ``exact``, ``partial`` or ``none``. Raises
    ``ValueError`` for a rule without a page and a target that is silent about a kind.
    """
    book = _Book(ruleset, fingerprint, support)
    pages: dict[str, tuple[str, dict[str, Any]]] = {
        "index.md": ("index.md.j2", book.index()),
        **{f"{i.name}.md": ("instruction.md.j2", book.instruction(i)) for i in ruleset.instructions},
        "framing.md": ("framing.md.j2", book.framing()),
        "types.md": ("types.md.j2", book.types()),
        "rules.md": ("rules.md.j2", book.rule_index()),
        "null-and-missing.md": ("null-and-missing.md.j2", book.nulls()),
        "support.md": ("support.md.j2", book.supported()),
    }
    environment = _environment()
    environment.globals |= {"ruleset": ruleset, "fingerprint": fingerprint[:16]}
    return {page: environment.get_template(name).render(template=name, **data) for page, (name, data) in pages.items()}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": _md, "cell": _cell, "code": _code, "fence": _fence}
    return environment
