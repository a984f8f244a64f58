"""Who is measured: this project in its ways, and other programs that parse or validate JSON Lines.

Each is a command over one file, run in a process of its own; what is not installed says how to get it. Before
``measure``; the other half, inside of the process, is ``judge`` (Python) and ``node/ajv.mjs``.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[1]
_NODE = Path(__file__).parent / "node"
_SCHEMAS = _ROOT / "dist-schemas/feeds-v2/v1"
#: The canonical schema of a line: what the import refuses, and what it very likely refuses.
SCHEMA = _SCHEMAS / "feeds-v2.line.strict.schema.json"
#: How to get what is missing.
GET_PYTHON = "pip install -e '.[bench]'"
GET_NODE = "npm ci in benchmarks/node"


class Judge(NamedTuple):
    """A program over a file. ``told`` is what the seconds include; ``command`` takes the file.

    One that is slow sees every ``slice``-th line, and its seconds are multiplied by the share of bytes. The seconds of
    one that does not say them itself (``silent``) are those of its process, less those over a file of ten lines.
    ``codes`` are the exit codes of a file without and with mistakes. One that ``parses`` does nothing else.
    """

    name: str
    told: str
    command: Callable[[Path], list[str]]
    version: Callable[[], str | None]
    missing: str = GET_PYTHON
    slice: int = 1
    codes: tuple[int, int] = (0, 1)
    silent: bool = False
    ours: bool = False
    parses: bool = False
    cases: tuple[str, ...] = ("batch", "thin", "wide", "naive", "dirty")

    @property
    def title(self) -> str:
        """Its name for readers who see it alone."""
        return f"stream-import: {self.name}" if self.ours else self.name + ", parsing only" * self.parses


def _python(name: str) -> Callable[[Path], list[str]]:
    return lambda file: [sys.executable, "-m", "benchmarks.judge", name, str(file), str(SCHEMA)]


def _ours(*options: str) -> Callable[[Path], list[str]]:
    return lambda file: [sys.executable, "-m", "benchmarks.judge", "ours", str(file), str(SCHEMA), *options]


def _installed(*distributions: str) -> Callable[[], str | None]:
    def version() -> str | None:
        try:
            return ", ".join(f"{name} {metadata.version(name)}" for name in distributions)
        except metadata.PackageNotFoundError:
            return None

    return version


def _sourcemeta() -> str:
    """The program in the package: the command that pip makes may be the one of another package."""
    architecture = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    folder = metadata.distribution("sourcemeta-jsonschema").locate_file("sourcemeta_jsonschema")
    return str(folder / f"jsonschema-{platform.system().lower()}-{architecture}")


def _ajv_version() -> str | None:
    package = _NODE / "node_modules/ajv/package.json"
    if shutil.which("node") is None or not package.exists():
        return None
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"ajv {json.loads(package.read_bytes())['version']}, Node {node}"


_US = _installed("stream-import-rules")
_ALL = ("batch", "thin", "wide", "naive", "dirty", "huge", "small")

JUDGES = {
    judge.name: judge
    for judge in (
        Judge("lines", "every rule of a line", _ours("--no-relations"), _US, ours=True, cases=_ALL),
        Judge("lines, one job", "the same with `--jobs 1`", _ours("--no-relations", "--jobs", "1"), _US, ours=True),
        Judge("relations", "every rule, those between entries too", _ours(), _US, ours=True, cases=_ALL),
        Judge(
            "orjson", "`loads` of each line, nothing judged", _python("orjson_loads"), _installed("orjson"), parses=True
        ),
        Judge(
            "pysimdjson",
            "`parse` of each line, nothing judged, no Python values made",
            _python("simdjson_parse"),
            _installed("pysimdjson"),
            parses=True,
        ),
        Judge(
            "jsonschema-rs",
            "`orjson.loads`, then `is_valid`",
            _python("jsonschema_rs"),
            _installed("jsonschema-rs", "orjson"),
        ),
        Judge(
            "sourcemeta",
            "`jsonschema validate --fast`, its process less its start",
            lambda file: [_sourcemeta(), "validate", str(SCHEMA), str(file), "--fast"],
            _installed("sourcemeta-jsonschema"),
            silent=True,
            codes=(0, 2),
        ),
        Judge(
            "ajv",
            "`JSON.parse`, then the standalone code that ajv compiles",
            lambda file: ["node", str(_NODE / "ajv.mjs"), str(file), str(SCHEMA)],
            _ajv_version,
            missing=GET_NODE,
        ),
        Judge(
            "fastjsonschema",
            "`orjson.loads`, then the compiled function (draft-07 of the schema)",
            _python("fastjsonschema"),
            _installed("fastjsonschema", "orjson"),
            slice=21,
            cases=("batch",),
        ),
        Judge(
            "jsonschema",
            "`orjson.loads`, then `is_valid`",
            _python("jsonschema"),
            _installed("jsonschema", "orjson"),
            slice=101,
            cases=("batch",),
        ),
    )
}
