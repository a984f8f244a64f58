"""Relations that are said to hold: their queries find nothing, whatever the rows are."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from clients import needs
from relation_files import make_file

from stream_import_rules import artefact, model, native, store
from stream_import_rules.judges import Judges
from stream_import_rules.native_relations import that_may_break
from stream_import_rules.policy import Policy
from stream_import_rules.ranges import scan_range
from stream_import_rules.staging import KNOWN, LOOSE, NONE, Rows, Staged, joined

RULESET, _ = artefact.load()
QUERIES = artefact.queries()
NOW = 1_700_000_000_000_000

pytestmark = needs(native.is_there(), "the native engine was not compiled here")


def is_circular(staged: Staged, relation: model.Acyclic) -> bool:
    """Whether records refer to each other in a circle: what the query answers are only the steps of one."""
    number, reference = next((i, r) for i, r in enumerate(RULESET.references) if r.name == relation.reference)
    to = next(i for i, record in enumerate(RULESET.records) if record.name == reference.to)
    first: dict[tuple[int, int], int] = {}
    for what, k1, k2, _, _, _, pos in rows_of(staged.keys):
        if what == to and NONE not in (k1, k2):
            first[k1, k2] = min(pos, first.get((k1, k2), pos))
    above = {
        pos: first[k1, k2]
        for what, k1, k2, _, _, _, pos in rows_of(staged.refs)
        if what == number and (k1, k2) in first
    }
    for start in above:
        at, seen = start, set[int]()
        while at in above and at not in seen:
            seen.add(at)
            at = above[at]
        if at in seen:
            return True
    return False


def rows_of(rows: Rows) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(rows, name) for name in Rows.COLUMNS), strict=True))


def answers(staged: Staged) -> list[bool]:
    """Of each relation whether it is broken somewhere, by its query."""
    engine = store._Sqlite()
    for table, rows in (("keys", staged.keys), ("refs", staged.refs)):
        engine.load(table, rows)
    found = [
        is_circular(staged, relation) if isinstance(relation, model.Acyclic) else any(engine.ask(query))
        for relation, query in zip(RULESET.relations, QUERIES, strict=True)
    ]
    engine.close()
    return found


def assert_safe(staged: Staged, told: Counter[tuple[str, bool]] | None = None) -> None:
    """What is said to hold has no answer, however many threads look."""
    may = that_may_break(RULESET, RULESET.relations, staged)
    assert may == that_may_break(RULESET, RULESET.relations, staged, 3)
    for relation, breaks, found in zip(RULESET.relations, may, answers(staged), strict=True):
        assert breaks or not found, relation.rule
        if told is not None:
            told[model.kind_of(relation), breaks] += 1


def test_files_with_planted_mistakes(tmp_path: Path) -> None:
    judges = Judges(RULESET, Policy(RULESET), now=NOW)
    told: Counter[tuple[str, bool]] = Counter()
    for seed in range(700, 760):
        path = tmp_path / "import.jsonl"
        path.write_bytes(make_file(seed).data)
        staged = scan_range(judges, str(path), 0, path.stat().st_size).staged
        assert staged is not None
        assert_safe(staged, told)
    # Each kind holds in some of the files, and may be broken in others.
    assert {kind for kind, _ in told} == {kind for kind, breaks in told if breaks} == {k for k, b in told if not b}


@pytest.mark.parametrize("seed", range(40))
def test_rows_of_few_values(seed: int) -> None:
    """Values that are often equal, and often not there."""
    rng = random.Random(seed)
    few = rng.choice([2, 5, 50])

    def value() -> int:
        return NONE if rng.random() < 0.2 else rng.randrange(-few, few)

    staged = Staged()
    records, references = len(RULESET.records), len(RULESET.references)
    places = rng.sample(range(1000), 120)
    for place in places[: rng.choice([3, 60])]:
        what = rng.choice([*range(records), rng.choice([LOOSE, KNOWN, KNOWN + 2])])
        key = None if rng.random() < 0.2 else (value(), value())
        staged.keys.add(what, key, place if what < KNOWN else NONE, value(), value(), value())
    for place in places[60 : 60 + rng.choice([0, 3, 60])]:
        staged.refs.add(
            rng.randrange(references), (rng.randrange(few), rng.randrange(few)), place, value(), value(), value()
        )
    assert_safe(staged)


def test_rows_of_parts_are_held_together() -> None:
    rng = random.Random(1)
    parts, seen = [], []
    for count in (3, 0, 500):
        rows = Rows()
        for _ in range(count):
            seen.append(tuple(rng.randrange(100) for _ in Rows.COLUMNS))
            what, k1, k2, scope, part, instant, pos = seen[-1]
            rows.add(what, (k1, k2), pos, scope, part, instant)
        parts.append(rows)
    assert rows_of(joined(parts)) == seen
    assert [len(rows) for rows in parts] == [0, 0, 0]


def test_nothing_is_asked_of_a_file_that_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    import stream_import_rules as sir

    def refuse(*_: object) -> None:
        raise AssertionError("a query was asked")

    monkeypatch.setattr(store.Store, "_flush", refuse)
    report = sir.validate_file(Path(__file__).parents[1] / "examples/import.jsonl")
    assert report.relations == "checked"
    assert report.total == 0


@pytest.mark.parametrize("columns", [(b"",) * 6, (b"\0", b"", b"", b"", b"", b"", b""), (1,) * 7])
def test_wrong_tables_are_refused(columns: tuple[object, ...]) -> None:
    with pytest.raises((TypeError, ValueError)):
        native.relations_may(columns, (b"",) * 7, (), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("question", [(), (0, 1, 64), (0, 1, 0), (1,) * 7, ("x",), 3])
def test_wrong_questions_are_refused(question: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        native.relations_may((b"",) * 7, (b"",) * 7, (question,), 1)  # type: ignore[arg-type]
