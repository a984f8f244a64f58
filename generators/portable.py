"""The portable subset of regular expressions: what every engine reads in the same way.

Used by ``check``. Allowed: literals, classes in brackets with ASCII ranges, groups, alternation and
the quantifiers ``? * + {m} {m,} {m,n}``. A full match is implied, so there are no anchors.
"""

from __future__ import annotations

import re

#: Each thing that is not portable, with what to write instead.
_FORBIDDEN: tuple[tuple[str, str, str], ...] = (
    (r"\\[wWdDsSbB]", "a class of letters that is Unicode in some engines and ASCII in others", "[A-Za-z0-9_]"),
    (r"\\[AZzpPkG]|\\[1-9]", "an escape that only some engines know", "plain classes"),
    (r"\(\?", "a group with a question mark (look-around, flags, names)", "plain groups ( )"),
    (r"\^|\$", "an anchor", "no anchor: a full match is implied"),
    (r"\.", "the dot, which differs in what it takes for a line end", "a class such as [^:]"),
    (r"[*+?}][+]", "a possessive quantifier", "plain quantifiers"),
    (r"\[\[:", "a POSIX class", "[A-Za-z0-9]"),
    (r"[^\x20-\x7e]", "a character outside of printable ASCII", "ASCII"),
)


def trouble_with(pattern: str) -> tuple[str, str] | None:
    """What is not portable in a pattern, and what to write instead; ``None`` if all is well."""
    bare = _without_class_bodies(pattern)
    for forbidden, problem, instead in _FORBIDDEN:
        where = pattern if forbidden.startswith((r"\\", "[^\\x20", r"\[\[")) else bare
        if re.search(forbidden, where):
            return problem, instead
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}", "a valid pattern"
    return None


def _without_class_bodies(pattern: str) -> str:
    """The pattern with ``[]`` for each class and without escaped characters: inside a class dot, dollar
    and caret are literals."""
    return re.sub(r"\[\^?(?:\\.|[^\]\\])*\]", "[]", re.sub(r"\\[^wWdDsSbBAZzpPkG1-9]", "", pattern))
