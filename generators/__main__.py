"""``python -m generators build | check``: the command line of the compiler."""

from __future__ import annotations

import sys

import click

from . import build
from .diagnostics import RulesError

COMMAND = "python -m generators build"


@click.group()
def main() -> None:
    """Compile the rules in rules/ to JSON Schema, Python, documentation and the conformance suite."""


@main.command("build")
@click.option("--dry-run", is_flag=True, help="Say which files would change, write nothing.")
@click.option("--no-examples", is_flag=True, help="Don't execute the examples of the rules.")
def build_command(dry_run: bool, no_examples: bool) -> None:
    """Compile the rules and write the files that differ."""
    for built in _compiled(not no_examples):
        if dry_run:
            for diff in build.differences(built, build.ROOT):
                click.echo(diff, nl=False)
            continue
        changed = build.write(built, build.ROOT)
        for path in changed:
            click.echo(f"written: {path}")
        name = f"{built.ruleset.name} {built.ruleset.version}"
        click.echo(f"{name}: {len(built.ruleset.rules)} rules, {len(built.files)} files, {len(changed)} changed")


@main.command("check")
def check_command() -> None:
    """Fail, with a diff, if a rule file is wrong or a committed file is not what the rules make."""
    stale = False
    for built in _compiled(True):
        for diff in build.differences(built, build.ROOT):
            click.echo(diff, nl=False)
            stale = True
    if stale:
        click.echo(f"\nGenerated files are stale. Run: {COMMAND}", err=True)
        sys.exit(1)
    click.echo("All generated files are as the rules make them.")


def _compiled(with_examples: bool) -> list[build.Built]:
    try:
        return [build.compile_rules(folder, with_examples=with_examples) for folder in build.rule_folders()]
    except RulesError as error:
        click.echo(error, err=True)
        count = len(error.diagnostics)
        click.echo(f"\n{count} mistake{'s' if count != 1 else ''} in the rules; nothing is written.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
