"""Say what is wrong with text that is not JSON, and how to mend it, in words for people.

Called by ``jsontext`` when the parser of the standard library has given up; ``framing`` makes findings of
what it says. The parser knows where it stopped and what it wanted there; here is the knowledge of what people
and programs write instead.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Literal, NamedTuple, TypeAlias

#: What the parser wanted at the place where it stopped.
_Wanted: TypeAlias = Literal["value", "name", "colon", "comma"]

_WANTED: dict[_Wanted, str] = {
    "value": "a value",
    "name": "a name in double quotes",
    "colon": "a colon",
    "comma": "a comma or a closing bracket",
}

#: How many characters of the text a message repeats.
_CLIP = 30

WHITE_SPACE = " \t\n\r"
_WORD = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_NUMBER_BEFORE = re.compile(r"-?[0-9][0-9.eE+-]*\Z")
_REST_OF_TOKEN = re.compile(r"[^\s,:\[\]{}\"]*")
_CALL = re.compile(r"(?:new\s+)?[A-Za-z_.]+\s*\(")
_HEX4 = re.compile(r"[0-9a-fA-F]{0,4}")

_STRAIGHT = dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′´`", "'")
_LITERALS = {"true": "true", "false": "false", "none": "null", "null": "null", "nil": "null"}
_NOT_FINITE = {"nan", "inf", "infinity"}
_CONTROL_NAMES = {
    "\0": "NUL",
    "\b": "backspace",
    "\t": "tab",
    "\n": "line feed",
    "\v": "vertical tab",
    "\f": "form feed",
    "\r": "carriage return",
    "\x1a": "SUB (Ctrl-Z)",
    "\x1b": "escape",
    "\x7f": "delete",
}
_SHORT_ESCAPES = {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"}

_NUL_HINT = (
    "NUL is what a file holds that was enlarged but not written, or copied only in part. "
    "Write or copy the file once more."
)
_CUT_HINT = "The line is cut off here, or a closing bracket is missing."

_KEPT = b'[]{}"'
_NOT_KEPT = bytes(i for i in range(256) if i not in _KEPT)
_STRINGS_LEFT = re.compile(rb'"[^"]*"?')


class Mistake(NamedTuple):
    """What is wrong at an offset (code points) of the text, and how to mend it ("" if nobody knows)."""

    position: int
    message: str
    hint: str = ""


def brackets(data: bytes) -> bytes:
    """The brackets ``[]{}`` of JSON text that stand outside of strings, in their order.

    A string that doesn't end takes the rest with it. All of it is done by a few passes in C.
    """
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    kept = data.translate(None, _NOT_KEPT)
    bare = kept.replace(b'""', b"")
    # A quote is left over if a string has brackets in it, and only then pairs have to be told apart.
    return _STRINGS_LEFT.sub(b"", kept) if b'"' in bare else bare


def describe(error: json.JSONDecodeError) -> Mistake:
    """The mistake that an error of the standard library's parser is about."""
    text, at, said = error.doc, error.pos, error.msg
    if said.startswith("Invalid control character"):
        return _control_in_string(text, at)
    if said.startswith("Unterminated string"):
        return _unterminated(text, at)
    if said.startswith("Invalid \\"):
        return _escape(text, at)
    if said.startswith("Illegal trailing comma"):
        return _trailing_comma(at)
    if said.startswith("Expecting property name"):
        return _instead_of_name(text, at)
    if said.startswith("Expecting ':'"):
        return _instead_of_colon(text, at)
    if said.startswith("Expecting ','"):
        return _instead_of_comma(text, at)
    return _instead_of_value(text, at)


def trailing(text: str, end: int, at: int, what: str) -> Mistake:
    """What follows at ``at`` a value that is complete at ``end``; ``what`` the value is, such as "the object"."""
    found = text[at]
    if found == ",":
        hint = "Remove the comma. Between the items of an array there are commas, between lines there are none."
        return Mistake(at, f"a comma follows {what}", hint)
    if found in "]}":
        hint = "Remove it, or add the opening bracket that it belongs to."
        return Mistake(at, f"`{found}` follows {what}, but closes no bracket", hint)
    if "\r" in text[end:at]:
        hint = "A carriage return alone ends no line. Write line feeds, or a carriage return and a line feed."
        return Mistake(at, f"a carriage return and more text follow {what} in the same line", hint)
    if _is_comment(text, at):
        return _comment(text, at)
    if found == "{":
        return Mistake(at, f"an object follows {what} in the same line", "Start a new line in front of it.")
    return Mistake(at, f"{_found(text, at)} follows {what}")


def named(char: str) -> str:
    """A character in words that are safe to print: control and invisible ones by name and number."""
    code = f"U+{ord(char):04X}"
    if char in _CONTROL_NAMES:
        return f"{_CONTROL_NAMES[char]} ({code})"
    if char.isprintable() and char != " ":
        return f"`{char}`"
    name = unicodedata.name(char, "").lower()
    return f"{name} ({code})" if name else f"the control character {code}" if ord(char) < 0xA0 else code


# What stands at a place, whatever was wanted there.


def _found(text: str, at: int) -> str:
    """The token at a place, for a message."""
    token = _REST_OF_TOKEN.match(text, at)
    assert token is not None
    word = token[0]
    if len(word) < 2 or not word.isprintable():
        return named(text[at])
    return f"`{_clip(word)}`"


def _clip(word: str) -> str:
    return word if len(word) <= _CLIP else word[: _CLIP - 1] + "…"


def _generally(text: str, at: int, wanted: _Wanted) -> Mistake | None:
    """Mistakes that have the same cause and cure wherever they stand."""
    if at >= len(text):
        return _at_end(text, wanted)
    char = text[at]
    if char == "\0":
        return Mistake(at, f"a NUL character (U+0000) where {_WANTED[wanted]} should be", _NUL_HINT)
    if char in _STRAIGHT:
        return _wrong_quote(char, at, wanted)
    if char == "'":
        return _single_quote(at, wanted)
    if _is_comment(text, at):
        return _comment(text, at)
    if char == "\ufeff":
        hint = "Remove it. It stands where a file was appended to another one."
        return Mistake(at, f"a byte order mark (U+FEFF) where {_WANTED[wanted]} should be", hint)
    if not char.isprintable() or char.isspace():
        what = "this character" if ord(char) < 0x80 else "this invisible character"
        hint = f"Remove {what}. Outside of strings JSON knows spaces, tabs and line ends only."
        return Mistake(at, f"{named(char)} where {_WANTED[wanted]} should be", hint)
    return None


def _at_end(text: str, wanted: _Wanted) -> Mistake:
    end = len(text.rstrip(WHITE_SPACE))
    if end == 0:
        return Mistake(0, "there is no value")
    open_ = len(_open_brackets(text))
    still = f"; {open_} bracket{'s are' if open_ > 1 else ' is'} still open" if open_ else ""
    return Mistake(end, f"the line ends where {_WANTED[wanted]} should be{still}", _CUT_HINT)


def _open_brackets(text: str) -> str:
    """The brackets of the text that nothing closes, outermost first."""
    found = brackets(text.encode("utf-8", "surrogatepass"))
    length = -1
    while length != len(found):
        length = len(found)
        found = found.replace(b"{}", b"").replace(b"[]", b"")
    return found.decode()


def _wrong_quote(char: str, at: int, wanted: _Wanted) -> Mistake:
    if char == "`":
        return Mistake(at, f"a backtick where {_WANTED[wanted]} should be", "Put strings in double quotes.")
    message = f"the typographic quote {named(char)} where {_WANTED[wanted]} should be"
    return Mistake(at, message, 'Write the straight quote " (U+0022). Word processors replace it.')


def _is_comment(text: str, at: int) -> bool:
    return text[at] == "#" or text.startswith(("//", "/*", "--", "<!--"), at)


def _comment(text: str, at: int) -> Mistake:
    return Mistake(at, f"a comment ({_found(text, at)}) stands here", "Remove it. JSON has no comments.")


def _single_quote(at: int, wanted: _Wanted) -> Mistake:
    hint = "Put names and strings in double quotes. Python's `print` writes single ones, `json.dumps` does not."
    return Mistake(at, f"a single quote where {_WANTED[wanted]} should be", hint)


def _trailing_comma(at: int) -> Mistake:
    return Mistake(at, "a comma after the last item", "Remove the comma in front of the closing bracket.")


def _comma_before(text: str, at: int) -> int:
    """The offset of the comma that is the last thing before a place, -1 if it is something else."""
    before = text[:at].rstrip(WHITE_SPACE)
    return len(before) - 1 if before.endswith(",") else -1


# In a string.


def _control_in_string(text: str, at: int) -> Mistake:
    char = text[at]
    if char == "\0":
        return Mistake(at, "a NUL character (U+0000) inside a string", _NUL_HINT)
    escape = _SHORT_ESCAPES.get(char, f"\\u{ord(char):04x}")
    what = named(char).removeprefix("the control character ")
    hint = f"Write it as `{escape}`. A JSON library does so by itself."
    return Mistake(at, f"an unescaped control character, {what}, inside a string", hint)


def _unterminated(text: str, at: int) -> Mistake:
    hint = "The line is cut off, or a quote is missing. A line break inside a string is written `\\n`."
    return Mistake(at, "the string that starts here does not end in this line", hint)


def _escape(text: str, at: int) -> Mistake:
    # The parser points at the backslash, or at a place inside the escape, depending on its version.
    at = text.rfind("\\", 0, at + 1)
    char = text[at + 1 : at + 2]
    if char == "u":
        digits = _HEX4.match(text, at + 2)
        assert digits is not None
        hint = "Write `\\u` and four hexadecimal digits, or `\\\\u` if the backslash itself is meant."
        return Mistake(at, f"the escape `\\u{digits[0]}` has not four hexadecimal digits", hint)
    if char == "'":
        return Mistake(at, "a single quote is escaped", "Remove the backslash. Only double quotes are escaped.")
    if char == "x":
        return Mistake(at, "`\\x` is no escape of JSON", "Write `\\u00` and the two digits, or the character itself.")
    what = f"`\\{char}`" if char.isprintable() else f"a backslash before {named(char)}"
    return Mistake(at, f"{what} is no escape of JSON", "Write `\\\\` where a backslash is meant.")


# Something else instead of what was wanted.


def _instead_of_name(text: str, at: int) -> Mistake:
    general = _generally(text, at, "name")
    if general is not None:
        return general
    char = text[at]
    if char == "}" and (comma := _comma_before(text, at)) >= 0:
        return _trailing_comma(comma)
    if char == ",":
        return Mistake(at, "a comma where a name should be", "Remove it, or add the member that is missing.")
    if word := _WORD.match(text, at):
        return Mistake(at, f"the name `{_clip(word[0])}` is not in quotes", f'Write `"{_clip(word[0])}"`.')
    if char in "-0123456789":
        return Mistake(
            at, f"the name {_found(text, at)} is not in quotes", "A name is a string, even if it is a number."
        )
    return Mistake(at, f"{_found(text, at)} where a name in double quotes should be")


def _instead_of_colon(text: str, at: int) -> Mistake:
    general = _generally(text, at, "colon")
    if general is not None:
        return general
    char = text[at]
    if char == "=":
        sign = "=>" if text.startswith("=>", at) else "="
        return Mistake(at, f"`{sign}` where a colon should be", "Write a colon between a name and its value.")
    if char in ",}":
        return Mistake(at, f"`{char}` follows a name that has no value", "Add a colon and a value.")
    return Mistake(at, f"{_found(text, at)} where a colon should be", "Write a colon between a name and its value.")


def _instead_of_value(text: str, at: int) -> Mistake:
    general = _generally(text, at, "value")
    if general is not None:
        return general
    char = text[at]
    if char in "]},":
        return _no_value(text, at)
    if char in "+-.":
        return _odd_number(text, at)
    if call := _CALL.match(text, at):
        name = _clip(" ".join(call[0].rstrip("( ").split()))
        return Mistake(
            at, f"`{name}(…)` is code, not JSON", "Export the data as plain JSON: a string, a number or a time."
        )
    if word := _WORD.match(text, at):
        return _word(text, at, word[0])
    if char == "<":
        return Mistake(
            at, "`<` where a value should be", "This looks like HTML or XML, such as the error page of a server."
        )
    if char == "(":
        return Mistake(at, "`(` where a value should be", "Write lists in square brackets.")
    return Mistake(at, f"{_found(text, at)} where a value should be")


def _no_value(text: str, at: int) -> Mistake:
    char = text[at]
    before = text[:at].rstrip(WHITE_SPACE)[-1:]
    if before == ":":
        return Mistake(
            at, f"`{char}` where a value should be", "Add the value that belongs to the name, or remove both."
        )
    if char == "," or not before:
        return Mistake(at, f"`{char}` where a value should be", "Remove it, or add the value that is missing.")
    if before == "," and char == "]":
        return _trailing_comma(_comma_before(text, at))
    return Mistake(at, f"`{char}` where a value should be", _closing_hint(text, at))


def _closing_hint(text: str, at: int) -> str:
    """What to do about a closing bracket of the wrong kind."""
    open_ = _open_brackets(text[:at])
    if not open_ or open_[-1] in "]}":
        return ""
    return f"The innermost open bracket is `{open_[-1]}`: close it with `{']' if open_[-1] == '[' else '}'}` first."


def _odd_number(text: str, at: int) -> Mistake:
    found = _found(text, at)
    if text[at] == "+":
        return Mistake(at, f"the number {found} starts with a plus sign", "Remove the plus sign.")
    if text[at] == "." or text.startswith("-.", at):
        return Mistake(at, f"the number {found} starts with its decimal point", "Write a zero in front of the point.")
    return Mistake(at, f"{found} where a value should be", "Digits follow the minus sign of a number.")


def _word(text: str, at: int, word: str) -> Mistake:
    lower = word.lower()
    shown = f"`{_clip(word)}`"
    if text.startswith(('"', "'"), at + len(word)) and lower in ("u", "b", "r", "f", "br", "rb"):
        return Mistake(
            at, f"{shown} in front of a string", "Remove the letter. Python's strings have it, JSON's do not."
        )
    if lower in _LITERALS and word != _LITERALS[lower]:
        origin = " `json.dumps` writes it so." if word in ("True", "False", "None") else ""
        return Mistake(at, f"{shown} where a value should be", f"Write `{_LITERALS[lower]}`.{origin}")
    if lower == "undefined":
        return Mistake(at, "`undefined` is no value of JSON", "Leave the member out.")
    if lower in _NOT_FINITE:
        return Mistake(at, f"{shown} is no number of JSON", "Leave the member out.")
    at_start = not text[:at].strip(WHITE_SPACE)
    hint = "A line is an object, it starts with `{`." if at_start else "Put strings in double quotes."
    return Mistake(at, f"{shown} where a value should be", hint)


def _instead_of_comma(text: str, at: int) -> Mistake:
    general = _generally(text, at, "comma")
    if general is not None:
        return general
    char, before = text[at], text[at - 1]
    if number := after_scalar(text, at):
        return number
    if before == '"' and (char.isalnum() or char in "_$@%&.!?'\\-(/"):
        hint = 'A double quote inside a string is written `\\"`. If the string ends here, a comma is missing.'
        return Mistake(at, f"{_found(text, at)} right behind the end of a string", hint)
    if char in '"{[':
        return Mistake(at, f"{named(char)} where a comma should be", "Put a comma between two items.")
    if char in "]}":
        return Mistake(at, f"`{char}` where {_WANTED['comma']} should be", _closing_hint(text, at))
    if char == ":":
        hint = "Only a member of an object has a name and a colon. Put the members of an object in `{}`."
        return Mistake(at, f"a colon where {_WANTED['comma']} should be", hint)
    if char in ";|":
        return Mistake(at, f"`{char}` where {_WANTED['comma']} should be", "Put a comma between two items.")
    if char == "+" and text[:at].rstrip(WHITE_SPACE).endswith('"'):
        return Mistake(at, "`+` between two strings", "Write one string. JSON joins none.")
    return Mistake(at, f"{_found(text, at)} where {_WANTED['comma']} should be")


def after_scalar(text: str, at: int) -> Mistake | None:
    """What is wrong with a number or a word that goes on where the parser took it to be complete."""
    if at == 0 or text[at - 1] in WHITE_SPACE + '"]}' or text[at] in WHITE_SPACE + ',:[]{}"':
        return None
    number = _NUMBER_BEFORE.search(text, max(0, at - 40), at)
    start = number.start() if number else max(text.rfind(c, 0, at) for c in ' \t\n\r,:[{"') + 1
    whole = _clip(text[start:at] + _REST_OF_TOKEN.match(text, at)[0])  # type: ignore[index]
    whole = whole if whole.isprintable() else text[start:at]
    char = text[at]
    if number is None:
        return Mistake(start, f"`{whole}` is no value of JSON", "Put strings in double quotes.")
    if number[0] in ("0", "-0") and char.isdecimal():
        hint = "Remove the zeros, or put the digits in quotes if the zeros matter."
        return Mistake(start, f"the number `{whole}` starts with a zero", hint)
    if number[0] in ("0", "-0") and char in "xXoObB":
        return Mistake(start, f"`{whole}` is not decimal", "Write the number in decimal digits, or as a string.")
    if char == "_":
        return Mistake(at, f"the number `{whole}` has an underscore", "Remove the underscores.")
    if char in ".eE":
        return Mistake(at, f"the number `{whole}` is incomplete", "Digits follow the point or the `e` of a number.")
    if char == "n":
        return Mistake(
            at, f"the number `{whole}` ends in `n`", "Remove the `n`. If the number is large, write a string."
        )
    return Mistake(start, f"`{whole}` is not a number", "Put it in double quotes.")
