"""Part of ``resolve``: a node of a rule file on its way to the RuleSet, and where its value stands in a line.

Comes after ``check``; used by ``resolve`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from . import samples
from .load import Path_, Tree


@dataclass(frozen=True)
class Spec:
    """A node of a rule file with where it stands."""

    tree: Tree
    path: Path_
    data: Any

    def __getitem__(self, key: str | int) -> Spec:
        return Spec(self.tree, (*self.path, key), self.data[key])

    def get(self, key: str) -> Spec | None:
        return self[key] if isinstance(self.data, dict) and key in self.data else None

    def items(self) -> Iterator[tuple[str, Spec]]:
        for key in self.data:
            yield key, self[key]

    def list(self, key: str) -> list[Spec]:
        found = self.get(key)
        return [] if found is None else [found[i] for i in range(len(found.data))]

    @property
    def where(self) -> str:
        return f"{self.tree.file}:{self.tree.line(self.path)}"


@dataclass(frozen=True)
class Place:
    """Where a value stands: its id prefix, its JSON Pointer (pattern and first instance), its names."""

    prefix: str
    entity: str
    label: str
    member: str
    pattern: str
    pointer: str
    base: Any
    full: Any
    sources: Spec | None
    #: Rules that a good value here breaks all the same.
    whenever: tuple[str, ...] = ()

    @property
    def noun(self) -> str:
        """The place in the words of a message: a member by its name, an item by its list."""
        if not self.member:
            return "an entry"
        return f"an item of `{self.member}`" if self.pattern.endswith("/*") else f"`{self.member}`"

    def below(self, member: str, spec: Spec) -> Place:
        step = samples.escape(member)
        return replace(
            self,
            prefix=f"{self.prefix}.{member}",
            member=member,
            pattern=f"{self.pattern}/{step}",
            pointer=f"{self.pointer}/{step}",
            sources=spec.get("sources") or self.sources,
        )

    def item(self, spec: Spec) -> Place:
        return replace(
            self,
            prefix=f"{self.prefix}.item",
            pattern=f"{self.pattern}/*",
            pointer=f"{self.pointer}/0",
            sources=spec.get("sources") or self.sources,
        )
