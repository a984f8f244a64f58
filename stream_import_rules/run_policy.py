"""The policy of one run, put together: what the command line says over what the configuration says, the
suppressions that work today, the baseline, and by what the run fails.

After ``policy``, ``suppressions``, ``baseline`` and ``marks``, whose values it joins; used by ``api`` and ``cli``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import msgspec

from . import baseline
from .baseline import Baseline, BaselineError, Tally
from .marks import Marker, marker_of
from .model import SEVERITIES, RuleSet, Severity
from .policy import Policy, UnknownRule
from .report.aside import Ledger, Terms
from .report.output import Output
from .suppressions import FAIL_ON, FailOn, Settings, Suppression

#: Where a baseline goes if nothing else is said.
BASELINE = "stream-import-baseline.json"


class RunPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What counts in one run, and how. ``expired`` are the numbers of suppressions whose last day is over;
    ``counting`` says that findings are counted for a baseline to be written."""

    rules: Policy
    path: str | None
    suppressions: tuple[Suppression, ...]
    expired: frozenset[int]
    baseline: Baseline | None
    counting: bool
    fail_on: FailOn
    strict: bool

    def marker(self, ruleset: RuleSet) -> Marker | None:
        """What marks the findings of the run; ``None`` if nothing does."""
        working = {i: one for i, one in enumerate(self.suppressions) if i not in self.expired}
        return marker_of(ruleset, working, self.baseline, counting=self.counting)

    def ledger(self) -> Ledger:
        """A new count of what is suppressed and known."""
        return Ledger(self.suppressions, self.baseline)

    def terms(self, ruleset: RuleSet) -> Terms:
        """By what the run fails, and what it looks at."""
        return Terms(
            path=self.path,
            fail_on=self.fail_on,
            strict=self.strict,
            rules=self.rules.active,
            relations=frozenset(relation.rule for relation in ruleset.relations),
            expired=self.expired,
        )


def run_policy(
    ruleset: RuleSet,
    settings: Settings | None = None,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity] | None = None,
    fail_on: FailOn | None = None,
    strict: bool = False,
    baseline_file: str | os.PathLike[str] | None = None,
    counting: bool = False,
    today: date | None = None,
) -> RunPolicy:
    """The policy of a run: ``settings`` are those of a file, all else is said of this run and wins.

    ``select`` holds whatever the file selects or ignores, ``ignore`` takes away more, ``severity`` changes
    what the file changes. Raises ``UnknownRule`` for what fits no rule and if no rule is left, ``BaselineError``;
    ``ValueError`` for an unknown severity.
    """
    known = {} if severity is None else severity
    for level in known.values():
        if level not in SEVERITIES:
            raise ValueError(f"no severity {level!r}: it is one of {', '.join(SEVERITIES)}")
    if fail_on is not None and fail_on not in FAIL_ON:
        raise ValueError(f"fail_on is {fail_on!r}: it is one of {', '.join(FAIL_ON)}")
    file = settings or Settings()
    base = Policy(ruleset, select=file.select, ignore=file.ignore, severity=file.severity)
    rules = Policy(ruleset, select=select, ignore=ignore, severity=known, base=base)
    if not rules.active:
        raise UnknownRule("no rule is left: all that are selected are ignored too")
    strict = strict or (fail_on is None and file.strict)
    day = today or datetime.now(UTC).date()
    return RunPolicy(
        rules=rules,
        path=file.path or None,
        suppressions=file.suppressions,
        expired=frozenset(i for i, one in enumerate(file.suppressions) if one.expired(day)),
        baseline=None if baseline_file is None else baseline.load(baseline_file, ruleset),
        counting=counting,
        fail_on="info" if strict else fail_on or file.fail_on or "error",
        strict=strict,
    )


def refuse_foreign(path: str) -> None:
    """Raise ``BaselineError`` if a file is there that is no baseline: writing one would destroy it."""
    if not os.path.exists(path):
        folder = os.path.dirname(path)
        if folder and not os.path.isdir(folder):
            raise BaselineError(f"the baseline {path} cannot be written: there is no folder {folder}")
        return
    try:
        baseline.read(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BaselineError(f"{path} is there already and is no baseline ({reason}); it is not written over") from error


def write_baseline(path: str, tally: Tally, ruleset: RuleSet, schema: str) -> int:
    """Write what was counted as a baseline, whole or not at all; the number of findings in it. ``schema`` is the
    JSON Schema of baselines. Raises ``BaselineError`` and ``OutputError``."""
    data = baseline.encoded(tally, path, ruleset, str(msgspec.json.decode(schema)["$id"]))
    with Output(path) as out:
        out.write(data)
    return sum(number for _, number in tally)
