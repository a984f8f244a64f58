"""Staging by columns: lines that the fast validator has passed, all entries of one kind at once.

The quick way of ``staging``, for lines with which nothing is wrong; the rows are the same. Such lines
have no half of a surrogate pair, which the decoder refuses and which the hash, not encoded, would crash at.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any, NamedTuple

import mmh3
import msgspec

from . import activity_id, times
from .model import Operands, Record, Reference
from .staging import GOLDEN, MASK, NONE, SIGN, Instruction, Rows, Staged, Stager, free_references, hash_of

_TIMES = list[datetime]
#: Up to here the seconds of an instant as a 64-bit float are exact enough to give its microseconds: with
#: one bit more the two roundings on the way may add up to half a microsecond.
_EXACT = (1 << 32) * 1_000_000


class Keys(NamedTuple):
    """Some keys by columns."""

    k1: array[int]
    k2: array[int]


def stage(stager: Stager, lines: Sequence[Any], raws: Sequence[bytes], places: Sequence[int], staged: Staged) -> None:
    """Stage the entries of decoded lines, of which ``raws`` is the text and ``places`` gives the place of
    the first entry."""
    kinds: dict[type, list[int]] = {}
    for i, line in enumerate(lines):
        kinds.setdefault(type(line), []).append(i)
    for kind, chosen in kinds.items():
        of = stager.instructions.get(kind.__struct_config__.tag)  # type: ignore[attr-defined]
        if of is None:
            continue
        columns = Columns([lines[i] for i in chosen], stager.payload)
        pos = columns.places([places[i] for i in chosen])
        _stage(of, columns, pos, [raws[i] for i in chosen], staged)


class Columns:
    """The members of all entries of some lines of one instruction, each as one list."""

    def __init__(self, lines: Sequence[Any], payload: str) -> None:
        self.lines = lines
        self.lists: list[list[Any]] = [getattr(line, payload) for line in lines]
        self.entries = self.lists[0] if len(lines) == 1 else list(chain.from_iterable(self.lists))
        self._known: dict[str, list[Any]] = {}

    def places(self, starts: Sequence[int]) -> array[int]:
        """The place of each entry; ``starts`` are those of the first ones."""
        ends = (start + len(entries) for start, entries in zip(starts, self.lists, strict=True))
        return array("q", chain.from_iterable(map(range, starts, ends)))

    def __call__(self, operand: str) -> list[Any]:
        """The values of an operand, one for each entry."""
        found = self._known.get(operand)
        if found is None:
            if operand == "":
                found = self.entries
            elif operand.startswith("/"):
                found = self.spread([getattr(line, operand[1:]) for line in self.lines])
            else:
                found = [getattr(entry, operand) for entry in self.entries]
            self._known[operand] = found
        return found

    def spread(self, values: Sequence[Any]) -> list[Any]:
        """A value of each line, for each of its entries."""
        return list(chain.from_iterable(map(repeat, values, map(len, self.lists))))

    def joined(self, operands: Sequence[str]) -> list[str]:
        """The operands of each entry as one text."""
        if len(operands) == 1:
            return self(operands[0])
        return list(map(":".join, zip(*map(self, operands), strict=True)))


class _Meant(NamedTuple):
    """What the entries mean by a reference: the numbers of those that do refer, and the keys."""

    rows: Sequence[int]
    keys: Keys
    part: array[int] | None = None


def _stage(of: Instruction, columns: Columns, pos: array[int], raws: Sequence[bytes], staged: Staged) -> None:
    record = of.record
    at = _instants(columns(record.at)) if record.at else None
    if record.derived:
        moments = at if at is not None and record.at == record.key[1] else _instants(columns(record.key[1]))
        keys = Keys(moments, _foreign_hashes(columns(record.key[0])))
    else:
        keys = _hashes(columns.joined(record.key))
    meant = {reference.name: _meant(reference, to, columns) for _, reference, to in of.named}
    scope = None if record.scope is None else _facet(record.scope, columns)
    if of.about:
        scope = array("q", [NONE]) * len(pos)
        for reference, _ in reversed(of.about):
            rows, target, _ = meant[reference.name]
            for i, k1, k2 in zip(rows, *target, strict=True):
                scope[i] = (((k1 * GOLDEN + k2) & MASK) ^ SIGN) - SIGN  # as ``staging.mixed``
    part = None if record.part is None else _facet(record.part, columns)
    _extend(staged.keys, of.number, keys, pos, scope, part, at)
    for number, reference, _ in of.named:
        found = meant[reference.name]
        if reference.to == record.name:
            found = _others(found, keys)
        if len(found.rows) == len(pos):
            _extend(staged.refs, number, found.keys, pos, scope, found.part, at)
        elif found.rows:
            chosen = [None if column is None else array("q", [column[i] for i in found.rows]) for column in (scope, at)]
            places = array("q", [pos[i] for i in found.rows])
            _extend(staged.refs, number, found.keys, places, chosen[0], found.part, chosen[1])
    if of.prefixed:
        _free(of, columns, pos, raws, staged)


def _extend(
    rows: Rows,
    what: int,
    keys: Keys,
    pos: array[int],
    scope: array[int] | None,
    part: array[int] | None,
    at: array[int] | None,
) -> None:
    count = len(pos)
    nothing = array("q", [NONE]) * count if scope is None or part is None or at is None else pos
    rows.what.extend(array("b", [what]) * count)
    rows.k1.extend(keys.k1)
    rows.k2.extend(keys.k2)
    rows.scope.extend(nothing if scope is None else scope)
    rows.part.extend(nothing if part is None else part)
    rows.instant.extend(nothing if at is None else at)
    rows.pos.extend(pos)


def _others(found: _Meant, own: Keys) -> _Meant:
    """Without the entries that refer to themselves: they do not refer."""
    k1, k2 = own
    kept = [j for j, i in enumerate(found.rows) if (found.keys.k1[j], found.keys.k2[j]) != (k1[i], k2[i])]
    if len(kept) == len(found.rows):
        return found
    keys = Keys(array("q", [found.keys.k1[j] for j in kept]), array("q", [found.keys.k2[j] for j in kept]))
    return _Meant([found.rows[j] for j in kept], keys)


def _free(of: Instruction, columns: Columns, pos: array[int], raws: Sequence[bytes], staged: Staged) -> None:
    """References in any string. Most often they stand in a few members alone, which the text tells."""
    prefixes = of.prefixes
    members = [columns(name) for name in of.prefixed[0].reference.members]
    there = sum(raw.count(b'"' + prefix.encode()) for raw in raws for prefix in prefixes)
    if not there:
        return
    rows = [
        (place, text)
        for values in members
        for place, text in zip(pos, values, strict=True)
        if isinstance(text, str) and text.startswith(prefixes)
    ]
    if there != len(rows):
        for place, entry in zip(pos, columns.entries, strict=True):
            for _, number, target in free_references(entry, of.prefixed):
                staged.refs.add(number, target.key, place, target.scope, target.part)
        return
    for prefixed in of.prefixed:
        prefix = prefixed.reference.prefix
        chosen = rows if len(of.prefixed) == 1 else [row for row in rows if row[1].startswith(prefix)]
        if not chosen:
            continue
        if prefixed.several or prefixed.reference.form == "activity-id":
            for place, text in chosen:
                found = prefixed.target(text[len(prefix) :])
                if found is not None:
                    staged.refs.add(prefixed.number, found.key, place, found.scope, found.part)
            continue
        chosen = [row for row in chosen if len(row[1]) > len(prefix)]
        keys = _hashes([text[len(prefix) :] for _, text in chosen])
        _extend(staged.refs, prefixed.number, keys, array("q", [place for place, _ in chosen]), None, None, None)


def _facet(operands: Operands, columns: Columns) -> array[int]:
    """The hashes of a scope or a part."""
    if all(name.startswith("/") for name in operands.members):
        texts = [":".join(getattr(line, name[1:]) for name in operands.members) for line in columns.lines]
        return array("q", columns.spread([hash_of(operands.prefix + text)[0] for text in texts]))
    texts = columns.joined(operands.members)
    if operands.given:
        there = columns(operands.given)
        found = array("q", [NONE]) * len(texts)
        for i, value in enumerate(there):
            if isinstance(value, (str, list)) and value:
                found[i] = hash_of(operands.prefix + texts[i])[0]
        return found
    return _hashes([operands.prefix + text for text in texts] if operands.prefix else texts).k1


def _meant(reference: Reference, to: Record, columns: Columns) -> _Meant:
    """The keys that the entries mean."""
    values = [columns(name) for name in reference.members]
    rows: Sequence[int] = [i for i, value in enumerate(values[0]) if isinstance(value, str) and value]
    for name in reference.absent:
        given = columns(name)
        rows = [i for i in rows if not isinstance(given[i], str)]
    if not rows:
        return _Meant(rows, Keys(array("q"), array("q")))
    first = [values[0][i] for i in rows] if len(rows) < len(values[0]) else values[0]
    if reference.form == "activity-id":
        return _Meant(rows, _activity_ids(first))
    if to.derived:
        keys = Keys(_instants([values[1][i] for i in rows]), _foreign_hashes(first))
        return _Meant(rows, keys, None if to.part is None else _hashes(first).k1)
    if len(values) == 1:
        return _Meant(rows, _hashes(first))
    return _Meant(rows, _hashes([":".join(column[i] for column in values) for i in rows]))


def _activity_ids(texts: Sequence[str]) -> Keys:
    """The keys of activity ids that are UUIDs, each."""
    keys = [key for key in map(activity_id.key_of_id, texts) if key is not None]
    return Keys(array("q", [k1 for k1, _ in keys]), array("q", [k2 for _, k2 in keys]))


def _hashes(texts: Sequence[str]) -> Keys:
    """The 128-bit hashes of texts, the same as ``hash_of``."""
    both = array("q")
    both.frombytes(b"".join(map(mmh3.hash_bytes, texts)))
    return Keys(both[0::2], both[1::2])


def _foreign_hashes(texts: Sequence[str]) -> array[int]:
    return array("q", map(mmh3.hash, texts))


def _instants(texts: Sequence[str]) -> array[int]:
    """The microseconds since 1970 of times that are all in UTC."""
    try:
        found = array("q", [round(time.timestamp() * 1_000_000) for time in msgspec.convert(texts, _TIMES)])
    except msgspec.ValidationError:  # more digits than a datetime takes
        return array("q", map(times.micros_of, texts))
    if found and not -_EXACT < min(found) <= max(found) < _EXACT:
        return array("q", map(times.micros_of, texts))
    return found
