"""What the compiler says of a bad rule file: which file and line, what is wrong, what was expected.

Raised by every stage from ``load`` to ``examples``; printed by ``__main__``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One mistake in a rule file. ``file`` is relative to ``rules/``; ``line`` counts from 1.

    As text it starts with the place as seen from the checkout, so that terminals and editors open it.
    """

    file: str
    line: int
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        tail = f"\n    expected: {self.expected}" if self.expected else ""
        return f"rules/{self.file}:{self.line}: {self.problem}{tail}"


def one_of(names: Iterable[str], written: str = "") -> str:
    """What is expected where one of some names is; first the one that ``written`` is most like."""
    names = list(names)
    if len(names) < 2:
        return "".join(names) or "nothing here"
    near = difflib.get_close_matches(written, names, 1)
    return (f"perhaps {near[0]}; " if near else "") + "one of " + ", ".join(names)


class RulesError(Exception):
    """The rules can't be compiled. ``diagnostics`` is not empty, sorted by file and line."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = sorted(set(diagnostics))
        super().__init__("\n".join(map(str, self.diagnostics)))
