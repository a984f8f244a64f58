"""The mistakes of the case ``dirty``: the bad examples of every rule that a line can break.

From the RuleSet, so a new rule joins by itself; before ``cases``. An example whose mistake lies in its first entry
becomes an entry among good ones, any other a line (or lines) of its own.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec

from stream_import_rules import artefact, model
from stream_import_rules.conformance import line_of

#: Rules whose examples are texts: those of a line's bytes and of its JSON. Those of a whole file stay out.
_OF_LINES = ("line", "json")


class Mistakes(NamedTuple):
    """Wrong entries by instruction, and wrong lines, as JSON text; lines have their ends."""

    entries: dict[str, list[str]]
    lines: list[str]


def mistakes() -> Mistakes:
    """All mistakes that the installed rules have examples of, in the order of the rules."""
    ruleset, _ = artefact.load()
    found = Mistakes({instruction.name: [] for instruction in ruleset.instructions}, [])
    for rule in ruleset.rules:
        if not rule.enabled:
            continue
        for example in rule.bad:
            _add(found, rule, example)
    told = {rule.id for rule in ruleset.rules if rule.bad}
    deep = (check for check in ruleset.framing if isinstance(check, model.MaxDepth) and check.rule not in told)
    found.lines.extend(_nested(check.limit) for check in deep)
    return found


def _add(found: Mistakes, rule: model.Rule, example: model.Example) -> None:
    if example.app is not None:  # only the configuration of an app tells
        return
    if isinstance(example.raw, str):
        if rule.entity in _OF_LINES and example.encoding == "utf-8" and example.raw.endswith("\n"):
            found.lines.append(example.raw)
        return
    if example.line is msgspec.UNSET:
        return
    line: Any = json.loads(text := line_of(_case(example)))
    # What an entry has against the rest of its line is wrong in that line only.
    if example.path.startswith("/data/0") and rule.kind != "differs-from-line":
        found.entries[line["instruction"]].append(_json(line["data"][0]))
    else:
        found.lines.append(text.decode() + "\n")


def _case(example: model.Example) -> dict[str, Any]:
    return {"line": example.line, "repeat": example.repeat, "lengthen": example.lengthen}


def _nested(limit: int) -> str:
    """A line with lists in each other, one more than may be: no rule file can hold that many."""
    depth = limit + 1
    return f'{{"instruction":"users","data":[{{"id":"alice","data":{{"n":{"[" * depth}{"]" * depth}}}}}]}}\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
