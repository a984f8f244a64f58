"""Suppressions and the other choices of a policy that stand in a file: plain values.

``policy_file`` reads them; ``marks`` applies the suppressions to findings.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias, get_args

import msgspec

from .model import Severity
from .patterns import file_fits, fits

#: From which severity on findings fail a run.
FailOn: TypeAlias = Literal["error", "warning", "info", "never"]
FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that somebody has looked at and accepts, and why.

    ``rule`` is the id or pattern as it is written, ``rules`` are the ids that it stands for. ``file``,
    ``instruction`` and ``path`` (a JSON Pointer with ``*`` for indexes) limit it; it works up to and on the
    day ``until`` (YYYY-MM-DD), in UTC. ``line`` is where it stands in its file, 0 if in none; patterns of
    files are seen from ``folder``.
    """

    rule: str
    rules: frozenset[str]
    reason: str
    file: str | None = None
    instruction: str | None = None
    path: str | None = None
    until: str | None = None
    line: int = 0
    folder: str = ""

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and date.fromisoformat(self.until) < today

    def concerns(self, file: str) -> bool:
        """Whether findings in a file can be meant."""
        return self.file is None or file_fits(self.file, file, self.folder)

    def covers(self, rule: str, instruction: str | None, pattern: str) -> bool:
        """Whether findings of a rule at a place are meant, in a file that it concerns."""
        return (
            rule in self.rules
            and (self.instruction is None or self.instruction == instruction)
            and (self.path is None or fits(self.path, pattern))
        )


class Settings(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """What a file, or a caller, says of the policy of its runs; ``None`` and empty say nothing."""

    path: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: dict[str, Severity] = msgspec.field(default_factory=dict)
    strict: bool = False
    fail_on: FailOn | None = None
    suppressions: tuple[Suppression, ...] = ()
