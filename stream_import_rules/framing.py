"""The rules of bytes and lines: encoding, one JSON object a line, and what the text of the JSON holds.

The checker reads chunks (``read``) and gives every line that the fast path did not approve to ``Framer.line``.
What comes back are findings, and for each JSON object a ``Judge``: its content is then judged by
``explain``. The rules themselves are ``RuleSet.framing``; here is how each kind is found and worded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from . import jsontext, syntax
from .findings import SHOWN, Excerpt, Finding, Path, clip, excerpt_of, pointer
from .hints import name_of
from .jsontext import JsonError, Oddity, OddKind, Parsed, TooDeep
from .model import (
    ExactNumbers,
    FileNotEmpty,
    FiniteNumbers,
    FramingCheck,
    LineIsObject,
    MaxDepth,
    MaxFileBytes,
    NoByteOrderMark,
    NoNul,
    NotArrayFile,
    NotBlank,
    PairedSurrogates,
    RuleSet,
    SingleLine,
    SingleValue,
    UniqueKeys,
    Utf8,
    ValidJson,
)

_C = TypeVar("_C", bound=FramingCheck)
_L = TypeVar("_L", MaxFileBytes, MaxDepth)

#: Characters that are kept of a value over several lines, and that are judged of several values in one line.
MAX_COLLECTED: Final = 8 << 20

#: Values that are judged in one line.
MAX_VALUES: Final = 100_000


class Passage(msgspec.Struct, frozen=True):
    """A piece of the file's text: ``line`` and ``column`` of its first character, from 1, and the
    offsets at which its lines start (``starts``; lines are joined by line feeds)."""

    line: int
    text: str
    column: int = 1
    starts: tuple[int, ...] = (0,)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in the text."""
        row = bisect_right(self.starts, offset) - 1
        return self.line + row, offset - self.starts[row] + (1 if row else self.column)

    def excerpt(self, start: int, end: int) -> Excerpt:
        """The text around the offsets ``start`` to ``end``."""
        return excerpt_of(self.text, start, end)


class Judge(Passage, frozen=True, kw_only=True):
    """Asks the caller to judge what a line says: ``text`` is a JSON object, ``parsed`` what it holds."""

    parsed: Parsed


class Start(msgspec.Struct, frozen=True):
    """What the first bytes of a file say. ``skip`` bytes are to be cut off. If the file is ``hopeless``
    its lines are not to be looked at: the one finding is about all of them."""

    skip: int = 0
    findings: list[Finding] = []
    hopeless: bool = False


Items: TypeAlias = list[Finding | Judge]

_ODD_KINDS: dict[OddKind, type[FramingCheck]] = {
    "duplicate-key": UniqueKeys,
    "nan": FiniteNumbers,
    "surrogate": PairedSurrogates,
    "nul": NoNul,
    "number": ExactNumbers,
}


class Framer:
    """Judges the frame of one file. Give it ``begin``, then the lines in their order, then ``end``.
    For lines that are no file leave ``begin`` out.

    A line is told by ``line``, or by ``passed`` if the fast path has found nothing to report in it. While
    ``busy`` every line must go to ``line``: it may belong to a value that started in an earlier one.
    """

    def __init__(self, ruleset: RuleSet, file: str | None = None) -> None:
        self._report = _Reporter(ruleset, file)
        exact = self._report.check(ExactNumbers)
        self._largest = jsontext.LARGEST if exact is None else exact.largest
        #: A depth that passes no limit.
        self._shallow = min((check.limit for check in ruleset.framing if isinstance(check, MaxDepth)), default=0)
        self._discriminator = ruleset.discriminator
        name = re.escape(ruleset.discriminator)
        self._names_instruction = re.compile(rf"\s*\{{\s*[\"']?{name}[\"']?\s*[:=]").match
        #: Whether the lines are those of a whole file, from its start.
        self._whole = False
        self._seen = False
        self._hopeless = False
        self._blank = _Run()
        self._region: _Region | None = None
        #: The first line, while it is an array and the only one.
        self._array: Passage | None = None

    @property
    def busy(self) -> bool:
        """Whether every line must be given to ``line``: a value over several lines is being collected."""
        return self._region is not None or self._hopeless

    @property
    def hopeless(self) -> bool:
        """Whether one finding is about all lines; they are not judged any more."""
        return self._hopeless

    def excerpt(self, finding: Finding) -> Excerpt | None:
        """The text around a finding of the last call, ``None`` if it has no place in the text."""
        return self._report.excerpt(finding)

    def size(self, total: int) -> list[Finding]:
        """The finding of a file of ``total`` bytes, if it is too large."""
        check = self._report.greatest(MaxFileBytes, total)
        if check is None:
            return []
        return [
            self._report.finding(check, f"the file has {total:,} bytes, more than {check.limit:,}", value=str(total))
        ]

    def begin(self, head: bytes) -> Start:
        """Looks at the first bytes of the file: its first lines, the more the better."""
        self._whole = True
        foreign = _foreign(head)
        if foreign is not None:
            self._hopeless = True
            return Start(0, self._report.of_file(Utf8, *foreign, place=(1, 1)), True)
        findings: list[Finding] = []
        skip = 0
        if head.startswith(b"\xef\xbb\xbf"):
            skip = 3
            message = "the file starts with a byte order mark (U+FEFF)"
            findings += self._report.of_file(NoByteOrderMark, message, place=(1, 1))
        array = _array_at(head[skip:])
        if array is not None:
            findings += self._array_file(array)
        return Start(skip, findings, self._hopeless)

    def passed(self, count: int) -> list[Finding]:
        """Takes note of ``count`` lines in which the fast path has found nothing to report."""
        if not count:
            return []
        self._report.forget()
        self._seen = True
        return [item for item in self._before() if isinstance(item, Finding)]

    def line(self, number: int, raw: bytes) -> Items:
        """Judges a line, with or without its line end."""
        self._report.forget()
        if self._hopeless:
            return []
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
        blank = not raw or raw.isspace()
        if self._region is not None:
            if not blank:
                return self._continued(self._region, number, raw)
            self._region.add_blank(number)
            return []
        if blank:
            self._blank.add(number)
            return []
        if self._whole and not self._seen and raw.lstrip().startswith(b"["):
            return self._first_array(number, raw)
        self._seen = True
        return self._before() + self._fresh(number, raw)

    def end(self) -> Items:
        """Judges what only the end of the file can tell."""
        self._report.forget()
        if self._region is not None:
            return self._given_up(self._region)
        if self._array is not None:
            return [*self._array_file(self._array.place(self._array.text.find("[")))]
        if not self._seen and not self._hopeless:
            return [*self._report.of_file(FileNotEmpty, "the file has no instruction")]
        return []

    def _before(self) -> Items:
        """What is to be said of earlier lines now that another one follows them."""
        if self._array is None and not self._blank.count:
            return []
        array, self._array = self._array, None
        held = [] if array is None else self._report.no_object(array, jsontext.parse(array.text).value)
        return [*held, *self._blanks()]

    def _blanks(self) -> list[Finding]:
        """The finding of blank lines that turn out to have another line behind them."""
        run, self._blank = self._blank, _Run()
        check = self._report.check(NotBlank)
        if not run.count or check is None:
            return []
        message = "the line is blank" if run.count == 1 else f"{run.count:,} lines are blank, {run.first} to {run.last}"
        return [self._report.finding(check, message, place=(run.first, 1))]

    # Arrays where the file starts.

    def _array_file(self, place: tuple[int, int]) -> list[Finding]:
        """The finding that the file is one array, which starts at ``place``."""
        self._hopeless = True
        self._array = None
        message = "the file is a JSON array, not one instruction in each line"
        return self._report.of_file(NotArrayFile, message, place=place, value="[")

    def _first_array(self, number: int, raw: bytes) -> Items:
        """Judges a first line that opens an array: is it the file, or a line among others?"""
        if not _is_array(raw):
            return [*self._array_file((number, len(raw) - len(raw.lstrip()) + 1))]
        self._seen = True
        blanks = self._blanks()
        self._array = Passage(number, raw.decode())
        return [*blanks]

    # Lines that start a value.

    def _fresh(self, number: int, raw: bytes) -> Items:
        text, items = self._decoded(number, raw)
        if not items:
            return self._text(Passage(number, text))
        # What it says is not judged, but its value may go on in the lines below.
        self._open(_Region(Passage(number, text), None, spoilt=True))
        return items

    def _decoded(self, number: int, raw: bytes) -> tuple[str, Items]:
        """The text of a line, and the finding if it isn't UTF-8."""
        try:
            return raw.decode(), []
        except UnicodeDecodeError as error:
            passage = Passage(number, raw.decode("utf-8", "replace"))
            at = len(raw[: error.start].decode())
            return passage.text, self._report.at(Utf8, passage, (at, at + 1), *_bad_bytes(raw, error))

    def _text(self, passage: Passage, known: bool = False) -> Items:
        """Judges text that starts a value, which may go on in the lines below.

        ``known``: there is a finding already that the text should not stand where it does.
        """
        try:
            return self._value(passage, known)
        except JsonError as error:
            if (error.cut or _is_object(passage.text)) and self._open(_Region(passage, None if known else error)):
                return []
            return [] if known else self._report.no_json(passage, error)

    def _value(self, passage: Passage, known: bool = False) -> Items:
        """Judges a text that holds whole values. Raises ``JsonError`` if it doesn't."""
        try:
            parsed = jsontext.parse(passage.text, self._largest)
        except TooDeep as deep:
            return self._report.depth(passage, deep.depth, refused=True)
        except JsonError as error:
            if error.kind == "syntax":
                raise
            return self._several(passage, error, known)
        return self._content(passage, parsed)

    def _content(self, passage: Passage, parsed: Parsed) -> Items:
        """The findings of a value, and the request to judge it if it is an object."""
        if type(parsed.value) is not dict:
            return self._report.no_object(passage, parsed.value)
        judge = Judge(passage.line, passage.text, passage.column, passage.starts, parsed=parsed)
        if parsed.depth <= self._shallow and not parsed.odd:
            return [judge]
        return [*self._report.depth(passage, parsed.depth), *self._report.oddities(passage, parsed.odd), judge]

    # Values behind other values.

    def _several(self, passage: Passage, error: JsonError, known: bool) -> Items:
        """Values one behind the other: one finding, but each object is judged."""
        mistake = syntax.Mistake(error.position, error.message, error.hint)
        items: Items = []
        end = 0
        for count, (start, end) in enumerate(jsontext.values(passage.text), 1):
            if passage.text[start] == "{":
                part = Passage(passage.line, passage.text[start:end], passage.column + start)
                items += self._content(part, jsontext.parse(part.text, self._largest))
            if end > MAX_COLLECTED or count == MAX_VALUES:
                mistake = mistake._replace(
                    message=f"{mistake.message}; what is behind column {passage.column - 1 + end:,} is not judged"
                )
                break
        else:
            items += self._rest(passage, end)
        return items if known else [*self._report.second(passage, mistake), *items]

    def _rest(self, passage: Passage, end: int) -> Items:
        """What stands behind the whole values of a text, if it is the start of an object."""
        rest = passage.text[end:].lstrip(syntax.WHITE_SPACE + ",")
        if not _is_object(rest):
            return []
        line, column = passage.place(len(passage.text) - len(rest))
        return self._text(Passage(line, rest, column), known=True)

    # Values over several lines.

    def _open(self, region: _Region) -> bool:
        """Starts to collect a value, if its first line leaves brackets open."""
        if region.depth:
            self._region = region
        return region.depth > 0

    def _continued(self, region: _Region, number: int, raw: bytes) -> Items:
        """Takes a line for the continuation of a value, unless it starts an instruction of its own."""
        text, items = self._decoded(number, raw)
        if self._starts_anew(region, text):
            return [*self._given_up(region), *self._before(), *(items or self._text(Passage(number, text)))]
        region.spoilt = region.spoilt or bool(items)
        closed, left = jsontext.unclosed(text)
        if closed < region.depth:
            region.add(number, text, left - closed)
            return items
        self._region = None
        end = _closing_at(text, region.depth)
        region.add(number, text[:end], -region.depth)
        items += self._collected(region)
        at = end + _indent(text[end:])
        if at < len(text):
            passage = Passage(number, text)
            items += self._report.second(passage, syntax.trailing(text, end, at, "the object"))
            items += self._rest(passage, end)
        return items

    def _starts_anew(self, region: _Region, text: str) -> bool:
        """Whether a line starts an instruction, so that the value before it was never closed."""
        if not _is_object(text):
            return False
        if self._names_instruction(text) or not region.may_hold(text):
            return True
        if f'"{self._discriminator}"' not in text or not text.rstrip().endswith("}"):
            return False
        try:
            return self._discriminator in jsontext.parse(text, self._largest).value
        except (JsonError, TooDeep):
            return False

    def _collected(self, region: _Region) -> Items:
        """What there is to say of a value over several lines that is complete."""
        first = region.first
        if region.spoilt or region.too_long:
            return self._report.several_lines(first, region.last, region.too_long)
        passage = region.joined()
        try:
            inside = self._value(passage)
        except JsonError as error:
            inside = self._report.no_json(passage, error)
        if not _is_object(first.text):
            return inside  # that it is no object says it all
        return [*self._report.several_lines(first, region.last, False), *inside]

    def _given_up(self, region: _Region) -> Items:
        """The finding of a value that was never closed: one, whatever was taken for its continuation."""
        self._region = None
        self._blank = region.blank
        return [] if region.error is None else self._report.no_json(region.first, region.error, region.last)


class _Run:
    """Blank lines that follow each other."""

    def __init__(self) -> None:
        self.first = self.last = self.count = 0

    def add(self, number: int) -> None:
        self.first = self.first or number
        self.last = number
        self.count += 1


class _Region:
    """A value that goes on over several lines, while it is collected.

    ``error`` is the syntax error of its first line, the finding if it is never closed (``None``: there is
    one already). Its depth is 0 if the first line leaves no bracket open. ``spoilt``: it can't be judged.
    """

    def __init__(self, first: Passage, error: JsonError | None, spoilt: bool = False) -> None:
        self.first = first
        self.error = error
        self.spoilt = spoilt
        closed, left = jsontext.unclosed(first.text)
        self.depth = 0 if closed else left
        self.last = first.line
        #: Blank lines at its end so far.
        self.blank = _Run()
        self.too_long = False
        self._lines = [first.text]
        self._size = len(first.text)
        self._end = first.text.rstrip()[-1:]
        self._indented = False

    def add(self, number: int, text: str, deeper: int) -> None:
        """Takes the next line, behind which the value is ``deeper`` levels deeper."""
        self.depth += deeper
        self.last = number
        self.blank = _Run()
        self._end = text.rstrip()[-1:]
        self._indented = self._indented or text[:1].isspace()
        self._keep(text)

    def add_blank(self, number: int) -> None:
        self.blank.add(number)
        self._keep("")

    def _keep(self, text: str) -> None:
        self._size += len(text) + 1
        self.too_long = self.too_long or self._size > MAX_COLLECTED
        if self.too_long or self.spoilt:
            self._lines.clear()
        else:
            self._lines.append(text)

    def may_hold(self, text: str) -> bool:
        """Whether a line that starts an object can go on with this value, and does not look like another."""
        if self._end not in "[,:":
            return False
        broken = self.error is not None and not self.error.cut
        return text[0].isspace() or not (broken or self._indented)

    def joined(self) -> Passage:
        """The text of all its lines."""
        starts = [0]
        for line in self._lines[:-1]:
            starts.append(starts[-1] + len(line) + 1)
        return Passage(self.first.line, "\n".join(self._lines), self.first.column, tuple(starts))


# How findings are made and worded.


class _Reporter:
    """Makes findings: knows the rules by the kind of their check, and remembers where in the text they are."""

    def __init__(self, ruleset: RuleSet, file: str | None) -> None:
        self._rules = {rule.id: rule for rule in ruleset.rules}
        self._checks = ruleset.framing
        self._first: dict[object, FramingCheck] = {type(c): c for c in reversed(ruleset.framing)}
        self._file = file
        self._spots: dict[int, tuple[Finding, Passage, int, int]] = {}

    def check(self, kind: type[_C]) -> _C | None:
        """The check of a kind, ``None`` if the rule set has none."""
        check = self._first.get(kind)
        return check if isinstance(check, kind) else None

    def greatest(self, kind: type[_L], size: int) -> _L | None:
        """Of the limits of a kind that ``size`` passes, the greatest."""
        passed = [c for c in self._checks if isinstance(c, kind) and size > c.limit]
        return max(passed, key=lambda c: c.limit, default=None)

    def forget(self) -> None:
        """Forgets the text of the findings made so far."""
        self._spots.clear()

    def excerpt(self, finding: Finding) -> Excerpt | None:
        spot = self._spots.get(id(finding))
        return spot[1].excerpt(spot[2], spot[3]) if spot else None

    def finding(
        self,
        check: FramingCheck,
        message: str,
        hint: str = "",
        place: tuple[int | None, int | None] = (None, None),
        path: str | None = None,
        value: str | None = None,
    ) -> Finding:
        rule = self._rules[check.rule]
        return Finding(
            rule=rule.id,
            severity=rule.severity,
            file=self._file,
            line=place[0],
            column=place[1],
            path=path,
            message=message,
            hint=hint or rule.fix or None,
            value=value,
        )

    def of_file(
        self,
        kind: type[FramingCheck],
        message: str,
        hint: str = "",
        place: tuple[int | None, int | None] = (None, None),
        value: str | None = None,
    ) -> list[Finding]:
        check = self.check(kind)
        return [] if check is None else [self.finding(check, message, hint, place, value=value)]

    def at(
        self,
        kind: type[FramingCheck] | FramingCheck,
        passage: Passage,
        span: tuple[int, int],
        message: str,
        hint: str = "",
        path: str | None = None,
        value: str | None = None,
    ) -> Items:
        """The finding at a span of a text; none if the rule set has no check of the kind."""
        check = self.check(kind) if isinstance(kind, type) else kind
        if check is None:
            return []
        finding = self.finding(check, message, hint, passage.place(span[0]), path, value)
        self._spots[id(finding)] = (finding, passage, *span)
        return [finding]

    def no_json(self, passage: Passage, error: JsonError, last: int = 0) -> Items:
        """That a text isn't JSON; ``last`` is the last line that was taken for its continuation."""
        at, message, hint = error.position, error.message, error.hint
        if last > passage.line:
            if error.cut:
                at = _indent(passage.text)
                message = "the value that starts here is never closed"
                hint = "A closing bracket is missing, or the text is cut off."
            lines = f"line {last} was" if last == passage.line + 1 else f"lines {passage.line + 1} to {last} were"
            message += f"; {lines} taken for its continuation"
        return self.at(ValidJson, passage, (at, at + 1), message, hint)

    def several_lines(self, first: Passage, last: int, too_long: bool) -> Items:
        at = _indent(first.text)
        message = f"the object spreads over lines {first.line} to {last}"
        if too_long:
            message += f"; as it has more than {MAX_COLLECTED:,} characters, its content is not judged"
        return self.at(SingleLine, first, (at, at + 1), message)

    def second(self, passage: Passage, mistake: syntax.Mistake) -> Items:
        at = mistake.position
        value = _piece(passage.text, at, len(passage.text))
        return self.at(SingleValue, passage, (at, len(passage.text)), mistake.message, mistake.hint, value=value)

    def no_object(self, passage: Passage, value: Any) -> Items:
        at, end = _indent(passage.text), len(passage.text.rstrip(syntax.WHITE_SPACE))
        hint = ""
        if isinstance(value, str) and _is_object(value):
            hint = "This is an instruction that was encoded twice. Encode it once, without the quotes around it."
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            hint = "Write each object of the array in a line of its own, without brackets and commas."
        message = f"the line is {_TYPES.get(type(value), 'a number')}, not an object"
        return self.at(LineIsObject, passage, (at, end), message, hint, "", _piece(passage.text, at, end))

    def depth(self, passage: Passage, depth: int, refused: bool = False) -> Items:
        """That a text nests too deep, by the greatest limit that it passes; ``refused``: it wasn't parsed."""
        check = self.greatest(MaxDepth, depth) or (self.check(MaxDepth) if refused else None)
        if check is None:
            return []
        at = _deeper_at(passage.text, check.limit)
        message = f"objects and arrays are nested {depth} deep, more than {check.limit}"
        if refused:
            message += "; the line is not judged any further"
        return self.at(check, passage, (at, at + 1), message, path="", value=str(depth))

    def oddities(self, passage: Passage, odd: list[Oddity]) -> Items:
        """What is odd about the text of a value, in the order of the text."""
        if not odd:
            return []
        places = {id(o): _place_of(o, odd) if o.hidden else (o.path, o.at_key) for o in odd}
        spans = jsontext.locate(passage.text, places.values())
        items: Items = []
        for o in sorted(odd, key=lambda o: spans[places[id(o)]]):
            items += self._oddity(passage, o, spans[places[id(o)]])
        return items

    def _oddity(self, passage: Passage, odd: Oddity, span: tuple[int, int]) -> Items:
        check = self.check(_ODD_KINDS[odd.kind])
        if check is None:
            return []
        value: str | None = _piece(passage.text, *span)
        message = f"{'the name ' if odd.at_key else ''}{_harmless(name_of(odd.path))} {_odd_words(check, odd)}"
        if odd.hidden:
            # Its own place is not known: the span is the start of the object around.
            span, value = (span[0], span[0] + 1), odd.detail if odd.kind in ("nan", "number") else None
            message += ", in a member that a later one of the same name replaces"
        return self.at(check, passage, span, message, path=pointer(odd.path), value=value)


def _odd_words(check: FramingCheck, odd: Oddity) -> str:
    match odd.kind:
        case "duplicate-key":
            return f"stands {'twice' if odd.detail == '2' else odd.detail + ' times'} in the same object"
        case "nan":
            return f"is `{odd.detail}`, which is no number of JSON"
        case "surrogate":
            return f"has half of a surrogate pair, `{odd.detail}`"
        case "nul":
            return "has a NUL character, `\\u0000`"
        case "number":
            whole = odd.detail.strip("-…").isdecimal()
            largest = check.largest if isinstance(check, ExactNumbers) else jsontext.LARGEST
            why = f"beyond ±{largest:,}" if whole else "which a 64-bit float changes"
            return f"is {odd.detail}, {why}"


def _place_of(hidden: Oddity, odd: list[Oddity]) -> tuple[Path, bool]:
    """Where to point for what has no place in the value: at the object that has the repeated key."""
    repeated = {o.path for o in odd if o.kind == "duplicate-key"}
    lengths = range(1, len(hidden.path) + 1)
    return next(hidden.path[: n - 1] for n in lengths if hidden.path[:n] in repeated), False


def _piece(text: str, start: int, end: int) -> str:
    """The text of a value, on one line and cut to a readable length."""
    return clip(_harmless(text[start : min(end, start + SHOWN + 1)].translate(_ONE_LINE)))


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(syntax.WHITE_SPACE))


def _harmless(text: str) -> str:
    """The text with control characters as escapes."""
    return _CONTROL.sub(lambda char: f"\\u{ord(char[0]):04x}", text)


_ONE_LINE = dict.fromkeys(map(ord, "\t\n\r"), " ")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_TYPES = {str: "a string", bool: "a boolean", list: "an array", type(None): "null"}


# What text and bytes look like.

_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|([\[{])|[\]}]', re.DOTALL)


def _is_object(text: str) -> bool:
    return text.lstrip(syntax.WHITE_SPACE).startswith("{")


def _levels(text: str) -> Iterator[tuple[int, int]]:
    """The offset behind each bracket outside of strings, and how deep the text is nested there."""
    level = 0
    for match in _BRACKETS.finditer(text):
        if match[0][0] != '"':
            level += 1 if match[1] else -1
            yield match.end(), level


def _closing_at(text: str, depth: int) -> int:
    """The offset behind the bracket that closes ``depth`` levels opened in lines before."""
    return next((at for at, level in _levels(text) if level == -depth), len(text))


def _deeper_at(text: str, limit: int) -> int:
    """The offset of the first bracket that is nested deeper than ``limit``."""
    return next((at - 1 for at, level in _levels(text) if level > limit), 0)


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


def _foreign(head: bytes) -> tuple[str, str] | None:
    """What a file is that is no UTF-8 text at all, and what to do about it."""
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            wide = "UTF-" in what
            hint = "" if wide else "Unpack it, or export it as text: JSON Lines in UTF-8."
            return f"the file {what}{', not in UTF-8' if wide else ''}", hint
    for width, at, name in _WIDE:
        units = [head[i : i + width] for i in range(0, min(len(head) // width, 4) * width, width)]
        if units and all(0 < u[at] < 0x80 and u.count(0) == width - 1 for u in units):
            return f"the file is written in {name}, not in UTF-8", ""
    return None


def _array_at(head: bytes) -> tuple[int, int] | None:
    """Line and column of the bracket with which the file starts, unless the first line is a whole array:
    such a line may be one among others."""
    at = len(head) - len(head.lstrip())
    if not head.startswith(b"[", at):
        return None
    end = head.find(b"\n", at)
    if _is_array(head[at:] if end < 0 else head[at:end]):
        return None
    return head.count(b"\n", 0, at) + 1, at - head.rfind(b"\n", 0, at)


def _is_array(line: bytes) -> bool:
    """Whether a line that starts with a bracket is a whole array."""
    if len(line) > MAX_COLLECTED or not line.rstrip().endswith(b"]"):
        return False
    try:
        jsontext.parse(line.decode())
    except (UnicodeDecodeError, JsonError, TooDeep):
        return False
    return True


def _bad_bytes(raw: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """What is wrong with bytes that are not UTF-8, and what they may be."""
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
