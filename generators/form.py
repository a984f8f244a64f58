"""Part of ``check``: is one rule file of the form that the rule language has? Mistakes in the words of people.

The judge is ``rules/meta.schema.json``; but its errors speak of schemas, and one mistake is often many
of them. ``lint`` comes after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from .diagnostics import Diagnostic, one_of
from .load import Path_, Tree
from .names import node_at

#: The meta-schema's ways to say that a member is unknown.
_CLOSED = ("unevaluatedProperties", "additionalProperties")
#: Members that say which others there may be.
_DISCRIMINATORS = ("file", "kind", "type", "form")
#: JSON types in the words of somebody who writes YAML.
_TYPES = {
    "string": "a text (in quotes, if it could be taken for a number, `true`, `false` or `null`)",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "members, each as `key: value`",
}


def form(tree: Tree, types: list[str], validator: Any) -> Iterator[Diagnostic]:
    """The meta-schema's errors of one file in the words of people; of a value whose type does not exist,
    only that."""
    if tree.data is None:
        yield Diagnostic(tree.file, 1, "the file is empty", "`file: …` and what belongs to such a file")
        return
    untyped = dict(_unknown_types(tree, types))
    yield from untyped.values()
    errors = list(validator.iter_errors(tree.data))
    wrong = {tuple(e.absolute_path) for e in errors if e.validator not in _CLOSED}
    for error in errors:
        path = tuple(error.absolute_path)
        if any(path[: len(node)] == node for node in untyped):
            continue
        if error.validator in _CLOSED:
            yield from _unknown(tree, error, wrong, validator.schema)
        else:
            yield _said(tree, error, validator.schema)


def _unknown_types(tree: Tree, names: list[str]) -> Iterator[tuple[Path_, Diagnostic]]:
    """The values of a type that does not exist, by their path: nobody can say what else belongs there."""
    for path, node in _values(tree.data):
        kind = node.get("type")
        if isinstance(kind, str) and kind not in names:
            line = tree.line((*path, "type"))
            yield path, Diagnostic(tree.file, line, f"unknown type `{kind}`", one_of(names, kind))


def _values(data: Any) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """All nodes of a rule file that describe a value, whatever else is wrong with the file."""
    places: list[Path_] = [("types",), ("line",), ("envelope", "members")]
    found = [((*place, name), node) for place in places for name, node in _dict_at(data, place).items()]
    found.append((("entry",), _dict_at(data, ("entry",))))
    while found:
        path, node = found.pop(0)
        if isinstance(node, dict):
            yield path, node
            found += [((*path, "members", name), inner) for name, inner in _dict_at(node, ("members",)).items()]
            found.append(((*path, "items"), node.get("items")))


def _dict_at(node: Any, path: Path_) -> dict[str, Any]:
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def _said(tree: Tree, error: Any, root: Any) -> Diagnostic:
    """One error, but for unknown members."""
    path = tuple(error.absolute_path)
    is_name = "propertyNames" in error.schema_path
    line = tree.line((*path, error.instance) if is_name else path)
    name = f"the name `{error.instance}`" if is_name else _name(tree.data, path)
    wants = error.validator_value
    about = _about(error.schema)
    match error.validator:
        case "required":
            missing = [member for member in wants if member not in error.instance]
            expected = ", ".join(_member(member, error.schema, root) for member in missing)
            return Diagnostic(tree.file, line, f"{name} lacks {_listed(missing)}", expected)
        case "uniqueItems":
            return Diagnostic(tree.file, line, f"{name} has an item twice", "each item once")
        case "enum":
            expected = one_of(wants, str(error.instance)) + (f" ({about})" if about else "")
        case "const":
            expected = _json(wants)
        case "type":
            expected = _TYPES[wants]
        case "minimum" | "maximum":
            expected = f"at {'least' if error.validator == 'minimum' else 'most'} {wants}"
        case "minItems" | "minLength" | "minProperties" | "maxItems" | "maxLength":
            things = {"I": "item", "L": "character", "P": "member"}[error.validator[3]]
            count = f"{wants} {things}" if wants == 1 else f"{wants} {things}s"
            expected = f"at {'least' if error.validator.startswith('min') else 'most'} {count}"
        case _:
            expected = about or error.message[:200]
    problem = f"{name} is not allowed" if is_name else f"{name} is {_json(error.instance)}"
    return Diagnostic(tree.file, line, problem, expected)


def _unknown(tree: Tree, error: Any, wrong: set[Path_], root: Any) -> Iterator[Diagnostic]:
    """The unknown members of one object. A member that is wrong inside counts as unknown for the schema
    too, so those that it has are worked out anew."""
    path, given = tuple(error.absolute_path), error.instance
    known = _members(error.schema, root)
    # If what decides on others is wrong or missing itself, one mistake is not told as two.
    undecided = {name for name in _DISCRIMINATORS if name not in given or (*path, name) in wrong}
    allowed = {name for name, cases in known.items() if any(_holds(case, given, undecided) for case in cases)}
    for member in given:
        line = tree.line((*path, member))
        if member in allowed:
            continue
        if member in known:
            name = next(name for case in known[member] for name, _, _ in case)
            fitting = [value for case in known[member] for _, value, holds in case if holds]
            problem = f"`{member}` does not go with `{name}: {given[name]}`"
            yield Diagnostic(tree.file, line, problem, f"`{name}`: {one_of(fitting, str(given[name]))}")
        else:
            problem = f"unknown key `{member}` in {_name(tree.data, path)}"
            yield Diagnostic(tree.file, line, problem, one_of(sorted(allowed), member))


#: When a member is allowed: a discriminating member, its value, and whether it must or must not have it.
_Case: TypeAlias = tuple[tuple[str, str, bool], ...]


def _members(schema: Any, root: Any, case: _Case = ()) -> dict[str, list[_Case]]:
    """All members that a part of the meta-schema knows, each with the cases in which it is allowed."""
    found: dict[str, list[_Case]] = {name: [case] for name in schema.get("properties", {})}
    parts = [(part, case) for part in schema.get("allOf", ())]
    parts += [(_deref(schema["$ref"], root), case)] if "$ref" in schema else []
    for name, condition in schema.get("if", {}).get("properties", {}).items():
        for branch in {"then", "else"} & schema.keys():
            parts.append((schema[branch], (*case, (name, condition["const"], branch == "then"))))
    for part, of_part in parts:
        for name, cases in _members(part, root, of_part).items():
            found.setdefault(name, []).extend(cases)
    return found


def _holds(case: _Case, given: Any, undecided: set[str]) -> bool:
    return all(name in undecided or (given[name] == value) == wanted for name, value, wanted in case)


def _deref(ref: str, root: Any) -> Any:
    for step in ref.removeprefix("#/").split("/"):
        root = root[step]
    return root


def _name(data: Any, path: Path_) -> str:
    """A node of a rule file as people call it: a check by its kind, an item by its number."""
    if not path:
        return "the file"
    node = node_at(data, path)
    if isinstance(node, dict) and isinstance(node.get("kind"), str):
        return f"the `{node['kind']}` {'relation' if path[0] == 'relations' else 'check'}"
    last = path[-1]
    if isinstance(last, int):
        owner = next((step for step in reversed(path) if isinstance(step, str)), "the file")
        return f"item {last + 1} of `{owner}`"
    owner = _name(data, path[:-1])
    return f"`{last}` of {owner}" if owner.endswith((" check", " relation")) and last != "kind" else f"`{last}`"


def _member(name: str, schema: Any, root: Any) -> str:
    """A missing member and what its value is, if the meta-schema says so right there."""
    wanted = schema.get("properties", {}).get(name, {})
    while isinstance(wanted, dict) and "$ref" in wanted:
        wanted = _deref(wanted["$ref"], root)
    if not isinstance(wanted, dict):
        return f"`{name}`"
    value = ", ".join(wanted.get("enum", ())) or _TYPES.get(wanted.get("type", ""), "").split(" (")[0]
    return f"`{name}`: {value}" if value else f"`{name}`"


def _about(schema: Any) -> str:
    """What a part of the meta-schema says of itself, as the end of a sentence."""
    text = schema.get("patternErrorMessage") or schema.get("description", "").rstrip(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() else str(text)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
