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
    ``ignore`` takes rules away; ``severity`` changes severities. All three take ids, former ids or
    patterns such as ``activity.*``. Raises ``UnknownRule`` for one that fits nothing.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        *,
        select: Iterable[str] = (),
        ignore: Iterable[str] = (),
        severity: Mapping[str, Severity] | None = None,
    ) -> None:
        rules = {rule.id: rule for rule in ruleset.rules}
        chosen = {rule_id for pattern in select for rule_id in matching(rules, pattern)}
        levels: dict[str, Severity] = {}
        for rule in ruleset.rules:
            if rule.id in chosen or (not chosen and rule.enabled):
                levels[rule.id] = rule.severity
        for pattern in ignore:
            for rule_id in matching(rules, pattern):
                levels.pop(rule_id, None)
        for pattern, level in (severity or {}).items():
            for rule_id in matching(rules, pattern):
                levels[rule_id] = level
        self._levels = levels

    @classmethod
    def of_levels(cls, levels: Mapping[str, Severity]) -> Policy:
        """The policy that gives these rules these severities, and reports no other."""
        policy = cls.__new__(cls)
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
        near = difflib.get_close_matches(pattern, rules, n=3, cutoff=0.5)
        tail = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UnknownRule(f"no rule {pattern!r}{tail}")
    return found
