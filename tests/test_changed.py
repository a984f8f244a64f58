"""Files that change while they are read: the report says that it is of no one state of them."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import stream_import_rules as sir
from stream_import_rules import cli
from stream_import_rules.scan import Scan

GOOD = b'{"instruction":"follow","feedId":"user:bob%d","data":["user:alice"]}\n'
DATA = b"".join(GOOD % number for number in range(3000))


def append(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(GOOD % 1)


def rewrite(path: Path) -> None:
    """Other bytes, as many as before."""
    with open(path, "r+b") as file:
        file.write(path.read_bytes().replace(b"alice", b"alina"))
    os.utime(path, ns=(0, 1))


def replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    other.replace(path)


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "grows": (append, "it grew while it was read"),
    "shrinks": (lambda path: os.truncate(path, 1000), "it was cut short while it was read"),
    "is emptied": (lambda path: os.truncate(path, 0), "it was cut short while it was read"),
    "is written to": (rewrite, "it was written to while it was read"),
    "is replaced": (replace, "it was replaced by another file while it was read"),
    "is removed": (Path.unlink, "it was removed while it was read"),
}
changes = pytest.mark.parametrize("change", CHANGES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "export.jsonl"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Has something done after the first lines of a run were judged."""

    def prepare(act: Callable[[], None]) -> None:
        pending = [act]

        def with_act(method: Callable[[Scan, Any], None]) -> Callable[[Scan, Any], None]:
            def judged(scan: Scan, what: Any) -> None:
                method(scan, what)
                if pending:
                    pending.pop()()

            return judged

        monkeypatch.setattr(Scan, "feed", with_act(Scan.feed))
        monkeypatch.setattr(Scan, "absorb", with_act(Scan.absorb))

    return prepare


@changes
@pytest.mark.parametrize("relations", [True, False])
def test_the_report_says_so(
    path: Path, during: Callable[[Callable[[], None]], None], change: str, relations: bool
) -> None:
    act, words = CHANGES[change]
    during(lambda: act(path))
    report = sir.validate_file(path, jobs=1, relations=relations)
    assert str(report.files[0].changed).startswith(words)
    assert (report.complete, report.files[0].complete, report.ok) == (False, False, False)
    assert report.relations == ("broken off" if relations else "left out")


def test_the_command_says_so_too(path: Path, during: Callable[[Callable[[], None]], None]) -> None:
    during(lambda: append(path))
    result = CliRunner().invoke(cli.cli, ["validate", str(path), "--no-app", "--jobs", "1"])
    assert result.exit_code == 1
    assert "it grew while it was read" in result.stderr
    assert "judge it again when nobody writes to it" in result.stderr
    assert "ONLY PART OF THE FILE WAS JUDGED" in result.stdout


def test_a_compressed_file_is_watched_too(path: Path, during: Callable[[Callable[[], None]], None]) -> None:
    packed = path.with_suffix(".gz")
    packed.write_bytes(gzip.compress(DATA))
    during(lambda: append(packed))
    assert "it grew" in str(sir.validate_file(packed).files[0].changed)


def test_whoever_sees_findings_alone_gets_an_error(path: Path, during: Callable[[Callable[[], None]], None]) -> None:
    during(lambda: append(path))
    with pytest.raises(sir.FileChanged):
        list(sir.iter_findings(path))


@pytest.mark.parametrize("change", sorted(CHANGES.keys() - {"is removed"}))
def test_with_workers_it_is_noticed_alike(
    path: Path, during: Callable[[Callable[[], None]], None], change: str
) -> None:
    act, words = CHANGES[change]
    during(lambda: act(path))
    report = sir.validate_file(path, jobs=2, chunk=20_000)
    assert str(report.files[0].changed).startswith(words)
    assert not report.complete


def test_a_worker_that_does_not_find_the_file_any_more_is_an_error_of_it(
    path: Path, during: Callable[[Callable[[], None]], None]
) -> None:
    during(path.unlink)
    with pytest.raises(FileNotFoundError):
        sir.validate_file(path, jobs=2, chunk=20_000)


def test_a_file_that_nobody_touches_is_not_said_to_have_changed(path: Path) -> None:
    report = sir.validate_file(path)
    assert (report.verdict, report.files[0].changed) == ("ok", None)
