"""Find entries again: from places in the files of an import to the values that stand there.

Used by ``relate``, which knows places and hashes alone. Lines are read in the order of the file; each
is read and decoded once for all places in it that are asked for together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any, BinaryIO, Protocol

import msgspec

from . import jsontext
from .findings import clip
from .read import line_feeds
from .signatures import BYTE_ORDER_MARK
from .store import StoreError

#: Bytes that are read at once where only line feeds are looked for.
_PIECE = 1 << 20


class Source(Protocol):
    """Where the bytes of a file can be read a second time."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The bytes, at any place; they are at the disposal of one reader at a time."""


class ImportFile:
    """One file of an import: its name, its place behind the files before it, and some of its lines."""

    def __init__(self, name: str, base: int, source: Source) -> None:
        self.name, self.base, self.source = name, base, source
        self.size = 0
        #: Where some lines start, and their numbers, in the order of the file.
        self.marks: list[tuple[int, int]] = [(0, 1)]

    def mark(self, offset: int, number: int) -> None:
        """Note that the line ``number`` starts at ``offset``."""
        self.marks.append((offset, number))


class Line(msgspec.Struct, frozen=True):
    """A line that holds entries: where the first of them has its place, and what it says."""

    file: ImportFile
    number: int
    place: int
    text: str
    value: Mapping[str, Any]


class Entry(msgspec.Struct, frozen=True):
    """An entry at its place in an import."""

    pos: int
    line: Line
    index: int
    value: Any


class FileChanged(StoreError):
    """A file is not what it was when its lines were judged."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{clip(name)} was changed while it was read; the relations cannot be checked to their end")


class Entries:
    """The entries of the files of an import, by their places."""

    def __init__(self, files: Sequence[ImportFile], payload: str) -> None:
        self._files, self._payload = files, payload
        self._bases = [file.base for file in files]

    def at(self, places: Iterable[int]) -> Iterator[Entry]:
        """The entries at some places, in their order, each once."""
        ordered = sorted(set(places))
        start = 0
        while start < len(ordered):
            number = bisect_right(self._bases, ordered[start]) - 1
            stop = start
            limit = self._bases[number + 1] if number + 1 < len(self._bases) else None
            while stop < len(ordered) and (limit is None or ordered[stop] < limit):
                stop += 1
            yield from self._in_file(self._files[number], ordered[start:stop])
            start = stop

    def _in_file(self, file: ImportFile, places: Sequence[int]) -> Iterator[Entry]:
        offsets = [offset for offset, _ in file.marks]
        with file.source.open() as stream:
            at, number = -1, 0
            i = 0
            while i < len(places):
                wanted = places[i] - file.base
                mark = bisect_right(offsets, wanted) - 1
                if at < 0 or offsets[mark] > at:
                    at, number = file.marks[mark]
                    stream.seek(at)
                at, number, raw = _line_at(stream, at, number, wanted)
                if not raw:
                    raise FileChanged(file.name)
                skip = len(BYTE_ORDER_MARK) if at == 0 and raw.startswith(BYTE_ORDER_MARK) else 0
                try:
                    text = raw[skip:].rstrip(b"\r\n").decode()
                    value = _value(raw[skip:], text)
                    entries = value[self._payload]
                    entries[places[i] - file.base - at - skip]
                except (ValueError, LookupError, TypeError) as error:
                    raise FileChanged(file.name) from error
                line = Line(file, number, file.base + at + skip, text, value)
                at += len(raw)
                number += 1
                while i < len(places) and places[i] < file.base + at:
                    index = places[i] - line.place
                    if index >= len(entries):
                        raise FileChanged(file.name)
                    yield Entry(places[i], line, index, entries[index])
                    i += 1


def _line_at(stream: BinaryIO, at: int, number: int, wanted: int) -> tuple[int, int, bytes]:
    """The line in which the offset ``wanted`` lies: its offset, number and bytes. The stream stands at
    ``at``, where the line ``number`` starts, and then behind the line found. Others on the way are only counted."""
    here = at
    while here < wanted and (piece := stream.read(min(_PIECE, wanted - here))):
        if feeds := piece.count(b"\n"):
            at, number = here + piece.rindex(b"\n") + 1, number + feeds
        here += len(piece)
    if here > at:
        stream.seek(at)
    return at, number, stream.readline()


def _value(raw: bytes, text: str) -> Mapping[str, Any]:
    """The object of a line that was found to be one."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = jsontext.parse(text).value
    if not isinstance(value, dict):
        raise TypeError
    return value


def line_numbers(files: Sequence[ImportFile], places: Sequence[int]) -> Iterator[tuple[ImportFile, int]]:
    """The file and the number of the line of each place, which come in the order of the files. Each file is read
    once, to its last place. Raises ``OSError``."""
    bases = [file.base for file in files]
    for at, group in groupby(places, lambda place: bisect_right(bases, place) - 1):
        file = files[at]
        with file.source.open() as stream:
            stream.seek(0)
            start, counted, number, data = 0, 0, 1, stream.read(_PIECE)
            for place in group:
                wanted = place - file.base
                while wanted >= start + len(data) and data:
                    number += line_feeds(data, counted, len(data))
                    start, counted, data = start + len(data), 0, stream.read(_PIECE)
                number += line_feeds(data, counted, min(wanted - start, len(data)))
                counted = wanted - start
                yield file, number
