"""Ids of rules are public API: people select them, ignore them and search for them."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from stream_import_rules import artefact, model
from stream_import_rules.model import RuleSet
from stream_import_rules.policy import Policy, UnknownRule

#: All ids, sorted, one a line. A new rule adds a line. A line never goes: a renamed rule keeps its old
#: id in `formerly` of its rule file, and a rule that is dropped is a new major version.
FROZEN = Path(__file__).parent / "rule_ids.txt"

#: What ids start with, besides the names of instructions and of their entries.
OF_FILES = {"envelope", "feed-group", "file", "json", "line"}


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return artefact.load()[0]


def test_the_ids_are_those_that_are_frozen(ruleset: RuleSet) -> None:
    frozen = FROZEN.read_text("utf-8").splitlines()
    assert frozen == sorted(set(frozen))
    ids = {rule.id for rule in ruleset.rules} | {alias for rule in ruleset.rules for alias in rule.aliases}
    gone, new = set(frozen) - ids, ids - set(frozen)
    assert not gone, f"ids that people use are gone; name them in `formerly` of the rule that has taken over: {gone}"
    assert not new, f"new ids; add them to {FROZEN.name}, for good: {new}"


def test_the_rules_are_sorted_by_id_and_no_id_stands_twice(ruleset: RuleSet) -> None:
    ids = [rule.id for rule in ruleset.rules]
    assert ids == sorted(set(ids))


def test_a_former_id_is_no_id_of_another_rule(ruleset: RuleSet) -> None:
    ids = [rule.id for rule in ruleset.rules] + [alias for rule in ruleset.rules for alias in rule.aliases]
    assert len(ids) == len(set(ids))


def test_each_id_is_dotted_and_names_its_entity_first(ruleset: RuleSet) -> None:
    entities = OF_FILES | {i.name for i in ruleset.instructions} | {i.entity for i in ruleset.instructions}
    for rule in ruleset.rules:
        assert re.fullmatch(r"[a-z][a-z_-]*(\.[A-Za-z][A-Za-z0-9_-]*)+", rule.id), rule.id
        entity = rule.id.partition(".")[0]
        assert entity in entities, rule.id
        # Of the two names of an instruction's rules, the one is the line's and the other the entry's.
        owner = next((i for i in ruleset.instructions if rule.entity in (i.name, i.entity)), None)
        assert entity in ({owner.name, owner.entity} if owner else {rule.entity}), rule.id


def test_the_id_of_a_structural_rule_follows_from_where_it_stands(ruleset: RuleSet) -> None:
    names = {"required": "required", "wrong-type": "type", "unknown": "unknown"}
    for rule in ruleset.rules:
        if rule.kind in names:
            assert rule.id.rpartition(".")[2] == names[rule.kind], rule.id
            member = rule.place.rsplit("/", 1)[-1]
            assert member in ("", "*") or f".{member}." in rule.id, rule.id


def renamed(ruleset: RuleSet, old: str, new: str) -> RuleSet:
    """The rule set with a rule renamed as `formerly` in a rule file does it."""
    text = model.to_json(ruleset).replace(f'"{old}"'.encode(), f'"{new}"'.encode())
    rules = tuple(
        rule if rule.id != new else msgspec.structs.replace(rule, aliases=(old,)) for rule in model.of_json(text).rules
    )
    return msgspec.structs.replace(model.of_json(text), rules=rules)


def test_a_former_id_selects_the_rule_that_has_taken_over(ruleset: RuleSet) -> None:
    changed = renamed(ruleset, "follow.self", "follow.itself")
    assert "follow.itself" not in Policy(changed, ignore=["follow.self"]).active
    with pytest.raises(UnknownRule):
        Policy(ruleset, ignore=["follow.itself"])
