"""Where findings lie: counted in blocks of lines, the same whatever the order, the parts, and the engine are."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from relation_files import make_file

import stream_import_rules as sir
from stream_import_rules import api, artefact, entries, native, scan
from stream_import_rules.places import Places
from stream_import_rules.policy import Policy
from stream_import_rules.report.gather import Gatherer
from stream_import_rules.validate import Plan

RULESET, _ = artefact.load()


def filled(seen: list[tuple[str, str, int, int]], most: int = 8) -> Places:
    places = Places(most)
    for one in seen:
        places.see(*one)
    return places


@pytest.mark.parametrize("seed", range(20))
def test_order_and_parts_do_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    seen = [
        (rng.choice("rs"), rng.choice("fgh"), rng.randrange(1, rng.choice([5, 40, 1000])), rng.randrange(1, 4))
        for _ in range(rng.choice([3, 100]))
    ]
    whole = sorted(filled(seen))
    for _ in range(5):
        rng.shuffle(seen)
        cut = rng.randrange(len(seen))
        joined = filled(seen[:cut])
        joined.add(filled(seen[cut:]))
        assert sorted(joined) == whole == sorted(filled(seen))
    assert sum(count for *_, count in whole) == sum(count for *_, count in seen)


def test_few_places_are_exact_and_many_are_not() -> None:
    few = filled([("r", "f", line, 1) for line in (3, 900, 3)])
    assert sorted(few) == [("r", "f", 3, 2), ("r", "f", 900, 1)]
    assert few.exact
    many = filled([("r", "f", line, 1) for line in range(1, 1001)])
    assert len(list(many)) <= 8
    assert not many.exact
    assert all(1 <= line <= 1024 for _, _, line, _ in many)


def test_every_file_keeps_a_block() -> None:
    places = filled([("r", f"{n}.jsonl", 1 + n % 7, 1) for n in range(50)])
    assert len(list(places)) == 50


def placed(path: Path, *, jobs: int, part: int | None, samples: int = 3) -> list[tuple[str, str, int, int]]:
    """Where the findings of a file lie, as a run with an HTML report asks for it."""
    sink = Gatherer(samples, places=Places())
    plan = Plan(jobs=jobs, part=part)
    checker = api.make_checker(RULESET, Policy(RULESET), plan=plan)
    with path.open("rb") as stream:
        checker.check(stream, "file", sink)
    assert sink.places is not None
    return sorted(sink.places)


@pytest.mark.parametrize("seed", [700, 703, 709])
def test_parts_and_engines_do_not_matter(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = json.dumps({"instruction": "users", "data": [{"id": "a b"}, {"id": "c d"}, {"id": ""}]}).encode()
    path = tmp_path / "import.jsonl"
    path.write_bytes(make_file(seed).data + (wrong + b"\n") * 300 + b"{\n" + wrong)
    report = sir.validate_file(path, max_samples=10**6)
    lines = Counter((finding.rule, finding.line) for finding in report.findings if finding.line is not None)
    right = Places()
    for (rule, line), count in lines.items():
        right.see(rule, "file", line, count)
    for worth in (0, scan.WORTH_ENGINE) if native.is_there() else (scan.WORTH_ENGINE,):
        monkeypatch.setattr(scan, "WORTH_ENGINE", worth)
        assert placed(path, jobs=1, part=None) == sorted(right)
        assert placed(path, jobs=2, part=2_000) == sorted(right)


def test_lines_of_places_in_several_files(tmp_path: Path) -> None:
    rng = random.Random(1)
    texts = [b"".join(b"x" * rng.randrange(1, 60) + b"\n" for _ in range(500)) for _ in range(3)]
    files, places, right, base = [], [], [], 0
    for i, text in enumerate(texts):
        path = tmp_path / f"{i}.jsonl"
        path.write_bytes(text)
        files.append(entries.ImportFile(path.name, base, _Path(path)))
        for at in sorted(rng.sample(range(len(text)), 100)):
            places.append(base + at)
            right.append((path.name, 1 + text.count(b"\n", 0, at)))
        base += len(text)
    found = [(file.name, number) for file, number in entries.line_numbers(files, places)]
    assert found == right


class _Path:
    def __init__(self, path: Path) -> None:
        self.open = lambda: path.open("rb")
