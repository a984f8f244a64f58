"""The findings of framing rules in words: which rule a mistake breaks, where it is, what to say of it.

``framing`` and ``framing_values`` know what is wrong and call the method named after it; the findings go on
through them to ``validate``, which comes back for the text around those that it shows.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias, TypeVar

from . import jsontext, passages, syntax
from .findings import SHOWN, Excerpt, Finding, Path, clip, pointer
from .hints import name_of
from .jsontext import JsonError, Oddity, OddKind
from .model import (
    ExactNumbers,
    FileNotEmpty,
    FiniteNumbers,
    FramingCheck,
    IntactArchive,
    LineIsObject,
    MaxDepth,
    MaxFileBytes,
    MaxLineBytes,
    MaxStreamBytes,
    NoByteOrderMark,
    NoNul,
    NotArrayFile,
    NotBlank,
    PairedSurrogates,
    RuleSet,
    SingleLine,
    SingleValue,
    UniqueKeys,
    Utf8,
    ValidJson,
)
from .passages import Passage, deeper_at, indent_of, opens_object
from .read import Cut, TooMuch
from .regions import Blanks, Region

_C = TypeVar("_C", bound=FramingCheck)
_L = TypeVar("_L", MaxFileBytes, MaxDepth)

#: Line and column, from 1; ``None`` for what concerns the whole file.
_Place: TypeAlias = tuple[int | None, int | None]

_ODD_KINDS: dict[OddKind, type[FramingCheck]] = {
    "duplicate-key": UniqueKeys,
    "nan": FiniteNumbers,
    "surrogate": PairedSurrogates,
    "nul": NoNul,
    "number": ExactNumbers,
}

_TYPES = {str: "a string", bool: "a boolean", list: "an array", type(None): "null"}
_ONE_LINE = dict.fromkeys(map(ord, "\t\n\r"), " ")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


class Reporter:
    """Makes findings: knows the rules by the kind of their check, and remembers where in the text they are.

    A mistake for which the rule set has no rule gives no finding.
    """

    def __init__(self, ruleset: RuleSet, file: str | None) -> None:
        self._rules = {rule.id: rule for rule in ruleset.rules}
        self._checks = ruleset.framing
        self._first: dict[object, FramingCheck] = {type(c): c for c in reversed(ruleset.framing)}
        self._file = file
        self._spots: dict[int, tuple[Finding, Passage, int, int]] = {}

    def forget(self) -> None:
        """Forgets the text of the findings made so far."""
        self._spots.clear()

    def excerpt(self, finding: Finding) -> Excerpt | None:
        """The text around a finding, ``None`` if it has no place in the text or that is forgotten."""
        spot = self._spots.get(id(finding))
        return spot[1].excerpt(spot[2], spot[3]) if spot else None

    def too_large(self, total: int) -> list[Finding]:
        """That the file has ``total`` bytes, by the greatest limit that they pass."""
        check = self._greatest(MaxFileBytes, total)
        if check is None:
            return []
        return self._finding(check, f"the file has {total:,} bytes, more than {check.limit:,}", value=str(total))

    def cut(self, cut: Cut, lines: int) -> list[Finding]:
        """That a stream is read no further than its first ``lines``, and why."""
        judged = f"{lines:,} lines" if lines > 1 else "1 line" if lines else "no whole line"
        message = f"{cut}; only what was read until then is judged: {judged}"
        return self._finding(MaxStreamBytes if isinstance(cut, TooMuch) else IntactArchive, message)

    def line_too_long(self, number: int, size: int, head: bytes) -> list[Finding]:
        """That a line, of which there is only the ``head``, has ``size`` bytes: too many to judge it."""
        check = self._check(MaxLineBytes)
        if check is None:
            return []
        passage = Passage(number, head.decode("utf-8", "replace"))
        begins = f"; it begins with {_harmless(ascii(passage.text[:1]))}" if not passage.text[:1].isprintable() else ""
        message = f"the line has {size:,} bytes, more than {check.limit:,}{begins}; it is not judged any further"
        return self._at(check, passage, (0, 1), message, value=_piece(passage.text, 0, len(passage.text)))

    def foreign_format(self, message: str, hint: str) -> list[Finding]:
        """That the file is no UTF-8 text at all."""
        return self._finding(Utf8, message, hint, (1, 1))

    def byte_order_mark(self) -> list[Finding]:
        """That the file starts with one."""
        return self._finding(NoByteOrderMark, "the file starts with a byte order mark (U+FEFF)", place=(1, 1))

    def array_file(self, place: tuple[int, int]) -> list[Finding]:
        """That the file is one array, which starts at ``place``."""
        message = "the file is a JSON array, not one instruction in each line"
        return self._finding(NotArrayFile, message, place=place, value="[")

    def no_instruction(self) -> list[Finding]:
        """That the file is empty, or has blank lines only."""
        return self._finding(FileNotEmpty, "the file has no instruction")

    def blank_lines(self, run: Blanks) -> list[Finding]:
        """That blank lines, if there are any in the run, have another line behind them."""
        if not run.count:
            return []
        message = "the line is blank" if run.count == 1 else f"{run.count:,} lines are blank, {run.first} to {run.last}"
        return self._finding(NotBlank, message, place=(run.first, 1))

    def bad_bytes(self, passage: Passage, at: int, message: str, hint: str) -> list[Finding]:
        """That a line isn't UTF-8; the passage has replacement characters, the first of them at ``at``."""
        return self._at(Utf8, passage, (at, at + 1), message, hint)

    def no_json(self, passage: Passage, error: JsonError, last: int = 0) -> list[Finding]:
        """That a text isn't JSON; ``last`` is the last line that was taken for its continuation."""
        at, message, hint = error.position, error.message, error.hint
        if last > passage.line:
            if error.cut:
                at = indent_of(passage.text)
                message = "the value that starts here is never closed"
                hint = "A closing bracket is missing, or the text is cut off."
            lines = f"line {last} was" if last == passage.line + 1 else f"lines {passage.line + 1} to {last} were"
            message += f"; {lines} taken for its continuation"
        return self._at(ValidJson, passage, (at, at + 1), message, hint)

    def several_lines(self, region: Region) -> list[Finding]:
        """That an object is laid out over several lines."""
        at = indent_of(region.first.text)
        message = f"the object spreads over lines {region.first.line} to {region.last}"
        if region.too_long:
            message += f"; as it has more than {passages.MAX_COLLECTED:,} characters, its content is not judged"
        return self._at(SingleLine, region.first, (at, at + 1), message)

    def several_values(self, passage: Passage, mistake: syntax.Mistake) -> list[Finding]:
        """That something follows the first value of a text."""
        at, end = mistake.position, len(passage.text)
        value = _piece(passage.text, at, end)
        return self._at(SingleValue, passage, (at, end), mistake.message, mistake.hint, value=value)

    def no_object(self, passage: Passage, value: Any) -> list[Finding]:
        """That the value of a line is another one than an object."""
        at, end = indent_of(passage.text), len(passage.text.rstrip(syntax.WHITE_SPACE))
        hint = ""
        if isinstance(value, str) and opens_object(value):
            hint = "This is an instruction that was encoded twice. Encode it once, without the quotes around it."
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            hint = "Write each object of the array in a line of its own, without brackets and commas."
        message = f"the line is {_TYPES.get(type(value), 'a number')}, not an object"
        return self._at(LineIsObject, passage, (at, end), message, hint, "", _piece(passage.text, at, end))

    def depth(self, passage: Passage, depth: int, refused: bool = False) -> list[Finding]:
        """That a text nests too deep, by the greatest limit that it passes; ``refused``: it wasn't parsed."""
        check = self._greatest(MaxDepth, depth) or (self._check(MaxDepth) if refused else None)
        if check is None:
            return []
        at = deeper_at(passage.text, check.limit)
        message = f"objects and arrays are nested {depth} deep, more than {check.limit}"
        if refused:
            message += "; the line is not judged any further"
        return self._at(check, passage, (at, at + 1), message, path="", value=str(depth))

    def oddities(self, passage: Passage, odd: list[Oddity]) -> list[Finding]:
        """What is odd about the text of a value, in the order of the text."""
        if not odd:
            return []
        places = {id(o): _place_of(o, odd) if o.hidden else (o.path, o.at_key) for o in odd}
        spans = jsontext.locate(passage.text, places.values())
        found: list[Finding] = []
        for o in sorted(odd, key=lambda o: spans[places[id(o)]]):
            found += self._oddity(passage, o, spans[places[id(o)]])
        return found

    def _oddity(self, passage: Passage, odd: Oddity, span: tuple[int, int]) -> list[Finding]:
        check = self._check(_ODD_KINDS[odd.kind])
        if check is None:
            return []
        value: str | None = _piece(passage.text, *span)
        message = f"{'the name ' if odd.at_key else ''}{_harmless(name_of(odd.path))} {_odd_words(check, odd)}"
        if odd.hidden:
            # Its own place is not known: the span is the start of the object around.
            span, value = (span[0], span[0] + 1), odd.detail if odd.kind in ("nan", "number") else None
            message += ", in a member that a later one of the same name replaces"
        return self._at(check, passage, span, message, path=pointer(odd.path), value=value)

    def _at(
        self,
        check: type[FramingCheck] | FramingCheck,
        passage: Passage,
        span: tuple[int, int],
        message: str,
        hint: str = "",
        path: str | None = None,
        value: str | None = None,
    ) -> list[Finding]:
        """The finding at a span of a text."""
        found = self._finding(check, message, hint, passage.place(span[0]), path, value)
        for finding in found:
            self._spots[id(finding)] = (finding, passage, *span)
        return found

    def _finding(
        self,
        check: type[FramingCheck] | FramingCheck,
        message: str,
        hint: str = "",
        place: _Place = (None, None),
        path: str | None = None,
        value: str | None = None,
    ) -> list[Finding]:
        """The finding of a check, or of the first of its kind; none if the rule set has no such check."""
        known = self._check(check) if isinstance(check, type) else check
        if known is None:
            return []
        rule = self._rules[known.rule]
        finding = Finding(
            rule=rule.id,
            severity=rule.severity,
            file=self._file,
            line=place[0],
            column=place[1],
            path=path,
            message=message,
            hint=hint or rule.fix or None,
            value=value,
        )
        return [finding]

    def _check(self, kind: type[_C]) -> _C | None:
        """The first check of a kind, ``None`` if the rule set has none."""
        check = self._first.get(kind)
        return check if isinstance(check, kind) else None

    def _greatest(self, kind: type[_L], size: int) -> _L | None:
        """Of the limits of a kind that ``size`` passes, the greatest."""
        passed = [c for c in self._checks if isinstance(c, kind) and size > c.limit]
        return max(passed, key=lambda c: c.limit, default=None)


def _odd_words(check: FramingCheck, odd: Oddity) -> str:
    match odd.kind:
        case "duplicate-key":
            return f"stands {'twice' if odd.detail == '2' else odd.detail + ' times'} in the same object"
        case "nan":
            return f"is `{odd.detail}`, which is no number of JSON"
        case "surrogate":
            return f"has half of a surrogate pair, `{odd.detail}`"
        case "nul":
            return "has a NUL character, `\\u0000`"
        case "number":
            whole = odd.detail.strip("-…").isdecimal()
            largest = check.largest if isinstance(check, ExactNumbers) else jsontext.LARGEST
            why = f"beyond ±{largest:,}" if whole else "which a 64-bit float changes"
            return f"is {odd.detail}, {why}"


def _place_of(hidden: Oddity, odd: list[Oddity]) -> tuple[Path, bool]:
    """Where to point for what has no place in the value: at the object that has the repeated key."""
    repeated = {o.path for o in odd if o.kind == "duplicate-key"}
    lengths = range(1, len(hidden.path) + 1)
    return next(hidden.path[: n - 1] for n in lengths if hidden.path[:n] in repeated), False


def _piece(text: str, start: int, end: int) -> str:
    """The text of a value, on one line and cut to a readable length."""
    return clip(_harmless(text[start : min(end, start + SHOWN + 1)].translate(_ONE_LINE)))


def _harmless(text: str) -> str:
    """The text with control characters as escapes."""
    return _CONTROL.sub(lambda char: f"\\u{ord(char[0]):04x}", text)
