"""``python -m benchmarks.inputs [--quick] [--shapes NAME…]``: inputs that were not made to be read.

Files of a gigabyte (``--quick``: a tenth of it, which is less than a line may have, so it is read):

* line: one line of a gigabyte between two that are fine; first, last: at the start and at the end, alone: no line feed;
* line.gz, line.zst, line piped: the same compressed, and on standard input;
* feeds, spaces, zeros: nothing but line feeds, spaces, NUL bytes;
* bomb.gz, bomb.zst: four gigabytes of zeros, compressed.

Measures ``stream-import validate``, with two processes and with one: seconds, and the most that processes and
temporary files took at once. The findings are printed beside it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from .kill import VALIDATE
from .processes import cost_of

GOOD = b'{"instruction":"follow","feedId":"user:bob","data":["user:alice"]}\n'
OPENED = b'{"instruction":"users","data":[{"id":"alice","data":{"text":"'
CLOSED = b'"}}]}\n'
_PIECE = 1 << 20


def repeated(byte: bytes, size: int) -> Iterator[bytes]:
    """So many of a byte, in pieces."""
    for start in range(0, size, _PIECE):
        yield byte * min(_PIECE, size - start)


def line(size: int) -> Iterator[bytes]:
    """A line of about so many bytes."""
    yield OPENED
    yield from repeated(b"a", size)
    yield CLOSED


#: What each shape holds, by its size in bytes.
SHAPES: dict[str, Callable[[int], Iterator[bytes]]] = {
    "line": lambda size: chain([GOOD], line(size), [GOOD]),
    "first": lambda size: chain(line(size), [GOOD]),
    "last": lambda size: chain([GOOD], line(size)),
    "alone": lambda size: repeated(b"a", size),
    "feeds": lambda size: repeated(b"\n", size),
    "spaces": lambda size: repeated(b" ", size),
    "zeros": lambda size: repeated(b"\0", size),
    "bomb": lambda size: repeated(b"\0", 4 * size),
}
#: The shape and how it is packed, in the order in which they are measured.
RUNS = [
    *((name, "") for name in SHAPES if name != "bomb"),
    *((name, kind) for name in ("line", "bomb") for kind in (".gz", ".zst")),
    ("line", " piped"),
]


def write(path: Path, shape: str, kind: str, size: int) -> None:
    """Write a shape to a file, packed."""
    if kind == ".zst":
        import zstandard

        with open(path, "wb") as out, zstandard.ZstdCompressor().stream_writer(out) as packed:
            for piece in SHAPES[shape](size):
                packed.write(piece)
        return
    with gzip.open(path, "wb", compresslevel=1) if kind == ".gz" else open(path, "wb") as plain:
        for piece in SHAPES[shape](size):
            plain.write(piece)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the size")
    parser.add_argument("--shapes", nargs="*", default=[], help="only shapes whose names begin so")
    options = parser.parse_args()
    size = 1_000_000_000 // (10 if options.quick else 1)
    print(f"{'':12} {'MB':>6} {'jobs':>4} {'seconds':>8} {'RSS MB':>7} {'disk MB':>8}  lines, findings")
    with tempfile.TemporaryDirectory() as name:
        temporary = Path(name, "temporary")
        temporary.mkdir()
        for shape, kind in RUNS:
            if options.shapes and not f"{shape}{kind}".startswith(tuple(options.shapes)):
                continue
            file, report = Path(name, f"import.jsonl{kind.strip()}"), Path(name, "report.json")
            write(file, shape, kind, size)
            for jobs in (2, 1):
                command = [*VALIDATE, str(file), "--no-app", "--jobs", str(jobs), "--format", f"json={report}"]
                if kind == " piped":
                    command = ["sh", "-c", 'cat "$0" | "$@"', str(file), *VALIDATE, "-", *command[len(VALIDATE) + 1 :]]
                cost = cost_of(command, temporary)
                print(
                    f"{shape + kind:12} {file.stat().st_size / 1e6:6.0f} {jobs:4} {cost.seconds:8.2f} "
                    f"{cost.memory / 1e6:7.0f} {cost.disk / 1e6:8.0f}  {told(report)}",
                    flush=True,
                )
            file.unlink()


def told(report: Path) -> str:
    """What a report says, in short."""
    found: dict[str, Any] = json.loads(report.read_bytes())
    lines = sum(file["lines"] for file in found["files"])
    return f"{lines:,}, {', '.join(f'{rule} {count}' for rule, count in found['counts'].items())}"


if __name__ == "__main__":
    main()
