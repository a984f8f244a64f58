"""Part of ``check``: does what is said of several entries lead to entries, members and columns that there are?

Called by ``lint`` once each file makes sense by itself. Records name members of entries and lines,
references name records, relations name both and what is kept of them: whatever leads nowhere would be
a rule that never reports anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .diagnostics import Diagnostic, one_of
from .load import Path_, Tree
from .names import Names

#: Members that only a relation with a rule of its own has.
_TEXTS = ("severity", "enabled", "summary", "why", "fix", "since", "formerly", "sources")
#: What must be kept of both records at the ends of a reference for a kind of relation.
_AT_BOTH_ENDS = {"agrees": "scope", "not-before": "at"}


def lint_relations(names: Names) -> Iterator[Diagnostic]:
    """A diagnostic for each name in the file of relations that leads nowhere, and each relation that can't hold."""
    files = [tree for tree in names.trees if tree.data["file"] == "relations"]
    for tree in files[1:]:
        problem = f"relations stand in rules/{files[0].file} too"
        yield Diagnostic(tree.file, tree.line(("file",)), problem, "one file for all of them")
    if len(files) == 1:
        linter = _Linter(names, files[0])
        # Each stage names what the one before defines: one mistake is one diagnostic.
        problems = list(linter.records())
        problems = problems or list(linter.references())
        yield from problems or linter.relations()


class _Linter:
    def __init__(self, names: Names, tree: Tree) -> None:
        self.names = names
        self.tree = tree
        self.of_records: dict[str, Any] = tree.data["records"]
        self.of_references: dict[str, Any] = tree.data["references"]

    def says(self, path: Path_, problem: str, expected: str) -> Diagnostic:
        return Diagnostic(self.tree.file, self.tree.line(path), problem, expected)

    def known(self, path: Path_, name: str, what: str, names: Iterable[str]) -> Iterator[Diagnostic]:
        """A diagnostic if a name is none of those that there are."""
        names = list(names)
        if name not in names:
            yield self.says(path, f"unknown {what} `{name}`", one_of(names, name))

    # ------------------------------------------------------------------ records

    def records(self) -> Iterator[Diagnostic]:
        for name, record in self.of_records.items():
            path: Path_ = ("records", name)
            unknown = list(
                self.known((*path, "instruction"), record["instruction"], "instruction", self._instructions())
            )
            yield from unknown or self._record(name, record, path)

    def _instructions(self) -> list[str]:
        return list(self.names.instructions)

    def _record(self, name: str, record: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        entity = self._entry(record)["entity"]
        if name != entity:
            problem = f"the record `{name}` is made of the entries of `{record['instruction']}`, called `{entity}`"
            yield self.says(path, problem, f"`{entity}`")
        yield from self._operands(record, record["key"], (*path, "key"))
        for column in ("scope", "part"):
            hashed = record.get(column, {})
            yield from self._operands(record, hashed.get("members", ()), (*path, column, "members"))
            if "given" in hashed:
                yield from self._operands(record, [hashed["given"]], (*path, column, "given"))
        if "at" in record:
            yield from self._time(record, record["at"], (*path, "at"))
        if "derived" in record:
            if len(record["key"]) != 2:
                problem = f"an activity id follows from two members, and the key of `{name}` has {len(record['key'])}"
                yield self.says((*path, "key"), problem, "a foreign id and a time")
            else:
                yield from self._time(record, record["key"][1], (*path, "key", 1))
        if "about" in record and "scope" in record:
            problem = f"the record `{name}` has both `scope` and `about`"
            yield self.says((*path, "about"), problem, "one of them: both say what the record belongs to")
        for i, reference in enumerate(record.get("about", ())):
            unknown = list(self.known((*path, "about", i), reference, "reference", self.of_references))
            yield from unknown
            if not unknown and self.of_references[reference]["record"] != name:
                problem = f"`about` names `{reference}`, a reference of `{self.of_references[reference]['record']}`"
                own = [key for key, value in self.of_references.items() if value["record"] == name]
                yield self.says((*path, "about", i), problem, one_of(own, reference))

    def _entry(self, record: dict[str, Any]) -> dict[str, Any]:
        """What describes the entries that a record is made of."""
        entry: dict[str, Any] = self.names.instructions[record["instruction"]].data["entry"]
        return entry

    def _members(self, record: dict[str, Any]) -> dict[str, Any]:
        """The operands that there are, each with the node that describes it."""
        entry, line = self._entry(record), self.names.instructions[record["instruction"]].data.get("line", {})
        top = self.names.top.data
        members = {
            name: spec for name, spec in {**top["envelope"]["members"], **line}.items() if name != top["payload"]
        }
        found = {f"/{name}": spec for name, spec in members.items()}
        return found | (entry["members"] if entry["type"] == "record" else {"": entry})

    def _operands(self, record: dict[str, Any], operands: Iterable[str], path: Path_) -> Iterator[Diagnostic]:
        members = self._members(record)
        for i, operand in enumerate(operands):
            at = (*path, i) if path[-1] != "given" else path
            if operand not in members:
                of = f"the entries of `{record['instruction']}`"
                problem = f"`{operand}` is no member of {of}" if operand else f"{of} are objects, not values"
                yield self.says(at, problem, one_of((name or '""' for name in members), operand))

    def _time(self, record: dict[str, Any], operand: str, path: Path_) -> Iterator[Diagnostic]:
        members = self._members(record)
        times = [name for name, spec in members.items() if self.names.built_in(spec["type"]) == "time"]
        if operand not in times:
            problem = f"`{operand}` is no time of the entries of `{record['instruction']}`"
            yield self.says(path, problem, one_of(times, operand))

    # ------------------------------------------------------------------ references

    def references(self) -> Iterator[Diagnostic]:
        for name, reference in self.of_references.items():
            path: Path_ = ("references", name)
            unknown = [
                problem
                for end in ("record", "to")
                for problem in self.known((*path, end), reference[end], "record", self.of_records)
            ]
            yield from unknown or self._reference(name, reference, path)

    def _reference(self, name: str, reference: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        record, to = self.of_records[reference["record"]], self.of_records[reference["to"]]
        for key in ("members", "absent"):
            yield from self._operands(record, reference.get(key, ()), (*path, key))
        derived, by_id = "derived" in to, reference.get("form") == "activity-id"
        if by_id and not derived:
            problem = f"`{name}` has an activity id, and the key of `{reference['to']}` is none"
            yield self.says((*path, "form"), problem, f"`form: key`, or `derived: true` for `{reference['to']}`")
        elif "prefix" in reference and derived and not by_id:
            problem = f"`{name}` has a prefix, and the key of `{reference['to']}` is an activity id"
            yield self.says((*path, "prefix"), problem, "`form: activity-id`")
        elif "prefix" not in reference:
            count, wanted = len(reference["members"]), 1 if by_id else len(to["key"])
            if count != wanted:
                problem = f"`{name}` has {_things(count, 'member')}, and `{reference['to']}` is identified by {wanted}"
                what = "its id" if by_id else ", ".join(f"`{member}`" for member in to["key"])
                yield self.says((*path, "members"), problem, f"what stands for {what}")

    # ------------------------------------------------------------------ relations

    def relations(self) -> Iterator[Diagnostic]:
        for i, relation in enumerate(self.tree.data["relations"]):
            path: Path_ = ("relations", i)
            yield from self._rule(relation, path)
            unknown = list(self._unknown(relation, path))
            yield from unknown or self._relation(relation, path)

    def _rule(self, relation: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        """A rule of its own, or the id of another one."""
        if ("rule" in relation) == ("id" in relation):
            have = "both `id` and `rule`" if "id" in relation else "neither `id` nor `rule`"
            expected = "`id` with the texts of a rule, or `rule` with the id of one that is written elsewhere"
            yield self.says(path, f"the `{relation['kind']}` relation has {have}", expected)
        elif "rule" in relation:
            for key in _TEXTS:
                if key in relation:
                    problem = f"`{key}` of the rule `{relation['rule']}`, which is written elsewhere"
                    yield self.says((*path, key), problem, f"only `good` and `bad`; `{key}` stands where the rule does")

    def _unknown(self, relation: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        for key in ("record", "other", "to"):
            if key in relation:
                yield from self.known((*path, key), relation[key], "record", self.of_records)
        if "reference" in relation:
            yield from self.known((*path, "reference"), relation["reference"], "reference", self.of_references)
        for i, name in enumerate(relation.get("references", ())):
            yield from self.known((*path, "references", i), name, "reference", self.of_references)
        if relation["kind"] == "order-advice" and ("references" in relation) == ("to" in relation):
            have = "both `references` and `to`" if "to" in relation else "neither `references` nor `to`"
            yield self.says(path, f"the `order-advice` relation has {have}", "one of them: what comes first")

    def _relation(self, relation: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        used = relation.get("references", [relation[key] for key in ("reference",) if key in relation])
        name = relation.get("record") or self.of_references[used[0]]["record"]
        for i, reference in enumerate(relation.get("references", ())):
            if self.of_references[reference]["record"] != name:
                problem = (
                    f"`{reference}` is a reference of `{self.of_references[reference]['record']}`, not of `{name}`"
                )
                expected = one_of(key for key, value in self.of_references.items() if value["record"] == name)
                yield self.says((*path, "references", i), problem, expected)
        yield from self._place(relation, name, path)
        for key in ("by", "apart"):
            for i, column in enumerate(relation.get(key, ())):
                yield from self._kept(name, column, (*path, key, i))
        for i, column in enumerate(relation.get("apart", ())):
            if column in relation["by"]:
                problem = f"records that are alike in `{column}` never differ in it"
                yield self.says((*path, "apart", i), problem, "a column that `by` does not name")
        yield from self._ends(relation, name, path)

    def _place(self, relation: dict[str, Any], name: str, path: Path_) -> Iterator[Diagnostic]:
        members = [member for member in self._members(self.of_records[name]) if member and member[0] != "/"]
        if "place" in relation and relation["place"] not in ("/", *members):
            problem = f"`place` names `{relation['place']}`, which is no member of `{name}`"
            yield self.says((*path, "place"), problem, one_of([*members, "/"], relation["place"]))

    def _ends(self, relation: dict[str, Any], name: str, path: Path_) -> Iterator[Diagnostic]:
        """What a relation compares must be kept of both records."""
        kind = relation["kind"]
        if kind == "excludes":
            for key in ("record", "other"):
                yield from self._kept(relation[key], "part", (*path, key))
        elif kind == "order-advice" and "to" in relation:
            yield from self._kept(name, "part", (*path, "record"))
            yield from self._kept(relation["to"], "scope", (*path, "to"))
        elif "reference" in relation:
            to = self.of_references[relation["reference"]]["to"]
            if kind in _AT_BOTH_ENDS:
                for end in dict.fromkeys((name, to)):
                    yield from self._kept(end, _AT_BOTH_ENDS[kind], (*path, "reference"))
            elif name != to:
                problem = f"`{relation['reference']}` leads from `{name}` to `{to}`, so it has one level"
                same = [key for key, value in self.of_references.items() if value["record"] == value["to"]]
                yield self.says((*path, "reference"), problem, one_of(same, relation["reference"]))

    def _kept(self, name: str, column: str, path: Path_) -> Iterator[Diagnostic]:
        record = self.of_records[name]
        kept = ["key", *(c for c in ("scope", "part", "at") if c in record or (c == "scope" and "about" in record))]
        if column not in kept:
            problem = f"nothing is kept of `{name}` as `{column}`"
            yield self.says(path, problem, f"`{column}` of the record `{name}`; what it has is {', '.join(kept)}")


def _things(count: int, thing: str) -> str:
    return f"{count} {thing}" + ("" if count == 1 else "s")
