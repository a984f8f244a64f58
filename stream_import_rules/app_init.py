"""A first configuration for an app, from what its import files use; types are left to confirm.

Uses ``read`` and ``surveys`` alone, for a file full of mistakes has groups and kinds all the same. Called by
``cli``, which writes what is made here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO

import msgspec

from . import read
from .findings import clip
from .model import CONFIRM, ConfiguredGroups, ConfiguredValues, FollowedGroups, MaxLineBytes, RuleSet
from .surveys import Survey, Surveyor

#: More names than this are not written: so many kinds are no kinds, but have an id in them.
MOST_NAMES = 300
#: What can be written in YAML as it is, and is a text to any of its readers.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*").fullmatch
_NOT_PLAIN = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])
#: What a feed group can be called; others are mistakes, and no configuration has them.
_GROUP = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Seen:
    """What files use: surveys of the lines that can be read, and the number of those that can't."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.survey = Survey()
        self.unread = 0
        self._surveyor = Surveyor(ruleset)
        self._longest = next((check.limit for check in ruleset.framing if isinstance(check, MaxLineBytes)), None)

    def file(self, stream: BinaryIO) -> None:
        """Take in a file. Raises ``OSError``."""
        decode = msgspec.json.decode
        for chunk in read.chunks(stream, longest=self._longest):
            for line in chunk.lines:
                text = line.removeprefix(_BYTE_ORDER_MARK) if chunk.offset == 0 else line
                try:
                    value = decode(text) if text.strip() else {}
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    value = None
                if isinstance(value, dict):
                    self.survey.add(self._surveyor.survey(value))
                else:
                    self.unread += 1


def configuration(seen: Seen, ruleset: RuleSet, names: Iterable[str]) -> str:
    """The text of a configuration that fits what was seen; ``names`` are those of the files."""
    survey = seen.survey
    files = ", ".join(clip(name) for name in names)
    out = [
        "# What an import has to know of your app. Made by `stream-import app init` from what this uses:",
        f"# {_comment(files)}",
        "# Look it over: a misspelt name is in it too.",
    ]
    for check in ruleset.app.checks:
        if isinstance(check, ConfiguredGroups):
            groups = {name: count for name, count in survey.feed_groups.items() if _GROUP(name)}
            out += _groups(check, groups, survey, ruleset) if _most_used(groups) else []
        elif isinstance(check, ConfiguredValues):
            counts = survey.values.get((check.instruction, check.member), {})
            out += _values(check, counts) if _most_used(counts) else []
    return "\n".join(out) + "\n"


def _groups(check: ConfiguredGroups, counts: Mapping[str, int], survey: Survey, ruleset: RuleSet) -> list[str]:
    followed: set[str] = set()
    for other in ruleset.app.checks:
        if isinstance(other, FollowedGroups):
            followed |= survey.values.get((other.instruction, ""), {}).keys()
    out = [
        "",
        f"# Write the type of each feed group as the dashboard has it: {', '.join(check.types)}.",
        f"# As long as it is `{CONFIRM}`, nobody knows whether the group may be followed, and nothing is said of it.",
        "feed_groups:",
    ]
    for name, count in _most_used(counts):
        what = f"{count:,} use{'s' * (count != 1)}" + (", is followed" if name in followed else "")
        out.append(f"  {_yaml(name)}: {CONFIRM}  # {what}")
    return [*out, *_left_out(counts)]


def _values(check: ConfiguredValues, counts: Mapping[str, int]) -> list[str]:
    out = ["", f"# Every {check.noun} that is used. Leave this out to let pass any.", f"{check.section}:"]
    for name, count in _most_used(counts):
        out.append(f"  - {_yaml(name)}  # {count:,} use{'s' * (count != 1)}")
    return [*out, *_left_out(counts)]


def _most_used(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    fitting = [(name, count) for name, count in counts.items() if _is_writable(name)]
    return sorted(fitting, key=lambda use: (-use[1], use[0]))[:MOST_NAMES]


def _left_out(counts: Mapping[str, int]) -> list[str]:
    left = len(counts) - len(_most_used(counts))
    return [f"  # and {left:,} more, which are left out here"] if left else []


def _is_writable(name: str) -> bool:
    return 0 < len(name) <= 200 and clip(name, 200) == name


def _yaml(name: str) -> str:
    """A text in YAML: as it is, or quoted as JSON has it, which YAML reads too."""
    if _PLAIN(name) and name.lower() not in _NOT_PLAIN:
        return name
    # Some characters YAML takes only as escapes, and halves of a pair it does not put together.
    quoted = json.dumps(name, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)
