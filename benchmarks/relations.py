"""``python -m benchmarks.relations [--quick] [--rounds N] [--memory SIZE]``: relations over large files.

Files of seeded data in which no relation is broken:

* keys: ten million records and the references between them;
* hot key: one activity and a million reactions to it;
* adversarial: thirty million follows of a few characters each, the most records that 300 MB can hold;
* doubling: the first one in four sizes, each twice the one before.

Measures ``stream-import validate FILE --memory SIZE`` with and without the rules that relations alone enforce, in turn:
medians of seconds, and the most that processes and temporary files took at once.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from stream_import_rules import artefact

from .data import write_follows, write_hot_key, write_keys
from .kill import VALIDATE
from .processes import Cost, cost_of

#: Name, how to write it, and how many records it has.
SHAPES: list[tuple[str, Callable[[Path, int], None], int]] = [
    ("keys", write_keys, 10_000_000),
    ("hot key", write_hot_key, 1_000_000),
    ("adversarial", write_follows, 30_000_000),
    *((f"doubling {n}/8", write_keys, 10_000_000 * n // 8) for n in (1, 2, 4, 8)),
]


def relations_alone() -> list[str]:
    """The rules that nothing but a relation enforces."""
    ruleset, _ = artefact.load()
    kinds = {rule.id: rule.kind for rule in ruleset.rules}
    tags = {relation.rule: str(type(relation).__struct_config__.tag) for relation in ruleset.relations}
    return [rule for rule, tag in tags.items() if kinds[rule] == tag]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the records, one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="1GB", help="for the command; empty: its own default")
    parser.add_argument("--shapes", nargs="*", default=[], help="only shapes whose names begin so")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    memory = ["--memory", options.memory] if options.memory else []
    ignored = ",".join(relations_alone())
    without = ["--ignore", ignored] if ignored else []
    print(f"medians of {rounds}; seconds, times the run without relations, times the row before")
    print(
        f"{'':14} {'records':>11} {'MB':>5} {'seconds':>8} {'x lines':>8} {'x before':>8} {'RSS MB':>7} {'disk MB':>8}"
    )
    with tempfile.TemporaryDirectory() as name:
        file, temporary = Path(name, "import.jsonl"), Path(name, "temporary")
        temporary.mkdir()
        before = 0.0
        for shape, write, count in SHAPES:
            if options.shapes and not shape.startswith(tuple(options.shapes)):
                continue
            records = count // 20 if options.quick else count
            write(file, records)
            command = [*VALIDATE, str(file), *memory]
            pairs = [(cost_of(command, temporary), cost_of([*command, *without], temporary)) for _ in range(rounds)]
            ours, lines = median([with_ for with_, _ in pairs]), median([none for _, none in pairs])
            growth = f"{ours.seconds / before:8.2f}" if before and shape.startswith("doubling") else " " * 8
            print(
                f"{shape:14} {records:11,} {file.stat().st_size / 1e6:5.0f} {ours.seconds:8.2f} "
                f"{ours.seconds / lines.seconds:8.2f} {growth} {ours.memory / 1e6:7.0f} {ours.disk / 1e6:8.0f}",
                flush=True,
            )
            before = ours.seconds if shape.startswith("doubling") else 0.0


def median(costs: list[Cost]) -> Cost:
    """The medians of several runs, each figure for itself."""
    seconds, memory, disk = (statistics.median(figures) for figures in zip(*costs, strict=True))
    return Cost(seconds, int(memory), int(disk))


if __name__ == "__main__":
    main()
