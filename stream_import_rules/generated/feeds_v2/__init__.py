# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_init.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: a8323e0f3078a8ad8736fbac960717e509f6e5fc27c67bff70c8a64871f16bc5
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
FINGERPRINT = "a8323e0f3078a8ad8736fbac960717e509f6e5fc27c67bff70c8a64871f16bc5"

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
