"""JSON Schema target: the RuleSet becomes schemas for validators and for editors.

After ``resolve``, called by ``build``, which writes the files below ``dist-schemas/``. The work is
done in ``schema_shape`` (lines, records, values), ``schema_checks``, ``schema_records`` and
``schema_patterns`` (conditions) and ``schema_text`` (what people read); here are the files.

For each rule set there are, in drafts 2020-12 and 07:

* ``line.errors`` refuses a line with a rule of severity error broken, ``line.strict`` one with a
  warning too; both in standard keywords only;
* ``line.editor`` and ``array.editor`` are as strict as the second, for one line and for a ``.json``
  file with an array of them, with hovers, messages and completions for VS Code's engine.

Each stands in the folder of its version, ``v1.2.3``; the same text stands in ``v1.2`` and ``v1``,
where the newest one of that line is found. The ``$id`` is that of the full version everywhere: a
copy is the same schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from stream_import_rules import model

from .samples import RELATIONS
from .schema_shape import Shaper
from .schema_text import SITE, EditorNotes, Keywords, Notes, PlainNotes, Schema

NAME = "JSON Schema"

Variant: TypeAlias = Literal["errors", "strict"]
Form: TypeAlias = Literal["line", "array"]

#: How far the kinds of rules are enforced. "exact": a line is refused if and only if it breaks such a
#: rule; "partial": some lines pass that break it; "none": all do. What is about the file, its bytes or
#: its JSON text is over when a schema sees a line.
SUPPORT: dict[str, Literal["exact", "partial", "none"]] = {
    "required": "exact",
    "wrong-type": "exact",
    "unknown": "exact",
    "tolerated-type": "exact",
    "tolerated-text": "exact",
    "tolerated-pair": "exact",
    # values
    "not-empty": "exact",
    "max-length": "exact",
    "max-bytes": "partial",  # a limit of characters instead
    "pattern": "exact",
    "choices": "exact",
    "split": "exact",
    "part-pattern": "exact",
    "part-not-in": "exact",
    "differs-from-line": "none",
    "max-items": "exact",
    "distinct-items": "exact",
    "integer-range": "exact",
    "deprecated": "exact",
    "time-format": "exact",
    "time-offset": "exact",
    "time-utc": "exact",
    "time-zulu": "exact",
    "time-uppercase": "exact",
    "time-precision": "exact",
    "time-not-before": "none",
    "time-not-after": "none",
    "time-not-ahead": "none",
    # records
    "reserved": "exact",
    "key-pattern": "exact",
    "any-of": "exact",
    "together": "exact",
    "requires": "exact",
    "differ": "none",
    "ordered": "none",
    "derived-id": "none",
    "max-entry-bytes": "none",
    "no-binary": "none",
    "references": "partial",  # in the members that are references, not deeper
    # files, lines and JSON text
    "file-bytes": "none",
    "stream-bytes": "none",
    "intact": "none",
    "line-bytes": "none",
    "file-not-empty": "none",
    "utf-8": "none",
    "no-bom": "none",
    "not-array-file": "none",
    "json": "none",
    "single-line": "none",
    "single-value": "none",
    "line-object": "exact",
    "not-blank": "none",
    "unique-keys": "none",
    "finite-numbers": "none",
    "paired-surrogates": "none",
    "no-nul": "none",
    "exact-numbers": "none",
    "max-depth": "none",
    "known-groups": "none",
    # relations: a schema sees one line
    **dict.fromkeys(RELATIONS, "none"),
    # an app's configuration
    "configured-groups": "none",
    "followed-groups": "none",
    "configured-values": "none",
    "data-schema": "none",
}

_SEVERITIES: dict[Variant, tuple[model.Severity, ...]] = {"errors": ("error",), "strict": ("error", "warning")}
_WORDS: dict[Variant, str] = {"errors": "severity error", "strict": "severity error or warning"}

#: The meta-schema of each draft, by what a file's name says of it.
DRAFTS = {
    "": "https://json-schema.org/draft/2020-12/schema",
    ".draft-07": "http://json-schema.org/draft-07/schema#",
}


@dataclass(frozen=True)
class _File:
    """One schema: for a line or an array, which rules count, and for whom."""

    form: Form
    variant: Variant
    editor: bool

    def name(self, ruleset: model.RuleSet, draft: str) -> str:
        return f"{ruleset.name}.{self.form}.{'editor' if self.editor else self.variant}{draft}.schema.json"

    def notes(self, ruleset: model.RuleSet) -> Notes:
        # One line of a JSON Lines file is one line; in an array people want to see the members.
        return EditorNotes(ruleset, indent=2 if self.form == "array" else None) if self.editor else PlainNotes()


_FILES = (
    _File("line", "errors", editor=False),
    _File("line", "strict", editor=False),
    _File("line", "strict", editor=True),
    _File("array", "strict", editor=True),
)


def to_json_schema(ruleset: model.RuleSet, fingerprint: str) -> dict[str, str]:
    """All schema files of a rule set by their path below ``dist-schemas/``; ``fingerprint`` is that of
    ``ruleset.json``."""
    files: dict[str, str] = {}
    major, minor, _ = ruleset.version.split(".")
    for file in _FILES:
        schema = _schema(ruleset, file, fingerprint)
        for draft, meta in DRAFTS.items():
            name = file.name(ruleset, draft)
            head = {"$schema": meta, "$id": f"{SITE}/schemas/{ruleset.name}/v{ruleset.version}/{name}"}
            body = to_draft_07(schema) if draft else schema
            assert isinstance(body, dict)
            text = json.dumps(head | body, ensure_ascii=False, indent=2) + "\n"
            for version in (ruleset.version, f"{major}.{minor}", major):
                files[f"{ruleset.name}/v{version}/{name}"] = text
    return files


def not_enforced(ruleset: model.RuleSet, variant: Variant) -> list[str]:
    """The ids of the rules that count in a variant of the schema, but that it can't enforce at all or
    not everywhere."""
    shaper = Shaper(ruleset, _counted(ruleset, variant), PlainNotes())
    shaper.line()
    return _missing(ruleset, variant, shaper)


def _missing(ruleset: model.RuleSet, variant: Variant, shaper: Shaper) -> list[str]:
    always = {check.rule for check in ruleset.framing if isinstance(check, model.LineIsObject)}
    whole = (shaper.ledger.enforced | always) - _between_lines(ruleset)
    return sorted(_counted(ruleset, variant) - whole)


def _between_lines(ruleset: model.RuleSet) -> set[str]:
    """Rules that relations enforce: a schema, which sees one line, enforces them in part at the most."""
    return {relation.rule for relation in ruleset.relations}


def _counted(ruleset: model.RuleSet, variant: Variant) -> frozenset[str]:
    return frozenset(r.id for r in ruleset.rules if r.enabled and r.severity in _SEVERITIES[variant])


def _schema(ruleset: model.RuleSet, file: _File, fingerprint: str) -> Keywords:
    """The schema in draft 2020-12, without ``$schema`` and ``$id``."""
    shaper = Shaper(ruleset, _counted(ruleset, file.variant), file.notes(ruleset))
    line = shaper.line()
    missing = _missing(ruleset, file.variant, shaper)
    in_part = (shaper.ledger.partial - shaper.ledger.missed) | (_between_lines(ruleset) & shaper.ledger.enforced)
    partial = [rule for rule in missing if rule in in_part]
    none = [rule for rule in missing if rule not in partial]
    what = "one line" if file.form == "line" else "lines as an array"
    summary = f"{ruleset.summary} This schema refuses what breaks a rule of {_WORDS[file.variant]}."
    limits = [f"Not enforced here: {', '.join(none)}."] * bool(none)
    limits += [f"Enforced in part: {', '.join(partial)}."] * bool(partial)
    head: Keywords = {
        "$comment": _provenance(ruleset, fingerprint),
        "title": f"{ruleset.title}: {what}",
        "description": " ".join([summary, *limits]),
    }
    body = line if file.form == "line" else {"type": "array", "items": line}
    return head | body | ({"$defs": shaper.definitions} if shaper.definitions else {})


def _provenance(ruleset: model.RuleSet, fingerprint: str) -> str:
    sources = sorted({rule.defined_in.rpartition(":")[0] for rule in ruleset.rules})
    where = ", ".join(f"rules/{source}" for source in sources)
    return f"Generated from {where} by `python -m generators build`; do not edit. Fingerprint {fingerprint}."


# --------------------------------------------------------------------------- draft-07

_ONE = frozenset({"not", "if", "then", "else", "items", "additionalProperties", "propertyNames"})
_LISTS = frozenset({"allOf", "prefixItems"})
_MAPS = frozenset({"properties", "$defs"})


def to_draft_07(schema: Schema) -> Schema:
    """A schema of draft 2020-12 as this target makes them, in draft-07: ``definitions``, items by
    position, and no keyword beside a ``$ref``, where that draft ignores it."""
    if isinstance(schema, bool):
        return schema
    old: Keywords = {}
    for keyword, value in schema.items():
        match keyword:
            case "$ref":
                reference = {"$ref": value.replace("#/$defs/", "#/definitions/")}
                old |= reference if len(schema) == 1 else {"allOf": [reference, *old.get("allOf", [])]}
            case "prefixItems":
                old["items"] = [to_draft_07(item) for item in value]
            case "$defs":
                old["definitions"] = _each(value)
            case _ if keyword in _ONE:
                old[keyword] = to_draft_07(value)
            case _ if keyword in _LISTS:
                old[keyword] = [*old.get(keyword, []), *(to_draft_07(item) for item in value)]
            case _ if keyword in _MAPS:
                old[keyword] = _each(value)
            case _:
                old[keyword] = value
    return old


def _each(schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: to_draft_07(schema) for name, schema in schemas.items()}
