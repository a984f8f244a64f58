"""The reports in programs of others: HTML in Chromium, SARIF by its schema, CSV in a spreadsheet reader.

What runs in node is in ``tests/node``; see ``clients``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import hostile
import jsonschema
import pytest
from clients import NODE, chromium, clients, passes
from test_formats import outcome, spoilt

from stream_import_rules.report import csv, html, sarif

__all__ = ["chromium", "clients"]

ROOT = Path(__file__).parents[1]

#: A file is named by whoever uploads it.
NAME = "a'\"><img src=x onerror=window.pwned=1>\x1b[31m\u202e=1+1`|`@a ::error::.jsonl"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of the command on files of several kinds, and one of findings that are hostile throughout."""
    folder = tmp_path_factory.mktemp("reports")
    files = folder / "files"
    files.mkdir()
    (files / NAME).write_bytes(b"\n".join(hostile.lines()))
    (files / "clean.jsonl").write_bytes((ROOT / "examples/import.jsonl").read_bytes())
    (files / "broken.jsonl").write_bytes((ROOT / "examples/broken.jsonl").read_bytes())
    runs = {"clean": ["clean.jsonl"], "broken": ["broken.jsonl"]}
    runs["several"] = [*sorted(path.name for path in files.iterdir()), "nowhere.jsonl"]
    for name, paths in runs.items():
        formats = [f"{format_}={folder / name}.{format_}" for format_ in ("html", "sarif", "csv", "json")]
        words = [word for format_ in formats for word in ("--format", format_)]
        command = [sys.executable, "-m", "stream_import_rules", "validate", *paths, *words]
        done = subprocess.run(command, cwd=files, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
        assert done.returncode in (0, 1, 2), done.stderr
        total = json.loads((folder / f"{name}.json").read_bytes())["total"]
        (folder / f"{name}.rows").write_text(str(total))
    _marked(files, folder)
    table = folder / "several.csv"  # its last two rows are of what could not be read
    table.write_bytes(b"\r\n".join(table.read_bytes().split(b"\r\n")[:-3]))
    worst = spoilt()
    (folder / "worst.html").write_bytes(html.render(worst))
    (folder / "worst.sarif").write_bytes(sarif.render(worst))
    rows = csv.Rows()
    (folder / "worst.csv").write_bytes(b"".join(rows.finding(found) for found in worst.report.findings))
    (folder / "worst.rows").write_text(str(len(worst.report.findings)))
    return folder


def _marked(files: Path, folder: Path) -> None:
    """Reports of a run with findings that are suppressed, known, new, and more than are known."""
    accepted = {"rule": "follow.*", "reason": "<script>window.pwned=1</script> =1+1 `|`"}
    over = {"rule": "user.duplicate", "reason": "over", "until": "2020-01-01"}
    (files / "policy.json").write_text(json.dumps({"policy": {"suppressions": [accepted, over]}}))
    place = {"file": "broken.jsonl", "instruction": "add_activities", "path": "/data/*/time"}
    entries = [
        {**place, "rule": "activity.time.no-offset", "count": 1},
        {**place, "rule": "activity.time.type", "count": 9},
    ]
    (files / "known.json").write_text(json.dumps({"version": 1, "rules": "feeds-v2", "findings": entries}))
    words = ["--format", f"sarif={folder / 'marked.sarif'}", "--format", f"html={folder / 'marked.html'}"]
    command = [sys.executable, "-m", "stream_import_rules", "validate", "broken.jsonl", "--app", "policy.json", *words]
    command += ["--baseline", "known.json"]
    done = subprocess.run(command, cwd=files, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr


@pytest.mark.usefixtures("clients")
def test_the_page_is_inert_and_usable_in_chromium(reports: Path, chromium: str) -> None:
    passes("report.test.mjs", REPORTS=str(reports), CHROMIUM=chromium)


@pytest.mark.usefixtures("clients")
def test_the_table_has_no_formula_in_a_spreadsheet(reports: Path) -> None:
    passes("sheet.test.mjs", REPORTS=str(reports))


@pytest.mark.usefixtures("clients")
def test_sarif_is_valid_by_its_schema(reports: Path) -> None:
    schema = json.loads((NODE / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json").read_bytes())
    check = jsonschema.Draft7Validator(schema)
    logs = sorted(reports.glob("*.sarif"))
    assert len(logs) == 5
    for path in logs:
        errors = list(check.iter_errors(json.loads(path.read_bytes())))
        assert errors == [], path.name
    (marked,) = json.loads((reports / "marked.sarif").read_bytes())["runs"]
    assert {result["baselineState"] for result in marked["results"]} == {"new", "unchanged"}
    assert {len(result["suppressions"]) for result in marked["results"]} == {0, 1}
    (empty,) = json.loads(sarif.render(outcome()))["runs"]
    assert empty["results"] == []
