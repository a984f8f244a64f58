# Generated from rules/feeds-v2/ by `python -m generators build` (generators/templates/python_init.py.j2).
# Do not edit: change the rules and build again.
# fingerprint: a51e72be0541f470c8a9b7418cf7e56cae991bb3b489355cd5ba233f06b4819f
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
FINGERPRINT = "a51e72be0541f470c8a9b7418cf7e56cae991bb3b489355cd5ba233f06b4819f"

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
