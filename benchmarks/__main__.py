"""``python -m benchmarks``: how fast the validator is, on files of several kinds, beside other programs.

Makes its files (seeded; kept in ``benchmarks/.data`` or where ``--data`` says), measures, and writes ``results.md`` and
``pace.svg``: of a full run beside this file, of a trial (``--quick``, ``--size``, ``--only``) beside the data. What is
measured is kept case by case; ``--resume`` goes on where a run was broken off.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .cases import CASES, FULL, LEAST, Case
from .figures import Figures, Held, Settings, begun, keep, resumed
from .files import DataFile, provide
from .judges import JUDGES
from .measure import WrongResult, measure
from .moments import moments
from .plot import plot
from .results import results

HOME = Path(__file__).parent
#: Keys whose memory is measured, for each megabyte of a case.
_KEYS = 6_000
#: A long case needs no more rounds than these.
_ROUNDS_OF_HUGE = 3
_START = "start"


def options_of(words: Sequence[str]) -> argparse.Namespace:
    """The options. Ends the process with a message if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="30 MB a case, one round: whether it works")
    parser.add_argument("--size", type=float, metavar="MB", help="megabytes of a case (300)")
    parser.add_argument("--rounds", type=int, help="timed runs of each (5)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these cases and judges")
    parser.add_argument("--data", type=Path, default=HOME / ".data", metavar="FOLDER", help="where the files are kept")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="where the results go")
    parser.add_argument("--resume", action="store_true", help="keep what the last run of the same code has measured")
    options = parser.parse_args(words)
    options.size = int((options.size or (30 if options.quick else 300)) * 1_000_000)
    options.rounds = options.rounds or (1 if options.quick else 5)
    names = [*CASES, *JUDGES, _START]
    if not LEAST <= options.size <= FULL:
        parser.error(
            f"--size is from {LEAST // 1_000_000} (fewer bytes do not hold every mistake) to {FULL // 1_000_000}"
        )
    if options.rounds < 1:
        parser.error("--rounds is at least 1")
    if unknown := [name for name in options.only if name not in names]:
        parser.error(f"--only: there is no {', '.join(unknown)}; there are {', '.join(names)}")
    return options


def run(options: argparse.Namespace) -> Figures:
    """Measure what the options ask for; the figures are kept as they come."""
    settings = Settings(options.size, options.rounds)
    part = "-only" if options.only else ""  # never in place of the figures of a whole run
    kept = options.data / f"figures-{options.size // 1_000_000}MB{part}.json"
    options.data.mkdir(parents=True, exist_ok=True)
    figures = resumed(kept, settings) if options.resume else begun(settings)
    only = set(options.only)
    cases = [case for case in CASES.values() if case.name in only or (not only & CASES.keys() and only != {_START})]
    judges = [judge for judge in JUDGES.values() if judge.name in only or not only & JUDGES.keys()]
    with tempfile.TemporaryDirectory(prefix="stream-import-benchmark-") as name:
        temporary = Path(name)
        for case in cases:
            chosen = [judge for judge in judges if case.name in judge.cases]
            if case.name in figures.cases or not chosen:
                continue
            file = _file(case, options)
            rounds = min(options.rounds, _ROUNDS_OF_HUGE) if case.times > 1 else options.rounds
            figures.held[case.name] = Held(file.bytes, file.lines, file.entries, file.wrong)
            figures.cases[case.name] = measure(case, file, chosen, rounds, temporary, tell)
            keep(figures, kept)
        if figures.moments is None and (not only or _START in only):
            thin, naive = (_file(CASES[case], options) for case in ("thin", "naive"))
            keys = _KEYS * (options.size // 1_000_000)
            figures.moments = moments(thin, naive, keys=keys, rounds=options.rounds, temporary=temporary, tell=tell)
            keep(figures, kept)
    return figures


def _file(case: Case, options: argparse.Namespace) -> DataFile:
    tell(f"{case.name}: its file")
    return provide(case, options.size, options.data)


def write(figures: Figures, folder: Path) -> Path:
    """Write page and picture; the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "results.md"
    page.write_text(results(figures), encoding="utf-8")
    floor = figures.of("batch", "orjson")
    if figures.of("batch", "lines") is not None:
        size, cores = figures.settings.size // 1_000_000, figures.machine.cores
        title = f"{size} MB of import file on {cores} cores: stream-import and others"
        drawn = plot(title, figures.cases["batch"], None if floor is None else floor.pace)
        (folder / "pace.svg").write_text(drawn, encoding="utf-8")
    return page


def tell(what: str) -> None:
    """Say what goes on."""
    print(f"{time.strftime('%H:%M:%S')}  {what}", file=sys.stderr, flush=True)


def main() -> None:
    """The command."""
    options = options_of(sys.argv[1:])
    try:
        figures = run(options)
    except (OSError, RuntimeError) as error:
        what = "a wrong result" if isinstance(error, WrongResult) else "it cannot go on"
        sys.exit(f"benchmarks: {what}: {error}")
    trial = figures.settings.trial or bool(options.only)
    page = write(figures, options.output or (options.data if trial else HOME))
    print(page.read_text(encoding="utf-8"))
    print(f"Written: {page}", file=sys.stderr)


if __name__ == "__main__":
    main()
