"""JUnit's XML, which every CI server shows: a test case for each file and for each rule that was broken.

One of the formats. A rule of severity ``error`` is a failure; one that only warns passes, with its
findings as output, for a test that fails would stop what the command lets go on. What could not be
judged is an error. XML cannot hold control characters at all; ``safe`` has made them visible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from .collect import Report, Sample, by_rule
from .outcome import Outcome
from .safe import tidy
from .words import gaps, name_of, number, place_of, plural

_FILES, _RULES = "files", "rules"


def render(outcome: Outcome) -> bytes:
    """The document."""
    report = outcome.report
    files, rules = list(_files(report)), list(_rules(outcome))
    failed, broken = _failures(report), sum("<error" in case for case in files)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {_totals('stream-import', len(files) + len(rules), failed, broken)}>",
        *_suite(_FILES, files, 0, broken),
        *_suite(_RULES, rules, failed, 0),
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _failures(report: Report) -> int:
    """How many rules fail."""
    return sum(severity == "error" for severity in report.severities.values())


def _suite(name: str, cases: list[str], failures: int, errors: int) -> Iterator[str]:
    if cases:
        yield f"<testsuite {_totals(name, len(cases), failures, errors)}>"
        yield from cases
        yield "</testsuite>"


def _totals(name: str, tests: int, failures: int, errors: int) -> str:
    return f'name="{name}" tests="{tests}" failures="{failures}" errors="{errors}" skipped="0" time="0"'


def _files(report: Report) -> Iterator[str]:
    """Whether each file was judged, and wholly."""
    told = dict(gaps(report))
    for path in [*(file.path for file in report.files), *(unread.path for unread in report.unread)]:
        what = told.get(path)
        if what is None and report.interrupted and report.files and path == report.files[-1].path:
            what = told.get(None)
        problem = "" if what is None else f'<error type="incomplete" message={_attribute(what)}/>'
        yield f'<testcase classname="{_FILES}" name={_attribute(name_of(path))} time="0">{problem}</testcase>'
    if report.interrupted and not report.files:
        what = _attribute(told[None] or "")
        yield f'<testcase classname="{_FILES}" name="run" time="0"><error type="incomplete" message={what}/></testcase>'


def _rules(outcome: Outcome) -> Iterator[str]:
    report = outcome.report
    summaries = {rule.id: rule.summary for rule in outcome.ruleset.rules}
    for rule, samples in by_rule(outcome.samples, report.counts).items():
        count = report.counts[rule]
        severity = report.severities[rule]
        text = escape(_told(samples, count))
        if severity == "error":
            message = _attribute(f"{plural(count, 'finding')}: {summaries.get(rule, '')}")
            inside = f'<failure type="{severity}" message={message}>{text}</failure>'
        else:
            inside = f"<system-out>{severity}: {escape(tidy(summaries.get(rule, '')))}\n{text}</system-out>"
        yield f'<testcase classname="{_RULES}" name={_attribute(rule)} time="0">{inside}</testcase>'


def _told(samples: Sequence[Sample], count: int) -> str:
    lines = []
    for sample in samples:
        finding = sample.finding
        about = [tidy(part, 200) for part in (finding.instruction, finding.record, finding.path) if part]
        lines.append(f"{tidy(place_of(finding), 4096)}  {tidy(finding.message, 500)}")
        if about:
            lines.append(f"  {' · '.join(about)}")
        if finding.hint:
            lines.append(f"  hint: {tidy(finding.hint, 500)}")
    if count > len(samples):
        lines.append(f"… and {number(count - len(samples))} more")
    return "\n".join(lines)


def _attribute(text: str) -> str:
    return quoteattr(tidy(text, 4096))
