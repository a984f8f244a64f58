"""All that judges lines: made once for a rule set and a policy, asked by every scan of a run.

After ``explain``, ``native``, ``staging`` and ``surveys``, of which it is made up; before ``scan``, which leads lines
to them.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Protocol

from . import native
from .app_check import AppChecker
from .explain import Explainer
from .jsontext import LARGEST
from .marks import Marker
from .model import ExactNumbers, MaxLineBytes, RecordValue, RuleSet, checks_of
from .policy import Policy
from .read import CHUNK, LARGE_CHUNK
from .staging import Stager
from .surveys import Survey, Surveyor


class FastValidator(Protocol):
    """What the generated fast validator offers (see ``fast``)."""

    #: The ids of the rules that it looks at; with others active it must not be used.
    rules: frozenset[str]
    #: Whether its surveys count the values that an app's configuration lists.
    values: bool
    #: Whether its surveys shall have histograms. They are made the slow way if a survey has none.
    histograms: bool
    #: The lines that were passed last, decoded.
    decoded: Sequence[object]

    def passes(self, lines: Sequence[bytes], now: int) -> Survey | None:
        """The survey of lines if nothing is to be reported of any of them, else ``None``."""


class Judges:
    """All that judges lines of one rule set under one policy, made once for many files.

    ``now`` is the moment of the run in microseconds since 1970 (default: the real one). ``fast`` is
    the generated validator of the same rule set, ``None`` to explain every line. ``app`` compares lines
    with the configuration of an app; without it the rules that need one are silent. ``engine``: the
    native engine is used where it can be. ``histograms`` says whether surveys have them, ``marker`` which
    findings are suppressed or known.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        policy: Policy,
        *,
        now: int | None = None,
        fast: FastValidator | None = None,
        app: AppChecker | None = None,
        engine: bool = False,
        histograms: bool = False,
        marker: Marker | None = None,
    ) -> None:
        self.marker = marker
        self.ruleset = ruleset
        self.policy = policy if app is None else policy.without(app.replaced)
        self.now = clock.time_ns() // 1000 if now is None else now
        self.fast = fast if fast is not None and policy.active <= fast.rules else None
        self.app = app
        self.histograms = histograms
        if self.fast is not None:
            self.fast.histograms = histograms
            if app is not None:
                self.fast.values = True
        self.explainer = Explainer(ruleset, self.now, policy.active)
        self.surveyor = Surveyor(ruleset)
        self.stager = Stager(ruleset)
        self._engine = engine
        #: Bytes of the longest line that is judged; ``None``: of any.
        self.longest = next((check.limit for check in ruleset.framing if isinstance(check, MaxLineBytes)), None)
        #: The rules that are advice: a value that breaks one is right all the same.
        self.light = self.explainer.light
        #: The rules of whole lines and of their lists of entries, which say nothing of one entry.
        self.outer = frozenset(rule for i in ruleset.instructions for rule in _outer_rules(i.line))
        exact = next((check for check in ruleset.framing if isinstance(check, ExactNumbers)), None)
        #: The greatest integer that is exact.
        self.largest = LARGEST if exact is None else exact.largest

    @property
    def chunk(self) -> int:
        """So many bytes are best judged at once."""
        return LARGE_CHUNK if self._engine and self.app is None and native.is_there() else CHUNK

    @cached_property
    def native(self) -> native.Engine | None:
        """The native engine; ``None`` if there is none, or none for these rules."""
        if not self._engine or self.app is not None:
            return None
        return native.engine_for(self.ruleset, self.policy.active)


def _outer_rules(line: RecordValue) -> Iterator[str]:
    """The rules of a line, without those of its entries."""
    yield from (check.rule for check in line.checks)
    yield from (field.required for field in line.fields)
    for field in line.fields:
        yield field.value.type_rule
        yield from (check.rule for check in checks_of(field.value))
