"""A rule that the fast validator has no test for makes lines slow, never wrong.

Each case changes the RuleSet as an edit of a rule file would, generates the fast validator anew, and
gives it a line in which explain finds the changed rule broken.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from generators.python_fast import DEEPEST
from generators.to_python import to_python
from stream_import_rules import artefact, model
from stream_import_rules.explain import Explainer
from stream_import_rules.framing import Framer, Judge
from stream_import_rules.judges import FastValidator
from stream_import_rules.policy import Policy

RULES, _ = artefact.load()
NOW = 1_700_000_000_000_000
NEW = "activity.new"


def entries_of(ruleset: model.RuleSet, name: str) -> model.RecordValue:
    line = next(i.line for i in ruleset.instructions if i.name == name)
    payload = next(f.value for f in line.fields if f.name == ruleset.payload)
    assert isinstance(payload, model.ListValue)
    assert isinstance(payload.items, model.RecordValue)
    return payload.items


def with_entry(name: str, **changes: Any) -> model.RuleSet:
    """The rules with the entries of one instruction changed."""
    made = []
    for instruction in RULES.instructions:
        if instruction.name == name:
            fields = []
            for field in instruction.line.fields:
                if field.name == RULES.payload:
                    items = replace(entries_of(RULES, name), **changes)
                    fields.append(replace(field, value=replace(field.value, items=items)))
                else:
                    fields.append(field)
            instruction = replace(instruction, line=replace(instruction.line, fields=tuple(fields)))
        made.append(instruction)
    return with_new_rule(replace(RULES, instructions=tuple(made)))


def with_member(name: str, member: str, **changes: Any) -> model.RuleSet:
    """The rules with the value of one member changed."""
    fields = entries_of(RULES, name).fields
    changed = (replace(f, value=replace(f.value, **changes)) if f.name == member else f for f in fields)
    return with_entry(name, fields=tuple(changed))


def with_field(name: str, value: model.Value) -> model.RuleSet:
    """The rules with one more optional member, `extra`."""
    return with_entry(name, fields=(*entries_of(RULES, name).fields, model.Field(name="extra", value=value)))


def with_new_rule(ruleset: model.RuleSet) -> model.RuleSet:
    return replace(ruleset, rules=(*ruleset.rules, replace(RULES.rules[0], id=NEW, severity="warning", enabled=True)))


def checks_of(name: str, member: str) -> tuple[Any, ...]:
    value = next(f.value for f in entries_of(RULES, name).fields if f.name == member)
    assert not isinstance(value, model.AnyValue)
    return tuple(value.checks)


def with_framing(kind: type, **changes: int) -> model.RuleSet:
    framing = tuple(replace(c, **changes) if isinstance(c, kind) else c for c in RULES.framing)
    return replace(RULES, framing=framing)


def activity(**members: Any) -> dict[str, Any]:
    entry = {"actor": "SU:a", "verb": "post", "object": "o", "foreign_id": "f", "time": "2023-05-01T09:30:00Z"}
    return {"instruction": "add_activities", "feedId": "user:a", "data": [entry | members]}


def reaction(**members: Any) -> dict[str, Any]:
    uuid = "54a60c1e-4ee3-494b-a1e3-50c06acb5ed4"
    entry = {"id": uuid, "kind": "like", "user_id": "a", "activity_id": uuid, "time": "2023-05-01T09:30:00Z"}
    return {"instruction": "reactions", "data": [entry | members]}


def nested(depth: int) -> dict[str, Any]:
    """An activity whose line is nested so deep, the line itself counted."""
    value: Any = 1
    for _ in range(depth - 3):
        value = [value]
    return activity(deep=value)


TEXT = model.StringValue(type_rule=NEW)
PLAIN = {"rule": NEW}
CASES: dict[str, tuple[model.RuleSet, dict[str, Any]]] = {
    "a pattern on a time": (
        with_member(
            "add_activities",
            "time",
            checks=(*checks_of("add_activities", "time"), model.Pattern(**PLAIN, pattern="[^9]+")),
        ),
        activity(),
    ),
    "choices on a time": (
        with_member(
            "add_activities",
            "time",
            checks=(*checks_of("add_activities", "time"), model.Choices(**PLAIN, values=("x",))),
        ),
        activity(),
    ),
    "a member that equals one of the line": (
        with_member("add_activities", "target", checks=(model.DiffersFromLine(**PLAIN, member="feedId"),)),
        activity(target="user:a"),
    ),
    "a member that equals one that the line does not define": (
        with_member("add_activities", "target", checks=(model.DiffersFromLine(**PLAIN, member="instruction"),)),
        activity(target="add_activities"),
    ),
    "an earliest time with a fraction": (
        with_member(
            "add_activities",
            "time",
            checks=(
                *checks_of("add_activities", "time"),
                model.TimeNotBefore(**PLAIN, instant="2023-05-01T09:30:00.5Z"),
            ),
        ),
        activity(),
    ),
    "a lower limit of integers": (with_framing(model.ExactNumbers, largest=1000), activity(n=1001)),
    "a lower limit of depth": (with_framing(model.MaxDepth, limit=4), nested(5)),
    "a fraction without bounds": (
        with_field("reactions", model.NumberValue(type_rule=NEW)),
        reaction(extra=123456789012345678),
    ),
    "an integer without bounds": (
        with_field("reactions", model.IntegerValue(type_rule=NEW)),
        reaction(extra=123456789012345678),
    ),
    "an empty string of a nullable member": (
        with_field("reactions", replace(TEXT, nullable=True, checks=(model.Pattern(**PLAIN, pattern="[a-z]+"),))),
        reaction(extra=""),
    ),
    "a tolerated form that the checks allow": (
        with_field("reactions", replace(TEXT, tolerated=(model.ToleratedText(**PLAIN, pattern="a+"),))),
        reaction(extra="aa"),
    ),
    "a pair where a list is right": (
        with_field(
            "reactions",
            model.ListValue(type_rule=NEW, items=TEXT, tolerated=(model.ToleratedPair(**PLAIN, pattern="a"),)),
        ),
        reaction(extra=["a", "b"]),
    ),
    "items that are lists of times": (
        with_field(
            "reactions",
            model.ListValue(
                type_rule=NEW,
                items=model.ListValue(
                    type_rule=NEW, items=model.TimeValue(type_rule=NEW, checks=(model.TimeFormat(**PLAIN),))
                ),
            ),
        ),
        reaction(extra=[["yesterday"]]),
    ),
    "a nullable item": (
        with_field(
            "reactions",
            model.ListValue(
                type_rule=NEW, items=replace(TEXT, nullable=True, checks=(model.Pattern(**PLAIN, pattern="a"),))
            ),
        ),
        reaction(extra=[None, "b"]),
    ),
    "one of two that is there but empty": (
        with_entry(
            "users",
            fields=(*entries_of(RULES, "users").fields, model.Field(name="extra", value=TEXT)),
            checks=(model.Together(**PLAIN, members=("extra", "data")),),
        ),
        {"instruction": "users", "data": [{"id": "a", "extra": ""}]},
    ),
    "strings in the order of times": (
        with_entry("add_activities", checks=(model.Ordered(**PLAIN, member="verb", other="object"),)),
        activity(verb="2023-05-01T09:30:00Z", object="2023-05-01T09:30:00.5+00:00"),
    ),
    "members that the record does not define": (
        with_entry("add_activities", checks=(model.AnyOf(**PLAIN, members=("text", "body")),)),
        activity(title="x"),
    ),
    "a check of the line itself": (
        with_new_rule(
            replace(
                RULES,
                instructions=tuple(
                    replace(
                        i, line=replace(i.line, checks=(model.Differ(**PLAIN, member="feedId", other="instruction"),))
                    )
                    for i in RULES.instructions
                ),
            )
        ),
        activity() | {"feedId": "add_activities"},
    ),
}


def fast_of(ruleset: model.RuleSet) -> FastValidator:
    module: dict[str, Any] = {}
    exec(compile(to_python(ruleset, "")["fast.py"], "fast.py", "exec", dont_inherit=True), module)
    validator: FastValidator = module["validator"]()
    return validator


def passes(ruleset: model.RuleSet, line: dict[str, Any]) -> bool:
    """Whether the fast validator passes a line under the rules that are on: if it may be used at all."""
    fast = fast_of(ruleset)
    text = json.dumps(line, separators=(",", ":")).encode()
    return Policy(ruleset).active <= fast.rules and fast.passes([text + b"\n"], NOW) is not None


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_tested_does_not_pass(name: str) -> None:
    ruleset, line = CASES[name]
    text = json.dumps(line, separators=(",", ":"))
    framer = Framer(ruleset)
    told = framer.line(1, text.encode())
    [judge] = [event for event in told if isinstance(event, Judge)]
    wrong = [*told[:-1], *Explainer(ruleset, NOW).explain(judge.parsed.value, text)]
    assert wrong, "the line must break the changed rule"
    assert not passes(ruleset, line)


def test_the_lines_pass_as_long_as_the_rules_are_not_changed() -> None:
    """Or the cases above would show nothing."""
    assert passes(RULES, activity())
    assert passes(RULES, reaction())
    assert passes(RULES, nested(5))


def test_the_engine_lets_nothing_pass_that_is_deeper_than_the_compiler_thinks() -> None:
    """`DEEPEST` is what the generator knows of the engine: no less, or a limit below it would not count."""
    validator = fast_of(RULES)
    passed = [
        depth
        for depth in range(4, 16)
        if validator.passes([json.dumps(nested(depth)).encode() + b"\n"], NOW) is not None
    ]
    assert passed
    assert max(passed) <= DEEPEST


def test_all_rules_of_the_import_file_are_covered() -> None:
    """Otherwise the fast validator would never be used."""
    assert fast_of(RULES).rules == {rule.id for rule in RULES.rules if rule.enabled}
