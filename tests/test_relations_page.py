"""What ``docs/relations.md`` says is so: its commands are tried.

``python tests/test_relations_page.py`` writes what the command prints today into its ``console`` block.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from test_readme import printed

from stream_import_rules import artefact

PAGE = Path(__file__).parents[1] / "docs/relations.md"
BLOCK = re.compile(r"^```([a-z]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(PAGE.read_text("utf-8")) if name == language]


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run commands in, with the page's file."""
    monkeypatch.chdir(tmp_path)
    (lines,) = blocks("jsonl")
    (tmp_path / "export.jsonl").write_text(lines, "utf-8")
    return tmp_path


def test_the_command_prints_what_the_page_shows(beside: Path) -> None:
    (block,) = blocks("console")
    command, _, shown = block.partition("\n")
    assert printed(command.removeprefix("$ "), beside) == shown.strip("\n"), "Run: python tests/test_relations_page.py"


def test_the_other_commands_work(beside: Path) -> None:
    for part in ("part-1.jsonl", "part-2.jsonl"):  # both have the same entries
        (beside / part).write_bytes((beside / "export.jsonl").read_bytes())
    for command in (line for body in blocks("sh") for line in body.splitlines()):
        assert "activity.duplicate " in printed(command, beside)


def test_the_rules_that_the_page_names_exist() -> None:
    ruleset, _ = artefact.load()
    known = {rule.id for rule in ruleset.rules}
    named = set(re.findall(r"`((?:activity|reaction)\.[a-z-]+)`", PAGE.read_text("utf-8")))
    assert named
    assert named <= known


def main() -> None:
    """Write what the command prints into the page."""
    text = PAGE.read_text("utf-8")
    (block,) = blocks("console")
    command = block.partition("\n")[0]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "export.jsonl").write_text(blocks("jsonl")[0], "utf-8")
        shown = printed(command.removeprefix("$ "), Path(folder))
    PAGE.write_text(text.replace(f"```console\n{block}```", f"```console\n{command}\n{shown}\n```"), "utf-8")


if __name__ == "__main__":
    main()
