"""The figures as a page: ``results.md``.

After ``figures`` and ``targets``. Everything on the page is computed from the figures; the words stand here.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from .cases import CASES
from .figures import Figures
from .judges import JUDGES
from .measure import Measured
from .targets import TARGETS

#: A load, of what else runs on a machine, that does not matter.
_QUIET = 0.5

_METHOD = """\
Every judge runs in a process of its own over the same file, the judges of a case in turn, each round beginning with
another one. Figures are medians of the rounds. The first run of each is not timed: it brings the file into memory and
is watched for the most memory that the process and all that it started had at once, sampled every 20 ms, pages that
they share counted for each.

*Work* is time on the clock from opening the file to the last verdict, and what paces and ratios are made of: reading,
parsing, judging. Starting the interpreter, imports and compiling the schema are not in it but in *start*, which is the
rest of the process's time. Of sourcemeta, which does not say it, work is the time of its process less that of the same
command over ten lines. Ours is the whole command `stream-import validate` with a report as JSON: starting its worker
processes is in its work. *CPU* is the time of all processes together, with
their start.

By default `stream-import` uses every core; all others use one (Node's runtime a little more). *lines, one job* is the
row that compares one core with one core. The schemas know less than the rules (`docs/reference/support.md`), and they
answer yes or no where `stream-import` finds every mistake with its place. A judge that is too slow sees every so many
lines of the file, evenly, and its time is scaled up.

What each judge answers is compared with what the file is known to hold: the number of lines, of entries of each kind,
no finding in clean files, at least as many as mistakes in the others. If ours is wrong the benchmark stops.
"""


def results(figures: Figures) -> str:
    """The page, in Markdown."""
    parts = ["# Results", _head(figures)]
    parts += ["## Targets", _targets(figures)]
    parts += ["![Pace of each judge](pace.svg)"] if figures.of("batch", "lines") else []
    parts += ["## Files", _files(figures)]
    for name, measured in figures.cases.items():
        parts += [
            f"## {name.capitalize()}",
            f"{CASES[name].told[0].upper()}{CASES[name].told[1:]}.",
            _case(figures, name, measured),
        ]
    if figures.moments is not None:
        parts += ["## Start and memory of keys", _moments(figures)]
    parts += ["## How it was measured", _METHOD.strip(), _included(figures)]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _head(figures: Figures) -> str:
    machine, settings = figures.machine, figures.settings
    told = (
        f"Written by `python -m benchmarks`: {settings.size / 1e6:.0f} MB a case, {settings.rounds} "
        f"round{'s' if settings.rounds > 1 else ''}, on {machine.cores} core{'s' if machine.cores > 1 else ''} "
        f"({machine.system}), {machine.memory / 1e9:.0f} GB of memory, {machine.python}."
    )
    if settings.trial:
        told = f"**A trial: too little was measured to judge by it.**\n\n{told}"
    if figures.load > _QUIET:
        told += (
            f" **Other work was done there meanwhile (load {figures.load:.1f}): times are longer than they need be.**"
        )
    return told


def _targets(figures: Figures) -> str:
    rows, met, measured = [], 0, 0
    for target in TARGETS:
        reached = target.reached(figures)
        sign = "≥" if target.at_least else "≤"
        wanted = f"{sign} {target.wanted:g} {target.unit}"
        if reached is None:
            rows.append([target.told, wanted, "not measured", ""])
            continue
        measured += 1
        met += target.met(reached)
        rows.append([target.told, wanted, target.text(reached), "met" if target.met(reached) else "**not met**"])
    count = f"{met} of {measured} met"
    if measured < len(TARGETS):
        count += f", {len(TARGETS) - measured} not measured"
    return f"{count}.\n\n{table(['Target', 'Wanted', 'Reached', ''], rows)}"


def _files(figures: Figures) -> str:
    rows = []
    for name, held in figures.held.items():
        entries = sum(held.entries.values())
        wrong = f"{held.wrong:,}" if CASES[name].zone else f"{entries:,}"
        rows.append([name, f"{held.bytes / 1e6:,.1f}", f"{held.lines:,}", f"{entries:,}", wrong, CASES[name].told])
    head = ["File", "MB", "Lines", "Entries", "Mistakes", ""]
    lines = table(head, rows).splitlines()
    lines[1] = lines[1].removesuffix("---: |") + "--- |"  # the last column is text
    return "\n".join(lines)


def _case(figures: Figures, name: str, measured: Sequence[Measured]) -> str:
    floor = figures.of(name, "orjson")
    rows = []
    for one in measured:
        title = f"**{one.judge}**" if JUDGES[one.judge].ours else JUDGES[one.judge].title
        if one.failure:
            rows.append([title, "", "", one.failure, "", "", ""])
            continue
        step = JUDGES[one.judge].slice
        rows.append(
            [
                f"{title} (one line in {step})" if step > 1 else title,
                f"{one.pace / 1e6:,.1f}",
                "" if floor is None else _ratio(one.pace / floor.pace),
                _spread(one.work),
                f"{one.startup:.2f}",
                f"{statistics.median(one.cpu):.2f}",
                f"{one.memory / 1e6:,.0f}",
            ]
        )
    return table(["Judge", "MB/s", "× orjson", "Work, s (least to most)", "Start, s", "CPU, s", "Memory, MB"], rows)


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.1g}"


def _spread(seconds: Sequence[float]) -> str:
    text = f"{statistics.median(seconds):.2f}"
    return text if len(seconds) < 2 else f"{text} ({min(seconds):.2f} to {max(seconds):.2f})"


def _moments(figures: Figures) -> str:
    assert figures.moments is not None
    one = figures.moments
    rows = [
        ["`import stream_import_rules`, over a bare interpreter", f"{one.importing * 1000:.0f} ms"],
        ["`stream-import validate` of ten lines, from start to end", f"{one.ten_lines:.2f} s"],
        ["`stream-import validate --format jsonl` of naive, until its first line", f"{one.first_finding:.2f} s"],
        [f"memory for each of {one.keys:,} more keys, all in memory", f"{one.key_bytes:.0f} bytes"],
    ]
    return table(["What", "Median"], rows)


def _included(figures: Figures) -> str:
    rows = [[name, judge.told, figures.versions[name]] for name, judge in JUDGES.items() if name in figures.versions]
    lines = table(["Judge", "Its work", "Version"], rows).splitlines()
    lines[1] = "| --- | --- | --- |"
    return "\n".join(lines)
