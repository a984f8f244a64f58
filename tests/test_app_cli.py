"""The configuration of an app on the command line: options, where it is found, ``app init``."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import stream_import_rules as sir
from stream_import_rules import app_init, artefact, cli

ROOT = Path(__file__).parents[1]
RULESET = artefact.load()[0]
FOLLOW = '{"instruction":"follow","feedId":"timeline:bob","data":["user:alice","timeline:carol"]}\n'
CONFIG = "feed_groups: {user: flat, timeline: aggregated}\n"


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.cli, [*map(str, arguments)], input=stdin, prog_name="stream-import")


@pytest.fixture(autouse=True)
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / ".git").mkdir()  # nothing is looked for above
    (folder / "export.jsonl").write_text(FOLLOW)
    monkeypatch.chdir(folder)
    return folder


def report(*arguments: object) -> dict[str, Any]:
    result = run("validate", *arguments, "--format", "json")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_configuration_that_is_named_is_used(beside: Path) -> None:
    (beside / "app.yaml").write_text(CONFIG)
    found = report("export.jsonl", "--app", "app.yaml")
    assert found["counts"] == {"follow.target-type": 1}
    assert found["app"] == {"path": "app.yaml", "feed_groups": True}
    assert run("validate", "export.jsonl", "--app", "app.yaml").exit_code == 1
    assert "app" not in report("export.jsonl")
    assert run("validate", "export.jsonl").exit_code == 0


def test_one_that_is_found_is_used_and_shown_unless_nobody_wants_it(beside: Path) -> None:
    (beside / "stream-import.yaml").write_text(CONFIG)
    (beside / "data").mkdir()
    (beside / "data/export.jsonl").write_text(FOLLOW)
    for arguments in (["export.jsonl"], ["data/export.jsonl"], ["export.jsonl", "data/export.jsonl"]):
        assert set(report(*arguments)["counts"]) == {"follow.target-type"}
    assert re.search(r"^  App +stream-import\.yaml$", run("validate", "export.jsonl").stdout, re.MULTILINE)
    assert run("validate", "-", stdin=FOLLOW.encode()).exit_code == 1
    assert report("export.jsonl", "--no-app")["counts"] == {}
    (beside / "other.yaml").write_text("{}")
    assert report("export.jsonl", "--app", "other.yaml")["counts"] == {}


def test_files_of_different_apps_are_not_mixed(beside: Path) -> None:
    (beside / "data").mkdir()
    (beside / "data/export.jsonl").write_text(FOLLOW)
    (beside / "data/stream-import.yaml").write_text(CONFIG)
    result = run("validate", "export.jsonl", "data/export.jsonl")
    assert result.exit_code == 2
    assert "the files have different configurations (data/stream-import.yaml, none)" in " ".join(result.stderr.split())
    assert run("validate", "export.jsonl", "data/export.jsonl", "--no-app").exit_code == 0
    result = run("validate", "export.jsonl", "--app", "x.yaml", "--no-app")
    assert (result.exit_code, "exclude each other" in result.stderr) == (2, True)


def test_a_configuration_that_cannot_be_used_ends_the_run(beside: Path) -> None:
    (beside / "app.yaml").write_text("feed_groups:\n  user: flatt\nkinds: [\x7f]\n")
    (beside / "report.txt").write_text("old")
    result = run("validate", "export.jsonl", "--app", "app.yaml", "-o", "report.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert (beside / "report.txt").read_text() == "old"
    (beside / "app.yaml").write_text("feed_groups:\n  user: flatt\nkinds: []\n")
    assert run("validate", "export.jsonl", "--app", "app.yaml").stderr.splitlines() == [
        'app.yaml:2: `user` of `feed_groups` is "flatt"',
        "    expected: perhaps flat; one of flat, aggregated, notification, confirm",
        "app.yaml:3: unknown key `kinds` in this file",
        "    expected: one of feed_groups, reaction_kinds, collections, outside, existing_ids, schemas, policy",
        "stream-import: the configuration of the app cannot be used; nothing was judged",
    ]
    assert run("validate", "export.jsonl", "--app", "none.yaml").stderr.startswith("none.yaml: there is no such file\n")
    (beside / "stream-import.yaml").write_text("[]")
    assert run("validate", "export.jsonl").exit_code == 2


def test_what_is_still_to_confirm_is_said_loudly(beside: Path) -> None:
    (beside / "app.yaml").write_text("feed_groups: {user: confirm, timeline: aggregated, x: confirm}\n")
    result = run("validate", "export.jsonl", "--app", "app.yaml")
    said = "stream-import: app.yaml: types still to confirm: user, x; follows of these feed groups are not judged\n"
    assert result.stderr == said
    assert "Follows of feed groups whose type app.yaml leaves to be confirmed:\n  1: user 1\n" in result.stdout
    assert report("export.jsonl", "--app", "app.yaml")["app"]["unconfirmed"] == ["user", "x"]
    (beside / "app.yaml").write_text(CONFIG)
    result = run("validate", "export.jsonl", "--app", "app.yaml")
    assert ("not decided here" in result.stdout, result.stderr) == (False, "")


def test_the_three_functions_take_a_configuration(beside: Path) -> None:
    (beside / "app.yaml").write_text(CONFIG)
    app = sir.load_app("app.yaml")
    for given_app in ("app.yaml", Path("app.yaml"), app):
        assert sir.validate_file("export.jsonl", app=given_app).counts == {"follow.target-type": 1}
        assert [f.rule for f in sir.iter_findings("export.jsonl", app=given_app)] == ["follow.target-type"]
        assert [f.rule for f in sir.validate_line(FOLLOW, app=given_app)] == ["follow.target-type"]
    assert sir.validate_line(FOLLOW) == []
    (beside / "app.yaml").write_text("feed_groups: {}")
    assert [f.rule for f in sir.validate_line(FOLLOW, app="app.yaml")] == ["feed-group.unconfigured"] * 3
    assert [f.rule for f in sir.validate_line(FOLLOW, app=app)] == ["follow.target-type"]
    with pytest.raises(sir.AppError):
        sir.iter_findings("export.jsonl", app="none.yaml")


def test_the_schema_is_printed() -> None:
    for name in ("app", "app.draft-07"):
        assert "feed_groups" in json.loads(run("schema", name).stdout)["properties"]


# --------------------------------------------------------------------------- init


def test_init_writes_a_configuration_that_fits(beside: Path) -> None:
    for name in ("import.jsonl", "broken.jsonl"):
        out = f"{name}.yaml"
        result = run("app", "init", ROOT / "examples" / name, "-o", out)
        assert result.exit_code == 0
        assert result.stderr.endswith(f"{out}: look it over, and confirm the types of the feed groups\n")
        app = sir.load_app(out)
        assert app.unconfirmed == tuple(app.feed_groups or ())
        of_app = {rule.rule for rule in RULESET.app.checks}
        assert not of_app & set(report(ROOT / "examples" / name, "--app", out)["counts"])


def test_init_never_overwrites(beside: Path) -> None:
    assert run("app", "init", "export.jsonl").exit_code == 0
    text = (beside / "app.yaml").read_text()
    assert text.startswith("# What an import has to know of your app.")
    result = run("app", "init", "export.jsonl")
    assert (result.exit_code, (beside / "app.yaml").read_text()) == (2, text)
    assert "app.yaml is there already" in result.stderr
    (beside / "link.yaml").symlink_to("nowhere")
    assert run("app", "init", "export.jsonl", "-o", "link.yaml").exit_code == 2
    assert run("app", "init", "export.jsonl", "-o", "-").stdout == text


def test_init_reads_several_files_and_standard_input_and_what_it_can(beside: Path) -> None:
    (beside / "bad.jsonl").write_bytes(
        b'\xef\xbb\xbf{"instruction":"reactions","data":[{"kind":"like"},{"kind":7},[],{"kind":"yes"}]}\r\n'
        b"\n[1]\nnothing\n\xff\n" + b"[" * 5000 + b"\n"
    )
    result = run("app", "init", "bad.jsonl", "-", "-o", "-", stdin=FOLLOW.encode())
    assert result.exit_code == 0
    assert yaml.safe_load(result.stdout) == {
        "feed_groups": {"timeline": "confirm", "user": "confirm"},
        "reaction_kinds": ["like", "yes"],
    }
    assert result.stderr == "stream-import: 4 lines could not be read and left out; `stream-import validate` says why\n"


def test_init_says_what_it_cannot_do(beside: Path) -> None:
    (beside / "empty.jsonl").write_text("\n")
    (beside / "export.gz").write_bytes(gzip.compress(FOLLOW.encode())[:-1])
    for name, said in (
        ("empty.jsonl", "nothing to write"),
        ("export.gz", "the gzip data is cut off"),
        ("none.jsonl", "No such file"),
        (".", "Is a directory"),
    ):
        result = run("app", "init", name)
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert not (beside / "app.yaml").exists()


@given(st.lists(st.text(), max_size=20), st.lists(st.text("abc_-é :\x00"), max_size=20))
def test_whatever_names_are_used_the_configuration_can_be_read(kinds: list[str], groups: list[str]) -> None:
    seen = app_init.Seen(RULESET)
    seen.survey.see_values("reactions", "kind", dict.fromkeys(kinds, 1))
    seen.survey.see_groups(dict.fromkeys(groups, 2))
    text = app_init.configuration(seen, RULESET, ["a\nb.jsonl"])
    from stream_import_rules import document
    from stream_import_rules.app_form import form

    schema = artefact.schema_text("feeds-v2.app.schema.json")
    found = document.parse(text.encode(), "app.yaml")
    if found.data is None:
        return
    assert list(form(found, schema)) == []
    assert set(found.data.get("reaction_kinds", ())) == {kind for kind in kinds if kind}


def test_very_many_names_are_cut() -> None:
    seen = app_init.Seen(RULESET)
    seen.survey.see_values("reactions", "kind", {f"kind {i}": i for i in range(1, 1001)} | {"x" * 300: 5000})
    text = app_init.configuration(seen, RULESET, ["x"])
    kinds = yaml.safe_load(text)["reaction_kinds"]
    assert (len(kinds), kinds[0]) == (app_init.MOST_NAMES, "kind 1000")
    assert text.endswith("  # and 701 more, which are left out here\n")
