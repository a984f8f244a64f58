"""Part of ``check``: the names that the files of a rule set define, for those who look them up.

Made once the form of all files is right; used by all of ``lint``.
"""

from __future__ import annotations

from typing import Any

from .load import Path_, Tree


class Names:
    """The files of a rule set by what they hold, and the named types."""

    def __init__(self, trees: list[Tree]) -> None:
        self.trees = trees
        self.top = next(t for t in trees if t.data["file"] == "ruleset")
        self.instructions = {t.data["instruction"]: t for t in trees if t.data["file"] == "instruction"}
        self.types: dict[str, Any] = {
            name: spec for t in trees if t.data["file"] == "types" for name, spec in t.data["types"].items()
        }

    def built_in(self, kind: str) -> str:
        """The built-in type behind a type, or the name itself if there is none."""
        named = self.types.get(kind)
        return kind if named is None else str(named["type"])

    def inherited(self, kind: str | None) -> list[dict[str, Any]]:
        """The checks that a named type brings along; none for others."""
        return list(self.types[kind].get("checks", ())) if kind in self.types else []


def node_at(data: Any, path: Path_) -> Any:
    """The node of a rule file at a path that it has."""
    for step in path:
        data = data[step]
    return data
