"""Feed groups over a whole file: how often each is used, and which one looks like a misspelt other.

Used by ``validate``; the only rule of files whose findings are known at the end of the file alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from . import model
from .findings import Excerpt, Path

#: So many different groups are followed; a file with more has no common groups to be near to.
MOST_GROUPS = 2_000


class Use(msgspec.Struct, frozen=True):
    """The first place in the file where a group is used."""

    feed_id: str
    line: int
    column: int
    path: Path
    instruction: str
    record: str | None
    excerpt: Excerpt


class NearMiss(msgspec.Struct, frozen=True):
    """A rare group that is one edit away from a frequent one."""

    rule: str
    group: str
    count: int
    meant: str
    often: int
    use: Use


class GroupUses:
    """The uses of feed groups in one file, or in a part of one of which the groups ``before`` are known
    (``None``: of no group the first place is asked). Memory is bounded by ``MOST_GROUPS``."""

    def __init__(self, ruleset: model.RuleSet, before: frozenset[str] | None = frozenset()) -> None:
        self._before = before
        self._check = next((c for c in ruleset.framing if isinstance(c, model.KnownGroups)), None)
        #: Uses of each group, and the first one; what is counted beyond ``MOST_GROUPS`` is left out.
        self.counts: Counter[str] = Counter()
        self.first: dict[str, Use] = {}

    def is_news(self, groups: Iterable[str]) -> bool:
        """Whether one of the groups has no first place yet, so that somebody must look where it is."""
        if self._check is None or self._before is None or self._full:
            return False
        return any(group not in self.first and group not in self._before for group in groups)

    @property
    def known(self) -> frozenset[str] | None:
        """The groups whose first place is known; ``None`` if no other needs one."""
        if self._check is None or self._before is None or self._full:
            return None
        return self._before.union(self.first)

    def count(self, groups: Mapping[str, int]) -> None:
        """Count uses."""
        if not self._full:
            for group, count in groups.items():
                self.counts[group] += count

    def first_use(self, use: Use, group: str) -> None:
        """Note the first place of a group; later places are ignored."""
        if not self._full:
            self.first.setdefault(group, use)

    @property
    def _full(self) -> bool:
        return len(self.first) >= MOST_GROUPS

    def near_misses(self) -> list[NearMiss]:
        """The rare groups that are most likely misspelt, in the order of the file."""
        check = self._check
        if check is None or self._full:
            return []
        frequent = {group for group, count in self.counts.items() if count >= check.frequent}
        found = []
        for group, use in self.first.items():
            count = self.counts[group]
            near = [g for g in sorted(frequent) if count <= check.rare and _one_edit(group, g)]
            if near:
                found.append(NearMiss(check.rule, group, count, near[0], self.counts[near[0]], use))
        return found


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter more, less, other, or two swapped make one word of the other."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    swapped = rest_a[:2] == rest_b[:2][::-1] and rest_a[2:] == rest_b[2:]
    return swapped or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]
