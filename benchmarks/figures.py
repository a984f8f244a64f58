"""The figures of one run of the benchmark, and their file: what was measured, of what, where.

After ``measure`` and ``moments``, which make them; before ``targets``, ``results`` and ``plot``, which read them.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path

import msgspec

from .cases import FULL
from .judges import JUDGES
from .measure import Measured
from .moments import Moments


class Held(msgspec.Struct):
    """What the file of a case holds."""

    bytes: int
    lines: int
    entries: dict[str, int]
    wrong: int


class Settings(msgspec.Struct, frozen=True):
    """How much is measured: bytes of a case, rounds."""

    size: int = FULL
    rounds: int = 5

    @property
    def trial(self) -> bool:
        """Whether it is too little to judge anything by."""
        return self.size < FULL or self.rounds < 3


class Machine(msgspec.Struct):
    """Where it was measured, in general terms."""

    cores: int
    memory: int
    system: str
    python: str


class Figures(msgspec.Struct):
    """All figures; what was not measured is not there."""

    settings: Settings
    machine: Machine
    versions: dict[str, str]
    #: How many processes ran besides, or wished to, when it began.
    load: float = 0.0
    held: dict[str, Held] = {}
    cases: dict[str, list[Measured]] = {}
    moments: Moments | None = None

    def of(self, case: str, judge: str) -> Measured | None:
        """The figures of a judge over a case, if there are any."""
        found = (one for one in self.cases.get(case, ()) if one.judge == judge and not one.failure)
        return next(found, None)


def begun(settings: Settings) -> Figures:
    """Figures without any yet, of this machine and of what is installed."""
    versions = {name: judge.version() or "not installed" for name, judge in JUDGES.items()}
    return Figures(settings, machine(), versions, os.getloadavg()[0])


def machine() -> Machine:
    """This machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    system = f"{platform.system()}, {platform.machine()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return Machine(len(os.sched_getaffinity(0)), memory, system, python)


def resumed(path: Path, settings: Settings) -> Figures:
    """The figures that an earlier run has kept, if it had the same settings, machine and versions."""
    fresh = begun(settings)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Figures)
    except (OSError, msgspec.MsgspecError):
        return fresh
    same = (kept.settings, kept.machine, kept.versions) == (fresh.settings, fresh.machine, fresh.versions)
    return kept if same else fresh


def keep(figures: Figures, path: Path) -> None:
    """Write figures, whole or not at all."""
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n")
    os.replace(part, path)
