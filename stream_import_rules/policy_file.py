"""The section ``policy`` of a configuration: its values with rule ids resolved, or what is wrong with it.

Used by ``app_file``, which has made sure of the form; here is what the form does not tell: names of rules,
dates of the calendar, members that exclude each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from .document import Document, Mistake
from .findings import Path
from .model import RuleSet
from .policy import UnknownRule, matching
from .suppressions import Settings, Suppression

#: The name of the section.
SECTION = "policy"

_Take: TypeAlias = Callable[[Path, str], list[str]]


def settings_of(document: Document, ruleset: RuleSet, found: list[Mistake]) -> Settings | None:
    """What the section says, ``None`` if there is none. Mistakes are added to ``found``."""
    section: Mapping[str, Any] | None = document.data.get(SECTION)
    if section is None:
        return None
    rules = {rule.id: rule for rule in ruleset.rules}

    def rules_of(path: Path, pattern: str) -> list[str]:
        try:
            return matching(rules, pattern)
        except UnknownRule as error:
            found.append(document.mistake((SECTION, *path), str(error), "the id of a rule, or a pattern"))
            return []

    for name in ("select", "ignore"):
        for i, pattern in enumerate(section.get(name, ())):
            rules_of((name, i), pattern)
    for pattern in section.get("severity", {}):
        rules_of(("severity", pattern), pattern)
    if section.get("strict") and "fail_on" in section:
        problem = "`strict` and `fail_on` exclude each other"
        found.append(document.mistake((SECTION, "fail_on"), problem, "one of the two"))
    return Settings(
        path=document.file,
        select=tuple(section.get("select", ())),
        ignore=tuple(section.get("ignore", ())),
        severity=dict(section.get("severity", {})),
        strict=section.get("strict", False),
        fail_on=section.get("fail_on"),
        suppressions=tuple(_suppressions(document, section, rules_of, found)),
    )


def _suppressions(
    document: Document, section: Mapping[str, Any], rules_of: _Take, found: list[Mistake]
) -> Iterator[Suppression]:
    for i, given in enumerate(section.get("suppressions", ())):
        place = ("suppressions", i)
        steps = given.get("path", "").split("/")
        if any(step.isdecimal() for step in steps):
            problem = f"`path` is {given['path']}: the index of an item says nothing that lasts"
            found.append(document.mistake((SECTION, *place, "path"), problem, "`*` for any item of a list"))
        until = given.get("until")
        if until is not None and not _is_date(until):
            found.append(document.mistake((SECTION, *place, "until"), f"{until} is no day", "a day, as YYYY-MM-DD"))
        yield Suppression(
            **given,
            rules=frozenset(rules_of((*place, "rule"), given["rule"])),
            line=document.line((SECTION, *place)) if document.lines else 0,
            folder=os.path.dirname(document.file) if document.lines else "",
        )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
