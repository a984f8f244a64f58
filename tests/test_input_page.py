"""What ``docs/input.md`` says is so: its commands are tried.

``python tests/test_input_page.py`` writes what the command prints today into its ``console`` block.
"""

from __future__ import annotations

import gzip
import re
import tempfile
from pathlib import Path

import pytest
from test_readme import BLOCK, printed

from stream_import_rules import artefact, cli, model

PAGE = Path(__file__).parents[1] / "docs/input.md"


def blocks(language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(PAGE.read_text("utf-8")) if name == language]


def prepare(folder: Path) -> None:
    """The files of the page."""
    (text,) = blocks("jsonl")
    packed = gzip.compress(text.encode(), mtime=0)
    (folder / "export.jsonl").write_text(text, "utf-8")
    (folder / "export.jsonl.gz").write_bytes(packed)
    (folder / "cut.jsonl.gz").write_bytes(packed[:-20])


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder to run commands in, with the page's files."""
    prepare(tmp_path)
    return tmp_path


def test_the_command_prints_what_the_page_shows(beside: Path) -> None:
    (block,) = blocks("console")
    command, _, shown = block.partition("\n")
    assert printed(command.removeprefix("$ "), beside) == shown.strip("\n"), "Run: python tests/test_input_page.py"


def test_the_other_commands_find_the_mistake_of_the_file(beside: Path) -> None:
    for command in (line for body in blocks("sh") for line in body.splitlines()):
        assert "follow.self" in printed(command, beside)


def test_its_figures_are_those_of_the_rules() -> None:
    ruleset, _ = artefact.load()
    limits = {type(check): check.limit for check in ruleset.framing if hasattr(check, "limit")}
    page = PAGE.read_text("utf-8")
    assert f"{limits[model.MaxLineBytes]:,} bytes" in page
    assert f"at most {limits[model.MaxStreamBytes] // 10**9} GB are read" in page
    assert limits[model.MaxLineBytes] == max(c.limit for c in ruleset.framing if isinstance(c, model.MaxFileBytes))
    (option,) = (parameter for parameter in cli.validate.params if parameter.name == "max_stream")
    assert f"[default: {limits[model.MaxStreamBytes] // 10**9}GB]" in str(getattr(option, "help", ""))


def test_the_rules_that_it_names_exist() -> None:
    ruleset, _ = artefact.load()
    named = set(re.findall(r"`((?:file|line)\.[a-z-]+)`", PAGE.read_text("utf-8")))
    assert named
    assert named <= {rule.id for rule in ruleset.rules}


def main() -> None:
    """Write what the command prints into the page."""
    (block,) = blocks("console")
    command = block.partition("\n")[0]
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        shown = printed(command.removeprefix("$ "), Path(folder))
    PAGE.write_text(PAGE.read_text("utf-8").replace(block, f"{command}\n{shown}\n"), "utf-8")


if __name__ == "__main__":
    main()
