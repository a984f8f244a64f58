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
from pathlib import Path
from typing import Any

from stream_import_rules import model

from . import samples, to_conformance
from .diagnostics import Diagnostic, RulesError
from .load import Tree
from .samples import DEEP, WITHOUT_EXAMPLES

ROOT = Path(__file__).parent.parent


def run_examples(ruleset: model.RuleSet, trees: list[Tree]) -> None:
    """Raises ``RulesError`` for each example that does not do what it claims, and for rules without.

    ``trees`` are the rule files that the rule set was made from: they know where each example stands.
    """
    problems = [*_lacking(ruleset)]
    rules = {rule.id: rule for rule in ruleset.rules}
    whole = [*to_conformance.whole_lines(ruleset)]
    cases = [*whole, *(case for rule in ruleset.rules for case in to_conformance.rule_cases(rule, rules))]
    failed = [(c, found) for c, found in zip(cases, judged(ruleset, cases), strict=True) if not _agree(c, found)]
    # All examples are made from the whole lines: where one of those is wrong, the others say nothing.
    told = [(case, found) for case, found in failed if case in whole] or failed
    problems += [_diagnostic(case, found, rules.get(case.get("rule", "")), trees) for case, found in told]
    if problems:
        raise RulesError(problems)


def judged(ruleset: model.RuleSet, cases: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The findings of each case, as the runtime's conformance executor gives them.

    Raises ``RuntimeError`` if the executor itself fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "ruleset.json"
        rules.write_bytes(model.to_json(ruleset))
        lines = "".join(json.dumps(case) + "\n" for case in cases)
        command = [sys.executable, "-m", "stream_import_rules.conformance", str(rules)]
        done = subprocess.run(command, input=lines, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(f"the conformance executor failed:\n{done.stderr}")
    return [json.loads(line)["found"] for line in done.stdout.splitlines()]


def _agree(case: dict[str, Any], found: list[dict[str, Any]]) -> bool:
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


def _lacking(ruleset: model.RuleSet) -> list[Diagnostic]:
    """Rules that have no bad example, though one could be written."""
    deep = {c.rule for c in ruleset.framing if isinstance(c, model.MaxDepth) and c.limit > DEEP}
    return [
        Diagnostic(*_where(rule), f"the rule `{rule.id}` has no bad example", "`bad: [...]` with one at least")
        for rule in ruleset.rules
        if not rule.bad and rule.kind not in WITHOUT_EXAMPLES and rule.id not in deep
    ]


def _diagnostic(
    case: dict[str, Any], found: list[dict[str, Any]], rule: model.Rule | None, trees: list[Tree]
) -> Diagnostic:
    """What an example does instead of what it claims, at the line where it is written."""
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
        return Diagnostic(tree.file, tree.line(path), problem, "a line that breaks no rule")
    word, _, number = example.partition("-")
    file, line, written = _where_written(rule, word, int(number), trees)
    problem = f"{'this' if written else 'a'} {word} example of `{rule.id}`"
    problem += "" if written else f", made for a `{rule.kind}` rule,"
    expected = f"it breaks {_told(case['expect'])}" + (" and nothing else" if case["expect"] else "")
    return Diagnostic(file, line, f"{problem} breaks {_told(found)}: {shown}", expected)


def _told(findings: list[dict[str, Any]]) -> str:
    """Findings in words: the rules and where."""
    return " and ".join(f"`{f['rule']}` {_place(f)}" for f in findings) or "no rule"


def _place(finding: dict[str, Any]) -> str:
    """Where a finding stands, or should. An example of one line has no other."""
    line = f"in line {finding['line']}" if "line" in finding else ""
    path = f"at {finding['path']}" if finding.get("path") else ""
    return " ".join(part for part in (path, line) if part) or "as a whole"


def _where_written(rule: model.Rule, word: str, number: int, trees: list[Tree]) -> tuple[str, int, bool]:
    """File and line of an example, and whether it is written there: those that follow from the kind of
    the rule alone come after the written ones, and stand nowhere; then it is the rule's line."""
    file, line = _where(rule)
    tree = next(t for t in trees if t.file == file)
    for path, of_node in tree.lines.items():
        at = (*path, word, number - 1)
        if of_node == line and at in tree.lines:
            return file, tree.lines[at], True
    return file, line, False


def _where(rule: model.Rule) -> tuple[str, int]:
    file, _, line = rule.defined_in.rpartition(":")
    return file, int(line)
