"""The formats of a report: what each asks for, and who renders it. A new format is one module and one entry.

After the modules of the formats, which are only loaded when they are asked for; before ``outputs``.
``text`` is the one format that depends on where it is read, so its renderer is given by ``cli``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from .collect import MAX_SAMPLES
from .outcome import Outcome, Stream

#: Findings of each rule that are shown if nothing else is said: a screen for people.
TEXT_SAMPLES = 5


Render: TypeAlias = Callable[[Outcome], bytes]


@dataclass(frozen=True)
class Format:
    """One format: for whom it is, how many findings of each rule it shows, who renders or streams it.

    ``most`` bounds the findings that are held for it, of all rules together; ``places`` and ``histograms`` are
    what it wants besides; ``json`` says that it is JSON.
    """

    audience: str
    samples: int = 0
    most: int | None = None
    places: bool = False
    histograms: bool = False
    render: Render | None = None
    stream: Callable[[], Stream] | None = None
    json: bool = False


def _json(outcome: Outcome) -> bytes:
    from . import json

    return json.render(outcome)


def _jsonl() -> Stream:
    from . import json

    return json.Lines()


def _github(outcome: Outcome) -> bytes:
    from . import github

    return github.render(outcome)


def _sarif(outcome: Outcome) -> bytes:
    from . import sarif

    return sarif.render(outcome)


def _junit(outcome: Outcome) -> bytes:
    from . import junit

    return junit.render(outcome)


def _markdown(outcome: Outcome) -> bytes:
    from . import markdown

    return markdown.render(outcome)


def _html(outcome: Outcome) -> bytes:
    from . import html

    return html.render(outcome)


def _csv() -> Stream:
    from . import csv

    return csv.Rows()


FORMATS: Mapping[str, Format] = {
    "text": Format("people at a terminal", TEXT_SAMPLES),
    "json": Format("programs: exact counts, and samples", MAX_SAMPLES, render=_json, json=True),
    "jsonl": Format("pipes: every finding, and a summary last", stream=_jsonl, json=True),
    "github": Format("annotations in GitHub Actions, as many as a step shows", 10, render=_github),
    "sarif": Format("code scanning and editors (SARIF 2.1.0)", 1_000, most=25_000, render=_sarif, json=True),
    "junit": Format("CI servers: a test case for each rule that was broken", 20, render=_junit),
    "markdown": Format("the comment on a pull request", 10, render=_markdown),
    "html": Format("people: one page with charts, search and filter", 25, places=True, histograms=True, render=_html),
    "csv": Format("spreadsheets: every finding as a row", stream=_csv),
}
