"""What the columns of staged rows stand for, in full: the values of entries that are read again.

Used by ``relate``, to confirm what equal hashes say. Only what is asked of an entry is kept, never the
entry, which may be large.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from . import model, times
from .entries import Entries, Entry, ImportFile
from .staging import key_of, meant, text_of


class Values:
    """The entries of the files of an import."""

    def __init__(self, ruleset: model.RuleSet, files: Sequence[ImportFile]) -> None:
        self.entries = Entries(files, ruleset.payload)
        self._records = {record.name: record for record in ruleset.records}
        self._references = {reference.name: reference for reference in ruleset.references}

    def of(self, places: Iterable[int | None], fact: Callable[[Entry], Any]) -> dict[int, Any]:
        """What is asked of the entries at some places."""
        wanted = {place for place in places if place is not None}
        return {entry.pos: fact(entry) for entry in self.entries.at(wanted)}

    def column(self, record: model.Record, column: str, entry: Entry) -> Any:
        """What a column of a record stands for."""
        value = operand_of(entry)
        if column == "key":
            return key_of(record, value) if record.derived else tuple(text_of(value(name)) for name in record.key)
        if column == "at":
            return times.micros_of(value(record.at))
        if column == "scope" and record.about:
            return self._about(record, value)
        operands = record.scope if column == "scope" else record.part
        assert operands is not None
        return (operands.prefix, *(text_of(value(name)) for name in operands.members))

    def target(self, reference: model.Reference, value: Callable[[str], Any]) -> Any:
        """What a reference means, to be compared with the key of a record. The key of an activity is its
        id, which is no hash that would have to be proved."""
        to = self._records[reference.to]
        key = meant(reference, to, value)
        return key if key is None or to.derived else tuple(text_of(value(name)) for name in reference.members)

    def _about(self, record: model.Record, value: Callable[[str], Any]) -> Any:
        for name in record.about:
            reference = self._references[name]
            key = meant(reference, self._records[reference.to], value)
            if key is not None:
                return key
        return None


def operand_of(entry: Entry) -> Callable[[str], Any]:
    """The values of operands: members of the entry, of its line, or the entry itself."""
    line, value = entry.line.value, entry.value

    def operand(name: str) -> Any:
        if not name:
            return value
        if name.startswith("/"):
            return line.get(name[1:])
        return value.get(name) if isinstance(value, dict) else None

    return operand


def content_of(entry: Any, record: model.Record) -> bytes:
    """The content of an entry without what its key is made of."""
    if isinstance(entry, dict):
        entry = {name: value for name, value in entry.items() if name not in record.key}
    try:
        text = msgspec.json.encode(entry, order="deterministic")
    except (TypeError, OverflowError, UnicodeEncodeError):  # what no JSON can hold, and has a finding of its own
        text = json.dumps(entry, sort_keys=True, default=repr).encode()
    return hashlib.blake2b(text, digest_size=16).digest()
