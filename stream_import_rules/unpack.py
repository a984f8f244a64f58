"""Unpack compressed data while it is read: gzip and Zstandard, told by their first bytes.

``api`` puts a stream of this kind between a file and ``read``, for which it is a stream as any other that cannot be
sought in. What cannot be unpacked to its end raises ``read.Damaged``, behind everything that could be. Nothing here
holds more than a few blocks, whatever the data unpacks to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

from .read import Damaged

if TYPE_CHECKING:
    import zstandard

Kind: TypeAlias = Literal["gzip", "zstd"]

#: What the names of compressed files end with.
SUFFIXES = (".gz", ".zst")
#: So many bytes tell what a stream is.
LONGEST_MAGIC = 4

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
#: A frame of other data: only the last half of its first byte may differ.
_SKIPPABLE = b"\x2a\x4d\x18"
_LEFT_OFF = b"\x50"

#: Bytes that are read of the compressed data at once, and bytes that are unpacked at once.
_INPUT, _OUTPUT = 1 << 14, 1 << 17
#: Bytes of the window that a Zstandard frame may ask for: what the tool `zstd` grants too, if nothing is said.
_WINDOW = 1 << 27
#: Bytes that a frame's header has at the most (RFC 8878, 3.1.1).
_FRAME_HEADER = 18


class PackageMissing(ImportError):
    """A package is not installed; the message says which, and how to install it."""


def kind_of(begin: bytes) -> Kind | None:
    """How a stream is compressed that begins with these bytes; ``None`` if it is not."""
    if begin.startswith(_GZIP):
        return "gzip"
    if begin.startswith(_ZSTD) or (begin[1:4] == _SKIPPABLE and begin[:1] >= _LEFT_OFF and begin[:1] < b"\x60"):
        return "zstd"
    return None


def is_begun(begin: bytes) -> bool:
    """Whether bytes, all that there are, may be the start of something compressed."""
    return 0 < len(begin) < LONGEST_MAGIC and (_GZIP.startswith(begin) or _ZSTD.startswith(begin))


class Unpacked:
    """What a compressed stream unpacks to, as a stream. ``begin`` are bytes of it that were read already.

    Raises ``PackageMissing`` if what unpacks it is not installed.
    """

    def __init__(self, stream: BinaryIO, kind: Kind, begin: bytes = b"") -> None:
        #: The compressed stream.
        self.packed = stream
        source = _Source(stream, begin)
        self._pieces = _gunzipped(source) if kind == "gzip" else _unzstd(source, _decompressor())
        self._left = memoryview(b"")

    def seekable(self) -> bool:
        """It is read once, from its start to its end."""
        return False

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, fewer only at the end. Raises ``Damaged`` if nothing more can be unpacked."""
        found: list[bytes | memoryview] = []
        missing = size
        while missing and (self._left or self._next(bool(found))):
            piece = self._left if size < 0 else self._left[:missing]
            self._left = self._left[len(piece) :]
            missing -= 0 if size < 0 else len(piece)
            found.append(piece)
        return b"".join(found)

    def _next(self, has_some: bool) -> bool:
        """Unpack the next piece; what is wrong behind it is told when there is nothing to give before."""
        try:
            self._left = memoryview(next(self._pieces, b""))
        except Damaged as damage:
            self._pieces = _raising(damage)
            if not has_some:
                raise
            return False
        return bool(self._left)


def _raising(damage: Damaged) -> Iterator[bytes]:
    """Nothing but the damage."""
    raise damage
    yield b""


class _Source:
    """Compressed bytes: looked at, then taken."""

    def __init__(self, stream: BinaryIO, begin: bytes) -> None:
        self._stream, self._held = stream, begin

    def some(self) -> bytes:
        """The next bytes, as many as there are; none at the end."""
        held, self._held = self._held, b""
        return held or self._stream.read(_INPUT) or b""

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end."""
        data = self.peek(size)
        self._held = self._held[len(data) :]
        return data

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes, which stay; fewer only at the end."""
        while len(self._held) < size and (more := self._stream.read(max(size - len(self._held), _INPUT))):
            self._held += more
        return self._held[:size]

    def back(self, data: bytes) -> None:
        """Put back what was taken last."""
        self._held = data + self._held


# --------------------------------------------------------------------------- gzip


def _gunzipped(source: _Source) -> Iterator[bytes]:
    """The members of a gzip file, one behind the other."""
    while True:
        yield from _member(source)
        # Zeros fill up what is written in blocks of a fixed size.
        while (data := source.some()) and not data.strip(b"\0"):
            pass
        source.back(data.lstrip(b"\0"))
        begin = source.peek(len(_GZIP))
        if not begin:
            return
        if not _GZIP.startswith(begin):
            raise Damaged("something follows the end of the gzip data that is not compressed with gzip")


def _member(source: _Source) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    while not unpacker.eof:
        data = unpacker.unconsumed_tail or source.some()
        if not data:
            if rest := unpacker.flush():
                yield rest
            raise Damaged("the gzip data is cut off")
        before = unpacker.copy()
        try:
            out = unpacker.decompress(data, _OUTPUT)
        except zlib.error as error:
            yield from _until_error(before, data)
            raise Damaged(_words_of(str(error))) from error
        if out:
            yield out
    source.back(unpacker.unused_data)


def _until_error(unpacker: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """What can be unpacked of data that is damaged somewhere, byte by byte."""
    for at in range(len(data)):
        piece = data[at : at + 1]
        while piece:
            try:
                out = unpacker.decompress(piece, _OUTPUT)
            except zlib.error:
                return
            if out:
                yield out
            piece = unpacker.unconsumed_tail


def _words_of(error: str) -> str:
    if "check" in error and "header" not in error:
        return "the gzip data is damaged: it unpacks to something else than what was packed (the checksum differs)"
    return f"the gzip data is damaged ({error.rpartition(': ')[2]})"


# --------------------------------------------------------------------------- Zstandard


def _decompressor() -> zstandard.ZstdDecompressor:
    try:
        import zstandard
    except ImportError as error:
        what = "it is compressed with Zstandard, and the package `zstandard` is not installed"
        raise PackageMissing(f"{what}: pip install zstandard, or unpack it first with zstd -dc") from error
    return zstandard.ZstdDecompressor(max_window_size=_WINDOW)


def _unzstd(source: _Source, decompressor: zstandard.ZstdDecompressor) -> Iterator[bytes]:
    """The frames of a Zstandard file, one behind the other; those of other data are left out."""
    while begin := source.peek(LONGEST_MAGIC):
        if begin[1:] == _SKIPPABLE and kind_of(begin):
            _skip(source)
        elif begin == _ZSTD:
            yield from _frame(source, decompressor)
        elif len(begin) < LONGEST_MAGIC:
            raise Damaged("the Zstandard data is cut off")
        else:
            raise Damaged("something follows the end of the Zstandard data that is not compressed with Zstandard")


def _skip(source: _Source) -> None:
    head = source.take(8)
    left = int.from_bytes(head[4:], "little")
    while left and (data := source.take(min(left, _OUTPUT))):
        left -= len(data)
    if left or len(head) < 8:
        raise Damaged("the Zstandard data is cut off")


def _frame(source: _Source, decompressor: zstandard.ZstdDecompressor) -> Iterator[bytes]:
    """One frame, block by block (RFC 8878, 3.1.1): so no call unpacks more than a block, what is damaged costs no more
    than one, and a frame that is cut off shows, which the library does not tell."""
    import zstandard

    try:
        begin = source.peek(_FRAME_HEADER)
        size = zstandard.frame_header_size(begin) if len(begin) > LONGEST_MAGIC else _FRAME_HEADER
        if len(begin) < size:
            raise Damaged("the Zstandard data is cut off")
        has_checksum = zstandard.get_frame_parameters(begin).has_checksum
        unpacker = decompressor.decompressobj()
        unpacker.decompress(source.take(size))
        last = False
        while not last:
            head = source.take(3)
            fields = int.from_bytes(head, "little")
            last, repeated = bool(fields & 1), fields >> 1 & 3 == 1
            wanted = 1 if repeated else fields >> 3
            if wanted > _OUTPUT:
                raise Damaged("the Zstandard data is damaged (a block is larger than any can be)")
            block = source.take(wanted)
            if len(head) < 3 or len(block) < wanted:
                raise Damaged("the Zstandard data is cut off")
            if out := unpacker.decompress(head + block):
                yield out
        if has_checksum:
            checksum = source.take(4)
            if len(checksum) < 4:
                raise Damaged("the Zstandard data is cut off")
            unpacker.decompress(checksum)
        if not unpacker.eof:
            raise Damaged("the Zstandard data is damaged (a frame does not end where it says)")
    except zstandard.ZstdError as error:
        raise Damaged(_reason(str(error))) from error


def _reason(error: str) -> str:
    reason = error.rpartition(": ")[2]
    if "checksum" in reason:
        return "the Zstandard data is damaged: it unpacks to something else than what was packed (the checksum differs)"
    if "memory" in reason:
        return (
            f"the Zstandard data needs more than {_WINDOW >> 20} MiB to unpack: compress it without --long or --ultra"
        )
    return f"the Zstandard data is damaged ({reason[:1].lower()}{reason[1:]})"
