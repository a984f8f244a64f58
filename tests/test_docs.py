"""The reference documentation: complete, linked, readable as Markdown, and true to the rules."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import jinja2
import msgspec
import pytest

from generators.load import load
from generators.null_table import FORMS, Form, Row, null_table
from generators.render import render
from generators.resolve import resolve
from generators.samples import at
from generators.to_docs import to_docs
from stream_import_rules import model
from stream_import_rules.model import Example, Field, Rule, RuleSet

ROOT = Path(__file__).parents[1]
FINGERPRINT = "0123456789abcdef" * 4


def support_of(ruleset: RuleSet) -> dict[str, dict[str, str]]:
    return {"Python": dict.fromkeys((rule.kind for rule in ruleset.rules), "exact")}


@pytest.fixture(scope="module")
def ruleset() -> RuleSet:
    return resolve(load(ROOT / "rules/feeds-v2"))


@pytest.fixture(scope="module")
def pages(ruleset: RuleSet) -> dict[str, str]:
    return to_docs(ruleset, FINGERPRINT, support_of(ruleset))


# A rule set of one instruction, whose texts hold all that Markdown could stumble over.


def rule(rule_id: str, kind: str, place: str, **more: Any) -> Rule:
    line = {"do": "put", "items": [{"n|a": "x"}]}
    texts = {
        "summary": "A | bar, `a|b`, *stars* and [links](x).",
        "why": "Because of <b> and `` a`b ``.",
        "fix": "Do.",
        "since": "1.0.0",
        "severity": "error",
        "sources": (model.Source(document="doc", mark="D", quote="this | that"),),
        "good": (Example(line=line),),
        "bad": (Example(line=line, path=place.replace("*", "0")),),
        "defined_in": "odd/ruleset.yaml:1",
        "entity": rule_id.split(".")[0],
    }
    return Rule(id=rule_id, kind=kind, place=place, **{**texts, **more})


def odd_ruleset(
    *, members: tuple[Field, ...] = (), rules: tuple[Rule, ...] = (), type_docs: dict[str, str] | None = None
) -> RuleSet:
    text = model.StringValue(
        type_rule="item.n.type", checks=(model.Pattern(rule="item.n.form", pattern="a|`b|c"),), blank=True
    )
    item = model.RecordValue(
        type_rule="item.type",
        entity="item",
        fields=(Field("n|a", text, doc="An `a|b` | c.", aliases=("x|y",)), *members),
    )
    discriminator = Field("do", model.StringValue(type_rule="line.do.type"))
    entries = Field("items", model.ListValue(type_rule="line.items.type", items=item))
    line = model.RecordValue(type_rule="", entity="line", fields=(discriminator, entries))
    envelope = model.RecordValue(type_rule="", entity="line", fields=(discriminator,))
    example = {"do": "put", "items": [{"n|a": "x"}]}
    own = (
        rule("item.n.form", "pattern", "/items/*/n|a", enabled=False),
        rule("item.n.type", "wrong-type", "/items/*/n|a"),
        rule("item.type", "wrong-type", "/items/*"),
        rule("line.do.type", "wrong-type", "/do"),
        rule("line.items.type", "wrong-type", "/items"),
    )
    return RuleSet(
        name="odd",
        version="1.0.0",
        title="Odd | file",
        summary="Odd.",
        url="https://example.org/",
        discriminator="do",
        payload="items",
        envelope=envelope,
        instructions=(
            model.Instruction(
                name="put",
                title="Put",
                doc="Puts `a|b`.",
                entity="item",
                entry_doc="An item.",
                line=line,
                base=example,
                full=example,
            ),
        ),
        framing=(),
        rules=tuple(sorted((*own, *rules), key=lambda r: r.id)),
        documents={"doc": "The | document"},
        type_docs=type_docs or {},
    )


def odd_pages() -> dict[str, str]:
    odd = odd_ruleset()
    return to_docs(odd, FINGERPRINT, support_of(odd))


# What a reader of Markdown sees.


def prose(page: str) -> str:
    """A page without its code blocks and code spans, in which brackets are no links."""
    page = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", page, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "code", page)


def anchors(page: str) -> list[str]:
    return re.findall(r'<a id="([^"]+)"></a>', page)


def headings(page: str) -> set[str]:
    """The anchors that GitHub gives to headings."""
    page = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", page, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def tables(page: str) -> list[list[str]]:
    return [block.splitlines() for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)]


def columns(row: str) -> int:
    return len(re.findall(r"(?<!\\)\|", row)) - 1


# --------------------------------------------------------------------------- all pages


def test_there_is_a_page_for_each_instruction_and_each_subject(ruleset: RuleSet, pages: dict[str, str]) -> None:
    subjects = {"index.md", "framing.md", "relations.md", "app.md", "types.md", "rules.md", "support.md"}
    subjects.add("null-and-missing.md")
    assert pages.keys() == subjects | {f"{instruction.name}.md" for instruction in ruleset.instructions}


def test_each_page_says_that_it_is_generated_from_what_and_how(pages: dict[str, str]) -> None:
    for page in pages.values():
        head = page.splitlines()[0]
        assert re.fullmatch(
            r"<!-- Generated by `python -m generators build` from rules/feeds-v2/ and generators/templates/\S+\.md\.j2"
            r"\. Fingerprint 0123456789abcdef\. Do not edit\. -->",
            head,
        )
        template = ROOT / re.search(r"generators/templates/\S+\.j2", head)[0]  # type: ignore[index]
        assert template.is_file()


def test_equal_rule_sets_give_equal_pages(ruleset: RuleSet, pages: dict[str, str]) -> None:
    again = model.of_json(model.to_json(ruleset))
    assert to_docs(again, FINGERPRINT, support_of(again)) == pages


def test_pages_are_tidy_text_files(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        assert page.encode("utf-8").endswith(b"\n")
        assert not page.endswith("\n\n"), name
        assert "\n\n\n" not in page, name
        assert not re.search(r"[ \t]$", prose(page), re.MULTILINE), name


def test_each_link_leads_to_a_page_and_an_anchor_that_exist(pages: dict[str, str]) -> None:
    targets = {name: {*anchors(page), *headings(page)} for name, page in pages.items()}
    for name, page in pages.items():
        for href in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            file, _, anchor = href.partition("#")
            if file.startswith("../"):
                assert (ROOT / "docs/reference" / file).resolve().is_file(), f"{name}: {href}"
                assert not anchor if file.endswith(".md") else re.fullmatch(r"L\d+", anchor)
            else:
                assert not anchor or anchor in targets[file or name], f"{name}: {href}"
                assert (file or name) in pages, f"{name}: {href}"


def test_there_are_links_to_walk(pages: dict[str, str]) -> None:
    assert all(re.search(r"\]\([^)]+\)", prose(page)) for page in pages.values())


def test_each_rule_has_one_anchor_in_all_pages(ruleset: RuleSet, pages: dict[str, str]) -> None:
    found = Counter(anchor for page in pages.values() for anchor in anchors(page))
    assert {rule.id: found[rule.id] for rule in ruleset.rules} == {rule.id: 1 for rule in ruleset.rules}


def test_no_page_has_an_anchor_twice(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert len(anchors(page)) == len(set(anchors(page)))


def test_each_rule_stands_once_in_the_list_of_rules_in_order(ruleset: RuleSet, pages: dict[str, str]) -> None:
    listed = re.findall(r"^\| \[`([^`]+)`\]\(", pages["rules.md"], re.MULTILINE)
    assert listed == [rule.id for rule in ruleset.rules]


@pytest.mark.parametrize("which", ["real", "odd"])
def test_all_rows_of_a_table_have_the_same_number_of_columns(pages: dict[str, str], which: str) -> None:
    for name, page in (pages if which == "real" else odd_pages()).items():
        for table in tables(page):
            assert len({columns(row) for row in table}) == 1, f"{name}: {table[0]}"
            assert re.fullmatch(r"\|(---\|)+", table[1]), f"{name}: {table[0]}"


# --------------------------------------------------------------------------- what they say


def test_a_row_of_a_field_table(pages: dict[str, str]) -> None:
    assert (
        "| [`verb`](#at-data-item-verb) | string | [yes](#activity.verb.required) | no "
        "| [not empty](#activity.verb.not-empty), [at most 255 bytes](#activity.verb.max-bytes) | What the actor did. |"
    ) in pages["add_activities.md"].splitlines()


def test_the_section_of_a_rule(pages: dict[str, str]) -> None:
    page = pages["follow.md"]
    section = page[page.index('<a id="follow.self">') :].split("\n<a id=")[0]
    assert section.startswith('<a id="follow.self"></a>\n\n#### `follow.self`\n\n**error** · ')
    assert [line.split(" ")[1] for line in section.splitlines() if line.startswith("* ")] == [
        "Why:",
        "Fix:",
        "Evidence:",
        "Defined",
    ]
    assert "“A Feed cannot follow itself” (documented on another page" in section
    assert '**Bad:**\n\n```text\n{"instruction": "follow", "feedId": "user:bob", "data": ["user:bob"' in section


def test_only_the_part_that_matters_is_shown(pages: dict[str, str]) -> None:
    page = pages["add_activities.md"]
    section = page[page.index('<a id="activity.verb.max-bytes">') :].split("\n<a id=")[0]
    assert '```text\n"verb": "' in section
    assert '…" (256 characters)\n```' in section
    section = page[page.index('<a id="activity.reserved-field">') :].split("\n<a id=")[0]
    assert '```text\n{…, "activity_id": ' in section


def test_no_example_is_too_long_to_read(pages: dict[str, str]) -> None:
    for page in pages.values():
        for block in re.findall(r"^```text\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL):
            assert max(map(len, block.splitlines())) < 500


def test_the_text_of_a_shared_type_is_printed_once(ruleset: RuleSet, pages: dict[str, str]) -> None:
    why = next(rule.why for rule in ruleset.rules if rule.id == "activity.time.format")
    assert sum(page.count(why) for page in pages.values()) == pages["types.md"].count(why) == 1
    assert "[`timestamp.format`](types.md#type.timestamp.format)" in pages["add_activities.md"]
    assert "[`reaction.activity_time.format`](reactions.md#reaction.activity_time.format)" in pages["types.md"]


def test_each_shared_type_says_what_it_is(ruleset: RuleSet, pages: dict[str, str]) -> None:
    description = "An instant, as RFC 3339 has it, best in UTC with a final `Z`."
    assert f"## `timestamp`\n\n{description}\n\n* JSON type: string, a time\n" in pages["types.md"]
    described = re.findall(r"^## `(\w+)`\n\n(?!\* ).+\n\n\* JSON type: ", pages["types.md"], re.MULTILINE)
    assert described == sorted(ruleset.type_docs)


def test_the_description_of_a_type_may_hold_anything() -> None:
    value = model.StringValue(type_rule="item.n.type", named="odd")
    odd = odd_ruleset(members=(Field("m", value),), type_docs={"odd": "One *of* `a|b` | c."})
    page = to_docs(odd, FINGERPRINT, support_of(odd))["types.md"]
    assert "## `odd`\n\nOne \\*of\\* `a|b` \\| c.\n\n" in page


def test_the_text_of_a_shared_type_names_no_single_place(pages: dict[str, str]) -> None:
    assert "**error** · `timestamp` has the form `2023-05-01T09:30:00Z`." in pages["types.md"]
    assert "* Fix: Give `timestamp` a value." in pages["types.md"]


def test_both_forms_of_a_line_are_printed(ruleset: RuleSet, pages: dict[str, str]) -> None:
    for instruction in ruleset.instructions:
        blocks = re.findall(r"^```json\n(.*?)\n```$", pages[f"{instruction.name}.md"], flags=re.MULTILINE | re.DOTALL)
        lines = [msgspec.json.decode(block) for block in blocks]
        assert lines[:2] == [instruction.base] * 2
        assert "\n" in blocks[0]
        assert "\n" not in blocks[1]


def test_the_overview_counts_all_rules(ruleset: RuleSet, pages: dict[str, str]) -> None:
    for severity in model.SEVERITIES:
        count = sum(rule.severity == severity for rule in ruleset.rules)
        assert re.search(rf"^\| {severity} \| .* \| {count} \|$", pages["index.md"], re.MULTILINE)


def test_what_cannot_be_seen_is_made_visible(pages: dict[str, str]) -> None:
    assert '⟨U+FEFF⟩{"instruction"' in pages["framing.md"]
    assert not re.search("[\ufeff\t\r\u2028]", "".join(pages.values()))


def test_special_characters_survive() -> None:
    page = odd_pages()["put.md"]
    assert r"| [`n\|a`](#at-items-item-nx7ca) | string | no | no |" in page
    assert r"| An `a\|b` \| c. Not: `x\|y`. |" in page
    assert r"A \| bar, `a|b`, \*stars\* and \[links\](x)." in page
    assert r"Because of \<b\> and `` a`b ``." in page
    assert "Pattern: ``a|`b|c``" in page


def test_a_rule_that_is_off_by_default_says_so() -> None:
    pages = odd_pages()
    assert "**error**, only reported if selected ·" in pages["put.md"]
    assert re.search(r"`item\.n\.form`.*\| no \|", pages["rules.md"])


def test_a_rule_without_a_page_is_refused() -> None:
    lost = odd_ruleset(rules=(rule("item.lost", "pattern", "/items/*"),))
    with pytest.raises(ValueError, match=r"no page of the documentation for item\.lost"):
        to_docs(lost, FINGERPRINT, support_of(lost))


def test_a_target_that_is_silent_about_a_kind_is_refused(ruleset: RuleSet) -> None:
    levels = support_of(ruleset)["Python"]
    del levels["required"]
    with pytest.raises(ValueError, match="the target Python declares no support for required"):
        to_docs(ruleset, FINGERPRINT, {"Python": levels})
    with pytest.raises(ValueError, match="unknown levels: most"):
        to_docs(ruleset, FINGERPRINT, {"Python": {**levels, "required": "most"}})


def test_the_matrix_shows_what_each_target_does_with_each_kind(ruleset: RuleSet) -> None:
    exact = support_of(ruleset)["Python"]
    pages = to_docs(ruleset, FINGERPRINT, {"One": exact, "Two": {**exact, "max-bytes": "none"}})
    assert re.search(r"^\| `max-bytes` \| \d+ \| .* \| exact \| none \|$", pages["support.md"], re.MULTILINE)
    assert f"| exact | {len(ruleset.rules)} |" in pages["support.md"]


def test_the_filters_for_markdown_reach_no_other_template() -> None:
    assert "rules.md" in odd_pages()
    with pytest.raises(jinja2.TemplateAssertionError, match="No filter named"):
        render("rules.md.j2", rows=[])


# --------------------------------------------------------------------------- null and missing


def rows_of(value: model.Value, required: str = "") -> dict[str, str]:
    """What each form of a member of this value breaks."""
    odd = odd_ruleset(members=(Field("m", value, required=required),))
    return {row.form: row.rule for row in null_table(odd) if row.pointer == "/items/*/m"}


def test_missing_is_not_null() -> None:
    rows = rows_of(model.BooleanValue(type_rule="type"), required="required")
    assert (rows["missing"], rows["null"]) == ("required", "type")


def test_null_is_fine_where_it_is_allowed() -> None:
    rows = rows_of(model.BooleanValue(type_rule="type", nullable=True))
    assert (rows["missing"], rows["null"], rows["string"]) == ("", "", "type")


def test_a_blank_string_counts_as_absent_where_the_value_says_so() -> None:
    checks = (model.NotEmpty(rule="not-empty"),)
    assert rows_of(model.StringValue(type_rule="type", checks=checks))['""'] == "not-empty"
    assert rows_of(model.StringValue(type_rule="type", checks=checks, blank=True))['""'] == ""


def test_the_first_check_that_an_empty_value_breaks_is_named() -> None:
    pattern = model.Pattern(rule="format", pattern="[a-z]+")
    assert rows_of(model.StringValue(type_rule="type", checks=(pattern,)))['""'] == "format"
    assert rows_of(model.StringValue(type_rule="type"))['""'] == ""
    assert rows_of(model.ObjectValue(type_rule="type", checks=(model.NotEmpty(rule="not-empty"),)))["{}"] == "not-empty"
    items = model.ListValue(type_rule="type", items=model.AnyValue(type_rule=""))
    assert rows_of(items)["[]"] == ""


def test_a_tolerated_type_breaks_its_own_rule() -> None:
    tolerated = (model.ToleratedType(rule="coerced", json_type="number"),)
    rows = rows_of(model.StringValue(type_rule="type", tolerated=tolerated))
    assert (rows["number"], rows["boolean"]) == ("coerced", "type")


def test_a_fraction_is_no_whole_number() -> None:
    assert rows_of(model.IntegerValue(type_rule="type"))["fraction"] == "type"
    assert "fraction" not in rows_of(model.NumberValue(type_rule="type"))


def test_anything_goes_where_anything_goes() -> None:
    assert set(rows_of(model.AnyValue(type_rule="")).values()) == {""}


def test_values_of_the_right_type_are_not_in_the_table() -> None:
    assert "string" not in rows_of(model.StringValue(type_rule="type"))
    record = model.RecordValue(type_rule="type", entity="m", fields=())
    assert rows_of(record).keys() & {"{}", "object"} == set()


def test_an_entry_cannot_be_missing(ruleset: RuleSet) -> None:
    rows = [row for row in null_table(ruleset) if row.pointer == "/data/*"]
    assert rows
    assert not [row for row in rows if row.form == "missing"]


def test_each_row_of_the_table_is_there_once(ruleset: RuleSet) -> None:
    rows = null_table(ruleset)
    assert len({(row.instruction, row.pointer, row.form) for row in rows}) == len(rows)


def form_of(line: Any, path: str) -> Form:
    absent = object()
    value = at(line, path, absent)
    if value is absent:
        return "missing"
    exact = [form for form, sample in FORMS.items() if sample == value and type(sample) is type(value)]
    similar = [form for form, sample in FORMS.items() if type(sample) is type(value) and sample]
    return [*exact, *similar][0]


def test_the_table_agrees_with_the_bad_examples(ruleset: RuleSet) -> None:
    rules_of = {(row.instruction, row.pointer, row.form): row.rule for row in null_table(ruleset)}
    compared = Counter[str]()
    for one in ruleset.rules:
        for example in one.bad if one.kind in ("required", "wrong-type", "not-empty", "tolerated-type") else ():
            instruction = example.line.get(ruleset.discriminator, ruleset.instructions[0].name)
            if isinstance(instruction, str):
                form = form_of(example.line, example.path)
                assert rules_of[instruction, one.place, form] == one.id, (one.id, form)
                compared[one.kind] += 1
    assert min(compared.values()) > 3
    assert len(compared) == 4


def test_the_page_tells_each_outcome_of_the_table(ruleset: RuleSet, pages: dict[str, str]) -> None:
    page = pages["null-and-missing.md"]
    broken = {row.rule for row in null_table(ruleset) if row.rule}
    assert broken <= set(re.findall(r"\.md#([^)]+)\)", page))
    assert Row("add_activities", "/data/*/target", '""', "") in null_table(ruleset)
    assert re.search(r"^\| \[`/data/\*/target`\]\(\S+\) \| fine \| fine \| fine \| \[`type`\]", page, re.MULTILINE)
