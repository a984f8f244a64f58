"""Every finding as a row for spreadsheets, as it is found.

One of the formats; it streams. RFC 4180 with a byte order mark, without which Excel reads UTF-8 as
something else. A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula,
and runs it: such a cell begins with an apostrophe here. All text is in quotes, and an apostrophe stands
in front of a sign that follows a semicolon too, for where the semicolon separates cells.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..findings import Finding, Related
from .collect import Summary
from .remarks import remarks_of
from .safe import tidy
from .words import gaps, partial_of

COLUMNS = (
    *("severity", "rule", "file", "line", "column", "instruction", "path", "record"),
    *("message", "hint", "value", "related", "suppressed", "baseline"),
)

#: What a spreadsheet may take for the beginning of a formula, in the forms of East Asia too.
_BEGINNING = r"""['"\s]*[=+\-@＝＋－＠﹢﹣﹦﹫−]"""
_FORMULA = re.compile(_BEGINNING)
_AFTER_SEMICOLON = re.compile(rf";(?={_BEGINNING})")

#: What is surely neither a formula nor holds one, in characters that need no care.
_PLAIN = re.compile(r"""(?!['\s]*[=+\-@])[ !#-:<-~]{0,4000}""").fullmatch

_NO_PLACE = (None,) * 5
#: Excel holds 32,767 characters in a cell.
LONGEST = 4_000


class Rows:
    """The table as a stream: the names of the columns with the first row, then a row for each finding.

    A run that did not judge everything ends with rows of severity ``incomplete``; what is to be said of its policy
    has the severity ``policy``.
    """

    def __init__(self) -> None:
        self._head = b"\xef\xbb\xbf" + _row(*COLUMNS)

    def finding(self, finding: Finding) -> bytes:
        """The row of a finding."""
        cells = (
            _known(finding.severity),
            _known(finding.rule),
            _known(finding.file),
            _cell(finding.line),
            _cell(finding.column),
            _known(finding.instruction),
            _cell(finding.path),
            _cell(finding.record),
            _cell(finding.message),
            _cell(finding.hint),
            _cell(finding.value),
            _cell(" · ".join(map(_place, finding.related)) if finding.related else None),
            _known(finding.suppressed),
            _known(finding.baseline),
        )
        return self._begin() + f"{','.join(cells)}\r\n".encode()

    def end(self, summary: Summary) -> bytes:
        """What was not judged."""
        rows = b""
        if not summary.complete:
            rows = _row("incomplete", None, None, *_NO_PLACE, partial_of(summary))
            rows += b"".join(_row("incomplete", None, path, *_NO_PLACE, what) for path, what in gaps(summary))
        rows += b"".join(_row("policy", None, None, *_NO_PLACE, said) for _, said in remarks_of(summary))
        return self._begin() + rows

    def _begin(self) -> bytes:
        head, self._head = self._head, b""
        return head


def _place(related: Related) -> str:
    place = ":".join(str(part) for part in (related.file, related.line) if part is not None)
    return f"{place}  {related.message}".strip()


def _row(*cells: str | int | None) -> bytes:
    row = ",".join(map(_cell, cells)) + "," * (len(COLUMNS) - len(cells)) + "\r\n"
    return row.encode()


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if _PLAIN(value):
        return f'"{value}"'
    text = tidy(value, LONGEST)
    if _FORMULA.match(text):
        text = f"'{text}"
    if ";" in text:
        text = _AFTER_SEMICOLON.sub(";'", text)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if '"' in text else f'"{text}"'


@lru_cache(maxsize=1024)
def _known(value: str | None) -> str:
    """A cell whose text comes again and again."""
    return _cell(value)
