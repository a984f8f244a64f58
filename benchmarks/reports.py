"""``python -m benchmarks.reports [--findings N] [--rounds N]``: what a report costs of a file full of mistakes.

Measures, in turn and in processes of their own, ``stream-import validate`` of one file: with counts alone, and
with each format. Prints medians of CPU seconds, how many more these are in percent, the peak of memory, and
the size of what was written.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from .cases import CASES, pieces
from .files import SEED

_RUN = """
import json, resource, sys, time
from stream_import_rules.cli import cli
start = time.process_time()
try:
    cli(sys.argv[1:])
finally:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stderr.write("\\n" + json.dumps([time.process_time() - start, used]))
"""
#: More bytes than any number of findings takes.
_ENDLESS = 1 << 50
#: Each way with the options that it stands for; the first is what the others are compared with.
_WAYS = {
    "counts alone": ("json", "--max-samples", "0"),
    **{name: (name,) for name in ("text", "json", "html", "sarif", "junit", "markdown", "github", "csv", "jsonl")},
}


def write_broken(path: Path, findings: int) -> None:
    """Write lines of 100 entries with a mistake in every one, of so many findings or a few more."""
    made = 0
    with path.open("wb") as out:
        for piece in pieces(CASES["naive"], _ENDLESS, SEED):
            out.write(piece.data)
            made += piece.entries
            if made >= findings:
                break


def _measure(file: Path, way: tuple[str, ...]) -> tuple[float, float, int]:
    target = file.with_name("report")
    words = ["validate", str(file), "--format", f"{way[0]}={target}", *way[1:]]
    done = subprocess.run([sys.executable, "-c", _RUN, *words], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    seconds, megabytes = json.loads(done.stderr.splitlines()[-1])
    return seconds, megabytes, target.stat().st_size


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "broken.jsonl"
        write_broken(file, options.findings)
        rounds = [{name: _measure(file, way) for name, way in _WAYS.items()} for _ in range(options.rounds)]
    base = 0.0
    print(f"{options.findings:,} findings, {options.rounds} rounds, medians of CPU seconds in one process each")
    for name in _WAYS:
        seconds = statistics.median(one[name][0] for one in rounds)
        base = base or seconds
        megabytes, size = rounds[-1][name][1:]
        print(
            f"{name:12}  {seconds:6.1f} s  {100 * seconds / base - 100:+4.0f} %  {megabytes:4.0f} MB  {size:>11,} bytes"
        )


if __name__ == "__main__":
    main()
