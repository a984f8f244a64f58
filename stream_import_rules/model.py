"""The RuleSet: the frozen form of the rules that the compiler makes and every consumer reads.

Before it: ``generators.resolve``, which builds it from YAML. After it: the targets of the compiler,
and at run time ``explain``, which interprets it. It holds data only: no text layout, no compiled
pattern, no engine's name. Every class is closed (unknown members are refused) and immutable.

Three terms carry the whole form:

* a *value* says of which JSON type a place in a line must be (``StringValue``, ``RecordValue`` …);
* a *check* is one condition on a value or a record, and names the rule that it breaks;
* a *rule* is what people read: severity, summary, why, fix, sources, examples.
"""

from __future__ import annotations

import copy
from typing import Any, Literal, TypeAlias

import msgspec

from .model_app import (
    CONFIRM,
    AppCheck,
    AppEntries,
    AppExample,
    AppRules,
    ConfiguredGroups,
    ConfiguredValues,
    DataSchema,
    FollowedGroups,
)
from .model_relations import (
    Acyclic,
    Agrees,
    Column,
    Crowd,
    Depth,
    Excludes,
    Node,
    NotBefore,
    Operands,
    OrderAdvice,
    Record,
    Reference,
    Refers,
    Relation,
    Unique,
)

# What lies in a module of its own because of its size is part of the model all the same.
__all__ = [
    "CONFIRM",
    "Acyclic",
    "Agrees",
    "AppCheck",
    "AppEntries",
    "AppExample",
    "AppRules",
    "Column",
    "ConfiguredGroups",
    "ConfiguredValues",
    "Crowd",
    "DataSchema",
    "Depth",
    "Excludes",
    "FollowedGroups",
    "NotBefore",
    "Operands",
    "OrderAdvice",
    "Record",
    "Reference",
    "Refers",
    "Relation",
    "Unique",
]

Severity: TypeAlias = Literal["error", "warning", "info"]
JsonType: TypeAlias = Literal["string", "number", "boolean", "array", "object", "null"]
Evidence: TypeAlias = Literal["I", "D", "S", "M", "W", "G"]

#: What the marks of evidence mean, strongest first.
EVIDENCE: dict[Evidence, str] = {
    "I": "written in the import document",
    "D": "documented on another page of Stream's documentation, or in a standard that the import document names",
    "S": "implied by official code or by a fixture of a real answer",
    "M": "said by a Stream employee in a public issue",
    "W": "seen in the wild",
    "G": "a judgement of this project, no source",
}

#: From the gravest to the lightest; the place in this tuple orders severities.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


# --------------------------------------------------------------------------- rules, as people read them


class Source(Node, frozen=True):
    """Where a rule comes from: a document, its sentence (may be empty) and how strong the evidence is."""

    document: str
    mark: Evidence
    quote: str = ""


class Example(Node, frozen=True):
    """One line (or file) that keeps or breaks a rule.

    Exactly one of ``line`` (a JSON value: the whole instruction) and ``raw`` (the text of a file, for
    rules about bytes and framing; ``encoding`` says how the text becomes bytes) is given. ``path`` is
    the JSON Pointer at which a bad example breaks its rule, from the root of the line; ``at_line`` the
    line number, 0 for a finding of the whole file.

    What is too long to write is abbreviated, by JSON Pointer: ``repeat`` makes the list there that many
    copies of its first item, ``lengthen`` repeats the last character of the string there to that many
    characters in all. ``expanded`` undoes both. ``app`` is the configuration that the line is judged under.
    """

    line: Any = msgspec.UNSET
    raw: str | msgspec.UnsetType = msgspec.UNSET
    encoding: Literal["utf-8", "utf-16", "latin-1", "surrogates", "gzip", "gzip-cut"] = "utf-8"
    path: str = ""
    at_line: int = 1
    repeat: dict[str, int] = msgspec.field(default_factory=dict)
    lengthen: dict[str, int] = msgspec.field(default_factory=dict)
    #: Other rules that an example breaks at the same place: the value at one limit may be past a lower one.
    breaks: tuple[str, ...] = ()
    note: str = ""
    app: AppExample | None = None


class Rule(Node, frozen=True):
    """The text of a rule and its policy defaults. ``kind`` is the kind of the check that enforces it."""

    id: str
    severity: Severity
    kind: str
    summary: str
    why: str
    fix: str
    since: str
    sources: tuple[Source, ...]
    good: tuple[Example, ...]
    bad: tuple[Example, ...]
    #: Rule file and line it is written in, such as ``feeds-v2/instructions/follow.yaml:12``.
    defined_in: str
    #: Where it applies: the entity and the JSON Pointer pattern, such as ``/data/*/time``.
    entity: str
    place: str
    #: False: only reported when it is selected by name.
    enabled: bool = True
    aliases: tuple[str, ...] = ()


# --------------------------------------------------------------------------- checks on one value


class _Check(Node, frozen=True, tag_field="kind", kw_only=True):
    """A condition and the id of the rule that it breaks.

    ``after`` names rules of the same node that must hold before this check is looked at: one mistake
    is one finding.
    """

    rule: str
    after: tuple[str, ...] = ()


class NotEmpty(_Check, frozen=True, kw_only=True, tag="not-empty"):
    """The string, list or object has at least one character, item or member."""


class MaxLength(_Check, frozen=True, kw_only=True, tag="max-length"):
    """At most ``limit`` Unicode code points."""

    limit: int


class MaxBytes(_Check, frozen=True, kw_only=True, tag="max-bytes"):
    """At most ``limit`` bytes of UTF-8."""

    limit: int


class Pattern(_Check, frozen=True, kw_only=True, tag="pattern"):
    """The whole string matches ``pattern`` (portable subset, full match implied)."""

    pattern: str


class Choices(_Check, frozen=True, kw_only=True, tag="choices"):
    """The string is one of ``values``."""

    values: tuple[str, ...]


class Split(_Check, frozen=True, kw_only=True, tag="split"):
    """The string has exactly ``len(parts)`` parts, none empty, between separators."""

    separator: str
    parts: tuple[str, ...]


class PartPattern(_Check, frozen=True, kw_only=True, tag="part-pattern"):
    """The whole of part number ``part`` of a split string matches ``pattern``.

    Comes after a ``Split`` of the same value; ``separator`` and ``parts`` (their number) are copied
    from it so that the check stands alone.
    """

    part: int
    pattern: str
    separator: str
    parts: int


class PartNotIn(_Check, frozen=True, kw_only=True, tag="part-not-in"):
    """Part number ``part`` of a split string is none of ``values``."""

    part: int
    values: tuple[str, ...]
    separator: str
    parts: int


class DiffersFromLine(_Check, frozen=True, kw_only=True, tag="differs-from-line"):
    """The string is not the string that stands at ``member`` of the line itself."""

    member: str


class MaxItems(_Check, frozen=True, kw_only=True, tag="max-items"):
    """The list has at most ``limit`` items."""

    limit: int


class DistinctItems(_Check, frozen=True, kw_only=True, tag="distinct-items"):
    """No string of the list stands in it twice; each repetition is a finding at its own index."""


class IntegerRange(_Check, frozen=True, kw_only=True, tag="integer-range"):
    """An integer from ``minimum`` to ``maximum``; a fraction or another type breaks it too."""

    minimum: int
    maximum: int


class Deprecated(_Check, frozen=True, kw_only=True, tag="deprecated"):
    """The member is not there at all: whatever its value, its presence is the finding."""


class TimeFormat(_Check, frozen=True, kw_only=True, tag="time-format"):
    """``YYYY-MM-DDTHH:MM:SS[.f…]``, optional offset ``Z`` or ``±HH:MM``, any case; a date that exists."""


class TimeOffset(_Check, frozen=True, kw_only=True, tag="time-offset"):
    """The time has an offset."""


class TimeUtc(_Check, frozen=True, kw_only=True, tag="time-utc"):
    """The offset, where there is one, is zero."""


class TimeZulu(_Check, frozen=True, kw_only=True, tag="time-zulu"):
    """An offset of zero is written ``Z``."""


class TimeUppercase(_Check, frozen=True, kw_only=True, tag="time-uppercase"):
    """``T`` and ``Z`` are upper case."""


class TimePrecision(_Check, frozen=True, kw_only=True, tag="time-precision"):
    """At most ``digits`` digits after the decimal point of the seconds."""

    digits: int


class TimeNotBefore(_Check, frozen=True, kw_only=True, tag="time-not-before"):
    """The instant is not before ``instant`` (RFC 3339, UTC)."""

    instant: str


class TimeNotAfter(_Check, frozen=True, kw_only=True, tag="time-not-after"):
    """The instant is not after ``instant`` (RFC 3339, UTC)."""

    instant: str


class TimeNotAhead(_Check, frozen=True, kw_only=True, tag="time-not-ahead"):
    """The instant is at most ``seconds`` later than the moment of the run."""

    seconds: int


ValueCheck: TypeAlias = (
    NotEmpty
    | MaxLength
    | MaxBytes
    | Pattern
    | Choices
    | Split
    | PartPattern
    | PartNotIn
    | DiffersFromLine
    | MaxItems
    | DistinctItems
    | IntegerRange
    | Deprecated
    | TimeFormat
    | TimeOffset
    | TimeUtc
    | TimeZulu
    | TimeUppercase
    | TimePrecision
    | TimeNotBefore
    | TimeNotAfter
    | TimeNotAhead
)


# --------------------------------------------------------------------------- checks over several members


class _RecordCheck(_Check, frozen=True):
    """A condition over the members of one record.

    It is looked at only if every member in ``given`` is present and none in ``absent`` is. A member is
    present if it is there, is not null, and is not a blank that counts as absent (``Value.blank``).
    """

    given: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


class Reserved(_RecordCheck, frozen=True, kw_only=True, tag="reserved"):
    """None of the ``names`` is a member, not even with null; each one that is there is a finding."""

    names: tuple[str, ...]


class KeyPattern(_RecordCheck, frozen=True, kw_only=True, tag="key-pattern"):
    """The names of members that the record does not define match ``pattern``."""

    pattern: str


class AnyOf(_RecordCheck, frozen=True, kw_only=True, tag="any-of"):
    """At least one of ``members`` is present."""

    members: tuple[str, ...]


class Together(_RecordCheck, frozen=True, kw_only=True, tag="together"):
    """``members`` are present all or none; each missing one is a finding where it should stand."""

    members: tuple[str, ...]


class Requires(_RecordCheck, frozen=True, kw_only=True, tag="requires"):
    """If ``member`` is present, so is ``other``; the finding stands at ``member``."""

    member: str
    other: str


class Differ(_RecordCheck, frozen=True, kw_only=True, tag="differ"):
    """The strings at ``member`` and ``other`` differ; the finding stands at ``member``."""

    member: str
    other: str


class Ordered(_RecordCheck, frozen=True, kw_only=True, tag="ordered"):
    """The instant at ``member`` is not earlier than the one at ``other``; the finding is at ``member``."""

    member: str
    other: str


class DerivedId(_RecordCheck, frozen=True, kw_only=True, tag="derived-id"):
    """``member`` is the activity id that follows from ``foreign_id`` and ``time`` (member names)."""

    member: str
    foreign_id: str
    time: str


class MaxEntryBytes(_RecordCheck, frozen=True, kw_only=True, tag="max-entry-bytes"):
    """The record as compact UTF-8 JSON (no white space, shortest escapes, numbers as written) has at
    most ``limit`` bytes."""

    limit: int


class NoBinary(_RecordCheck, frozen=True, kw_only=True, tag="no-binary"):
    """No string at any depth is a base64 data URI, or pure base64 longer than ``longest`` characters."""

    longest: int


class References(_RecordCheck, frozen=True, kw_only=True, tag="references"):
    """Every string at any depth that starts with one of the prefixes matches that prefix's pattern.

    ``patterns`` maps a prefix such as ``SU:`` to the portable pattern of the whole string. Outside of
    ``members`` a string with white space in it is prose, and no reference.
    """

    patterns: dict[str, str]
    members: tuple[str, ...]


RecordCheck: TypeAlias = (
    Reserved
    | KeyPattern
    | AnyOf
    | Together
    | Requires
    | Differ
    | Ordered
    | DerivedId
    | MaxEntryBytes
    | NoBinary
    | References
)


# --------------------------------------------------------------------------- tolerated forms


class _Tolerated(Node, frozen=True, tag_field="form", kw_only=True):
    """A form that the type does not allow but that is not refused either: it breaks ``rule``, nothing else."""

    rule: str


class ToleratedType(_Tolerated, frozen=True, kw_only=True, tag="type"):
    """A value of another JSON type."""

    json_type: JsonType


class ToleratedText(_Tolerated, frozen=True, kw_only=True, tag="text"):
    """A string whose whole matches ``pattern``."""

    pattern: str


class ToleratedPair(_Tolerated, frozen=True, kw_only=True, tag="pair"):
    """A list of two strings, the first of which matches ``pattern`` as a whole."""

    pattern: str


Tolerated: TypeAlias = ToleratedType | ToleratedText | ToleratedPair


# --------------------------------------------------------------------------- values


class _Value(Node, frozen=True, tag_field="type", kw_only=True):
    """A place in a line. ``type_rule`` is broken by a value of another JSON type.

    ``nullable``: null is as good as absent. ``blank``: the empty string is as good as absent.
    ``named``: the name of the shared type it was made from, if any.
    """

    type_rule: str
    nullable: bool = False
    blank: bool = False
    tolerated: tuple[Tolerated, ...] = ()
    named: str = ""


class StringValue(_Value, frozen=True, kw_only=True, tag="string"):
    checks: tuple[ValueCheck, ...] = ()


class TimeValue(_Value, frozen=True, kw_only=True, tag="time"):
    """A JSON string that is a time; its checks include exactly one ``TimeFormat``."""

    checks: tuple[ValueCheck, ...] = ()


class IntegerValue(_Value, frozen=True, kw_only=True, tag="integer"):
    """A JSON number without a fraction."""

    checks: tuple[ValueCheck, ...] = ()


class NumberValue(_Value, frozen=True, kw_only=True, tag="number"):
    checks: tuple[ValueCheck, ...] = ()


class BooleanValue(_Value, frozen=True, kw_only=True, tag="boolean"):
    checks: tuple[ValueCheck, ...] = ()


class AnyValue(_Value, frozen=True, kw_only=True, tag="any"):
    """Anything goes, null too; ``type_rule`` is the empty string."""


class ObjectValue(_Value, frozen=True, kw_only=True, tag="map"):
    """A free-form JSON object: any members."""

    checks: tuple[ValueCheck, ...] = ()


class ListValue(_Value, frozen=True, kw_only=True, tag="list"):
    items: Value
    checks: tuple[ValueCheck, ...] = ()


class RecordValue(_Value, frozen=True, kw_only=True, tag="record"):
    """A JSON object with known members. ``unknown`` is the rule that other members break, "" if open."""

    entity: str
    fields: tuple[Field, ...]
    unknown: str = ""
    checks: tuple[RecordCheck, ...] = ()


Value: TypeAlias = (
    StringValue
    | TimeValue
    | IntegerValue
    | NumberValue
    | BooleanValue
    | AnyValue
    | ObjectValue
    | ListValue
    | RecordValue
)


class Field(Node, frozen=True):
    """A member of a record. ``required`` is the rule that its absence breaks, "" if it may be absent.

    ``aliases`` are names that people write by mistake for this one; they become hints.
    """

    name: str
    value: Value
    required: str = ""
    doc: str = ""
    aliases: tuple[str, ...] = ()


# --------------------------------------------------------------------------- files, lines and JSON text


class _FramingCheck(Node, frozen=True, tag_field="kind", kw_only=True):
    """A condition on the file, its lines or their JSON text; the reader enforces it."""

    rule: str


class MaxFileBytes(_FramingCheck, frozen=True, kw_only=True, tag="file-bytes"):
    """The file has at most ``limit`` bytes. Of several limits that are passed, the greatest reports."""

    limit: int


class MaxStreamBytes(_FramingCheck, frozen=True, kw_only=True, tag="stream-bytes"):
    """What is unpacked, or read from a stream whose size nobody knows, ends within ``limit`` bytes."""

    limit: int


class IntactArchive(_FramingCheck, frozen=True, kw_only=True, tag="intact"):
    """What is compressed can be unpacked to its end, and nothing else follows."""


class MaxLineBytes(_FramingCheck, frozen=True, kw_only=True, tag="line-bytes"):
    """A line has at most ``limit`` bytes, its line feed included; a longer one is not judged any further."""

    limit: int


class FileNotEmpty(_FramingCheck, frozen=True, kw_only=True, tag="file-not-empty"):
    """At least one line is not blank."""


class Utf8(_FramingCheck, frozen=True, kw_only=True, tag="utf-8"):
    """Each line is valid UTF-8, and the file is not UTF-16 or UTF-32."""


class NoByteOrderMark(_FramingCheck, frozen=True, kw_only=True, tag="no-bom"):
    """The file does not start with U+FEFF."""


class NotArrayFile(_FramingCheck, frozen=True, kw_only=True, tag="not-array-file"):
    """The file is not one JSON array."""


class ValidJson(_FramingCheck, frozen=True, kw_only=True, tag="json"):
    """The line is JSON."""


class SingleLine(_FramingCheck, frozen=True, kw_only=True, tag="single-line"):
    """No JSON value spreads over several lines."""


class SingleValue(_FramingCheck, frozen=True, kw_only=True, tag="single-value"):
    """Nothing follows the first JSON value of a line."""


class LineIsObject(_FramingCheck, frozen=True, kw_only=True, tag="line-object"):
    """The line's value is an object."""


class NotBlank(_FramingCheck, frozen=True, kw_only=True, tag="not-blank"):
    """No blank line stands before the last instruction."""


class UniqueKeys(_FramingCheck, frozen=True, kw_only=True, tag="unique-keys"):
    """No object of the line has a key twice."""


class FiniteNumbers(_FramingCheck, frozen=True, kw_only=True, tag="finite-numbers"):
    """No ``NaN``, ``Infinity``, ``-Infinity``."""


class PairedSurrogates(_FramingCheck, frozen=True, kw_only=True, tag="paired-surrogates"):
    """No escape of half a surrogate pair."""


class NoNul(_FramingCheck, frozen=True, kw_only=True, tag="no-nul"):
    r"""No ``\u0000`` in a string."""


class ExactNumbers(_FramingCheck, frozen=True, kw_only=True, tag="exact-numbers"):
    """No integer beyond ±``largest``, and no fraction that a 64-bit float would change."""

    largest: int


class MaxDepth(_FramingCheck, frozen=True, kw_only=True, tag="max-depth"):
    """Objects and lists are nested at most ``limit`` deep. Of several limits passed, the greatest reports."""

    limit: int


class KnownGroups(_FramingCheck, frozen=True, kw_only=True, tag="known-groups"):
    """No feed group used at most ``rare`` times is one edit away from one used at least ``frequent`` times."""

    rare: int
    frequent: int


FramingCheck: TypeAlias = (
    MaxFileBytes
    | MaxStreamBytes
    | IntactArchive
    | MaxLineBytes
    | FileNotEmpty
    | Utf8
    | NoByteOrderMark
    | NotArrayFile
    | ValidJson
    | SingleLine
    | SingleValue
    | LineIsObject
    | NotBlank
    | UniqueKeys
    | FiniteNumbers
    | PairedSurrogates
    | NoNul
    | ExactNumbers
    | MaxDepth
    | KnownGroups
)


# --------------------------------------------------------------------------- the whole


class Instruction(Node, frozen=True):
    """One kind of line. ``line`` is the whole record of such a line, envelope included."""

    name: str
    title: str
    doc: str
    entity: str
    entry_doc: str
    line: RecordValue
    #: A valid line: what examples start from.
    base: Any
    #: The same with every optional member.
    full: Any
    sources: tuple[Source, ...] = ()
    #: Which member names an entry to its owner, the first that is there ("" for entries that are strings).
    record_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class RuleSet(Node, frozen=True):
    """All rules of one file format.

    ``envelope`` is the record of a line whose instruction is unknown; ``discriminator`` and ``payload``
    name its two leading members. ``feed_id_type`` is the named type of the values that hold a feed id.
    ``rules`` is sorted by id.
    """

    name: str
    version: str
    title: str
    summary: str
    url: str
    discriminator: str
    payload: str
    envelope: RecordValue
    instructions: tuple[Instruction, ...]
    framing: tuple[FramingCheck, ...]
    rules: tuple[Rule, ...]
    #: What the ``document`` of a source stands for.
    documents: dict[str, str]
    #: What the named types (``Value.named``) are, in words.
    type_docs: dict[str, str]
    feed_id_type: str = ""
    #: Instructions of older importers, each with what to do instead.
    former_instructions: dict[str, str] = msgspec.field(default_factory=dict)
    #: Instruction and member that hold the times whose span the summary shows.
    time_span: tuple[str, str] = ("", "")
    #: What is staged of the entries, and what must hold between them over a whole file.
    records: tuple[Record, ...] = ()
    references: tuple[Reference, ...] = ()
    relations: tuple[Relation, ...] = ()
    #: What an app's configuration can say, and the checks that need one.
    app: AppRules = AppRules()


def to_json(ruleset: RuleSet) -> bytes:
    """The canonical JSON of a rule set (UTF-8, sorted keys, one-space indent, final newline).

    Equal rule sets give equal bytes; the sha256 of these bytes is the fingerprint.
    """
    text = msgspec.json.encode(ruleset, order="deterministic")
    return msgspec.json.format(text, indent=1) + b"\n"


def of_json(data: bytes) -> RuleSet:
    """The rule set of its canonical JSON. Raises ``msgspec.ValidationError`` if it is not one."""
    return msgspec.json.decode(data, type=RuleSet)


def expanded(line: Any, repeat: dict[str, int], lengthen: dict[str, int]) -> Any:
    """The whole line that an example abbreviates (see ``Example``). The line given is not changed."""
    if not repeat and not lengthen:
        return line
    line = copy.deepcopy(line)
    for pointer, length in lengthen.items():
        parent, key = _parent(line, pointer)
        parent[key] = parent[key].ljust(length, parent[key][-1])
    for pointer, count in repeat.items():
        parent, key = _parent(line, pointer)
        parent[key] = parent[key][:1] * count
    return line


def _parent(line: Any, pointer: str) -> tuple[Any, Any]:
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        line = line[int(step)] if isinstance(line, list) else line[step]
    return line, int(last) if isinstance(line, list) else last


def ordered_line(ruleset: RuleSet, line: Any) -> Any:
    """A line as people write it: members in the order of the rules, the entries last, others by name.

    Canonical JSON sorts by name, so this order is made anew where a line is shown.
    """
    name = line.get(ruleset.discriminator)
    record = next((i.line for i in ruleset.instructions if i.name == name), ruleset.envelope)
    line = _ordered(line, record)
    if ruleset.payload in line:
        line[ruleset.payload] = line.pop(ruleset.payload)
    return line


def _ordered(value: Any, of: Value | None) -> Any:
    """The value with its members in the order of the record, others by name."""
    match value, of:
        case dict(), RecordValue(fields=fields):
            known = {field.name: field.value for field in fields}
            names = [*(n for n in known if n in value), *sorted(value.keys() - known.keys())]
            return {name: _ordered(value[name], known.get(name)) for name in names}
        case dict(), _:
            return {name: _ordered(value[name], None) for name in sorted(value)}
        case list(), ListValue(items=items):
            return [_ordered(item, items) for item in value]
        case list(), _:
            return [_ordered(item, None) for item in value]
        case _:
            return value


def checks_of(value: Value) -> tuple[ValueCheck | RecordCheck, ...]:
    """The checks of a value, of whichever kind it is."""
    return () if isinstance(value, AnyValue) else value.checks


def kind_of(check: ValueCheck | RecordCheck | FramingCheck | Relation | AppCheck) -> str:
    """The kind of a check as the rule language spells it, such as ``max-items``."""
    tag = type(check).__struct_config__.tag
    assert isinstance(tag, str)
    return tag
