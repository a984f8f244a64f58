"""Where rows are kept: what happens when that fails, and that nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from array import array
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

import stream_import_rules as sir
from stream_import_rules import artefact, cli, store
from stream_import_rules.private import PrivateFolder
from stream_import_rules.staging import Rows, Staged
from stream_import_rules.store import Store, StoreError

ROOT = Path(__file__).parents[1]
LINES = [
    {"instruction": "users", "data": [{"id": "bob"}, {"id": "bob"}]},
    {"instruction": "follow", "feedId": "user:bob", "data": ["user:bob"]},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with one mistake in a line and one between entries."""
    made = tmp_path / "import.jsonl"
    made.write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    return made


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for temporary files."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.mark.parametrize("error", [duckdb.OutOfMemoryException("no memory"), duckdb.IOException("disk is full")])
def test_if_relations_fail_the_findings_of_lines_are_kept(
    path: Path, error: Exception, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "FEW", -1)

    def fails(self: store._DuckDb, table: str, rows: Rows) -> None:
        raise store._failed(error)

    monkeypatch.setattr(store._DuckDb, "load", fails)
    with pytest.raises(StoreError, match="--no-relations leaves these rules out"):
        sir.validate_file(path)
    result = CliRunner().invoke(cli.cli, ["validate", str(path), "--format", "json"])
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["relations"], report["complete"], report["verdict"]) == ("broken off", False, "errors")
    assert report["counts"] == {"follow.self": 1}
    assert str(error) in result.stderr
    assert list(temporary.iterdir()) == []


def test_a_run_without_errors_whose_relations_fail_is_no_clean_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "import.jsonl"
    path.write_text(json.dumps(LINES[0]) + "\n", "utf-8")
    monkeypatch.setattr(store, "FEW", -1)
    monkeypatch.setattr(store._DuckDb, "load", lambda *_: (_ for _ in ()).throw(StoreError("the disk is full")))
    result = CliRunner().invoke(cli.cli, ["validate", str(path)])
    assert result.exit_code == 1
    assert "ONLY PART OF THE FILE WAS JUDGED" in result.stdout
    assert "The relations between entries could not be checked to their end." in result.stdout


def test_a_file_that_changes_before_it_is_read_again_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Store.ask

    def cut(self: Store, query: str, parameters: tuple[int, ...] = ()) -> object:
        path.write_text("{}\n", "utf-8")
        return original(self, query, parameters)

    monkeypatch.setattr(Store, "ask", cut)
    with pytest.raises(StoreError, match="was changed while it was read"):
        sir.validate_file(path)


def many(count: int, first: int = 0) -> Staged:
    """Rows of users, each with a key of its own."""
    staged = Staged()
    numbers = array("q", range(first, first + count))
    nothing = array("q", [store.NONE]) * count
    staged.keys.what.extend(array("b", [3]) * count)
    for column in (staged.keys.k1, staged.keys.k2, staged.keys.pos):
        column.extend(numbers)
    for column in (staged.keys.scope, staged.keys.part, staged.keys.instant):
        column.extend(nothing)
    return staged


def test_what_is_more_than_the_memory_goes_to_the_private_folder_and_then_away(temporary: Path) -> None:
    with PrivateFolder() as folder:
        kept = Store(folder, 200_000_000, 1)
        for i in range(20):
            kept.add(many(200_000, i * 200_000))
        ruleset, _ = artefact.load()
        numbers = [i for i, relation in enumerate(ruleset.relations) if relation.rule == "user.duplicate"]
        assert list(kept.ask(artefact.queries()[numbers[0]])) == []
        assert list(kept.ask("SELECT COUNT(*) FROM keys")) == [[(4_000_000,)]]
        written = [path for path in Path(folder.path).rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in written) > 10_000_000
        kept.close()
    assert list(temporary.iterdir()) == []


def test_the_folder_is_private_and_goes_with_an_exception(temporary: Path) -> None:
    def breaks() -> None:
        with PrivateFolder() as folder:
            assert stat.S_IMODE(os.stat(folder.path).st_mode) == 0o700
            raise KeyError

    with pytest.raises(KeyError):
        breaks()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_nobody_asks_for_is_not_made(temporary: Path) -> None:
    with PrivateFolder():
        assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_folder_goes_with_the_program_that_is_killed(temporary: Path, number: signal.Signals) -> None:
    program = (
        "import time; from stream_import_rules.private import PrivateFolder\n"
        "folder = PrivateFolder(); open(folder.path + '/rows', 'w').write('x'); print(folder.path, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    made = Path(process.stdout.readline().strip())
    assert made.is_dir()
    process.send_signal(number)
    process.wait()
    process.stdout.close()
    until = time.monotonic() + 5
    while made.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert list(temporary.iterdir()) == []
