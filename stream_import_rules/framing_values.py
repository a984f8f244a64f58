"""The values of lines: one object alone, several in one line, or one that goes on over several lines.

``framing`` gives the lines that are neither blank nor an array of the whole file; what comes back are findings,
worded by ``framing_report``, and for each object a ``Judge`` for ``validate``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from . import jsontext, passages, syntax
from .findings import Finding
from .framing_report import Reporter
from .jsontext import JsonError, Parsed, TooDeep
from .model import ExactNumbers, MaxDepth, RuleSet
from .passages import Passage, closing_at, indent_of, opens_object
from .regions import Region
from .signatures import bad_bytes

#: Values that are judged in one line.
MAX_VALUES: Final = 100_000


class Judge(Passage, frozen=True, kw_only=True):
    """Asks the caller to judge what a line says: ``text`` is a JSON object, ``parsed`` what it holds."""

    parsed: Parsed

    def is_all_of(self, number: int, raw: bytes) -> bool:
        """Whether the object is all that stands in the line of that number, and in no other."""
        if self.line != number or self.column != 1 or len(self.starts) != 1:
            return False
        return len(self.text.encode("utf-8", "surrogatepass")) == len(raw.removesuffix(b"\n").removesuffix(b"\r"))


Items: TypeAlias = Sequence[Finding | Judge]


class Values:
    """Judges texts that start a value, or go on with it.

    Where a method takes ``behind``, the text stands behind another value: that has its finding, and what the
    text says is judged only if it is an instruction.
    """

    def __init__(self, ruleset: RuleSet, report: Reporter) -> None:
        self._report = report
        exact = next((check for check in ruleset.framing if isinstance(check, ExactNumbers)), None)
        self._largest = jsontext.LARGEST if exact is None else exact.largest
        #: A depth that passes no limit.
        self._shallow = min((check.limit for check in ruleset.framing if isinstance(check, MaxDepth)), default=0)
        self._discriminator = ruleset.discriminator
        name = re.escape(ruleset.discriminator)
        self._names_instruction = re.compile(rf"\s*\{{\s*[\"']?{name}[\"']?\s*[:=]").match
        #: The value that the next line may go on with.
        self.region: Region | None = None

    def line(self, number: int, raw: bytes) -> Items:
        """Judges a line that starts a value."""
        text, items = self.decoded(number, raw)
        if not items:
            return self.text(Passage(number, text))
        # What it says is not judged, but its value may go on in the lines below.
        self._open(Region(Passage(number, text), None, spoilt=True))
        return items

    def known(self, passage: Passage, parsed: Parsed) -> Items:
        """Judges an object of which ``parsed`` is what must be judged."""
        return self._content(passage, parsed, False)

    def decoded(self, number: int, raw: bytes) -> tuple[str, list[Finding]]:
        """The text of a line, and the finding if it isn't UTF-8."""
        try:
            return raw.decode(), []
        except UnicodeDecodeError as error:
            passage = Passage(number, raw.decode("utf-8", "replace"))
            at = len(raw[: error.start].decode())
            return passage.text, self._report.bad_bytes(passage, at, *bad_bytes(raw, error))

    def text(self, passage: Passage, behind: bool = False) -> Items:
        """Judges text that starts a value, which may go on in the lines below."""
        try:
            return self._value(passage, behind)
        except JsonError as error:
            if error.cut or opens_object(passage.text):
                region = Region(passage, None if behind else error, behind=behind)
                if self._open(region):
                    return []
            return [] if behind else self._report.no_json(passage, error)

    def starts_anew(self, region: Region, text: str) -> bool:
        """Whether a line starts an instruction, so that the value before it was never closed."""
        if not opens_object(text):
            return False
        if self._names_instruction(text) or not region.may_hold(text):
            return True
        if f'"{self._discriminator}"' not in text or not text.rstrip().endswith("}"):
            return False
        try:
            return self._discriminator in jsontext.parse(text, self._largest).value
        except (JsonError, TooDeep):
            return False

    def go_on(self, region: Region, number: int, text: str, *, spoilt: bool) -> Items:
        """Takes a line for the continuation of a value, which can't be judged if the line is ``spoilt``."""
        region.spoilt = region.spoilt or spoilt
        closed, left = jsontext.unclosed(text)
        if closed < region.depth:
            region.add(number, text, left - closed)
            return []
        self.region = None
        end = closing_at(text, region.depth)
        region.add(number, text[:end], -region.depth)
        items = [*self._collected(region)]
        at = end + indent_of(text[end:])
        if at < len(text):
            passage = Passage(number, text)
            items += self._report.several_values(passage, syntax.trailing(text, end, at, "the object"))
            items += self._rest(passage, end)
        return items

    def give_up(self, region: Region) -> list[Finding]:
        """The finding of a value that was never closed: one, whatever was taken for its continuation."""
        self.region = None
        return [] if region.error is None else self._report.no_json(region.first, region.error, region.last)

    def _open(self, region: Region) -> bool:
        """Starts to collect a value, if its first line leaves brackets open."""
        if region.depth:
            self.region = region
        return region.depth > 0

    def _collected(self, region: Region) -> Items:
        """What there is to say of a value over several lines that is complete."""
        if region.spoilt or region.too_long:
            return self._report.several_lines(region)
        passage = region.joined()
        try:
            inside = self._value(passage, region.behind)
        except JsonError as error:
            inside = self._report.no_json(passage, error)
        if not opens_object(region.first.text):
            return inside  # that it is no object says it all
        return [*self._report.several_lines(region), *inside]

    def _value(self, passage: Passage, behind: bool) -> Items:
        """Judges a text that holds whole values. Raises ``JsonError`` if it doesn't."""
        try:
            parsed = jsontext.parse(passage.text, self._largest)
        except TooDeep as deep:
            return self._report.depth(passage, deep.depth, refused=True)
        except JsonError as error:
            if error.kind == "syntax":
                raise
            return self._several(passage, error, behind)
        return self._content(passage, parsed, behind)

    def _content(self, passage: Passage, parsed: Parsed, behind: bool) -> Items:
        """The findings of a value, and the request to judge it if it is an object."""
        if type(parsed.value) is not dict:
            return self._report.no_object(passage, parsed.value)
        if behind and self._discriminator not in parsed.value:
            return []
        judge = Judge(passage.line, passage.text, passage.column, passage.starts, parsed=parsed)
        if parsed.depth <= self._shallow and not parsed.odd:
            return [judge]
        return [*self._report.depth(passage, parsed.depth), *self._report.oddities(passage, parsed.odd), judge]

    def _several(self, passage: Passage, error: JsonError, behind: bool) -> Items:
        """Values one behind the other: one finding, but the first object and each instruction is judged."""
        mistake = syntax.Mistake(error.position, error.message, error.hint)
        items: list[Finding | Judge] = []
        end = 0
        for count, (start, end) in enumerate(jsontext.values(passage.text), 1):
            if passage.text[start] == "{":
                part = Passage(passage.line, passage.text[start:end], passage.column + start)
                items += self._content(part, jsontext.parse(part.text, self._largest), behind or count > 1)
            if end > passages.MAX_COLLECTED or count == MAX_VALUES:
                message = f"{mistake.message}; what is behind column {passage.column - 1 + end:,} is not judged"
                mistake = mistake._replace(message=message)
                break
        else:
            items += self._rest(passage, end)
        return items if behind else [*self._report.several_values(passage, mistake), *items]

    def _rest(self, passage: Passage, end: int) -> Items:
        """What stands behind the whole values of a text, if it is the start of an object."""
        rest = passage.text[end:].lstrip(syntax.WHITE_SPACE + ",")
        if not opens_object(rest):
            return []
        line, column = passage.place(len(passage.text) - len(rest))
        return self.text(Passage(line, rest, column), behind=True)
