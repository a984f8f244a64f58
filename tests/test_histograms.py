"""Histograms of a run: the same as counting by hand, however a file is cut and whoever looks at its lines."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import right_lines

from stream_import_rules import artefact, times
from stream_import_rules.histograms import DAY, MOST, Calendar, Histograms, coarsened, date_of, item_sizes, limits_of
from stream_import_rules.jsontext import compact_size
from stream_import_rules.policy import Policy
from stream_import_rules.report.collect import Collector
from stream_import_rules.surveys import Survey, Surveyor
from stream_import_rules.validate import Checker, FileSummary, Plan
from stream_import_rules.workers import Recipe

RULESET, _ = artefact.load()
POLICY = Policy(RULESET)
NOW = times.micros_of("2026-01-01T00:00:00Z")


def summary_of(data: bytes, *, fast: Any = None, wanted: bool = True) -> FileSummary:
    checker = Checker(RULESET, POLICY, now=NOW, fast=fast, histograms=wanted)
    return checker.check(io.BytesIO(data), "file", Collector(0))


def told(histograms: Histograms | None) -> Any:
    """What there is to compare."""
    assert histograms is not None
    return histograms.calendar.unit, histograms.calendar.counts, histograms.sizes


def by_hand(data: bytes) -> tuple[Counter[int], dict[str, Counter[int]]]:
    """Days and sizes of lines that are all right, without anything of ours but the names of what has a limit."""
    days: Counter[int] = Counter()
    sizes: dict[str, Counter[int]] = {}
    for line in data.splitlines():
        value = json.loads(line)
        name = value["instruction"]
        for entry in value["data"]:
            if name != "follow":
                compact = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
                sizes.setdefault(name, Counter())[len(compact)] += 1
            if name == "add_activities":
                days[(datetime.fromisoformat(entry["time"]) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(1)] += 1
    return days, sizes


def random_file(seed: int, lines: int = 60) -> bytes:
    """Lines of all kinds, as several writers would write them, some of which break a rule."""
    rng = random.Random(seed)
    made = []
    for number in range(lines):
        entries = rng.randrange(1, 9)
        text = "".join(rng.choice('ab \u00e9\u65e5\U0001f600\\/"\n\x7f\x01') for _ in range(rng.randrange(300)))
        name = rng.choice(["add_activities", "reactions", "users", "collections", "follow"])
        line: dict[str, Any] = {"instruction": name}
        if name == "add_activities":
            moments = [
                datetime(2019, 1, 1, tzinfo=UTC) + timedelta(hours=rng.randrange(50_000)) for _ in range(entries)
            ]
            line["feedId"] = "user:nina"
            about = {"actor": rng.choice(["", "SU:a"]), "verb": "post", "object": "x", "text": text, "rating": 1.5}
            line["data"] = [
                about | {"foreign_id": f"p:{number}:{i}", "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
                for i, moment in enumerate(moments)
            ]
        elif name == "follow":
            line |= {"feedId": f"timeline:t{number}", "data": [f"user:u{i}" for i in range(entries)]}
        elif name == "collections":
            line["data"] = [{"collection": "food", "id": f"f{number}-{i}", "data": {text: -0}} for i in range(entries)]
        else:
            line["data"] = [{"id": f"u{number}-{i}", "data": {"name": text * i}} for i in range(entries)]
        spaced = rng.choice([(",", ":"), (", ", ": ")])
        made.append(json.dumps(line, ensure_ascii=rng.random() < 0.5, separators=spaced).encode() + b"\n")
    return b"".join(made)


class Without:
    """A fast validator whose surveys have no histograms."""

    def __init__(self) -> None:
        self._of = artefact.fast_validator(RULESET.name)
        self.rules, self.values, self.histograms = self._of.rules, False, False

    @property
    def decoded(self) -> Any:
        return self._of.decoded

    def passes(self, lines: Any, now: int) -> Survey | None:
        return self._of.passes(lines, now)


@pytest.mark.parametrize("seed", range(6))
def test_they_are_as_counted_by_hand(seed: int) -> None:
    data = random_file(seed)
    days, sizes = by_hand(data)
    for fast in (None, artefact.fast_validator(RULESET.name), Without()):
        assert told(summary_of(data, fast=fast).histograms) == ("day", days, sizes)


@settings(max_examples=60, deadline=None)
@given(st.lists(right_lines(), min_size=1, max_size=3), st.sampled_from([(",", ":"), (" , ", ": ")]), st.booleans())
def test_the_fast_validator_counts_as_explain_does(lines: list[Any], spaced: tuple[str, str], ascii_: bool) -> None:
    texts = [json.dumps(line, ensure_ascii=ascii_, separators=spaced).encode() + b"\n" for line in lines]
    validator = artefact.fast_validator(RULESET.name)
    validator.histograms = True
    survey = validator.passes(texts, NOW)
    if survey is not None:
        assert told(survey.histograms) == told(Surveyor(RULESET).histograms(texts))


@pytest.mark.parametrize("part", [1, 3_000, 10**9])
def test_they_are_the_same_however_the_file_is_cut(tmp_path: Any, part: int) -> None:
    path = tmp_path / "import.jsonl"
    path.write_bytes(random_file(7, 300))
    expected = told(summary_of(path.read_bytes()).histograms)
    recipe = Recipe(RULESET.name, POLICY.levels)
    plan = Plan(jobs=2, part=part)
    checker = Checker(RULESET, POLICY, now=NOW, plan=plan, recipe=recipe, histograms=True)
    if part == 1:  # every line a part of its own: some lines do
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:40]))
        expected = told(summary_of(path.read_bytes()).histograms)
    with path.open("rb") as stream:
        assert told(checker.check(stream, "file", Collector(0)).histograms) == expected


def test_there_are_none_unless_asked_for() -> None:
    for fast in (None, artefact.fast_validator(RULESET.name)):
        assert summary_of(random_file(1), fast=fast, wanted=False).histograms is None


@pytest.mark.parametrize(
    ("item", "size"),
    [
        (b'{"a":1.50}', 10),
        (b'{ "a" : -0 }', 8),
        (b'{"a": 1E+5}', 10),
        (b'{"\\u0061": "\\/"}', 9),
        (b'{"a": "\\u00e9\\ud83d\\ude00"}', 14),
        (b'{"a": "\\ud83d"}', 14),
        (b'{"a": NaN}', 9),
        (b'{"a": 1, "a": 22}', 14),
        (b'{"a": "\\t \\u0000"}', 17),
        (b"  null", 4),
        (b"[1, 2]", 5),
        (b'{"a": ' + b"[" * 400 + b"]" * 400 + b"}", 806),
        ('{"a": "日本"}'.encode(), 14),
    ],
)
def test_sizes_are_those_that_the_limit_counts(item: bytes, size: int) -> None:
    for style in (
        b'{"instruction":"users","data":[%b]}',
        b' {"data" : [ %b , %b\t] , "x":"y"}',
        b'{"data":1,"data":[%b]}',
    ):
        count = style.count(b"%b")
        text = (style % ((item,) * count)).decode()
        assert item_sizes(text, "data", count) == [size] * count
    assert compact_size(item.decode()) == size


def test_what_passes_quickly_has_exact_sizes_even_of_numbers_that_are_written_longer() -> None:
    entry = b'{"id":"nina", "data":{"a":%b, "b":"2024-01-01"}}'
    for number in (b"1.50", b"-0", b"-0.0", b"100", b"10.0"):
        line = b'{"instruction":"users","data":[' + entry % number + b"]}\n"
        validator = artefact.fast_validator(RULESET.name)
        survey = summary_of(line, fast=validator)
        size = len((entry % number).replace(b", ", b","))
        assert told(survey.histograms)[2] == {"users": {size: 1}}, number


# --------------------------------------------------------------------------- times


def test_all_days_there_are_become_years() -> None:
    data = [f"{year:04}-0{month}-15T00:00:00Z" for year in range(1, 10_000, 2) for month in (1, 6)]
    odd = ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z", "noon", None, 5, {}]
    entries = [{"time": moment} for moment in data + odd] + [1, None, "x", []]
    line = json.dumps({"instruction": "add_activities", "data": entries}).encode()
    found = summary_of(line).histograms
    assert found is not None
    assert found.calendar.unit == "year"
    assert found.calendar.counts == dict.fromkeys(range(1, 10_000, 2), 2)
    assert sum(found.sizes["add_activities"].values()) == len(entries)


@pytest.mark.parametrize("seed", range(5))
def test_calendars_add_up_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    span = rng.choice([3_000, 6_000, 100_000, 3_000_000])
    days = [rng.randrange(-700_000, -700_000 + span) for _ in range(12_000)]
    whole = Calendar()
    whole.see(Counter(days))
    distinct = {unit: coarsened(Counter(days), "day", unit) for unit in ("day", "month", "year")}
    unit = next((unit for unit, counts in distinct.items() if len(counts) <= MOST), "year")
    assert (whole.unit, whole.counts) == (unit, distinct[unit])
    rng.shuffle(days)
    parts = []
    for start in range(0, len(days), 1_700):
        part = Calendar()
        for day in days[start : start + 1_700]:
            part.see({day: 1})
        parts.append(part)
    total = Calendar()
    for part in parts:
        total.add(part)
    assert (total.unit, total.counts) == (whole.unit, whole.counts)
    assert max(len(total.counts), len(whole.counts)) <= 9_999


def test_days_and_months_are_those_of_the_calendar() -> None:
    for day in (-719_162, -1, 0, 59, 10_956, 2_932_896):
        moment = datetime(1970, 1, 1) + timedelta(day)
        assert date_of(day) == moment.date()
        assert list(coarsened({day: 3}, "day", "month")) == [moment.year * 12 + moment.month - 1]
        assert coarsened({day: 3}, "day", "year") == {moment.year: 3}
    assert times.micros_of("1969-12-31T23:59:59Z") // DAY == -1


def test_the_limits_are_those_of_the_rules() -> None:
    limits = {name: sorted(c.limit for c in checks) for name, checks in limits_of(RULESET).items()}
    assert limits["collections"] == [50_000, 51_200]
    assert limits["add_activities"] == [1_024, 10_000, 10_240]
    assert "follow" not in limits


def test_lines_that_cannot_be_judged_are_left_out() -> None:
    data = b'{"instruction":"users","data":{}}\n{"instruction":"users","data":[{"id":"a"}\n[]\n{"data":[{}]}\n'
    assert told(summary_of(data).histograms)[1:] == ({}, {})
