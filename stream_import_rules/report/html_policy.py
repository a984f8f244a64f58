"""What does not count, in the HTML report: suppressed and known findings, and what is to be said of the policy.

Before ``html``, which puts the section on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from .collect import Sample, by_rule
from .html_parts import id_of, left_out, section, table
from .markup import Html, join, tag, text
from .outcome import Outcome
from .remarks import first_remarks, mark_of
from .words import aside_of, number, place_of

#: Rules of which findings do not count, and findings of each, that are listed.
TOP_RULES, TOP_SAMPLES = 50, 5


def policy(outcome: Outcome) -> Iterator[Html]:
    """The section; none if all counts and there is nothing to say."""
    report = outcome.report
    counts, remarks = report.policy.set_aside, first_remarks(report)
    if not counts and not remarks:
        return
    said = [tag("li", tag("strong", text(words, 700)) if k == "expired" else text(words, 700)) for k, words in remarks]
    groups = by_rule(outcome.set_aside, counts)
    rows: list[list[Html | str]] = [
        [id_of(rule), number(count), tag("ul", *map(_sample, groups[rule][:TOP_SAMPLES])) if groups[rule] else ""]
        for rule, count in islice(counts.items(), TOP_RULES)
    ]
    yield section(
        "policy",
        "Not counted",
        tag("p", f"{aside_of(report.policy)}. The import judges them all the same.") if counts else None,
        table(("Rule", "Findings", "First of them, and why"), rows, right=(1,)) if rows else None,
        left_out(len(counts) - TOP_RULES, "more rule"),
        tag("ul", *said) if said else None,
    )


def _sample(sample: Sample) -> Html:
    return tag("li", join(tag("code", text(place_of(sample.finding), 300)), f" {text(mark_of(sample.finding), 300)}"))
