"""Staging by columns: lines that the fast validator has passed, all entries of one kind at once.

The quick way of ``staging``, for lines with which nothing is wrong; the rows are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any

import msgspec

from . import activity_id, times
from .model import Operands, Record, Reference
from .staging import NONE, Instruction, Key, Staged, Stager, free_references, hash_of, mixed

_TIMES = list[datetime]
#: Up to here a 64-bit float tells the microseconds of an instant apart.
_EXACT = 1 << 52


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

    def places(self, starts: Sequence[int]) -> list[int]:
        """The place of each entry; ``starts`` are those of the first ones."""
        ends = (start + len(entries) for start, entries in zip(starts, self.lists, strict=True))
        return list(chain.from_iterable(map(range, starts, ends)))

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


def _stage(of: Instruction, columns: Columns, pos: list[int], raws: Sequence[bytes], staged: Staged) -> None:
    record = of.record
    at = _instants(columns(record.at)) if record.at else None
    if record.derived:
        moments = at if at is not None and record.at == record.key[1] else _instants(columns(record.key[1]))
        keys: list[Key] = list(zip(moments, map(activity_id.hash_of, columns(record.key[0])), strict=True))
    else:
        keys = list(map(hash_of, columns.joined(record.key)))
    targets = {reference.name: _meant(reference, to, columns) for _, reference, to in of.named}
    scope = None if record.scope is None else _hashes(record.scope, columns)
    if of.about:
        scope = [NONE] * len(pos)
        for reference, _ in reversed(of.about):
            found = targets[reference.name]
            scope = [mixed(key) if key is not None else old for key, old in zip(found, scope, strict=True)]
    part = None if record.part is None else _hashes(record.part, columns)
    staged.keys.extend(of.number, keys, pos, scope, part, at)
    for number, reference, to in of.named:
        found = targets[reference.name]
        if reference.to == record.name:  # what refers to itself does not refer
            found = [None if key == own else key for key, own in zip(found, keys, strict=True)]
        rows = [i for i, key in enumerate(found) if key is not None]
        if rows:
            parts = None
            if to.derived and to.part is not None and reference.form == "key":
                texts = columns(reference.members[0])
                parts = [hash_of(texts[i])[0] for i in rows]
            staged.refs.extend(
                number,
                [key for key in found if key is not None],
                [pos[i] for i in rows],
                None if scope is None else [scope[i] for i in rows],
                parts,
                None if at is None else [at[i] for i in rows],
            )
    if of.prefixed:
        _free(of, columns, pos, raws, staged)


def _free(of: Instruction, columns: Columns, pos: list[int], raws: Sequence[bytes], staged: Staged) -> None:
    """References in any string. Most often they stand in a few members alone, which the text tells."""
    prefixes = of.prefixes
    members = [columns(name) for name in of.prefixed[0].reference.members]
    rows = [
        (place, text)
        for values in members
        for place, text in zip(pos, values, strict=True)
        if isinstance(text, str) and text.startswith(prefixes)
    ]
    if sum(raw.count(b'"' + prefix.encode()) for raw in raws for prefix in prefixes) != len(rows):
        for place, entry in zip(pos, columns.entries, strict=True):
            for _, number, meant in free_references(entry, of.prefixed):
                staged.refs.add(number, meant.key, place, meant.scope, meant.part)
        return
    for prefixed in of.prefixed:
        cut = len(prefixed.reference.prefix)
        found = [
            (place, target)
            for place, text in rows
            if text.startswith(prefixed.reference.prefix) and (target := prefixed.target(text[cut:])) is not None
        ]
        staged.refs.extend(
            prefixed.number,
            [target.key for _, target in found],
            [place for place, _ in found],
            [target.scope for _, target in found] if prefixed.several else None,
            [target.part for _, target in found] if prefixed.several else None,
        )


def _hashes(operands: Operands, columns: Columns) -> list[int]:
    if all(name.startswith("/") for name in operands.members):
        texts = [":".join(getattr(line, name[1:]) for name in operands.members) for line in columns.lines]
        return columns.spread([hash_of(operands.prefix + text)[0] for text in texts])
    joined: Iterable[str] = columns.joined(operands.members)
    if operands.prefix:
        joined = [operands.prefix + text for text in joined]
    if not operands.given:
        return [first for first, _ in map(hash_of, joined)]
    there = columns(operands.given)
    return [
        hash_of(text)[0] if isinstance(value, (str, list)) and value else NONE
        for text, value in zip(joined, there, strict=True)
    ]


def _meant(reference: Reference, to: Record, columns: Columns) -> list[Key | None]:
    """The key that each entry means; ``None`` where it does not refer."""
    values = [columns(name) for name in reference.members]
    count = len(columns.entries)
    found: list[Key | None] = [None] * count
    rows = [i for i, value in enumerate(values[0]) if isinstance(value, str) and value]
    for name in reference.absent:
        given = columns(name)
        rows = [i for i in rows if not isinstance(given[i], str)]
    if not rows:
        return found
    first = [values[0][i] for i in rows]
    if reference.form == "activity-id":
        keys: Iterable[Key | None] = map(activity_id.key_of_id, first)
    elif to.derived:
        moments = _instants([values[1][i] for i in rows])
        keys = zip(moments, map(activity_id.hash_of, first), strict=True)
    elif len(values) == 1:
        keys = map(hash_of, first)
    else:
        keys = [hash_of(":".join(column[i] for column in values)) for i in rows]
    for i, key in zip(rows, keys, strict=True):
        found[i] = key
    return found


def _instants(texts: Sequence[str]) -> list[int]:
    """The microseconds since 1970 of times that are all in UTC."""
    try:
        found = [round(time.timestamp() * 1_000_000) for time in msgspec.convert(texts, _TIMES)]
    except msgspec.ValidationError:  # more digits than a datetime takes
        return list(map(times.micros_of, texts))
    if found and not -_EXACT < min(found) <= max(found) < _EXACT:
        return list(map(times.micros_of, texts))
    return found
