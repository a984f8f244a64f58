"""A worker process: ``python -m stream_import_rules.worker``, started by ``workers``.

A module of its own, so that what goes through the pipes has the same names on both sides.
"""

from __future__ import annotations

from .workers import serve

if __name__ == "__main__":
    serve()
