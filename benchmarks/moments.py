"""How long the command takes to be there: import, a file of ten lines, the first finding; and bytes a key.

Beside ``measure``, which is about long runs; before ``targets``.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from .data import write_keys
from .files import DataFile
from .kill import VALIDATE
from .measure import few_lines
from .processes import cost_of, first_output, run_of

_IMPORT = (sys.executable, "-c", "import stream_import_rules")
_NOTHING = (sys.executable, "-c", "pass")
#: Short runs in each round.
_STARTS = 5
#: So much that no row goes to the disk.
_ROOM = "8GB"


class Moments(msgspec.Struct):
    """Medians in seconds: the import over a bare interpreter, a whole run over ten lines, the first finding of a long
    one; and the bytes of memory for each key of the relations."""

    importing: float
    ten_lines: float
    first_finding: float
    key_bytes: float
    keys: int


def moments(
    thin: DataFile, naive: DataFile, *, keys: int, rounds: int, temporary: Path, tell: Callable[[str], None]
) -> Moments:
    """Measure them, in turn. ``keys`` more keys are what the memory of one is taken from."""
    ten = [*VALIDATE, str(few_lines(thin))]
    first = [*VALIDATE, str(naive.path), "--format", "jsonl"]
    importing: list[float] = []
    whole: list[float] = []
    found: list[float] = []
    run_of(ten, temporary)  # whatever is compiled or cached once
    for number in range(rounds):
        tell(f"start, round {number + 1} of {rounds}")
        for _ in range(_STARTS):
            importing.append(run_of(_IMPORT, temporary).seconds - run_of(_NOTHING, temporary).seconds)
            whole.append(run_of(ten, temporary).seconds)
        found.append(first_output(first, temporary))
    tell("memory of keys")
    key_bytes = _bytes_a_key(keys, thin.path.parent, temporary)
    median = statistics.median
    return Moments(median(importing), median(whole), median(found), key_bytes, keys)


def _bytes_a_key(keys: int, folder: Path, temporary: Path) -> float:
    """What each of ``keys`` more keys takes in memory. Raises ``RuntimeError`` if they went to the disk."""
    memory = []
    for count in (keys, 2 * keys):
        file = folder / "keys.jsonl"
        write_keys(file, count)
        cost = cost_of([*VALIDATE, str(file), "--memory", _ROOM], temporary)
        if cost.disk > count:
            raise RuntimeError(f"the keys went to the disk, {cost.disk} bytes, although they may take {_ROOM}")
        memory.append(cost.memory)
        file.unlink()
    return (memory[1] - memory[0]) / keys
