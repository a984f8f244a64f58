"""What the README and the other hand-written pages say is so: their commands, snippets, links and tables are tried.

``python tests/test_readme.py`` writes what the commands print today into the README's ``console`` blocks.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stream_import_rules.artefact import schema_names
from stream_import_rules.report.formats import FORMATS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CI = ROOT / "docs/ci.md"
PAGES = [
    README,
    ROOT / "CHANGELOG.md",
    ROOT / "docs/architecture.md",
    ROOT / "docs/app.md",
    ROOT / "docs/ci.md",
    ROOT / "docs/guide.md",
    ROOT / "docs/input.md",
    ROOT / "examples/README.md",
]
BLOCK = re.compile(r"^```([a-z]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: The width of a terminal in which the README's output fits its page.
COLUMNS = 96


def blocks(language: str) -> list[str]:
    """The contents of the README's blocks in one language."""
    return [body for name, body in BLOCK.findall(README.read_text("utf-8")) if name == language]


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run commands in, with the README's ``export.jsonl``."""
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    return tmp_path


def prepare(folder: Path) -> None:
    (content,) = blocks("jsonl")
    (folder / "export.jsonl").write_text(content, "utf-8")


def printed(command: str, folder: Path) -> str:
    """What a command prints on standard output, in the README's width and without colours."""
    words = command.split()
    assert words[0] == "stream-import"
    done = subprocess.run(
        [sys.executable, "-m", "stream_import_rules", *words[1:]],
        cwd=folder,
        env={**os.environ, "COLUMNS": str(COLUMNS), "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")


# --------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.splitlines()[0])
def test_the_commands_print_what_the_readme_shows(block: str, beside: Path) -> None:
    command, _, shown = block.partition("\n")
    assert printed(command.removeprefix("$ "), beside) == shown.strip("\n"), "Run: python tests/test_readme.py"


def test_the_python_snippets_do_what_the_readme_shows(beside: Path) -> None:
    snippets = "\n".join(blocks("pycon"))
    test = doctest.DocTestParser().get_doctest(snippets, {}, "README", str(README), 0)
    report: list[str] = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


def test_the_settings_of_vs_code_name_a_schema_that_there_is() -> None:
    (settings,) = map(json.loads, blocks("json"))
    (entry,) = settings["json.schemas"]
    assert entry["url"].removeprefix("./") in schema_names()
    assert (ROOT / "examples" / entry["fileMatch"][0]).is_file()


def test_the_readme_turns_the_array_into_lines_without_a_finding(beside: Path) -> None:
    shutil.copy(ROOT / "examples/import.json", beside)
    (conversion,) = (line for body in blocks("sh") for line in body.splitlines() if line.startswith("python -c"))
    subprocess.run(conversion.replace("python", sys.executable, 1), shell=True, check=True)
    assert "Ready to upload" in printed("stream-import validate import.jsonl", beside)


def ci(key: str) -> Any:
    """The block of the page about CI that is a mapping with this key."""
    found = [yaml.safe_load(body) for name, body in BLOCK.findall(CI.read_text("utf-8")) if name == "yaml"]
    (block,) = (block for block in found if key in block)
    return block


def test_the_workflow_writes_what_it_uploads(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = ci("jobs")["jobs"]["validate"]["steps"]
    (validate,) = (step["run"] for step in steps if "validate" in step.get("run", ""))
    script = validate.replace("\\\n", " ").strip()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(beside / "summary.md"))
    assert printed(os.path.expandvars(script).replace('"', ""), beside).startswith("::error file=export.jsonl,line=1,")
    assert (beside / "summary.md").read_text("utf-8").startswith("### ✗ 2 errors")
    uploads = [step for step in steps if step.get("if") == "always()"]
    assert len(uploads) == 2
    for step in uploads:
        (named,) = (beside / value for key, value in step["with"].items() if key in ("path", "sarif_file"))
        assert named.is_file()


def test_the_hook_is_the_command(beside: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert hook["language"] == "python"
    assert re.search(hook["files"], "data/2024.import.jsonl")
    ((used,),) = (repo["hooks"] for repo in ci("repos")["repos"])
    assert used["id"] == hook["id"]
    assert re.search(used["files"], "data/export.jsonl")
    shown = printed(" ".join([hook["entry"], *used["args"], "export.jsonl"]), beside)
    assert "2 errors would make the import fail" in shown


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["expl"], "explain"),
        (["explain", "activity.time.f"], "activity.time.format"),
        (["validate", "--select", "follow.self,activity.time.f"], "follow.self,activity.time.format"),
        (["validate", "--format", "sar"], "sarif"),
        (["schema", "line.st"], "line.strict"),
        (["validate", "exp"], "exp"),
    ],
)
def test_a_shell_completes_what_is_begun(words: list[str], found: str) -> None:
    assert "_STREAM_IMPORT_COMPLETE=bash_source" in CI.read_text("utf-8")
    code = "import sys; sys.argv[0] = 'stream-import'; from stream_import_rules.__main__ import main; main()"
    environment = {
        "_STREAM_IMPORT_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["stream-import", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert found in [line.partition(",")[2] for line in done.stdout.splitlines()]


def test_the_readme_names_every_format() -> None:
    rows = re.findall(r"^\| `([a-z]+)`(?: \(default\))? \|", README.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(FORMATS)


def test_adding_a_rule_works_as_the_readme_says(tmp_path: Path) -> None:
    """In a copy of the rules, without the pages that would be written."""
    from generators.build import compile_rules

    rules = tmp_path / "rules/feeds-v2"
    shutil.copytree(ROOT / "rules/feeds-v2", rules)
    (addition,) = (block for block in blocks("yaml") if "id: lowercase" in block)
    file = rules / "instructions/reactions.yaml"
    before, kind, rest = file.read_text("utf-8").partition("    kind:\n")
    own, after, others = rest.partition("    user_id:\n")
    own += "" if addition in own else addition
    file.write_text(before + kind + own + after + others, "utf-8")
    built = compile_rules(rules)
    (rule,) = (rule for rule in built.ruleset.rules if rule.id == "reaction.kind.lowercase")
    assert (rule.severity, len(rule.good), len(rule.bad)) == ("info", 2, 1)
    assert "reaction.kind.lowercase" in built.files["docs/reference/reactions.md"]


# --------------------------------------------------------------------------- what is named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_links_of_the_page_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    headings = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if target.startswith("https:"):
            continue
        assert (page.parent / path).exists(), target
        if not path and anchor:
            assert anchor in headings, target


@pytest.mark.parametrize("page", [*PAGES, ROOT / "Makefile", ROOT / ".ci/run"], ids=lambda page: page.name)
def test_the_page_names_nothing_of_one_machine(page: Path) -> None:
    assert re.findall(r"/(?:work|root|home|tmp|opt)/|pypi|npmjs|registry", page.read_text("utf-8")) == []


def test_make_has_the_targets_that_the_pages_name() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        name for page in PAGES for name in re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert {"run", "test", "build"} <= named <= targets


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert (ROOT / ".ci/run").read_text("utf-8").rstrip().splitlines()[-1] == "make test"
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_architecture_says_of_every_module_what_it_does() -> None:
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    said = {
        name for row in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+\.py)`", row)
    }
    modules = {
        path.relative_to(ROOT).as_posix()
        for folder in ("benchmarks", "generators", "stream_import_rules")
        for path in (ROOT / folder).rglob("*.py")
        if "generated" not in path.parts and path.name not in ("__init__.py", "__main__.py")
    }
    assert (modules - said, said - modules) == (set(), set())


# --------------------------------------------------------------------------- writing what is shown


def main() -> None:
    """Fill the README's console blocks with what their commands print."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))

        def filled(block: re.Match[str]) -> str:
            if block[1] != "console":
                return block[0]
            command = block[2].splitlines()[0]
            output = printed(command.removeprefix("$ "), Path(folder))
            return "```console\n" + command + "\n" + (output + "\n" if output else "") + "```"

        README.write_text(BLOCK.sub(filled, README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
