"""What ``docs/app.md`` says is so: its commands, snippets and configurations are tried.

``python tests/test_app_page.py`` writes what the commands print today into its ``console`` blocks.
"""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from test_readme import printed

import stream_import_rules as sir
from stream_import_rules import artefact

PAGE = Path(__file__).parents[1] / "docs/app.md"
BLOCK = re.compile(r"^```([a-z]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(PAGE.read_text("utf-8")) if name == language]


def prepare(folder: Path) -> None:
    (lines,), (schema,) = blocks("jsonl"), blocks("json")
    (folder / "export.jsonl").write_text(lines, "utf-8")
    (folder / "rate.schema.json").write_text(schema, "utf-8")
    (folder / "app.yaml").write_text(blocks("yaml")[0], "utf-8")


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run commands in, with the page's files."""
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.splitlines()[0])
def test_the_commands_print_what_the_page_shows(block: str, beside: Path) -> None:
    command, _, shown = block.partition("\n")
    assert printed(command.removeprefix("$ "), beside) == shown.strip("\n"), "Run: python tests/test_app_page.py"


def test_the_other_commands_work(beside: Path) -> None:
    for command in (line for body in blocks("sh") for line in body.splitlines()):
        printed(command.replace('"', ""), beside)
    assert (beside / "feeds-v2.app.schema.json").is_file()


def test_the_python_snippets_do_what_the_page_shows(beside: Path) -> None:
    test = doctest.DocTestParser().get_doctest("\n".join(blocks("pycon")), {}, "app.md", str(PAGE), 0)
    report: list[str] = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


def test_its_configurations_keep_the_schema_and_its_table_has_all_members() -> None:
    schema = json.loads(artefact.schema_text("feeds-v2.app.schema.json"))
    for text in blocks("yaml"):
        jsonschema.validate(yaml.safe_load(text), schema)
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(schema["properties"].keys() - {"$schema"})


def test_the_mistake_is_told_as_the_page_shows_it(beside: Path) -> None:
    (shown,) = blocks("text")
    (beside / "app.yaml").write_text("feed_groups:\n  timeline: agregated\n", "utf-8")
    with pytest.raises(sir.AppError) as caught:
        sir.load_app("app.yaml")
    assert str(caught.value) == shown.strip()


def update() -> None:
    """Write what the commands print into the page."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))

        def fresh(block: re.Match[str]) -> str:
            command = block[2].partition("\n")[0]
            if block[1] != "console":
                return block[0]
            return f"```console\n{command}\n{printed(command.removeprefix('$ '), Path(name))}\n```"

        PAGE.write_text(BLOCK.sub(fresh, PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    update()
