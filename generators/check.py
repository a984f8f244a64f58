"""Stage 2, check: is every rule file what the rule language allows, and does it make sense?

First the form of each file, by ``rules/meta.schema.json`` (``form``); then, if all have the right form,
the sense of the whole (``lint``). Any mistake stops the compiler with a diagnostic that names file and
line. Comes after ``load``; ``resolve`` relies on it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from . import samples
from .diagnostics import Diagnostic, RulesError
from .form import form
from .lint import lint
from .load import Tree

META_SCHEMA = Path(__file__).parent.parent / "rules" / "meta.schema.json"


def check(trees: list[Tree]) -> None:
    """Raises ``RulesError`` with a diagnostic for each mistake found."""
    schema: Any = json.loads(META_SCHEMA.read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    kinds = schema["properties"]["file"]["enum"]
    named = [tree for tree in trees if _kind(tree) == "types"]
    names = [*samples.BUILT_IN, *(name for tree in named for name in _names_of(tree))]
    stages = [
        [tree for tree in trees if _kind(tree) not in kinds],
        named,
        [tree for tree in trees if _kind(tree) in kinds and _kind(tree) != "types"],
    ]
    # Each stage relies on the one before, so that one mistake is one diagnostic.
    problems: list[Diagnostic] = []
    for stage in stages:
        problems = problems or [problem for tree in stage for problem in form(tree, names, validator)]
    problems = problems or list(lint(trees))
    if problems:
        raise RulesError(problems)


def _kind(tree: Tree) -> Any:
    return tree.data.get("file") if isinstance(tree.data, dict) else None


def _names_of(tree: Tree) -> list[str]:
    types = tree.data.get("types")
    return list(types) if isinstance(types, dict) else []
