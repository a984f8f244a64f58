"""The native engine: whatever it looks at first, the report is the same as without it."""

from __future__ import annotations

import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import mmh3
import pytest
from clients import needs
from hypothesis import given, settings
from hypothesis import strategies as st
from mixtures import Mixtures

from stream_import_rules import artefact, model, native, read, scan
from stream_import_rules.baseline import Baseline, Place
from stream_import_rules.findings import Excerpt, Finding, Kept, Mark
from stream_import_rules.judges import Judges
from stream_import_rules.marks import Marker, marker_of
from stream_import_rules.native_patterns import NoTable, both, table_of
from stream_import_rules.native_plan import plan_of
from stream_import_rules.native_stages import NoPlan
from stream_import_rules.policy import Policy
from stream_import_rules.ranges import Bounded
from stream_import_rules.scan import Scan
from stream_import_rules.staging import Rows, Staged, hash_of
from stream_import_rules.suppressions import Suppression

RULESET, _ = artefact.load()
NOW = 1_764_500_000_000_000
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
SEED = 1 if "CI" in os.environ or "FUZZ_EXAMPLES" not in os.environ else int.from_bytes(os.urandom(4))

SILENT = Judges(RULESET, Policy(RULESET, ignore=["*"]), now=NOW, engine=True)

needs_engine = needs(native.is_there(), "it was not compiled here")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is used for files of any size."""
    monkeypatch.setattr(scan, "WORTH_ENGINE", 0)


class Said(NamedTuple):
    """All that a scan says of a file."""

    counts: dict[str, int]
    marked: dict[tuple[str, Mark | None], int]
    samples: list[tuple[Finding, Excerpt | None, Mark | None]]
    tally: dict[Place, int] | None
    entries: dict[str, int]
    groups: dict[str, int]
    span: tuple[int | None, int | None]
    days: Mapping[int, int]
    sizes: Mapping[str, Mapping[int, int]]
    keys: Counter[tuple[int, ...]]
    refs: Counter[tuple[int, ...]]


def said(data: bytes, judges: Judges, samples: int | None, *, size: int = read.CHUNK, staging: bool = True) -> Said:
    """What a scan under these judges says of a file."""
    staged = Staged() if staging else None
    sink = Bounded(samples)
    scanned = Scan(judges, sink, "file", staged=staged, base=1_000)
    for chunk in read.chunks(io.BytesIO(data), size):
        scanned.feed(chunk)
    scanned.end()
    survey = scanned.survey
    counts: Counter[str] = Counter()
    for (rule, _), count in sink.counts.items():
        counts[rule] += count
    tally = None if scanned.marking is None else scanned.marking.tally
    return Said(
        dict(sorted(counts.items())),
        sink.counts,
        sink.samples,
        None if tally is None else dict(tally),
        {name: count for name, count in sorted(survey.entries.items()) if count},
        dict(sorted(survey.feed_groups.items())),
        (survey.first, survey.last),
        dict(survey.histograms.calendar.counts) if survey.histograms else {},
        {name: dict(sizes) for name, sizes in survey.histograms.sizes.items() if sizes} if survey.histograms else {},
        rows_of(staged.keys) if staged else Counter(),
        rows_of(staged.refs) if staged else Counter(),
    )


def rows_of(rows: Rows) -> Counter[tuple[int, ...]]:
    return Counter(zip(*(getattr(rows, name) for name in Rows.COLUMNS), strict=True))


Pair = tuple[Judges, Judges]


def pair(policy: Policy, *, histograms: bool = True, marker: Marker | None = None) -> Pair:
    """The judges of a policy with the engine, and without."""
    mine, right = (
        Judges(RULESET, policy, now=NOW, engine=engine, histograms=histograms, marker=marker)
        for engine in (True, False)
    )
    return mine, right


def assert_same(
    data: bytes, judges: Pair, samples: int | None, *, size: int = read.CHUNK, staging: bool = True
) -> Said:
    """The engine's word is that of ``explain``; what that is."""
    mine, right = (said(data, one, samples, size=size, staging=staging) for one in judges)
    for name, of_mine, of_right in zip(Said._fields, mine, right, strict=True):
        assert of_mine == of_right, f"{name} of {data[:2000]!r}"
    return mine


@needs_engine
def test_it_is_there_and_is_used() -> None:
    judges = Judges(RULESET, Policy(RULESET), now=NOW, engine=True)
    assert judges.native is not None
    lines = judges.native.lines(NOW)
    lines.know(None)
    base = b"".join(json.dumps(i.base).encode() + b"\n" for i in RULESET.instructions)
    stop = lines.look(base, 0)
    assert (stop.kind, stop.passed) == (native.END, len(RULESET.instructions))


@needs_engine
@pytest.mark.parametrize("part", range(8))
def test_mixed_files_are_judged_and_staged_alike(part: int) -> None:
    mixtures = Mixtures(RULESET, SEED * 1000 + part)
    told: Counter[str] = Counter()
    for _ in range(max(1, EXAMPLES // 200)):
        policy = Policy(RULESET, **mixtures.choice_of_rules())  # type: ignore[arg-type]
        samples = mixtures.random.choice((0, 1, 3, 1_000, None))
        size = mixtures.random.choice((1, 1_000, read.CHUNK))
        staging = mixtures.random.random() < 0.7
        told.update(
            assert_same(mixtures.file(), pair(policy, histograms=staging), samples, size=size, staging=staging).counts
        )
    assert len(told) > 30, "so few rules were broken"


def suppression(*rules: str, **where: str) -> Suppression:
    return Suppression(rule=" ".join(rules), rules=frozenset(rules), reason="r", **where)


@needs_engine
@pytest.mark.parametrize("part", range(4))
def test_marked_files_are_judged_alike(part: int) -> None:
    """Whether findings are suppressed, known or counted by place, each by its own place."""
    mixtures = Mixtures(RULESET, SEED * 2000 + part)
    told: Counter[str] = Counter()
    for _ in range(max(1, EXAMPLES // 400)):
        data = mixtures.file()
        policy = Policy(RULESET, **mixtures.choice_of_rules())  # type: ignore[arg-type]
        counting = marker_of(RULESET, {}, None, counting=True)
        places = said(data, pair(policy, marker=counting)[1], 0, staging=False).tally or {}
        known = {place: mixtures.random.randint(1, count) for place, count in places.items() if count % 3}
        of_file = {"file": {place[1:]: number for number, place in enumerate(known)}}
        some = mixtures.random.sample(sorted({place.rule for place in places}), min(3, len(places) // 9))
        works = {0: suppression(*some, instruction="users"), 1: suppression(*some[:1], path="/data/*/*")}
        elsewhere = {0: suppression(*some, file="other.jsonl")}
        samples = mixtures.random.choice((0, 1, 3, None))
        for suppressions, baseline, counts in (
            (works, None, False),
            (elsewhere, None, False),
            ({}, Baseline("known.json", known, of_file), False),
            (works, Baseline("known.json", known, of_file), True),
        ):
            marker = marker_of(RULESET, suppressions, baseline, counting=counts)
            found = assert_same(data, pair(policy, marker=marker), samples, size=mixtures.random.choice((1, 1_000)))
            told.update(
                "suppressed" if mark.suppression >= 0 else "known" if mark.known >= 0 else "new"
                for _, mark in found.marked
                if mark is not None
            )
    assert min(told["suppressed"], told["known"], told["new"]) > 0, told


@needs_engine
def test_what_it_passes_has_no_finding() -> None:
    """Ten thousand spoilt lines, or with `FUZZ_EXAMPLES` fifty times as many: a million in `make fuzz`."""
    mixtures = Mixtures(RULESET, SEED)
    judges = pair(Policy(RULESET), histograms=False)
    assert judges[0].native is not None
    lines = judges[0].native.lines(NOW)
    lines.know(None)
    passed = 0
    for _ in range(EXAMPLES * 50 if "FUZZ_EXAMPLES" in os.environ else EXAMPLES * 5):
        line = mixtures.ruined_line()
        stop = lines.look(line, 0)
        if stop.kind == native.END:
            passed += 1
            kept = Kept()
            Scan(judges[1], kept, None).one(line)
            assert not kept.findings, f"{[f.rule for f in kept.findings]}: {line!r}"
    assert passed > EXAMPLES // 4


@needs_engine
@pytest.mark.parametrize("samples", [0, 5, None], ids=["counts", "samples", "all"])
def test_every_rule_of_a_line_is_told_by_its_examples(samples: int | None) -> None:
    judges = pair(Policy(RULESET, select=["*"]))
    told: set[str] = set()
    lines = [
        json.dumps(model.expanded(e.line, e.repeat, e.lengthen)).encode()
        for rule in RULESET.rules
        for e in (*rule.good, *rule.bad)
        if isinstance(e.line, dict) and e.app is None
    ]
    for line in lines:
        told |= assert_same(line + b"\n", judges, samples).counts.keys()
    # A second time in one file: what was told often enough is only counted.
    short = [line for line in lines if len(line) < 10_000]
    once = assert_same(b"\n".join(short), judges, samples)
    twice = assert_same(b"\n".join(line for line in short for _ in range(2)), judges, samples)
    assert twice.counts == {rule: 2 * count for rule, count in once.counts.items()}
    missing = {rule.id for rule in RULESET.rules if rule.bad and isinstance(rule.bad[0].line, dict)} - told
    assert missing <= {rule.id for rule in RULESET.rules if any(e.app is not None for e in rule.bad)}


@needs_engine
def test_what_is_only_counted_is_looked_at_by_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"instruction": "add_activities", "feedId": "user:a", "data": []}
    entry = {"actor": "a", "verb": "v", "object": "o", "foreign_id": "f", "time": "2020-01-01T00:00:00"}
    line["data"] = [entry] * 50
    judges = Judges(RULESET, Policy(RULESET), now=NOW, engine=True)
    explained: list[int] = []
    explain = judges.explainer.explain

    def counted(value: Any, text: str) -> Any:
        explained.append(1)
        return explain(value, text)

    monkeypatch.setattr(judges.explainer, "explain", counted)
    found = said((json.dumps(line).encode() + b"\n") * 100, judges, 3)
    assert found.counts["activity.time.no-offset"] == 5_000
    assert len(explained) < 5


@needs_engine
@pytest.mark.parametrize("file", ["file", "other.jsonl"])
def test_only_rules_that_no_suppression_concerns_are_counted(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"instruction": "add_activities", "feedId": "user:a", "data": []}
    entry = {"actor": "", "verb": "v", "object": "o", "foreign_id": "f", "time": "2020-01-01T00:00:00"}
    line["data"] = [entry] * 50
    counted: list[str] = []
    full = native.Lines.full
    monkeypatch.setattr(native.Lines, "full", lambda lines, rule: counted.append(rule) or full(lines, rule))
    marker = marker_of(RULESET, {0: suppression("activity.time.no-offset", file=file)}, None, counting=False)
    judges = Judges(RULESET, Policy(RULESET), now=NOW, engine=True, marker=marker)
    found = said((json.dumps(line).encode() + b"\n") * 20, judges, 3)
    suppressed = file == "file"
    assert found.marked["activity.time.no-offset", Mark(suppression=0) if suppressed else None] == 1_000
    assert ("activity.time.no-offset" in counted) is not suppressed
    assert len(set(counted)) > 0, "the others are counted"


# --------------------------------------------------------------------------- its parts


@needs_engine
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(min_size=1).filter(lambda text: ":" not in text))
def test_keys_are_the_hashes_that_python_makes(text: str) -> None:
    line = {"instruction": "users", "data": [{"id": text}]}
    data = json.dumps(line, ensure_ascii=len(text) % 2 == 0).encode("utf-8", "surrogatepass")
    if any("\ud800" <= c <= "\udfff" for c in text):
        return
    keys = said(data, SILENT, 0).keys
    assert [row[1:3] for row in keys] == [hash_of(text)]
    assert hash_of(text) == tuple(mmh3.hash64(text.encode(), signed=True))


PATTERNS = (
    "(SU:)?[A-Za-z0-9_-]+", "[^:]+", "[^.]{2}", "a{2,3}|b*c?", "(ab|[^x]){1,}\\.", "[\\]\\-a]{0,2}", "x?(yz)*", "",
    "[0-9]{1,}-[^ ]+",
)  # fmt: skip


def matches(table: tuple[bytes, bytes, bool], text: str) -> bool:
    accepts, rows, _ = table
    state = 1
    for byte in text.encode():
        at = 2 * (256 * state + byte)
        state = int.from_bytes(rows[at : at + 2], "little")
    return bool(accepts[state])


def words() -> Iterator[str]:
    mixtures = Mixtures(RULESET, 1).random
    for _ in range(3_000):
        yield "".join(mixtures.choice("abcxyz.:-SU_09é日😀] ") for _ in range(mixtures.randrange(7)))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_table_accepts_what_its_pattern_matches(pattern: str) -> None:
    table = table_of(pattern)
    fits = re.compile(pattern).fullmatch
    for word in words():
        assert matches(table, word) == bool(fits(word)), word


def test_a_table_of_two_patterns_accepts_what_both_match() -> None:
    table = both(table_of("[^:]+:[^:]+"), table_of("[a-z.]*:[^b]*"))
    for word in words():
        right = re.fullmatch("[^:]+:[^:]+", word) and re.fullmatch("[a-z.]*:[^b]*", word)
        assert matches(table, word) == bool(right), word


@pytest.mark.parametrize("pattern", ["(a", "a)", "*a", "é", "(a{1000}){1000}", "[a"])
def test_what_is_no_pattern_has_no_table(pattern: str) -> None:
    with pytest.raises(NoTable):
        table_of(pattern)


def test_a_rule_set_without_lists_of_entries_has_no_plan() -> None:
    bare = RULESET.instructions[0]
    line = model.RecordValue(type_rule="", entity="line", fields=(), unknown="x")
    changed = model.msgspec.structs.replace(bare, line=line)
    with pytest.raises(NoPlan):
        plan_of(model.msgspec.structs.replace(RULESET, instructions=(changed,)), frozenset())


@needs_engine
@pytest.mark.parametrize(
    "plan", [(), (1,), (b"", b"", b"", b"1"), ("x",) * 10, (b"a", b"b", b"", b"", 0, 0, 0, 0, 0, 1)]
)
def test_a_wrong_plan_is_refused(plan: tuple[Any, ...]) -> None:
    from stream_import_rules import _native

    with pytest.raises((ValueError, TypeError, IndexError)):
        _native.Scanner(plan)


@needs_engine
def test_wrong_arguments_are_refused() -> None:
    from stream_import_rules import _native

    scanner = _native.Scanner(plan_of(RULESET, frozenset()).source)
    with pytest.raises(ValueError, match="outside"):
        scanner.scan(b"{}", 3, 0, -1, 1)
    with pytest.raises(ValueError, match="no such site"):
        scanner.full((1 << 20,))
    with pytest.raises(TypeError):
        scanner.know(["user"])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        scanner.scan("{}", 0, 0, -1, 1)  # type: ignore[arg-type]


@needs_engine
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 31, 32, 33])
def test_nothing_is_read_behind_the_end(size: int) -> None:
    judges = pair(Policy(RULESET))
    for data in (b'"' * size, b"{" * size, b'{"a":"' + b"x" * size, b'{"a":' + b"1" * size, b'{"a":t' + b"r" * size):
        assert_same(data, judges, 10)
