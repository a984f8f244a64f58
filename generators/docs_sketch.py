"""JSON values and texts of files as the documentation shows them: short, and nothing unseen.

Before it: nothing. After it: ``docs_examples``, which chooses what is shown.
"""

from __future__ import annotations

import json
import re
from typing import Any

#: Stands for the entries of a line that are not shown.
ENTRIES = object()

#: Longer strings and lists are cut, so that the mistake stays in sight.
_LONGEST_STRING, _SHOWN_CHARACTERS = 60, 24
_LONGEST_LIST, _SHOWN_ITEMS = 4, 2
_LONGEST_FILE, LONGEST_LINE = 8, 120


def compact(value: Any) -> str:
    """The whole JSON text of a value, as it stands in a line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sketch(value: Any) -> str:
    """The JSON text of a value for reading: what is long is cut, and its full size said behind it."""
    match value:
        case str() if len(value) > _LONGEST_STRING:
            return f'{json.dumps(value[:_SHOWN_CHARACTERS], ensure_ascii=False)[:-1]}…" ({len(value):,} characters)'
        case list() if len(value) > _LONGEST_LIST:
            shown = value[: 1 if isinstance(value[0], dict) else _SHOWN_ITEMS]
            return f"[{', '.join(map(sketch, shown))}, …] ({len(value):,} items)"
        case list():
            return f"[{', '.join(map(sketch, value))}]"
        case dict():
            return "{" + ", ".join(sketch_member(key, v) for key, v in value.items()) + "}"
        case _ if value is ENTRIES:
            return "[…]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def sketch_member(name: str, value: Any) -> str:
    """A member of an object for reading."""
    return f"{json.dumps(name, ensure_ascii=False)}: {sketch(value)}"


def sketch_file(text: str, at_line: int, longest_line: int = LONGEST_LINE) -> str:
    """The text of a file for reading: nothing unseen, and cut where it is long, but not at the line that matters."""
    if not text.strip():
        return visible(text).replace(" ", "⟨space⟩").replace("\n", "⟨LF⟩") or "⟨nothing⟩"
    lines = [_cut_line(visible(line), longest_line) for line in text.removesuffix("\n").split("\n")]
    if len(lines) > _LONGEST_FILE and not 2 < at_line <= len(lines) - 3:
        lines[2:-3] = [f"… ({len(lines) - 5} more lines)"]
    return "\n".join(line if line.strip() else line.replace(" ", "⟨space⟩") or "⟨blank⟩" for line in lines)


def visible(text: str) -> str:
    """A text with all but spaces and line feeds to be seen, and fit to be written as UTF-8."""
    names = {"\t": "⟨tab⟩", "\r": "⟨CR⟩"}
    unseen = r"[\x00-\x09\x0b-\x1f\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff\ud800-\udfff]"
    return re.sub(unseen, lambda m: names.get(m[0], f"⟨U+{ord(m[0]):04X}⟩"), text)


def _cut_line(line: str, longest: int) -> str:
    half = longest // 2
    return line if len(line) <= longest + 20 else f"{line[:half]} … {line[-half:]}"
