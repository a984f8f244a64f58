"""The frame of a file: what its first bytes say, how its lines follow each other, and what only its end tells.

``validate`` gives the chunks of ``read`` and every line that the fast path did not approve; the values of the
lines go on to ``framing_values``. What comes back are findings, worded by ``framing_report``, and for each JSON
object a ``Judge``: its content is then judged by ``explain``.
"""

from __future__ import annotations

import msgspec

from . import jsontext, signatures
from .findings import Excerpt, Finding
from .framing_report import Reporter
from .framing_values import Items, Judge, Values
from .jsontext import Parsed
from .model import RuleSet
from .passages import Passage
from .read import Cut
from .regions import Blanks, Region

__all__ = ["Framer", "Items", "Judge", "Start"]


class Start(msgspec.Struct, frozen=True):
    """What the first bytes of a file say. ``skip`` bytes are to be cut off. If the file is ``hopeless``
    its lines are not to be looked at: the one finding is about all of them."""

    skip: int = 0
    findings: list[Finding] = []
    hopeless: bool = False


class Framer:
    """Judges the frame of one file. Give it ``begin``, then the lines in their order, then ``end``.
    For lines that are no file leave ``begin`` out; and for those further down in one (``later``), which
    follow on a line behind which the framer of the lines before was ``settled``.

    A line is told by ``line``, or by ``passed`` if the fast path has found nothing to report in it. While
    ``busy`` every line must go to ``line``: it may belong to a value that started in an earlier one.
    """

    def __init__(self, ruleset: RuleSet, file: str | None = None, *, later: bool = False) -> None:
        self._report = Reporter(ruleset, file)
        self._values = Values(ruleset, self._report)
        #: Whether the lines are those of a whole file, from its start.
        self._whole = later
        self._seen = later
        self._hopeless = False
        self._blank = Blanks()
        #: The first line, while it is an array and the only one.
        self._array: Passage | None = None

    @property
    def busy(self) -> bool:
        """Whether every line must be given to ``line``: a value over several lines is being collected."""
        return self._values.region is not None or self._hopeless

    @property
    def settled(self) -> bool:
        """Whether nothing that was seen so far has a say in what follows."""
        return self._seen and not (self.busy or self._blank.count or self._array is not None)

    @property
    def hopeless(self) -> bool:
        """Whether one finding is about all lines; they are not judged any more."""
        return self._hopeless

    def excerpt(self, finding: Finding) -> Excerpt | None:
        """The text around a finding of the last call, ``None`` if it has no place in the text."""
        return self._report.excerpt(finding)

    def size(self, total: int) -> list[Finding]:
        """The finding of a file of ``total`` bytes, if it is too large."""
        return self._report.too_large(total)

    def begin(self, head: bytes) -> Start:
        """Looks at the first bytes of the file: its first lines, the more the better."""
        self._whole = True
        foreign = signatures.foreign_format(head)
        if foreign is not None:
            self._hopeless = True
            return Start(0, self._report.foreign_format(*foreign), True)
        findings: list[Finding] = []
        skip = 0
        if head.startswith(signatures.BYTE_ORDER_MARK):
            skip = len(signatures.BYTE_ORDER_MARK)
            findings += self._report.byte_order_mark()
        array = signatures.array_at(head[skip:])
        if array is not None:
            findings += self._array_file(array)
        return Start(skip, findings, self._hopeless)

    def passed(self, count: int) -> list[Finding]:
        """Takes note of ``count`` lines in which the fast path has found nothing to report."""
        if not count:
            return []
        self._report.forget()
        self._seen = True
        return self._before()

    def known(self, number: int, raw: bytes, parsed: Parsed) -> Items:
        """Judges a line that is surely an object and is what ``parsed`` says, as far as it must be judged."""
        return [*self.passed(1), *self._values.known(Passage(number, _without_end(raw).decode()), parsed)]

    def line(self, number: int, raw: bytes) -> Items:
        """Judges a line, with or without its line end."""
        self._report.forget()
        if self._hopeless:
            return []
        raw = _without_end(raw)
        blank = not raw or raw.isspace()
        if blank:
            return self.blanks(number, 1)
        region = self._values.region
        if region is not None:
            return self._next(region, number, raw)
        if self._whole and not self._seen and raw.lstrip().startswith(b"["):
            return self._first_array(number, raw)
        self._seen = True
        return [*self._before(), *self._values.line(number, raw)]

    def blanks(self, number: int, count: int) -> list[Finding]:
        """Takes note of ``count`` blank lines, of which the first is the line ``number``."""
        self._report.forget()
        region = self._values.region
        if region is not None:
            region.add_blank(number, count)
        elif not self._hopeless:
            self._blank.add(number, count)
        return []

    def too_long(self, number: int, size: int, head: bytes) -> list[Finding]:
        """Judges a line of ``size`` bytes that is too long to be looked at, but for its ``head``."""
        self._report.forget()
        if self._hopeless:
            return []
        region = self._values.region
        before = [] if region is None else self._given_up(region)
        self._seen = True
        return [*before, *self._before(), *self._report.line_too_long(number, size, head)]

    def cut(self, cut: Cut, lines: int) -> list[Finding]:
        """The finding that the file goes on, but that no more than the first ``lines`` of it can be read."""
        self._report.forget()
        return self._report.cut(cut, lines)

    def end(self) -> Items:
        """Judges what only the end of the file can tell."""
        self._report.forget()
        if self._values.region is not None:
            return self._given_up(self._values.region)
        if self._array is not None:
            return self._array_file(self._array.place(self._array.text.find("[")))
        if not self._seen and not self._hopeless:
            return self._report.no_instruction()
        return []

    def _next(self, region: Region, number: int, raw: bytes) -> Items:
        """Takes a line for the continuation of a value, unless it starts an instruction of its own."""
        text, bad = self._values.decoded(number, raw)
        if not self._values.starts_anew(region, text):
            return [*bad, *self._values.go_on(region, number, text, spoilt=bool(bad))]
        return [*self._given_up(region), *self._before(), *(bad or self._values.text(Passage(number, text)))]

    def _given_up(self, region: Region) -> list[Finding]:
        """The finding of a value that was never closed; the blank lines at its end are none of it."""
        self._blank = region.blank
        return self._values.give_up(region)

    def _before(self) -> list[Finding]:
        """What is to be said of earlier lines now that another one follows them."""
        if self._array is None and not self._blank.count:
            return []
        array, self._array = self._array, None
        held = [] if array is None else self._report.no_object(array, jsontext.parse(array.text).value)
        return [*held, *self._blanks()]

    def _blanks(self) -> list[Finding]:
        """The finding of blank lines that turn out to have another line behind them."""
        run, self._blank = self._blank, Blanks()
        return self._report.blank_lines(run)

    def _array_file(self, place: tuple[int, int]) -> list[Finding]:
        """The finding that the file is one array, which starts at ``place``."""
        self._hopeless = True
        self._array = None
        return self._report.array_file(place)

    def _first_array(self, number: int, raw: bytes) -> list[Finding]:
        """Judges a first line that opens an array: is it the file, or a line among others?"""
        if not signatures.is_array(raw):
            return self._array_file((number, len(raw) - len(raw.lstrip()) + 1))
        self._seen = True
        self._array = Passage(number, raw.decode())
        return self._blanks()


def _without_end(raw: bytes) -> bytes:
    return raw.removesuffix(b"\n").removesuffix(b"\r")
