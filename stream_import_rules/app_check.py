"""Compares lines with the configuration of an app: the rules that need one.

After ``explain``, which judges a line by itself; called by ``validate`` for every line that is explained,
and asked whether a survey of lines that the fast validator passes is enough to know that they fit. A value
that breaks an error of its own is not judged here: one mistake is one finding.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from . import check_value, model
from .app import App
from .data_schemas import Judge
from .findings import Path, Violation, clip, shown
from .hints import name_of
from .jsontext import UNJUDGED
from .surveys import Survey, Surveyor, group_of

_Entries = list[Any]

#: Among more names than this none is suggested.
_MOST_NAMES = 500


class AppChecker:
    """The rules that need a configuration, under one configuration.

    ``active`` are the rules whose findings are wanted (default: all). ``replaced`` are rules that say
    nothing in the whole run, because the configuration knows what they guess at.
    """

    def __init__(self, app: App, ruleset: model.RuleSet, active: frozenset[str] | None = None) -> None:
        self.app = app
        self._discriminator, self._payload = ruleset.discriminator, ruleset.payload
        self._surveyor = Surveyor(ruleset)
        self._fix = {rule.id: rule.fix for rule in ruleset.rules}
        self._groups = app.feed_groups
        self.replaced: frozenset[str] = frozenset()
        #: Rules that are silent about a feed id whose group has a type that is known.
        self._replaced_by_type: frozenset[str] = frozenset()
        self._configured: model.ConfiguredGroups | None = None
        self._followed: list[model.FollowedGroups] = []
        self._values: list[tuple[model.ConfiguredValues, frozenset[str], Callable[[str], bool]]] = []
        self._schemas: list[tuple[model.DataSchema, str, frozenset[str], dict[str, Judge]]] = []
        errors = frozenset(rule.id for rule in ruleset.rules if rule.severity == "error")
        self._is_group = _group_test(ruleset, errors)
        for check in ruleset.app.checks:
            self._prepare(check, ruleset, errors, active is None or check.rule in active)

    def _prepare(self, check: model.AppCheck, ruleset: model.RuleSet, errors: frozenset[str], active: bool) -> None:
        match check:
            case model.ConfiguredGroups() if self._groups is not None:
                self.replaced |= set(check.replaces)
                self._configured = check if active else None
            case model.FollowedGroups() if self._groups is not None:
                self._replaced_by_type |= set(check.replaces)
                self._followed += [check] if active else []
            case model.ConfiguredValues() if active and check.section in self.app.values:
                known = frozenset(self.app.values[check.section])
                self._values.append((check, known, _sound(ruleset, check, errors)))
            case model.DataSchema() if active and check.entries in self.app.schemas:
                instruction = next(e.instruction for e in ruleset.app.entries if e.name == check.entries)
                judges = {name: Judge(source) for name, source in self.app.schemas[check.entries].items()}
                self._schemas.append((check, instruction, _defined(ruleset, instruction), judges))

    # ------------------------------------------------------------------ lines that were passed

    def needs_look(self, instruction: str) -> bool:
        """Whether lines of this instruction have to be judged one by one, whatever a survey says."""
        return any(instruction == of for _, of, _, judges in self._schemas if judges)

    def accepts(self, survey: Survey) -> bool:
        """Whether surely nothing is to be said of lines that nothing else is wrong with, by their survey."""
        present = [name for name, count in survey.entries.items() if count]
        if any(map(self.needs_look, present)):
            return False
        if self._configured is not None and not survey.feed_groups.keys() <= (self._groups or {}).keys():
            return False
        for followed in self._followed:
            if followed.instruction in present:
                groups = survey.values.get((followed.instruction, ""))
                if groups is None or any(self._is_wrong_type(group, followed.type) for group in groups):
                    return False
        for check, known, _ in self._values:
            if check.instruction in present:
                values = survey.values.get((check.instruction, check.member))
                if values is None or not values.keys() <= known:
                    return False
        return True

    def fits(self, lines: Iterable[bytes]) -> bool:
        """Whether nothing is to be said of lines that nothing else is wrong with; the slower answer, for
        lines whose survey is not accepted."""
        return not any(self.violations(msgspec.json.decode(line)) for line in lines)

    # ------------------------------------------------------------------ lines that are explained

    def judge(self, line: Mapping[str, Any], found: list[Violation]) -> list[Violation]:
        """All that is to be said of a line of which ``found`` is what its own rules say."""
        if self._replaced_by_type and self._groups is not None:
            found = [v for v in found if v.rule not in self._replaced_by_type or not self._is_known(line, v.path)]
        return [*found, *self.violations(line)]

    def violations(self, line: Mapping[str, Any]) -> list[Violation]:
        """What the configuration has against a line, whose rules of its own are another matter."""
        name, entries = line.get(self._discriminator), line.get(self._payload)
        if not isinstance(name, str):
            return []
        found = list(self._unconfigured(line)) if self._configured is not None else []
        if isinstance(entries, list):
            found += self._wrong_targets(name, line)
            found += self._unknown_values(name, entries)
            found += self._misfits(name, entries)
        return found

    def _is_known(self, line: Mapping[str, Any], path: Path) -> bool:
        """Whether the configuration settles what the feed id at a path is: its type is not to be confirmed."""
        value: Any = line
        for step in path:
            value = value[step]
        return isinstance(value, str) and (self._groups or {}).get(group_of(value)) != model.CONFIRM

    def _is_wrong_type(self, group: str, wanted: str) -> bool:
        return (self._groups or {}).get(group, wanted) not in (wanted, model.CONFIRM)

    def _feed_ids(self, line: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
        for path, feed_id in self._surveyor.feed_ids(line):
            group, _, rest = feed_id.partition(":")
            if rest and self._is_group(group):
                yield path, feed_id, group

    def _unconfigured(self, line: Mapping[str, Any]) -> Iterator[Violation]:
        assert self._configured is not None
        assert self._groups is not None
        for path, feed_id, group in self._feed_ids(line):
            if group not in self._groups:
                message = f"{name_of(path)} has the group `{clip(group)}`, which is not configured in the app"
                yield self._violation(
                    self._configured.rule, path, message, feed_id, _near(group[:100], frozenset(self._groups))
                )

    def _wrong_targets(self, name: str, line: Mapping[str, Any]) -> Iterator[Violation]:
        for check in self._followed:
            if check.instruction != name:
                continue
            for path, feed_id, group in self._feed_ids(line):
                if len(path) == 2 and path[0] == self._payload and self._is_wrong_type(group, check.type):
                    kind = (self._groups or {})[group]
                    message = f"{name_of(path)} is of the group `{clip(group)}`, whose type is {kind}, not {check.type}"
                    yield self._violation(check.rule, path, message, feed_id)

    def _unknown_values(self, name: str, entries: _Entries) -> Iterator[Violation]:
        for check, known, sound in self._values:
            if check.instruction != name:
                continue
            for i, entry in enumerate(entries):
                value = entry.get(check.member) if isinstance(entry, dict) else None
                if isinstance(value, str) and value not in known and sound(value):
                    path = (self._payload, i, check.member)
                    message = f'{name_of(path)} is "{clip(value, 60)}", which is no {check.noun} of the app'
                    yield self._violation(check.rule, path, message, value, _near(value[:100], known))

    def _misfits(self, name: str, entries: _Entries) -> Iterator[Violation]:
        for check, instruction, defined, judges in self._schemas:
            if instruction != name:
                continue
            for i, entry in enumerate(entries):
                if isinstance(entry, dict):
                    yield from self._misfit(check, defined, judges, entry, (self._payload, i))

    def _misfit(
        self, check: model.DataSchema, defined: frozenset[str], judges: dict[str, Judge], entry: Any, path: Path
    ) -> Iterator[Violation]:
        which = entry.get(check.by) if check.by else ""
        judge = judges.get(which) if isinstance(which, str) else None
        if judge is None:
            return
        free = {name: value for name, value in entry.items() if name not in defined}
        data: Any = free
        if check.member and not (check.flat and check.member not in entry and free):
            data = entry.get(check.member)
            data = {} if data is None else data
            path = (*path, check.member)
        if not isinstance(data, dict) or any(value is UNJUDGED for value in data.values()):
            return
        misfit = judge.misfit(data)
        if misfit is None:
            return
        where = (*path, *misfit.path)
        message = f"{name_of(where)} {misfit.message} (by {clip(judge.name, 80)})"
        hint = f"The schema says: {misfit.about}" if misfit.about else self._fix.get(check.rule, "")
        value = None if misfit.absent else shown(_at(data, misfit.path))
        yield Violation(check.rule, where, message, hint, value, misfit.at_key)

    def _violation(self, rule: str, path: Path, message: str, value: str, near: str = "") -> Violation:
        fix = self._fix.get(rule, "")
        return Violation(rule, path, message, f"{near} {fix}".strip(), shown(value))


@lru_cache(maxsize=1_000)
def _near(written: str, known: frozenset[str]) -> str:
    """Which of the known names was most likely meant; of very many nobody looks for it."""
    found = difflib.get_close_matches(written, sorted(known), 1) if len(known) <= _MOST_NAMES else []
    return f"If `{clip(found[0])}` was meant, correct it." if found else ""


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _group_test(ruleset: model.RuleSet, errors: frozenset[str]) -> Callable[[str], bool]:
    """Whether a group has the form of one, by those of its checks that are errors."""
    value = next((v for i in ruleset.instructions for v in _feed_id_values(i.line, ruleset.feed_id_type)), None)
    checks = value.checks if isinstance(value, model.StringValue) else ()
    patterns = [c.pattern for c in checks if isinstance(c, model.PartPattern) and c.part == 0 and c.rule in errors]
    tests = [re.compile(pattern).fullmatch for pattern in patterns]
    return lambda group: all(fits(group) for fits in tests)


def _feed_id_values(value: model.Value, named: str) -> Iterator[model.Value]:
    if named and value.named == named:
        yield value
    elif isinstance(value, model.ListValue):
        yield from _feed_id_values(value.items, named)
    elif isinstance(value, model.RecordValue):
        for member in value.fields:
            yield from _feed_id_values(member.value, named)


def _entry(ruleset: model.RuleSet, instruction: str) -> model.RecordValue | None:
    """The record of an instruction's entries."""
    line = next(i.line for i in ruleset.instructions if i.name == instruction)
    payload = next(member.value for member in line.fields if member.name == ruleset.payload)
    return (
        payload.items if isinstance(payload, model.ListValue) and isinstance(payload.items, model.RecordValue) else None
    )


def _defined(ruleset: model.RuleSet, instruction: str) -> frozenset[str]:
    """The members of an entry that the format knows, or forbids: all others are free."""
    entry = _entry(ruleset, instruction)
    if entry is None:
        return frozenset()
    reserved = [name for check in entry.checks if isinstance(check, model.Reserved) for name in check.names]
    return frozenset((*(member.name for member in entry.fields), *reserved))


def _sound(ruleset: model.RuleSet, check: model.ConfiguredValues, errors: frozenset[str]) -> Callable[[str], bool]:
    """Whether a value keeps all rules of its own that are errors."""
    entry = _entry(ruleset, check.instruction)
    member = next((m.value for m in entry.fields if m.name == check.member), None) if entry else None
    checks = member.checks if isinstance(member, model.StringValue) else ()
    tests = [check_value.test_of(c) for c in checks if c.rule in errors]
    nowhere = _Nowhere()
    return lambda value: not any(True for test in tests for _ in test(value, nowhere))


class _Nowhere:
    """What a test may know besides a value, where there is nothing."""

    line: Any = None
    now = 0
