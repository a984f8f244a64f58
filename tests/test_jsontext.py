"""What JSON text holds beyond its value, where its values stand, how large they are, and what is wrong with it."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stream_import_rules import syntax
from stream_import_rules.findings import Path
from stream_import_rules.jsontext import (
    MAX_PARSED,
    UNJUDGED,
    JsonError,
    Oddity,
    TooDeep,
    compact_size,
    locate,
    parse,
    unclosed,
    values,
)

steady = settings(derandomize=True, deadline=None, database=None)


def odd(text: str) -> list[tuple[str, Path, bool, str]]:
    return [(o.kind, o.path, o.at_key, o.detail) for o in parse(text).odd]


# --------------------------------------------------------------------------- oddities


def test_clean_text_has_no_oddities() -> None:
    text = '{"a":[1,-0.0,0.1,1.10,7.50,1e2,9007199254740991],"b":{"a":"\\ud83d\\ude00 \\u00e9 \\\\u0000"},"c":null}'
    parsed = parse(text)
    assert parsed.odd == []
    assert parsed.value == json.loads(text)
    assert parsed.depth == 2


def test_a_repeated_key_is_found_once_and_its_last_value_counts() -> None:
    parsed = parse('{"a":{"n":1,"m":{"n":1},"\\u006e":2,"n":3},"b":{"n":1}}')
    assert parsed.odd == [Oddity("duplicate-key", ("a", "n"), True, "3")]
    assert parsed.value == {"a": {"n": 3, "m": {"n": 1}}, "b": {"n": 1}}


def test_what_a_repeated_key_replaced_is_hidden() -> None:
    parsed = parse('{"a":{"x":NaN,"y":1,"y":2},"a":{"x":1}}')
    assert {(o.kind, o.path, o.hidden) for o in parsed.odd} == {
        ("duplicate-key", ("a",), False),
        ("nan", ("a", "x"), True),
        ("duplicate-key", ("a", "y"), True),
    }
    assert parsed.value == {"a": {"x": 1}}


def test_what_is_no_number_of_json_is_not_judged_again() -> None:
    parsed = parse('{"a":NaN,"b":[Infinity,{"c":-Infinity}],"d":"NaN"}')
    assert {(o.path, o.detail) for o in parsed.odd} == {
        (("a",), "NaN"),
        (("b", 0), "Infinity"),
        (("b", 1, "c"), "-Infinity"),
    }
    assert parsed.value == {"a": UNJUDGED, "b": [UNJUDGED, {"c": UNJUDGED}], "d": "NaN"}


@pytest.mark.parametrize("literal", ["0", "-1", "9007199254740991", "-9007199254740991"])
def test_integers_that_any_float_holds(literal: str) -> None:
    assert odd(f"[{literal}]") == []


@pytest.mark.parametrize("literal", ["9007199254740992", "-9007199254740993", "850006245121695744123456789"])
def test_integers_that_not_every_reader_keeps(literal: str) -> None:
    parsed = parse(f"[{literal}]")
    assert parsed.odd == [Oddity("number", (0,), False, literal)]
    assert parsed.value == [int(literal)]


def test_another_limit_of_integers() -> None:
    assert parse("[127,-127]", 127).odd == []
    assert [o.path for o in parse("[128,-129]", 127).odd] == [(0,), (1,)]


def test_integers_too_long_for_python() -> None:
    parsed = parse(f'{{"a":{"9" * 5000}}}')
    assert [(o.kind, o.path) for o in parsed.odd] == [("number", ("a",))]
    assert parsed.value == {"a": UNJUDGED}


@pytest.mark.parametrize("literal", ["0.1", "1.10", "-0.0", "0e0", "1e23", "5e-324", "123456789.123456", "1E40"])
def test_fractions_that_survive(literal: str) -> None:
    assert odd(f"[{literal}]") == []


@pytest.mark.parametrize(
    "literal",
    ["1e400", "-1e400", "1e-400", "12345678901234567890.5", "0.12345678901234567891", "1e99999999999999999999"],
)
def test_fractions_that_a_float_changes(literal: str) -> None:
    assert odd(f"[{literal}]") == [("number", (0,), False, literal)]
    assert parse(f"[{literal}]").value[0] is UNJUDGED or math.isfinite(parse(f"[{literal}]").value[0])


def test_half_surrogate_pairs_in_names_and_strings() -> None:
    text = r'{"a":"cute \ud83d","\ude00":1,"b":["\ude00\ud83d","\ud83d\ude00","\\ud83d","\\\ud83d"]}'
    assert odd(text) == [
        ("surrogate", ("a",), False, r"\ud83d"),
        ("surrogate", ("\ude00",), True, r"\ude00"),
        ("surrogate", ("b", 0), False, r"\ude00"),
        ("surrogate", ("b", 3), False, r"\ud83d"),
    ]


def test_an_escaped_backslash_between_the_halves_of_a_pair() -> None:
    assert odd(r'["\\ud83d\ude00"]') == [("surrogate", (0,), False, r"\ude00")]


def test_half_pairs_that_are_no_escapes() -> None:
    assert odd('["\ud83d","퀀"]') == [("surrogate", (0,), False, r"\ud83d")]


def test_nul_in_names_and_strings() -> None:
    assert odd(r'{"a\u0000":1,"b":"\u0000","c":"\\u0000"}') == [
        ("nul", ("a\0",), True, ""),
        ("nul", ("b",), False, ""),
    ]


def test_a_line_that_is_one_scalar() -> None:
    assert parse("NaN").value is UNJUDGED
    assert parse("NaN").depth == 0
    assert odd('"\\u0000"') == [("nul", (), False, "")]


# --------------------------------------------------------------------------- against a naive reference

names = st.sampled_from(["a", "b", "é", "", 'q"', "back\\slash", "\n", "\U0001f600", "0"])
strings = st.one_of(
    names, st.text(st.characters(exclude_categories=[]), max_size=4), st.sampled_from(["]", '"[{', ":,"])
)
literals = st.sampled_from(
    ["0", "-1", "1.5", "1e400", "true", "null", "NaN", "-Infinity", "9" * 17, "9" * 5000, "0.1234567890123456789"]
)
space = st.sampled_from(["", "", "", " ", "\t ", "\r\n"])


class Written:
    """Random JSON text, with what a naive reader would say of it."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.text = ""
        #: Of each path the place of its value and of its name; overwritten by what comes later.
        self.spans: dict[Path, tuple[int, int]] = {}
        self.key_spans: dict[Path, tuple[int, int]] = {}
        self.depth = 0
        self._space()
        self._value((), 0)
        self._space()

    def _space(self) -> None:
        self.text += self.draw(space)

    def _string(self, value: str) -> None:
        self.text += json.dumps(value, ensure_ascii=self.draw(st.booleans()))

    def _value(self, path: Path, depth: int) -> None:
        for old in [p for p in self.spans if p[: len(path)] == path]:
            del self.spans[old]
        for old in [p for p in self.key_spans if len(p) > len(path) and p[: len(path)] == path]:
            del self.key_spans[old]
        start = len(self.text)
        kind = self.draw(
            st.sampled_from(["string", "literal", "list", "object", "object"] if depth < 4 else ["string"])
        )
        if kind == "string":
            self._string(self.draw(strings))
        elif kind == "literal":
            self.text += self.draw(literals)
        else:
            self.depth = max(self.depth, depth + 1)
            self._container(kind, path, depth)
        self.spans[path] = (start, len(self.text))

    def _container(self, kind: str, path: Path, depth: int) -> None:
        self.text += "[" if kind == "list" else "{"
        self._space()
        count = self.draw(st.integers(0, 4))
        for i in range(count):
            self._value((*path, i if kind == "list" else self._name(path)), depth + 1)
            self._space()
            if i < count - 1:
                self.text += ","
                self._space()
        self.text += "]" if kind == "list" else "}"

    def _name(self, path: Path) -> str:
        name: str = self.draw(names)
        start = len(self.text)
        self._string(name)
        self.key_spans[(*path, name)] = (start, len(self.text))
        self._space()
        self.text += ":"
        self._space()
        return name


@st.composite
def written(draw: st.DrawFn) -> Written:
    return Written(draw)


@steady
@given(written(), st.lists(st.lists(st.one_of(names, st.integers(0, 3)), max_size=4).map(tuple), max_size=8))
def test_locate_finds_what_a_naive_writer_noted(doc: Written, others: list[Path]) -> None:
    wanted = [(path, at_key) for path in [*doc.spans, *others] for at_key in (False, True)]
    found = locate(doc.text, wanted)
    for path, at_key in wanted:
        deepest = next(path[:n] for n in range(len(path), -1, -1) if path[:n] in doc.spans)
        if deepest != path:
            start = doc.spans[deepest][0]
            assert found[path, at_key] == (start, start + 1)
        elif at_key and path in doc.key_spans:
            assert found[path, at_key] == doc.key_spans[path]
        else:
            assert found[path, at_key] == doc.spans[path]


@steady
@given(written())
def test_parse_agrees_with_the_naive_reader(doc: Written) -> None:
    parsed = parse(doc.text)
    assert parsed.depth == doc.depth
    expected = json.loads(
        doc.text,
        parse_constant=lambda _: UNJUDGED,
        parse_int=lambda s: UNJUDGED if len(s) > 4300 else int(s),
        parse_float=lambda s: UNJUDGED if math.isinf(float(s)) else float(s),
    )
    assert parsed.value == expected
    shown = {(o.kind, o.path, o.at_key) for o in parsed.odd if not o.hidden}
    assert shown == set(naive_oddities(json.loads(doc.text, object_pairs_hook=Pairs, **AS_TEXT), ()))


class Pairs(list[Any]):
    """The members of an object, repeated ones too."""


class Number(str):
    """A number as written."""


AS_TEXT: dict[str, Any] = dict.fromkeys(["parse_int", "parse_float", "parse_constant"], Number)


def naive_oddities(value: Any, path: Path) -> list[tuple[str, Path, bool]]:
    """What is odd about a value, kind by kind, where no later member replaces it."""
    if isinstance(value, Pairs):
        keys = [key for key, _ in value]
        found = [("duplicate-key", (*path, key), True) for key in set(keys) if keys.count(key) > 1]
        for key, member in dict(value).items():
            found += [(kind, (*path, key), True) for kind, _, _ in naive_oddities(key, path)]
            found += naive_oddities(member, (*path, key))
        return found
    if isinstance(value, list):
        return [odd for i, item in enumerate(value) for odd in naive_oddities(item, (*path, i))]
    if isinstance(value, Number):
        kind = "nan" if value[-1] in "Ny" else "number" if len(value) > 15 or value == "1e400" else ""
        return [(kind, path, False)] if kind else []
    if isinstance(value, str):
        kinds = ["nul"] * ("\0" in value) + ["surrogate"] * any("\ud800" <= c <= "\udfff" for c in value)
        return [(kind, path, False) for kind in kinds]
    return []


@steady
@given(written())
def test_a_text_that_is_cut_anywhere_is_an_error_and_says_whether_the_cut_is_between_tokens(doc: Written) -> None:
    text = doc.text.rstrip(syntax.WHITE_SPACE)
    assume(text[0] in "[{" and len(text) < 300)
    for end in range(len(text)):
        with pytest.raises(JsonError) as caught:
            parse(text[:end])
        error = caught.value
        assert error.kind == "syntax"
        if text[:end].rstrip(syntax.WHITE_SPACE)[-1:] in tuple("[{,:") and _outside(text, end):
            assert error.cut


def _outside(text: str, end: int) -> bool:
    """Whether an offset stands outside of strings."""
    inside, escaped = False, False
    for char in text[:end]:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = inside
        elif char == '"':
            inside = not inside
    return not inside


@steady
@given(st.text(st.sampled_from('{}[]":,\\ x0-eEu+.\0\t\ud800é\ufeff’'), max_size=30))
def test_no_text_crashes_the_parser_and_no_message_holds_control_characters(text: str) -> None:
    error = error_of(text)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert (error.message + error.hint).isprintable()
        assert len(error.message) < 200


def error_of(text: str) -> JsonError | None:
    try:
        parse(text)
    except JsonError as error:
        return error
    return None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=[])), inner),
    max_leaves=15,
)


@steady
@given(json_values, st.sampled_from([None, 1]), st.booleans())
def test_compact_size_is_that_of_the_text_written_anew(value: Any, indent: int | None, ascii_only: bool) -> None:
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A half pair that meets another half is a whole one when it is read again.
    assume(json.loads(json.dumps(value)) == value)
    size = len(compact.encode("utf-8", "backslashreplace"))
    assert compact_size(json.dumps(value, ensure_ascii=ascii_only, indent=indent)) == size


def test_compact_size_counts_numbers_repeated_keys_and_escapes_as_they_must_be() -> None:
    assert compact_size(' { "a" : 1.50 , "a" : 1E2 } ') == len('{"a":1.50,"a":1E2}')
    assert compact_size(r'"\/ \u0041 \u0022 \u000a \u0001"') == len(r'"/ A \" \n \u0001"')
    assert compact_size(r'"\u00e9 \u20ac \ud83d\ude00"') == len('"é € 😀"'.encode())
    assert compact_size(r'"\ud83d"') == compact_size('"\ud83d"') == len(r'"\ud83d"')


# --------------------------------------------------------------------------- many values, many places


def test_a_path_that_leads_nowhere_is_found_at_its_deepest_ancestor() -> None:
    text = '{"data":[{"a":1}]}'
    assert locate(text, [(("data", 0, "time"), False), (("data", 7), False), (("x", 1), True)]) == {
        (("data", 0, "time"), False): (9, 10),
        (("data", 7), False): (8, 9),
        (("x", 1), True): (0, 1),
    }


def test_the_last_of_repeated_members_is_meant() -> None:
    text = '{"a":{"b":1},"a":{"c":2}}'
    assert locate(text, [(("a",), True), (("a", "b"), False)]) == {
        (("a",), True): (13, 16),
        (("a", "b"), False): (17, 18),
    }


def test_values_that_follow_each_other() -> None:
    text = ' {"a":1}{}, [2] "x"\r5 oops {}'
    assert [text[start:end] for start, end in values(text)] == ['{"a":1}', "{}", "[2]", '"x"', "5"]


# --------------------------------------------------------------------------- nesting


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def test_depth_counts_brackets_outside_of_strings() -> None:
    assert parse('{"a":"[[[\\"[","b]":[{}]}').depth == 3
    assert parse(nested(MAX_PARSED)).depth == MAX_PARSED
    assert parse("[" + "[]," * 100 + "[[]]]").depth == 3


@pytest.mark.parametrize("text", [nested(501), nested(100_000), "[" * 100_000, '["]]]",' * 5000 + "]" * 5000])
def test_what_nests_too_deep_is_not_parsed(text: str) -> None:
    with pytest.raises(TooDeep) as caught:
        parse(text)
    assert caught.value.depth == max(text.count("["), text.count("{"))


def test_a_deep_stack_of_the_caller_does_no_harm() -> None:
    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
        else:
            with pytest.raises(TooDeep):
                parse(nested(MAX_PARSED))

    frame: Any = sys._getframe()
    used = 0
    while frame is not None:
        frame, used = frame.f_back, used + 1
    deeper(sys.getrecursionlimit() - used - 200)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", (0, 0)),
        ('{"a":[', (0, 2)),
        ("]}", (2, 0)),
        ('"}', (0, 0)),
        ("}, {", (1, 1)),
        ('"\\"["}{[{', (1, 3)),
        ("}" * 99 + "[" * 99, (99, 99)),
    ],
)
def test_what_a_line_leaves_open(text: str, counts: tuple[int, int]) -> None:
    assert unclosed(text) == counts


# --------------------------------------------------------------------------- what is wrong, in words

SYNTAX = [
    ('{"a":1,}', 6, "a comma after the last item", "Remove the comma"),
    ("[1, ]", 2, "a comma after the last item", "Remove the comma"),
    ("{'a':1}", 1, "a single quote where a name", "double quotes"),
    ('{"a":True}', 5, "`True` where a value", "Write `true`. `json.dumps`"),
    ('{"a":None}', 5, "`None` where a value", "Write `null`"),
    ('{"a":NULL}', 5, "`NULL` where a value", "Write `null`"),
    ("{a:1}", 1, "the name `a` is not in quotes", 'Write `"a"`'),
    ("{1:1}", 1, "the name `1` is not in quotes", "A name is a string"),
    ('{"a":1 "b":2}', 7, '`"` where a comma should be', "comma between"),
    ('{"a" 1}', 5, "`1` where a colon should be", "colon"),
    ('{"a"=>1}', 4, "`=>` where a colon should be", "colon"),
    ('{"a"}', 4, "`}` follows a name that has no value", "Add a colon"),
    ("// x", 0, "a comment (`//`)", "no comments"),
    ('{"a":1 /* x */}', 7, "a comment (`/*`)", "no comments"),
    ('{"a":"x\ty"}', 7, "tab (U+0009), inside a string", "`\\t`"),
    ('{"a":"x\x1fy"}', 7, "U+001F, inside a string", "`\\u001f`"),
    ('{"a":"x\0y"}', 7, "NUL character (U+0000) inside a string", "copied only in part"),
    ("\0\0", 0, "a NUL character (U+0000) where", "copied only in part"),
    ('{"a":1}\0\0', 7, "a NUL character (U+0000) where", "copied only in part"),
    (r'{"a":"C:\Users"}', 8, r"`\U` is no escape", r"`\\`"),
    (r'{"a":"\u12"}', 6, r"`\u12` has not four", "four hexadecimal digits"),
    (r'{"a":"\x41"}', 6, r"`\x` is no escape", r"`\u00`"),
    (r'{"a":"it\'s"}', 8, "a single quote is escaped", "Remove the backslash"),
    ('{"a":"abc', 5, "does not end in this line", "cut off"),
    (
        '{"a":[1,2',
        9,
        "the line ends where a comma or a closing bracket should be; 2 brackets are still open",
        "cut off",
    ),
    ('{"a":01}', 5, "the number `01` starts with a zero", "Remove the zeros"),
    ('{"a":+1}', 5, "the number `+1` starts with a plus sign", "Remove"),
    ('{"a":.5}', 5, "the number `.5` starts with its decimal point", "zero in front"),
    ('{"a":1.}', 6, "the number `1.` is incomplete", "Digits follow"),
    ('{"a":0x1f}', 5, "`0x1f` is not decimal", "decimal digits"),
    ('{"a":1_000}', 6, "the number `1_000` has an underscore", "Remove"),
    ('{"a":10n}', 7, "the number `10n` ends in `n`", "Remove"),
    ('{"a":2023-01-01}', 5, "`2023-01-01` is not a number", "double quotes"),
    ("{“a”:1}", 1, "the typographic quote `“`", "straight quote"),
    ('{"a":}', 5, "`}` where a value should be", "Add the value"),
    ('{"a":1,,"b":2}', 7, "a comma where a name should be", "Remove it"),
    ("[1,,2]", 3, "`,` where a value should be", "Remove it"),
    ('{"a":undefined}', 5, "`undefined` is no value", "Leave the member out"),
    ('{"a":nan}', 5, "`nan` is no number", "Leave the member out"),
    ('{"a":nullx}', 5, "`nullx` is no value", "double quotes"),
    ('{"a":u"x"}', 5, "`u` in front of a string", "Remove the letter"),
    ('{"a":ObjectId("x")}', 5, "`ObjectId(…)` is code", "plain JSON"),
    ('{"a":(1,2)}', 5, "`(` where a value", "square brackets"),
    ('{"a":"he said "hi" to"}', 15, "`hi` right behind the end of a string", '`\\"`'),
    ('{"a":"x" + "y"}', 9, "`+` between two strings", "one string"),
    ('{"a":[1}', 7, "`}` where a comma or a closing bracket should be", "close it with `]`"),
    ('{"a":1]', 6, "`]` where a comma or a closing bracket should be", "close it with `}`"),
    ('["b":1]', 4, "a colon where a comma", "in `{}`"),
    ("<html>", 0, "`<` where a value", "HTML"),
    ("", 0, "there is no value", ""),
    ('\ufeff{"a":1}', 0, "a byte order mark (U+FEFF)", "appended"),
    ('{\u00a0"a":1}', 1, "no-break space (U+00A0)", "invisible"),
    ("x" * 100, 0, "x…` where a value should be", "object"),
]


@pytest.mark.parametrize(("text", "position", "message", "hint"), SYNTAX, ids=[repr(case[0])[:30] for case in SYNTAX])
def test_what_is_wrong_and_how_to_mend_it(text: str, position: int, message: str, hint: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    error = caught.value
    assert (error.kind, error.position) == ("syntax", position)
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ('{"a":1},', 7, "a comma follows the object"),
        ('{"a":1} {"b":2}', 8, "an object follows the object in the same line"),
        ('{"a":1}}', 7, "`}` follows the object, but closes no bracket"),
        ('{"a":1}\r{"b":2}', 8, "a carriage return and more text follow the object"),
        ('{"a":1} // x', 8, "a comment (`//`)"),
        ('"abc" def', 6, "`def` follows the value"),
    ],
)
def test_what_follows_a_value(text: str, position: int, message: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert (caught.value.kind, caught.value.position) == ("trailing", position)
    assert message in caught.value.message
