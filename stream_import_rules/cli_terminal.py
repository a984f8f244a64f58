"""The terminal of the command: what is known of it, and what is said on it.

Below ``cli`` and its parts. What the command prints of its own accord goes to standard error, one line each.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import click

from .report.output import Output
from .report.safe import visible

if TYPE_CHECKING:
    from .report.page import Page

Color: TypeAlias = Literal["auto", "always", "never"]

STANDARD_INPUT = "-"
PLAIN_WIDTH = 100
#: The exit code of a run in which nothing was judged.
UNUSABLE = 2


class Trouble(click.ClickException):
    """Something that ends the command with exit code 2 and one sentence."""

    exit_code = UNUSABLE

    def show(self, file: Any = None) -> None:
        complain(self.message)


def page_of(out: Output, color: Color) -> Page:
    """What is known of the place where the text will be read."""
    from .report.page import Page

    if not out.is_standard:
        return Page(width=PLAIN_WIDTH, color=color == "always", encoding="utf-8")
    terminal = on_terminal(out)
    wanted = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Page(
        width=shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns,
        color=wanted if color == "auto" else color == "always",
        encoding=sys.stdout.encoding or "utf-8",
    )


def on_terminal(out: Output) -> bool:
    return out.is_standard and sys.stdout.isatty()


def encoded(text: str, page: Page) -> bytes:
    return text.encode(page.encoding, "replace")


def name_of(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else visible(path)


def complain(text: str) -> None:
    """One line on standard error."""
    tell(f"stream-import: {text}")


def tell(text: str) -> None:
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    click.echo(visible(text, encoding), err=True)
