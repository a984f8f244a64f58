"""The words of the documentation: checks, types and places of the RuleSet in English.

Before it: ``places``, ``markdown``. After it: ``docs_sections``, ``docs_tables``, ``docs_pages``, which
put the words where they belong.
"""

from __future__ import annotations

import json

from stream_import_rules import model
from stream_import_rules.model import Value

from .markdown import code
from .places import Place

#: What each severity means for an import.
SEVERITY_WORDS: dict[model.Severity, str] = {
    "error": "The import refuses it.",
    "warning": "It is very likely refused, changed or lost.",
    "info": "Advice. The import works without it.",
}
#: What a target makes of a kind of check, from the most to the least.
LEVEL_WORDS = {
    "exact": "It finds every mistake of this kind, and nothing else.",
    "partial": "What it finds is a mistake, but some mistakes of this kind pass.",
    "none": "It does not look at this kind.",
}
#: The headings of the rules on the file and its text, by entity.
FRAMING_TITLES = {"file": "The file", "line": "Its lines", "json": "The JSON text", "feed-group": "Over all lines"}
#: How the text of an example became bytes, where that is the point of it.
ENCODING_WORDS = {
    "utf-8": "",
    "utf-16": "Saved as UTF-16.",
    "latin-1": "Saved as Latin-1.",
    "surrogates": "",
    "gzip": "Compressed with gzip.",
    "gzip-cut": "Compressed with gzip, and cut off ten bytes before the end.",
}
_JSON_WORDS: dict[model.JsonType, str] = {
    "string": "a string",
    "number": "a number",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def limit_words(check: model.ValueCheck | model.RecordCheck, parts: tuple[str, ...]) -> str:
    """A check in the few words of a table cell (Markdown). ``parts`` are those of the string it is of."""
    match check:
        case model.NotEmpty():
            return "not empty"
        case model.MaxLength(limit=limit):
            return f"at most {limit:,} characters"
        case model.MaxBytes(limit=limit):
            return f"at most {limit:,} bytes"
        case model.Pattern(pattern=pattern):
            return code(pattern) if len(pattern) <= 30 else "a fixed pattern"
        case model.Choices(values=values):
            return "one of " + ", ".join(map(code, values))
        case model.Split(separator=separator):
            return "the form " + code(separator.join(parts))
        case model.PartPattern(pattern=pattern, part=part):
            return f"{code(parts[part])}: {code(pattern)}"
        case model.PartNotIn(values=values, part=part):
            return f"{code(parts[part])} is none of " + ", ".join(map(code, values))
        case model.DiffersFromLine(member=member):
            return f"not {code(member)} of the line"
        case model.MaxItems(limit=limit):
            return f"at most {limit:,} items"
        case model.DistinctItems():
            return "no item twice"
        case model.IntegerRange(minimum=low, maximum=high):
            return f"{low:,} to {high:,}"
        case model.Deprecated():
            return "best left out"
        case model.TimeFormat():
            return "the form " + code("YYYY-MM-DDTHH:MM:SSZ")
        case model.TimeOffset():
            return "with an offset"
        case model.TimeUtc():
            return "in UTC"
        case model.TimeZulu():
            return "`Z` for UTC"
        case model.TimeUppercase():
            return "upper-case `T` and `Z`"
        case model.TimePrecision(digits=digits):
            return f"at most {digits} digits after the point"
        case model.TimeNotBefore(instant=instant):
            return "not before " + code(instant)
        case model.TimeNotAfter(instant=instant):
            return "not after " + code(instant)
        case model.TimeNotAhead(seconds=seconds):
            return f"at most {seconds:,} seconds ahead of now"
        case _:
            raise AssertionError(f"no words for {check}")


def particulars(check: model.ValueCheck | model.RecordCheck | None) -> str:
    """What a check knows and the text of its rule may not tell: names and patterns (Markdown); of most, nothing."""
    match check:
        case model.Reserved(names=names):
            return "Members: " + ", ".join(map(code, names))
        case model.Pattern(pattern=pattern) | model.PartPattern(pattern=pattern) | model.KeyPattern(pattern=pattern):
            return "Pattern: " + code(pattern)
        case model.References(patterns=patterns):
            return "Patterns: " + ", ".join(map(code, sorted(patterns.values())))
        case _:
            return ""


def app_words(rule: model.Rule) -> str:
    """The configuration that the examples of a rule are judged under (Markdown); of most rules, nothing."""
    app = next((example.app for example in rule.bad if example.app is not None), None)
    if app is None:
        return ""
    files = "".join(f", with {code(_json(text))} in {code(name)}" for name, text in app.files.items())
    return f"Configuration of the examples: {code(_json(app.config))}{files}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def tolerated_words(tolerated: model.Tolerated) -> str:
    """A tolerated form in the few words of a table cell (Markdown): what had better not stand there."""
    match tolerated:
        case model.ToleratedType(json_type=json_type):
            return f"not {_JSON_WORDS[json_type]}"
        case model.ToleratedText(pattern=pattern):
            return f"not the form {code(pattern)}"
        case model.ToleratedPair():
            return "not a pair"
        case _:
            raise AssertionError(f"no words for {tolerated}")


def type_words(value: Value) -> str:
    """The type of a value for people who know JSON."""
    match value:
        case model.StringValue():
            return "string"
        case model.TimeValue():
            return "string, a time"
        case model.IntegerValue():
            return "whole number"
        case model.NumberValue():
            return "number"
        case model.BooleanValue():
            return "true or false"
        case model.AnyValue():
            return "anything"
        case model.ListValue():
            return "array"
        case model.ObjectValue() | model.RecordValue():
            return "object"
        case _:
            raise AssertionError(f"no words for {value}")


def common_words(texts: list[str], subject: str) -> str:
    """What texts of one origin have in common, with the subject where each names its own place."""
    if len(set(texts)) == 1:
        return texts[0]
    words = [text.split(" ") for text in texts]
    shortest = min(map(len, words))
    head = next(n for n in range(shortest + 1) if n == shortest or len({w[n] for w in words}) > 1)
    rest = shortest - head
    tail = next(n for n in range(rest + 1) if n == rest or len({w[-1 - n] for w in words}) > 1)
    return " ".join([*words[0][:head], subject, *words[0][len(words[0]) - tail :]])


def last_part(rule_id: str) -> str:
    """What a rule id says of its check: ``max-items`` of ``users.data.max-items``."""
    return rule_id.rpartition(".")[2]


def place_title(place: Place, payload: str) -> str:
    """The heading of the rules of a place (Markdown); ``payload`` is the member that holds the entries."""
    entries = f"/{payload}/*"
    if place.pointer == "":
        return "The whole line"
    if place.pointer == entries:
        return "A whole entry"
    if not place.pointer.startswith(entries):
        return f"{code(place.name)} of the line"
    name = place.name.removeprefix(f"{payload}[].")
    return f"An item of {code(name.removesuffix('[]'))}" if name.endswith("[]") else code(name)


def sentences(*notes: str) -> str:
    """Notes as sentences: each starts with a capital and ends with a stop; empty ones are left out."""
    return " ".join(f"{note[0].upper()}{note[1:].rstrip('.')}." for note in notes if note)
