"""The paces of a case as bars: SVG by hand, for a library of charts would be a hundred times what is drawn here.

After ``figures``. The picture takes the colours of the reader's light or dark scheme, and says its figures as text too.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .judges import JUDGES
from .measure import Measured

_WIDTH, _LEFT, _RIGHT = 760, 190, 150
_ROW, _BAR, _TOP = 30, 18, 56

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .note { fill: #59636e; }
  .ours { fill: #0969da; }
  .other { fill: #8c959f; }
  .axis { stroke: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .note { fill: #9198a1; }
    .ours { fill: #4493f8; }
    .other { fill: #656c76; }
  }
"""


def plot(title: str, measured: Sequence[Measured], floor: float | None) -> str:
    """Bars of the paces, the fastest first; ``floor`` is the pace (bytes a second) that the others are told in."""
    shown = sorted((one for one in measured if not one.failure), key=lambda one: -one.pace)
    most = max(one.pace for one in shown)
    height = _TOP + _ROW * len(shown) + 12
    summary = "; ".join(f"{JUDGES[one.judge].title}: {_pace(one)}" for one in shown)
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" role="img" '
        f'height="{height}" aria-labelledby="title description">'
    )
    note = "Megabytes a second, more is better" + ("; in brackets times the pace of orjson" if floor else "")
    lines = [
        frame,
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(summary)}.</desc>',
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="12" y="22">{escape(title)}</text>',
        f'<text class="note" x="12" y="42">{note}</text>',
        f'<line class="axis" x1="{_LEFT}" y1="{_TOP}" x2="{_LEFT}" y2="{height - 12}"/>',
    ]
    for number, one in enumerate(shown):
        y = _TOP + _ROW * number
        width = max(1.0, (_WIDTH - _LEFT - _RIGHT) * one.pace / most)
        kind = "ours" if JUDGES[one.judge].ours else "other"
        times = f" ({_times(one.pace / floor)})" if floor else ""
        lines += [
            f'<text x="{_LEFT - 8}" y="{y + 20}" text-anchor="end">{escape(JUDGES[one.judge].title)}</text>',
            f'<rect class="{kind}" x="{_LEFT}" y="{y + 6}" width="{width:.1f}" height="{_BAR}" rx="2"/>',
            f'<text x="{_LEFT + width + 8:.1f}" y="{y + 20}">{_pace(one)}{times}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _pace(one: Measured) -> str:
    pace = one.pace / 1e6
    return f"{pace:,.0f} MB/s" if pace >= 10 else f"{pace:.1f} MB/s"


def _times(ratio: float) -> str:
    return f"{ratio:.2f} ×" if ratio >= 0.1 else f"{ratio:.1g} ×"
