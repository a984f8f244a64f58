"""The portable subset of regular expressions: what every engine reads in the same way.

Used by ``lint_values``. Allowed: printable ASCII, classes in brackets, plain groups, alternation, the
quantifiers ``? * + {m} {m,} {m,n}``, and a backslash before punctuation. A full match is implied, so
there are no anchors.
"""

from __future__ import annotations

import re

#: Escapes that JavaScript allows under its flag ``u``, the strictest of all; ``-`` in classes only.
_ESCAPABLE = frozenset("^$\\.*+?()[]{}|/")
#: RE2 and its like refuse more repetitions.
_MOST_REPETITIONS = 1000
_CLASS = re.compile(r"\[\^?((?:\\.|[^\]\\])*)\]")
_QUANTIFIER = re.compile(r"[?*+]|\{([0-9]+)(?:(,)([0-9]+)?)?\}")


def trouble_with(pattern: str) -> tuple[str, str] | None:
    """What a pattern has that is not portable, as the rest of a sentence, and what to write instead;
    ``None`` if all is well."""
    odd = next((c for c in pattern if not " " <= c <= "~"), None)
    if odd is not None:
        return f"has U+{ord(odd):04X}, which is not printable ASCII", "a class of what is not meant, such as [^:]"
    trouble = _walk(pattern)
    if trouble is not None:
        return trouble
    try:
        re.compile(pattern)
    except re.error as error:
        return f"is no regular expression: {error}", "a pattern such as [A-Za-z0-9_-]+"
    return None


def _walk(pattern: str) -> tuple[str, str] | None:
    at, quantified = 0, False
    while at < len(pattern):
        rest, char = pattern[at:], pattern[at]
        quantifier = _QUANTIFIER.match(rest)
        if quantifier:
            trouble = _quantifier(quantifier, quantified)
            if trouble is not None:
                return trouble
            at, quantified = at + quantifier.end(), True
            continue
        quantified = False
        if char == "[":
            body = _CLASS.match(rest)
            trouble = _class(body[1]) if body else ("has a `[` without its `]`", "a class such as [A-Za-z0-9_-]")
            at += body.end() if body else 1
        elif char == "\\":
            trouble = _escape(rest[1:2], "")
            at += 2
        else:
            trouble = _plain(char, rest)
            at += 1
        if trouble is not None:
            return trouble
    return None


def _plain(char: str, rest: str) -> tuple[str, str] | None:
    if rest.startswith("(?"):
        return "has `(?`: look-around, flags and names are not portable", "plain groups ( )"
    match char:
        case "^" | "$":
            return f"has the anchor `{char}`", "no anchor: the whole text must match anyway"
        case ".":
            return "has the dot, and engines differ in what a line end is", "a class such as [^:], or \\. for a dot"
        case "{" | "}" | "]":
            return f"has a `{char}` that closes or opens nothing", f"\\{char}, or a quantifier such as {{2,5}}"
    return None


def _quantifier(found: re.Match[str], after_another: bool) -> tuple[str, str] | None:
    if after_another:
        return "has a lazy, possessive or double quantifier", "one quantifier: the whole text must match anyway"
    counts = [int(n) for n in (found[1], found[3]) if n]
    if any(n > _MOST_REPETITIONS for n in counts):
        return f"repeats something {max(counts)} times", f"at most {_MOST_REPETITIONS}; for lengths, use max-length"
    return None


def _class(body: str) -> tuple[str, str] | None:
    if not body:
        return "has an empty class, or one that starts with `]`", "\\] for a bracket"
    for escape in re.finditer(r"\\(.)", body):
        trouble = _escape(escape[1], "-")
        if trouble is not None:
            return trouble
    bare = re.sub(r"\\.", "", body)
    if "[" in bare:
        return "has a `[` inside of a class: a POSIX class or an operation on sets", "\\[ for a bracket, or [A-Za-z0-9]"
    if re.search(r"&&|--|~~|\|\|", bare):
        return "has a doubled sign inside of a class, which some engines take for an operation", "each sign once"
    return None


def _escape(char: str, more: str) -> tuple[str, str] | None:
    if char in _ESCAPABLE or (char and char in more):
        return None
    if char and char in "wWdDsSbB":
        return f"has \\{char}, which is Unicode in some engines and ASCII in others", "a class such as [A-Za-z0-9_]"
    return f"has the escape \\{char}, which not every engine knows", "the character itself, or a class"
