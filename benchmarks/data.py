"""Seeded import files of any size, without a finding of any severity, for measurements."""

from __future__ import annotations

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_WORDS = ("lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit", "sed", "do", "eiusmod")
_START = datetime(2022, 1, 1, tzinfo=UTC)


def write_batch(path: Path, size: int, entries: int = 100, seed: int = 1) -> None:
    """Write about ``size`` bytes of compact JSON lines with ``entries`` entries each: half of the lines
    activities, four in ten reactions, the rest follows."""
    rng = random.Random(seed)
    number = written = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        while written < size:
            kind = rng.random()
            if kind < 0.5:
                data = [_activity(rng, number + i) for i in range(entries)]
                line: dict[str, Any] = {
                    "instruction": "add_activities",
                    "feedId": f"user:u{rng.randrange(10**5)}",
                    "data": data,
                }
            elif kind < 0.9:
                line = {"instruction": "reactions", "data": [_reaction(rng) for _ in range(entries)]}
            else:
                followed = rng.sample(range(10**6), entries)
                line = {
                    "instruction": "follow",
                    "feedId": f"timeline:t{number}",
                    "data": [f"user:u{i}" for i in followed],
                }
            number += entries
            written += out.write(json.dumps(line, separators=(",", ":")) + "\n")


def _moment(rng: random.Random, unit: str) -> str:
    moment = _START + timedelta(microseconds=rng.randrange(10**14))
    return moment.isoformat(timespec=unit).replace("+00:00", "Z")


def _activity(rng: random.Random, number: int) -> dict[str, Any]:
    activity: dict[str, Any] = {
        "actor": f"SU:user-{rng.randrange(10**5)}",
        "verb": rng.choice(["post", "like", "share"]),
        "object": f"post:{number}",
        "foreign_id": f"post:{number}",
        "time": _moment(rng, "microseconds"),
        "text": " ".join(rng.choices(_WORDS, k=rng.randrange(3, 20))),
        "popularity": rng.randrange(100),
    }
    if rng.random() < 0.3:
        activity["to"] = [f"team:{rng.randrange(1000)}", f"notification:{rng.randrange(1000)}"]
    if rng.random() < 0.2:
        activity["attachment"] = {"url": f"https://example.org/{number}.jpg", "w": 640, "h": 480}
    return activity


def _reaction(rng: random.Random) -> dict[str, Any]:
    return {
        "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "kind": rng.choice(["like", "comment"]),
        "user_id": f"user-{rng.randrange(10**5)}",
        "activity_id": str(uuid.UUID(int=rng.getrandbits(128), version=1)),
        "time": _moment(rng, "milliseconds"),
        "data": {"text": "nice one", "score": rng.randrange(5)},
    }


# --------------------------------------------------------------------------- many records, for relations

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
