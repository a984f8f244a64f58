"""The rules of lines take no more instructions than recorded; and the guard says what to do if they do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import msgspec
import pytest
from clients import without

from benchmarks import guard
from benchmarks.guard import Limit, Limits, complaints, counted, recorded
from stream_import_rules import native

WAS = Limits(guard.versions(), {"batch": Limit(3.0, 100.0)})
OTHER = Limits({"orjson": "3.0.0"}, {"batch": Limit(3.0, 100.0)})


def test_the_rules_of_lines_take_no_more_instructions_than_recorded() -> None:
    if not shutil.which("valgrind") or sys.platform != "linux":
        without("valgrind is missing")
    if not native.is_there():
        without("the native engine was not compiled")
    assert complaints(counted(), recorded()) == []


def test_the_limits_are_of_the_cases_that_are_counted() -> None:
    limits = recorded()
    assert limits.cases.keys() == guard.SIZES.keys()
    assert limits.versions.keys() == guard.versions().keys()


@pytest.mark.parametrize(
    ("limits", "times", "told"),
    [(WAS, 2.0, 0), (WAS, 3.0, 0), (WAS, 3.149, 0), (WAS, 3.151, 1), (OTHER, 3.151, 0), (OTHER, 3.91, 1)],
)
def test_what_is_more_than_the_margin_above_the_limit_is_told(limits: Limits, times: float, told: int) -> None:
    assert len(complaints({"batch": Limit(times, 100.0)}, limits)) == told


def test_a_complaint_says_how_much_and_what_to_do() -> None:
    (told,) = complaints({"batch": Limit(4.5, 120.0)}, OTHER)
    assert told.startswith("batch: the rules of lines take 4.50 times the instructions of orjson.loads, 50% more")
    assert "30% are let pass" in told
    assert "recorded with orjson 3.0.0" in told
    assert "`python -m benchmarks.guard --record`" in told


def test_a_case_without_a_limit_is_a_complaint() -> None:
    assert complaints({"wide": Limit(1.0, 1.0)}, WAS) == [
        "wide: no limit is recorded. `python -m benchmarks.guard --record` does it."
    ]


def test_without_valgrind_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(guard.NoValgrind, match="apt-get install valgrind"):
        counted()


def test_recording_writes_what_was_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "limits.json"
    monkeypatch.setattr(guard, "LIMITS", path)
    monkeypatch.setattr(guard, "counted", lambda: {"batch": Limit(2.0, 50.0)})
    monkeypatch.setattr(sys, "argv", ["guard", "--record"])
    guard.main()
    assert msgspec.json.decode(path.read_bytes(), type=Limits).cases == {"batch": Limit(2.0, 50.0)}
    monkeypatch.setattr(guard, "counted", lambda: {"batch": Limit(2.2, 55.0)})
    monkeypatch.setattr(sys, "argv", ["guard"])
    with pytest.raises(SystemExit, match="10% more"):
        guard.main()
