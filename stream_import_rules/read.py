"""Read a file as chunks of whole lines.

The first stage of the runtime: the checker takes the chunks, gives each to the fast path and the lines
that it did not approve to ``framing``. Knows nothing of JSON or of rules, and what a byte means.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import BinaryIO

import msgspec


class Chunk(msgspec.Struct, frozen=True):
    """Whole lines with their line feeds; only the last line of a file may lack its own.

    ``first_line`` is the number of the first of them, from 1; ``offset`` where it starts in the file.
    """

    first_line: int
    offset: int
    data: bytes


def open_source(path: str) -> BinaryIO:
    """The bytes of a file, ``-`` for standard input. Raises ``OSError`` if it can't be opened."""
    return sys.stdin.buffer if path == "-" else open(path, "rb")


def chunks(stream: BinaryIO, size: int = 1 << 18) -> Iterator[Chunk]:
    """The stream in chunks of about ``size`` bytes, more only where a line is longer.

    A line end is a line feed and nothing else. Each byte is copied at most twice, however long a line is.
    """
    line, offset = 1, 0
    unfinished: list[bytes] = []
    while block := stream.read(size):
        cut = block.rfind(b"\n") + 1
        if not cut:
            unfinished.append(block)
            continue
        data = b"".join((*unfinished, block[:cut]))
        unfinished = [block[cut:]] if cut < len(block) else []
        yield Chunk(line, offset, data)
        line += data.count(b"\n")
        offset += len(data)
    if unfinished:
        yield Chunk(line, offset, b"".join(unfinished))
