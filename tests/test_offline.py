"""No command opens a connection: they run where the first try of one ends the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.data import write_keys

ROOT = Path(__file__).parents[1]

#: Ends the process at the first event that has to do with the network, in this process and its workers.
GUARD = """
import os, sys

def guard(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "telnetlib.")):
        os.write(2, f"NETWORK: {event} {arguments}\\n".encode())
        os._exit(99)

sys.addaudithook(guard)
"""
SCHEMA = {"type": "object", "properties": {"number": {"type": "integer"}}}


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(GUARD)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}


def ran(environment: dict[str, str], *arguments: str) -> int:
    command = [sys.executable, "-m", "stream_import_rules", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert "NETWORK" not in done.stderr
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


def test_the_guard_notices(guarded: dict[str, str]) -> None:
    code = "import socket; socket.getaddrinfo('localhost', 80)"
    done = subprocess.run([sys.executable, "-c", code], env=guarded, capture_output=True, check=False)
    assert (done.returncode, done.stderr[:8]) == (99, b"NETWORK:")


def test_nothing_is_asked_of_the_network(guarded: dict[str, str], tmp_path: Path) -> None:
    formats = ["text", "json", "jsonl", "html", "markdown", "github", "sarif", "junit", "csv"]
    outputs = [option for name in formats for option in ("--format", f"{name}={tmp_path / name}")]
    assert ran(guarded, "validate", str(ROOT / "examples/broken.jsonl"), *outputs) == 1
    app, schema = tmp_path / "app.yaml", tmp_path / "hike.schema.json"
    ran(guarded, "app", "init", str(ROOT / "examples/import.jsonl"), "-o", str(app))
    schema.write_text(json.dumps(SCHEMA))
    with app.open("a") as file:
        file.write(f"schemas:\n  activities:\n    hike: {schema.name}\n")
    assert ran(guarded, "validate", str(ROOT / "examples/import.jsonl"), "--app", str(app)) in (0, 1)
    for others in (["--version"], ["explain", "follow.*"], ["rules"], ["schema", "report"]):
        ran(guarded, *others)


def test_neither_workers_nor_large_relations_ask_the_network(guarded: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "keys.jsonl"
    write_keys(file, 900_000)  # enough for workers and for DuckDB
    assert file.stat().st_size > 24 << 20
    assert ran(guarded, "validate", str(file), "--jobs", "2") == 0


def test_the_database_loads_no_extensions_by_itself(tmp_path: Path) -> None:
    """What it does in C no audit hook sees; it is told not to."""
    from stream_import_rules.private import PrivateFolder
    from stream_import_rules.store import _DuckDb

    with PrivateFolder() as folder:
        engine = _DuckDb(folder, 1 << 28, 1)
        names = "('autoinstall_known_extensions', 'autoload_known_extensions')"
        (rows,) = engine.ask(f"SELECT value FROM duckdb_settings() WHERE name IN {names}")
        engine.close()
    assert rows == [("false",), ("false",)]
