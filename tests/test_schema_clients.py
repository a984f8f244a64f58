"""The JSON Schemas in real clients: ajv in its strictest mode, VS Code's engine, a linter of schemas.

What runs in node is in ``tests/node``; see ``clients``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from clients import clients, passes, run_node
from test_json_schema import CASES, FILES, HOME

from generators.schema_text import EDITOR_KEYWORDS

__all__ = ["clients"]

#: Style of the linter's that is not ours: our descriptions are sentences.
EXCLUDED = ["description_trailing_period"]


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the schemas and with the cases that they must judge."""
    folder = tmp_path_factory.mktemp("schemas")
    for path, text in FILES.items():
        if path.startswith(HOME):
            (folder / Path(path).name).write_text(text, encoding="utf-8")
    cases = [
        {"name": case.name, "line": case.line, "errors": case.wanted("errors"), "strict": case.wanted("strict")}
        for case in CASES
    ]
    told = {"cases": cases, "editorKeywords": list(EDITOR_KEYWORDS)}
    (folder / "cases.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.mark.usefixtures("clients")
@pytest.mark.parametrize("check", ["ajv", "vscode"])
def test_a_client_agrees(check: str, schemas: Path) -> None:
    passes(f"{check}.test.mjs", SCHEMAS=str(schemas))


@pytest.mark.usefixtures("clients")
def test_the_linter_has_nothing_to_say_of_the_canonical_schemas(schemas: Path) -> None:
    canonical = sorted(str(path) for path in schemas.glob("*.schema.json") if "editor" not in path.name)
    exclude = [word for rule in EXCLUDED for word in ("--exclude", rule)]
    assert len(canonical) == 4
    for command in (["metaschema"], ["lint", *exclude]):
        done = run_node("npx", "--no-install", "jsonschema", *command, *canonical)
        assert done.returncode == 0, done.stdout + done.stderr
