"""The commands that look something up: a rule, the list of rules, a published schema.

Parts of ``cli``, which adds them to its group. They judge nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click

from . import artefact
from .cli_options import RuleId, SchemaName, color_option, format_option, output_option, short
from .cli_terminal import Color, Trouble, encoded, on_terminal, page_of
from .model import SEVERITIES, Rule, RuleSet, Severity
from .policy import matching
from .report import json as as_json
from .report.output import Output


@click.command()
@click.argument("rule", type=RuleId())
@format_option("text", "json")
@color_option
def explain(rule: str, format_: str, color: Color) -> None:
    """Say what a rule asks for, why, and how to keep it. RULE is an id or a pattern such as 'follow.*'."""
    ruleset, fingerprint = artefact.load()
    rules = {r.id: r for r in ruleset.rules}
    chosen = [rules[rule_id] for rule_id in matching(rules, rule)]
    out = Output()
    if format_ == "json":
        out.write(_rules_json(chosen, ruleset, fingerprint, _full))
        return
    from .report.rulebook import render_rule

    page = page_of(out, color)
    out.write(encoded("\n".join(render_rule(r, ruleset, page) for r in chosen), page))


@click.command()
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only rules of this severity.")
@click.option("--entity", metavar="ENTITY", help="Only rules of this entity, such as activity or file.")
@format_option("text", "json")
@color_option
def rules(severity: Severity | None, entity: str | None, format_: str, color: Color) -> None:
    """List the rules."""
    ruleset, fingerprint = artefact.load()
    entities = sorted({rule.entity for rule in ruleset.rules})
    if entity is not None and entity not in entities:
        raise click.UsageError(f"no entity {entity!r}; there are {', '.join(entities)}")
    chosen = [
        rule
        for rule in ruleset.rules
        if (severity is None or rule.severity == severity) and (entity is None or rule.entity == entity)
    ]
    out = Output()
    if format_ == "json":
        out.write(_rules_json(chosen, ruleset, fingerprint, _brief))
        return
    from .report.rulebook import render_list

    page = page_of(out, color)
    out.write(encoded(render_list(chosen, page, wrap=on_terminal(out)), page))


def _rules_json(
    chosen: Iterable[Rule], ruleset: RuleSet, fingerprint: str, shape: Callable[[Rule, RuleSet], dict[str, Any]]
) -> bytes:
    head = {"name": ruleset.name, "version": ruleset.version, "fingerprint": fingerprint}
    return as_json.indented({"ruleset": head, "rules": [shape(rule, ruleset) for rule in chosen]})


def _brief(rule: Rule, _: RuleSet | None = None) -> dict[str, Any]:
    names = ("id", "severity", "kind", "entity", "place", "summary", "enabled", "since")
    return {name: getattr(rule, name) for name in names}


def _full(rule: Rule, ruleset: RuleSet) -> dict[str, Any]:
    """All of a rule, with names of documents and grades of evidence in words."""
    from .model import EVIDENCE

    sources = [
        {
            "document": ruleset.documents.get(source.document, source.document),
            "quote": source.quote,
            "evidence": EVIDENCE[source.mark],
        }
        for source in rule.sources
    ]
    about = {"why": rule.why, "fix": rule.fix, "aliases": rule.aliases, "sources": sources}
    return {**_brief(rule), **about, "good": rule.good, "bad": rule.bad, "defined_in": rule.defined_in}


@click.command()
@click.argument("name", required=False, type=SchemaName())
@output_option
def schema(name: str | None, output: str) -> None:
    """Print the published JSON Schema NAME; without NAME, list them.

    The parts of a name: `line` is for one instruction, `array` for an array of them, the form to edit;
    `errors` asks for what the import refuses, `strict` for what is warned of too, `editor` has texts and
    snippets besides; `draft-07` is for tools that know no later draft. NAME may be short: line.strict

    `report` and `jsonl` are of what `validate` writes: the report with --format json, a line with --format jsonl;
    `baseline` is of the file that --write-baseline writes.
    """
    names = artefact.schema_names()
    if name is None:
        text = "".join(f"{known}\n" for known in names)
    else:
        text = artefact.schema_text(_schema_named(name, names))
    with Output(output) as out:
        out.write(text.encode())


def _schema_named(wanted: str, names: Sequence[str]) -> str:
    """The one name that is meant: in full, or without what all of them begin and end with."""
    for known in names:
        if wanted in (known, known.removesuffix(".json"), short(known)):
            return known
    import difflib

    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)
    tail = f"; did you mean {' or '.join(near)}?" if near else "; `stream-import schema` lists them"
    raise Trouble(f"no schema {wanted!r}{tail}")
