"""Keep staged rows and ask them: the two tables of the relations, in the engine that suits their number.

After ``staging``, which makes rows; before ``relate``, which asks. Few rows go into SQLite, which is
there and starts at once; many go into DuckDB, which works on all cores and writes to a private folder
what does not fit into the memory that it may take. The queries are the same text for both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from .arrow_tables import arrow
from .private import PrivateFolder
from .staging import NONE, Rows, Staged, joined

if TYPE_CHECKING:
    import duckdb

#: With more rows than this DuckDB is used.
FEW = 20_000
#: Rows that are handed over at once.
_BATCH = 100_000
#: The part of the memory that DuckDB is told of: it takes about a quarter more, and rows on their way to it
#: take some too (measured with 30 million rows).
_SHARE = 0.7
#: Bytes that a worker process takes for the rows of its part, and the least that DuckDB can work with.
_WORKER, _LEAST = 120_000_000, 128 << 20
#: Bytes of a row, and the part of the memory that rows may take before they are handed to DuckDB.
ROW, _HELD = 49, 0.3
#: Rows of an answer that are held at once.
ANSWER = 20_000

Row: TypeAlias = tuple[Any, ...]
_T = TypeVar("_T")
TABLES = ("keys", "refs")


class StoreError(RuntimeError):
    """The rows cannot be kept or asked: the disk is full, or the memory does not suffice.

    ``summary`` is of what was judged before.
    """

    summary: object = None


class Engine(Protocol):
    """What the two engines have in common."""

    def load(self, table: str, rows: Rows) -> None:
        """Add rows to a table."""

    def ask(self, query: str, parameters: Sequence[int] = ()) -> Iterator[list[Row]]:
        """The rows of an answer, some at a time."""

    def close(self) -> None:
        """Let go of everything."""


class Store:
    """The rows of one import. ``memory`` (bytes) bounds what the engine takes before it writes to disk.

    If rows cannot be kept, whoever asks is told; those that follow are dropped, so that the lines of the
    import are judged to its end all the same. ``hold``: many rows too are kept as they are at first, for somebody who
    looks at them before anything is asked.
    """

    def __init__(self, folder: PrivateFolder, memory: int, threads: int, *, hold: bool = False) -> None:
        self._folder, self._memory, self.threads = folder, memory, threads
        self._waiting: list[Staged] = []
        self._count = 0
        #: So many rows are held until it is known whether there is anything to ask.
        self._most_held = int(memory * _HELD) // ROW if hold else FEW
        self._engine: Engine | None = None
        self._large = False
        self._failure: StoreError | None = None

    def add(self, staged: Staged) -> None:
        """Take rows; those given are empty afterwards."""
        if self._failure is None:
            try:
                self._add(staged)
            except StoreError as error:
                self._failure, self._waiting = error, []
                self.close()
        staged.keys, staged.refs = Rows(), Rows()

    def _add(self, staged: Staged) -> None:
        taken = Staged()
        taken.keys, taken.refs = staged.keys, staged.refs
        self._waiting.append(taken)
        self._count += len(staged.keys) + len(staged.refs)
        self._large = self._large or self._count > FEW
        if self._count > (self._most_held if self._engine is None else _BATCH):
            self._flush()

    def held(self) -> Staged | None:
        """All rows, if none was handed to an engine yet."""
        if self._engine is not None or self._failure is not None:
            return None
        whole = Staged()
        whole.keys, whole.refs = joined([s.keys for s in self._waiting]), joined([s.refs for s in self._waiting])
        self._waiting = [whole]
        return whole

    def ask(self, query: str, parameters: Sequence[int] = ()) -> Iterator[list[Row]]:
        """The rows of an answer, some at a time. Raises ``StoreError``."""
        if self._failure is not None:
            raise self._failure
        self._flush()
        assert self._engine is not None
        return self._engine.ask(query, parameters)

    def close(self) -> None:
        """Let go of everything."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _flush(self) -> None:
        if self._engine is None:
            try:
                self._engine = _DuckDb(self._folder, self._memory, self.threads) if self._large else _Sqlite()
            except OSError as error:  # there is no folder to be had
                raise _failed(error) from error
        waiting, self._waiting, self._count = self._waiting, [], 0
        for table, parts in zip(TABLES, ([s.keys for s in waiting], [s.refs for s in waiting]), strict=True):
            for rows in _gathered(parts):
                self._engine.load(table, rows)


def _gathered(parts: Sequence[Rows]) -> Iterator[Rows]:
    """Rows together until they are worth a load."""
    rows = Rows()
    for part in parts:
        rows.take(part)
        if len(rows) > _BATCH:
            yield rows
            rows = Rows()
    if len(rows):
        yield rows


class _Sqlite:
    """SQLite in memory."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        for table in TABLES:
            columns = ", ".join(f"{name} INTEGER" for name in Rows.COLUMNS)
            self._connection.execute(f"CREATE TABLE {table} ({columns})")
        self._indexed = False

    def load(self, table: str, rows: Rows) -> None:
        columns = [[None if v == NONE else v for v in getattr(rows, name)] for name in Rows.COLUMNS]
        places = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", zip(*columns, strict=True))

    def ask(self, query: str, parameters: Sequence[int] = ()) -> Iterator[list[Row]]:
        if not self._indexed:
            self._indexed = True
            for table in TABLES:
                self._connection.execute(f"CREATE INDEX {table}_k ON {table} (k1, k2)")
                self._connection.execute(f"CREATE INDEX {table}_p ON {table} (pos)")
            self._connection.execute("CREATE INDEX keys_part ON keys (part)")
            self._connection.execute("CREATE INDEX keys_scope ON keys (scope)")
        cursor = self._connection.execute(query, tuple(parameters))
        while rows := cursor.fetchmany(ANSWER):
            yield rows

    def close(self) -> None:
        self._connection.close()


class _DuckDb:
    """DuckDB in memory, with a folder to write to what is too much.

    It works in a thread of its own: a question may take long, and Ctrl-C must not wait for the answer.
    """

    def __init__(self, folder: PrivateFolder, memory: int, threads: int) -> None:
        import duckdb

        self._errors: tuple[type[Exception], ...] = (duckdb.OutOfMemoryException, duckdb.IOException)
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{_limit(memory, threads) >> 20}MiB",
                "threads": str(threads),
                "temp_directory": folder.path,
                "preserve_insertion_order": "false",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "enable_external_access": "true",
            },
        )
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="stream-import-store")
        for table in TABLES:
            columns = ", ".join(f"{name} {'TINYINT' if name == 'what' else 'BIGINT'}" for name in Rows.COLUMNS)
            self._connection.execute(f"CREATE TABLE {table} ({columns})")

    def load(self, table: str, rows: Rows) -> None:
        batch = arrow(rows)
        self._do(f"INSERT INTO {table} SELECT * FROM batch", {"batch": batch})

    def _do(self, query: str, views: dict[str, Any]) -> None:
        try:
            for name, view in views.items():
                self._connection.register(name, view)
            self._waited(self._connection, lambda: self._connection.execute(query))
            for name in views:
                self._connection.unregister(name)
        except self._errors as error:
            raise _failed(error) from error

    def ask(self, query: str, parameters: Sequence[int] = ()) -> Iterator[list[Row]]:
        # A cursor of its own: another question may be asked while this answer is read.
        cursor = self._connection.cursor()
        try:
            self._waited(cursor, lambda: cursor.execute(query, list(parameters)))
            while rows := self._waited(cursor, lambda: cursor.fetchmany(ANSWER)):
                yield rows
        except self._errors as error:
            raise _failed(error) from error
        finally:
            cursor.close()

    def _waited(self, connection: duckdb.DuckDBPyConnection, work: Callable[[], _T]) -> _T:
        """What comes of work on a connection. Whatever stops the wait for it stops the work."""
        future = self._thread.submit(work)
        try:
            return future.result()
        except BaseException:
            while not future.done():
                connection.interrupt()  # goes unheard before the work has begun
                wait([future], 0.01)
            raise

    def close(self) -> None:
        self._thread.shutdown()
        self._connection.close()


def _limit(memory: int, workers: int) -> int:
    """The bytes that DuckDB is told of, of those that the relations may take."""
    aside = min(workers * _WORKER, memory // 2) if workers > 1 else 0
    return max(int(memory * _SHARE) - aside, _LEAST)


def _failed(error: Exception) -> StoreError:
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return StoreError(
        f"the relations between entries cannot be checked: {first}. More memory (--memory) or more free space "
        "for temporary files (TMPDIR) helps; --no-relations leaves these rules out"
    )
