"""SARIF 2.1.0, which code scanning and editors read: the rules with their texts, and samples of findings.

One of the formats. GitHub refuses a run of more than 25,000 results or more than 10 MB, so samples are
shared out among the rules until they fit; the first result of a rule says how many there are, and a
notification says it of all. Texts are for people and harmless; data is only in ``properties`` and URIs.

What a baseline knows is ``unchanged``; of places with more findings than it knows nobody can tell which are
new, so what is shown of them is ``new`` and says it. What a baseline has and the file has no more is told in
notifications, not as ``absent`` results: readers that know no baselines would show these as findings.
``partialFingerprints`` stay the same when a finding moves in its file.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from ..findings import Finding, Novelty, Related, writable
from ..model import EVIDENCE, Rule, RuleSet, Severity
from .collect import Report, Sample, by_rule
from .outcome import Outcome
from .remarks import first_remarks
from .safe import escape_json, tidy
from .share import fitting
from .words import STANDARD_INPUT, gaps, in_short, name_of, number, partial_of, plural

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: What GitHub takes of one run; of the bytes a part is left for the rest of the document.
MOST_RESULTS, MOST_BYTES = 25_000, 9_500_000

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_LINK = re.compile(r"\](?=\()")


def render(outcome: Outcome) -> bytes:
    """The log, with one run."""
    report = outcome.report
    rules = {rule.id: index for index, rule in enumerate(outcome.ruleset.rules)}
    groups = by_rule(outcome.samples, report.counts)
    asks = _Asks(bool(report.policy.suppressions), report.policy.baseline is not None)
    results = {
        rule: [msgspec.json.encode(_result(sample, rules, asks)) for sample in samples]
        for rule, samples in groups.items()
    }
    head = _run(outcome)
    sizes = [[len(result) + 1 for result in group] for group in results.values()]
    each = fitting(sizes, MOST_BYTES - len(msgspec.json.encode(head)), MOST_RESULTS)
    shown = {rule: min(each, len(group)) for rule, group in groups.items()}
    for rule, number_shown in shown.items():
        if 0 < number_shown < report.counts[rule]:
            first = _result(groups[rule][0], rules, asks, _counted(report.counts[rule], number_shown))
            results[rule][0] = msgspec.json.encode(first)
    listed = [result for rule, group in results.items() for result in group[: shown[rule]]]
    aside = by_rule(outcome.set_aside, report.policy.set_aside)
    others = [[msgspec.json.encode(_result(sample, rules, asks)) for sample in group] for group in aside.values()]
    room = MOST_BYTES - len(msgspec.json.encode(head)) - sum(len(result) + 1 for result in listed)
    each = fitting([[len(r) + 1 for r in group] for group in others], room, MOST_RESULTS - len(listed))
    head["invocations"] = [_invocation(report, len(listed))]
    head["results"] = [msgspec.Raw(r) for r in (*listed, *(r for group in others for r in group[:each]))]
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [head]}
    return escape_json(msgspec.json.encode(log)) + b"\n"


def _run(outcome: Outcome) -> dict[str, Any]:
    report, ruleset = outcome.report, outcome.ruleset
    driver = {
        "name": report.tool.name,
        "version": report.tool.version,
        "semanticVersion": report.tool.version,
        "rules": [_rule(rule, ruleset) for rule in ruleset.rules],
        "properties": {"rules": msgspec.to_builtins(report.rules)},
    }
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [
            {"location": _artifact(file.path), "length": file.bytes, "sourceLanguage": "jsonl"} for file in report.files
        ],
        "properties": {
            "verdict": report.verdict,
            "complete": report.complete,
            "total": report.total,
            "counts": report.counts,
            "failed": report.policy.failed,
            "suppressed": report.policy.suppressed,
            "known": report.policy.known,
        },
    }


def _invocation(report: Report, shown: int) -> dict[str, Any]:
    told: list[dict[str, Any]] = []
    if not report.complete:
        told.append(_notification("error", partial_of(report)))
        told += [
            _notification("error", f"{tidy(name_of(path))}: {tidy(what)}" if path else what)
            for path, what in gaps(report)
        ]
    if shown < report.total:
        text = f"{number(shown)} of {plural(report.total, 'finding')} are listed: {in_short(report)}."
        told.append(_notification("note", text))
    for kind, sentence in first_remarks(report, 100):
        told.append(_notification("warning" if kind == "expired" else "note", tidy(sentence, 1000)))
    return {"executionSuccessful": report.complete, "toolExecutionNotifications": told}


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": _message(text)}


# --------------------------------------------------------------------------- rules


def _rule(rule: Rule, ruleset: RuleSet) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": _plain(rule.summary)},
        "fullDescription": {"text": _plain(f"{rule.summary} {rule.why}")},
        "help": {"text": f"{rule.why}\n\n{rule.fix}", "markdown": _help(rule, ruleset)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.enabled},
        "properties": {"tags": [rule.entity], "problem.severity": _problem(rule.severity)},
        **({"deprecatedIds": list(rule.aliases)} if rule.aliases else {}),
    }


def _problem(severity: Severity) -> str:
    return "recommendation" if severity == "info" else severity


def _help(rule: Rule, ruleset: RuleSet) -> str:
    lines = [rule.summary, "", f"**Why:** {rule.why}", "", f"**Fix:** {rule.fix}", "", "**Sources**", ""]
    for source in rule.sources:
        document = ruleset.documents.get(source.document, source.document)
        quoted = f": “{source.quote}”" if source.quote else ""
        lines.append(f"- {document}{quoted} ({EVIDENCE[source.mark]})")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return text.replace("`", "")


# --------------------------------------------------------------------------- results


def _counted(count: int, shown: int) -> str:
    return f"This rule was broken {number(count)} times; {number(shown)} of them are listed."


class _Asks(NamedTuple):
    """Whether the run asked of its results if they are suppressed, and if a baseline knows them: what SARIF has
    for that stands with all of them then, or with none."""

    suppressed: bool
    baseline: bool


_STATES: dict[Novelty | None, str] = {"known": "unchanged", "exceeded": "new", "new": "new", None: "new"}


def _result(sample: Sample, rules: dict[str, int], asks: _Asks, note: str = "") -> dict[str, Any]:
    finding = sample.finding
    of_place = f"{sample.note[:1].upper()}{sample.note[1:]}." if sample.note else ""
    text = " ".join(part for part in (_sentence(tidy(finding.message, 500)), finding.hint, of_place, note) if part)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": _message(tidy(text, 2000)),
        "locations": [_location(sample)],
        "partialFingerprints": {"streamImport/v1": fingerprint(finding)},
    }
    if asks.suppressed:
        result["suppressions"] = _suppressions(finding)
    if asks.baseline:
        result["baselineState"] = _STATES[finding.baseline]
    if finding.rule in rules:
        result["ruleIndex"] = rules[finding.rule]
    if finding.related:
        result["relatedLocations"] = [
            _other(index, related, finding) for index, related in enumerate(finding.related[:100], 1)
        ]
    about = {"instruction": finding.instruction, "record": finding.record, "value": finding.value}
    properties = {name: writable(value[:200]) for name, value in about.items() if value is not None}
    if properties:
        result["properties"] = properties
    return result


def _suppressions(finding: Finding) -> list[dict[str, str]]:
    if finding.suppressed is None:
        return []
    return [{"kind": "external", "status": "accepted", "justification": tidy(finding.suppressed, 1000)}]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _message(text: str) -> dict[str, str]:
    """A message. ``[text](target)`` would be a link in it."""
    return {"text": _LINK.sub("] ", text)}


def fingerprint(finding: Finding) -> str:
    """What stays the same when a finding moves: its rule, its entry and its place in it, what is there."""
    parts = (finding.rule, finding.record, finding.path, finding.value)
    data = msgspec.json.encode([part if part is None else writable(part) for part in parts])
    return hashlib.sha256(data).hexdigest()[:32]


def _location(sample: Sample) -> dict[str, Any]:
    finding = sample.finding
    # Without a region the whole file is meant; GitHub asks for a line all the same.
    region: dict[str, Any] = {"startLine": finding.line or 1}
    if finding.column is not None:
        region["startColumn"] = finding.column
    if sample.excerpt is not None:
        region["snippet"] = {"text": tidy(sample.excerpt.text)}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(finding.file or STANDARD_INPUT), "region": region}
    }
    if finding.path:
        location["logicalLocations"] = [{"fullyQualifiedName": tidy(finding.path, 1000), "kind": "member"}]
    return location


def _other(index: int, related: Related, finding: Finding) -> dict[str, Any]:
    file = related.file or finding.file or STANDARD_INPUT
    return {
        "id": index,
        "message": _message(tidy(related.message, 500)),
        "physicalLocation": {"artifactLocation": _artifact(file), "region": {"startLine": related.line or 1}},
    }


def _artifact(path: str) -> dict[str, str]:
    """A file as a URI: relative to where the command ran, or absolute if it was named so."""
    if path == STANDARD_INPUT:
        return {"uri": "stdin"}
    named = path.replace(os.sep, "/")
    try:
        quoted = quote(named, errors="surrogateescape")
    except UnicodeEncodeError:  # no name that a file can have
        quoted = quote(named, errors="replace")
    return {"uri": f"file://{'' if quoted.startswith('/') else '/'}{quoted}" if os.path.isabs(path) else quoted}
