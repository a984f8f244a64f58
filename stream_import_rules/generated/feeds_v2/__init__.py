# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_init.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: dc6b963843e8ad4508a7c539d054d5f85ed84a20773b94cfe9c673c76f7cdbcb
"""Stream Activity Feeds v2 import file, rule set feeds-v2 1.0.0: typed models and validators."""

from .models import (
    Activity,
    AddActivities,
    Collection,
    Collections,
    Follow,
    Line,
    Reaction,
    Reactions,
    User,
    Users,
    decode_line,
    encode_line,
)

#: sha256 of ``ruleset.json`` beside this file, which the models and validators were made from.
FINGERPRINT = "dc6b963843e8ad4508a7c539d054d5f85ed84a20773b94cfe9c673c76f7cdbcb"

__all__ = [
    "FINGERPRINT",
    "Activity",
    "AddActivities",
    "Collection",
    "Collections",
    "Follow",
    "Line",
    "Reaction",
    "Reactions",
    "User",
    "Users",
    "decode_line",
    "encode_line",
]
