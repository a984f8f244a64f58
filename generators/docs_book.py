"""The book of all pages: which page tells each rule, and the links that lead there.

Before it: ``places``. After it: ``docs_sections``, ``docs_tables`` and ``docs_pages``, each of which
needs to know of the other pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from stream_import_rules import model
from stream_import_rules.model import Rule, RuleSet

from .docs_words import last_part
from .markdown import code
from .places import Place, places_in, places_of


@dataclass(frozen=True)
class Link:
    """A Markdown text, and where it leads ("" for nowhere); ``severity`` where it is worth a word."""

    text: str
    href: str = ""
    severity: str = ""


def anchor_of(pointer: str) -> str:
    """The anchor of the rules of a place, by its JSON Pointer pattern."""
    steps = pointer[1:].replace("/", "-").replace("*", "item") or "line"
    return "at-" + re.sub(r"[^A-Za-z0-9_.-]", lambda odd: f"x{ord(odd[0]):x}", steps)


@dataclass(frozen=True)
class Book:
    """A rule set laid out on pages."""

    ruleset: RuleSet

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.ruleset.rules}

    @cached_property
    def checks(self) -> dict[str, model.ValueCheck | model.RecordCheck]:
        """The check that enforces a rule, for rules on values and records that have one."""
        places = [place for instruction in self.ruleset.instructions for place in places_of(instruction.line)]
        return {check.rule: check for place in places for check in model.checks_of(place.value)}

    @cached_property
    def homes(self) -> dict[str, str]:
        """The page of each rule. Raises ``ValueError`` for a rule that belongs nowhere."""
        homes: dict[str, str] = {}
        places = [("framing.md", place) for place in places_of(self.ruleset.envelope)]
        places += [(f"{i.name}.md", place) for i in self.ruleset.instructions for place in places_of(i.line)]
        for page, place in places:
            for rule in place.rules:
                homes.setdefault(rule, page)
        for check in self.ruleset.framing:
            homes.setdefault(check.rule, "framing.md")
        for relation in self.ruleset.relations:
            homes.setdefault(relation.rule, "relations.md")
        for of_app in self.ruleset.app.checks:
            homes.setdefault(of_app.rule, "app.md")
        if lost := self.rules.keys() - homes.keys():
            raise ValueError(f"no page of the documentation for {', '.join(sorted(lost))}")
        return homes

    @cached_property
    def named_places(self) -> dict[str, list[tuple[str, Place]]]:
        """Where each named type stands: the names of instructions, and the places in their lines."""
        found: dict[str, list[tuple[str, Place]]] = {}
        for instruction in self.ruleset.instructions:
            for place in places_in(instruction.line):
                if place.value.named:
                    found.setdefault(place.value.named, []).append((instruction.name, place))
        return found

    @cached_property
    def shared(self) -> dict[str, list[str]]:
        """The anchor of each text that several rules of one named type share, and the ids of these rules."""
        origins: dict[tuple[str, str, str], list[str]] = {}
        for named, places in self.named_places.items():
            for _, place in places:
                for rule in place.rules:
                    ids = origins.setdefault((named, last_part(rule), self.rules[rule].defined_in), [])
                    ids += [] if rule in ids else [rule]
        return {f"type.{named}.{last}": ids for (named, last, _), ids in origins.items() if len(ids) > 1}

    @cached_property
    def anchor_of_shared(self) -> dict[str, str]:
        """The anchor of its shared text, for each rule that has one."""
        return {rule: anchor for anchor, ids in self.shared.items() for rule in ids}

    def own_rules(self, place: Place, page: str) -> list[str]:
        """The rules of a place that this page tells."""
        return [rule for rule in place.rules if self.homes[rule] == page]

    def link(self, rule: str, page: str, text: str = "") -> Link:
        """A link from a page to a rule; without a text (Markdown) the id is shown."""
        home = self.homes[rule]
        href = f"#{rule}" if home == page else f"{home}#{rule}"
        return Link(text or code(rule), href, self.rules[rule].severity)

    def definition(self, rule: Rule) -> Link:
        """A link from a page to the line of the rule file that defines a rule."""
        file, _, line = rule.defined_in.rpartition(":")
        return Link(code(f"rules/{file}"), f"../../rules/{file}#L{line}")
