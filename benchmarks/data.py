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
