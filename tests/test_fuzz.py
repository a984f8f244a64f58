"""The promises of the two validators, on lines and files that nobody wrote.

``FUZZ_EXAMPLES`` is the number of examples of each property, 2,000 if it is not set; an example has one to five
lines. Without it, and in CI, the examples are the same in each run.
"""

from __future__ import annotations

import copy
import importlib
import io
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import NOW, RULESET, clean_lines, files, lines_of, right_lines, spoilt, variants

from stream_import_rules import jsontext, times, validate_line
from stream_import_rules.findings import Excerpt, Finding, Mark
from stream_import_rules.judges import FastValidator
from stream_import_rules.model import Severity
from stream_import_rules.places import Places
from stream_import_rules.policy import Policy
from stream_import_rules.surveys import Survey
from stream_import_rules.validate import Checker, FileSummary

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000"))


def many(share: float = 1.0) -> settings:
    """The settings of one property; ``share`` of the examples for those that take long."""
    return settings(
        max_examples=max(1, int(EXAMPLES * share)),
        derandomize="FUZZ_EXAMPLES" not in os.environ or "CI" in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


POLICY = Policy(RULESET)
EXPLAIN = Checker(RULESET, POLICY, now=NOW)
_GENERATED = importlib.import_module("stream_import_rules.generated.feeds_v2.fast")


def fast_validator() -> FastValidator:
    """A new one: it learns from what it sees."""
    validator: FastValidator = _GENERATED.validator()
    return validator


class Kept:
    """A sink that keeps every finding."""

    wanted = None
    aside = 0
    places: Places | None = None

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.excerpts: list[Excerpt | None] = []

    def count(self, rule: str, severity: Severity, mark: Mark | None = None) -> bool:
        return True

    def tally(self, rule: str, severity: Severity, number: int) -> None:
        raise AssertionError("every finding is wanted")

    def add(self, finding: Finding, excerpt: Excerpt | None) -> None:
        self.findings.append(finding)
        self.excerpts.append(excerpt)


class Pieces(io.BytesIO):
    """A stream that is read in small chunks, but for the first ``LEAST`` bytes, which tell encodings apart."""

    LEAST = 16

    def readlines(self, hint: int | None = -1, /) -> list[bytes]:
        return super().readlines(1 if self.tell() else self.LEAST)


def checker(fast: FastValidator | None) -> Checker:
    """The checker of ``EXPLAIN`` with a fast validator before it."""
    made = copy.copy(EXPLAIN)
    made.fast = fast
    return made


def explained(data: bytes) -> tuple[Kept, FileSummary]:
    """What the slow path says of a file."""
    kept = Kept()
    return kept, EXPLAIN.check(io.BytesIO(data), "file", kept)


# --------------------------------------------------------------------------- the contract of the fast validator


def assert_contract(validator: FastValidator, lines: list[bytes]) -> bool:
    """Whether the validator passes the lines; if so, the slow path must have nothing to say of them."""
    survey = validator.passes(lines, NOW)
    if survey is None:
        return False
    kept, summary = explained(b"".join(lines))
    # Groups are counted over the whole file, by whoever calls.
    found = [f for f in kept.findings if f.rule != "feed-group.near-miss"]
    assert not found, f"fast passes what breaks {[(f.rule, f.path) for f in found]}: {lines}"
    assert summary.complete
    assert _of_survey(survey) == _of_summary(summary), lines
    return True


def _of_survey(survey: Survey) -> tuple[Any, ...]:
    span = [None if t is None else times.text_of(t) for t in (survey.first, survey.last)]
    return dict(survey.entries), dict(survey.feed_groups), *span


def _of_summary(summary: FileSummary) -> tuple[Any, ...]:
    return summary.entries, summary.feed_groups, summary.time_from, summary.time_to


@many()
@given(st.lists(clean_lines, max_size=1), variants(), st.booleans())
def test_what_the_fast_validator_passes_has_no_finding(before: list[bytes], variants: list[bytes], ends: bool) -> None:
    validator = fast_validator()
    for line in before:
        assert_contract(validator, [line])
    lines = [line + b"\n" for line in variants]
    if not ends:
        lines[-1] = lines[-1][:-1]
    # A line feed in a variant makes several lines of it.
    lines = lines_of(b"".join(lines))
    if lines and not assert_contract(validator, lines):
        for line in lines:
            assert_contract(validator, [line])


@many(0.1)
@given(st.data())
def test_the_same_of_entries_near_the_limit_of_their_size(data: st.DataObject) -> None:
    name, limits = data.draw(st.sampled_from([*_ENTRY_LIMITS.items()]))
    line = data.draw(right_lines((name,)))
    entries = line["data"] * data.draw(st.sampled_from([1, 1, 2, 7]))
    line["data"] = entries = [dict(entry) for entry in entries]
    for entry in entries[: data.draw(st.integers(1, 3))]:
        _stretch(data, entry, data.draw(st.sampled_from(limits)) + data.draw(st.integers(-3, 3)))
    style = data.draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    text = json.dumps(line, ensure_ascii=data.draw(st.booleans()), separators=style)
    assert_contract(fast_validator(), [text.encode()])


_ENTRY_LIMITS = {
    "add_activities": (10_000, 10_240),
    "reactions": (10_000, 10_240),
    "users": (10_000, 10_240),
    "collections": (50_000, 51_200),
}


def _stretch(data: st.DataObject, entry: dict[str, Any], size: int) -> None:
    """Give an entry as many bytes of compact JSON."""
    unit = data.draw(st.sampled_from(["x ", "é ", "/ ", '" ', "\\ ", "😀 ", "\x7f ", "\n "]))
    owner = entry.setdefault("data", {}) if "kind" in entry or "collection" in entry else entry
    if not isinstance(owner, dict):
        return
    owner["pad"] = ""
    short = size - len(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode())
    width = len(json.dumps(unit, ensure_ascii=False).encode()) - 2
    owner["pad"] = unit * max(0, short // width) + " " * max(0, short % width)


#: Chunks that were passed once although something is to be reported of them, or that ended in an exception.
_USER = '{"instruction":"users","data":[{"id":"alice","data":{"n":%s}}]}'
_ACTIVITY = (
    '{"instruction":"add_activities","feedId":"user:alice","data":[{"actor":"SU:alice","verb":"post","object":"post:1",'
    '"foreign_id":"post:1","time":"2023-05-01T09:30:00Z",%s}]}'
)
HOLES = {
    "a blank line": "",
    "a reference without its end": _ACTIVITY % '"target":"SR:","n":"x"',
    "a line end in a feed id": r'{"instruction":"follow","feedId":"user:bob","data":["user:alice\nuser:tim"]}',
    "a number that grows as much as white space goes": _USER % "  12345678901234567.5",
    "a repeated key among numbers that grow": _USER % ("[" + ",".join(["123456789012345680.0"] * 5) + '],"":1,"":2'),
    "a reserved member among numbers that grow": _ACTIVITY
    % ('"n":[' + ",".join(["123456789012345680.0"] * 7) + '],"id":1'),
    "a UUID of other letters": (
        '{"instruction":"reactions","data":[{"id":"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx","kind":"like","user_id":"bob",'
        '"activity_id":"54a60c1e-4ee3-494b-a1e3-50c06acb5ed4","time":"2023-05-01T09:30:00Z"}]}'
    ),
    "a quote in a name": _ACTIVITY % r'"a\"b":1',
    "a backslash in a name": _ACTIVITY % r'"a\\b":1',
    "a line end in a name": _ACTIVITY % r'"a\nb":1',
}


@pytest.mark.parametrize("line", HOLES.values(), ids=HOLES)
def test_holes_that_were_found_once_stay_closed(line: str) -> None:
    assert_contract(fast_validator(), [line.encode()])
    assert_contract(fast_validator(), [line.encode() + b"\n"])


def test_the_fast_validator_passes_most_lines_that_are_right() -> None:
    """Else the tests above would test nothing."""
    counts = {"lines": 0, "right": 0, "passed": 0}

    @settings(many(0.1), max_examples=200)
    @given(clean_lines)
    def count(line: bytes) -> None:
        counts["lines"] += 1
        if not explained(line)[0].findings:
            counts["right"] += 1
            counts["passed"] += assert_contract(fast_validator(), [line])

    count()
    print(counts)
    assert counts["right"] > 0.9 * counts["lines"]
    assert counts["passed"] > 0.6 * counts["right"]


# --------------------------------------------------------------------------- whole files


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_an_instant_that_no_calendar_has_in_utc(time: str) -> None:
    """It ended in an exception once."""
    right = _ACTIVITY % '"n":1'
    odd = right.replace("2023-05-01T09:30:00Z", time)
    kept, summary = explained(f"{odd}\n{right}\n".encode())
    assert {finding.path for finding in kept.findings} == {"/data/0/time"}
    assert (summary.time_from, summary.time_to) == ("2023-05-01T09:30:00Z", "2023-05-01T09:30:00Z")


@many(0.5)
@given(files())
def test_findings_depend_neither_on_chunks_nor_on_the_fast_path(data: bytes) -> None:
    expected, summary = explained(data)
    assert_well_formed(expected.findings, data)
    validator = fast_validator()
    # In the last run it has learnt from the one before.
    for stream, fast in [(Pieces(data), None), (io.BytesIO(data), validator), (Pieces(data), validator)]:
        kept = Kept()
        assert checker(fast).check(stream, "file", kept) == summary
        assert kept.findings == expected.findings
        assert kept.excerpts == expected.excerpts


_WITH_FAST = checker(fast_validator())
_scraps = st.lists(st.sampled_from([*'{}[]",:\\n01 \r\n\0\ufeffé', "null", '"a":', "\\u", "{}\n", "[]\n"]), max_size=20)


@many()
@given(st.one_of(st.binary(max_size=60), _scraps.map(lambda scraps: "".join(scraps).encode())))
def test_any_bytes_are_judged_alike(data: bytes) -> None:
    expected, summary = explained(data)
    assert_well_formed(expected.findings, data)
    kept = Kept()
    assert _WITH_FAST.check(Pieces(data), "file", kept) == summary
    assert kept.findings == expected.findings
    if b"\n" not in data:
        EXPLAIN.check_line(data, Kept())


def assert_well_formed(findings: list[Finding], data: bytes) -> None:
    """Their places exist and their texts can be written."""
    lines = [line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r") for line in lines_of(data)]
    whole = not {finding.rule for finding in findings} & {"line.json", "line.multiline"}
    for finding in findings:
        for text in (finding.message, finding.hint, finding.record, finding.path, finding.value, finding.instruction):
            (text or "").encode()
        assert finding.message
        if finding.line is None:
            assert finding.column is None
            continue
        assert 1 <= finding.line <= len(lines), finding
        assert finding.column is not None
        # Behind the last character, where something is missing.
        assert 1 <= finding.column <= len(lines[finding.line - 1]) + 1, finding
        if finding.path and whole:
            steps = finding.path.split("/")[1:]
            assert any(_leads_somewhere(value, steps) for value in _values(lines[finding.line - 1])), finding


def _values(line: str) -> Iterator[Any]:
    """The values of a line, one as a rule."""
    line = line.removeprefix("\ufeff")
    for start, end in jsontext.values(line):
        yield json.loads(line[start:end], object_pairs_hook=_Pairs, parse_int=str)


class _Pairs(list[Any]):
    """An object with all its members, the repeated ones too."""


def _leads_somewhere(value: Any, steps: list[str]) -> bool:
    """Whether a pointer leads to a value, or to a member that is missing in an object."""
    if not steps:
        return True
    step, *rest = steps[0].replace("~1", "/").replace("~0", "~"), *steps[1:]
    if isinstance(value, _Pairs):
        below = [item for name, item in value if _writable(name) == step]
        return not rest if not below else any(_leads_somewhere(item, rest) for item in below)
    if not isinstance(value, list) or not step.isdecimal() or int(step) >= len(value):
        return False
    return _leads_somewhere(value[int(step)], rest)


def _writable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


# --------------------------------------------------------------------------- single lines


@many(0.5)
@given(right_lines().flatmap(spoilt), st.booleans())
def test_a_value_and_its_text_are_judged_alike(line: Any, ascii_only: bool) -> None:
    if not isinstance(line, dict):
        line = {"instruction": line}
    try:
        text = json.dumps(line, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:  # half a surrogate pair has no bytes, only an escape
        text = json.dumps(line).encode()
    assert _said(validate_line(line)) == _said(validate_line(text))


def _said(findings: list[Finding]) -> list[Any]:
    return [(f.rule, f.severity, f.instruction, f.path, f.record) for f in findings]
