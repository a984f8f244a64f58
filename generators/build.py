"""Build: the pipeline from rules to artefacts, and the only writer of generated files.

``load → check → resolve → examples → targets``, then write, compare or list.
"""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from stream_import_rules import model

from . import targets
from .check import check
from .examples import run_examples
from .load import load
from .resolve import resolve

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"


@dataclass(frozen=True)
class Built:
    """One rule set compiled: its IR, the fingerprint, and all files by their path in the checkout."""

    ruleset: model.RuleSet
    fingerprint: str
    files: dict[str, str]


def compile_rules(folder: Path, *, with_examples: bool = True) -> Built:
    """Compile one rule set's folder. Raises ``RulesError`` with diagnostics; writes nothing."""
    trees = load(folder)
    check(trees)
    ruleset = resolve(trees)
    if with_examples:
        run_examples(ruleset, trees)
    fingerprint = hashlib.sha256(model.to_json(ruleset)).hexdigest()
    return Built(ruleset, fingerprint, targets.artefacts(ruleset, fingerprint))


def rule_folders() -> list[Path]:
    """The folders of all rule sets: each folder of ``rules/``, so that none is passed over in silence."""
    return sorted(path for path in RULES.iterdir() if path.is_dir())


def write(built: Built, root: Path) -> list[str]:
    """Write what differs and remove what is no longer made; the paths that changed."""
    changed = []
    for path, text in built.files.items():
        target = root / path
        if not target.is_file() or target.read_bytes() != text.encode():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
            changed.append(path)
    for path in _left_over(built, root):
        (root / path).unlink()
        changed.append(path)
    return changed


def differences(built: Built, root: Path) -> list[str]:
    """A unified diff for each file that is stale, missing or left over; empty if all is as built."""
    found = []
    for path, text in sorted(built.files.items()):
        target = root / path
        there = target.read_bytes() if target.is_file() else b""
        if not target.is_file() or there != text.encode():
            # A carriage return is made visible: the line ends may be all the difference.
            old, new = (part.splitlines(keepends=True) for part in (there.decode("utf-8", "replace"), text))
            names = (f"{path} ({'committed' if target.is_file() else 'missing'})", f"{path} (built)")
            diff = "".join(difflib.unified_diff(old, new, *names, n=1)).replace("\r", "\\r")
            found.append(_cut(diff) or f"{path}: missing, and empty\n")
    return found + [f"{path}: no rule makes this file any more\n" for path in _left_over(built, root)]


def _left_over(built: Built, root: Path) -> list[str]:
    there = (p for folder in targets.folders(built.ruleset) for p in (root / folder).rglob("*") if p.is_file())
    paths = (p.relative_to(root).as_posix() for p in there if "__pycache__" not in p.parts)
    return sorted(path for path in paths if path not in built.files)


def _cut(diff: str, longest: int = 4_000) -> str:
    return diff if len(diff) <= longest else diff[:longest] + f"\n… {len(diff) - longest:,} characters more\n"
