"""What is said of relations that do not hold, in words.

Used by ``relate``; knows the relations and no entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import model, times
from .findings import clip

#: Beyond this a near time is none that a slip explains.
_OFFSETS = 14 * 3600 * 1_000_000
_QUARTER = 15 * 60 * 1_000_000


def repeated(relation: model.Unique, record: model.Record, same: bool) -> str:
    """In which columns a record is the same as an earlier one, and in which not."""
    members = {
        "key": record.key if not (record.derived and "part" in relation.apart) else ("derived activity id",),
        "scope": record.scope.members if record.scope else (),
        "part": record.part.members if record.part else (),
        "at": (record.at,),
    }

    def words(columns: Iterable[str]) -> str:
        names = dict.fromkeys(name for column in columns for name in members[column])
        told = [f"`{name.removeprefix('/')}`" if " " not in name else name for name in names if name]
        return _listed(told) or "value"

    if relation.lines:
        return f"the same {record.name} stands in an earlier line"
    message = f"an earlier {record.name} has the same {words(relation.by)}"
    if relation.apart:
        differing = [c for c in relation.apart if c != "key" or not record.derived]
        others = words(differing) if differing else f"`{record.key[1]}`"
        message += f", but another {others}"
    if relation.content == "different" or (relation.content == "any" and not relation.apart and not same):
        message += ", with other content" if not relation.apart else " and other content"
    elif not relation.apart:
        message += ", with the same content"
    return message


def crowded(count: int, shared: Iterable[Any], limit: int) -> str:
    """How many entries share some values."""
    return f"{count:,} entries share {' and '.join(map(_shown, shared))}; at most {limit} should"


def excluded(relation: model.Excludes) -> str:
    """That another record takes what this one has."""
    return f"{_a(relation.other)} of the import makes {_a(relation.record)} with this `{relation.place}` itself"


def early(relation: model.OrderAdvice, to: str, count: int) -> str:
    """That a record, and how many others, stand before what they refer to."""
    if not relation.references:
        told = f"this {relation.record} stands before the first {to} of the feed that is followed"
    else:
        other = "its parent" if to == relation.record else f"the {to} that it is about"
        told = f"this {relation.record} stands before {other}"
    more = f", and so do {count - 1:,} more" if count > 2 else ", and so does another one" if count == 2 else ""
    return told + more


def circular(others: int) -> str:
    """That a record is above itself, by way of so many others."""
    told = "the two are parents of each other" if others == 1 else "the chain of parents is a circle"
    return f"it is its own ancestor: {told}"


def unresolved(reference: model.Reference, derived: bool) -> str:
    """That a reference leads nowhere."""
    if reference.form == "activity-id":
        return f"no {reference.to} of the import has this id"
    if derived:
        return f"no {reference.to} of the import has this foreign id and this time"
    return f"no {reference.to} of the import has this id"


def near_time(wanted: int, there: Sequence[int], members: Sequence[str]) -> str:
    """In which way the time of a reference is near to one that is there."""
    name = members[1]
    for unit, words in ((1_000, "milliseconds"), (1_000_000, "seconds")):
        cut = [at for at in there if at // unit * unit == wanted]
        if cut:
            return (
                f"`{name}` is cut to {words}: an activity with this foreign id is of {times.text_of(cut[0])}. "
                "Write the time exactly as the activity has it."
            )
    for at in there:
        if at != wanted and abs(at - wanted) <= _OFFSETS and (at - wanted) % _QUARTER == 0:
            return (
                f"`{name}` is {_distance(at - wanted)} an activity with this foreign id, of {times.text_of(at)}: "
                "most often a time zone is missing or wrong. Write the time as the activity has it."
            )
    return (
        f"An activity with this foreign id is there, but of {times.text_of(there[0])}. "
        f"Write that time as `{name}`, if it is the one that is meant."
    )


def _distance(micros: int) -> str:
    minutes = abs(micros) // 60_000_000
    hours, rest = divmod(minutes, 60)
    told = f"{hours} h" if not rest else f"{hours} h {rest} min" if hours else f"{rest} min"
    return f"{told} {'before' if micros > 0 else 'after'}"


def _shown(value: Any) -> str:
    if isinstance(value, int):
        return times.text_of(value)
    return " ".join(f"`{clip(str(part))}`" for part in value if part)


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else " and ".join((", ".join(names[:-1]), names[-1])) if names else ""
