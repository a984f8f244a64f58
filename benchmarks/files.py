"""The files of the cases on the disk: made once, kept, and known to be what they say.

Beside each file stands its manifest: what it was made from, its size and digest, and what it holds. A file that is
not as its manifest says, or was made from other code or rules, is made again. After ``cases``.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import math
import os
import shutil
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from stream_import_rules import artefact

from . import cases, contents, mistakes
from .cases import Case

SEED = 1
_BUFFER = 1 << 22


class DataFile(NamedTuple):
    """A file of a case. ``entries`` are counted by instruction; ``wrong`` counts entries and lines with mistakes."""

    path: Path
    bytes: int
    lines: int
    entries: dict[str, int]
    wrong: int


def provide(case: Case, size: int, folder: Path) -> DataFile:
    """The file of a case: ``size`` bytes (times ``case.times``), or up to one line less.

    Raises ``OSError`` if there is no room for it.
    """
    size = int(size * case.times)
    path = folder / f"{case.name}-{size // 1_000_000}MB.jsonl"
    known = path.with_suffix(".manifest.json")
    origin = _origin(case, size)
    if (kept := _kept(path, known, origin)) is not None:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size:
        raise OSError(f"{folder} has too little room for {case.name}: {size / 1e6:.0f} MB are needed; see --data")
    known.unlink(missing_ok=True)
    part = path.with_suffix(".part")
    manifest = _write(case, size, part)
    os.replace(part, path)
    known.write_text(json.dumps({"origin": origin, **manifest}, indent=1) + "\n", encoding="utf-8")
    return _data_file(path, manifest)


def sliced(file: DataFile, step: int) -> DataFile:
    """Every so many lines of a file, beside it, as a file of their own. A step that shares no divisor with the round
    of the instructions sees them all."""
    assert math.gcd(step, len(contents.ROUND)) == 1
    path = file.path.with_suffix(f".every-{step}.jsonl")
    with file.path.open("rb", buffering=_BUFFER) as source:
        lines = list(islice(source, 0, None, step))
    path.write_bytes(b"".join(lines))
    return DataFile(path, path.stat().st_size, len(lines), {}, 0)


def _kept(path: Path, known: Path, origin: str) -> DataFile | None:
    """The file of an earlier run, if it is what would be made now."""
    try:
        manifest = json.loads(known.read_bytes())
        if manifest["origin"] != origin or path.stat().st_size != manifest["bytes"]:
            return None
        with path.open("rb") as file:
            if hashlib.file_digest(file, "blake2b").hexdigest() != manifest["digest"]:
                return None
        return _data_file(path, manifest)
    except (OSError, ValueError, KeyError):
        return None


def _data_file(path: Path, manifest: dict[str, Any]) -> DataFile:
    return DataFile(path, manifest["bytes"], manifest["lines"], manifest["entries"], manifest["wrong"])


def _origin(case: Case, size: int) -> str:
    """What a file is made from, as one digest: the code, the case, its size, the seed; for mistakes the rules too."""
    sources = [inspect.getsource(module) for module in (contents, cases, mistakes)]
    rules = artefact.load()[1] if case.dirty or case.entries is None else ""
    return hashlib.sha256(json.dumps([sources, case, size, SEED, rules]).encode()).hexdigest()


def _write(case: Case, size: int, path: Path) -> dict[str, Any]:
    """Write a file; its manifest."""
    digest, entries, lines, wrong, written = hashlib.blake2b(), Counter[str](), 0, 0, 0
    spoilt = mistakes.mistakes() if case.dirty else None
    with path.open("wb", buffering=_BUFFER) as out:
        for piece in cases.pieces(case, size, SEED, spoilt):
            digest.update(piece.data)
            out.write(piece.data)
            written += len(piece.data)
            lines += piece.data.count(b"\n")
            wrong += piece.wrong
            if piece.instruction:
                entries[piece.instruction] += piece.entries
    return {"bytes": written, "digest": digest.hexdigest(), "lines": lines, "entries": dict(entries), "wrong": wrong}
