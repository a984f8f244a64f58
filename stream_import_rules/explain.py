"""Explain, the reference: interprets the RuleSet on one decoded line and finds every broken rule.

Between ``framing``, which gives the line's value, and ``validate``, which gives findings their place
in the file. The RuleSet is compiled to closures once, so that a file in which every line has a
finding does not walk the rules again for each value.

Semantics (they are cases of the conformance suite): missing is not null; null is of the wrong type
unless the value is nullable; a check whose operands are missing or already wrong is not looked at.
"""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar, assert_never

from . import check_record, check_value, hints, model
from .findings import Path, Violation, clip, shown
from .jsontext import UNJUDGED, compact_size, locate

_C = TypeVar("_C", bound=model.ValueCheck | model.RecordCheck)

#: Looks at the value at ``parent + (key,)``; true if nothing grave is wrong with it.
Look: TypeAlias = Callable[[Any, Path, "str | int", "LineContext"], bool]

#: The words for JSON types in messages.
_TYPE_NAMES = {
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
}
_WANTED = {
    model.StringValue: ("a string", (str,)),
    model.TimeValue: ("a string", (str,)),
    model.IntegerValue: ("a whole number", (int,)),
    model.NumberValue: ("a number", (int, float)),
    model.BooleanValue: ("true or false", (bool,)),
    model.ListValue: ("an array", (list,)),
    model.ObjectValue: ("an object", (dict,)),
    model.RecordValue: ("an object", (dict,)),
}


class LineContext:
    """What the checks of one line share: the line itself, its text, the moment of the run, the findings."""

    def __init__(self, line: Mapping[str, Any], text: str, now: int) -> None:
        self.line = line
        self.text = text
        self.now = now
        self.found: list[Violation] = []
        self._spans: dict[Path, tuple[int, int]] = {}
        self._sizes: dict[Path, int] = {}

    def size(self, path: Path, over: int) -> int:
        """The bytes of the entry at ``path`` as compact JSON; 0 stands for any size up to ``over``."""
        if len(self.text) * 4 <= over:
            return 0
        start, end = self._span(path)
        if (end - start) * 4 <= over:
            return 0
        if path not in self._sizes:
            self._sizes[path] = compact_size(self.text[start:end])
        return self._sizes[path]

    def _span(self, path: Path) -> tuple[int, int]:
        """Where an entry stands in the text; the entries of one list are looked up together."""
        if path not in self._spans:
            siblings: Any = self.line
            for step in path[:-1]:
                siblings = siblings[step]
            paths = [(*path[:-1], i) for i in range(len(siblings))] if isinstance(siblings, list) else [path]
            found = locate(self.text, [(p, False) for p in paths])
            self._spans.update({p: span for (p, _), span in found.items()})
        return self._spans[path]


class Explainer:
    """The compiled RuleSet. ``now`` is the moment of the run in microseconds since 1970 (default: now).

    ``active`` are the rules whose findings are wanted (default: all); others may be found too.
    """

    def __init__(self, ruleset: model.RuleSet, now: int | None = None, active: frozenset[str] | None = None) -> None:
        self._now = clock.time_ns() // 1000 if now is None else now
        self._discriminator = ruleset.discriminator
        compiler = _Compiler(ruleset, active)
        self._lines = {i.name: compiler.record(i.line) for i in ruleset.instructions}
        self._unknown = compiler.record(ruleset.envelope)
        #: The rules that are advice: a value that breaks one is right all the same.
        self.light = compiler.light

    def explain(self, line: Mapping[str, Any], text: str) -> list[Violation]:
        """Every broken rule of a line: its decoded value and the JSON text that it was decoded from."""
        context = LineContext(line, text, self._now)
        name = line.get(self._discriminator)
        look = self._lines.get(name, self._unknown) if isinstance(name, str) else self._unknown
        look(line, (), context)
        return context.found


class _Compiler:
    """Turns values and checks into closures."""

    def __init__(self, ruleset: model.RuleSet, active: frozenset[str] | None) -> None:
        self.active = active
        self.hints = hints.Hints(ruleset)
        self.fix = {rule.id: rule.fix for rule in ruleset.rules}
        self.light = frozenset(rule.id for rule in ruleset.rules if rule.severity == "info")

    def value(self, value: model.Value) -> Look:
        """The closure of any value."""
        if isinstance(value, model.AnyValue):
            return _anything
        inside = self._inside(value)
        tolerated = [self._tolerated(t) for t in value.tolerated]
        wanted, types = _WANTED[type(value)]
        whole_floats = isinstance(value, model.IntegerValue)
        type_rule, nullable, blank = value.type_rule, value.nullable, value.blank
        type_hint = self.hints.for_type(value)

        def look(v: Any, parent: Path, key: str | int, context: LineContext) -> bool:
            kind = type(v)
            if kind in types or (whole_floats and kind is float and v.is_integer()):
                if blank and v == "":
                    return True
                if tolerated:
                    for tolerate in tolerated:
                        if tolerate(v, parent, key, context):
                            return False
                return inside is None or inside(v, parent, key, context)
            if v is UNJUDGED:
                return False
            if v is None and nullable:
                return True
            for tolerate in tolerated:
                if tolerate(v, parent, key, context):
                    return False
            path = (*parent, key)
            found = "null" if v is None else _TYPE_NAMES[kind]
            message = f"{hints.name_of(path)} is {found}, not {wanted}"
            context.found.append(Violation(type_rule, path, message, type_hint(v), shown(v)))
            return False

        return look

    def _inside(self, value: model.Value) -> Look | None:
        """What to look at in a value of the right type; ``None`` if there is nothing."""
        match value:
            case model.RecordValue():
                record = self.record(value)
                return lambda v, parent, key, context: record(v, (*parent, key), context)
            case model.ListValue():
                return self._list(value)
            case (
                model.StringValue()
                | model.TimeValue()
                | model.IntegerValue()
                | model.NumberValue()
                | model.BooleanValue()
                | model.ObjectValue()
            ):
                return self._checked(value.checks)
            case model.AnyValue():
                return None
            case _:
                assert_never(value)

    def _list(self, value: model.ListValue) -> Look:
        item = self.value(value.items)
        checked = self._checked(value.checks)
        anything = item is _anything

        def look(v: list[Any], parent: Path, key: str | int, context: LineContext) -> bool:
            clean = checked is None or checked(v, parent, key, context)
            if not anything:
                path = (*parent, key)
                for i, one in enumerate(v):
                    clean = item(one, path, i, context) and clean
            return clean

        return look

    def _checked(self, checks: tuple[model.ValueCheck, ...]) -> Look | None:
        """The checks of one value in their order, each only if those that it comes after have held."""
        checks = self._wanted(checks)
        if not checks:
            return None
        prepared = [
            (check.rule, frozenset(check.after), check_value.test_of(check), self.hints.for_check(check))
            for check in checks
        ]
        light = self.light
        clean = check_value.quick_test_of(checks)

        def look(v: Any, parent: Path, key: str | int, context: LineContext) -> bool:
            if clean is not None and clean(v):
                return True
            failed: set[str] = set()
            for rule, after, test, hint in prepared:
                if failed and not failed.isdisjoint(after):
                    continue
                for below, message in test(v, context):
                    failed.add(rule)
                    path = (*parent, key, *below)
                    spot = v[below[0]] if below else v
                    text = f"{hints.name_of(path)} {message}"
                    context.found.append(Violation(rule, path, text, hint(v), shown(spot)))
            return failed <= light

        return look

    def _wanted(self, checks: tuple[_C, ...]) -> tuple[_C, ...]:
        """The checks that are active, and those on which others wait."""
        if self.active is None:
            return checks
        awaited = {rule for check in checks for rule in check.after}
        return tuple(check for check in checks if check.rule in self.active or check.rule in awaited)

    def _tolerated(self, tolerated: model.Tolerated) -> Look:
        fits = check_value.form_of(tolerated)
        rule = tolerated.rule
        hint = self.hints.for_tolerated(rule)

        def look(v: Any, parent: Path, key: str | int, context: LineContext) -> bool:
            words = fits(v)
            if words is None:
                return False
            path = (*parent, key)
            context.found.append(Violation(rule, path, f"{hints.name_of(path)} {words}", hint(v), shown(v)))
            return True

        return look

    def record(self, value: model.RecordValue) -> Callable[[Mapping[str, Any], Path, LineContext], bool]:
        """The closure of a record: its members, then what is missing or unknown, then its own checks."""
        fields = [(f.name, f.required, self.value(f.value)) for f in value.fields]
        reserved = {name for c in value.checks if isinstance(c, model.Reserved) for name in c.names}
        known = {f.name for f in value.fields} | reserved
        near = self.hints.for_record(value)
        presence = check_record.Presence(value)
        checks = [
            (
                c.rule,
                frozenset(c.after),
                check_record.test_of(c, value),
                presence.guard(c),
                self.fix.get(c.rule, ""),
                check_record.asked_of(c),
            )
            for c in self._wanted(value.checks)
        ]
        unknown, fix, light = value.unknown, self.fix, self.light

        def look(v: Mapping[str, Any], path: Path, context: LineContext) -> bool:
            before = len(context.found)
            wrong: set[str] = set()
            missing: list[tuple[str, str]] = []
            for name, required, inside in fields:
                if name in v:
                    if not inside(v[name], path, name, context):
                        wrong.add(name)
                elif required:
                    missing.append((name, required))
            meant: dict[str, str] = {}
            if missing:
                meant = near.missing([name for name, _ in missing], v)
                for name, rule in missing:
                    instead = meant.get(name)
                    hint = fix.get(rule, "") if instead is None else hints.renaming(instead, name)
                    context.found.append(Violation(rule, (*path, name), f"`{name}` is missing", hint))
            taken = set(meant.values())
            mark = len(context.found)
            failed: set[str] = set()
            for rule, after, test, guard, hint, asked in checks:
                if (failed and not failed.isdisjoint(after)) or (guard is not None and not guard(v, wrong)):
                    continue
                for trouble in test(v, path, context):
                    if trouble.at_key and trouble.below[0] in taken:
                        continue  # a misspelt required member, told above
                    failed.add(rule)
                    place, said = path + trouble.below, trouble.hint or hint
                    absent = [name for name in asked if name not in v]
                    if absent and (misspelt := near.missing(absent, v)):
                        taken.update(misspelt.values())
                        said = " ".join(hints.renaming(given, name) for name, given in misspelt.items())
                    context.found.append(Violation(rule, place, trouble.message, said, trouble.value, trouble.at_key))
            if unknown:
                # Told in front of what the checks say, which decides what is only a misspelt name.
                strange = [name for name in v if name not in known and name not in taken]
                context.found[mark:mark] = [
                    Violation(
                        unknown,
                        (*path, name),
                        f"`{clip(name)}` is not a member of this record",
                        near.unknown(name, v) or fix.get(unknown, ""),
                        shown(v[name]),
                        at_key=True,
                    )
                    for name in strange
                ]
            if len(context.found) == before:
                return True
            return all(found.rule in light for found in context.found[before:])

        return look


def _anything(v: Any, parent: Path, key: str | int, context: LineContext) -> bool:
    return v is not UNJUDGED
