"""Mistakes between entries, and what looks like a mistake and is none, each planted into a file by one function.

A plant makes entries of its own, so that plants of one file do not meet, and promises the findings that they must
give. The names of those that must give none begin with ``no_``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from relation_entries import DAY, HOUR, MILLISECOND, SECOND, Entry, Maker

Plant: TypeAlias = Callable[[Maker], None]


class Need(NamedTuple):
    """What a file must be like for a plant: with reactions, with follows, by the book."""

    reactions: bool = False
    follow: bool = False
    book: bool = False


PLANTS: dict[str, tuple[Plant, Need]] = {}

#: Foreign ids whose activities have one id, if they have one instant.
COLLIDING = (("post:11588", "post:39779"), ("post:11579", "post:39788"), ("post:66865", "post:95630"))


def plant(*, reactions: bool = False, follow: bool = False, book: bool = False) -> Callable[[Plant], Plant]:
    """Adds a function to the plants."""

    def add(function: Plant) -> Plant:
        PLANTS[function.__name__] = function, Need(reactions, follow, book)
        return function

    return add


# --------------------------------------------------------------------------- records that are equal


@plant()
def activity_repeated(make: Maker) -> None:
    first = make.activity()
    make.promise_duplicates([first, *(make.copy(first) for _ in range(make.rng.randrange(1, 3)))])


@plant()
def activity_overwritten(make: Maker) -> None:
    first = make.activity()
    make.promise_duplicates([first, make.copy(first, changed=True), make.copy(first)])


@plant()
def activity_other_in_other_feed(make: Maker) -> None:
    first = make.activity(feed=make.feeds[0])
    others = [make.copy(first, feed=make.feeds[1], changed=True), make.copy(first, feed=make.name("user:third-"))]
    make.promise_duplicates([first, *others])


@plant()
def activity_in_both_ways(make: Maker) -> None:
    first = make.activity(feed=make.feeds[0])
    make.promise_duplicates([first, make.copy(first), make.copy(first, feed=make.feeds[1], changed=True)])


@plant()
def activity_ids_collide(make: Maker) -> None:
    instant, feeds = make.instant(), [make.name("user:own-"), make.name("user:own-")]
    activities = [
        make.activity(make.rng.choice(feeds), instant, foreign_id) for foreign_id in make.rng.choice(COLLIDING)
    ]
    if make.rng.random() < 0.5:
        activities.append(make.copy(activities[0]))
        make.promise_duplicates([activities[0], activities[-1]])
    make.promise_apart("activity.id-collision", activities, lambda activity: activity.value["foreign_id"])


@plant()
def foreign_id_reused(make: Maker) -> None:
    first = make.activity()
    again = [make.activity(first.owner, foreign_id=first.value["foreign_id"]) for _ in range(make.rng.randrange(1, 4))]
    copied = make.copy(again[0])
    make.promise_duplicates([again[0], copied])
    make.promise_apart("activity.foreign-id-reused", [first, *again, copied], lambda activity: activity.instant)


@plant()
def crowd(make: Maker) -> None:
    feed, instant = make.rng.choice(make.feeds), make.instant()
    many = [make.activity(feed, instant) for _ in range(make.rng.randrange(51, 70))]
    make.promises.append(lambda: [min(many, key=lambda activity: activity.place).label("activity.same-time")])


@plant(follow=True)
def follow_repeated(make: Maker) -> None:
    first = make.follow()
    again = [make.follow(first.owner, first.value) for _ in range(make.rng.randrange(1, 4))]
    make.promise_later("follow.duplicate", [first, *again])


@plant(reactions=True)
def reaction_repeated(make: Maker) -> None:
    about, other = make.activity(), make.activity()
    first = make.reaction(about)
    again = [make.reaction(make.rng.choice((about, other)), id=first.value["id"]) for _ in range(2)]
    make.promise_later("reaction.id-duplicate", [first, *again], "id")


@plant()
def user_repeated(make: Maker) -> None:
    if make.users:
        first = make.user()
        again = [make.user(id=first.value["id"]), make.user(**first.value)]
        make.promise_later("user.duplicate", [first, *again], "id")


@plant()
def thing_repeated(make: Maker) -> None:
    if make.things:
        first = make.thing()
        again = [make.thing(collection=first.value["collection"], id=first.value["id"]), make.thing(**first.value)]
        make.promise_later("collection.duplicate", [first, *again])


# --------------------------------------------------------------------------- references that lead nowhere


def _dangling(make: Maker, foreign_id: str, time: str) -> None:
    """Some reactions to an activity that is not in the file, long after its time."""
    for _ in range(make.rng.randrange(1, 4)):
        made = make.reaction(None, activity_foreign_id=foreign_id, activity_time=time)
        make.promise("reaction.activity-ref-unresolved", made, "activity_foreign_id")


@plant(reactions=True)
def pair_unknown(make: Maker) -> None:
    there = make.activity()
    _dangling(make, make.foreign_id(), make.spelled(there.instant))
    _dangling(make, there.value["foreign_id"].upper() + " ", make.spelled(there.instant))
    _dangling(make, there.value["foreign_id"], make.spelled(there.instant + make.rng.choice((-1, 1, SECOND, -DAY))))


@plant(reactions=True)
def pair_cut_to_milliseconds(make: Maker) -> None:
    there = make.activity(instant=make.instant(SECOND) + 123_456)
    _dangling(make, there.value["foreign_id"], make.spelled(there.instant // MILLISECOND * MILLISECOND))


@plant(reactions=True)
def pair_cut_to_seconds(make: Maker) -> None:
    there = make.activity(instant=make.instant(SECOND) + make.rng.choice((123_456, 5_000)))
    _dangling(make, there.value["foreign_id"], make.spelled(there.instant // SECOND * SECOND))


@plant(reactions=True)
def pair_in_wrong_offset(make: Maker) -> None:
    there = make.activity()
    there.value["time"] = make.spelled(there.instant, "+02:00")
    _dangling(make, there.value["foreign_id"], make.spelled(there.instant + 2 * HOUR, "Z"))


@plant(reactions=True)
def pair_in_other_normal_form(make: Maker) -> None:
    foreign_id = f"café:{make.number()}"
    there = make.activity(foreign_id=unicodedata.normalize("NFC", foreign_id))
    _dangling(make, unicodedata.normalize("NFD", foreign_id), make.spelled(there.instant))


@plant(reactions=True)
def parent_unknown(make: Maker) -> None:
    about = make.activity()
    for _ in range(make.rng.randrange(1, 4)):
        made = make.reaction(about, parent=None)
        made.value["parent"] = make.uuid()
        make.promise("reaction.parent-unresolved", made, "parent")


@plant(reactions=True)
def user_unknown(make: Maker) -> None:
    """In a file without users nobody is unknown."""
    made = make.reaction(make.activity(), user_id=make.name("ghost-"))
    if make.users:
        make.promise("reaction.user-unknown", made, "user_id")


def _referring(make: Maker, *references: tuple[str, bool]) -> None:
    """An activity with references at any depth; those that are marked lead nowhere."""
    odd: Any = {"a/b": [{"~x": references[0][0]}, "SU:ghost says hello", "SX:ghost", references[1][0]]}
    made = make.activity(object=references[2][0], target=references[3][0], attached=odd, note="SO:food: delicious")
    places: list[tuple[str | int, ...]] = [
        ("attached", "a/b", 0, "~x"),
        ("attached", "a/b", 3),
        ("object",),
        ("target",),
    ]
    for (_, dangling), place in zip(references, places, strict=True):
        if dangling:
            make.promise("activity.reference-unresolved", made, *place)


@plant()
def references_to_users_and_things(make: Maker) -> None:
    """Where a file has no users or no collections, nothing is said of references to them."""
    user, thing = bool(make.users), bool(make.things)
    known = f"SU:{make.rng.choice(make.users).value['id']}" if user else "SU:anyone"
    references = [
        (known, False),
        (f"SU:{make.name('ghost-')}", user),
        (f"SO:food:{make.name('ghost-')}", thing),
        ("SO:red wine:merlot", thing),
    ]
    if make.rng.random() < 0.5:
        references.reverse()
    # A collection with white space in its name is a reference in a member that holds references, else prose.
    inside = [(text, dangling and " " not in text) for text, dangling in references[:2]]
    _referring(make, *inside, *references[2:])


@plant()
def references_to_activities(make: Maker) -> None:
    there = make.activity_id(make.activity())
    references = [
        (f"SA:{there}", False),
        (f"SA:{there.upper()}", False),
        (f"SA:{make.uuid()}", True),
        (f"SA:{there[:-1]}{(int(there[-1], 16) + 1) % 16:x}", True),
    ]
    make.rng.shuffle(references)
    _referring(make, *references)


@plant(reactions=True)
def references_to_reactions(make: Maker) -> None:
    there = make.reaction(make.activity()).value["id"]
    known = f"SU:{make.user_id()}"
    references = [(f"SR:{there}", False), (f"SR:{make.uuid()}", True), ("SR:ghost-1", True), (known, False)]
    make.rng.shuffle(references)
    _referring(make, *references)


@plant(reactions=True)
def activity_of_a_reaction(make: Maker) -> None:
    reaction = make.reaction(make.activity(), target_feeds=["notification:bob"])
    made = make.activity(instant=reaction.instant, foreign_id=f"reaction:{reaction.value['id']}")
    make.promise("activity.reaction-foreign-id", made, "foreign_id", related=[reaction])


# --------------------------------------------------------------------------- children and parents


@plant(reactions=True)
def too_deep(make: Maker) -> None:
    about, parent = make.activity(), None
    for level in range(1, make.rng.randrange(5, 8)):
        parent = make.reaction(about, parent)
        if level > 3:
            make.promise("reaction.depth", parent, "parent")
    deep = make.reaction(about, parent)
    make.promise("reaction.depth", deep, "parent")


@plant(reactions=True)
def cycle(make: Maker) -> None:
    about, length = make.activity(), make.rng.choice((2, 3, 7))
    instant = about.instant + make.rng.randrange(DAY)
    ring = [make.reaction(about, instant=instant) for _ in range(length)]
    for reaction, parent in zip(ring, [*ring[1:], ring[0]], strict=True):
        reaction.alone = True
        reaction.value["parent"] = parent.value["id"]
    make.promises.append(
        lambda: [min(ring, key=lambda reaction: reaction.place).label("reaction.parent-cycle", "parent")]
    )
    hanging = make.rng.choice(ring)
    for _ in range(make.rng.randrange(4)):
        hanging = make.reaction(about, hanging)


@plant(reactions=True)
def child_of_other_activity(make: Maker) -> None:
    about, other = make.activity(), make.activity()
    for form, parent_form in (("pair", "pair"), ("pair", "id"), ("id", "pair"), ("ID", "id")):
        parent = make.reaction(about, form=parent_form)
        instant = max(parent.instant, other.instant) + SECOND
        child = make.reaction(other, parent, form=form, instant=instant)
        make.promise("reaction.parent-activity-mismatch", child, "parent", related=[parent])
        make.reaction(other, child)


@plant(reactions=True)
def earlier_than_its_activity(make: Maker) -> None:
    about = make.activity()
    by_id = make.reaction(about, form="id", instant=about.instant - make.rng.choice((1, HOUR)))
    make.promise("reaction.before-activity", by_id, "time", related=[about])
    by_pair = make.reaction(about, form="pair", instant=about.instant - 1)
    make.promise("reaction.before-activity", by_pair, "time")


@plant(reactions=True)
def earlier_than_its_parent(make: Maker) -> None:
    about = make.activity()
    parent = make.reaction(about, instant=about.instant + HOUR)
    child = make.reaction(about, parent, instant=parent.instant - make.rng.choice((1, HOUR)))
    make.promise("reaction.before-parent", child, "time", related=[parent])


# --------------------------------------------------------------------------- what is no mistake


@plant()
def no_same_activity_in_other_feeds(make: Maker) -> None:
    first = make.activity(feed=make.feeds[0])
    make.copy(first, feed=make.feeds[1])
    make.copy(first, feed=make.name("user:third-"))


@plant()
def no_foreign_id_in_other_feed(make: Maker) -> None:
    first = make.activity(feed=make.feeds[0])
    make.activity(feed=make.feeds[1], foreign_id=first.value["foreign_id"])


@plant()
def no_crowd(make: Maker) -> None:
    instant = make.instant()
    for feed in make.feeds[:2]:
        for _ in range(50):
            make.activity(feed, instant)


@plant()
def no_equal_foreign_ids(make: Maker) -> None:
    feed, instant, foreign_id = make.feeds[0], make.instant(), f"Café:{make.number()}"
    for form in ("NFC", "NFD"):
        spelling = unicodedata.normalize(form, foreign_id)
        make.activity(feed, instant, spelling)
        make.activity(feed, instant, spelling.lower())
    make.activity(feed, instant, foreign_id + " ")


@plant()
def no_collision(make: Maker) -> None:
    """Foreign ids whose hashes are equal, at different instants."""
    for foreign_id in ("post:123107", *COLLIDING[make.rng.randrange(3)]):
        make.activity(feed=make.name("user:own-"), foreign_id=foreign_id)


@plant(follow=True)
def no_follow_repeated(make: Maker) -> None:
    number = make.number()
    make.follow(f"timeline:a{number}", f"bu:c{number}")
    make.follow(f"timeline:a{number}b", f"u:c{number}")
    make.follow(f"timeline:c{number}", f"timeline:d{number}")
    make.follow(f"timeline:d{number}", f"timeline:c{number}")


@plant()
def no_thing_repeated(make: Maker) -> None:
    if make.things:
        number = make.number()
        for collection, entry_id in (("ab", f"c{number}"), ("a", f"bc{number}"), ("AB", f"c{number}")):
            make.thing(collection=collection, id=entry_id)


@plant(reactions=True)
def no_limit_of_reactions(make: Maker) -> None:
    """A user may react to an activity with one kind more than once, even at one instant."""
    about, user_id = make.activity(), make.user_id()
    for _ in range(3):
        make.reaction(about, kind="like", user_id=user_id, instant=about.instant)


@plant(reactions=True)
def no_unknown_activity_id(make: Maker) -> None:
    """An activity that is not in the file is in the app."""
    known = make.uuid()
    parent = make.reaction(None, activity_id=known)
    make.reaction(None, parent, activity_id=known.upper())
    make.reaction(None, activity_id=make.activity_id(make.activity())[:-1] + "g")  # wrong in itself


@plant(reactions=True)
def no_contradiction_of_forms(make: Maker) -> None:
    """However the activity is named, children have that of their parents."""
    about = make.activity()
    for form in ("pair", "id", "ID", "both"):
        parent = make.reaction(about, form=form, instant=about.instant)
        for child_form in ("pair", "id", "both"):
            make.reaction(about, make.reaction(about, parent, form=child_form, instant=parent.instant))


@plant(reactions=True)
def no_activity_of_a_reaction(make: Maker) -> None:
    """Reactions without target feeds have no activities of their own."""
    untold: tuple[dict[str, Any], ...] = ({}, {"target_feeds": []})
    for changes in untold:
        reaction = make.reaction(make.activity(), **changes)
        make.activity(foreign_id=f"reaction:{reaction.value['id']}")
    make.activity(foreign_id=f"reaction:{make.uuid()}")
    told = make.reaction(make.activity(), target_feeds=["notification:bob"])
    make.activity(foreign_id=told.value["id"])


@plant(reactions=True)
def no_second_finding_of_an_activity(make: Maker) -> None:
    """An activity with a mistake of its own is there all the same."""
    for changes in ({"actor": ""}, {"verb": "x" * 300}, {"object": True}, {"id": "1"}):
        about = make.activity(**changes)
        child = make.reaction(about, make.reaction(about))
        make.activity(shared=f"SA:{make.activity_id(about)}", object=f"SR:{child.value['id']}")


@plant(reactions=True, book=True)
def no_second_finding_of_a_key(make: Maker) -> None:
    """An activity of unknown time or foreign id may be the one that is meant."""
    time: Any
    for time in ("yesterday", "2021-02-30T00:00:00Z", "2021-03-14 15:09:26", None, 1_615_734_566, ""):
        about = make.activity()
        for _ in range(3):
            make.reaction(about, make.reaction(about, form="pair"), form="pair")
        about.value["time"] = time
    foreign_id: Any
    for foreign_id in (None, "", 17):
        about = make.activity()
        for _ in range(3):
            make.reaction(about, make.reaction(about, form="pair"), form="pair")
        about.value["foreign_id"] = foreign_id
    local, bare = make.activity(), make.activity()
    for _ in range(3):
        make.reaction(local, form="pair")
        make.reaction(bare, form="pair")
    local.value["time"] = make.spelled(local.instant, "Z").removesuffix("Z")
    del bare.value["time"]


@plant(reactions=True)
def no_second_finding_of_a_parent(make: Maker) -> None:
    """A parent with a mistake of its own is there, and a child has its activity if it names none."""
    about = make.activity()
    wrong: tuple[dict[str, Any], ...] = ({"kind": ""}, {"data": "x"}, {"user_id": "tim smith"}, {"time": "today"})
    for changes in wrong:
        parent = make.reaction(about, **changes)
        make.reaction(about, parent)
    parent = make.reaction(about, form="pair", activity_time=None)  # half a pair names nothing
    make.links.remove(("reaction.line-before-activity", parent, (), about))
    make.reaction(about, parent)
    child = make.reaction(None, make.reaction(about))
    make.reaction(about, child)


@plant(reactions=True)
def no_second_finding_of_a_reference(make: Maker) -> None:
    """What is wrong in itself is not looked up."""
    make.activity(object="SU:tim smith", target="SA:42", first="SO:pizza", second="SR:", third=["SO:a:b:c"])
    make.reaction(None, activity_foreign_id="x")
    make.reaction(None, activity_time=make.spelled(make.instant()))
    make.reaction(None, activity_foreign_id="x", activity_time="noon")
    make.reaction(None, activity_foreign_id="", activity_time=make.spelled(make.instant()))
    make.reaction(make.activity()).value["parent"] = 17
    make.reaction(make.activity()).value["parent"] = ""
    make.reaction(make.activity(), user_id="tim smith")
    make.reaction(make.activity(), user_id="")


@plant(reactions=True)
def no_second_finding_of_an_own_parent(make: Maker) -> None:
    """A reaction that is its own parent is told by its line; for all else it has none."""
    about = make.activity()
    own = make.reaction(about)
    own.value["parent"] = own.value["id"]
    make.reaction(about, make.reaction(about, own))


@plant()
def no_user_is_wrong_twice(make: Maker) -> None:
    if make.users:
        user = make.user(data="text")
        make.activity(actor=f"SU:{user.value['id']}")


def base(make: Maker, *, reactions: bool, follow: bool) -> None:
    """Some entries without a mistake: activities, reactions of up to three levels, follows."""
    activities = [make.activity() for _ in range(make.rng.randrange(1, 40))]
    if reactions:
        levels: list[list[Entry]] = [[], [], []]
        for _ in range(make.rng.randrange(1, 50)):
            level = make.rng.randrange(3) if levels[0] else 0
            above = levels[level - 1] if level else []
            parent = make.rng.choice(above) if above else None
            about = make.rng.choice(activities) if parent is None else parent.about
            levels[level if parent else 0].append(make.reaction(about, parent))
    if follow:
        for _ in range(make.rng.randrange(1, 50)):
            make.follow()
