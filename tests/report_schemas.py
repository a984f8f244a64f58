"""The published JSON Schemas of reports, for every test that has a report as JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

HOME = Path(__file__).parents[1] / "dist-schemas/report/v1"


@cache
def validator(name: str) -> Any:
    """The validator of one of them."""
    schema = json.loads((HOME / f"{name}.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check(name: str, data: bytes) -> None:
    """Fail if the data is not as the schema says: one report, or lines."""
    for part in [data] if name == "report" else data.splitlines():
        validator(name).validate(json.loads(part))
