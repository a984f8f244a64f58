"""The page that text is set on: its width, its colours, its characters; and the pieces every page uses.

Used by ``text`` (the report) and ``rulebook`` (the rules), which give it rich renderables and take back
one string. It alone knows rich's console; whatever comes from data goes through ``Page.data``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .safe import visible

#: Wider lines are hard to read; narrower ones cannot hold an excerpt.
WIDEST, NARROWEST = 120, 40

#: A width that no line reaches.
UNWRAPPED = 2000

STYLES = {"error": "bold red", "warning": "yellow", "info": "blue"}

_LINE_ENDS = re.compile(r"(?: |\x1b\[[0-9;]*m)+(?=\n)")
_CODE = re.compile(r"`[^`]+`")
#: What our own texts are written with beyond ASCII, and what stands for it where the encoding lacks it.
_ASCII = {"…": "...", "─": "-", "│": "|", "·": "-", "✓": "OK", "✗": "X", "“": '"', "”": '"', "→": "->", "≤": "<="}
_ASCII |= {"\u2013": "-", "\u2014": "-", "\u2019": "'", "\u00d7": "x"}


@dataclass(frozen=True)
class Page:
    """``width`` in cells of the terminal, ``color`` says whether to use it, ``encoding`` is the stream's."""

    width: int = 100
    color: bool = False
    encoding: str = "utf-8"

    @cached_property
    def room(self) -> int:
        """The width that is used, in cells."""
        return min(max(self.width, NARROWEST), WIDEST)

    @cached_property
    def _substitutes(self) -> Mapping[int, str]:
        """ASCII for those characters of our own texts that the encoding lacks."""
        try:
            "".join(_ASCII).encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return str.maketrans(_ASCII)
        return {}

    def data(self, text: str) -> str:
        """Text of the user's, made harmless."""
        return visible(text, self.encoding)

    def own(self, text: str) -> str:
        """Text of ours, perhaps with the user's in it: harmless, and in characters that can be printed."""
        return visible(text.translate(self._substitutes), self.encoding)

    def prose(self, text: str, style: str = "") -> Text:
        """Text of ours with what stands in backticks set off."""
        made = Text(self.own(text), style=style)
        made.highlight_regex(_CODE, "cyan")
        return made

    def heading(self, parts: Iterable[tuple[str, str]]) -> Text:
        """Styled parts on a rule across the page."""
        line = self.own("──")
        made = Text(f"{line} ", style="dim")
        for text, style in parts:
            made.append(self.own(text), style=f"not dim {style}".strip())
        made.append(" ")
        left = self.room - made.cell_len
        made.append(self.own("─") * max(left, 2), style="dim")
        return made

    def pairs(self, rows: Iterable[tuple[str, RenderableType]], indent: int = 2) -> RenderableType:
        """Labels on the left, what they stand for on the right."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for label, value in rows:
            table.add_row(Text(self.own(label)), value)
        return Padding(table, (0, 0, 0, indent))

    def print(self, blocks: Iterable[RenderableType], *, wrap: bool = True) -> str:
        """The blocks one under the other, each line without trailing blanks; unwrapped, as wide as need be."""
        file = io.StringIO()
        console = Console(
            file=file,
            width=self.room if wrap else UNWRAPPED,
            height=100,
            force_terminal=self.color,
            color_system="standard" if self.color else None,
            no_color=not self.color,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            safe_box=False,
            force_interactive=False,
            _environ={},
        )
        for block in blocks:
            console.print(block)
        return _LINE_ENDS.sub(lambda end: end[0].replace(" ", ""), file.getvalue())
