"""The command ``stream-import``: reads the command line, runs the steps of ``api``, prints the report.

The last in the flow; nothing imports it. Exit codes: 0 nothing at or above ``--fail-on``, and all was
judged; 1 findings, or a part was not judged; 2 wrong usage, a file that cannot be read, a report that
cannot be written; 130 interrupted, 143 ended by SIGTERM. What is only needed for one command is imported
where it is used.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias, TypeVar, get_args

import click
from click.shell_completion import CompletionItem

from . import api, artefact, native, signals
from .app import App, AppError, find_app
from .baseline import BaselineError
from .model import SEVERITIES, Rule, RuleSet, Severity
from .policy import UnknownRule, matching
from .progress import Progress, total_of
from .report import json as as_json
from .report.aside import PolicyReport
from .report.collect import Collector, Relations, Summary, summary_of
from .report.formats import FORMATS
from .report.outcome import Outcome
from .report.output import STANDARD_OUTPUT, Output, OutputClosed, OutputError, reason_of
from .report.outputs import Destined, Outputs, OutputsError, Wanted, settled, wanted_of
from .report.safe import visible
from .report.words import in_short, plural
from .run_policy import BASELINE, RunPolicy, refuse_foreign, run_policy
from .suppressions import FAIL_ON, FailOn

if TYPE_CHECKING:
    from .report.page import Page
    from .run import Run
    from .validate import Checker

Color: TypeAlias = Literal["auto", "always", "never"]
_Command = TypeVar("_Command", bound=Callable[..., Any])

STANDARD_INPUT = "-"
PLAIN_WIDTH = 100
FAILED, UNUSABLE = 1, 2
#: Files that are named twice, of which each is told.
MOST_REPEATED = 10


class _Trouble(click.ClickException):
    """Something that ends the command with exit code 2 and one sentence."""

    exit_code = UNUSABLE

    def show(self, file: Any = None) -> None:
        _complain(self.message)


class _Group(click.Group):
    """Turns the errors of the lower layers into sentences and exit codes, never into tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AppError as error:
            for line in str(error).splitlines():
                _tell(line)
            raise _Trouble("the configuration of the app cannot be used; nothing was judged") from error
        except (artefact.ArtefactError, BaselineError, UnknownRule, OutputError) as error:
            raise _Trouble(str(error)) from error
        except OutputClosed:  # while findings are streamed it cuts the run short, elsewhere it is no failure
            ctx.exit(FAILED if ctx.invoked_subcommand == "validate" else 0)
        except KeyboardInterrupt:
            _complain("interrupted")
            ctx.exit(signals.exit_code())


def main() -> None:
    """The entry point of the command."""
    cli(prog_name="stream-import")


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    try:
        ruleset, fingerprint = artefact.load()
    except artefact.ArtefactError as error:
        raise _Trouble(f"stream-import {api.tool_version()}: {error}") from error
    click.echo(f"stream-import {api.tool_version()}")
    click.echo(f"rules {ruleset.name} {ruleset.version}, fingerprint {fingerprint}")
    click.echo(f"engine {'native' if native.is_there() else 'portable (the native one was not compiled here)'}")
    ctx.exit()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the versions of program and rules, and the fingerprint of the rules.",
)
def cli() -> None:
    """Check import files of Stream's Activity Feeds before they are uploaded."""


# --------------------------------------------------------------------------- what a shell completes


class _RuleId(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """The id of a rule, or a pattern; several with commas between them."""

    name = "rule"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        before, comma, last = begun.rpartition(",")
        rules = artefact.load()[0].rules
        return [CompletionItem(f"{before}{comma}{r.id}", help=r.summary) for r in rules if r.id.startswith(last)]


class _SchemaName(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """The name of a published schema."""

    name = "name"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in map(_short, artefact.schema_names()) if name.startswith(begun)]


class _FormatName(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """A format; what follows ``=`` is a file."""

    name = "format"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        known = FORMATS.items()
        return [CompletionItem(name, help=format_.audience) for name, format_ in known if name.startswith(begun)]


class _FileName(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in newer versions
    """The name of a file."""

    name = "file"

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        return [CompletionItem(begun, type="file")]


# --------------------------------------------------------------------------- options


def _comma_list(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _levels(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, Severity]:
    levels: dict[str, Severity] = {}
    for item in _comma_list(ctx, parameter, values):
        rule, _, level = (part.strip() for part in item.partition("="))
        if level not in SEVERITIES or not rule:
            raise click.BadParameter(f"{item!r} is not RULE=LEVEL, where LEVEL is one of {', '.join(SEVERITIES)}")
        levels[rule] = level
    return levels


def _size(_ctx: click.Context, _parameter: click.Parameter, value: str) -> int:
    try:
        return api.bytes_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _max_stream(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else api.bytes_of(value, least=1)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _color_option(command: _Command) -> _Command:
    return click.option(
        "--color",
        type=click.Choice(get_args(Color)),
        default="auto",
        show_default=True,
        help="Colours; auto: on a terminal, unless NO_COLOR is set.",
    )(command)


def _format_option(*formats: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--format", "format_", type=click.Choice(formats), default="text", show_default=True, help="What to write."
    )


def _output_option(command: _Command) -> _Command:
    return click.option(
        "-o",
        "--output",
        default=STANDARD_OUTPUT,
        metavar="FILE",
        help="Write to FILE, which appears whole or not at all; - is standard output.",
    )(command)


# --------------------------------------------------------------------------- validate

#: The first line keeps click from filling the others.
_EXAMPLES = """\b
Examples:
  stream-import validate export.jsonl
  stream-import validate export.jsonl.zst "parts/**/*.jsonl.gz"
  ./export-feeds | stream-import validate -
  stream-import validate export.jsonl --format json -o report.json
  stream-import validate export.jsonl --app app.yaml
  stream-import validate export.jsonl --format text --format html=report.html
  stream-import validate part-1.jsonl part-2.jsonl --together

\b
Without --app, the configuration of the app is the file stream-import.yaml
beside the import file or in a folder above it, up to the root of a repository.

\b
Formats:
{formats}

--format NAME=FILE writes a format to a file; several go in one run. -o names the file of the last format
that has none. One format may go to standard output. Files appear whole or not at all, and all of them or none.
"""


def _formats_help() -> str:
    return "\n".join(f"  {name:9} {format_.audience}" for name, format_ in FORMATS.items())


def _outputs(_ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> list[Wanted]:
    try:
        return [wanted_of(value) for value in values]
    except OutputsError as error:
        raise click.BadParameter(visible(str(error))) from error


@cli.command(epilog=_EXAMPLES.format(formats=_formats_help()))
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_FileName())
@click.option(
    "--format",
    "formats",
    multiple=True,
    callback=_outputs,
    type=_FormatName(),
    metavar="NAME[=FILE]",
    help=f"What to write: {', '.join(FORMATS)}; may be given several times.  [default: text]",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=_FileName(),
    help="Where the (last) --format without =FILE goes; - is standard output.  [default: -]",
)
@click.option(
    "--select",
    multiple=True,
    callback=_comma_list,
    type=_RuleId(),
    metavar="RULE,…",
    help="Only these rules (or patterns).",
)
@click.option(
    "--ignore",
    multiple=True,
    callback=_comma_list,
    type=_RuleId(),
    metavar="RULE,…",
    help="Not these rules (or patterns).",
)
@click.option(
    "--severity",
    multiple=True,
    callback=_levels,
    metavar="RULE=LEVEL,…",
    help="Change severities; LEVEL is error, warning or info.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=_FileName(),
    help="Findings that FILE knows do not count; more of them than it knows do.",
)
@click.option(
    "--write-baseline",
    metavar="[FILE]",
    type=_FileName(),
    is_flag=False,
    flag_value="",
    help="Write what is found as a baseline: to FILE, else to that of --baseline, else to " + BASELINE + ".",
)
@click.option(
    "--app",
    "app_file",
    metavar="FILE",
    type=_FileName(),
    help="The configuration of your app  [default: see below]",
)
@click.option("--no-app", is_flag=True, help="No configuration, even if there is one.")
@click.option("--together", is_flag=True, help="The files are parts of one import and may refer to each other.")
@click.option("--no-relations", is_flag=True, help="Leave out what concerns several entries: references, duplicates …")
@click.option(
    "--memory",
    callback=_size,
    default="1GB",
    show_default=True,
    metavar="SIZE",
    help="What the relations may take in memory before they write to disk.",
)
@click.option(
    "--max-stream",
    callback=_max_stream,
    metavar="SIZE",
    help="What is read of compressed files and of streams at the most.  [default: 3GB]",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that read a large file side by side  [default: one for each core]",
)
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    help="Exit with 1 for findings of this severity or a graver one.  [default: error]",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 1 for any finding, advice too (as --fail-on info), and for what a policy does not need any more: "
    "suppressions that have expired or suppress nothing, and stale entries of the baseline.",
)
@click.option(
    "--max-samples",
    type=click.IntRange(min=0),
    metavar="N",
    help="Show the first N findings of each rule, at most as many as the format holds.  [default: "
    f"{', '.join(f'{format_.samples} as {name}' for name, format_ in FORMATS.items() if format_.stream is None)}]",
)
@click.option("--statistics", is_flag=True, help="As text, only the counts of the findings by rule.")
@click.option(
    "--progress/--no-progress",
    default=None,
    help="Show how far the run is, on standard error.  [default: on a terminal, if it takes long]",
)
@_color_option
@click.pass_context
def validate(
    ctx: click.Context,
    files: tuple[str, ...],
    formats: list[Wanted],
    output: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: dict[str, Severity],
    baseline: str | None,
    write_baseline: str | None,
    app_file: str | None,
    no_app: bool,
    together: bool,
    no_relations: bool,
    memory: int,
    max_stream: int | None,
    jobs: int | None,
    fail_on: FailOn | None,
    strict: bool,
    max_samples: int | None,
    statistics: bool,
    progress: bool | None,
    color: Color,
) -> None:
    """Judge import files; - is standard input.

    FILE may be a pattern (*, ?, [abc], ** for folders), for shells that expand none. Files called .gz or .zst are
    unpacked while they are read, and so is standard input that is compressed.
    """
    try:
        wanted = settled(formats, output)
    except OutputsError as error:
        raise click.UsageError(visible(str(error))) from error
    if max_samples is not None and all(FORMATS[name].stream for name, _ in wanted):
        names = " and ".join(name for name, _ in wanted)
        raise click.UsageError(f"--max-samples does not go with --format {names}: every finding is written")
    if statistics and all(name != "text" for name, _ in wanted):
        raise click.UsageError("--statistics is a form of the text, and no --format text is asked for")
    if files.count(STANDARD_INPUT) > 1:
        raise click.UsageError("standard input (-) can only be read once")
    if strict and fail_on is not None:
        raise click.UsageError("--strict and --fail-on exclude each other: --strict fails for any finding")
    new_baseline = _baseline_of(write_baseline, baseline, [target for _, target in wanted])
    files = _input_files(files)
    for _, target in wanted:
        _refuse_overwriting(files if baseline is None else [*files, baseline], target)
    if new_baseline is not None:
        _refuse_overwriting(files, new_baseline)
        refuse_foreign(new_baseline)
    ruleset, fingerprint = artefact.load()
    app = _app_of(files, app_file, no_app)
    policy = run_policy(
        ruleset,
        None if app is None else app.policy,
        select=select,
        ignore=ignore,
        severity=severity,
        fail_on=fail_on,
        strict=strict,
        baseline_file=baseline,
        counting=new_baseline is not None,
    )
    plan = api.make_plan(jobs=jobs, memory=memory, max_stream=max_stream)

    def text(outcome: Outcome, out: Output) -> bytes:
        from .report.text import render, render_statistics

        page = _page(out, color)
        if statistics:
            return _encoded(render_statistics(outcome.report, ruleset, page), page)
        return _encoded(render(outcome.report, outcome.samples, ruleset, page, outcome.set_aside), page)

    with Outputs(wanted, max_samples=max_samples, text=text, ledger=policy.ledger()) as outputs:
        with _progress(files, wanted, progress) as shown:
            checker = api.make_checker(
                ruleset,
                policy.rules,
                marker=policy.marker(ruleset),
                app=app,
                relations=not no_relations,
                plan=plan,
                progress=shown,
                histograms=outputs.histograms,
            )
            run = _run(files, checker, outputs.sink, shown, together=together)
        if not run.files and not run.interrupted:
            raise _Trouble("nothing was judged")  # each file has been complained of
        relations: Relations = "left out" if no_relations else "broken off" if run.unrelated else "checked"
        summary = _summary(run, outputs.sink, ruleset, fingerprint, app, relations, policy)
        outputs.write(summary, ruleset, run.histograms)
    for file in outputs.files:
        _tell(f"{file}: {in_short(summary)}")
    _warn(summary.policy)
    if new_baseline is not None:
        _keep_baseline(new_baseline, checker, summary, ruleset)
    ctx.exit(exit_code(summary))


def _baseline_of(written: str | None, read: str | None, outputs: Sequence[str]) -> str | None:
    """Where a baseline is to be written, if one is."""
    if written is None:
        return None
    target = written or read or BASELINE
    if target == STANDARD_OUTPUT:
        raise click.UsageError("a baseline is a file; --write-baseline cannot write to standard output")
    if os.path.realpath(target) in {os.path.realpath(output) for output in outputs if output != STANDARD_OUTPUT}:
        raise click.UsageError(f"the baseline and a report cannot both go to {visible(target)}")
    return target


def _keep_baseline(target: str, checker: Checker, summary: Summary, ruleset: RuleSet) -> None:
    if not summary.complete:
        _complain(f"{visible(target)} is not written: a baseline is of files that were judged wholly")
        return
    known = api.keep_baseline(target, checker, ruleset)
    _tell(f"{visible(target)}: knows {plural(known, 'finding')}")


def _warn(policy: PolicyReport) -> None:
    """Say loudly what has stopped to work; what is merely not needed any more stands in the report."""
    for one in policy.expired:
        place = ":".join(str(part) for part in (policy.path, one.line) if part)
        _complain(f"{place}: the suppression of {one.rule} expired on {one.until}; what it suppressed counts again")


def _input_files(names: Sequence[str]) -> tuple[str, ...]:
    """The files that are meant; those that are named twice are told of."""
    try:
        inputs = api.input_files(names, standard_input=True)
    except api.InputError as error:
        raise _Trouble(f"{error}; nothing was judged") from error
    for path, first in inputs.repeated[:MOST_REPEATED]:
        again = "is named twice" if path == first else f"is the same file as {visible(first)}"
        _complain(f"{_name(path)}: {again}; it is judged once")
    if len(inputs.repeated) > MOST_REPEATED:
        _complain(f"{len(inputs.repeated) - MOST_REPEATED:,} more files are named twice")
    return inputs.paths


def _app_of(files: Sequence[str], named: str | None, none: bool) -> App | None:
    """The configuration that was named, or the one that belongs to the files; of several nobody knows which."""
    if named is not None and none:
        raise click.UsageError("--app and --no-app exclude each other")
    if none:
        return None
    if named is None:
        found = {find_app("." if path == STANDARD_INPUT else path) for path in files}
        if len(found) > 1:
            known = ", ".join(sorted(visible(path) if path else "none" for path in found))
            raise click.UsageError(f"the files have different configurations ({known}): choose with --app or --no-app")
        named = found.pop()
    app = None if named is None else api.load_app(named)
    if app is not None and app.unconfirmed:
        groups = ", ".join(app.unconfirmed[:10]) + (" …" if len(app.unconfirmed) > 10 else "")
        _complain(f"{app.path}: types still to confirm: {groups}; follows of these feed groups are not judged")
    return app


def _progress(
    files: Sequence[str], wanted: Sequence[Destined], asked: bool | None
) -> AbstractContextManager[Progress | None]:
    """The progress of a run; none if nobody wants it, or it would get among findings on the same terminal."""
    if sys.stderr is None or asked is False or (asked is None and not sys.stderr.isatty()):
        return nullcontext()
    mixed = sys.stdout.isatty() and any(FORMATS[n].stream and to == STANDARD_OUTPUT for n, to in wanted)
    if mixed and not asked:
        return nullcontext()
    return Progress(total_of(files), sys.stderr, at_once=bool(asked), lines=mixed)


def _run(
    files: Sequence[str], checker: Checker, collector: Collector, progress: Progress | None, *, together: bool
) -> Run:
    from .run import Run

    def complain(path: str | None, reason: str) -> None:
        with nullcontext() if progress is None else progress.hidden():
            _complain(reason if path is None else f"{_name(path)}: {reason}")

    run = Run(checker, collector, _opened, complain)
    if together:
        run.together(files)
    else:
        run.each(files)
    if run.interrupted:
        complain(None, "interrupted: the report is of what was read until then")
    return run


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path != STANDARD_INPUT:
        with api.open_input(path) as stream:
            yield stream
        return
    yield api.unpacked(sys.stdin.buffer)


def _summary(
    run: Run,
    collector: Collector,
    ruleset: RuleSet,
    fingerprint: str,
    app: App | None = None,
    relations: Relations = "checked",
    policy: RunPolicy | None = None,
) -> Summary:
    return summary_of(
        collector,
        run.files,
        ruleset,
        version=api.tool_version(),
        fingerprint=fingerprint,
        unread=run.unread,
        interrupted=run.interrupted,
        relations=relations,
        app=app,
        terms=None if policy is None else policy.terms(ruleset),
    )


def exit_code(summary: Summary) -> int:
    """The exit code of a run of which something was judged."""
    if summary.interrupted:
        return signals.exit_code()
    if summary.unread:
        return UNUSABLE
    return FAILED if summary.policy.failed else 0


def _refuse_overwriting(files: Iterable[str], output: str) -> None:
    for path in files:
        try:
            same = output != STANDARD_OUTPUT and path != STANDARD_INPUT and os.path.samefile(path, output)
        except OSError:
            continue
        if same and os.path.isfile(path):
            raise click.UsageError(f"{visible(output)} would overwrite the input {_name(path)}")


# --------------------------------------------------------------------------- explain, rules


@cli.command()
@click.argument("rule", type=_RuleId())
@_format_option("text", "json")
@_color_option
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

    page = _page(out, color)
    out.write(_encoded("\n".join(render_rule(r, ruleset, page) for r in chosen), page))


@cli.command()
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only rules of this severity.")
@click.option("--entity", metavar="ENTITY", help="Only rules of this entity, such as activity or file.")
@_format_option("text", "json")
@_color_option
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

    page = _page(out, color)
    out.write(_encoded(render_list(chosen, page, wrap=_on_terminal(out)), page))


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


# --------------------------------------------------------------------------- schema


@cli.command()
@click.argument("name", required=False, type=_SchemaName())
@_output_option
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


def _short(name: str) -> str:
    return name.removesuffix(".schema.json").removeprefix(f"{artefact.DEFAULT}.")


def _schema_named(wanted: str, names: Sequence[str]) -> str:
    """The one name that is meant: in full, or without what all of them begin and end with."""
    for known in names:
        if wanted in (known, known.removesuffix(".json"), _short(known)):
            return known
    import difflib

    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)
    tail = f"; did you mean {' or '.join(near)}?" if near else "; `stream-import schema` lists them"
    raise _Trouble(f"no schema {wanted!r}{tail}")


# --------------------------------------------------------------------------- app


@cli.group()
def app() -> None:
    """The configuration of your app, with which import files are compared."""


@app.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_FileName())
@click.option(
    "-o",
    "--output",
    default="app.yaml",
    show_default=True,
    metavar="FILE",
    help="Write to FILE, which must not be there yet; - is standard output.",
)
def init(files: tuple[str, ...], output: str) -> None:
    """Write a first configuration from the feed groups, reaction kinds and collections that files use.

    The types of feed groups are left to confirm. - is standard input.
    """
    from .app_init import Seen, configuration

    if output != STANDARD_OUTPUT and os.path.lexists(output):
        raise _Trouble(f"{output} is there already; write to another file, or to standard output with -o -")
    ruleset, _ = artefact.load()
    seen = Seen(ruleset)
    files = _input_files(files)
    for path in files:
        try:
            if path == STANDARD_INPUT:
                seen.file(api.unpacked(sys.stdin.buffer))
            else:
                with api.open_input(path) as stream:
                    seen.file(stream)
        except (OSError, api.InputError) as error:
            raise _Trouble(f"{_name(path)}: {reason_of(error) if isinstance(error, OSError) else error}") from error
    if not seen.survey.entries:
        raise _Trouble("there is no instruction that could be read, so there is nothing to write")
    if seen.unread:
        count = f"{seen.unread:,} line{'s' * (seen.unread != 1)}"
        _complain(f"{count} could not be read and left out; `stream-import validate` says why")
    with Output(output) as out:
        out.write(configuration(seen, ruleset, map(_name, files)).encode())
    if not out.is_standard:
        _tell(f"{output}: look it over, and confirm the types of the feed groups")


# --------------------------------------------------------------------------- the terminal


def _page(out: Output, color: Color) -> Page:
    """What is known of the place where the text will be read."""
    from .report.page import Page

    if not out.is_standard:
        return Page(width=PLAIN_WIDTH, color=color == "always", encoding="utf-8")
    terminal = _on_terminal(out)
    wanted = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Page(
        width=shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns,
        color=wanted if color == "auto" else color == "always",
        encoding=sys.stdout.encoding or "utf-8",
    )


def _on_terminal(out: Output) -> bool:
    return out.is_standard and sys.stdout.isatty()


def _encoded(text: str, page: Page) -> bytes:
    return text.encode(page.encoding, "replace")


def _name(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else visible(path)


def _complain(text: str) -> None:
    """One line on standard error."""
    _tell(f"stream-import: {text}")


def _tell(text: str) -> None:
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    click.echo(visible(text, encoding), err=True)
