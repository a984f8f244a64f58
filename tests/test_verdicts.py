"""The conformance suite, through the explain path and with the fast validator before it: one verdict on every case."""

from __future__ import annotations

import importlib
import io
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stream_import_rules import artefact, sources
from stream_import_rules.conformance import Executor, app_of, file_of, line_of
from stream_import_rules.findings import Finding, Kept
from stream_import_rules.judges import FastValidator
from stream_import_rules.policy import Policy
from stream_import_rules.validate import Checker

ROOT = Path(__file__).parents[1]
RULESET = artefact.load()[0]
SUITE = ROOT / "dist-schemas" / RULESET.name / f"v{RULESET.version}" / "conformance" / "cases.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in SUITE.read_bytes().splitlines()]
ENABLED = [rule.id for rule in RULESET.rules if rule.enabled]
NOW = time.time_ns() // 1000

Run = Callable[[dict[str, Any]], list[Finding]]


def fast_validator() -> FastValidator:
    """A new one: it learns from what it sees."""
    validator: FastValidator = importlib.import_module("stream_import_rules.generated.feeds_v2.fast").validator()
    return validator


def as_file(case: dict[str, Any]) -> bytes:
    """The input of a case as a whole file."""
    return file_of(case) if "file" in case else line_of(case) + b"\n"


def of_whole_file(case: dict[str, Any], fast: FastValidator | None) -> list[Finding]:
    """The findings of a case if it is judged as a file."""
    policy = Policy(RULESET, select=[*ENABLED, *case.get("select", ())])
    kept = Kept()
    # A line on its own refers to what other lines would hold.
    queries = artefact.queries() if "file" in case else ()
    app = app_of(RULESET, case.get("app"))
    Checker(RULESET, policy, now=NOW, fast=fast, queries=queries, app=app).check(
        sources.unpacked(io.BytesIO(as_file(case))), "case", kept
    )
    return kept.findings


def _key(rule: str, severity: str, line: int | None, path: str | None) -> tuple[str, str, int, str]:
    # A finding of the whole line and one of its root are the same place.
    return rule, severity, line or 0, path or ""


def expected(case: dict[str, Any]) -> Counter[tuple[str, str, int, str]]:
    """What the suite says of a case."""
    lines = "file" in case
    return Counter(_key(e["rule"], e["severity"], e.get("line") if lines else 1, e.get("path")) for e in case["expect"])


def found(case: dict[str, Any], findings: list[Finding]) -> Counter[tuple[str, str, int, str]]:
    """What a run says of a case. A case that names no line is about the file, wherever that is shown."""
    free = {e["rule"] for e in case["expect"] if "file" in case and "line" not in e}
    return Counter(_key(f.rule, f.severity, None if f.rule in free else f.line, f.path) for f in findings)


def assert_verdicts(run: Run) -> None:
    """Every case gives exactly the findings that the suite says."""
    wrong = []
    for case in CASES:
        findings = run(case)
        if found(case, findings) != expected(case):
            said = sorted((f.rule, f.severity, f.line, f.path) for f in findings)
            wrong.append(f"{case['id']}: expected {case['expect']}, found {said}")
    assert not wrong, f"{len(wrong)} of {len(CASES)} cases:\n" + "\n".join(wrong[:20])


def test_the_suite_has_its_cases() -> None:
    """So that the other tests are about something."""
    assert len(CASES) > 1000
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert {rule.id for rule in RULESET.rules} >= {e["rule"] for case in CASES for e in case["expect"]}


def test_explain_gives_every_case_its_findings() -> None:
    assert_verdicts(Executor(RULESET, queries=artefact.queries()).run)


def test_explain_gives_every_case_its_findings_in_a_file() -> None:
    assert_verdicts(lambda case: of_whole_file(case, None))


@pytest.mark.parametrize("learning", [False, True], ids=["a new validator each", "one validator for all"])
def test_the_fast_validator_changes_no_verdict(learning: bool) -> None:
    one = fast_validator()
    assert_verdicts(lambda case: of_whole_file(case, one if learning else fast_validator()))


def test_fast_passes_a_line_only_if_nothing_is_expected_of_it() -> None:
    validator, passed = fast_validator(), 0
    for case in CASES:
        if "line" in case and not case.get("select") and "app" not in case:
            line = line_of(case)
            surveys = [validator.passes([line + end], NOW) for end in (b"", b"\n", b"\r\n")]
            if surveys != [None, None, None]:
                assert case["expect"] == [], f"{case['id']} passes, but {case['expect']} is expected"
                passed += 1
    clean = sum("line" in case and not case["expect"] and not case.get("select") for case in CASES)
    assert passed > 0.7 * clean, f"of {clean} lines without a finding only {passed} pass"
