# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_init.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: df216a0884e8e183a43b8a2f41c9e646040a2a44bd4daa4dec48ec7206e07437
"""Stream Activity Feeds v2 import file, rule set feeds-v2 1.0.0: typed models and validators."""

from .models import (
    Activity,
    AddActivities,
    Collection,
    Collections,
    Follow,
    Reaction,
    Reactions,
    User,
    Users,
    Line,
    decode_line,
    encode_line,
)

#: sha256 of ``ruleset.json`` beside this file, which the models and validators were made from.
FINGERPRINT = "df216a0884e8e183a43b8a2f41c9e646040a2a44bd4daa4dec48ec7206e07437"

__all__ = [
    "Activity",
    "AddActivities",
    "Collection",
    "Collections",
    "decode_line",
    "encode_line",
    "FINGERPRINT",
    "Follow",
    "Line",
    "Reaction",
    "Reactions",
    "User",
    "Users",
]
