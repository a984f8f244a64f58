"""The conformance executor: runs cases against a rule set and prints what was found.

``python -m stream_import_rules.conformance RULESET.json QUERIES.json < cases.jsonl``: one JSON object a case,
``{"id", "found": [{"rule", "severity", "line"?, "path"?}]}``, in the order of the cases. It reads the
rule set and the queries of its relations from the files given, never those in the package, so the
compiler can judge rules that have not been built yet.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from . import model, sources
from .app_check import AppChecker
from .app_file import in_memory
from .findings import Finding, Kept
from .judges import FastValidator
from .policy import Policy
from .validate import Checker


class Executor:
    """Runs cases. ``queries`` are those of the relations; ``fast`` is the fast validator of the same rule
    set, without which every line is explained."""

    def __init__(self, ruleset: model.RuleSet, fast: FastValidator | None = None, queries: Sequence[str] = ()) -> None:
        self._ruleset, self._fast, self._queries = ruleset, fast, tuple(queries)
        self._enabled = [rule.id for rule in ruleset.rules if rule.enabled]
        self._checkers: dict[tuple[tuple[str, ...], str], Checker] = {}

    def run(self, case: dict[str, Any]) -> list[Finding]:
        """The findings of a case: those of the rules that are on by default, and of ``select``."""
        checker = self._checker(tuple(case.get("select", ())), case.get("app"))
        sink = Kept()
        if "file" in case:
            checker.check(sources.unpacked(io.BytesIO(file_of(case))), "case", sink)
        else:
            checker.check_line(line_of(case), sink)
        return sink.findings

    def _checker(self, select: tuple[str, ...], app: dict[str, Any] | None) -> Checker:
        key = (select, json.dumps(app, sort_keys=True))
        if key not in self._checkers:
            policy = Policy(self._ruleset, select=[*self._enabled, *select])
            self._checkers[key] = Checker(
                self._ruleset, policy, fast=self._fast, queries=self._queries, app=app_of(self._ruleset, app)
            )
        return self._checkers[key]


def app_of(ruleset: model.RuleSet, app: dict[str, Any] | None) -> AppChecker | None:
    """The configuration of a case, ready to compare lines with it."""
    return None if app is None else AppChecker(in_memory(app["config"], app["files"], ruleset), ruleset)


def line_of(case: dict[str, Any]) -> bytes:
    """The line of a case, as compact JSON."""
    line = model.expanded(case["line"], case.get("repeat", {}), case.get("lengthen", {}))
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def file_of(case: dict[str, Any]) -> bytes:
    """The bytes of a case about a whole file."""
    text: str = case["file"]
    match case.get("encoding", "utf-8"):
        case "surrogates":
            return text.encode("utf-8", "surrogatepass")
        case "gzip":
            return gzip.compress(text.encode(), mtime=0)
        case "gzip-cut":
            return gzip.compress(text.encode(), mtime=0)[:-10]
        case encoding:
            return text.encode(encoding)


def results(
    ruleset: model.RuleSet, queries: Sequence[str], cases: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """One result a case."""
    executor = Executor(ruleset, queries=queries)
    for case in cases:
        found = []
        for finding in executor.run(case):
            item: dict[str, Any] = {"rule": finding.rule, "severity": finding.severity}
            item |= {"line": finding.line} if finding.line is not None else {}
            item |= {"path": finding.path} if finding.path is not None else {}
            found.append(item)
        yield {"id": case["id"], "found": found}


def main() -> None:
    """The command."""
    ruleset = model.of_json(Path(sys.argv[1]).read_bytes())
    queries = json.loads(Path(sys.argv[2]).read_bytes())
    for result in results(ruleset, queries, map(json.loads, sys.stdin)):
        print(json.dumps(result))


if __name__ == "__main__":
    main()
