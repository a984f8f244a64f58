"""What must hold between the entries of a whole file, through the compiler: from relations.yaml to each target."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from naive_relations import Found, Naive

from generators import build, targets, to_conformance
from generators.diagnostics import RulesError
from generators.docs_relations import rules_between
from generators.load import load
from generators.null_table import null_table
from generators.resolve import resolve
from generators.samples import RELATIONS
from generators.to_docs import to_docs
from stream_import_rules import artefact, model, times
from stream_import_rules.activity_id import derive
from stream_import_rules.model import Example, Rule, RuleSet
from stream_import_rules.policy import Policy
from stream_import_rules.validate import Checker

FOLDER = Path(__file__).parents[1] / "rules" / "feeds-v2"
FILE = "feeds-v2/relations.yaml"


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return resolve(load(FOLDER))


@pytest.fixture(scope="module")
def rules(ruleset: RuleSet) -> dict[str, Rule]:
    return {rule.id: rule for rule in ruleset.rules}


@pytest.fixture(scope="module")
def pages(ruleset: RuleSet) -> dict[str, str]:
    return to_docs(ruleset, "0" * 64, targets.SUPPORT)


def changed(folder: Path, change: Callable[[str], str]) -> Path:
    """A copy of the rules with another text of relations.yaml."""
    shutil.copytree(FOLDER, folder / "feeds-v2")
    path = folder / FILE
    text = path.read_text("utf-8")
    assert change(text) != text
    path.write_text(change(text), "utf-8")
    return folder / "feeds-v2"


def files_of(rule: Rule, word: str) -> Iterator[tuple[Example, list[Any]]]:
    """The examples of a rule that are whole files, each with its lines."""
    for example in rule.good if word == "good" else rule.bad:
        if isinstance(example.raw, str):
            yield example, [json.loads(line) for line in example.raw.splitlines()]


def activities(lines: list[Any]) -> list[Any]:
    return [entry for line in lines if line["instruction"] == "add_activities" for entry in line["data"]]


def id_of(activity: Any) -> str:
    moment = times.parse(activity["time"])
    assert moment is not None
    return derive(activity["foreign_id"], moment.micros)


# --------------------------------------------------------------------------- resolve


def test_records_and_references_have_the_names_under_which_they_are_written(ruleset: RuleSet) -> None:
    assert [record.name for record in ruleset.records] == ["activity", "follow", "reaction", "user", "collection"]
    assert {record.name: record.instruction for record in ruleset.records} == {
        instruction.entity: instruction.name for instruction in ruleset.instructions
    }
    reaction = next(record for record in ruleset.records if record.name == "reaction")
    assert reaction.part == model.Operands(members=("id",), prefix="reaction:", given="target_feeds")
    parent = next(reference for reference in ruleset.references if reference.name == "reaction-parent")
    assert parent == model.Reference(name="reaction-parent", record="reaction", to="reaction", members=("parent",))


@pytest.mark.parametrize(
    ("rule", "entity", "place"),
    [
        ("activity.duplicate-key", "activity", "/data/*"),
        ("activity.reference-unresolved", "activity", "/data/*"),
        ("reaction.depth", "reaction", "/data/*/parent"),
        ("reaction.user-unknown", "reaction", "/data/*/user_id"),
        ("follow.before-activities", "follow", ""),
    ],
)
def test_a_rule_stands_where_its_relation_reports(rules: dict[str, Rule], rule: str, entity: str, place: str) -> None:
    assert (rules[rule].entity, rules[rule].place) == (entity, place)


def test_a_relation_of_its_own_rule_gives_it_its_kind_and_a_figure_to_its_text(rules: dict[str, Rule]) -> None:
    assert rules["reaction.depth"].kind == "depth"
    assert rules["reaction.depth"].summary == "Reactions are nested at most 3 levels deep."


@pytest.mark.parametrize(
    ("rule", "kind", "place"),
    [("follow.duplicate", "distinct-items", "/data"), ("reaction.before-activity", "ordered", "/data/*")],
)
def test_a_relation_of_another_rule_adds_examples_and_nothing_else(
    ruleset: RuleSet, rules: dict[str, Rule], rule: str, kind: str, place: str
) -> None:
    assert sum(relation.rule == rule for relation in ruleset.relations) == 1
    assert (rules[rule].kind, rules[rule].place) == (kind, place)
    assert not rules[rule].defined_in.startswith(FILE)
    for examples in (rules[rule].good, rules[rule].bad):
        are_files = [isinstance(example.raw, str) for example in examples]
        assert are_files == sorted(are_files), "the examples of the check come first"
        assert {True, False} == set(are_files)


def test_lines_that_differ_in_a_number_are_written_once(rules: dict[str, Rule]) -> None:
    ((example, lines),) = files_of(rules["activity.same-time"], "bad")
    assert "{n}" not in str(example.raw)
    assert [entry["foreign_id"] for entry in activities(lines)] == [f"post:{n}" for n in range(1, 52)]
    assert len(lines) == 51


def test_without_the_file_there_are_no_relations_and_no_page_of_them(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "feeds-v2")
    (tmp_path / FILE).unlink()
    built = build.compile_rules(tmp_path / "feeds-v2", with_examples=False)
    assert (built.ruleset.records, built.ruleset.references, built.ruleset.relations) == ((), (), ())
    assert "docs/reference/relations.md" not in built.files
    assert all("relations.md" not in text for path, text in built.files.items() if path.startswith("docs/"))


# --------------------------------------------------------------------------- mistakes


def test_a_second_file_of_relations_is_told(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "feeds-v2")
    shutil.copy(tmp_path / FILE, tmp_path / "feeds-v2/relations_2.yaml")
    with pytest.raises(RulesError) as caught:
        build.compile_rules(tmp_path / "feeds-v2")
    (said,) = caught.value.diagnostics
    assert said.problem == f"relations stand in rules/{FILE} too"
    assert said.file == "feeds-v2/relations_2.yaml"


def test_an_example_of_a_rule_that_is_written_elsewhere_is_told_where_it_stands(tmp_path: Path) -> None:
    find = '{"instruction":"follow","feedId":"user:tim","data":["user:alice","user:bob"]}'
    folder = changed(tmp_path, lambda text: text.replace(find, find.replace('["user:alice"', '["alice"')))
    with pytest.raises(RulesError) as caught:
        build.compile_rules(folder)
    (said,) = caught.value.diagnostics
    line = (tmp_path / FILE).read_text("utf-8").splitlines()[said.line - 1]
    assert (said.file, line.strip()) == (FILE, "- raw: |")
    assert said.problem.startswith(
        "this good example of `follow.duplicate` breaks `follow.format` at /data/0 in line 3"
    )


def test_a_rule_that_an_example_breaks_beside_its_own_must_exist(tmp_path: Path) -> None:
    names = "breaks: [activity.verb.required]"
    folder = changed(tmp_path, lambda text: text.replace(names, "breaks: [activity.verb.needed]"))
    with pytest.raises(RulesError) as caught:
        build.compile_rules(folder)
    (said,) = caught.value.diagnostics
    assert (said.file, said.problem) == (FILE, "`breaks` names `activity.verb.needed`, which is no rule")


# --------------------------------------------------------------------------- the examples


def test_what_relations_report_is_expected_in_a_line_and_at_a_place(ruleset: RuleSet, rules: dict[str, Rule]) -> None:
    between = {relation.rule for relation in ruleset.relations}
    for case in to_conformance.cases(ruleset):
        for expected in case["expect"]:
            if expected["rule"] in between and "file" in case:
                assert expected["line"] >= 1, case["id"]
                assert "path" in expected or rules[expected["rule"]].place == "", case["id"]


def test_relations_are_shown_by_files_alone(ruleset: RuleSet) -> None:
    for rule in ruleset.rules:
        if rule.kind in RELATIONS:
            assert all(isinstance(example.raw, str) for example in (*rule.good, *rule.bad)), rule.id


def test_examples_of_collisions_have_the_ids_that_they_are_about(rules: dict[str, Rule]) -> None:
    bad = [activities(lines) for _, lines in files_of(rules["activity.id-collision"], "bad")]
    good = [activities(lines) for _, lines in files_of(rules["activity.id-collision"], "good")]
    assert [len({id_of(activity) for activity in file}) for file in bad] == [1, 1, 1]
    assert all(len({activity["foreign_id"] for activity in file}) == 2 for file in bad)
    assert [len({id_of(activity) for activity in file}) for file in good] == [2, 2]
    (said,) = [example.note for example in rules["activity.id-collision"].bad if "id " in example.note]
    assert id_of(bad[0][0]) in said


def test_activity_ids_in_the_examples_follow_from_an_activity_or_are_of_none_on_purpose(ruleset: RuleSet) -> None:
    elsewhere = {"54a60c1e-4ee3-494b-a1e3-50c06acb5ed4", "9c5f2a10-3d4e-4b6a-8f17-6e2d0b9c4a58"}
    known = {id_of({"foreign_id": f"post:{n}", "time": "2024-05-01T09:30:00Z"}) for n in (1, 2)}
    between = {relation.rule for relation in ruleset.relations}
    for rule in (rule for rule in ruleset.rules if rule.id in between):
        for word in ("good", "bad"):
            for _, lines in files_of(rule, word):
                reactions = [e for line in lines if line["instruction"] == "reactions" for e in line["data"]]
                named = {reaction["activity_id"] for reaction in reactions if "activity_id" in reaction}
                assert named <= elsewhere | known, rule.id


def lines_of(case: dict[str, Any]) -> list[Any]:
    return [json.loads(line) for line in case["file"].splitlines()]


def told_by(ruleset: RuleSet, case: dict[str, Any]) -> list[Found]:
    """What relations report of a file, in a fixed order."""
    return sorted(Naive(ruleset).judge(lines_of(case)))


@pytest.fixture(scope="module")
def cases(ruleset: RuleSet) -> list[dict[str, Any]]:
    """The cases of whole files that are about relations."""
    between = {relation.rule for relation in ruleset.relations}
    return [case for case in to_conformance.cases(ruleset) if "file" in case and case["rule"] in between]


def test_relations_read_word_by_word_give_the_examples_their_findings(
    ruleset: RuleSet, cases: list[dict[str, Any]]
) -> None:
    between = {relation.rule for relation in ruleset.relations}
    assert len(cases) > 80
    for case in cases:
        expected = [(e["rule"], e["line"], e.get("path", "")) for e in case["expect"] if e["rule"] in between]
        assert told_by(ruleset, case) == sorted(expected), case["id"]


def changed_relations(ruleset: RuleSet) -> Iterator[tuple[str, RuleSet]]:
    """The rule set with one part of one relation dropped or shifted."""
    for i, relation in enumerate(ruleset.relations):
        others = (ruleset.relations[:i], ruleset.relations[i + 1 :])
        name = f"{relation.rule} ({model.kind_of(relation)})"
        changes: list[tuple[str, tuple[Any, ...]]] = [("dropped", ())]
        for member in ("by", "apart", "references"):
            for item in getattr(relation, member, ()):
                rest = tuple(other for other in getattr(relation, member) if other != item)
                if rest or member == "apart":
                    changes.append((f"{member} without {item}", (replace(relation, **{member: rest}),)))
        for shift in (-1, 1):
            if hasattr(relation, "limit"):
                changes.append((f"limit {shift:+}", (replace(relation, limit=relation.limit + shift),)))
        if isinstance(relation, model.Unique) and relation.content != "any":
            changes.append(("any content", (replace(relation, content="any"),)))
        if isinstance(relation, model.Refers):
            changes.append(("if any", (replace(relation, if_any=not relation.if_any),)))
            default: Any = "inside" if relation.default == "outside" else "outside"
            changes.append((f"default {default}", (replace(relation, default=default),)))
        for what, put in changes:
            yield f"{name}: {what}", replace(ruleset, relations=(*others[0], *put, *others[1]))


#: What no file can tell from the rule set, each with the reason.
ALL_THE_SAME = {
    "reaction.activity-id-unknown (refers): dropped": "without the configuration of an app it reports nothing",
    "reaction.activity-id-unknown (refers): if any": "without the configuration of an app it reports nothing",
    "reaction.parent-unresolved (refers): if any": "a file with a child reaction has a reaction",
}


def test_every_part_of_a_relation_is_told_from_its_absence_by_an_example(
    ruleset: RuleSet, cases: list[dict[str, Any]]
) -> None:
    before = [told_by(ruleset, case) for case in cases]
    same = {name for name, other in changed_relations(ruleset) if [told_by(other, case) for case in cases] == before}
    assert same == ALL_THE_SAME.keys()


# --------------------------------------------------------------------------- targets


def test_the_fast_validator_is_used_while_relations_count(ruleset: RuleSet) -> None:
    fast = artefact.fast_validator()
    assert {relation.rule for relation in ruleset.relations} <= fast.rules
    committed, _ = artefact.load()
    assert Checker(committed, Policy(committed), fast=fast).judges.fast is fast


def test_only_who_sees_the_whole_file_claims_to_look_at_relations() -> None:
    levels = {target: {support[kind] for kind in RELATIONS} for target, support in targets.SUPPORT.items()}
    assert levels == {
        "Python (explain, relate)": {"exact"},
        "Python (fast)": {"none"},
        "JSON Schema": {"none"},
        "SQL": {"exact", "partial"},
        "Conformance suite": {"exact"},
    }


def test_the_table_of_null_and_missing_does_not_speak_of_relations(ruleset: RuleSet) -> None:
    own = {rule.id for rule in ruleset.rules if rule.kind in RELATIONS}
    assert own
    assert own.isdisjoint(row.rule for row in null_table(ruleset))


def test_the_page_of_relations_has_all_of_them(ruleset: RuleSet, pages: dict[str, str]) -> None:
    page = pages["relations.md"]
    tables = [re.findall(r"^\| (.+) \|$", part, re.MULTILINE)[1:] for part in page.split("\n## ")]
    assert [len(table) for table in tables if table] == [
        len(ruleset.records),
        len(ruleset.references),
        len(ruleset.relations),
    ]
    for rule in ruleset.rules:
        assert (f'<a id="{rule.id}"></a>' in page) == (rule.kind in RELATIONS), rule.id


def test_each_instruction_names_the_rules_between_its_lines(ruleset: RuleSet, pages: dict[str, str]) -> None:
    named: list[str] = []
    for instruction in ruleset.instructions:
        own = rules_between(ruleset, instruction)
        part = pages[f"{instruction.name}.md"].partition("## Checks between lines")[2].partition("\n## ")[0]
        assert re.findall(r"^\| \[`([^`]+)`\]", part, re.MULTILINE) == own
        assert own
        named += own
    assert sorted(named) == sorted({relation.rule for relation in ruleset.relations})


def test_an_example_of_several_lines_is_shown_whole_with_the_place_of_its_mistake(pages: dict[str, str]) -> None:
    page = pages["relations.md"]
    assert "**Bad:** A fourth level. The mistake is in line 4, at `/data/0/parent`." in page
    assert '"parent":"c7f0d2a8-1b6e-4e39-9d54-2a8b7c3e6f01","time":"2024-05-01T10:15:00Z"}]}\n' in page
