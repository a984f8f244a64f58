"""Each part of each relation matters: without it, or with another one, a case of the conformance suite notices.

The queries of a changed rule set are made anew, so what is tried is the whole way from the rule to the answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from generators import to_sql
from stream_import_rules import artefact, model
from stream_import_rules.conformance import Executor

RULESET, _ = artefact.load()
CASES = Path(__file__).parents[1] / "dist-schemas/feeds-v2/v1.0.0/conformance/cases.jsonl"
FILES = [case for case in map(json.loads, CASES.read_bytes().splitlines()) if "file" in case]

#: Changes that no case can notice, and why.
SURVIVORS = {
    "follow.duplicate: content same": "a follow is nothing but its key",
    "reaction.activity-id-unknown: place left out": "reported only with an app's configuration: see test_together",
}


def changed(relation: model.Relation) -> Iterator[tuple[str, model.Relation]]:
    """The relation with one part left out or changed."""
    replace: Any = msgspec.structs.replace
    match relation:
        case model.Unique(by=by, apart=apart):
            if len(by) > 1:
                yield from ((f"by without {c}", replace(relation, by=tuple(x for x in by if x != c))) for c in by)
            if apart:
                yield "apart left out", replace(relation, apart=())
            for content in {"any", "same", "different"} - {relation.content}:
                yield f"content {content}", replace(relation, content=content)
        case model.Crowd(by=by, limit=limit):
            yield from ((f"by without {c}", replace(relation, by=tuple(x for x in by if x != c))) for c in by)
            yield from ((f"limit {n}", replace(relation, limit=n)) for n in (limit - 1, limit + 1))
        case model.Refers(references=references, default="inside"):
            yield "default outside", replace(relation, default="outside")
            if relation.if_any:
                yield "if_any false", replace(relation, if_any=False)
            if len(references) > 1:
                for name in references:
                    yield f"without {name}", replace(relation, references=tuple(r for r in references if r != name))
        case model.Depth(limit=limit):
            yield from ((f"limit {n}", replace(relation, limit=n)) for n in (limit - 1, limit + 1))
        case model.OrderAdvice(references=references) if len(references) > 1:
            for name in references:
                yield f"without {name}", replace(relation, references=tuple(r for r in references if r != name))
        case model.NotBefore(absent=absent) if absent:
            yield "absent left out", replace(relation, absent=())
    if relation.place:
        yield "place left out", replace(relation, place="")


def mutants() -> Iterator[tuple[str, model.RuleSet]]:
    replace = msgspec.structs.replace
    for i, relation in enumerate(RULESET.relations):
        for name, other in changed(relation):
            relations = (*RULESET.relations[:i], other, *RULESET.relations[i + 1 :])
            yield f"{relation.rule}: {name}", replace(RULESET, relations=relations)
    for i, record in enumerate(RULESET.records):
        for part in ("scope", "part", "about", "at"):
            if getattr(record, part):
                other_record = replace(
                    record, **{part: type(getattr(record, part))() if part in ("about", "at") else None}
                )
                records = (*RULESET.records[:i], other_record, *RULESET.records[i + 1 :])
                yield f"record {record.name}: without {part}", replace(RULESET, records=records)
    for i, reference in enumerate(RULESET.references):
        if reference.absent:
            references = (*RULESET.references[:i], replace(reference, absent=()), *RULESET.references[i + 1 :])
            yield f"reference {reference.name}: absent left out", replace(RULESET, references=references)


def noticed(ruleset: model.RuleSet) -> bool:
    """Whether a case has another verdict, or the rule set is none that could be compiled."""
    try:
        queries = to_sql.queries(ruleset)
    except IndexError:  # a relation over no column
        return True
    executor = Executor(ruleset, queries=queries)
    return any(verdict(executor, case) != expected(case) for case in FILES)


def verdict(executor: Executor, case: dict[str, Any]) -> object:
    try:
        found = executor.run(case)
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        return repr(error)  # nothing that a rule file could ask for
    named = all("line" in e for e in case["expect"])
    return Counter((f.rule, f.line if named else None, f.path or "" if named else "") for f in found)


def expected(case: dict[str, Any]) -> object:
    named = all("line" in e for e in case["expect"])
    return Counter((e["rule"], e.get("line"), e.get("path", "") if named else "") for e in case["expect"])


def test_the_cases_hold_without_a_change() -> None:
    executor = Executor(RULESET, queries=artefact.queries())
    wrong = [case["id"] for case in FILES if verdict(executor, case) != expected(case)]
    assert not wrong


def test_every_change_of_a_relation_is_noticed() -> None:
    made = dict(mutants())
    assert len(made) > 50
    unnoticed = sorted(name for name, ruleset in made.items() if not noticed(ruleset))
    assert unnoticed == sorted(SURVIVORS)
