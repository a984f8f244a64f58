"""The part of the RuleSet that needs the app's configuration: what a configuration can say, and the
checks that compare a file with it.

Below ``model``, which names all of this again. ``app`` reads a configuration by it, ``app_check`` judges
lines by it, and the compiler makes the JSON Schema of configurations from it. Without a configuration,
or where it is silent, none of these checks finds anything.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from .model_relations import Node

#: The type of a feed group that somebody has still to confirm: the group is known, its type is not.
CONFIRM = "confirm"


class AppEntries(Node, frozen=True, kw_only=True):
    """How a configuration calls the entries of one instruction, and what a file of their ids looks like.

    ``pattern`` (portable subset, full match implied) is the form of an id in a file of ids, ``id`` the
    same in words.
    """

    name: str
    instruction: str
    pattern: str
    id: str


class _AppCheck(Node, frozen=True, tag_field="kind", kw_only=True):
    """A condition that the configuration decides, and the id of the rule that is broken.

    ``replaces`` names rules that only guess at what the configuration knows: they are silent about it.
    """

    rule: str
    replaces: tuple[str, ...] = ()


class ConfiguredGroups(_AppCheck, frozen=True, kw_only=True, tag="configured-groups"):
    """Every feed id has a group of ``feed_groups``, whose values are one of ``types`` or ``confirm``."""

    types: tuple[str, ...]


class FollowedGroups(_AppCheck, frozen=True, kw_only=True, tag="followed-groups"):
    """The entries of ``instruction``, feed ids, are of groups of the type ``type``. A group that is not
    configured, or whose type is still to confirm, is not judged."""

    instruction: str
    type: str


class ConfiguredValues(_AppCheck, frozen=True, kw_only=True, tag="configured-values"):
    """``member`` of the entries of ``instruction`` is one of the list ``section`` of the configuration;
    ``noun`` is what one of them is called."""

    section: str
    instruction: str
    member: str
    noun: str


class DataSchema(_AppCheck, frozen=True, kw_only=True, tag="data-schema"):
    """The free-form data of an entry fits the JSON Schema that the configuration names for it.

    ``entries`` names the entries as the configuration does. Which schema it is says the string at the
    member ``by``, or there is one for all of them ("").  The data is the object at ``member``, an empty
    one if that is absent; without a ``member`` it is those members that the record does not define.
    ``flat``: so it is too for an entry that has such members in place of ``member``.
    """

    entries: str
    by: str = ""
    member: str = ""
    flat: bool = False


AppCheck: TypeAlias = ConfiguredGroups | FollowedGroups | ConfiguredValues | DataSchema


class AppRules(Node, frozen=True, kw_only=True):
    """What a configuration can say of the entries, and the checks that need one."""

    entries: tuple[AppEntries, ...] = ()
    checks: tuple[AppCheck, ...] = ()

    @property
    def surveyed(self) -> tuple[tuple[str, str], ...]:
        """Instruction and member whose values a survey has to count, so that whole files can be compared
        with a configuration; the member "" stands for entries that are feed ids, of which groups count."""
        found = [(c.instruction, c.member) for c in self.checks if isinstance(c, ConfiguredValues)]
        found += [(c.instruction, "") for c in self.checks if isinstance(c, FollowedGroups)]
        return tuple(dict.fromkeys(found))


class AppExample(Node, frozen=True, kw_only=True):
    """The configuration that an example is judged under, as its file has it, and the texts of the files
    that it names, by name; what is no text is written as JSON."""

    config: dict[str, object]
    files: dict[str, object] = msgspec.field(default_factory=dict)
