"""Load what the compiler made: the rule set and the JSON Schemas that are packed into the wheel.

Comes after ``python -m generators build``, which writes ``generated/``; before ``api`` and ``cli``,
which hand the RuleSet to the checker. Anything missing, empty, damaged or out of step is a hard error:
a validator without its rules would call every file good.
"""

from __future__ import annotations

import hashlib
import importlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec

from .model import RuleSet, of_json

if TYPE_CHECKING:
    from .judges import FastValidator

#: The rule set that is used if none is named.
DEFAULT = "feeds-v2"

_PACKAGE = f"{__package__}.generated"
_MEND = (
    "In a checkout, run `python -m generators build`; "
    "in an installation, run `pip install --force-reinstall stream-import-rules`."
)


class ArtefactError(RuntimeError):
    """A generated file is missing, damaged or stale; the message says which, and how to mend it."""


@cache
def load(name: str = DEFAULT) -> tuple[RuleSet, str]:
    """A rule set and its fingerprint, the sha256 (hex) of its canonical JSON.

    Raises ``ArtefactError`` if the file is not there, is not the rule set that the generated code was
    made from, or cannot be read.
    """
    data = _read(_folder(name), "ruleset.json", name)
    expected = _fingerprint(name)
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise _broken(name, f"ruleset.json has the fingerprint {found[:12]}…, the generated code {expected[:12]}…")
    try:
        ruleset = of_json(data)
    except msgspec.MsgspecError as error:
        raise _broken(name, f"ruleset.json is not a rule set of this version: {error}") from error
    if not ruleset.rules or not ruleset.instructions:
        raise _broken(name, "ruleset.json has no rules")
    return ruleset, found


def fast_validator(name: str = DEFAULT) -> FastValidator:
    """A new fast validator of a rule set; each run needs its own, for it learns from the file.

    Raises ``ArtefactError`` if it is missing or was not made from the rule set that ``load`` gives.
    """
    _, fingerprint = load(name)
    module = _module(name, ".fast")
    if getattr(module, "FINGERPRINT", None) != fingerprint:
        raise _broken(name, "its fast validator was made from other rules")
    validator: FastValidator = module.validator()
    return validator


def queries(name: str = DEFAULT) -> tuple[str, ...]:
    """The queries of the relations of a rule set, in their order. Raises ``ArtefactError`` as ``load``."""
    _, fingerprint = load(name)
    module = _module(name, ".relations")
    if getattr(module, "FINGERPRINT", None) != fingerprint:
        raise _broken(name, "the queries of its relations were made from other rules")
    found: tuple[str, ...] = module.QUERIES
    return found


def schema_names(name: str = DEFAULT) -> list[str]:
    """The names of the published JSON Schemas, sorted. Raises ``ArtefactError`` if there is none."""
    names = sorted(item.name for item in _schemas(name) if item.name.endswith(".json"))
    if not names:
        raise _broken(name, "there is no JSON Schema in it")
    return names


def schema_text(schema: str, name: str = DEFAULT) -> str:
    """The text of one published JSON Schema, by a name of ``schema_names``.

    Raises ``KeyError`` for another name, ``ArtefactError`` if the file cannot be read.
    """
    if schema not in schema_names(name):
        raise KeyError(schema)
    return _read(_folder(name) / "schemas", schema, name).decode()


def _folder(name: str) -> Traversable:
    return files(__package__) / "generated" / name.replace("-", "_")


def _schemas(name: str) -> list[Traversable]:
    folder = _folder(name) / "schemas"
    if not folder.is_dir():
        raise _broken(name, "the folder schemas is missing")
    return list(folder.iterdir())


def _read(folder: Traversable, file: str, name: str) -> bytes:
    try:
        data = (folder / file).read_bytes()
    except OSError as error:
        raise _broken(name, f"{file} cannot be read: {error.strerror or error}") from error
    if not data.strip():
        raise _broken(name, f"{file} is empty")
    return data


def _fingerprint(name: str) -> str:
    found = getattr(_module(name), "FINGERPRINT", None)
    if not isinstance(found, str) or not found:
        raise _broken(name, "its generated code has no FINGERPRINT")
    return found


def _module(name: str, below: str = "") -> ModuleType:
    try:
        return importlib.import_module(f"{_PACKAGE}.{name.replace('-', '_')}{below}")
    except ImportError as error:
        raise _broken(name, f"its generated code cannot be imported: {error}") from error


def _broken(name: str, what: str) -> ArtefactError:
    return ArtefactError(f"The rule set {name} of this installation is not usable: {what}. {_MEND}")
