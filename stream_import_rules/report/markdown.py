"""A comment for a pull request: the verdict, a table of the rules that were broken, samples to unfold.

One of the formats, in GitHub's and GitLab's Markdown. Whatever comes from a file stands in a code span or
a fenced block, whose fence is longer than any in it: there no markup, no link and no mention is one.
A comment holds 65,536 characters; samples are shared out so that it stays below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..model import Rule, Severity
from .collect import Report, Sample, by_rule
from .outcome import Outcome
from .remarks import first_remarks, mark_of
from .safe import tidy
from .share import fitting
from .words import (
    aside_of,
    first_gaps,
    groups_of,
    name_of,
    number,
    partial_of,
    place_of,
    plural,
    sentence_of,
    size_of,
    totals_of,
)

#: Bytes, so that it holds for characters too; the rest is for what a bot puts around it.
LONGEST = 60_000
#: Rows of a table.
TOP_FILES, TOP_GROUPS = 10, 10
TOP_ASIDE, TOP_REMARKS = 10, 5
#: Of the rules as many as leave room for samples, or at least for the rest.
TOP_RULES = (100, 50, 20, 5, 0)

_MARKS: dict[Severity, str] = {"error": "🔴 error", "warning": "🟡 warning", "info": "🔵 info"}
_TICKS = re.compile("`+")


def render(outcome: Outcome) -> bytes:
    """The comment."""
    report = outcome.report
    rules = {rule.id: rule for rule in outcome.ruleset.rules}
    foot = "\n".join(_foot(report))
    heads = ("\n".join(_head(outcome, rules, top)) for top in TOP_RULES)
    head = next((head for head in heads if len((head + foot).encode()) <= LONGEST * 2 // 3), "")
    groups = by_rule(outcome.samples, report.counts)
    blocks = {rule: [_sample(sample) for sample in samples] for rule, samples in groups.items()}
    sizes = [[len(block.encode()) for block in group] for group in blocks.values()]
    frames = sum(len(_unfolded(rule, "", 0, report).encode()) for rule in blocks)
    each = fitting(sizes, LONGEST - len(head.encode()) - len(foot.encode()) - frames)
    details = [
        _unfolded(rule, "\n".join(group[:each]), min(each, len(group)), report) for rule, group in blocks.items()
    ]
    return "\n".join([head, *(details if each else []), foot]).encode()


def _policy(outcome: Outcome) -> Iterator[str]:
    """What does not count, and what is to be said of the policy."""
    report = outcome.report
    counts = report.policy.set_aside
    if counts:
        firsts = {rule: group[0] for rule, group in by_rule(outcome.set_aside, counts).items() if group}
        yield f"Not counted: {aside_of(report.policy)}."
        yield ""
        yield from _table(
            ("Rule", "Not counted", "First place", "Because"),
            (
                (
                    f"`{rule}`",
                    number(count),
                    cell(place_of(firsts[rule].finding)) if rule in firsts else "",
                    cell(mark_of(firsts[rule].finding)) if rule in firsts else "",
                )
                for rule, count in list(counts.items())[:TOP_ASIDE]
            ),
            right=(1,),
        )
        yield from _more(len(counts) - TOP_ASIDE, "rule")
    remarks = first_remarks(report, TOP_REMARKS)
    yield from (f"- {'**expired** ' if kind == 'expired' else ''}{code(said, 300)}" for kind, said in remarks)
    if remarks:
        yield ""


def _head(outcome: Outcome, rules: dict[str, Rule], top: int) -> Iterator[str]:
    report = outcome.report
    head, rest = sentence_of(report)
    yield f"### {head}"
    yield ""
    if not report.complete:
        yield f"**✗ {partial_of(report)}**"
        yield ""
        yield from (
            f"- {code(name_of(path), 60)}: {code(what, 60)}" if path else f"- {what}"
            for path, what in first_gaps(report)
        )
        yield ""
    if rest:
        yield rest[0].upper() + rest[1:]
        yield ""
    yield from _table(
        ("File", "Size", "Lines", "Entries", "Findings"),
        (
            (
                cell(name_of(file.path)),
                size_of(file, outcome.ruleset),
                number(file.lines),
                number(sum(file.entries.values())),
                ", ".join(words for _, words in totals_of(file.findings)) or "none",
            )
            for file in report.files[:TOP_FILES]
        ),
        right=(2, 3),
    )
    yield from _more(len(report.files) - TOP_FILES, "file")
    if report.counts:
        places = {rule: group[0] for rule, group in by_rule(outcome.samples, report.counts).items() if group}
        yield from _table(
            ("Severity", "Rule", "Findings", "What it asks for", "First place"),
            (
                (
                    _MARKS[report.severities[rule]],
                    f"`{rule}`",
                    number(count),
                    rules[rule].summary.replace("|", r"\|") if rule in rules else "",
                    cell(place_of(places[rule].finding)) if rule in places else "",
                )
                for rule, count in list(report.counts.items())[:top]
            ),
            right=(2,),
        )
        yield from _more(len(report.counts) - top, "rule")
    yield from _policy(outcome)


def _foot(report: Report) -> Iterator[str]:
    groups = groups_of(report)
    if groups:
        names = ", ".join(f"{code(name, 100)} {number(uses)}" for name, uses in list(groups.items())[:TOP_GROUPS])
        more = f" and {number(len(groups) - TOP_GROUPS)} more" if len(groups) > TOP_GROUPS else ""
        yield ""
        known = report.app is not None and report.app.feed_groups
        what = "Feed groups" if known else "Feed groups, which must be configured in the app"
        yield f"{what}: {names}{more}"
    yield ""
    rules = f"rules {report.rules.name} {report.rules.version}, fingerprint `{report.rules.fingerprint[:12]}`"
    yield f"<sub>{report.tool.name} {report.tool.version}, {rules}. Counts are exact.</sub>"
    yield ""


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    made = [f"| {' | '.join(row)} |" for row in rows]
    if made:
        yield f"| {' | '.join(columns)} |"
        yield f"|{'|'.join('--:' if i in right else '---' for i in range(len(columns)))}|"
        yield from made
        yield ""


def _more(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield f"… and {plural(count, noun)} more."
        yield ""


def _unfolded(rule: str, text: str, shown: int, report: Report) -> str:
    count = report.counts[rule]
    left = f", the first {number(shown)} of them" if shown < count else ""
    fence = "`" * max(3, *(len(run) + 1 for run in _TICKS.findall(text)), 0)
    summary = f"<summary><code>{rule}</code>: {plural(count, 'finding')}{left}</summary>"
    return f"<details>{summary}\n\n{fence}text\n{text}\n{fence}\n\n</details>\n"


def _sample(sample: Sample) -> str:
    finding = sample.finding
    lines = [f"{tidy(place_of(finding), 300)}  {tidy(finding.message, 300)}"]
    about = [tidy(part, 100) for part in (finding.instruction, finding.record, finding.path) if part]
    if about:
        lines.append(f"  {' · '.join(about)}")
    if sample.note:
        lines.append(f"  {sample.note}")
    if sample.excerpt is not None:
        lines.append(f"  │ {tidy(sample.excerpt.text)}")
    if finding.hint:
        lines.append(f"  hint: {tidy(finding.hint, 300)}")
    return "\n".join(lines)


def cell(text: str) -> str:
    """Any text as a code span in a table, where a bar would end the cell and with it the span."""
    return code(text, 100).replace("|", r"\u{7c}")


def code(text: str, longest: int = 200) -> str:
    """Any text as a code span, in which nothing means anything."""
    text = tidy(text, longest)
    if not text:
        return ""
    fence = "`" * max((len(run) + 1 for run in _TICKS.findall(text)), default=1)
    pad = " " if text.startswith("`") or text.endswith("`") or text.isspace() else ""
    return f"{fence}{pad}{text}{pad}{fence}"
