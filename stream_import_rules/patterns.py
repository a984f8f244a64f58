"""Places in lines and names of files as patterns: what many findings have in common, and what a person writes.

Used by ``suppressions`` and ``baseline``. A pattern is compared step by step; ``*`` and ``?`` stand for
characters of one step, ``**`` for any number of steps. No comparison takes longer than the product of
both lengths, whatever is in them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from .findings import Path

#: Any place of a line.
ANYWHERE = "/**"
#: Steps of a pattern, and characters of a step: free-form data may have any.
MOST_STEPS, LONGEST_STEP = 16, 80

_STANDARD_INPUT = "-"
_DIGITS = re.compile(r"[0-9]+")


def pattern_of(path: Path) -> str:
    """A place with ``*`` for every index, as a JSON Pointer: ``/data/*/time``. A name of digits alone is
    taken for an index too; what is deep or long is cut."""
    steps = [_step(step) for step in path[:MOST_STEPS]]
    return "".join(f"/{step}" for step in (*steps, *(["**"] if len(path) > MOST_STEPS else [])))


def pattern_of_pointer(pointer: str) -> str:
    """The pattern of a place that is a JSON Pointer already."""
    return pattern_of(tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]))


def _step(step: str | int) -> str:
    # A name of asterisks alone must not be taken for what they stand for.
    if isinstance(step, int) or _DIGITS.fullmatch(step) or (step and not step.strip("*")):
        return "*"
    short = step if len(step) <= LONGEST_STEP else step[: LONGEST_STEP - 1] + "…"
    short = short.encode("utf-8", "backslashreplace").decode()
    return short.replace("~", "~0").replace("/", "~1")


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern of steps, with ``/`` between them, stands for a text of steps."""
    return _fits(pattern.split("/"), text.split("/"), "**", _step_fits)


def file_fits(pattern: str, file: str, folder: str) -> bool:
    """Whether a pattern stands for a file: without ``/`` for its name in any folder, with it for its path
    seen from ``folder``, or for the whole path if it begins with ``/``."""
    if "/" not in pattern or file == _STANDARD_INPUT:
        return fits(pattern, os.path.basename(file))
    if pattern.startswith("/"):
        return fits(pattern, os.path.abspath(file).replace(os.sep, "/"))
    return fits(pattern.removeprefix("./"), seen_from(folder, file))


def seen_from(folder: str, file: str) -> str:
    """The path of a file from a folder, with ``/`` between its steps; that of standard input is ``-``."""
    if file == _STANDARD_INPUT:
        return file
    try:
        relative = os.path.relpath(file, folder or ".")
    except ValueError:  # on another drive
        relative = file
    return relative.replace(os.sep, "/").encode("utf-8", "backslashreplace").decode()


def _step_fits(pattern: str, text: str) -> bool:
    return _fits(pattern, text, "*", lambda p, c: p in ("?", c))


def _fits(pattern: Sequence[str], text: Sequence[str], star: str, fit: Callable[[str, str], bool]) -> bool:
    """Whether the items of a pattern stand for those of a text; ``star`` is the item for any number."""
    at = here = 0
    last, resume = -1, 0
    while here < len(text):
        if at < len(pattern) and pattern[at] == star:
            last, resume = at, here
            at += 1
        elif at < len(pattern) and fit(pattern[at], text[here]):
            at += 1
            here += 1
        elif last >= 0:  # let the last star stand for one more
            resume += 1
            at, here = last + 1, resume
        else:
            return False
    return all(item == star for item in pattern[at:])
