"""Staged rows as Arrow tables, which engines take without copying them.

Between ``staging`` and whoever hands rows on: ``store``, or another engine by way of ``ranges``.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from .staging import NONE, Rows

if TYPE_CHECKING:
    import pyarrow


def arrow(rows: Rows) -> pyarrow.Table:
    """Rows as an Arrow table with the columns of ``model_relations``; no value is null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns: dict[str, Any] = {}
    for name in Rows.COLUMNS:
        values: array[int] = getattr(rows, name)
        kind = pa.int8() if values.typecode == "b" else pa.int64()
        column = pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
        if name != "what":
            column = pc.if_else(pc.equal(column, NONE), pa.scalar(None, kind), column)
        columns[name] = column
    return pa.table(columns)
