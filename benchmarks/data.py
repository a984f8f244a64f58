"""Seeded import files of many records, each as short as it can be, for measurements of relations.

No relation is broken in them, and no rule of lines. Files as apps would export them are in ``contents`` and ``cases``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

#: An odd number: multiples of it, as numbers of 32 bits, are all different and in no order.
_SCRAMBLE = 2_654_435_761
_EPOCH = 1_600_000_000


def write_keys(path: Path, count: int, seed: int = 1) -> None:
    """Write a file of ``count`` records by the book: users 45 %, activities and reactions to them 5 % each, follows
    45 %. Ids are all different and in no order; every reference is to a record of the file."""
    activities = count // 20
    users = (count - 2 * activities) // 2
    follows = count - 2 * activities - users
    with path.open("w", encoding="ascii", newline="\n") as out:
        for numbers in _blocks(users, 10_000):
            out.write('{"instruction":"users","data":[')
            out.write(",".join(f'{{"id":"{_id(n, seed)}"}}' for n in numbers) + "]}\n")
        for numbers in _blocks(activities, 1_000):
            out.write(f'{{"instruction":"add_activities","feedId":"user:{_id(numbers[0], seed)}","data":[')
            out.write(
                ",".join(
                    f'{{"actor":"SU:{_id(n, seed)}","verb":"post","object":"o","foreign_id":"{_id(n, seed)}",'
                    f'"time":"{_moment_of(n)}"}}'
                    for n in numbers
                )
            )
            out.write("]}\n")
        for numbers in _blocks(activities, 10_000):
            out.write('{"instruction":"reactions","data":[')
            out.write(",".join(_reaction_to(n, n, seed) for n in numbers) + "]}\n")
        for numbers in _blocks(follows, 10_000):
            out.write(f'{{"instruction":"follow","feedId":"timeline:{_id(numbers[0], seed)}","data":[')
            out.write(",".join(f'"user:{_id(n, seed)}"' for n in numbers) + "]}\n")


def write_hot_key(path: Path, count: int, seed: int = 1) -> None:
    """Write a file of one activity and ``count`` reactions to it."""
    with path.open("w", encoding="ascii", newline="\n") as out:
        out.write('{"instruction":"add_activities","feedId":"user:a","data":[{"actor":"a","verb":"post","object":"o",')
        out.write(f'"foreign_id":"{_id(0, seed)}","time":"{_moment_of(0)}"}}]}}\n')
        for numbers in _blocks(count, 10_000):
            out.write('{"instruction":"reactions","data":[')
            out.write(",".join(_reaction_to(0, n, seed) for n in numbers) + "]}\n")


def write_follows(path: Path, count: int, seed: int = 1) -> None:
    """Write a file of ``count`` follows, all different, each as short as it can be."""
    texts = [f'"a:{_base36((n * 1_000_003 + seed) % 36**3)}"' for n in range(36**3)]
    with path.open("w", encoding="ascii", newline="\n") as out:
        for number, numbers in enumerate(_blocks(count, 3_000)):
            start = number * 7_919 % len(texts)
            targets = (texts[start:] + texts[:start])[: len(numbers)]
            out.write(f'{{"instruction":"follow","feedId":"t:{number}","data":[{",".join(targets)}]}}\n')


def _blocks(count: int, size: int) -> list[range]:
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


def _id(number: int, seed: int) -> str:
    return f"{(number * _SCRAMBLE + seed) % 2**32:x}"


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _moment_of(number: int) -> str:
    """An instant that no other number has."""
    moment = datetime.fromtimestamp(_EPOCH + number, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _reaction_to(activity: int, number: int, seed: int) -> str:
    """A reaction to an activity of the file, by a pair."""
    scrambled = (number * _SCRAMBLE + seed) % 2**32
    time = "2025-01-01T00:00:00Z"
    return (
        f'{{"id":"{scrambled:08x}-0000-4000-8000-000000000000","kind":"like","user_id":"{_id(activity, seed)}",'
        f'"activity_foreign_id":"{_id(activity, seed)}","activity_time":"{_moment_of(activity)}","time":"{time}"}}'
    )
