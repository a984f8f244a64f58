"""Part of ``check``: does a rule set make sense as a whole? What its files say of each other.

Comes after the form, whose promises it relies on. ``lint_values`` looks at each value and check,
``lint_examples`` at the lines that examples are made from, ``lint_relations`` at what is said of several
entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import samples
from .diagnostics import Diagnostic, one_of
from .lint_app import lint_app
from .lint_examples import lint_examples
from .lint_relations import lint_relations
from .lint_values import lint_values
from .load import Tree
from .names import Names


def lint(trees: list[Tree]) -> Iterator[Diagnostic]:
    """A diagnostic for each mistake of names, order or portability. The form of ``trees`` is right."""
    problems = list(_files(trees))
    if not problems:
        names = Names(trees)
        # Each stage looks at what relies on the one before: one mistake is one diagnostic.
        problems = list(_top(names))
        problems = problems or [*_instructions(names), *_framing(names), *_values(names), *lint_app(names)]
        problems = problems or [*lint_relations(names), *lint_examples(names)]
    yield from problems


def _values(names: Names) -> Iterator[Diagnostic]:
    for tree in names.trees:
        yield from lint_values(names, tree)


def _files(trees: list[Tree]) -> Iterator[Diagnostic]:
    """One file for the rule set, and each instruction and type in one file only."""
    taken: dict[tuple[str, str], str] = {}
    for tree in trees:
        what = tree.data["file"]
        where = tree.file.split("/", 1)[-1]
        if (what == "ruleset") != (where == "ruleset.yaml"):
            expected = "`ruleset` in ruleset.yaml, and only there"
            yield Diagnostic(tree.file, tree.line(("file",)), f"`file` is {what} in {where}", expected)
        names = [tree.data["instruction"]] if what == "instruction" else tree.data.get("types", ())
        for name in names:
            path = ("instruction",) if what == "instruction" else ("types", name)
            if known := taken.get((what, name)):
                word = "instruction" if what == "instruction" else "type"
                problem = f"the {word} `{name}` stands at {known} too"
                yield Diagnostic(tree.file, tree.line(path), problem, "another name, or one file for both")
            taken.setdefault((what, name), f"rules/{tree.file}:{tree.line(path)}")


def _top(names: Names) -> Iterator[Diagnostic]:
    """What ruleset.yaml says of names that stand elsewhere."""
    top, data = names.top, names.top.data
    folder = top.file.split("/", 1)[0]
    if data["name"] != folder:
        yield Diagnostic(top.file, top.line(("name",)), f"`name` is {data['name']} in the folder {folder}", folder)
    envelope = data["envelope"]
    if ("open" in envelope) == ("unknown" in envelope):
        expected = "one of `open: true` and `unknown: {…}`"
        yield Diagnostic(top.file, top.line(("envelope",)), "the envelope is either open or closed", expected)
    members = envelope["members"]
    for key, kind in (("discriminator", "string"), ("payload", "list")):
        line = top.line((key,))
        if data[key] not in members:
            problem = f"`{key}` names `{data[key]}`, which is no member of the envelope"
            yield Diagnostic(top.file, line, problem, one_of(members, data[key]))
        elif names.built_in(members[data[key]]["type"]) != kind:
            expected = f"a member of type `{kind}`"
            yield Diagnostic(top.file, line, f"`{key}` names `{data[key]}`, which is no {kind}", expected)
    kind = data.get("feed_id_type")
    if kind is not None and kind not in names.types:
        line = top.line(("feed_id_type",))
        yield Diagnostic(top.file, line, f"unknown type `{kind}`", one_of(names.types, kind))
    for name in data.get("former_instructions", ()):
        if name in data["instructions"]:
            line = top.line(("former_instructions", name))
            yield Diagnostic(top.file, line, f"`{name}` is an instruction still", "one that is not in `instructions`")
    yield from _time_span(names)


def _time_span(names: Names) -> Iterator[Diagnostic]:
    if "time_span" not in names.top.data:
        return
    line = names.top.line(("time_span",))
    instruction, member = names.top.data["time_span"]
    tree = names.instructions.get(instruction)
    if tree is None:
        expected = one_of(names.top.data["instructions"], instruction)
        yield Diagnostic(names.top.file, line, f"`time_span` names the unknown instruction `{instruction}`", expected)
        return
    members = tree.data["entry"].get("members", {})
    times = [name for name, spec in members.items() if names.built_in(spec["type"]) == "time"]
    if member not in times:
        problem = f"`time_span` names `{member}`, which is no time of the entries of `{instruction}`"
        yield Diagnostic(names.top.file, line, problem, one_of(times, member))


def _instructions(names: Names) -> Iterator[Diagnostic]:
    top = names.top
    discriminator, payload = top.data["discriminator"], top.data["payload"]
    for i, name in enumerate(top.data["instructions"]):
        if name not in names.instructions:
            line, expected = top.line(("instructions", i)), f"instructions/{name}.yaml"
            yield Diagnostic(top.file, line, f"no file for the instruction `{name}`", expected)
    for name, tree in names.instructions.items():
        if name not in top.data["instructions"]:
            problem = f"the instruction `{name}` is not listed in ruleset.yaml"
            expected = "its name in `instructions` there"
            yield Diagnostic(tree.file, tree.line(("instruction",)), problem, expected)
        for which in ("base", "full"):
            line, given = tree.line((which,)), tree.data[which]
            if given.get(discriminator) != name:
                problem = f"`{which}` is no line of `{name}`"
                yield Diagnostic(tree.file, line, problem, f"`{discriminator}: {name}` in it")
            if not isinstance(given.get(payload), list) or not given[payload]:
                expected = f"`{payload}: […]` with one entry at least"
                yield Diagnostic(tree.file, line, f"`{which}` has no entry", expected)
        yield from _line(names, tree)
        for i, member in enumerate(tree.data["entry"].get("record_names", ())):
            known = tree.data["entry"].get("members", {})
            if member not in known:
                line, expected = tree.line(("entry", "record_names", i)), one_of(known, member)
                yield Diagnostic(tree.file, line, f"`record_names` names the unknown member `{member}`", expected)


def _line(names: Names, tree: Tree) -> Iterator[Diagnostic]:
    """The members of a line beside those of all lines, and what is added to the payload."""
    payload = names.top.data["payload"]
    for member, spec in tree.data.get("line", {}).items():
        line = tree.line(("line", member))
        if member in names.top.data["envelope"]["members"]:
            if "type" in spec or member != payload:
                problem = f"`{member}` is a member of every line already"
                expected = f"another name; only to `{payload}` may checks be added here"
                yield Diagnostic(tree.file, line, problem, expected)
        elif "type" not in spec:
            yield Diagnostic(tree.file, line, f"`{member}` lacks `type`", "`type`")


def _framing(names: Names) -> Iterator[Diagnostic]:
    have = {c["kind"] for t in names.trees if t.data["file"] == "framing" for c in t.data["checks"]}
    needed = set(samples.FRAMING) - ({"known-groups"} if "feed_id_type" not in names.top.data else set())
    missing = sorted(needed - have)
    if missing:
        tree = next((t for t in names.trees if t.data["file"] == "framing"), names.top)
        plural = "s" if len(missing) > 1 else ""
        problem = f"no check of the kind{plural} {', '.join(missing)}"
        expected = "each kind at least once: what no rule names, the reader could not report"
        yield Diagnostic(tree.file, tree.line(("checks",)), problem, expected)
