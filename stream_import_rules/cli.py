"""The command ``stream-import``: reads the command line, runs the steps of ``api``, prints the report.

The last in the flow; nothing imports it. Exit codes: 0 nothing at or above ``--fail-on``, and all was
judged; 1 findings, or a part was not judged; 2 wrong usage, a file that cannot be read, a report that
cannot be written; 130 interrupted, 143 ended by SIGTERM. What is only needed for one command is imported
where it is used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from . import api, artefact, native, signals
from .app import App, AppError, find_app
from .baseline import BaselineError
from .cli_lookup import explain, rules, schema
from .cli_options import FileName, FormatName, RuleId, color_option, comma_list, levels, max_stream, size
from .cli_terminal import (
    STANDARD_INPUT,
    UNUSABLE,
    Color,
    Trouble,
    complain,
    encoded,
    name_of,
    page_of,
    tell,
)
from .model import RuleSet, Severity
from .policy import UnknownRule
from .progress import Progress, total_of
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
    from .run import Run
    from .validate import Checker

FAILED = 1
#: Files that are named twice, of which each is told.
MOST_REPEATED = 10


class _Group(click.Group):
    """Turns the errors of the lower layers into sentences and exit codes, never into tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AppError as error:
            for line in str(error).splitlines():
                tell(line)
            raise Trouble("the configuration of the app cannot be used; nothing was judged") from error
        except (artefact.ArtefactError, BaselineError, UnknownRule, OutputError) as error:
            raise Trouble(str(error)) from error
        except OutputClosed:  # while findings are streamed it cuts the run short, elsewhere it is no failure
            ctx.exit(FAILED if ctx.invoked_subcommand == "validate" else 0)
        except KeyboardInterrupt:
            complain("interrupted")
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
        raise Trouble(f"stream-import {api.tool_version()}: {error}") from error
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
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=FileName())
@click.option(
    "--format",
    "formats",
    multiple=True,
    callback=_outputs,
    type=FormatName(),
    metavar="NAME[=FILE]",
    help=f"What to write: {', '.join(FORMATS)}; may be given several times.  [default: text]",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=FileName(),
    help="Where the (last) --format without =FILE goes; - is standard output.  [default: -]",
)
@click.option(
    "--select",
    multiple=True,
    callback=comma_list,
    type=RuleId(),
    metavar="RULE,…",
    help="Only these rules (or patterns).",
)
@click.option(
    "--ignore",
    multiple=True,
    callback=comma_list,
    type=RuleId(),
    metavar="RULE,…",
    help="Not these rules (or patterns).",
)
@click.option(
    "--severity",
    multiple=True,
    callback=levels,
    metavar="RULE=LEVEL,…",
    help="Change severities; LEVEL is error, warning or info.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=FileName(),
    help="Findings that FILE knows do not count; more of them than it knows do.",
)
@click.option(
    "--write-baseline",
    metavar="[FILE]",
    type=FileName(),
    is_flag=False,
    flag_value="",
    help="Write what is found as a baseline: to FILE, else to that of --baseline, else to " + BASELINE + ".",
)
@click.option(
    "--app",
    "app_file",
    metavar="FILE",
    type=FileName(),
    help="The configuration of your app  [default: see below]",
)
@click.option("--no-app", is_flag=True, help="No configuration, even if there is one.")
@click.option("--together", is_flag=True, help="The files are parts of one import and may refer to each other.")
@click.option("--no-relations", is_flag=True, help="Leave out what concerns several entries: references, duplicates …")
@click.option(
    "--memory",
    callback=size,
    default="1GB",
    show_default=True,
    metavar="SIZE",
    help="What the relations may take in memory before they write to disk.",
)
@click.option(
    "--max-stream",
    callback=max_stream,
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
@color_option
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

        page = page_of(out, color)
        if statistics:
            return encoded(render_statistics(outcome.report, ruleset, page), page)
        return encoded(render(outcome.report, outcome.samples, ruleset, page, outcome.set_aside), page)

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
            raise Trouble("nothing was judged")  # each file has been complained of
        relations: Relations = "left out" if no_relations else "broken off" if run.unrelated else "checked"
        summary = _summary(run, outputs.sink, ruleset, fingerprint, app, relations, policy)
        outputs.write(summary, ruleset, run.histograms)
    for file in outputs.files:
        tell(f"{file}: {in_short(summary)}")
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
        complain(f"{visible(target)} is not written: a baseline is of files that were judged wholly")
        return
    known = api.keep_baseline(target, checker, ruleset)
    tell(f"{visible(target)}: knows {plural(known, 'finding')}")


def _warn(policy: PolicyReport) -> None:
    """Say loudly what has stopped to work; what is merely not needed any more stands in the report."""
    for one in policy.expired:
        place = ":".join(str(part) for part in (policy.path, one.line) if part)
        complain(f"{place}: the suppression of {one.rule} expired on {one.until}; what it suppressed counts again")


def _input_files(names: Sequence[str]) -> tuple[str, ...]:
    """The files that are meant; those that are named twice are told of."""
    try:
        inputs = api.input_files(names, standard_input=True)
    except api.InputError as error:
        raise Trouble(f"{error}; nothing was judged") from error
    for path, first in inputs.repeated[:MOST_REPEATED]:
        again = "is named twice" if path == first else f"is the same file as {visible(first)}"
        complain(f"{name_of(path)}: {again}; it is judged once")
    if len(inputs.repeated) > MOST_REPEATED:
        complain(f"{len(inputs.repeated) - MOST_REPEATED:,} more files are named twice")
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
        complain(f"{app.path}: types still to confirm: {groups}; follows of these feed groups are not judged")
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

    def complain_of(path: str | None, reason: str) -> None:
        with nullcontext() if progress is None else progress.hidden():
            complain(reason if path is None else f"{name_of(path)}: {reason}")

    run = Run(checker, collector, _opened, complain_of)
    if together:
        run.together(files)
    else:
        run.each(files)
    if run.interrupted:
        complain_of(None, "interrupted: the report is of what was read until then")
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
            raise click.UsageError(f"{visible(output)} would overwrite the input {name_of(path)}")


# --------------------------------------------------------------------------- the other commands


for _command in (explain, rules, schema):
    cli.add_command(_command)


@cli.group()
def app() -> None:
    """The configuration of your app, with which import files are compared."""


@app.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=FileName())
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
        raise Trouble(f"{output} is there already; write to another file, or to standard output with -o -")
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
            raise Trouble(f"{name_of(path)}: {reason_of(error) if isinstance(error, OSError) else error}") from error
    if not seen.survey.entries:
        raise Trouble("there is no instruction that could be read, so there is nothing to write")
    if seen.unread:
        count = f"{seen.unread:,} line{'s' * (seen.unread != 1)}"
        complain(f"{count} could not be read and left out; `stream-import validate` says why")
    with Output(output) as out:
        out.write(configuration(seen, ruleset, map(name_of, files)).encode())
    if not out.is_standard:
        tell(f"{output}: look it over, and confirm the types of the feed groups")
