"""What the page draws of histograms: every count is in a bin or beside the axis, and outliers blow up none."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from stream_import_rules import artefact
from stream_import_rules.histograms import Calendar, day_of
from stream_import_rules.policy import Policy
from stream_import_rules.report import html
from stream_import_rules.report.bins import MOST_BINS, Bin, SizeBin, median_of, size_bins, time_axis
from stream_import_rules.report.collect import Totals, file_report, report_of, summary_of
from stream_import_rules.report.gather import Gatherer
from stream_import_rules.report.outcome import Outcome
from stream_import_rules.validate import Checker

RULESET, _ = artefact.load()


def calendar(*days: str) -> Calendar:
    made = Calendar()
    made.see(Counter(map(day_of, days)))
    return made


def months(first: int, count: int) -> list[str]:
    return [f"{first + i // 12}-{i % 12 + 1:02}-15" for i in range(count)]


@pytest.mark.parametrize(
    ("days", "step", "first", "last"),
    [
        (["2024-02-28", "2024-03-01"], "day", "2024-02-28", "2024-03-01"),
        (["2024-01-01", "2024-02-29"], "day", "2024-01-01", "2024-02-29"),
        (["2024-01-01", "2024-03-01"], "week", "week of 2024-01-01", "week of 2024-02-26"),
        (["2023-12-31", "2024-12-31"], "week", "week of 2023-12-25", "week of 2024-12-30"),
        (["2020-01-31", "2024-12-01"], "month", "Jan 2020", "Dec 2024"),
        (["2020-01-31", "2025-01-01"], "quarter", "Jan to Mar 2020", "Jan to Mar 2025"),
        (["1970-01-01", "1990-01-01"], "year", "1970", "1990"),
        (months(1900, 12 * 100), "2 years", "1900 to 1901", "1998 to 1999"),
        (["0001-01-01", "9999-12-31"], "200 years", "0000 to 0199", "9800 to 9999"),
    ],
)
def test_the_axis_is_as_fine_as_there_is_room_for(days: list[str], step: str, first: str, last: str) -> None:
    axis = time_axis(calendar(*days))
    assert axis is not None
    assert (axis.step, axis.bins[0].label, axis.bins[-1].label) == (step, first, last)
    assert (axis.before, axis.after) == (0, 0)
    assert sum(bin_.total for bin_ in axis.bins) == len(days)
    assert len(axis.bins) <= MOST_BINS


def test_what_lies_far_from_all_others_is_beside_the_axis() -> None:
    some = [f"2024-03-{day:02}" for day in range(1, 29)] * 50
    axis = time_axis(calendar("0001-01-01", "0001-01-01", "1970-01-01", *some, "9999-12-31"))
    assert axis is not None
    assert (axis.step, len(axis.bins), axis.before, axis.after) == ("day", 28, 3, 1)
    assert axis.bins[0] == Bin("2024-03-01", 50)
    few = time_axis(calendar("0001-01-01", "2024-03-01", "2024-03-02", "2024-03-03"))
    assert few is not None
    assert (few.step, [bin_.total for bin_ in few.bins], few.before, few.after) == ("day", [1, 1, 1], 1, 0)


def test_what_is_many_is_no_outlier() -> None:
    axis = time_axis(calendar(*["0001-01-01"] * 10, *["2024-03-01"] * 10))
    assert axis is not None
    assert (axis.before, axis.after, axis.step) == (0, 0, "50 years")
    assert time_axis(Calendar()) is None


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_of_random_days(seed: int) -> None:
    rng = random.Random(seed)
    start = date(rng.randrange(1, 9_000), 1, 1)
    span = rng.choice([1, 50, 500, 5_000, 300_000])
    days = [(start + timedelta(rng.randrange(span))).isoformat() for _ in range(rng.randrange(1, 500))]
    days += rng.choices(["0001-01-01", "9999-12-31", "1970-01-01"], k=rng.randrange(3))
    axis = time_axis(calendar(*days))
    assert axis is not None
    assert axis.before + axis.after + sum(bin_.total for bin_ in axis.bins) == len(days)
    assert 1 <= len(axis.bins) <= MOST_BINS
    assert axis.before + axis.after <= 2 * max(len(days) // 200, 1)
    assert axis.before + axis.after <= sum(day in ("0001-01-01", "9999-12-31", "1970-01-01") for day in days)
    if axis.step == "month":  # by hand
        names = Counter(f"{date.fromisoformat(day):%b} {day[:4]}" for day in days)
        assert all(names[label] == count for label, count in axis.bins)


def test_sizes_end_at_the_limit_or_behind_it() -> None:
    assert size_bins({5000: 2, 4096: 1}, [10_000, 10_240]) == [
        SizeBin(2_048, 4_096, 1),
        SizeBin(4_096, 8_192, 2),
        SizeBin(8_192, 10_000, 0),
    ]
    beyond = size_bins({10_000: 1, 10_001: 1, 10_240: 2, 10_241: 4}, [10_000, 10_240])
    assert beyond == [SizeBin(8_192, 10_000, 1), SizeBin(10_000, 10_240, 3), SizeBin(10_240, None, 4)]
    assert size_bins({20_000: 1}, [10_000]) == [SizeBin(8_192, 10_000, 0), SizeBin(10_000, None, 1)]
    assert size_bins({1: 1}, [1])[0] == SizeBin(0, 1, 1)


@pytest.mark.parametrize("seed", range(20))
def test_sizes_are_in_the_bin_that_they_belong_to(seed: int) -> None:
    rng = random.Random(seed)
    sizes = Counter(int(rng.lognormvariate(6, 2)) + 1 for _ in range(500))
    bins = size_bins(sizes, [10_000, 10_240])
    for bin_ in bins:
        expected = sum(n for size, n in sizes.items() if bin_.over < size <= (bin_.to or size))
        assert bin_.total == expected
    assert sum(bin_.total for bin_ in bins) == 500
    assert median_of(sizes) == sorted(sizes.elements())[249]
    with pytest.raises(ValueError, match="nothing"):
        median_of({})


# --------------------------------------------------------------------------- on the page


def page(*lines: dict[str, Any]) -> str:
    """The report of some lines as HTML."""
    checker = Checker(RULESET, Policy(RULESET), histograms=True)
    sink = Gatherer(25)
    data = "\n".join(map(json.dumps, lines)).encode()
    summary = checker.check(io.BytesIO(data), "import.jsonl", sink)
    files = [file_report(summary, Totals(error=0, warning=0, info=0), sink.totals)]
    made = summary_of(sink, files, RULESET, version="1", fingerprint="f" * 64)
    outcome = Outcome(report_of(made, sink.samples), sink.samples, RULESET, histograms=summary.histograms)
    return html.render(outcome).decode()


def activities(*times: Any) -> dict[str, Any]:
    return {"instruction": "add_activities", "feedId": "user:nina", "data": [{"time": time} for time in times]}


def test_charts_without_data_are_left_out() -> None:
    made = page({"instruction": "follow", "feedId": "user:a", "data": ["user:b"]}, activities("noon"))
    assert 'id="times"' not in made
    assert 'href="#times"' not in made
    assert 'id="sizes"' in made
    assert 'id="sizes"' not in page({"instruction": "follow", "feedId": "user:a", "data": ["user:b"]})


def test_the_page_tells_of_times_in_words_and_figures() -> None:
    march = [f"2024-03-{day:02}T12:00:00Z" for day in (1, 2, 2, 3)]
    made = page(activities("0001-01-01T00:00:00Z", *march, "noon", None))
    assert "2024-03-02 has most: 2 of 4 activities. A column is a day (UTC)." in made
    assert "Not on the axis, for they are far from the others: 1 activity before 2024-03-01." in made
    assert "2 activities without a <code>time</code> that can be read." in made
    assert '<tr><th scope="row">2024-03-02</th><td class="right">2</td></tr>' in made
    assert '<tr><th scope="row">before</th><td class="right">1</td></tr>' in made
    assert "<title>2024-03-02: 2 activities</title>" in made
    one = page(activities(*march[1:3]))
    assert "2024-03-02 has all: 2 activities." in one
    assert one.count('class="along"') == 1  # a single column says nothing; this one is of the sizes


def test_the_page_tells_of_sizes_in_words_and_figures() -> None:
    users = [{"id": "a", "data": {"text": "x" * (size - 29)}} for size in (100, 5_000, 10_001, 10_241, 25_000)]
    made = page({"instruction": "users", "data": users})
    told = "Over the limit: 3 of 5 users. The largest has 25,000 bytes, 2.5 times the limit of 10,000."
    assert told in made
    assert '<tr><th scope="row">10,001 to 10,240 bytes</th><td class="right">1</td></tr>' in made
    assert '<tr><th scope="row">over 10,240 bytes</th><td class="right">2</td></tr>' in made
    assert "<title>over 10,240 bytes: 2 users</title>" in made
    figure = made[made.index('id="sizes"') :]
    assert [figure.count(f'class="{kind}"') for kind in ("plain", "warning", "error", "limit")][1:] == [1, 1, 1]
    within = page({"instruction": "users", "data": users[:2]})
    assert "The largest has 5,000 bytes, 50.0 % of the limit of 10,000. Half have at most 100." in within
