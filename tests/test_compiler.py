"""The compiler: what is committed is what the rules make, always the same, and complete."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from generators import build, targets, to_conformance
from generators.__main__ import COMMAND, main
from generators.build import Built
from generators.check import META_SCHEMA, check
from generators.diagnostics import Diagnostic, RulesError
from generators.load import Path_, Tree, load
from generators.portable import trouble_with
from generators.resolve import resolve
from generators.samples import (
    APP,
    CHECKS,
    DEEP,
    FRAMING,
    OTHER_KINDS,
    RECORD_KINDS,
    RELATIONS,
    WITHOUT_EXAMPLES,
    at,
)
from stream_import_rules import model
from stream_import_rules.model import Rule, RuleSet

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "rules" / "feeds-v2"

#: Rules that no example can show, and why.
WITHOUT = {
    "file.max-bytes": "an example of 300 MB",
    "file.max-bytes-decimal": "an example of 300 MB",
    "file.max-stream-bytes": "an example of 3 GB",
    "line.max-bytes": "an example of 300 MB",
    "json.max-depth": "an example nested a thousand deep",
    "reaction.activity-id-unknown": "an example with the configuration of an app",
}
#: Errors that rest on our judgement alone, and why they are errors all the same.
OURS = {
    "file.empty": "nothing can be imported from nothing",
    "file.compression": "what is missing from the file cannot be imported",
    "file.max-stream-bytes": "the rest is not read, so nothing can be said of it; and so large is no import file",
    "json.max-depth": "beyond this depth the common parsers give up, ours too: nothing else can be said of the line",
}


@pytest.fixture(scope="module")
def built() -> Built:
    """The rules compiled, with their examples executed."""
    return build.compile_rules(FOLDER)


@pytest.fixture(scope="module")
def ruleset(built: Built) -> RuleSet:
    return built.ruleset


@pytest.fixture(scope="module")
def cases(built: Built) -> list[dict[str, Any]]:
    text = built.files["dist-schemas/feeds-v2/v1.0.0/conformance/cases.jsonl"]
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


# --------------------------------------------------------------------------- build


def test_what_is_committed_is_what_the_rules_make(built: Built) -> None:
    differences = "".join(build.differences(built, ROOT))
    assert not differences, f"generated files are stale; run `{COMMAND}`\n\n{differences}"


def test_equal_rules_make_equal_files(built: Built) -> None:
    again = build.compile_rules(FOLDER, with_examples=False)
    assert again.files == built.files
    assert again.fingerprint == built.fingerprint


@pytest.mark.parametrize("seed", ["1", "2024"])
def test_the_order_of_sets_and_dicts_in_memory_does_not_show_in_the_files(built: Built, seed: str) -> None:
    program = (
        "import hashlib, json\n"
        "from generators import build\n"
        "files = [build.compile_rules(f, with_examples=False).files for f in build.rule_folders()]\n"
        "print(hashlib.sha256(json.dumps(files[0]).encode()).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": seed, "PATH": ""},
    )
    assert done.stdout.strip() == hashlib.sha256(json.dumps(built.files).encode()).hexdigest()


def test_each_file_says_how_it_was_made_and_from_what(built: Built) -> None:
    for path, text in built.files.items():
        if path.endswith("ruleset.json"):  # from whose bytes the fingerprint is made
            assert hashlib.sha256(text.encode()).hexdigest() == built.fingerprint
        elif not path.endswith("cases.jsonl"):  # to which its README belongs
            of_reports = path.endswith(
                tuple(f"/{n}.schema.json" for n in ("report", "jsonl", "baseline"))
            )  # of no rule
            assert of_reports or built.fingerprint[:16] in text, path
            assert "python -m generators build" in text, path


def test_no_file_names_a_date_or_a_version_of_a_tool(built: Built) -> None:
    for path, text in built.files.items():
        if not re.search(r"ruleset\.json|cases\.jsonl|schema\.json|docs/", path):
            assert not re.search(r"\b20[0-9][0-9]-[01][0-9]\b", text), path
        for tool in (
            f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}",
            jsonschema.__name__,
        ):
            assert tool not in text, path


def scratch(built: Built, folder: Path) -> list[str]:
    """A copy of all generated files; what differs then."""
    build.write(built, folder)
    return build.differences(built, folder)


def test_a_stale_file_is_told_with_what_differs(built: Built, tmp_path: Path) -> None:
    assert scratch(built, tmp_path) == []
    page = tmp_path / "docs/reference/follow.md"
    page.write_text(
        page.read_text("utf-8").replace("A feed does not follow itself.", "A feed may follow itself."), "utf-8"
    )
    (difference,) = build.differences(built, tmp_path)
    assert difference.startswith("--- docs/reference/follow.md (committed)\n+++ docs/reference/follow.md (built)\n")
    assert "\n-**error** · A feed may follow itself.\n" in difference
    assert "\n+**error** · A feed does not follow itself.\n" in difference
    assert build.write(built, tmp_path) == ["docs/reference/follow.md"]
    assert build.differences(built, tmp_path) == []


def test_other_line_ends_and_broken_text_are_stale_too(built: Built, tmp_path: Path) -> None:
    scratch(built, tmp_path)
    models = tmp_path / "stream_import_rules/generated/feeds_v2/models.py"
    models.write_bytes(models.read_bytes().replace(b"\n", b"\r\n"))
    page = tmp_path / "docs/reference/users.md"
    page.write_bytes(b"\xff\xfe")
    found = build.differences(built, tmp_path)
    assert [re.split(r"[ \n]", difference)[1] for difference in found] == [
        "docs/reference/users.md",
        "stream_import_rules/generated/feeds_v2/models.py",
    ]
    assert "\\r\n" in found[1]


def test_a_missing_file_is_told(built: Built, tmp_path: Path) -> None:
    scratch(built, tmp_path)
    (tmp_path / "stream_import_rules/generated/feeds_v2/ruleset.json").unlink()
    (difference,) = build.differences(built, tmp_path)
    assert difference.startswith("--- stream_import_rules/generated/feeds_v2/ruleset.json (missing)\n")


def test_a_file_that_no_rule_makes_any_more_is_told_and_removed(built: Built, tmp_path: Path) -> None:
    scratch(built, tmp_path)
    old = tmp_path / "docs/reference/unfollow.md"
    old.write_text("An instruction of before.\n")
    assert build.differences(built, tmp_path) == ["docs/reference/unfollow.md: no rule makes this file any more\n"]
    assert build.write(built, tmp_path) == ["docs/reference/unfollow.md"]
    assert not old.exists()


def test_what_was_published_for_another_version_stays(built: Built, tmp_path: Path) -> None:
    scratch(built, tmp_path)
    published = tmp_path / "dist-schemas/feeds-v2/v0.9.0/feeds-v2.line.errors.schema.json"
    published.parent.mkdir()
    published.write_text("{}\n")
    assert build.differences(built, tmp_path) == []
    assert build.write(built, tmp_path) == []
    assert published.exists()


def test_the_commands(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch(built, tmp_path)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "compile_rules", lambda folder, with_examples: built)
    clean = CliRunner().invoke(main, ["check"])
    assert (clean.exit_code, clean.stdout) == (0, "All generated files are as the rules make them.\n")

    page = tmp_path / "docs/reference/index.md"
    page.unlink()
    stale = CliRunner().invoke(main, ["check"])
    assert stale.exit_code == 1
    assert stale.stdout.startswith("--- docs/reference/index.md (missing)\n")
    assert f"Generated files are stale. Run: {COMMAND}" in stale.stderr

    dry = CliRunner().invoke(main, ["build", "--dry-run", "--no-examples"])
    assert dry.exit_code == 0
    assert dry.stdout.startswith("--- docs/reference/index.md (missing)\n")
    assert not page.exists()

    done = CliRunner().invoke(main, ["build", "--no-examples"])
    assert done.exit_code == 0
    count = len(built.ruleset.rules)
    summary = f"feeds-v2 1.0.0: {count} rules, {len(built.files)} files, 1 changed\n"
    assert done.stdout == f"written: docs/reference/index.md\n{summary}"
    assert page.exists()


# --------------------------------------------------------------------------- the rule set


def test_the_rule_set_is_the_same_after_a_round_trip_through_json(built: Built) -> None:
    text = model.to_json(built.ruleset)
    assert model.of_json(text) == built.ruleset
    assert model.to_json(model.of_json(text)) == text
    assert text == (ROOT / "stream_import_rules/generated/feeds_v2/ruleset.json").read_bytes()


def test_every_rule_has_texts_sources_and_examples_on_both_sides(ruleset: RuleSet) -> None:
    for rule in ruleset.rules:
        assert rule.sources, rule.id
        for text in (rule.summary, rule.why, rule.fix):
            assert re.fullmatch(r"\S.*[.]", text, re.DOTALL), f"{rule.id}: {text}"
            assert not re.search(r"\{[a-z_]+\}|``|  | \.", text), f"{rule.id}: a placeholder is left in: {text}"
            assert text[0].isupper() or text[0] == "`", f"{rule.id}: {text}"
        if rule.id not in WITHOUT:
            assert rule.good, rule.id
            assert rule.bad, rule.id


def test_rules_without_examples_are_those_that_can_have_none(ruleset: RuleSet) -> None:
    deep = {c.rule for c in ruleset.framing if isinstance(c, model.MaxDepth) and c.limit > DEEP}
    silent = {r.rule for r in ruleset.relations if isinstance(r, model.Refers) and r.default == "outside"}
    without = {rule.id for rule in ruleset.rules if rule.kind in WITHOUT_EXAMPLES} | deep | silent
    assert without == WITHOUT.keys()


def test_each_source_is_a_document_that_is_listed_and_each_listed_one_is_a_source(ruleset: RuleSet) -> None:
    used = {source.document for rule in ruleset.rules for source in rule.sources}
    assert used <= ruleset.documents.keys()


def test_the_sentence_of_the_import_document_comes_first(ruleset: RuleSet) -> None:
    for rule in ruleset.rules:
        marks = [source.mark for source in rule.sources]
        assert "I" not in marks[1:] or marks[0] == "I", f"{rule.id}: {marks}"
        assert all(source.quote for source in rule.sources if source.mark == "I"), rule.id


def test_severity_follows_the_evidence(ruleset: RuleSet) -> None:
    ours = [rule for rule in ruleset.rules if {source.mark for source in rule.sources} == {"G"}]
    assert {rule.id for rule in ours if rule.severity == "error"} == OURS.keys()


def every_rule_named(ruleset: RuleSet) -> Iterator[str]:
    """The ids that values, checks, framing, relations and what needs a configuration name."""
    values: list[model.Value] = [ruleset.envelope, *(i.line for i in ruleset.instructions)]
    while values:
        value = values.pop()
        yield from (value.type_rule, *(t.rule for t in value.tolerated), *(c.rule for c in model.checks_of(value)))
        for check_ in model.checks_of(value):
            yield from check_.after
        match value:
            case model.RecordValue():
                yield value.unknown
                yield from (field.required for field in value.fields)
                values += [field.value for field in value.fields]
            case model.ListValue():
                values.append(value.items)
    yield from (check_.rule for check_ in ruleset.framing)
    yield from (relation.rule for relation in ruleset.relations)
    yield from (check_.rule for check_ in ruleset.app.checks)


def test_each_rule_belongs_to_a_check_and_each_check_to_a_rule(ruleset: RuleSet) -> None:
    assert {rule for rule in every_rule_named(ruleset) if rule} == {rule.id for rule in ruleset.rules}


def test_each_rule_says_where_it_is_written(ruleset: RuleSet) -> None:
    for rule in ruleset.rules:
        file, _, line = rule.defined_in.rpartition(":")
        lines = (ROOT / "rules" / file).read_text("utf-8").splitlines()
        assert 0 < int(line) <= len(lines), rule.id
        assert not lines[int(line) - 1].lstrip().startswith("#"), rule.id


# --------------------------------------------------------------------------- kinds


def test_the_rule_language_has_the_kinds_that_the_model_has() -> None:
    defs = json.loads(META_SCHEMA.read_text("utf-8"))["$defs"]
    records = set(RECORD_KINDS)
    assert set(defs["value_check"]["properties"]["kind"]["enum"]) == CHECKS.keys() - records
    assert set(defs["record_check"]["properties"]["kind"]["enum"]) == records
    assert set(defs["framing_check"]["properties"]["kind"]["enum"]) == FRAMING.keys()
    assert set(defs["relation"]["properties"]["kind"]["enum"]) == RELATIONS.keys()
    assert set(defs["app_check"]["properties"]["kind"]["enum"]) == APP.keys()
    forms = {f"tolerated-{form}" for form in defs["tolerated"]["properties"]["form"]["enum"]}
    assert forms == {kind for kind in OTHER_KINDS if kind.startswith("tolerated-")}


def test_the_meta_schema_is_a_schema_and_every_rule_file_names_it() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(META_SCHEMA.read_text("utf-8")))
    for path in FOLDER.rglob("*.yaml"):
        head = path.read_text("utf-8").splitlines()[0]
        schema = head.removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / schema).resolve() == META_SCHEMA.resolve(), path


def test_each_target_says_of_each_kind_how_far_it_goes() -> None:
    kinds = {*CHECKS, *FRAMING, *OTHER_KINDS, *RELATIONS, *APP}
    for target, support in targets.SUPPORT.items():
        assert support.keys() == kinds, target
        assert set(support.values()) <= {"exact", "partial", "none"}, target


# --------------------------------------------------------------------------- the conformance suite


def test_the_cases_are_of_the_form_that_is_published(built: Built, cases: list[dict[str, Any]]) -> None:
    schema = json.loads(built.files["dist-schemas/feeds-v2/v1.0.0/conformance/cases.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for case in cases:
        assert validator.is_valid(case), (case["id"], [error.message for error in validator.iter_errors(case)])


def test_no_two_cases_have_one_id(cases: list[dict[str, Any]]) -> None:
    assert [name for name, count in Counter(case["id"] for case in cases).items() if count > 1] == []


def test_the_cases_name_rules_that_exist_with_their_severity(cases: list[dict[str, Any]], ruleset: RuleSet) -> None:
    severities = {rule.id: rule.severity for rule in ruleset.rules}
    for case in cases:
        assert case.get("rule", "") in {"", *severities}, case["id"]
        assert all(severities[e["rule"]] == e["severity"] for e in case["expect"]), case["id"]


def test_every_rule_is_expected_in_a_case_of_its_own(cases: list[dict[str, Any]], ruleset: RuleSet) -> None:
    alone = {case["expect"][0]["rule"] for case in cases if len(case["expect"]) == 1}
    assert {rule.id for rule in ruleset.rules} - alone == WITHOUT.keys()


def test_every_limit_has_a_case_at_it_and_one_beyond_it(cases: list[dict[str, Any]], ruleset: RuleSet) -> None:
    limited = [
        rule for rule in ruleset.rules if rule.kind in ("max-length", "max-bytes", "max-items", "max-entry-bytes")
    ]
    assert limited
    for rule in limited:
        own = [case for case in cases if case.get("rule") == rule.id and not case["id"].startswith("null/")]
        sizes: dict[bool, list[int]] = {True: [], False: []}
        for case in own:
            sizes[rule.id in (e["rule"] for e in case["expect"])].append(size_of(case, rule))
        assert max(sizes[False]) + 1 == min(sizes[True]), rule.id


def size_of(case: dict[str, Any], rule: Rule) -> int:
    """How large the value is that a case puts at the place of a rule: characters, bytes or items."""
    line = model.expanded(case["line"], case.get("repeat", {}), case.get("lengthen", {}))
    value = at(line, rule.place.replace("*", "0"))
    if rule.kind == "max-entry-bytes":
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(value.encode() if rule.kind.endswith("bytes") else value)


def test_the_whole_lines_of_each_instruction_are_cases_that_break_nothing(
    cases: list[dict[str, Any]], ruleset: RuleSet
) -> None:
    by_id = {case["id"]: case for case in cases}
    for instruction in ruleset.instructions:
        for which, line in (("base", instruction.base), ("full", instruction.full)):
            assert by_id[f"{instruction.name}/{which}"] == {
                "id": f"{instruction.name}/{which}",
                "line": line,
                "expect": [],
            }


def test_a_rule_that_is_off_is_switched_on_in_its_cases(cases: list[dict[str, Any]], ruleset: RuleSet) -> None:
    off = {rule.id for rule in ruleset.rules if not rule.enabled}
    assert off
    for case in cases:
        if case.get("rule") in off and not case["id"].startswith("null/"):
            assert case["select"] == [case["rule"]]
        else:
            assert "select" not in case


def test_the_good_example_at_a_limit_may_break_the_next_lower_one_and_says_so(ruleset: RuleSet) -> None:
    rule = next(rule for rule in ruleset.rules if rule.id == "activity.max-bytes")
    rules = {rule.id: rule for rule in ruleset.rules}
    (good,) = [case for case in to_conformance.rule_cases(rule, rules) if case["id"].endswith("/good-1")]
    assert [e["rule"] for e in good["expect"]] == ["activity.max-bytes-decimal"]


# --------------------------------------------------------------------------- load


def tree_of(text: str, folder: Path) -> Tree:
    folder.joinpath("ruleset.yaml").write_text(text, "utf-8")
    return load(folder)[0]


def test_yaml_is_read_as_json_with_comments(tmp_path: Path) -> None:
    text = "a: yes\nb: 2023-05-01\nc: 010\nd: 1_000\ne: ~\nf: null\ng: true\nh: 1.5\ni: -3\nj: .inf\nk: 0x1f\nl: 1e3\n"
    assert tree_of(text, tmp_path).data == {
        "a": "yes",
        "b": "2023-05-01",
        "c": "010",
        "d": "1_000",
        "e": "~",
        "f": None,
        "g": True,
        "h": 1.5,
        "i": -3,
        "j": ".inf",
        "k": "0x1f",
        "l": 1000.0,
    }


def test_each_node_knows_its_line(tmp_path: Path) -> None:
    tree = tree_of("# first\na:\n  b: 1\n  c:\n    - x\n    - {d: 1,\n       e: 2}\n", tmp_path)
    paths: list[Path_] = [(), ("a",), ("a", "b"), ("a", "c", 0), ("a", "c", 1), ("a", "c", 1, "d"), ("a", "c", 1, "e")]
    assert [tree.line(path) for path in paths] == [2, 2, 3, 5, 6, 6, 7]
    assert tree.line(("a", "c", 7, "nothing")) == 4


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    tmp_path.joinpath("ruleset.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n")
    assert load(tmp_path)[0].data == {"a": 1, "b": "x\ny\n"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n---\nb: 2\n", ":2: not YAML: expected a single document in the stream, but found another document"),
        ("a: [1\n", ":2: not YAML: while parsing a flow sequence"),
        ("a: 1e999\n", ":1: the number 1e999"),
        ("a: !!binary aGk=\n", ":1: the tag tag:yaml.org,2002:binary"),
        ("? [a]\n: 1\n", ":1: a key that is not a text"),
        ('a: 1\nb: "\\ud800"\n', ":2: the character U+D800, half of a surrogate pair"),
        ("[" * 5000, ":1: nested too deeply"),
        ("a: &a\n  b: *a\n", ":2: a YAML alias"),
    ],
)
def test_what_yaml_has_beyond_json_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RulesError) as caught:
        tree_of(text, tmp_path)
    assert f"ruleset.yaml{said}" in str(caught.value)


# --------------------------------------------------------------------------- patterns


def patterns_in(node: Any) -> Iterator[str]:
    """All patterns in a RuleSet as JSON."""
    if isinstance(node, dict):
        found = node.get("pattern"), *(node["patterns"].values() if "patterns" in node else ())
        yield from (pattern for pattern in found if isinstance(pattern, str))
        for inner in node.values():
            yield from patterns_in(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from patterns_in(inner)


def test_the_patterns_of_the_rules_are_portable(ruleset: RuleSet) -> None:
    data = json.loads(model.to_json(ruleset))
    found = set(patterns_in([data["instructions"], data["envelope"]]))
    assert "[A-Za-z0-9_-]+" in found
    assert {pattern: trouble_with(pattern) for pattern in found} == dict.fromkeys(found)


@pytest.mark.parametrize(
    "pattern",
    [
        "[A-Za-z0-9_-]+",
        "(a|b){2,3}c?",
        r"a\.b",
        "[^:]+",
        r"[a\-z]",
        "[0-9]{4}",
        "a{3,}",
        "x|",
        "[.$^]",
        r"\{\}",
        "[ -~]",
    ],
)
def test_a_portable_pattern(pattern: str) -> None:
    assert trouble_with(pattern) is None
    assert re.compile(pattern)


@pytest.mark.parametrize(
    ("pattern", "about"),
    [
        (r"\d+", r"\d"),
        (r"[\w-]+", r"\w"),
        (r"a\b", r"\b"),
        (r"\x41", r"\x"),
        (r"\n", r"\n"),
        (r"(a)\1", r"\1"),
        (r"\-", r"\-"),
        ("a\\", "escape"),
        ("^a", "anchor"),
        ("a$", "anchor"),
        ("a.c", "dot"),
        ("(?:a)", "(?"),
        ("(?i)a", "(?"),
        ("a(?!b)", "(?"),
        ("a+?", "lazy"),
        ("a++", "possessive"),
        ("a{2}{3}", "double"),
        ("a{,3}", "`{`"),
        ("a{2", "`{`"),
        ("a]", "`]`"),
        ("[]a]", "empty class"),
        ("[^]", "empty class"),
        ("[[:alpha:]]", "POSIX"),
        ("[a&&b]", "doubled sign"),
        ("[a", "`[`"),
        ("[z-a]", "no regular expression"),
        ("(a", "no regular expression"),
        ("*a", "no regular expression"),
        ("a{3,2}", "no regular expression"),
        ("a{1,5000}", "5000 times"),
        ("é", "U+00E9"),
        ("a\tb", "U+0009"),
    ],
)
def test_a_pattern_that_is_not_portable(pattern: str, about: str) -> None:
    trouble = trouble_with(pattern)
    assert trouble is not None
    assert about in trouble[0]


# --------------------------------------------------------------------------- rule files that nobody has thought of


def nodes(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all nodes of a rule file, but for those inside of examples."""
    yield path
    if path and path[-1] in ("good", "bad", "base", "full"):
        return
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(inner, (*path, key))


def with_change(tree: Tree, path: Path_, value: Any) -> Tree:
    """A rule file with another value at a path, or with nothing (``...``)."""
    data = json.loads(json.dumps(tree.data))
    if not path:
        return Tree(tree.file, value, tree.lines)
    owner = data
    for step in path[:-1]:
        owner = owner[step]
    if value is ...:
        del owner[path[-1]]
    else:
        owner[path[-1]] = value
    return Tree(tree.file, data, tree.lines)


def diagnostics_of(trees: list[Tree]) -> list[Diagnostic]:
    """What is wrong with rule files up to their examples; nothing if all is well."""
    try:
        check(trees)
        model.to_json(resolve(trees))
    except RulesError as error:
        return error.diagnostics
    return []


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_wrong_with_a_rule_file_there_is_a_diagnostic_and_no_crash(seed: int) -> None:
    trees = load(FOLDER)
    values = [..., None, 17, "x", "", [], {}, True, ["x"], {"x": 1}, "record", "list", "any", "follow", "data"]
    chance = random.Random(seed)
    for _ in range(10):
        number = chance.randrange(len(trees))
        path = chance.choice(list(nodes(trees[number].data)))
        value = chance.choice(values[0 if path else 1 :])
        changed = [*trees[:number], with_change(trees[number], path, value), *trees[number + 1 :]]
        assert all(d.line > 0 and d.problem and d.expected for d in diagnostics_of(changed))


NEW_MEMBER = """\
    language:
      doc: The language of the user.
      type: string
      sources: [{document: users, mark: D}]
      checks:
        - kind: max-length
          limit: 12
"""


def test_a_rule_more_is_a_few_lines_in_one_file(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "feeds-v2")
    users = tmp_path / "feeds-v2/instructions/users.yaml"
    text = users.read_text("utf-8").replace(
        "    data:\n      doc: Whatever", f"{NEW_MEMBER}    data:\n      doc: Whatever"
    )
    base, full = text.split("\nfull:\n")
    full = full.replace("- id: alice", "- id: alice\n      language: en")
    users.write_text(f"{base}\nfull:\n{full}", "utf-8")
    built = build.compile_rules(tmp_path / "feeds-v2")
    new = {rule.id: rule for rule in built.ruleset.rules if ".language." in rule.id}
    assert new.keys() == {"user.language.type", "user.language.max-length"}
    limit: Rule = new["user.language.max-length"]
    assert limit.summary == "`language` of every user should have at most 12 characters."
    assert [len(examples) for examples in (limit.good, limit.bad)] == [1, 1]
