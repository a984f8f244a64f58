"""Stage 1, load: the text of the rule files becomes trees whose nodes know their file and line.

The only stage that reads rule files. YAML is read as JSON with comments: no dates, no ``yes`` for
true, no anchors, no tags, no merge keys, no duplicate keys, so that nobody has to remember what YAML
makes of a value. Before ``check``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from .diagnostics import Diagnostic, RulesError

Path_: TypeAlias = tuple[str | int, ...]

#: What plain scalars may be, besides texts: the tag, its form, and the characters that it starts with.
_PLAIN = (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|)$", ["n", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
)
_VALID = "valid YAML; most often the indentation is wrong, or a text with `: ` or ` #` in it needs quotes"


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
    """SafeLoader that resolves plain scalars by the rules of JSON alone, and knows no aliases."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        # Through Any, as below: some versions of the stubs have no types for these methods.
        peek: Any = self.peek_event
        event = peek()
        if isinstance(event, yaml.AliasEvent):
            raise _AliasFound(event.start_mark.line + 1 if event.start_mark else 1)
        return super().compose_node(parent, index)


class _AliasFound(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _PLAIN:
    yaml.add_implicit_resolver(_tag, re.compile(_pattern), list(_first), Loader=_Loader)


def load(folder: Path) -> list[Tree]:
    """All rule files of one rule set's folder, ``ruleset.yaml`` first, the rest by name.

    Raises ``RulesError`` for files that are not YAML, or have a key twice, and for a missing file.
    """
    problems: list[Diagnostic] = []
    if not (folder / "ruleset.yaml").is_file():
        problems.append(Diagnostic(f"{folder.name}/ruleset.yaml", 1, "no such file", "a rule set has ruleset.yaml"))
    for path in folder.rglob("*.yml"):
        name = path.relative_to(folder.parent).as_posix()
        problems.append(Diagnostic(name, 1, "nobody reads a file of this name", "a name that ends with .yaml"))
    trees = []
    for path in sorted(folder.rglob("*.yaml"), key=lambda p: (p.name != "ruleset.yaml", p.as_posix())):
        name = path.relative_to(folder.parent).as_posix()
        try:
            trees.append(_tree(name, path.read_bytes(), problems))
        except _Unreadable as error:
            problems.append(error.diagnostic)
    if problems:
        raise RulesError(problems)
    return trees


class _Unreadable(Exception):
    def __init__(self, file: str, line: int, problem: str, expected: str) -> None:
        self.diagnostic = Diagnostic(file, line, problem, expected)


def _tree(name: str, data: bytes, problems: list[Diagnostic]) -> Tree:
    """The tree of one file. Raises ``_Unreadable`` if it has none."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _Unreadable(name, line, f"not UTF-8: {error.reason}", "a rule file in UTF-8") from error
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            lines: dict[Path_, int] = {}
            plain = None if node is None else _plain(loader, node, (), lines, name, problems)
        finally:
            dispose: Any = loader.dispose
            dispose()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = error.character if isinstance(error.character, int) else ord(error.character[:1])
        expected = "printable characters; others as escapes in double quotes"
        raise _Unreadable(name, line, f"not YAML: the character U+{found:04X}", expected) from error
    except _AliasFound as error:
        raise _Unreadable(name, error.line, "a YAML alias", "the value itself, written out") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise _Unreadable(name, mark.line + 1 if mark else 1, f"not YAML: {what}", _VALID) from error
    except RecursionError as error:
        raise _Unreadable(name, 1, "nested too deeply", "the form of rules/meta.schema.json") from error
    return Tree(name, plain, lines)


def _plain(
    loader: _Loader, node: yaml.Node, path: Path_, lines: dict[Path_, int], name: str, problems: list[Diagnostic]
) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                problems.append(Diagnostic(name, line, "a key that is not a text", "a plain or quoted text"))
                continue
            if key in out:
                before = lines[(*path, key)]
                problems.append(Diagnostic(name, line, f"the key `{key}` stands in line {before} too", "each key once"))
            lines[(*path, key)] = line
            out[key] = _plain(loader, value_node, (*path, key), lines, name, problems)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item, (*path, i), lines, name, problems) for i, item in enumerate(node.value)]
    if node.tag not in _TAGS:
        problems.append(Diagnostic(name, line, f"the tag {node.tag}", "a value without a tag"))
        return node.value
    construct: Any = loader.construct_object
    value = construct(node)
    if isinstance(value, str) and (half := _HALF_PAIR.search(value)):
        problem = f"the character U+{ord(half[0]):04X}, half of a surrogate pair"
        problems.append(Diagnostic(name, line, problem, "whole characters"))
    if isinstance(value, float) and not math.isfinite(value):
        problems.append(Diagnostic(name, line, f"the number {node.value}", "a number that a 64-bit float can hold"))
        return 0
    return value


_HALF_PAIR = re.compile("[\ud800-\udfff]")
_TAGS = {"tag:yaml.org,2002:str", *(tag for tag, _, _ in _PLAIN)}
