"""``python -m benchmarks.kill [--kills N] [--keys N]``: what is left of the command when it is killed.

Starts the command many times, sends SIGKILL, SIGTERM and SIGINT in turn at random moments of its run, and looks two
seconds later for processes of its session, for temporary files, and at the report in its file, which must be whole
or not there. Ends with 1 if anything was left.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .data import write_keys
from .processes import cost_of, left_after

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
VALIDATE = (sys.executable, "-m", "stream_import_rules", "validate")


class Kill(NamedTuple):
    """One kill: the signal, the moment in seconds after the start, and what was left."""

    how: signal.Signals
    moment: float
    left: list[str]


def kills(command: Sequence[str], folder: Path, count: int, seed: int = 1) -> Iterator[Kill]:
    """Kill a command that many times, each time with an empty folder of its own for temporary files."""
    rng = random.Random(seed)
    whole = folder / "whole"
    whole.mkdir()
    output = folder / "reports" / "report.json"
    output.parent.mkdir()
    command = [*command, "--format", "json", "-o", str(output)]
    seconds = cost_of(command, whole).seconds
    for number in range(count):
        temporary = folder / str(number)
        temporary.mkdir()
        how, moment = SIGNALS[number % len(SIGNALS)], rng.uniform(0, seconds)
        if number % 2:  # every other report takes the place of an older one
            output.unlink(missing_ok=True)
        left = left_after(command, temporary, moment, how, output=output)
        yield Kill(how, moment, [*left, *_half(output)])


def _half(report: Path) -> list[str]:
    """What is wrong with a report that must be whole or not there."""
    try:
        whole = "verdict" in json.loads(report.read_bytes())
    except FileNotFoundError:
        return []
    except ValueError:
        whole = False
    return [] if whole else [f"half a report of {report.stat().st_size} bytes"]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--memory", default="1GB", help="for the command; empty: its own default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "keys.jsonl"
        write_keys(file, options.keys)
        memory = ["--memory", options.memory] if options.memory else []
        bad = 0
        for kill in kills([*VALIDATE, str(file), *memory], folder, options.kills):
            bad += bool(kill.left)
            for left in kill.left:
                print(f"{kill.how.name} after {kill.moment:.3f} s left {left}", flush=True)
    print(f"{options.kills} kills, {bad} of which left something")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
