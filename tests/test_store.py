"""What holds the rows: memory and disk may not suffice, and nothing of it stays behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from clients import needs

import stream_import_rules as sir
from benchmarks.data import write_keys
from stream_import_rules import cli, private, relate, store
from stream_import_rules.private import PrivateFolder, free_space
from stream_import_rules.staging import Staged

USERS = b'{"instruction":"users","data":[{"id":"nina"},{"id":"nina"}]}\n'
WRONG = b'{"instruction":"users","data":[{"id":"tim smith"}]}\n'


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are many."""
    monkeypatch.setattr(store, "FEW", 1)


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.cli, ["validate", *map(str, arguments)], input=stdin, prog_name="stream-import")


def broken(error: type[Exception], when: str) -> Callable[..., Any]:
    """A method of the connection that fails at queries which begin so, and does its work at others."""

    class Connection:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def execute(self, query: str, *rest: Any) -> Any:
            if query.startswith(when):
                raise error("could not write block: 1.0 GiB/1.0 GiB used\n\nmore of it")
            return self._connection.execute(query, *rest)

        def cursor(self) -> Connection:
            return Connection(self._connection.cursor())

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

    real = duckdb.connect
    return lambda *arguments, **options: Connection(real(*arguments, **options))


@pytest.mark.parametrize("arguments", [[], ["--together"]], ids=["each", "together"])
@pytest.mark.parametrize("when", ["INSERT", "SELECT", "WITH"])
@pytest.mark.parametrize("error", [duckdb.OutOfMemoryException, duckdb.IOException])
@pytest.mark.parametrize(("lines", "verdict"), [(USERS, "incomplete"), (USERS + WRONG, "errors")])
def test_what_does_not_fit_breaks_off_the_relations_alone(
    tmp_path: Path,
    temporary: Path,
    large: None,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    when: str,
    error: type[Exception],
    lines: bytes,
    verdict: str,
) -> None:
    monkeypatch.setattr(duckdb, "connect", broken(error, when))
    monkeypatch.setattr(relate, "that_may_break", lambda _, relations, *__: [True] * len(relations))
    path = tmp_path / "import.jsonl"
    path.write_bytes(lines)
    result = run(path, *arguments, "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (report["relations"], report["verdict"], report["complete"]) == ("broken off", verdict, False)
    assert ("user.id.charset" in report["counts"]) == (verdict == "errors")
    assert [file["lines"] for file in report["files"]] == [lines.count(b"\n")]
    assert result.stderr.count("\n") == 1
    assert "could not write block: 1.0 GiB/1.0 GiB used" in result.stderr
    assert "--no-relations" in result.stderr
    assert "Traceback" not in result.stderr
    assert list(temporary.iterdir()) == []


def test_whoever_calls_gets_the_error(tmp_path: Path, large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb, "connect", broken(duckdb.OutOfMemoryException, "SELECT"))
    path = tmp_path / "import.jsonl"
    path.write_bytes(USERS)
    with pytest.raises(store.StoreError, match="cannot be checked"):
        sir.validate_file(path)
    with pytest.raises(store.StoreError, match="cannot be checked"):
        list(sir.iter_findings(path))
    assert sir.validate_file(path, relations=False).counts == {}


@pytest.mark.parametrize("arguments", [[], ["--together"]], ids=["each", "together"])
def test_no_place_for_temporary_files_breaks_off_the_relations_alone(
    tmp_path: Path, large: None, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr(private.tempfile, "gettempdir", lambda: str(tmp_path / "nowhere"))
    path = tmp_path / "import.jsonl"
    path.write_bytes(USERS + WRONG)
    result = run(path, *arguments, "--format", "json")
    assert "Traceback" not in result.stderr
    assert result.exit_code == 1, (result.exit_code, result.stderr, result.exception)
    report = json.loads(result.stdout)
    assert (report["relations"], report["verdict"]) == ("broken off", "errors")
    assert "user.id.charset" in report["counts"]


@pytest.mark.parametrize("arguments", [[], ["--together"]], ids=["each", "together"])
def test_a_file_that_is_gone_when_it_is_read_again_breaks_off_the_relations_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    path = tmp_path / "import.jsonl"
    path.write_bytes(USERS + WRONG)
    ask = store.Store.ask

    def gone(*rest: Any) -> Iterator[list[store.Row]]:
        path.unlink(missing_ok=True)
        return ask(*rest)

    monkeypatch.setattr(store.Store, "ask", gone)
    result = run(path, *arguments, "--format", "json")
    assert result.exit_code == 1, (result.stderr, result.exception)
    report = json.loads(result.stdout)
    assert (report["relations"], report["verdict"]) == ("broken off", "errors")
    assert [file["lines"] for file in report["files"]] == [2]
    assert "import.jsonl: No such file" in result.stderr


def test_rows_are_written_to_disk_where_memory_does_not_suffice(tmp_path: Path, temporary: Path) -> None:
    with PrivateFolder() as folder:
        kept = store.Store(folder, 64 << 20, 1)
        count = 0
        while not any(Path(folder.path).iterdir()):
            staged = Staged()
            for place in range(count, count + 200_000):
                staged.keys.add(0, (place * 7_919, -place), place, scope=place % 97, part=-place, at=place)
            count += 200_000
            kept.add(staged)
            assert count < 6_000_000, "nothing was written to disk"
        ((found,),) = kept.ask("SELECT COUNT(*), MIN(pos), MAX(pos) FROM keys")
        assert tuple(found) == (count, 0, count - 1)
        query = "SELECT k1, k2 FROM keys GROUP BY k1, k2 HAVING COUNT(*) > 1"
        assert list(kept.ask(query)) == []
        kept.close()
    assert list(temporary.iterdir()) == []


def test_little_memory_changes_no_finding(tmp_path: Path, temporary: Path) -> None:
    path = tmp_path / "keys.jsonl"
    write_keys(path, 40_000)
    path.write_bytes(path.read_bytes() + USERS)
    little = sir.validate_file(path, memory=200_000_000, jobs=1)
    assert little.counts == sir.validate_file(path, jobs=1).counts
    assert little.counts["user.duplicate"] == 1
    assert list(temporary.iterdir()) == []


# --------------------------------------------------------------------------- the private folder


@pytest.fixture
def folder() -> Iterator[PrivateFolder]:
    """A private folder that is closed in the end."""
    with PrivateFolder() as made:
        yield made


def test_nobody_else_can_read_a_private_folder(folder: PrivateFolder, temporary: Path) -> None:
    assert stat.S_IMODE(os.stat(folder.path).st_mode) == 0o700
    assert Path(folder.path).parent == temporary
    assert folder.path == folder.path
    assert free_space(folder.path) > 0


def test_a_private_folder_is_made_when_it_is_asked_for(folder: PrivateFolder, temporary: Path) -> None:
    assert list(temporary.iterdir()) == []
    (Path(folder.path) / "deep/er").mkdir(parents=True)
    (Path(folder.path) / "deep/er/file").write_bytes(b"x")
    assert len(list(temporary.iterdir())) == 1
    folder.close()
    assert list(temporary.iterdir()) == []
    folder.close()


def test_a_private_folder_goes_with_an_exception(temporary: Path) -> None:
    def fail() -> None:
        with PrivateFolder() as made:
            (Path(made.path) / "file").write_bytes(b"x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(temporary.iterdir()) == []


def test_a_private_folder_goes_when_nobody_holds_it(temporary: Path) -> None:
    made = PrivateFolder()
    assert Path(made.path).is_dir()
    del made
    assert list(temporary.iterdir()) == []


HOLD = """
import sys, time
from pathlib import Path
from stream_import_rules.private import PrivateFolder
folder = PrivateFolder()
(Path(folder.path) / "file").write_bytes(b"x")
print(folder.path, flush=True)
time.sleep(60)
"""


@needs(os.name != "nt", "processes are killed otherwise there")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_private_folder_goes_when_its_process_is_killed(temporary: Path, how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    ) as process:
        assert process.stdout is not None
        held = Path(process.stdout.readline().decode().strip())
        assert (held / "file").exists()
        os.killpg(process.pid, how)
        process.wait(10)
    deadline = time.monotonic() + 5
    while held.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list(temporary.iterdir()) == []


def test_a_file_that_changes_before_it_is_read_again_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "import.jsonl"
    path.write_text('{"instruction":"users","data":[{"id":"bob"},{"id":"bob"}]}\n', "utf-8")
    original = store.Store.ask

    def cut(self: store.Store, query: str, parameters: tuple[int, ...] = ()) -> object:
        path.write_text("{}\n", "utf-8")
        return original(self, query, parameters)

    monkeypatch.setattr(store.Store, "ask", cut)
    with pytest.raises(store.StoreError, match="was changed while it was read"):
        sir.validate_file(path)
