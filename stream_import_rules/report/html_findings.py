"""The findings of the HTML report: rule by rule, with samples, and the form that searches and filters them.

Before ``html``, which puts them on the page; ``html.js`` makes the form work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..findings import Excerpt
from ..model import Rule, Severity
from .collect import Report, Sample
from .html_parts import anchor_of, id_of, section
from .markup import Html, join, prose, tag, text
from .words import number, place_of, plural, totals_of

#: More rules than this are folded at first.
FEW_RULES = 6


def findings(report: Report, found: Sequence[Html]) -> Html:
    """The section of all rules that were broken, below the form."""
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name="severity", value=severity, checked=True),
            f" {words}",
        )
        for severity, words in totals_of(report.totals)
    ]
    controls = tag(
        "form",
        tag(
            "label",
            tag("span", "Search rules and findings"),
            tag("input", type="search", id="search", autocomplete="off", spellcheck="false"),
            class_="search",
        ),
        tag("fieldset", tag("legend", "Severity"), *boxes),
        tag(
            "div",
            tag("button", "Unfold all", type="button", id="unfold"),
            tag("button", "Fold all", type="button", id="fold"),
            class_="buttons",
        ),
        tag("p", role="status", id="status"),
        id="filter",
        role="search",
        hidden=True,
    )
    none = tag("p", "No rule and no finding fits.", id="none", hidden=True)
    return section("findings", "Findings", controls, *found, none)


def rule_block(
    report: Report, index: int, rule: str, shown: Sequence[Html], rules: Mapping[str, Rule], hint: str | None
) -> Html:
    """One rule with its reasons and the samples that are shown; the first rules of the page are unfolded."""
    severity, count = report.severities[rule], report.counts[rule]
    about = rules.get(rule)
    left = count - len(shown)
    summary = tag(
        "summary",
        tag("span", severity, class_=f"badge {severity}"),
        tag("h3", id_of(rule)),
        tag("span", plural(count, "finding"), class_="count"),
    )
    why = [join(tag("dt", label), tag("dd", prose(words))) for label, words in _texts(about, hint) if words]
    return tag(
        "details",
        summary,
        tag("p", prose(about.summary), class_="summary") if about else None,
        tag("dl", *why) if why else None,
        tag("ol", *shown) if shown else None,
        tag("p", prose(f"… and {number(left)} more. All of them: `--format jsonl` or `--format csv`."), class_="note")
        if left
        else None,
        class_=f"rule {severity}",
        id=anchor_of(rule),
        data_severity=severity,
        open=index < FEW_RULES,
    )


def _texts(rule: Rule | None, hint: str | None) -> Iterator[tuple[str, str]]:
    if rule is not None:
        yield "Why", rule.why
        yield "Fix", rule.fix
    if hint and (rule is None or hint != rule.fix):
        yield "Hint", hint


def shared_hint(samples: Sequence[Sample], count: int) -> str | None:
    """The hint that is said once, as in the text: that of all samples, if it is not the only one of many."""
    hints = {sample.finding.hint for sample in samples}
    return hints.pop() if len(hints) == 1 and (len(samples) > 1 or count == 1) else None


def sample_block(sample: Sample, *, with_hint: bool) -> Html:
    """One finding as an item of its rule's list."""
    finding = sample.finding
    about = [part for part in (finding.instruction, finding.record, finding.path) if part]
    related = [
        ":".join(str(part) for part in (other.file, other.line) if part is not None) + f"  {other.message}"
        for other in finding.related
    ]
    shown: Html | None = None
    if sample.excerpt is not None:
        shown = _excerpt(sample.excerpt, finding.line, finding.severity)
    elif finding.value is not None:
        shown = tag("pre", tag("code", text(finding.value, 200)))
    return tag(
        "li",
        tag("p", tag("strong", text(place_of(finding), 300)), " ", prose(finding.message, 400), class_="at"),
        tag("p", *_dotted(tag("code", text(part, 150)) for part in about), class_="about") if about else None,
        tag("p", text(sample.note, 300), class_="about") if sample.note else None,
        shown,
        *(tag("p", text(words.strip(), 300), class_="about") for words in related[:5]),
        tag("p", prose(f"Hint: {finding.hint}", 400), class_="hint") if with_hint and finding.hint else None,
    )


def _dotted(parts: Iterable[Html]) -> Iterator[Html | str]:
    for i, part in enumerate(parts):
        if i:
            yield " · "
        yield part


def _excerpt(excerpt: Excerpt, line: int | None, severity: Severity) -> Html:
    start = min(max(excerpt.start, 0), len(excerpt.text))
    end = min(start + excerpt.length, len(excerpt.text))
    return tag(
        "pre",
        tag("span", f"{line or ''} │ ", class_="gutter"),
        tag(
            "code",
            "…" if excerpt.cut_left else None,
            excerpt.text[:start],
            tag("mark", excerpt.text[start:end] or " ", class_=severity),
            excerpt.text[end:],
            "…" if excerpt.cut_right else None,
        ),
    )
