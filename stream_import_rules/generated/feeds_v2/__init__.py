# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_init.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: 3c09342d91a3949fab303fa988c28d13deb41f3ce1333b5d77db8150b1346d15
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
FINGERPRINT = "3c09342d91a3949fab303fa988c28d13deb41f3ce1333b5d77db8150b1346d15"

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
