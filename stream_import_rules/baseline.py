"""Baselines: how many findings of each kind were known at some time, place by place; a file of its own.

``marks`` compares findings with one, ``report`` says what is new and what is gone. A place is a file, a
rule, an instruction and a pattern of a JSON Pointer, so a finding that moves to another line stays known.
What cannot be read or judged is never known: nobody has seen what is there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

import msgspec

from . import model
from .document import read_bytes
from .model import Rule, RuleSet
from .patterns import ANYWHERE, seen_from
from .policy import UnknownRule, named

#: The version of the file's form.
VERSION = 1
#: The largest baseline that is read, in bytes, and what is written of entries at most.
MOST_BYTES, MOST_ENTRIES = 32 << 20, 100_000
#: A rule that is found at more places than this in one file is counted as a whole there.
MOST_PLACES = 100

#: What says that a file or a line was not read or not judged.
_UNREAD = (
    model.MaxStreamBytes,
    model.IntactArchive,
    model.MaxLineBytes,
    model.Utf8,
    model.FileNotEmpty,
    model.NotArrayFile,
    model.ValidJson,
    model.SingleLine,
    model.SingleValue,
    model.LineIsObject,
    model.FiniteNumbers,
    model.MaxDepth,
)


class BaselineError(ValueError):
    """A baseline cannot be used; the message says which, and why."""


class Place(NamedTuple):
    """Where findings are counted together."""

    file: str
    rule: str
    instruction: str
    path: str


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many findings of one rule at one place are known.

    ``file`` is its path seen from the folder of the baseline, ``path`` the place in the line with ``*`` for
    indexes: the empty text for the line itself, ``/**`` for any place.
    """

    file: Annotated[str, msgspec.Meta(min_length=1)]
    rule: str
    instruction: str = ""
    path: Annotated[str, msgspec.Meta(pattern="^(/|$)")] = ""
    count: Annotated[int, msgspec.Meta(ge=1, lt=1 << 53)]


class BaselineFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A baseline as a file has it: known findings, sorted by file, rule, instruction and path."""

    schema: str = msgspec.field(name="$schema", default="")
    version: int
    rules: str
    findings: tuple[Known, ...]


class Baseline(msgspec.Struct, frozen=True, eq=False):
    """The places that are known, each with its number of findings, in the order of the file."""

    path: str
    places: dict[Place, int]
    #: Of each file the numbers of its places, by rule, instruction and path.
    of_file: dict[str, dict[tuple[str, str, str], int]]

    @property
    def folder(self) -> str:
        """Where the paths of files are seen from."""
        return os.path.dirname(self.path)

    def in_file(self, file: str) -> Mapping[tuple[str, str, str], int]:
        """The numbers of the places in a file, by rule, instruction and path."""
        return self.of_file.get(seen_from(self.folder, file), {})


def unread_rules(ruleset: RuleSet) -> frozenset[str]:
    """The rules whose findings say that something was not read or not judged; no baseline has them."""
    framing = {check.rule for check in ruleset.framing if isinstance(check, _UNREAD)}
    whole = {f"/{ruleset.discriminator}", f"/{ruleset.payload}"}
    return frozenset(
        rule.id
        for rule in ruleset.rules
        # Without an instruction that is known, or without data, nothing of the line was judged.
        if rule.severity == "error" and (rule.id in framing or rule.place in whole)
    )


# --------------------------------------------------------------------------- reading


def load(path: str | os.PathLike[str], ruleset: RuleSet) -> Baseline:
    """The baseline in a file. Raises ``BaselineError``, which names the file and what is wrong with it."""
    name = os.fspath(path)
    try:
        return _baseline(read(name), name, ruleset)
    except FileNotFoundError as error:
        hint = "there is no such file; --write-baseline makes one"
        raise BaselineError(f"the baseline {name} cannot be read: {hint}") from error
    except OSError as error:
        raise BaselineError(f"the baseline {name} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise BaselineError(f"the baseline {name} cannot be used: {error}") from error


def read(path: str) -> BaselineFile:
    """What a baseline says, whatever rules it names. Raises ``OSError``; ``ValueError`` (in words) for a file
    that is none."""
    data = read_bytes(path, MOST_BYTES)
    try:
        value = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"not UTF-8 (line {line})") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    version = value.get("version") if isinstance(value, dict) else None
    if isinstance(version, int) and version != VERSION:
        raise ValueError(f"its version is {version}; this program knows version {VERSION}")
    try:
        return msgspec.convert(value, BaselineFile)
    except msgspec.ValidationError as error:
        raise ValueError(f"not of the form of a baseline: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:100]!r} stands in the same object twice")
    return made


def _no_constant(text: str) -> Any:
    raise ValueError(f"not JSON: {text} is no number")


def _baseline(file: BaselineFile, name: str, ruleset: RuleSet) -> Baseline:
    if file.rules != ruleset.name:
        raise ValueError(f"it is of the rules {file.rules[:100]!r}, not of {ruleset.name!r}")
    rules, unread = {rule.id: rule for rule in ruleset.rules}, unread_rules(ruleset)
    ids: dict[str, str] = {}
    places: dict[Place, int] = {}
    written: set[Place] = set()  # a rule and its former id are one place in two entries
    for number, known in enumerate(file.findings, 1):
        rule = ids.get(known.rule) or ids.setdefault(known.rule, _rule_of(rules, known.rule, number))
        if rule in unread:
            told = f"{rule} says that something could not be read or judged, which cannot be known"
            raise ValueError(f"entry {number}: {told}")
        place = Place(known.file, rule, known.instruction, known.path)
        as_written = place._replace(rule=known.rule)
        if as_written in written:
            raise ValueError(f"entry {number}: this place stands in it twice")
        written.add(as_written)
        places[place] = places.get(place, 0) + known.count
    of_file: dict[str, dict[tuple[str, str, str], int]] = {}
    for number, place in enumerate(places):
        of_file.setdefault(place.file, {})[place[1:]] = number
    return Baseline(name, places, of_file)


def _rule_of(rules: Mapping[str, Rule], written: str, number: int) -> str:
    try:
        return named(rules, written)
    except UnknownRule as error:
        raise ValueError(f"entry {number}: {error}") from error


# --------------------------------------------------------------------------- counting and writing


class Tally:
    """Numbers of findings by place, whatever the order in which they are found, in bounded memory.

    Where a rule is found at more than ``MOST_PLACES`` places of a file and instruction, all of them are one,
    ``/**``. So the parts of a file add up to the same as the whole.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], dict[str, int]] = {}

    def add(self, place: Place, number: int = 1) -> None:
        """Count findings at a place."""
        counts = self._counts.setdefault(place[:3], {})
        path = ANYWHERE if ANYWHERE in counts else place.path
        counts[path] = counts.get(path, 0) + number
        if path == ANYWHERE or len(counts) > MOST_PLACES:
            _fold(counts)

    def merge(self, other: Tally) -> None:
        """Add what another one has counted."""
        for place, number in other:
            self.add(place, number)

    def fold(self) -> None:
        """Count every rule as a whole in each file."""
        for counts in self._counts.values():
            _fold(counts)

    def __iter__(self) -> Iterator[tuple[Place, int]]:
        for (file, rule, instruction), counts in self._counts.items():
            yield from ((Place(file, rule, instruction, path), number) for path, number in counts.items())

    def __len__(self) -> int:
        return sum(map(len, self._counts.values()))


def _fold(counts: dict[str, int]) -> None:
    total = sum(counts.values())
    counts.clear()
    counts[ANYWHERE] = total


def encoded(tally: Tally, path: str, ruleset: RuleSet, schema: str) -> bytes:
    """The file of a baseline that has what was counted, to be written to ``path``; the same findings give the
    same bytes, and each place is one line. ``schema`` is the address of its JSON Schema. Raises ``BaselineError``."""
    if len(tally) > MOST_ENTRIES:
        tally.fold()
    folder = os.path.dirname(path)
    places: dict[Place, int] = {}
    for place, number in tally:
        seen = place._replace(file=seen_from(folder, place.file))
        places[seen] = places.get(seen, 0) + number
    if len(places) > MOST_ENTRIES:
        raise BaselineError(f"the baseline {path} would have {len(places):,} entries, more than {MOST_ENTRIES:,}")
    return _text(sorted(places.items()), ruleset.name, schema)


def _text(places: Iterable[tuple[Place, int]], rules: str, schema: str) -> bytes:
    entries = [
        json.dumps({name: value for name, value in (place._asdict() | {"count": number}).items() if value != ""})
        for place, number in places
    ]
    head = f'{{\n  "$schema": {json.dumps(schema)},\n  "version": {VERSION},\n  "rules": {json.dumps(rules)},\n'
    listed = ",\n    ".join(entries)
    return (head + '  "findings": [' + (f"\n    {listed}\n  " if entries else "") + "]\n}\n").encode()
