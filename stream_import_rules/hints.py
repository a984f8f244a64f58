"""Hints: how to mend a mistake, said as closely as the value allows. Used by ``explain``.

Where nothing special is known of a value, the hint is the fix of the rule.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from . import model, times
from .findings import Path, clip

Hint: TypeAlias = Callable[[Any], str]

#: A longer text is not nearly a time.
_LONGEST_TIME = 64


def name_of(path: Path) -> str:
    """What a message calls the value at a path: its member, or the item of its list."""
    names = [i for i, step in enumerate(path) if isinstance(step, str)]
    if not names:
        return "the line"
    last = names[-1]
    indexes = "".join(f"[{i}]" for i in path[last + 1 :])
    return f"`{clip(str(path[last]))}{indexes}`"


def renaming(given: str, name: str) -> str:
    """For a member that was most likely meant to have another name."""
    return f"There is `{clip(given)}`: rename it to `{name}`."


class Hints:
    """The hints of one rule set."""

    def __init__(self, ruleset: model.RuleSet) -> None:
        self._fix = {rule.id: rule.fix for rule in ruleset.rules}
        self._instructions = {i.name: i for i in ruleset.instructions}
        self._former = ruleset.former_instructions
        self._prefixes = tuple(sorted(_prefixes(ruleset)))

    def for_type(self, value: model.Value) -> Hint:
        """For a value of the wrong type."""
        fix = self._fix.get(value.type_rule, "")
        if isinstance(value, model.TimeValue):
            return lambda v: _unix_time(v) or fix
        return lambda v: fix

    def for_check(self, check: model.ValueCheck) -> Hint:
        """For a value that breaks a check."""
        fix = self._fix.get(check.rule, "")
        match check:
            case model.Choices(values=values):
                return lambda v: self._choice(v, values) or fix
            case model.TimeFormat():
                return lambda v: _mended_time(v) or fix
            case model.TimeOffset():
                return lambda v: f"If the time is in UTC, write `{clip(v)}Z`. If it is a local time, convert it first."
            case model.TimeUppercase():
                return lambda v: f"Write `{clip(v.upper())}`."
            case model.TimeUtc() | model.TimeZulu():
                return _in_utc
            case model.PartPattern():
                return lambda v: _dashed(v) or fix
            case model.Pattern(pattern=pattern):
                return lambda v: self._bare(v, pattern) or fix
            case _:
                return lambda v: fix

    def for_tolerated(self, rule: str) -> Hint:
        """For a value of a form that is only tolerated."""
        fix = self._fix.get(rule, "")

        def hint(v: Any) -> str:
            if type(v) is dict and isinstance(v.get("id"), str):
                return f"{fix} Its id is `{clip(v['id'], 60)}`."
            return fix

        return hint

    def for_record(self, record: model.RecordValue) -> RecordHints:
        """For missing and unknown members."""
        return RecordHints(record)

    def _bare(self, given: str, pattern: str) -> str:
        """For a string that would be fine without blanks around it, or without the prefix of a reference."""
        if given.strip() != given:
            return (
                f"Remove the white space around `{clip(given.strip())}`."
                if re.fullmatch(pattern, given.strip())
                else ""
            )
        for prefix in self._prefixes:
            rest = given.removeprefix(prefix)
            if rest != given and re.fullmatch(pattern, rest):
                return f"Write `{clip(rest)}`: the prefix `{prefix}` belongs to references in activities."
        return ""

    def _choice(self, given: str, values: tuple[str, ...]) -> str:
        if given in self._former:
            return self._former[given]
        plain = _plain(given)
        for value in values:
            aliases = self._instructions[value].aliases if value in self._instructions else ()
            if plain in {_plain(name) for name in (value, *aliases)}:
                return f"Write `{value}`."
        near = _near(given, values, 0.6)
        return f"Did you mean `{near}`?" if near else ""


def _prefixes(ruleset: model.RuleSet) -> Iterator[str]:
    """The prefixes of references, wherever they are checked."""
    values: list[model.Value] = [instruction.line for instruction in ruleset.instructions]
    while values:
        value = values.pop()
        if isinstance(value, model.ListValue):
            values.append(value.items)
        elif isinstance(value, model.RecordValue):
            values += [field.value for field in value.fields]
            for check in value.checks:
                if isinstance(check, model.References):
                    yield from check.patterns


class RecordHints:
    """Which member was meant by a name that is not one."""

    def __init__(self, record: model.RecordValue) -> None:
        self._names = [f.name for f in record.fields]
        self._plain = {_plain(name): f.name for f in record.fields for name in (*f.aliases, f.name)}
        self._defined = frozenset(self._names)

    def missing(self, missing: list[str], record: Mapping[str, Any]) -> dict[str, str]:
        """For each missing member the name in the record that was most likely meant to be it."""
        others = [name for name in record if name not in self._defined]
        meant: dict[str, str] = {}
        for name in others:
            wanted = self._plain.get(_plain(name)) or _near(name, missing)
            if wanted in missing and wanted not in meant:
                meant[wanted] = name
        return meant

    def unknown(self, name: str, record: Mapping[str, Any]) -> str:
        """For an unknown member the one that was most likely meant, "" if none is near."""
        wanted = self._plain.get(_plain(name)) or _near(name, self._names)
        return f"Did you mean `{wanted}`?" if wanted and wanted not in record else ""


def _plain(name: str) -> str:
    """A name without what people get wrong: case, blanks, dashes, underscores."""
    return re.sub(r"[\s_-]", "", name).casefold()


@lru_cache(maxsize=4096)
def _nearest(name: str, names: tuple[str, ...], cutoff: float) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=cutoff)
    return near[0] if near else ""


def _near(name: str, names: Iterable[str], cutoff: float = 0.8) -> str:
    """The nearest of some names. Files make the same mistake in every line, so what was found is kept."""
    return _nearest(name, tuple(names), cutoff) if 3 <= len(name) <= 64 else ""


_UNIX_UNITS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}


def _unix_time(v: Any) -> str:
    """For a number where a time should be."""
    if type(v) not in (int, float) or not 0 < v < 10**20:
        return ""
    for unit, per_second in _UNIX_UNITS.items():
        if 100_000_000 <= v / per_second <= 10_000_000_000:
            return f"These are Unix {unit}. Write `{times.text_of(int(v * 1_000_000 // per_second))}`."
    return ""


def _mended_time(v: str) -> str:
    """For a text that is nearly a time."""
    if len(v) > _LONGEST_TIME:
        return ""
    text = v.strip()
    if re.fullmatch(r"-?[0-9]{9,19}(\.[0-9]+)?", text):
        return _unix_time(float(text) if "." in text else int(text))
    for candidate in _respelt(text):
        found = times.parse(candidate)
        if found is not None:
            written = candidate if found.has_offset else candidate + "Z"
            zone = "" if found.has_offset else ", if it is in UTC"
            return f"Write `{written}`{zone}."
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return f"Add the time of day, for instance `{text}T00:00:00Z`."
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", text):
        return "The date or the time of day does not exist, or has the wrong form."
    return ""


#: Other spellings of a part of a time, and how it is to be written.
_SPELLINGS = [
    (re.compile(pattern), right)
    for pattern, right in (
        (r"([+-][0-9]{2})([0-9]{2})$", r"\1:\2"),
        (r"(:[0-9]{2}[+-][0-9]{2})$", r"\1:00"),
        (r"(T[0-9]{2}:[0-9]{2})(Z|[+-].*)?$", r"\1:00\2"),
        (r",([0-9]+)", r".\1"),
    )
]


def _respelt(text: str) -> Iterator[str]:
    """The text with more and more of its parts spelt as they should be: most often the second is a time."""
    tries = [text, re.sub(r"^([0-9-]{10})[ _]+([0-9])", r"\1T\2", text)]
    yield from tries
    more = [re.sub(r" +(Z|UTC|GMT)$", "Z", tries[-1]), re.sub(r" ([+-][0-9]{2}):?([0-9]{2})$", r"\1:\2", tries[-1])]
    yield from more
    tries += more
    for spelling, right in _SPELLINGS:
        more = [spelling.sub(right, spelt) for spelt in tries]
        yield from more
        tries += more


def _in_utc(v: str) -> str:
    found = times.parse(v)
    try:
        return f"Write `{times.text_of(found.micros)}`." if found else ""
    except ValueError:  # the year 0 or 10,000 in UTC
        return ""


def _dashed(v: str) -> str:
    """A feed id without blanks around it, and with dashes for what must not be in it."""
    text = v.strip()
    head, colon, tail = text.partition(":")
    mended = re.sub(r"[^A-Za-z0-9_]", "_", head) + colon + re.sub(r"[^A-Za-z0-9_-]", "-", tail)
    if mended == text:
        return f"Remove the white space around `{clip(text, 80)}`." if text != v else ""
    return f"For instance `{clip(mended, 80)}`, in every place where this feed is named."
