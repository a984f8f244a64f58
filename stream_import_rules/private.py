"""A private folder for what does not fit into memory: nobody else can read it, and it never stays behind.

Used by ``store`` and ``validate``. It goes when it is closed, when the program ends, and when the
program is killed: another process waits for that and then removes the folder.
"""

from __future__ import annotations

import os
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
while os.read(0, 1):
    pass
for _ in range(50):
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.lexists(sys.argv[1]):
        break
    time.sleep(0.02)
"""


class PrivateFolder:
    """A new folder below the system's one for temporary files; ``path`` is made when it is first asked for.

    Raises ``OSError`` if it cannot be made.
    """

    def __init__(self) -> None:
        self._path: str | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    @property
    def path(self) -> str:
        """The folder."""
        if self._path is None:
            self._path = tempfile.mkdtemp(prefix="stream-import-")
            # In a session of its own: what is sent to the group of the program does not reach it.
            self._watch = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _WATCH, self._path],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self._path

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        path, self._path = self._path, None
        watch, self._watch = self._watch, None
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)
        if watch is not None and watch.stdin is not None:
            with suppress(OSError):
                watch.stdin.close()
            watch.wait()

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
