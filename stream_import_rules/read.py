"""Read a file as chunks of whole lines, or cut it into parts that end where lines end.

The first stage of the runtime: ``scan`` takes the chunks, gives each to the fast path and the lines
that it did not approve to ``framing``. Knows nothing of JSON or of rules, and what a byte means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

#: Bytes of a chunk. Small enough that what is decoded of it stays in the processor's cache.
CHUNK = 1 << 16

#: Bytes that are read at once where lines are only counted.
_PIECE = 1 << 20

#: Bytes of the buffer of a file: lines are cut out of it, a small one would cut them into pieces first.
BUFFER = 1 << 18


class Chunk(msgspec.Struct, frozen=True):
    """Whole lines with their line feeds; only the last line of a file may lack its own.

    ``first_line`` is the number of the first of them, from 1; ``offset`` where it starts in the file;
    ``size`` the bytes of all.
    """

    first_line: int
    offset: int
    lines: list[bytes]
    size: int


class Part(msgspec.Struct, frozen=True):
    """A part of a file: from the start of a line (``start``, bytes) up to the end of one (``end``)."""

    start: int
    end: int
    first_line: int


def chunks(
    stream: BinaryIO, size: int = CHUNK, *, first_line: int = 1, offset: int = 0, end: int | None = None
) -> Iterator[Chunk]:
    """The stream in chunks of about ``size`` bytes, more only where a line is longer.

    A line end is a line feed and nothing else. The stream stands at ``offset``, where the line
    ``first_line`` starts; ``end`` (none: that of the stream) is where a line ends.
    """
    number = first_line
    while end is None or offset < end:
        left = size if end is None else min(size, end - offset)
        # A file goes on with lines until there are more bytes than it was asked for, and 0 is no limit.
        lines = stream.readlines(left - 1) if left > 1 else [stream.readline()]
        if not lines or not lines[0]:
            return
        chunk = Chunk(number, offset, lines, sum(map(len, lines)))
        yield chunk
        number += len(lines)
        offset += chunk.size


def parts(stream: BinaryIO, size: int) -> Iterator[Part]:
    """The file in parts of ``size`` bytes, more where a line goes on. Behind a blank line no part ends:
    what follows has a say in it. The stream is read to its end, for lines are counted."""
    start, number = 0, 1
    while True:
        read, feeds, data = 0, 0, b""
        while read < size and (data := stream.read(min(_PIECE, size - read))):
            read += len(data)
            feeds += data.count(b"\n")
        if not read:
            return
        # Whatever the bytes say, a part ends behind a line that is not blank, or where the file does.
        blank = True
        while line := stream.readline(_PIECE):
            read += len(line)
            blank = blank and not line.strip()
            if line.endswith(b"\n"):
                feeds += 1
                if not blank:
                    break
                blank = True
        yield Part(start, start + read, number)
        start += read
        number += feeds
