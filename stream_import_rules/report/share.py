"""Share a bounded room among rules: the same number of samples for each, as many as fit.

Used by the formats whose readers have a limit (``sarif``, ``markdown``, ``html``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


def fitting(sizes: Collection[Sequence[int]], room: int, most: int | None = None) -> int:
    """How many of each group fit together: in ``room``, and in number at most ``most``.

    ``sizes`` are the sizes of the members, group by group; a group with fewer members takes less.
    """
    used = count = rank = 0
    for rank in range(max(map(len, sizes), default=0)):
        level = [group[rank] for group in sizes if rank < len(group)]
        used += sum(level)
        count += len(level)
        if used > room or (most is not None and count > most):
            return rank
    return max(map(len, sizes), default=0)
