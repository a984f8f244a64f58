"""Part of ``check``: does each value and each check make sense where it stands?

Called by ``lint``. Goes through every node of a rule file: types made of others, patterns that are
not portable, checks that do not fit the type, come too early, or name what is not there. That the
types exist is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import samples
from .diagnostics import Diagnostic, one_of
from .load import Path_, Tree
from .names import Names, node_at
from .portable import trouble_with

_TEXT = ("string", "time")
#: The built-in types that a kind of check fits; those that are not named fit all.
_FITS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("max-length", "max-bytes", "pattern", "choices", "differs-from-line"), _TEXT),
    **dict.fromkeys(("split", "part-pattern", "part-not-in"), _TEXT),
    **dict.fromkeys(("max-items", "distinct-items"), ("list",)),
    "integer-range": ("integer",),
    "not-empty": (*_TEXT, "list", "map"),
    **dict.fromkeys((kind for kind in samples.CHECKS if kind.startswith("time-")), ("time",)),
}
#: What a named type may be made of: types that have nothing inside.
_NAMED = ("string", "time", "integer", "number", "boolean", "map")
#: The JSON type of each built-in type that a form of another one can be tolerated beside.
_JSON_TYPES = {
    **dict.fromkeys(_TEXT, "string"),
    **dict.fromkeys(("integer", "number"), "number"),
    "boolean": "boolean",
    "map": "object",
    "list": "array",
}
#: Keys whose members are names of the format, such as a member called `kind`.
_NAMING = ("members", "line", "types", "patterns", "records", "references")
#: Keys of a rule file that hold data of the format, not parts of the rule language.
_DATA = ("base", "full", "good", "bad", "defaults", "documents", "former_instructions", "config", "files")


def lint_values(names: Names, tree: Tree) -> Iterator[Diagnostic]:
    """A diagnostic for each mistake in the values and checks of one file."""
    yield from _Walk(names, tree).node(tree.data, ())


class _Walk:
    def __init__(self, names: Names, tree: Tree) -> None:
        self.names = names
        self.tree = tree

    def says(self, path: Path_, problem: str, expected: str) -> Diagnostic:
        return Diagnostic(self.tree.file, self.tree.line(path), problem, expected)

    def node(self, node: Any, path: Path_) -> Iterator[Diagnostic]:
        if isinstance(node, dict):
            yield from self._dict(node, path)
            for key, inner in node.items():
                if key in _NAMING and isinstance(inner, dict):
                    for name, named in inner.items():
                        yield from self.node(named, (*path, key, name))
                elif key not in _DATA:
                    yield from self.node(inner, (*path, key))
        elif isinstance(node, list):
            if path[-1] in ("checks", "line_checks"):
                yield from self._checks(node, path)
            for i, inner in enumerate(node):
                yield from self.node(inner, (*path, i))

    def _dict(self, node: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        if isinstance(node.get("type"), str) and "kind" not in node and "form" not in node:
            yield from self._value(node, path)
        documents = self.names.top.data["documents"]
        if "document" in node and node["document"] not in documents:
            problem = f"unknown document `{node['document']}`"
            expected = f"a name of `documents` in ruleset.yaml: {one_of(documents, node['document'])}"
            yield self.says((*path, "document"), problem, expected)
        if isinstance(node.get("pattern"), str) and ("kind" in node or "form" in node):
            yield from self._pattern(node["pattern"], (*path, "pattern"))
        if node.get("kind") == "references":
            for prefix, pattern in node["patterns"].items():
                yield from self._pattern(pattern, (*path, "patterns", prefix))
                if not pattern.startswith(prefix):
                    problem = f"the pattern `{pattern}` does not start with its prefix `{prefix}`"
                    yield self.says((*path, "patterns", prefix), problem, f"`{prefix}` and what comes after it")
        if node.get("kind") == "integer-range" and node["minimum"] > node["maximum"]:
            problem = f"the minimum {node['minimum']} is greater than the maximum {node['maximum']}"
            yield self.says((*path, "minimum"), problem, "minimum <= maximum")
        if node.get("kind") in samples.OF_FILES:
            for word in ("good", "bad"):
                for i, example in enumerate(node.get(word, ())):
                    if example.get("encoding") == "latin-1" and not _is_latin_1(example["raw"]):
                        yield self.says((*path, word, i, "raw"), "`raw` has characters beyond latin-1", "only such")
        if "since" in node and _version(node["since"]) > _version(self.names.top.data["version"]):
            problem = f"`since` is {node['since']}, later than the rule set's version"
            yield self.says((*path, "since"), problem, f"at most {self.names.top.data['version']}")

    def _pattern(self, pattern: str, path: Path_) -> Iterator[Diagnostic]:
        trouble = trouble_with(pattern)
        if trouble:
            yield self.says(path, f"the pattern `{pattern}` {trouble[0]}", trouble[1])

    # ---- values

    def _value(self, node: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        """A member, an item, an entry or a named type: its type and what goes with it."""
        written = node["type"]
        kind = self.names.built_in(written)
        if path[:1] == ("types",) and len(path) == 2:
            name = str(path[1])
            if name in samples.BUILT_IN:
                yield self.says(path, f"the type `{name}` hides the built-in type of this name", "another name")
            if written not in _NAMED:
                problem = f"the named type `{name}` is made of `{written}`"
                yield self.says((*path, "type"), problem, one_of(_NAMED))
                return
        if kind == "list" and "items" not in node:
            yield self.says(path, f"the list `{path[-1]}` does not say what its items are", "`items: {type: …}`")
        if kind != "list" and "items" in node:
            yield self.says((*path, "items"), f"`items` of a value of type `{written}`", "a value of type list")
        if kind == "record" and ("open" in node) == ("unknown" in node):
            both = "both open and closed" if "open" in node else "neither open nor closed"
            expected = "`open: true` if it may have other members, `unknown: {…}` if not"
            yield self.says(path, f"the record `{path[-1]}` is {both}", expected)
        if node.get("blank") and kind not in _TEXT:
            yield self.says((*path, "blank"), f"`blank` of a value of type `{written}`", "a string or a time")
        idle = {"any": ("checks", "tolerates", "wrong_type", "nullable"), "record": ("tolerates",)}.get(kind, ())
        for key in idle:
            if key in node:
                problem = f"`{key}` has no effect on a value of type `{kind}`"
                yield self.says((*path, key), problem, f"another type, or no `{key}`")
        for i, form in enumerate(node.get("tolerates", ())):
            if form.get("json_type") == _JSON_TYPES.get(kind, ""):
                problem = f"a value of type `{written}` is a {form['json_type']} anyway"
                yield self.says((*path, "tolerates", i, "json_type"), problem, "another JSON type")
        formats = [c for c in (*self.names.inherited(written), *node.get("checks", ())) if c["kind"] == "time-format"]
        if kind == "time" and len(formats) != 1:
            problem = f"the time `{path[-1]}` has {len(formats) or 'no'} checks of the kind `time-format`"
            yield self.says((*path, "type"), problem, "one, here or in its type")

    # ---- checks

    def _checks(self, checks: list[dict[str, Any]], path: Path_) -> Iterator[Diagnostic]:
        """The checks of one place: each after ones that exist, parts of a split, limits from high to low."""
        if path == ("checks",):  # of a file: in any order
            return
        written, members = self._owner(path)
        before = self.names.inherited(written)
        for i, check in enumerate(checks):
            at = (*path, i)
            earlier = [c.get("id", c["kind"]).rpartition(".")[2] for c in before]
            for j, name in enumerate(check.get("after", ())):
                if name not in earlier:
                    later = any(name == c.get("id", c["kind"]).rpartition(".")[2] for c in checks[i + 1 :])
                    what = "comes later" if later else "is no other check of this place"
                    problem = f"`after` names `{name}`, which {what}"
                    expected = one_of(earlier, name) if earlier else "no `after`: this is the first check"
                    yield self.says((*at, "after", j), problem, expected)
            yield from self._part(check, before, at)
            limits = [c["limit"] for c in before if c["kind"] == check["kind"] and "limit" in c]
            if limits and "limit" in check and check["limit"] >= min(limits):
                problem = f"the limit {check['limit']} comes after {min(limits)}, which is lower or the same"
                yield self.says((*at, "limit"), problem, "of several limits of one kind, the highest first")
            yield from self._fits(check, written, at)
            yield from self._operands(check, members, at)
            before.append(check)

    def _owner(self, path: Path_) -> tuple[str | None, set[str] | None]:
        """The type of the value that checks belong to, and the members that a record can have, if closed."""
        envelope, payload = self.names.top.data["envelope"], self.names.top.data["payload"]
        if path == ("line_checks",):
            members = {*envelope["members"], *self.tree.data.get("line", {})}
            return "record", None if "open" in envelope else members
        owner = node_at(self.tree.data, path[:-1])
        if "type" not in owner:  # what an instruction adds to the payload
            return str(envelope["members"][payload]["type"]) if payload in envelope["members"] else None, None
        closed = owner["type"] == "record" and "unknown" in owner
        return owner["type"], set(owner["members"]) if closed else None

    def _part(self, check: dict[str, Any], before: list[dict[str, Any]], at: Path_) -> Iterator[Diagnostic]:
        if check["kind"] not in ("part-pattern", "part-not-in"):
            return
        split = next((c for c in before if c["kind"] == "split"), None)
        if split is None:
            problem = f"`{check['kind']}` without a `split` before it, which names the parts"
            yield self.says(at, problem, "a check of the kind `split` first")
        elif check["part"] not in split["parts"]:
            expected = one_of(split["parts"], check["part"])
            yield self.says((*at, "part"), f"unknown part `{check['part']}`", expected)

    def _fits(self, check: dict[str, Any], written: str | None, at: Path_) -> Iterator[Diagnostic]:
        """A check of a kind that the type of its value can have."""
        kind = self.names.built_in(written) if written else None
        fitting = _FITS.get(check["kind"])
        if kind in samples.BUILT_IN and kind not in ("record", "any") and fitting and kind not in fitting:
            expected = "a value of type " + " or ".join(fitting)
            yield self.says(at, f"a `{check['kind']}` check of a value of type `{written}`", expected)

    def _operands(self, check: dict[str, Any], members: set[str] | None, at: Path_) -> Iterator[Diagnostic]:
        """Members that the checks of a closed record name, and those of the line, must exist."""
        if check["kind"] == "differs-from-line":
            members = self._line_members()
        elif check["kind"] == "reserved" or check["kind"] not in samples.CHECKS or members is None:
            return
        for key in ("member", "other", "foreign_id", "time", "members", "given", "absent"):
            named = check.get(key, ())
            for name in [named] if isinstance(named, str) else named:
                if name not in members:
                    problem = f"`{key}` names the unknown member `{name}`"
                    yield self.says((*at, key), problem, one_of(sorted(members), name))

    def _line_members(self) -> set[str]:
        """The members that lines can have: of this instruction, or of any for a type that all may use."""
        own = [self.tree] if self.tree.data["file"] == "instruction" else self.names.instructions.values()
        return {*self.names.top.data["envelope"]["members"], *(m for t in own for m in t.data.get("line", {}))}


def _is_latin_1(text: str) -> bool:
    return all(ord(char) < 256 for char in text)


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
