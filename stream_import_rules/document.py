"""Documents that people write, in YAML or JSON: their data, and the line of every part of it.

Used by ``app`` for the configuration of an app and the schemas that it names. YAML is read as JSON with
comments: no dates, no ``yes`` for true, no aliases, no tags, no key twice. What the files of a stranger
could do to the reader is bounded: their size, their nesting, and there is nothing that refers to itself.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeAlias

import msgspec

from . import jsontext
from .findings import Path

#: The largest document that is read, in bytes. Reading YAML takes its time.
MOST_BYTES = 200_000
#: So many mistakes of one document are told.
MOST_MISTAKES = 50
#: The deepest nesting.
MOST_DEPTH = 60

#: What plain scalars of YAML may be, besides texts: the tag, its form, and the characters that it starts with.
_PLAIN = (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|)$", ["n", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-0123456789"),
)
_TAGS = {*(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")), *(tag for tag, _, _ in _PLAIN)}
#: Numbers of more digits are refused: Python does not convert them, and nobody means them.
_MOST_DIGITS = 100
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_WANTED = "valid YAML; most often the indentation is wrong, or a text with `: ` or ` #` in it needs quotes"

Lines: TypeAlias = "dict[Path, int]"


class Mistake(msgspec.Struct, frozen=True, order=True):
    """A mistake in a document: which file and line (from 1; 0 for the file as a whole), what is wrong,
    and what was expected."""

    file: str
    line: int
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.problem}" + (f"\n    expected: {self.expected}" if self.expected else "")


class Mistakes(Exception):
    """A document cannot be used; ``mistakes`` is not empty, sorted by file and line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))
        left = len(self.mistakes) - MOST_MISTAKES
        more = [f"… and {left:,} mistakes more"] if left > 0 else []
        super().__init__("\n".join([*map(str, self.mistakes[:MOST_MISTAKES]), *more]))


class Document(msgspec.Struct, frozen=True):
    """The data of a document as plain JSON values, and the line of every part of it by its path."""

    file: str
    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the part at ``path``, or of the nearest one around it that stands in the document."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def mistake(self, path: Path, problem: str, expected: str = "") -> Mistake:
        """A mistake at the part at ``path``."""
        return Mistake(self.file, self.line(path), problem, expected)


def read_bytes(path: str, most: int = MOST_BYTES) -> bytes:
    """The bytes of a regular file. Raises ``OSError``; ``ValueError`` (in words) if it is another kind of
    file or a larger one."""
    if os.path.isdir(path):
        raise ValueError("it is a folder")
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError("it is no regular file")  # opening a pipe could wait for ever
    with open(path, "rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise ValueError(f"it has more than {most:,} bytes")
    return data


def parse(data: bytes, file: str) -> Document:
    """The document of some bytes; a name that ends with ``.json`` says that they are JSON, any other YAML.

    Raises ``Mistakes``, which call the document ``file``.
    """
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Mistakes([Mistake(file, line, f"not UTF-8: {error.reason}", "a file in UTF-8")]) from error
    found: list[Mistake] = []
    read = _json if file.lower().endswith(".json") else _yaml
    document = read(text, file, found)
    if found:
        raise Mistakes(found)
    return document


# --------------------------------------------------------------------------- JSON


def _json(text: str, file: str, found: list[Mistake]) -> Document:
    try:
        parsed = jsontext.parse(text)
    except jsontext.JsonError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Mistakes([Mistake(file, line, f"not JSON: {error.message}", error.hint)]) from error
    except jsontext.TooDeep as error:
        raise Mistakes([_too_deep(file, 1)]) from error
    if parsed.depth > MOST_DEPTH:
        raise Mistakes([_too_deep(file, 1)])
    odd = [o for o in parsed.odd if not o.hidden]
    paths = list(_paths(parsed.value, ()))
    at_key = {path for path in paths if path and isinstance(path[-1], str)}
    spans = jsontext.locate(text, [*((path, path in at_key) for path in paths), *((o.path, o.at_key) for o in odd)])
    starts = {path: text.count("\n", 0, spans[(path, path in at_key)][0]) + 1 for path in paths}
    document = Document(file, parsed.value, starts)
    said = {
        "duplicate-key": "this key stands in the same object twice",
        "nan": "a number that is not finite",
        "surrogate": "half of a surrogate pair",
        "nul": "the character NUL",
        "number": "a number that a 64-bit float cannot hold",
    }
    for oddity in odd:
        line = text.count("\n", 0, spans[(oddity.path, oddity.at_key)][0]) + 1
        found.append(Mistake(file, line, said[oddity.kind], _EXPECTED[oddity.kind]))
    return document


_EXPECTED = {
    "duplicate-key": "each key once",
    "nan": "a finite number",
    "surrogate": "whole characters",
    "nul": "characters that can be printed",
    "number": "a number that a 64-bit float can hold",
}


def _paths(value: Any, path: Path) -> Iterable[Path]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _paths(inner, (*path, i))


def _too_deep(file: str, line: int) -> Mistake:
    return Mistake(file, line, "nested too deeply", f"at most {MOST_DEPTH} levels")


# --------------------------------------------------------------------------- YAML


class _Refused(Exception):
    """Something of YAML that has no place in such a document."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake


@cache
def _loader() -> Any:
    """The class of loaders: plain scalars by the rules of JSON alone, no aliases. Made when it is first
    needed, so that nobody loads a reader of YAML who has no YAML."""
    import yaml

    class Loader(yaml.SafeLoader):
        depth = 0

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            peek: Any = self.peek_event
            event = peek()
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise _Refused(Mistake("", line, "a YAML alias", "the value itself, written out"))
            self.depth += 1
            if self.depth > MOST_DEPTH:
                raise _Refused(_too_deep("", line))
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    Loader.yaml_implicit_resolvers = {}
    for tag, pattern, first in _PLAIN:
        yaml.add_implicit_resolver(tag, re.compile(pattern), list(first), Loader=Loader)
    return Loader


def _yaml(text: str, file: str, found: list[Mistake]) -> Document:
    import yaml

    lines: Lines = {}
    try:
        loader = _loader()(text)
        try:
            node = loader.get_single_node()
            data = None if node is None else _plain(node, (), lines, file, found)
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        char = error.character if isinstance(error.character, int) else ord(error.character[:1])
        expected = "printable characters; others as escapes in double quotes"
        raise Mistakes([Mistake(file, line, f"not YAML: the character U+{char:04X}", expected)]) from error
    except _Refused as error:
        raise Mistakes([msgspec.structs.replace(error.mistake, file=file)]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise Mistakes([Mistake(file, mark.line + 1 if mark else 1, f"not YAML: {what}", _WANTED)]) from error
    except (RecursionError, ValueError) as error:
        raise Mistakes([Mistake(file, 1, "not YAML that can be read", _WANTED)]) from error
    return Document(file, data, lines)


def _plain(node: Any, path: Path, lines: Lines, file: str, found: list[Mistake]) -> Any:
    """The value of a node as JSON has it; what JSON has not is noted."""
    import yaml

    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if node.tag not in _TAGS:
        found.append(Mistake(file, line, f"the tag {node.tag}", "a value without a tag"))
        return None
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                found.append(Mistake(file, line, "a key that is not a text", "a plain or quoted text"))
                continue
            if key in out:
                before = lines[(*path, key)]
                found.append(Mistake(file, line, f"the key `{key}` stands in line {before} too", "each key once"))
            lines[(*path, key)] = line
            out[key] = _plain(value_node, (*path, key), lines, file, found)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), lines, file, found) for i, item in enumerate(node.value)]
    return _scalar(node.value, node.tag.rpartition(":")[2], line, file, found)


def _scalar(text: str, kind: str, line: int, file: str, found: list[Mistake]) -> Any:
    if kind == "bool":
        return text == "true"
    if kind == "null":
        return None
    if kind in ("int", "float"):
        number = json.loads(text) if len(text) <= _MOST_DIGITS else math.inf
        if math.isfinite(number):
            return number
        found.append(Mistake(file, line, "a number that is too large", "a number that a 64-bit float can hold"))
        return 0
    if half := _HALF_PAIR.search(text):
        found.append(Mistake(file, line, f"the character U+{ord(half[0]):04X}, half of a pair", "whole characters"))
    return text
