"""The command and the Python API: what they print, what they return, how they end.

The checker is a stand-in here (a line is judged by the words in it), so that these tests say what the
command does with findings, whatever the rules are.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, NoReturn

import pytest
import report_schemas
from click.testing import CliRunner, Result
from clients import needs

import stream_import_rules as sir
from stream_import_rules import api, artefact, cli, model, native, read
from stream_import_rules.findings import Excerpt, Finding, Sink
from stream_import_rules.model import EVIDENCE, Rule, RuleSet, Severity, Source
from stream_import_rules.policy import Policy
from stream_import_rules.report.output import Output, OutputError
from stream_import_rules.validate import FileSummary

ROOT = Path(__file__).parent.parent

#: Rules that the stand-in reports, by the word that stands for them in a line.
WORDS = {"BAD": "follow.self", "WARN": "activity.time.precision", "NOTE": "activity.size-advice"}


def rule(rule_id: str, severity: Severity) -> Rule:
    return Rule(
        id=rule_id,
        severity=severity,
        kind="differ",
        summary=f"Summary of {rule_id}.",
        why="Because.",
        fix="Mend it.",
        since="1.0.0",
        sources=(Source(document="import", mark="D", quote="A Feed cannot follow itself"),),
        good=(model.Example(line={"data": ["user:tim"]}),),
        bad=(model.Example(line={"data": ["user:bob"]}, path="/data/0"),),
        defined_in="x.yaml:1",
        entity=rule_id.split(".")[0],
        place="/data/*",
    )


RULESET = RuleSet(
    name="feeds-v2",
    version="1.0.0",
    title="",
    summary="",
    url="",
    discriminator="instruction",
    payload="data",
    envelope=model.RecordValue(type_rule="", entity="envelope", fields=()),
    instructions=(
        model.Instruction(
            name="follow",
            title="",
            doc="",
            entity="follow",
            entry_doc="",
            line=model.RecordValue(type_rule="", entity="envelope", fields=()),
            base={},
            full={},
        ),
    ),
    framing=(),
    rules=(
        rule("activity.size-advice", "info"),
        rule("activity.time.precision", "warning"),
        rule("follow.self", "error"),
    ),
    documents={"import": "Importing Data"},
    type_docs={},
)


class StandIn:
    """Judges a line by the words in it: BAD, WARN, NOTE; STOP is Ctrl-C, PART leaves the file half judged."""

    def __init__(self, ruleset: RuleSet, policy: Policy, **_: object) -> None:
        self.policy = policy

    def check(self, stream: BinaryIO, file: str, sink: Sink) -> FileSummary:
        lines = size = 0
        complete = True
        read_ = ((c.first_line, c.lines or [b"\n"] * c.blank) for c in read.chunks(stream))
        for lines, line in ((first + i, line) for first, some in read_ for i, line in enumerate(some)):
            size += len(line)
            self._judge(line, sink, file, lines)
            if b"STOP" in line:
                stop = KeyboardInterrupt()
                stop.summary = self._summary(file, size, lines, False)  # type: ignore[attr-defined]
                raise stop
            complete = complete and b"PART" not in line
        return self._summary(file, size, lines, complete)

    def _summary(self, file: str, size: int, lines: int, complete: bool) -> FileSummary:
        entries, groups = {"follow": lines}, {"user": lines}
        return FileSummary(path=file, bytes=size, lines=lines, entries=entries, feed_groups=groups, complete=complete)

    def check_line(self, line: bytes, sink: Sink) -> None:
        self._judge(line, sink, None, None)

    def _judge(self, line: bytes, sink: Sink, file: str | None, number: int | None) -> None:
        for word, rule_id in WORDS.items():
            severity = self.policy.severity_of(rule_id)
            if word.encode() in line and severity and sink.count(rule_id, severity):
                text = line.decode().rstrip("\n")
                place: dict[str, Any] = {"file": file, "line": number, "column": 1}
                found = Finding(rule=rule_id, severity=severity, message=f"saw {word}", **place)
                sink.add(found, Excerpt(text, 0, len(word)))


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    api._line_checker.cache_clear()
    monkeypatch.setattr(artefact, "load", lambda name="feeds-v2": (RULESET, "f" * 64))
    monkeypatch.setattr(api, "make_checker", StandIn)
    monkeypatch.delenv("NO_COLOR", raising=False)
    yield
    api._line_checker.cache_clear()


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    """Run the command. Whatever JSON ``validate`` prints is held against its published schema."""
    result = CliRunner().invoke(cli.cli, [str(a) for a in arguments], input=stdin, prog_name="stream-import")
    if arguments[0] == "validate" and result.stdout.startswith("{"):
        report_schemas.check("report" if result.stdout.startswith("{\n") else "jsonl", result.stdout.encode())
    return result


def write(folder: Path, text: str, name: str = "export.jsonl") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


# --------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        ("fine\n", "error", 0),
        ("NOTE\n", "warning", 0),
        ("WARN\n", "error", 0),
        ("WARN\n", "warning", 1),
        ("BAD\n", "error", 1),
        ("BAD\n", "warning", 1),
        ("BAD\n", "never", 0),
        ("PART\n", "error", 1),
        ("PART\n", "never", 0),
    ],
)
@pytest.mark.parametrize("format_", ["text", "json", "jsonl"])
def test_the_exit_code_follows_fail_on(tmp_path: Path, text: str, fail_on: str, code: int, format_: str) -> None:
    result = run("validate", write(tmp_path, text), "--fail-on", fail_on, "--format", format_)
    assert result.exit_code == code, result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["validate", "x", "--fail-on", "sometimes"],
        ["validate", "x", "--max-samples", "-1"],
        ["validate", "x", "--severity", "follow.self"],
        ["validate", "x", "--severity", "follow.self=fatal"],
        ["validate", "x", "--format", "jsonl", "--max-samples", "3"],
        ["validate", "-", "-"],
        ["rules", "--entity", "nobody"],
        ["frobnicate"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_an_unknown_rule_is_exit_code_2_with_the_nearest_id(tmp_path: Path) -> None:
    result = run("validate", write(tmp_path, "x"), "--ignore", "folow.self")
    assert result.exit_code == 2
    assert "did you mean follow.self?" in result.stderr


# --------------------------------------------------------------------------- input


def test_a_missing_file_is_exit_code_2_and_no_report() -> None:
    result = run("validate", "nowhere.jsonl", "--format", "json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "nowhere.jsonl: No such file or directory" in result.stderr


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    result = run("validate", str(tmp_path))
    assert result.exit_code == 2
    assert "Is a directory" in result.stderr


def test_a_forbidden_file_is_exit_code_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: str) -> NoReturn:  # root may read everything, so the system can't be asked
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("stream_import_rules.api.open_input", forbidden)
    result = run("validate", write(tmp_path, "x"))
    assert result.exit_code == 2
    assert "Permission denied" in result.stderr


def test_a_compressed_file_is_unpacked_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl.gz"
    path.write_bytes(gzip.compress(b"fine\nBAD\n"))
    assert "export.jsonl.gz:2:1  saw BAD" in run("validate", str(path)).stdout
    assert "standard input:2:1  saw BAD" in run("validate", "-", stdin=path.read_bytes()).stdout


def test_without_the_package_that_unpacks_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    result = run("validate", "-", stdin=b"\x28\xb5\x2f\xfd rest")
    assert result.exit_code == 2
    assert "pip install zstandard" in result.stderr
    with pytest.raises(sir.InputError, match="pip install zstandard"):
        next(iter(sir.iter_findings(io.BytesIO(b"\x28\xb5\x2f\xfd rest"))))


def test_standard_input_is_read_and_called_so() -> None:
    result = run("validate", "-", stdin=b"fine\nBAD\n")
    assert result.exit_code == 1
    assert "standard input:2:1  saw BAD" in result.stdout
    assert json.loads(run("validate", "-", "--format", "json", stdin=b"BAD\n").stdout)["findings"][0]["file"] == "-"


def test_one_unreadable_file_does_not_keep_the_others_from_being_judged(tmp_path: Path) -> None:
    result = run("validate", "nowhere", write(tmp_path, "BAD\n"), "--format", "json")
    assert result.exit_code == 2
    report = json.loads(result.stdout)
    assert report["unread"] == [{"path": "nowhere", "reason": "No such file or directory"}]
    assert (report["complete"], report["counts"]) == (False, {"follow.self": 1})
    text = run("validate", "nowhere", write(tmp_path, "fine\n")).stdout
    assert "ONLY PART OF THE INPUT WAS JUDGED" in text
    assert "nowhere: could not be read: No such file or directory" in text


def test_hostile_file_names_are_harmless(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\n", "a\x1b[31m\u202eb.jsonl")
    result = run("validate", path, "no\x1b[31m")
    assert "\x1b" not in result.stdout + result.stderr
    assert "\u202e" not in result.stdout
    assert "a␛[31m\\u{202e}b.jsonl:1:1" in result.stdout


def test_several_files_have_their_own_figures_and_one_count(tmp_path: Path) -> None:
    paths = [write(tmp_path, "BAD\n" * n, f"{n}.jsonl") for n in (1, 2)]
    report = json.loads(run("validate", *paths, "--format", "json").stdout)
    assert [f["findings"]["error"] for f in report["files"]] == [1, 2]
    assert report["counts"] == {"follow.self": 3}


# --------------------------------------------------------------------------- policy


def test_rules_can_be_selected_ignored_and_regraded(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD WARN NOTE\n")

    def counts(*options: str) -> dict[str, str]:
        report = json.loads(run("validate", path, "--format", "json", *options).stdout)
        return dict(report["severities"])

    assert list(counts()) == ["follow.self", "activity.time.precision", "activity.size-advice"]
    assert list(counts("--select", "follow.*,activity.size-advice")) == ["follow.self", "activity.size-advice"]
    assert list(counts("--ignore", "follow.self", "--ignore", "activity.size-advice")) == ["activity.time.precision"]
    assert counts("--severity", "follow.*=info,activity.time.precision=error") == {
        "activity.time.precision": "error",
        "activity.size-advice": "info",
        "follow.self": "info",
    }


# --------------------------------------------------------------------------- output


def test_samples_are_cut_and_counts_are_not(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\n" * 500)
    report = json.loads(run("validate", path, "--format", "json", "--max-samples", "2").stdout)
    assert (report["counts"], report["shown"], report["total"]) == ({"follow.self": 500}, 2, 500)
    assert len(json.loads(run("validate", path, "--format", "json").stdout)["findings"]) == 100
    assert "… and 495 more" in run("validate", path).stdout


def test_jsonl_has_every_finding_and_the_summary_last(tmp_path: Path) -> None:
    lines = run("validate", write(tmp_path, "BAD\n" * 500), "--format", "jsonl").stdout.splitlines()
    assert len(lines) == 501
    assert json.loads(lines[0])["type"] == "finding"
    assert json.loads(lines[-1])["type"] == "summary"
    assert json.loads(lines[-1])["total"] == 500


def test_an_output_file_holds_the_whole_report_and_nothing_else_is_left(tmp_path: Path) -> None:
    path, target = write(tmp_path, "BAD\n"), tmp_path / "report.json"
    target.write_text("old")
    result = run("validate", path, "--format", "json", "-o", str(target))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "1 error, 0 warnings" in result.stderr
    assert json.loads(target.read_text())["verdict"] == "errors"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export.jsonl", "report.json"]


def test_an_output_file_is_not_touched_if_nothing_was_judged(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    assert run("validate", "nowhere", "-o", str(target)).exit_code == 2
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize("target", ["", "no/such/folder/report.json"])
def test_an_output_that_cannot_be_written_is_exit_code_2(tmp_path: Path, target: str) -> None:
    result = run("validate", write(tmp_path, "fine\n"), "-o", str(tmp_path / target))
    assert result.exit_code == 2
    assert "cannot write to" in result.stderr


def test_an_output_never_overwrites_an_input(tmp_path: Path) -> None:
    path = write(tmp_path, "fine\n")
    assert run("validate", path, "-o", path).exit_code == 2
    assert Path(path).read_text() == "fine\n"


def test_an_output_keeps_the_link_that_it_is_given(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    link.symlink_to(real)
    with Output(str(link)) as out:
        out.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_an_output_is_removed_when_something_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with Output(str(tmp_path / "x")) as out:
            out.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


@needs(Path("/dev/full").exists(), "no /dev/full here")
def test_a_full_disk_is_told_in_a_sentence() -> None:
    with pytest.raises(OutputError, match="No space left"), Output("/dev/full") as out:
        out.write(b"x" * 100_000)


def test_colour_is_for_terminals_or_on_demand(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\n")
    assert "\x1b[" not in run("validate", path).stdout
    assert "\x1b[" in run("validate", path, "--color", "always").stdout


# --------------------------------------------------------------------------- interrupted, closed


@pytest.mark.parametrize("format_", ["text", "json", "jsonl"])
def test_an_interrupted_run_prints_what_was_found_and_ends_with_130(tmp_path: Path, format_: str) -> None:
    result = run("validate", write(tmp_path, "BAD\nSTOP\nBAD\n"), "--format", format_)
    assert result.exit_code == 130
    assert "follow.self" in result.stdout
    if format_ == "text":
        assert "ONLY PART" in result.stdout
        assert "The run was interrupted." in result.stdout
    else:
        last = json.loads(result.stdout if format_ == "json" else result.stdout.splitlines()[-1])
        assert (last["complete"], last["interrupted"]) == (False, True)
        assert [(f["lines"], f["complete"]) for f in last["files"]] == [(2, False)]


def test_a_closed_pipe_gives_no_traceback(tmp_path: Path) -> None:
    """With the real interpreter and a real pipe; ``rules`` needs no checker."""
    code = (
        "import sys; sys.path[:0] = [{root!r}, {tests!r}]\n"
        "import test_cli as t\n"
        "from stream_import_rules import api, artefact, cli\n"
        "artefact.load = lambda name='': (t.RULESET, 'f'); api.make_checker = t.StandIn\n"
        "cli.cli({arguments!r}, prog_name='stream-import')\n"
    )
    path = write(tmp_path, "BAD\n" * 20_000)
    for arguments in (["validate", path, "--format", "jsonl"], ["validate", path], ["rules"]):
        script = code.format(root=str(ROOT), tests=str(Path(__file__).parent), arguments=arguments)
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        if arguments[-1] == "jsonl":
            process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()
        process.stderr.close()
        assert process.wait(20) == (0 if arguments == ["rules"] else 1)
        assert errors == ""


# --------------------------------------------------------------------------- the other commands


def test_version_shows_program_rules_and_fingerprint() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"stream-import {sir.__version__}",
        f"rules feeds-v2 1.0.0, fingerprint {'f' * 64}",
        "engine native" if native.is_there() else "engine portable (the native one was not compiled here)",
    ]


def test_explain_shows_one_rule_or_all_that_fit() -> None:
    assert "Summary of follow.self." in run("explain", "follow.self").stdout
    both = run("explain", "activity.*").stdout
    assert "activity.size-advice" in both
    assert "activity.time.precision" in both
    unknown = run("explain", "follow.selv")
    assert unknown.exit_code == 2
    assert "did you mean follow.self?" in unknown.stderr


def test_explain_as_json_says_in_words_how_sure_we_are() -> None:
    data = json.loads(run("explain", "follow.self", "--format", "json").stdout)
    assert data["ruleset"]["version"] == "1.0.0"
    (found,) = data["rules"]
    assert found["sources"] == [
        {
            "document": "Importing Data",
            "quote": "A Feed cannot follow itself",
            "evidence": EVIDENCE["D"],
        }
    ]
    assert found["bad"][0]["line"] == {"data": ["user:bob"]}


def test_rules_can_be_filtered() -> None:
    def ids(*options: str) -> list[str]:
        return [r["id"] for r in json.loads(run("rules", "--format", "json", *options).stdout)["rules"]]

    assert ids() == ["activity.size-advice", "activity.time.precision", "follow.self"]
    assert ids("--severity", "error") == ["follow.self"]
    assert ids("--entity", "activity", "--severity", "warning") == ["activity.time.precision"]
    assert "follow.self" in run("rules").stdout


def test_schema_lists_prints_and_writes(tmp_path: Path, artefacts: Path) -> None:
    assert run("schema").stdout.split() == ["feeds-v2.a.schema.json", "feeds-v2.b.schema.json"]
    assert run("schema", "feeds-v2.a.schema.json").stdout == "{}\n"
    assert run("schema", "a").stdout == run("schema", "feeds-v2.a.schema").stdout == "{}\n"
    assert run("schema", "b", "-o", str(tmp_path / "out.json")).exit_code == 0
    assert (tmp_path / "out.json").read_text() == "[]\n"
    unknown = run("schema", "../ruleset.json")
    assert unknown.exit_code == 2
    assert "no schema" in unknown.stderr


def test_a_broken_installation_is_a_sentence_with_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(name: str = "") -> None:
        raise artefact.ArtefactError("ruleset.json is missing. Run `python -m generators build`.")

    monkeypatch.setattr(artefact, "load", broken)
    for arguments in (["validate", write(tmp_path, "x")], ["rules"], ["--version"]):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "python -m generators build" in result.stderr
        assert "Traceback" not in result.stderr


# --------------------------------------------------------------------------- artefacts


@pytest.fixture
def artefacts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An installation of its own, in a folder that tests may damage."""
    import hashlib

    monkeypatch.undo()
    root = tmp_path / "installed"
    folder = root / "generated" / "feeds_v2"
    (folder / "schemas").mkdir(parents=True)
    (folder / "schemas" / "feeds-v2.a.schema.json").write_text("{}\n")
    (folder / "schemas" / "feeds-v2.b.schema.json").write_text("[]\n")
    data = model.to_json(RULESET)
    (folder / "ruleset.json").write_bytes(data)
    monkeypatch.setattr(artefact, "files", lambda package: root)
    code = ModuleType("stream_import_rules.generated.feeds_v2")
    code.FINGERPRINT = hashlib.sha256(data).hexdigest()  # type: ignore[attr-defined]
    parent = ModuleType("stream_import_rules.generated")
    parent.__path__ = []
    monkeypatch.setitem(sys.modules, "stream_import_rules.generated", parent)
    monkeypatch.setitem(sys.modules, "stream_import_rules.generated.feeds_v2", code)
    artefact.load.cache_clear()
    return folder


def test_the_rule_set_is_loaded_with_its_fingerprint_once(artefacts: Path) -> None:
    ruleset, fingerprint = artefact.load()
    assert ruleset == RULESET
    assert len(fingerprint) == 64
    assert artefact.load()[0] is ruleset
    artefact.load.cache_clear()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / "ruleset.json").unlink(), "cannot be read"),
        (lambda f: (f / "ruleset.json").write_bytes(b""), "is empty"),
        (lambda f: (f / "ruleset.json").write_bytes(b"{}\n"), "has the fingerprint"),
        (lambda f: (f / "ruleset.json").write_bytes(model.to_json(RULESET) + b"\n"), "has the fingerprint"),
        (lambda f: sys.modules.pop("stream_import_rules.generated.feeds_v2"), "cannot be imported"),
        (lambda f: vars(sys.modules["stream_import_rules.generated.feeds_v2"]).pop("FINGERPRINT"), "FINGERPRINT"),
    ],
)
def test_a_damaged_or_stale_rule_set_is_a_hard_error_that_says_how_to_mend_it(
    artefacts: Path, damage: Any, says: str
) -> None:
    damage(artefacts)
    with pytest.raises(artefact.ArtefactError, match=says) as caught:
        artefact.load()
    assert "python -m generators build" in str(caught.value)
    assert "pip install" in str(caught.value)


def test_missing_schemas_are_a_hard_error(artefacts: Path) -> None:
    for item in (artefacts / "schemas").iterdir():
        item.unlink()
    with pytest.raises(artefact.ArtefactError, match="no JSON Schema"):
        artefact.schema_names()
    (artefacts / "schemas").rmdir()
    with pytest.raises(artefact.ArtefactError, match="schemas is missing"):
        artefact.schema_names()


# --------------------------------------------------------------------------- Python


def test_validate_file_gives_a_report(tmp_path: Path) -> None:
    report = sir.validate_file(tmp_path / Path(write(tmp_path, "BAD\n" * 3)).name, max_samples=1)
    assert isinstance(report, sir.Report)
    assert (report.ok, report.verdict, report.counts) == (False, "errors", {"follow.self": 3})
    assert [f.line for f in report.findings] == [1]


def test_validate_file_takes_the_policy(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD WARN\n")
    assert sir.validate_file(path, ignore="follow.self").ok
    assert sir.validate_file(path, select=["activity.*"]).counts == {"activity.time.precision": 1}
    assert sir.validate_file(path, severity={"follow.self": "warning"}).verdict == "warnings"
    with pytest.raises(sir.UnknownRule):
        sir.validate_file(path, ignore=["nothing"])
    with pytest.raises(ValueError, match="no severity 'fatal'"):
        sir.validate_file(path, severity={"follow.self": "fatal"})  # type: ignore[dict-item]


def test_validate_file_raises_what_keeps_it_from_judging(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sir.validate_file("nowhere")
    with pytest.raises(IsADirectoryError):
        sir.validate_file(tmp_path)


def test_iter_findings_takes_a_path_or_a_stream(tmp_path: Path) -> None:
    path = write(tmp_path, "BAD\nfine\nWARN\n")
    expected = [("follow.self", 1), ("activity.time.precision", 3)]
    assert [(f.rule, f.line) for f in sir.iter_findings(path)] == expected
    with open(path, "rb") as stream:
        assert [(f.rule, f.line) for f in sir.iter_findings(stream)] == expected
        assert not stream.closed
    assert [(f.rule, f.line) for f in sir.iter_findings(io.BytesIO(b"BAD\n"))] == expected[:1]


def test_iter_findings_wants_bytes() -> None:
    with pytest.raises(TypeError, match="mode 'rb'"):
        sir.iter_findings(io.StringIO("BAD"))  # type: ignore[arg-type]


class Endless(io.RawIOBase):
    """A stream of bad lines without an end, which counts them."""

    given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.given += 1
        return b"BAD\n"


def test_iter_findings_is_lazy_and_stops_reading_when_it_is_dropped() -> None:
    stream = Endless()
    findings = sir.iter_findings(stream)  # type: ignore[arg-type]
    assert stream.given == 0, "nothing is read before the first finding is asked for"
    assert [next(findings).line for _ in range(3)] == [1, 2, 3]
    findings.close()  # type: ignore[attr-defined]
    given = stream.given
    assert given < 1000
    assert not any(thread.name == "stream-import" for thread in threading.enumerate())


def test_iter_findings_raises_what_the_checker_raises(tmp_path: Path) -> None:
    findings = sir.iter_findings(io.BytesIO(b"BAD\n\xff BAD\n"))
    assert next(findings).line == 1
    with pytest.raises(UnicodeDecodeError):
        next(findings)
    with pytest.raises(FileNotFoundError):
        next(sir.iter_findings("nowhere"))


def test_validate_line_takes_bytes_text_and_values() -> None:
    for line in (b'{"a": "BAD"}', '{"a": "BAD"}\n', {"a": "BAD"}, {"a": ["é", "\ud800", 1.5, None, ("BAD",)]}):
        assert [f.rule for f in sir.validate_line(line)] == ["follow.self"]
    assert sir.validate_line({"a": "BAD"}, ignore=["follow.*"]) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"data": [{"time": datetime(2023, 5, 1, tzinfo=UTC)}]}, r"/data/0/time is a datetime.*isoformat"),
        ({"data": {1, 2}}, "/data is a set"),
        ({"data": {("a",): 1}}, "a key of /data is a tuple"),
        ({"data": b"x"}, "/data is a bytes"),
        (17, "not int"),
        ([], "not list"),
    ],
)
def test_validate_line_names_what_json_cannot_hold(line: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        sir.validate_line(line)


def test_validate_line_refuses_a_value_that_holds_itself() -> None:
    line: dict[str, Any] = {}
    line["self"] = line
    with pytest.raises(TypeError, match="cannot be written as JSON"):
        sir.validate_line(line)


def test_importing_the_package_imports_nothing_else() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "before = set(sys.modules)\n"
        "import stream_import_rules\n"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}\n"
        "print(new - {'stream_import_rules', '__future__', 'typing', 'collections', 're', 'functools', 'contextlib'})\n"
        "import stream_import_rules.cli\n"
        "print('rich' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = done.stdout.split("\n")
    heavy = {"msgspec", "click", "rich", "importlib", "json", "duckdb", "pyarrow"}
    assert not heavy & set(lines[0].strip("{}").replace("'", "").split(", "))
    assert lines[1] == "False"


def test_every_public_name_is_there() -> None:
    for name in sir.__all__:
        assert getattr(sir, name) is not None
        assert name in dir(sir)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sir.nothing


# --------------------------------------------------------------------------- terminals


def test_on_a_terminal_there_is_colour_unless_no_color_is_set(tmp_path: Path) -> None:
    """Through a real pseudo-terminal."""
    import pty

    path = write(tmp_path, "BAD\n")
    script = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]\n"
        "import test_cli as t\n"
        "from stream_import_rules import api, artefact, cli\n"
        "artefact.load = lambda name='': (t.RULESET, 'f'); api.make_checker = t.StandIn\n"
        f"cli.cli(['validate', {path!r}], prog_name='stream-import')\n"
    )

    def seen(**extra: str) -> bytes:
        main, secondary = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "90", **extra}
        with subprocess.Popen([sys.executable, "-c", script], stdout=secondary, env=environment) as process:
            os.close(secondary)
            shown = b""
            while True:
                try:
                    part = os.read(main, 65536)
                except OSError:
                    break
                if not part:
                    break
                shown += part
            process.wait(20)
        os.close(main)
        return shown

    assert b"\x1b[1;31m" in seen()
    assert b"\x1b" not in seen(NO_COLOR="1")
    assert b"\x1b" not in seen(TERM="dumb")


# --------------------------------------------------------------------------- the real thing

CLEAN = b'{"instruction":"follow","feedId":"user:bob","data":["user:alice"]}\n'
BROKEN = b'{"instruction":"follow","feedId":"user:bob","data":["user:bob"]}\n'


def command(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "stream_import_rules", *arguments]
    return subprocess.Popen(
        words,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )


def test_the_command_judges_real_input() -> None:
    with command("validate", "-") as process:
        output, errors = process.communicate(CLEAN)
    assert (process.returncode, errors) == (0, b"")
    assert "✓ Ready to upload. No error and no warning in 1 line, 1 entry." in output.decode()
    with command("validate", "-") as process:
        output, errors = process.communicate(BROKEN)
    assert (process.returncode, errors) == (1, b"")
    assert "standard input:1:53  " in output.decode()
    assert "follow.self" in output.decode()


def test_ctrl_c_prints_what_was_found_until_then() -> None:
    with command("validate", "-", "--format", "jsonl") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # More than is read at once, then a pipe that stays open: the command waits for the rest.
        process.stdin.write(BROKEN + CLEAN.replace(b"alice", b"alice" * 50) * 1200)
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    assert first["rule"] == "follow.self"
    assert process.returncode == 130
    summary = json.loads(output.splitlines()[-1])
    assert (summary["type"], summary["complete"], summary["interrupted"]) == ("summary", False, True)
    assert summary["total"] >= 1
    assert b"Traceback" not in errors


def test_the_installed_rules_can_all_be_listed_and_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    artefact.load.cache_clear()
    ruleset, fingerprint = artefact.load()
    assert fingerprint in run("--version").stdout
    listed = run("rules").stdout
    assert run("explain", "*").exit_code == 0
    for rule in ruleset.rules:
        assert rule.id in listed
        assert "Sources" in run("explain", rule.id).stdout
    assert json.loads(run("schema", "line.strict").stdout)["$id"].endswith("feeds-v2.line.strict.schema.json")


def test_the_functions_judge_real_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    artefact.load.cache_clear()
    found = [(f.rule, f.path) for f in sir.validate_line({"instruction": "follow"})]
    assert found == [("envelope.data.required", "/data"), ("follow.feedId.required", "/feedId")]
    found_in_all = [f.rule for f in sir.iter_findings(io.BytesIO(BROKEN + CLEAN + BROKEN))]
    assert found_in_all == ["follow.self", "follow.self", "follow.duplicate"]
