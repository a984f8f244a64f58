"""``python -m benchmarks.judge NAME FILE SCHEMA``: one judge over one file, in a process of its own.

Prints one JSON object: ``seconds`` on the clock from opening the file to the last verdict, ``lines`` that were read,
and ``wrong`` ones among them. What comes before (imports, compiling the schema) is start-up and not in ``seconds``;
whoever starts the process sees it in the time of the whole. Started by ``judges``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_BUFFER = 1 << 20

#: What says whether a line is right; it may raise one of ``_REFUSALS`` as well.
Verdict = Callable[[bytes], bool]
#: simdjson refuses large numbers with the second.
_REFUSALS = (ValueError, RuntimeError)


def orjson_loads(_: Path) -> Verdict:
    """Parsing alone, into Python's values."""
    import orjson

    loads = orjson.loads
    return lambda line: loads(line) is not None


def simdjson_parse(_: Path) -> Verdict:
    """Parsing alone, without making Python's values."""
    import simdjson

    parse = simdjson.Parser().parse
    return lambda line: parse(line) is not None


def jsonschema_rs(schema: Path) -> Verdict:
    """orjson, then ``is_valid``."""
    import jsonschema_rs as library
    import orjson

    loads, is_valid = orjson.loads, library.validator_for(json.loads(schema.read_bytes())).is_valid
    return lambda line: is_valid(loads(line))


def fastjsonschema(schema: Path) -> Verdict:
    """orjson, then the compiled function. It knows draft-07 only: the copy of the schema in that draft."""
    import fastjsonschema as library
    import orjson

    copy = schema.with_name(schema.name.replace(".schema.json", ".draft-07.schema.json"))
    loads, validate = orjson.loads, library.compile(json.loads(copy.read_bytes()))
    return lambda line: validate(loads(line)) is not None


def jsonschema(schema: Path) -> Verdict:
    """orjson, then ``is_valid``."""
    import orjson
    from jsonschema import Draft202012Validator

    loads, is_valid = orjson.loads, Draft202012Validator(json.loads(schema.read_bytes())).is_valid
    return lambda line: is_valid(loads(line))


LINE_BY_LINE: dict[str, Callable[[Path], Verdict]] = {
    function.__name__: function
    for function in (orjson_loads, simdjson_parse, jsonschema_rs, fastjsonschema, jsonschema)
}


def judged(file: Path, verdict: Verdict) -> dict[str, Any]:
    """Every line of a file by one judge."""
    lines = wrong = 0
    began = time.perf_counter()
    with file.open("rb", buffering=_BUFFER) as stream:
        for line in stream:
            lines += 1
            try:
                right = verdict(line)
            except _REFUSALS:
                right = False
            wrong += not right
    return {"seconds": time.perf_counter() - began, "lines": lines, "wrong": wrong}


def ours(file: Path, options: Sequence[str]) -> dict[str, Any]:
    """The command ``stream-import validate``, as it is, in this process; its report goes to a file."""
    from stream_import_rules.cli import cli

    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        words = ["validate", str(file), "--format", "json", "-o", report, "--no-progress", *options]
        began = time.perf_counter()
        try:
            code = cli.main(words, prog_name="stream-import", standalone_mode=False)
        except SystemExit as end:
            code = end.code
        seconds = time.perf_counter() - began
        if code not in (0, 1, None):
            raise SystemExit(code)
        told = json.loads(Path(report).read_bytes())
    return {
        "seconds": seconds,
        "lines": told["files"][0]["lines"],
        "entries": told["files"][0]["entries"],
        "counts": told["counts"],
        "complete": told["complete"],
    }


def main() -> None:
    """The command."""
    name, file, schema, *options = sys.argv[1:]
    if name == "ours":
        result = ours(Path(file), options)
    else:
        result = judged(Path(file), LINE_BY_LINE[name](Path(schema)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
