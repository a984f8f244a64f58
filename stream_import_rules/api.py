"""The Python API: judge a file, a stream or a line, and get findings as values.

Comes after ``artefact`` (the rules), ``policy`` (which of them count) and ``validate`` (the checker);
``cli`` is built on the same steps. All functions take the same options: ``select``, ``ignore`` (ids or
patterns such as ``activity.*``), ``severity`` (pattern → ``error``, ``warning`` or ``info``) and ``app``,
the configuration of an app: its file, or what ``load_app`` made of it. None is looked for unasked;
``find_app`` finds the one that belongs to a file. ``policy`` is a mapping of the form that the section
``policy`` of a configuration has, and stands in its place; the other options win over both.

Functions about files also take ``relations`` (false: leave out what concerns several entries), ``memory``
(what the relations may take before they write to disk: bytes, or a text such as ``"1GB"``), ``max_stream``
(what is read of compressed data and of streams, a size as well; ``None``: as much as the rules say), and ``jobs``
(processes, ``None``: one for each core). No choice of ``jobs`` and ``chunk`` (bytes that one process
reads at a time) changes a finding. ``baseline`` names the file of a baseline: what it knows does not count;
``write_baseline``, of the functions that judge whole files, names the file that a new one is written to, if
all was judged.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import msgspec

from . import artefact
from . import run_policy as run_policies
from .findings import Finding, Sink
from .model import SEVERITIES, RuleSet, Severity
from .policy import Policy
from .read import BUFFER
from .report.collect import MAX_SAMPLES, Collector, FileReport, Report, Totals, file_report, report_of, summary_of
from .report.gather import Gatherer
from .run_policy import RunPolicy
from .suppressions import Settings

if TYPE_CHECKING:
    from .app import App
    from .inputs import Inputs
    from .marks import Marker
    from .validate import Checker, Plan, Progress

StrPath: TypeAlias = "str | os.PathLike[str]"

#: What the relations may take in memory, in bytes, before they write to disk; and the least of it.
MEMORY = 1_000_000_000
LEAST_MEMORY = 200_000_000

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:([KMGTkmgt])(i)?)?[Bb]?")


class InputError(ValueError):
    """An input cannot be judged as it was named; the message says why, and what to do."""


def validate_file(
    path: StrPath,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity] | None = None,
    app: StrPath | App | None = None,
    policy: Mapping[str, Any] | None = None,
    baseline: StrPath | None = None,
    write_baseline: StrPath | None = None,
    max_samples: int = MAX_SAMPLES,
    relations: bool = True,
    memory: int | str = MEMORY,
    max_stream: int | str | None = None,
    jobs: int | None = None,
    chunk: int | None = None,
) -> Report:
    """Judge a file. The report has exact counts and the first ``max_samples`` findings of each rule.

    Memory does not grow with the file. A file called ``.gz`` or ``.zst`` is unpacked on the way. Raises ``OSError``
    if the file cannot be read, ``InputError`` if what unpacks it is not installed, ``UnknownRule`` for an option
    that fits no rule, ``ArtefactError`` if the installation is broken, ``AppError`` for a configuration or a policy
    that cannot be used, ``BaselineError`` for a baseline, ``StoreError`` if the relations need more disk than there
    is.

    >>> report = validate_file("export.jsonl", ignore=["activity.size-advice"])    # doctest: +SKIP
    >>> report.ok, report.verdict, report.counts                                   # doctest: +SKIP
    (False, 'errors', {'activity.time.format': 12})
    """
    return _validate(
        [os.fspath(path)],
        together=False,
        chosen=(select, ignore, severity),
        app=app,
        policy=policy,
        baseline=baseline,
        write_baseline=write_baseline,
        max_samples=max_samples,
        relations=relations,
        plan=make_plan(jobs=jobs, chunk=chunk, memory=memory, max_stream=max_stream),
    )


def validate_files(
    paths: Iterable[StrPath],
    *,
    together: bool = False,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity] | None = None,
    app: StrPath | App | None = None,
    policy: Mapping[str, Any] | None = None,
    baseline: StrPath | None = None,
    write_baseline: StrPath | None = None,
    max_samples: int = MAX_SAMPLES,
    relations: bool = True,
    memory: int | str = MEMORY,
    max_stream: int | str | None = None,
    jobs: int | None = None,
    chunk: int | None = None,
) -> Report:
    """Judge several files, each as an import of its own, or all as one import that is uploaded in parts
    (``together``): then their entries may refer to each other. A path may be a pattern, such as ``exports/*.jsonl``;
    a file that is named twice is judged once. Raises as ``validate_file``, and ``InputError`` for a pattern
    that no file fits."""
    return _validate(
        input_files(paths).paths,
        together=together,
        chosen=(select, ignore, severity),
        app=app,
        policy=policy,
        baseline=baseline,
        write_baseline=write_baseline,
        max_samples=max_samples,
        relations=relations,
        plan=make_plan(jobs=jobs, chunk=chunk, memory=memory, max_stream=max_stream),
    )


def iter_findings(
    source: StrPath | BinaryIO,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity] | None = None,
    app: StrPath | App | None = None,
    policy: Mapping[str, Any] | None = None,
    baseline: StrPath | None = None,
    relations: bool = True,
    memory: int | str = MEMORY,
    max_stream: int | str | None = None,
) -> Iterator[Finding]:
    """Every finding of a file or binary stream, in the order of the lines, as it is found; what concerns
    several entries comes last. Those that do not count are among them, and say so (``suppressed``, ``baseline``).

    Nothing is read before the first finding is asked for; whoever stops early stops the reading, a
    short way ahead. A stream is not closed. Raises as ``validate_file`` does, for the file at the first
    finding; ``FileChanged`` behind the last one if the file was changed while it was read, for there is no report
    that could say so; ``TypeError`` at once for a stream of text.

    >>> with open("export.jsonl", "rb") as stream:                                 # doctest: +SKIP
    ...     for finding in iter_findings(stream):
    ...         print(finding.line, finding.rule, finding.path)
    """
    if isinstance(source, io.TextIOBase):
        raise TypeError("iter_findings reads bytes: open the file with mode 'rb'")
    ruleset, _ = artefact.load()
    plan = make_plan(jobs=1, memory=memory, max_stream=max_stream)
    config = _app(app)
    chosen = (_names(select), _names(ignore), severity)
    judged_by = _run_policy(ruleset, _settings(policy, config), *chosen, baseline=baseline)
    checker = make_checker(
        ruleset, judged_by.rules, marker=judged_by.marker(ruleset), app=config, relations=relations, plan=plan
    )
    return _findings(source, checker, judged_by)


def validate_line(
    line: bytes | str | Mapping[str, Any],
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity] | None = None,
    app: StrPath | App | None = None,
    policy: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Every finding of one line, given as it would stand in the file or as the value it encodes.

    A value is written as JSON first, as ``json.dumps`` does; ``TypeError`` names what JSON cannot hold.
    Rules about whole files (size, encoding, order) are not looked at. Findings have no ``file``. The file
    of a configuration is read for each line: for many of them, ``load_app`` it once. Raises
    ``UnknownRule``, ``AppError`` and ``ArtefactError`` as ``validate_file`` does.

    >>> validate_line(b'{"instruction": "follow", "feedId": "user:bob", "data": ["user:bob"]}')[0].rule
    'follow.self'
    """
    levels = tuple(sorted((severity or {}).items()))
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    config = _app(app)
    settings = _settings(policy, config)
    checker, judged_by = _line_checker(_names(select), _names(ignore), levels, hour, config, settings)
    found: list[Finding] = []
    sink = Gatherer(0, streams=[found.append], ledger=judged_by.ledger())
    checker.check_line(_bytes_of(line), sink)
    return found


def load_app(path: StrPath) -> App:
    """The configuration of an app in a file, with the schemas that it names.

    Raises ``AppError``, whose ``mistakes`` say what is wrong with it, line by line.
    """
    from .app_file import load

    ruleset, _ = artefact.load()
    return load(path, ruleset, artefact.schema_text(f"{ruleset.name}.app.schema.json"))


# --------------------------------------------------------------------------- steps shared with the command


def keep_baseline(path: str, checker: Checker, ruleset: RuleSet) -> int:
    """Write what a run has counted as a baseline; how many findings it knows. Raises ``BaselineError``,
    ``OutputError``."""
    schema = artefact.schema_text("baseline.schema.json")
    return run_policies.write_baseline(path, checker.tally, ruleset, schema)


def make_plan(
    *,
    jobs: int | None = None,
    chunk: int | None = None,
    memory: int | str = MEMORY,
    max_stream: int | str | None = None,
) -> Plan:
    """How a run goes about its work. Raises ``ValueError`` for figures that make no sense."""
    from .validate import Plan

    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs is {jobs}; at least one process is needed")
    if chunk is not None and chunk < 1:
        raise ValueError(f"chunk is {chunk} bytes; it must be at least 1")
    most = None if max_stream is None else bytes_of(max_stream, least=1)
    return Plan(jobs=cores() if jobs is None else jobs, part=chunk, memory=bytes_of(memory), stream=most)


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def bytes_of(size: int | str, *, least: int = LEAST_MEMORY) -> int:
    """A size in bytes, ``least`` or more: a number, or a text such as ``512MB``, ``1.5 GiB``. Raises ``ValueError``."""
    if isinstance(size, int):
        found = size
    else:
        match = _SIZE.fullmatch(size.strip())
        if match is None:
            raise ValueError(f"{size!r} is no size: write it like 512MB or 2GB")
        base = 1024 if match[3] else 1000
        found = int(float(match[1]) * base ** ("KMGT".index(match[2].upper()) + 1 if match[2] else 0))
    if found < least:
        needed = f"{least // 1_000_000} MB are" if least >= 1_000_000 else f"{least} byte is"
        raise ValueError(f"{size!r} is too little: at least {needed} needed")
    return found


def make_checker(
    ruleset: RuleSet,
    policy: Policy,
    *,
    marker: Marker | None = None,
    files: bool = True,
    app: App | None = None,
    relations: bool = True,
    plan: Plan | None = None,
    progress: Progress | None = None,
    histograms: bool = False,
) -> Checker:
    """A checker for one run, whose moment is now. One for single lines alone needs no fast path."""
    from .app_check import AppChecker
    from .validate import Checker
    from .workers import Recipe

    of_app = None if app is None else AppChecker(app, ruleset, policy.active)
    if not files:
        return Checker(ruleset, policy, app=of_app, marker=marker)
    return Checker(
        ruleset,
        policy,
        fast=artefact.fast_validator(ruleset.name),
        engine=True,
        queries=artefact.queries(ruleset.name) if relations else (),
        app=of_app,
        plan=plan,
        recipe=Recipe(ruleset.name, policy.levels, app=app, marker=marker),
        progress=progress,
        histograms=histograms,
        marker=marker,
    )


def judge_files(
    paths: Sequence[str], checker: Checker, collector: Collector, *, together: bool = False
) -> tuple[list[FileReport], bool]:
    """Judge files into the collector, each alone or all together; and whether the relations were checked to their
    end. Raises ``OSError`` and ``InputError``."""
    from .validate import Import

    files: list[FileReport] = []
    if not together:
        checked = True
        for path in paths:
            before = collector.totals
            with open_input(path) as stream:
                summary = checker.check(stream, path, collector)
            checked = checked and summary.unrelated is None
            files.append(file_report(summary, before, collector.totals))
        return files, checked
    with ExitStack() as opened, Import(checker, collector) as whole:
        for path in paths:
            before = collector.totals
            summary = whole.file(opened.enter_context(open_input(path)), path)
            files.append(file_report(summary, before, collector.totals))
        counts = whole.relate()
        return related(files, [counts.get(i, {}) for i in range(len(files))]), whole.unrelated is None


def related(files: Sequence[FileReport], counts: Sequence[Mapping[Severity, int]]) -> list[FileReport]:
    """Reports of files with the findings of relations over all of them, counted for each file."""
    return [
        msgspec.structs.replace(
            file, findings=Totals(**{s: getattr(file.findings, s) + more.get(s, 0) for s in SEVERITIES})
        )
        for file, more in zip(files, counts, strict=True)
    ]


def input_files(names: Iterable[StrPath], *, standard_input: bool = False) -> Inputs:
    """The files that are meant by names and patterns, each once, in a stable order. With ``standard_input`` a ``-``
    is no file. Raises ``InputError``."""
    from .inputs import NoMatch, inputs_of

    try:
        return inputs_of([os.fspath(name) for name in names], standard_input=standard_input)
    except NoMatch as error:
        raise InputError(str(error)) from error


@contextmanager
def open_input(path: StrPath) -> Generator[BinaryIO]:
    """The bytes of a file, unpacked if it is compressed and called so. Raises ``OSError`` and ``InputError``."""
    with open(path, "rb", buffering=BUFFER) as stream:
        yield unpacked(stream)


def unpacked(stream: BinaryIO) -> BinaryIO:
    """The stream, or what it unpacks to if it begins as gzip or Zstandard. Raises ``InputError`` if a package is
    missing for that."""
    from . import sources, unpack

    try:
        return sources.unpacked(stream)
    except unpack.PackageMissing as error:
        raise InputError(str(error)) from error


def tool_version() -> str:
    """The version of this package."""
    from . import __version__

    return __version__


# --------------------------------------------------------------------------- details


def _validate(
    paths: Sequence[str],
    *,
    together: bool,
    chosen: tuple[Iterable[str], Iterable[str], Mapping[str, Severity] | None],
    app: StrPath | App | None,
    policy: Mapping[str, Any] | None,
    baseline: StrPath | None,
    write_baseline: StrPath | None,
    max_samples: int,
    relations: bool,
    plan: Plan,
) -> Report:
    """Judge files of the disk, for ``validate_file`` and ``validate_files``; ``chosen`` are the rules that are
    selected and ignored, and their severities."""
    ruleset, fingerprint = artefact.load()
    config = _app(app)
    target = None if write_baseline is None else os.fspath(write_baseline)
    if target is not None:
        run_policies.refuse_foreign(target)
    select, ignore, severity = chosen
    rules = (_names(select), _names(ignore), severity)
    judged_by = _run_policy(ruleset, _settings(policy, config), *rules, baseline=baseline, counting=target is not None)
    checker = make_checker(
        ruleset, judged_by.rules, marker=judged_by.marker(ruleset), app=config, relations=relations, plan=plan
    )
    collector = Collector(max_samples, judged_by.ledger())
    files, checked = judge_files(paths, checker, collector, together=together)
    summary = summary_of(
        collector,
        files,
        ruleset,
        version=tool_version(),
        fingerprint=fingerprint,
        relations="left out" if not relations else "checked" if checked else "broken off",
        app=config,
        terms=judged_by.terms(ruleset),
    )
    if target is not None and summary.complete:
        keep_baseline(target, checker, ruleset)
    return report_of(summary, collector.telling, collector.set_aside)


def _findings(source: StrPath | BinaryIO, checker: Checker, judged_by: RunPolicy) -> Iterator[Finding]:
    from .report.pull import pulled

    ledger = judged_by.ledger()
    if isinstance(source, (str, os.PathLike)):
        with open_input(source) as stream:
            yield from pulled(_check_of(checker, os.fspath(source)), stream, ledger)
        return
    name = getattr(source, "name", None)
    yield from pulled(_check_of(checker, name if isinstance(name, str) else "-"), unpacked(source), ledger)


def _check_of(checker: Checker, name: str) -> Callable[[BinaryIO, Sink], None]:
    """Checks a stream for whoever sees findings alone, and no report that could say that the file was changed."""
    from .entries import FileChanged

    def check(stream: BinaryIO, sink: Sink) -> None:
        if checker.check(stream, name, sink).changed:
            raise FileChanged(name)

    return check


@lru_cache(maxsize=8)
def _line_checker(
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    levels: tuple[tuple[str, Severity], ...],
    _hour: datetime,
    app: App | None,
    settings: Settings | None,
) -> tuple[Checker, RunPolicy]:
    """One checker serves many lines; the hour only makes a new one, for rules that compare times with now."""
    ruleset, _ = artefact.load()
    judged_by = _run_policy(ruleset, settings, select, ignore, dict(levels))
    marker = judged_by.marker(ruleset)
    return make_checker(ruleset, judged_by.rules, marker=marker, files=False, app=app), judged_by


def _run_policy(
    ruleset: RuleSet,
    settings: Settings | None,
    select: Iterable[str],
    ignore: Iterable[str],
    severity: Mapping[str, Severity] | None,
    *,
    baseline: StrPath | None = None,
    counting: bool = False,
) -> RunPolicy:
    return run_policies.run_policy(
        ruleset,
        settings,
        select=select,
        ignore=ignore,
        severity=severity,
        baseline_file=baseline,
        counting=counting,
    )


def _settings(policy: Mapping[str, Any] | None, app: App | None) -> Settings | None:
    """The policy that was given, or that of the configuration."""
    if policy is None:
        return None if app is None else app.policy
    try:
        return _settings_of(json.dumps(policy))
    except (TypeError, ValueError) as error:
        raise TypeError(f"a policy is a mapping of what JSON can hold: {error}") from error


@lru_cache(maxsize=8)
def _settings_of(policy: str) -> Settings:
    from .app_file import policy_in_memory

    ruleset, _ = artefact.load()
    return policy_in_memory(json.loads(policy), ruleset, artefact.schema_text(f"{ruleset.name}.app.schema.json"))


def _app(app: StrPath | App | None) -> App | None:
    return load_app(app) if isinstance(app, (str, os.PathLike)) else app


def _names(patterns: Iterable[str]) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else tuple(patterns)


def _bytes_of(line: bytes | str | Mapping[str, Any]) -> bytes:
    if isinstance(line, (bytes, bytearray, memoryview)):
        return bytes(line).removesuffix(b"\n").removesuffix(b"\r")
    if isinstance(line, str):
        return line.removesuffix("\n").removesuffix("\r").encode("utf-8", "surrogatepass")
    if not isinstance(line, Mapping):
        raise TypeError(f"a line is bytes, str or a dict, not {type(line).__name__}")
    try:
        text = json.dumps(dict(line), ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        place = _not_json(line, "")
        raise TypeError(place or f"the line cannot be written as JSON: {error}") from error
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: an escape can hold it, UTF-8 cannot
        return json.dumps(dict(line), separators=(",", ":")).encode()


def _not_json(value: object, place: str, depth: int = 0) -> str:
    """What JSON cannot hold in a value, in words; empty if nothing is found within reason."""
    if depth > 100 or value is None or isinstance(value, (str, int, float)):
        return ""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, (str, int, float, bool, type(None))):
                return f"a key of {place or 'the line'} is a {type(key).__name__}: JSON keys are strings"
            if found := _not_json(item, f"{place}/{key}", depth + 1):
                return found
        return ""
    if isinstance(value, (list, tuple)):
        return next((f for i, v in enumerate(value) if (f := _not_json(v, f"{place}/{i}", depth + 1))), "")
    advice = "; write a time as text, such as value.isoformat()" if isinstance(value, datetime) else ""
    return f"the value at {place or 'the root'} is a {type(value).__name__}, which JSON cannot hold{advice}"
