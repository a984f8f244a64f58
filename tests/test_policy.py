"""Which rules count in a run and by what it fails: options over the section of the configuration over the rules."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from report_schemas import check

import stream_import_rules as sir
from stream_import_rules import artefact, cli
from stream_import_rules.policy import Policy, UnknownRule
from stream_import_rules.run_policy import run_policy
from stream_import_rules.suppressions import Settings

RULESET = artefact.load()[0]
#: An error, a warning and an advice.
SELF = '{"instruction":"follow","feedId":"timeline:bob","data":["timeline:bob"]}\n'
BLANK = "\n"
EARLY = (
    '{"instruction":"follow","feedId":"timeline:bob","data":["user:alice"]}\n'
    '{"instruction":"add_activities","feedId":"user:alice","data":[{"actor":"SU:alice","verb":"post","object":"post:1",'
    '"foreign_id":"post:1","time":"2023-05-01T09:30:00Z"}]}\n'
)
CLEAN = '{"instruction":"follow","feedId":"timeline:bob","data":["user:alice"]}\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()  # nothing is looked for above
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, ["validate", "x.jsonl", *arguments], prog_name="stream-import")


def report(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    check("report", result.stdout_bytes)
    made: dict[str, Any] = json.loads(result.stdout)
    assert made["policy"]["failed"] == (result.exit_code == 1)
    return made


def settings(**about: Any) -> Settings:
    return Settings(**about)


# --------------------------------------------------------------------------- layers


@dataclass(frozen=True)
class Layers:
    """What a file and a run say of some rules, and what is left of these."""

    file: dict[str, Any]
    run: dict[str, Any]
    left: dict[str, str]


LAYERS = {
    "nothing is said": Layers({}, {}, {"follow.self": "error", "line.blank": "warning"}),
    "the file selects": Layers({"select": ("line.*",)}, {}, {"line.blank": "warning"}),
    "the run selects what the file does not": Layers(
        {"select": ("line.*",)}, {"select": ["follow.self"]}, {"follow.self": "error"}
    ),
    "the run selects what the file ignores": Layers(
        {"ignore": ("follow.self",)}, {"select": ["follow.self"]}, {"follow.self": "error"}
    ),
    "both ignore": Layers({"ignore": ("follow.self",)}, {"ignore": ["line.blank"]}, {}),
    "ignoring wins over selecting in one place": Layers(
        {}, {"select": ["follow.*", "line.*"], "ignore": ["follow.self"]}, {"line.blank": "warning"}
    ),
    "severities of the file stay in what the run selects": Layers(
        {"severity": {"follow.*": "info"}}, {"select": ["follow.self"]}, {"follow.self": "info"}
    ),
    "the run's severity wins": Layers(
        {"severity": {"*": "info"}},
        {"severity": {"follow.self": "warning"}},
        {"follow.self": "warning", "line.blank": "info"},
    ),
    "of several severities the last that fits holds": Layers(
        {},
        {"severity": {"*": "info", "line.blank": "error"}},
        {"follow.self": "info", "line.blank": "error"},
    ),
    "a severity turns nothing on": Layers(
        {"ignore": ("follow.self",)}, {"severity": {"*": "error"}}, {"line.blank": "error"}
    ),
}


@pytest.mark.parametrize("what", LAYERS)
def test_what_a_run_says_lies_over_what_the_file_says(what: str) -> None:
    layers = LAYERS[what]
    levels = run_policy(RULESET, settings(**layers.file), **layers.run).rules.levels
    assert {rule: levels[rule] for rule in ("follow.self", "line.blank") if rule in levels} == layers.left


def test_a_rule_that_is_off_is_switched_on_by_its_name_alone() -> None:
    assert "activity.size-advice" not in Policy(RULESET, severity={"activity.size-advice": "error"}).active
    assert Policy(RULESET, select=["activity.size-advice"]).levels == {"activity.size-advice": "info"}


def test_a_run_without_any_rule_is_a_mistake() -> None:
    with pytest.raises(UnknownRule, match="no rule is left"):
        run_policy(RULESET, select=["follow.self"], ignore=["follow.*"])


@pytest.mark.parametrize("option", ["--select", "--ignore", "--severity"])
def test_an_unknown_rule_is_a_mistake_with_a_suggestion(option: str, here: Path) -> None:
    (here / "x.jsonl").write_text(CLEAN)
    result = run(option, "follow.slef" + ("=info" if option == "--severity" else ""))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("stream-import: no rule 'follow.slef'; did you mean follow.self")


def test_an_endless_rule_is_told_in_short() -> None:
    with pytest.raises(UnknownRule) as caught:
        Policy(RULESET, select=["x" * 100_000])
    assert len(str(caught.value)) < 200


def test_a_former_id_stands_for_the_rule() -> None:
    rules = tuple(replace(r, aliases=("follow.itself",)) if r.id == "follow.self" else r for r in RULESET.rules)
    changed = replace(RULESET, rules=rules)
    assert Policy(changed, select=["follow.itself"]).levels == {"follow.self": "error"}
    assert Policy(changed, severity={"follow.itself": "info"}).severity_of("follow.self") == "info"


# --------------------------------------------------------------------------- by what a run fails

FAILS = [
    (SELF, [], 1),
    (BLANK + CLEAN, [], 0),
    (EARLY, [], 0),
    (CLEAN, ["--strict"], 0),
    (BLANK + CLEAN, ["--strict"], 1),
    (EARLY, ["--strict"], 1),
    (BLANK + CLEAN, ["--fail-on", "warning"], 1),
    (EARLY, ["--fail-on", "warning"], 0),
    (EARLY, ["--fail-on", "info"], 1),
    (SELF, ["--fail-on", "never"], 0),
]


@pytest.mark.parametrize(("text", "options", "code"), FAILS)
def test_a_run_fails_by_its_least_severity(text: str, options: list[str], code: int, here: Path) -> None:
    (here / "x.jsonl").write_text(text)
    assert run(*options).exit_code == code
    assert report(*options)["policy"].get("strict", False) == ("--strict" in options)


def test_what_fails_without_an_error_says_why(here: Path) -> None:
    (here / "x.jsonl").write_text(BLANK + CLEAN)
    said = "The run fails all the same: warnings fail it too (--strict)."
    for name in ("text", "markdown", "html"):
        told = re.sub("`|</?code>", "", run("--strict", "--format", name).stdout)
        assert said in " ".join(told.split())
        assert "all the same" not in run("--format", name).stdout
    (here / "x.jsonl").write_text(EARLY)
    assert "notes fail it too (--fail-on info)" in " ".join(run("--fail-on", "info").stdout.replace("`", "").split())
    junit = run("--strict", "--format", "junit").stdout
    assert '<failure type="info"' in junit
    assert 'failures="1"' in junit
    assert "<failure" not in run("--format", "junit").stdout


def test_strict_and_fail_on_exclude_each_other_and_the_run_wins_over_the_file(here: Path) -> None:
    (here / "x.jsonl").write_text(EARLY)
    result = run("--strict", "--fail-on", "error")
    assert (result.exit_code, "exclude each other" in result.stderr) == (2, True)
    (here / "stream-import.yaml").write_text("policy: {strict: true}")
    assert [run().exit_code, run("--fail-on", "error").exit_code, run("--no-app").exit_code] == [1, 0, 0]
    (here / "stream-import.yaml").write_text("policy: {fail_on: info}")
    assert [run().exit_code, run("--fail-on", "warning").exit_code] == [1, 0]
    assert report()["policy"]["path"] == "stream-import.yaml"
    (here / "stream-import.yaml").write_text("policy:\n  strict: true\n  fail_on: info\n")
    assert run().stderr.splitlines()[:2] == [
        "stream-import.yaml:3: `strict` and `fail_on` exclude each other",
        "    expected: one of the two",
    ]


def test_the_section_of_a_file_holds(here: Path) -> None:
    (here / "x.jsonl").write_text(BLANK + SELF)
    (here / "stream-import.yaml").write_text("policy: {ignore: [line.blank], severity: {follow.self: warning}}")
    assert report()["severities"] == {"follow.self": "warning"}
    assert report("--select", "line.*")["severities"] == {"line.blank": "warning"}
    assert report("--ignore", "follow.target-*", "--severity", "follow.self=error")["totals"]["error"] == 1


# --------------------------------------------------------------------------- mistakes in the section

MISTAKES = {
    "an unknown rule": (
        "policy:\n  ignore:\n    - line.blank\n    - follow.slef\n",
        "app.yaml:4: no rule 'follow.slef'; did you mean follow.self",
    ),
    "an unknown rule whose severity is changed": (
        "policy:\n  severity:\n    x.y: info\n",
        "app.yaml:3: no rule 'x.y'",
    ),
    "an unknown severity": (
        "policy:\n  severity:\n    follow.self: fatal\n",
        'app.yaml:3: `follow.self` of `severity` is "fatal"',
    ),
    "a misspelt member": ("policy:\n  supressions: []\n", "app.yaml:2: unknown key `supressions` in `policy`"),
    "a member twice": (
        "policy:\n  strict: true\n  strict: false\n",
        "app.yaml:3: the key `strict` stands in line 2 too",
    ),
    "an alias of YAML": ("policy:\n  select: &a [line.blank]\n  ignore: *a\n", "app.yaml:3: a YAML alias"),
    "a text for a list": ("policy:\n  select: line.blank\n", 'app.yaml:2: `select` of `policy` is "line.blank"'),
    "a number for a truth": ("policy:\n  strict: 1\n", "app.yaml:2: `strict` of `policy` is 1"),
    "nothing": ("policy:\n", "app.yaml:1: `policy` is null"),
    "no reason": (
        "policy:\n  suppressions:\n    - rule: follow.self\n",
        "app.yaml:3: `reason` is missing in item 1 of `suppressions`",
    ),
    "an empty reason": (
        "policy:\n  suppressions:\n    - rule: follow.self\n      reason: ' '\n",
        'app.yaml:4: `reason` of `suppressions` is " "',
    ),
    "a rule that is none, suppressed": (
        "policy:\n  suppressions:\n    - reason: x\n      rule: follow.slef\n",
        "app.yaml:4: no rule 'follow.slef'; did you mean follow.self",
    ),
    "no day": (
        "policy:\n  suppressions:\n    - rule: follow.self\n      reason: x\n      until: soon\n",
        'app.yaml:5: `until` of `suppressions` is "soon"',
    ),
    "a day that no calendar has": (
        "policy:\n  suppressions:\n    - rule: follow.self\n      reason: x\n      until: 2025-02-30\n",
        "app.yaml:5: 2025-02-30 is no day",
    ),
    "an index": (
        "policy:\n  suppressions:\n    - rule: follow.self\n      reason: x\n      path: /data/0\n",
        "app.yaml:5: `path` is /data/0: the index of an item says nothing that lasts",
    ),
    "no pointer": (
        "policy:\n  suppressions:\n    - rule: follow.self\n      reason: x\n      path: data\n",
        'app.yaml:5: `path` of `suppressions` is "data"',
    ),
    "an unknown instruction": (
        "policy:\n  suppressions:\n    - rule: follow.self\n      reason: x\n      instruction: unfollow\n",
        'app.yaml:5: `instruction` of `suppressions` is "unfollow"',
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_with_its_line(what: str, here: Path) -> None:
    text, expected = MISTAKES[what]
    (here / "app.yaml").write_text(text)
    (here / "x.jsonl").write_text(CLEAN)
    with pytest.raises(sir.AppError) as caught:
        sir.load_app("app.yaml")
    assert str(caught.value).startswith(expected)
    result = run("--app", "app.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(expected)


def test_all_mistakes_are_told_at_once(here: Path) -> None:
    (here / "app.yaml").write_text(
        "policy:\n  select: [a.b]\n  ignore: [c.d]\n  suppressions: [{rule: e.f, reason: x}]\n"
    )
    with pytest.raises(sir.AppError) as caught:
        sir.load_app("app.yaml")
    assert [mistake.line for mistake in caught.value.mistakes] == [2, 3, 4]


# --------------------------------------------------------------------------- Python


def test_the_functions_take_a_policy_as_a_mapping(here: Path) -> None:
    (here / "x.jsonl").write_text(SELF)
    assert sir.validate_file("x.jsonl", policy={"severity": {"follow.self": "info"}}).counts == {"follow.self": 1}
    accepted = {"suppressions": [{"rule": "follow.self", "reason": "they do", "until": "2099-12-31"}]}
    report = sir.validate_file("x.jsonl", policy=accepted)
    assert (report.verdict, report.counts, report.policy.suppressed) == ("ok", {}, {"follow.self": 1})
    assert [f.suppressed for f in report.set_aside] == ["they do"]
    assert [f.suppressed for f in sir.iter_findings("x.jsonl", policy=accepted)] == ["they do"]
    assert [f.suppressed for f in sir.validate_line(SELF, policy=accepted)] == ["they do"]
    assert [f.suppressed for f in sir.validate_line(SELF)] == [None]
    assert sir.validate_file("x.jsonl", policy={"strict": True}).policy.failed


def test_a_policy_stands_in_the_place_of_that_of_the_configuration(here: Path) -> None:
    (here / "x.jsonl").write_text(SELF)
    (here / "app.yaml").write_text("policy: {ignore: [follow.self]}")
    assert sir.validate_file("x.jsonl", app="app.yaml").counts == {}
    assert sir.validate_file("x.jsonl", app="app.yaml", policy={}).counts == {"follow.self": 1}
    assert sir.validate_file("x.jsonl", app="app.yaml", select=["follow.self"]).counts == {"follow.self": 1}


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"select": ["x.y"]}, "no rule 'x.y'"),
        ({"supress": []}, "unknown key `supress`"),
        ({"strict": 1}, "`strict` of `policy` is 1"),
        ({"suppressions": [{"rule": "follow.self"}]}, "`reason` is missing"),
    ],
)
def test_a_mapping_that_is_no_policy_is_refused(policy: dict[str, Any], told: str) -> None:
    with pytest.raises(sir.AppError, match=told):
        sir.validate_line(SELF, policy=policy)
    with pytest.raises(TypeError, match="what JSON can hold"):
        sir.validate_line(SELF, policy={"suppressions": {date(2025, 1, 1)}})
