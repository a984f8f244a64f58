"""Which files are meant by what a user names: patterns, files that are named twice, and what is no file."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from clients import needs

import stream_import_rules as sir
from stream_import_rules import cli
from stream_import_rules.inputs import NoMatch, Repeated, inputs_of

GOOD = '{"instruction":"follow","feedId":"user:bob","data":["user:alice"]}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files, which is the current one."""
    for name in ("b.jsonl", "a.jsonl", "a-2.jsonl", ".hidden.jsonl", "sub/deep/c.jsonl", "sub/a.jsonl", "note.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def paths(*names: str) -> list[str]:
    """The files that are meant, with slashes."""
    return [path.replace(os.sep, "/") for path in inputs_of(names).paths]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["validate", "--no-app", *arguments])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jsonl", ["a-2.jsonl", "a.jsonl", "b.jsonl"]),
        ("?.jsonl", ["a.jsonl", "b.jsonl"]),
        ("[b-z].jsonl", ["b.jsonl"]),
        ("sub/**/*.jsonl", ["sub/a.jsonl", "sub/deep/c.jsonl"]),
        ("**/c.jsonl", ["sub/deep/c.jsonl"]),
        ("sub/*", ["sub/a.jsonl"]),  # folders are no files
        (".h*", [".hidden.jsonl"]),
    ],
)
def test_a_pattern_means_the_files_that_fit_in_the_order_of_their_names(pattern: str, expected: list[str]) -> None:
    assert paths(pattern) == expected


@pytest.mark.usefixtures("folder")
def test_names_come_as_they_are_given_and_a_file_once() -> None:
    assert paths("b.jsonl", "*.jsonl") == ["b.jsonl", "a-2.jsonl", "a.jsonl"]
    assert inputs_of(["a.jsonl", "./a.jsonl", "a.jsonl"]).repeated == (
        Repeated("./a.jsonl", "a.jsonl"),
        Repeated("a.jsonl", "a.jsonl"),
    )
    assert inputs_of(["nowhere", "nowhere"]).paths == ("nowhere",)


def test_a_link_is_the_file_that_it_leads_to(folder: Path) -> None:
    (folder / "link.jsonl").symlink_to("a.jsonl")
    assert inputs_of(["a.jsonl", "link.jsonl"]).repeated == (Repeated("link.jsonl", "a.jsonl"),)


@needs(os.name != "nt", "no name of a file has a * there")
@pytest.mark.parametrize("name", ["odd*.jsonl", "odd[1].jsonl", "[", "**"])
def test_a_file_that_is_called_like_a_pattern_is_that_file(folder: Path, name: str) -> None:
    (folder / name).write_text(GOOD, "utf-8")
    (folder / "odd-1.jsonl").write_text(GOOD, "utf-8")
    assert paths(name) == [name]


@pytest.mark.usefixtures("folder")
def test_a_pattern_that_nothing_fits_is_an_error_before_anything_is_judged() -> None:
    with pytest.raises(NoMatch, match=r"no file fits the pattern nothing\*"):
        inputs_of(["a.jsonl", "nothing*"])
    result = run("a.jsonl", "nothing*", "--format", "json=report.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no file fits the pattern nothing*; nothing was judged" in result.stderr
    assert not Path("report.json").exists()
    with pytest.raises(sir.InputError, match="no file fits"):
        sir.validate_files(["nothing*"])


@pytest.mark.usefixtures("folder")
def test_the_command_and_the_function_take_patterns_and_judge_a_file_once() -> None:
    result = run("*.jsonl", "./a.jsonl", "--format", "json=report.json")
    assert result.exit_code == 0
    assert "./a.jsonl: is the same file as a.jsonl; it is judged once" in result.stderr
    assert [file.path for file in sir.validate_files(["*.jsonl", "a.jsonl"]).files] == [
        "a-2.jsonl",
        "a.jsonl",
        "b.jsonl",
    ]
    # Together the second time would be a repetition of every follow.
    assert sir.validate_files(["a.jsonl", "./a.jsonl"], together=True).verdict == "ok"


@pytest.mark.usefixtures("folder")
def test_one_file_is_no_pattern() -> None:
    with pytest.raises(FileNotFoundError):
        sir.validate_file("*.jsonl")


@pytest.mark.usefixtures("folder")
def test_a_folder_is_an_error_and_the_others_are_judged() -> None:
    result = run("sub", "a.jsonl", "--format", "json")
    assert result.exit_code == 2
    assert "sub: Is a directory" in result.stderr
    assert '"path": "a.jsonl"' in result.stdout


@needs(hasattr(os, "mkfifo"), "no named pipes")
def test_a_named_pipe_is_read_once(folder: Path) -> None:
    pipe = folder / "pipe.jsonl"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(GOOD * 2, "utf-8"))
    writer.start()
    report = sir.validate_file(pipe)
    writer.join()
    assert (report.files[0].lines, report.counts) == (2, {"follow.duplicate": 1})


@needs(os.path.exists("/dev/zero"), "no such device")
def test_what_never_ends_is_read_up_to_a_limit_and_is_one_finding() -> None:
    report = sir.validate_file("/dev/zero", max_stream="3MB")
    assert report.counts == {"file.max-stream-bytes": 1}
    assert (report.verdict, report.complete, report.relations) == ("errors", False, "broken off")
    assert report.findings[0].message.startswith("it has more than 3,000,000 bytes; only what was read until then")


def test_a_stream_may_be_as_long_as_the_limit(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "stream_import_rules",
        "validate",
        "-",
        "--no-app",
        "--no-relations",
        "--max-stream",
    ]
    codes = {
        limit: subprocess.run([*command, str(limit)], input=GOOD.encode() * 2, capture_output=True).returncode
        for limit in (2 * len(GOOD) - 1, 2 * len(GOOD))
    }
    assert codes == {2 * len(GOOD) - 1: 1, 2 * len(GOOD): 0}


def test_a_stream_that_has_nothing_yet_and_does_not_wait_is_an_error() -> None:
    class Empty(io.RawIOBase):
        def read(self, size: int = -1) -> bytes | None:  # type: ignore[override]
            return None

        def seekable(self) -> bool:
            return True

        def tell(self) -> int:
            return 0

        def seek(self, offset: int, whence: int = 0) -> int:
            return offset

    with pytest.raises(BlockingIOError):
        list(sir.iter_findings(Empty()))  # type: ignore[arg-type]
