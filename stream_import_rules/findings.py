"""Findings: what the program tells a person of a mistake, in one shape for every kind of rule.

Made by ``framing`` (bytes, lines, JSON text) and ``judge`` (everything inside a line), consumed by
``report``. A ``Violation`` is what the explain path knows inside one line; a ``Finding`` is the same
with its place in a file.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol, TypeAlias

import msgspec

from .model import Severity
from .places import Places

#: A place inside a line: names of members and indexes of items from the line's root.
Path: TypeAlias = tuple[str | int, ...]

#: How many characters of a value are shown.
SHOWN = 120


class Violation(msgspec.Struct, frozen=True):
    """One broken rule inside one line.

    ``path`` is where the finding stands; a missing member's path is where it should stand. ``value``
    is the JSON text of what was found there, cut to a readable length, ``None`` if nothing is there.
    ``at_key`` says that the member's name is meant, not its value.
    """

    rule: str
    path: Path
    message: str
    hint: str = ""
    value: str | None = None
    at_key: bool = False


class Related(msgspec.Struct, frozen=True, omit_defaults=True):
    """The other place that a finding is about, such as the first of two duplicates."""

    message: str
    file: str | None = None
    line: int | None = None
    path: str | None = None


#: How a finding compares with the baseline of its run. ``known``: no more such findings than the baseline
#: has. ``exceeded``: there are more of them; which are new cannot be told. ``new``: it has none of them.
Novelty: TypeAlias = Literal["new", "known", "exceeded"]


class Mark(NamedTuple):
    """What a run's policy says of a finding by its place: the numbers of the suppression that covers it, and
    of the place of the baseline that has it; -1 for none."""

    suppression: int = -1
    known: int = -1


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One broken rule at one place. Its field names are the keys of the JSON output.

    ``line`` and ``column`` count from 1, columns in Unicode code points; a finding of the whole file
    has neither. ``path`` is a JSON Pointer (RFC 6901) from the root of the line; ``record`` is what
    the user calls the entry: its foreign id, id or feed. ``suppressed`` is the reason for which it does not
    count, ``baseline`` how it compares with the baseline: known findings do not count either.
    """

    rule: str
    severity: Severity
    file: str | None = None
    line: int | None = None
    column: int | None = None
    instruction: str | None = None
    path: str | None = None
    record: str | None = None
    message: str
    hint: str | None = None
    value: str | None = None
    related: tuple[Related, ...] = ()
    suppressed: str | None = None
    baseline: Novelty | None = None


def pointer(path: Path) -> str:
    """The JSON Pointer (RFC 6901) of a path; the empty string is the line itself."""
    return writable("".join([f"/{step}" if isinstance(step, int) else _token(step) for step in path]))


def _token(name: str) -> str:
    """A name in a JSON Pointer; the same ones come again and again, but for long ones."""
    return _escaped(name) if len(name) <= SHOWN else _escaped.__wrapped__(name)


@lru_cache(maxsize=1024)
def _escaped(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def writable(text: str) -> str:
    """The text with half surrogate pairs as escapes, so that it can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def clip(text: str, longest: int = SHOWN) -> str:
    """The text, writable and cut to a readable length."""
    return writable(text if len(text) <= longest else text[: longest - 1] + "…")


def shown(value: object) -> str:
    """The JSON text of a value, cut to ``SHOWN`` characters."""
    if isinstance(value, str) and len(value) > SHOWN:
        value = value[: SHOWN + 1]  # enough to be cut below: a string may be megabytes long
    text = writable(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


class Excerpt(msgspec.Struct, frozen=True):
    """A piece of a line around a finding, for people to look at.

    ``text`` is part of the line as it stands in the file (control characters and all: whoever prints
    it makes them harmless), ``start`` and ``length`` mark the spot in it, in code points. ``cut_left``
    and ``cut_right`` say that the line goes on.
    """

    text: str
    start: int
    length: int
    cut_left: bool = False
    cut_right: bool = False


class Sink(Protocol):
    """Who takes the findings of a run. Exact counts are cheap, details are only made if wanted."""

    #: Of so many findings of each rule the details are wanted; ``None``: of all.
    wanted: int | None
    #: How many findings do not count, because they are suppressed or known.
    aside: int
    #: Where those that do are noted; ``None`` if nobody asks.
    places: Places | None

    def count(self, rule: str, severity: Severity, mark: Mark | None = None) -> bool:
        """Take note of one more finding of this rule; true if its details are wanted. Without a mark, once they are
        not, they never again are of findings without one."""

    def tally(self, rule: str, severity: Severity, number: int) -> None:
        """Take note of so many more findings without a mark, whose details are not wanted."""

    def add(self, finding: Finding, excerpt: Excerpt | None) -> None:
        """Take the details of a finding that ``count`` wanted."""


class Kept:
    """A sink that wants every finding and keeps it."""

    wanted: int | None = None
    aside = 0
    places: Places | None = None

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def count(self, rule: str, severity: Severity, mark: Mark | None = None) -> bool:
        """Every finding is wanted."""
        return True

    def tally(self, rule: str, severity: Severity, number: int) -> None:
        """There is no finding of which nothing is wanted."""
        raise AssertionError(f"{number} findings of {rule} without their details")

    def add(self, finding: Finding, excerpt: Excerpt | None) -> None:
        """Keep it."""
        self.findings.append(finding)


def excerpt_of(text: str, start: int, end: int, around: int = 40, longest: int = 40) -> Excerpt:
    """The piece of a line (or lines) around the offsets ``start`` to ``end``, never over a line end."""
    left = max(start - around, text.rfind("\n", 0, start) + 1, 0)
    stop = text.find("\n", start)
    stop = len(text) if stop < 0 else stop
    end = min(max(end, start + 1), start + longest, max(stop, start + 1))
    right = min(end + around, stop)
    return Excerpt(text[left:right], start - left, end - start, text[left - 1 : left] not in ("", "\n"), right < stop)
