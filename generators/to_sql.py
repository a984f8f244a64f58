"""Target: SQL — one query for each relation over the two tables that the runtime stages.

From the RuleSet to ``dist-schemas/<name>/v<version>/relations.sql``, for people and other engines, and
to the module from which the runtime takes the same queries. The text is the same for DuckDB, SQLite
and Spark SQL: no function or type that one of them lacks.

Every answer has the same columns: the place of the finding, that of the other record, and what
the kind of the relation adds. What is told by equal hashes is still to be confirmed on the values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, assert_never

from stream_import_rules import model
from stream_import_rules.model import Relation, RuleSet

from .render import render
from .samples import APP, CHECKS, FRAMING, OTHER_KINDS

NAME = "SQL"

#: Cycles are followed by the runtime, from the records that the query gives.
SUPPORT: dict[str, Literal["exact", "partial", "none"]] = {
    **dict.fromkeys((*CHECKS, *FRAMING, *APP, *OTHER_KINDS), "none"),
    **{kind.__struct_config__.tag: "exact" for kind in Relation.__args__},
    "acyclic": "partial",
    "depth": "partial",
}

#: The kinds of ``what`` beside the numbers of the records; the runtime stages the same.
LOOSE, KNOWN = 100, 50

#: The columns of a key that a name of the rule language stands for.
_COLUMNS = {"key": ("k1", "k2"), "scope": ("scope",), "part": ("part",), "at": ("instant",)}


def to_sql(ruleset: RuleSet, fingerprint: str) -> dict[str, str]:
    """The queries as a text to read."""
    names = {"ruleset": ruleset, "fingerprint": fingerprint, "queries": _told(ruleset), "loose": LOOSE, "known": KNOWN}
    return {"relations.sql": render("relations.sql.j2", **names)}


def to_module(ruleset: RuleSet, fingerprint: str) -> dict[str, str]:
    """The queries as a module of the runtime, in the order of the relations."""
    return {
        "relations.py": render("relations.py.j2", ruleset=ruleset, fingerprint=fingerprint, queries=queries(ruleset))
    }


def queries(ruleset: RuleSet) -> list[str]:
    """The query of each relation, in their order."""
    sql = _Sql(ruleset)
    return [sql.query(relation) for relation in ruleset.relations]


def _told(ruleset: RuleSet) -> list[tuple[str, str, str]]:
    return [
        (relation.rule, model.kind_of(relation), query)
        for relation, query in zip(ruleset.relations, queries(ruleset), strict=True)
    ]


class _Sql:
    """Writes queries over the tables ``keys`` and ``refs`` of one rule set."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.records = {record.name: (i, record) for i, record in enumerate(ruleset.records)}
        self.references = {reference.name: (i, reference) for i, reference in enumerate(ruleset.references)}

    def query(self, relation: Relation) -> str:
        """The query of one relation."""
        match relation:
            case model.Unique():
                return self._unique(relation)
            case model.Crowd():
                return self._crowd(relation)
            case model.Refers():
                return self._refers(relation)
            case model.Excludes():
                return self._excludes(relation)
            case model.Depth() | model.Acyclic():
                return self._deep(relation.reference, relation.limit if isinstance(relation, model.Depth) else 3)
            case model.Agrees():
                return self._pairs(relation.reference, "child.scope <> parent.scope")
            case model.NotBefore():
                return self._pairs(relation.reference, "child.instant < parent.instant")
            case model.OrderAdvice():
                return self._order(relation)
            case _:
                assert_never(relation)

    def _number(self, record: str) -> int:
        return self.records[record][0]

    # ------------------------------------------------------------------ keys alone

    def _unique(self, relation: model.Unique) -> str:
        what = self._number(relation.record)
        by, apart = _columns(relation.by), _columns(relation.apart)
        several = " OR ".join(f"MIN({c}) <> MAX({c})" for c in apart) if apart else "COUNT(*) > 1"
        given = " AND ".join(f"{c} IS NOT NULL" for c in _columns((*relation.by, *relation.apart)))
        groups = f"SELECT {', '.join(by)} FROM keys WHERE what = {what} AND {given}\n"
        groups += f"    GROUP BY {', '.join(by)} HAVING {several}"
        of_group = ", ".join(f"k.{c}" for c in by)
        within = ", ".join(f"k.{c}" for c in (*by, *apart))
        return f"""{_answer("pos", other="first_pos", previous="before_pos")}
FROM (
  SELECT k.pos AS pos,
    MIN(k.pos) OVER (PARTITION BY {of_group}) AS first_pos,
    LAG(k.pos) OVER (PARTITION BY {of_group} ORDER BY k.pos) AS before_pos,
    ROW_NUMBER() OVER (PARTITION BY {within} ORDER BY k.pos) AS nth
  FROM keys k JOIN (
    {groups}
  ) g ON {_equal("k", "g", by)}
  WHERE k.what = {what}{_and_given("k", apart)}
) found
WHERE pos > first_pos{" AND nth = 1" if apart else ""}
ORDER BY pos"""

    def _crowd(self, relation: model.Crowd) -> str:
        what = self._number(relation.record)
        by = _columns(relation.by)
        return f"""{_answer("MIN(pos)", n="COUNT(*)")}
FROM keys
WHERE what = {what} AND {" AND ".join(f"{c} IS NOT NULL" for c in by)}
GROUP BY {", ".join(by)} HAVING COUNT(*) > {relation.limit}
ORDER BY pos"""

    def _excludes(self, relation: model.Excludes) -> str:
        what, other = self._number(relation.record), self._number(relation.other)
        firsts = f"SELECT part, MIN(pos) AS pos FROM keys WHERE what = {other} AND part IS NOT NULL AND pos IS NOT NULL"
        return f"""{_answer("k.pos", other="o.pos")}
FROM keys k JOIN ({firsts} GROUP BY part) o ON o.part = k.part
WHERE k.what = {what} AND k.pos IS NOT NULL
ORDER BY k.pos"""

    # ------------------------------------------------------------------ references

    def _refers(self, relation: model.Refers) -> str:
        found = [self._unresolved(name, relation) for name in relation.references]
        return "\nUNION ALL\n".join(found) + "\nORDER BY pos, what, k1, k2"

    def _unresolved(self, name: str, relation: model.Refers) -> str:
        """The references of one kind that mean no record."""
        number, reference = self.references[name]
        what, record = self.records[reference.to]
        pair = record.derived and reference.form == "key"
        part = " AND k.part = r.part" if pair else ""
        conditions = [f"r.what = {number}"]
        conditions += [_not_exists(f"k.what = {what} AND k.k1 = r.k1 AND k.k2 = r.k2{part}")]
        conditions += [_not_exists(f"k.what = {what + KNOWN} AND k.k1 = r.k1 AND k.k2 = r.k2")]
        if pair:  # a record whose time, or whose foreign id, is not known
            conditions += [_not_exists(f"k.what = {what} AND k.k1 IS NULL AND k.part = r.part")]
            conditions += [_not_exists(f"k.what = {what} AND k.k1 IS NULL AND k.part IS NULL AND k.instant = r.k1")]
            conditions += [_not_exists(f"k.what = {LOOSE} AND k.k1 = r.part")]
        elif record.derived:  # the same: the two numbers of the key are the instant and the hash of the foreign id
            conditions += [_not_exists(f"k.what = {what} AND k.k1 IS NULL AND k.k2 = r.k2")]
            conditions += [_not_exists(f"k.what = {what} AND k.k1 IS NULL AND k.k2 IS NULL AND k.instant = r.k1")]
            conditions += [_not_exists(f"k.what = {LOOSE} AND k.part = r.k2")]
        elif len(record.key) > 1:  # a record of which only one part of the key is known
            conditions += [_not_exists(f"k.what = {what} AND k.k1 IS NULL AND k.part = r.scope")]
            conditions += [_not_exists(f"k.what = {LOOSE} AND k.k1 = r.part")]
        else:
            conditions += [_not_exists(f"k.what = {LOOSE} AND k.k1 = r.k1 AND k.k2 = r.k2")]
        if relation.if_any:
            conditions += [f"EXISTS (SELECT 1 FROM keys k WHERE k.what = {what})"]
        where = "\n  AND ".join(conditions)
        return f"""{_answer("r.pos", k1="r.k1", k2="r.k2", what="r.what")}
FROM refs r
WHERE {where}"""

    def _first(self, what: int) -> str:
        """The first record of each key."""
        return f"SELECT k1, k2, MIN(pos) AS pos FROM keys WHERE what = {what} AND k1 IS NOT NULL GROUP BY k1, k2"

    def _pairs(self, name: str, condition: str) -> str:
        """The records that refer, with the first record that each means, where a condition holds."""
        number, reference = self.references[name]
        what = self._number(reference.to)
        return f"""{_answer("child.pos", other="parent.pos")}
FROM refs child
JOIN ({self._first(what)}) f ON f.k1 = child.k1 AND f.k2 = child.k2
JOIN keys parent ON parent.pos = f.pos AND parent.what = {what}
WHERE child.what = {number} AND {condition}
ORDER BY child.pos"""

    def _deep(self, name: str, limit: int) -> str:
        """The records that refer over so many levels, each with the one that it refers to: those that are
        too deep, and those of cycles, which have no end."""
        number, reference = self.references[name]
        what = self._number(reference.to)
        joins, last = "", "child"
        for level in range(1, limit + 1):
            joins += f"JOIN firsts f{level} ON f{level}.k1 = {last}.k1 AND f{level}.k2 = {last}.k2\n"
            if level == limit:
                break
            joins += f"JOIN refs r{level} ON r{level}.pos = f{level}.pos AND r{level}.what = {number}\n"
            last = f"r{level}"
        return f"""WITH firsts AS ({self._first(what)})
{_answer("child.pos", other="f1.pos")}
FROM refs child
{joins}WHERE child.what = {number}
ORDER BY child.pos"""

    def _order(self, relation: model.OrderAdvice) -> str:
        """The records that stand before what they refer to."""
        if relation.references:
            found = "\n  UNION ALL\n".join(self._early(name) for name in relation.references)
        else:
            what, to = self._number(relation.record), self._number(relation.to)
            firsts = f"SELECT scope, MIN(pos) AS pos FROM keys WHERE what = {to} AND scope IS NOT NULL GROUP BY scope"
            found = f"""  SELECT k.pos AS pos, f.pos AS other
  FROM keys k JOIN ({firsts}) f ON f.scope = k.part
  WHERE k.what = {what} AND k.pos < f.pos"""
        return f"""{_answer("pos", other="other")}
FROM (
{found}
) early
ORDER BY pos, other"""

    def _early(self, name: str) -> str:
        number, reference = self.references[name]
        what = self._number(reference.to)
        return f"""  SELECT r.pos AS pos, f.pos AS other
  FROM refs r JOIN ({self._first(what)}) f ON f.k1 = r.k1 AND f.k2 = r.k2
  WHERE r.what = {number} AND r.pos < f.pos"""


def _answer(pos: str, **columns: str) -> str:
    """The columns of an answer; those that are not given are null."""
    names = ("other", "previous", "n", "k1", "k2", "what")
    return ", ".join((f"SELECT {pos} AS pos", *(f"{columns.get(name, 'NULL')} AS {name}" for name in names)))


def _columns(names: Iterable[str]) -> list[str]:
    return [column for name in names for column in _COLUMNS[name]]


def _equal(one: str, other: str, columns: Iterable[str]) -> str:
    return " AND ".join(f"{one}.{c} = {other}.{c}" for c in columns)


def _and_given(table: str, columns: Iterable[str]) -> str:
    return "".join(f" AND {table}.{c} IS NOT NULL" for c in columns)


def _not_exists(condition: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM keys k WHERE {condition})"
