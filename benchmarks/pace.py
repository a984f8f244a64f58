"""``python -m benchmarks.pace [--megabytes N] [--rounds N]``: validating against parsing alone.

Measures, in turn and in processes of their own: ``orjson.loads`` of each line, and ``validate_file``
of the same file. Prints medians of CPU seconds, the ratio of the paces, and the peak of memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from .data import write_batch

_PARSE = """
import orjson
for line in open(FILE, "rb", buffering=1 << 18): orjson.loads(line)
"""
_VALIDATE = """
import stream_import_rules
report = stream_import_rules.validate_file(FILE)
findings = {rule: n for rule, n in report.counts.items() if not rule.startswith("file.max-bytes")}
assert not findings, findings
"""
_WRAP = """
import json, resource, sys, time
FILE = sys.argv[1]
start = time.process_time()
{body}
print(json.dumps([time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def _measure(body: str, file: Path) -> tuple[float, float]:
    command = [sys.executable, "-c", _WRAP.format(body=body), str(file)]
    seconds, megabytes = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return seconds, megabytes


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=299)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "batch.jsonl"
        write_batch(file, options.megabytes * 1_000_000)
        rounds = [(_measure(_PARSE, file), _measure(_VALIDATE, file)) for _ in range(options.rounds)]
    parse = statistics.median(p[0] for p, _ in rounds)
    ours = statistics.median(v[0] for _, v in rounds)
    print(f"{options.megabytes} MB, {options.rounds} rounds, medians of CPU seconds in one process each")
    print(f"orjson.loads a line  {parse:.2f} s, {statistics.median(p[1] for p, _ in rounds):.0f} MB")
    print(f"validate_file        {ours:.2f} s, {statistics.median(v[1] for _, v in rounds):.0f} MB")
    print(f"pace                 {parse / ours:.2f} x orjson.loads")


if __name__ == "__main__":
    main()
