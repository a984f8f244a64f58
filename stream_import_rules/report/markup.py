"""HTML and SVG that cannot be broken out of: what is not markup already is made harmless and escaped.

Used by ``html`` and its ``charts``. Elements are values: text becomes part of one only through ``tag``
or ``text``, which escape it, so no caller has to remember to.
"""

from __future__ import annotations

import re
from html import escape
from typing import TypeAlias

from .safe import tidy

#: Text is cut here if a caller has not cut it before: whatever is longer was not made to be read.
LONGEST = 4_000

_VOID = frozenset({"br", "input", "link", "meta", "rect"})
_CODE = re.compile(r"`([^`]+)`")


class Html(str):
    """Markup. Only this module makes it."""

    __slots__ = ()


Child: TypeAlias = "Html | str | None"
Attribute: TypeAlias = "str | int | float | bool | None"


def text(data: str, longest: int = LONGEST) -> Html:
    """Any text, harmless, cut to a length, and escaped."""
    return Html(escape(tidy(data, longest)))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """An element. Text among its children is escaped; attributes that are ``None`` or ``False`` are left out.

    A name of an attribute that Python reserves has an underscore at its end; others are dashes.
    """
    told = "".join(
        f" {_name(key)}{_value(value)}" for key, value in attributes.items() if not (value is None or value is False)
    )
    if name in _VOID:
        return Html(f"<{name}{told}>" if name != "rect" else f"<{name}{told}/>")
    return Html(f"<{name}{told}>{join(*children)}</{name}>")


def join(*children: Child, between: str = "") -> Html:
    """Several pieces as one."""
    return Html(between.join(c if isinstance(c, Html) else text(c) for c in children if c is not None))


def prose(data: str, longest: int = LONGEST) -> Html:
    """A sentence of ours, perhaps with data in it, with what stands in backticks as code."""
    return Html(_CODE.sub(r"<code>\1</code>", text(data, longest)))


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _value(value: Attribute) -> str:
    return "" if value is True else f'="{text(str(value))}"'
