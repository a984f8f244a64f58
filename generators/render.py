"""Part of all targets: templates to text. Templates print, they never compute.

Used by every ``to_*`` that has a template in ``templates/``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2


@cache
def _environment() -> jinja2.Environment:
    folder = Path(__file__).parent / "templates"
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def render(template: str, **values: Any) -> str:
    """The text of a template. Raises ``jinja2.UndefinedError`` for a value that is not given."""
    return _environment().get_template(template).render(template=template, **values)
