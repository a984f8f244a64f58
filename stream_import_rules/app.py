"""The configuration of a user's app, as far as an import depends on it: a value, and where its file is found.

``app_file`` reads it; ``app_check`` compares lines with it. It is plain data, so that it can be handed
to other processes.
"""

from __future__ import annotations

import os

import msgspec

from .data_schemas import SchemaSource
from .document import Mistakes
from .model_app import CONFIRM
from .suppressions import Settings

#: The name under which a configuration is found without being named.
FILE = "stream-import.yaml"


class AppError(Mistakes):
    """A configuration cannot be used; ``mistakes`` say where and why. As text, a mistake is two lines."""


class App(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """What a configuration says; members that are ``None`` or empty say nothing.

    ``path`` is its file as it was named. ``feed_groups`` maps groups to their types, of which
    ``confirm`` is one that somebody has still to confirm. ``values`` holds the lists of known names by
    section (``reaction_kinds``, ``collections``). The other members are by the names that the rules give
    to entries (``activities``, ``reactions``, ``users``, ``collections``): whether such records may be
    outside of the file, the paths of files with the ids of those that exist, and JSON Schemas for their
    data, by verb, kind or collection; the name "" is for all of them. ``policy`` is how runs are judged.
    """

    path: str
    feed_groups: dict[str, str] | None = None
    values: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    outside: dict[str, bool] = msgspec.field(default_factory=dict)
    existing_ids: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    schemas: dict[str, dict[str, SchemaSource]] = msgspec.field(default_factory=dict)
    policy: Settings | None = None

    @property
    def reaction_kinds(self) -> tuple[str, ...] | None:
        """The kinds of reactions that the app knows, ``None`` if it does not say."""
        return self.values.get("reaction_kinds")

    @property
    def collections(self) -> tuple[str, ...] | None:
        """The collections that the app has, ``None`` if it does not say."""
        return self.values.get("collections")

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The feed groups whose type has still to be confirmed."""
        return tuple(name for name, kind in (self.feed_groups or {}).items() if kind == CONFIRM)


def find_app(data: str | os.PathLike[str]) -> str | None:
    """The configuration that belongs to a data file (or folder): ``stream-import.yaml`` beside it or in a
    folder above. The search ends at the root of a repository, at the home folder, and at the root of the
    file system; ``None`` if there is none."""
    start = os.path.abspath(os.fspath(data))
    folder = start if os.path.isdir(start) else os.path.dirname(start)
    home = os.path.abspath(os.path.expanduser("~"))
    while True:
        candidate = os.path.join(folder, FILE)
        if os.path.isfile(candidate):
            return _near(candidate)
        above = os.path.dirname(folder)
        if folder in (home, above) or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = above


def _near(path: str) -> str:
    """A path as people would write it: relative to where they are, if it is below."""
    relative = os.path.relpath(path) if os.name != "nt" else path
    return path if relative.startswith(os.pardir) else relative
