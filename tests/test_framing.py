"""The rules of bytes and lines: bytes of a file in, findings out.

The rule set is a small one with each kind of framing rule, each named like its kind; which rules the import
file has is no matter here.
"""

from __future__ import annotations

import io
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stream_import_rules import framing_values, model, passages, read
from stream_import_rules.findings import Finding
from stream_import_rules.framing import Framer, Judge

steady = settings(derandomize=True, deadline=None, database=None)

CHECKS: tuple[model.FramingCheck, ...] = (
    model.MaxFileBytes(rule="file-bytes", limit=1000),
    model.MaxFileBytes(rule="file-bytes-greater", limit=2000),
    model.FileNotEmpty(rule="file-not-empty"),
    model.Utf8(rule="utf-8"),
    model.NoByteOrderMark(rule="no-bom"),
    model.NotArrayFile(rule="not-array-file"),
    model.ValidJson(rule="json"),
    model.SingleLine(rule="single-line"),
    model.SingleValue(rule="single-value"),
    model.LineIsObject(rule="line-object"),
    model.NotBlank(rule="not-blank"),
    model.UniqueKeys(rule="unique-keys"),
    model.FiniteNumbers(rule="finite-numbers"),
    model.PairedSurrogates(rule="paired-surrogates"),
    model.NoNul(rule="no-nul"),
    model.ExactNumbers(rule="exact-numbers", largest=2**53 - 1),
    model.MaxDepth(rule="max-depth", limit=32),
    model.MaxDepth(rule="max-depth-greater", limit=500),
)


def rule(rule_id: str) -> model.Rule:
    return model.Rule(
        id=rule_id,
        severity="warning" if rule_id == "not-blank" else "error",
        kind="",
        summary="",
        why="",
        fix=f"Mend {rule_id}.",
        since="1",
        sources=(),
        good=(),
        bad=(),
        defined_in="",
        entity="",
        place="",
    )


RULES = model.RuleSet(
    name="small",
    version="1",
    title="",
    summary="",
    url="",
    discriminator="do",
    payload="data",
    envelope=model.RecordValue(type_rule="", entity="line", fields=()),
    instructions=(),
    framing=CHECKS,
    rules=tuple(rule(check.rule) for check in CHECKS),
    documents={},
    type_docs={},
)

GOOD = '{"do":"x","data":[1]}'
PRETTY = '{\n  "do": "x",\n  "data": [\n    1\n  ]\n}'


def items(data: bytes, size: int = 1 << 18, fast: bool = False) -> list[Finding | Judge]:
    """What a checker gets that reads a file in chunks; with ``fast`` it lets clean good lines pass."""
    framer = Framer(RULES, "f")
    found: list[Finding | Judge] = []
    for chunk in read.chunks(io.BytesIO(data), size):
        lines = chunk.lines
        if chunk.offset == 0:
            start = framer.begin(b"".join(lines))
            found += start.findings
            if start.hopeless:
                return found
            lines = [lines[0][start.skip :], *lines[1:]] if lines else []
        if chunk.blank:
            found += framer.blanks(chunk.first_line, chunk.count)
        for number, raw in enumerate(lines, chunk.first_line):
            if fast and not framer.busy and raw.rstrip(b"\n") == GOOD.encode():
                found += framer.passed(1)
            else:
                found += framer.line(number, raw)
    return found + framer.end()


def findings(data: str | bytes) -> list[Finding]:
    data = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    return [item for item in items(data) if isinstance(item, Finding)]


def places(data: str | bytes) -> list[tuple[str, int | None, int | None]]:
    return [(f.rule, f.line, f.column) for f in findings(data)]


def judged(data: str) -> list[tuple[int, int, Any]]:
    """Line, column and value of all objects whose content is to be judged."""
    return [(j.line, j.column, j.parsed.value) for j in items(data.encode()) if isinstance(j, Judge)]


# --------------------------------------------------------------------------- what is fine


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        f"{GOOD}\n",
        f"{GOOD}\r\n{GOOD}\r\n",
        f"{GOOD}\n\n  \t\r\n\n",
        f"  {GOOD} \t\n",
        '{"do":"line\u2028separators\u2029and\u0085next line, \ufeff"}\n',
        '{"do":"brackets } in ] strings { [, \\" too"}\n',
    ],
    ids=repr,
)
def test_nothing_to_report(data: str) -> None:
    assert findings(data) == []


def test_each_object_is_to_be_judged_with_its_text_and_value() -> None:
    first, second = items(f'{GOOD}\n {{"a": 1}}\n'.encode())
    assert isinstance(first, Judge)
    assert isinstance(second, Judge)
    assert (first.line, first.text, first.parsed.value) == (1, GOOD, {"do": "x", "data": [1]})
    assert (second.line, second.text, second.place(7)) == (2, ' {"a": 1}', (2, 8))


# --------------------------------------------------------------------------- the file


@pytest.mark.parametrize("data", ["", "\n", " \r\n\t\n", "\ufeff\n"])
def test_a_file_without_instructions(data: str) -> None:
    assert places(data)[-1] == ("file-not-empty", None, None)


def test_of_several_limits_of_bytes_the_greatest_that_is_passed_reports() -> None:
    framer = Framer(RULES, "f")
    assert framer.size(1000) == []
    assert [f.rule for f in framer.size(1001)] == ["file-bytes"]
    (finding,) = framer.size(2001)
    assert (finding.rule, finding.line, finding.message) == (
        "file-bytes-greater",
        None,
        "the file has 2,001 bytes, more than 2,000",
    )


def test_a_byte_order_mark_counts_in_no_column() -> None:
    assert places(f"\ufeff{GOOD},\n") == [("no-bom", 1, 1), ("single-value", 1, 22)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_utf_16_and_utf_32_are_one_finding_with_and_without_a_mark(encoding: str) -> None:
    (finding,) = findings(f"{GOOD}\n{GOOD}\n".encode(encoding))
    assert (finding.rule, finding.line) == ("utf-8", 1)
    assert encoding[:6].upper() in finding.message


def test_a_compressed_file_is_one_finding() -> None:
    (finding,) = findings(b"\x1f\x8b\x08\x00\n\xff\n\xfe\n")
    assert (finding.rule, finding.message) == ("utf-8", "the file is compressed with gzip")


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (f"[{GOOD},{GOOD}]", 1, 1),
        (f"[\n{GOOD},\n{GOOD}\n]\n", 1, 1),
        (f"\n\n  [{GOOD},\n{GOOD}]", 3, 3),
        (f"[{GOOD}]\n\n", 1, 1),
        ("[\n  {\n", 1, 1),
        ("[" * 100_000, 1, 1),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_file_that_is_one_array_is_one_finding(data: str, line: int, column: int) -> None:
    assert places(data) == [("not-array-file", line, column)]


def test_an_array_among_other_lines_is_not_the_file() -> None:
    assert places(f"[1]\n{GOOD}\n") == [("line-object", 1, 1)]
    assert places(f"{GOOD}\n[1]\n") == [("line-object", 2, 1)]
    assert places("[1]\n[2]\n") == [("line-object", 1, 1), ("line-object", 2, 1)]


def test_a_line_alone_is_no_file() -> None:
    framer = Framer(RULES, None)
    assert [f.rule for f in framer.line(1, b"[1]") if isinstance(f, Finding)] == ["line-object"]
    assert not framer.busy


# --------------------------------------------------------------------------- lines


def test_a_run_of_blank_lines_is_one_finding_at_its_first() -> None:
    found = findings(f"\n{GOOD}\n\n \t\n\r\n{GOOD}\n\n\n")
    assert [(f.line, f.message, f.severity) for f in found] == [
        (1, "the line is blank", "warning"),
        (3, "3 lines are blank, 3 to 5", "warning"),
    ]


def test_lines_that_the_fast_path_lets_pass_end_a_run_of_blank_lines() -> None:
    framer = Framer(RULES, "f")
    framer.begin(b"")
    assert framer.line(1, b"") == []
    assert [(f.rule, f.line) for f in framer.passed(7)] == [("not-blank", 1)]
    assert framer.end() == []


def test_bytes_that_are_not_utf_8_are_one_finding_a_line_at_the_first_of_them() -> None:
    data = '{"do":"é"}\n'.encode() + '{"a":"日本'.encode() + b'\xe9t\xe9"}\n' + b'{"a":"\x92"}\n' + b'{"a":"\xc3'
    found = findings(data)
    assert [(f.rule, f.line, f.column) for f in found] == [("utf-8", 2, 9), ("utf-8", 3, 7), ("utf-8", 4, 7)]
    assert found[0].message == "the byte 0xE9 is not valid UTF-8 here"
    assert "In Latin-1 or Windows-1252 it is `é`" in (found[0].hint or "")
    assert "In Windows-1252 it is `’`" in (found[1].hint or "")
    assert "cut off" in (found[2].hint or "")


def test_surrogates_encoded_one_by_one() -> None:
    (finding,) = findings('{"do":"\ud83d\ude00"}')
    assert (finding.rule, finding.column) == ("utf-8", 8)
    assert "CESU-8" in (finding.hint or "")


@pytest.mark.parametrize("line", ["\0\0\0\0", f"\0\0{GOOD}", f"{GOOD}\0\0", '{"do":"\0"}'])
def test_nul_bytes_are_bad_syntax_in_each_line_that_has_them(line: str) -> None:
    found = findings(f"{GOOD}\n{line}\n{line}\n{GOOD}\n")
    assert [(f.rule, f.line) for f in found] == [("json", 2), ("json", 3)]
    assert "copied only in part" in (found[0].hint or "")


def test_bad_syntax_has_line_column_and_a_hint_of_its_own_or_that_of_the_rule() -> None:
    own, rules = findings(f'{GOOD}\n{{"é":True}}\n{{"a":1 b}}\n')
    assert (own.rule, own.line, own.column, own.hint) == ("json", 2, 6, "Write `true`. `json.dumps` writes it so.")
    assert (rules.rule, rules.line, rules.column, rules.hint) == ("json", 3, 8, "Mend json.")


@pytest.mark.parametrize(
    ("line", "value"),
    [('"x"', "a string"), ("5", "a number"), ("null", "null"), ("true", "a boolean"), (" [1]", "an array")],
)
def test_a_line_that_is_no_object(line: str, value: str) -> None:
    (finding,) = findings(f"{GOOD}\n{line}\n")
    assert (finding.rule, finding.line, finding.path) == ("line-object", 2, "")
    assert finding.column == len(line) - len(line.lstrip()) + 1
    assert finding.message == f"the line is {value}, not an object"


def test_an_instruction_that_was_encoded_twice() -> None:
    (finding,) = findings(json.dumps(GOOD))
    assert "encoded twice" in (finding.hint or "")


# --------------------------------------------------------------------------- several values in a line


def test_several_values_in_a_line_are_one_finding_and_each_instruction_is_judged() -> None:
    data = f'{{"a":1}}{{"do":2}}, 5 {{"do":3}}\n{GOOD}'
    assert places(data) == [("single-value", 1, 8)]
    assert judged(data)[:3] == [(1, 1, {"a": 1}), (1, 8, {"do": 2}), (1, 20, {"do": 3})]


@pytest.mark.parametrize(
    "behind", ["{}", '{"a":NaN}', '{"data":[{"do":1}]}', "[1]", "5", '"do"', '{"do', '{}, {"a":1,"a":2}']
)
def test_of_what_stands_behind_a_value_and_is_no_instruction_one_finding_says_all(behind: str) -> None:
    data = f"{GOOD} {behind}\n{GOOD}"
    assert places(data) == [("single-value", 1, 23)]
    assert [(line, column) for line, column, _ in judged(data)] == [(1, 1), (2, 1)]


@pytest.mark.parametrize("first", ["{}", '{"a":1}'])
def test_the_first_object_of_a_line_is_judged_whatever_it_is(first: str) -> None:
    assert judged(f"{first} {{}}") == [(1, 1, json.loads(first))]
    assert judged(f"{first},") == [(1, 1, json.loads(first))]


def test_behind_an_object_over_several_lines_only_an_instruction_is_judged() -> None:
    data = '{\n"a":1\n} {"b":NaN} {\n"c":NaN\n} {"do":4}'
    assert places(data) == [
        ("single-line", 1, 1),
        ("single-value", 3, 3),
        ("single-line", 3, 13),
        ("single-value", 5, 3),
    ]
    assert judged(data) == [(1, 1, {"a": 1}), (5, 3, {"do": 4})]


def test_a_comma_behind_an_object() -> None:
    (finding,) = findings(f"{GOOD},\n{GOOD}\n")
    assert (finding.column, finding.message) == (22, "a comma follows the object")
    assert len(judged(f"{GOOD},\n")) == 1


def test_a_carriage_return_alone_ends_no_line() -> None:
    (finding,) = findings(f"{GOOD}\r{GOOD}\r{GOOD}\r")
    assert (finding.rule, finding.line, finding.column) == ("single-value", 1, 23)
    assert "carriage return alone" in (finding.hint or "")


def test_a_value_behind_another_may_be_odd_and_has_its_own_column() -> None:
    assert places('{"a":1} {"do":NaN}') == [("single-value", 1, 9), ("finite-numbers", 1, 15)]


def test_not_more_values_of_a_line_are_judged_than_memory_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framing_values, "MAX_VALUES", 3)
    (finding,) = findings('{"do":1}' * 5)
    assert finding.message.endswith("; what is behind column 24 is not judged")
    assert len(judged('{"do":1}' * 5)) == 3


# --------------------------------------------------------------------------- objects over several lines


def test_an_object_over_several_lines_is_one_finding_and_nothing_in_it_is_lost() -> None:
    data = f"{GOOD}\n{PRETTY}\n\n{PRETTY}\n{GOOD}\n"
    (first, blank, second) = findings(data)
    assert (first.rule, first.line, first.message) == ("single-line", 2, "the object spreads over lines 2 to 7")
    assert (blank.rule, blank.line) == ("not-blank", 8)
    assert (second.rule, second.line, second.message) == ("single-line", 9, "the object spreads over lines 9 to 14")
    assert [line for line, _, _ in judged(data)] == [1, 2, 9, 15]
    assert judged(data)[1][2] == json.loads(PRETTY)


def test_places_in_an_object_over_several_lines() -> None:
    (found, judge) = items(b'{\n\n"a": [1,\r\n  NaN]}')[1:]
    assert isinstance(found, Finding)
    assert isinstance(judge, Judge)
    assert (found.rule, found.line, found.column, found.path) == ("finite-numbers", 4, 3, "/a/1")
    assert judge.place(judge.text.index("NaN")) == (4, 3)


def test_bad_syntax_in_an_object_over_several_lines() -> None:
    assert places(f'{{\n  "a": [\n    1,\n  ],\n}}\n{GOOD}') == [("single-line", 1, 1), ("json", 3, 6)]
    assert places(f"{{'a': 1,\n 'b': 2}}\n{GOOD}") == [("single-line", 1, 1), ("json", 1, 2)]


def test_what_follows_an_object_over_several_lines_in_its_last_line() -> None:
    data = '{\n"a":1\n}, {\n"do":2\n}{"do":3}\n'
    assert places(data) == [
        ("single-line", 1, 1),
        ("single-value", 3, 2),
        ("single-line", 3, 4),
        ("single-value", 5, 2),
    ]
    assert judged(data) == [(1, 1, {"a": 1}), (3, 4, {"do": 2}), (5, 2, {"do": 3})]


def test_bytes_that_are_not_utf_8_in_an_object_over_several_lines() -> None:
    data = b'{"do":\n"\xe9"\n}\n' + GOOD.encode()
    assert places(data) == [("utf-8", 2, 2), ("single-line", 1, 1)]
    assert [type(item) for item in items(data)].count(Judge) == 1


def test_an_array_over_several_lines_is_no_object() -> None:
    assert places(f"{GOOD}\n[\n1,\n2\n]\n{GOOD}\n") == [("line-object", 2, 1)]


def test_a_line_that_is_cut_off_does_not_drag_the_next_along() -> None:
    for cut in range(2, len(GOOD)):
        data = f"{GOOD[:cut]}\n{GOOD}\n{GOOD}\n"
        assert [(f.rule, f.line) for f in findings(data)] == [("json", 1)], cut
        assert [line for line, _, _ in judged(data)] == [2, 3]


def test_a_bracket_that_every_line_lacks_is_a_finding_in_every_line() -> None:
    assert [line for _, line, _ in places(f"{GOOD[:-1]}\n" * 3)] == [1, 2, 3]
    assert [line for _, line, _ in places('{"data":[1],"do":"x"\n' * 3)] == [1, 2, 3]
    assert [line for _, line, _ in places('{"data":[1},"do":"x"}\n' * 3)] == [1, 2, 3]


def test_an_instruction_whose_discriminator_comes_last_ends_what_was_open() -> None:
    data = '{"data":[\n{"data":[],"do":"x"}\n'
    assert places(data) == [("json", 1, 10)]
    assert [line for line, _, _ in judged(data)] == [2]


def test_what_is_never_closed_is_one_finding_however_many_lines_follow() -> None:
    (finding,) = findings(f"{GOOD}\n" + PRETTY.replace("]", "") + "\n" + "  1,\n" * 1000)
    assert (finding.rule, finding.line, finding.column) == ("json", 2, 1)
    assert (
        finding.message == "the value that starts here is never closed; lines 3 to 1007 were taken for its continuation"
    )


def test_an_indented_object_that_lacks_a_bracket_ends_where_the_next_one_starts() -> None:
    data = PRETTY.replace("  ]\n", "") + f"\n{PRETTY}\n{PRETTY}\n"
    assert places(data) == [("json", 1, 1), ("single-line", 6, 1), ("single-line", 12, 1)]


def test_blank_lines_behind_a_line_that_is_cut_off() -> None:
    assert places(f'{{"do":[\n\n\n{GOOD}') == [("json", 1, 8), ("not-blank", 2, 1)]
    assert places('{"do":[\n\n\n') == [("json", 1, 8)]


def test_an_object_that_is_too_long_to_be_kept_is_still_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "MAX_COLLECTED", 1000)
    data = '{"do":"x","data":[\n' + "1,\n" * 1000 + f"1]}}\n{GOOD}\n"
    (finding,) = findings(data)
    assert (finding.rule, finding.line) == ("single-line", 1)
    assert finding.message.startswith("the object spreads over lines 1 to 1002; as it has more than 1,000 characters")
    assert [line for line, _, _ in judged(data)] == [1003]


def test_a_region_is_busy_until_it_is_closed() -> None:
    framer = Framer(RULES, "f")
    busy = []
    for number, line in enumerate([*PRETTY.split("\n"), GOOD], 1):
        framer.line(number, line.encode())
        busy.append(framer.busy)
    assert busy == [True] * 5 + [False] * 2


# --------------------------------------------------------------------------- what the JSON text holds


@pytest.mark.parametrize(
    ("line", "rule_id", "column", "path", "message", "value"),
    [
        ('{"é":1,"é":2}', "unique-keys", 8, "/é", "the name `é` stands twice in the same object", '"é"'),
        ('{"a":[{"b":NaN}]}', "finite-numbers", 12, "/a/0/b", "`b` is `NaN`, which is no number of JSON", "NaN"),
        (
            r'{"a":["\ud83d"]}',
            "paired-surrogates",
            7,
            "/a/0",
            r"`a[0]` has half of a surrogate pair, `\ud83d`",
            r'"\ud83d"',
        ),
        (r'{"a":"\u0000"}', "no-nul", 6, "/a", r"`a` has a NUL character, `\u0000`", r'"\u0000"'),
        (r'{"a\u0000":1}', "no-nul", 2, "/a\0", r"the name `a\u0000` has a NUL character, `\u0000`", r'"a\u0000"'),
        (
            '{"a":9007199254740993}',
            "exact-numbers",
            6,
            "/a",
            "`a` is 9007199254740993, beyond ±9,007,199,254,740,991",
            "9007199254740993",
        ),
        ('{"a":1e400}', "exact-numbers", 6, "/a", "`a` is 1e400, which a 64-bit float changes", "1e400"),
    ],
)
def test_oddities(line: str, rule_id: str, column: int, path: str, message: str, value: str) -> None:
    finding, judge = items(line.encode())
    assert isinstance(finding, Finding)
    assert isinstance(judge, Judge)
    assert (finding.rule, finding.line, finding.column, finding.path) == (rule_id, 1, column, path)
    assert (finding.message, finding.value, finding.hint) == (message, value, f"Mend {rule_id}.")


def test_oddities_come_in_the_order_of_the_text() -> None:
    assert [column for _, _, column in places('{"b":{"x":[NaN]},"a":NaN,"b":1,"c":1e999}')] == [1, 22, 26, 36]


def test_an_oddity_in_a_value_that_was_replaced_points_at_the_object() -> None:
    found = findings('{"a":NaN,"a":1}')
    assert [(f.rule, f.column, f.value) for f in found] == [("finite-numbers", 1, "NaN"), ("unique-keys", 10, '"a"')]
    assert "a later one of the same name replaces" in found[0].message


def test_of_several_limits_of_depth_the_greatest_that_is_passed_reports() -> None:
    def nested(depth: int) -> str:
        return '{"a":' * depth + "1" + "}" * depth

    assert places(nested(32)) == []
    assert places(nested(33)) == [("max-depth", 1, 161)]
    assert len(judged(nested(33))) == 1
    (finding,) = findings(nested(501))
    assert (finding.rule, finding.column, finding.path, finding.value) == ("max-depth-greater", 2501, "", "501")
    assert judged(nested(501)) == []
    assert places(f"{GOOD}\n{'[' * 100_000}\n{GOOD}") == [("max-depth-greater", 2, 501)]


def test_a_line_of_long_text_and_many_findings_is_quick() -> None:
    line = '{"a":[' + ",".join(f'{{"n":{10**17 + i},"t":"{"x" * 80}"}}' for i in range(20_000)) + "]}"
    assert len(places(line)) == 20_000


# --------------------------------------------------------------------------- excerpts


def test_a_finding_has_an_excerpt_until_the_next_call() -> None:
    framer = Framer(RULES, "f")
    (finding, judge) = framer.line(1, b'{"a":  NaN}')
    assert isinstance(finding, Finding)
    assert isinstance(judge, Judge)
    excerpt = framer.excerpt(finding)
    assert excerpt is not None
    assert excerpt.text[excerpt.start : excerpt.start + excerpt.length] == "NaN"
    framer.passed(1)
    assert framer.excerpt(finding) is None


# --------------------------------------------------------------------------- whatever comes

fragments = st.sampled_from(
    [
        *(
            GOOD.encode(),
            PRETTY.encode(),
            b"\n",
            b"\n",
            b"\n",
            b"\n\n",
            b"\r\n",
            b"\r",
            b" ",
            b",",
            b"{",
            b"}",
            b"[",
            b"]",
        ),
        *(
            b'{"a":1,\n',
            b'{"a":[',
            b'"b":2}',
            b'{"data":1,"do":2}',
            b"{'a': 1,\n 'b': [\n",
            b"]}",
            b'"',
            b"\\",
            b"\xe9",
        ),
        *(b"\xef\xbb\xbf", b"NaN", b"null", b"5", b'{"a":1,"a":{"b":NaN}}', b"\0", b"x: 1", b'"x\n', b"[1]\n", b"\x0c"),
    ]
)
files = st.lists(fragments, max_size=14).map(b"".join)


@settings(steady, max_examples=500)
@given(files, st.sampled_from([1, 7, 64]), st.booleans())
def test_neither_chunks_nor_the_fast_path_change_the_findings(data: bytes, size: int, fast: bool) -> None:
    whole = items(data)
    # A head of one byte is not enough to tell UTF-16, and a blank line is not to be told from its first half.
    assume(b"\0" not in data[:16])
    found = items(data, size, fast)
    assert [i for i in found if isinstance(i, Finding)] == [i for i in whole if isinstance(i, Finding)]
    if not fast:
        assert [i.text for i in found if isinstance(i, Judge)] == [i.text for i in whole if isinstance(i, Judge)]


@settings(steady, max_examples=500)
@given(st.one_of(files, st.binary(max_size=60), files.map(lambda data: data + b'{"' * 600)))
def test_no_bytes_crash_it_and_every_finding_has_a_place(data: bytes) -> None:
    lines = data.split(b"\n")
    for item in items(data):
        if isinstance(item, Judge):
            assert isinstance(item.parsed.value, dict)
            assert json.loads(item.text, parse_int=len, parse_float=len) is not None
            continue
        json.dumps([item.message, item.hint, item.value, item.path], ensure_ascii=False).encode()
        assert item.message.isprintable()
        assert not any(unicodedata.category(char) == "Cc" for char in item.value or "")
        if item.line is None:
            assert item.rule == "file-not-empty"
            continue
        assert 1 <= item.line <= len(lines)
        text = lines[item.line - 1].decode("utf-8", "replace")
        assert item.column is not None
        assert 1 <= item.column <= len(text) + 1


@steady
@given(st.lists(st.sampled_from([GOOD, PRETTY, '{"a":1}']), min_size=1, max_size=6))
def test_every_object_is_judged_once_whatever_its_layout(objects: list[str]) -> None:
    data = "\n".join(objects)
    assert [value for _, _, value in judged(data)] == [json.loads(text) for text in objects]
    assert [f.rule for f in findings(data)] == ["single-line"] * objects.count(PRETTY)


@steady
@given(st.binary(max_size=300).map(lambda data: data.replace(b"a", b"\n")), st.integers(1, 40))
def test_chunks_hold_every_byte_in_whole_lines_with_exact_numbers(data: bytes, size: int) -> None:
    chunks = list(read.chunks(io.BytesIO(data), size))
    ends = [chunk.offset + chunk.size for chunk in chunks]
    assert [chunk.offset for chunk in chunks] + [len(data)] == [0, *ends]
    for chunk in chunks:
        text = data[chunk.offset : chunk.offset + chunk.size]
        assert text.endswith(b"\n") or chunk is chunks[-1]
        assert chunk.first_line == data.count(b"\n", 0, chunk.offset) + 1
        assert chunk.count == len(io.BytesIO(text).readlines())
        assert chunk.lines == ([] if text.isspace() else io.BytesIO(text).readlines())
        assert not chunk.too_long
