"""The rules of bytes and lines: encoding, one JSON object a line, and what the text of the JSON holds.

The checker reads chunks (``read``) and gives every line that the fast path did not approve to ``Framer.line``.
What comes back are findings, and for each JSON object a ``Judge``: its content is then judged by
``explain``. The rules themselves are ``RuleSet.framing``; here is how each kind is found and worded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from json import dumps
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from . import jsontext, syntax
from .findings import Excerpt, Finding, Path, clip, excerpt_of, pointer, shown
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

#: Characters that are kept of a value over several lines, and that are judged of several values in one line.
MAX_COLLECTED: Final = 8 << 20


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

    A line is told by ``line``, or by ``passed`` if the fast path has found nothing to report in it. While
    ``busy`` every line must go to ``line``: it may belong to a value that started in an earlier one.
    """

    def __init__(self, ruleset: RuleSet, file: str | None = None) -> None:
        self._report = _Reporter(ruleset, file)
        largest = self._report.check(ExactNumbers)
        self._largest = jsontext.LARGEST if largest is None else largest.largest
        self._discriminator = ruleset.discriminator
        quoted = re.escape(ruleset.discriminator)
        self._starts_instruction = re.compile(rf"\s*\{{\s*[\"']?{quoted}[\"']?\s*[:=]").match
        self._seen = False
        self._hopeless = False
        self._blank = _Run()
        self._region: _Region | None = None

    @property
    def busy(self) -> bool:
        """Whether a value over several lines is being collected."""
        return self._region is not None

    def excerpt(self, finding: Finding) -> Excerpt | None:
        """The text around a finding of the last call, ``None`` if it has no place in the text."""
        return self._report.excerpt(finding)

    def size(self, total: int) -> list[Finding]:
        """The finding of a file of ``total`` bytes, if it is too large."""
        self._report.forget()
        check = self._report.greatest(MaxFileBytes, total)
        if check is None:
            return []
        return [self._report.finding(check, f"the file has {total:,} bytes, more than {check.limit:,}", value=str(total))]

    def begin(self, head: bytes) -> Start:
        """Looks at the first bytes of the file: all of it, or some thousand bytes at least."""
        self._report.forget()
        foreign = _foreign(head)
        if foreign is not None:
            self._hopeless = True
            message, hint = foreign
            return Start(0, self._report.of_file(Utf8, message, hint), True)
        findings: list[Finding] = []
        skip = 0
        if head.startswith(b"\xef\xbb\xbf"):
            skip = 3
            findings += self._report.of_file(NoByteOrderMark, "the file starts with a byte order mark (U+FEFF)", place=(1, 1))
        array = _array_at(head[skip:], self._largest)
        if array is not None:
            self._hopeless = True
            message = "the file is one JSON array, not an instruction in each line"
            findings += self._report.of_file(NotArrayFile, message, place=array, value="[")
        return Start(skip, findings, self._hopeless)

    def passed(self, count: int) -> list[Finding]:
        """Takes note of ``count`` lines in which the fast path has found nothing to report."""
        if not count:
            return []
        self._report.forget()
        self._seen = True
        return self._blanks()

    def line(self, number: int, raw: bytes) -> Items:
        """Judges a line, with or without its line end."""
        self._report.forget()
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
        blank = not raw or raw.isspace()
        if self._region is None:
            if blank:
                self._blank.add(number)
                return []
            self._seen = True
            return [*self._blanks(), *self._fresh(number, raw)]
        if blank:
            self._region.add_blank(number)
            return []
        return self._continued(self._region, number, raw)

    def end(self) -> Items:
        """Judges what only the end of the file can tell."""
        self._report.forget()
        if self._hopeless:
            return []
        if self._region is not None:
            return self._given_up(self._region)
        if not self._seen:
            return [*self._report.of_file(FileNotEmpty, "the file has no instruction")]
        return []

    def _blanks(self) -> list[Finding]:
        """The finding of blank lines that turn out to have another line behind them."""
        run, self._blank = self._blank, _Run()
        check = self._report.check(NotBlank)
        if not run.count or check is None:
            return []
        message = "the line is blank" if run.count == 1 else f"{run.count:,} lines are blank, {run.first} to {run.last}"
        return [self._report.finding(check, message, line=run.first, column=1)]

    # Lines that start something of their own.

    def _fresh(self, number: int, raw: bytes) -> Items:
        text, items = self._decoded(number, raw)
        if items:
            # Its text is not judged, but the object may go on in the lines below.
            self._open(_Region(Passage(number, text), error=None), text)
            return items
        return self._text(Passage(number, text))

    def _decoded(self, number: int, raw: bytes) -> tuple[str, Items]:
        """The text of a line, and the finding if that isn't UTF-8."""
        try:
            return raw.decode(), []
        except UnicodeDecodeError as error:
            text = raw.decode("utf-8", "replace")
            message, hint = _bad_bytes(raw, error)
            at = len(raw[: error.start].decode())
            return text, self._report.at(Utf8, Passage(number, text), at, at + 1, message, hint)

    def _text(self, passage: Passage, known: bool = False) -> Items:
        """Judges text that starts a value; ``known``: it has a finding already that it should not be there."""
        try:
            parsed = jsontext.parse(passage.text, self._largest)
        except TooDeep as deep:
            return self._report.depth(passage, deep.depth)
        except JsonError as error:
            if error.kind == "trailing":
                return self._several(passage, error, known)
            region = _Region(passage, error, known)
            if error.cut or _starts_object(passage.text):
                self._open(region, passage.text)
            return [] if self._region is region else self._broken(region)
        return self._content(passage, parsed)

    def _content(self, passage: Passage, parsed: Parsed) -> Items:
        """The findings of a value, and the request to judge it if it is an object."""
        if type(parsed.value) is not dict:
            return self._report.not_object(passage, parsed.value)
        judge = Judge(passage.line, passage.text, passage.column, passage.starts, parsed=parsed)
        return [*self._report.depth(passage, parsed.depth), *self._report.oddities(passage, parsed.odd), judge]

    def _several(self, passage: Passage, error: JsonError, known: bool) -> Items:
        """Values one behind the other: one finding, but each object is judged."""
        items = [] if known else self._second(passage, error)
        text = passage.text
        at = 0
        for start, end in jsontext.values(text):
            at = end
            if text[start] == "{":
                part = Passage(passage.line, text[start:end], passage.column + start)
                items += self._content(part, jsontext.parse(part.text, self._largest))
            if end > MAX_COLLECTED:
                return items
        rest = text[at:].lstrip(syntax.WHITE_SPACE + ",")
        if rest.startswith("{"):
            items += self._text(Passage(passage.line, rest, passage.column + len(text) - len(rest)), known=True)
        return items

    def _second(self, passage: Passage, error: JsonError) -> Items:
        at = error.position
        return self._report.at(SingleValue, passage, at, len(passage.text), error.message, error.hint, passage.text[at:])

    def _broken(self, region: _Region) -> Items:
        """The syntax error of a line that stands alone."""
        if region.error is None or region.known:
            return []
        return self._report.syntax(region.passage, region.error, region.swallowed)

    # Values over several lines.

    def _open(self, region: _Region, text: str) -> None:
        """Starts to collect a value if the line leaves brackets open."""
        closed, left = jsontext.unclosed(text)
        if left and not closed:
            region.depth = left
            self._region = region

    def _continued(self, region: _Region, number: int, raw: bytes) -> Items:
        text, items = self._decoded(number, raw)
        if self._starts_anew(region, text):
            return [*self._given_up(region), *self._blanks(), *(items or self._text(Passage(number, text)))]
        region.spoilt = region.spoilt or bool(items)
        closed, left = jsontext.unclosed(text)
        if closed < region.depth:
            region.add(number, text, left - closed)
            return items
        end = _closing_at(text, region.depth)
        region.add(number, text[:end], 0)
        self._region = None
        items += self._collected(region)
        rest = text[end:].strip(syntax.WHITE_SPACE)
        if rest:
            items += self._behind(Passage(number, text), end)
        return items

    def _starts_anew(self, region: _Region, text: str) -> bool:
        """Whether a line is the start of an instruction, so that the value before it was never closed."""
        if not text.lstrip().startswith("{"):
            return False
        if self._starts_instruction(text) or not region.may_hold_object(text):
            return True
        if f'"{self._discriminator}"' not in text or not text.rstrip().endswith("}"):
            return False
        try:
            value = jsontext.parse(text, self._largest).value
        except (JsonError, TooDeep):
            return False
        return self._discriminator in value

    def _collected(self, region: _Region) -> Items:
        """What is to be said of a value over several lines that is complete."""
        first = region.passage
        if region.spoilt or region.too_long:
            return self._report.several_lines(first, region.last, region.too_long)
        passage = region.joined()
        inside = self._text(passage, known=region.known) if passage.text else []
        if passage.text.lstrip(syntax.WHITE_SPACE)[:1] != "{":
            return inside  # no object: that finding says it all
        return [*self._report.several_lines(first, region.last, False), *inside]

    def _behind(self, passage: Passage, end: int) -> Items:
        """What stands behind a value over several lines, in its last line."""
        text = passage.text
        at = len(text) - len(text[end:].lstrip(syntax.WHITE_SPACE))
        mistake = syntax.trailing("{" + " " * (end - 1), end, at) if False else syntax.trailing(text, end, at)
        items = self._report.at(SingleValue, passage, at, len(text), mistake.message, mistake.hint, text[at:])
        rest = text[at:].lstrip(syntax.WHITE_SPACE + ",")
        if rest.startswith("{"):
            items += self._text(Passage(passage.line, rest, len(text) - len(rest) + 1), known=True)
        return items

    def _given_up(self, region: _Region) -> Items:
        """The finding of a value that was never closed; one, whatever was taken for its continuation."""
        self._region = None
        self._blank = region.blank
        return self._broken(region)
