"""Part of ``check``: can examples be made from the lines that each instruction gives for it?

Called by ``lint`` once all else is right. ``samples`` makes the examples from ``base`` and ``full``: a
member that neither has can't be left out, lengthened or put wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from . import samples
from .diagnostics import Diagnostic, one_of
from .load import Path_, Tree
from .names import Names

_NOTHING = object()


@dataclass(frozen=True)
class _Spot:
    """A value of a line: the node that describes it, and its JSON Pointer in the instruction's lines."""

    tree: Tree
    path: Path_
    node: dict[str, Any]
    pointer: str


def lint_examples(names: Names) -> Iterator[Diagnostic]:
    """A diagnostic for each member without a value, and each example that changes what is not there."""
    for tree in names.instructions.values():
        for spot in _spots(names, tree):
            yield from _spot(tree, spot)


def _spots(names: Names, tree: Tree) -> Iterator[_Spot]:
    """All values of an instruction's lines, the line itself first."""
    top, payload = names.top, names.top.data["payload"]
    envelope = top.data["envelope"]
    yield _Spot(top, ("envelope",), {**envelope, "type": "record"}, "")
    yield _Spot(tree, ("line_checks",), {"type": "record", "checks": tree.data.get("line_checks", [])}, "")
    for name, node in envelope["members"].items():
        spot = _Spot(top, ("envelope", "members", name), node, _below("", name))
        yield from [spot] if name == payload else _in(spot)
    for name, node in tree.data.get("line", {}).items():
        if name != payload:
            yield from _in(_Spot(tree, ("line", name), node, _below("", name)))
    yield from _in(_Spot(tree, ("entry",), tree.data["entry"], _below("", payload) + "/0"))


def _in(spot: _Spot) -> Iterator[_Spot]:
    """A value and all values inside of it; a deprecated one can't stand in a line that is all right."""
    if any(check["kind"] == "deprecated" for check in spot.node.get("checks", ())):
        return
    yield spot
    for name, node in spot.node.get("members", {}).items():
        path = (*spot.path, "members", name)
        yield from _in(replace(spot, path=path, node=node, pointer=_below(spot.pointer, name)))
    if "items" in spot.node:
        path = (*spot.path, "items")
        yield from _in(replace(spot, path=path, node=spot.node["items"], pointer=f"{spot.pointer}/0"))


def _spot(tree: Tree, spot: _Spot) -> Iterator[Diagnostic]:
    lines = [tree.data[which] for which in ("base", "full")]
    found = [value for line in lines if (value := samples.at(line, spot.pointer, _NOTHING)) is not _NOTHING]
    if not any(value not in (None, "", [], {}) for value in found):
        # Of a member of every line, it is the instruction that has forgotten it.
        where: Path_ = spot.path if spot.tree is tree else ("full",)
        problem = f"neither `base` nor `full` of `{tree.data['instruction']}` has a value at {spot.pointer}"
        expected = "every member in `full`, with a value that is not empty: the examples are made from it"
        yield Diagnostic(tree.file, tree.line(where), problem, expected)
        return
    if spot.node["type"] != "record":
        return
    record = found[0]
    if not isinstance(record, dict):
        problem = f"`base` or `full` of `{tree.data['instruction']}` has no object at {spot.pointer or 'the line'}"
        yield Diagnostic(tree.file, tree.line(("base",)), problem, "a record")
        return
    texts: list[tuple[Path_, Any]] = [((*spot.path, "unknown"), spot.node.get("unknown", {}))]
    within = spot.path if spot.path == ("line_checks",) else (*spot.path, "checks")
    texts += [((*within, i), check) for i, check in enumerate(spot.node.get("checks", ()))]
    for path, text in texts:
        for word in ("good", "bad"):
            for i, example in enumerate(text.get(word, ())):
                for name in example.get("drop", ()):
                    if name not in record:
                        line = spot.tree.line((*path, word, i, "drop"))
                        problem = f"`drop` names `{name}`, which the record in `base` has not"
                        yield Diagnostic(spot.tree.file, line, problem, one_of(record, name))
        if "pad" in text and not _room(record, text["pad"]):
            line = spot.tree.line((*path, "pad"))
            problem = f"no text fits at {text['pad']} of the entry in `base`"
            yield Diagnostic(spot.tree.file, line, problem, "a place in an object, of a text or of nothing")


def _room(record: Any, pointer: str) -> bool:
    """Whether a text can be put at a pointer: what is on the way are objects, made if need be."""
    steps = [samples.unescape(step) for step in pointer.split("/")[1:]]
    for step in steps[:-1]:
        record = record.get(step, {})
        if not isinstance(record, dict):
            return False
    return bool(steps) and isinstance(record.get(steps[-1], ""), str)


def _below(pointer: str, name: str) -> str:
    return f"{pointer}/{samples.escape(name)}"
