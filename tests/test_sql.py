"""The queries of the relations: every engine reads them, and every engine answers them alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from relation_files import make_file

from stream_import_rules import artefact, store
from stream_import_rules.judges import Judges
from stream_import_rules.policy import Policy
from stream_import_rules.private import PrivateFolder
from stream_import_rules.ranges import scan_range
from stream_import_rules.staging import Staged
from stream_import_rules.store import ANSWER, Engine, Row

RULESET, _ = artefact.load()
QUERIES = dict(zip((relation.rule for relation in RULESET.relations), artefact.queries(), strict=True))
COLUMNS = ["pos", "other", "previous", "n", "k1", "k2", "what"]
NOW = 1_700_000_000_000_000


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "spark"])
@pytest.mark.parametrize("rule", QUERIES)
def test_each_engine_reads_each_query(rule: str, dialect: str) -> None:
    (query,) = sqlglot.parse(QUERIES[rule], dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(query, sqlglot.exp.Query)
    assert query.named_selects == COLUMNS
    assert {table.name for table in query.find_all(sqlglot.exp.Table)} - {"firsts"} <= {"keys", "refs"}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Staged]:
    """What is staged of some generated files, by their seeds."""
    judges = Judges(RULESET, Policy(RULESET), now=NOW, fast=artefact.fast_validator())
    found = {}
    for seed in range(700, 725):
        path = tmp_path_factory.mktemp("files") / "import.jsonl"
        path.write_bytes(make_file(seed).data)
        staged = scan_range(judges, str(path), 0, path.stat().st_size).staged
        assert staged is not None
        found[seed] = staged
    return found


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Engine, Engine]]:
    """Both engines, which give their answers three rows at a time."""
    monkeypatch.setattr(store, "ANSWER", 3)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with PrivateFolder() as folder:
        both = store._Sqlite(), store._DuckDb(folder, 64 << 20, 2)
        yield both
        for engine in both:
            engine.close()


def answer_of(engine: Engine, query: str) -> list[Row]:
    """A whole answer; no more than a few rows of it come at once."""
    pages = list(engine.ask(query))
    assert all(0 < len(page) <= store.ANSWER for page in pages)
    assert all(len(page) == store.ANSWER for page in pages[:-1])
    return [tuple(row) for page in pages for row in page]


def by_place(row: Row) -> tuple[int, ...]:
    """An order of rows in which none is left to chance."""
    return tuple(-(1 << 64) if value is None else value for value in row)


@pytest.mark.parametrize("seed", range(700, 725))
def test_both_engines_give_the_same_answers_in_the_order_of_places(
    rows: dict[int, Staged], engines: tuple[Engine, Engine], seed: int
) -> None:
    for engine in engines:
        engine.load("keys", rows[seed].keys)
        engine.load("refs", rows[seed].refs)
    for rule, query in QUERIES.items():
        one, other = (answer_of(engine, query) for engine in engines)
        assert sorted(one, key=by_place) == sorted(other, key=by_place), rule
        for answer in (one, other):
            assert [row[0] for row in answer] == sorted(row[0] for row in answer), rule


def test_the_generated_files_ask_every_query_for_something(rows: dict[int, Staged]) -> None:
    """The test above compares more than empty answers, and answers that take several pages."""
    sizes = dict.fromkeys(QUERIES, 0)
    for staged in rows.values():
        engine = store._Sqlite()
        engine.load("keys", staged.keys)
        engine.load("refs", staged.refs)
        for rule, query in QUERIES.items():
            sizes[rule] = max(sizes[rule], len(answer_of(engine, query)))
        engine.close()
    assert min(sizes.values()) > 0, sizes
    assert max(sizes.values()) > 9
    assert ANSWER > 9


def test_rows_without_a_place_are_told_apart_by_both(engines: tuple[Engine, Engine]) -> None:
    """The number that stands for no value never comes back as a number."""
    staged = Staged()
    staged.keys.add(0, None, 7)
    staged.keys.add(0, (1, 2), 8, scope=3, part=4, at=5)
    for engine in engines:
        engine.load("keys", staged.keys)
        (found,) = engine.ask("SELECT what, k1, k2, scope, part, instant, pos FROM keys ORDER BY pos")
        assert [tuple(row) for row in found] == [(0, None, None, None, None, None, 7), (0, 1, 2, 3, 4, 5, 8)]


def test_a_question_may_be_asked_while_another_is_answered(engines: tuple[Engine, Engine]) -> None:
    staged = Staged()
    for place in range(20):
        staged.keys.add(0, (place, place), place)
    for engine in engines:
        engine.load("keys", staged.keys)
        found = []
        for page in engine.ask("SELECT pos FROM keys ORDER BY pos"):
            for (place,) in page:
                ((inner,),) = engine.ask("SELECT k1 FROM keys WHERE pos = ?", (place,))
                found.append((place, *inner))
        assert found == [(place, place) for place in range(20)]


@pytest.mark.parametrize("few", [0, 10, 10**6])
def test_a_store_gives_the_same_answers_whichever_engine_it_takes(
    rows: dict[int, Staged], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FEW", few)
    monkeypatch.setattr(store, "_BATCH", 40)
    with PrivateFolder() as folder:
        kept = store.Store(folder, 64 << 20, 1)
        for times in range(2):
            copy = Staged()
            copy.keys.take(rows[700].keys)
            copy.refs.take(rows[700].refs)
            kept.add(copy)
            assert not len(copy.keys), times
        found = [row for page in kept.ask("SELECT COUNT(*), SUM(pos) FROM keys") for row in page]
        assert isinstance(kept._engine, store._Sqlite if few > 10 else store._DuckDb)
        kept.close()
    places = [place for place in rows[700].keys.pos if place >= 0]
    assert [tuple(map(int, row)) for row in found] == [(2 * len(rows[700].keys), 2 * sum(places))]
