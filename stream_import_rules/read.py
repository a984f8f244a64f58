"""Read a file as chunks of whole lines, or cut it into parts that end where lines end.

The first stage of the runtime: ``scan`` takes the chunks, gives each to the fast path and the lines
that it did not approve to ``framing``. Knows nothing of JSON or of rules, and what a byte means. What is
held in memory never grows with a line that is too long to be judged, nor with a run of blank ones.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from typing import BinaryIO

import msgspec

try:
    from ._native import line_feeds as line_feeds
except ImportError:  # it was not compiled, and this is ten times slower

    def line_feeds(data: bytes, start: int, end: int, /) -> int:
        """How many line feeds stand between two offsets of some bytes."""
        return data.count(b"\n", start, end)


#: Bytes of a chunk. Small enough that what is decoded of it stays in the processor's cache.
CHUNK = 1 << 16

#: The same where nothing is decoded.
LARGE_CHUNK = 1 << 18

#: Bytes that are read at once where lines are only counted.
_PIECE = 1 << 20

#: Bytes of the buffer of a file: lines are cut out of it, a small one would cut them into pieces first.
BUFFER = 1 << 18

#: Bytes of a long line that are kept in memory until it is known whether it is too long; more go to disk.
_HELD = 8 << 20

#: Bytes that are kept of a line that is too long.
HEAD = 4096


class Chunk(msgspec.Struct, frozen=True):
    """Whole lines with their line feeds; only the last line of a file may lack its own.

    ``first_line`` is the number of the first of them, from 1; ``offset`` where it starts in the file;
    ``data`` their bytes, ``size`` how many these are, ``count`` the number of lines. A chunk of ``blank``
    lines alone does not hold them; and of one line that is ``too_long`` it holds the start.
    """

    first_line: int
    offset: int
    data: bytes
    size: int
    count: int
    blank: bool = False
    too_long: bool = False

    @property
    def lines(self) -> list[bytes]:
        """The lines one by one, cut out anew each time."""
        return BytesIO(self.data).readlines()


class Part(msgspec.Struct, frozen=True):
    """A part of a file: from the start of a line (``start``, bytes) up to the end of one (``end``)."""

    start: int
    end: int
    first_line: int


class Cut(OSError):
    """A stream is read no further, though there is more of it; the message says why."""


class Damaged(Cut):
    """It is compressed, and cannot be unpacked any further. What was read until then is right."""


class TooMuch(Cut):
    """It has more bytes than are read of a stream whose size nobody knows."""


def chunks(
    stream: BinaryIO,
    size: int = CHUNK,
    *,
    first_line: int = 1,
    offset: int = 0,
    end: int | None = None,
    longest: int | None = None,
) -> Iterator[Chunk]:
    """The stream in chunks of about ``size`` bytes, more only where a line is longer.

    A line end is a line feed and nothing else. The stream stands at ``offset``, where the line
    ``first_line`` starts; ``end`` (none: that of the stream) is where a line ends. A line of more than
    ``longest`` bytes is never held as a whole. What the stream raises is raised behind the last whole line.
    """
    if longest is not None:
        size = min(size, longest // 2 + 1)  # so that lines which are read with others are short enough
    left = None if end is None else end - offset
    number, held = first_line, b""
    while True:
        data = _next(stream, size if left is None else min(size, left))
        left = None if left is None else left - len(data)
        held += data
        whole = held.rfind(b"\n") + 1 if data else len(held)
        if whole:
            chunk = _chunk_of(number, offset, held[:whole])
            yield chunk
            number, offset, held = number + chunk.count, offset + whole, held[whole:]
        if not data:
            return
        if len(held) >= size:
            with closing(_Long(held, longest)) as line:
                cut = 0
                while data and not cut:
                    data = _next(stream, size if left is None else min(size, left))
                    left = None if left is None else left - len(data)
                    cut = data.find(b"\n") + 1
                    line.add(data[:cut] if cut else data)
                text = line.text()
            yield Chunk(number, offset, text, line.size, 1, too_long=len(text) < line.size)
            number, offset, held = number + 1, offset + line.size, data[cut:]
            if not data:
                return


def parts(stream: BinaryIO, size: int, first: int | None = None) -> Iterator[Part]:
    """The file in parts of ``size`` bytes, more where a line goes on. Behind a blank line no part ends:
    what follows has a say in it. With ``first`` the first part has only so many, each that follows twice as many as
    the one before. The stream is read to its end: lines are counted."""
    start, number, left = 0, 1, b""

    def take(most: int) -> bytes:
        """The next bytes, first those that were read too far."""
        nonlocal left
        if left:
            data, left = left[:most], left[most:]
            return data
        return stream.read(most)

    wanted = min(size, first or size)
    while True:
        read, feeds, data = 0, 0, b""
        while read < wanted and (data := take(min(_PIECE, wanted - read))):
            read += len(data)
            feeds += line_feeds(data, 0, len(data))
        if not read:
            return
        # Whatever the bytes say, a part ends behind a line that is not blank, or where the file does.
        blank = True
        while data := take(BUFFER):
            at = len(data) - len(data.lstrip()) if blank else 0
            blank = at == len(data)
            end = 0 if blank else data.find(b"\n", at) + 1
            used = end or len(data)
            read += used
            feeds += line_feeds(data, 0, used)
            if end:
                left = data[end:] + left
                break
        yield Part(start, start + read, number)
        start += read
        number += feeds
        wanted = min(size, 2 * wanted)


def _next(stream: BinaryIO, size: int) -> bytes:
    """The next bytes, none at the end."""
    data: bytes | None = stream.read(size) if size else b""
    if data is None:
        raise BlockingIOError(errno.EAGAIN, "it has nothing to read now, and does not wait")
    return data


def _chunk_of(number: int, offset: int, data: bytes) -> Chunk:
    """The chunk of some lines."""
    count = line_feeds(data, 0, len(data)) + (not data.endswith(b"\n"))
    if data.isspace():
        return Chunk(number, offset, b"", len(data), count, blank=True)
    return Chunk(number, offset, data, len(data), count)


class _Long:
    """A line that is longer than a chunk, while it is read: first in memory, then on disk, then only counted."""

    def __init__(self, begun: bytes, longest: int | None) -> None:
        self.size = 0
        self._longest = longest
        self._head = b""
        from tempfile import SpooledTemporaryFile  # few files have such lines, and it takes a while to import

        self._kept: SpooledTemporaryFile[bytes] | None = SpooledTemporaryFile(_HELD)  # noqa: SIM115
        self.add(begun)

    def add(self, data: bytes) -> None:
        """Takes the next bytes. Raises ``OSError`` if there is no room for them."""
        self.size += len(data)
        self._head += data[: HEAD - len(self._head)]
        if self._kept is None:
            return
        if self._longest is not None and self.size > self._longest:
            self.close()
            return
        try:
            self._kept.write(data)
        except OSError as error:
            reason = f"a long line cannot be kept: {error.strerror}. More free space for temporary files (TMPDIR) helps"
            raise OSError(error.errno, reason) from error

    def text(self) -> bytes:
        """The whole line, or the start of one that is too long."""
        if self._kept is None:
            return self._head[: self.size - 1]
        self._kept.seek(0)
        return self._kept.read()

    def close(self) -> None:
        """Let go of what is kept."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
