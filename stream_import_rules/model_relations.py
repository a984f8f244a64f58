"""The part of the RuleSet that speaks of several entries: what identifies a record, what refers to it,
and which relations must hold between them over a whole file.

Below ``model``, which names all of this again. ``staging`` turns lines into rows of two tables by
``Record`` and ``Reference``; the compiler turns each relation into one SQL query over these tables.

A *record* is one row of the table ``keys``:

===========  ==================================================================================
``k1 k2``    the key, 128 bits: what identifies the record, over the whole file
``scope``    64 bits: what the record belongs to (the feed of an activity, the activity of a reaction)
``part``     64 bits: a part of the key, or another value by which it is found
``instant``  when it is, in microseconds since 1970 (``at`` in the rules)
``pos``      its place, unique and in the order of the file
===========  ==================================================================================

A *reference* is one row of the table ``refs``, with the same columns: ``k1 k2`` and ``part`` are those
of the record that is meant, ``scope`` and ``instant`` those of the record that refers. Of a reference
with a prefix whose key has several operands ``scope`` is the first of them and ``part`` is the rest.

An *operand* is the name of a member of the entry, of the line if it begins with ``/``, and the entry
itself if it is empty.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

#: The columns of a key by which records are compared; ``key`` stands for ``k1`` and ``k2``.
Column: TypeAlias = Literal["key", "scope", "part", "at"]


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts of the RuleSet share: immutable, closed, written without its defaults."""


class Operands(Node, frozen=True):
    """Some values that are hashed together. With ``prefix`` the text stands before the first of them;
    with ``given`` there is nothing to hash where that member is absent or empty."""

    members: tuple[str, ...]
    prefix: str = ""
    given: str = ""


class Record(Node, frozen=True, kw_only=True):
    """What is staged of every entry of one instruction. ``name`` is the entity.

    ``derived``: the two operands of ``key`` are a foreign id and a time, and the key is the activity id
    that follows from them. ``about``: the scope is the record that the first of these references which
    is there means, whether that is in the file or not.
    """

    name: str
    instruction: str
    key: tuple[str, ...]
    derived: bool = False
    scope: Operands | None = None
    part: Operands | None = None
    at: str = ""
    about: tuple[str, ...] = ()


class Reference(Node, frozen=True, kw_only=True):
    """How the entries of one record refer to another one.

    ``form``: ``key`` if ``members`` are the operands of the other's key, ``activity-id`` if the one
    member is an activity id that may follow from a foreign id and a time. With ``prefix`` any string
    at any depth of the entry that begins with it refers, what follows being the key (of several
    operands with ``:`` between them); outside of ``members`` a string with white space is prose.
    ``absent``: there is no reference where one of these members is given. A record that refers to
    itself does not refer.
    """

    name: str
    record: str
    to: str
    members: tuple[str, ...]
    form: Literal["key", "activity-id"] = "key"
    prefix: str = ""
    absent: tuple[str, ...] = ()


class _Relation(Node, frozen=True, tag_field="kind", kw_only=True):
    """A condition over the records of a whole file, and the rule that is broken if it does not hold.

    ``place`` is where its findings stand: a member of the entry, the entry itself if it is empty, the
    line if it is ``/``.
    """

    rule: str
    place: str = ""


class Unique(_Relation, frozen=True, kw_only=True, tag="unique"):
    """No two records are equal in the columns ``by``; each one after the first is a finding.

    With ``apart`` only records that differ there count, and of those alike the first alone.
    ``content`` limits the findings to entries whose other members are the ``same`` as those of the
    first, or ``different``. ``lines``: what is repeated within one line is left to another check.
    """

    record: str
    by: tuple[Column, ...]
    apart: tuple[Column, ...] = ()
    content: Literal["any", "same", "different"] = "any"
    lines: bool = False


class Crowd(_Relation, frozen=True, kw_only=True, tag="crowd"):
    """At most ``limit`` records are equal in the columns ``by``; one finding for all, at the first."""

    record: str
    by: tuple[Column, ...]
    limit: int


class Refers(_Relation, frozen=True, kw_only=True, tag="refers"):
    """Every record that one of ``references`` means is in the file, or among the ids known to exist.

    Looked at only if the file has records of that kind where ``if_any`` is set. The app's
    configuration can say for each kind of record whether it may be outside of the file; ``default`` is
    what holds if it does not.
    """

    references: tuple[str, ...]
    if_any: bool = False
    default: Literal["inside", "outside"] = "inside"


class Excludes(_Relation, frozen=True, kw_only=True, tag="excludes"):
    """No ``record`` has the ``part`` that an ``other`` has; the finding is at ``record``."""

    record: str
    other: str


class Depth(_Relation, frozen=True, kw_only=True, tag="depth"):
    """Records that refer to each other form at most ``limit`` levels, the first being those that do not
    refer. Every record below is a finding. Cycles have no levels."""

    reference: str
    limit: int


class Acyclic(_Relation, frozen=True, kw_only=True, tag="acyclic"):
    """No record refers to itself by way of others; one finding a cycle, at its first record."""

    reference: str


class Agrees(_Relation, frozen=True, kw_only=True, tag="agrees"):
    """A record has the scope of the record that it refers to, where both have one."""

    reference: str


class NotBefore(_Relation, frozen=True, kw_only=True, tag="not-before"):
    """The instant of a record is not earlier than that of the record that it refers to. Not looked at where
    one of the members ``absent`` is given: another check says it there."""

    reference: str
    absent: tuple[str, ...] = ()


class OrderAdvice(_Relation, frozen=True, kw_only=True, tag="order-advice"):
    """Records stand after those that they refer to by ``references``, or after the first record of ``to``
    whose scope is their part. One finding a file, at the first record that does not."""

    record: str
    references: tuple[str, ...] = ()
    to: str = ""


Relation: TypeAlias = Unique | Crowd | Refers | Excludes | Depth | Acyclic | Agrees | NotBefore | OrderAdvice
