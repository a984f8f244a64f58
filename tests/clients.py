"""Programs of others that read what this project writes, packages of npm and a browser; and tests that need something.

What a test needs (node, npm, Chromium, a compiled engine, a device of the system) may be missing on the machine of a
developer: then it is skipped. With CI set in the environment it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

NODE = Path(__file__).parent / "node"


def needs(there: bool, reason: str) -> pytest.MarkDecorator:
    """A mark for tests of what is not everywhere: where it is not they are skipped, or with CI set run and fail."""
    return pytest.mark.skipif(not there and not os.environ.get("CI"), reason=reason)


def without(reason: str) -> NoReturn:
    """End the test for want of a tool."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def run_node(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command where the packages are."""
    return subprocess.run(command, cwd=NODE, env=os.environ | environment, capture_output=True, text=True, check=False)


def passes(file: str, **environment: str) -> None:
    """Run a test file of node, in which at least one test must pass and none may fail."""
    done = run_node("node", "--test", "--test-reporter=tap", file, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0\n" in done.stdout
    assert "\n# pass 0\n" not in done.stdout


@pytest.fixture(scope="session")
def clients() -> None:
    """The packages of ``tests/node``, installed as its lock file says."""
    if not shutil.which("node") or not shutil.which("npm"):
        without("node or npm is missing")
    installed = NODE / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= (NODE / "package-lock.json").stat().st_mtime:
        return
    done = run_node("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    if done.returncode:
        without(f"npm ci failed:\n{done.stderr}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    return found or without("Chromium is missing")
