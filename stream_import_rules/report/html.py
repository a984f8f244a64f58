"""The report as one page for people: verdict, what to fix first, charts, findings with search and filter.

One of the formats. The page is complete without its script, which only searches and filters; it loads
nothing, and its policy lets nothing run but the one script and the one style sheet in it, by their hash.
Everything that comes from a file is escaped by ``markup``. It is at most 2 MB, whatever was found.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from ..model import SEVERITIES, Rule
from . import charts
from .collect import Report, Totals, by_rule
from .html_contents import entries, groups, sizes, times
from .html_findings import findings, rule_block, sample_block, shared_hint
from .html_overview import by_frequency, counts_of, fix_first, many_files, one_file, where
from .html_policy import policy
from .markup import Html, join, prose, tag, text
from .outcome import Outcome
from .remarks import first_remarks
from .share import fitting
from .words import first_gaps, first_to_fix, groups_of, name_of, partial_of, sentence_of, totals_of

#: Bytes of the page; a file of 2 MB is still opened at once on a phone.
MOST_BYTES = 2_000_000


def render(outcome: Outcome) -> bytes:
    """The page."""
    report = outcome.report
    rules = {rule.id: rule for rule in outcome.ruleset.rules}
    groups = by_rule(outcome.samples, report.counts)
    hints = {rule: shared_hint(samples, report.counts[rule]) for rule, samples in groups.items()}
    blocks = {rule: [sample_block(s, with_hint=hints[rule] is None) for s in group] for rule, group in groups.items()}

    def page(each: int) -> Html:
        found = [rule_block(report, i, rule, blocks[rule][:each], rules, hints[rule]) for i, rule in enumerate(blocks)]
        return _page(outcome, rules, found)

    sizes = [[len(block.encode()) for block in group] for group in blocks.values()]
    each = fitting(sizes, MOST_BYTES - len(page(0).encode()))
    return page(each).encode()


def _page(outcome: Outcome, rules: Mapping[str, Rule], found: Sequence[Html]) -> Html:
    report = outcome.report
    style, script = _asset("html.css"), _asset("html.js")
    files_named = ", ".join(name_of(file.path) for file in report.files[:3]) or "nothing"
    title = f"{counts_of(report.totals)} · {files_named} · stream-import"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("link", rel="icon", href="data:,"),
        tag("title", text(title, 200)),
        tag("style", style),
    )
    body = tag(
        "body",
        _header(report),
        _nav(outcome),
        _main(outcome, rules, found),
        _footer(report),
        tag("script", script),
    )
    return join(Html("<!doctype html>\n"), tag("html", head, body, lang="en"), Html("\n"))


@cache
def _asset(name: str) -> Html:
    """A style sheet or script of ours, as it is written into the page."""
    return Html((files(__package__) / name).read_text("utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing but these two, by their hash; no request, no form, no other base, no markup from strings."""

    def hashed(data: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(data.encode()).digest()).decode()}'"

    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {hashed(style)}",
            f"script-src {hashed(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


# --------------------------------------------------------------------------- the verdict


def _header(report: Report) -> Html:
    head, rest = sentence_of(report)
    mark, _, sentence = head.partition(" ") if head[0] in "✓✗" else ("!", "", head)
    partial = None
    if not report.complete:
        told = [tag("li", text(f"{name_of(path)}: {what}" if path else what, 500)) for path, what in first_gaps(report)]
        partial = tag("div", tag("p", tag("strong", partial_of(report))), tag("ul", *told), class_="partial")
    return tag(
        "header",
        tag("a", "Skip to the findings", class_="skip", href="#findings") if report.counts else None,
        tag("p", "stream-import report", class_="tool"),
        tag("h1", tag("span", mark, class_="mark", aria_hidden="true"), f" {sentence}"),
        tag("p", prose(rest[0].upper() + rest[1:])) if rest else None,
        partial,
        _severities(report.totals),
        class_=report.verdict,
    )


def _nav(outcome: Outcome) -> Html:
    report, histograms = outcome.report, outcome.histograms
    links = [("fix", "Fix first" if report.totals.error else "Read first")] if first_to_fix(report) else []
    links += [("files", "The file" if len(report.files) == 1 else "The files")] if report.files else []
    links += [("findings", "Findings")] if report.counts else []
    links += [("policy", "Not counted")] if report.policy.set_aside or first_remarks(report) else []
    links += [("entries", "Entries")] if any(any(file.entries.values()) for file in report.files) else []
    links += [("times", "Over time")] if histograms is not None and histograms.calendar.counts else []
    links += [("sizes", "Sizes")] if histograms is not None and histograms.sizes else []
    links += [("groups", "Feed groups")] if groups_of(report) else []
    items = [tag("li", tag("a", words, href=f"#{name}")) for name, words in links]
    return tag("nav", tag("ul", *items), aria_label="On this page")


def _severities(totals: Totals) -> Html | None:
    counts = [(severity, getattr(totals, severity)) for severity in SEVERITIES]
    if not any(count for _, count in counts):
        return None
    return tag(
        "div",
        charts.stack((count, severity) for severity, count in counts),
        tag("ul", *(tag("li", words, class_=severity) for severity, words in totals_of(totals))),
        class_="severities",
    )


def _main(outcome: Outcome, rules: Mapping[str, Rule], found: Sequence[Html]) -> Html:
    """What to do first; everything that was found; what else is in the file."""
    report = outcome.report
    one = len(report.files) == 1
    first, rules_ = [*fix_first(report, rules)], [*by_frequency(report)]
    files = [*one_file(outcome)] if one else [*many_files(report)]
    places = [*where(report, outcome.places)]
    contents, feeds = [*entries(report), *times(outcome)], [*sizes(outcome), *groups(report)]
    aside = [*policy(outcome)]
    if not found:
        return tag("main", *(() if one else files), *aside, _panels([*files, *contents] if one else contents, feeds))
    return tag(
        "main",
        _panels([*first, *files], [*places, *rules_]) if one else _panels([*first, *rules_], places),
        *(() if one else files),
        findings(report, found),
        *aside,
        _panels(contents, feeds),
    )


def _panels(left: Sequence[Html], right: Sequence[Html]) -> Html | None:
    """Sections side by side, where there is room."""
    columns = [tag("div", *sections) for sections in (left, right) if sections]
    return tag("div", *columns, class_="panels") if columns else None


def _footer(report: Report) -> Html:
    tool, rules = report.tool, report.rules
    return tag(
        "footer",
        tag(
            "p",
            f"Made by {tool.name} {tool.version} with the rules {rules.name} {rules.version}, fingerprint ",
            tag("code", rules.fingerprint[:12]),
            ". Counts are exact; findings are shown as samples. This page loads nothing.",
        ),
    )
