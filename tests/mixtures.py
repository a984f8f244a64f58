"""Files in which lines of every kind stand beside each other: right ones, examples of every rule, and ruins of both."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec

from stream_import_rules.model import Example, RuleSet, expanded

#: Examples of more characters would make a file of them alone.
_LONGEST = 20_000
_MOST_ENTRIES = 20
_PIECES = (
    b'"', b"{", b"}", b"[", b"]", b",", b":", b".", b"-", b"0", b"e", b"Z", b" ", b"\t", b"\r", b"\\", b"\xff",
    b"\\u0000", b"\\ud800", b"\\u0041", b"\\ud83d\\ude00", b"\xc3\xa9", b"null", b"NaN", b"1e5", b"0.1",
    b"12345678901234567890", b'"a":1,', b"SU:", b'"SO:x y",', b'"SR:\xe3\x80\x80",', b";base64,",
)  # fmt: skip
_SEPARATORS = ((",", ":"), (", ", ": "))
_ODD_LINES = (b"", b"  ", b"\r", b"[]", b"{}", b"null", b'"x"', b"{", b"}")


class Mixtures:
    """Makes files, the same ones for a seed."""

    def __init__(self, ruleset: RuleSet, seed: int) -> None:
        self.random = random.Random(seed)
        self._rules = [rule.id for rule in ruleset.rules]
        self._lines: list[Any] = []
        self._raws: list[bytes] = []
        self._whole = {i.name: (i.base, i.full) for i in ruleset.instructions}
        self._entries: dict[str, list[Any]] = {i.name: [] for i in ruleset.instructions}
        for rule in ruleset.rules:
            for example in (*rule.good, *rule.bad):
                self._take(example)

    def _take(self, example: Example) -> None:
        if isinstance(example.raw, str) and example.encoding == "utf-8" and len(example.raw) < _LONGEST:
            self._raws += example.raw.encode().split(b"\n")
        if example.app is not None or example.line is msgspec.UNSET:
            return
        line = expanded(example.line, example.repeat, example.lengthen)
        if len(json.dumps(line)) < _LONGEST:
            self._lines.append(line)
        if isinstance(line, dict) and line.get("instruction") in self._entries:
            entries = line.get("data")
            if isinstance(entries, list) and len(entries) < _MOST_ENTRIES:
                self._entries[line["instruction"]] += entries

    def file(self) -> bytes:
        """A file of some lines."""
        lines = [self._line() for _ in range(self.random.choice((1, 3, 20, 60)))]
        return b"\n".join(lines) + self.random.choice((b"", b"\n"))

    def ruined_line(self) -> bytes:
        """A line of few entries, right or wrong, and spoilt at one or two places."""
        if self.random.random() < 0.3:
            return self._ruin(self._text(self.random.choice(self._lines)))
        name = self.random.choice(list(self._entries))
        line = dict(self.random.choice(self._whole[name]))
        if self.random.random() < 0.3:
            line["data"] = [self.random.choice(self._entries[name] or line["data"])]
        return self._ruin(self._text(line))

    def choice_of_rules(self) -> dict[str, list[str]]:
        """Arguments for a policy: most often none."""
        chosen: dict[str, list[str]] = {}
        if self.random.random() < 0.3:
            chosen["select"] = ["*"]
        if self.random.random() < 0.3:
            chosen["ignore"] = [self.random.choice(self._rules) for _ in range(10)]
        return chosen

    def _text(self, line: Any) -> bytes:
        plain = self.random.random() < 0.5
        text = json.dumps(line, ensure_ascii=plain, separators=self.random.choice(_SEPARATORS))
        return text.encode("utf-8", "surrogatepass")

    def _line(self) -> bytes:
        share = self.random.random()
        if share < 0.12:
            return self._text(self.random.choice(self._lines))
        if share < 0.17:
            return self.random.choice(self._raws)
        if share < 0.19:
            return self.random.choice(_ODD_LINES)
        name = self.random.choice(list(self._entries))
        whole = dict(self.random.choice(self._whole[name]))
        wrong = self.random.choice((0.02, 0.3))
        whole["data"] = [
            self.random.choice(self._entries[name] if self.random.random() < wrong else whole["data"])
            for _ in range(self.random.choice((1, 2, 5, 30)))
        ]
        if self.random.random() < 0.05:
            whole[self.random.choice(("feedId", "activity_copy_limit", "x"))] = self.random.choice((1, "a:b", None))
        members = list(whole.items())
        if self.random.random() < 0.3:
            self.random.shuffle(members)
        text = self._text(dict(members))
        return self._ruin(text) if self.random.random() < 0.25 else text

    def _ruin(self, text: bytes) -> bytes:
        ruin = bytearray(text)
        for _ in range(self.random.choice((1, 1, 2))):
            at = self.random.randrange(len(ruin) + 1)
            kind = self.random.randrange(4)
            if kind == 0:
                ruin[at:at] = self.random.choice(_PIECES)
            elif kind == 1:
                del ruin[at : at + self.random.randrange(1, 4)]
            elif kind == 2:
                ruin[at : at + 1] = self.random.choice(_PIECES)[:1]
            else:
                ruin[at:at] = ruin[at : at + self.random.randrange(200)]
        return bytes(ruin).replace(b"\n", b"")
