"""Part of ``check``: do the checks that need an app's configuration name what there is?

Called by ``lint`` once names and values are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .diagnostics import Diagnostic, one_of
from .load import Path_, Tree
from .names import Names
from .portable import trouble_with


def lint_app(names: Names) -> Iterator[Diagnostic]:
    """A diagnostic for each unknown name in the files about configurations, and each pattern that is not portable."""
    for tree in names.trees:
        if tree.data["file"] == "app":
            yield from _Lint(names, tree).all()


class _Lint:
    def __init__(self, names: Names, tree: Tree) -> None:
        self.names, self.tree = names, tree

    def all(self) -> Iterator[Diagnostic]:
        for name, entries in self.tree.data["entries"].items():
            path: Path_ = ("entries", name)
            yield from self._instruction(entries["instruction"], (*path, "instruction"))
            if trouble := trouble_with(entries["pattern"]):
                yield self._says((*path, "pattern"), f"the pattern `{entries['pattern']}` {trouble[0]}", trouble[1])
        for i, check in enumerate(self.tree.data["checks"]):
            yield from self._check(check, ("checks", i))

    def _check(self, check: dict[str, Any], path: Path_) -> Iterator[Diagnostic]:
        match check["kind"]:
            case "configured-groups" if "feed_id_type" not in self.names.top.data:
                yield self._says(
                    path, "feed groups in a rule set without `feed_id_type`", "`feed_id_type` in ruleset.yaml"
                )
            case "followed-groups":
                yield from self._instruction(check["instruction"], (*path, "instruction"))
                types = [t for c in self.tree.data["checks"] for t in c.get("types", ())]
                if check["type"] not in types:
                    yield self._says((*path, "type"), f"unknown type `{check['type']}`", one_of(types, check["type"]))
            case "configured-values":
                unknown = list(self._instruction(check["instruction"], (*path, "instruction")))
                yield from unknown or self._members(check, check["instruction"], {"member": "string"}, path)
            case "data-schema":
                entries = self.tree.data["entries"]
                if check["entries"] not in entries:
                    expected = one_of(entries, check["entries"])
                    yield self._says((*path, "entries"), f"unknown entries `{check['entries']}`", expected)
                elif entries[check["entries"]]["instruction"] in self.names.instructions:
                    instruction = entries[check["entries"]]["instruction"]
                    yield from self._members(check, instruction, {"by": "string", "member": "map"}, path)

    def _instruction(self, name: str, path: Path_) -> Iterator[Diagnostic]:
        if name not in self.names.instructions:
            yield self._says(path, f"unknown instruction `{name}`", one_of(self.names.instructions, name))

    def _members(
        self, check: dict[str, Any], instruction: str, kinds: dict[str, str], path: Path_
    ) -> Iterator[Diagnostic]:
        """The members of entries that a check names: there, and of the type that it compares."""
        members = self.names.instructions[instruction].data["entry"].get("members", {})
        for key, kind in kinds.items():
            if key not in check:
                continue
            fitting = [name for name, spec in members.items() if self.names.built_in(spec["type"]) == kind]
            if check[key] not in fitting:
                problem = f"`{key}` names `{check[key]}`, which is no {kind} of the entries of `{instruction}`"
                yield self._says((*path, key), problem, one_of(fitting, check[key]))

    def _says(self, path: Path_, problem: str, expected: str) -> Diagnostic:
        return Diagnostic(self.tree.file, self.tree.line(path), problem, expected)
