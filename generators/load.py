"""Stage 1, load: the text of the rule files becomes trees whose nodes know their file and line.

The only stage that reads rule files. YAML is read as JSON with comments: no dates, no ``yes`` for
true, no merge keys, no duplicate keys, so that nobody has to remember what YAML makes of a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from .diagnostics import Diagnostic, RulesError

Path_: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Tree:
    """One rule file: its data as plain JSON values, and the line of every node by its path."""

    file: str
    data: Any
    lines: dict[Path_, int] = field(repr=False)

    def line(self, path: Path_) -> int:
        """The line of the node at ``path``, or of its nearest ancestor that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.SafeLoader):
    """SafeLoader that resolves plain scalars by the rules of JSON alone."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|)$", ["n", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))  # type: ignore[no-untyped-call]


def load(folder: Path) -> list[Tree]:
    """All rule files of one rule set's folder, ``ruleset.yaml`` first, the rest by name.

    Raises ``RulesError`` for files that are not YAML, or have a key twice, and for a missing file.
    """
    if not (folder / "ruleset.yaml").is_file():
        raise RulesError([Diagnostic(f"{folder.name}/ruleset.yaml", 1, "no such file", "a rule set has ruleset.yaml")])
    files = sorted(folder.rglob("*.yaml"), key=lambda p: (p.name != "ruleset.yaml", p.as_posix()))
    problems: list[Diagnostic] = []
    trees = []
    for path in files:
        name = path.relative_to(folder.parent).as_posix()
        try:
            trees.append(_tree(name, path.read_text("utf-8"), problems))
        except UnicodeDecodeError as error:
            problems.append(Diagnostic(name, 1, f"not UTF-8: {error.reason}", "a rule file in UTF-8"))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            problems.append(Diagnostic(name, line, f"not YAML: {error.problem or error.context}", "valid YAML"))
        except yaml.YAMLError as error:
            problems.append(Diagnostic(name, 1, f"not YAML: {error}", "valid YAML"))
    if problems:
        raise RulesError(problems)
    return trees


def _tree(name: str, text: str, problems: list[Diagnostic]) -> Tree:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Path_, int] = {}
        data = None if node is None else _plain(loader, node, (), lines, name, problems)
    finally:
        loader.dispose()  # type: ignore[no-untyped-call]
    return Tree(name, data, lines)


def _plain(
    loader: _Loader, node: yaml.Node, path: Path_, lines: dict[Path_, int], name: str, problems: list[Diagnostic]
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                problems.append(Diagnostic(name, line, "a key that is not a string", "a plain or quoted string"))
                continue
            if key in out:
                problems.append(Diagnostic(name, line, f"the key `{key}` stands here twice", "each key once"))
            lines[(*path, key)] = line
            out[key] = _plain(loader, value_node, (*path, key), lines, name, problems)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*path, i), lines, name, problems) for i, item in enumerate(node.value)]
    return loader.construct_object(node)  # type: ignore[no-untyped-call]
