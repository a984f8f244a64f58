"""What ``docs/policy.md`` says is so: its commands, configurations and snippets are tried.

``python tests/test_policy_page.py`` writes what the commands print today into its ``console`` blocks.
"""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from test_readme import printed

from stream_import_rules import artefact, cli

PAGE = Path(__file__).parents[1] / "docs/policy.md"
BLOCK = re.compile(r"^```([a-z]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(PAGE.read_text("utf-8")) if name == language]


def prepare(folder: Path) -> None:
    (lines,), (config,), (baseline,) = blocks("jsonl"), blocks("yaml"), blocks("json")
    (folder / ".git").mkdir()  # nothing is looked for above
    (folder / "export.jsonl").write_text(lines, "utf-8")
    (folder / "stream-import.yaml").write_text(config, "utf-8")
    (folder / "known.json").write_text(baseline, "utf-8")


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run commands in, with the page's files."""
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.splitlines()[0])
def test_the_commands_print_what_the_page_shows(block: str, beside: Path) -> None:
    command, _, shown = block.partition("\n")
    assert printed(command.removeprefix("$ "), beside) == shown.strip("\n"), "Run: python tests/test_policy_page.py"


def test_the_mistake_is_told_as_the_page_shows_it(beside: Path) -> None:
    (block,) = blocks("text")
    command, _, shown = block.partition("\n")
    result = CliRunner().invoke(cli.cli, command.split()[2:])
    assert (result.exit_code, result.stderr.strip()) == (2, shown.strip())


def test_the_baseline_of_the_page_is_the_one_that_is_written(beside: Path) -> None:
    (shown,) = blocks("json")
    (beside / "known.json").unlink()
    (command,) = (b.splitlines()[0] for b in blocks("console") if "--write-baseline" in b)
    printed(command.removeprefix("$ "), beside)
    assert (beside / "known.json").read_text("utf-8") == shown
    for command in blocks("sh"):
        printed(command.strip(), beside)
    jsonschema.validate(json.loads(shown), json.loads((beside / "baseline.schema.json").read_bytes()))


def test_its_configuration_keeps_the_schema_and_its_tables_have_all_members() -> None:
    schema = json.loads(artefact.schema_text("feeds-v2.app.schema.json"))
    for text in blocks("yaml"):
        jsonschema.validate(yaml.load(text, yaml.BaseLoader), schema)
    policy = schema["properties"]["policy"]["properties"]
    page = PAGE.read_text("utf-8")
    assert set(re.findall(r"^\|[^|]*\| `(\w+)` \|", page, re.MULTILINE)) == set(policy)
    members = policy["suppressions"]["items"]["properties"]
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(members)


def test_the_python_snippets_do_what_the_page_shows(beside: Path) -> None:
    test = doctest.DocTestParser().get_doctest("\n".join(blocks("pycon")), {}, "policy.md", str(PAGE), 0)
    report: list[str] = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


def update() -> None:
    """Write what the commands print into the page."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))

        def fresh(block: re.Match[str]) -> str:
            command = block[2].partition("\n")[0]
            if block[1] != "console":
                return block[0]
            shown = printed(command.removeprefix("$ "), Path(name))
            return f"```console\n{command}\n{shown}\n```" if shown else f"```console\n{command}\n```"

        PAGE.write_text(BLOCK.sub(fresh, PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    update()
