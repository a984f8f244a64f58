"""Is the file of an app's configuration of the form that it must have? Mistakes in the words of people.

Used by ``app_file``. The judge is the published JSON Schema of such files, which says what may stand where;
here its errors become sentences with lines.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from .document import Document, Mistake
from .findings import Path, clip

#: Where editors look for the address of the schema.
_SCHEMA = "$schema"
#: JSON types in the words of somebody who writes YAML.
_TYPES = {
    "string": "a text (in quotes, if it could be taken for a number, `true`, `false` or `null`)",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "members, each as `key: value`",
}


def form(document: Document, schema: str) -> Iterator[Mistake]:
    """What is wrong with the form of a configuration, by the JSON Schema of configurations."""
    import jsonschema_rs

    root = json.loads(schema)
    if document.data is None:
        members = [f"`{member}`" for member in root["properties"] if member != _SCHEMA]
        yield document.mistake((), "the file is empty", f"at least one of {', '.join(members)}")
        return
    for error in jsonschema_rs.validator_for(root).iter_errors(document.data):
        yield from _told(document, error, root)


def _told(document: Document, error: Any, root: Any) -> Iterator[Mistake]:
    path: Path = tuple(error.instance_path)
    name, about = name_of(path), error.kind.as_dict()
    wanted = _node(root, error.schema_path[:-1])
    value = clip(json.dumps(error.instance, ensure_ascii=False), 60)
    match error.kind.name:
        case "additionalProperties":
            known = [member for member in wanted.get("properties", {}) if member != _SCHEMA]
            for key in about["unexpected"]:
                where = "" if path else " in this file"
                problem = f"unknown key `{clip(str(key))}`{where}" + (f" in {name}" if path else "")
                yield document.mistake((*path, key), problem, one_of(known, str(key)))
        case "propertyNames":
            key = about["error"].instance
            pattern = _node(root, [*error.schema_path[: error.schema_path.index("propertyNames")], "propertyNames"])
            yield document.mistake(
                (*path, key), f"the name `{clip(str(key))}` in {name} is not allowed", _about(pattern)
            )
        case "required":
            problem = f"`{about['property']}` is missing in {name}"
            yield document.mistake(path, problem, _about(wanted.get("properties", {}).get(about["property"])))
        case "type":
            yield document.mistake(path, f"{name} is {value}", _TYPES.get(about["types"][0], about["types"][0]))
        case "enum":
            yield document.mistake(path, f"{name} is {value}", one_of(about["options"], str(error.instance)))
        case "uniqueItems":
            yield document.mistake(path, f"{name} has an item twice", "each item once")
        case "minItems" | "minLength":
            yield document.mistake(path, f"{name} is empty", _about(wanted) or "a value")
        case _:
            yield document.mistake(path, f"{name} is {value}", _about(wanted) or clip(error.message, 200))


def name_of(path: Path) -> str:
    """What people call a part of a configuration."""
    if not path:
        return "the file"
    last, owners = path[-1], [f"`{step}`" for step in path[:-1] if isinstance(step, str)]
    where = f" of {owners[-1]}" if owners else ""
    return f"item {last + 1}{where}" if isinstance(last, int) else f"`{clip(last)}`{where}"


def one_of(names: Iterable[str], written: str = "") -> str:
    """What is expected where one of some names is; first the one that ``written`` is most like."""
    names = list(names)
    if len(names) < 2:
        return "".join(names) or "nothing here"
    near = difflib.get_close_matches(written, names, 1)
    return (f"perhaps {near[0]}; " if near else "") + f"one of {', '.join(names)}"


def _node(root: Any, steps: Iterable[str | int]) -> Any:
    for step in steps:
        root = root.get(str(step), {})
    return root


def _about(node: Any) -> str:
    """What the schema says of a part, as an expectation."""
    text = str(node.get("description", "")).rstrip(".") if isinstance(node, dict) else ""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
