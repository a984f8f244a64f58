"""What explain says of near misses, of several mistakes in a line, and of parts of the model that no rule uses yet."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stream_import_rules import validate_line
from stream_import_rules.explain import Explainer
from stream_import_rules.findings import Finding, Violation
from stream_import_rules.hints import _mended_time
from stream_import_rules.jsontext import parse
from stream_import_rules.model import (
    AnyValue,
    BooleanValue,
    Differ,
    Field,
    Instruction,
    IntegerRange,
    IntegerValue,
    ListValue,
    MaxLength,
    NoBinary,
    NotEmpty,
    NumberValue,
    ObjectValue,
    PartNotIn,
    PartPattern,
    Pattern,
    RecordValue,
    References,
    Requires,
    Rule,
    RuleSet,
    Severity,
    Split,
    StringValue,
    Together,
    ToleratedType,
)

MISSING = object()
UUID = "93121780-2fd7-11e7-8080-8001551856b0"


def _line(instruction: str, entry: dict[str, Any], changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {name: value for name, value in {**entry, **changes}.items() if value is not MISSING}
    return {"instruction": instruction, **more, "data": [whole]}


def activity(**changes: Any) -> dict[str, Any]:
    entry = {
        "actor": "SU:frida",
        "verb": "paint",
        "object": "SO:work:roots",
        "foreign_id": "work:1943",
        "time": "2020-07-06T10:00:00Z",
    }
    return _line("add_activities", entry, changes, feedId="user:frida")


def reaction(**changes: Any) -> dict[str, Any]:
    entry = {
        "id": "0a1b2c3d-4e5f-4678-9abc-def012345678",
        "kind": "heart",
        "user_id": "diego",
        "activity_id": UUID,
        "time": "2020-07-06T12:00:00Z",
    }
    return _line("reactions", entry, changes)


def user(**changes: Any) -> dict[str, Any]:
    return _line("users", {"id": "frida"}, changes)


def work(**changes: Any) -> dict[str, Any]:
    return _line("collections", {"collection": "work", "id": "roots", "data": {"year": 1943}}, changes)


def follow(*feeds: Any, **changes: Any) -> dict[str, Any]:
    whole = {"instruction": "follow", "feedId": "timeline:frida", "data": list(feeds) or ["user:diego"], **changes}
    return {name: value for name, value in whole.items() if value is not MISSING}


def only(line: dict[str, Any] | bytes) -> Finding:
    """The one finding of a line."""
    found = validate_line(line)
    assert len(found) == 1, [(f.rule, f.path) for f in found]
    return found[0]


def rules(line: dict[str, Any] | bytes, **options: Any) -> list[str]:
    """The rules that a line breaks."""
    return [finding.rule for finding in validate_line(line, **options)]


# --------------------------------------------------------------------------- names that are nearly right


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("unfollow", "Leave the `follow` out instead"),
        ("Follow", "Write `follow`"),
        (" follow", "Write `follow`"),
        ("follows", "Write `follow`"),
        ("folow", "Did you mean `follow`?"),
        ("user", "Write `users`"),
        ("USERS", "Write `users`"),
        ("reaction", "Write `reactions`"),
        ("collection", "Write `collections`"),
        ("activity", "Write `add_activities`"),
        ("addActivities", "Write `add_activities`"),
        ("add-activities", "Write `add_activities`"),
        ("add_activites", "Did you mean `add_activities`?"),
        ("import", "one of the five names"),
        ("", "one of the five names"),
        ("x" * 100_000, "one of the five names"),
    ],
)
def test_an_instruction_that_is_nearly_one(given: str, hint: str) -> None:
    found = only(follow(instruction=given))
    assert (found.rule, found.path) == ("envelope.instruction.unknown", "/instruction")
    assert found.hint is not None
    assert hint in found.hint
    assert "`add_activities`, `follow`, `reactions`, `users`, `collections`" in found.message


@pytest.mark.parametrize(
    ("line", "path", "given"),
    [
        (follow(feedId=MISSING, feed_id="timeline:frida"), "/feedId", "feed_id"),
        (follow(feedId=MISSING, feedID="timeline:frida"), "/feedId", "feedID"),
        (follow(feedId=MISSING, feedid="timeline:frida"), "/feedId", "feedid"),
        (follow(feedId=MISSING, feed="timeline:frida"), "/feedId", "feed"),
        ({"instruction": "users", "Data": [{"id": "frida"}]}, "/data", "Data"),
        ({"instruction": "users", "entries": [{"id": "frida"}]}, "/data", "entries"),
        ({"type": "users", "data": [{"id": "frida"}]}, "/instruction", "type"),
        (activity(foreign_id=MISSING, foreignId="work:1943"), "/data/0/foreign_id", "foreignId"),
        (activity(time=MISSING, created_at="2020-07-06T10:00:00Z"), "/data/0/time", "created_at"),
        (activity(verb=MISSING, Verb="paint"), "/data/0/verb", "Verb"),
        (activity(object=MISSING, objct="SO:work:roots"), "/data/0/object", "objct"),
        (reaction(user_id=MISSING, userId="diego"), "/data/0/user_id", "userId"),
        (reaction(user_id=MISSING, user="diego"), "/data/0/user_id", "user"),
        (reaction(kind=MISSING, type="heart"), "/data/0/kind", "type"),
        (user(id=MISSING, user_id="frida"), "/data/0/id", "user_id"),
        (user(id=MISSING, ID="frida"), "/data/0/id", "ID"),
        (work(id=MISSING, entry_id="roots"), "/data/0/id", "entry_id"),
        (work(collection=MISSING, name="work"), "/data/0/collection", "name"),
    ],
)
def test_a_required_member_under_another_name_is_one_finding(line: dict[str, Any], path: str, given: str) -> None:
    found = only(line)
    assert found.path == path
    assert found.severity == "error"
    assert found.message == f"`{path.rpartition('/')[2]}` is missing"
    assert found.hint == f"There is `{given}`: rename it to `{path.rpartition('/')[2]}`."


@pytest.mark.parametrize(
    ("line", "rule", "path", "hint"),
    [
        (
            reaction(activity_id=MISSING, activityId=UUID),
            "reaction.activity-ref",
            "/data/0",
            "There is `activityId`: rename it to `activity_id`.",
        ),
        (
            reaction(activity_id=MISSING, activity_foreign_id="work:1943", activityTime="2020-07-06T10:00:00Z"),
            "reaction.activity-ref-partial",
            "/data/0/activity_time",
            "There is `activityTime`: rename it to `activity_time`.",
        ),
        (
            reaction(activity_id=MISSING, foreign_id="work:1943", activity_time="2020-07-06T10:00:00Z"),
            "reaction.activity-ref-partial",
            "/data/0/activity_foreign_id",
            "There is `foreign_id`: rename it to `activity_foreign_id`.",
        ),
        (
            reaction(target_feeds_extra_data={"n": 1}, targetFeeds=["notification:frida"]),
            "reaction.target-feeds-missing",
            "/data/0/target_feeds_extra_data",
            "There is `targetFeeds`: rename it to `target_feeds`.",
        ),
    ],
)
def test_a_member_that_others_ask_for_under_another_name_is_one_finding(
    line: dict[str, Any], rule: str, path: str, hint: str
) -> None:
    found = only(line)
    assert (found.rule, found.path, found.hint) == (rule, path, hint)


@pytest.mark.parametrize(
    ("line", "given", "meant"),
    [
        (reaction(targetFeeds=["notification:frida"]), "targetFeeds", "target_feeds"),
        (reaction(parentId="0a1b2c3d-4e5f-4678-9abc-def012345678"), "parentId", "parent"),
        (reaction(dat={}), "dat", "data"),
        (work(userId="frida"), "userId", "user_id"),
    ],
)
def test_an_unknown_member_that_is_nearly_a_known_one(line: dict[str, Any], given: str, meant: str) -> None:
    found = only(line)
    assert (found.severity, found.path) == ("warning", f"/data/0/{given}")
    assert found.hint == f"Did you mean `{meant}`?"


def test_an_unknown_member_like_no_other() -> None:
    assert "Move the member into `data`" in (only(reaction(colour="red")).hint or "")
    assert only(follow(feed_id="timeline:frida")).path == "/feed_id"  # `feedId` is there too: no misspelt one


# --------------------------------------------------------------------------- times that are nearly right


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (1594029600, "These are Unix seconds. Write `2020-07-06T10:00:00Z`."),
        (1594029600.25, "These are Unix seconds. Write `2020-07-06T10:00:00.25Z`."),
        (1594029600123, "These are Unix milliseconds. Write `2020-07-06T10:00:00.123Z`."),
        (1594029600123456, "These are Unix microseconds. Write `2020-07-06T10:00:00.123456Z`."),
        (20200706, "Write the instant as a string"),
        (-1, "Write the instant as a string"),
        (0, "Write the instant as a string"),
        ({"$date": 1}, "Write the instant as a string"),
    ],
)
def test_a_time_that_is_no_string(given: Any, hint: str) -> None:
    found = only(activity(time=given))
    assert found.rule == "activity.time.type"
    assert hint in (found.hint or "")


def test_a_number_beyond_all_measure_is_no_time_either() -> None:
    found = validate_line(activity(time=10**400))
    assert [f.rule for f in found] == ["json.number-precision", "activity.time.type"]
    assert all(len(f.message) < 300 for f in found)


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("1594029600", "These are Unix seconds. Write `2020-07-06T10:00:00Z`."),
        ("1594029600123", "These are Unix milliseconds. Write `2020-07-06T10:00:00.123Z`."),
        ("1594029600123456789", "These are Unix nanoseconds. Write `2020-07-06T10:00:00.123456Z`."),
        ("2020-07-06 10:00:00", "Write `2020-07-06T10:00:00Z`, if it is in UTC."),
        ("2020-07-06 10:00:00.5", "Write `2020-07-06T10:00:00.5Z`, if it is in UTC."),
        ("2020-07-06 10:00:00Z", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06 10:00:00 UTC", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06 10:00:00 +0200", "Write `2020-07-06T10:00:00+02:00`."),
        ("2020-07-06T10:00:00+0200", "Write `2020-07-06T10:00:00+02:00`."),
        ("2020-07-06T10:00:00-05", "Write `2020-07-06T10:00:00-05:00`."),
        ("2020-07-06T10:00:00Z ", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06T10:00:00Z\n", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06T10:00Z", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06T10:00:00,5Z", "Write `2020-07-06T10:00:00.5Z`."),
        ("2020-07-06", "Add the time of day, for instance `2020-07-06T00:00:00Z`."),
        ("2020-06-31T10:00:00Z", "does not exist"),
        ("2020-07-06T24:00:00Z", "does not exist"),
        ("6 July 2020", "Write date, `T`, time with seconds, and `Z`"),
        (" " * 9_000 + "2020", "Write date, `T`, time with seconds, and `Z`"),
    ],
)
def test_a_string_that_is_nearly_a_time(given: str, hint: str) -> None:
    found = only(activity(time=given))
    assert (found.rule, found.path) == ("activity.time.format", "/data/0/time")
    assert hint in (found.hint or "")


@pytest.mark.parametrize(
    ("given", "rule", "severity", "hint"),
    [
        ("2020-07-06T10:00:00", "no-offset", "error", "If the time is in UTC, write `2020-07-06T10:00:00Z`."),
        ("2020-07-06t10:00:00z", "lowercase", "warning", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06T12:00:00+02:00", "non-utc", "info", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06T10:00:00-00:00", "zero-offset", "info", "Write `2020-07-06T10:00:00Z`."),
        ("2020-07-06T10:00:00.1234567Z", "precision", "warning", "Round to microseconds."),
    ],
)
def test_a_time_that_is_spelt_oddly(given: str, rule: str, severity: str, hint: str) -> None:
    found = only(activity(time=given))
    assert (found.rule, found.severity) == (f"activity.time.{rule}", severity)
    assert hint in (found.hint or "")


def test_a_time_of_many_digits_does_not_fill_the_screen() -> None:
    for found in validate_line(activity(time="2020-07-06T10:00:00." + "1" * 100_000)):
        assert len(found.message) + len(found.hint or "") < 600


# --------------------------------------------------------------------------- ids that are nearly right


@pytest.mark.parametrize(
    ("line", "rule", "message", "hint"),
    [
        (user(id="auth0|5f7c"), "user.id.charset", "`|` is not allowed", "by a dash"),
        (user(id="frida@example.org"), "user.id.charset", "`@`, `.` is not allowed", "by a dash"),
        (user(id="frida "), "user.id.charset", "a blank is not allowed", "Remove the white space around `frida`."),
        (user(id="SU:frida"), "user.id.charset", "`:` is not allowed", "Write `frida`: the prefix `SU:`"),
        (user(id=1943), "user.id.type", "is a number, not a string", "Put the number in quotes"),
        (reaction(user_id="auth0|5f7c"), "reaction.user_id.charset", "`|` is not allowed", "by a dash"),
        (follow("user:auth0|5f7c"), "follow.id-charset", "`|` is not allowed", "For instance `user:auth0-5f7c`"),
        (follow("user:frida "), "follow.id-charset", "a blank is not allowed", "white space around `user:frida`."),
        (follow("my feed:frida"), "follow.group-charset", "a blank is not allowed", "For instance `my_feed:frida`"),
        (follow("my-feed:frida"), "follow.group-dash", "`-` is not allowed", "For instance `my_feed:frida`"),
        (follow("frida"), "follow.format", "has no `:`", "`group:id`"),
        (follow("user:frida:kahlo"), "follow.format", "has 2 `:`", "Replace other colons by dashes"),
        (follow("user:"), "follow.format", "has no id", "`group:id`"),
        (follow(":frida"), "follow.format", "has no group", "`group:id`"),
        (follow("timeline:frida"), "follow.self", "is the `feedId` of its own line", "swap the two"),
        (follow("notification:frida"), "follow.target-not-flat", "notification", "Follow the flat feed"),
        (reaction(activity_id=f"SA:{UUID}"), "reaction.activity_id.format", "SA:", f"Write `{UUID}`"),
        (activity(actor={"id": "frida", "data": {}}), "activity.actor.enriched", "whole object", "Its id is `frida`."),
        (activity(actor={"name": "Frida"}), "activity.actor.enriched", "whole object", "reference `SU:<user id>`"),
        (activity(object=1943), "activity.object.coerced", "is a number, not a string", "Put the number in quotes."),
        (activity(object="SO:roots"), "activity.reference-format", "starts like a reference", "`SO:food:pizza`"),
        (activity(to="user:diego"), "activity.to.type", "is a string, not an array", "even a single one"),
        (activity(to=[["user:diego", "a.b"]]), "activity.to.item.token-pair", "`to[0]`", "Write the feed id alone."),
    ],
)  # fmt: skip
def test_an_id_that_is_nearly_right(line: dict[str, Any], rule: str, message: str, hint: str) -> None:
    found = only(line)
    assert found.rule == rule
    assert message in found.message
    assert hint in (found.hint or "")


def test_the_id_that_follows_is_told() -> None:
    found = only(reaction(activity_foreign_id="Follow:9", activity_time="2017-05-03T08:07:39.5Z"))
    assert found.rule == "reaction.activity-ref-conflict"
    assert "9" in found.message.rpartition(" ")[2]
    fine = reaction(activity_foreign_id="Follow:9", activity_time="2017-05-03T08:07:39Z")
    assert validate_line(fine) == []
    upper = reaction(
        activity_id="93121780-2FD7-11E7-8080-8001551856B0", **_pair("Follow:9", "2017-05-03T10:07:39+02:00")
    )
    assert rules(upper) == ["reaction.activity_time.non-utc"]


def _pair(foreign_id: str, time: str) -> dict[str, str]:
    return {"activity_foreign_id": foreign_id, "activity_time": time}


def test_not_a_number_is_told_once_and_not_judged_again() -> None:
    text = json.dumps(activity(actor=1)).replace('"actor": 1', '"actor": NaN').encode()
    found = only(text)
    assert (found.rule, found.path, found.value) == ("json.nan", "/data/0/actor", "NaN")
    assert "allow_nan=False" in (found.hint or "")


# --------------------------------------------------------------------------- places, records and texts


def test_the_owner_of_an_entry_is_named() -> None:
    assert only(activity(verb="")).record == "work:1943"
    assert only(user(id="fri da")).record == "fri da"
    assert only(work(data={})).record == "roots"
    assert only(work(id="", data={"a": 1})).record == "work"
    assert only(follow("user:diego", "x")).record == "x"
    assert only(follow(feedId="x")).record is None


def test_an_instruction_that_no_table_can_look_up() -> None:
    for odd in ([], {}, [1], {"a": 1}):
        found = validate_line({"instruction": odd, "data": [{"id": "x y"}]})
        assert [f.rule for f in found] == ["envelope.instruction.type"]


def test_odd_names_and_values_can_be_written() -> None:
    line = activity(**{"a.\ud83d": "\ude00" * 300, "tail~/": None, "x.\0": [1]})
    for found in validate_line(line):
        for words in (found.message, found.hint, found.path, found.record, found.value):
            (words or "").encode()
            assert len(words or "") < 400


def test_values_are_cut_but_counts_are_exact() -> None:
    verb, whole = validate_line(activity(verb="é" * 100_000))
    assert (verb.rule, whole.rule) == ("activity.verb.max-bytes", "activity.max-bytes")
    assert "200,000 bytes" in verb.message
    assert len(verb.value or "") <= 120


# --------------------------------------------------------------------------- several mistakes in one line


@pytest.mark.parametrize(
    ("more", "rule", "path"),
    [
        ({"data": MISSING}, "envelope.data.required", "/data"),
        ({"data": None}, "envelope.data.type", "/data"),
        ({"data": "user:diego"}, "envelope.data.type", "/data"),
        ({"data": []}, "envelope.data.not-empty", "/data"),
        ({"comment": "x"}, "envelope.unknown", "/comment"),
    ],
)
def test_a_line_of_no_instruction_still_has_its_envelope(more: dict[str, Any], rule: str, path: str) -> None:
    found = validate_line(follow(instruction="unfollow", **more))
    assert {(f.rule, f.path) for f in found} == {("envelope.instruction.unknown", "/instruction"), (rule, path)}


def test_a_line_of_no_instruction_may_have_what_some_instruction_has() -> None:
    line = follow(instruction="unfollow", activity_copy_limit=20, feedId=17, data=[1, None, {}])
    assert rules(line) == ["envelope.instruction.unknown"]


@pytest.mark.parametrize(
    ("feed", "rule"), [("frida", "format"), ("my feed:frida", "group-charset"), ("user:fri|da", "id-charset")]
)
def test_a_feed_that_is_none_is_not_compared_with_another(feed: str, rule: str) -> None:
    line = activity(to=[feed])
    line["feedId"] = feed
    assert sorted(rules(line)) == sorted([f"activity.to.item.{rule}", f"add_activities.feedId.{rule}"])
    assert sorted(rules(follow(feed, feedId=feed))) == sorted([f"follow.{rule}", f"follow.feedId.{rule}"])


def test_a_feed_that_follows_itself_is_not_told_that_it_is_not_flat() -> None:
    assert rules(follow("notification:frida", feedId="notification:frida")) == ["follow.self"]


@pytest.mark.parametrize(
    ("size", "rule"), [(10_241, "max-bytes"), (10_001, "max-bytes-decimal"), (1_025, "size-advice")]
)
def test_of_several_limits_the_gravest_is_told(size: int, rule: str) -> None:
    line = activity(notes="")
    length = size - len(json.dumps(line["data"][0], separators=(",", ":")))
    line["data"][0]["notes"] = ("la " * length)[:length]
    assert rules(line, select=["activity.max-bytes*", "activity.size-advice"]) == [f"activity.{rule}"]


def test_advice_on_actors_needs_an_actor() -> None:
    select = ["activity.actor.*"]
    assert rules(activity(actor=""), select=select) == ["activity.actor.not-empty"]
    assert rules(activity(actor="User:1"), select=select) == ["activity.actor.v3-user"]


def test_every_mistake_of_a_line_is_told_in_one_go() -> None:
    line = {
        "instruction": "reactions",
        "feedId": "user:frida",
        "data": [
            {"id": "1", "kind": "", "user_id": None, "time": "yesterday", "activity_id": "x", "user": {}},
            "heart",
            {},
        ],
    }
    found = {(f.rule, f.path) for f in validate_line(line)}
    assert found == {
        ("reactions.feedId.unexpected", "/feedId"),
        ("reaction.id.format", "/data/0/id"),
        ("reaction.kind.not-empty", "/data/0/kind"),
        ("reaction.user_id.type", "/data/0/user_id"),
        ("reaction.time.format", "/data/0/time"),
        ("reaction.activity_id.format", "/data/0/activity_id"),
        ("reaction.read-only-field", "/data/0/user"),
        ("reaction.type", "/data/1"),
        *((f"reaction.{name}.required", f"/data/2/{name}") for name in ("id", "kind", "user_id", "time")),
        ("reaction.activity-ref", "/data/2"),
    }


# --------------------------------------------------------------------------- strings deep inside an entry


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("data:image/png;base64,AAAA", True),
        ("see DATA:;BASE64,AAAA", True),
        (r"data:image\/png;base64\u002cAAAA", True),
        (r"data:image/png\u003bbase64,AAAA", True),
        ("data:text/plain,;base64", False),
        ("data: image/png;base64,AAAA", False),
        ("image/png;base64,AAAA", False),
        ("data:;ba\u017fe64,AAAA", False),  # a long s is no s
        ("A" * 1_001, True),
        ("A" * 999 + "==", True),
        ("A" * 1_000, False),
        ("A" * 998 + "==", False),
        ("A" * 1_001 + "!", False),
        ("a-_/+" * 201, True),
        ("AAAA\\n" * 251, True),
        ("data:" * 50_000, False),
        ("data:" * 50_000 + ";base64,", True),
    ],
)
def test_binary_data_is_found_however_it_is_written(text: str, told: bool) -> None:
    line = json.dumps(activity(pictures=[{"src": "?"}])).replace('"?"', f'"{text}"').encode()
    found = rules(line, select=["activity.binary-data"])
    assert found == (["activity.binary-data"] if told else [])


# --------------------------------------------------------------------------- parts of the model that no rule uses


def ruleset(*fields: Field, checks: tuple[Any, ...] = (), severities: dict[str, Severity] | None = None) -> RuleSet:
    """A rule set of one instruction whose entries have these members."""
    entry = RecordValue(type_rule="e.type", entity="e", fields=fields, checks=checks)
    data = Field(name="data", value=ListValue(type_rule="data.type", items=entry))
    name = Field(name="instruction", value=StringValue(type_rule="instruction.type"))
    line = RecordValue(type_rule="line.type", entity="line", fields=(name, data))
    instruction = Instruction(name="put", title="", doc="", entity="e", entry_doc="", line=line, base={}, full={})
    ids = sorted(severities or {})
    return RuleSet(
        name="small",
        version="1.0.0",
        title="",
        summary="",
        url="",
        discriminator="instruction",
        payload="data",
        envelope=line,
        instructions=(instruction,),
        framing=(),
        rules=tuple(_rule(rule, (severities or {})[rule]) for rule in ids),
        documents={},
        type_docs={},
    )


def _rule(rule: str, severity: Severity) -> Rule:
    return Rule(
        id=rule,
        severity=severity,
        kind="",
        summary="",
        why="",
        fix=f"Mend {rule}.",
        since="1.0.0",
        sources=(),
        good=(),
        bad=(),
        defined_in="x.yaml:1",
        entity="e",
        place="",
    )


def explained(rules: RuleSet, *entries: Any) -> list[Violation]:
    """What a rule set has to say of a line with these entries."""
    text = json.dumps({"instruction": "put", "data": list(entries)})
    return Explainer(rules, 0).explain(parse(text).value, text)


def broken(rules: RuleSet, *entries: Any) -> list[tuple[str, str]]:
    """Rules and places."""
    return [(v.rule, "/".join(map(str, v.path[2:]))) for v in explained(rules, *entries)]


def test_numbers_and_booleans() -> None:
    range_of_n = IntegerRange(rule="n.range", minimum=0, maximum=9)
    small = ruleset(
        Field(name="n", value=NumberValue(type_rule="n.type", checks=(range_of_n,))),
        Field(name="i", value=IntegerValue(type_rule="i.type", nullable=True)),
        Field(name="b", value=BooleanValue(type_rule="b.type"), required="b.required"),
        Field(name="a", value=AnyValue(type_rule="")),
    )
    for fine in ({"b": True}, {"n": 0, "b": False}, {"n": 8.5, "b": True, "i": None, "a": None}, {"b": True, "i": 2.0}):
        assert explained(small, fine) == []
    no_numbers: list[Any] = [True, "1", None, [], {}]
    for wrong in no_numbers:
        assert broken(small, {"n": wrong, "b": True}) == [("n.type", "n")]
    no_integers: list[Any] = [1.5, True, "1"]
    for wrong in no_integers:
        assert broken(small, {"i": wrong, "b": True}) == [("i.type", "i")]
    no_booleans: list[Any] = [0, 1, 0.0, "true", None, []]
    for wrong in no_booleans:
        assert broken(small, {"b": wrong}) == [("b.type", "b")]
    assert broken(small, {"n": 10, "b": True}, {"n": -1, "b": True}) == [("n.range", "n")] * 2
    assert broken(small, {"n": 1}) == [("b.required", "b")]
    assert explained(small, {"b": 1})[0].message == "`b` is a number, not true or false"
    assert explained(small, {"n": True, "b": True})[0].message == "`n` is a boolean, not a number"
    assert explained(small, {"i": 1.5, "b": True})[0].message == "`i` is a number, not a whole number"


def test_booleans_are_no_numbers_where_numbers_are_tolerated() -> None:
    form = ToleratedType(rule="s.number", json_type="number")
    small = ruleset(Field(name="s", value=StringValue(type_rule="s.type", tolerated=(form,))))
    assert broken(small, {"s": 1}, {"s": 1.5}, {"s": True}) == [("s.number", "s"), ("s.number", "s"), ("s.type", "s")]


def test_the_parts_of_what_has_other_parts_are_not_looked_at() -> None:
    checks = (
        Split(rule="s.form", separator=".", parts=("a", "b")),
        PartPattern(rule="s.second", part=1, pattern="[0-9]+", separator=".", parts=2),
        PartNotIn(rule="s.never", part=0, values=("no",), separator=".", parts=2),
    )
    small = ruleset(Field(name="s", value=StringValue(type_rule="s.type", checks=checks)))
    assert broken(small, {"s": "a"}, {"s": "no"}, {"s": "a.b.c"}) == [("s.form", "s")] * 3
    assert broken(small, {"s": "no.x"}) == [("s.second", "s"), ("s.never", "s")]


def test_a_check_waits_for_those_it_comes_after() -> None:
    checks = (
        NotEmpty(rule="s.empty"),
        Pattern(rule="s.letters", pattern="[a-z]+", after=("s.empty",)),
        MaxLength(rule="s.long", limit=3, after=("s.letters",)),
    )
    small = ruleset(Field(name="s", value=StringValue(type_rule="s.type", checks=checks)))
    assert broken(small, {"s": ""}, {"s": "ABCD"}, {"s": "abcd"}, {"s": "abc"}) == [
        ("s.empty", "s"),
        ("s.letters", "s"),
        ("s.long", "s"),
    ]


def test_members_that_go_together_are_not_asked_for_where_one_is_wrong() -> None:
    fields = [Field(name=name, value=StringValue(type_rule=f"{name}.type")) for name in "xy"]
    nullable = Field(name="z", value=StringValue(type_rule="z.type", nullable=True, blank=True))
    small = ruleset(
        *fields, nullable, checks=(Together(rule="xz", members=("x", "z")), Differ(rule="xy", member="x", other="y"))
    )
    assert broken(small, {"x": "a"}) == [("xz", "z")]
    assert broken(small, {"x": "a", "z": None}) == [("xz", "z")]
    assert broken(small, {"x": "a", "z": ""}) == [("xz", "z")]
    assert broken(small, {"x": None, "z": "a"}) == [("x.type", "x")]
    assert broken(small, {"x": 5, "z": "a", "y": "a"}) == [("x.type", "x")]
    assert broken(small, {"x": "a", "y": "a", "z": "c"}) == [("xy", "x")]


def test_advice_does_not_end_what_comes_after() -> None:
    checks = (Pattern(rule="s.advice", pattern="[a-z]+"),)
    fields = (
        Field(name="s", value=StringValue(type_rule="s.type", checks=checks)),
        Field(name="t", value=StringValue(type_rule="t.type")),
    )
    differ = (Differ(rule="differ", member="s", other="t"),)
    grave = ruleset(*fields, checks=differ, severities={"s.advice": "warning"})
    light = ruleset(*fields, checks=differ, severities={"s.advice": "info"})
    assert broken(grave, {"s": "A", "t": "A"}) == [("s.advice", "s")]
    assert broken(light, {"s": "A", "t": "A"}) == [("s.advice", "s"), ("differ", "s")]


def test_what_stands_in_an_object_of_its_own_shape_is_searched_too() -> None:
    checks = (
        References(rule="ref", patterns={"X:": "X:[0-9]+"}, members=("r",)),
        NoBinary(rule="bin", longest=8),
        Requires(rule="needs", member="o", other="r"),
    )
    small = ruleset(
        Field(name="o", value=ObjectValue(type_rule="o.type", checks=(NotEmpty(rule="o.empty"),))), checks=checks
    )
    assert broken(small, {"o": {"p": [{"q": "X:a"}]}, "r": "X:1"}) == [("ref", "o/p/0/q")]
    assert broken(small, {"o": {"p": "X: prose"}, "r": "X: prose"}) == [("ref", "r")]
    assert broken(small, {"o": {}, "r": "abcdefghi"}) == [("o.empty", "o"), ("bin", "r")]
    assert broken(small, {"o": {"X:a": 1}}) == [("needs", "o")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2023-05-01 09:30:00", "2023-05-01T09:30:00Z`, if it is in UTC"),
        ("2023-05-01 09:30:00 UTC", "2023-05-01T09:30:00Z`."),
        ("2023-05-01 09:30:00 +0200", "2023-05-01T09:30:00+02:00`."),
        ("2023-05-01T09:30:00+02", "2023-05-01T09:30:00+02:00`."),
        ("2023-05-01_09:30", "2023-05-01T09:30:00Z`, if it is in UTC"),
        ("2023-05-01 09:30:00,25", "2023-05-01T09:30:00.25Z`, if it is in UTC"),
    ],
)
def test_a_time_that_is_nearly_right_is_mended_whatever_is_wrong_with_it(written: str, meant: str) -> None:
    assert meant in _mended_time(written)
