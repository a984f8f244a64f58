"""Where a report goes: standard output, or a file that appears whole or not at all.

Used by ``outputs`` and ``cli``; after the formats, which make the bytes.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ..private import Watch

STANDARD_OUTPUT = "-"


class OutputError(Exception):
    """The output cannot be written; the message says what and why."""


class OutputClosed(Exception):
    """The reader of standard output has gone, as ``head`` does when it has seen enough."""


class Output:
    """Takes bytes; as a context manager it finishes the file, or removes it if an exception passes.

    A file is written beside its target under another name and renamed when it is complete, so that
    nobody ever reads half a report; if the program is killed, another process removes it. What is no
    regular file (``/dev/stderr``, a named pipe) is written as it is. Raises ``OutputError``, ``OutputClosed``.
    """

    def __init__(self, target: str = STANDARD_OUTPUT) -> None:
        self.is_standard = target == STANDARD_OUTPUT
        self.is_closed = False  # whether the reader has gone
        self._named = target
        self._final: Path | None = None
        self._temporary: Path | None = None
        self._watch: Watch | None = None
        self._file: BinaryIO | None = None
        if not self.is_standard:
            try:
                self._open(Path(target))
            except OSError as error:
                self._unwatch()
                raise self._failed(error) from error

    def _open(self, target: Path) -> None:
        target = Path(os.path.realpath(target))
        if target.exists() and not target.is_file():
            if stat.S_ISDIR(target.stat().st_mode):
                raise IsADirectoryError("it is a directory")
            self._file = target.open("wb")
            return
        self._final = target
        self._temporary = target.with_name(f".stream-import-{secrets.token_hex(8)}.tmp")
        self._watch = Watch(str(self._temporary))  # before there is anything to remove
        # The mode of a file made by open(); tempfile would make it readable by its owner alone.
        descriptor = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: bytes) -> None:
        """Write, and for standard output flush: whoever reads a stream of findings wants each at once."""
        if self._file is not None:
            try:
                self._file.write(data)
            except OSError as error:
                raise self._failed(error) from error
            return
        try:
            _to_stdout(data)
        except OutputClosed:
            self.is_closed = True
            raise

    def settle(self) -> None:
        """Have all that was written on the disk, so that only the renaming is left.

        Of several outputs each is settled before the first is finished: a full disk then leaves none.
        """
        if self._file is None or self._file.closed:
            return
        try:
            self._file.flush()
            if self._temporary is not None:
                os.fsync(self._file.fileno())
                self._file.close()
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        try:
            if kind is None:
                self.settle()
                if self._temporary is not None and self._final is not None:
                    os.replace(self._temporary, self._final)
        except OSError as failure:
            raise self._failed(failure) from failure
        finally:
            with suppress(OSError):
                self._file.close()
            if self._temporary is not None:
                with suppress(OSError):
                    self._temporary.unlink(missing_ok=True)
            self._unwatch()

    def _unwatch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(f"cannot write to {self._named}: {reason_of(error)}")


def reason_of(error: OSError) -> str:
    """Why the system refused, in its own words."""
    return error.strerror or str(error)


def _to_stdout(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        _silence_stdout()
        raise OutputClosed from error
    except OSError as error:
        _silence_stdout()
        raise OutputError(f"cannot write to standard output: {reason_of(error)}") from error


def _silence_stdout() -> None:
    """Let the interpreter's last flush go nowhere: what is still buffered would fail again."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
