"""Part of ``resolve``: whole example lines from the abbreviated ones of a rule file, and those that
follow from the kind of a check alone (a member left out, a string one character too long …).

Called for each rule by ``resolve``; ``examples`` executes what it makes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from stream_import_rules import model
from stream_import_rules.model import Example

#: Members of a check in a rule file that are the text of its rule, not parameters of the check.
TEXT_KEYS = frozenset(
    ("id", "severity", "enabled", "summary", "why", "fix", "since", "formerly", "sources", "good", "bad")
)

#: The built-in types by name.
BUILT_IN: dict[str, Any] = {
    "string": model.StringValue,
    "time": model.TimeValue,
    "integer": model.IntegerValue,
    "number": model.NumberValue,
    "boolean": model.BooleanValue,
    "any": model.AnyValue,
    "map": model.ObjectValue,
    "list": model.ListValue,
    "record": model.RecordValue,
}


def _by_kind(union: Any) -> dict[str, Any]:
    return {cls.__struct_config__.tag: cls for cls in union.__args__}


#: The classes of checks by kind: of records, of values and records, of files and lines.
RECORD_KINDS: dict[str, Any] = _by_kind(model.RecordCheck)
CHECKS: dict[str, Any] = {**_by_kind(model.ValueCheck), **RECORD_KINDS}
FRAMING: dict[str, Any] = _by_kind(model.FramingCheck)
#: The classes of relations between the entries of a whole file, by kind.
RELATIONS: dict[str, Any] = _by_kind(model.Relation)
#: The classes of checks that need the configuration of an app, by kind.
APP: dict[str, Any] = _by_kind(model.AppCheck)

#: Kinds whose examples are written as changes of a record.
CHANGING = frozenset((*RECORD_KINDS, "unknown"))
#: Kinds whose examples are written as whole files.
OF_FILES = frozenset((*FRAMING, *RELATIONS))
#: Kinds of rules that belong to a place itself, not to one of its checks.
OTHER_KINDS = ("required", "wrong-type", "unknown", "tolerated-type", "tolerated-text", "tolerated-pair")

#: Kinds that no example can show: they are about hundreds of megabytes.
WITHOUT_EXAMPLES = frozenset({"file-bytes", "stream-bytes", "line-bytes"})

#: From this depth on a nested example is too long to write.
DEEP = 100

_NOTHING = object()
#: The members of an example of a value in its long form.
_LONG_FORM = frozenset({"value", "at", "note", "breaks", "lengthen"})
#: A value of each JSON type, to stand for a wrong one; of strings and arrays one that nothing else is wrong with.
_WRONG: dict[str, list[tuple[str, Any]]] = {
    "string": [("number", 17), ("boolean", True), ("object", {"a": 1})],
    "time": [("number", 17), ("boolean", True)],
    "integer": [("string", "x"), ("boolean", True)],
    "number": [("string", "x")],
    "boolean": [("string", "x")],
    "list": [("string", "x"), ("object", {"a": 1})],
    "map": [("string", "x"), ("array", [1])],
    "record": [("string", "x"), ("number", 17)],
}


@dataclass(frozen=True)
class Maker:
    """Makes the examples of one rule at one place.

    ``base`` and ``full`` are valid lines, ``pointer`` the place in them, ``prefix`` what its rule ids
    start with, ``check`` what the rule belongs to (``None`` for required, type, unknown and tolerated
    forms), ``value`` the value at the place.
    """

    base: Any
    full: Any
    pointer: str
    prefix: str
    kind: str
    #: The built-in type at the place, for wrong-type; the JSON types tolerated beside it.
    type_name: str = ""
    tolerated: frozenset[str] = frozenset()
    check: Any = None
    value: Any = None
    #: Rules that a good value breaks all the same: a deprecated member is one whatever it holds, an
    #: entry at one limit of its size is past the lower one.
    whenever: tuple[str, ...] = ()
    #: The value decides of which instruction the line is: with another one the rest of it is wrong.
    decides: bool = False
    #: For max-entry-bytes: which string of the entry to lengthen.
    pad: str = ""
    #: The configuration that whole lines are judged under.
    app: model.AppExample | None = None

    def examples(
        self, good: list[Any] | None, bad: list[Any] | None
    ) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        """Good and bad examples: the authored ones first, then those that follow from the kind."""
        if self.kind in OF_FILES:
            return tuple(map(self._raw, good or ())), tuple(map(self._raw, bad or ()))
        if self.app is not None:
            return tuple(map(self._whole_line, good or ())), tuple(map(self._whole_line, bad or ()))
        write = self._changed if self.kind in CHANGING else self._placed
        goods = [write(e) for e in good or ()] + list(self._derived_good())
        bads = [write(e) for e in bad or ()] + list(self._derived_bad())
        if not goods and self._whole() is not None:
            goods = [Example(line=self._whole())]
        return tuple(_unique(goods)), tuple(_unique(bads))

    # ------------------------------------------------------------------ what a rule file writes

    def _raw(self, written: Any) -> Example:
        return Example(
            raw=text_of(written),
            encoding=written.get("encoding", "utf-8"),
            at_line=written.get("at_line", 1),
            path=written.get("at", ""),
            note=written.get("note", ""),
            breaks=tuple(written.get("breaks", ())),
        )

    def _whole_line(self, written: Any) -> Example:
        return Example(line=written["line"], path=written.get("at", ""), note=written.get("note", ""), app=self.app)

    def _placed(self, written: Any) -> Example:
        """A value put at the place."""
        long_form = isinstance(written, dict) and "value" in written and written.keys() <= _LONG_FORM
        form = written if long_form else {"value": written}
        line = self._with(form["value"])
        breaks = tuple(name if "." in name else f"{self.prefix}.{name}" for name in form.get("breaks", ()))
        return Example(
            line=line,
            lengthen={self.pointer: form["lengthen"]} if "lengthen" in form else {},
            path=self.pointer + form.get("at", ""),
            note=form.get("note", ""),
            breaks=breaks,
        )

    def _changed(self, written: Any) -> Example:
        """A record with members set and dropped."""
        line = copy.deepcopy(self._whole())
        record = at(line, self.pointer)
        for name in written.get("drop", ()):
            record.pop(name, None)
        record.update(copy.deepcopy(written.get("set", {})))
        breaks = tuple(name if "." in name else f"{self.prefix}.{name}" for name in written.get("breaks", ()))
        return Example(
            line=line,
            lengthen={self.pointer + below: length for below, length in written.get("lengthen", {}).items()},
            path=self.pointer + written.get("at", ""),
            note=written.get("note", ""),
            breaks=breaks,
        )

    # ------------------------------------------------------------------ what follows from the kind

    def _derived_good(self) -> Iterator[Example]:
        check = self.check
        match check:
            case model.MaxLength(limit=limit) | model.MaxBytes(limit=limit):
                yield Example(line=self._whole(), lengthen={self.pointer: limit}, path=self.pointer)
            case model.MaxItems(limit=limit):
                yield self._of_items(limit)
            case model.MaxEntryBytes(limit=limit):
                yield self._of_bytes(limit, self.whenever)
            case model.IntegerRange(minimum=low, maximum=high):
                yield from (Example(line=self._with(v), path=self.pointer, breaks=self.whenever) for v in (low, high))
            case model.Choices(values=values):
                if not self.decides:
                    yield from (Example(line=self._with(v), path=self.pointer) for v in values)

    def _derived_bad(self) -> Iterator[Example]:
        pointer = self.pointer
        match self.kind:
            case "required":
                line = copy.deepcopy(self._whole())
                parent, key = pointer.rsplit("/", 1)
                del at(line, parent)[unescape(key)]
                yield Example(line=line, path=pointer)
            case "wrong-type":
                wrong = [v for json_type, v in _WRONG[self.type_name] if json_type not in self.tolerated]
                yield from (Example(line=self._with(v), path=pointer) for v in wrong[:1])
            case "unknown":
                line = copy.deepcopy(self._whole())
                at(line, pointer)["unexpected_member"] = 1
                yield Example(line=line, path=f"{pointer}/unexpected_member")
        match self.check:
            case model.NotEmpty():
                empty: Any = [] if isinstance(self.value, model.ListValue) else ""
                yield Example(line=self._with({} if isinstance(self.value, model.ObjectValue) else empty), path=pointer)
            case model.MaxLength(limit=limit):
                yield Example(line=self._whole(), lengthen={pointer: limit + 1}, path=pointer)
            case model.MaxBytes(limit=limit):
                yield Example(line=self._whole(), lengthen={pointer: limit + 1}, path=pointer)
                yield Example(line=self._with("é" * (limit // 2 + 1)), path=pointer, note="each é is two bytes")
            case model.MaxItems(limit=limit):
                yield self._of_items(limit + 1)
            case model.MaxEntryBytes(limit=limit):
                yield self._of_bytes(limit + 1, ())
            case model.IntegerRange(minimum=low, maximum=high):
                yield from (Example(line=self._with(v), path=pointer) for v in (low - 1, high + 1))
            case model.Reserved(names=names):
                for name in names:
                    line = copy.deepcopy(self._whole())
                    at(line, pointer)[name] = "x"
                    yield Example(line=line, path=f"{pointer}/{escape(name)}")

    def _of_items(self, count: int) -> Example:
        line = self._whole()
        items = at(line, self.pointer)
        if isinstance(items[0], str):  # strings must differ from each other, records need not
            return Example(line=self._with([f"{items[0]}-{i}" for i in range(count)]), path=self.pointer)
        return Example(line=line, repeat={self.pointer: count}, path=self.pointer)

    def _of_bytes(self, size: int, breaks: tuple[str, ...]) -> Example:
        """The whole line with the string at ``pad`` (made if need be) so long that the entry has ``size`` bytes."""
        line = copy.deepcopy(self._whole())
        entry = at(line, self.pointer)
        *steps, key = (unescape(step) for step in self.pad.split("/")[1:])
        owner = entry
        for step in steps:
            owner = owner.setdefault(step, {})
        owner[key] = "."
        length = 1 + size - len(json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode())
        return Example(line=line, lengthen={self.pointer + self.pad: length}, path=self.pointer, breaks=breaks)

    # ------------------------------------------------------------------ lines

    def _whole(self) -> Any:
        """The valid line that has a value at the place."""
        for line in (self.base, self.full):
            if at(line, self.pointer, _NOTHING) is not _NOTHING:
                return line
        return self.base

    def _with(self, value: Any) -> Any:
        line = copy.deepcopy(self._whole())
        parent, key = self.pointer.rsplit("/", 1)
        owner = at(line, parent)
        if isinstance(owner, list):
            owner[int(key)] = copy.deepcopy(value)
        else:
            owner[unescape(key)] = copy.deepcopy(value)
        return line


def text_of(written: Any) -> str:
    """The text of a file that a rule file gives as an example; lines that differ in a number only stand there once."""
    text: str = written["raw"]
    if "copies" not in written:
        return text
    return "".join(text.replace("{n}", str(number)) for number in range(1, written["copies"] + 1))


def at(value: Any, pointer: str, default: Any = None) -> Any:
    """The value at a JSON Pointer; ``default`` if there is none."""
    for step in pointer.split("/")[1:]:
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and unescape(step) in value:
            value = value[unescape(step)]
        else:
            return default
    return value


def escape(name: str) -> str:
    """A member's name as a step of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape(step: str) -> str:
    """The member's name of a JSON Pointer's step."""
    return step.replace("~1", "/").replace("~0", "~")


def _unique(examples: list[Example]) -> Iterator[Example]:
    seen = set()
    for example in examples:
        key = msgspec.json.encode(example)
        if key not in seen:
            seen.add(key)
            yield example


def with_examples_of(rule: model.Rule, other: model.Rule) -> model.Rule:
    """The rule with the examples of both: of one place, seen from two instructions."""
    good, bad = tuple(_unique([*rule.good, *other.good])), tuple(_unique([*rule.bad, *other.bad]))
    return msgspec.structs.replace(rule, good=good, bad=bad)
