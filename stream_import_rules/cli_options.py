"""Options and arguments that commands share: how they are read, and what a shell completes.

Below ``cli``, after ``cli_terminal``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click
from click.shell_completion import CompletionItem

from . import api, artefact
from .cli_terminal import Color
from .model import SEVERITIES, Severity
from .report.formats import FORMATS
from .report.output import STANDARD_OUTPUT

_Command = TypeVar("_Command", bound=Callable[..., Any])


# --------------------------------------------------------------------------- what a shell completes


class RuleId(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """The id of a rule, or a pattern; several with commas between them."""

    name = "rule"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        before, comma, last = begun.rpartition(",")
        rules = artefact.load()[0].rules
        return [CompletionItem(f"{before}{comma}{r.id}", help=r.summary) for r in rules if r.id.startswith(last)]


class SchemaName(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """The name of a published schema."""

    name = "name"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in map(short, artefact.schema_names()) if name.startswith(begun)]


class FormatName(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """A format; what follows ``=`` is a file."""

    name = "format"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        known = FORMATS.items()
        return [CompletionItem(name, help=format_.audience) for name, format_ in known if name.startswith(begun)]


class FileName(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """The name of a file."""

    name = "file"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(begun, type="file")]


def short(name: str) -> str:
    return name.removesuffix(".schema.json").removeprefix(f"{artefact.DEFAULT}.")


# --------------------------------------------------------------------------- options


def comma_list(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def levels(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Severity]:
    levels: dict[str, Severity] = {}
    for item in comma_list(ctx, parameter, values):
        rule, _, level = (part.strip() for part in item.partition("="))
        if level not in SEVERITIES or not rule:
            raise click.BadParameter(f"{item!r} is not RULE=LEVEL, where LEVEL is one of {', '.join(SEVERITIES)}")
        levels[rule] = level
    return levels


def size(_ctx: click.Context, _parameter: click.Parameter, value: str) -> int:
    try:
        return api.bytes_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def max_stream(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else api.bytes_of(value, least=1)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def color_option(command: _Command) -> _Command:
    return click.option(
        "--color",
        type=click.Choice(get_args(Color)),
        default="auto",
        show_default=True,
        help="Colours; auto: on a terminal, unless NO_COLOR is set.",
    )(command)


def format_option(*formats: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--format", "format_", type=click.Choice(formats), default="text", show_default=True, help="What to write."
    )


def output_option(command: _Command) -> _Command:
    return click.option(
        "-o",
        "--output",
        default=STANDARD_OUTPUT,
        metavar="FILE",
        help="Write to FILE, which appears whole or not at all; - is standard output.",
    )(command)
