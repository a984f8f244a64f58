"""Report schema target: the shapes of ``--format json`` and ``--format jsonl`` as JSON Schemas.

Called by ``build`` through ``targets``. The shapes are the structs that the command writes, so the schemas
cannot differ from them; only what each member means is said here, and a member of which nothing is said
stops the build. They do not depend on the rules, and have a version of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from stream_import_rules.baseline import VERSION as FORM
from stream_import_rules.baseline import BaselineFile, Known
from stream_import_rules.findings import Finding, Related
from stream_import_rules.report.aside import BaselineReport, Comparison, PolicyReport, SuppressionReport
from stream_import_rules.report.collect import AppReport, FileReport, Report, Rules, Summary, Tool, Totals, Unread

from .schema_text import SITE

#: The major version of the shapes: it changes when a member goes or means something else.
VERSION = "1"

_META = "https://json-schema.org/draft/2020-12/schema"
_STRUCTS: tuple[type[msgspec.Struct], ...] = (
    Finding,
    Related,
    Report,
    FileReport,
    Unread,
    Totals,
    Tool,
    Rules,
    AppReport,
    PolicyReport,
    SuppressionReport,
    BaselineReport,
    Comparison,
)
_BASELINE: tuple[type[msgspec.Struct], ...] = (BaselineFile, Known)

_COUNTS = "Exact numbers of findings by rule; the gravest, then the most frequent first."
_HEAD = {
    "tool": "The program that made the report.",
    "rules": "The rule set that was applied.",
    "app": "The configuration of an app that the files were compared with. Absent if there was none.",
    "complete": "Whether everything was judged: no file was left out, none only in part.",
    "verdict": "errors: at least one error. incomplete: no error, but not all was judged. warnings: all was judged, no "
    "error, at least one warning. ok: neither; advice may be there.",
    "files": "The files that were read, in the order in which they were named.",
    "unread": "Files that could not be read at all. Absent if there is none.",
    "interrupted": "Present and true if the user stopped the run.",
    "relations": "Whether references, duplicates and what else concerns several entries were checked. left out: the "
    "user said so. broken off: memory or disk did not suffice. Absent if they were.",
    "total": "The number of all findings that count. What is suppressed or known is in `policy` alone.",
    "totals": "It, by severity.",
    "counts": _COUNTS,
    "severities": "The severity in this run of each rule in `counts`.",
    "policy": "By what the run fails, what it does not count, and what came of that.",
}

#: What each member means.
DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "Report": _HEAD
    | {
        "shown": "How many findings are listed. If it is less than `total`, the others are only counted.",
        "findings": "The first findings of each rule, in the order of the files; then one of each place that has more "
        "findings than the baseline knows.",
        "set_aside": "Of what does not count: the first suppressed findings of each rule, and one of each place that "
        "the baseline knows. Absent if there is none.",
    },
    "PolicyReport": {
        "path": "The file whose section `policy` holds. Absent if there is none.",
        "fail_on": "The least severity that fails the run.",
        "strict": "Present and true if a suppression or an entry of the baseline that is not needed fails it too.",
        "failed": "Whether the run fails: the exit code is not 0.",
        "suppressed": "Numbers of suppressed findings by rule, the most frequent first. Absent if there is none.",
        "known": "Numbers of findings by rule that the baseline knows. Absent if there is none.",
        "suppressions": "All suppressions, and what came of them. Absent if there is none.",
        "baseline": "How the findings compare with the baseline. Absent if there is none.",
    },
    "SuppressionReport": {
        "rule": "The rule that is suppressed, or the pattern of several.",
        "file": "The pattern of the files in which it works. Absent: in all.",
        "instruction": "The instruction in whose lines it works. Absent: in all.",
        "path": "The pattern of the places at which it works. Absent: at all.",
        "reason": "Why its findings are accepted.",
        "until": "The last day on which it works (YYYY-MM-DD, UTC). Absent if there is none.",
        "line": "The line of the file of the policy where it stands.",
        "state": "active: it works. unused: it suppresses nothing. expired: its last day is over, and it does not work "
        "any more. idle: nothing that it could suppress was looked at.",
        "count": "How many findings it suppresses.",
    },
    "BaselineReport": {
        "path": "Its file, as it was named.",
        "known": "The number of findings that it knows, which do not count.",
        "new": "The number of those that it does not know, of all severities. What is suppressed is not among them.",
        "exceeded": "Places with more findings than it knows: some of them are new, but which cannot be told. The "
        "first 1,000. Absent if there is none.",
        "exceeded_places": "How many such places there are. Absent if there is none.",
        "stale": "Places with fewer findings than it says: the baseline can be made anew. The first 1,000. Absent if "
        "there is none.",
        "stale_places": "How many such places there are. Absent if there is none.",
    },
    "Comparison": {
        "file": "The file, seen from the folder of the baseline.",
        "rule": "The rule.",
        "instruction": "The instruction of the lines. Absent if they have none that is known.",
        "path": "The places in the line: a JSON Pointer with `*` for every index. Absent: the line itself.",
        "known": "How many findings the baseline has there.",
        "found": "How many there are.",
    },
    "BaselineFile": {
        "$schema": "The address of this schema, for editors.",
        "version": "The version of the form.",
        "rules": "The name of the rule set.",
        "findings": "What is known, sorted by file, rule, instruction and path.",
    },
    "Known": {
        "file": "The file, seen from the folder of the baseline; `-` is standard input.",
        "rule": "The id of the rule.",
        "instruction": "The instruction of the lines. Absent if they have none that is known.",
        "path": "The places in the line: a JSON Pointer with `*` for every index, `/**` for any place. Absent: the "
        "line itself.",
        "count": "How many findings of the rule there are known.",
    },
    "FileReport": {
        "path": "The file, as it was named; `-` is standard input.",
        "bytes": "Its size in bytes, as far as it was read.",
        "lines": "How many lines it has, as far as it was read.",
        "entries": "Numbers of entries by instruction.",
        "feed_groups": "How often each feed group is used, the most used first.",
        "time_from": "The earliest time of an activity (RFC 3339, UTC). Absent if there is none.",
        "time_to": "The latest time of an activity (RFC 3339, UTC). Absent if there is none.",
        "complete": "Whether the whole file was judged.",
        "changed": "What became of the file while it was read, so that the report is of no one state of it. "
        "Absent if nothing did.",
        "findings": "Numbers of findings in this file.",
    },
    "Unread": {"path": "The file, as it was named.", "reason": "Why it could not be read."},
    "Totals": {
        "error": "What the import refuses.",
        "warning": "What is very likely refused, changed or lost.",
        "info": "Advice.",
    },
    "AppReport": {
        "path": "Its file, as it was named.",
        "feed_groups": "Whether it names the feed groups of the app.",
        "unconfirmed": "The feed groups whose type has still to be confirmed: follows of them were not judged.",
    },
    "Tool": {"name": "Its name.", "version": "Its version."},
    "Rules": {
        "name": "Its name, such as `feeds-v2`.",
        "version": "Its version.",
        "fingerprint": "The sha256 (hex) of its canonical JSON: the same fingerprint, the same rules.",
    },
    "Finding": {
        "rule": "The id of the rule that is broken. Ids are for good: a renamed rule keeps its former id as an alias.",
        "severity": "The severity in this run.",
        "file": "The file, as it was named; `-` is standard input.",
        "line": "The line, from 1. Absent if the whole file is meant.",
        "column": "The column in the line, from 1, in Unicode code points.",
        "instruction": "The instruction of the line.",
        "path": "The place in the line, a JSON Pointer (RFC 6901) from its root; of what is missing, where it belongs. "
        "A report ends a path of more than 2,000 characters with an ellipsis.",
        "record": "What the user calls the entry: its foreign id, id or feed.",
        "message": "What is wrong, in a sentence.",
        "hint": "What to write instead.",
        "value": "The JSON text of what was found there, cut to a readable length.",
        "related": "Other places that the finding is about, such as the first of two duplicates.",
        "suppressed": "Why it does not count: the reason of the suppression. Absent if it is not suppressed.",
        "baseline": "How it compares with the baseline. new: the baseline has none like it. known: it does not count; "
        "the baseline has as many at its place. exceeded: there are more at its place than that; which of them are "
        "new cannot be told. Absent without a baseline.",
    },
    "Related": {
        "message": "What is there.",
        "file": "The file, as it was named.",
        "line": "The line, from 1.",
        "path": "The place in the line: a JSON Pointer.",
    },
}

#: What the types of Python do not say.
_BOUNDS: Mapping[str, Mapping[str, Any]] = {
    "line": {"minimum": 1},
    "column": {"minimum": 1},
    "path": {"pattern": "^(/|$)"},
    "fingerprint": {"pattern": "^[0-9a-f]{64}$"},
}
_POINTERS = {"Finding", "Related"}


def to_report_schema() -> dict[str, str]:
    """The schemas by their file names: ``report`` of a whole report, ``jsonl`` of one line."""
    definitions = {name: _definition(name, shape) for name, shape in _shapes().items()}
    summary = {**definitions["Report"], "description": "What a run found, in figures: the last line."}
    summary["properties"] = {name: summary["properties"][name] for name in Summary.__struct_fields__}
    summary["required"] = [name for name in summary["required"] if name in summary["properties"]]
    lines = {"Finding": _typed("finding", definitions["Finding"]), "Summary": _typed("summary", summary)}
    shared = {name: shape for name, shape in definitions.items() if name not in ("Report", *lines)}
    report = {
        "title": "The report of stream-import validate --format json",
        "$ref": "#/$defs/Report",
        "$defs": definitions,
    }
    line = {
        "title": "One line of stream-import validate --format jsonl",
        "description": "Any number of findings in the order of the files, and last, exactly once, the summary: output "
        "without it was cut off.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in lines],
        "$defs": lines | shared,
    }
    known = {name: _definition(name, shape) for name, shape in _shapes(_BASELINE).items()}
    known["BaselineFile"]["properties"]["version"] = {"description": "The version of the form.", "const": FORM}
    known["Known"]["properties"]["count"]["minimum"] = 1
    baseline = {
        "title": "The baseline of stream-import validate --baseline and --write-baseline",
        "$ref": "#/$defs/BaselineFile",
        "$defs": known,
    }
    return {
        "report.schema.json": _text("report", report),
        "jsonl.schema.json": _text("jsonl", line),
        "baseline.schema.json": _text("baseline", baseline),
    }


def _shapes(structs: tuple[type[msgspec.Struct], ...] = _STRUCTS) -> dict[str, dict[str, Any]]:
    _, shapes = msgspec.json.schema_components(structs, ref_template="#/$defs/{name}")
    return {struct.__name__: shapes[struct.__name__] for struct in structs}


def _definition(name: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    said = DESCRIPTIONS[name]
    if list(said) != list(shape["properties"]):
        differ = sorted(set(said) ^ set(shape["properties"])) or "their order"
        raise ValueError(f"to_report_schema.DESCRIPTIONS[{name!r}] is not of the members that there are: {differ}")
    return {
        "description": str(shape["description"]).split("\n", 1)[0].replace("``", "`"),
        "type": "object",
        "properties": {
            member: {"description": said[member], **_type(member, described), **_bounds(name, member)}
            for member, described in shape["properties"].items()
        },
        "required": shape["required"],
        "additionalProperties": False,
    }


def _type(member: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    """The type of a member that is there: what has no value is left out, never null."""
    made = {key: value for key, value in shape.items() if key != "default"}
    if "anyOf" in made:
        (made,) = (kind for kind in made["anyOf"] if kind != {"type": "null"})
    inner = made.get("additionalProperties")
    if isinstance(inner, Mapping):
        made["additionalProperties"] = _type(member, inner)
    if made.get("type") == "integer":
        made = {"type": "integer", "minimum": 0}
    if "enum" in made:
        made = {"type": "string", **made}
    return made


def _bounds(name: str, member: str) -> Mapping[str, Any]:
    return _BOUNDS.get(member, {}) if member != "path" or name in _POINTERS else {}


def _typed(kind: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    """The shape with the member that tells the two kinds of lines apart, which comes first."""
    tag = {"description": "Which kind of line it is.", "const": kind}
    return {**shape, "properties": {"type": tag} | shape["properties"], "required": ["type", *shape["required"]]}


def _text(name: str, schema: Mapping[str, Any]) -> str:
    head = {
        "$schema": _META,
        "$id": f"{SITE}/schemas/report/v{VERSION}/{name}.schema.json",
        "$comment": "Generated by `python -m generators build` from the structs that the command writes; do not edit.",
    }
    return json.dumps(head | dict(schema), ensure_ascii=False, indent=2) + "\n"
