"""Relations as the docstrings of ``model_relations`` have them, read word by word: an oracle for small files.

It compares everything with everything, in Python, and knows neither hashes nor SQL nor staging. Lines
are JSON values whose entries have nothing wrong with them but what relations are about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stream_import_rules import model, times
from stream_import_rules.activity_id import derive
from stream_import_rules.model import RuleSet

#: The id of a rule, the number of a line, and the JSON Pointer of the place in it.
Found = tuple[str, int, str]


@dataclass(eq=False)
class Row:
    """An entry of a line and what is kept of it."""

    record: model.Record
    line: int
    index: int
    entry: Any
    key: Hashable
    part: Hashable
    at: int | None
    scope: Hashable = None
    #: The name of each reference, the key that it means, and where in the entry it stands.
    refers: list[tuple[str, Hashable, str]] = field(default_factory=list)

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.index


class Naive:
    """Judges the lines of a whole file by the relations of a rule set, without the configuration of an app."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.records = {record.name: record for record in ruleset.records}
        self.references = {reference.name: reference for reference in ruleset.references}
        self.patterns: dict[str, str] = {}
        for instruction in ruleset.instructions:
            payload = next(f.value for f in instruction.line.fields if f.name == ruleset.payload)
            assert isinstance(payload, model.ListValue)
            for check in model.checks_of(payload.items):
                if isinstance(check, model.References):
                    self.patterns |= check.patterns

    def judge(self, lines: list[Any]) -> list[Found]:
        rows = [row for number, line in enumerate(lines, 1) for row in self._rows(number, line)]
        return [found for relation in self.ruleset.relations for found in self._judge(relation, rows)]

    # ------------------------------------------------------------------ what is kept

    def _rows(self, number: int, line: Any) -> Iterator[Row]:
        for record in self.ruleset.records:
            if line[self.ruleset.discriminator] == record.instruction:
                for index, entry in enumerate(line[self.ruleset.payload]):
                    yield self._row(record, number, index, line, entry)

    def _row(self, record: model.Record, number: int, index: int, line: Any, entry: Any) -> Row:
        def value(operand: str) -> Any:
            owner, name = (line, operand[1:]) if operand.startswith("/") else (entry, operand)
            found = owner.get(name) if operand else entry
            return None if found == "" else found

        def values(operands: model.Operands | None) -> Hashable:
            if operands is None or (operands.given and not value(operands.given)):
                return None
            first, *rest = [value(member) for member in operands.members]
            return (operands.prefix + first, *rest)

        at = _micros(value(record.at)) if record.at else None
        key = _key(record, [value(member) for member in record.key])
        row = Row(record, number, index, entry, key, values(record.part), at, values(record.scope))
        for reference in self.ruleset.references:
            if reference.record == record.name and not any(value(member) for member in reference.absent):
                row.refers += self._refers(reference, row, value)
        row.refers = [r for r in row.refers if (self.references[r[0]].to, r[1]) != (record.name, key)]
        for name in reversed(record.about):
            row.scope = next((meant for own, meant, _ in row.refers if own == name), row.scope)
        return row

    def _refers(
        self, reference: model.Reference, row: Row, value: Callable[[str], Any]
    ) -> Iterator[tuple[str, Hashable, str]]:
        to = self.records[reference.to]
        if not reference.prefix:
            values = [value(member) for member in reference.members]
            if None not in values:
                meant = values[0] if reference.form == "activity-id" else _key(to, values)
                yield reference.name, meant, f"/{reference.members[0]}"
            return
        for path, text in _strings(row.entry):
            prose = path.split("/")[1] not in reference.members and re.search(r"\s", text)
            if text.startswith(reference.prefix) and not prose and re.fullmatch(self.patterns[reference.prefix], text):
                rest = text.removeprefix(reference.prefix)
                yield reference.name, rest if to.derived else tuple(rest.split(":", len(to.key) - 1)), path

    # ------------------------------------------------------------------ what must hold

    def _judge(self, relation: model.Relation, rows: list[Row]) -> Iterator[Found]:
        def told(row: Row, path: str = "") -> Found:
            place = path or (f"/{relation.place}" if relation.place else "")
            whole = "" if relation.place == "/" else f"/{self.ruleset.payload}/{row.index}{place}"
            return relation.rule, row.line, whole

        match relation:
            case model.Unique():
                yield from map(told, self._repeated(relation, rows))
            case model.Crowd(record=record, by=by, limit=limit):
                yield from (told(alike[0]) for alike in _alike(_of(rows, record), by) if len(alike) > limit)
            case model.Refers(references=names, if_any=if_any, default="inside"):
                for row in rows:
                    for name, meant, path in row.refers:
                        there = {other.key for other in _of(rows, self.references[name].to)}
                        if name in names and meant not in there and (there or not if_any):
                            yield told(row, "" if relation.place else path)
            case model.Excludes(record=record, other=other):
                taken = {row.part for row in _of(rows, other)} - {None}
                yield from (told(row) for row in _of(rows, record) if row.part in taken)
            case model.Depth(reference=name, limit=limit):
                chains = [(row, self._chain(row, name, rows)) for row in rows]
                yield from (told(row) for row, (chain, cycle) in chains if not cycle and len(chain) > limit)
            case model.Acyclic(reference=name):
                cycles = [cycle for row in rows if (cycle := self._chain(row, name, rows)[1])]
                yield from (told(row) for row in rows if any(row is min(c, key=lambda r: r.place) for c in cycles))
            case model.Agrees(reference=name):
                ends = [(row, self._meant(row, name, rows)) for row in rows]
                yield from (told(r) for r, to in ends if to and r.scope and to.scope and r.scope != to.scope)
            case model.NotBefore(reference=name):
                ends = [(row, self._meant(row, name, rows)) for row in rows]
                yield from (told(r) for r, to in ends if to and r.at is not None and to.at is not None and r.at < to.at)
            case model.OrderAdvice():
                late = (row for row in _of(rows, relation.record) if self._too_early(relation, row, rows))
                yield from map(told, list(late)[:1])

    def _repeated(self, relation: model.Unique, rows: list[Row]) -> Iterator[Row]:
        for first, *others in _alike(_of(rows, relation.record), relation.by):
            seen = {_columns(first, relation.apart)}
            for i, row in enumerate(others):
                apart = _columns(row, relation.apart)
                in_line = any(row.line == other.line for other in (first, *others[:i]))
                fresh = apart not in seen if relation.apart else True
                seen.add(apart)
                same = _content(row) == _content(first)
                fitting = relation.content == "any" or same == (relation.content == "same")
                if fresh and fitting and not (relation.lines and in_line):
                    yield row

    def _meant(self, row: Row, name: str, rows: list[Row]) -> Row | None:
        """The first record that a row refers to by a reference, if that is in the file."""
        keys = [meant for own, meant, _ in row.refers if own == name]
        return next((to for to in _of(rows, self.references[name].to) if to.key in keys), None)

    def _chain(self, row: Row, name: str, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """A row and those above it, and the cycle in which they end, if they do."""
        chain: list[Row] = []
        above: Row | None = row
        while above is not None and above not in chain:
            chain.append(above)
            above = self._meant(above, name, rows)
        return chain, chain[chain.index(above) :] if above else []

    def _too_early(self, relation: model.OrderAdvice, row: Row, rows: list[Row]) -> bool:
        if relation.to:
            first = next((to for to in _of(rows, relation.to) if to.scope == row.part), None)
            return first is not None and first.place > row.place
        if any(row in self._chain(row, name, rows)[1] for name in relation.references):
            return False  # no order would be right
        meant = (self._meant(row, name, rows) for name in relation.references)
        return any(to is not None and to.place > row.place for to in meant)


def _of(rows: list[Row], name: str) -> list[Row]:
    return [row for row in rows if row.record.name == name]


def _columns(row: Row, columns: tuple[model.Column, ...]) -> tuple[Hashable, ...]:
    return tuple(getattr(row, column) for column in columns)


def _alike(rows: list[Row], columns: tuple[model.Column, ...]) -> list[list[Row]]:
    """Rows that are equal in some columns, in the order of the file; what has nothing there is like no other."""
    groups: dict[tuple[Hashable, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if None not in _columns(row, columns):
            groups[_columns(row, columns)].append(row)
    return list(groups.values())


def _content(row: Row) -> Any:
    """All of an entry but the members of its key; of one that is a string, nothing."""
    if isinstance(row.entry, str):
        return None
    return {name: value for name, value in row.entry.items() if name not in row.record.key}


def _key(record: model.Record, values: list[Any]) -> Hashable:
    if not record.derived:
        return tuple(values)
    foreign_id, time = values
    micros = _micros(time)
    assert micros is not None
    return derive(foreign_id, micros)


def _micros(text: str) -> int | None:
    time = times.parse(text)
    return None if time is None else time.micros


def _strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for name, inner in value.items():
                yield from _strings(inner, f"{path}/{name}")
        case list():
            for i, inner in enumerate(value):
                yield from _strings(inner, f"{path}/{i}")
