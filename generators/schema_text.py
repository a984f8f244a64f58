"""Part of ``to_json_schema``: what people read in a schema, be it in a validator or in an editor.

Called by ``schema_shape`` at every place and for every condition. ``PlainNotes`` writes standard
keywords only; ``EditorNotes`` adds those of VS Code's engine, which other editors share or ignore.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, Protocol, TypeAlias

from stream_import_rules.model import Instruction, RecordValue, Rule, RuleSet, Value

Keywords: TypeAlias = dict[str, Any]
Schema: TypeAlias = Keywords | bool

#: Where everything generated is published.
SITE = "https://stream-import-rules.github.io"

#: Keywords of ``EditorNotes`` that no meta-schema knows.
EDITOR_KEYWORDS = (
    "markdownDescription",
    "markdownEnumDescriptions",
    "patternErrorMessage",
    "errorMessage",
    "defaultSnippets",
    "doNotSuggest",
)

#: The keyword for the message of a keyword; the others' messages are the engine's own.
_MESSAGE = {"pattern": "patternErrorMessage", "type": "errorMessage", "enum": "errorMessage", "not": "errorMessage"}
#: What has no size, by the keyword for sizes: the engine has no message of ours for these keywords.
_EMPTY: dict[str, Any] = {"minLength": "", "minItems": [], "minProperties": {}}
#: How many examples a place shows.
_SHOWN = 2


class Notes(Protocol):
    """The annotations of one flavour of schema.

    ``rules`` are the ids of rules that count in the schema; ``samples`` are values of valid lines.
    """

    #: Whether a form that is refused has a message of its own, rather than that of the type.
    explains_refusals: bool

    def place(
        self, value: Value, doc: str, rules: Sequence[str], enforced: Collection[str], samples: Sequence[Any]
    ) -> Keywords:
        """Of a member or an item."""

    def clause(self, keywords: Keywords, rules: Sequence[str]) -> Keywords:
        """The keywords of one condition with its annotations."""

    def never(self, rule: str) -> Schema:
        """The schema of a member that must not be there."""

    def refusal(self, rule: str) -> Schema:
        """The schema of a value that must not have the form that it has."""

    def instruction(self, instruction: Instruction) -> Keywords:
        """Of all lines with one instruction."""

    def choice(self, instructions: Sequence[Instruction]) -> Keywords:
        """Of the member that names the instruction."""

    def line(self, instructions: Sequence[Instruction]) -> Keywords:
        """Of any line."""


class PlainNotes:
    """Annotations in standard keywords: descriptions, examples, and which rules stand where."""

    explains_refusals = False

    def place(
        self, value: Value, doc: str, rules: Sequence[str], enforced: Collection[str], samples: Sequence[Any]
    ) -> Keywords:
        told = [rule for rule in rules if rule in enforced]
        return _given(description=doc, examples=_examples(samples)) | (
            {"$comment": f"Enforces {', '.join(told)}."} if told else {}
        )

    def clause(self, keywords: Keywords, rules: Sequence[str]) -> Keywords:
        return keywords

    def never(self, rule: str) -> Schema:
        return False

    def refusal(self, rule: str) -> Schema:
        return False

    def instruction(self, instruction: Instruction) -> Keywords:
        return {"title": instruction.title, "description": instruction.doc}

    def choice(self, instructions: Sequence[Instruction]) -> Keywords:
        return {}

    def line(self, instructions: Sequence[Instruction]) -> Keywords:
        return {"examples": [instruction.base for instruction in instructions]}


class EditorNotes:
    """Annotations for people who write lines in an editor: hovers, messages, completions.

    ``indent`` lays out snippets, ``None`` in one line.
    """

    explains_refusals = True

    def __init__(self, ruleset: RuleSet, indent: int | None) -> None:
        self._rules = {rule.id: rule for rule in ruleset.rules}
        self._pages = {rule.id: page_of(rule, ruleset.instructions) for rule in ruleset.rules}
        self._indent = indent

    def place(
        self, value: Value, doc: str, rules: Sequence[str], enforced: Collection[str], samples: Sequence[Any]
    ) -> Keywords:
        told = "\n".join(self._bullet(self._rules[rule], rule in enforced) for rule in rules)
        notes = _given(description=doc, markdownDescription="\n\n".join(filter(None, (doc, told))))
        if isinstance(value, RecordValue):
            return notes | _given(defaultSnippets=[self._snippet(value.entity, doc, s) for s in samples[:1]])
        return notes | _given(examples=_examples(samples))

    def clause(self, keywords: Keywords, rules: Sequence[str]) -> Keywords:
        if not rules:
            return keywords
        for size, empty in _EMPTY.items():
            if keywords == {size: 1}:
                keywords = {"not": {"const": empty}}
        messages = {_MESSAGE[keyword]: self._message(rules) for keyword in keywords if keyword in _MESSAGE}
        if keywords.keys() >= {"pattern", "not"}:  # what has the form all the same, such as 30 February
            messages["errorMessage"] = self._message(rules[:1])
        return keywords | messages

    def never(self, rule: str) -> Schema:
        text = self._rules[rule]
        about = {"description": text.summary, "markdownDescription": self._bullet(text, True).removeprefix("* ")}
        return about | {"not": {}, "errorMessage": self._message([rule]), "doNotSuggest": True}

    def refusal(self, rule: str) -> Schema:
        return {"not": {}, "errorMessage": self._message([rule])}

    def instruction(self, instruction: Instruction) -> Keywords:
        return {"title": instruction.title, "description": instruction.doc, "markdownDescription": instruction.doc}

    def choice(self, instructions: Sequence[Instruction]) -> Keywords:
        return {"markdownEnumDescriptions": [f"**{i.title}.** {i.doc}" for i in instructions]}

    def line(self, instructions: Sequence[Instruction]) -> Keywords:
        return {"defaultSnippets": [self._snippet(i.name, i.doc, i.base) for i in instructions]}

    def _snippet(self, label: str, description: str, value: Any) -> Keywords:
        text = json.dumps(value, ensure_ascii=False, indent=self._indent)
        body = text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
        return {"label": label, "description": description, "bodyText": body}

    def _message(self, rules: Sequence[str]) -> str:
        """What all the rules ask for, how to fix the first, and the ids to look up."""
        texts = [self._rules[rule] for rule in rules]
        return " ".join([*(t.summary for t in texts), texts[0].fix, f"[{', '.join(rules)}]"])

    def _bullet(self, rule: Rule, enforced: bool) -> str:
        mark = "" if rule.severity == "error" else f"*{rule.severity.capitalize()}.* "
        later = "" if enforced else " *Not fully checked in the editor.*"
        return f"* {mark}**{rule.summary}** {rule.why} {rule.fix}{later} [{rule.id}]({self._pages[rule.id]})"


def page_of(rule: Rule, instructions: Sequence[Instruction]) -> str:
    """The address of a rule's documentation: the page of its instruction, or that of all lines."""
    pages = {name: i.name for i in instructions for name in (i.entity, i.name)}
    return f"{SITE}/reference/{pages.get(rule.entity, 'framing')}#{rule.id}"


def _given(**keywords: Any) -> Keywords:
    return {keyword: value for keyword, value in keywords.items() if value}


def _examples(samples: Sequence[Any]) -> list[Any]:
    """The first different ones of the samples, if they are short: no objects, no lists."""
    found: list[Any] = []
    for sample in samples:
        if not isinstance(sample, dict | list) and sample not in found:
            found.append(sample)
    return found[:_SHOWN]
