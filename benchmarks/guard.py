"""``python -m benchmarks.guard [--record]``: whether judging a line takes more instructions than it did.

Counts instead of clocks, so that no other load on the machine matters: Valgrind counts the instructions of
``validate_file`` (rules of lines, one process) over a file and over one with twice the bytes; the difference is the
work, without the start. Divided by the same of ``orjson.loads`` it is compared with ``limits.json``, which ``--record``
writes anew. Whatever engine is behind ``validate_file``, the guard is the same. Ends with 1 if a limit is exceeded.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from .cases import CASES
from .files import provide

LIMITS = Path(__file__).with_name("limits.json")
#: Bytes of the smaller file, for each case that is guarded: thin lines show what a line costs, others what a byte does.
SIZES = {"batch": 1_000_000, "thin": 500_000}
#: Bytes of the file that is judged before counting.
START = 100_000
#: How much more than recorded is let pass; and where versions or processor are others than those recorded with, which
#: count otherwise although nothing has become slower here.
MARGIN, OTHER_MARGIN = 0.05, 0.3

_REFS = re.compile(r"^==([0-9]+)== I +refs: +([0-9,]+)", re.MULTILINE)
#: One process loads everything and judges a little; then each count is made in a copy of it, so that only the work
#: differs. Prints what each copy has done: process id, judge, file.
_WORK = """
import gc, os, sys
import orjson, stream_import_rules

def ours(path):
    report = stream_import_rules.validate_file(path, relations=False, jobs=1)
    assert report.counts == {}, report.counts

def parsed(path):
    for line in open(path, "rb", buffering=1 << 18): orjson.loads(line)

gc.disable()  # it runs by the number of objects, not by the work
start, *files = sys.argv[1:]
ours(start)
for judge in (ours, parsed):
    for path in files:
        pid = os.fork()
        if not pid:
            judge(path)
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0, "a copy has failed"
        print(pid, judge.__name__, path)
"""


class Limit(msgspec.Struct):
    """Instructions of a case, as they were recorded: times those of ``orjson.loads``, and for each byte."""

    times_orjson: float
    a_byte: float


class Limits(msgspec.Struct):
    """``limits.json``: what was recorded, and with what."""

    versions: dict[str, str]
    cases: dict[str, Limit]


class NoValgrind(RuntimeError):
    """Valgrind is not installed."""


def versions() -> dict[str, str]:
    """What the counts depend on besides the code of this project."""
    names = ("msgspec", "orjson")
    flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(encoding="ascii"), re.MULTILINE)
    processor = platform.machine() + (" with AVX2" if flags is not None and "avx2" in flags[1].split() else "")
    python = ".".join(platform.python_version_tuple()[:2])
    return {"processor": processor, "python": python, **{name: metadata.version(name) for name in names}}


def counted() -> dict[str, Limit]:
    """The instructions of each case. Raises ``NoValgrind``, ``RuntimeError`` if a count fails."""
    if shutil.which("valgrind") is None:
        raise NoValgrind("valgrind is missing; apt-get install valgrind")
    with tempfile.TemporaryDirectory() as name:
        start = provide(CASES["thin"], START, Path(name)).path
        pairs = {
            case: [provide(CASES[case], times * size, Path(name, str(times))) for times in (1, 2)]
            for case, size in SIZES.items()
        }
        counts = _counts(start, [file.path for pair in pairs.values() for file in pair])
    found = {}
    for case, (less, more) in pairs.items():
        ours, parsed = (counts[judge, more.path] - counts[judge, less.path] for judge in ("ours", "parsed"))
        found[case] = Limit(round(ours / parsed, 3), round(ours / (more.bytes - less.bytes), 2))
    return found


def _counts(start: Path, files: Sequence[Path]) -> dict[tuple[str, Path], int]:
    """The instructions of each judge over each file, those of the common start included."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, sys.executable, "-c", _WORK, str(start), *map(str, files)],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"nothing was counted: {done.stderr.strip()[-1000:]}")
    refs = {pid: int(count.replace(",", "")) for pid, count in _REFS.findall(done.stderr)}
    counts = {}
    for line in done.stdout.splitlines():
        pid, judge, path = line.split(" ", 2)
        counts[judge, Path(path)] = refs[pid]
    return counts


def complaints(found: Mapping[str, Limit], limits: Limits) -> list[str]:
    """What is slower than its limit, in words that say what to do."""
    told = []
    margin = MARGIN if limits.versions == versions() else OTHER_MARGIN
    for case, now in found.items():
        was = limits.cases.get(case)
        if was is None:
            told.append(f"{case}: no limit is recorded. `python -m benchmarks.guard --record` does it.")
        elif now.times_orjson > was.times_orjson * (1 + margin):
            told.append(
                f"{case}: the rules of lines take {now.times_orjson:.2f} times the instructions of orjson.loads, "
                f"{now.times_orjson / was.times_orjson - 1:.0%} more than the {was.times_orjson:.2f} in "
                f"benchmarks/limits.json ({now.a_byte:.1f} a byte, {was.a_byte:.1f} then; {margin:.0%} are let pass). "
                "If a change made them slower, find out where: `valgrind --tool=callgrind`, or `python -m cProfile`. "
                "If it is worth that, "
                f"or other versions count otherwise (recorded with {_told(limits.versions)}; these are "
                f"{_told(versions())}), run `python -m benchmarks.guard --record` and commit benchmarks/limits.json "
                "with the reason."
            )
    return told


def _told(names: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in names.items())


def recorded() -> Limits:
    """The limits of the checkout."""
    return msgspec.json.decode(LIMITS.read_bytes(), type=Limits)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    parser.add_argument("--record", action="store_true", help="write what is counted as the new limits")
    options = parser.parse_args()
    try:
        found = counted()
    except RuntimeError as error:
        sys.exit(f"guard: {error}")
    for case, one in found.items():
        print(f"{case}: {one.times_orjson:.3f} times the instructions of orjson.loads, {one.a_byte:.2f} a byte")
    if options.record:
        text = msgspec.json.format(msgspec.json.encode(Limits(versions(), found)), indent=2)
        LIMITS.write_bytes(text + b"\n")
        return
    if told := complaints(found, recorded()):
        sys.exit("\n".join(told))


if __name__ == "__main__":
    main()
