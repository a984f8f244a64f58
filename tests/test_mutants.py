"""How complete is the conformance suite? Every constraint of the rule set is dropped or shifted by one.

Each such mutant must give another result on some case of the suite, or stand in ``EXPECTED_SURVIVORS`` with the
reason why no case can tell it from the rule set. The suite is run as explain runs it; only the cases of the
instruction that was changed are run, those of the changed rule first.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import msgspec

from stream_import_rules import artefact, jsontext, model, times
from stream_import_rules.conformance import Executor, line_of
from stream_import_rules.explain import Explainer

ROOT = Path(__file__).parents[1]
RULESET = artefact.load()[0]
SUITE = ROOT / "dist-schemas" / RULESET.name / f"v{RULESET.version}" / "conformance" / "cases.jsonl"
ENABLED = frozenset(rule.id for rule in RULESET.rules if rule.enabled)
NOW = time.time_ns() // 1000
EXPLAINER = Explainer(RULESET, NOW)
EXECUTOR = Executor(RULESET, queries=artefact.queries())

#: What was done, and the changed part.
Change: TypeAlias = "tuple[str, Any]"


class Mutant(NamedTuple):
    """A rule set with one constraint dropped or shifted. ``about`` is the rule that it concerns."""

    name: str
    about: str
    ruleset: model.RuleSet


#: What no case can tell from the rule set, by pattern of the mutant's name, each with the reason.
EXPECTED_SURVIVORS: dict[str, str] = {
    "add_activities: activity.target.type: blank False": (
        "Nothing asks whether `target` is there, and the empty string breaks no check of it: blank is for the docs."
    ),
    "*: max-length: after *.not-empty dropped": "An empty string is not too long.",
    "follow: follow.target-not-flat: part-not-in: after follow.format dropped": (
        "What has not two parts has no group, so nothing is said of its group anyhow."
    ),
    "framing: file.max-bytes*": "A case would have 300 MB; test_unseen has the sizes.",
    "rule: file.max-bytes*": "A case would have 300 MB; test_unseen has the sizes.",
    "framing: file.max-stream-bytes*": "A case would have 3 GB; test_unpack and test_inputs have such streams.",
    "rule: file.max-stream-bytes*": "A case would have 3 GB; test_unpack and test_inputs have such streams.",
    "framing: line.max-bytes*": "A case would have 300 MB; test_long_lines has such lines.",
    "rule: line.max-bytes*": "A case would have 300 MB; test_long_lines has such lines.",
    "framing: json.max-depth: *": "No example is nested hundreds deep; test_unseen has such lines.",
    "rule: json.max-depth: *": "No example is nested hundreds deep; test_unseen has such lines.",
    "rule: reaction.activity-id-unknown: *": "Without the configuration of an app it reports nothing.",
    "add_activities: activity.actor.v3-user: pattern: after activity.actor.not-empty dropped": (
        "The rule is off by default, and a case that selects it has no other mistake; test_explain has such a line."
    ),
    "add_activities: activity.size-advice: max-entry-bytes: after *": (
        "The rule is off by default, and a case that selects it has no other mistake; test_explain has such a line."
    ),
}
_NO_TIME = "A text that is no time has neither offset nor instant, so nothing is said of them anyhow."
EXPECTED_SURVIVORS |= {
    f"*: {kind}: after *.{name} dropped": _NO_TIME
    for kind in (
        "time-offset",
        "time-utc",
        "time-zulu",
        "time-uppercase",
        "time-precision",
        "time-not-before",
        "time-not-after",
        "time-not-ahead",
    )
    for name in ("not-empty", "format")
}
_TWO_MISTAKES = "Such a line has two mistakes, a case of the suite has one; test_explain has such lines."
EXPECTED_SURVIVORS |= dict.fromkeys(
    [
        "line of no instruction: envelope.unknown: dropped",
        "line of no instruction: envelope.unknown: member activity_copy_limit not defined",
        "line of no instruction: envelope.data.required: dropped",
        "line of no instruction: envelope.data.type: dropped",
        "line of no instruction: envelope.data.type: nullable True",
        "line of no instruction: envelope.data.not-empty: not-empty dropped",
        "add_activities: activity.to.item.own-feed: differs-from-line: after *",
        "follow: follow.self: differs-from-line: after *",
        "follow: follow.target-not-flat: part-not-in: after follow.self dropped",
    ],
    _TWO_MISTAKES,
)
_NAMES = [instruction.name for instruction in RULESET.instructions]
_OWN_RULES = "The rules of an instruction are only asked of lines that have its name for `instruction`."
EXPECTED_SURVIVORS |= {
    f"{name}: envelope.instruction.{what}": _OWN_RULES
    for name in _NAMES
    for what in (
        "required: dropped",
        "type: dropped",
        "type: nullable True",
        "type: blank True",
        "unknown: choices dropped",
        *(f"unknown: choices: value {other} dropped" for other in _NAMES if other != name),
    )
}
EXPECTED_SURVIVORS |= {
    f"line of no instruction: envelope.instruction.unknown: choices: value {name} dropped": _OWN_RULES
    for name in _NAMES
}


# --------------------------------------------------------------------------- making mutants


def _with(part: Any, **members: Any) -> Any:
    return msgspec.structs.replace(part, **members)


def _but(items: tuple[Any, ...], i: int) -> tuple[Any, ...]:
    return items[:i] + items[i + 1 :]


def _put(items: tuple[Any, ...], i: int, item: Any) -> tuple[Any, ...]:
    return (*items[:i], item, *items[i + 1 :])


def _each_dropped(part: Any, member: str, what: str) -> Iterator[Change]:
    items = getattr(part, member)
    for i, item in enumerate(items):
        yield f"{what} {item} dropped", _with(part, **{member: _but(items, i)})


def _shifted(part: Any, member: str) -> Iterator[Change]:
    for by in (-1, 1):
        yield f"{member} {by:+}", _with(part, **{member: getattr(part, member) + by})


def _other_patterns(pattern: str) -> Iterator[tuple[str, str]]:
    """Patterns that differ by one range of characters, or by one in a number of repetitions."""
    for found in re.finditer(r"\[(\^?)([^\]]+)\]", pattern):
        pieces = re.findall(r".-.|.", found[2])
        for i, piece in enumerate(pieces):
            rest = "".join(_but(tuple(pieces), i))
            other = f"[{found[1]}{rest}]" if rest else "[^\\s\\S]" if not found[1] else "[\\s\\S]"
            what = f"[{found[1]}{found[2]}] at {found.start()} without {piece}"
            yield what, pattern[: found.start()] + other + pattern[found.end() :]
    for found in re.finditer(r"\{([0-9]+)\}", pattern):
        for by in (-1, 1):
            other = f"{{{int(found[1]) + by}}}"
            yield f"{found[0]} at {found.start()} {by:+}", pattern[: found.start()] + other + pattern[found.end() :]


def _of_pattern(part: Any) -> Iterator[Change]:
    for what, pattern in _other_patterns(part.pattern):
        yield f"pattern {what}", _with(part, pattern=pattern)


def _instant_shifted(check: Any) -> Iterator[Change]:
    for by in (-1, 1):
        yield f"instant {by:+}", _with(check, instant=times.text_of(times.micros_of(check.instant) + by))


def check_changes(check: Any) -> Iterator[Change]:
    """A check, changed in each way but being dropped."""
    for name in ("after", "given", "absent"):
        if getattr(check, name, ()):
            yield from _each_dropped(check, name, name)
    match check:
        case model.MaxLength() | model.MaxBytes() | model.MaxItems() | model.MaxEntryBytes():
            yield from _shifted(check, "limit")
        case model.TimePrecision():
            yield from _shifted(check, "digits")
        case model.NoBinary():
            yield from _shifted(check, "longest")
        case model.IntegerRange():
            yield from _shifted(check, "minimum")
            yield from _shifted(check, "maximum")
        case model.TimeNotBefore() | model.TimeNotAfter():
            yield from _instant_shifted(check)
        case model.Pattern() | model.PartPattern() | model.KeyPattern():
            yield from _of_pattern(check)
        case model.Choices() | model.PartNotIn():
            yield from _each_dropped(check, "values", "value")
        case model.Reserved():
            yield from _each_dropped(check, "names", "name")
        case model.AnyOf() | model.Together():
            yield from _each_dropped(check, "members", "member")
        case model.Requires() | model.Differ() | model.Ordered():
            yield "members swapped", _with(check, member=check.other, other=check.member)
        case model.References(patterns=patterns):
            yield from _each_dropped(check, "members", "member")
            for prefix, pattern in patterns.items():
                rest = {p: text for p, text in patterns.items() if p != prefix}
                yield f"prefix {prefix} dropped", _with(check, patterns=rest)
                for what, other in _other_patterns(pattern):
                    yield f"prefix {prefix} {what}", _with(check, patterns=patterns | {prefix: other})


def value_changes(value: Any) -> Iterator[tuple[str, str, Any]]:
    """A value, changed in each way: the rule that is concerned, what was done, and the changed value."""
    rule = value.type_rule
    if isinstance(value, model.AnyValue):
        return
    if rule:
        yield rule, "dropped", _with(value, type_rule="")
        yield rule, f"nullable {not value.nullable}", _with(value, nullable=not value.nullable)
    if isinstance(value, (model.StringValue, model.TimeValue)):
        yield rule, f"blank {not value.blank}", _with(value, blank=not value.blank)
    for i, form in enumerate(value.tolerated):
        yield form.rule, "tolerated form dropped", _with(value, tolerated=_but(value.tolerated, i))
        if not isinstance(form, model.ToleratedType):
            for what, other in _of_pattern(form):
                yield form.rule, what, _with(value, tolerated=_put(value.tolerated, i, other))
    for i, check in enumerate(value.checks):
        yield check.rule, f"{model.kind_of(check)} dropped", _with(value, checks=_but(value.checks, i))
        for what, other in check_changes(check):
            yield check.rule, f"{model.kind_of(check)}: {what}", _with(value, checks=_put(value.checks, i, other))
    if isinstance(value, model.ListValue):
        for about, what, items in value_changes(value.items):
            yield about, what, _with(value, items=items)
    if isinstance(value, model.RecordValue):
        if value.unknown:
            yield value.unknown, "dropped", _with(value, unknown="")
        for i, field in enumerate(value.fields):
            for about, what, other in _field_changes(field):
                yield about, what, _with(value, fields=_put(value.fields, i, other))
            about = field.value.type_rule or value.unknown
            yield about, f"member {field.name} not defined", _with(value, fields=_but(value.fields, i))


def _field_changes(field: model.Field) -> Iterator[tuple[str, str, Any]]:
    if field.required:
        yield field.required, "dropped", _with(field, required="")
    for about, what, other in value_changes(field.value):
        yield about, what, _with(field, value=other)


def line_mutants() -> Iterator[tuple[Mutant, str]]:
    """Mutants of what stands inside a line, with the instruction whose lines can differ ("": any other line)."""
    for about, what, other in value_changes(RULESET.envelope):
        yield Mutant(f"line of no instruction: {about}: {what}", about, _with(RULESET, envelope=other)), ""
    for i, instruction in enumerate(RULESET.instructions):
        for about, what, other in value_changes(instruction.line):
            changed = _put(RULESET.instructions, i, _with(instruction, line=other))
            name = f"{instruction.name}: {about}: {what}"
            yield Mutant(name, about, _with(RULESET, instructions=changed)), instruction.name


def framing_mutants() -> Iterator[Mutant]:
    """Mutants of what is told of files, lines and their text."""
    for i, check in enumerate(RULESET.framing):
        name = f"framing: {check.rule}: {model.kind_of(check)}"
        yield Mutant(f"{name} dropped", check.rule, _with(RULESET, framing=_but(RULESET.framing, i)))
        for member in ("limit", "largest", "rare", "frequent"):
            if hasattr(check, member):
                for what, other in _shifted(check, member):
                    yield Mutant(f"{name}: {what}", check.rule, _with(RULESET, framing=_put(RULESET.framing, i, other)))


def rule_mutants() -> Iterator[Mutant]:
    """Mutants of severities, and of whether a rule is on by default."""
    for i, rule in enumerate(RULESET.rules):
        severity: model.Severity = "warning" if rule.severity == "error" else "error"
        for what, other in (
            (f"severity {severity}", _with(rule, severity=severity)),
            (f"enabled {not rule.enabled}", _with(rule, enabled=not rule.enabled)),
        ):
            yield Mutant(f"rule: {rule.id}: {what}", rule.id, _with(RULESET, rules=_put(RULESET.rules, i, other)))


# --------------------------------------------------------------------------- running the suite


Result: TypeAlias = "Counter[tuple[Any, ...]]"


class Case(NamedTuple):
    """A case of the suite. ``rules`` are those that it is about; a case with ``repeat`` has one entry thousands of
    times, so it says nothing of the entry that the case without does not say."""

    raw: dict[str, Any]
    rules: frozenset[str]
    repeats: bool
    #: For a case of one line: the instruction whose rules judge it ("": none), its value and its text.
    instruction: str
    value: Any
    text: str


def _case(raw: dict[str, Any]) -> Case:
    rules = frozenset([raw.get("rule", ""), *(e["rule"] for e in raw["expect"])])
    if "file" in raw:
        return Case(raw, rules, False, "", None, "")
    text = line_of(raw).decode()
    value = jsontext.parse(text).value
    name = value.get(RULESET.discriminator) if isinstance(value, dict) else None
    known = name if isinstance(name, str) and name in {i.name for i in RULESET.instructions} else ""
    return Case(raw, rules, "repeat" in raw, known, value, text)


CASES = [_case(json.loads(line)) for line in SUITE.read_bytes().splitlines()]
LINE_CASES = [case for case in CASES if case.text]


def line_result(explainer: Explainer, case: Case) -> Result:
    """What a rule set says of the line of a case."""
    selected = case.raw.get("select", ())
    found = explainer.explain(case.value, case.text)
    return Counter((v.rule, v.path) for v in found if v.rule in ENABLED or v.rule in selected)


def full_result(executor: Executor, case: Case) -> Result:
    """What a rule set says of a case, with severities and lines."""
    return Counter((f.rule, f.severity, f.line, f.path) for f in executor.run(case.raw))


LINE_RESULTS = {case.raw["id"]: line_result(EXPLAINER, case) for case in LINE_CASES}
FULL_RESULTS = {case.raw["id"]: full_result(EXECUTOR, case) for case in CASES}


def is_noticed(about: str, cases: Iterable[Case], differs: Callable[[Case], bool]) -> bool:
    """Whether one of the cases tells a mutant from the rule set; those of the changed rule are run first."""
    ordered = sorted(cases, key=lambda case: about not in case.rules)
    return any(differs(case) for case in ordered if about in case.rules or not case.repeats)


def line_mutant_is_noticed(mutant: Mutant, instruction: str) -> bool:
    """The same for a mutant that only concerns the lines of one instruction."""
    explainer = Explainer(mutant.ruleset, NOW)
    cases = [case for case in LINE_CASES if case.instruction == instruction]
    return is_noticed(mutant.about, cases, lambda case: line_result(explainer, case) != LINE_RESULTS[case.raw["id"]])


def file_mutant_is_noticed(mutant: Mutant) -> bool:
    """The same for any other mutant. ``Executor`` judges the cases with the ruleset's own policy."""
    executor = Executor(mutant.ruleset, queries=artefact.queries())
    return is_noticed(mutant.about, CASES, lambda case: full_result(executor, case) != FULL_RESULTS[case.raw["id"]])


# --------------------------------------------------------------------------- tests


def assert_noticed(mutants: Iterable[tuple[str, bool]]) -> None:
    """Every mutant is noticed or listed, and no listed one is noticed."""
    unnoticed, stale, count = [], [], 0
    for name, noticed in mutants:
        count += 1
        listed = any(fnmatchcase(name, pattern) for pattern in EXPECTED_SURVIVORS)
        if not noticed and not listed:
            unnoticed.append(name)
        if noticed and listed:
            stale.append(name)
    assert count
    assert not unnoticed, f"{len(unnoticed)} of {count} mutants are not noticed by any case:\n" + "\n".join(unnoticed)
    assert not stale, "listed as survivors, but noticed:\n" + "\n".join(stale)


def test_every_constraint_inside_a_line_is_tested() -> None:
    assert_noticed((mutant.name, line_mutant_is_noticed(mutant, name)) for mutant, name in line_mutants())


def test_every_constraint_on_files_and_their_text_is_tested() -> None:
    assert_noticed((mutant.name, file_mutant_is_noticed(mutant)) for mutant in framing_mutants())


def test_the_severity_of_every_rule_is_tested() -> None:
    assert_noticed((mutant.name, file_mutant_is_noticed(mutant)) for mutant in rule_mutants())


def test_every_pattern_of_the_list_of_survivors_is_used() -> None:
    names = [mutant.name for mutant, _ in line_mutants()]
    names += [mutant.name for mutant in (*framing_mutants(), *rule_mutants())]
    assert len(set(names)) == len(names)
    unused = [p for p in EXPECTED_SURVIVORS if not any(fnmatchcase(name, p) for name in names)]
    assert not unused
