"""What is equal by its hash alone is no finding: with seven hashes in all, nothing is said."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
import relation_files
from relation_entries import Maker
from relation_plants import base

import stream_import_rules as sir
from stream_import_rules import artefact, model, relate, scan, staging, staging_columns
from stream_import_rules.report.collect import Report
from stream_import_rules.staging import Key
from stream_import_rules.staging_columns import Keys

VALUES = 7
CONFIRMED = (model.Unique, model.Excludes, model.Agrees, model.NotBefore)
RULESET, _ = artefact.load()
RULES = [relation.rule for relation in RULESET.relations if isinstance(relation, CONFIRMED)]
#: Rules about the instant and the hash of an activity id, of which no two are equal by chance in these files.
BY_STREAM = {
    "activity.duplicate",
    "activity.duplicate-key",
    "activity.duplicate-key-cross-feed",
    "activity.id-collision",
    "reaction.before-activity",
}
#: Rules about the record that a text names.
BY_HASH = ["reaction.parent-activity-mismatch", "reaction.before-parent"]
WHOLE = staging.hash_of


def tiny(text: str) -> Key:
    """A hash of seven values."""
    return WHOLE(text)[0] % VALUES, 0


def tiny_ones(texts: Sequence[str]) -> Keys:
    """The same of many texts."""
    found = [tiny(text)[0] for text in texts]
    return Keys(array("q", found), array("q", [0]) * len(found))


@pytest.fixture
def tiny_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """All hashes of texts have seven values; the one in an activity id, which is Stream's, stays."""
    for module in (staging, staging_columns, relate):
        monkeypatch.setattr(module, "hash_of", tiny)
    monkeypatch.setattr(staging_columns, "_hashes", tiny_ones)
    monkeypatch.setattr(scan, "WORTH_ENGINE", 1 << 40)  # the native engine has a hash of its own


def clean_file(seed: int) -> bytes:
    """A generated file without a mistake between its entries."""
    rng = random.Random(seed)
    make = Maker(rng, plain=seed % 2 == 0, with_users=True, with_collections=True)
    for _ in range(3):
        base(make, reactions=True, follow=True)
    for _ in range(8):
        make.reaction(make.activity(), target_feeds=["notification:nina"])
    return relation_files._written(rng, relation_files._lines(rng, make.entries))


def judged(folder: Path, data: bytes, rules: Sequence[str] = RULES) -> Report:
    """The report of a file under some rules."""
    path = folder / "import.jsonl"
    path.write_bytes(data)
    return sir.validate_file(path, select=rules)


@pytest.mark.parametrize("seed", range(25))
def test_what_only_looks_equal_is_not_reported(tmp_path: Path, tiny_hash: None, seed: int) -> None:
    report = judged(tmp_path, clean_file(seed), [rule for rule in RULES if rule not in BY_HASH])
    assert [(found.rule, found.line, found.path, found.message) for found in report.findings] == []
    assert report.counts == {}


@pytest.mark.parametrize("rule", BY_HASH)
def test_a_parent_that_only_looks_meant_is_none(tmp_path: Path, tiny_hash: None, rule: str) -> None:
    for seed in range(10):
        assert judged(tmp_path, clean_file(seed), [rule]).counts == {}


@pytest.mark.parametrize("seed", range(0, 25, 3))
def test_the_files_are_clean(tmp_path: Path, seed: int) -> None:
    assert judged(tmp_path, clean_file(seed)).counts == {}


def test_each_relation_is_asked_about_what_only_looks_equal(tmp_path: Path, tiny_hash: None) -> None:
    """The tests above confirm something: there are answers to each query that hashes of texts decide."""
    asked: dict[str, int] = dict.fromkeys(RULES, 0)
    real = relate._Run.check

    def counted(run: relate._Run, relation: model.Relation, query: str) -> None:
        if relation.rule in asked:
            asked[relation.rule] += sum(len(rows) for rows in run.store.ask(query))
        real(run, relation, query)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relate._Run, "check", counted)
        patch.setattr(relate, "that_may_break", lambda _, relations, *__: [True] * len(relations))
        for seed in range(10):
            judged(tmp_path, clean_file(seed))
    assert {rule for rule, count in asked.items() if not count} == BY_STREAM


ONE = b'{"instruction":"users","data":[{"id":"nina"},{"id":"duke"},{"id":"nina"}]}\n'


def test_what_is_equal_is_found_with_any_hash(tmp_path: Path, tiny_hash: None) -> None:
    assert judged(tmp_path, ONE.replace(b"duke", _other(b"nina"))).counts == {"user.duplicate": 1}


def _other(text: bytes) -> bytes:
    """A text whose hash of seven values is another one."""
    return next(b"u%d" % n for n in range(100) if tiny(f"u{n}") != tiny(text.decode()))
