"""The JSON Schemas that a user has for free-form data: read, compiled, and what is wrong with a value in words.

Used by ``app_file``, which reads them, and ``app_check``, which judges by them. Nothing is ever fetched: a
schema may refer to files beside it and to the published meta-schemas, and to nothing else. What is read is
plain data, so that it can be handed to another process and compiled there.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import msgspec

from . import document
from .findings import Path, clip
from .jsontext import UNJUDGED

#: How many files one schema may refer to.
MOST_FILES = 100
#: What a value is called in the messages of the validator, which would show the whole of it else.
_IT = "it"
_HALF_PAIR = re.compile("[\ud800-\udfff]")


class SchemaSource(msgspec.Struct, frozen=True):
    """A schema and the files that it refers to. ``name`` is what people call it, ``uri`` its own file's
    in ``files``, which holds all documents by URI."""

    name: str
    uri: str
    files: dict[str, Any]


class SchemaTrouble(ValueError):
    """A schema that cannot be used: in words, without its name. ``mistakes`` says more of its text."""

    def __init__(self, problem: str, expected: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.expected = expected


class Misfit(msgspec.Struct, frozen=True):
    """What is wrong with a value: where, in words that begin with a verb, and what the schema says there.

    ``at_key``: the member's name is meant. ``absent``: nothing stands at the path.
    """

    path: Path
    message: str
    about: str = ""
    at_key: bool = False
    absent: bool = False


def read(path: str, name: str) -> SchemaSource:
    """The schema in a file, with all that it refers to. Raises ``SchemaTrouble``."""
    uri = FilePath(os.path.abspath(path)).as_uri()
    files = {uri: _document(path, name).data}
    trouble: list[SchemaTrouble] = []

    def retrieve(wanted: str) -> Any:
        address = urldefrag(wanted).url
        try:
            if address not in files:
                files[address] = _referred(address, len(files))
            return files[address]
        except SchemaTrouble as error:
            trouble.append(error)
            raise

    _compile(files[uri], uri, retrieve, trouble, _document(path, name))
    return SchemaSource(name, uri, files)


def in_memory(name: str, schema: Any) -> SchemaSource:
    """A schema that stands in no file. Raises ``SchemaTrouble``."""
    uri = f"memory:///{name}"
    source = SchemaSource(name, uri, {uri: schema})
    _compile(schema, uri, source.files.__getitem__, [], document.Document(name, schema, {}))
    return source


def _document(path: str, name: str) -> document.Document:
    try:
        return document.parse(document.read_bytes(path), name)
    except document.Mistakes as error:
        first = error.mistakes[0]
        raise SchemaTrouble(f"{first.file}:{first.line}: {first.problem}", first.expected) from error
    except FileNotFoundError as error:
        raise SchemaTrouble("there is no such file", "the path of a JSON Schema, seen from this file") from error
    except OSError as error:
        raise SchemaTrouble(f"it cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise SchemaTrouble(f"it cannot be read: {error}", "the path of a JSON Schema, seen from this file") from error


def _windows_path(path: str) -> str:
    from urllib.request import url2pathname  # it brings all of HTTP with it

    return url2pathname(path)


def _referred(uri: str, known: int) -> Any:
    """A document that a schema refers to."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc:
        problem = f"it refers to {clip(uri)}, and nothing is fetched"
        raise SchemaTrouble(problem, "the file itself, beside the schema, and a `$ref` with its name")
    if known >= MOST_FILES:
        raise SchemaTrouble(f"it refers to more than {MOST_FILES} files")
    path = _windows_path(parts.path) if os.name == "nt" else unquote(parts.path)
    name = os.path.basename(path)
    try:
        return _document(path, name).data
    except SchemaTrouble as error:
        raise SchemaTrouble(f"it refers to {clip(name)}: {error.problem}", error.expected) from error


def _compile(
    schema: Any,
    uri: str,
    retrieve: Callable[[str], Any],
    trouble: list[SchemaTrouble],
    text: document.Document | None = None,
) -> Any:
    """The validator of a schema. Raises the first ``trouble`` that ``retrieve`` had, or what else is wrong."""
    import jsonschema_rs

    if not isinstance(schema, dict | bool):
        raise SchemaTrouble("it is no JSON Schema", "an object")
    try:
        return jsonschema_rs.validator_for(
            schema, retriever=retrieve, base_uri=uri, mask=_IT, validate_formats=True, ignore_unknown_formats=True
        )
    except jsonschema_rs.ValidationError as error:
        if trouble:
            raise trouble[0] from error
        if not error.schema_path:  # not what the meta-schema says, but a reference that leads nowhere
            raise SchemaTrouble(f"it is no JSON Schema that can be used: {clip(error.message, 200)}") from error
        path: Path = tuple(error.instance_path)
        where = _where(text, path, error.instance)
        value = clip(json.dumps(error.instance, ensure_ascii=False, default=str), 60)
        found = f"`{path[-1]}` is {value}" if path else f"the schema is {value}"
        raise SchemaTrouble(f"{where}{found}, which JSON Schema does not allow", _wanted(error)) from error
    except (ValueError, RecursionError) as error:
        raise (
            trouble[0] if trouble else SchemaTrouble(f"it is no JSON Schema that can be used: {clip(str(error), 200)}")
        ) from error


def _where(text: document.Document | None, path: Path, found: Any) -> str:
    """The place in a schema's text, as the beginning of a sentence; it may be another one that is meant."""
    node: Any = None if text is None else text.data
    for step in path:
        inside = isinstance(node, dict) and step in node
        inside = inside or (isinstance(node, list) and isinstance(step, int) and step < len(node))
        node = node[step] if inside else None
    if text is None or node != found:
        return "in a schema that it refers to: "
    return f"{text.file}:{text.line(path)}: " if text.lines else ""


def _wanted(error: Any) -> str:
    """What the meta-schema asks for, in words."""
    kind, about = error.kind.name, error.kind.as_dict()
    if error.instance_path[-1:] == ["type"]:
        return f"one of {', '.join(_TYPES)}, or a list of these"
    if kind == "type":
        return _one_of(about["types"])
    if kind == "enum":
        return _one_of(about["options"])
    return "what the meta-schema of JSON Schema says"


class Judge:
    """A compiled schema. Raises ``SchemaTrouble`` if it cannot be compiled."""

    def __init__(self, source: SchemaSource) -> None:
        self.name = source.name
        self._files = source.files

        def retrieve(uri: str) -> Any:
            return source.files[urldefrag(uri).url]

        self._validator = _compile(source.files[source.uri], source.uri, retrieve, [])
        self._root = source.files[source.uri]

    def misfit(self, value: Any) -> Misfit | None:
        """What is wrong with a value: the one thing that says most; ``None`` if it fits, or if it holds
        something that is no JSON and has its finding already."""
        try:
            return self._misfit(value)
        except ValueError:  # half a surrogate pair cannot be handed on, nor what stands for no value
            mended = _mended(value)
        try:
            return None if mended is UNJUDGED else self._misfit(mended)
        except ValueError:
            return None  # nested so deeply that the validator gives up: that has its finding too

    def _misfit(self, value: Any) -> Misfit | None:
        if self._validator.is_valid(value):
            return None
        error = _best(self._validator.iter_errors(value))
        return None if error is None else self._told(error)

    def _told(self, error: Any) -> Misfit:
        kind, about = error.kind.name, error.kind.as_dict()
        path: Path = tuple(error.instance_path)
        if kind == "required":
            return Misfit((*path, about["property"]), "is missing", self._about(error), absent=True)
        if kind in ("additionalProperties", "unevaluatedProperties"):
            name = about["unexpected"][0]
            return Misfit((*path, name), "is not a member that the schema allows", self._about(error), at_key=True)
        words = _WORDS.get(kind)
        message = words(about, error.instance) if words else clip(error.message, 200)
        return Misfit(path, message.removeprefix(f"{_IT} "), self._about(error))

    def _about(self, error: Any) -> str:
        """What the schema says for people at the spot: its description or its title."""
        location = error.absolute_keyword_location or ""
        node = self._files.get(urldefrag(location).url, self._root)
        if error.kind.name == "required":
            steps = [*error.schema_path[:-1], "properties", error.kind.as_dict()["property"]]
        else:
            steps = list(error.schema_path[:-1])
        for step in steps:
            if isinstance(node, list) and isinstance(step, int) and step < len(node):
                node = node[step]
            elif isinstance(node, dict) and str(step) in node:
                node = node[str(step)]
            else:
                return ""
        texts = [node.get(key) for key in ("description", "title")] if isinstance(node, dict) else []
        return clip(next((text for text in texts if isinstance(text, str)), ""), 300)


def _mended(value: Any) -> Any:
    """The value without half surrogate pairs; ``UNJUDGED`` if anything in it is not judged."""
    if isinstance(value, str):
        return _HALF_PAIR.sub("\ufffd", value)
    if isinstance(value, list):
        items = [_mended(item) for item in value]
        return UNJUDGED if any(item is UNJUDGED for item in items) else items
    if isinstance(value, dict):
        members = {_mended(name): _mended(item) for name, item in value.items()}
        return UNJUDGED if any(item is UNJUDGED for item in members.values()) else members
    return value


# --------------------------------------------------------------------------- the error that says most

_CHOICES = ("anyOf", "oneOf")


def _best(errors: Iterable[Any]) -> Any:
    """Of several errors the one nearest to the root; a choice of which one alternative is clearly meant is
    told as what is wrong with that one."""
    found = sorted(errors, key=lambda e: (e.kind.name in _CHOICES, len(e.instance_path)))
    if not found:
        return None
    best = found[0]
    if best.kind.name in _CHOICES:
        depth = len(best.instance_path)
        branches = [branch for branch in best.kind.as_dict().get("context", []) if branch]
        # An alternative for another type of value, or with another value where one says which it is.
        meant = [b for b in branches if not any(_is_of_another(e, depth) for e in b)]
        if len(meant) == 1:
            return _best(meant[0]) or best
    return best


def _is_of_another(error: Any, depth: int) -> bool:
    at = len(error.instance_path) - depth
    return (at == 0 and error.kind.name == "type") or (at <= 1 and error.kind.name in ("const", "enum"))


# --------------------------------------------------------------------------- words

_TYPES = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number" if isinstance(value, int) else f"{value!r}"
    return "a string" if isinstance(value, str) else "an array" if isinstance(value, list) else "an object"


def _one_of(options: Iterable[Any]) -> str:
    texts = [json.dumps(o, ensure_ascii=False) if not isinstance(o, str) else f"`{o}`" for o in options]
    return clip(" or ".join(texts) if len(texts) < 3 else "one of " + ", ".join(texts), 200)


def _json(value: Any) -> str:
    return clip(json.dumps(value, ensure_ascii=False, default=str), 60)


_Words = Callable[[Mapping[str, Any], Any], str]


def _limit(text: str) -> _Words:
    return lambda about, value: text.format(value=_json(value), limit=about["limit"])


def _size(noun: str, than: str) -> _Words:
    def words(about: Mapping[str, Any], value: Any) -> str:
        return f"has {len(value):,} {noun}{'s' * (len(value) != 1)}, {than} than {about['limit']:,}"

    return words


#: What is said of the errors of each kind; of others, what the validator says.
_WORDS: dict[str, _Words] = {
    "type": lambda about, value: (
        f"is {_type_of(value)}, not {' or '.join(_TYPES.get(t, t) for t in sorted(about['types']))}"
    ),
    "enum": lambda about, value: f"is {_json(value)}, not {_one_of(about['options'])}",
    "const": lambda about, value: f"is {_json(value)}, not {_json(about['expected_value'])}",
    "minimum": _limit("is {value}, less than {limit}"),
    "maximum": _limit("is {value}, more than {limit}"),
    "exclusiveMinimum": _limit("is {value}, not more than {limit}"),
    "exclusiveMaximum": _limit("is {value}, not less than {limit}"),
    "minLength": _size("character", "fewer"),
    "maxLength": _size("character", "more"),
    "minItems": _size("item", "fewer"),
    "maxItems": _size("item", "more"),
    "minProperties": _size("member", "fewer"),
    "maxProperties": _size("member", "more"),
    "pattern": lambda about, value: f"is {_json(value)}, which does not match `{clip(about['pattern'], 80)}`",
    "format": lambda about, value: f"is {_json(value)}, not of the format `{about['format']}`",
    "multipleOf": lambda about, value: f"is {_json(value)}, not a multiple of {about['multiple_of']}",
    "uniqueItems": lambda about, value: "has an item twice",
    "contains": lambda about, value: "has no item of the kind that must be there",
    "falseSchema": lambda about, value: "must not be there",
    "not": lambda about, value: f"is {_json(value)}, which the schema forbids",
    "anyOf": lambda about, value: f"is {_json(value)}, which fits none of the alternatives",
    "oneOf": lambda about, value: f"is {_json(value)}, which does not fit exactly one of the alternatives",
}
