"""Lines compared with the configuration of an app: what is said of which, and that the quick way says the same."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stream_import_rules import app_file, artefact, data_schemas
from stream_import_rules.app_check import AppChecker
from stream_import_rules.findings import Finding, Kept
from stream_import_rules.judges import FastValidator
from stream_import_rules.policy import Policy
from stream_import_rules.surveys import MOST_VALUES, Survey
from stream_import_rules.validate import Checker

ROOT = Path(__file__).parents[1]
RULESET = artefact.load()[0]
NOW = 1_717_200_000_000_000
GROUPS = {
    "user": "flat",
    "timeline": "aggregated",
    "notification": "notification",
    "news": "confirm",
    "aggregated": "flat",
}


def checker(config: dict[str, Any], files: dict[str, Any] | None = None, **policy: Any) -> AppChecker:
    app = app_file.in_memory(config, files or {}, RULESET)
    return AppChecker(app, RULESET, Policy(RULESET, **policy).active)


def findings(line: Any, config: dict[str, Any], files: dict[str, Any] | None = None, **policy: Any) -> list[Finding]:
    kept = Kept()
    app = checker(config, files, **policy)
    text = line if isinstance(line, bytes) else json.dumps(line).encode()
    Checker(RULESET, Policy(RULESET, **policy), now=NOW, app=app).check_line(text, kept)
    return kept.findings


def told(*args: Any, **policy: Any) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.path) for finding in findings(*args, **policy)]


def follow(feed: Any, *data: Any) -> dict[str, Any]:
    return {"instruction": "follow", "feedId": feed, "data": list(data)}


def activity(**more: Any) -> dict[str, Any]:
    entry = {"actor": "SU:a", "verb": "post", "object": "post:1", "foreign_id": "p:1", "time": "2023-05-01T09:30:00Z"}
    return {"instruction": "add_activities", "feedId": "user:a", "data": [{**entry, **more}]}


def reaction(**more: Any) -> dict[str, Any]:
    entry = {
        "id": "8d1c3f7a-52f6-4b8e-9a3d-0c6f2e7b4a15",
        "kind": "like",
        "user_id": "bob",
        "activity_id": "54a60c1e-4ee3-494b-a1e3-50c06acb5ed4",
        "time": "2023-05-01T09:30:00Z",
    }
    return {"instruction": "reactions", "data": [{**entry, **more}]}


def collection(name: Any, data: Any) -> dict[str, Any]:
    return {"instruction": "collections", "data": [{"collection": name, "id": "x", "data": data}]}


# --------------------------------------------------------------------------- groups


def test_feed_groups_are_judged_at_every_place() -> None:
    config = {"feed_groups": GROUPS}
    assert told(follow("usr:a", "user:b", "flat:c"), config) == [
        ("feed-group.unconfigured", "/data/1"),
        ("feed-group.unconfigured", "/feedId"),
    ]
    assert told(activity(to=["user:b", "x:c"]), config) == [("feed-group.unconfigured", "/data/0/to/1")]
    assert told(reaction(target_feeds=["x:c"]), config) == [("feed-group.unconfigured", "/data/0/target_feeds/0")]
    assert told(follow("usr:a", "flat:c"), {"collections": []}) == []


def test_the_message_and_the_hint_name_what_was_most_likely_meant() -> None:
    (finding,) = findings(follow("timelin:bob", "user:a"), {"feed_groups": GROUPS})
    assert finding.message == "`feedId` has the group `timelin`, which is not configured in the app"
    assert finding.hint is not None
    assert finding.hint.startswith("If `timeline` was meant, correct it. Correct the feed id, or configure")
    assert (finding.severity, finding.value, finding.line, finding.column) == ("error", '"timelin:bob"', 1, 37)


def test_a_feed_id_that_is_wrong_already_has_no_finding_of_its_group() -> None:
    config: dict[str, Any] = {"feed_groups": GROUPS}
    for wrong in ("x", "x:", ":x", "x:y:z", "x y:z", 17, None, ["x:y", "token"], {}):
        rules = {rule for rule, _ in told(follow("user:a", wrong), config)}
        assert rules, wrong
        assert not rules & {"feed-group.unconfigured", "follow.target-type"}, wrong
    # What is wrong with the id has nothing to do with its group, and a dash is only a warning.
    assert told(follow("user:a", "x:y|z"), config) == [
        ("follow.id-charset", "/data/0"),
        ("feed-group.unconfigured", "/data/0"),
    ]
    assert told(follow("user:a", "x-y:z"), config) == [
        ("follow.group-dash", "/data/0"),
        ("feed-group.unconfigured", "/data/0"),
    ]
    assert told(follow("user:a", "x-y:z"), {"feed_groups": {**GROUPS, "x-y": "flat"}}) == [
        ("follow.group-dash", "/data/0")
    ]


def test_followed_groups_are_flat_and_what_is_not_confirmed_is_not_judged() -> None:
    config = {"feed_groups": GROUPS}
    assert told(follow("timeline:a", "user:b", "news:c", "timeline:d", "notification:e"), config) == [
        ("follow.target-type", "/data/2"),
        ("follow.target-type", "/data/3"),
    ]
    (finding,) = findings(follow("user:a", "timeline:d"), config)
    assert finding.message == "`data[0]` is of the group `timeline`, whose type is aggregated, not flat"


def test_the_guess_by_name_is_given_where_nobody_knows_better() -> None:
    line = follow("user:a", "notification:b", "aggregated:c", "notifications:d")
    by_name = "follow.target-not-flat"
    assert told(line, {}) == [(by_name, "/data/0"), (by_name, "/data/1"), (by_name, "/data/2")]
    config = {"feed_groups": {"user": "flat", "notification": "confirm", "aggregated": "flat"}}
    assert told(line, config) == [(by_name, "/data/0"), ("feed-group.unconfigured", "/data/2")]


def test_near_misses_are_left_to_the_configuration() -> None:
    lines = b"".join(json.dumps(follow(f"timeline:{i}", "user:a")).encode() + b"\n" for i in range(12))
    lines += json.dumps(follow("timelin:x", "user:a")).encode() + b"\n"

    def rules(app: AppChecker | None) -> list[str]:
        kept = Kept()
        Checker(RULESET, Policy(RULESET), now=NOW, app=app).check(io.BytesIO(lines), "x", kept)
        return [finding.rule for finding in kept.findings]

    assert rules(None) == ["feed-group.near-miss"]
    assert rules(checker({"collections": []})) == ["feed-group.near-miss"]
    assert rules(checker({"feed_groups": GROUPS})) == ["feed-group.unconfigured"]


def test_what_the_policy_leaves_out_is_not_looked_for() -> None:
    config = {"feed_groups": GROUPS, "reaction_kinds": ["like"], "schemas": {"users": "u.json"}}
    files = {"u.json": {"required": ["name"]}}
    line = follow("usr:a", "timeline:b")
    assert len(told(line, config, files)) == 2
    assert told(line, config, files, ignore=["feed-group.unconfigured"]) == [("follow.target-type", "/data/0")]
    assert told(line, config, files, select=["user.*"]) == []
    assert told(reaction(kind="x"), config, files, ignore=["reaction.kind.unknown"]) == []
    assert checker(config, files).needs_look("users")
    assert not checker(config, files, ignore=["user.data-schema"]).needs_look("users")


# --------------------------------------------------------------------------- kinds and collections


def test_kinds_and_collections_are_those_of_the_app() -> None:
    assert told(reaction(kind="likes"), {"reaction_kinds": ["like"]}) == [("reaction.kind.unknown", "/data/0/kind")]
    assert told(reaction(kind="like"), {"reaction_kinds": ["like"]}) == []
    assert told(reaction(kind="like"), {"reaction_kinds": []}) == [("reaction.kind.unknown", "/data/0/kind")]
    assert told(collection("foods", {"a": 1}), {"collections": ["food"]}) == [
        ("collection.collection.unknown", "/data/0/collection")
    ]
    (finding,) = findings(collection("foods", {"a": 1}), {"collections": ["food"]})
    assert finding.message == '`collection` is "foods", which is no collection of the app'


def test_a_kind_that_is_wrong_already_is_not_judged_again() -> None:
    config: dict[str, Any] = {"reaction_kinds": ["like"], "collections": ["food"]}
    for kind in ("", None, 17, ["like"]):
        assert "reaction.kind.unknown" not in [rule for rule, _ in told(reaction(kind=kind), config)]
    for name in ("", "a:b", 17):
        assert "collection.collection.unknown" not in [rule for rule, _ in told(collection(name, {"a": 1}), config)]


def test_lines_of_any_shape_are_taken() -> None:
    config: dict[str, Any] = {
        "feed_groups": GROUPS,
        "reaction_kinds": [],
        "collections": [],
        "schemas": {"users": "u.json"},
    }
    app = checker(config, {"u.json": False})
    lines: list[dict[str, Any]] = [
        {},
        {"instruction": 1, "data": [{}]},
        {"instruction": "nothing", "feedId": "x:y", "data": [{"kind": "x"}]},
        *(
            {"instruction": i.name, "feedId": [], "data": d}
            for i in RULESET.instructions
            for d in (None, "x", {}, [1, None, []])
        ),
    ]
    assert [app.violations(line) for line in lines] == [[]] * len(lines)


# --------------------------------------------------------------------------- data


RATE = {
    "required": ["stars"],
    "additionalProperties": False,
    "properties": {"stars": {"type": "integer", "maximum": 5}},
}


def test_custom_members_of_an_activity_are_judged_by_its_verb() -> None:
    config, files = {"schemas": {"activities": {"rate": "rate.json"}}}, {"rate.json": RATE}
    rule = "activity.data-schema"
    assert told(activity(verb="rate", stars=5, to=["user:b"], target="x:1"), config, files) == []
    assert told(activity(verb="post", stars="many"), config, files) == []
    assert told(activity(verb="rate", stars=6), config, files) == [(rule, "/data/0/stars")]
    assert told(activity(verb="rate"), config, files) == [(rule, "/data/0/stars")]
    assert told(activity(verb="rate", stars=1, star=1), config, files) == [(rule, "/data/0/star")]
    # Reserved members have their own finding, and the schema none.
    assert told(activity(verb="rate", stars=1, score=1), config, files) == [
        ("activity.read-only-reserved", "/data/0/score")
    ]
    assert told(activity(verb=17, stars=9), config, files) == [("activity.verb.type", "/data/0/verb")]
    (finding,) = findings(activity(verb="rate", stars="4"), config, files)
    assert finding.message == "`stars` is a string, not a whole number (by rate.json)"
    assert (finding.severity, finding.value) == ("warning", '"4"')
    (finding,) = findings(activity(verb="rate"), config, files)
    assert (finding.message, finding.value) == ("`stars` is missing (by rate.json)", None)


def test_data_is_judged_by_kind_by_collection_and_for_users() -> None:
    schema = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
    files = {"s.json": schema}
    config: dict[str, Any] = {
        "schemas": {"reactions": {"comment": "s.json"}, "collections": {"food": "s.json"}, "users": "s.json"}
    }
    assert told(reaction(kind="comment", data={"text": 1}), config, files) == [
        ("reaction.data-schema", "/data/0/data/text")
    ]
    for nothing in ({}, {"data": None}, {"data": {}}):
        found = told(reaction(kind="comment", **nothing), config, files)
        assert found == [("reaction.data-schema", "/data/0/data/text")], nothing
    assert told(reaction(kind="comment", data="text"), config, files) == [("reaction.data.type", "/data/0/data")]
    assert told(reaction(kind="like", data={"text": 1}), config, files) == []
    assert told(collection("food", {"text": 1}), config, files) == [("collection.data-schema", "/data/0/data/text")]

    def user(**members: Any) -> dict[str, Any]:
        return {"instruction": "users", "data": [{"id": "a", **members}]}

    assert told(user(data={"text": 1}), config, files) == [("user.data-schema", "/data/0/data/text")]
    assert told(user(text=1), config, files) == [("user.data-schema", "/data/0/text")]
    assert told(user(text="x"), config, files) == []
    assert told(user(), config, files) == [("user.data-schema", "/data/0/data/text")]


def test_what_is_no_json_is_left_to_the_rules_of_json() -> None:
    config, files = (
        {"schemas": {"users": "u.json"}},
        {"u.json": {"properties": {"n": {"type": "string", "maxLength": 3}}}},
    )

    def line(value: str) -> bytes:
        return b'{"instruction":"users","data":[{"id":"a","data":{"n":%s}}]}' % value.encode()

    assert told(line("NaN"), config, files) == [("json.nan", "/data/0/data/n")]
    assert told(line('{"x":[Infinity]}'), config, files) == [("json.nan", "/data/0/data/n/x/0")]
    rules = [rule for rule, _ in told(line('"\\ud800abc"'), config, files)]
    assert sorted(rules) == ["json.lone-surrogate", "user.data-schema"]
    rules = [rule for rule, _ in told(line("9" * 5000), config, files)]
    assert "json.number-precision" in rules
    assert [rule for rule, _ in told(line("9007199254740993"), config, files)] == [
        "json.number-precision",
        "user.data-schema",
    ]
    assert told(line("[" * 300 + "]" * 300), config, files) == [("json.depth", "")]


@pytest.mark.parametrize(
    ("schema", "value", "path", "message"),
    [
        ({"type": ["string", "null"]}, 1, (), "is a number, not null or a string"),
        ({"type": "integer"}, 1.5, (), "is 1.5, not a whole number"),
        ({"enum": ["a", "b", 3]}, "c", (), 'is "c", not one of `a`, `b`, 3'),
        ({"const": 1}, 2, (), "is 2, not 1"),
        ({"minimum": 1}, 0, (), "is 0, less than 1"),
        ({"exclusiveMinimum": 1}, 1, (), "is 1, not more than 1"),
        ({"exclusiveMaximum": 1}, 1, (), "is 1, not less than 1"),
        ({"minLength": 2}, "a", (), "has 1 character, fewer than 2"),
        ({"maxItems": 1}, [1, 2], (), "has 2 items, more than 1"),
        ({"minProperties": 1}, {}, (), "has 0 members, fewer than 1"),
        ({"pattern": "^a$"}, "b", (), 'is "b", which does not match `^a$`'),
        ({"format": "date"}, "x", (), 'is "x", not of the format `date`'),
        ({"multipleOf": 2}, 3, (), "is 3, not a multiple of 2"),
        ({"uniqueItems": True}, [1, 1], (), "has an item twice"),
        ({"contains": {"type": "string"}}, [1], (), "has no item of the kind that must be there"),
        ({"not": {"type": "string"}}, "a", (), 'is "a", which the schema forbids'),
        ({"properties": {"a": False}}, {"a": 1}, ("a",), "must not be there"),
        ({"items": {"type": "string"}}, ["a", 1], (1,), "is a number, not a string"),
        ({"anyOf": [{"type": "string"}, {"type": "object", "required": ["x"]}]}, {}, ("x",), "is missing"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, [1], (), "is [1], which fits none of the alternatives"),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, ("b",), "is missing"),
        ({"unevaluatedProperties": False}, {"a": 1}, ("a",), "is not a member that the schema allows"),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, (), None),
        (
            {
                "oneOf": [
                    {"properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}},
                    {"properties": {"kind": {"const": "b"}}, "required": ["m"]},
                ]
            },
            {"kind": "a", "n": "x"},
            ("n",),
            "is a string, not a whole number",
        ),
    ],
)
def test_what_a_schema_says_is_told_in_words(schema: Any, value: Any, path: Any, message: str | None) -> None:
    misfit = data_schemas.Judge(data_schemas.in_memory("s.json", schema)).misfit(value)
    assert misfit is not None
    assert misfit.path == path
    assert message is None or misfit.message == message
    assert misfit.message


def test_the_description_of_the_place_is_the_hint() -> None:
    schema = {
        "$defs": {"stars": {"type": "integer", "description": "How many stars out of five"}},
        "properties": {"stars": {"$ref": "#/$defs/stars"}, "name": {"title": "The name"}},
        "required": ["name"],
    }
    judge = data_schemas.Judge(data_schemas.in_memory("s.json", schema))
    misfits = [judge.misfit({"name": "x", "stars": "x"}), judge.misfit({"stars": 1})]
    assert [misfit.about for misfit in misfits if misfit] == ["How many stars out of five", "The name"]
    (finding,) = findings(
        {"instruction": "users", "data": [{"id": "a", "data": {"stars": "x", "name": 1}}]},
        {"schemas": {"users": "s.json"}},
        {"s.json": schema},
    )
    assert finding.hint == "The schema says: How many stars out of five"


def test_a_schema_that_is_slow_to_match_ends() -> None:
    schema = {"properties": {"a": {"pattern": "^(?=(a+)+$)(?!b)(a|aa)+$"}}}
    judge = data_schemas.Judge(data_schemas.in_memory("s.json", schema))
    assert judge.misfit({"a": "a" * 60 + "b"}) is not None


# --------------------------------------------------------------------------- the quick way


def survey(groups: Any = (), **entries: int) -> Survey:
    found = Survey()
    found.entries.update(entries)
    found.see_groups(dict.fromkeys(groups, 1))
    return found


def test_a_survey_is_accepted_if_it_says_enough() -> None:
    app = checker({"feed_groups": GROUPS, "reaction_kinds": ["like"], "schemas": {"users": "u.json"}}, {"u.json": True})
    assert app.accepts(survey(["user"], add_activities=1, collections=3))
    assert not app.accepts(survey(["user", "x"], add_activities=1))
    assert not app.accepts(survey(users=1))
    assert app.accepts(survey(users=0))
    # Nothing is known of the values: somebody has to look.
    assert not app.accepts(survey(reactions=1))
    assert not app.accepts(survey(["user"], follow=1))
    for member, instruction, good, bad in (("kind", "reactions", "like", "x"), ("", "follow", "user", "timeline")):
        for name, wanted in ((good, True), (bad, False)):
            found = survey(**{instruction: 1})
            found.see_values(instruction, member, {name: 1})
            assert app.accepts(found) is wanted
    silent = checker({})
    assert silent.accepts(survey(["x"], reactions=1, follow=1, users=1))


def test_surveys_of_a_whole_file_are_bounded() -> None:
    whole = Survey()
    for start in range(0, 3 * MOST_VALUES, 100):
        part = Survey()
        part.see_values("reactions", "kind", {f"k{i}": 1 for i in range(start, start + 100)} | {"k0": 1})
        whole.add(part)
    counts = whole.values[("reactions", "kind")]
    assert len(counts) == MOST_VALUES
    assert counts["k0"] == 30


CONFIGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "all that is used": (
        {
            "feed_groups": {
                "user": "flat",
                "route": "flat",
                "club": "flat",
                "timeline": "aggregated",
                "notification": "notification",
            },
            "reaction_kinds": ["like", "comment", "reply"],
            "collections": ["route", "hut", "club"],
        },
        {},
    ),
    "little": ({"feed_groups": {"user": "notification"}, "reaction_kinds": ["like"], "collections": ["hut"]}, {}),
    "schemas": (
        {
            "schemas": {
                "users": "s.json",
                "reactions": {"like": "s.json"},
                "activities": {"hike": "s.json"},
                "collections": {"hut": "s.json"},
            }
        },
        {"s.json": {"required": ["nobody_has_it"]}},
    ),
}


class Counting:
    """The fast validator, with a count of the chunks that it looked at."""

    def __init__(self) -> None:
        self.inner = artefact.fast_validator()
        self.rules, self.values, self.passed = self.inner.rules, False, 0

    def passes(self, lines: Any, now: int) -> Survey | None:
        self.inner.values = self.values
        found = self.inner.passes(lines, now)
        self.passed += found is not None
        return found


def of_file(path: Path, app: AppChecker, fast: FastValidator | None) -> Iterator[tuple[Any, ...]]:
    kept = Kept()
    with path.open("rb") as stream:
        Checker(RULESET, Policy(RULESET), now=NOW, fast=fast, app=app).check(stream, "x", kept)
    for f in kept.findings:
        yield f.rule, f.line, f.column, f.path, f.message, f.hint


@pytest.mark.parametrize("file", ["import.jsonl", "broken.jsonl"])
@pytest.mark.parametrize("which", CONFIGS)
def test_the_fast_validator_changes_nothing(which: str, file: str) -> None:
    config, files = CONFIGS[which]
    path, fast = ROOT / "examples" / file, Counting()
    slow = sorted(of_file(path, checker(config, files), None), key=str)
    assert sorted(of_file(path, checker(config, files), fast), key=str) == slow
    assert bool(slow) == (which not in ("nothing", "all that is used") or file == "broken.jsonl")
    assert fast.passed
