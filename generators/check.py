"""Stage 2, check: is every rule file what the rule language allows, and does it make sense?

First the meta-schema, file by file; then, if all files have the right form, the lint: names that
lead nowhere, patterns that are not portable, limits in the wrong order. Any mistake stops the
compiler with a diagnostic that names file and line. Comes after ``load``; ``resolve`` relies on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from . import samples
from .diagnostics import Diagnostic, RulesError
from .load import Path_, Tree
from .portable import trouble_with

META_SCHEMA = Path(__file__).parent.parent / "rules" / "meta.schema.json"


def check(trees: list[Tree]) -> None:
    """Raises ``RulesError`` with a diagnostic for each mistake found."""
    schema = json.loads(META_SCHEMA.read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    problems = [d for tree in trees for d in _form(tree, validator)]
    if not problems:
        problems = list(_Lint(trees).run())
    if problems:
        raise RulesError(problems)


# --------------------------------------------------------------------------- the form, by the meta-schema


def _form(tree: Tree, validator: Any) -> Iterator[Diagnostic]:
    """The meta-schema's errors in the words of people.

    An unknown-member error is only told where nothing else is wrong: a member that is wrong inside
    counts as unknown for the schema too.
    """
    errors = list(validator.iter_errors(tree.data))
    others = [e for e in errors if e.validator not in ("unevaluatedProperties", "additionalProperties")]
    if others:
        deepest = [e for e in others if not any(_inside(e, o) for o in others)]
        for error in deepest:
            yield _said(tree, error)
    else:
        for error in errors:
            yield from _unknown(tree, error, validator.schema)


def _inside(outer: Any, inner: Any) -> bool:
    a, b = tuple(outer.absolute_path), tuple(inner.absolute_path)
    return a != b and b[: len(a)] == a


def _said(tree: Tree, error: Any) -> Diagnostic:
    path = tuple(error.absolute_path)
    line = tree.line(path)
    name = f"`{path[-1]}`" if path else "the file"
    match error.validator:
        case "required":
            missing = next(m for m in error.validator_value if m not in error.instance)
            return Diagnostic(tree.file, line, f"{name} lacks `{missing}`", f"`{missing}`")
        case "enum" | "const":
            choices = error.validator_value if error.validator == "enum" else [error.validator_value]
            return Diagnostic(tree.file, line, f"{name} is {_json(error.instance)}", "one of " + ", ".join(map(str, choices)))
        case "type":
            return Diagnostic(tree.file, line, f"{name} is {_json(error.instance)}", f"a value of type {error.validator_value}")
        case "pattern":
            about = error.schema.get("description", f"something that matches {error.validator_value}")
            return Diagnostic(tree.file, line, f"{name} is {_json(error.instance)}", about)
        case "minimum" | "maximum":
            bound = "at least" if error.validator == "minimum" else "at most"
            return Diagnostic(tree.file, line, f"{name} is {_json(error.instance)}", f"{bound} {error.validator_value}")
        case "minItems" | "minLength" | "minProperties":
            return Diagnostic(tree.file, line, f"{name} is empty or too short", f"at least {error.validator_value}")
        case "uniqueItems":
            return Diagnostic(tree.file, line, f"{name} has an item twice", "each item once")
        case _:
            return Diagnostic(tree.file, line, f"{name}: {error.message[:200]}", "what rules/meta.schema.json says")


def _unknown(tree: Tree, error: Any, schema: Any) -> Iterator[Diagnostic]:
    path = tuple(error.absolute_path)
    known = _known_members(error.schema, schema, error.instance)
    for member in error.instance:
        if member not in known:
            expected = "one of " + ", ".join(sorted(known))
            yield Diagnostic(tree.file, tree.line((*path, member)), f"unknown key `{member}`", expected)


def _known_members(schema: Any, root: Any, instance: Any) -> set[str]:
    """All members that a part of the meta-schema allows for this instance."""
    known = set(schema.get("properties", {}))
    if "$ref" in schema:
        known |= _known_members(_deref(schema["$ref"], root), root, instance)
    for part in schema.get("allOf", ()):
        known |= _known_members(part, root, instance)
    if "if" in schema:
        holds = jsonschema.Draft202012Validator({**schema["if"], "$defs": root["$defs"]}).is_valid(instance)
        branch = schema.get("then" if holds else "else")
        known |= _known_members(branch, root, instance) if branch else set()
    return known


def _deref(ref: str, root: Any) -> Any:
    for step in ref.removeprefix("#/").split("/"):
        root = root[step]
    return root


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"


# --------------------------------------------------------------------------- the sense


class _Lint:
    """What a schema can't say: names, order, portability."""

    def __init__(self, trees: list[Tree]) -> None:
        self.top = next(t for t in trees if t.data["file"] == "ruleset")
        self.trees = trees
        self.documents = self.top.data["documents"]
        self.types = {n: s for t in trees if t.data["file"] == "types" for n, s in t.data["types"].items()}

    def run(self) -> Iterator[Diagnostic]:
        yield from self._instructions()
        yield from self._framing()
        for tree in self.trees:
            yield from self._walk(tree, tree.data, ())

    # ---- whole set

    def _instructions(self) -> Iterator[Diagnostic]:
        listed = self.top.data["instructions"]
        files = {t.data["instruction"]: t for t in self.trees if t.data["file"] == "instruction"}
        for i, name in enumerate(listed):
            if name not in files:
                line = self.top.line(("instructions", i))
                yield Diagnostic(self.top.file, line, f"no file for the instruction `{name}`", f"instructions/{name}.yaml")
        for name, tree in files.items():
            if name not in listed:
                line = tree.line(("instruction",))
                yield Diagnostic(tree.file, line, f"the instruction `{name}` is not listed", "its name in `instructions` of ruleset.yaml")
            for which in ("base", "full"):
                yield from self._base(tree, which)
        members = self.top.data["envelope"]["members"]
        for key in ("discriminator", "payload"):
            if (name := self.top.data[key]) not in members:
                line = self.top.line((key,))
                yield Diagnostic(self.top.file, line, f"`{key}` names `{name}`", "a member of the envelope: " + ", ".join(members))

    def _base(self, tree: Tree, which: str) -> Iterator[Diagnostic]:
        line, name = tree.data[which], tree.data["instruction"]
        if line.get(self.top.data["discriminator"]) != name:
            yield Diagnostic(tree.file, tree.line((which,)), f"`{which}` is no line of `{name}`", f"`{self.top.data['discriminator']}: {name}`")
        entries = line.get(self.top.data["payload"])
        if not isinstance(entries, list) or not entries:
            yield Diagnostic(tree.file, tree.line((which,)), f"`{which}` has no entry", f"`{self.top.data['payload']}` with one entry at least")

    def _framing(self) -> Iterator[Diagnostic]:
        have = {c["kind"] for t in self.trees if t.data["file"] == "framing" for c in t.data["checks"]}
        missing = sorted(set(samples.FRAMING) - have)
        if missing:
            yield Diagnostic(self.top.file, 1, f"no framing check of the kinds {', '.join(missing)}", "each kind once at least: a reader that lacks one would be silent")

    # ---- every node

    def _walk(self, tree: Tree, node: Any, path: Path_) -> Iterator[Diagnostic]:
        if path and path[-1] in ("base", "full", "good", "bad", "defaults", "documents"):
            return
        if isinstance(node, dict):
            yield from self._node(tree, node, path)
            for key, inner in node.items():
                yield from self._walk(tree, inner, (*path, key))
        elif isinstance(node, list):
            if path and path[-1] == "checks":
                yield from self._checks(tree, node, path)
            for i, inner in enumerate(node):
                yield from self._walk(tree, inner, (*path, i))

    def _node(self, tree: Tree, node: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        kind = node.get("type")
        member = isinstance(kind, str) and "kind" not in node and "form" not in node
        if member:
            yield from self._type(tree, node, path)
        if "document" in node and node["document"] not in self.documents:
            line = tree.line((*path, "document"))
            yield Diagnostic(tree.file, line, f"unknown document `{node['document']}`", "one of " + ", ".join(self.documents))
        if isinstance(node.get("pattern"), str) and ("kind" in node or "form" in node):
            yield from self._pattern(tree, node["pattern"], (*path, "pattern"))
        if isinstance(node.get("patterns"), dict):
            for prefix, pattern in node["patterns"].items():
                yield from self._pattern(tree, pattern, (*path, "patterns", prefix))
        if "minimum" in node and "maximum" in node and node["minimum"] > node["maximum"]:
            line = tree.line((*path, "minimum"))
            yield Diagnostic(tree.file, line, f"minimum {node['minimum']} is greater than maximum {node['maximum']}", "minimum <= maximum")
        if isinstance(node.get("members"), dict) and isinstance(node.get("checks"), list):
            yield from self._operands(tree, node, path)

    def _type(self, tree: Tree, node: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        kind, line = node["type"], tree.line((*path, "type"))
        if kind not in samples.BUILT_IN and kind not in self.types:
            expected = "one of " + ", ".join((*samples.BUILT_IN, *self.types))
            yield Diagnostic(tree.file, line, f"unknown type `{kind}`", expected)
        if path[:1] == ("types",) and len(path) == 2:
            name = str(path[1])
            if name in samples.BUILT_IN:
                yield Diagnostic(tree.file, tree.line(path), f"the type `{name}` hides a built-in one", "another name")
            if kind in self.types:
                yield Diagnostic(tree.file, line, f"the type `{name}` is made of the named type `{kind}`", "a built-in type")
        if kind == "list" and "items" not in node:
            yield Diagnostic(tree.file, tree.line(path), "a list without `items`", "`items: {type: …}`")
        if kind == "record" and ("open" in node) == ("unknown" in node):
            yield Diagnostic(tree.file, tree.line(path), "a record is either open or closed", "one of `open: true` and `unknown: {…}`")
        if node.get("blank") and self._built_in(kind) not in ("string", "time"):
            yield Diagnostic(tree.file, tree.line((*path, "blank")), f"`blank` on a value of type `{kind}`", "a string")

    def _built_in(self, kind: str) -> str:
        return self.types[kind]["type"] if kind in self.types else kind

    def _pattern(self, tree: Tree, pattern: str, path: Path_) -> Iterator[Diagnostic]:
        trouble = trouble_with(pattern)
        if trouble:
            yield Diagnostic(tree.file, tree.line(path), f"the pattern `{pattern}` is not portable: {trouble[0]}", trouble[1])

    def _checks(self, tree: Tree, checks: list[dict[str, Any]], path: Path_) -> Iterator[Diagnostic]:
        """The checks of one place: each after ones that exist, parts of a split, limits from high to low."""
        inherited = self._inherited(tree, path)
        before: list[dict[str, Any]] = list(inherited)
        for i, check in enumerate(checks):
            names = [c.get("id", c["kind"]).rpartition(".")[2] for c in before]
            line = tree.line((*path, i))
            for name in check.get("after", ()):
                if name not in names:
                    yield Diagnostic(tree.file, tree.line((*path, i, "after")), f"`after` names `{name}`, which is no check before this one", "one of " + ", ".join(names))
            if check["kind"] in ("part-pattern", "part-not-in"):
                split = next((c for c in before if c["kind"] == "split"), None)
                if split is None:
                    yield Diagnostic(tree.file, line, f"`{check['kind']}` without a `split` before it", "a check of the kind `split` first")
                elif check["part"] not in split["parts"]:
                    yield Diagnostic(tree.file, tree.line((*path, i, "part")), f"unknown part `{check['part']}`", "one of " + ", ".join(split["parts"]))
            earlier = [c["limit"] for c in before if c["kind"] == check["kind"] and "limit" in c]
            if path != ("checks",) and "limit" in check and earlier and check["limit"] >= min(earlier):
                yield Diagnostic(tree.file, tree.line((*path, i, "limit")), f"limit {check['limit']} after the lower limit {min(earlier)}", "the highest limit first")
            yield from self._fits(tree, check, path, line)
            before.append(check)

    def _inherited(self, tree: Tree, path: Path_) -> list[dict[str, Any]]:
        owner = _at(tree.data, path[:-1])
        kind = owner.get("type") if isinstance(owner, dict) else None
        return list(self.types[kind].get("checks", ())) if kind in self.types and path[:1] != ("types",) else []

    def _fits(self, tree: Tree, check: dict[str, Any], path: Path_, line: int) -> Iterator[Diagnostic]:
        """A check of a kind that the type of its value can have."""
        owner = _at(tree.data, path[:-1])
        kind = self._built_in(owner["type"]) if isinstance(owner, dict) and "type" in owner else None
        allowed = _ALLOWED.get(check["kind"])
        if kind in samples.BUILT_IN and kind != "record" and allowed and kind not in allowed:
            yield Diagnostic(tree.file, line, f"`{check['kind']}` on a value of type `{kind}`", "a value of type " + " or ".join(allowed))

    def _operands(self, tree: Tree, record: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        """Members that a closed record's checks name must exist."""
        if record.get("open"):
            return
        members = record["members"]
        for i, check in enumerate(record["checks"]):
            for key in ("member", "other", "foreign_id", "time", "members", "given", "absent"):
                named = check.get(key, ())
                for name in [named] if isinstance(named, str) else named:
                    if name not in members:
                        line = tree.line((*path, "checks", i, key))
                        yield Diagnostic(tree.file, line, f"`{key}` names the unknown member `{name}`", "one of " + ", ".join(members))


_TEXT = ("string", "time")
_ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("max-length", "max-bytes", "pattern", "choices", "split", "part-pattern", "part-not-in", "differs-from-line"), _TEXT),
    **dict.fromkeys(("max-items", "distinct-items"), ("list",)),
    "integer-range": ("integer",),
    "not-empty": (*_TEXT, "list", "map"),
    **dict.fromkeys((k for k in samples.CHECKS if k.startswith("time-")), ("time",)),
}


def _at(data: Any, path: Path_) -> Any:
    for step in path:
        data = data[step]
    return data
