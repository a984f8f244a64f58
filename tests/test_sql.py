"""The queries of the relations: one text for three engines, and the same answers of the two that are used."""

from __future__ import annotations

import io

import pytest
import sqlglot
from relation_files import make_file

from stream_import_rules import artefact, store, validate
from stream_import_rules.findings import Finding, Kept
from stream_import_rules.policy import Policy
from stream_import_rules.private import PrivateFolder
from stream_import_rules.staging import NONE, Rows, Staged
from stream_import_rules.validate import Checker

RULESET, _ = artefact.load()
QUERIES = artefact.queries()
NAMES = [f"{i}-{relation.rule}" for i, relation in enumerate(RULESET.relations)]


def found_in(data: bytes) -> list[Finding]:
    """All findings of a file."""
    kept = Kept()
    Checker(RULESET, Policy(RULESET), queries=QUERIES).check(io.BytesIO(data), "import.jsonl", kept)
    return kept.findings


def read(query: str, dialect: str) -> sqlglot.exp.Query:
    """What an engine takes a query for. Where they put nulls is no matter: what is sorted by has none."""
    tree = sqlglot.parse_one(query, dialect=dialect)
    for ordered in tree.find_all(sqlglot.exp.Ordered):
        ordered.set("nulls_first", None)
    assert isinstance(tree, sqlglot.exp.Query)
    return tree


@pytest.mark.parametrize("query", QUERIES, ids=NAMES)
@pytest.mark.parametrize("dialect", ["duckdb", "sqlite", "spark"])
def test_each_engine_reads_every_query_in_the_same_way(query: str, dialect: str) -> None:
    tree = read(query, dialect)
    assert tree == read(query, "duckdb")
    columns = tree.selects if not isinstance(tree, sqlglot.exp.Union) else tree.left.selects
    assert [c.alias for c in columns] == ["pos", "other", "previous", "n", "k1", "k2", "what"]


@pytest.mark.parametrize("seed", range(40, 60))
def test_both_engines_find_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_file(seed).data
    few = found_in(data)
    monkeypatch.setattr(store, "FEW", -1)
    monkeypatch.setattr(store, "ANSWER", 3)
    assert found_in(data) == few


def test_duckdb_is_used_where_the_test_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FEW", -1)
    made: list[object] = []
    init = store._DuckDb.__init__

    def counted(self: store._DuckDb, *arguments: object) -> None:
        made.append(self)
        init(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(store._DuckDb, "__init__", counted)
    found_in(make_file(1).data)
    assert len(made) == 1


@pytest.mark.parametrize("seed", [3, 8])
def test_answers_come_in_the_order_of_the_file(seed: int) -> None:
    data = make_file(seed).data
    places: list[tuple[str, list[int]]] = []
    original = validate.relate

    def spied(relations: object, of_run: store.Store, *rest: object) -> object:
        for query, name in zip(QUERIES, NAMES, strict=True):
            places.append((name, [row[0] for rows in of_run.ask(query) for row in rows]))
        return original(relations, of_run, *rest)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validate, "relate", spied)
        found_in(data)
    assert any(found for _, found in places)
    for name, found in places:
        assert found == sorted(found), name


def test_no_value_is_null_in_both_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    for few in (store.FEW, -1):
        monkeypatch.setattr(store, "FEW", few)
        with PrivateFolder() as folder:
            kept = store.Store(folder, 100_000_000, 1)
            staged = Staged()
            staged.keys.add(1, (7, 8), 9)
            staged.keys.add(2, None, NONE, part=5)
            kept.add(staged)
            rows = [
                row for rows in kept.ask(f"SELECT {', '.join(Rows.COLUMNS)} FROM keys ORDER BY what") for row in rows
            ]
            kept.close()
        assert rows == [(1, 7, 8, None, None, None, 9), (2, None, None, None, 5, None, None)]
