"""Target: the Python package of one rule set — typed models to import, and the fast validator.

From the RuleSet to ``stream_import_rules/generated/<name>/``; written by ``build``. The layout is in
``templates/``, everything else is computed here.
"""

from __future__ import annotations

import json
import textwrap
from datetime import datetime, timedelta
from typing import Any, Literal

from stream_import_rules import model

from .python_fast import DEEPEST, Columns, usable
from .python_types import SAFE, annotation, class_name, field_name, records_in
from .render import render
from .samples import APP, CHECKS, FRAMING, OTHER_KINDS, RELATIONS

NAME = "Python (fast)"
#: The longest line of texts in generated code.
_WIDTH = 110

#: All kinds: what has no test in the fast validator is left out of its types, so that explain judges it.
#: The fast validator looks at lines; what must hold between them is looked at after it, in any case, and what needs
#: the configuration of an app is compared with its surveys.
SUPPORT: dict[str, Literal["exact", "partial", "none"]] = {
    **dict.fromkeys((*CHECKS, *FRAMING, *OTHER_KINDS), "exact"),
    **dict.fromkeys((*RELATIONS, *APP), "none"),
}


def to_python(ruleset: model.RuleSet, fingerprint: str) -> dict[str, str]:
    """The modules by file name: ``__init__``, ``models`` and ``fast``."""
    names = {"ruleset": ruleset, "fingerprint": fingerprint}
    models = [_models(ruleset, instruction) for instruction in ruleset.instructions]
    classes = [c["name"] for m in models for c in m["records"]] + [m["line_class"] for m in models]
    public = [*sorted([*classes, "Line"]), "decode_line", "encode_line"]
    return {
        "__init__.py": render("python_init.py.j2", public=public, **names),
        "models.py": render("python_models.py.j2", modules=models, **names),
        "fast.py": render("python_fast.py.j2", **names, **_fast(ruleset)),
    }


def _payload(ruleset: model.RuleSet, instruction: model.Instruction) -> model.ListValue:
    payload = next(field.value for field in instruction.line.fields if field.name == ruleset.payload)
    assert isinstance(payload, model.ListValue)
    return payload


def _members(fields: tuple[model.Field, ...], flavour: str, skip: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Fields of a Struct: name, type, key if it differs, comment."""
    members = []
    for member in fields:
        if member.name in skip or (flavour == "fast" and not usable(member)):
            continue
        members.append(
            {
                "name": field_name(member.name),
                "type": _type(member, flavour),
                "default": _default(member),
                "doc": textwrap.wrap(member.doc, _WIDTH - len("    #: ")),
            }
        )
    return members


def _type(member: model.Field, flavour: str) -> str:
    """The type of a member, with what stands for its absence; ``None`` comes last."""
    kind = annotation(member.value, flavour)
    if member.required:
        return kind
    bare = kind.removesuffix(" | None")
    return f"{bare} | UnsetType" + (" | None" if bare != kind else "")


def _docstring(text: str) -> list[str]:
    """The lines of a docstring in a class, quotes included."""
    safe = (
        text.replace("\\", "\\\\").replace('"', '\\"') if '"""' in text or "\\" in text or text.endswith('"') else text
    )
    lines = textwrap.wrap(safe, _WIDTH - len('    """'))
    lines[0] = f'"""{lines[0]}'
    return [*lines[:-1], f'{lines[-1]}"""'] if len(lines) == 1 else [*lines, '"""']


def _default(member: model.Field) -> str:
    """What stands behind the type of a member: its default, its name in JSON, both, or nothing."""
    if field_name(member.name) == member.name:
        return "" if member.required else "UNSET"
    default = "" if member.required else "default=UNSET, "
    return f"msgspec.field({default}name={json.dumps(member.name)})"


def _models(ruleset: model.RuleSet, instruction: model.Instruction) -> dict[str, Any]:
    """The classes of one instruction: its records, those inside first, and its line."""
    rest = [f for f in instruction.line.fields if f.name != ruleset.payload]
    records = [found for field in rest for found in records_in(field.value, field.doc)]
    records += records_in(_payload(ruleset, instruction).items, instruction.entry_doc)
    return {
        "name": instruction.name,
        "line_class": class_name(instruction.name),
        "line_doc": _docstring(instruction.doc),
        "line_members": _members(instruction.line.fields, "models", (ruleset.discriminator,)),
        "records": [
            {
                "name": class_name(record.entity),
                "doc": _docstring(doc),
                "members": _members(record.fields, "models"),
                "closed": bool(record.unknown),
            }
            for record, doc in records
        ],
    }


def _fast(ruleset: model.RuleSet) -> dict[str, Any]:
    off = frozenset(rule.id for rule in ruleset.rules if not rule.enabled)
    plans = []
    constants: dict[str, str] = {}
    for instruction in ruleset.instructions:
        columns = Columns(ruleset, instruction, off, constants).make()
        plans.append(_plan(ruleset, instruction, columns))
    return {
        "plans": plans,
        "constants": constants,
        "counts": any("Counter(" in test for plan in plans for test in plan["tests"]),
        # Rules that only relations enforce are covered: whether they count has no say in what passes here.
        "covered": sorted({rule.id for rule in ruleset.rules} - off - _beyond(ruleset)),
        **_time_bounds(ruleset),
    }


def _beyond(ruleset: model.RuleSet) -> set[str]:
    """Rules of the JSON text that are stricter than the engine: while one is active it is not used."""
    return {
        check.rule
        for check in ruleset.framing
        if (isinstance(check, model.ExactNumbers) and check.largest < SAFE)
        or (isinstance(check, model.MaxDepth) and check.limit < DEEPEST)
    }


def _plan(ruleset: model.RuleSet, instruction: model.Instruction, columns: Columns) -> dict[str, Any]:
    payload = _payload(ruleset, instruction)
    entry = payload.items
    record = entry if isinstance(entry, model.RecordValue) else None
    checks = [c for c in record.checks if c.rule not in columns.off] if record else []
    sizes = [c.limit for c in checks if isinstance(c, model.MaxEntryBytes)]
    inner = annotation(entry, "fast")
    return {
        "instruction": instruction.name,
        "line_class": f"{class_name(instruction.name)}Line",
        "line_members": _members(instruction.line.fields, "fast", (ruleset.discriminator, ruleset.payload)),
        "payload_type": annotation(payload, "fast").replace(f"list[{inner}]", "list[entry]", 1),
        "entry_class": class_name(instruction.entity) if record else "",
        "entry_type": inner,
        "entry_members": _members(record.fields, "fast") if record else [],
        "closed": bool(record and record.unknown),
        "tests": columns.tests,
        "timed": columns.timed,
        "times": columns.times,
        "open_names": _open_names(checks) if record and not record.unknown else "",
        "reserved": sorted({n for c in checks if isinstance(c, model.Reserved) for n in c.names}),
        "defined": sorted(f.name for f in record.fields) if record else [],
        "searches": _searches(checks),
        "longest": min([c.longest for c in checks if isinstance(c, model.NoBinary)], default=0),
        "max_entry_bytes": min(sizes, default=0),
        "min_entry_bytes": _least_bytes(record) if record else 0,
    }


def _open_names(checks: list[model.RecordCheck]) -> str:
    """The pattern of names that an open record may have besides its own, for this engine alone."""
    patterns = [c.pattern for c in checks if isinstance(c, model.KeyPattern)] or ["[^\\n]*"]
    return "".join(f"(?=(?:{pattern})\\Z)" for pattern in patterns[:-1]) + patterns[-1]


def _least_bytes(record: model.RecordValue) -> int:
    """The least size of an entry that has what is required: ``{"a":"","b":""}``."""
    required = [f for f in record.fields if f.required]
    return 1 + sum(len(f.name) + 6 for f in required)


def _searches(checks: list[model.RecordCheck]) -> list[bytes]:
    """Patterns of bytes that must not stand in the text of a line that is passed. Each starts with a
    literal byte, which is looked for first."""
    searches = []
    for check in checks:
        if isinstance(check, model.NoBinary):
            searches.append(b";[bB][aA][sS][eE]64,")
        elif isinstance(check, model.References):
            shared = _common_prefix(list(check.patterns))
            bad = {prefix: f'(?!{_inside_quotes(p[len(prefix) :])}")' for prefix, p in check.patterns.items()}
            if shared:
                rest = "|".join(f"{prefix[len(shared) :]}{mismatch}" for prefix, mismatch in bad.items())
                searches.append(f"{shared}(?:{rest})".encode())
            else:
                searches += [f"{prefix}{mismatch}".encode() for prefix, mismatch in bad.items()]
    return searches


def _inside_quotes(pattern: str) -> str:
    """A pattern for the text of a JSON string, whose end it must not pass."""
    return pattern.replace("[^", r'[^"\\')


def _common_prefix(texts: list[str]) -> str:
    least, greatest = min(texts), max(texts)
    same = next((i for i, (a, b) in enumerate(zip(least, greatest, strict=False)) if a != b), len(least))
    return least[:same]


def _time_bounds(ruleset: model.RuleSet) -> dict[str, Any]:
    """The narrowest bounds of times that any check has; one pair for all of them is conservative."""
    checks = [c for i in ruleset.instructions for c in _time_checks(i.line)]
    firsts = [_second_from(c.instant) for c in checks if isinstance(c, model.TimeNotBefore)]
    aheads = [c.seconds for c in checks if isinstance(c, model.TimeNotAhead)]
    return {"first": max(firsts, default="0001-01-01T00:00:00"), "ahead": min(aheads, default=None)}


def _second_from(instant: str) -> str:
    """The first whole second that is not before an instant, as text to the second."""
    second, fraction = instant[:19], instant[19:].strip(".0Z")
    return (datetime.fromisoformat(second) + timedelta(seconds=1)).isoformat() if fraction else second


def _time_checks(value: model.Value) -> list[model.ValueCheck]:
    match value:
        case model.RecordValue():
            return [c for f in value.fields for c in _time_checks(f.value)]
        case model.ListValue():
            return _time_checks(value.items)
        case model.TimeValue():
            return list(value.checks)
        case _:
            return []
