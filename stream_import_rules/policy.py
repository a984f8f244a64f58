"""Which rules are reported, and how gravely: the choice of the user, apart from the rules themselves.

Between the rule set and the checker: the checker asks ``Policy.severity_of`` for every violation.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from .model import Rule, RuleSet, Severity


class UnknownRule(ValueError):
    """A rule id or pattern that fits no rule; the message names the nearest ids."""


class Policy:
    """The rules that count in one run, each with its severity.

    ``select`` adds rules that are off by default and, where given, leaves only what it names on;
    ``ignore`` takes rules away; ``severity`` changes severities, and turns no rule on. All three take ids,
    former ids or patterns such as ``activity.*``. ``base`` is the policy that they change, that of a file for
    instance; without it, it is that of the rules. Raises ``UnknownRule`` for what fits no rule.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        *,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        severity: Mapping[str, Severity] | None = None,
        base: Policy | None = None,
    ) -> None:
        self._levels: dict[str, Severity]
        self._grades: dict[str, Severity]
        rules = {rule.id: rule for rule in ruleset.rules}
        grades = {rule.id: rule.severity for rule in ruleset.rules} if base is None else dict(base._grades)
        on = {rule.id for rule in ruleset.rules if rule.enabled} if base is None else set(base._levels)
        if chosen := {rule_id for pattern in select for rule_id in matching(rules, pattern)}:
            on = chosen
        for pattern in ignore:
            on.difference_update(matching(rules, pattern))
        for pattern, level in (severity or {}).items():
            grades.update(dict.fromkeys(matching(rules, pattern), level))
        self._grades = grades
        self._levels = {rule_id: grades[rule_id] for rule_id in rules if rule_id in on}

    @classmethod
    def of_levels(cls, levels: Mapping[str, Severity]) -> Policy:
        """The policy that gives these rules these severities, and reports no other."""
        policy = cls.__new__(cls)
        policy._grades = dict(levels)
        policy._levels = dict(levels)
        return policy

    @property
    def levels(self) -> dict[str, Severity]:
        """The severities of all rules that are reported."""
        return dict(self._levels)

    def severity_of(self, rule: str) -> Severity | None:
        """The severity of a rule in this run, ``None`` if it is not reported."""
        return self._levels.get(rule)

    def without(self, rules: Iterable[str]) -> Policy:
        """The same policy, in which these rules are not reported."""
        other = copy.copy(self)
        silent = set(rules)
        other._levels = {rule: level for rule, level in self._levels.items() if rule not in silent}
        return other

    @property
    def active(self) -> frozenset[str]:
        """The ids of all rules that are reported."""
        return frozenset(self._levels)


def matching(rules: Mapping[str, Rule], pattern: str) -> list[str]:
    """The ids that a pattern, an id or a former id stands for. Raises ``UnknownRule`` if there is none."""
    if pattern in rules:
        return [pattern]
    former = [rule.id for rule in rules.values() if pattern in rule.aliases]
    found = former or [rule_id for rule_id in rules if fnmatchcase(rule_id, pattern)]
    if not found:
        raise unknown(rules, pattern)
    return found


def named(rules: Mapping[str, Rule], rule_id: str) -> str:
    """The id that an id or a former id stands for. Raises ``UnknownRule`` if there is none."""
    if rule_id in rules:
        return rule_id
    former = [rule.id for rule in rules.values() if rule_id in rule.aliases]
    if not former:
        raise unknown(rules, rule_id)
    return former[0]


def unknown(rules: Mapping[str, Rule], written: str) -> UnknownRule:
    """The error for an id or a pattern that fits no rule."""
    short = written if len(written) <= 100 else written[:99] + "…"
    near = difflib.get_close_matches(short, rules, n=3, cutoff=0.5)
    tail = f"; did you mean {' or '.join(near)}?" if near else ""
    return UnknownRule(f"no rule {short!r}{tail}")
