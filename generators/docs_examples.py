"""The examples of a rule as blocks of the documentation: only the part that matters, and what to say of it.

Before it: ``docs_sketch``, which shortens what is shown. After it: ``docs_sections``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stream_import_rules import model
from stream_import_rules.model import Example, Rule, RuleSet, ordered_line

from . import samples
from .docs_sketch import ENTRIES, LONGEST_LINE, compact, sketch, sketch_file, sketch_member, visible
from .docs_words import ENCODING_WORDS, sentences
from .markdown import code

#: The kinds whose mistake is one member of an entry: the others are left out.
_OF_ONE_MEMBER = frozenset({"reserved", "unknown", "key-pattern", "no-binary", "references", "max-entry-bytes"})
_LONGEST_LINE_OF_SEVERAL = 400
_NOT_THERE = object()


@dataclass(frozen=True)
class Block:
    """A fenced block and what is to be said of it."""

    code: str
    note: str
    #: Whether others may be written into the same block.
    joins: bool = False


def blocks(ruleset: RuleSet, rule: Rule, examples: Iterable[Example], *, bare: bool) -> list[Block]:
    """The blocks of some examples of a rule; those of which nothing is to be said share one.

    ``bare``: the value alone, without the name of its member, for rules of a type that stands anywhere.
    """
    found: list[Block] = []
    for block in (_block(ruleset, rule, example, bare) for example in examples):
        if not (found and found[-1].joins and block.joins):
            found.append(block)
        elif block.code not in found[-1].code.split("\n"):
            found[-1] = Block(f"{found[-1].code}\n{block.code}", "", joins=True)
    return found


def _block(ruleset: RuleSet, rule: Rule, example: Example, bare: bool) -> Block:
    if isinstance(example.raw, str):
        between = rule.kind not in samples.FRAMING
        where = f"The mistake is in line {example.at_line}" if example.at_line > 1 else ""
        where += f"{', at' if where else 'The mistake is at'} {code(example.path)}" if between and example.path else ""
        note = sentences(ENCODING_WORDS[example.encoding], example.note, where, _others(example))
        # Between lines it is the members in the middle that matter.
        longest = _LONGEST_LINE_OF_SEVERAL if between else LONGEST_LINE
        return Block(sketch_file(example.raw, example.at_line, longest), note)
    line = ordered_line(ruleset, model.expanded(example.line, example.repeat, example.lengthen))
    value = _at(line, _steps(rule.place))
    size = f"{len(compact(value).encode()):,} bytes in all." if rule.kind == "max-entry-bytes" else ""
    note = sentences(example.note, size, _others(example))
    path = next(iter(example.lengthen), example.path)
    shown = sketch(value) if bare and value is not _NOT_THERE else _fragment(rule, line, path, ruleset.payload)
    return Block(visible(shown), note, joins=not note)


def _others(example: Example) -> str:
    others = ", ".join(map(code, example.breaks))
    return f"This one breaks another rule: {others}" if others else ""


def _fragment(rule: Rule, line: Any, path: str, payload: str) -> str:
    """The part of a line that matters: the member, the entry, or the line without its entries.

    ``path`` is where the line breaks the rule, if it does.
    """
    steps = _steps(rule.place)
    if rule.kind == "differs-from-line" and len(steps) > 2:
        name, entry = samples.unescape(steps[2]), _at(line, steps[:2])
        members = [sketch_member(key, value) for key, value in line.items() if key != payload]
        return f"{{{', '.join(members)}, {json.dumps(payload)}: [{{…, {sketch_member(name, entry[name])}}}]}}"
    if rule.kind in ("differs-from-line", "configured-groups", "followed-groups"):
        return sketch(line)
    if rule.kind == "data-schema":
        return sketch(_at(line, [payload, *(_steps(path)[1:2] or ["0"])]))
    if rule.kind == "required":
        steps.pop()
    while _at(line, steps) is _NOT_THERE:
        steps.pop()  # the good example of a member that may be absent
    while len(steps) > 2 and steps[-1].isdigit():
        steps.pop()  # an item is shown in its list
    value = _at(line, steps)
    if not steps:
        return sketch({**value, payload: ENTRIES} if payload in value else value)
    inside = _steps(path)[len(steps) :]
    if rule.kind in _OF_ONE_MEMBER and inside:
        name = samples.unescape(inside[0])
        return f"{{…, {sketch_member(name, value[name])}}}"
    return sketch(value) if steps[-1].isdigit() else sketch_member(samples.unescape(steps[-1]), value)


def _steps(pointer: str) -> list[str]:
    """The steps of a JSON Pointer pattern, with the first item for any."""
    return ["0" if step == "*" else step for step in pointer.split("/")[1:]]


def _at(line: Any, steps: list[str]) -> Any:
    return samples.at(line, "".join(f"/{step}" for step in steps), _NOT_THERE)
