"""Relate: the relations between entries, over all files of an import; findings to the sink.

After the scan, which staged what identifies each entry and what it refers to; before ``report``. The
queries that the compiler made of the relations are asked of the ``store``. What they answer by equal
hashes is confirmed on the entries themselves, which are read again; only then is it counted.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import msgspec

from . import activity_id, model, times
from .app import App
from .app_file import ids_in
from .chains import Chains, Circle
from .entries import Entries, Entry, ImportFile
from .findings import Finding, Path, Related, Sink, clip, excerpt_of, pointer, shown
from .jsontext import locate
from .model import Severity
from .policy import Policy
from .staging import KNOWN, NONE, Prefixed, Staged, free_references, given, hash_of, key_of, meant
from .store import Store
from .surveys import Surveyor

#: Answers that are confirmed together.
_BATCH = 20_000
#: References that are not resolved for which a near record is looked up.
_MOST_HINTS = 1_000
#: Beyond this a near time is none that a slip explains.
_OFFSETS = 14 * 3600 * 1_000_000
_QUARTER = 15 * 60 * 1_000_000

Counts: TypeAlias = "defaultdict[int, Counter[Severity]]"


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


class _Case(msgspec.Struct, frozen=True):
    """A confirmed answer: where the finding stands and what is said."""

    answer: Answer
    message: str
    hint: str = ""
    related: tuple[tuple[int, str], ...] = ()
    #: Which of several equal references of one entry is meant.
    nth: int = 0


class Relations:
    """Which relations are looked at in a run: those whose rules count, with their queries. ``app`` says
    which records may be outside of the import, and which ids exist there."""

    def __init__(self, ruleset: model.RuleSet, queries: Sequence[str], policy: Policy, app: App | None = None) -> None:
        self.ruleset = ruleset
        self.app = app
        #: The record of each kind that a configuration knows.
        entities = {record.instruction: record for record in ruleset.records}
        self.kinds = {kind.name: entities[kind.instruction] for kind in ruleset.app.entries}
        #: Whether records may be outside of the import, by their names.
        self.outside: dict[str, bool] = {}
        if app is not None:
            self.outside = {self.kinds[kind].name: may for kind, may in app.outside.items() if may is not None}
        self.active = [
            (relation, query)
            for relation, query in zip(ruleset.relations, queries, strict=True)
            if policy.severity_of(relation.rule) is not None
        ]


def relate(
    relations: Relations, store: Store, files: Sequence[ImportFile], policy: Policy, surveyor: Surveyor, sink: Sink
) -> Counts:
    """Check all relations; the counts of findings by file (its place in ``files``) and severity.

    Raises ``StoreError`` if the store fails, ``OSError`` if a file cannot be read again.
    """
    _know(relations, store)
    run = _Run(relations, store, files, policy, surveyor, sink)
    for relation, query in relations.active:
        run.check(relation, query)
    return run.counts


def _know(relations: Relations, store: Store) -> None:
    """Stage the ids that the configuration says to exist outside of the import."""
    if relations.app is None:
        return
    staged = Staged()
    for kind, record in relations.kinds.items():
        number = KNOWN + relations.ruleset.records.index(record)
        for existing in ids_in(relations.app, kind, relations.ruleset):
            key = activity_id.key_of_id(existing) if record.derived else hash_of(existing)
            if key is not None:
                staged.keys.add(number, key, NONE)
        store.add(staged)


class _Run:
    def __init__(
        self,
        relations: Relations,
        store: Store,
        files: Sequence[ImportFile],
        policy: Policy,
        surveyor: Surveyor,
        sink: Sink,
    ) -> None:
        ruleset = relations.ruleset
        self.ruleset, self.outside = ruleset, relations.outside
        self.store, self.files, self.policy, self.surveyor, self.sink = store, files, policy, surveyor, sink
        self.entries = Entries(files, ruleset.payload)
        self.records = {record.name: record for record in ruleset.records}
        self.references = {reference.name: reference for reference in ruleset.references}
        self.fix = {rule.id: rule.fix for rule in ruleset.rules}
        self.counts: Counts = defaultdict(Counter)
        self.hints = 0
        #: The places of records that refer to each other in a circle: nothing else is said of their order.
        self.circular: array[int] = array("q")

    # ------------------------------------------------------------------ questions

    def check(self, relation: model.Relation, query: str) -> None:
        """Ask for one relation; confirm and report what is answered."""
        match relation:
            case model.Unique():
                self._confirmed(relation, query, self._unique)
            case model.Crowd():
                self._confirmed(relation, query, self._crowd)
            case model.Excludes():
                self._confirmed(relation, query, self._excludes)
            case model.Agrees():
                self._confirmed(relation, query, self._agrees)
            case model.NotBefore():
                self._confirmed(relation, query, self._not_before)
            case model.OrderAdvice():
                self._order(relation, query)
            case model.Refers():
                self._refers(relation, query)
            case model.Depth() | model.Acyclic():
                self._chains(relation, query)

    def _answers(self, query: str) -> Iterator[list[Answer]]:
        for rows in self.store.ask(query):
            yield [Answer(*row) for row in rows]

    def _confirmed(
        self,
        relation: model.Relation,
        query: str,
        judge: Callable[[Any, Sequence[Answer]], Iterator[_Case]],
    ) -> None:
        for answers in self._answers(query):
            self._report(relation, judge(relation, answers))

    def _is_circular(self, place: int) -> bool:
        i = bisect_left(self.circular, place)
        return i < len(self.circular) and self.circular[i] == place

    # ------------------------------------------------------------------ facts of entries

    def _facts(self, places: Iterable[int | None], fact: Callable[[Entry], Any]) -> dict[int, Any]:
        """What is asked of the entries at some places; never the entries themselves, which may be large."""
        wanted = {place for place in places if place is not None}
        return {entry.pos: fact(entry) for entry in self.entries.at(wanted)}

    def _operand(self, entry: Entry) -> Callable[[str], Any]:
        line, value = entry.line.value, entry.value

        def operand(name: str) -> Any:
            if not name:
                return value
            if name.startswith("/"):
                return line.get(name[1:])
            return value.get(name) if isinstance(value, dict) else None

        return operand

    def _column(self, record: model.Record, column: str, entry: Entry) -> Any:
        """What a column of a record stands for, in full."""
        value = self._operand(entry)
        if column == "key":
            return key_of(record, value) if record.derived else tuple(value(name) for name in record.key)
        if column == "at":
            return times.micros_of(value(record.at))
        if column == "scope" and record.about:
            return self._about(record, value)
        operands = record.scope if column == "scope" else record.part
        assert operands is not None
        return (operands.prefix, *(value(name) for name in operands.members))

    def _about(self, record: model.Record, value: Callable[[str], Any]) -> Any:
        for name in record.about:
            reference = self.references[name]
            key = meant(reference, self.records[reference.to], value)
            if key is not None:
                return key
        return None

    # ------------------------------------------------------------------ kinds

    def _unique(self, relation: model.Unique, answers: Sequence[Answer]) -> Iterator[_Case]:
        record = self.records[relation.record]

        def fact(entry: Entry) -> Any:
            by = tuple(self._column(record, column, entry) for column in relation.by)
            apart = tuple(self._column(record, column, entry) for column in relation.apart)
            content = b"" if relation.content == "any" and relation.lines else _digest(entry.value, record)
            return by, apart, content, entry.line.place

        facts = self._facts((p for a in answers for p in (a.pos, a.other, a.previous)), fact)
        for answer in answers:
            assert answer.other is not None
            by, apart, content, line = facts[answer.pos]
            first_by, first_apart, first_content, _ = facts[answer.other]
            if by != first_by or (relation.apart and apart == first_apart):
                continue
            if relation.lines and answer.previous is not None and facts[answer.previous][3] == line:
                continue
            same = content == first_content
            if relation.content != "any" and (relation.content == "same") != same:
                continue
            yield _Case(answer, self._repeated(relation, record, same), related=((answer.other, "first here"),))

    def _repeated(self, relation: model.Unique, record: model.Record, same: bool) -> str:
        members = {
            "key": record.key if not (record.derived and "part" in relation.apart) else ("derived activity id",),
            "scope": record.scope.members if record.scope else (),
            "part": record.part.members if record.part else (),
            "at": (record.at,),
        }

        def words(columns: Iterable[str]) -> str:
            names = dict.fromkeys(name for column in columns for name in members[column])
            told = [f"`{name.removeprefix('/')}`" if " " not in name else name for name in names if name]
            return _listed(told) or "value"

        if relation.lines:
            return f"the same {record.name} stands in an earlier line"
        message = f"an earlier {record.name} has the same {words(relation.by)}"
        if relation.apart:
            differing = [c for c in relation.apart if c != "key" or not record.derived]
            others = words(differing) if differing else f"`{record.key[1]}`"
            message += f", but another {others}"
        if relation.content == "different" or (relation.content == "any" and not relation.apart and not same):
            message += ", with other content" if not relation.apart else " and other content"
        elif not relation.apart:
            message += ", with the same content"
        return message

    def _crowd(self, relation: model.Crowd, answers: Sequence[Answer]) -> Iterator[_Case]:
        record = self.records[relation.record]

        def fact(entry: Entry) -> Any:
            return tuple(_text(self._column(record, column, entry)) for column in relation.by)

        facts = self._facts((a.pos for a in answers), fact)
        for answer in answers:
            where = " and ".join(facts[answer.pos])
            yield _Case(answer, f"{answer.n:,} entries share {where}; at most {relation.limit} should")

    def _excludes(self, relation: model.Excludes, answers: Sequence[Answer]) -> Iterator[_Case]:
        record, other = self.records[relation.record], self.records[relation.other]

        def fact(entry: Entry) -> Any:
            of = record if entry.line.value.get(self.ruleset.discriminator) == record.instruction else other
            return "".join(map(str, self._column(of, "part", entry)))

        facts = self._facts((p for a in answers for p in (a.pos, a.other)), fact)
        for answer in answers:
            if answer.other is not None and facts[answer.pos] == facts[answer.other]:
                told = f"{_a(other.name)} of the import makes {_a(record.name)} with this `{relation.place}` itself"
                yield _Case(answer, told, related=((answer.other, f"the {other.name}"),))

    def _agrees(self, relation: model.Agrees, answers: Sequence[Answer]) -> Iterator[_Case]:
        reference = self.references[relation.reference]
        for answer, child, parent in self._both(reference, answers, "scope"):
            if child is not None and parent is not None and child != parent:
                message = f"the {reference.to} that `{relation.place}` names is about something else than this one"
                yield _Case(answer, message, related=((answer.other or 0, "the parent"),))

    def _not_before(self, relation: model.NotBefore, answers: Sequence[Answer]) -> Iterator[_Case]:
        reference = self.references[relation.reference]
        target = "parent" if reference.to == reference.record else reference.to
        for answer, child, parent in self._both(reference, answers, "at", relation.absent):
            if child < parent:
                message = f"{times.text_of(child)} is earlier than its {target}, of {times.text_of(parent)}"
                yield _Case(answer, message, related=((answer.other or 0, f"the {target}"),))

    def _both(
        self, reference: model.Reference, answers: Sequence[Answer], column: str, absent: Sequence[str] = ()
    ) -> Iterator[tuple[Answer, Any, Any]]:
        """What a column says of a record and of the one that it refers to, if it does refer to that one;
        not where one of the members ``absent`` is given."""
        record, to = self.records[reference.record], self.records[reference.to]
        if reference.to == reference.record:
            answers = [a for a in answers if not self._is_circular(a.pos)]

        def child_of(entry: Entry) -> Any:
            value = self._operand(entry)
            if any(given(value(name)) for name in absent):
                return None, None
            return meant(reference, to, value), self._column(record, column, entry)

        children = self._facts((a.pos for a in answers), child_of)
        parents = self._facts(
            (a.other for a in answers),
            lambda entry: (key_of(to, self._operand(entry)), self._column(to, column, entry)),
        )
        for answer in answers:
            assert answer.other is not None
            target, child = children[answer.pos]
            key, parent = parents[answer.other]
            if target == key:
                yield answer, child, parent

    def _order(self, relation: model.OrderAdvice, query: str) -> None:
        """One finding for all: the first record, and how many there are."""
        count, first = 0, None
        own = any(self.references[name].to == relation.record for name in relation.references)
        for answers in self._answers(query):
            # Whatever the order of a circle, one of it stands before its parent.
            early = [a for a in answers if not (own and self._is_circular(a.pos))]
            first = first or next(iter(early), None)
            count += len(early)
        if first is None:
            return
        to = self.references[relation.references[0]].to if relation.references else relation.to
        if not relation.references:
            told = f"this {relation.record} stands before the first {to} of the feed that is followed"
        else:
            other = "its parent" if to == relation.record else f"the {to} that it is about"
            told = f"this {relation.record} stands before {other}"
        more = f", and so do {count - 1:,} more" if count > 2 else ", and so does another one" if count == 2 else ""
        self._report(relation, [_Case(first, told + more, related=((first.other or 0, f"the {to}"),))])

    def _chains(self, relation: model.Depth | model.Acyclic, query: str) -> None:
        places, above = array("q"), array("q")
        for answers in self._answers(query):
            places.extend(answer.pos for answer in answers)
            above.extend(answer.other or 0 for answer in answers)
        chains = Chains(places, above)
        if isinstance(relation, model.Acyclic):
            self.circular = chains.circular()
            self._report(relation, map(_circle, chains.circles()))
            return
        told = f"it is below level {relation.limit}, the deepest that there may be"
        deep = (_Case(_at(pos), told, related=((parent, "the parent"),)) for pos, parent in chains.ending())
        self._report(relation, deep)

    # ------------------------------------------------------------------ references

    def _refers(self, relation: model.Refers, query: str) -> None:
        """References that mean no record need no proof: no hash was equal."""
        kept = {
            number
            for number, reference in enumerate(self.ruleset.references)
            if reference.name in relation.references and not self._outside(relation, reference)
        }
        if kept:
            of_kept = (a for answers in self._answers(query) for a in answers if a.what in kept)
            self._report(relation, self._unresolved(of_kept))

    def _outside(self, relation: model.Refers, reference: model.Reference) -> bool:
        """Whether records of that kind may be outside of the import."""
        return self.outside.get(reference.to, relation.default == "outside")

    def _unresolved(self, answers: Iterable[Answer]) -> Iterator[_Case]:
        """The answers are in the order of the file, those of equal references of one entry together."""
        for answer, alike in groupby(answers):
            assert answer.what is not None
            reference = self.ruleset.references[answer.what]
            for nth, _ in enumerate(alike):
                yield _Case(answer, f"no {reference.to} of the import is meant by it", nth=nth)

    def _hint(self, relation: model.Refers, answer: Answer, entry: Entry) -> tuple[str, tuple[int, ...]]:
        """What was probably meant by a pair that no record has: one of the same foreign id."""
        assert answer.what is not None
        reference = self.ruleset.references[answer.what]
        to = self.records[reference.to]
        if not to.derived or reference.form != "key" or self.hints >= _MOST_HINTS:
            return "", ()
        self.hints += 1
        foreign_id = self._operand(entry)(reference.members[0])
        number = self.ruleset.records.index(to)
        query = (
            "SELECT k1, pos FROM keys WHERE what = ? AND part = ? AND k1 IS NOT NULL ORDER BY ABS(k1 - ?), pos LIMIT 50"
        )
        part = hash_of(foreign_id)[0]
        near = [row for rows in self.store.ask(query, (number, part, answer.k1 or 0)) for row in rows]
        if not near:
            return "", ()
        return _near_time(answer.k1 or 0, [k1 for k1, _ in near], reference.members), (near[0][1],)

    # ------------------------------------------------------------------ findings

    def _report(self, relation: model.Relation, cases: Iterable[_Case]) -> None:
        """Count the cases, and make the findings of those whose details are wanted."""
        severity = self.policy.severity_of(relation.rule)
        assert severity is not None
        wanted: list[_Case] = []
        for case in cases:
            self.counts[self._file_of(case.answer.pos)][severity] += 1
            if self.sink.count(relation.rule, severity):
                wanted.append(case)
                if len(wanted) >= _BATCH:
                    self._tell(relation, severity, wanted)
                    wanted = []
        if wanted:
            self._tell(relation, severity, wanted)

    def _file_of(self, pos: int) -> int:
        return next(i for i in range(len(self.files) - 1, -1, -1) if self.files[i].base <= pos)

    def _tell(self, relation: model.Relation, severity: Severity, cases: Sequence[_Case]) -> None:
        hints: dict[int, tuple[str, tuple[int, ...]]] = {}
        by_place: dict[int, list[int]] = defaultdict(list)
        for i, case in enumerate(cases):
            by_place[case.answer.pos].append(i)
        if isinstance(relation, model.Refers):
            for entry in self.entries.at(by_place):
                for i in by_place[entry.pos]:
                    hints[i] = self._hint(relation, cases[i].answer, entry)
        others = {place for case in cases for place, _ in case.related}
        others.update(place for _, places in hints.values() for place in places)
        places = {
            entry.pos: (entry.line.file.name, entry.line.number, self._path(entry)) for entry in self.entries.at(others)
        }
        found: list[tuple[int, Finding, Any]] = []
        for _, entries in groupby(self.entries.at(by_place), key=lambda entry: entry.line.place):
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
                    Related(message=said, file=places[at][0], line=places[at][1], path=pointer(places[at][2]))
                    for at, said in others_of
                )
                finding = self._finding(relation, severity, cases[i], entry, path, spans[path, False][0])
                finding = msgspec.structs.replace(finding, related=related, hint=hint or finding.hint)
                found.append((i, finding, excerpt_of(text, *spans[path, False])))
        for _, finding, excerpt in sorted(found, key=lambda item: item[0]):
            self.sink.add(finding, excerpt)

    def _path(self, entry: Entry) -> Path:
        return (self.ruleset.payload, entry.index)

    def _paths(self, relation: model.Relation, cases: Sequence[_Case], entry: Entry) -> list[Path]:
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
        self, relation: model.Relation, severity: Severity, case: _Case, entry: Entry, path: Path, start: int
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
            instruction=clip(str(line.value.get(self.ruleset.discriminator))),
            path=pointer(path),
            record=self.surveyor.record_name(line.value, self._path(entry)),
            message=case.message,
            hint=case.hint or self.fix.get(relation.rule) or None,
            value=shown(value) if path else None,
        )

    def _references_of(
        self, relation: model.Refers, entry: Entry
    ) -> dict[tuple[int | None, int | None, int | None], list[Path]]:
        """Where in an entry its references stand, by the number of the reference and the key that is meant."""
        record = self.references[relation.references[0]].record
        prefixed = [
            Prefixed(i, r, False) for i, r in enumerate(self.ruleset.references) if r.prefix and r.record == record
        ]
        found: dict[tuple[int | None, int | None, int | None], list[Path]] = defaultdict(list)
        for path, number, target in free_references(entry.value, prefixed):
            found[number, *target.key].append(path)
        return found


def _circle(circle: Circle) -> _Case:
    told = "the two are parents of each other" if len(circle.others) == 1 else "the chain of parents is a circle"
    return _Case(
        _at(circle.first),
        f"it is its own ancestor: {told}",
        related=tuple((place, "in the same circle") for place in circle.others),
    )


def _at(pos: int) -> Answer:
    return Answer(pos, None, None, None, None, None, None)


def _digest(entry: Any, record: model.Record) -> bytes:
    """The content of an entry without what its key is made of."""
    if isinstance(entry, dict):
        entry = {name: value for name, value in entry.items() if name not in record.key}
    try:
        text = msgspec.json.encode(entry, order="deterministic")
    except (TypeError, OverflowError, UnicodeEncodeError):  # what no JSON can hold, and has a finding of its own
        text = json.dumps(entry, sort_keys=True, default=repr).encode()
    return hashlib.blake2b(text, digest_size=16).digest()


def _near_time(wanted: int, there: Sequence[int], members: Sequence[str]) -> str:
    """In which way the time of a reference is near to one that is there."""
    name = members[1]
    for unit, words in ((1_000, "milliseconds"), (1_000_000, "seconds")):
        cut = [at for at in there if at // unit * unit == wanted]
        if cut:
            return (
                f"`{name}` is cut to {words}: an activity with this foreign id is of {times.text_of(cut[0])}. "
                "Write the time exactly as the activity has it."
            )
    for at in there:
        if at != wanted and abs(at - wanted) <= _OFFSETS and (at - wanted) % _QUARTER == 0:
            return (
                f"`{name}` is {_distance(at - wanted)} an activity with this foreign id, of {times.text_of(at)}: "
                "most often a time zone is missing or wrong. Write the time as the activity has it."
            )
    return (
        f"An activity with this foreign id is there, but of {times.text_of(there[0])}. "
        f"Write that time as `{name}`, if it is the one that is meant."
    )


def _distance(micros: int) -> str:
    minutes = abs(micros) // 60_000_000
    hours, rest = divmod(minutes, 60)
    told = f"{hours} h" if not rest else f"{hours} h {rest} min" if hours else f"{rest} min"
    return f"{told} {'before' if micros > 0 else 'after'}"


def _text(value: Any) -> str:
    if isinstance(value, int):
        return times.text_of(value)
    return " ".join(f"`{clip(str(part))}`" for part in value if part)


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else " and ".join((", ".join(names[:-1]), names[-1])) if names else ""
