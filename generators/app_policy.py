"""The section ``policy`` of an app's configuration, as JSON Schema: which rules count, what is accepted and why.

Used by ``to_app_schema``. The names of instructions are those of the rule set; rules are checked where the
file is read, for a pattern may stand for any of them.
"""

from __future__ import annotations

from stream_import_rules import model

from .schema_text import Keywords

#: From which severity on findings fail a run.
_FAIL_ON = ("error", "warning", "info", "never")
#: What a person types, never longer than this.
_LONGEST = 500
_MOST = 1_000


def to_policy_schema(ruleset: model.RuleSet) -> Keywords:
    """The schema of the section."""
    levels = list(model.SEVERITIES)
    return {
        "type": "object",
        "additionalProperties": False,
        "description": "How runs are judged. What the command line says wins.",
        "properties": {
            "select": _rules("Only these rules count; rules that are off by default are switched on."),
            "ignore": _rules("These rules do not count."),
            "severity": {
                "type": "object",
                "maxProperties": _MOST,
                "additionalProperties": {"enum": levels, "description": f"One of {', '.join(levels)}."},
                "description": "Other severities, by the id of a rule or a pattern such as `*.data-schema`; of "
                "several that fit the last one holds.",
            },
            "strict": {
                "type": "boolean",
                "description": "true: any finding fails a run, advice too, and so does a suppression that has expired "
                "or suppresses nothing, and an entry of the baseline that is no longer found.",
            },
            "fail_on": {
                "enum": list(_FAIL_ON),
                "description": "From which severity on findings fail a run; `error` if nothing is said.",
            },
            "suppressions": {
                "type": "array",
                "maxItems": _MOST,
                "items": _suppression(ruleset),
                "description": "Findings that somebody has looked at and accepts. They are counted apart and fail no "
                "run.",
            },
        },
    }


def _rules(description: str) -> Keywords:
    items = {**_text("The id of a rule, or a pattern such as `activity.*`."), "minLength": 1}
    return {"type": "array", "maxItems": _MOST, "uniqueItems": True, "items": items, "description": description}


def _suppression(ruleset: model.RuleSet) -> Keywords:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["rule", "reason"],
        "description": "Which findings are meant, and why they are accepted.",
        "properties": {
            "rule": {**_text("The id of a rule, or a pattern such as `activity.*`."), "minLength": 1},
            "reason": {
                **_text("Why the findings are accepted, for whoever reads it later: at most 500 characters."),
                "pattern": r"\S",
            },
            "file": {
                **_text(
                    "Only in such files: a name such as `2023-*.jsonl`, or a path seen from this file; `**` is any "
                    "number of folders."
                ),
                "minLength": 1,
            },
            "instruction": {
                "enum": [instruction.name for instruction in ruleset.instructions],
                "description": "Only in lines of this instruction.",
            },
            "path": {
                **_text(
                    "Only at such places of the line: a JSON Pointer with `*` for any item or name, such as "
                    "`/data/*/time`; `**` is any number of steps."
                ),
                "pattern": "^/",
            },
            "until": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "description": "The last day on which it works (YYYY-MM-DD, UTC).",
            },
        },
    }


def _text(description: str) -> Keywords:
    return {"type": "string", "maxLength": _LONGEST, "description": description}
