"""The JSON Schemas say what the rules say, in every draft and to every validator.

The rules' own examples are the cases; real clients (ajv, VS Code's engine) are in test_schema_clients.
"""

from __future__ import annotations

import copy
import datetime
import functools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import fastjsonschema
import jsonschema
import jsonschema_rs
import msgspec
import pytest

from generators import schema_patterns, to_json_schema
from generators.load import load
from generators.resolve import resolve
from generators.schema_shape import Shaper
from generators.schema_text import EDITOR_KEYWORDS, PlainNotes
from generators.to_json_schema import SUPPORT, not_enforced
from stream_import_rules import model

RULESET = resolve(load(Path(__file__).parents[1] / "rules" / "feeds-v2"))
RULES = {rule.id: rule for rule in RULESET.rules}
FINGERPRINT = "f" * 64
FILES = to_json_schema.to_json_schema(RULESET, FINGERPRINT)
HOME = f"{RULESET.name}/v{RULESET.version}/"
#: Each schema once, without the copies for `v1.0` and `v1`.
SCHEMAS = {path.removeprefix(HOME): json.loads(text) for path, text in FILES.items() if path.startswith(HOME)}
DRAFTS = ["", ".draft-07"]
SEVERITIES = {"errors": {"error"}, "strict": {"error", "warning"}}

Verdict = Callable[[Any], bool]


def schema(which: str, draft: str = "") -> Any:
    return SCHEMAS[f"{RULESET.name}.{which}{draft}.schema.json"]


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """All subschemas of a schema that are objects."""
    if not isinstance(node, dict):
        return
    yield node
    for keyword, value in node.items():
        if keyword in {"properties", "$defs", "definitions"}:
            below = list(value.values())
        elif keyword in {"if", "then", "else", "not", "items", "allOf", "prefixItems", "propertyNames"}:
            below = value if isinstance(value, list) else [value]
        else:
            below = []
        for one in below:
            yield from parts(one)


# --------------------------------------------------------------------------- files


def test_there_are_eight_schemas_each_at_three_versions() -> None:
    whats = ["line.errors", "line.strict", "line.editor", "array.editor"]
    names = {f"feeds-v2.{what}{draft}.schema.json" for what in whats for draft in DRAFTS}
    assert set(FILES) == {f"feeds-v2/{version}/{name}" for version in ("v1.0.0", "v1.0", "v1") for name in names}


def test_a_copy_is_the_same_text_and_keeps_the_id_of_the_full_version() -> None:
    for name, parsed in SCHEMAS.items():
        texts = {FILES[f"feeds-v2/{version}/{name}"] for version in ("v1.0.0", "v1.0", "v1")}
        assert len(texts) == 1
        assert parsed["$id"] == f"https://stream-import-rules.github.io/schemas/feeds-v2/v1.0.0/{name}"


def test_texts_are_json_with_two_spaces_and_a_final_newline() -> None:
    for text in FILES.values():
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_the_same_rules_give_the_same_files_and_only_the_comment_has_the_fingerprint() -> None:
    assert to_json_schema.to_json_schema(RULESET, FINGERPRINT) == FILES
    for path, text in to_json_schema.to_json_schema(RULESET, "0" * 64).items():
        assert text.replace("0" * 64, FINGERPRINT) == FILES[path]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_against_its_meta_schema(name: str) -> None:
    meta = jsonschema.validators.validator_for(SCHEMAS[name])
    assert meta is (jsonschema.Draft7Validator if "draft-07" in name else jsonschema.Draft202012Validator)
    meta.check_schema(SCHEMAS[name])
    assert jsonschema_rs.meta.is_valid(SCHEMAS[name])


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_says_where_it_comes_from_and_what_it_does_not_enforce(name: str) -> None:
    parsed = SCHEMAS[name]
    assert FINGERPRINT in parsed["$comment"]
    assert "rules/feeds-v2/instructions/follow.yaml" in parsed["$comment"]
    assert "python -m generators build" in parsed["$comment"]
    told = parsed["description"].partition("Not enforced here: ")[2]
    named = re.findall(r"[a-z][\w-]*(?:\.[\w-]+)+", told)
    assert sorted(named) == not_enforced(RULESET, "errors" if "errors" in name else "strict")


# --------------------------------------------------------------------------- portability


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_keeps_to_keywords_that_all_engines_read_alike(name: str) -> None:
    keywords = {keyword for part in parts(SCHEMAS[name]) for keyword in part}
    assert keywords.isdisjoint({"oneOf", "anyOf", "format", "unevaluatedProperties", "$anchor", "$dynamicRef"})
    if "editor" not in name:
        assert keywords.isdisjoint(EDITOR_KEYWORDS)
    assert all("$id" not in part for part in list(parts(SCHEMAS[name]))[1:])
    old = "draft-07" in name
    assert not keywords & ({"$defs", "prefixItems"} if old else {"definitions"})
    for part in parts(SCHEMAS[name]):
        if "$ref" in part:
            assert part["$ref"].startswith("#/definitions/" if old else "#/$defs/")
            assert not old or len(part) == 1


@pytest.mark.parametrize("name", SCHEMAS)
def test_patterns_have_no_token_that_engines_read_differently(name: str) -> None:
    found = {part["pattern"] for part in parts(SCHEMAS[name]) if "pattern" in part}
    assert found
    for pattern in found:
        assert not re.search(r"\\[^rn\\^$*+?()\[\]{}|]|\(\?", pattern), pattern
        assert "." not in re.sub(r"\[[^\]]*\]", "", pattern), pattern


@pytest.mark.parametrize("name", SCHEMAS)
def test_nothing_is_told_in_a_condition_or_a_shared_definition(name: str) -> None:
    told = {"title", "description", "markdownDescription", "examples"}
    shared = list((SCHEMAS[name].get("$defs") or SCHEMAS[name].get("definitions") or {}).values())
    conditions = [part["if"] for part in parts(SCHEMAS[name]) if "if" in part]
    for silent in shared + conditions:
        assert all(told.isdisjoint(part) for part in parts(silent))


# --------------------------------------------------------------------------- verdicts


class Case(NamedTuple):
    """A line of the rules' examples and the rules that it breaks. ``app``: it is judged under the
    configuration of an app, of which a schema knows nothing."""

    name: str
    line: Any
    broken: tuple[str, ...]
    huge: bool
    app: bool

    def wanted(self, variant: str) -> bool | None:
        """Whether a variant of the schema accepts the line, ``None`` if that is left to it."""
        rules = [RULES[rule] for rule in self.broken]
        counting = [rule for rule in rules if rule.enabled and rule.severity in SEVERITIES[variant]]
        if not counting:
            return None if self.app else True
        return False if any(SUPPORT[rule.kind] == "exact" for rule in counting) else None


def cases() -> Iterator[Case]:
    for rule in RULESET.rules:
        for word, broken, examples in (("good", (), rule.good), ("bad", (rule.id,), rule.bad)):
            for i, example in enumerate(examples):
                if example.line is not msgspec.UNSET:
                    line = model.expanded(example.line, example.repeat, example.lengthen)
                    about = bool(example.repeat), example.app is not None
                    yield Case(f"{rule.id}, {word} {i}", line, (*broken, *example.breaks), *about)


CASES = list(cases())


@functools.cache
def engine(name: str, which: str, draft: str) -> Verdict:
    one = copy.deepcopy(schema(which, draft))  # fastjsonschema rewrites the schema that it is given
    match name:
        case "jsonschema":
            return jsonschema.validators.validator_for(one)(one).is_valid
        case "jsonschema-rs":
            return jsonschema_rs.validator_for(one).is_valid
        case "fastjsonschema":
            compiled = fastjsonschema.compile(one)

            def verdict(line: Any) -> bool:
                try:
                    compiled(line)
                except fastjsonschema.JsonSchemaException:
                    return False
                return True

            return verdict
        case _:
            raise AssertionError(name)


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("variant", ["errors", "strict"])
@pytest.mark.parametrize("name", ["jsonschema", "jsonschema-rs", "fastjsonschema"])
def test_the_rules_examples_get_their_verdict(name: str, variant: str, draft: str) -> None:
    verdict = engine(name, f"line.{variant}", draft)
    wrong = []
    for case in CASES:
        if case.huge and (name, variant) not in {("jsonschema-rs", "errors"), ("jsonschema-rs", "strict")}:
            continue  # 10,000 entries take the slower two seconds
        wanted = case.wanted(variant)
        if wanted is not None and verdict(case.line) is not wanted:
            wrong.append(f"{case.name}: {'refused' if wanted else 'accepted'}")
    assert wrong == []


@pytest.mark.parametrize("name", ["jsonschema", "fastjsonschema"])
def test_the_slower_engines_count_entries_too(name: str) -> None:
    verdict = engine(name, "line.errors", ".draft-07")
    users = [case for case in CASES if case.huge and case.name.startswith("users.data.max-items")]
    assert [verdict(case.line) for case in users] == [True, False]


@pytest.mark.parametrize("draft", DRAFTS)
def test_the_editor_schema_is_as_strict_as_the_strict_one(draft: str) -> None:
    strict, editor = (engine("jsonschema-rs", which, draft) for which in ("line.strict", "line.editor"))
    assert [case.name for case in CASES if strict(case.line) is not editor(case.line)] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_base_and_the_full_line_of_each_instruction_pass(name: str) -> None:
    validator = jsonschema.validators.validator_for(SCHEMAS[name])(SCHEMAS[name])
    for instruction in RULESET.instructions:
        for line in (instruction.base, instruction.full):
            assert list(validator.iter_errors([line] if "array" in name else line)) == []


@pytest.mark.parametrize("draft", DRAFTS)
def test_the_array_form_takes_an_array_of_lines(draft: str) -> None:
    accepts = engine("jsonschema-rs", "array.editor", draft)
    lines = [instruction.base for instruction in RULESET.instructions]
    assert accepts(lines)
    assert accepts([])
    assert not accepts(lines[0])
    assert not accepts([*lines, {"instruction": "follow", "data": ["user:alice"]}])


@pytest.mark.parametrize("value", ["user:alice\n", "user:alice\r\n", "\nuser:alice"])
def test_a_line_end_around_a_feed_id_is_refused_by_every_engine(value: str) -> None:
    line = {"instruction": "follow", "feedId": "user:bob", "data": [value]}
    for name in ("jsonschema", "jsonschema-rs", "fastjsonschema"):
        assert not engine(name, "line.errors", ".draft-07")(line)


# --------------------------------------------------------------------------- messages


def errors_of(line: Any, which: str = "line.strict") -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(schema(which)).iter_errors(line)]


def reaction(**changes: Any) -> Any:
    line = copy.deepcopy(next(i.base for i in RULESET.instructions if i.name == "reactions"))
    line["data"][0] |= changes
    return line


def test_a_misspelt_instruction_is_one_error_that_lists_the_right_ones() -> None:
    names = [instruction.name for instruction in RULESET.instructions]
    line = {"instruction": "add_activity", "feedId": "user:alice", "data": [{}]}
    assert errors_of(line) == [f"'add_activity' is not one of {names!r}"]


def test_a_missing_feed_is_one_error() -> None:
    assert errors_of({"instruction": "follow", "data": ["user:alice"]}) == ["'feedId' is a required property"]


def test_a_reaction_without_its_activity_misses_the_id() -> None:
    line = reaction()
    del line["data"][0]["activity_id"]
    assert errors_of(line) == ["'activity_id' is a required property"]


def test_half_a_pair_misses_the_other_half() -> None:
    line = reaction(activity_foreign_id="post:1")
    del line["data"][0]["activity_id"]
    assert errors_of(line) == ["'activity_time' is a required property"]


def test_a_number_for_a_time_is_one_error() -> None:
    assert errors_of(reaction(time=17)) == ["17 is not of type 'string'"]


def test_messages_in_the_editor_end_with_the_rules_to_look_up() -> None:
    for part in parts(schema("array.editor")):
        assert part.get("not") != {} or "errorMessage" in part
        for keyword in {"errorMessage", "patternErrorMessage"} & part.keys():
            rules = re.search(r" \[([^\]]*)\]$", part[keyword])
            assert rules, part[keyword]
            assert set(rules[1].split(", ")) <= RULES.keys(), part[keyword]


def test_a_hover_has_what_why_fix_and_a_link() -> None:
    entries = schema("line.editor")["allOf"][0]["then"]["properties"]["data"]["items"]
    rule = RULES["activity.verb.not-empty"]
    text = entries["properties"]["verb"]["markdownDescription"]
    assert text.startswith("What the actor did.\n\n* ")
    page = "https://stream-import-rules.github.io/reference/add_activities#activity.verb.not-empty"
    assert f"**{rule.summary}** {rule.why} {rule.fix} [{rule.id}]({page})" in text
    assert "*Not fully checked in the editor.* [activity.verb.max-bytes]" in text


def test_a_snippet_for_a_line_is_one_line() -> None:
    snippets = schema("line.editor")["defaultSnippets"]
    assert [snippet["label"] for snippet in snippets] == [i.name for i in RULESET.instructions]
    for snippet, instruction in zip(snippets, RULESET.instructions, strict=True):
        assert "\n" not in snippet["bodyText"]
        assert json.loads(re.sub(r"\\(.)", r"\1", snippet["bodyText"])) == instruction.base


# --------------------------------------------------------------------------- support


def test_the_support_table_names_every_kind_of_the_model() -> None:
    unions = (model.ValueCheck, model.RecordCheck, model.FramingCheck, model.Relation, model.AppCheck)
    kinds = {cls.__struct_config__.tag for union in unions for cls in union.__args__}
    kinds |= {f"tolerated-{cls.__struct_config__.tag}" for cls in model.Tolerated.__args__}
    assert set(SUPPORT) == kinds | {"required", "wrong-type", "unknown"}


@pytest.mark.parametrize("variant", ["errors", "strict"])
def test_what_is_not_enforced_is_what_the_support_table_says(variant: Any) -> None:
    counting = [rule for rule in RULESET.rules if rule.enabled and rule.severity in SEVERITIES[variant]]
    between = {relation.rule for relation in RULESET.relations}
    missing = [rule.id for rule in counting if SUPPORT[rule.kind] != "exact" or rule.id in between]
    assert not_enforced(RULESET, variant) == missing


def test_a_rule_that_holds_between_lines_too_is_enforced_in_part() -> None:
    schema = to_json_schema.to_json_schema(RULESET, "0" * 64)["feeds-v2/v1.0.0/feeds-v2.line.strict.schema.json"]
    in_part = json.loads(schema)["description"].partition("Enforced in part: ")[2].removesuffix(".")
    assert "follow.duplicate" in in_part.split(", ")


# --------------------------------------------------------------------------- semantics, on small rules


def accepts(value: model.Value, *counted: str) -> Callable[[Any], bool]:
    """A judge of entries that are such a value, when only these rules count."""
    anything = model.AnyValue(type_rule="")
    entries = model.ListValue(type_rule="line", items=value)
    name = model.StringValue(type_rule="line", checks=(model.Choices(rule="name", values=("put",)),))
    members = (model.Field(name="do", value=name), model.Field(name="what", value=anything))
    line = (members[0], model.Field(name="what", value=entries))
    ruleset = msgspec.structs.replace(
        RULESET,
        discriminator="do",
        payload="what",
        envelope=model.RecordValue(type_rule="", entity="line", fields=members),
        instructions=(
            model.Instruction(
                name="put",
                title="",
                doc="",
                entity="thing",
                entry_doc="",
                line=model.RecordValue(type_rule="", entity="line", fields=line),
                base={},
                full={},
            ),
        ),
    )
    shape = Shaper(ruleset, {"line", *counted}, PlainNotes()).line()
    validator = jsonschema.Draft202012Validator(shape)
    validator.check_schema(shape)
    return lambda entry: validator.is_valid({"do": "put", "what": [entry]})


def string(*checks: model.ValueCheck, **more: Any) -> model.StringValue:
    return model.StringValue(type_rule="type", checks=checks, **more)


def record(*checks: model.RecordCheck, unknown: str = "", **members: model.Value) -> model.RecordValue:
    fields = tuple(model.Field(name=name, value=value) for name, value in members.items())
    return model.RecordValue(type_rule="type", entity="thing", fields=fields, checks=checks, unknown=unknown)


def test_a_rule_that_does_not_count_refuses_nothing() -> None:
    assert accepts(string(model.MaxLength(rule="length", limit=2)))(17)
    assert not accepts(string(model.MaxLength(rule="length", limit=2)), "length")("abc")
    assert accepts(string(model.MaxLength(rule="length", limit=2)), "length")(17)


def test_a_check_after_one_that_does_not_count_is_left_out() -> None:
    value = string(
        model.Pattern(rule="first", pattern="[a-z]+"),
        model.MaxLength(rule="second", limit=3, after=("first",)),
    )
    assert accepts(value, "type", "second")("1234"), "the first rule is broken, so the second is not looked at"
    assert not accepts(value, "type", "first", "second")("abcd")


def test_null_is_of_the_wrong_type_unless_the_value_is_nullable() -> None:
    assert not accepts(string(), "type")(None)
    assert accepts(string(model.Pattern(rule="p", pattern="a+"), nullable=True), "type", "p")(None)
    assert accepts(string(model.Choices(rule="c", values=("a",)), nullable=True), "type", "c")(None)


def test_a_blank_string_is_as_good_as_absent() -> None:
    value = string(model.Pattern(rule="p", pattern="a+|b"), nullable=True, blank=True)
    judge = accepts(value, "type", "p")
    assert [judge(v) for v in ("", None, "aa", "b", "ab", "\n")] == [True, True, True, True, False, False]


def test_an_empty_member_counts_as_absent_and_a_wrong_null_as_neither() -> None:
    check = model.AnyOf(rule="any", members=("a", "b"), absent=("parent",))
    value = record(check, a=string(), b=string(nullable=True), parent=string(nullable=True, blank=True))
    judge = accepts(value, "any", "type")
    assert judge({"a": "x"})
    assert judge({"b": "x"})
    assert judge({"parent": "x"})
    assert not judge({})
    assert not judge({"b": None})
    assert not judge({"parent": ""})
    assert accepts(value, "any")({"a": None}), "a null that breaks another rule is neither there nor not"


def test_members_that_go_together_are_all_there_or_none() -> None:
    judge = accepts(record(model.Together(rule="all", members=("a", "b", "c")), a=string(), b=string()), "all", "type")
    assert judge({})
    assert judge({"a": "x", "b": "x", "c": "x"})
    assert not judge({"a": "x", "b": "x"})
    assert not judge({"c": "x"})


def test_reserved_names_are_no_unknown_members() -> None:
    value = record(model.Reserved(rule="reserved", names=("old",)), unknown="unknown", a=string())
    assert not accepts(value, "reserved")({"old": None})
    assert accepts(value, "reserved")({"new": 1})
    assert accepts(value, "unknown")({"old": 1})
    assert not accepts(value, "unknown")({"new": 1})


def test_a_pattern_of_names_leaves_the_defined_ones_alone() -> None:
    value = record(model.KeyPattern(rule="names", pattern="[a-z]+"), unknown="", **{"a.b": string()})
    judge = accepts(value, "names")
    assert [judge({name: "x"}) for name in ("a.b", "ab", "a.c", "axb", "")] == [True, True, False, True, False]


@pytest.mark.parametrize("counted", [True, False])
def test_tolerated_forms_pass_when_their_rules_do_not_count(counted: bool) -> None:
    value = string(
        model.MaxLength(rule="length", limit=3),
        tolerated=(
            model.ToleratedType(rule="number", json_type="number"),
            model.ToleratedText(rule="text", pattern="[a-z]+!"),
            model.ToleratedPair(rule="pair", pattern="[a-z]+"),
        ),
    )
    judge = accepts(value, "type", "length", *(("number", "text", "pair") if counted else ()))
    for form in (17, "ab!", "abcdef!", ["abcdef", ""]):
        assert judge(form) is not counted
    others: list[Any] = [True, "abcdef", ["a"], ["A", "b"], ["a", 1], ["a", "b", "c"], {}]
    assert [other for other in others if judge(other)] == []
    assert judge("abc")


def test_a_member_that_is_deprecated_is_refused_with_any_value() -> None:
    value = record(old=string(model.Deprecated(rule="old")))
    assert not accepts(value, "old", "type")({"old": "x"})
    assert accepts(value, "old", "type")({})
    assert accepts(value, "type")({"old": "x"})


def test_repeated_strings_are_refused_only_where_all_items_are_strings() -> None:
    value = model.ListValue(type_rule="type", items=string(), checks=(model.DistinctItems(rule="once"),))
    assert not accepts(value, "once", "type")(["a", "a"])
    assert accepts(value, "once")([1, 1]), "that two numbers are the same breaks no rule"


def test_several_patterns_that_do_not_imply_each_other_all_hold() -> None:
    value = string(
        model.Split(rule="split", separator=".", parts=("a", "b")),
        model.PartPattern(rule="p", part=0, pattern="[a-c]+x?", separator=".", parts=2),
        model.PartPattern(rule="q", part=0, pattern="[b-d]+x?", separator=".", parts=2),
        model.PartNotIn(rule="n", part=1, values=("no",), separator=".", parts=2),
    )
    judge = accepts(value, "type", "split", "p", "q", "n")
    assert judge("bx.yes")
    for wrong in ("ax.yes", "dx.yes", "bx.no", "bx", "bx.", "bx.y.z"):
        assert not judge(wrong)
    assert judge("bx.none")
    assert judge("bx.no\n"), "a part that only ends like a value that is refused"


# --------------------------------------------------------------------------- patterns


def test_a_wider_pattern_is_left_out_beside_a_narrower_one() -> None:
    assert schema_patterns.narrowest(["[^:]+", "[A-Za-z0-9_-]+", "[A-Za-z0-9_]+"]) == ["[A-Za-z0-9_]+"]
    assert schema_patterns.narrowest(["[a-c]+", "[b-d]+"]) == ["[a-c]+", "[b-d]+"]
    assert schema_patterns.narrowest(["[^:]+", "[^.]+"]) == ["[^:]+", "[^.]+"]


def test_only_a_pattern_of_alternatives_is_put_in_a_group() -> None:
    assert schema_patterns.anchored("a(b|c)") == "^a(b|c)$"
    assert schema_patterns.anchored("[a|b]+") == "^[a|b]+$"
    assert schema_patterns.anchored("a|b") == "^(a|b)$"
    assert schema_patterns.anchored("a", or_empty=True) == "^(a)?$"


def test_a_line_end_is_refused_only_where_the_pattern_holds_none() -> None:
    assert schema_patterns.keywords("[a-z]+")["not"] == {"type": "string", "pattern": "[\\r\\n]"}
    assert "not" not in schema_patterns.keywords("[^.]+")


def test_a_separator_of_more_than_one_character_is_beyond_patterns() -> None:
    assert schema_patterns.split_patterns(model.Split(rule="r", separator="::", parts=("a", "b")), []) is None


@pytest.mark.parametrize("year", [1, 4, 100, 400, 1582, 1900, 2000, 2023, 2024, 2100, 9999])
def test_a_date_passes_if_and_only_if_the_calendar_has_it(year: int) -> None:
    pattern = re.compile(schema_patterns.anchored(schema_patterns.time_pattern([])))
    not_a_date = re.compile(schema_patterns.NO_SUCH_DATE)
    for month in range(14):
        for day in range(33):
            text = f"{year:04}-{month:02}-{day:02}T00:00:00Z"
            try:
                exists = bool(datetime.date(year, month, day))
            except ValueError:
                exists = False
            assert bool(pattern.search(text) and not not_a_date.search(text)) is exists, text


@pytest.mark.parametrize(
    ("checks", "good", "bad"),
    [
        ([], ["T09:30:00", "t09:30:00z", "T09:30:00.1234567+23:59"], ["T24:00:00Z", "T09:30:60Z", "T09:30:00+24:00"]),
        ([model.TimeOffset(rule="r")], ["T09:30:00Z", "T09:30:00-00:00"], ["T09:30:00"]),
        ([model.TimeUppercase(rule="r")], ["T09:30:00", "T09:30:00Z"], ["t09:30:00Z", "T09:30:00z"]),
        ([model.TimePrecision(rule="r", digits=3)], ["T09:30:00.123Z"], ["T09:30:00.1234Z", "T09:30:00.Z"]),
        ([model.TimePrecision(rule="r", digits=0)], ["T09:30:00Z"], ["T09:30:00.1Z"]),
        ([model.TimeUtc(rule="r")], ["T09:30:00Z", "T09:30:00-00:00", "T09:30:00"], ["T09:30:00+00:01"]),
        ([model.TimeZulu(rule="r")], ["T09:30:00Z", "T09:30:00+00:01", "T09:30:00+10:00"], ["T09:30:00-00:00"]),
        ([model.TimeUtc(rule="r"), model.TimeZulu(rule="r")], ["T09:30:00Z", "T09:30:00"], ["T09:30:00+00:00"]),
    ],
)
def test_the_checks_of_a_time_are_one_pattern(checks: list[Any], good: list[str], bad: list[str]) -> None:
    pattern = re.compile(schema_patterns.anchored(schema_patterns.time_pattern(checks)))
    assert [text for text in good if not pattern.search(f"2023-05-01{text}")] == []
    assert [text for text in bad if pattern.search(f"2023-05-01{text}")] == []
