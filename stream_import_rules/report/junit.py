"""JUnit's XML, which every CI server shows: a test case for each file and for each rule that was broken.

One of the formats. A rule is a failure if its findings fail the run, and in any case if they are errors;
others pass, with their findings as output, for a test that fails would stop what the command lets go on.
A rule of which all findings are suppressed or known is a test that is skipped. What could not be judged is an
error. XML cannot hold control characters at all; ``safe`` has made them visible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from ..model import SEVERITIES, Severity
from .collect import Report, Sample, by_rule
from .outcome import Outcome
from .remarks import first_remarks, mark_of
from .safe import tidy
from .words import aside_of, gaps, name_of, number, place_of, plural

_FILES, _RULES, _POLICY = "files", "rules", "policy"


def render(outcome: Outcome) -> bytes:
    """The document."""
    report = outcome.report
    files, rules, policy = list(_files(report)), list(_rules(outcome)), list(_policy(report))
    aside = list(_set_aside(outcome))
    unneeded = sum("<failure" in case for case in policy)
    failed, broken = _failures(report), sum("<error" in case for case in files)
    tests = len(files) + len(rules) + len(policy) + len(aside)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {_totals('stream-import', tests, failed + unneeded, broken, len(aside))}>",
        *_suite(_FILES, files, 0, broken),
        *_suite(_RULES, [*rules, *aside], failed, 0, len(aside)),
        *_suite(_POLICY, policy, unneeded, 0),
        "</testsuites>",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _failures(report: Report) -> int:
    """How many rules fail."""
    return sum(_fails(report, severity) for severity in report.severities.values())


def _fails(report: Report, severity: Severity) -> bool:
    """Whether findings of a severity fail the run; an error is a failure even if no run fails."""
    least = report.policy.fail_on
    return severity == "error" or (least in SEVERITIES and SEVERITIES.index(severity) <= SEVERITIES.index(least))


def _suite(name: str, cases: list[str], failures: int, errors: int, skipped: int = 0) -> Iterator[str]:
    if cases:
        yield f"<testsuite {_totals(name, len(cases), failures, errors, skipped)}>"
        yield from cases
        yield "</testsuite>"


def _totals(name: str, tests: int, failures: int, errors: int, skipped: int = 0) -> str:
    figures = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    return f'name="{name}" {figures} time="0"'


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
        if _fails(report, severity):
            message = _attribute(f"{plural(count, 'finding')}: {summaries.get(rule, '')}")
            inside = f'<failure type="{severity}" message={message}>{text}</failure>'
        else:
            inside = f"<system-out>{severity}: {escape(tidy(summaries.get(rule, '')))}\n{text}</system-out>"
        yield f'<testcase classname="{_RULES}" name={_attribute(rule)} time="0">{inside}</testcase>'


def _set_aside(outcome: Outcome) -> Iterator[str]:
    """The rules of which nothing counts, as tests that are skipped."""
    policy, counted = outcome.report.policy, outcome.report.counts
    groups = by_rule(outcome.set_aside, policy.set_aside)
    for rule, count in policy.set_aside.items():
        if rule not in counted:
            marks = dict.fromkeys(mark_of(sample.finding) for sample in groups[rule])
            told = "; ".join([f"{plural(count, 'finding')} not counted", *(m for m in marks if m)])
            skipped = f"<skipped message={_attribute(told)}/>"
            yield f'<testcase classname="{_RULES}" name={_attribute(rule)} time="0">{skipped}</testcase>'


def _policy(report: Report) -> Iterator[str]:
    """What is to be said of the policy; in a strict run what is not needed any more is a failure."""
    remarks = first_remarks(report, 100)
    aside = aside_of(report.policy)
    if not remarks and not aside:
        return
    text = "\n".join([f"Not counted: {aside}." if aside else "Everything counts.", *(said for _, said in remarks)])
    fails = report.policy.strict and any(kind not in ("exceeded", "surplus") for kind, _ in remarks)
    told = escape(_lines(text))
    inside = f"<system-out>{told}</system-out>"
    if fails:
        why = "part of the policy is not needed any more"
        inside = f'<failure type="policy" message="{why}">{told}</failure>'
    yield f'<testcase classname="{_POLICY}" name="policy" time="0">{inside}</testcase>'


def _lines(text: str) -> str:
    return "\n".join(tidy(line, 1000) for line in text.split("\n"))


def _told(samples: Sequence[Sample], count: int) -> str:
    lines = []
    for sample in samples:
        finding = sample.finding
        about = [tidy(part, 200) for part in (finding.instruction, finding.record, finding.path) if part]
        lines.append(f"{tidy(place_of(finding), 4096)}  {tidy(finding.message, 500)}")
        if about:
            lines.append(f"  {' · '.join(about)}")
        if sample.note:
            lines.append(f"  {sample.note}")
        if finding.hint:
            lines.append(f"  hint: {tidy(finding.hint, 500)}")
    if count > len(samples):
        lines.append(f"… and {number(count - len(samples))} more")
    return "\n".join(lines)


def _attribute(text: str) -> str:
    return quoteattr(tidy(text, 4096))
