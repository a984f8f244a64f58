"""Staging: what the relations need to know of each entry, as rows of two tables of numbers.

``scan`` gives every line that it has judged, with its place in the file; ``store`` takes the rows.
The columns and what they mean are described in ``model_relations``. Texts become hashes of 64 or 128
bits here, so a row has the same size whatever the ids look like; what is then found equal is compared
in full before it is reported.

A record that breaks a rule exists all the same. Where its key cannot be told, its row has what is
known of it, and its texts are staged as *loose*: what refers to one of them may mean this record.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple, TypeAlias

import mmh3

from . import activity_id, times
from .model import Operands, Record, Reference, RuleSet

#: Stands for no value in a column; becomes NULL in the tables.
NONE = -(1 << 63)
#: The kind of rows for texts of records without a key. Kinds of known records are ``KNOWN`` + record.
LOOSE, KNOWN = 100, 50
MASK, SIGN = (1 << 64) - 1, 1 << 63
#: Mixes the two numbers of a key into one: 2**64 divided by the golden ratio, odd.
GOLDEN = 0x9E37_79B9_7F4A_7C15
#: Both halves of a hash, in the order of bytes of this machine.
_TWO = struct.Struct("=qq")
#: The strings of a line, the last of which may lack its end. It never goes back, so it takes no memory, and each byte
#: is looked at once, whatever the line is.
_STRINGS = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)', re.DOTALL)
#: Texts of a broken line that are longer name nothing.
_LONGEST = 1024

Key: TypeAlias = tuple[int, int]
Path: TypeAlias = tuple[str | int, ...]
_NOTHING: frozenset[Path] = frozenset()
Get: TypeAlias = Callable[[Any, str], Any]


class Rows:
    """Rows of a table by columns: ``what`` is the number of the record or reference in the rule set."""

    __slots__ = ("instant", "k1", "k2", "part", "pos", "scope", "what")
    COLUMNS = ("what", "k1", "k2", "scope", "part", "instant", "pos")

    def __init__(self) -> None:
        self.what = array("b")
        self.k1, self.k2, self.scope, self.part, self.instant, self.pos = (array("q") for _ in range(6))

    def __len__(self) -> int:
        return len(self.pos)

    def add(self, what: int, key: Key | None, pos: int, scope: int = NONE, part: int = NONE, at: int = NONE) -> None:
        """Add one row."""
        self.what.append(what)
        k1, k2 = key or (NONE, NONE)
        self.k1.append(k1)
        self.k2.append(k2)
        self.scope.append(scope)
        self.part.append(part)
        self.instant.append(at)
        self.pos.append(pos)

    def take(self, other: Rows) -> None:
        """Add all rows of another."""
        for name in self.COLUMNS:
            getattr(self, name).extend(getattr(other, name))


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of some tables, which are empty afterwards: column by column, so that no row is held twice."""
    whole = Rows()
    for name in Rows.COLUMNS:
        column = getattr(whole, name)
        for rows in parts:
            column.extend(getattr(rows, name))
            setattr(rows, name, array(column.typecode))
    return whole


class Staged:
    """What was staged of some lines."""

    __slots__ = ("keys", "refs")

    def __init__(self) -> None:
        self.keys, self.refs = Rows(), Rows()


def hash_of(text: str) -> Key:
    """The 128-bit hash of a text as two signed numbers; the first alone is its 64-bit hash."""
    return _TWO.unpack(mmh3.hash_bytes(text.encode("utf-8", "surrogatepass")))


def mixed(key: Key) -> int:
    """A key as one number of 64 bits."""
    value = (key[0] * GOLDEN + key[1]) & MASK
    return (value ^ SIGN) - SIGN


class Stager:
    """Stages the entries of lines of one rule set."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.discriminator, self.payload = ruleset.discriminator, ruleset.payload
        numbers = {record.name: i for i, record in enumerate(ruleset.records)}
        references: dict[str, list[tuple[int, Reference, Record]]] = {record.name: [] for record in ruleset.records}
        for i, reference in enumerate(ruleset.references):
            references[reference.record].append((i, reference, ruleset.records[numbers[reference.to]]))
        self.instructions = {
            record.instruction: Instruction(numbers[record.name], record, references[record.name])
            for record in ruleset.records
        }

    def line(
        self,
        line: Mapping[str, Any],
        base: int,
        wrong: Set[Path],
        staged: Staged,
        only: Iterable[int] | None = None,
    ) -> bool:
        """Stage the entries of a decoded line, of which anything may be wrong; ``wrong`` are the paths at
        which something is. ``base`` is the place of its first entry; of all entries ``only`` those with
        these numbers are staged. False if the line is none whose entries can be told."""
        name, entries = line.get(self.discriminator), line.get(self.payload)
        of = self.instructions.get(name) if isinstance(name, str) else None
        if of is None or not isinstance(entries, list):
            return False
        inside: dict[Any, set[Path]] = {}
        for path in wrong:
            if len(path) > 2 and path[0] == self.payload:
                inside.setdefault(path[1], set()).add(path[2:])
        for i in range(len(entries)) if only is None else only:
            of.entry(line, entries[i], base + i, inside.get(i, _NOTHING), staged)
        return True

    def broken(self, raw: bytes, staged: Staged) -> None:
        """Stage the texts of a line whose entries cannot be told."""
        for match in _STRINGS.finditer(raw):
            if len(match[1]) <= _LONGEST:
                _loose(match[1].decode("utf-8", "replace"), staged)


class Instruction:
    """How the entries of one instruction are staged."""

    def __init__(self, number: int, record: Record, references: Sequence[tuple[int, Reference, Record]]) -> None:
        self.number, self.record = number, record
        self.named = [(i, r, to) for i, r, to in references if not r.prefix]
        self.prefixed = [Prefixed(i, r, len(to.key) > 1 and not to.derived) for i, r, to in references if r.prefix]
        self.prefixes = tuple(p.reference.prefix for p in self.prefixed)
        self.by_name = {r.name: (r, to) for _, r, to in self.named}
        self.about = [self.by_name[name] for name in record.about]

    # ------------------------------------------------------------------ anything may be wrong

    def entry(self, line: Mapping[str, Any], entry: Any, pos: int, wrong: Set[Path], staged: Staged) -> None:
        """Stage one entry; ``wrong`` are the paths in it at which something is wrong."""
        record, keys = self.record, staged.keys

        def value(operand: str) -> Any:
            return _value(line, entry, operand)

        key = key_of(record, value)
        scope = NONE if record.scope is None else _hashed(record.scope, value)
        if self.about:
            scope = next((mixed(k) for r, to in self.about if (k := meant(r, to, value))), NONE)
        part = NONE if record.part is None else _hashed(record.part, value)
        at = _instant(value(record.at)) if record.at else None
        instant = NONE if at is None else at
        if record.derived and (key is None or (record.key[1],) in wrong):
            # Its foreign id, or else its instant, is all that is known of it: any reference to that may mean it.
            foreign_id = value(record.key[0])
            if isinstance(foreign_id, str) and part != NONE:
                keys.add(self.number, (NONE, activity_id.hash_of(foreign_id)), NONE, part=part)
            elif at is not None:
                keys.add(self.number, None, NONE, at=at)
        if key is not None:
            keys.add(self.number, key, pos, scope, part, instant)
        else:
            if len(record.key) > 1 and isinstance(first := value(record.key[0]), str) and not record.derived:
                keys.add(self.number, None, NONE, part=hash_of(first)[0])
            for text in _texts(entry):
                _loose(text, staged)
        for i, reference, to in self.named:
            target = meant(reference, to, value)
            if target is None or (reference.to == record.name and target == key):
                continue
            if any((name,) in wrong for name in reference.members):
                # It may lead somewhere all the same; that it does not is no second finding.
                if reference.to != record.name:
                    continue
                keys.add(LOOSE, target, NONE)
            of_target = to.derived and to.part is not None and reference.form == "key"
            named = hash_of(value(reference.members[0]))[0] if of_target else NONE
            staged.refs.add(i, target, pos, scope, named, instant)
        if self.prefixed:
            for path, number, found in free_references(entry, self.prefixed):
                if path not in wrong:
                    staged.refs.add(number, found.key, pos, found.scope, found.part)


# --------------------------------------------------------------------------- keys and references


def key_of(record: Record, value: Callable[[str], Any]) -> Key | None:
    """The key of a record, whose operands ``value`` gives; ``None`` if it has none."""
    if record.derived:
        foreign_id, instant = value(record.key[0]), _instant(value(record.key[1]))
        if not isinstance(foreign_id, str) or not foreign_id or instant is None:
            return None
        return activity_id.key(foreign_id, instant)
    texts = [text_of(value(operand)) for operand in record.key]
    return None if None in texts else hash_of(":".join(text for text in texts if text is not None))


def meant(reference: Reference, to: Record, value: Callable[[str], Any]) -> Key | None:
    """The key of the record that a reference means; ``None`` if there is no reference, or if what it
    is made of is wrong itself."""
    if any(given(value(name)) for name in reference.absent):
        return None
    if reference.form == "activity-id":
        text = value(reference.members[0])
        return activity_id.key_of_id(text) if isinstance(text, str) else None
    if to.derived:
        foreign_id, moment = (value(name) for name in reference.members)
        instant = _instant(moment)
        if not isinstance(foreign_id, str) or not foreign_id or instant is None:
            return None
        return activity_id.key(foreign_id, instant)
    texts = [value(name) for name in reference.members]
    return hash_of(":".join(texts)) if all(isinstance(t, str) and t for t in texts) else None


class Prefixed(NamedTuple):
    """A reference with a prefix, its number, and whether the key that it means has several operands."""

    number: int
    reference: Reference
    several: bool

    def target(self, text: str) -> Target | None:
        """What is meant by the text behind the prefix; ``None`` if it is no key."""
        if self.reference.form == "activity-id":
            key = activity_id.key_of_id(text)
            return None if key is None else Target(key)
        if not text:
            return None
        if not self.several:
            return Target(hash_of(text))
        first, _, rest = text.partition(":")
        return Target(hash_of(text), hash_of(first)[0], hash_of(rest)[0])


class Target(NamedTuple):
    """The key that a reference means, and where the key has several operands the first and the rest."""

    key: Key
    scope: int = NONE
    part: int = NONE


def free_references(entry: Any, prefixed: Sequence[Prefixed]) -> Iterator[tuple[Path, int, Target]]:
    """The references in the strings of an entry: the path of each, its number, and what it means."""
    prefixes = tuple(p.reference.prefix for p in prefixed)
    members = frozenset(prefixed[0].reference.members)
    for path, text in _strings(entry, ()):
        if not text.startswith(prefixes):
            continue
        of = next(p for p in prefixed if text.startswith(p.reference.prefix))
        if not (len(path) == 1 and path[0] in members) and any(c.isspace() for c in text):
            continue  # prose
        target = of.target(text[len(of.reference.prefix) :])
        if target is not None:
            yield path, of.number, target


def _strings(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, (str, dict, list)):
                yield from _strings(item, (*path, name))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, (str, dict, list)):
                yield from _strings(item, (*path, i))
    elif hasattr(value, "__struct_fields__"):
        for name, member in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            item = getattr(value, name)
            if isinstance(item, (str, dict, list)):
                yield from _strings(item, (*path, member))


def _loose(text: str, staged: Staged) -> None:
    """Stage a text that may be what a record without a key is called."""
    staged.keys.add(LOOSE, hash_of(text), NONE, part=activity_id.hash_of(text))


def given(value: Any) -> bool:
    """Whether a member is there: null and the empty string are as good as absent."""
    return value is not None and value != ""


def _value(line: Mapping[str, Any], entry: Any, operand: str) -> Any:
    if not operand:
        return entry
    if operand.startswith("/"):
        return line.get(operand[1:])
    return entry.get(operand) if isinstance(entry, dict) else None


def text_of(value: Any) -> str | None:
    """What a key is made of: a text, or a number where somebody forgot the quotes."""
    if isinstance(value, str):
        return value or None
    return str(value) if type(value) is int else None


def _texts(entry: Any) -> Iterator[str]:
    members = entry.values() if isinstance(entry, dict) else (entry,)
    for value in members:
        text = text_of(value)
        if text is not None and len(text) <= _LONGEST:
            yield text


def _hashed(operands: Operands, value: Callable[[str], Any]) -> int:
    texts = [text_of(value(name)) for name in operands.members]
    if None in texts or (operands.given and value(operands.given) in (None, "", [])):
        return NONE
    return hash_of(operands.prefix + ":".join(text for text in texts if text is not None))[0]


def _instant(value: Any) -> int | None:
    found = times.parse(value) if isinstance(value, str) else None
    return None if found is None else found.micros
