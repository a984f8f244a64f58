# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_fast.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: 8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f
# ruff: noqa: E501
"""The fast validator of rule set feeds-v2: see ``stream_import_rules.fast``."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from stream_import_rules import columns
from stream_import_rules.fast import Entity, FastValidator, Run

FINGERPRINT = "8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f"

_ACTIVITY_TO_ITEM_FORMAT = columns.Ids(b':', b'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz', b'-')
_FOLLOW_FORMAT_FORBIDDEN = ('aggregated', 'notification', 'notifications', 'timeline_aggregated')
_REACTION_ID_FORMAT = bytes(120 if chr(i) in '0123456789ABCDEFabcdef' else i * (i != 120) for i in range(256))
_REACTION_USER_ID_CHARSET = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
_COLLECTION_COLLECTION_COLON = re.compile('[^:]+').fullmatch


def _add_activities_entry(free: Any) -> Any:
    class Activity(msgspec.Struct, kw_only=True, gc=False):
        actor: Annotated[str, Meta(min_length=1)]
        verb: Annotated[str, Meta(min_length=1, max_length=63)]
        object: Annotated[str, Meta(min_length=1)]
        target: str | UnsetType | None = UNSET
        time: Annotated[str, Meta(min_length=1)]
        foreign_id: Annotated[str, Meta(min_length=1, max_length=255)]
        to: Annotated[list[Annotated[str, Meta(max_length=255)]], Meta(max_length=100)] | UnsetType | None = UNSET

    return Activity


def _add_activities_line(entry: Any) -> Any:
    class AddActivitiesLine(
        msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="instruction", tag="add_activities"
    ):
        data: Annotated[list[entry], Meta(min_length=1, max_length=3600)]
        feedId: Annotated[str, Meta(max_length=255)]

    return AddActivitiesLine


def _add_activities_passes(lines: Sequence[Any], entries: Sequence[Any], run: Run) -> bool:
    if (
        (span := columns.times([e.time for e in entries], run.first, run.last)) is not None
        and span[1][:19] < "5236-03-31T21:21:00"
        and (has_to := columns.given([e.to for e in entries])) is not None
        and (flat_3 := list(chain.from_iterable(has_to))) is not None
        and columns.distinct(has_to)
        and run.feeds(flat_3, _ACTIVITY_TO_ITEM_FORMAT, ())
        and (not flat_3 or {line.feedId for line in lines}.isdisjoint(flat_3))
        and run.feeds([line.feedId for line in lines], _ACTIVITY_TO_ITEM_FORMAT, ())
    ):
        run.see_times(span)
        if run.survey.histograms is not None:
            run.survey.histograms.see_times([e.time for e in entries])
        return True
    return False


def _follow_entry(free: Any) -> Any:
    return Annotated[str, Meta(max_length=255)]


def _follow_line(entry: Any) -> Any:
    class FollowLine(
        msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="instruction", tag="follow"
    ):
        data: Annotated[list[entry], Meta(min_length=1)]
        feedId: Annotated[str, Meta(max_length=255)]

    return FollowLine


def _follow_passes(lines: Sequence[Any], entries: Sequence[Any], run: Run) -> bool:
    return bool(
        columns.distinct([line.data for line in lines])
        and run.feeds(entries, _ACTIVITY_TO_ITEM_FORMAT, _FOLLOW_FORMAT_FORBIDDEN)
        and True not in [line.feedId in line.data for line in lines]
        and run.feeds([line.feedId for line in lines], _ACTIVITY_TO_ITEM_FORMAT, ())
        and (not run.values or run.survey.see_values('follow', '', Counter([e.partition(":")[0] for e in entries])))
    )


def _reactions_entry(free: Any) -> Any:
    class Reaction(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
        id: Annotated[str, Meta(min_length=1)]
        kind: Annotated[str, Meta(min_length=1, max_length=255)]
        user_id: Annotated[str, Meta(min_length=1)]
        activity_id: str | UnsetType = UNSET
        activity_foreign_id: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
        activity_time: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
        time: Annotated[str, Meta(min_length=1)]
        parent: str | UnsetType | None = UNSET
        data: dict[str, free] | UnsetType | None = UNSET
        target_feeds: list[Annotated[str, Meta(max_length=255)]] | UnsetType = UNSET
        target_feeds_extra_data: dict[str, free] | UnsetType = UNSET
        moderation_template: free | UnsetType = UNSET

    return Reaction


def _reactions_line(entry: Any) -> Any:
    class ReactionsLine(
        msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="instruction", tag="reactions"
    ):
        data: Annotated[list[entry], Meta(min_length=1, max_length=10000)]

    return ReactionsLine


def _reactions_passes(lines: Sequence[Any], entries: Sequence[Any], run: Run) -> bool:
    return bool(
        columns.shaped([e.id for e in entries], _REACTION_ID_FORMAT, b'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx')
        and columns.in_charset([e.user_id for e in entries], _REACTION_USER_ID_CHARSET)
        and (has_activity_id := columns.there([e.activity_id for e in entries])) is not None
        and columns.shaped(has_activity_id, _REACTION_ID_FORMAT, b'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx')
        and (has_activity_foreign_id := columns.there([e.activity_foreign_id for e in entries])) is not None
        and (has_activity_time := columns.there([e.activity_time for e in entries])) is not None
        and (times := columns.times(has_activity_time, run.first, run.last)) is not None
        and times[1][:19] < "5236-03-31T21:21:00"
        and (times := columns.times([e.time for e in entries], run.first, run.last)) is not None
        and times[1][:19] < "5236-03-31T21:21:00"
        and (has_parent := columns.filled([e.parent for e in entries])) is not None
        and columns.shaped(has_parent, _REACTION_ID_FORMAT, b'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx')
        and (has_target_feeds := columns.there([e.target_feeds for e in entries])) is not None
        and (flat_13 := list(chain.from_iterable(has_target_feeds))) is not None
        and run.feeds(flat_13, _ACTIVITY_TO_ITEM_FORMAT, ())
        and (has_target_feeds_extra_data := columns.there([e.target_feeds_extra_data for e in entries])) is not None
        and (len(has_parent) == len(entries) or len(has_activity_id) == len(entries) or len(has_activity_foreign_id) == len(entries) or len(has_activity_time) == len(entries) or all(((e.parent is not UNSET and e.parent is not None and e.parent != "") or ((e.activity_id is not UNSET) or (e.activity_foreign_id is not UNSET) or (e.activity_time is not UNSET))) for e in entries))
        and (not has_parent or len(has_activity_id) == len(entries) or len(has_activity_foreign_id) == len(entries) or len(has_activity_time) == len(entries) or all((not (e.parent is not UNSET and e.parent is not None and e.parent != "") or ((e.activity_id is not UNSET) or (e.activity_foreign_id is not UNSET) or (e.activity_time is not UNSET))) for e in entries))
        and (len(has_activity_id) == len(entries) or all(((e.activity_id is not UNSET) or ((e.activity_foreign_id is not UNSET) == (e.activity_time is not UNSET))) for e in entries))
        and (not has_activity_id or not has_activity_foreign_id or not has_activity_time or all(((not ((e.activity_id is not UNSET) and (e.activity_foreign_id is not UNSET) and (e.activity_time is not UNSET)))) for e in entries))
        and (not has_activity_time or all(((not ((True) and (e.activity_time is not UNSET)) or columns.not_before(e.time, e.activity_time))) for e in entries))
        and (not has_parent or all(((not (e.parent is not UNSET and e.parent is not None and e.parent != "") or e.parent != e.id)) for e in entries))
        and (not has_target_feeds_extra_data or all(((not (e.target_feeds_extra_data is not UNSET) or (e.target_feeds is not UNSET))) for e in entries))
        and (not run.values or run.survey.see_values('reactions', 'kind', Counter([e.kind for e in entries if type(e.kind) is str])))
    )


def _users_entry(free: Any) -> Any:
    class User(msgspec.Struct, kw_only=True, gc=False):
        id: Annotated[str, Meta(min_length=1, max_length=255)]
        data: dict[str, free] | UnsetType = UNSET

    return User


def _users_line(entry: Any) -> Any:
    class UsersLine(
        msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="instruction", tag="users"
    ):
        data: Annotated[list[entry], Meta(min_length=1, max_length=10000)]

    return UsersLine


def _users_passes(lines: Sequence[Any], entries: Sequence[Any], run: Run) -> bool:
    return bool(
        columns.in_charset([e.id for e in entries], _REACTION_USER_ID_CHARSET)
    )


def _collections_entry(free: Any) -> Any:
    class Collection(msgspec.Struct, kw_only=True, gc=False, forbid_unknown_fields=True):
        collection: Annotated[str, Meta(min_length=1, max_length=128)]
        id: Annotated[str, Meta(min_length=1, max_length=128)]
        data: Annotated[dict[str, free], Meta(min_length=1)]
        user_id: free | UnsetType = UNSET

    return Collection


def _collections_line(entry: Any) -> Any:
    class CollectionsLine(
        msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="instruction", tag="collections"
    ):
        data: Annotated[list[entry], Meta(min_length=1, max_length=10000)]

    return CollectionsLine


def _collections_passes(lines: Sequence[Any], entries: Sequence[Any], run: Run) -> bool:
    return bool(
        all(map(_COLLECTION_COLLECTION_COLON, {e.collection for e in entries}))
        and columns.in_charset([e.collection for e in entries], _REACTION_USER_ID_CHARSET)
        and columns.in_charset([e.id for e in entries], _REACTION_USER_ID_CHARSET)
        and (not run.values or run.survey.see_values('collections', 'collection', Counter([e.collection for e in entries if type(e.collection) is str])))
    )


def validator() -> FastValidator:
    """A new fast validator; each run has its own, for it learns from the file."""
    return FastValidator(
        [
            Entity(
                "add_activities",
                _add_activities_line,
                _add_activities_entry,
                _add_activities_passes,
                defined=frozenset(['actor', 'foreign_id', 'object', 'target', 'time', 'to', 'verb']),
                reserved=frozenset(['activities', 'activity', 'activity_count', 'activity_id', 'actor_count', 'analytics', 'duration', 'extra_context', 'group', 'id', 'is_read', 'is_seen', 'latest_reactions', 'latest_reactions_extra', 'origin', 'own_reactions', 'own_reactions_extra', 'reaction', 'reaction_counts', 'score', 'site_id']),
                open_names=re.compile('[^.]+'),
                searches=[b';[bB][aA][sS][eE]64,', b'S(?:U:(?![A-Za-z0-9_-]+")|O:(?![^"\\\\:]+:[A-Za-z0-9_-]+")|A:(?![0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")|R:(?![^"\\\\ ]+"))'],
                longest=1000,
                max_entry_bytes=10000,
                min_entry_bytes=60,
            ),
            Entity(
                "follow",
                _follow_line,
                _follow_entry,
                _follow_passes,
                defined=frozenset([]),
                reserved=frozenset([]),
                searches=[],
                longest=0,
                max_entry_bytes=0,
                min_entry_bytes=0,
            ),
            Entity(
                "reactions",
                _reactions_line,
                _reactions_entry,
                _reactions_passes,
                defined=frozenset(['activity_foreign_id', 'activity_id', 'activity_time', 'data', 'id', 'kind', 'moderation_template', 'parent', 'target_feeds', 'target_feeds_extra_data', 'time', 'user_id']),
                reserved=frozenset(['children_counts', 'created_at', 'deleted_at', 'latest_children', 'moderation', 'own_children', 'score', 'updated_at', 'user']),
                searches=[],
                longest=0,
                max_entry_bytes=10000,
                min_entry_bytes=42,
            ),
            Entity(
                "users",
                _users_line,
                _users_entry,
                _users_passes,
                defined=frozenset(['data', 'id']),
                reserved=frozenset(['created_at', 'updated_at']),
                open_names=re.compile('[^\\n]*'),
                searches=[],
                longest=0,
                max_entry_bytes=10000,
                min_entry_bytes=9,
            ),
            Entity(
                "collections",
                _collections_line,
                _collections_entry,
                _collections_passes,
                defined=frozenset(['collection', 'data', 'id', 'user_id']),
                reserved=frozenset([]),
                searches=[],
                longest=0,
                max_entry_bytes=50000,
                min_entry_bytes=35,
            ),
        ],
        discriminator="instruction",
        payload="data",
        rules=RULES,
        first="1970-01-01T00:00:00",
        ahead=86400,
    )


#: The rules that are covered: with another one active this validator must not be used.
RULES = frozenset(
    [
        "activity.actor.coerced",
        "activity.actor.enriched",
        "activity.actor.not-empty",
        "activity.actor.required",
        "activity.actor.type",
        "activity.binary-data",
        "activity.data-schema",
        "activity.dotted-field",
        "activity.duplicate",
        "activity.duplicate-key",
        "activity.duplicate-key-cross-feed",
        "activity.foreign-id-reused",
        "activity.foreign_id.max-length",
        "activity.foreign_id.not-empty",
        "activity.foreign_id.required",
        "activity.foreign_id.type",
        "activity.id-collision",
        "activity.max-bytes",
        "activity.max-bytes-decimal",
        "activity.object.coerced",
        "activity.object.enriched",
        "activity.object.not-empty",
        "activity.object.required",
        "activity.object.type",
        "activity.reaction-foreign-id",
        "activity.read-only-field",
        "activity.read-only-reserved",
        "activity.reference-format",
        "activity.reference-unresolved",
        "activity.reserved-field",
        "activity.same-time",
        "activity.target.type",
        "activity.time.format",
        "activity.time.future",
        "activity.time.lowercase",
        "activity.time.no-offset",
        "activity.time.non-utc",
        "activity.time.not-empty",
        "activity.time.past",
        "activity.time.precision",
        "activity.time.required",
        "activity.time.type",
        "activity.time.uuid-max",
        "activity.time.uuid-min",
        "activity.time.zero-offset",
        "activity.to.distinct",
        "activity.to.item.format",
        "activity.to.item.group-charset",
        "activity.to.item.group-dash",
        "activity.to.item.id-charset",
        "activity.to.item.max-length",
        "activity.to.item.own-feed",
        "activity.to.item.token-pair",
        "activity.to.item.token-text",
        "activity.to.item.type",
        "activity.to.max-items",
        "activity.to.type",
        "activity.type",
        "activity.verb.max-bytes",
        "activity.verb.not-empty",
        "activity.verb.required",
        "activity.verb.type",
        "add_activities.data.max-items",
        "add_activities.feedId.format",
        "add_activities.feedId.group-charset",
        "add_activities.feedId.group-dash",
        "add_activities.feedId.id-charset",
        "add_activities.feedId.max-length",
        "add_activities.feedId.required",
        "add_activities.feedId.type",
        "collection.collection.charset",
        "collection.collection.colon",
        "collection.collection.max-length",
        "collection.collection.not-empty",
        "collection.collection.required",
        "collection.collection.type",
        "collection.collection.unknown",
        "collection.data-schema",
        "collection.data.not-empty",
        "collection.data.required",
        "collection.data.type",
        "collection.duplicate",
        "collection.id.charset",
        "collection.id.max-length",
        "collection.id.not-empty",
        "collection.id.required",
        "collection.id.type",
        "collection.max-bytes",
        "collection.max-bytes-decimal",
        "collection.type",
        "collection.unknown",
        "collections.data.max-items",
        "collections.feedId.unexpected",
        "envelope.data.not-empty",
        "envelope.data.required",
        "envelope.data.type",
        "envelope.instruction.required",
        "envelope.instruction.type",
        "envelope.instruction.unknown",
        "envelope.unknown",
        "feed-group.near-miss",
        "feed-group.unconfigured",
        "file.bom",
        "file.compression",
        "file.empty",
        "file.encoding",
        "file.json-array",
        "file.max-bytes",
        "file.max-bytes-decimal",
        "file.max-stream-bytes",
        "follow.activity_copy_limit.legacy",
        "follow.activity_copy_limit.range",
        "follow.activity_copy_limit.type",
        "follow.before-activities",
        "follow.duplicate",
        "follow.feedId.format",
        "follow.feedId.group-charset",
        "follow.feedId.group-dash",
        "follow.feedId.id-charset",
        "follow.feedId.max-length",
        "follow.feedId.required",
        "follow.feedId.type",
        "follow.format",
        "follow.group-charset",
        "follow.group-dash",
        "follow.id-charset",
        "follow.max-length",
        "follow.self",
        "follow.target-not-flat",
        "follow.target-type",
        "follow.type",
        "json.depth",
        "json.duplicate-key",
        "json.lone-surrogate",
        "json.max-depth",
        "json.nan",
        "json.nul-char",
        "json.number-precision",
        "line.blank",
        "line.json",
        "line.max-bytes",
        "line.multiline",
        "line.trailing-data",
        "line.type",
        "reaction.activity-id-unknown",
        "reaction.activity-ref",
        "reaction.activity-ref-conflict",
        "reaction.activity-ref-parent",
        "reaction.activity-ref-partial",
        "reaction.activity-ref-unresolved",
        "reaction.activity_foreign_id.not-empty",
        "reaction.activity_foreign_id.type",
        "reaction.activity_id.format",
        "reaction.activity_id.type",
        "reaction.activity_time.format",
        "reaction.activity_time.future",
        "reaction.activity_time.lowercase",
        "reaction.activity_time.no-offset",
        "reaction.activity_time.non-utc",
        "reaction.activity_time.not-empty",
        "reaction.activity_time.past",
        "reaction.activity_time.precision",
        "reaction.activity_time.type",
        "reaction.activity_time.uuid-max",
        "reaction.activity_time.uuid-min",
        "reaction.activity_time.zero-offset",
        "reaction.before-activity",
        "reaction.before-parent",
        "reaction.data-schema",
        "reaction.data.type",
        "reaction.depth",
        "reaction.id-duplicate",
        "reaction.id.format",
        "reaction.id.not-empty",
        "reaction.id.required",
        "reaction.id.type",
        "reaction.kind.max-length",
        "reaction.kind.not-empty",
        "reaction.kind.required",
        "reaction.kind.type",
        "reaction.kind.unknown",
        "reaction.line-before-activity",
        "reaction.line-before-parent",
        "reaction.max-bytes",
        "reaction.max-bytes-decimal",
        "reaction.parent-activity-mismatch",
        "reaction.parent-cycle",
        "reaction.parent-self",
        "reaction.parent-unresolved",
        "reaction.parent.format",
        "reaction.parent.type",
        "reaction.read-only-field",
        "reaction.target-feeds-missing",
        "reaction.target_feeds.item.format",
        "reaction.target_feeds.item.group-charset",
        "reaction.target_feeds.item.group-dash",
        "reaction.target_feeds.item.id-charset",
        "reaction.target_feeds.item.max-length",
        "reaction.target_feeds.item.type",
        "reaction.target_feeds.type",
        "reaction.target_feeds_extra_data.type",
        "reaction.time.format",
        "reaction.time.future",
        "reaction.time.lowercase",
        "reaction.time.no-offset",
        "reaction.time.non-utc",
        "reaction.time.not-empty",
        "reaction.time.past",
        "reaction.time.precision",
        "reaction.time.required",
        "reaction.time.type",
        "reaction.time.uuid-max",
        "reaction.time.uuid-min",
        "reaction.time.zero-offset",
        "reaction.type",
        "reaction.unknown",
        "reaction.user-unknown",
        "reaction.user_id.charset",
        "reaction.user_id.not-empty",
        "reaction.user_id.required",
        "reaction.user_id.type",
        "reactions.data.max-items",
        "reactions.feedId.unexpected",
        "user.data-schema",
        "user.data.type",
        "user.duplicate",
        "user.id.charset",
        "user.id.max-length",
        "user.id.not-empty",
        "user.id.required",
        "user.id.type",
        "user.max-bytes",
        "user.max-bytes-decimal",
        "user.read-only-field",
        "user.type",
        "users.data.max-items",
        "users.feedId.unexpected",
    ]
)
