"""Target: the JSON Schema of an app's configuration, which editors complete and the runtime validates by.

From the RuleSet's part about configurations; ``build`` writes it beside the other schemas, in the same
versions and drafts. Sections that several rule sets share are worded here, what is in them is data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from stream_import_rules import model

from .app_policy import to_policy_schema
from .schema_text import SITE, Keywords
from .to_json_schema import DRAFTS, to_draft_07

#: The form of a feed group. The dash is only warned of where it is used.
_GROUP = "^[A-Za-z0-9_-]+$"
_FILE: Keywords = {"type": "string", "minLength": 1}


def to_app_schema(ruleset: model.RuleSet, fingerprint: str) -> dict[str, str]:
    """The files by their path below ``dist-schemas/``; none for a rule set that needs no configuration."""
    if not ruleset.app.checks:
        return {}
    files: dict[str, str] = {}
    major, minor, _ = ruleset.version.split(".")
    schema = _schema(ruleset, fingerprint)
    for draft, meta in DRAFTS.items():
        name = f"{ruleset.name}.app{draft}.schema.json"
        head = {"$schema": meta, "$id": f"{SITE}/schemas/{ruleset.name}/v{ruleset.version}/{name}"}
        body = to_draft_07(schema) if draft else schema
        assert isinstance(body, dict)
        text = json.dumps(head | body, ensure_ascii=False, indent=2) + "\n"
        for version in (ruleset.version, f"{major}.{minor}", major):
            files[f"{ruleset.name}/v{version}/{name}"] = text
    return files


def _schema(ruleset: model.RuleSet, fingerprint: str) -> Keywords:
    where = sorted({r.defined_in.rpartition(":")[0] for r in ruleset.rules if r.kind in _KINDS})
    made = f"Generated from {', '.join(f'rules/{w}' for w in where)} by `python -m generators build`; do not edit."
    return {
        "$comment": f"{made} Fingerprint {fingerprint}.",
        "title": f"{ruleset.title}: the configuration of an app",
        "description": "What an import has to know of your app, and how its runs are judged, for `stream-import "
        "validate --app`. Every member may be left out; what is not said is not judged. Paths are seen from this file.",
        "type": "object",
        "additionalProperties": False,
        "properties": dict(_members(ruleset)),
    }


_KINDS = frozenset(("configured-groups", "followed-groups", "configured-values", "data-schema"))


def _members(ruleset: model.RuleSet) -> Iterator[tuple[str, Keywords]]:
    app, entries = ruleset.app, [e.name for e in ruleset.app.entries]
    yield "$schema", {"type": "string", "description": "The address of this schema, for editors."}
    for check in app.checks:
        if isinstance(check, model.ConfiguredGroups):
            yield "feed_groups", _feed_groups(check)
        elif isinstance(check, model.ConfiguredValues):
            yield check.section, _values(check)
    outside = "Whether such records may be outside of the import, because the app has them already."
    yield "outside", _closed(outside, {name: {"type": "boolean", "description": _may(name)} for name in entries})
    about = "Text files with the ids of records that the app has already, one id a line."
    ids = {
        e.name: {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": _FILE,
            "description": f"The paths of files in which each line is {e.id}.",
        }
        for e in app.entries
    }
    yield "existing_ids", _closed(about, ids)
    schemas = {c.entries: _schemas_of(c) for c in app.checks if isinstance(c, model.DataSchema)}
    yield "schemas", _closed("JSON Schemas for free-form data: paths of `.json` or `.yaml` files.", schemas)
    yield "policy", to_policy_schema(ruleset)


def _feed_groups(check: model.ConfiguredGroups) -> Keywords:
    types = [*check.types, model.CONFIRM]
    snippets = [{"label": f"a group of type {kind}", "body": {"${1:group}": kind}} for kind in check.types]
    words = ", ".join(f"`{kind}`" for kind in check.types)
    return {
        "type": "object",
        "description": f"The feed groups of the app, as the dashboard has them, each with its type: {words}; "
        f"`{model.CONFIRM}` as long as nobody has looked it up.",
        "propertyNames": {"pattern": _GROUP, "description": "Letters, digits, underscores and dashes."},
        "additionalProperties": {"enum": types, "description": f"The type of the group: {words}."},
        "defaultSnippets": snippets,
    }


def _values(check: model.ConfiguredValues) -> Keywords:
    return {
        "type": "array",
        "uniqueItems": True,
        "items": {"type": "string", "minLength": 1, "description": f"The name of one {check.noun}."},
        "description": f"Every {check.noun} that the app knows: what `{check.member}` may be in `{check.instruction}`.",
    }


def _schemas_of(check: model.DataSchema) -> Keywords:
    what = f"`{check.member}`" if check.member else "the custom members"
    if not check.by:
        return {**_FILE, "description": f"The path of the JSON Schema for {what} of all {check.entries}."}
    return {
        "type": "object",
        "additionalProperties": {**_FILE, "description": "The path of a JSON Schema."},
        "description": f"By `{check.by}`: the path of the JSON Schema for {what} of such {check.entries}.",
    }


def _may(name: str) -> str:
    return f"true: {name} that the import refers to may be outside of it; false: they must be in it."


def _closed(description: str, members: Keywords) -> Keywords:
    return {"type": "object", "additionalProperties": False, "description": description, "properties": members}
