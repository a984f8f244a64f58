"""Writes the other files of this folder: an import of a small hiking app, the same with mistakes, and an array to edit.

``python examples/make_examples.py [FOLDER]``: standard library only, and the same bytes each time. ``mistakes`` plants
the mistakes and knows what must be found; nothing here asks the validator.
"""

from __future__ import annotations

import json
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import mistakes

T = TypeVar("T")
Record = dict[str, Any]

SEED = 20240501
START = datetime(2023, 3, 1, tzinfo=UTC)
DAYS = 400
#: Far below what a line may hold, so that people can read the lines.
USERS_A_LINE, ENTRIES_A_LINE, REACTIONS_A_LINE = 4, 3, 4

PEOPLE = """
    alice=Alice Verbeek  bob=Bob Okafor  tim=Tim Larsen  mei-lin=陳美玲  jose_m=José Marín  zoe=Zoë de Wit
    lukasz=Łukasz Król  oyvind=Øyvind Haug  amara=Amara Diallo  priya-k=Priya Kapoor  noor=نور حداد
    yuki=Yuki Tanaka  hana_s=Hana Sato  piotr=Piotr Zając  carmen=Carmen Ruiz  dmitri=Дмитрий Волков
    fatou=Fatou Ndiaye  george1=George Papadakis  ines=Inês Duarte  kwame=Kwame Mensah  lea-b=Léa Blanc
    marta=Marta Novák  nils=Nils Åkesson  olga=Ольга Бондар  paulo=Paulo Teixeira  quinn=Quinn O'Hara
    rosa=Rosa Conti  sven=Sven Müller  tara=Tara Singh  umar=Umar Farooq  vera=Vera Horvat  wei=王伟
    ximena=Ximena Soto  yara=Yara Haddad  zeynep=Zeynep Çelik  anouk-d=Anouk Dubois
"""
ROUTES = """
    fern-valley=Fern Valley Loop=Northfell=9.4=310=easy  ridge-12=Twelve Cairns Ridge=Northfell=17.8=1120=hard
    cretes=Sentier des Crêtes=Valclair=13.2=870=moderate  birch-way=Vía de los Abedules=Sierra Parda=11.5=540=moderate
    cloud-sea=雲海の道=Kiriyama=8.7=690=moderate  old-rail=Old Railway Path=Marlow Vale=21.3=120=easy
    lake-round=Rund um den Grünsee=Hochwald=7.1=95=easy  north-face=Nordwand-Steig=Hochwald=10.9=1480=hard
    fjord-steps=Fjordtrappene=Sunnvik=3.6=620=hard  dunes=Duinpad=Zandvoorde=14.0=60=easy
    three-huts=Drei-Hütten-Weg=Hochwald=24.6=1710=hard  monks-walk=Monk's Walk=Marlow Vale=5.2=80=easy
    gorge=Ruta del Desfiladero=Sierra Parda=12.7=430=moderate  tarn-loop=Tarn & Moss Loop=Northfell=6.6=260=easy
"""
HUTS = "grunsee=Grünseehütte=48  cairn=Cairn Bothy=6  refugi-nou=Refugio Nuevo=30  sunn=Sunnvikhytta=24  kumo=雲小屋=18"
CLUBS = "early-birds=Early Birds  trail-runners=Trail Runners  slow-walkers=The Slow Walkers  photo=Foto & Fels"

WORDS = (
    "Fog until ten, then the whole valley opened up.",
    "Muddy below the bridge, dry above it.",
    "Met nobody but two goats 🐐.",
    "The café at the end is closed on Mondays.",
    "“Easy” says the sign. My knees disagree.",
    "Took the short cut; would not do it again.",
    "First time above the clouds! ☁️",
    "Water at the second hut only:\nbring two litres.",
    "Schöner Weg, viele Stufen.",
    "Merci à tous, à la prochaine !",
)
#: Comments, each with the answer of whoever is commented.
REMARKS = (
    ("So beautiful!", "Thank you 🙏"),
    ("Was the bridge open?", "It was, since Friday."),
    ("Next time I come along 🥾", "Do!"),
    ("¡Qué envidia!", "¡Ven con nosotros!"),
    ("Which lens is that?", "An old 35 mm."),
    ("Dogs allowed?", 'Yes, "officially" at least.'),
)
NOTICES = (
    "Sunday, 7:30 at the station",
    "New season: all walks until June",
    "Gear swap on Thursday",
    "Bring a head torch",
)


class Dice:
    """Chance that is the same everywhere: only ``Random.random`` is promised to be so in every Python."""

    def __init__(self, seed: int) -> None:
        self._next = random.Random(seed).random

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._next() * (high - low + 1))

    def chance(self, percent: int) -> bool:
        return self.number(1, 100) <= percent

    def one(self, of: Sequence[T]) -> T:
        return of[self.number(0, len(of) - 1)]

    def some(self, of: Sequence[T], low: int, high: int) -> list[T]:
        """Different ones, in the order given."""
        left = list(range(len(of)))
        taken = [left.pop(self.number(0, len(left) - 1)) for _ in range(min(self.number(low, high), len(of)))]
        return [of[i] for i in sorted(taken)]


class App:
    """The hiking app: everything that its import says, each record once."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.numbers = count(1)
        self.people = [row[0] for row in _rows(PEOPLE)]
        self.routes = [row[0] for row in _rows(ROUTES)]
        self.clubs = [row[0] for row in _rows(CLUBS)]
        self.users = [self.user(*row) for row in _rows(PEOPLE)]
        self.entries = [*self.collections()]
        self.feeds = self.activities()
        self.reactions = sorted(self.all_reactions(), key=lambda reaction: reaction["time"][:19])

    # ------------------------------------------------------------------ who and what

    def user(self, user_id: str, name: str) -> Record:
        data: Record = {"name": name, "image": f"https://img.example.org/u/{user_id}.jpg"}
        if self.dice.chance(60):
            data["home"] = {"lat": self.dice.number(36000, 60000) / 1000, "lng": self.dice.number(-9000, 30000) / 1000}
        if self.dice.chance(40):
            data["languages"] = self.dice.some(("de", "en", "es", "fr", "nl", "no"), 1, 3)
        return {"id": user_id, "data": data}

    def collections(self) -> Iterator[Record]:
        for name, title, region, km, ascent, grade in _rows(ROUTES):
            data = {"name": title, "region": region, "km": float(km), "ascent_m": int(ascent), "difficulty": grade}
            yield {"collection": "route", "id": name, "data": data}
        for name, title, beds in _rows(HUTS):
            yield {
                "collection": "hut",
                "id": name,
                "data": {"name": title, "beds": int(beds), "open": ["05-15", "10-15"]},
            }
        for name, title in _rows(CLUBS):
            yield {"collection": "club", "id": name, "user_id": self.dice.one(self.people), "data": {"name": title}}

    # ------------------------------------------------------------------ activities

    def activities(self) -> dict[str, list[Record]]:
        """The activities by the feed that they are added to, in the order of their times."""
        feeds = {f"user:{person}": self.posts(person) for person in self.people}
        feeds |= {f"route:{route}": self.reports(route) for route in self.routes}
        feeds |= {f"club:{club}": self.notices(club) for club in self.clubs}
        feeds |= {f"notification:{person}": self.invitations() for person in self.dice.some(self.people, 14, 18)}
        return {feed: sorted(found, key=lambda activity: activity["time"][:19]) for feed, found in feeds.items()}

    def posts(self, person: str) -> list[Record]:
        make = (self.hike, self.hike, self.hike, self.remark, self.membership)
        return [self.dice.one(make)(person) for _ in range(self.dice.number(2, 5))]

    def hike(self, person: str) -> Record:
        route = self.dice.one(self.routes)
        more: Record = {"text": self.dice.one(WORDS), "distance_km": self.dice.number(30, 260) / 10}
        more["duration_min"] = self.dice.number(45, 620)
        if self.dice.chance(50):
            number = self.dice.number(1000, 9999)
            more["photos"] = [
                {"url": f"https://img.example.org/p/{number}-{i}.jpg", "width": 1600, "height": 1067}
                for i in range(self.dice.number(1, 3))
            ]
        if self.dice.chance(30):
            more["weather"] = {"sky": self.dice.one(("clear", "cloud", "rain")), "celsius": self.dice.number(-6, 31)}
        to = [f"route:{route}"] + [f"club:{club}" for club in self.dice.some(self.clubs, 0, 1)]
        return self.activity(person, "hike", f"SO:route:{route}", more, to)

    def remark(self, person: str) -> Record:
        others = [other for other in self.people if other != person]
        named = self.dice.some(others, 0, 2)
        to = [f"notification:{other}" for other in named]
        more: Record = {"text": self.dice.one(WORDS)}
        more |= {"mentions": [f"SU:{other}" for other in named]} if named else {}
        number = next(self.numbers)
        return self.activity(person, "post", f"post:{number}", more, to, f"post:{number}")

    def membership(self, person: str) -> Record:
        club = self.dice.one(self.clubs)
        return self.activity(
            person, "join", f"SO:club:{club}", {"popularity": self.dice.number(1, 50)}, [f"club:{club}"]
        )

    def reports(self, route: str) -> list[Record]:
        hut = self.dice.one(_rows(HUTS))[0]
        return [
            self.activity(
                self.dice.one(self.people),
                "report",
                f"SO:route:{route}",
                {"text": self.dice.one(WORDS), "state": self.dice.one(("open", "icy", "closed"))},
                target=f"SO:hut:{hut}",
            )
            for _ in range(self.dice.number(1, 4))
        ]

    def notices(self, club: str) -> list[Record]:
        found = []
        for _ in range(self.dice.number(3, 5)):
            more = {
                "text": self.dice.one(NOTICES),
                "place": {"lat": 51.9225, "lng": self.dice.number(44000, 45000) / 10000},
            }
            number = next(self.numbers)
            person, key = self.dice.one(self.people), f"meeting:{number}"
            found.append(self.activity(person, "announce", key, more, foreign_id=key, target=f"SO:club:{club}"))
        return found

    def invitations(self) -> list[Record]:
        return [
            self.activity(self.dice.one(self.people), "invite", f"SO:club:{club}", {"text": "Join us!"})
            for club in self.dice.some(self.clubs, 1, 2)
        ]

    def activity(
        self,
        person: str,
        verb: str,
        about: str,
        more: Record,
        to: Sequence[str] = (),
        foreign_id: str = "",
        target: str = "",
    ) -> Record:
        key = foreign_id or f"{verb}:{next(self.numbers)}"
        made: Record = {"actor": f"SU:{person}", "verb": verb, "object": about}
        made |= {"target": target} if target else {}
        made |= {"foreign_id": key, "time": self.moment()}
        return made | ({"to": list(to)} if to else {}) | more

    def moment(self) -> str:
        time = START + timedelta(days=self.dice.number(0, DAYS), seconds=self.dice.number(18_000, 79_000))
        return self.written(time)

    def written(self, time: datetime) -> str:
        """As programs write times: some to the second, some to the millisecond or microsecond."""
        text = f"{time:%Y-%m-%dT%H:%M:%S}"
        fraction = f".{self.dice.number(0, 999_999):06}"
        return text + self.dice.one(("", fraction[:4], fraction)) + "Z"

    # ------------------------------------------------------------------ reactions

    def all_reactions(self) -> Iterator[Record]:
        """Reactions to two of three activities of users and routes, so that some have none."""
        for feed, found in self.feeds.items():
            for activity in found:
                if feed.startswith(("user:", "route:")) and self.dice.chance(65):
                    yield from self.reactions_to(activity)

    def reactions_to(self, activity: Record) -> Iterator[Record]:
        author = activity["actor"].removeprefix("SU:")
        for person in self.dice.some(self.people, 0, 3):
            yield self.reaction("like", person, activity, activity)
        for person in self.dice.some(self.people, 0, 2):
            remark, answer = self.dice.one(REMARKS)
            comment = self.reaction("comment", person, activity, activity, {"text": remark})
            if person != author:
                comment |= {"target_feeds": [f"notification:{author}"], "target_feeds_extra_data": {"unread": True}}
            yield comment
            if self.dice.chance(55):
                reply = self.reaction("reply", author, activity, comment, {"text": answer})
                yield reply
                if self.dice.chance(60):
                    yield self.reaction("like", person, activity, reply)

    def reaction(self, kind: str, person: str, activity: Record, after: Record, data: Record | None = None) -> Record:
        """A reaction to an activity, or the child of ``after`` if that is a reaction; later than it."""
        later = datetime.fromisoformat(after["time"]) + timedelta(minutes=self.dice.number(2, 4000))
        made: Record = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://hikes.example.org/reactions/{next(self.numbers)}")),
            "kind": kind,
            "user_id": person,
            "activity_foreign_id": activity["foreign_id"],
            "activity_time": activity["time"],
            "time": self.written(later),
        }
        made |= {"parent": after["id"]} if after is not activity else {}
        return made | ({"data": data} if data else {})

    # ------------------------------------------------------------------ follows

    def follows(self) -> Iterator[tuple[str, list[str]]]:
        """Who follows what: only feeds that the import fills."""
        for person in self.people:
            people = [other for other in self.people if other != person]
            feeds = [f"user:{person}"] + [f"user:{other}" for other in self.dice.some(people, 3, 7)]
            yield f"timeline:{person}", feeds + [f"route:{route}" for route in self.dice.some(self.routes, 1, 3)]
            if self.dice.chance(70):
                yield f"notification:{person}", [f"club:{club}" for club in self.dice.some(self.clubs, 1, 2)]

    # ------------------------------------------------------------------ the lines

    def lines(self) -> Iterator[Record]:
        """The instructions in the recommended order."""
        yield from ({"instruction": "users", "data": part} for part in _parts(self.users, USERS_A_LINE))
        yield from ({"instruction": "collections", "data": part} for part in _parts(self.entries, ENTRIES_A_LINE))
        for feed, activities in self.feeds.items():
            yield {"instruction": "add_activities", "feedId": feed, "data": activities}
        yield from ({"instruction": "reactions", "data": part} for part in _parts(self.reactions, REACTIONS_A_LINE))
        yield from ({"instruction": "follow", "feedId": feed, "data": feeds} for feed, feeds in self.follows())


def array(app: App) -> list[Record]:
    """A handful of instructions around one hike, as people write them by hand: nobody else, nothing else."""
    activities = {a["foreign_id"]: (feed, a) for feed, found in app.feeds.items() for a in found}
    reactions = {reaction["id"]: reaction for reaction in app.reactions}
    deepest = next(
        r for r in app.reactions if r["kind"] == "like" and "parent" in r and r["activity_foreign_id"][:4] == "hike"
    )
    answer = reactions[deepest["parent"]]
    chain = [reactions[answer["parent"]], answer, deepest]
    feed, activity = activities[deepest["activity_foreign_id"]]
    people = {activity["actor"].removeprefix("SU:"), *(reaction["user_id"] for reaction in chain)}
    route = activity["object"].removeprefix("SO:route:")
    return [
        {"instruction": "users", "data": [user for user in app.users if user["id"] in people]},
        {
            "instruction": "collections",
            "data": [e for e in app.entries if (e["collection"], e["id"]) == ("route", route)],
        },
        {"instruction": "add_activities", "feedId": feed, "data": [activity]},
        {"instruction": "reactions", "data": chain},
        {"instruction": "follow", "feedId": f"timeline:{chain[0]['user_id']}", "data": [feed, f"route:{route}"]},
    ]


def files() -> dict[str, bytes]:
    """All files by name."""
    app = App(Dice(SEED))
    lines = list(app.lines())
    broken, expected = mistakes.planted(lines)
    return {
        "import.jsonl": b"".join(mistakes.encoded(line) + b"\n" for line in lines),
        "import.json": (json.dumps(array(app), ensure_ascii=False, indent=2) + "\n").encode(),
        "broken.jsonl": broken,
        "broken.expected.json": (json.dumps(expected, ensure_ascii=False, indent=1) + "\n").encode(),
    }


def _rows(table: str) -> list[list[str]]:
    """The rows of a table: two blanks between rows, ``=`` between cells."""
    return [row.strip().split("=") for line in table.splitlines() for row in line.split("  ") if row.strip()]


def _parts(records: Sequence[T], size: int) -> Iterator[list[T]]:
    return (list(records[i : i + size]) for i in range(0, len(records), size))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
