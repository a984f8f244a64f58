"""Fast: passes lines of which surely nothing is to be reported; all others are for ``explain``.

The engine behind the generated validators: decoding, and the proofs about the text that typed
decoding alone does not give. Between ``read`` and ``validate``.

What typed decoding does not see, and how it is proved here:

* a key that stands twice, or a member that no field takes: what was decoded, written again, would be
  shorter than the text, and have fewer quotes;
* a number that a 64-bit float would change: integers are bounded by their type; fractions are short,
  and have no exponent;
* escapes that hide something (NUL, half a surrogate pair, the start of a reference): the text is
  searched for the few that could;
* members of open records: their names are learnt from the file, and become fields.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from types import GenericAlias
from typing import Annotated, Any, TypeAlias, Union

import msgspec

from . import columns, times
from .histograms import Histograms, item_sizes
from .surveys import Survey

#: Containers nested deeper than this in free-form data are for ``explain``.
_FREE_DEPTH = 4
#: So many members of open records are learnt.
_MOST_LEARNT = 200
#: So many feed groups are counted the quick way.
_MOST_GROUPS = 16
_SAFE = 2**53 - 1
_UNSET = msgspec.UNSET

_Int = Annotated[int, msgspec.Meta(ge=-_SAFE, le=_SAFE)]


def free(fractions: bool, depth: int = _FREE_DEPTH) -> Any:
    """The type of free-form JSON: bounded integers, limited depth, fractions or not."""
    plain: Any = Union[str, bool, None, _Int, float] if fractions else Union[str, bool, None, _Int]  # noqa: UP007
    kind = plain
    for _ in range(depth):
        lists: Any = GenericAlias(list, (kind,))
        objects: Any = GenericAlias(dict, (str, kind))
        kind = plain | lists | objects
    return kind


_ESCAPES = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")
#: Escapes of characters that are letters, digits or marks of ids: nobody needs them, and they could
#: hide what the searches look for. So could the quote, the NUL, and half a surrogate pair.
_ODD_ESCAPE = re.compile(rb"\\u00(?:00|22|2[b-fB-F]|3[0-9a-bA-B]|3[dD]|4.|5[0-9aAfF]|6.|7[0-9aA])|\\u[dD][89a-fA-F]..")
#: A zero that is shorter when it is written again.
_NEGATIVE_ZERO = re.compile(rb"[\[:,\s]-0(?![0-9.])")
#: Names of members that a type can have; the others would need escapes.
_PLAIN_NAME = re.compile(r'[^"\\\x00-\x1f]*').fullmatch
#: What is left of a number with an exponent once digits, points and signs are taken away.
_STRIPPED = bytes(ord(":") if chr(i) in "[,]}" else ord("e") if chr(i) == "E" else i for i in range(256))
_LONG_NUMBER = b"0" * 17  # 16 digits and the point
_DIGIT_RUNS = bytes(ord("0") if chr(i) in "0123456789." else ord(" ") for i in range(256))

Lines: TypeAlias = Sequence[Any]


class Entity:
    """One instruction of the plan: how its lines are decoded and what is tested of its entries.

    ``line(entry_type, free_type)`` makes the type of a line, ``entry(free_type)`` the type of an entry;
    ``passes(lines, entries, run)`` tests the columns and counts; false to look closer.
    ``searches`` are patterns of bytes, each after a literal byte, that must not stand in the text;
    ``longest`` is the length from which a string is looked at more closely (0: never).
    """

    def __init__(
        self,
        name: str,
        line: Callable[[Any], Any],
        entry: Callable[[Any], Any],
        passes: Callable[[Lines, Sequence[Any], Run], bool],
        *,
        open_names: re.Pattern[str] | None = None,
        reserved: frozenset[str] = frozenset(),
        defined: frozenset[str] = frozenset(),
        searches: Sequence[bytes] = (),
        longest: int = 0,
        max_entry_bytes: int = 0,
        min_entry_bytes: int = 0,
    ) -> None:
        self.name = name
        self.line, self.entry, self.passes = line, entry, passes
        self.open_names, self.reserved, self.defined = open_names, reserved, defined
        self.searches = [(pattern[:1], re.compile(pattern).search) for pattern in searches]
        self.longest = longest
        self.max_entry_bytes, self.min_entry_bytes = max_entry_bytes, min_entry_bytes


class Run:
    """What one run has in common: the bounds of times as text to the second, and what was counted;
    ``values`` says whether the values that an app's configuration lists are counted too."""

    def __init__(self, now: int, first: str, ahead: int | None, values: bool = False) -> None:
        self.values = values
        self.first = first
        self.last = "9999" if ahead is None else times.text_of(now // 1_000_000 * 1_000_000 + ahead * 1_000_000)[:19]
        self.now = now
        self.survey = Survey()
        self._groups: list[tuple[str, bytes]] = []

    def see_times(self, span: tuple[str, str]) -> None:
        """Take note of the least and the greatest of some times."""
        if span[0]:
            self.survey.see_times(times.micros_of(span[0]), times.micros_of(span[1]))

    def feeds(self, feed_ids: Sequence[str], form: columns.Ids, forbidden: Sequence[str]) -> bool:
        """Whether feed ids have the form of one, none with a forbidden group; counts their groups."""
        if not feed_ids:
            return True
        lines = "\n".join(("", *feed_ids, ""))
        if not lines.isascii() or not form.all(text := lines.encode(), len(feed_ids)):
            return False
        counts = {group: n for group, start in self._groups if (n := text.count(start))}
        if sum(counts.values()) != len(feed_ids):
            counts = Counter([feed_id.partition(":")[0] for feed_id in feed_ids])
            known = {group for group, _ in self._groups}
            new = [(group, f"\n{group}:".encode()) for group in counts if group not in known]
            self._groups += new[: _MOST_GROUPS - len(known)]
        if forbidden and not counts.keys().isdisjoint(forbidden):
            return False
        self.survey.see_groups(counts)
        return True


class FastValidator:
    """The fast validator of one rule set.

    ``rules`` are the ids of the rules that it covers: with another rule active it must not be used.
    ``first`` (text to the second) and ``ahead`` (seconds from now) bound the times. If ``values`` is set,
    the surveys count the values that an app's configuration lists; if ``histograms`` is, they have them.
    """

    def __init__(
        self,
        entities: Iterable[Entity],
        *,
        discriminator: str,
        payload: str,
        rules: frozenset[str],
        first: str,
        ahead: int | None,
    ) -> None:
        self.rules = rules
        self.decoded: Sequence[Any] = ()
        self.values = False
        self.histograms = False
        self._sizes: dict[str, list[int]] = {}
        self._entities = list(entities)
        self._discriminator, self._payload = discriminator, payload
        self._first, self._ahead = first, ahead
        self._learnt: dict[str, list[str]] = {e.name: [] for e in self._entities}
        self._fractions = False
        #: The types and the decoder with and without fractions: a wrong line tries both.
        self._built: dict[bool, tuple[dict[type, Entity], Callable[[bytes], Any]]] = {}
        self._by_type: dict[type, Entity] = {}
        self._decode: Callable[[bytes], Any]
        self._run: Run | None = None
        encoder = msgspec.json.Encoder()
        self._encode, self._encode_lines = encoder.encode, encoder.encode_lines

    def _build(self) -> None:
        """Make the decoder of what is known of the file so far."""
        built = self._built.get(self._fractions)
        if built is not None:
            self._by_type, self._decode = built
            return
        kind: Any = free(self._fractions)
        self._by_type = {}
        for entity in self._entities:
            entry = entity.entry(kind)
            names = self._learnt[entity.name]
            if names:
                fields = [(f"learnt_{i}", kind | msgspec.UnsetType, _UNSET) for i in range(len(names))]
                rename = {f"learnt_{i}": name for i, name in enumerate(names)}
                entry = msgspec.defstruct("Learnt", fields, bases=(entry,), rename=rename, kw_only=True, gc=False)
            self._by_type[entity.line(entry)] = entity
        union: Any = None
        for line in self._by_type:
            union = line if union is None else union | line
        self._decode = msgspec.json.Decoder(union).decode
        self._built[self._fractions] = self._by_type, self._decode

    def passes(self, lines: Sequence[bytes], now: int) -> Survey | None:
        """The survey of some lines if nothing is to be reported of any of them, else ``None``.

        The lines have their ends, the last one perhaps not. ``now`` is the moment of the run, in
        microseconds since 1970.
        """
        if not self._built:  # not before it is needed: it takes longer than to explain a few lines
            self._build()
        decoded = self._decoded(lines)
        if decoded is None:
            return None
        if not self._same(lines, decoded):
            # Most likely members of open records that are not known yet: learn them, then try again.
            if not self._learn(lines):
                return None
            decoded = self._decoded(lines)
            if decoded is None or not self._same(lines, decoded):
                return None
        self.decoded = decoded
        return self._columns(decoded, now)

    # ------------------------------------------------------------------ the text

    def _decoded(self, lines: Sequence[bytes]) -> list[Any] | None:
        decode = self._decode
        try:
            return [decode(line) for line in lines]
        except msgspec.ValidationError:
            if self._fractions:
                return None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        # Perhaps only because fractions were not looked for so far.
        self._fractions = True
        self._build()
        again = self._decoded(lines)
        if again is None:
            self._fractions = False
            self._build()
        return again

    # ------------------------------------------------------------------ the same again

    def _same(self, lines: Sequence[bytes], decoded: Sequence[Any]) -> bool:
        """Whether the text holds nothing that was lost in decoding, nothing hidden, and no entry that
        is too large."""
        encode = self._encode
        self._sizes = {}
        for text, line in zip(lines, decoded, strict=True):
            if b"\\" in text and _ODD_ESCAPE.search(text) is not None and _hidden(text):
                return False
            entity = self._by_type[type(line)]
            if self._fractions and (_has_exponent(text) or _has_long_number(text)):
                return False
            for first, search in entity.searches:
                if first in text and search(text):
                    return False
            size = len(text) - _end_length(text)
            if entity.longest and size > entity.longest and not columns.no_long_run(text, entity.longest):
                return False
            limit = entity.max_entry_bytes
            sizes: list[int] = []
            if self.histograms and limit:
                pieces, sizes = self._one_by_one(line)
                length, largest = len(pieces[0]) + sum(sizes) + max(len(sizes) - 1, 0), max(sizes, default=0)
            elif not limit or size <= limit:
                pieces = [encode(line)]
                length, largest = len(pieces[0]), 0
            else:
                pieces, length, largest = self._pieces(entity, line, size)
            lost = size - length
            if lost and not self._no_loss(text, pieces, lost):
                return False
            if largest and largest + lost > limit:
                return False
            if sizes:
                if lost and (self._fractions or _NEGATIVE_ZERO.search(text)):  # a number may have lost it
                    sizes = item_sizes(text.decode(), self._payload, len(sizes))
                self._sizes.setdefault(entity.name, []).extend(sizes)
        return True

    def _no_loss(self, text: bytes, pieces: Sequence[bytes], lost: int) -> bool:
        """Whether white space and escapes alone make the text longer than what was decoded."""
        return lost > 0 and text.count(b'"') == sum(piece.count(b'"') for piece in pieces)

    def _one_by_one(self, line: Any) -> tuple[list[bytes], list[int]]:
        """A line in pieces, first the frame and then each entry, and the sizes of the entries."""
        payload = self._payload
        entries = getattr(line, payload)
        setattr(line, payload, [])
        frame = self._encode(line)
        setattr(line, payload, entries)
        written = self._encode_lines(entries)
        return [frame, written], list(map(len, written.split(b"\n")[:-1]))

    def _pieces(self, entity: Entity, line: Any, size: int) -> tuple[list[bytes], int, int]:
        """A long line in pieces of some entries: the pieces, the length of the line, and a bound of
        the size of its largest entry."""
        encode, payload = self._encode, self._payload
        entries = getattr(line, payload)
        setattr(line, payload, [])
        frame = encode(line)
        setattr(line, payload, entries)
        count = len(entries)
        least, limit = entity.min_entry_bytes, entity.max_entry_bytes
        step = max(1, int(0.8 * limit / max(1, size / max(1, count) - least)))
        pieces = [frame]
        length, largest = len(frame) - 1, 0
        for at in range(0, count, step):
            piece = encode(entries[at : at + step])
            held = min(step, count - at)
            bound = len(piece) - 2 - (held - 1) * (least + 1)
            if bound > limit and held > 1:
                bound = max(len(encode(entry)) for entry in entries[at : at + step])
            largest = max(largest, bound)
            length += len(piece) - 1
            pieces.append(piece)
        return pieces, length, largest

    # ------------------------------------------------------------------ open records

    def _learn(self, lines: Sequence[bytes]) -> bool:
        """Learn further members of open records from these lines; whether there were any."""
        any_learnt = False
        for line in lines:
            try:
                frame = _FRAME.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return False
            entity = next((e for e in self._entities if e.name == frame.get(self._discriminator)), None)
            entries = frame.get(self._payload)
            if entity is None or entity.open_names is None or not isinstance(entries, list):
                continue
            names: set[str] = set().union(*entries) if all(isinstance(e, dict) for e in entries) else set()
            new = names - entity.defined - entity.reserved - set(self._learnt[entity.name])
            fitting = [name for name in sorted(new) if entity.open_names.fullmatch(name) and _PLAIN_NAME(name)]
            if len(fitting) + len(self._learnt[entity.name]) > _MOST_LEARNT:
                return False
            self._learnt[entity.name] += fitting
            any_learnt |= bool(fitting)
        if any_learnt:
            self._built.clear()
            self._build()
        return any_learnt

    # ------------------------------------------------------------------ columns

    def _columns(self, decoded: Sequence[Any], now: int) -> Survey | None:
        if self._run is None or self._run.now != now or self._run.values != self.values:
            self._run = Run(now, self._first, self._ahead, self.values)
        run = self._run
        run.survey = Survey()
        if self.histograms:
            run.survey.histograms = histograms = Histograms()
            for name, sizes in self._sizes.items():
                histograms.see_sizes(name, sizes)
        by_type: dict[type, list[Any]] = {}
        for line in decoded:
            by_type.setdefault(type(line), []).append(line)
        for kind, lines in by_type.items():
            entity = self._by_type[kind]
            if len(lines) == 1:
                entries = getattr(lines[0], self._payload)
            else:
                entries = [entry for line in lines for entry in getattr(line, self._payload)]
            if not entity.passes(lines, entries, run):
                return None
            run.survey.entries[entity.name] = len(entries)
        return run.survey


_FRAME: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])


def _end_length(text: bytes) -> int:
    """How many bytes the line end has: none, one, or two."""
    if not text.endswith(b"\n"):
        return 0
    return 2 if text.endswith(b"\r\n") else 1


def _hidden(data: bytes) -> bool:
    """Whether an escape hides something, seen one by one: a surrogate in a pair is no half one."""
    return any(len(escape) == 6 and _ODD_ESCAPE.match(escape) for escape in _ESCAPES.findall(data))


def _has_exponent(data: bytes) -> bool:
    """Whether there may be a number with an exponent: without its digits it is an ``e`` on its own."""
    return b":e:" in data.translate(_STRIPPED, b"0123456789.+- \t\r\n")


def _has_long_number(data: bytes) -> bool:
    """Whether there may be a fraction of more than 15 digits: up to 15, a 64-bit float keeps them all."""
    return _LONG_NUMBER in data.translate(_DIGIT_RUNS)
