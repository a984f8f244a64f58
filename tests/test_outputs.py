"""Several outputs of one run: which goes where, all of them or none, each with its own samples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from clients import needs
from test_cli import run, stand_in, write
from test_report import finding, push

from stream_import_rules import api
from stream_import_rules.report.formats import FORMATS
from stream_import_rules.report.gather import Gatherer, first
from stream_import_rules.report.output import Output, OutputClosed, OutputError
from stream_import_rules.report.outputs import Destined, OutputsError, Wanted, settled, wanted_of
from stream_import_rules.report.share import fitting

__all__ = ["stand_in"]  # the checker of test_cli, for every test here


# --------------------------------------------------------------------------- what goes where


@pytest.mark.parametrize(
    ("formats", "output", "outputs"),
    [
        ([], None, [("text", "-")]),
        ([], "a", [("text", "a")]),
        (["json"], None, [("json", "-")]),
        (["json"], "a", [("json", "a")]),
        (["json=a"], None, [("json", "a")]),
        (["json=a", "text"], None, [("json", "a"), ("text", "-")]),
        (["json=a", "text"], "b", [("json", "a"), ("text", "b")]),
        (["text", "json"], "b", [("text", "-"), ("json", "b")]),
        (["text", "json=x=y"], None, [("text", "-"), ("json", "x=y")]),
        (["json=-"], None, [("json", "-")]),
    ],
)
def test_an_output_goes_where_it_is_said(
    formats: list[str], output: str | None, outputs: list[tuple[str, str]]
) -> None:
    assert settled([wanted_of(text) for text in formats], output) == [Destined(*pair) for pair in outputs]


@pytest.mark.parametrize(
    ("formats", "output", "says"),
    [
        (["text", "json"], None, "text and json cannot both go to standard output: write --format json=FILE"),
        (["text", "json=-"], None, "cannot both go to standard output"),
        (["text=a", "json=./a"], None, "text and json cannot both go to ./a"),
        (["json=a"], "b", "each --format has its own file, so -o b goes with none of them"),
        (["jsn"], None, "'jsn' is not one of text, json"),
        (["json="], None, "'json=' names no file"),
    ],
)
def test_outputs_that_do_not_go_together_are_refused(formats: list[str], output: str | None, says: str) -> None:
    with pytest.raises(OutputsError, match=says):
        settled([wanted_of(text) for text in formats], output)


@pytest.mark.parametrize(
    "options",
    [
        ["--format", "jsn"],
        ["--format", "json", "--format", "text"],
        ["--format", "json=x", "-o", "y"],
        ["--format", "json", "--format", "jsonl=export.jsonl"],
    ],
)
def test_wrong_outputs_are_wrong_usage(options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "BAD\n")
    result = run("validate", "export.jsonl", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error" in result.stderr
    assert Path("export.jsonl").read_text() == "BAD\n"


def test_one_run_writes_several_formats_each_with_its_own_samples(tmp_path: Path) -> None:
    path, lines = write(tmp_path, "BAD\n" * 150), tmp_path / "out.jsonl"
    result = run(
        "validate", path, "--format", f"json={tmp_path}/out.json", "--format", f"jsonl={lines}", "--format", "text"
    )
    assert result.exit_code == 1
    assert result.stdout == run("validate", path).stdout
    assert (tmp_path / "out.json").read_text() == run("validate", path, "--format", "json").stdout
    assert lines.read_text() == run("validate", path, "--format", "jsonl").stdout
    assert result.stderr.splitlines() == [
        f"{tmp_path}/out.json: 150 errors, 0 warnings, 0 notes",
        f"{lines}: 150 errors, 0 warnings, 0 notes",
    ]


def test_max_samples_is_for_every_format_that_shows_samples(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\n" * 150)
    run("validate", path, "--max-samples", "7", "--format", f"json={tmp_path}/j", "--format", f"jsonl={tmp_path}/l")
    assert len(json.loads((tmp_path / "j").read_text())["findings"]) == 7
    assert len((tmp_path / "l").read_text().splitlines()) == 151


# --------------------------------------------------------------------------- all of them or none


def test_if_one_output_cannot_be_opened_there_is_none(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\n")
    result = run("validate", path, "--format", f"json={tmp_path}/a", "--format", f"text={tmp_path}/no/b")
    assert result.exit_code == 2
    assert "no/b: No such file or directory" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["export.jsonl"]


@needs(Path("/dev/full").exists(), "no /dev/full here")
def test_if_one_output_cannot_be_written_there_is_none(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\n")
    (tmp_path / "a").write_text("old")
    formats = [f"json={tmp_path}/a", "text=/dev/full", f"jsonl={tmp_path}/b"]
    result = run("validate", path, *(word for f in formats for word in ("--format", f)))
    assert result.exit_code == 2
    assert "cannot write to /dev/full: No space left" in result.stderr
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "export.jsonl"]


def test_if_nothing_was_judged_there_is_none(tmp_path: Path) -> None:
    result = run("validate", "nowhere", "--format", f"json={tmp_path}/a", "--format", f"text={tmp_path}/b")
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_writes_all_of_them(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\nSTOP\n")
    assert run("validate", path, "--format", f"json={tmp_path}/a", "--format", f"jsonl={tmp_path}/b").exit_code == 130
    for text in ((tmp_path / "a").read_text(), (tmp_path / "b").read_text().splitlines()[-1]):
        assert json.loads(text)["interrupted"] is True


def test_a_reader_that_has_gone_does_not_keep_a_file_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(data: bytes) -> None:
        raise OutputClosed

    monkeypatch.setattr("stream_import_rules.report.output._to_stdout", gone)
    result = run("validate", write(tmp_path, "BAD\n" * 9), "--format", "jsonl", "--format", f"json={tmp_path}/a")
    assert result.exit_code == 1
    assert json.loads((tmp_path / "a").read_text())["total"] == 9


def test_a_settled_output_is_on_the_disk_and_not_yet_there(tmp_path: Path) -> None:
    with Output(str(tmp_path / "x")) as out:
        out.write(b"whole")
        out.settle()
        assert not (tmp_path / "x").exists()
        assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"whole"]
    assert (tmp_path / "x").read_bytes() == b"whole"


def test_a_folder_in_the_place_of_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    def replace() -> None:
        with Output(str(tmp_path / "x")) as out:
            (tmp_path / "x").mkdir()
            out.write(b"whole")

    with pytest.raises(OutputError, match="Is a directory"):
        replace()
    assert list((tmp_path / "x").iterdir()) == []


# --------------------------------------------------------------------------- in GitHub's log


HOSTILE = """::stop-commands::x\n  ::add-mask::BAD\n BAD ##[error]x\n"""


@pytest.mark.parametrize("format_", ["text", "json", "jsonl", "markdown", "csv", "github"])
def test_what_a_file_holds_is_no_command_in_the_log_of_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    path = write(tmp_path, HOSTILE, "::error::##[x]")
    monkeypatch.chdir(tmp_path)
    before = run("validate", "::error::##[x]", "--format", format_).stdout
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    shown = run("validate", "::error::##[x]", "--format", format_).stdout
    own = ("::error file=", "::notice title=stream-import::")
    lines = [line.lstrip() for line in shown.splitlines()]
    assert [line for line in lines if line.startswith("::") and not line.startswith(own)] == []
    if format_ != "github":  # whose lines are commands of the newer form, which is looked for first
        assert "##[" not in shown
    if format_ == "json":
        assert json.loads(shown) == json.loads(before)
    run("validate", "::error::##[x]", "--format", f"{format_}=out")
    assert (tmp_path / "out").read_text("utf-8") == before.replace("\r\n", "\n"), "a file is as it was"
    assert Path(path).exists()


# --------------------------------------------------------------------------- one sink for all


def test_every_stream_gets_every_finding_and_samples_stay_bounded() -> None:
    seen: list[int | None] = []
    sink = Gatherer(2, streams=[lambda found: seen.append(found.line)] * 2)
    for line in range(5):
        push(sink, finding(line=line))
    assert seen == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert [s.finding.line for s in sink.samples] == [0, 1]
    assert sink.totals.error == 5


def test_findings_that_are_counted_together_and_added_later_are_the_first_ones() -> None:
    sink = Gatherer(2)
    assert [sink.count("a", "error") for _ in range(3)] == [True, True, False]
    for line in (1, 2):
        sink.add(finding("a", line=line), None)
    assert [s.finding.line for s in sink.samples] == [1, 2]


def test_too_many_samples_are_thinned_rule_by_rule() -> None:
    sink = Gatherer(100, most=30, at_least=5)
    for rule in "abcdefgh":
        push(sink, finding(rule), times=50)
    kept = [s.finding.rule for s in sink.samples]
    assert {rule: kept.count(rule) for rule in "abcdefgh"} == dict.fromkeys("abcdefgh", 5)
    assert sink.counts["h"] == 50


def test_a_sample_keeps_the_beginning_of_an_endless_path_and_a_stream_all_of_it() -> None:
    streamed: list[str | None] = []
    sink = Gatherer(1, streams=[lambda found: streamed.append(found.path)])
    push(sink, finding(path="/" + "x" * 1_000_000))
    assert sink.samples[0].finding.path == "/" + "x" * 1_998 + "…"
    assert streamed == ["/" + "x" * 1_000_000]


def test_the_first_samples_are_those_of_each_rule() -> None:
    sink = Gatherer(9)
    for rule in "abab":
        push(sink, finding(rule), times=2)
    assert [s.finding.rule for s in first(sink.samples, 3)] == ["a", "a", "b", "b", "a", "b"]


@pytest.mark.parametrize(
    ("sizes", "room", "most", "each"),
    [
        ([], 10, None, 0),
        ([[]], 10, None, 0),
        ([[5, 5, 5], [5]], 15, None, 2),
        ([[5, 5, 5], [5]], 9, None, 0),
        ([[5, 5, 5], [5]], 100, 3, 2),
        ([[5, 5, 5], [5]], 100, None, 3),
    ],
)
def test_a_room_is_shared_evenly(sizes: Any, room: int, most: int | None, each: int) -> None:
    assert fitting(sizes, room, most) == each


def test_python_and_the_command_keep_as_many_samples() -> None:
    assert FORMATS["json"].samples == api.MAX_SAMPLES
    assert Wanted("json", None) == wanted_of("json")


def test_statistics_are_the_counts_alone_as_wide_as_the_terminal(tmp_path: Path) -> None:
    """Every rule has its exact count; a narrow terminal gets ids and no summaries, and no line is too long."""
    root = Path(__file__).parents[1]

    def ran(columns: int, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "stream_import_rules", "validate", "examples/broken.jsonl", *options],
            cwd=root,
            env={**os.environ, "COLUMNS": str(columns), "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    counts = json.loads(ran(100, "--format", "json").stdout)["counts"]
    for columns in (60, 100):
        done = ran(columns, "--statistics")
        assert done.returncode == 1
        rows = [line.split() for line in done.stdout.splitlines() if re.match(r" +\d+  ", line)]
        assert {row[2]: int(row[0]) for row in rows} == counts
        assert max(map(len, done.stdout.splitlines())) <= columns
        assert ("Summary" in done.stdout) == (columns == 100)
    wrong = ran(100, "--statistics", "--format", "json")
    assert wrong.returncode == 2
    assert "--statistics is a form of the text" in wrong.stderr
