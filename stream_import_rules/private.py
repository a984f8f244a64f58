"""What must not stay behind, however the program ends: a private folder for what does not fit into memory,
and the unfinished files of outputs.

Used by ``store`` and ``validate``, and by ``report.output``. What is kept here goes when it is let go of,
when the program ends, and when the program is killed: another process waits for that and removes it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from types import TracebackType

#: Waits until its standard input ends, which it does with the program that started it; then removes.
#: What is written while the program dies makes a second attempt necessary.
_WATCH = """
import os, shutil, sys, time
path = sys.argv[1]
while os.read(0, 1):
    pass
for _ in range(50):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            os.unlink(path)
        except OSError:
            pass
    if not os.path.lexists(path):
        break
    time.sleep(0.02)
"""


class Watch:
    """A process that removes a file or a folder when this program has ended. The path may come to be later."""

    def __init__(self, path: str) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        # In a session of its own: what is sent to the group of the program does not reach it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WATCH, os.path.abspath(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        """Have it remove what is still there, and wait for that."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
            process.wait()

    def __del__(self) -> None:
        self.close()


class PrivateFolder:
    """A new folder below the system's one for temporary files; ``path`` is made when it is first asked for.

    Raises ``OSError`` if it cannot be made.
    """

    def __init__(self) -> None:
        self._path: str | None = None
        self._watch: Watch | None = None

    @property
    def path(self) -> str:
        """The folder."""
        if self._path is None:
            path = os.path.join(tempfile.gettempdir(), f"stream-import-{secrets.token_hex(8)}")
            self._watch = Watch(path)  # first, so that there is no moment in which the folder could stay
            os.mkdir(path, 0o700)
            self._path = path
        return self._path

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        path, self._path = self._path, None
        watch, self._watch = self._watch, None
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)
        if watch is not None:
            watch.close()

    def __enter__(self) -> PrivateFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def free_space(path: str) -> int:
    """The bytes that are free where ``path`` is."""
    found = os.statvfs(path) if hasattr(os, "statvfs") else None
    return shutil.disk_usage(path).free if found is None else found.f_bavail * found.f_frsize
