"""Signatures: what bytes say that are not lines of UTF-8, such as another encoding, an archive or one big array.

``framing`` asks here with the first bytes of a file, ``framing_values`` with a line that can't be decoded;
``framing_report`` makes findings of the answers.
"""

from __future__ import annotations

from . import passages
from .jsontext import JsonError, TooDeep, parse
from .unpack import kind_of

#: U+FEFF in UTF-8. It says nothing that a reader of UTF-8 needs.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_SIGNATURES = (
    (b"\xff\xfe\0\0", "is written in UTF-32"),
    (b"\0\0\xfe\xff", "is written in UTF-32"),
    (b"\xff\xfe", "is written in UTF-16"),
    (b"\xfe\xff", "is written in UTF-16"),
    (b"\x1f\x8b", "is compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "is compressed with Zstandard"),
    (b"BZh", "is compressed with bzip2"),
    (b"\xfd7zXZ\0", "is compressed with xz"),
    (b"PK\x03\x04", "is a ZIP archive, as spreadsheets are too"),
    (b"SQLite format 3\0", "is an SQLite database"),
    (b"PAR1", "is in the Parquet format"),
    (b"%PDF-", "is a PDF document"),
)
#: Without a byte order mark, zero bytes tell: the width of a unit, and the place of its one byte that is not zero.
_WIDE = ((4, 0, "UTF-32"), (4, 3, "UTF-32"), (2, 0, "UTF-16"), (2, 1, "UTF-16"))


def foreign_format(head: bytes) -> tuple[str, str] | None:
    """What a file is that is no UTF-8 text at all, and what to do about it ("" if that is plain)."""
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            wide = "UTF-" in what
            hint = "" if wide else "Unpack it, or export it as text: JSON Lines in UTF-8."
            if kind_of(head) is not None:
                hint = "The import takes text. Unpack it, or name it .gz or .zst to have judged what it unpacks to."
            return f"the file {what}{', not in UTF-8' if wide else ''}", hint
    for width, at, name in _WIDE:
        units = [head[i : i + width] for i in range(0, min(len(head) // width, 4) * width, width)]
        if units and all(0 < u[at] < 0x80 and u.count(0) == width - 1 for u in units):
            return f"the file is written in {name}, not in UTF-8", ""
    return None


def array_at(head: bytes) -> tuple[int, int] | None:
    """Line and column of the bracket with which the file starts, unless the first line is a whole array:
    such a line may be one among others."""
    at = len(head) - len(head.lstrip())
    if not head.startswith(b"[", at):
        return None
    end = head.find(b"\n", at)
    if is_array(head[at:] if end < 0 else head[at:end]):
        return None
    return head.count(b"\n", 0, at) + 1, at - head.rfind(b"\n", 0, at)


def is_array(line: bytes) -> bool:
    """Whether a line that starts with a bracket is a whole array."""
    if len(line) > passages.MAX_COLLECTED or not line.rstrip().endswith(b"]"):
        return False
    try:
        parse(line.decode())
    except (UnicodeDecodeError, JsonError, TooDeep):
        return False
    return True


def bad_bytes(raw: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """What is wrong with bytes that are not UTF-8, and what they may be ("" if nobody knows)."""
    at = error.start
    byte = raw[at]
    message = f"the byte 0x{byte:02X} is not valid UTF-8 here"
    if error.end == len(raw) and error.reason == "unexpected end of data":
        return f"{message}: the line ends within a character", "The line is cut off, in the middle of a character."
    if byte == 0xED and raw[at + 1 : at + 2] >= b"\xa0":
        hint = "This is half of a surrogate pair, each half encoded for itself (CESU-8). Encode the whole character."
        return message, hint
    char = raw[at : at + 1].decode("cp1252", "replace")
    if not char.isprintable() or char == "\ufffd":
        return message, ""
    name = "Latin-1 or Windows-1252" if byte >= 0xA0 else "Windows-1252"
    return message, f"In {name} it is `{char}`: the file may be written in that encoding. Write it in UTF-8."
