"""Annotations for GitHub Actions: workflow commands on standard output, as many as a step shows.

One of the formats. GitHub takes ten errors, ten warnings and ten notices of a step and drops the rest
without a word, so what is shown is chosen here: of each rule one before a second of any, the gravest
and most frequent rules first. A last notice has the counts of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..model import SEVERITIES, Severity
from .collect import Report, Sample, by_rule
from .outcome import Outcome
from .remarks import first_remarks
from .safe import tidy
from .words import STANDARD_INPUT, first_gaps, in_short, name_of, number, partial_of

#: What GitHub's runner takes for a command: at the beginning of a line, and in its older form anywhere.
_LINE_COMMAND = re.compile(rb"^(\s*):(?=:)", re.MULTILINE)
_OLD_COMMAND = b"##["

#: Annotations of each kind that a step shows.
SHOWN = 10

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
_TITLE = "stream-import"


def render(outcome: Outcome) -> bytes:
    """The commands, one a line."""
    return "".join(f"{line}\n" for line in _lines(outcome.report, outcome.samples)).encode()


def shielded(data: bytes, *, json: bool) -> bytes:
    """Another format for the log of a step, where what comes from a file must not be a command.

    In JSON only the older form can stand, within a string, where an escape is the same character.
    """
    if json:
        return data.replace(_OLD_COMMAND, rb"\u0023#[")
    return _LINE_COMMAND.sub(rb"\1\\u{3a}", data).replace(_OLD_COMMAND, rb"\u{23}#[")


def _lines(report: Report, samples: Sequence[Sample]) -> Iterator[str]:
    room: dict[Severity, int] = {"error": SHOWN, "warning": SHOWN, "info": SHOWN - 1}  # the last notice
    if not report.complete:
        room["error"] -= 1
        told = [f"{tidy(name_of(path))}: {tidy(what)}" if path else what for path, what in first_gaps(report)]
        yield _command("error", [partial_of(report), *told], title=_TITLE)
    expired = [tidy(sentence, 500) for kind, sentence in first_remarks(report) if kind == "expired"]
    if expired:
        room["warning"] -= 1
        yield _command("warning", expired, title=_TITLE)
    chosen = [sample for severity in SEVERITIES for sample in _chosen(report, samples, severity, room[severity])]
    for sample in chosen:
        yield _annotation(sample, report.counts[sample.finding.rule])
    counts = in_short(report)
    if len(chosen) < report.total:
        counts += f". Shown here: {number(len(chosen))} of {number(report.total)} findings"
    told = [tidy(sentence, 500) for kind, sentence in first_remarks(report) if kind != "expired"]
    yield _command("notice", [f"{counts}.", *told], title=_TITLE)


def _chosen(report: Report, samples: Sequence[Sample], severity: Severity, room: int) -> list[Sample]:
    groups = [group for rule, group in by_rule(samples, report.counts).items() if report.severities[rule] == severity]
    ranked = ((rank, sample) for group in groups for rank, sample in enumerate(group))
    return [sample for _, sample in sorted(ranked, key=lambda pair: pair[0])[:room]]


def _annotation(sample: Sample, count: int) -> str:
    finding = sample.finding
    lines = [tidy(finding.message, 500)]
    if finding.hint:
        lines.append(tidy(finding.hint, 500))
    if sample.note:
        lines.append(f"{sample.note[0].upper()}{sample.note[1:]}.")
    if count > 1:
        lines.append(f"One of {number(count)} findings of {finding.rule}.")
    place = {}
    if finding.file is not None and finding.file != STANDARD_INPUT:
        place["file"] = tidy(finding.file, 4096)
        if finding.line is not None:
            place["line"] = str(finding.line)
        if finding.column is not None:
            place["col"] = str(finding.column)
    elif finding.line is not None:
        lines[0] = f"Line {finding.line}: {lines[0]}"
    return _command(_COMMANDS[finding.severity], lines, **place, title=finding.rule)


def _command(name: str, lines: list[str], **properties: str) -> str:
    """One command. What it is made of has no control characters any more."""
    told = ",".join(
        f"{key}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in properties.items()
    )
    return f"::{name} {told}::{'%0A'.join(map(_escaped, lines))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25")
