"""What the JSON text of one line holds beyond its value, and where in the text a value stands.

``framing`` calls ``parse`` for every line that the fast path did not approve and makes findings of the
oddities; ``explain`` and the checker call ``locate`` and ``compact_size`` for values that they complain of.
The work is done by the C scanner of the standard library with hooks; text is only looked at more
closely where a cheap test says that there may be something to find.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from json import decoder, scanner
from typing import Any, Final, Literal, TypeAlias

import msgspec

from . import syntax
from .findings import Path, clip

OddKind: TypeAlias = Literal["duplicate-key", "nan", "surrogate", "nul", "number"]

#: Reads the value that starts at an offset; returns it and the offset behind it.
_Scan: TypeAlias = Callable[[str, int], tuple[Any, int]]
_Pairs: TypeAlias = list[tuple[str, Any]]

#: The greatest nesting of containers that is parsed at all. Python's own limit is about twice as high.
MAX_PARSED: Final = 500

#: The greatest integer up to which a 64-bit float holds every integer.
LARGEST: Final = 2**53 - 1


class Unjudged:
    """The type of ``UNJUDGED``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNJUDGED"


#: Stands in a value for what is no JSON (``NaN``) or does not fit Python (a million digits). It has its
#: finding already, so nobody judges it again.
UNJUDGED: Final = Unjudged()


class Oddity(msgspec.Struct, frozen=True):
    """A place in a line whose text is odd although it can be parsed.

    ``path`` is where: for ``duplicate-key`` the repeated member. ``at_key`` says that the member's name is
    meant. ``detail`` is how often the key occurs, the number as written, or the half pair as an escape.
    ``hidden``: it stands in a member that a later one of the same name replaced, so it is not in the value.
    """

    kind: OddKind
    path: Path
    at_key: bool = False
    detail: str = ""
    hidden: bool = False


class Parsed(msgspec.Struct, frozen=True):
    """The value of a line, what is odd about its text, and how deep its containers nest (an object
    without containers in it: 1). Of a repeated key the value has the last occurrence."""

    value: Any
    odd: list[Oddity]
    depth: int


class JsonError(ValueError):
    """The text is not one JSON value.

    ``kind`` is "trailing" if a complete value is followed by something else, which starts at ``position``
    (code points). ``cut`` says that the text is the beginning of a value and stops between two tokens:
    the next lines may go on with it.
    """

    def __init__(
        self, kind: Literal["syntax", "trailing"], position: int, message: str, hint: str, cut: bool = False
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.position = position
        self.message = message
        self.hint = hint
        self.cut = cut


class TooDeep(ValueError):
    """Containers nest deeper than ``MAX_PARSED``; the text was not parsed."""

    def __init__(self, depth: int) -> None:
        super().__init__(f"nested {depth} deep")
        self.depth = depth


# Nesting, counted in the text: before it is parsed, and without recursion.

_PARENTHESES = bytes.maketrans(b"[]{}", b"()()")
_STEPS = [{ord("("): 1, ord(")"): -1}.get(byte, 0) for byte in range(256)]

#: Ordinary text is not deeper. Each level costs a pass over the brackets, so beyond it they are summed up.
_PASSES = 40


def unclosed(text: str) -> tuple[int, int]:
    """How many brackets of a piece of JSON text close outside of it, and how many it leaves open."""
    rest = _parentheses(text.encode("utf-8", "surrogatepass"))
    for _ in range(_PASSES):
        shorter = rest.replace(b"()", b"")
        if len(shorter) == len(rest):
            return rest.count(b")"), rest.count(b"(")
        rest = shorter
    levels = list(accumulate(map(_STEPS.__getitem__, rest), initial=0))
    return -min(levels), levels[-1] - min(levels)


def _parentheses(data: bytes) -> bytes:
    return syntax.brackets(data).translate(_PARENTHESES)


def _depth(parentheses: bytes) -> int:
    rest = parentheses
    for depth in range(_PASSES):
        if not rest:
            return depth
        # Of each nest this takes away the innermost level.
        rest = rest.replace(b"()", b"")
    return max(accumulate(map(_STEPS.__getitem__, parentheses)))


# Parsing.


class _Mark:
    """Holds the place of an odd number in a value until its path is known."""

    __slots__ = ("kind", "literal", "number")

    def __init__(self, kind: OddKind, literal: str, number: Any) -> None:
        self.kind = kind
        self.literal = literal
        self.number = number


class _Reader:
    """Two scanners, and what their hooks noticed in the text at hand."""

    def __init__(self) -> None:
        self.repeated: list[tuple[dict[str, Any], _Pairs]] = []
        self.marked = False
        self.largest = LARGEST
        #: Digits, as many as ``largest`` has: a longer integer has such a run of them.
        self.long = b"0" * len(str(LARGEST))
        hooks: dict[str, Any] = {
            "object_pairs_hook": self._object,
            "parse_float": self._fraction,
            "parse_constant": self._constant,
        }
        self.scan = _scanner(**hooks)
        # A hook for integers costs a call for each of them: only for text that has a long one.
        self.scan_integers = _scanner(**hooks, parse_int=self._integer)

    def ready(self, largest: int) -> _Reader:
        """The reader itself, with nothing noticed so far."""
        if self.repeated:
            self.repeated.clear()
        self.marked = False
        if largest != self.largest:
            self.largest = largest
            self.long = b"0" * len(str(largest))
        return self

    def _object(self, pairs: _Pairs) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            self.repeated.append((members, pairs))
        return members

    def _mark(self, kind: OddKind, literal: str, number: Any) -> _Mark:
        self.marked = True
        return _Mark(kind, literal, number)

    def _constant(self, literal: str) -> _Mark:
        return self._mark("nan", literal, UNJUDGED)

    def _fraction(self, literal: str) -> float | _Mark:
        number = float(literal)
        # 15 digits and a point: so many survive in any float, if there is no exponent.
        if (len(literal) > 16 or "e" in literal or "E" in literal) and not _same(literal, number):
            return self._mark("number", literal, number if abs(number) != float("inf") else UNJUDGED)
        return number

    def _integer(self, literal: str) -> int | _Mark:
        try:
            number = int(literal)
        except ValueError:  # more digits than Python converts
            return self._mark("number", literal, UNJUDGED)
        return number if -self.largest <= number <= self.largest else self._mark("number", literal, number)


def _scanner(**hooks: Any) -> _Scan:
    make: Any = scanner.make_scanner
    scan: _Scan = make(json.JSONDecoder(**hooks))
    return scan


def _same(literal: str, number: float) -> bool:
    try:
        return Decimal(literal) == Decimal(repr(number))
    except InvalidOperation:  # an exponent beyond all measure
        return False


class _Local(threading.local):
    """What each thread has for itself."""

    def __init__(self) -> None:
        self.reader = _Reader()


_local = _Local()
_white_space = re.compile(f"[{syntax.WHITE_SPACE}]*").match
_DIGITS = bytes(ord("0") if chr(i).isdecimal() else ord(" ") for i in range(128)) + b" " * 128


def parse(text: str, largest: int = LARGEST) -> Parsed:
    """The value of JSON text and what is odd about it; integers beyond ±``largest`` are.

    Raises ``JsonError`` if it isn't JSON, ``TooDeep`` if it nests too deep to be parsed.
    """
    data = text.encode("utf-8", "surrogatepass")
    depth = _depth(_parentheses(data))
    if depth > MAX_PARSED:
        raise TooDeep(depth)
    reader = _local.reader.ready(largest)
    scan = reader.scan_integers if reader.long in data.translate(_DIGITS) else reader.scan
    start = _after_space(text, 0)
    try:
        value, end = scan(text, start)
    except StopIteration as stop:
        raise _syntax_error(json.JSONDecodeError("Expecting value", text, stop.value)) from None
    except json.JSONDecodeError as error:
        raise _syntax_error(error) from None
    except RecursionError:  # the caller's own stack is deep
        raise TooDeep(depth) from None
    if _after_space(text, end) != len(text):
        raise _trailing_error(text, start, end)
    strings = _may_have_odd_strings(text, data)
    if not (reader.repeated or reader.marked or strings):
        return Parsed(value, [], depth)
    odd = _Oddities(reader.repeated, strings)
    value = odd.search(value)
    return Parsed(value, list(odd.found.values()), depth)


def _after_space(text: str, at: int) -> int:
    match = _white_space(text, at)
    assert match is not None
    return match.end()


def _syntax_error(error: json.JSONDecodeError) -> JsonError:
    cut = error.pos >= len(error.doc.rstrip(syntax.WHITE_SPACE))
    return JsonError("syntax", *syntax.describe(error), cut)


def _trailing_error(text: str, start: int, end: int) -> JsonError:
    at = _after_space(text, end)
    adjacent = syntax.after_scalar(text, at) if end == at and text[start] not in '{["' else None
    if adjacent is not None:
        return JsonError("syntax", *adjacent)
    if text[at] == "\0":
        return _syntax_error(json.JSONDecodeError("Expecting value", text, at))
    what = "the object" if text[start] == "{" else "the value"
    return JsonError("trailing", *syntax.trailing(text, end, at, what))


def values(text: str) -> Iterator[tuple[int, int]]:
    """Where the complete JSON values stand that follow each other in a text, commas between them or not.

    Stops in front of the first thing that is none. The text must not nest too deep (``parse`` tells).
    """
    at = _after_space(text, 0)
    while at < len(text):
        try:
            end = _skip(text, at)
        except (StopIteration, json.JSONDecodeError, RecursionError):
            return
        yield at, end
        at = _after_space(text, end)
        if text.startswith(",", at):
            at = _after_space(text, at + 1)


# Oddities of a parsed value.

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF_PAIR = re.compile(
    rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD])[c-fC-F])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def _may_have_odd_strings(text: str, data: bytes) -> bool:
    """Whether a string may have a NUL or half a surrogate pair. True too often, false never wrongly."""
    if b"\\" in data and b"\\u" in data:  # one byte is found much faster than two
        if b"\\u0000" in data:
            return True
        # Behind two backslashes what looks like an escape may be none, and the pairs are not as they seem.
        if (_SURROGATE_ESCAPE if b"\\\\" in data else _HALF_PAIR).search(data):
            return True
    # In UTF-8 a surrogate that was no escape starts with the byte 0xED, as do a few other characters.
    return b"\xed" in data and _SURROGATE.search(text) is not None


def _suspicious(string: str) -> bool:
    return "\0" in string or not string.isascii()


class _Oddities:
    """Finds the paths of what the hooks noticed, and of odd strings if there may be any."""

    def __init__(self, repeated: list[tuple[dict[str, Any], _Pairs]], strings: bool) -> None:
        self._pairs = {id(members): pairs for members, pairs in repeated}
        self._strings = strings
        self.found: dict[tuple[OddKind, Path, bool], Oddity] = {}

    def search(self, root: Any) -> Any:
        """Notes every oddity, and puts the numbers where their marks are. Returns the root without marks."""
        if isinstance(root, _Mark | str):
            return self._scalar(root, (), False)
        # A stack of its own: recursion would add the depth of the line to that of the caller.
        stack: list[tuple[Any, Path, bool]] = [(root, (), False)]
        while stack:
            value, path, hidden = stack.pop()
            if type(value) is dict:
                stack += reversed(list(self._members(value, path, hidden)))
            elif type(value) is list:
                stack += reversed(list(self._items(value, path, hidden)))
        return root

    def _items(self, items: list[Any], path: Path, hidden: bool) -> Iterator[tuple[Any, Path, bool]]:
        """The containers among the items, to be searched next."""
        for i, item in enumerate(items):
            kind = type(item)
            if kind is dict or kind is list:
                yield item, (*path, i), hidden
            elif kind is _Mark or (kind is str and self._strings and _suspicious(item)):
                items[i] = self._scalar(item, (*path, i), hidden)

    def _members(self, members: dict[str, Any], path: Path, hidden: bool) -> Iterator[tuple[Any, Path, bool]]:
        """The containers among the members, replaced ones too, to be searched next."""
        pairs = self._pairs.get(id(members))
        left = self._repeated(pairs, path, hidden) if pairs else {}
        for key, item in list(members.items()) if pairs is None else pairs:
            replaced = left.get(key, 1) > 1
            if replaced:
                left[key] -= 1
            if self._strings and _suspicious(key):
                self._text(key, (*path, key), True, hidden or replaced)
            kind = type(item)
            if kind is dict or kind is list:
                yield item, (*path, key), hidden or replaced
            elif kind is _Mark or (kind is str and self._strings and _suspicious(item)):
                plain = self._scalar(item, (*path, key), hidden or replaced)
                if not replaced:
                    members[key] = plain

    def _repeated(self, pairs: _Pairs, path: Path, hidden: bool) -> dict[str, int]:
        """Notes the keys that an object has more than once; how often it has each."""
        counts: dict[str, int] = {}
        for key, _ in pairs:
            counts[key] = counts.get(key, 0) + 1
        for key, count in counts.items():
            if count > 1:
                self._note("duplicate-key", (*path, key), True, str(count), hidden)
        return counts

    def _scalar(self, value: Any, path: Path, hidden: bool) -> Any:
        if type(value) is _Mark:
            self._note(value.kind, path, False, clip(value.literal), hidden)
            return value.number
        if self._strings:
            self._text(value, path, False, hidden)
        return value

    def _text(self, text: str, path: Path, at_key: bool, hidden: bool) -> None:
        if "\0" in text:
            self._note("nul", path, at_key, "", hidden)
        if not text.isascii() and (half := _SURROGATE.search(text)):
            self._note("surrogate", path, at_key, f"\\u{ord(half[0]):04x}", hidden)

    def _note(self, kind: OddKind, path: Path, at_key: bool, detail: str, hidden: bool) -> None:
        """One each per place; what a value has goes before what was replaced in it."""
        place = (kind, path, at_key)
        if place not in self.found or not hidden:
            self.found[place] = Oddity(kind, path, at_key, detail, hidden)


# Places of values.

# ``len`` takes any literal, and costs no call into Python: what is skipped need not be a number.
_skipper = _scanner(parse_int=len, parse_float=len, parse_constant=len)

#: Reads a string from behind its opening quote on.
_scan_string: _Scan = getattr(decoder, "scanstring")  # noqa: B009  (the type stubs don't have it)

#: A member whose name has no escape, its value too if that is simple, and the comma behind that.
_member = re.compile(
    r'"([^"\\]*)"_*:_*(?:("[^"\\]*"|[-+.0-9A-Za-z]+)_*(?:,_*)?)?'.replace("_", f"[{syntax.WHITE_SPACE}]")
).match
_separator = re.compile("_*(?:,_*)?".replace("_", f"[{syntax.WHITE_SPACE}]")).match
_colon = re.compile("_*:_*".replace("_", f"[{syntax.WHITE_SPACE}]")).match


def _skip(text: str, at: int) -> int:
    return _skipper(text, at)[1]


class _Node:
    """A step of a wanted path: where its value and its name were last seen (-1: nowhere yet)."""

    __slots__ = ("children", "end", "key_end", "key_start", "start")

    def __init__(self) -> None:
        self.children: dict[str | int, _Node] = {}
        self.start = self.end = self.key_start = self.key_end = -1

    def forget(self) -> None:
        """Forgets what is below: another value has taken the place of the one seen."""
        below = list(self.children.values())
        while below:
            node = below.pop()
            if node.start >= 0:
                node.start = -1
                below += node.children.values()


class _Open:
    """A container that is being walked: its node, and the key or index of the next child."""

    __slots__ = ("index", "node")

    def __init__(self, node: _Node, index: int) -> None:
        self.node = node
        #: -1 in an object.
        self.index = index


def locate(text: str, wanted: Iterable[tuple[Path, bool]]) -> dict[tuple[Path, bool], tuple[int, int]]:
    """Start and end (code points) of the value at each path or, where the bool is true, of its name.

    Of a repeated key it is the last occurrence. A path that leads nowhere gives the first character of
    the deepest value on it. ``text`` is JSON that ``parse`` took; one pass over it finds all paths.
    """
    places = list(wanted)
    root = _Node()
    for path, _ in places:
        node = root
        for step in path:
            node = node.children.setdefault(step, _Node())
    _walk(text, root)
    return {place: _span(root, *place) for place in places}


def _span(root: _Node, path: Path, at_key: bool) -> tuple[int, int]:
    node = root
    for step in path:
        below = node.children[step]
        if below.start < 0:
            return node.start, node.start + 1
        node = below
    if at_key and node.key_start >= 0:
        return node.key_start, node.key_end
    return node.start, node.end


def _walk(text: str, root: _Node) -> None:
    """Notes in the trie under ``root`` where its values stand."""
    stack: list[_Open] = []
    at = _enter(text, _after_space(text, 0), root, stack)
    while stack:
        container = stack[-1]
        if text[at] in "]}":
            container.node.end = at + 1
            stack.pop()
            at = _next(text, at + 1)
        elif container.index < 0:
            at = _walk_members(text, at, container.node.children, stack)
        else:
            child = container.node.children.get(container.index)
            container.index += 1
            at = _next(text, _skip(text, at)) if child is None else _enter(text, at, child, stack)


def _walk_members(text: str, at: int, wanted: dict[str | int, _Node], stack: list[_Open]) -> int:
    """Walks the members from ``at`` to the end of their object, or into the first of them that is to be walked."""
    depth = len(stack)
    while len(stack) == depth and text[at] == '"':
        match = _member(text, at)
        if match is None:
            key, key_end = _scan_string(text, at + 1)
            colon = _colon(text, key_end)
            assert colon is not None
            value = colon.end()
        else:
            key, key_end = match[1], match.end(1) + 1
            value = match.start(2)
            if value < 0:
                value = match.end()
            elif key not in wanted:
                at = match.end()
                continue
        child = wanted.get(key)
        if child is None:
            at = _next(text, _skip(text, value))
        else:
            child.key_start, child.key_end = at, key_end
            at = _enter(text, value, child, stack)
    return at


def _enter(text: str, at: int, node: _Node, stack: list[_Open]) -> int:
    """Notes where the value of a node starts; goes into it if something in it is wanted, else past it."""
    if node.start >= 0:
        node.forget()
    node.start = at
    if node.children and text[at] in "[{":
        stack.append(_Open(node, -1 if text[at] == "{" else 0))
        return _after_space(text, at + 1)
    node.end = _skip(text, at)
    return _next(text, node.end)


def _next(text: str, at: int) -> int:
    """The offset of the next item, or of the bracket that closes the container."""
    match = _separator(text, at)
    assert match is not None
    return match.end()


# Sizes of values.

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|.)")


def compact_size(text: str) -> int:
    """The bytes of a JSON value's text in UTF-8 if it were written without spare white space and escapes.

    Numbers and repeated keys count as written, half a surrogate pair as its escape.
    """
    data = text.encode("utf-8", "surrogatepass")
    size = len(data)
    if b"\xed" in data:
        size += 3 * len(_SURROGATE.findall(text))
    if b"\\" in data:
        size -= sum(map(_spared, _ESCAPE.findall(text)))
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Every other piece between quotes stands outside of strings.
    return size - sum(_space_in(piece) for piece in data.split(b'"')[::2])


def _space_in(piece: bytes) -> int:
    return len(piece) - len(piece.translate(None, b" \t\n\r"))


def _spared(escape: str) -> int:
    """How many bytes shorter the shortest form of an escape is."""
    if len(escape) == 2:
        return 1 if escape == "\\/" else 0
    if len(escape) == 12:
        return 12 - 4
    code = int(escape[2:], 16)
    if code < 0x20:
        return 6 - 2 if chr(code) in "\b\f\n\r\t" else 0
    if code < 0x80:
        return 6 - 2 if chr(code) in '"\\' else 6 - 1
    return 0 if 0xD800 <= code < 0xE000 else 6 - (2 if code < 0x800 else 3)
