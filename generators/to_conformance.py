"""Target: the conformance suite — language-neutral cases that any implementation of the rules can run.

From the RuleSet to ``dist-schemas/<name>/v<version>/conformance/``. A case is an input and the exact
list of findings: rule id, severity and place. They come from three sources: the examples of each rule
(its valid base, the value at the limit, the minimal breaking case), each instruction's whole lines,
and the table of null and missing values.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, Literal

from stream_import_rules import model
from stream_import_rules.model import Example, Rule

from .null_table import FORMS, Row, null_table
from .render import render
from .samples import APP, CHECKS, FRAMING, OTHER_KINDS, RELATIONS, WITHOUT_EXAMPLES, at, unescape

NAME = "Conformance suite"

#: Every kind has cases, but for sizes that no case can hold.
SUPPORT: dict[str, Literal["exact", "partial", "none"]] = {
    **dict.fromkeys((*CHECKS, *FRAMING, *OTHER_KINDS, *RELATIONS, *APP), "exact"),
    **dict.fromkeys(WITHOUT_EXAMPLES, "none"),
}


def to_conformance(ruleset: model.RuleSet, fingerprint: str) -> dict[str, str]:
    """The files of the suite: the cases (JSON Lines), their JSON Schema, and how to read them."""
    lines = [json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases(ruleset)]
    names = {"ruleset": ruleset, "fingerprint": fingerprint, "count": len(lines)}
    return {
        "cases.jsonl": "\n".join(lines) + "\n",
        "cases.schema.json": render("cases.schema.json.j2", **names),
        "README.md": render("conformance.md.j2", **names),
    }


def cases(ruleset: model.RuleSet) -> list[dict[str, Any]]:
    """All cases as JSON objects, in a fixed order."""
    rules = {rule.id: rule for rule in ruleset.rules}
    found = [*whole_lines(ruleset)]
    for rule in ruleset.rules:
        found.extend(rule_cases(rule, rules))
    found.extend(_null_cases(ruleset, rules))
    return found


def rule_cases(rule: Rule, rules: dict[str, Rule]) -> Iterator[dict[str, Any]]:
    """The cases of one rule: its good examples, then its bad ones."""
    for word, examples in (("good", rule.good), ("bad", rule.bad)):
        for number, example in enumerate(examples, 1):
            broken = [*([rule.id] if word == "bad" else []), *example.breaks]
            case: dict[str, Any] = {"id": f"{rule.id}/{word}-{number}", "rule": rule.id}
            if example.note:
                case["note"] = example.note
            if not rule.enabled:
                case["select"] = [rule.id]
            case |= _input(example)
            case["expect"] = [_expected(rules[name], example) for name in broken]
            yield case


def _input(example: Example) -> dict[str, Any]:
    if isinstance(example.raw, str):
        return {"file": example.raw, "encoding": example.encoding}
    app = {} if example.app is None else {"app": {"config": example.app.config, "files": example.app.files}}
    abbreviated = {"repeat": example.repeat, "lengthen": example.lengthen}
    return {"line": example.line, **app, **{k: v for k, v in abbreviated.items() if v}}


def _expected(rule: Rule, example: Example) -> dict[str, Any]:
    expected: dict[str, Any] = {"rule": rule.id, "severity": rule.severity}
    if isinstance(example.raw, str):
        if example.at_line:
            expected["line"] = example.at_line
        if example.path:
            expected["path"] = example.path
        return expected
    return {**expected, "path": example.path}


def whole_lines(ruleset: model.RuleSet) -> Iterator[dict[str, Any]]:
    """The valid lines that all other cases are made from."""
    for instruction in ruleset.instructions:
        yield {"id": f"{instruction.name}/base", "line": instruction.base, "expect": []}
        yield {"id": f"{instruction.name}/full", "line": instruction.full, "expect": []}


def _null_cases(ruleset: model.RuleSet, rules: dict[str, Rule]) -> Iterator[dict[str, Any]]:
    """For each member: absent, null, empty, and of each other type."""
    instructions = {i.name: i for i in ruleset.instructions}
    for row in null_table(ruleset):
        instruction = instructions[row.instruction]
        line = _formed(instruction, row)
        if line is None:
            continue
        case: dict[str, Any] = {"id": f"null/{row.instruction}{row.pointer}/{row.form}", "line": line, "expect": []}
        if row.rule:
            rule = rules[row.rule]
            case["rule"] = rule.id
            case["expect"] = [{"rule": rule.id, "severity": rule.severity, "path": row.pointer.replace("*", "0")}]
        yield case


def _formed(instruction: model.Instruction, row: Row) -> Any:
    """A whole line with one member in the form of a row; ``None`` if no whole line has its place."""
    pointer = row.pointer.replace("*", "0")
    parent, _, step = pointer.rpartition("/")
    name = unescape(step)
    wholes = [copy.deepcopy(whole) for whole in (instruction.base, instruction.full)]
    if row.form == "missing" and not row.rule:
        # A whole line without the member shows best that it may be missing: others may ask for it.
        lacking = [whole for whole in wholes if isinstance(at(whole, parent), dict) and name not in at(whole, parent)]
        if lacking:
            return lacking[0]
    for line in wholes:
        owner = at(line, parent)
        if at(line, pointer, _NOTHING) is _NOTHING:
            continue
        if row.form == "missing":
            if isinstance(owner, list):
                return None
            del owner[name]
        elif isinstance(owner, list):
            owner[int(step)] = FORMS[row.form]
        else:
            owner[name] = FORMS[row.form]
        return line
    return None


_NOTHING = object()
