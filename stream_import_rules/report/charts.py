"""Charts of the HTML report, as inline SVG: bars beside figures, and where in a file findings lie.

Used by the parts of ``html``. A bar beside its figure is decoration and hidden from screen readers; a chart
that says more than figures beside it has a sentence that says it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..model import SEVERITIES, Severity
from .markup import Html, join, tag
from .words import NOUNS, number, plural

#: A file is divided into at most so many parts.
PARTS = 60
#: The height of the chart in units of its own; it is stretched to its place.
_HEIGHT = 100


def bar(value: int, greatest: int, kind: str) -> Html:
    """A horizontal bar: how much of the greatest value a value is."""
    width = max(100 * value / greatest, 0.6) if greatest and value else 0
    return tag(
        "svg",
        tag("rect", width=_short(width), height=8, class_=kind),
        class_="bar",
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def stack(parts: Iterable[tuple[int, str]]) -> Html:
    """One bar of several parts, as wide as the whole."""
    parts = [(value, kind) for value, kind in parts if value]
    whole = sum(value for value, _ in parts)
    rects, left = [], 0.0
    for value, kind in parts:
        width = 100 * value / whole
        rects.append(tag("rect", x=_short(left), width=_short(width), height=8, class_=kind))
        left += width
    return tag("svg", *rects, class_="stack", viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true")


def columns(bins: Sequence[tuple[str, int, str]], told: str, *, mark: int | None = None) -> Html:
    """Columns side by side, each with its title, its value and its kind; ``told`` says what they show. A line
    stands behind the first ``mark`` of them."""
    tallest = max(value for _, value, _ in bins)
    made = []
    for i, (title, value, kind) in enumerate(bins):
        if value:
            height = max((_HEIGHT - 6) * value / tallest, 2)
            top, height_ = _short(_HEIGHT - height), _short(height)
            rect = tag("rect", x=10 * i + 1, y=top, width=8, height=height_, class_=kind)
            made.append(tag("g", tag("title", title), rect))
    if mark is not None:
        made.append(tag("rect", x=_short(10 * mark - 0.5), width=_short(0.5), height=_HEIGHT, class_="limit"))
    return _picture(told, made, len(bins))


def ends(first: str, last: str) -> Html:
    """What is at the ends of an axis; the figures beside it say it too."""
    return tag("p", tag("span", first), tag("span", last), class_="axis", aria_hidden="true")


def along(places: Iterable[tuple[int, Severity, int]], lines: int, *, exact: bool = True) -> tuple[Html, str]:
    """How many findings lie where in a file of so many lines, and a sentence of where they are most.

    ``places`` are line, severity, and the number of findings that this place stands for; unless that is
    one everywhere, numbers are about right and not ``exact``.
    """
    count = max(min(PARTS, lines), 1)
    parts: list[dict[Severity, int]] = [{} for _ in range(count)]
    for line, severity, weight in places:
        part = parts[min(max(line - 1, 0) * count // max(lines, 1), count - 1)]
        part[severity] = part.get(severity, 0) + weight
    tallest = max(sum(part.values()) for part in parts)
    columns = [
        _column(i, part, tallest, f"{_span(i, count, lines)}: {_words(part, exact)}")
        for i, part in enumerate(parts)
        if part
    ]
    fullest = max(range(count), key=lambda i: sum(parts[i].values()))
    told = f"Most are in {_span(fullest, count, lines)}: {_words(parts[fullest], exact)}."
    return _picture(told, columns, count), told


def _picture(told: str, columns: Iterable[Html], count: int) -> Html:
    """So many columns of ten units, as one image that says what it shows."""
    return tag(
        "svg",
        tag("title", told),
        *columns,
        class_="along",
        viewBox=f"0 0 {10 * count} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
    )


def _column(index: int, part: Mapping[Severity, int], tallest: int, title: str) -> Html:
    rects, top = [tag("title", title)], float(_HEIGHT)
    for severity in SEVERITIES:
        if part.get(severity):
            height = max((_HEIGHT - 6) * part[severity] / tallest, 2)
            top -= height
            rects.append(
                tag("rect", x=10 * index + 1, y=_short(max(top, 0)), width=8, height=_short(height), class_=severity)
            )
    return tag("g", join(*rects))


def _span(index: int, count: int, lines: int) -> str:
    """The lines of a part: those for which ``(line - 1) * count // lines`` is its index."""
    first = -(-index * lines // count) + 1
    last = -(-(index + 1) * lines // count)
    return f"line {number(first)}" if first >= last else f"lines {number(first)} to {number(last)}"


def _words(part: Mapping[Severity, int], exact: bool) -> str:
    told = [plural(part[s] if exact else _rounded(part[s]), NOUNS[s]) for s in SEVERITIES if part.get(s)]
    return ("" if exact else "about ") + ", ".join(told)


def _rounded(count: int) -> int:
    """To two digits."""
    return round(count, 2 - len(str(count)))


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
