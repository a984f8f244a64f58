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

from . import to_conformance
from .diagnostics import Diagnostic, RulesError
from .samples import DEEP, WITHOUT_EXAMPLES

ROOT = Path(__file__).parent.parent


def run_examples(ruleset: model.RuleSet) -> None:
    """Raises ``RulesError`` for each example that does not do what it claims, and for rules without."""
    problems = [*_lacking(ruleset)]
    rules = {rule.id: rule for rule in ruleset.rules}
    cases = [case for rule in ruleset.rules for case in to_conformance.rule_cases(rule, rules)]
    cases += to_conformance.whole_lines(ruleset)
    for case, found in zip(cases, judged(ruleset, cases), strict=True):
        expected = sorted((e["rule"], e.get("path")) for e in case["expect"])
        actual = sorted((f["rule"], f.get("path") if "line" in case or "path" in f else None) for f in found)
        if not _agree(case, found):
            problems.append(_diagnostic(ruleset, case, expected, actual))
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


def _diagnostic(ruleset: model.RuleSet, case: dict[str, Any], expected: Any, actual: Any) -> Diagnostic:
    rule = next((r for r in ruleset.rules if r.id == case.get("rule")), None)
    where = _where(rule) if rule else (f"{ruleset.name}/instructions/{case['id'].split('/')[0]}.yaml", 1)
    said = ", ".join(f"{rule_id} at {path or 'the line'}" for rule_id, path in actual) or "nothing"
    wanted = ", ".join(f"{rule_id} at {path or 'the line'}" for rule_id, path in expected) or "nothing"
    what = json.dumps(case.get("line", case.get("file")), ensure_ascii=False)
    shown = what if len(what) <= 300 else what[:299] + "…"
    return Diagnostic(*where, f"the example {case['id']} breaks {said}: {shown}", f"it breaks {wanted}")


def _where(rule: model.Rule) -> tuple[str, int]:
    file, _, line = rule.defined_in.rpartition(":")
    return file, int(line)
