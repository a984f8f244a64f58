"""The JSON Schemas in real clients: ajv in its strictest mode, VS Code's engine, a linter of schemas.

Needs node and npm; what runs there is in ``tests/node``. Without them the tests are skipped, with CI
set in the environment they fail.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest
from test_json_schema import CASES, FILES, HOME

from generators.schema_text import EDITOR_KEYWORDS

NODE = Path(__file__).parent / "node"
#: Style of the linter's that is not ours: our descriptions are sentences.
EXCLUDED = ["description_trailing_period"]


def _without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=NODE, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def clients() -> None:
    """The packages of ``tests/node``, installed as its lock file says."""
    if not shutil.which("node") or not shutil.which("npm"):
        _without("node or npm is missing")
    installed = NODE / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= (NODE / "package-lock.json").stat().st_mtime:
        return
    done = _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    if done.returncode:
        _without(f"npm ci failed:\n{done.stderr}")


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
    done = _run("node", "--test", "--test-reporter=tap", f"{check}.test.mjs", SCHEMAS=str(schemas))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0\n" in done.stdout
    assert "\n# pass 0\n" not in done.stdout


@pytest.mark.usefixtures("clients")
def test_the_linter_has_nothing_to_say_of_the_canonical_schemas(schemas: Path) -> None:
    canonical = sorted(str(path) for path in schemas.glob("*.schema.json") if "editor" not in path.name)
    exclude = [word for rule in EXCLUDED for word in ("--exclude", rule)]
    assert len(canonical) == 4
    for command in (["metaschema"], ["lint", *exclude]):
        done = _run("npx", "--no-install", "jsonschema", *command, *canonical)
        assert done.returncode == 0, done.stdout + done.stderr
