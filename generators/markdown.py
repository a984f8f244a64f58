"""Any text as Markdown: nothing that stands in a rule can break a page.

Before it: nothing. After it: ``docs_*``, which put names into code spans, and the templates of the
documentation, which use ``FILTERS`` for all else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator


def code(text: str) -> str:
    """A code span of any one-line text."""
    ticks = "`" * (1 + _longest_run(text))
    pad = " " if not text.strip() or text[0] in "` " or text[-1] in "` " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fence(text: str, language: str) -> str:
    """A fenced block of any text."""
    ticks = "`" * max(3, 1 + _longest_run(text))
    return f"{ticks}{language}\n{text}\n{ticks}"


def md(text: str) -> str:
    """A text of the rules as one line of Markdown: code spans stay, all else that is special is escaped."""
    return _escaped(text, bar="|")


def cell(text: str) -> str:
    """The same inside of a table, where a bar must be escaped in code spans too."""
    return _escaped(text, bar=r"\|")


#: The filters that the Markdown templates need.
FILTERS: dict[str, Callable[..., str]] = {"md": md, "cell": cell, "code": code, "fence": fence}


def _longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _escaped(text: str, bar: str) -> str:
    special = r"[\\`*\[\]<>|&~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
    pieces = _spans(" ".join(text.split()))
    return "".join(p.replace("|", bar) if is_code else re.sub(special, r"\\\g<0>", p) for is_code, p in pieces)


def _spans(text: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a text, each with whether it is a code span."""
    end = 0
    for span in re.finditer(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text):
        yield False, text[end : span.start()]
        yield True, span[0]
        end = span.end()
    yield False, text[end:]
