"""Reads the configuration of an app and all that it names, or says what is wrong with it, line by line.

Before it: ``document`` and ``app_form``. After it: ``app_check``, by way of ``api``. All mistakes are told at
once, for whoever mends one wants to know of the others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from . import data_schemas, document
from .app import App, AppError
from .app_form import form, name_of, one_of
from .data_schemas import SchemaSource, SchemaTrouble
from .document import Document, Mistake, Mistakes
from .findings import Path, clip
from .model import ConfiguredValues, DataSchema, RuleSet
from .policy_file import SECTION, settings_of
from .suppressions import Settings

#: Reads the schema of a name, or raises ``SchemaTrouble``.
_ReadSchema: TypeAlias = Callable[[str], SchemaSource]


def load(path: str | os.PathLike[str], ruleset: RuleSet, schema: str) -> App:
    """The configuration in a file; ``schema`` is the JSON Schema of such files, as text.

    Paths in it are relative to its folder. Raises ``AppError`` with every mistake: a file that cannot be
    read, a key or a value that may not stand there, a file that it names and that is not there or no use.
    """
    name = os.fspath(path)
    try:
        text = document.parse(_bytes(name), name)
    except Mistakes as error:
        raise AppError(error.mistakes) from error
    if mistakes := list(form(text, schema)):
        raise AppError(mistakes)
    folder = os.path.dirname(name)
    return _app(
        text,
        ruleset,
        lambda file: data_schemas.read(os.path.join(folder, file), file),
        lambda file: _existing(os.path.join(folder, file)),
    )


def in_memory(config: Mapping[str, Any], files: Mapping[str, Any], ruleset: RuleSet) -> App:
    """A configuration that stands in no file; ``files`` are the schemas that it names. Its form is taken for
    granted. Raises ``AppError``."""

    def schema(name: str) -> SchemaSource:
        if name not in files:
            raise SchemaTrouble("there is no such file")
        return data_schemas.in_memory(name, files[name])

    return _app(Document("the configuration", dict(config), {}), ruleset, schema, lambda file: file)


def policy_in_memory(config: Mapping[str, Any], ruleset: RuleSet, schema: str) -> Settings:
    """A policy that stands in no file, of the form that the section has; ``schema`` is the JSON Schema of
    configurations. Raises ``AppError``."""
    text = Document("the policy", {SECTION: dict(config)}, {})
    problems = list(form(text, schema))
    made = None if problems else settings_of(text, ruleset, problems)
    if made is None or problems:
        raise AppError(problems)
    return made


def ids_in(app: App, entries: str, ruleset: RuleSet) -> Iterator[str]:
    """The ids of the entries that are said to exist, file by file; ``entries`` is their name in the
    configuration. Raises ``AppError`` for a line that is no id, and for a file that cannot be read."""
    known = next(e for e in ruleset.app.entries if e.name == entries)
    fits = re.compile(known.pattern).fullmatch
    for path in app.existing_ids.get(entries, ()):
        try:
            with open(path, encoding="utf-8-sig", newline=None) as stream:
                for number, line in enumerate(stream, 1):
                    if text := line.strip():
                        if not fits(text):
                            mistake = Mistake(path, number, f"{clip(text)} is no id of {entries}", known.id)
                            raise AppError([mistake])
                        yield text
        except OSError as error:
            raise AppError([Mistake(path, 0, f"it cannot be read: {error.strerror or error}")]) from error
        except UnicodeDecodeError as error:
            raise AppError([Mistake(path, 0, f"not UTF-8: {error.reason}", "a text file in UTF-8")]) from error


def _bytes(name: str) -> bytes:
    try:
        return document.read_bytes(name)
    except FileNotFoundError as error:
        raise Mistakes([Mistake(name, 0, "there is no such file", "the configuration of the app")]) from error
    except OSError as error:
        raise Mistakes([Mistake(name, 0, f"it cannot be read: {error.strerror or error}")]) from error
    except ValueError as error:
        raise Mistakes([Mistake(name, 0, f"it cannot be read: {error}", "the configuration of the app")]) from error


def _existing(path: str) -> str:
    """The path, if a file is there that can be read. Raises ``ValueError`` in words."""
    try:
        if os.path.isfile(path):
            open(path, "rb").close()
            return path
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror or error}") from error
    raise ValueError("there is no such file" if not os.path.exists(path) else "it is no regular file")


def _app(text: Document, ruleset: RuleSet, schema: _ReadSchema, ids: Callable[[str], str]) -> App:
    data = text.data
    problems = list(_unknown_names(text, ruleset))
    schemas: dict[str, dict[str, SchemaSource]] = {}
    known: dict[str, SchemaSource] = {}
    for entries, name, path, file in _schemas(data):
        try:
            known[file] = schemas.setdefault(entries, {})[name] = known.get(file) or schema(file)
        except SchemaTrouble as trouble:
            problems.append(text.mistake(path, f"the schema {clip(file)}: {trouble.problem}", trouble.expected))
    existing: dict[str, tuple[str, ...]] = {}
    for entries, files in data.get("existing_ids", {}).items():
        for i, file in enumerate(files):
            try:
                existing[entries] = (*existing.get(entries, ()), ids(file))
            except ValueError as error:
                expected = "the path of a text file with an id in each line, seen from this file"
                problems.append(text.mistake(("existing_ids", entries, i), f"{clip(file)}: {error}", expected))
    policy = settings_of(text, ruleset, problems)
    if problems:
        raise AppError(problems)
    sections = [c.section for c in ruleset.app.checks if isinstance(c, ConfiguredValues)]
    groups = data.get("feed_groups")
    return App(
        path=text.file,
        feed_groups=None if groups is None else dict(groups),
        values={section: tuple(data[section]) for section in sections if section in data},
        outside=dict(data.get("outside", {})),
        existing_ids=existing,
        schemas=schemas,
        policy=policy,
    )


def _schemas(data: Mapping[str, Any]) -> Iterable[tuple[str, str, Path, str]]:
    """All schemas: of which entries, by which name ("" for all of them), where that stands, and the file."""
    for entries, given in data.get("schemas", {}).items():
        if isinstance(given, str):
            yield entries, "", ("schemas", entries), given
        else:
            for name, file in given.items():
                yield entries, name, ("schemas", entries, name), file


def _unknown_names(text: Document, ruleset: RuleSet) -> Iterator[Mistake]:
    """Schemas for what the same configuration does not know."""
    lists = {
        (c.instruction, c.member): c.section
        for c in ruleset.app.checks
        if isinstance(c, ConfiguredValues) and c.section in text.data
    }
    instructions = {entries.name: entries.instruction for entries in ruleset.app.entries}
    for check in ruleset.app.checks:
        if not isinstance(check, DataSchema) or not check.by:
            continue
        section = lists.get((instructions[check.entries], check.by))
        for name in text.data.get("schemas", {}).get(check.entries, {}) if section else ():
            if section and name not in text.data[section]:
                path = ("schemas", check.entries, name)
                problem = f"{name_of(path)} is not in `{section}`"
                yield text.mistake(path, problem, one_of(text.data[section], name))
