"""Read a file as chunks of whole lines.

The first stage of the runtime: the checker takes the chunks, gives each to the fast path and the lines
that it did not approve to ``framing``. Knows nothing of JSON or of rules, and what a byte means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

#: Bytes of a chunk. Small enough that what is decoded of it stays in the processor's cache.
CHUNK = 1 << 16


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


def chunks(stream: BinaryIO, size: int = CHUNK) -> Iterator[Chunk]:
    """The stream in chunks of about ``size`` bytes, more only where a line is longer.

    A line end is a line feed and nothing else.
    """
    number, offset = 1, 0
    while lines := stream.readlines(size):
        chunk = Chunk(number, offset, lines, sum(map(len, lines)))
        yield chunk
        number += len(lines)
        offset += chunk.size
