"""Write a run for machines: one JSON report, or one JSON object a line as findings come.

After ``collect``, whose structs are the shapes; before ``outputs``, which says where the bytes go.

``jsonl`` has two kinds of lines, told apart by their first member: ``{"type": "finding", …}`` with the
members of a Finding, any number of them in the order of the files, and last, exactly once,
``{"type": "summary", …}`` with the members of a Summary. Output without that last line was cut off.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..findings import Finding
from .collect import Summary, by_rule, report_of
from .gather import first
from .outcome import Outcome
from .safe import escape_json
from .share import fitting

#: A report of a file where everything is wrong stays a file that programs read in one go.
MOST_BYTES = 20_000_000


def indented(value: Any) -> bytes:
    """A report, or any plain value or struct, as indented JSON with a final newline."""
    return escape_json(msgspec.json.format(_encode(value), indent=2)) + b"\n"


def render(outcome: Outcome) -> bytes:
    """The report. If it would be larger than ``MOST_BYTES``, it shows fewer findings of each rule, and says so."""
    report = outcome.report
    data = indented(report)
    if len(data) <= MOST_BYTES:
        return data
    aside = first(outcome.set_aside, 1)
    groups = by_rule(outcome.samples, report.counts)
    sizes = [[_indented_size(sample.finding) for sample in group] for group in groups.values()]
    head = indented(report_of(report, (), aside))
    return indented(report_of(report, first(outcome.samples, fitting(sizes, MOST_BYTES - len(head))), aside))


def _indented_size(finding: Finding) -> int:
    """How many bytes a finding takes in an indented report, with its comma."""
    data = indented(finding)
    return len(data) + 4 * data.count(b"\n") + 1


def finding_line(finding: Finding) -> bytes:
    """A finding as one line of jsonl, newline included."""
    return _line("finding", finding)


def summary_line(summary: Summary) -> bytes:
    """The summary, the last line of jsonl, newline included."""
    return _line("summary", summary)


class Lines:
    """``jsonl`` as a stream: a line for each finding, and the summary last."""

    def finding(self, finding: Finding) -> bytes:
        """The line of a finding."""
        return finding_line(finding)

    def end(self, summary: Summary) -> bytes:
        """The last line."""
        return summary_line(summary)


def _line(kind: str, value: msgspec.Struct) -> bytes:
    return b'{"type":"%s",' % kind.encode() + escape_json(_encode(value))[1:] + b"\n"


def _encode(value: Any) -> bytes:
    """JSON that is always UTF-8: half a surrogate pair, as in odd file names, becomes U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_mended(msgspec.to_builtins(value)))


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mended(item) for item in value]
    return value
