"""Two judges of relations that know nothing of each other: what was planted, and what brute force finds."""

from __future__ import annotations

from relation_entries import SEVERITIES, SILENT
from relation_files import make_file, some_files
from relation_oracle import Found, findings
from relation_plants import PLANTS

FILES = 200


def test_labels_and_oracle_agree() -> None:
    for seed, file in some_files(FILES):
        planted = [Found(label.rule, label.line, label.path) for label in file.labels]
        assert findings(file.data) == planted, f"seed {seed}: {', '.join(file.plants)}"


def test_every_rule_is_broken_and_every_plant_used() -> None:
    files = [file for _, file in some_files(FILES)]
    assert {label.rule for file in files for label in file.labels} == set(SEVERITIES) - SILENT
    assert {name for file in files for name in file.plants} == set(PLANTS)


def test_a_seed_gives_one_file() -> None:
    first = make_file(7)
    make_file.cache_clear()
    assert make_file(7) == first
