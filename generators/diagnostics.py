"""What the compiler says of a bad rule file: which file and line, what is wrong, what was expected.

Raised by every stage from ``load`` to ``examples``; printed by ``__main__``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One mistake in a rule file. ``file`` is relative to ``rules/``; ``line`` counts from 1."""

    file: str
    line: int
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        tail = f"\n    expected: {self.expected}" if self.expected else ""
        return f"{self.file}:{self.line}: {self.problem}{tail}"


class RulesError(Exception):
    """The rules can't be compiled. ``diagnostics`` is not empty, sorted by file and line."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = sorted(set(diagnostics))
        super().__init__("\n".join(map(str, self.diagnostics)))
