"""What a user names → the files that are meant: patterns expanded, each file once, in a stable order.

Used by ``api`` and ``cli`` before anything is read. Where a shell has expanded patterns already there is nothing
left to do; on Windows, and within quotes, it has not.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from typing import NamedTuple

#: The name of standard input, for the command.
STANDARD_INPUT = "-"
#: What makes a name a pattern; a bracket that is not closed does not.
_PATTERN = re.compile(r"[*?]|\[[^\]]+\]")


class NoMatch(ValueError):
    """No file fits a pattern; the message names it."""


class Repeated(NamedTuple):
    """A file that is named a second time, under this or another name."""

    path: str
    first: str


class Inputs(NamedTuple):
    """The files in the order in which they are judged, and those that were left out as they are among them."""

    paths: tuple[str, ...]
    repeated: tuple[Repeated, ...]


def inputs_of(names: Iterable[str], *, standard_input: bool = False) -> Inputs:
    """The files that are meant by names, which may be patterns: ``*``, ``?``, ``[abc]``, and ``**`` for folders at
    any depth.

    A name of a file that exists is that file, whatever is in it. The files of a pattern come in the order of their
    names, folder by folder; hidden ones must be named. Files that are the same on the disk count once. With
    ``standard_input`` a ``-`` is no file. Raises ``NoMatch``.
    """
    first: dict[object, str] = {}
    repeated = []
    for name in names:
        for path in [name] if standard_input and name == STANDARD_INPUT else expanded(name):
            identity = None if standard_input and path == STANDARD_INPUT else _identity(path)
            if identity in first:
                repeated.append(Repeated(path, first[identity]))
            else:
                first[identity] = path
    return Inputs(tuple(first.values()), tuple(repeated))


def expanded(name: str) -> list[str]:
    """The files that a name or a pattern means. Raises ``NoMatch``."""
    if os.path.lexists(name) or not _PATTERN.search(name):
        return [name]  # if it is not there, whoever opens it says so
    found = [path for path in glob.glob(name, recursive=True) if not os.path.isdir(path)]
    if not found:
        hint = "; ** stands for folders only between slashes, as in exports/**/*.jsonl" if "**" in name else ""
        raise NoMatch(f"no file fits the pattern {name}{hint}")
    return sorted(set(found), key=lambda path: path.split(os.sep))


def _identity(path: str) -> object:
    """What is the same for two names of one file; the name of one that is not there."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return path
    return (state.st_dev, state.st_ino) if state.st_ino else os.path.realpath(path)
