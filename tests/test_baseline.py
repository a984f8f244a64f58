"""Baselines: what is known does not count, what is more does, and nobody claims to know which of them."""

from __future__ import annotations

import gzip
import json
import os
import random
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hostile
import jsonschema
import pytest
from clients import needs
from msgspec.structs import replace
from report_schemas import HOME, check
from test_parts import in_process, line  # noqa: F401  # workers without processes, for all tests here
from test_policy import here, report, run  # noqa: F401  # `here` is a fixture
from test_report import FORBIDDEN

import stream_import_rules as sir
from stream_import_rules import artefact, native, scan
from stream_import_rules.baseline import MOST_PLACES, Baseline, BaselineError, Place, Tally, encoded, load, unread_rules
from stream_import_rules.patterns import ANYWHERE

RULESET = artefact.load()[0]
SCHEMA = json.loads((HOME / "baseline.schema.json").read_bytes())
FILE = "stream-import-baseline.json"
SELF = '{"instruction":"follow","feedId":"timeline:bob","data":["timeline:bob"]}\n'


def users(*ids: str) -> str:
    return json.dumps({"instruction": "users", "data": [{"id": user} for user in ids]}) + "\n"


def write(folder: Path, text: str, name: str = "x.jsonl") -> None:
    (folder / name).write_text(text)


def known(folder: Path, name: str = FILE) -> list[tuple[Any, ...]]:
    """The entries of a baseline, of which the schema is kept."""
    data = json.loads((folder / name).read_bytes())
    jsonschema.validate(data, SCHEMA)
    return [tuple(entry.values()) for entry in data["findings"]]


# --------------------------------------------------------------------------- from one run to the next


def test_what_is_known_does_not_count(here: Path) -> None:  # noqa: F811
    write(here, SELF + users("a b", "bob", "c d"))
    result = run("--write-baseline")
    assert (result.exit_code, result.stderr) == (1, f"{FILE}: knows 3 findings\n"), "the run itself is as it was"
    assert known(here) == [
        ("x.jsonl", "follow.self", "follow", "/data/*", 1),
        ("x.jsonl", "user.id.charset", "users", "/data/*/id", 2),
    ]
    assert run("--baseline", FILE, "--strict").exit_code == 0
    found = report("--baseline", FILE)
    assert (found["total"], found["counts"], found["findings"], found["verdict"]) == (0, {}, [], "ok")
    assert found["policy"]["known"] == {"user.id.charset": 2, "follow.self": 1}
    assert found["policy"]["baseline"] == {"path": FILE, "known": 3, "new": 0}
    assert [f["baseline"] for f in found["set_aside"]] == ["known", "known"], "one of each place"
    assert (
        "✓ No error and no warning that counts. Not counted: 3 known by the baseline." in run("--baseline", FILE).stdout
    )


def test_findings_that_move_stay_known(here: Path) -> None:  # noqa: F811
    write(here, users("a b", "bob"))
    run("--write-baseline")
    write(here, "\n".join([SELF.strip(), users("bob", "tim"), users("x", "y", "c d")]))
    found = report("--baseline", FILE, "--ignore", "line.blank")
    assert found["counts"] == {"follow.self": 1}
    assert found["policy"]["known"] == {"user.id.charset": 1}
    assert [f["baseline"] for f in found["findings"]] == ["new"]


def test_of_more_than_are_known_the_rest_counts_and_nobody_says_which(here: Path) -> None:  # noqa: F811
    write(here, users("a b", "c d"))
    run("--write-baseline")
    write(here, users("e f") + users(*(f"{i} x" for i in range(4))))
    found = report("--baseline", FILE)
    assert (found["counts"], found["policy"]["known"]) == ({"user.id.charset": 3}, {"user.id.charset": 2})
    assert found["files"][0]["findings"]["error"] == 3
    place = {"file": "x.jsonl", "rule": "user.id.charset", "instruction": "users", "path": "/data/*/id"}
    assert found["policy"]["baseline"]["exceeded"] == [{**place, "known": 2, "found": 5}]
    assert [(f["line"], f["baseline"]) for f in found["findings"]] == [(1, "exceeded")]
    assert "set_aside" not in found
    note = "one of 5 such findings here, of which the baseline knows 2: 3 are new, which cannot be told"
    for name in ("text", "markdown", "html", "junit"):
        assert note in " ".join(run("--baseline", FILE, "--format", name).stdout.split())
    for name in ("github", "sarif"):
        assert f"O{note[1:]}." in run("--baseline", FILE, "--format", name).stdout
    assert "3 new of 5 user.id.charset in x.jsonl at users /data/*/id" in run("--baseline", FILE).stdout
    assert run("--baseline", FILE).exit_code == 1


def test_streams_add_up_to_the_counts(here: Path) -> None:  # noqa: F811
    write(here, users("a b", "c d"))
    run("--write-baseline")
    write(here, SELF + users("e f", "g h", "i j"))
    out = run("--baseline", FILE, "--format", "jsonl").stdout_bytes
    check("jsonl", out)
    *found, summary = map(json.loads, out.splitlines())
    assert [f["baseline"] for f in found] == ["new", "known", "known", "exceeded"]
    assert summary["total"] == 2
    assert [f.baseline for f in sir.iter_findings("x.jsonl", baseline=FILE)] == ["new", "known", "known", "exceeded"]
    rows = run("--baseline", FILE, "--format", "csv").stdout.splitlines()
    assert [row.rpartition(",")[2] for row in rows[1:5]] == ['"new"', '"known"', '"known"', '"exceeded"']


def test_what_is_fixed_is_told_so_that_the_baseline_can_shrink(here: Path) -> None:  # noqa: F811
    write(here, SELF + users("a b", "c d"))
    run("--write-baseline")
    write(here, users("a b", "bob"))
    found = report("--baseline", FILE)["policy"]["baseline"]
    assert found["stale_places"] == 2
    assert [(s["rule"], s["known"], s.get("found", 0)) for s in found["stale"]] == [
        ("follow.self", 1, 0),
        ("user.id.charset", 2, 1),
    ]
    said = "The baseline knows 2 user.id.charset in x.jsonl at users /data/*/id; only 1 counts now."
    for name in ("text", "markdown", "html", "github", "junit", "csv", "sarif"):
        assert said in " ".join(run("--baseline", FILE, "--format", name).stdout.split())
    assert [run("--baseline", FILE).exit_code, run("--baseline", FILE, "--strict").exit_code] == [0, 1]
    assert run("--baseline", FILE, "--write-baseline").exit_code == 0
    assert known(here) == [("x.jsonl", "user.id.charset", "users", "/data/*/id", 1)]
    assert run("--baseline", FILE, "--strict").exit_code == 0


def test_nothing_is_stale_that_was_not_looked_at(here: Path) -> None:  # noqa: F811
    write(here, SELF + users("bob") + users("bob"))
    write(here, SELF, "y.jsonl")
    run("y.jsonl", "--write-baseline")
    assert len(known(here)) == 3
    write(here, users("bob"))

    def stale(*options: str) -> list[str]:
        baseline = report("--baseline", FILE, *options)["policy"]["baseline"]
        return [place["rule"] for place in baseline.get("stale", [])]

    assert stale() == ["follow.self", "user.duplicate"], "of y.jsonl nothing is known"
    assert stale("--no-relations") == ["follow.self"]
    assert stale("--select", "user.*") == ["user.duplicate"]
    write(here, "[\n")
    assert stale() == []


def test_suppressed_findings_are_in_no_baseline(here: Path) -> None:  # noqa: F811
    config = {"policy": {"suppressions": [{"rule": "follow.self", "reason": "r"}]}}
    (here / "stream-import.yaml").write_text(json.dumps(config))
    write(here, SELF + users("a b"))
    run("--write-baseline")
    assert [entry[1] for entry in known(here)] == ["user.id.charset"]
    (made,) = json.loads(run("--baseline", FILE, "--format", "sarif").stdout)["runs"]
    states = {r["ruleId"]: (r["baselineState"], len(r["suppressions"])) for r in made["results"]}
    assert states == {"follow.self": ("new", 1), "user.id.charset": ("unchanged", 0)}


UNREAD = [
    "{\n",
    '{"instruction":"follow"',
    "[]\n",
    "[{}]\n",
    '"x"\n',
    '{"a":NaN}\n',
    "{}{}\n",
    "{}\n",
    '{"instruction":"unfollow","data":[]}\n',
    '{"instruction":"follow","feedId":"a:b"}\n',
    '{"instruction":"follow","feedId":"a:b","data":1}\n',
    "",
    '{"instruction":"users","data":' + "[" * 600 + "]" * 600 + "}\n",
]


@pytest.mark.parametrize("text", UNREAD, ids=lambda text: text[:20])
def test_what_could_not_be_read_or_judged_is_never_known(text: str, here: Path) -> None:  # noqa: F811
    write(here, text)
    first = run("--write-baseline", "--select", "*")
    assert first.exit_code == 1
    if (here / FILE).exists():
        again = run("--baseline", FILE, "--select", "*")
        assert again.exit_code == 1
        assert json.loads((here / FILE).read_bytes())["findings"] == [] or "known by the baseline" in again.stdout
    else:
        assert "is not written: a baseline is of files that were judged wholly" in first.stderr


def test_bytes_that_are_no_text_are_never_known(here: Path) -> None:  # noqa: F811
    (here / "x.jsonl").write_bytes(b'{"instruction":"users","data":[{"id":"\xff"}]}\n')
    run("--write-baseline")
    assert run("--baseline", FILE).exit_code == 1
    assert "file.encoding" in unread_rules(RULESET)


@pytest.mark.parametrize("rule", ["file.compression", "file.max-stream-bytes", "line.max-bytes"])
def test_what_was_read_in_part_is_never_known(rule: str) -> None:
    assert rule in unread_rules(RULESET)


def test_no_baseline_is_made_of_a_damaged_archive(here: Path) -> None:  # noqa: F811
    write(here, users("a b"))
    (here / "x.jsonl.gz").write_bytes(gzip.compress(users("a b").encode() * 1_000)[:-12])
    result = run("x.jsonl.gz", "--write-baseline")
    assert result.exit_code == 1
    assert "is not written: a baseline is of files that were judged wholly" in result.stderr
    assert not (here / FILE).exists()


# --------------------------------------------------------------------------- any number of processes


def spoilt(lines: int, seed: int) -> bytes:
    chance = random.Random(seed)
    odd: list[Callable[[int], bytes]] = [
        lambda number: line(number, time="noon"),
        lambda number: line(number, actor=""),
        lambda _: line(1),
        lambda number: line(number, **{f"a.{chance.randrange(300)}": 1 for _ in range(5)}),
        lambda _: users("a b", "bob").strip().encode(),
        lambda _: b"",
        lambda _: b"{",
        lambda number: line(number),
    ]
    return b"".join(chance.choice(odd)(number) + b"\n" for number in range(lines))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_marks_and_baselines_are_the_same_for_any_parts(seed: int, here: Path) -> None:  # noqa: F811
    (here / "x.jsonl").write_bytes(spoilt(700, seed))
    (here / "old.jsonl").write_bytes(spoilt(300, seed + 10))
    policy = {"suppressions": [{"rule": "activity.time.*", "reason": "r"}]}
    os.replace("x.jsonl", "new.jsonl")
    os.replace("old.jsonl", "x.jsonl")
    sir.validate_file("x.jsonl", write_baseline="old.json", jobs=1, policy=policy)
    os.replace("new.jsonl", "x.jsonl")

    def judged(name: str, **plan: int) -> tuple[Any, bytes]:
        about: dict[str, Any] = {"max_samples": 3, "baseline": "old.json", "write_baseline": name, "policy": policy}
        found = sir.validate_file("x.jsonl", **about, **plan)
        return found, (here / name).read_bytes()

    expected = judged("a.json", jobs=1)
    assert expected[0].policy.known
    assert expected[0].policy.suppressed
    assert expected[0].policy.baseline is not None
    assert expected[0].policy.baseline.exceeded_places
    for jobs, chunk in ((2, 1_000), (3, 7_777), (2, 60_000)):
        assert judged("b.json", jobs=jobs, chunk=chunk) == expected, f"{jobs} processes, {chunk} bytes"
    # More names than are kept apart are counted as one place.
    assert ("x.jsonl", "activity.dotted-field", "add_activities", ANYWHERE) in [e[:4] for e in known(here, "a.json")]
    after = sir.validate_file("x.jsonl", baseline="a.json", policy=policy)
    assert after.policy.baseline is not None
    assert (after.policy.baseline.exceeded_places, after.policy.baseline.stale_places) == (0, 0)
    assert set(after.counts) <= unread_rules(RULESET)


@needs(native.is_there(), "it was not compiled here")
@pytest.mark.parametrize("plan", [{"jobs": 1}, {"jobs": 2, "chunk": 7_777}], ids=["alone", "parts"])
@pytest.mark.parametrize("samples", [0, 3, 10_000])
def test_the_native_engine_does_not_change_a_report(
    samples: int,
    plan: dict[str, int],
    here: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scan, "WORTH_ENGINE", 0)
    (here / "x.jsonl").write_bytes(spoilt(600, 5))
    suppressions = [
        {"rule": "activity.time.*", "reason": "r"},
        {"rule": "activity.actor.*", "path": "/data/*/actor", "reason": "r"},
        {"rule": "activity.dotted-field", "file": "other.jsonl", "reason": "r"},
    ]
    options: list[dict[str, Any]] = [
        {"policy": {"suppressions": suppressions}},
        {"baseline": "old.json"},
        {"write_baseline": "new.json"},
        {"policy": {"suppressions": suppressions}, "baseline": "old.json", "write_baseline": "new.json"},
    ]

    def judged(**about: Any) -> tuple[Any, ...]:
        found = sir.validate_file("x.jsonl", max_samples=samples, **plan, **about)
        return found, (here / "new.json").read_bytes() if "write_baseline" in about else None

    def all_of_them(engine: bool) -> list[tuple[Any, ...]]:
        with monkeypatch.context() as here_only:
            here_only.setattr(native, "is_there", lambda: engine)
            return [judged(**about) for about in options]

    sir.validate_file("x.jsonl", select=["activity.*", "user.*"], write_baseline="old.json", jobs=1)
    (here / "x.jsonl").write_bytes(spoilt(700, 5))
    with_engine, without = all_of_them(True), all_of_them(False)
    assert with_engine == without
    suppressed, known, _, both = (found.policy for found, _ in without)
    assert suppressed.suppressed
    assert known.known
    assert known.baseline is not None
    assert known.baseline.exceeded_places
    assert both.suppressed
    assert both.known


def test_a_tally_is_the_same_in_any_order_and_in_parts() -> None:
    places = [Place("f", "r", "i", f"/{n % (MOST_PLACES + 5)}") for n in range(1_000)]
    places += [Place("f", "few", "i", f"/{n % 3}") for n in range(100)]
    whole = Tally()
    for place in places:
        whole.add(place)
    chance = random.Random(7)
    for _ in range(5):
        chance.shuffle(places)
        parts, tally = [Tally() for _ in range(4)], Tally()
        for number, place in enumerate(places):
            parts[number % 4].add(place)
        for part in parts:
            tally.merge(part)
        assert sorted(tally) == sorted(whole)
    assert (Place("f", "r", "i", ANYWHERE), 1_000) in list(whole)
    assert len(whole) == 4


# --------------------------------------------------------------------------- the file


def test_the_file_is_sorted_and_stable_with_a_line_for_each_place() -> None:
    tally = Tally()
    for rule in ("b", "a"):
        for path in ("/z", "", "/é"):
            tally.add(Place("d/x.jsonl", rule, "", path))
    data = encoded(tally, "d/base.json", RULESET, "http://x")
    assert data.decode().splitlines()[5:8] == [
        '    {"file": "x.jsonl", "rule": "a", "count": 1},',
        '    {"file": "x.jsonl", "rule": "a", "path": "/z", "count": 1},',
        '    {"file": "x.jsonl", "rule": "a", "path": "/\\u00e9", "count": 1},',
    ]
    assert encoded(tally, "d/base.json", RULESET, "http://x") == data
    assert json.loads(encoded(Tally(), "base.json", RULESET, "s"))["findings"] == []


def test_files_are_seen_from_the_folder_of_the_baseline(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    (here / "data").mkdir()
    (here / "ci").mkdir()
    write(here, SELF, "data/y.jsonl")
    write(here, users("bob"))
    run("data/y.jsonl", "--write-baseline", "ci/b.json")
    assert [entry[0] for entry in known(here, "ci/b.json")] == ["../data/y.jsonl"]
    assert run(str(here / "data/y.jsonl"), "--baseline", "ci/b.json").exit_code == 0
    monkeypatch.chdir(here / "ci")
    assert sir.validate_file("../data/y.jsonl", baseline="b.json").counts == {}


def base(*findings: dict[str, Any], **about: Any) -> str:
    return json.dumps({"version": 1, "rules": "feeds-v2", "findings": findings, **about})


ENTRY = {"file": "x.jsonl", "rule": "follow.self", "instruction": "follow", "path": "/data/*", "count": 1}

CORRUPT = [
    ("", "not JSON: Expecting value (line 1, column 1)"),
    ("{\n  nope", "not JSON: Expecting property name enclosed in double quotes (line 2, column 3)"),
    ("[" * 100_000, "nested too deeply"),
    ("[]", "not of the form of a baseline: Expected `object`"),
    (base(version=2), "its version is 2; this program knows version 1"),
    (base(version="1"), "not of the form of a baseline: Expected `int`"),
    (base(extra=1), "unknown field `extra`"),
    (base(rules="chat"), "it is of the rules 'chat', not of 'feeds-v2'"),
    ('{"version":1,"version":1}', "the key 'version' stands in the same object twice"),
    (base({**ENTRY, "count": 0}), "Expected `int` >= 1"),
    (base({**ENTRY, "count": 1e300}), "Expected `int`"),
    (base({**ENTRY, "count": True}), "Expected `int`"),
    (base({**ENTRY, "count": 10**30}), "not of the form"),
    (base({**ENTRY, "path": "data"}), "matching regex"),
    (base({**ENTRY, "file": ""}), "length >= 1"),
    (base({**ENTRY, "rule": None}), "Expected `str`"),
    (base({**ENTRY, "rule": "follow.slef"}), "entry 1: no rule 'follow.slef'; did you mean follow.self"),
    (base({**ENTRY, "rule": "follow.*"}), "entry 1: no rule 'follow.*'"),
    (base({**ENTRY, "rule": "line.json"}), "entry 1: line.json says that something could not be read or judged"),
    (base(ENTRY, ENTRY), "entry 2: this place stands in it twice"),
    ('{"version": NaN}', "NaN is no number"),
]


@pytest.mark.parametrize(("text", "told"), CORRUPT, ids=lambda text: text[:40])
def test_a_baseline_that_cannot_be_used_ends_the_run(text: str, told: str, here: Path) -> None:  # noqa: F811
    write(here, SELF)
    (here / "b.json").write_text(text)
    result = run("--baseline", "b.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("stream-import: the baseline b.json cannot be used: ")
    assert told in result.stderr
    with pytest.raises(BaselineError):
        sir.validate_file("x.jsonl", baseline="b.json")


def test_other_files_than_baselines_are_told(here: Path) -> None:  # noqa: F811
    write(here, SELF)
    (here / "bytes").write_bytes(b"{\n\xff")
    assert "not UTF-8 (line 2)" in run("--baseline", "bytes").stderr
    assert "there is no such file; --write-baseline makes one" in run("--baseline", "none.json").stderr
    assert "it is a folder" in run("--baseline", ".").stderr
    with (here / "huge.json").open("wb") as file:
        file.truncate(100 << 20)
    assert "it has more than 33,554,432 bytes" in run("--baseline", "huge.json").stderr


def test_a_former_id_stands_for_its_rule(here: Path) -> None:  # noqa: F811
    rules = tuple(replace(r, aliases=("follow.itself",)) if r.id == "follow.self" else r for r in RULESET.rules)
    (here / "b.json").write_text(base({**ENTRY, "rule": "follow.itself"}, ENTRY))
    made = load("b.json", replace(RULESET, rules=rules))
    assert made.places == {Place("x.jsonl", "follow.self", "follow", "/data/*"): 2}


def test_a_large_baseline_is_read_and_keeps_its_order(here: Path) -> None:  # noqa: F811
    entries = [{**ENTRY, "path": f"/data/{'x' * 20}{n}", "count": n + 1} for n in range(50_000)]
    (here / "b.json").write_text(base(*entries))
    made: Baseline = load("b.json", RULESET)
    assert list(made.places.values()) == list(range(1, 50_001))
    write(here, SELF)
    found = sir.validate_file("x.jsonl", baseline="b.json")
    assert found.policy.baseline is not None
    assert (found.policy.baseline.stale_places, len(found.policy.baseline.stale)) == (50_000, 1_000)


# --------------------------------------------------------------------------- writing it


def test_no_other_file_is_written_over(here: Path) -> None:  # noqa: F811
    write(here, SELF)
    write(here, SELF, "y.jsonl")
    result = run("--write-baseline", "y.jsonl")  # y.jsonl was meant to be judged
    assert (result.exit_code, (here / "y.jsonl").read_text()) == (2, SELF)
    assert "y.jsonl is there already and is no baseline" in result.stderr
    assert "would overwrite the input" in run("--write-baseline", "x.jsonl").stderr
    assert "standard output" in run("--write-baseline", "-").stderr
    (here / "b.json").write_text(base())
    assert "b.json would overwrite the input b.json" in run("--baseline", "b.json", "-o", "b.json").stderr
    assert (here / "b.json").read_text() == base()
    assert "cannot both go to r.json" in run("--write-baseline", "r.json", "-o", "r.json").stderr
    assert "there is no folder nowhere" in run("--write-baseline", "nowhere/b.json").stderr
    with pytest.raises(BaselineError, match="is no baseline"):
        sir.validate_file("x.jsonl", write_baseline="y.jsonl")


def test_a_baseline_goes_where_it_came_from(here: Path) -> None:  # noqa: F811
    write(here, SELF)
    (here / "b.json").write_text(base())
    assert run("--baseline", "b.json", "--write-baseline").exit_code == 1
    assert len(known(here, "b.json")) == 1
    assert not (here / FILE).exists()


def test_a_baseline_is_of_what_was_judged_wholly(here: Path) -> None:  # noqa: F811
    write(here, SELF)
    result = run("none.jsonl", "--write-baseline")
    assert result.exit_code == 2
    assert f"{FILE} is not written" in result.stderr
    assert not (here / FILE).exists()


def test_a_baseline_appears_whole_or_not_at_all(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    write(here, SELF)
    (here / "b.json").write_text(base())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("--write-baseline", "b.json")
    assert result.exit_code == 2
    assert "cannot write to b.json: No space left on device" in result.stderr
    assert (here / "b.json").read_text() == base()
    assert sorted(path.name for path in here.glob("[!.]*")) == ["b.json", "x.jsonl"]


def test_files_together_have_their_own_figures(here: Path) -> None:  # noqa: F811
    write(here, users("bob"))
    write(here, users("bob") + users("bob"), "y.jsonl")
    run("y.jsonl", "--together", "--write-baseline")
    assert known(here) == [("y.jsonl", "user.duplicate", "users", "/data/*/id", 2)]
    write(here, users("bob") + users("bob") + users("bob"), "y.jsonl")
    found = report("y.jsonl", "--together", "--baseline", FILE, "--fail-on", "info")
    assert [sum(file["findings"].values()) for file in found["files"]] == [0, 1]
    assert found["policy"]["baseline"]["exceeded_places"] == 1


def test_a_baseline_can_do_nothing_to_the_readers_of_a_report(here: Path) -> None:  # noqa: F811
    entries = []
    for bad in hostile.STRINGS:
        short = bad[:300].encode("utf-8", "replace").decode()
        place = {**ENTRY, "instruction": short, "path": f"/{short}"}
        if place not in entries:
            entries.append(place)
    (here / "b.json").write_text(base(*entries))
    write(here, users("bob"))
    for name in ("text", "markdown", "html", "github", "junit", "csv", "sarif", "json", "jsonl"):
        result = run("--baseline", "b.json", "--format", name)
        assert result.exit_code == 0
        told = {c for c in result.stdout if unicodedata.category(c) in FORBIDDEN - {"Co"}}
        assert told <= {"\n", "\r", "\ufeff"}, name
        if name == "html":
            assert result.stdout.count("<script") == 1
        if name == "github":
            assert all(row.startswith("::") for row in result.stdout.splitlines())
