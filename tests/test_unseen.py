"""Every row of the table of known rules (domain/rules.md, section 10) on lines that no rule file has.

Each line has exactly one mistake. It stands between two lines that are fine, and must give one finding: this severity,
this line, this pointer, and nothing else. Rows that need several entries, several lines or a description of the app
are not here. Where the design decided otherwise than the table proposed, the design counts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from stream_import_rules import artefact
from stream_import_rules.findings import Kept
from stream_import_rules.framing import Framer
from stream_import_rules.model import Severity
from stream_import_rules.policy import Policy
from stream_import_rules.validate import Checker

RULESET, _ = artefact.load()
MISSING = object()

# --------------------------------------------------------------------------- lines, right but for what is changed


def _changed(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**record, **changes}.items() if value is not MISSING}


def line(instruction: str, data: Any, **more: Any) -> str:
    """A line of its parts."""
    return text({"instruction": instruction, **more, "data": data})


def text(value: Any) -> str:
    """The JSON text of a line."""
    return json.dumps(value, ensure_ascii=False)


def activity(**changes: Any) -> str:
    """A line with one activity."""
    whole = {
        "actor": "SU:nina",
        "verb": "listen",
        "object": "SO:song:sinnerman",
        "foreign_id": "listen:1958",
        "time": "2021-03-14T15:09:26.535897Z",
        "length": 602,
    }
    return line("add_activities", [_changed(whole, changes)], feedId="user:nina")


def activities(**changes: Any) -> str:
    """An ``add_activities`` line with other members of its own."""
    whole = json.loads(activity())
    return text(_changed(whole, changes))


def follow(*feeds: Any, **changes: Any) -> str:
    """A ``follow`` line."""
    whole = {"instruction": "follow", "feedId": "timeline:nina", "data": list(feeds or ["user:miles", "user:billie"])}
    return text(_changed(whole, changes))


def reaction(**changes: Any) -> str:
    """A line with one reaction, to an activity that Stream has already."""
    whole = {
        "id": "6f3c6d1a-0b52-4f0e-8c8e-2f6f1d6a7b90",
        "kind": "applause",
        "user_id": "miles",
        "activity_id": "9b5b3540-e825-11e8-8080-800016ff21e4",
        "time": "2021-03-14T16:00:00Z",
        "data": {"claps": 3},
    }
    return line("reactions", [_changed(whole, changes)])


def reaction_here(**changes: Any) -> str:
    """A line with one reaction, to an activity of the same import."""
    pair = {"activity_foreign_id": "listen:1958", "activity_time": "2021-03-14T15:09:26.535897Z"}
    return reaction(**{"activity_id": MISSING, **pair, **changes})


def user(**changes: Any) -> str:
    """A line with one user."""
    return line("users", [_changed({"id": "nina", "data": {"name": "Nina", "instruments": ["piano"]}}, changes)])


def song(**changes: Any) -> str:
    """A line with one entry of a collection."""
    whole = {"collection": "song", "id": "sinnerman", "data": {"title": "Sinnerman", "year": 1965}}
    return line("collections", [_changed(whole, changes)])


def filled(make: Any, size: int, member: str = "data") -> str:
    """A line whose one entry has ``size`` bytes as compact JSON."""
    entry = json.loads(make())["data"][0]
    owner = entry if not member else entry[member]
    owner["notes"] = ""
    short = size - len(json.dumps(entry, separators=(",", ":")).encode())
    owner["notes"] = "la " * (short // 3) + "!" * (short % 3)
    return line(json.loads(make())["instruction"], [entry], **({} if member else {"feedId": "user:nina"}))


BEFORE = follow("user:duke")
AFTER = user(id="duke")


# --------------------------------------------------------------------------- the table


class Row(NamedTuple):
    """A line with a mistake: the row of the table, how grave it is, where it is, and the line."""

    name: str
    severity: Severity
    path: str | None
    line: str


E: Severity = "error"
W: Severity = "warning"
I: Severity = "info"  # noqa: E741
D = "/data/0"


def each(name: str, severity: Severity, make: Callable[..., str], members: str, *values: Any) -> list[Row]:
    """Lines whose one entry has each of the values for each of the members."""
    return [
        Row(name, severity, f"{D}/{member}", make(**{member: value})) for member in members.split() for value in values
    ]


_ENRICHED = {"id": "nina", "data": {"name": "Nina"}}

LINES = [
    # 10.1 File and line
    Row("line-invalid-json", E, None, '{"instruction":"users","data":[{"id":"nina" "name":"Nina"}]}'),
    Row("line-invalid-json", E, None, '{"instruction":"users","data":[{"id":"nina"}'),
    Row("line-invalid-json", E, None, '{"instruction":"users","data":[{"id":"nina"]}}'),
    Row("line-invalid-json", E, None, '{"instruction":"users","data":[{"id":"nina","admin":True}]}'),
    Row("line-invalid-json", E, None, '{"instruction":"users","data":[{"id":"ni\tna"}]}'),
    Row("line-invalid-json", E, None, '{"instruction":"users","data":[{"id":"nina","age":087}]}'),
    Row("line-invalid-json", E, None, "instruction,data"),
    Row("line-invalid-json", E, None, f"\ufeff{user()}"),
    Row("line-invalid-json", E, None, f"{user()[:-1]}\0"),
    Row("line-invalid-json", E, None, "{'instruction': 'users', 'data': [{'id': 'nina'}]}"),
    Row("line-multiline-json", E, None, json.dumps(json.loads(song()), indent=4)),
    Row("line-multiline-json", E, None, follow().replace('"data": ', '"data":\n')),
    Row("line-trailing-data", E, None, f"{user()} {song()}"),
    Row("line-trailing-data", E, None, f"{user()},"),
    Row("line-trailing-data", E, None, f"{user()}]"),
    Row("line-not-object", E, "", '["users", [{"id": "nina"}]]'),
    Row("line-not-object", E, "", "1958"),
    Row("line-not-object", E, "", "null"),
    Row("line-not-object", E, "", '"users"'),
    Row("line-blank", W, None, ""),
    Row("line-blank", W, None, "   "),
    Row("line-blank", W, None, "\t\r"),
    Row("json-duplicate-key", W, f"{D}/id", '{"instruction":"users","data":[{"id":"nina","id":"nina"}]}'),
    Row("json-duplicate-key", W, "/instruction", '{"instruction":"users","data":[{"id":"n"}],"instruction":"users"}'),
    Row(
        "json-duplicate-key",
        W,
        f"{D}/data/a/b",
        '{"instruction":"users","data":[{"id":"n","data":{"a":{"b":0,"b":1}}}]}',
    ),
    Row("json-nan-infinity", E, f"{D}/length", activity().replace("602", "NaN")),
    Row("json-nan-infinity", E, f"{D}/data/year", song().replace("1965", "-Infinity")),
    Row("json-nan-infinity", E, f"{D}/data/claps", reaction().replace("3}", "Infinity}")),
    Row("json-nan-infinity", E, f"{D}/time", reaction().replace('"2021-03-14T16:00:00Z"', "NaN")),
    Row("json-nan-infinity", E, f"{D}/actor", activity(actor="NaN").replace('"NaN"', "NaN")),
    Row("json-nan-infinity", E, "/data", line("users", None).replace("null", "NaN")),
    Row("json-lone-surrogate", W, f"{D}/data/title", song().replace("Sinnerman", "\\ud83c")),
    Row("json-lone-surrogate", W, f"{D}/text", activity(text="x").replace('"x"', '"Bravo \\udfb9!"')),
    Row("json-nul-char", W, f"{D}/data/title", song().replace("Sinnerman", "Sinner\\u0000man")),
    Row("json-nul-char", W, f"{D}/object", activity(object="song\0")),
    Row("json-number-precision", W, f"{D}/tweet", activity(tweet=1234567890123456789)),
    Row("json-number-precision", W, f"{D}/data/claps", reaction().replace("3}", "2.7182818284590452353602874}")),
    Row("json-depth", W, "", user().replace('["piano"]', "[" * 29 + "]" * 29)),
    Row("json-depth", E, "", user().replace('["piano"]', "[" * 497 + "]" * 497)),
    Row("json-depth", E, "", song().replace("1965", '{"a":' * 5_000 + "1" + "}" * 5_000)),
    # 10.2 Envelope
    Row("instruction-missing", E, "/instruction", '{"data":[{"id":"nina"}]}'),
    Row("instruction-missing", E, "/instruction", '{"instruction":null,"data":[{"id":"nina"}]}'),
    Row("instruction-type", E, "/instruction", '{"instruction":4,"data":[{"id":"nina"}]}'),
    Row("instruction-type", E, "/instruction", '{"instruction":["users"],"data":[{"id":"nina"}]}'),
    Row("instruction-type", E, "/instruction", '{"instruction":{"users":1},"data":[{"id":"nina"}]}'),
    Row("instruction-unknown", E, "/instruction", follow(instruction="unfollow")),
    Row("instruction-unknown", E, "/instruction", follow(instruction="Follow")),
    Row("instruction-unknown", E, "/instruction", '{"instruction":"user","data":[{"id":"nina"}]}'),
    Row("instruction-unknown", E, "/instruction", '{"instruction":"users ","data":[{"id":"nina"}]}'),
    Row("instruction-unknown", E, "/instruction", '{"instruction":"","data":[{"id":"nina"}]}'),
    Row("instruction-unknown", E, "/instruction", activities(instruction="addActivities")),
    Row("instruction-unknown", E, "/instruction", activities(instruction="delete_activities")),
    Row("feedid-missing", E, "/feedId", activities(feedId=MISSING)),
    Row("feedid-missing", E, "/feedId", follow(feedId=MISSING)),
    Row("feedid-missing", E, "/feedId", activities(feedId=None)),
    Row("feedid-missing", E, "/feedId", follow(feedId=None)),
    Row("feedid-missing", E, "/feedId", activities(feedId=MISSING, feed_id="user:nina")),
    Row("feedid-missing", E, "/feedId", activities(feedId=MISSING, feedID="user:nina")),
    Row("feedid-missing", E, "/feedId", activities(feedId=MISSING, feed="user:nina")),
    Row("feedid-missing", E, "/feedId", follow(feedId=MISSING, feedid="timeline:nina")),
    Row("feedid-type", E, "/feedId", activities(feedId=1958)),
    Row("feedid-type", E, "/feedId", follow(feedId=["timeline:nina"])),
    Row("feedid-unexpected", W, "/feedId", line("users", [{"id": "nina"}], feedId="user:nina")),
    Row("feedid-unexpected", W, "/feedId", text({**json.loads(song()), "feedId": None})),
    Row("feedid-unexpected", W, "/feedId", text({**json.loads(reaction()), "feedId": "not a feed"})),
    Row("data-missing", E, "/data", '{"instruction":"collections"}'),
    Row("data-missing", E, "/data", follow(data=None)),
    Row("data-not-array", E, "/data", activities(data=json.loads(activity())["data"][0])),
    Row("data-not-array", E, "/data", follow(data="user:miles")),
    Row("data-not-array", E, "/data", '{"instruction":"users","data":false}'),
    Row("data-empty", W, "/data", line("users", [])),
    Row("data-empty", W, "/data", line("reactions", [])),
    Row("data-empty", W, "/data", line("collections", [])),
    Row("data-empty", W, "/data", activities(data=[])),
    Row("data-empty", W, "/data", follow(data=[])),
    Row("envelope-unknown-key", W, "/version", line("users", [{"id": "nina"}], version=2)),
    Row("envelope-unknown-key", W, "/x~1y~0z", activities(**{"x/y~z": None})),
    Row("envelope-unknown-key", W, "/activity_copy_limit", activities(activity_copy_limit=20)),
    Row("follow-copy-limit", W, "/activity_copy_limit", follow(activity_copy_limit=100)),
    Row("follow-copy-limit", W, "/activity_copy_limit", follow(activity_copy_limit=1001)),
    Row("follow-copy-limit", W, "/activity_copy_limit", follow(activity_copy_limit=-5)),
    Row("follow-copy-limit", W, "/activity_copy_limit", follow(activity_copy_limit="100")),
    Row("follow-copy-limit", W, "/activity_copy_limit", follow(activity_copy_limit=99.5)),
    Row("entry-not-object", E, "/data/1", activities(data=[json.loads(activity())["data"][0], "listen:1959"])),
    Row("entry-not-object", E, "/data/0", line("users", ["nina"])),
    Row("entry-not-object", E, "/data/0", line("users", [None])),
    Row("entry-not-object", E, "/data/0", line("reactions", [["applause", "miles"]])),
    Row("entry-not-object", E, "/data/1", line("collections", [json.loads(song())["data"][0], 7])),
    Row("too-many-entries", E, "/data", activities(data=json.loads(activity())["data"] * 3_601)),
    Row("too-many-entries", E, "/data", line("users", [{"id": f"nina{i}"} for i in range(10_001)])),
    Row("too-many-entries", E, "/data", line("collections", json.loads(song())["data"] * 10_001)),
    Row("too-many-entries", E, "/data", line("reactions", json.loads(reaction())["data"] * 10_001)),
    # 10.4 follow
    Row("follow-entry-type", E, "/data/1", follow("user:miles", 3)),
    Row("follow-entry-type", E, "/data/1", follow("user:miles", None)),
    Row("follow-entry-type", E, "/data/0", follow(["user:miles"], "user:duke")),
    Row("follow-entry-type", E, "/data/0", follow({"source": "timeline:nina", "target": "user:duke"})),
    Row("follow-self", E, "/data/2", follow("user:miles", "user:billie", "timeline:nina")),
    Row("follow-target-not-flat", W, "/data/0", follow("notification:duke")),
    Row("follow-target-not-flat", W, "/data/1", follow("user:miles", "notifications:duke")),
    Row("follow-target-not-flat", W, "/data/0", follow("aggregated:duke")),
    Row("follow-target-not-flat", W, "/data/0", follow("timeline_aggregated:duke")),
    Row("follow-duplicate", W, "/data/2", follow("user:miles", "user:billie", "user:miles", "user:duke")),
    # 10.5 add_activities
    *each("activity-required", E, activity, "actor verb object foreign_id time", MISSING, None),
    *each("activity-empty", E, activity, "actor verb foreign_id time", ""),
    Row("activity-empty-object", W, f"{D}/object", activity(object="")),
    *each("activity-field-type", E, activity, "verb foreign_id target", 7, False, ["x"], {"id": "x"}),
    *each("activity-field-type", E, activity, "actor object", True, ["SU:nina"]),
    *each("activity-field-coerced", W, activity, "actor object", 1958, 0, 2.5),
    *each("activity-enriched-actor", W, activity, "actor object", _ENRICHED, {"name": "Nina"}, {}),
    Row("activity-verb-length", E, f"{D}/verb", activity(verb="v" * 256)),
    Row("activity-verb-length", E, f"{D}/verb", activity(verb="ü" * 127 + "vv")),
    Row("activity-foreign-id-length", W, f"{D}/foreign_id", activity(foreign_id="ü" * 256)),
    Row("activity-size", E, D, filled(activity, 10_241, "")),
    Row("activity-size", W, D, filled(activity, 10_240, "")),
    Row("activity-size", W, D, filled(activity, 10_001, "")),
    Row("activity-binary-data", W, f"{D}/cover", activity(cover="data:image/gif;base64,R0lGODlhAQABAAAAACw=")),
    Row(
        "activity-binary-data",
        W,
        f"{D}/covers/1/src",
        activity(covers=[{}, {"src": "url(DATA:image/gif;Base64,R0lGOD)"}]),
    ),
    Row("activity-binary-data", W, f"{D}/waveform", activity(waveform="UklGRg" * 167)),
    *each(
        "activity-reserved-field",
        E,
        activity,
        "activity_id activity analytics extra_context is_read is_seen site_id",
        None,
    ),
    *each("activity-readonly-field", W, activity, "id origin score", "x"),
    *each("activity-readonly-field", W, activity, "own_reactions latest_reactions reaction_counts reaction", {}),
    *each("activity-readonly-field", W, activity, "own_reactions_extra latest_reactions_extra", []),
    *each("activity-readonly-field", W, activity, "group duration activities activity_count actor_count", 1),
    Row("activity-field-dotted", W, f"{D}/album.title", activity(**{"album.title": "Pastel Blues"})),
    Row("activity-field-dotted", W, f"{D}/", activity(**{"": "Pastel Blues"})),
    Row("activity-to-type", E, f"{D}/to", activity(to="user:miles")),
    Row("activity-to-type", E, f"{D}/to", activity(to={"user:miles": True})),
    Row("activity-to-limit", E, f"{D}/to", activity(to=[f"user:fan{i}" for i in range(101)])),
    Row("activity-to-entry-format", E, f"{D}/to/1", activity(to=["user:miles", 12])),
    Row("activity-to-entry-format", E, f"{D}/to/1", activity(to=["user:miles", None])),
    Row("activity-to-entry-format", E, f"{D}/to/0", activity(to=[{"feed": "user:duke"}])),
    Row("activity-to-entry-format", E, f"{D}/to/0", activity(to=[["user:duke"]])),
    Row("activity-to-token-form", W, f"{D}/to/0", activity(to=[["user:miles", "eyJhbGciOi.J9"]])),
    Row("activity-to-token-form", W, f"{D}/to/1", activity(to=["user:billie", "user:miles eyJhbGciOi.J9"])),
    Row("activity-to-duplicate", W, f"{D}/to/2", activity(to=["user:miles", "user:billie", "user:miles"])),
    Row("activity-to-duplicate", W, f"{D}/to/0", activity(to=["user:nina"])),
    Row("activity-ref-format", W, f"{D}/object", activity(object="SO:sinnerman")),
    Row("activity-ref-format", W, f"{D}/actor", activity(actor="SU:")),
    Row("activity-ref-format", W, f"{D}/target", activity(target="SA:nina")),
    Row("activity-ref-format", W, f"{D}/shared/0/by", activity(shared=[{"by": "SU:nina|simone"}])),
    Row("activity-ref-format", W, f"{D}/reply", activity(reply="SR:")),
    # 10.7 reactions
    *each("reaction-required", E, reaction, "id kind user_id time", MISSING, None, ""),
    *each("reaction-field-type", E, reaction, "id kind user_id time parent activity_id", 12, True, [], {}),
    Row("reaction-id-format", W, f"{D}/id", reaction(id="applause:1")),
    Row("reaction-id-format", W, f"{D}/id", reaction(id="6f3c6d1a0b524f0e8c8e2f6f1d6a7b90")),
    Row("reaction-id-format", W, f"{D}/parent", reaction(parent="applause:1")),
    Row("reaction-kind-length", W, f"{D}/kind", reaction(kind="a" * 256)),
    *each(
        "reaction-user-id-charset",
        E,
        reaction,
        "user_id",
        "SU:miles",
        "miles davis",
        "google-oauth2|117",
        "mílès",
        "miles\n",
    ),
    Row("reaction-activity-ref-missing", E, D, reaction(activity_id=MISSING)),
    Row("reaction-activity-ref-missing", E, D, reaction(activity_id=MISSING, parent="")),
    Row(
        "reaction-activity-ref-missing",
        W,
        D,
        reaction(activity_id=MISSING, parent="0f2dd8a6-64a4-4d2e-a3b0-5f0e0f0f1f9a"),
    ),
    Row("reaction-activity-ref-partial", E, f"{D}/activity_time", reaction_here(activity_time=MISSING)),
    Row("reaction-activity-ref-partial", E, f"{D}/activity_foreign_id", reaction_here(activity_foreign_id=MISSING)),
    *each("reaction-activity-ref-conflict", E, reaction_here, "activity_id", "9b5b3540-e825-11e8-8080-800016ff21e4"),
    Row("reaction-activity-id-format", E, f"{D}/activity_id", reaction(activity_id="listen:1958")),
    Row("reaction-activity-id-format", E, f"{D}/activity_id", reaction(activity_id="")),
    *each("reaction-data-type", E, reaction, "data", "bravo", ["bravo"], 3, False),
    Row("reaction-size", E, D, filled(reaction, 10_241)),
    Row("reaction-size", W, D, filled(reaction, 10_001)),
    Row("reaction-parent-cycle", E, f"{D}/parent", reaction(parent="6f3c6d1a-0b52-4f0e-8c8e-2f6f1d6a7b90")),
    Row("reaction-target-feeds", E, f"{D}/target_feeds", reaction(target_feeds="notification:nina")),
    Row("reaction-target-feeds", E, f"{D}/target_feeds/1", reaction(target_feeds=["notification:nina", 5])),
    Row(
        "reaction-target-feeds-extra",
        W,
        f"{D}/target_feeds_extra_data",
        reaction(target_feeds=["notification:nina"], target_feeds_extra_data="loud"),
    ),
    *each("reaction-target-feeds-extra", W, reaction, "target_feeds_extra_data", {"volume": 11}),
    Row("reaction-time-before-activity", W, f"{D}/time", reaction_here(time="2021-03-14T15:09:26Z")),
    Row("reaction-time-before-activity", W, f"{D}/time", reaction_here(time="2021-03-14T15:09:26.535896Z")),
    *each("reaction-readonly-field", W, reaction, "user children_counts latest_children own_children", {}),
    *each("reaction-readonly-field", W, reaction, "created_at updated_at deleted_at", "2021-03-14T15:09:26Z"),
    Row("unknown keys: reactions", W, f"{D}/claps", reaction(claps=3)),
    # 10.8 users
    *each("user-id-missing", E, user, "id", MISSING, None, ""),
    *each("user-id-type", E, user, "id", 58, True, ["nina"], {"id": "nina"}),
    *each("user-id-charset", E, user, "id", "nina simone", "nina.simone", "auth0|nina", "nína", "SU:nina", "nina "),
    Row("user-id-length", W, f"{D}/id", user(id="n" * 256)),
    *each("user-data-type", E, user, "data", "Nina", ["Nina"], 58, True, None),
    Row("user-size", E, D, filled(user, 10_241)),
    Row("user-size", W, D, filled(user, 10_001)),
    *each("user-unknown-key", W, user, "created_at updated_at", "2021-03-14T15:09:26Z"),
    # 10.9 collections
    *each("collection-required", E, song, "collection id data", MISSING, None),
    *each("collection-required", E, song, "collection id", ""),
    *each("collection-required", E, song, "data", {}),
    *each("collection-field-type", E, song, "collection id", 65, False, ["song"]),
    Row("collection-name-charset", E, f"{D}/collection", song(collection="song:live")),
    *each("collection-name-charset", W, song, "collection", "live songs", "chansons-é", "song/live"),
    *each("collection-id-charset", E, song, "id", "sinner man", "song:sinnerman", "sinnerman!", "s.mp3"),
    *each("collection-data-type", E, song, "data", "Sinnerman", ["Sinnerman"], 1965),
    Row("collection-size", E, D, filled(song, 51_201)),
    Row("collection-size", W, D, filled(song, 51_200)),
    Row("collection-size", W, D, filled(song, 50_001)),
    *each("collection-length", W, song, "collection id", "s" * 129),
    Row("collection-unknown-key", W, f"{D}/year", song(year=1965)),
]


def _feed_rows() -> Iterator[Row]:
    """10.3 Feed ids, in every place where one may stand."""
    wrong: list[tuple[str, Severity, str]] = [
        ("feed-id-format", E, "nina"),
        ("feed-id-format", E, ""),
        ("feed-id-format", E, "user:"),
        ("feed-id-format", E, ":nina"),
        ("feed-id-format", E, "user:nina:live"),
        ("feed-id-format", E, "user::nina"),
        ("feed-slug-charset", E, "live feed:nina"),
        ("feed-slug-charset", E, "üser:nina"),
        ("feed-slug-charset", E, "user.live:nina"),
        ("feed-slug-dash", W, "user-live:nina"),
        ("feed-user-id-charset", E, "user:nina|simone"),
        ("feed-user-id-charset", E, "user:nina@example.com"),
        ("feed-user-id-charset", E, "user:nína"),
        ("feed-user-id-charset", E, "user:nina\n"),
        ("feed-id-length", W, "user:" + "n" * 251),
    ]
    for name, severity, feed in wrong:
        yield Row(name, severity, "/feedId", activities(feedId=feed))
        yield Row(name, severity, "/feedId", follow(feedId=feed))
        yield Row(name, severity, "/data/1", follow("user:miles", feed))
        yield Row(name, severity, f"{D}/to/1", activity(to=["user:miles", feed]))
        yield Row(name, severity, f"{D}/target_feeds/0", reaction(target_feeds=[feed]))


def _time_rows() -> Iterator[Row]:
    """10.6 Times, in every place where one may stand."""
    wrong: list[tuple[str, Severity, Any]] = [
        ("time-type", E, 1615734566),
        ("time-type", E, 1615734566535),
        ("time-type", E, True),
        ("time-type", E, {"$date": "2021-03-14T15:09:26Z"}),
        ("time-format", E, "2021-03-14"),
        ("time-format", E, "2021-03-14 15:09:26Z"),
        ("time-format", E, "2021-03-14T15:09Z"),
        ("time-format", E, "2021-02-29T15:09:26Z"),
        ("time-format", E, "2021-03-14T24:00:00Z"),
        ("time-format", E, "2021-03-14T15:09:60Z"),
        ("time-format", E, "14/03/2021 15:09"),
        ("time-format", E, "2021-03-14T15:09:26+0100"),
        ("time-format", E, "2021-03-14T15:09:26Z "),
        ("time-format", E, "1615734566"),
        ("time-no-offset", E, "2021-03-14T15:09:26"),
        ("time-no-offset", E, "2021-03-14T15:09:26.535897"),
        ("time-non-utc", I, "2021-03-14T10:09:26.535897-05:00"),
        ("time-non-utc", I, "2021-03-14T15:09:26.535897+00:00"),
        ("time-precision", W, "2021-03-14T15:09:26.5358979Z"),
        ("time-range", W, "1958-02-21T15:09:26Z"),
        ("time-range", W, "2958-02-21T15:09:26Z"),
        ("time-range", E, "1358-02-21T15:09:26Z"),
        ("time-range", E, "5958-02-21T15:09:26Z"),
        ("time-lowercase", W, "2021-03-14t15:09:26Z"),
        ("time-lowercase", W, "2021-03-14T15:09:26z"),
    ]
    for name, severity, time in wrong:
        yield Row(name, severity, f"{D}/time", activity(time=time))
        yield Row(name, severity, f"{D}/time", reaction(time=time))
        yield Row(name, severity, f"{D}/activity_time", reaction_here(activity_time=time))


LINES += [*_feed_rows(), *_time_rows()]

#: Lines that the table has something to say of, but the design (section 9) or the table itself lets pass.
FINE = {
    "users are open": user(name="Nina", created="1933"),
    "activities are open": activity(album={"title": "Pastel Blues"}, **{"ünïcode name": 1}),
    "a target that is null": activity(target=None),
    "a target that is empty": activity(target=""),
    "targets that are null": activity(to=None),
    "no targets": activity(to=[]),
    "data of a reaction that is null": reaction(data=None),
    "a parent that is empty": reaction(parent=""),
    "a parent that is null": reaction(parent=None),
    "an owner of an entry": song(user_id="nina"),
    "a reaction in the moment of its activity": reaction_here(time="2021-03-14T15:09:26.535897Z"),
    "both forms of one activity": reaction_here(
        activity_id="4de49040-cee9-11ed-8080-80005ac58706",
        activity_foreign_id="User:17132",
        activity_time="2023-03-30T10:54:54.788Z",
        time="2024-01-01T00:00:00Z",
    ),
    "a foreign id at its limit": activity(foreign_id="ü" * 255),
    "a verb at its limit": activity(verb="ü" * 127 + "v"),
    "an activity at its limit": filled(activity, 10_000, ""),
    "a reaction at its limit": filled(reaction, 10_000),
    "a user at its limit": filled(user, 10_000),
    "an entry at its limit": filled(song, 50_000),
    "a feed of any type that follows": follow(feedId="notification:nina"),
    "100 targets": activity(to=[f"user:fan{i}" for i in range(100)]),
    "3,600 activities": activities(data=json.loads(activity())["data"] * 3_600),
    "10,000 users": line("users", json.loads(user())["data"] * 10_000),
    "many follows": follow(*(f"user:fan{i}" for i in range(20_000))),
    "32 levels": user().replace('["piano"]', "[" * 28 + "]" * 28),
    "prose that starts like a reference": activity(text="SO: this is what she sang"),
    "1,000 characters of base64": activity(waveform="UklGRg==" * 125),
    "an escaped emoji": song().replace("Sinnerman", "\\ud83c\\udfb9"),
    "a line with blanks at its ends": f"  {user()}\t",
    "an activity that is large because of blanks": activity(notes="x").replace('"x"', " " * 12_000 + '"x"'),
    "a user who is large because of escapes": user(data={"name": "x" * 2_500}).replace("x", "\\u00fc"),
    "a carriage return at the end": f"{user()}\r",
    "a line separator in a string": user(data={"name": "Nina\u2028Simone\u0085"}),
    "a large integer in a string": activity(tweet="1234567890123456789"),
}

# --------------------------------------------------------------------------- judging


@pytest.fixture(scope="module", params=["explain", "fast"])
def checker(request: pytest.FixtureRequest) -> Checker:
    """Every line goes through both paths."""
    fast = artefact.fast_validator() if request.param == "fast" else None
    return Checker(RULESET, Policy(RULESET), fast=fast)


def judge(checker: Checker, data: bytes) -> list[tuple[str, int | None, str | None]]:
    """Severity, line and pointer of all findings of a file."""
    kept = Kept()
    checker.check(io.BytesIO(data), "export.jsonl", kept)
    return [(f.severity, f.line, f.path) for f in kept.findings]


def between(line: str) -> bytes:
    """A file with a line between two that are fine."""
    return f"{BEFORE}\n{line}\n{AFTER}\n".encode()


def test_each_mistake_gives_its_one_finding(checker: Checker) -> None:
    wrong = []
    for row in LINES:
        found = judge(checker, between(row.line))
        if found != [(row.severity, 2, row.path)]:
            wrong.append(f"{row.name}: expected {row.severity} at {row.path}, found {found}: {row.line[:200]}")
    assert not wrong, f"{len(wrong)} of {len(LINES)}:\n" + "\n".join(wrong)


def test_what_is_fine_gives_none(checker: Checker) -> None:
    wrong = {name: found for name, line in FINE.items() if (found := judge(checker, between(line)))}
    assert not wrong


FILES: dict[str, tuple[bytes, tuple[Severity, int | None, str | None]]] = {
    "file-empty": (b"", (E, None, None)),
    "file-empty, blank lines only": (b"\n\r\n \n", (E, None, None)),
    "file-encoding, Latin-1": (between(song(data={"title": "Déjà vu"})).decode().encode("latin-1"), (E, 2, None)),
    "file-encoding, UTF-16 with a mark": (between(song()).decode().encode("utf-16"), (E, 1, None)),
    "file-encoding, UTF-16 without": (between(song()).decode().encode("utf-16-be"), (E, 1, None)),
    "file-encoding, cut in a character": (between(song()) + user(id="nina", name="é").encode()[:-4], (E, 4, None)),
    "file-bom": (b"\xef\xbb\xbf" + between(song()), (E, 1, None)),
    "file-json-array, in one line": (f"[{song()},{user()}]\n".encode(), (E, 1, None)),
    "file-json-array, in many": (text([json.loads(song())]).replace(",", ",\n").encode(), (E, 1, None)),
    "file-json-array, a line each": (f"[\n{song()},\n{user()}\n]\n".encode(), (E, 1, None)),
    "line-not-object, in the first line": (f'["users"]\n{song()}\n'.encode(), (E, 1, None)),
    "line-trailing-data, carriage returns alone": (between(song()).replace(b"\n", b"\r"), (E, 1, None)),
    "line-multiline-json, each of them": (json.dumps(json.loads(song()), indent=2).encode(), (E, 1, None)),
    "line-invalid-json, cut off at the end": (between(song()) + user().encode()[:40], (E, 4, None)),
    "line-blank, several": (f"{BEFORE}\n\n\n\n{AFTER}\n".encode(), (W, 2, None)),
    "feed-group-near-miss": (
        "".join(f"{follow(f'user:fan{i}', feedId=f'timeline:{i}')}\n" for i in range(12)).encode()
        + follow("user:duke", "usr:duke").encode(),
        (W, 13, "/data/1"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), FILES.values(), ids=FILES)
def test_each_mistake_of_a_file_gives_its_one_finding(checker: Checker, data: bytes, expected: Any) -> None:
    found = judge(checker, data)
    assert [(severity, number, path or None) for severity, number, path in found] == [expected]


@pytest.mark.parametrize(
    ("size", "expected"),
    [(300_000_000, []), (300_000_001, [W]), (314_572_800, [W]), (314_572_801, [E]), (10**12, [E])],
)
def test_the_size_of_a_file_gives_one_finding(size: int, expected: list[Severity]) -> None:
    """10.1 file-size."""
    assert [finding.severity for finding in Framer(RULESET, "export.jsonl").size(size)] == expected


@pytest.mark.parametrize(
    ("rule", "line", "path"),
    [
        ("activity.size-advice", filled(activity, 1_025, ""), D),
        ("activity.v3-text", activity(), D),
        ("activity.actor.v3-user", activity(actor="User:nina", text="x"), f"{D}/actor"),
    ],
)
def test_advice_is_given_only_if_it_is_asked_for(checker: Checker, rule: str, line: str, path: str) -> None:
    """10.5 activity-size-advice and activity-v3-note are off by default."""
    assert judge(checker, between(line)) == []
    asked = Checker(RULESET, Policy(RULESET, select=[rule]))
    assert judge(asked, between(line)) == [(I, 2, path)]
