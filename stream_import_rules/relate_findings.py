"""From confirmed answers to findings: counted all, told with place, excerpt and hint where that is wanted.

Used by ``relate``. The entries are read once more, in the order of the file, and the text of a line is
searched once for all that is found in it.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any, TypeAlias

import msgspec

from . import model
from .baseline import Tally
from .entries import Entry, ImportFile, line_numbers
from .findings import Finding, Mark, Path, Related, Sink, clip, excerpt_of, pointer, shown
from .jsontext import locate
from .marks import Marker, Marking
from .model import Severity
from .policy import Policy
from .relate_values import Values, operand_of
from .relate_words import near_time
from .staging import Prefixed, free_references, hash_of
from .store import Store
from .surveys import Surveyor

#: Cases that are told together.
_BATCH = 20_000
#: References that are not resolved for which a near record is looked up.
_MOST_HINTS = 1_000

#: Numbers of findings by the place of the file in the import, and by severity.
Counts: TypeAlias = "defaultdict[int, Counter[Severity]]"
#: A reference and the key that it means.
_Meaning: TypeAlias = "tuple[int | None, int | None, int | None]"


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """A row of an answer: the places of the finding, of the other record, and of the one before; how many
    there are; the key that is meant and the number of the reference."""

    pos: int
    other: int | None
    previous: int | None
    n: int | None
    k1: int | None
    k2: int | None
    what: int | None


class Case(msgspec.Struct, frozen=True):
    """A confirmed answer: where the finding stands and what is said."""

    answer: Answer
    message: str
    hint: str = ""
    related: tuple[tuple[int, str], ...] = ()
    #: Which of several equal references of one entry is meant.
    nth: int = 0


class Teller:
    """Counts and tells the findings of relations in the files of one import."""

    def __init__(
        self,
        ruleset: model.RuleSet,
        values: Values,
        store: Store,
        files: Sequence[ImportFile],
        policy: Policy,
        surveyor: Surveyor,
        sink: Sink,
        marker: Marker | None = None,
        tally: Tally | None = None,
    ) -> None:
        self._marker, self._tally = marker, tally
        self._markings: dict[int, Marking] = {}
        self._ruleset, self._values, self._store, self._files = ruleset, values, store, files
        self._policy, self._surveyor, self._sink = policy, surveyor, sink
        self._records = {record.name: record for record in ruleset.records}
        self._references = {reference.name: reference for reference in ruleset.references}
        self._fix = {rule.id: rule.fix for rule in ruleset.rules}
        self._hints = 0
        self.counts: Counts = defaultdict(Counter)
        #: Where findings lie, by rule, if somebody asks for it.
        self._places: dict[str, array[int]] = {}

    def report(self, relation: model.Relation, cases: Iterable[Case]) -> None:
        """Count the cases, and make the findings of those whose details are wanted."""
        severity = self._policy.severity_of(relation.rule)
        assert severity is not None
        wanted: list[Case] = []
        for case, mark in self._marked(relation, cases):
            aside = self._sink.aside
            details = self._sink.count(relation.rule, severity, mark)
            if self._sink.aside == aside:
                self.counts[self._file_of(case.answer.pos)][severity] += 1
                if self._sink.places is not None:
                    self._places.setdefault(relation.rule, array("q")).append(case.answer.pos)
            if details:
                wanted.append(case)
                if len(wanted) >= _BATCH:
                    self._tell(relation, severity, wanted)
                    wanted = []
        if wanted:
            self._tell(relation, severity, wanted)

    def place(self) -> None:
        """Tell in which lines the findings lie, if somebody asks for it: their files are read once more for it.
        Raises ``OSError`` if that is not possible."""
        found = sorted((pos, rule) for rule, places in self._places.items() for pos in places)
        self._places.clear()
        lines = line_numbers(self._files, [pos for pos, _ in found])
        for (_, rule), (file, number) in zip(found, lines, strict=True):
            if self._sink.places is not None:
                self._sink.places.see(rule, file.name, number, 1)

    def _marked(self, relation: model.Relation, cases: Iterable[Case]) -> Iterator[tuple[Case, Mark | None]]:
        """The cases, each with its mark. Where the findings of a relation stand in the entry itself, nothing is
        read to know it."""
        if self._marker is None:
            yield from ((case, None) for case in cases)
            return
        instruction = self._record_of(relation).instruction
        inside = relation.place or not isinstance(relation, model.Refers)
        place: Path = (self._ruleset.payload, 0, *([relation.place] if relation.place else []))
        if relation.place == "/":
            place = ()
        remaining = iter(cases)
        while batch := list(islice(remaining, _BATCH)):
            paths = [place] * len(batch) if inside else self._paths_of(relation, batch)
            for case, path in zip(batch, paths, strict=True):
                marking = self._marking_of(self._file_of(case.answer.pos), self._marker)
                yield case, marking.of(relation.rule, instruction, path)

    def _marking_of(self, file: int, marker: Marker) -> Marking:
        if file not in self._markings:
            self._markings[file] = marker.of_file(self._files[file].name, self._tally)
        return self._markings[file]

    def _record_of(self, relation: model.Relation) -> model.Record:
        """The record at which the findings of a relation stand."""
        match relation:
            case model.Unique() | model.Crowd() | model.Excludes() | model.OrderAdvice():
                return self._records[relation.record]
            case model.Refers():
                return self._records[self._references[relation.references[0]].record]
            case model.Depth() | model.Acyclic() | model.Agrees() | model.NotBefore():
                return self._records[self._references[relation.reference].record]

    def _paths_of(self, relation: model.Relation, cases: Sequence[Case]) -> list[Path]:
        """Where in their lines findings stand, of which only the entry tells that."""
        by_place: dict[int, list[int]] = defaultdict(list)
        for i, case in enumerate(cases):
            by_place[case.answer.pos].append(i)
        paths: dict[int, Path] = {}
        for entry in self._values.entries.at(by_place):
            here = by_place[entry.pos]
            paths.update(zip(here, self._paths(relation, [cases[i] for i in here], entry), strict=True))
        return [paths[i] for i in range(len(cases))]

    def _file_of(self, pos: int) -> int:
        return next(i for i in range(len(self._files) - 1, -1, -1) if self._files[i].base <= pos)

    def _tell(self, relation: model.Relation, severity: Severity, cases: Sequence[Case]) -> None:
        hints: dict[int, tuple[str, tuple[int, ...]]] = {}
        by_place: dict[int, list[int]] = defaultdict(list)
        for i, case in enumerate(cases):
            by_place[case.answer.pos].append(i)
        if isinstance(relation, model.Refers):
            for entry in self._values.entries.at(by_place):
                for i in by_place[entry.pos]:
                    hints[i] = self._hint(relation, cases[i].answer, entry)
        others = {place for case in cases for place, _ in case.related}
        others.update(place for _, places in hints.values() for place in places)
        places = self._values.of(others, lambda e: (e.line.file.name, e.line.number, pointer(self._path(e))))
        found: list[tuple[int, Finding, Any]] = []
        for _, entries in groupby(self._values.entries.at(by_place), key=lambda entry: entry.line.place):
            here: list[tuple[int, Entry, Path]] = []
            for entry in entries:
                of_entry = [cases[i] for i in by_place[entry.pos]]
                paths = self._paths(relation, of_entry, entry)
                here += ((i, entry, path) for i, path in zip(by_place[entry.pos], paths, strict=True))
            # One pass over the text of the line for all that is found in it.
            text = here[0][1].line.text
            spans = locate(text, [(path, False) for _, _, path in here])
            for i, entry, path in here:
                hint, near = hints.get(i, ("", ()))
                others_of = [*cases[i].related, *((place, "this one has the same foreign id") for place in near)]
                related = tuple(
                    Related(message=said, file=places[at][0], line=places[at][1], path=places[at][2])
                    for at, said in others_of
                )
                finding = self._finding(relation, severity, cases[i], entry, path, spans[path, False][0])
                finding = msgspec.structs.replace(finding, related=related, hint=hint or finding.hint)
                found.append((i, finding, excerpt_of(text, *spans[path, False])))
        for _, finding, excerpt in sorted(found, key=lambda item: item[0]):
            self._sink.add(finding, excerpt)

    def _path(self, entry: Entry) -> Path:
        return (self._ruleset.payload, entry.index)

    def _paths(self, relation: model.Relation, cases: Sequence[Case], entry: Entry) -> list[Path]:
        """Where in the line the findings of some cases of one entry stand."""
        path = self._path(entry)
        if relation.place == "/":
            return [()] * len(cases)
        if relation.place:
            return [(*path, relation.place)] * len(cases)
        if not isinstance(relation, model.Refers):
            return [path] * len(cases)
        there = self._references_of(relation, entry)
        return [(*path, *there[case.answer.what, case.answer.k1, case.answer.k2][case.nth]) for case in cases]

    def _finding(
        self, relation: model.Relation, severity: Severity, case: Case, entry: Entry, path: Path, start: int
    ) -> Finding:
        line = entry.line
        value: Any = line.value
        for step in path:
            value = value[step]
        return Finding(
            rule=relation.rule,
            severity=severity,
            file=line.file.name,
            line=line.number,
            column=start + 1,
            instruction=clip(str(line.value.get(self._ruleset.discriminator))),
            path=pointer(path),
            record=self._surveyor.record_name(line.value, self._path(entry)),
            message=case.message,
            hint=case.hint or self._fix.get(relation.rule) or None,
            value=shown(value) if path else None,
        )

    def _references_of(
        self, relation: model.Refers, entry: Entry
    ) -> dict[tuple[int | None, int | None, int | None], list[Path]]:
        """Where in an entry its references stand, by the number of the reference and the key that is meant."""
        record = self._references[relation.references[0]].record
        prefixed = [
            Prefixed(i, r, False) for i, r in enumerate(self._ruleset.references) if r.prefix and r.record == record
        ]
        found: dict[tuple[int | None, int | None, int | None], list[Path]] = defaultdict(list)
        for path, number, target in free_references(entry.value, prefixed):
            found[number, *target.key].append(path)
        return found

    def _hint(self, relation: model.Refers, answer: Answer, entry: Entry) -> tuple[str, tuple[int, ...]]:
        """What was probably meant by a pair that no record has: one of the same foreign id."""
        assert answer.what is not None
        reference = self._ruleset.references[answer.what]
        to = self._records[reference.to]
        if not to.derived or reference.form != "key" or self._hints >= _MOST_HINTS:
            return "", ()
        self._hints += 1
        foreign_id = operand_of(entry)(reference.members[0])
        number = self._ruleset.records.index(to)
        query = (
            "SELECT k1, pos FROM keys WHERE what = ? AND part = ? AND k1 IS NOT NULL ORDER BY ABS(k1 - ?), pos LIMIT 50"
        )
        part = hash_of(foreign_id)[0]
        near = [row for rows in self._store.ask(query, (number, part, answer.k1 or 0)) for row in rows]
        if not near:
            return "", ()
        return near_time(answer.k1 or 0, [k1 for k1, _ in near], reference.members), (near[0][1],)
