"""Another rule set is a folder and no code: one of another format goes through the whole compiler.

It has what the rules of the import file do not have: other names of the leading members, entries that
are numbers, records in records, members that Python or the rule language has other uses for, ids of
three parts, patterns that no fast path knows.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from generators import to_conformance, to_json_schema, to_python
from generators.check import check
from generators.diagnostics import RulesError
from generators.examples import run_examples
from generators.load import load
from generators.resolve import resolve
from stream_import_rules import conformance
from stream_import_rules.model import RuleSet

TEXT = 'summary: "It is so.", why: "Others are refused.", fix: "Mend it.", sources: [{document: guide, mark: D}]'
GOOD = '{"op":"drop","items":[1]}'

RULESET = """
file: ruleset
name: tasks-v1
version: 2.1.0
title: Task file
summary: A file of tasks.
url: https://example.org/tasks
discriminator: op
payload: items
feed_id_type: list_id
instructions: [put_tasks, drop]
documents: {guide: The guide}
defaults:
  required: {summary: "{entity} must have `{member}`.", why: Nothing works without it., fix: "Add `{member}`."}
  wrong-type: {summary: "`{member}` of {entity} must be {type}.", why: Others are refused., fix: "Write {type}."}
  max-items: {summary: "`{member}` has at most {limit} items.", why: More are refused., fix: Split it.}
  not-empty: {summary: "`{member}` is not empty.", why: Nothing is refused., fix: Fill it.}
  max-length: {summary: "`{member}` has at most {limit} characters.", why: More are refused., fix: Shorten it.}
envelope:
  entity: line
  doc: A line.
  sources: [{document: guide, mark: D}]
  unknown: {summary: A line has no other member., why: It is ignored., fix: Remove it.}
  members:
    op:
      doc: What to do.
      type: string
      required: {}
      checks:
        - {kind: choices, id: unknown, values: instructions, bad: [nothing], TEXT}
    items:
      doc: The entries.
      type: list
      items: {type: any}
      required: {}
      checks:
        - kind: not-empty
        - {kind: max-items, limit: 5}
"""

TYPES = """
file: types
types:
  when:
    doc: A time.
    type: time
    example: "2024-01-01T00:00:00Z"
    checks:
      - {kind: time-format, id: format, bad: [soon], TEXT}
      - {kind: time-precision, id: precision, after: [format], digits: 3, bad: ["2024-01-01T00:00:00.1234Z"], TEXT}
      - {kind: time-not-after, id: last, after: [format], instant: "2030-01-01T00:00:00Z",
         bad: ["2030-01-01T00:00:00.001Z"], TEXT}
  list_id:
    doc: A list.
    type: string
    example: "home:2"
    checks:
      - {kind: split, id: format, separator: ":", parts: [group, number], bad: [home, "home:"], TEXT}
      - {kind: part-pattern, id: number, after: [format], part: number, pattern: "[0-9]{1,3}", bad: ["home:1000"], TEXT}
"""

PUT_TASKS = """
file: instruction
instruction: put_tasks
title: Put tasks
doc: 'Puts "tasks".'
sources: [{document: guide, mark: D}]
line:
  dry-run: {doc: "Whether to try only, with \\\\ in the text.", type: boolean}
entry:
  entity: task
  doc: One task.
  type: record
  record_names: [class]
  open: true
  members:
    class:
      doc: A member that is a word of Python.
      type: string
      required: {}
      checks:
        - {kind: max-length, limit: 5}
        - {kind: pattern, id: charset, pattern: "[a-z]+", bad: [A, ""], TEXT}
    str: {doc: A member that hides a type., type: string}
    list: {doc: In a list., type: list_id}
    priority:
      doc: From 1 to 9.
      type: integer
      checks:
        - {kind: integer-range, id: range, minimum: 1, maximum: 9, TEXT}
    weight: {doc: A number., type: number, nullable: true}
    due: {doc: When., type: when}
    code:
      doc: Three parts.
      type: string
      checks:
        - {kind: split, id: format, separator: ".", parts: [a, b, c], bad: [a.b, a.b.c.d], TEXT}
        - {kind: part-pattern, id: lower, after: [format], part: b, pattern: "[a-z]+", bad: [a.B.c], TEXT}
        - {kind: part-pattern, id: short, after: [format, lower], part: b, pattern: "[^x]{1,2}", bad: [a.x.c], TEXT}
        - {kind: part-not-in, id: other, after: [format], part: c, values: [none], bad: [a.b.none], TEXT}
    kind:
      doc: A record of its own, with members called like keys of the rule language.
      type: record
      entity: kind
      open: true
      members:
        type: {doc: A type., type: string, required: {}}
        checks: {doc: Numbers., type: list, items: {type: integer}}
    steps:
      doc: Records in a list.
      type: list
      items:
        doc: One step.
        type: record
        entity: step
        unknown: {summary: A step has no other member., why: It is ignored., fix: Remove it.}
        members:
          text: {doc: What to do., type: string, required: {}}
          good: {doc: Whether it is good., type: boolean}
    extra: {doc: Anything., type: map}
  checks:
    - {kind: key-pattern, id: dotted, pattern: "[^.]+", bad: [{set: {a.b: 1}, at: /a.b}], TEXT}
    - {kind: key-pattern, id: short-name, after: [dotted], pattern: "[^-]{1,6}", bad: [{set: {a-b: 1}, at: /a-b}], TEXT}
    - {kind: references, id: reference, members: [str], patterns: {"T:": "T:[0-9]+", "U:": "U:[a-z]+"},
       bad: [{set: {str: "T:x"}, at: /str}, {set: {extra: {to: "U:1"}}, at: /extra/to}], TEXT}
base:
  op: put_tasks
  items: [{class: abc}]
full:
  op: put_tasks
  dry-run: true
  items:
    - class: abc
      str: a text
      list: "home:2"
      priority: 3
      weight: 1.5
      due: "2024-01-01T00:00:00Z"
      code: a.b.c
      kind: {type: x, checks: [1]}
      steps: [{text: one, good: true}]
      extra: {a: 1}
"""

DROP = """
file: instruction
instruction: drop
title: Drop
doc: Drops tasks by their numbers.
sources: [{document: guide, mark: D}]
entry: {entity: number, doc: The number of a task., type: integer}
base: {op: drop, items: [1]}
full: {op: drop, items: [1, 2]}
"""


def with_extra(value: str) -> str:
    return f'{{"op":"put_tasks","items":[{{"class":"x","extra":{{"a":{value}}}}}]}}\n'


def with_list(list_id: str) -> str:
    return f'{{"op":"put_tasks","items":[{{"class":"x","list":"{list_id}"}}]}}\n'


#: The numbers that some checks of a file need, and an example that breaks each.
NUMBERS = {
    "file-bytes": {"limit": 1_000_000},
    "stream-bytes": {"limit": 10_000_000},
    "line-bytes": {"limit": 1_000_000},
    "exact-numbers": {"largest": 2**53 - 1},
    "max-depth": {"limit": 8},
    "known-groups": {"rare": 1, "frequent": 3},
}
BROKEN: dict[str, dict[str, Any]] = {
    "file-not-empty": {"raw": "", "at_line": 0},
    "utf-8": {"raw": with_extra('"é"'), "encoding": "latin-1"},
    "intact": {"raw": f"{GOOD}\n", "encoding": "gzip-cut", "at_line": 0},
    "no-bom": {"raw": f"\ufeff{GOOD}\n"},
    "not-array-file": {"raw": f"[{GOOD}]\n"},
    "json": {"raw": '{"op" "drop"}\n'},
    "single-line": {"raw": '{"op":"drop",\n"items":[1]}\n'},
    "single-value": {"raw": f"{GOOD}{GOOD}\n"},
    "line-object": {"raw": "1\n"},
    "not-blank": {"raw": f"\n{GOOD}\n"},
    "unique-keys": {"raw": '{"op":"drop","items":[1],"items":[2]}\n'},
    "finite-numbers": {"raw": with_extra("NaN"), "at": "/items/0/extra/a"},
    "paired-surrogates": {"raw": with_extra(r'"\ud800"'), "at": "/items/0/extra/a"},
    "no-nul": {"raw": with_extra(r'"\u0000"'), "at": "/items/0/extra/a"},
    "exact-numbers": {"raw": with_extra("9007199254740993"), "at": "/items/0/extra/a"},
    "max-depth": {"raw": with_extra("[" * 8 + "]" * 8)},
    "known-groups": {"raw": with_list("home:1") * 3 + with_list("hime:1"), "at_line": 4, "at": "/items/0/list"},
}


def framing() -> str:
    text = {"summary": "It is so.", "why": "Others are refused.", "fix": "Mend it."}
    checks = [
        {
            "kind": kind,
            "id": f"text.{kind}",
            **NUMBERS.get(kind, {}),
            **text,
            "sources": [{"document": "guide", "mark": "D"}],
        }
        | ({"bad": [BROKEN[kind]]} if kind in BROKEN else {})
        for kind in sorted(NUMBERS.keys() | BROKEN.keys())
    ]
    return json.dumps({"file": "framing", "checks": checks})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "tasks-v1"
    (folder / "instructions").mkdir(parents=True)
    files = {
        "ruleset": RULESET,
        "types": TYPES,
        "framing": framing(),
        "instructions/put_tasks": PUT_TASKS,
        "instructions/drop": DROP,
    }
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text.replace("TEXT", TEXT), "utf-8")
    return folder


@pytest.fixture(scope="module")
def ruleset(folder: Path) -> RuleSet:
    trees = load(folder)
    check(trees)
    ruleset = resolve(trees)
    run_examples(ruleset, trees)
    return ruleset


@pytest.fixture(scope="module")
def package(ruleset: RuleSet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The generated Python package of the rule set."""
    root = tmp_path_factory.mktemp("packages")
    (root / "tasks_v1").mkdir()
    for name, text in to_python.to_python(ruleset, "f" * 64).items():
        (root / "tasks_v1" / name).write_text(text, "utf-8")
    sys.path.insert(0, str(root))
    yield importlib.import_module("tasks_v1")
    sys.path.remove(str(root))


def test_its_rules_keep_what_their_examples_say(ruleset: RuleSet) -> None:
    assert {"task.class.required", "task.kind.type.required", "task.steps.item.unknown"} <= {
        r.id for r in ruleset.rules
    }
    summaries = {rule.id: rule.summary for rule in ruleset.rules}
    assert summaries["task.kind.type.required"] == "Every kind must have `type`."
    assert summaries["put_tasks.dry-run.type"] == "`dry-run` of every `put_tasks` line must be true or false."


def test_its_models_have_the_members_under_names_that_python_can_have(ruleset: RuleSet, package: ModuleType) -> None:
    full = ruleset.instructions[0].full
    line = package.decode_line(json.dumps(full))
    assert line.dry_run_ is True
    task = line.items[0]
    assert (task.class_, task.str_, task.list_, task.code) == ("abc", "a text", "home:2", "a.b.c")
    assert task.kind == package.Kind(type="x", checks=[1])
    assert task.steps == [package.Step(text="one", good=True)]
    assert json.loads(package.encode_line(line)) == full
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        package.decode_line('{"op":"put_tasks","items":[{"class":"x","steps":[{"text":"one","more":1}]}]}')
    assert package.PutTasks.__doc__ == 'Puts "tasks".'


def test_its_fast_validator_and_explain_agree_on_every_case(ruleset: RuleSet, package: ModuleType) -> None:
    fast = importlib.import_module("tasks_v1.fast").validator()
    slow, quick = conformance.Executor(ruleset), conformance.Executor(ruleset, fast)
    cases = to_conformance.cases(ruleset)
    for case in cases:
        found = [(finding.rule, finding.path) for finding in slow.run(case)]
        assert [(finding.rule, finding.path) for finding in quick.run(case)] == found, case["id"]
        if "line" in case:
            assert sorted(found) == sorted((e["rule"], e["path"]) for e in case["expect"]), case["id"]


def test_its_fast_validator_passes_what_is_right(ruleset: RuleSet, package: ModuleType) -> None:
    fast = importlib.import_module("tasks_v1.fast").validator()
    simple = [i.base for i in ruleset.instructions] + [i.full for i in ruleset.instructions[1:]]
    lists = {"op": "put_tasks", "items": [{"class": "a", "list": "home:1"}, {"class": "b", "list": "work:999"}]}
    for line in (*simple, lists):
        assert fast.passes([msgspec.json.encode(line)], 1_700_000_000_000_000), line
    assert fast.passes([msgspec.json.encode(lists)], 1_700_000_000_000_000).feed_groups == {"home": 1, "work": 1}
    # Records in records would need columns of their own; such lines are looked at closely.
    assert fast.passes([msgspec.json.encode(ruleset.instructions[0].full)], 1_700_000_000_000_000) is None


def test_its_schemas_are_made(ruleset: RuleSet) -> None:
    files = to_json_schema.to_json_schema(ruleset, "f" * 64)
    assert "tasks-v1/v2.1.0/tasks-v1.line.errors.schema.json" in files
    assert all(json.loads(text) for text in files.values())


def test_a_rule_set_without_feeds_needs_no_check_of_their_groups(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tasks-v1"
    copy.mkdir()
    for path in folder.rglob("*.yaml"):
        text = path.read_text("utf-8").replace("feed_id_type: list_id\n", "")
        (copy / path.name).write_text(text, "utf-8")
    checks = json.loads((copy / "framing.yaml").read_text("utf-8"))
    checks["checks"] = [c for c in checks["checks"] if c["kind"] != "known-groups"]
    (copy / "framing.yaml").write_text(json.dumps(checks), "utf-8")
    check(load(copy))
    checks["checks"].pop()
    (copy / "framing.yaml").write_text(json.dumps(checks), "utf-8")
    with pytest.raises(RulesError, match="no check of the kind"):
        check(load(copy))
