"""Relate: the relations between entries, over all files of an import; findings to the sink.

After the scan, which staged what identifies each entry and what it refers to; before ``report``. The
queries that the compiler made of the relations are asked of the ``store``. What they answer by equal
hashes is confirmed on the entries themselves, which are read again (``relate_values``); only then is it
counted and told (``relate_findings``), in the words of ``relate_words``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from . import activity_id, model, times
from . import relate_words as words
from .app import App
from .app_file import ids_in
from .baseline import Tally
from .chains import Chains, Circle
from .entries import Entry, ImportFile
from .findings import Sink
from .marks import Marker
from .native_relations import that_may_break
from .policy import Policy
from .relate_findings import Answer, Case, Counts, Teller
from .relate_values import Values, content_of, operand_of
from .staging import KNOWN, NONE, Staged, given, hash_of
from .store import Store
from .surveys import Surveyor


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
    relations: Relations,
    store: Store,
    files: Sequence[ImportFile],
    policy: Policy,
    surveyor: Surveyor,
    sink: Sink,
    marker: Marker | None = None,
    tally: Tally | None = None,
) -> Counts:
    """Check all relations; the counts of findings by file (its place in ``files``) and severity, of those that
    are neither suppressed nor known. ``marker`` says which these are, ``tally`` counts by place.

    Raises ``StoreError`` if the store fails, ``OSError`` if a file cannot be read again.
    """
    _know(relations, store)
    values = Values(relations.ruleset, files)
    teller = Teller(relations.ruleset, values, store, files, policy, surveyor, sink, marker, tally)
    run = _Run(relations, store, values, teller)
    held = store.held()
    may = (
        None
        if held is None
        else that_may_break(relations.ruleset, [r for r, _ in relations.active], held, store.threads)
    )
    for i, (relation, query) in enumerate(relations.active):
        if may is None or may[i]:
            run.check(relation, query)
    teller.place()
    return teller.counts


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
    """The relations of one import, one after the other."""

    def __init__(self, relations: Relations, store: Store, values: Values, teller: Teller) -> None:
        self.ruleset, self.outside = relations.ruleset, relations.outside
        self.store, self.values, self.teller = store, values, teller
        self.records = {record.name: record for record in self.ruleset.records}
        self.references = {reference.name: reference for reference in self.ruleset.references}
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
        judge: Callable[[Any, Sequence[Answer]], Iterator[Case]],
    ) -> None:
        for answers in self._answers(query):
            self.teller.report(relation, judge(relation, answers))

    def _is_circular(self, place: int) -> bool:
        i = bisect_left(self.circular, place)
        return i < len(self.circular) and self.circular[i] == place

    # ------------------------------------------------------------------ kinds

    def _unique(self, relation: model.Unique, answers: Sequence[Answer]) -> Iterator[Case]:
        record = self.records[relation.record]

        def fact(entry: Entry) -> Any:
            by = tuple(self.values.column(record, column, entry) for column in relation.by)
            apart = tuple(self.values.column(record, column, entry) for column in relation.apart)
            content = b"" if relation.content == "any" and relation.lines else content_of(entry.value, record)
            return by, apart, content, entry.line.place

        facts = self.values.of((p for a in answers for p in (a.pos, a.other, a.previous)), fact)
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
            yield Case(answer, words.repeated(relation, record, same), related=((answer.other, "first here"),))

    def _crowd(self, relation: model.Crowd, answers: Sequence[Answer]) -> Iterator[Case]:
        record = self.records[relation.record]

        def fact(entry: Entry) -> Any:
            return tuple(self.values.column(record, column, entry) for column in relation.by)

        facts = self.values.of((a.pos for a in answers), fact)
        for answer in answers:
            yield Case(answer, words.crowded(answer.n or 0, facts[answer.pos], relation.limit))

    def _excludes(self, relation: model.Excludes, answers: Sequence[Answer]) -> Iterator[Case]:
        record, other = self.records[relation.record], self.records[relation.other]

        def fact(entry: Entry) -> Any:
            of = record if entry.line.value.get(self.ruleset.discriminator) == record.instruction else other
            return "".join(map(str, self.values.column(of, "part", entry)))

        facts = self.values.of((p for a in answers for p in (a.pos, a.other)), fact)
        for answer in answers:
            if answer.other is not None and facts[answer.pos] == facts[answer.other]:
                yield Case(answer, words.excluded(relation), related=((answer.other, f"the {other.name}"),))

    def _agrees(self, relation: model.Agrees, answers: Sequence[Answer]) -> Iterator[Case]:
        reference = self.references[relation.reference]
        for answer, child, parent in self._both(reference, answers, "scope"):
            if child is not None and parent is not None and child != parent:
                message = f"the {reference.to} that `{relation.place}` names is about something else than this one"
                yield Case(answer, message, related=((answer.other or 0, "the parent"),))

    def _not_before(self, relation: model.NotBefore, answers: Sequence[Answer]) -> Iterator[Case]:
        reference = self.references[relation.reference]
        target = "parent" if reference.to == reference.record else reference.to
        for answer, child, parent in self._both(reference, answers, "at", relation.absent):
            if child < parent:
                message = f"{times.text_of(child)} is earlier than its {target}, of {times.text_of(parent)}"
                yield Case(answer, message, related=((answer.other or 0, f"the {target}"),))

    def _both(
        self, reference: model.Reference, answers: Sequence[Answer], column: str, absent: Sequence[str] = ()
    ) -> Iterator[tuple[Answer, Any, Any]]:
        """What a column says of a record and of the one that it refers to, if it does refer to that one;
        not where one of the members ``absent`` is given."""
        record, to = self.records[reference.record], self.records[reference.to]
        if reference.to == reference.record:
            answers = [a for a in answers if not self._is_circular(a.pos)]

        def child_of(entry: Entry) -> Any:
            value = operand_of(entry)
            if any(given(value(name)) for name in absent):
                return None, None
            return self.values.target(reference, value), self.values.column(record, column, entry)

        children = self.values.of((a.pos for a in answers), child_of)
        parents = self.values.of(
            (a.other for a in answers),
            lambda entry: (self.values.column(to, "key", entry), self.values.column(to, column, entry)),
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
        case = Case(first, words.early(relation, to, count), related=((first.other or 0, f"the {to}"),))
        self.teller.report(relation, [case])

    def _chains(self, relation: model.Depth | model.Acyclic, query: str) -> None:
        places, above = array("q"), array("q")
        for answers in self._answers(query):
            places.extend(answer.pos for answer in answers)
            above.extend(answer.other or 0 for answer in answers)
        chains = Chains(places, above)
        if isinstance(relation, model.Acyclic):
            self.circular = chains.circular()
            self.teller.report(relation, map(_circle, chains.circles()))
            return
        told = f"it is below level {relation.limit}, the deepest that there may be"
        deep = (Case(_at(pos), told, related=((parent, "the parent"),)) for pos, parent in chains.ending())
        self.teller.report(relation, deep)

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
            self.teller.report(relation, self._unresolved(of_kept))

    def _outside(self, relation: model.Refers, reference: model.Reference) -> bool:
        """Whether records of that kind may be outside of the import."""
        return self.outside.get(reference.to, relation.default == "outside")

    def _unresolved(self, answers: Iterable[Answer]) -> Iterator[Case]:
        """The answers are in the order of the file, those of equal references of one entry together."""
        for answer, alike in groupby(answers):
            assert answer.what is not None
            reference = self.ruleset.references[answer.what]
            told = words.unresolved(reference, self.records[reference.to].derived)
            for nth, _ in enumerate(alike):
                yield Case(answer, told, nth=nth)


def _circle(circle: Circle) -> Case:
    return Case(
        _at(circle.first),
        words.circular(len(circle.others)),
        related=tuple((place, "in the same circle") for place in circle.others),
    )


def _at(pos: int) -> Answer:
    return Answer(pos, None, None, None, None, None, None)
