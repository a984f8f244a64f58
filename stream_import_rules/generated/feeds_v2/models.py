# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_models.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: 8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f
"""Typed models of the lines of a Stream Activity Feeds v2 import file.

They have the types, the required members and the plain limits of the rules, and refuse what breaks
those with ``msgspec.ValidationError``. They are no substitute for ``validate_line``, which knows
every rule. Members that may be absent are ``UNSET`` if they are.
"""

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

FINGERPRINT = "8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f"


class Activity(msgspec.Struct, kw_only=True):
    """One activity. Besides the members listed, it may have any others, "as many custom fields as needed"."""

    #: Who performed the activity, most often a reference to a user such as `SU:alice`.
    actor: Annotated[str, Meta(min_length=1)]

    #: What the actor did.
    verb: Annotated[str, Meta(min_length=1, max_length=255)]

    #: What it was done to, most often a reference or an id of yours.
    object: Annotated[str, Meta(min_length=1)]

    #: The place it was done to or for. Absent, null and the empty string mean the same.
    target: str | UnsetType | None = UNSET

    #: When it happened. Together with `foreign_id` it is the key of the activity.
    time: Annotated[str, Meta(min_length=1)]

    #: Your id of the activity. Together with `time` it is the key of the activity.
    foreign_id: Annotated[str, Meta(min_length=1, max_length=255)]

    #: Further feeds that get a copy of the activity. Absent, null and the empty array mean the same.
    to: Annotated[list[Annotated[str, Meta(max_length=255)]], Meta(max_length=100)] | UnsetType | None = UNSET


class AddActivities(
    msgspec.Struct,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="instruction",
    tag="add_activities",
):
    """Adds activities to one feed, in any number of lines."""

    #: The activities, at most 3600 in a line.
    data: Annotated[list[Activity], Meta(min_length=1, max_length=3600)]

    #: The feed to add the activities to. It may be of any type.
    feedId: Annotated[str, Meta(max_length=255)]


class Follow(
    msgspec.Struct,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="instruction",
    tag="follow",
):
    """Lets one feed follow others, in any number of lines."""

    #: The feeds that are followed. No limit is documented for their number.
    data: Annotated[list[Annotated[str, Meta(max_length=255)]], Meta(min_length=1)]

    #: The feed that follows. It may be of any type.
    feedId: Annotated[str, Meta(max_length=255)]

    #: How many activities of each followed feed are copied. A member of old import files.
    activity_copy_limit: Annotated[int, Meta(ge=0, le=1000)] | UnsetType = UNSET


class Reaction(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One reaction. It names its activity by `activity_id`, or, if the activity is in the same import, by
    `activity_foreign_id` and `activity_time`.
    """

    #: The id of the reaction, a UUID. Child reactions name it in `parent`.
    id: Annotated[str, Meta(min_length=1)]

    #: What sort of reaction it is, for instance `like` or `comment`.
    kind: Annotated[str, Meta(min_length=1, max_length=255)]

    #: The id of the user who reacted, without a prefix.
    user_id: Annotated[str, Meta(min_length=1)]

    #: The activity, by the id that Stream gave it. For an activity of the same import, use the two members
    #: below.
    activity_id: str | UnsetType = UNSET

    #: The activity, by its `foreign_id`, if it is in the same import. Goes together with `activity_time`.
    activity_foreign_id: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET

    #: The activity, by its `time`, if it is in the same import. Goes together with `activity_foreign_id`, and
    #: must be the same instant to the microsecond.
    activity_time: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET

    #: When the user reacted.
    time: Annotated[str, Meta(min_length=1)]

    #: The id of the reaction that this one is a child of. Absent, null and the empty string mean the same.
    parent: str | UnsetType | None = UNSET

    #: Whatever belongs to the reaction, for instance the text of a comment. Absent and null mean the same.
    data: dict[str, Any] | UnsetType | None = UNSET

    #: Feeds that are told of the reaction by an activity of their own, most often notification feeds.
    target_feeds: list[Annotated[str, Meta(max_length=255)]] | UnsetType = UNSET

    #: Members that are added to the activities of `target_feeds`.
    target_feeds_extra_data: dict[str, Any] | UnsetType = UNSET

    #: The name of a moderation template, as some SDKs send it. What an import makes of it is not known.
    moderation_template: Any | UnsetType = UNSET


class Reactions(
    msgspec.Struct,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="instruction",
    tag="reactions",
):
    """Adds reactions, such as likes and comments, to activities, in any number of lines. The same user may
    react to one activity more than once, with the same kind too.
    """

    #: The reactions, at most 10,000 in a line.
    data: Annotated[list[Reaction], Meta(min_length=1, max_length=10000)]


class User(msgspec.Struct, kw_only=True):
    """One user. What is known of the user goes into `data`, as in the API. Other members beside it are let
    through, because the import document does not say that they are refused.
    """

    #: Your id of the user.
    id: Annotated[str, Meta(min_length=1, max_length=255)]

    #: Whatever your application knows of the user, for instance a name and an image.
    data: dict[str, Any] | UnsetType = UNSET


class Users(
    msgspec.Struct,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="instruction",
    tag="users",
):
    """Adds users to the app, in any number of lines. Activities refer to them as `SU:<id>`."""

    #: The users, at most 10,000 in a line.
    data: Annotated[list[User], Meta(min_length=1, max_length=10000)]


class Collection(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One entry of a collection."""

    #: The name of the collection that the entry belongs to.
    collection: Annotated[str, Meta(min_length=1, max_length=128)]

    #: Your id of the entry. Together with `collection` it is the key of the entry.
    id: Annotated[str, Meta(min_length=1, max_length=128)]

    #: The fields of the entry, at least one.
    data: Annotated[dict[str, Any], Meta(min_length=1)]

    #: The owner of the entry, as the API has it.
    user_id: Any | UnsetType = UNSET


class Collections(
    msgspec.Struct,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="instruction",
    tag="collections",
):
    """Adds entries to collections, in any number of lines. Activities refer to them as
    `SO:<collection>:<id>`.
    """

    #: The entries, at most 10,000 in a line. They may belong to different collections.
    data: Annotated[list[Collection], Meta(min_length=1, max_length=10000)]


#: Any line of an import file.
Line: TypeAlias = AddActivities | Follow | Reactions | Users | Collections

_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


def decode_line(line: bytes | str) -> Line:
    """The model of one line.

    Raises ``msgspec.ValidationError`` if it breaks a type or a limit, ``msgspec.DecodeError`` if it is
    not JSON. Members of open records that the model does not have are left out.
    """
    return _decoder.decode(line)


def encode_line(line: Line) -> bytes:
    """The line of a model as it goes into a file: compact UTF-8 JSON, without a line end."""
    return _encoder.encode(line)
