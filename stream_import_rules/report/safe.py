"""Make untrusted text harmless for a terminal: whatever is not plainly visible becomes a visible escape.

Used by the parts of ``report`` and by ``cli`` on everything that comes from the user's file or its
name (paths, records, values, messages, excerpts) before it is printed; it prints nothing itself.

An import file may hold ANSI escapes, bidi controls that reorder what a reviewer reads, zero-width
characters that make two ids look the same, and stacks of combining marks. None of them reaches the
terminal as it is: the reader sees *that* it is there, which is more often than not the mistake.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

#: Marks on one letter beyond this many are escaped: real scripts need fewer, stacks cover other lines.
MAX_MARKS = 4

#: Characters that print as nothing or as a blank though their category says letter, mark or symbol
#: (Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties, and the blank Braille pattern).
_INVISIBLE = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    ]
)

_DOTTED_CIRCLE = "\u25cc"


def visible(text: str, encoding: str = "utf-8") -> str:
    r"""The text with everything that is not plainly visible, or not in ``encoding``, made visible.

    Control characters become their pictures (``␛``), all others ``\u{202e}``. The result has no
    control character, no line end and no bidi control, and can be encoded.
    """
    if text.isascii() and text.isprintable():
        return text
    if encoding == "utf-8" and all(map(_is_plain, text)):
        return text
    return "".join(pieces(text, encoding))


def tidy(text: str, longest: int = 200) -> str:
    """The visible text, of what was at most ``longest`` characters, or cut to these."""
    return visible(text if len(text) <= longest else text[: longest - 1] + "…")


def pieces(text: str, encoding: str = "utf-8") -> list[str]:
    """The visible text as what a reader counts as characters: a letter with its marks, or one escape."""
    found: list[str] = []
    marks = MAX_MARKS  # an escape, or nothing at all, can carry no mark
    for char in text:
        shown = _shown(char, encoding)
        if not _is_mark(char):
            found.append(shown)
            marks = 0 if shown == char else MAX_MARKS
        elif shown != char:
            found.append(shown)
        elif marks < MAX_MARKS:
            found[-1] += char
            marks += 1
        elif not found:
            found.append(_DOTTED_CIRCLE + char if _fits(_DOTTED_CIRCLE, encoding) else _escape(char))
        else:
            found.append(_escape(char))
    return found


def starts_inside(text: str, offset: int) -> bool:
    """Whether the character at ``offset`` is a mark that belongs to the letter before it."""
    return 0 < offset < len(text) and _is_mark(text[offset])


def escape_json(data: bytes) -> bytes:
    r"""The same JSON with what is unprintable written as ``\uXXXX``.

    JSON text may hold DEL, C1 controls and bidi controls raw; a terminal that shows the JSON would
    obey them. Every reader of JSON gets the same strings from the escaped text.
    """
    if data.isascii() and b"\x7f" not in data:
        return data
    text = data.decode()
    escapes = {ord(char): _json_escape(char) for char in set(text) if not (char.isprintable() or char == "\n")}
    return text.translate(escapes).encode() if escapes else data


@lru_cache(maxsize=4096)
def _shown(char: str, encoding: str) -> str:
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char
    if code < 0x20 or code == 0x7F:
        picture = chr(0x2421 if code == 0x7F else 0x2400 + code)
        return picture if _fits(picture, encoding) else _escape(char)
    if code in _INVISIBLE or not char.isprintable() or not _fits(char, encoding):
        return _escape(char)
    return char


@lru_cache(maxsize=4096)
def _is_plain(char: str) -> bool:
    """Whether a character is shown as it is, whatever stands before it."""
    return not _is_mark(char) and _shown(char, "utf-8") == char


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def _fits(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _escape(char: str) -> str:
    return f"\\u{{{ord(char):x}}}"


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
