# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_init.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: 8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f
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
FINGERPRINT = "8fa66e7e3bec9efa5f8fced8e7aa2f69ea229c5c550b5fa993e2a2c95355f44f"

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
