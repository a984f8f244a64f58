"""Stage 4, examples: are the examples of the rules what they claim to be?

Every good example must keep all rules, every bad one must break its own rule and no other. The judge
is the runtime's explain path, behind a process: the compiler hands it the RuleSet and the cases as
files and reads its verdicts, it does not import it. Comes after ``resolve``, before the targets.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from stream_import_rules import model

from . import samples, to_conformance, to_sql
from .diagnostics import Diagnostic, RulesError
from .load import Path_, Tree
from .samples import DEEP, WITHOUT_EXAMPLES

#: A case of the conformance suite, or a finding, as a JSON object.
Case: TypeAlias = dict[str, Any]
#: Where something stands: a file, or a file and line, and what is meant of it.
Place: TypeAlias = tuple[str, Path_]

ROOT = Path(__file__).parent.parent


def run_examples(ruleset: model.RuleSet, trees: list[Tree]) -> None:
    """Raises ``RulesError`` for each example that does not do what it claims, and for rules without.

    ``trees`` are the rule files that the rule set was made from: they know where each example stands.
    """
    told = {place: [diagnostic] for place, diagnostic in _lacking(ruleset)}
    rules = {rule.id: rule for rule in ruleset.rules}
    # All examples are made from the whole lines: where one of those is wrong, the others say nothing.
    failed = _failed(ruleset, [*to_conformance.whole_lines(ruleset)])
    if not failed:
        failed = _failed(ruleset, [c for rule in ruleset.rules for c in to_conformance.rule_cases(rule, rules)])
    for case, found in failed:
        place, diagnostic = _diagnostic(case, found, rules.get(case.get("rule", "")), trees)
        told.setdefault(place, []).append(diagnostic)
    if told:
        raise RulesError([_merged(diagnostics) for diagnostics in told.values()])


def _merged(diagnostics: list[Diagnostic]) -> Diagnostic:
    """One of the diagnostics of one place in a rule file: a type has its examples wherever it is used."""
    first, *others = diagnostics
    where = f"in {len(others)} other place{'s' if len(others) > 1 else ''} of this type" if others else ""
    return replace(first, problem=f"{first.problem} (and so {where})") if others else first


def _failed(ruleset: model.RuleSet, cases: list[Case]) -> list[tuple[Case, list[Case]]]:
    """The cases in which other findings are made than those expected, each with what was found."""
    return [(c, found) for c, found in zip(cases, judged(ruleset, cases), strict=True) if not _agree(c, found)]


def judged(ruleset: model.RuleSet, cases: list[Case]) -> list[list[Case]]:
    """The findings of each case, as the runtime's conformance executor gives them.

    Raises ``RuntimeError`` if the executor itself fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "ruleset.json"
        rules.write_bytes(model.to_json(ruleset))
        queries = Path(folder) / "queries.json"
        queries.write_text(json.dumps(to_sql.queries(ruleset)))
        lines = "".join(json.dumps(case) + "\n" for case in cases)
        command = [sys.executable, "-m", "stream_import_rules.conformance", str(rules), str(queries)]
        done = subprocess.run(command, input=lines, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(f"the conformance executor failed:\n{done.stderr}")
    return [json.loads(line)["found"] for line in done.stdout.splitlines()]


def _agree(case: Case, found: list[Case]) -> bool:
    """Whether the findings are exactly those expected; what a case does not say of a place is free."""
    if len(found) != len(case["expect"]):
        return False
    remaining = list(found)
    for expected in case["expect"]:
        fitting = [f for f in remaining if all(f.get(k) == v for k, v in expected.items())]
        if not fitting:
            return False
        remaining.remove(fitting[0])
    return True


def _lacking(ruleset: model.RuleSet) -> Iterator[tuple[Place, Diagnostic]]:
    """Rules that have no bad example, though one could be written, by where they are defined."""
    deep = {c.rule for c in ruleset.framing if isinstance(c, model.MaxDepth) and c.limit > DEEP}
    # What may be outside of the file is reported only if an app's configuration says otherwise; no example has one.
    silent = {r.rule for r in ruleset.relations if isinstance(r, model.Refers) and r.default == "outside"}
    for rule in ruleset.rules:
        if not rule.bad and rule.kind not in WITHOUT_EXAMPLES and rule.id not in deep | silent:
            problem = f"the rule `{rule.id}` has no bad example"
            yield (rule.defined_in, ()), Diagnostic(*_where(rule), problem, "`bad: [...]` with one at least")


def _diagnostic(case: Case, found: list[Case], rule: model.Rule | None, trees: list[Tree]) -> tuple[Place, Diagnostic]:
    """What an example does instead of what it claims, and where it is written."""
    if "line" in case:
        found = [{key: value for key, value in finding.items() if key != "line"} for finding in found]
    what = json.dumps(case.get("line", case.get("file")), ensure_ascii=False)
    shown = what if len(what) <= 300 else what[:299] + "…"
    name, _, example = case["id"].rpartition("/")
    if rule is None:
        tree = next(t for t in trees if t.data.get("instruction") == name)
        problem = f"`{example}` of `{name}` breaks {_told(found)}: {shown}"
        steps = found[0].get("path", "").split("/")[1:] if found else []
        path = (example, *(int(step) if step.isdigit() else samples.unescape(step) for step in steps))
        return (tree.file, path), Diagnostic(tree.file, tree.line(path), problem, "a line that breaks no rule")
    word, _, number = example.partition("-")
    file, line = _where(rule)
    at = _written(rule, word, int(number), trees)
    if at is None and "file" in case:
        file, at = _added(rule, word, case["file"], trees)
    if at is not None:
        line = next(t for t in trees if t.file == file).line(at)
        problem = f"this {word} example of `{rule.id}`"
    else:
        problem = f"a {word} example of `{rule.id}`, made for a `{rule.kind}` rule,"
    expected = f"it breaks {_told(case['expect'])}" + (" and nothing else" if case["expect"] else "")
    place = (file, at) if at is not None else (rule.defined_in, (rule.kind, word, number))
    return place, Diagnostic(file, line, f"{problem} breaks {_told(found)}: {shown}", expected)


def _told(findings: list[Case]) -> str:
    """Findings in words: the rules and where."""
    return " and ".join(f"`{f['rule']}` {_place(f)}" for f in findings) or "no rule"


def _place(finding: Case) -> str:
    """Where a finding stands, or should. An example of one line has no other."""
    line = f"in line {finding['line']}" if "line" in finding else ""
    path = f"at {finding['path']}" if finding.get("path") else ""
    return " ".join(part for part in (path, line) if part) or "as a whole"


def _written(rule: model.Rule, word: str, number: int, trees: list[Tree]) -> Path_ | None:
    """The path of an example in its rule's file. Those that follow from the kind of the rule alone come
    after the written ones, and have none."""
    file, line = _where(rule)
    tree = next(t for t in trees if t.file == file)
    examples = ((*path, word, number - 1) for path, of_node in tree.lines.items() if of_node == line)
    return next((path for path in examples if path in tree.lines), None)


def _added(rule: model.Rule, word: str, text: str, trees: list[Tree]) -> Place:
    """The file and the path of an example that a relation adds to a rule which is written elsewhere."""
    return next(
        (tree.file, ("relations", i, word, number))
        for tree in trees
        if tree.data["file"] == "relations"
        for i, relation in enumerate(tree.data["relations"])
        if relation.get("rule") == rule.id
        for number, example in enumerate(relation.get(word, ()))
        if samples.text_of(example) == text
    )


def _where(rule: model.Rule) -> tuple[str, int]:
    file, _, line = rule.defined_in.rpartition(":")
    return file, int(line)
