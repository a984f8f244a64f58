"""What holds for all tests."""

from __future__ import annotations

import pytest

from stream_import_rules import scan


@pytest.fixture(autouse=True)
def _fast_for_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast validator looks at files of any size; by itself it leaves those of few lines to ``explain``."""
    monkeypatch.setattr(scan, "WORTH_FAST", 0)
