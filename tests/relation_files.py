"""Whole import files with mistakes between their entries, made from a seed, and all findings that they must give.

``make_file(seed)`` has all kinds of lines in most files, 1 to 60 entries in a line, by the book or not; its labels
say which rule of ``SEVERITIES`` is broken, where, and which other places belong to the finding.
"""

from __future__ import annotations

import functools
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from relation_entries import Entry, Label, Maker
from relation_plants import PLANTS, base

_BOOK = ("users", "collections", "add_activities", "reactions", "follow")


@dataclass(frozen=True)
class ImportFile:
    """The bytes of a file, the findings that it must give, sorted, and what was planted."""

    data: bytes
    labels: tuple[Label, ...]
    plants: tuple[str, ...]


@functools.lru_cache(maxsize=256)
def make_file(seed: int) -> ImportFile:
    """The file of a seed."""
    rng = random.Random(seed)
    order = rng.choice(("book", "book", "nearly", "any"))
    plain = rng.random() < 0.5
    make = Maker(rng, plain=plain, with_users=rng.random() < 0.85, with_collections=rng.random() < 0.85)
    reactions, follow = rng.random() < 0.9, rng.random() < 0.9
    able = [
        name
        for name, (_, need) in PLANTS.items()
        if need.reactions <= reactions and need.follow <= follow and need.book <= (order == "book")
    ]
    plants = rng.choices(able, k=rng.randrange(3, 13))
    steps = [PLANTS[name][0] for name in plants] + [functools.partial(base, reactions=reactions, follow=follow)] * 3
    rng.shuffle(steps)
    for step in steps:
        step(make)
    lines = _arranged(rng, _lines(rng, make.entries), order)
    return ImportFile(_written(rng, lines), tuple(make.labels()), tuple(plants))


def _lines(rng: random.Random, entries: list[Entry]) -> list[list[Entry]]:
    """Entries as lines, by the book. In a line a reaction never stands before its parent."""
    groups: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.instruction, entry.owner].append(entry)
    lines = []
    for (instruction, _), group in groups.items():
        if instruction != "reactions":
            rng.shuffle(group)
        line: list[Entry] = []
        room = 0
        for entry in group:
            if not room or entry.alone:
                line, room = [], 1 if entry.alone else rng.choice((1, rng.randrange(1, 6), rng.randrange(1, 61)))
                lines.append(line)
            line.append(entry)
            room -= 1
    return sorted(lines, key=lambda line: _BOOK.index(line[0].instruction))


def _arranged(rng: random.Random, lines: list[list[Entry]], order: str) -> list[list[Entry]]:
    """Lines as they are, with a few elsewhere, or in any order."""
    if order == "any":
        rng.shuffle(lines)
    for _ in range(rng.randrange(1, 4) if order == "nearly" else 0):
        lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
    return lines


def _written(rng: random.Random, lines: list[list[Entry]]) -> bytes:
    """The bytes of a file; its entries learn their places."""
    blank = rng.random() < 0.1
    end = b"\r\n" if rng.random() < 0.25 else b"\n"
    written: list[bytes] = []
    for line in lines:
        if blank and rng.random() < 0.1:
            written.append(b"")
        for index, entry in enumerate(line):
            entry.line, entry.index = len(written) + 1, index
        written.append(_text(rng, line).encode())
    return end.join(written) + (b"" if rng.random() < 0.1 else end)


def _text(rng: random.Random, line: list[Entry]) -> str:
    members = [("instruction", line[0].instruction), ("data", [entry.value for entry in line])]
    if line[0].owner:
        members.append(("feedId", line[0].owner))
    rng.shuffle(members)
    separators = rng.choice(((",", ":"), (", ", ": ")))
    return json.dumps(dict(members), ensure_ascii=rng.random() < 0.3, separators=separators)


def some_files(count: int, start: int = 0) -> Iterator[tuple[int, ImportFile]]:
    """The files of that many seeds."""
    for seed in range(start, start + count):
        yield seed, make_file(seed)
