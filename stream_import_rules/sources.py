"""Where the bytes of an input come from: what it is, how it is read a second time, and whether it stays what it was.

Between ``read`` and ``unpack``, which know bytes alone, and ``validate``, which leads them on. A file of the disk is
read again where it is; a stream that can only be read once is copied to a private file on the way, and read no
further than a limit.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import BinaryIO, TypeAlias

from . import read
from .private import PrivateFolder
from .unpack import LONGEST_MAGIC, SUFFIXES, Unpacked, is_begun, kind_of

#: Where a file can be read again.
Source: TypeAlias = "_Path | _Held"


def unpacked(stream: BinaryIO) -> BinaryIO:
    """The stream, or what it unpacks to if its first bytes say that it is compressed.

    A file of the disk must say so by its name too: one that is called otherwise will be uploaded as it is, and is
    judged as it is. Raises ``unpack.PackageMissing`` if what unpacks it is not installed, ``OSError``.
    """
    path = path_of(stream)
    packed = path is not None and path.lower().endswith(SUFFIXES)
    if path is not None and not packed:
        return stream
    begin, stream = _begin_of(stream)
    kind = kind_of(begin)
    if kind is None and packed and is_begun(begin):
        kind = "gzip" if path is not None and path.lower().endswith(".gz") else "zstd"
    return stream if kind is None else Unpacked(stream, kind)  # type: ignore[return-value]


def path_of(stream: BinaryIO) -> str | None:
    """The path of a regular file that a stream reads from its start. Links are followed: what is called
    ``/dev/stdin`` is another file in another process."""
    name = getattr(stream, "name", None)
    with suppress(OSError, ValueError, AttributeError):
        if isinstance(name, str) and stream.tell() == 0:
            path = os.path.realpath(name)
            same = os.path.isfile(path) and os.path.samestat(os.fstat(stream.fileno()), os.stat(path))
            return path if same else None
    return None


def _begin_of(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and the stream from its start on."""
    if _is_seekable(stream):
        start = stream.tell()
        begin = stream.read(LONGEST_MAGIC) or b""
        stream.seek(start)
        return begin, stream
    begin = b""
    while len(begin) < LONGEST_MAGIC and (more := stream.read(LONGEST_MAGIC - len(begin))):
        begin += more
    return begin, _Resumed(begin, stream)  # type: ignore[return-value]


def _is_seekable(stream: BinaryIO) -> bool:
    """Whether it can be read again, and ends: a device such as ``/dev/zero`` only says that it can."""
    seekable = getattr(stream, "seekable", None)
    if seekable is None or not seekable():
        return False
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        return True  # it is kept in memory


class _Resumed:
    """A stream of which some bytes were read already."""

    def __init__(self, begin: bytes, stream: BinaryIO) -> None:
        self._begin, self._stream = begin, stream

    def seekable(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._stream.fileno()

    def read(self, size: int = -1) -> bytes:
        if not self._begin:
            return self._stream.read(size)
        piece = self._begin if size < 0 else self._begin[:size]
        self._begin = self._begin[len(piece) :]
        return piece + self._stream.read(size if size < 0 else size - len(piece))


# --------------------------------------------------------------------------- changes


class Watch:
    """Notices whether a file of the disk is changed while it is read; of anything else it says nothing."""

    def __init__(self, stream: BinaryIO) -> None:
        stream = getattr(stream, "packed", stream)
        self._path = path_of(stream)
        self._number: int | None = None
        self._before: os.stat_result | None = None
        with suppress(OSError, ValueError, AttributeError):
            self._number = stream.fileno()
            state = os.fstat(self._number)
            self._before = state if stat.S_ISREG(state.st_mode) else None

    def change(self) -> str | None:
        """What has become of it, in words; ``None`` if nothing has."""
        before = self._before
        if before is None or self._number is None:
            return None
        try:
            now = os.fstat(self._number)
            there = now if self._path is None else os.stat(self._path)
        except OSError:
            return "it was removed while it was read"
        if not os.path.samestat(now, there):
            return "it was replaced by another file while it was read"
        if now.st_size != before.st_size:
            how = "grew" if now.st_size > before.st_size else "was cut short"
            return f"it {how} while it was read, from {before.st_size:,} to {now.st_size:,} bytes"
        return None if now.st_mtime_ns == before.st_mtime_ns else "it was written to while it was read"


# --------------------------------------------------------------------------- reading once, and twice


@contextmanager
def rereadable(
    stream: BinaryIO, path: str | None, folder: PrivateFolder, *, wanted: bool, most: int | None
) -> Iterator[tuple[Source, BinaryIO]]:
    """Where a stream can be read again, and the stream to read now. One that can only be read once is
    copied to a private file on the way, and raises ``read.TooMuch`` behind ``most`` bytes (``None``: never)."""
    if path is not None:
        yield _Path(path), stream
        return
    if _is_seekable(stream):
        yield _Held(stream, stream.tell() if wanted else 0), stream
        return
    if most is not None:
        stream = _Limited(stream, most)  # type: ignore[assignment]
    if not wanted:
        yield _Held(stream), stream
        return
    name = os.path.join(folder.path, f"input-{len(os.listdir(folder.path))}")
    copy = open(name, "xb", buffering=read.BUFFER)  # noqa: SIM115
    try:
        yield _Path(name), _Copying(stream, copy)  # type: ignore[misc]
    finally:
        with suppress(OSError):  # what could not be written has been told, and fails once more
            copy.close()


class _Path:
    """A file of the disk."""

    def __init__(self, path: str) -> None:
        self._path = path

    def open(self) -> AbstractContextManager[BinaryIO]:
        return open(self._path, "rb", buffering=read.BUFFER)


class _Held:
    """A stream that stays open, from where it stood."""

    def __init__(self, stream: BinaryIO, start: int = 0) -> None:
        self._stream, self._start = stream, start

    @contextmanager
    def open(self) -> Generator[BinaryIO]:
        self._stream.seek(self._start)
        yield self._stream if not self._start else _From(self._stream, self._start)  # type: ignore[misc]


class _From:
    """A stream whose places count from further down."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream, self._start = stream, start
        self.read, self.readline = stream.read, stream.readline

    def seek(self, offset: int) -> int:
        return self._stream.seek(self._start + offset) - self._start


class _Limited:
    """A stream of which so many bytes are read at the most."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most, self._left = stream, most, most
        self._has_more = False

    def read(self, size: int) -> bytes:
        if self._has_more:
            raise read.TooMuch(f"it has more than {self._most:,} bytes")
        data = self._stream.read(min(size, self._left + 1))
        if data is not None and len(data) > self._left:
            self._has_more = True
            data = data[: self._left]
            return data or self.read(size)
        self._left -= len(data or b"")
        return data


class _Copying:
    """A stream that can be read once: what is read of it is written to another one."""

    def __init__(self, stream: BinaryIO, copy: BinaryIO) -> None:
        self._stream, self._copy = stream, copy

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        try:
            self._copy.write(data or b"")
            self._copy.flush()
        except OSError as error:
            reason = f"no copy of it can be kept for the relations: {error.strerror}. More free space for temporary "
            raise OSError(error.errno, f"{reason}files (TMPDIR) helps; --no-relations needs no copy") from error
        return data
