r"""Part of ``to_json_schema``: the conditions on one string become few patterns that every engine reads alike.

Between the checks of a value, which ``schema_shape`` gives, and the keywords ``pattern`` and ``not``.

Patterns of rules are a portable subset without anchors. Here they get ``^`` and ``$``, and where they
can match no line end a ``not`` of one, because the ``$`` of Python and Java lets a final line feed
pass. Escapes are only those that the ``u`` flag of JavaScript knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from stream_import_rules import model

_SYNTAX = re.compile(r"[\\^$*+?()\[\]{}|]")
_LETTERS = re.compile(r"\[[^\]^][^\]]*\]\+")
_ASCII = [chr(code) for code in range(128)]

#: Any line end, also as an alternative of a longer pattern.
LINE_END = r"[\r\n]"

#: Dates that have the form of one but do not exist.
NO_SUCH_DATE = (
    r"^0000|-02-3|-(04|06|09|11)-31"
    r"|^([0-9]{2}([02468][1-35-79]|[13579][013-57-9])|([02468][1-35-79]|[13579][013-57-9])00)-02-29"
)


def anchored(pattern: str, *, or_empty: bool = False) -> str:
    """The pattern for the whole of a string; with ``or_empty`` the empty string matches too."""
    if or_empty:
        return f"^({pattern})?$"
    return f"^{grouped(pattern)}$"


def grouped(pattern: str) -> str:
    """The pattern as one unit, where it is an alternative of several."""
    return f"({pattern})" if "|" in _outermost(pattern) else pattern


def _outermost(pattern: str) -> str:
    """The pattern without escapes, classes and groups."""
    rest = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "", pattern)
    while (inner := re.sub(r"\([^()]*\)", "", rest)) != rest:
        rest = inner
    return rest


def keywords(pattern: str, *, or_empty: bool = False, nor: str = "") -> dict[str, Any]:
    """The keywords for a string that matches ``pattern`` as a whole, and holds no match of ``nor``.

    The ``not`` names its type: of a value that is no string it has nothing to say.
    """
    refused = [LINE_END] * (not may_cross_lines(pattern)) + [nor] * bool(nor)
    found: dict[str, Any] = {"pattern": anchored(pattern, or_empty=or_empty)}
    return found | ({"not": text(refused)} if refused else {})


def text(alternatives: Sequence[str]) -> dict[str, Any]:
    """The schema of strings in which one of the patterns matches."""
    return {"type": "string", "pattern": "|".join(alternatives)}


def may_cross_lines(pattern: str) -> bool:
    """Whether a string with a line end can match. Only a negated class can hold one."""
    return "[^" in pattern


def literal(text: str) -> str:
    """A pattern of just this text."""
    return _SYNTAX.sub(r"\\\g<0>", text).replace(".", "[.]")


def narrowest(patterns: Sequence[str]) -> list[str]:
    """The patterns without those that another one implies, as ``[a-z]+`` implies ``[^:]+``."""
    kept: list[str] = []
    for pattern in dict.fromkeys(patterns):
        if not any(_implies(other, pattern) for other in kept):
            kept = [other for other in kept if not _implies(pattern, other)] + [pattern]
    return kept


def _implies(narrow: str, wide: str) -> bool:
    """Whether all strings of one positive class of letters match the other pattern; False in doubt."""
    if not _LETTERS.fullmatch(narrow) or not narrow.isascii() or not re.fullmatch(r"\[[^\]]*\]\+", wide):
        return False
    return all(re.fullmatch(wide, c) for c in _ASCII if re.fullmatch(narrow, c))


def split_patterns(split: model.Split, parts: Sequence[model.PartPattern]) -> list[str] | None:
    """One pattern of a split string and its parts; more only if a part has several of which none implies
    the others. ``None`` for a separator of more than one character, which no class can exclude."""
    if len(split.separator) != 1:
        return None
    anything = f"[^{_in_class(split.separator)}]+"
    count = len(split.parts)
    wanted = [narrowest([anything, *(p.pattern for p in parts if p.part == i)]) for i in range(count)]
    separator = literal(split.separator)
    first = [choices[0] for choices in wanted]
    patterns = [separator.join(map(grouped, first))]
    for i, choices in enumerate(wanted):
        for other in choices[1:]:
            patterns.append(separator.join(grouped(other) if j == i else anything for j in range(count)))
    return patterns


def part_in(check: model.PartNotIn) -> dict[str, Any] | None:
    """The schema of the strings that ``check`` refuses; ``None`` if there is none (see ``split_patterns``)."""
    if len(check.separator) != 1:
        return None
    separator = literal(check.separator)
    before = f"[^{_in_class(check.separator)}]+{separator}" * check.part
    values = "|".join(map(literal, check.values))
    if check.part < check.parts - 1:
        return text([f"^{before}({values}){separator}"])
    return text([f"^{before}({values})$"]) | {"not": text([LINE_END])}


def time_pattern(checks: Sequence[model.ValueCheck]) -> str:
    """The form of a time under all these checks; the dates among its matches that do not exist are
    those of ``NO_SUCH_DATE``."""

    def has(kind: type[model.ValueCheck]) -> bool:
        return any(isinstance(check, kind) for check in checks)

    upper = has(model.TimeUppercase)
    digits = min((c.digits for c in checks if isinstance(c, model.TimePrecision)), default=None)
    offsets = ["Z" if upper else "[Zz]", *_offsets(utc=has(model.TimeUtc), zulu=has(model.TimeZulu))]
    date = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    clock = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    fraction = "" if digits == 0 else f"([.][0-9]{'+' if digits is None else f'{{1,{digits}}}'})?"
    offset = f"({'|'.join(offsets)}){'' if has(model.TimeOffset) else '?'}"
    return f"{date}{'T' if upper else '[Tt]'}{clock}{fraction}{offset}"


def _offsets(*, utc: bool, zulu: bool) -> list[str]:
    """What may stand for an offset beside ``Z``."""
    if utc:
        return [] if zulu else ["[+-]00:00"]
    if zulu:
        return ["[+-](0[1-9]|1[0-9]|2[0-3]):[0-5][0-9]", "[+-]00:(0[1-9]|[1-5][0-9])"]
    return ["[+-]([01][0-9]|2[0-3]):[0-5][0-9]"]


def names_pattern(pattern: str, exempt: Sequence[str]) -> str:
    """The pattern of members' names that ``pattern`` allows or that are exempt from it."""
    others = [literal(name) for name in exempt if not re.fullmatch(pattern, name)]
    return "|".join([pattern, *others])


def _in_class(character: str) -> str:
    return f"\\{character}" if character in "\\]^-" else character
