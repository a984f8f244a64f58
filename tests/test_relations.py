"""What must hold between the entries of a file: planted mistakes, hand-written files, and any number of workers.

Says what is found and where, not how. The hand-written files have one mistake each, or something that looks like one;
all else in them is right, so that what is expected is all that may be found.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from relation_entries import SEVERITIES, Label, Spot
from relation_files import make_file
from relation_oracle import Found, findings

import stream_import_rules as sir
from stream_import_rules import api, artefact
from stream_import_rules.activity_id import derive
from stream_import_rules.findings import Finding, Related
from stream_import_rules.model import Severity
from stream_import_rules.report import json as as_json
from stream_import_rules.times import micros_of

ALL = 10**9
Place: TypeAlias = tuple[int, str]


def written(folder: Path, data: bytes) -> Path:
    """A file that holds these bytes."""
    path = folder / "import.jsonl"
    path.write_bytes(data)
    return path


def between_entries(found: Iterable[Finding]) -> list[Found]:
    """The findings of relations among all findings."""
    return sorted(Found(f.rule, f.line or 0, f.path or "") for f in found if f.rule in SEVERITIES)


# --------------------------------------------------------------------------- files that nobody wrote


@pytest.mark.parametrize("seed", range(200))
def test_what_was_planted_is_found_and_nothing_else(tmp_path: Path, seed: int) -> None:
    file = make_file(seed)
    report = sir.validate_file(written(tmp_path, file.data), max_samples=ALL)
    assert between_entries(report.findings) == [Found(label.rule, label.line, label.path) for label in file.labels]


@pytest.mark.parametrize("seed", range(1_000, 1_050, 5))
def test_files_one_after_the_other_are_judged_as_one(tmp_path: Path, seed: int) -> None:
    """Their users, feeds and foreign ids have the same names, so that much more is wrong than was planted.

    Only files whose keys are all known: others may hold what a reaction of another file means.
    """
    files = [make_file(number) for number in range(seed, seed + 5)]
    known = [file.data.rstrip() for file in files if "no_second_finding_of_a_key" not in file.plants]
    data = b"\n".join(known)
    report = sir.validate_file(written(tmp_path, data), max_samples=ALL)
    assert between_entries(report.findings) == findings(data)


@pytest.mark.parametrize("seed", range(300, 310))
def test_counts_are_exact_and_severities_those_of_the_rules(tmp_path: Path, seed: int) -> None:
    file = make_file(seed)
    report = sir.validate_file(written(tmp_path, file.data), max_samples=1)
    counts = Counter(label.rule for label in file.labels)
    assert {rule: count for rule, count in report.counts.items() if rule in SEVERITIES} == counts
    assert {rule: report.severities[rule] for rule in counts} == {rule: SEVERITIES[rule] for rule in counts}


@pytest.mark.parametrize("seed", range(310, 320))
def test_files_streams_and_reports_have_the_same_findings(tmp_path: Path, seed: int) -> None:
    path = written(tmp_path, make_file(seed).data)
    report = sir.validate_file(path, max_samples=ALL)
    iterated = list(sir.iter_findings(path))
    streamed = list(sir.iter_findings(io.BytesIO(path.read_bytes())))
    assert between_entries(iterated) == between_entries(report.findings)
    assert between_entries(streamed) == between_entries(report.findings)


@pytest.mark.parametrize("seed", range(320, 350))
def test_findings_name_the_other_places(tmp_path: Path, seed: int) -> None:
    file = make_file(seed)
    found = sir.validate_file(written(tmp_path, file.data), max_samples=ALL).findings
    for label in file.labels:
        in_its_line = label.rule == "follow.duplicate" and any(spot.line == label.line for spot in label.related)
        if label.related and not in_its_line:  # that is said in the message, by the check of the line
            assert any(is_of(finding, label) for finding in found), label


def is_of(finding: Finding, label: Label) -> bool:
    """Whether a finding is the one of a label and names its other places."""
    same = (finding.rule, finding.line, finding.path or "") == label[:3]
    return same and all(names(finding.related, spot) for spot in label.related)


def names(related: Sequence[Related], spot: Spot) -> bool:
    """Whether an entry is among the related places, as a whole or by a member of it."""
    return any(
        other.line == spot.line and (other.path == spot.path or (other.path or "").startswith(f"{spot.path}/"))
        for other in related
    )


# --------------------------------------------------------------------------- any number of workers


@pytest.mark.parametrize("seed", [2, 3, 5, 7, 11, 13])
def test_the_report_does_not_depend_on_workers_and_chunks(tmp_path: Path, seed: int) -> None:
    path = written(tmp_path, b"\n".join(make_file(number).data.rstrip() for number in (seed, seed + 100)))
    expected = report_of(path, jobs=1, chunk=64_000_000)
    for jobs, chunk in [(1, 7_000), (4, 7_000), (3, 50_021), (2, 1_000_000), (4, 64_000_000)]:
        assert report_of(path, jobs=jobs, chunk=chunk) == expected, f"{jobs} workers, chunks of {chunk:,} bytes"


def report_of(path: Path, **options: int) -> bytes:
    """The report of a file as JSON: two samples of each rule, and the counts of all."""
    return as_json.indented(api.validate_file(path, max_samples=2, **options))  # type: ignore[arg-type]


# --------------------------------------------------------------------------- hand-written lines


def line(instruction: str, *entries: Any, feed: str = "") -> dict[str, Any]:
    """A line of its entries."""
    return {"instruction": instruction, **({"feedId": feed} if feed else {}), "data": list(entries)}


def activities(*entries: dict[str, Any], feed: str = "user:nina") -> dict[str, Any]:
    """An ``add_activities`` line."""
    return line("add_activities", *entries, feed=feed)


def follow(*targets: str, feed: str = "timeline:miles") -> dict[str, Any]:
    """A ``follow`` line."""
    return line("follow", *targets, feed=feed)


def reactions(*entries: dict[str, Any]) -> dict[str, Any]:
    """A ``reactions`` line."""
    return line("reactions", *entries)


def users(*ids: str) -> dict[str, Any]:
    """A ``users`` line."""
    return line("users", *({"id": user_id} for user_id in ids))


def things(*ids: str) -> dict[str, Any]:
    """A ``collections`` line."""
    return line("collections", *({"collection": "food", "id": thing, "data": {"name": thing}} for thing in ids))


def time_of(number: int) -> str:
    """The time of an activity."""
    return f"2021-03-14T15:09:{number:02}.535897Z"


def activity(number: int, **changes: Any) -> dict[str, Any]:
    """An activity of its own foreign id and time; ``changes`` of None take a member away."""
    whole = {
        "actor": "nina",
        "verb": "post",
        "object": "song",
        "foreign_id": f"post:{number}",
        "time": time_of(number),
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def pair(number: int) -> dict[str, str]:
    """How a reaction names an activity of the file."""
    return {"activity_foreign_id": f"post:{number}", "activity_time": time_of(number)}


def id_of(number: int) -> str:
    """The id that Stream gives an activity."""
    return derive(f"post:{number}", micros_of(time_of(number)))


def by_id(number: int) -> dict[str, str]:
    """The other way in which a reaction names an activity."""
    return {"activity_id": id_of(number)}


def uuid(number: int) -> str:
    """The id of a reaction."""
    return f"00000000-0000-4000-8000-{number:012}"


def reaction(number: int, about: dict[str, Any], parent: int = 0, **changes: Any) -> dict[str, Any]:
    """A reaction to an activity, and to the reaction ``parent``."""
    whole = {"id": uuid(number), "kind": "comment", "user_id": "miles", "time": "2021-03-15T00:00:00Z", **about}
    return {**whole, **({"parent": uuid(parent)} if parent else {}), **changes}


class Case(NamedTuple):
    """A file, all that is to be found in it, and the places that its last finding names besides its own."""

    lines: list[dict[str, Any]]
    found: list[tuple[str, Severity, int, str]]
    related: tuple[Place, ...] = ()


E: Severity = "error"
W: Severity = "warning"
I: Severity = "info"  # noqa: E741

STRANGER = "54a60c1e-4ee3-494b-a1e3-50c06acb5ed4"
CHAIN = [reaction(1, pair(1)), *(reaction(n, pair(1), n - 1) for n in range(2, 7))]
MANY = [activity(n, time=time_of(1)) for n in range(1, 52)]


def ring(length: int) -> list[dict[str, Any]]:
    """Lines of one reaction each, every one a child of the next, the last a child of the first."""
    return [reactions(reaction(n, pair(1), n % length + 1)) for n in range(1, length + 1)]


def about_another(first: dict[str, str], second: dict[str, str], **changes: Any) -> list[dict[str, Any]]:
    """A child whose activity is not that of its parent."""
    return [
        activities(activity(1), activity(2)),
        reactions(reaction(1, first, **changes)),
        reactions(reaction(2, second, 1)),
    ]


def unresolved(**changes: Any) -> Case:
    """A reaction that names its activity by a pair that is not there."""
    return Case(
        [activities(activity(1)), reactions(reaction(1, pair(1)), reaction(2, {**pair(1), **changes}))],
        [("reaction.activity-ref-unresolved", E, 2, "/data/1/activity_foreign_id")],
    )


WRONG = {
    "activities, alike": Case(
        [activities(activity(1)), activities(activity(2), activity(1))],
        [("activity.duplicate", W, 2, "/data/1")],
        ((1, "/data/0"),),
    ),
    "activities, alike within one line": Case(
        [activities(activity(1), activity(2), activity(1), activity(1))],
        [("activity.duplicate", W, 1, "/data/2"), ("activity.duplicate", W, 1, "/data/3")],
        ((1, "/data/0"),),
    ),
    "activities, alike but for the order of members": Case(
        [activities(activity(1)), activities(dict(reversed(activity(1).items())))],
        [("activity.duplicate", W, 2, "/data/0")],
        ((1, "/data/0"),),
    ),
    "activities, alike at one instant in another offset": Case(
        [activities(activity(1)), activities(activity(1, time="2021-03-14T17:09:01.535897+02:00"))],
        [("activity.time.non-utc", I, 2, "/data/0/time"), ("activity.duplicate", W, 2, "/data/0")],
        ((1, "/data/0"),),
    ),
    "activities, alike but for nanoseconds": Case(
        [activities(activity(1)), activities(activity(1, time="2021-03-14T15:09:01.535897932Z"))],
        [("activity.time.precision", W, 2, "/data/0/time"), ("activity.duplicate", W, 2, "/data/0")],
        ((1, "/data/0"),),
    ),
    "activities, another overwrites the first": Case(
        [activities(activity(1)), activities(activity(2)), activities(activity(1, verb="share"))],
        [("activity.duplicate-key", E, 3, "/data/0")],
        ((1, "/data/0"),),
    ),
    "activities, another of one key in another feed": Case(
        [activities(activity(1)), activities(activity(1, verb="share"), feed="user:duke")],
        [("activity.duplicate-key-cross-feed", W, 2, "/data/0")],
        ((1, "/data/0"),),
    ),
    "activities, another foreign id with one id": Case(
        [
            activities(activity(1, foreign_id="post:11588"), activity(2)),
            activities(activity(1, foreign_id="post:39779"), feed="user:duke"),
        ],
        [("activity.id-collision", E, 2, "/data/0")],
        ((1, "/data/0"),),
    ),
    "activities, one foreign id at another time": Case(
        [activities(activity(1), activity(2)), activities(activity(3, foreign_id="post:1"))],
        [("activity.foreign-id-reused", W, 2, "/data/0")],
        ((1, "/data/0"),),
    ),
    "activities, many at one instant": Case(
        [activities(activity(59)), activities(*MANY[:30]), activities(*MANY[30:])],
        [("activity.same-time", I, 2, "/data/0")],
    ),
    "follow, repeated in another line": Case(
        [follow("user:nina", "user:duke"), follow("user:billie", "user:duke")],
        [("follow.duplicate", W, 2, "/data/1")],
        ((1, "/data/1"),),
    ),
    "follow, repeated in one line": Case(
        [follow("user:nina", "user:duke", "user:nina")],
        [("follow.duplicate", W, 1, "/data/2")],
    ),
    "follow, repeated in one line and another": Case(
        [follow("user:nina"), follow("user:nina", "user:nina")],
        [("follow.duplicate", W, 2, "/data/0"), ("follow.duplicate", W, 2, "/data/1")],
    ),
    "reactions, one id": Case(
        [activities(activity(1), activity(2)), reactions(reaction(1, pair(1)), reaction(1, pair(2)))],
        [("reaction.id-duplicate", E, 2, "/data/1/id")],
        ((2, "/data/0"),),
    ),
    "users, one id": Case(
        [users("nina", "duke"), users("miles", "nina")],
        [("user.duplicate", W, 2, "/data/1/id")],
        ((1, "/data/0"),),
    ),
    "collections, one key": Case(
        [things("pizza", "pasta"), things("pasta")],
        [("collection.duplicate", W, 2, "/data/0")],
        ((1, "/data/1"),),
    ),
    "reactions, activity unknown": unresolved(activity_foreign_id="post:7"),
    "reactions, activity in upper case": unresolved(activity_foreign_id="POST:1"),
    "reactions, activity at another time": unresolved(activity_time=time_of(2)),
    "reactions, activity cut to milliseconds": unresolved(activity_time="2021-03-14T15:09:01.535Z"),
    "reactions, activity cut to seconds": unresolved(activity_time="2021-03-14T15:09:01Z"),
    "reactions, no activities at all": Case(
        [reactions(reaction(1, pair(1)))],
        [("reaction.activity-ref-unresolved", E, 1, "/data/0/activity_foreign_id")],
    ),
    "reactions, activity in the wrong offset": Case(
        [
            activities(activity(1, time="2021-03-14T17:09:01.535897+02:00")),
            reactions(reaction(1, pair(1))),
            reactions(reaction(2, {**pair(1), "activity_time": "2021-03-14T17:09:01.535897Z"})),
        ],
        [
            ("activity.time.non-utc", I, 1, "/data/0/time"),
            ("reaction.activity-ref-unresolved", E, 3, "/data/0/activity_foreign_id"),
        ],
    ),
    "reactions, parent unknown": Case(
        [activities(activity(1)), reactions(reaction(1, pair(1)), reaction(2, pair(1), 9))],
        [("reaction.parent-unresolved", W, 2, "/data/1/parent")],
    ),
    "reactions, user unknown": Case(
        [users("miles"), reactions(reaction(1, by_id(1)), reaction(2, by_id(1), user_id="ghost"))],
        [("reaction.user-unknown", W, 2, "/data/1/user_id")],
    ),
    "references, user unknown": Case(
        [users("nina"), activities(activity(1, actor="SU:nina"), activity(2, actor="SU:ghost"))],
        [("activity.reference-unresolved", W, 2, "/data/1/actor")],
    ),
    "references, entry of a collection unknown": Case(
        [things("pizza"), activities(activity(1, object="SO:food:pizza"), activity(2, object="SO:drink:pizza"))],
        [("activity.reference-unresolved", W, 2, "/data/1/object")],
    ),
    "references, activity unknown": Case(
        [activities(activity(1), activity(2, target=f"SA:{id_of(1)}", shared=[{"~a/b": f"SA:{STRANGER}"}]))],
        [("activity.reference-unresolved", W, 1, "/data/1/shared/0/~0a~1b")],
    ),
    "references, reaction unknown": Case(
        [activities(activity(1, object=f"SR:{uuid(1)}", best=f"SR:{uuid(2)}")), reactions(reaction(1, pair(1)))],
        [("activity.reference-unresolved", W, 1, "/data/0/best")],
    ),
    "activity that a reaction makes": Case(
        [
            activities(activity(1), activity(2, foreign_id=f"reaction:{uuid(1)}")),
            reactions(reaction(1, pair(1), target_feeds=["notification:nina"])),
        ],
        [("activity.reaction-foreign-id", I, 1, "/data/1/foreign_id")],
        ((2, "/data/0"),),
    ),
    "children, fourth level": Case(
        [activities(activity(1)), reactions(*CHAIN[:4])],
        [("reaction.depth", E, 2, "/data/3/parent")],
    ),
    "children, deeper levels": Case(
        [activities(activity(1)), *(reactions(one) for one in CHAIN)],
        [("reaction.depth", E, number, "/data/0/parent") for number in (5, 6, 7)],
    ),
    "children, cycle of two": Case(
        [activities(activity(1)), *ring(2)],
        [("reaction.parent-cycle", E, 2, "/data/0/parent")],
        ((3, "/data/0"),),
    ),
    "children, cycle of three": Case(
        [activities(activity(1)), *ring(3)],
        [("reaction.parent-cycle", E, 2, "/data/0/parent")],
    ),
    "children, cycle of seven": Case(
        [activities(activity(1)), *ring(7)],
        [("reaction.parent-cycle", E, 2, "/data/0/parent")],
    ),
    "children, some hang on a cycle": Case(
        [
            activities(activity(1)),
            *ring(2),
            reactions(reaction(11, pair(1), 1), *(reaction(n, pair(1), n - 1) for n in range(12, 16))),
        ],
        [("reaction.parent-cycle", E, 2, "/data/0/parent")],
    ),
    "children, two cycles": Case(
        [
            activities(activity(1)),
            *ring(2),
            reactions(reaction(11, pair(1), 12)),
            reactions(reaction(12, pair(1), 11)),
        ],
        [
            ("reaction.parent-cycle", E, 2, "/data/0/parent"),
            ("reaction.parent-cycle", E, 4, "/data/0/parent"),
        ],
        ((5, "/data/0"),),
    ),
    "children, another activity by pairs": Case(
        about_another(pair(1), pair(2)),
        [("reaction.parent-activity-mismatch", E, 3, "/data/0/parent")],
        ((2, "/data/0"),),
    ),
    "children, another activity by ids": Case(
        about_another(by_id(1), by_id(2)),
        [("reaction.parent-activity-mismatch", E, 3, "/data/0/parent")],
        ((2, "/data/0"),),
    ),
    "children, another activity by pair and id": Case(
        about_another(pair(1), by_id(2)),
        [("reaction.parent-activity-mismatch", E, 3, "/data/0/parent")],
        ((2, "/data/0"),),
    ),
    "children, another activity that is not in the file": Case(
        about_another(by_id(1), {"activity_id": STRANGER}),
        [("reaction.parent-activity-mismatch", E, 3, "/data/0/parent")],
        ((2, "/data/0"),),
    ),
    "times, before the activity": Case(
        [activities(activity(1)), reactions(reaction(1, by_id(1), time="2021-03-14T15:09:01.535896Z"))],
        [("reaction.before-activity", W, 2, "/data/0/time")],
        ((1, "/data/0"),),
    ),
    "times, before the activity, which is named by its key": Case(
        [activities(activity(1)), reactions(reaction(1, pair(1), time="2021-03-14T15:09:01Z"))],
        [("reaction.before-activity", W, 2, "/data/0/time")],
    ),
    "times, before the parent": Case(
        [activities(activity(1)), reactions(reaction(1, pair(1)), reaction(2, pair(1), 1, time=time_of(1)))],
        [("reaction.before-parent", W, 2, "/data/1/time")],
        ((2, "/data/0"),),
    ),
    "order, follow before activities": Case(
        [follow("user:duke"), follow("user:billie", "user:nina"), activities(activity(1))],
        [("follow.before-activities", I, 2, "")],
        ((3, "/data/0"),),
    ),
    "order, follow before activities twice": Case(
        [follow("user:nina"), follow("user:nina", feed="timeline:duke"), activities(activity(1)), follow("user:duke")],
        [("follow.before-activities", I, 1, "")],
        ((3, "/data/0"),),
    ),
    "order, reaction before activity": Case(
        [
            activities(activity(1)),
            reactions(reaction(1, pair(1)), reaction(2, by_id(2)), reaction(3, pair(2))),
            activities(activity(2)),
        ],
        [("reaction.line-before-activity", I, 2, "/data/1")],
        ((3, "/data/0"),),
    ),
    "order, child before parent": Case(
        [activities(activity(1)), reactions(reaction(2, pair(1), 1)), reactions(reaction(1, pair(1)))],
        [("reaction.line-before-parent", I, 2, "/data/0/parent")],
        ((3, "/data/0"),),
    ),
}

#: Activities with one mistake each: what is found of it, and how reactions name it all the same.
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no actor": ({"actor": None}, "activity.actor.required", "/actor"),
    "verb too long": ({"verb": "x" * 256}, "activity.verb.max-bytes", "/verb"),
    "time without an offset": ({"time": time_of(1)[:-1]}, "activity.time.no-offset", "/time"),
    "time that is none": ({"time": "Sunday afternoon"}, "activity.time.format", "/time"),
    "time that is a number": ({"time": 1_615_734_541}, "activity.time.type", "/time"),
    "no time": ({"time": None}, "activity.time.required", "/time"),
    "no foreign id": ({"foreign_id": None}, "activity.foreign_id.required", "/foreign_id"),
    "empty foreign id": ({"foreign_id": ""}, "activity.foreign_id.not-empty", "/foreign_id"),
    "foreign id that is a number": ({"foreign_id": 1}, "activity.foreign_id.type", "/foreign_id"),
}
WRONG_ONCE = {
    **{
        f"activity refused: {name}": Case(
            [activities(activity(1, **changes)), reactions(*(reaction(n, pair(1)) for n in range(1, 30)))],
            [(rule, E, 1, f"/data/0{place}")],
        )
        for name, (changes, rule, place) in REFUSED.items()
    },
    "activities without foreign id in one feed": Case(
        [activities(activity(1, foreign_id=None)), activities(activity(2, foreign_id=None))],
        [("activity.foreign_id.required", E, n, "/data/0/foreign_id") for n in (1, 2)],
    ),
    "parent refused": Case(
        [activities(activity(1)), reactions(reaction(1, pair(1), kind=""), reaction(2, pair(1), 1))],
        [("reaction.kind.not-empty", E, 2, "/data/0/kind")],
    ),
    "parent is the reaction itself": Case(
        [activities(activity(1)), reactions(reaction(1, pair(1), 1), *CHAIN[1:3])],
        [("reaction.parent-self", E, 2, "/data/0/parent")],
    ),
    "parent is no string": Case(
        [activities(activity(1)), reactions(reaction(1, {**pair(1), "parent": 17}))],
        [("reaction.parent.type", E, 2, "/data/0/parent")],
    ),
    "child names no activity": Case(
        [activities(activity(1)), reactions(reaction(1, pair(1)), reaction(2, {}, 1), reaction(3, pair(1), 2))],
        [("reaction.activity-ref-parent", W, 2, "/data/1")],
    ),
    "half of a pair": Case(
        [reactions(reaction(1, {"activity_foreign_id": "post:1"}))],
        [("reaction.activity-ref-partial", E, 1, "/data/0/activity_time")],
    ),
    "pair whose time is none": Case(
        [reactions(reaction(1, {"activity_foreign_id": "post:1", "activity_time": "noon"}))],
        [("reaction.activity_time.format", E, 1, "/data/0/activity_time")],
    ),
    "activity id that is none": Case(
        [activities(activity(1)), reactions(reaction(1, {"activity_id": "post:1"}))],
        [("reaction.activity_id.format", E, 2, "/data/0/activity_id")],
    ),
    "user id that is none": Case(
        [users("miles"), reactions(reaction(1, by_id(1), user_id="tim smith"))],
        [("reaction.user_id.charset", E, 2, "/data/0/user_id")],
    ),
    "reference that is none": Case(
        [users("nina"), things("pizza"), activities(activity(1, actor="SU:tim smith"))],
        [("activity.reference-format", W, 3, "/data/0/actor")],
    ),
    "user refused": Case(
        [line("users", {"id": "nina", "data": "text"}), activities(activity(1, actor="SU:nina"))],
        [("user.data.type", E, 1, "/data/0/data")],
    ),
}

RIGHT = {
    "one activity in two feeds": [activities(activity(1)), activities(activity(1), feed="user:duke")],
    "one foreign id in two feeds": [
        activities(activity(1)),
        activities(activity(2, foreign_id="post:1"), feed="user:duke"),
    ],
    "colliding foreign ids at two times": [
        activities(activity(1, foreign_id="post:11588"), activity(2, foreign_id="post:39779"))
    ],
    "foreign ids in two normal forms": [
        activities(activity(1, foreign_id="caf\u00e9"), activity(1, foreign_id="cafe\u0301"))
    ],
    "fifty at one instant": [activities(*MANY[:50]), activities(activity(51, time=time_of(1)), feed="user:duke")],
    "follows that look alike": [
        follow("timeline:duke", "user:duke"),
        follow("timeline:miles", "user:duke", feed="timeline:duke"),
        follow("bu:c", feed="timeline:a"),
        follow("u:c", feed="timeline:ab"),
    ],
    "entries of collections that look alike": [
        line("collections", {"collection": "ab", "id": "c", "data": {"a": 1}}),
        line("collections", {"collection": "a", "id": "bc", "data": {"a": 1}}),
        line("collections", {"collection": "bc", "id": "a", "data": {"a": 1}}),
    ],
    "three levels": [activities(activity(1)), reactions(*CHAIN[:3])],
    "the same reaction three times": [activities(activity(1)), reactions(*(reaction(n, pair(1)) for n in (1, 2, 3)))],
    "activity by its id in any spelling": [
        activities(activity(1)),
        reactions(reaction(1, by_id(1)), reaction(2, {"activity_id": id_of(1).upper()}, 1)),
        reactions(reaction(3, pair(1), 2), reaction(4, {**pair(1), **by_id(1)}, 1)),
    ],
    "activity by its key in another precision": [
        activities(activity(1, time="2021-03-14T15:09:01.500Z")),
        reactions(reaction(1, {**pair(1), "activity_time": "2021-03-14T15:09:01.500000Z"})),
        reactions(reaction(2, {**pair(1), "activity_time": "2021-03-14T15:09:01.5Z"}, 1)),
    ],
    "activity id that is unknown": [activities(activity(1)), reactions(reaction(1, {"activity_id": STRANGER}))],
    "child of an unknown activity": [
        reactions(reaction(1, {"activity_id": STRANGER}), reaction(2, {"activity_id": STRANGER.upper()}, 1))
    ],
    "times that are equal": [
        activities(activity(1)),
        reactions(reaction(1, by_id(1), time=time_of(1)), reaction(2, pair(1), 1, time=time_of(1))),
    ],
    "empty parent": [activities(activity(1)), reactions(reaction(1, {**pair(1), "parent": ""}), CHAIN[1])],
    "file without users": [
        activities(activity(1, actor="SU:nina")),
        reactions(reaction(1, pair(1), user_id="anyone")),
        things("pizza"),
    ],
    "file of users alone": [users("nina", "miles")],
    "file without collections and reactions": [
        users("nina"),
        activities(activity(1, actor="SU:nina", object="SO:food:pizza", target=f"SR:{uuid(1)}")),
    ],
    "prose that begins like a reference": [
        users("nina"),
        things("pizza"),
        activities(activity(1, text="SU:ghost says hello", more=["SO:food:pasta is good", "SX:y"])),
    ],
    "references to what comes later": [
        activities(activity(1, actor="SU:nina", object=f"SA:{id_of(2)}", target=f"SR:{uuid(1)}", best="SO:food:pizza")),
        activities(activity(2)),
        reactions(reaction(1, pair(1))),
        users("nina", "miles"),
        things("pizza"),
    ],
    "activity that refers to itself": [activities(activity(1, object=f"SA:{id_of(1)}"))],
    "activities of reactions without target feeds": [
        activities(activity(1), activity(2, foreign_id=f"reaction:{uuid(1)}"), activity(3, foreign_id=uuid(2))),
        reactions(reaction(1, pair(1), target_feeds=[]), reaction(2, pair(1), target_feeds=["notification:nina"])),
    ],
    "follow of a feed without activities": [follow("user:duke"), activities(activity(1))],
    "lines by the book": [
        users("nina", "miles"),
        things("pizza"),
        activities(activity(1, actor="SU:nina", object="SO:food:pizza")),
        reactions(*CHAIN[:2]),
        reactions(CHAIN[2]),
        follow("user:nina"),
    ],
}


def judged(folder: Path, lines: list[dict[str, Any]]) -> tuple[Finding, ...]:
    """All findings of a file of these lines."""
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines)
    return sir.validate_file(written(folder, text.encode()), max_samples=ALL).findings


def brief(found: Iterable[Finding]) -> list[tuple[str, Severity, int | None, str]]:
    """Findings as the tables above have them."""
    return sorted((f.rule, f.severity, f.line, f.path or "") for f in found)


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_each_mistake_between_entries_gives_its_findings(tmp_path: Path, case: Case) -> None:
    assert brief(judged(tmp_path, case.lines)) == sorted(case.found)


@pytest.mark.parametrize("case", WRONG_ONCE.values(), ids=WRONG_ONCE)
def test_a_mistake_of_an_entry_gives_no_more_between_entries(tmp_path: Path, case: Case) -> None:
    assert brief(judged(tmp_path, case.lines)) == sorted(case.found)


@pytest.mark.parametrize("lines", RIGHT.values(), ids=RIGHT)
def test_what_looks_like_a_mistake_gives_nothing(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    assert brief(judged(tmp_path, lines)) == []


def test_the_oracle_agrees_with_what_was_written_by_hand() -> None:
    cases = {**WRONG, **WRONG_ONCE, **{name: Case(lines, []) for name, lines in RIGHT.items()}}
    for name, case in cases.items():
        expected = sorted(Found(rule, number, path) for rule, _, number, path in case.found if rule in SEVERITIES)
        assert findings("".join(json.dumps(one) + "\n" for one in case.lines).encode()) == expected, name


RELATED = {name: case for name, case in WRONG.items() if case.related}


@pytest.mark.parametrize("case", RELATED.values(), ids=RELATED)
def test_a_finding_names_the_other_place(tmp_path: Path, case: Case) -> None:
    rule, _, number, path = case.found[-1]
    found = [f for f in judged(tmp_path, case.lines) if (f.rule, f.line, f.path or "") == (rule, number, path)]
    assert found
    assert all(names(found[0].related, Spot(*place)) for place in case.related)
    assert all(other.message for other in found[0].related)


def test_a_cycle_names_another_of_its_reactions(tmp_path: Path) -> None:
    found = [f for f in judged(tmp_path, WRONG["children, cycle of seven"].lines) if f.rule == "reaction.parent-cycle"]
    assert found
    assert any(names(found[0].related, Spot(number, "/data/0")) for number in range(3, 9))


@pytest.mark.parametrize("cut", ["milliseconds", "seconds"])
def test_the_hint_says_that_a_time_was_cut(tmp_path: Path, cut: str) -> None:
    name = f"reactions, activity cut to {cut}"
    assert hint_of(tmp_path, name) != hint_of(tmp_path, "reactions, activity unknown")


def test_the_hint_says_that_an_offset_was_lost(tmp_path: Path) -> None:
    lost = hint_of(tmp_path, "reactions, activity in the wrong offset")
    assert lost != hint_of(tmp_path, "reactions, activity unknown")


def hint_of(folder: Path, name: str) -> str:
    """How to mend the unresolved reference of a file above."""
    found = [f for f in judged(folder, WRONG[name].lines) if f.rule == "reaction.activity-ref-unresolved"]
    assert found
    assert found[0].hint
    return found[0].hint


def test_a_finding_between_entries_has_all_that_others_have(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, WRONG["reactions, parent unknown"].lines)
    assert found.file == str(tmp_path / "import.jsonl")
    assert found.instruction == "reactions"
    assert found.record == uuid(2)
    assert found.value == f'"{uuid(9)}"'
    assert found.column == json.dumps(WRONG["reactions, parent unknown"].lines[1]).index(f'"{uuid(9)}"') + 1
    assert found.message
    assert found.hint


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_and_line_ends_count_as_they_stand(tmp_path: Path, end: str) -> None:
    lines = [json.dumps(users("nina")), "", json.dumps(users("nina"))]
    found = sir.validate_file(written(tmp_path, end.join(lines).encode()), max_samples=ALL).findings
    assert brief(found) == [("line.blank", W, 2, ""), ("user.duplicate", W, 3, "/data/0/id")]


def test_relations_can_be_ignored_like_other_rules(tmp_path: Path) -> None:
    text = "".join(json.dumps(one) + "\n" for one in WRONG["activities, alike"].lines)
    path = written(tmp_path, text.encode())
    assert sir.validate_file(path, ignore=["activity.duplicate"]).findings == ()
    assert len(sir.validate_file(path, select=["activity.duplicate"]).findings) == 1
    changed = sir.validate_file(path, severity={"activity.duplicate": "error"})
    assert [finding.severity for finding in changed.findings] == ["error"]


def test_findings_of_relations_are_wanted_by_default() -> None:
    """Every rule that the generator knows of is a rule of the rule set, with the same severity."""
    rules = {rule.id: rule for rule in artefact.load()[0].rules}
    assert {name: rules[name].severity for name in SEVERITIES} == SEVERITIES
    assert all(rules[name].enabled for name in SEVERITIES)
