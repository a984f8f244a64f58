"""Mistakes in rule files: each folder of ``diagnostics/`` is one, and what the compiler says of it.

``change.yaml`` says what is changed in a copy of the real rules:

* ``mistake`` is the mistake in words, ``file`` the rule file (from ``rules/`` on);
* ``find`` and ``replace`` change its text, which must hold ``find`` once; ``write`` is a new text
  instead, ``delete`` removes the file; ``encoding`` is that of the changed file (UTF-8);
* ``elsewhere`` says why the diagnostic does not point at the changed lines, if it does not.

``expected.txt`` is what the compiler prints, but for one thing: lines of the changed file count from the
first one that is changed, as ``@``, ``@+1`` and so on, so that a rule may move without moving all of these.
``UPDATE_EXPECTED=1 pytest tests/test_compiler_diagnostics.py`` writes it anew; read the difference before
you commit it.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from generators import build
from generators.__main__ import main
from generators.diagnostics import Diagnostic, RulesError

ROOT = Path(__file__).parents[1]
CASES = sorted(path.parent for path in Path(__file__).parent.glob("diagnostics/*/change.yaml"))
UPDATE = bool(os.environ.get("UPDATE_EXPECTED"))


def change_of(case: Path) -> dict[str, Any]:
    change = yaml.safe_load((case / "change.yaml").read_text("utf-8"))
    assert change.keys() <= {"mistake", "file", "find", "replace", "write", "delete", "encoding", "elsewhere"}
    return dict(change)


def changed_rules(case: Path, folder: Path) -> tuple[Path, range]:
    """A copy of the rules with the mistake of a case: the folder of its rule set, and the lines changed."""
    change = change_of(case)
    shutil.copytree(ROOT / "rules", folder / "rules")
    target = folder / "rules" / change["file"]
    lines = range(1, 2)
    if change.get("delete"):
        target.unlink()
    elif "write" in change:
        target.write_text(change["write"], change.get("encoding", "utf-8"))
    else:
        text = target.read_text("utf-8")
        assert text.count(change["find"]) == 1, "`find` must stand in the rules once: they have changed"
        first = text[: text.index(change["find"])].count("\n") + 1
        lines = range(first, first + change["replace"].count("\n") + 1)
        target.write_text(text.replace(change["find"], change["replace"]), change.get("encoding", "utf-8"))
    return folder / "rules" / change["file"].split("/")[0], lines


def from_the_change(printed: str, case: Path, lines: range) -> str:
    """What is printed, with the lines of the changed file as ``expected.txt`` has them."""
    file = re.escape(f"rules/{change_of(case)['file']}")

    def relative(found: re.Match[str]) -> str:
        offset = int(found[2]) - lines[0]
        return f"{found[1]}@{offset:+}" if offset else f"{found[1]}@"

    return re.sub(rf"({file}:|stands in line )([0-9]+)", relative, printed)


def diagnostics(folder: Path) -> list[Diagnostic]:
    with pytest.raises(RulesError) as caught:
        build.compile_rules(folder)
    return caught.value.diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_where_it_is_and_in_words(case: Path, tmp_path: Path) -> None:
    folder, lines = changed_rules(case, tmp_path)
    found = diagnostics(folder)
    printed = from_the_change("".join(f"{diagnostic}\n" for diagnostic in found), case, lines)
    expected = case / "expected.txt"
    if UPDATE:
        expected.write_text(printed, "utf-8")
    assert printed == expected.read_text("utf-8")

    change = change_of(case)
    places = [(diagnostic.file, diagnostic.line) for diagnostic in found]
    points_at_it = [file == change["file"] and line in lines for file, line in places]
    assert any(points_at_it) == ("elsewhere" not in change), f"{places} for {change['file']}, lines {lines}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_told_is_free_of_the_jargon_of_schemas_and_of_python(case: Path) -> None:
    expected = (case / "expected.txt").read_text("utf-8")
    jargon = (
        r"None|True|False|(?<!\w)'|\bdict\b|\bjsonschema\b|Traceback|Error|Properties|anyOf|oneOf|\bdoes not match\b"
    )
    # What the YAML reader itself says has its own words and quotes.
    said = "\n".join(line for line in expected.splitlines() if ": not YAML: " not in line)
    assert not re.search(jargon, said)
    for line in expected.splitlines():
        assert re.match(r"rules/\S+:(@[-+0-9]*|[1-9][0-9]*): \S|    expected: \S", line), line


def test_one_mistake_is_one_diagnostic() -> None:
    counts = {case.name: (case / "expected.txt").read_text("utf-8").count("\n    expected: ") for case in CASES}
    assert {name: count for name, count in counts.items() if count != 1} == {}


def test_the_command_prints_the_diagnostics_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if case.name == "unknown-type")
    folder, lines = changed_rules(case, tmp_path)
    monkeypatch.setattr(build, "RULES", folder.parent)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    for command in (["check"], ["build"], ["build", "--dry-run"]):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 1
        assert (case / "expected.txt").read_text("utf-8") in from_the_change(result.stderr, case, lines)
        assert "1 mistake in the rules; nothing is written." in result.stderr
        assert result.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["rules"]


def test_mistakes_are_told_in_the_order_of_files_and_lines_each_once() -> None:
    first, second = Diagnostic("a.yaml", 3, "x"), Diagnostic("a.yaml", 20, "x")
    error = RulesError([second, first, second])
    assert error.diagnostics == [first, second]
    assert str(error) == "rules/a.yaml:3: x\nrules/a.yaml:20: x"
