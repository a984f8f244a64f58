"""Findings: what the program tells a person of a mistake, in one shape for every kind of rule.

Made by ``framing`` (bytes, lines, JSON text) and ``judge`` (everything inside a line), consumed by
``report``. A ``Violation`` is what the explain path knows inside one line; a ``Finding`` is the same
with its place in a file.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from .model import Severity

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


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One broken rule at one place. Its field names are the keys of the JSON output.

    ``line`` and ``column`` count from 1, columns in Unicode code points; a finding of the whole file
    has neither. ``path`` is a JSON Pointer (RFC 6901) from the root of the line; ``record`` is what
    the user calls the entry: its foreign id, id or feed.
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


def pointer(path: Path) -> str:
    """The JSON Pointer (RFC 6901) of a path; the empty string is the line itself."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
