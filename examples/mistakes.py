"""Plants mistakes in a good import, and says which findings each must give: rule, line, path.

Used by ``make_examples``. A mistake is one function: its decorator names the rule, its docstring says what was done
wrong. It gets a line of its kind, spoils it, and returns where. Functions under ``@change`` change the value of the
line; those under ``@write`` write the bytes of the line themselves. Whatever another line refers to stays what it is.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Line: TypeAlias = dict[str, Any]
#: A rule, and a JSON Pointer from the root of the line; ``None`` for what has no place in a value.
Place: TypeAlias = tuple[str, str | None]


@dataclass(frozen=True)
class Mistake:
    """One mistake for a line of an instruction; of ``add_activities`` and ``follow`` one for a feed of ``group``."""

    rule: str
    what: str
    instruction: str
    group: str
    spoil: Callable[[Line, int], tuple[bytes, list[Place]]]


MISTAKES: list[Mistake] = []

Change: TypeAlias = Callable[[Line, int], "str | list[str]"]
Write: TypeAlias = Callable[[Line], bytes]


def encoded(line: Line) -> bytes:
    """A line as a program writes it, without its end."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()


def change(rule: str, instruction: str, group: str = "") -> Callable[[Change], Change]:
    """Registers a function that changes a line; it returns the path of its finding, or the paths of several."""

    def register(function: Change) -> Change:
        def spoil(line: Line, quiet: int) -> tuple[bytes, list[Place]]:
            paths = function(line, quiet)
            return encoded(line), [(rule, path) for path in ([paths] if isinstance(paths, str) else paths)]

        MISTAKES.append(Mistake(rule, _said(function), instruction, group, spoil))
        return function

    return register


def write(rule: str, instruction: str, group: str = "", path: str | None = None) -> Callable[[Write], Write]:
    """Registers a function that writes the bytes of a line; the finding is where these bytes start."""

    def register(function: Write) -> Write:
        def spoil(line: Line, quiet: int) -> tuple[bytes, list[Place]]:
            return function(line), [(rule, path)]

        MISTAKES.append(Mistake(rule, _said(function), instruction, group, spoil))
        return function

    return register


def _said(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").strip()


def _added(line: Line, entry: Any, member: str = "") -> str:
    """Adds an entry that nothing refers to; the path of it or of one of its members."""
    line["data"].append(entry)
    return f"/data/{len(line['data']) - 1}" + (f"/{member}" if member else "")


def _set(line: Line, index: int, member: str, value: Any) -> str:
    line["data"][index][member] = value
    return f"/data/{index}/{member}"


def _cut(line: Line, index: int, member: str) -> str:
    del line["data"][index][member]
    return f"/data/{index}/{member}"


# --------------------------------------------------------------------------- the file, its lines, their text


@write("file.bom", "users")
def byte_order_mark(line: Line) -> bytes:
    """The file starts with a byte order mark, as some editors write it."""
    return b"\xef\xbb\xbf" + encoded(line)


@write("line.blank", "collections")
def blank_line(line: Line) -> bytes:
    """An empty line before the line."""
    return b"\n" + encoded(line)


@write("line.multiline", "collections")
def pretty_printed(line: Line) -> bytes:
    """The instruction is spread over several lines."""
    return json.dumps(line, ensure_ascii=False, indent=2).encode()


@write("file.encoding", "add_activities", "notification")
def latin_1(line: Line) -> bytes:
    """The line is written in Latin-1."""
    line["data"][0]["text"] = "Kom je ook naar het café?"
    return encoded(line).decode().encode("latin-1")


@write("line.json", "follow", "timeline")
def printed(line: Line) -> bytes:
    """Printed by Python's `print`, with single quotes."""
    return repr(line).encode()


@write("line.trailing-data", "follow", "timeline")
def two_in_one(line: Line) -> bytes:
    """Two instructions in one line."""
    first, *rest = line["data"]
    return encoded(line | {"data": [first]}) + encoded(line | {"data": rest})


@write("line.type", "follow", "timeline", path="")
def encoded_twice(line: Line) -> bytes:
    """The instruction was encoded twice, and is a string."""
    return json.dumps(encoded(line).decode(), ensure_ascii=False).encode()


@change("json.number-precision", "users")
def large_number(line: Line, _: int) -> str:
    """An id of another system as a number that 64-bit floats cannot hold."""
    line["data"][1]["data"]["legacy_id"] = 850006245121695745
    return "/data/1/data/legacy_id"


@change("json.nan", "add_activities", "user")
def not_a_number(line: Line, quiet: int) -> str:
    """A missing figure, written as `NaN`."""
    return _set(line, quiet, "elevation_m", float("nan"))


@write("json.duplicate-key", "add_activities", "club", path="/data/0/text")
def key_twice(line: Line) -> bytes:
    """The text of the activity stands there twice."""
    activity = encoded(line["data"][0])
    return encoded(line).replace(activity, activity[:-1] + b',"text":"Cancelled"}', 1)


@write("json.lone-surrogate", "add_activities", "club", path="/data/1/text")
def cut_emoji(line: Line) -> bytes:
    """A text was cut in the middle of an emoji."""
    text = line["data"][1]["text"]
    return encoded(line).replace(json.dumps(text, ensure_ascii=False).encode(), rb'"See you there \ud83d"', 1)


# --------------------------------------------------------------------------- the envelope


@change("users.feedId.unexpected", "users")
def feed_of_users(line: Line, _: int) -> str:
    """A feed where none belongs."""
    line["feedId"] = "user:alice"
    return "/feedId"


@change("envelope.unknown", "collections")
def comment_beside(line: Line, _: int) -> str:
    """A comment beside the members of the line."""
    line["comment"] = "second batch"
    return "/comment"


@change("envelope.data.required", "follow", "notification")
def data_misspelt(line: Line, _: int) -> str:
    """`entries` instead of `data`."""
    line["entries"] = line.pop("data")
    return "/data"


@change("envelope.instruction.unknown", "follow", "notification")
def former_instruction(line: Line, _: int) -> str:
    """An instruction that older importers knew."""
    line["instruction"] = "unfollow"
    return "/instruction"


@change("envelope.instruction.required", "follow", "timeline")
def instruction_misspelt(line: Line, _: int) -> str:
    """`action` instead of `instruction`."""
    line["action"] = line.pop("instruction")
    return "/instruction"


@change("envelope.data.not-empty", "follow", "timeline")
def no_entries(line: Line, _: int) -> str:
    """A line without entries."""
    line["data"] = []
    return "/data"


# --------------------------------------------------------------------------- users and collections


@change("user.id.charset", "users")
def email_as_id(line: Line, _: int) -> str:
    """An e-mail address as the id of a user."""
    return _added(line, {"id": "frank@example.org", "data": {"name": "Frank"}}, "id")


@change("user.id.required", "users")
def user_id_misspelt(line: Line, _: int) -> str:
    """`user_id` instead of `id`."""
    return _added(line, {"user_id": "frida", "data": {"name": "Frida"}}, "id")


@change("user.data.type", "users")
def name_as_data(line: Line, _: int) -> str:
    """The name alone, where an object belongs."""
    return _added(line, {"id": "felix", "data": "Felix"}, "data")


@change("collection.data.not-empty", "collections")
def empty_data(line: Line, _: int) -> str:
    """An entry without fields."""
    return _added(line, {"collection": "hut", "id": "ruin", "data": {}}, "data")


@change("collection.id.charset", "collections")
def blank_in_id(line: Line, _: int) -> str:
    """A title as an id, blanks and all."""
    return _added(line, {"collection": "hut", "id": "Old Mill", "data": {"name": "Old Mill", "beds": 4}}, "id")


@change("collection.unknown", "collections")
def fields_beside(line: Line, _: int) -> str:
    """A field of the entry beside `data`, not in it."""
    return _added(line, {"collection": "hut", "id": "mill", "data": {"name": "Old Mill"}, "beds": 4}, "beds")


# --------------------------------------------------------------------------- feed ids


@change("add_activities.feedId.required", "add_activities", "route")
def feed_misspelt(line: Line, _: int) -> str:
    """`feed_id` instead of `feedId`."""
    line["feed_id"] = line.pop("feedId")
    return "/feedId"


@change("add_activities.feedId.id-charset", "add_activities", "notification")
def auth0_id(line: Line, _: int) -> str:
    """The id of another service, with a bar in it."""
    line["feedId"] = "notification:auth0|5f7c8ec7c33c6c004bbafe82"
    return "/feedId"


@change("feed-group.near-miss", "add_activities", "user")
def group_misspelt(line: Line, quiet: int) -> str:
    """A feed group with a letter missing, used once."""
    targets = line["data"][quiet].setdefault("to", [])
    targets.append("notifcation:alice")
    return f"/data/{quiet}/to/{len(targets) - 1}"


@change("activity.to.item.token-text", "add_activities", "user")
def token(line: Line, quiet: int) -> str:
    """A target with its token, as old clients sent it."""
    line["data"][quiet]["to"] = ["notification:bob TbG1jYv2sJkq3Q"]
    return f"/data/{quiet}/to/0"


@change("follow.feedId.format", "follow", "timeline")
def no_group(line: Line, _: int) -> str:
    """A feed id without its group."""
    line["feedId"] = line["feedId"].partition(":")[2]
    return "/feedId"


@change("follow.self", "follow", "timeline")
def follows_itself(line: Line, _: int) -> str:
    """A feed that follows itself."""
    return _added(line, line["feedId"])


@change("follow.target-not-flat", "follow", "timeline")
def follows_notifications(line: Line, _: int) -> str:
    """A notification feed is followed, which only flat feeds can be."""
    return _added(line, "notification:bob")


@change("follow.duplicate", "follow", "notification")
def follows_twice(line: Line, _: int) -> str:
    """The same feed twice in one line."""
    return _added(line, line["data"][0])


# --------------------------------------------------------------------------- activities


@change("activity.foreign_id.required", "add_activities", "user")
def no_foreign_id(line: Line, quiet: int) -> str:
    """An activity without a foreign id."""
    return _cut(line, quiet, "foreign_id")


@change("activity.verb.not-empty", "add_activities", "user")
def empty_verb(line: Line, quiet: int) -> str:
    """An empty verb."""
    return _set(line, quiet, "verb", "")


@change("activity.actor.enriched", "add_activities", "user")
def whole_actor(line: Line, quiet: int) -> str:
    """The whole user as the actor, as reads return it."""
    user = line["data"][quiet]["actor"].removeprefix("SU:")
    return _set(line, quiet, "actor", {"id": user, "data": {"name": user.title()}})


@change("activity.reference-format", "add_activities", "user")
def half_reference(line: Line, quiet: int) -> str:
    """A reference that does not name its collection."""
    return _set(line, quiet, "object", "SO:fern-valley")


@change("activity.reserved-field", "add_activities", "user")
def reserved(line: Line, quiet: int) -> str:
    """A custom member with a reserved name."""
    return _set(line, quiet, "site_id", 1123)


@change("activity.read-only-reserved", "add_activities", "user")
def read_back(line: Line, quiet: int) -> str:
    """The id that a read of the API returned."""
    return _set(line, quiet, "id", "54a60c1e-4ee3-11ee-8080-800013d1b4c2")


@change("activity.max-bytes", "add_activities", "club")
def too_large(line: Line, _: int) -> str:
    """An activity of more than 10 KB."""
    line["data"][0]["text"] = "Dear all, " + "and another thing, " * 560
    return "/data/0"


# --------------------------------------------------------------------------- times


@change("activity.time.type", "add_activities", "user")
def unix_time(line: Line, quiet: int) -> str:
    """Unix seconds."""
    return _set(line, quiet, "time", 1693557000)


@change("activity.time.format", "add_activities", "user")
def blank_in_time(line: Line, quiet: int) -> str:
    """A blank instead of the `T`."""
    return _set(line, quiet, "time", line["data"][quiet]["time"].replace("T", " "))


@change("activity.time.no-offset", "add_activities", "club")
def local_times(line: Line, _: int) -> list[str]:
    """No time of the line has its offset."""
    return [_set(line, i, "time", activity["time"].removesuffix("Z")) for i, activity in enumerate(line["data"])]


@change("activity.time.non-utc", "add_activities", "user")
def other_zone(line: Line, quiet: int) -> str:
    """A time in another zone: right, but not as Stream writes it."""
    return _set(line, quiet, "time", "2023-09-01T10:30:00+02:00")


@change("activity.time.precision", "add_activities", "user")
def nanoseconds(line: Line, quiet: int) -> str:
    """A time in nanoseconds."""
    return _set(line, quiet, "time", "2023-09-01T08:30:00.123456789Z")


# --------------------------------------------------------------------------- reactions


@change("reaction.user_id.charset", "reactions")
def reference_as_user(line: Line, quiet: int) -> str:
    """A reference where the id alone belongs."""
    return _set(line, quiet, "user_id", "SU:" + line["data"][quiet]["user_id"])


@change("reaction.activity-ref", "reactions")
def no_activity(line: Line, quiet: int) -> str:
    """A reaction to nothing."""
    _cut(line, quiet, "activity_foreign_id")
    _cut(line, quiet, "activity_time")
    return f"/data/{quiet}"


@change("reaction.activity-ref-partial", "reactions")
def half_a_pair(line: Line, quiet: int) -> str:
    """The foreign id of the activity without its time."""
    return _cut(line, quiet, "activity_time")


@change("reaction.data.type", "reactions")
def text_as_data(line: Line, quiet: int) -> str:
    """A text where an object belongs."""
    return _set(line, quiet, "data", "So beautiful!")


@change("reaction.unknown", "reactions")
def text_beside(line: Line, quiet: int) -> str:
    """The text of a comment beside `data`, not in it."""
    return _set(line, quiet, "text", "So beautiful!")


@change("reaction.before-activity", "reactions")
def too_early(line: Line, quiet: int) -> str:
    """A reaction that is earlier than its activity."""
    return _set(line, quiet, "time", "2022-12-31T23:00:00Z")


@change("reaction.parent-self", "reactions")
def own_parent(line: Line, quiet: int) -> str:
    """A reaction that is its own parent."""
    return _set(line, quiet, "parent", line["data"][quiet]["id"])


# --------------------------------------------------------------------------- planting


def planted(lines: Sequence[Line]) -> tuple[bytes, dict[str, Any]]:
    """The file with all mistakes, and the findings that it must give, in the order of the lines.

    The mistakes of one kind are spread evenly over the lines of that kind; a line has one mistake at most. The file
    ends in the middle of its last line.
    """
    chosen = _chosen(lines)
    text = b""
    number = 1
    findings: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    for index, line in enumerate(lines):
        data, what = encoded(line), ""
        places: list[Place] = []
        if index in chosen:
            mistake, quiet = chosen[index]
            data, places = mistake.spoil(copy.deepcopy(line), quiet)
            what = mistake.what
        elif index == len(lines) - 1:
            data = data[: len(data) * 2 // 3]
            places, what = [("line.json", None)], "The file is cut off."
        for rule, path in places:
            counts[rule] = counts.get(rule, 0) + 1
            found = {"rule": rule, "line": number, **({} if path is None else {"path": path})}
            findings.append({**found, "mistake": what})
        text += data + b"\n"
        number += data.count(b"\n") + 1
    return text.removesuffix(b"\n"), {"counts": dict(sorted(counts.items())), "findings": findings}


def _chosen(lines: Sequence[Line]) -> dict[int, tuple[Mistake, int]]:
    """For each line that gets a mistake: which, and the entry of the line that nothing refers to."""
    referred = _referred(lines)
    chosen: dict[int, tuple[Mistake, int]] = {}
    for kind in dict.fromkeys((mistake.instruction, mistake.group) for mistake in MISTAKES):
        wanted = [mistake for mistake in MISTAKES if (mistake.instruction, mistake.group) == kind]
        places = [
            (index, quiet)
            for index, line in enumerate(lines[:-1])
            if line["instruction"] == kind[0] and line.get("feedId", "").startswith(kind[1])
            if (quiet := _quiet(line, referred)) is not None
        ]
        if len(places) < len(wanted):
            raise ValueError(f"{len(wanted)} mistakes for {kind}, but only {len(places)} lines to plant them in")
        for i, mistake in enumerate(wanted):
            index, quiet = places[i * len(places) // len(wanted)]
            chosen[index] = mistake, quiet
    return chosen


def _referred(lines: Iterable[Line]) -> set[str]:
    """The foreign ids of activities and the ids of reactions that a reaction refers to."""
    reactions = [reaction for line in lines if line["instruction"] == "reactions" for reaction in line["data"]]
    return {r["activity_foreign_id"] for r in reactions} | {r["parent"] for r in reactions if "parent" in r}


def _quiet(line: Line, referred: set[str]) -> int | None:
    """The first entry of a line that nothing refers to and that is no child of another."""
    for i, entry in enumerate(line["data"]):
        record = entry if isinstance(entry, dict) else {}
        if referred.isdisjoint([record.get("foreign_id"), record.get("id")]) and "parent" not in record:
            return i
    return None
