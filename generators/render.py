"""Part of all targets: templates to text. Templates print, they never compute.

Used by every ``to_*`` that has a template in ``templates/``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import jinja2

Filters: TypeAlias = Mapping[str, Callable[..., str]]


@cache
def _environment(filters: frozenset[tuple[str, Callable[..., str]]]) -> jinja2.Environment:
    """One environment for each set of filters, so that no target sees those of another."""
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters.update(filters)
    return environment


def render(template: str, filters: Filters | None = None, /, **values: Any) -> str:
    """The text of a template, which may use ``filters`` besides Jinja's own.

    Raises ``jinja2.UndefinedError`` for a value that is not given, ``jinja2.TemplateAssertionError`` for
    a filter that is not.
    """
    environment = _environment(frozenset((filters or {}).items()))
    return environment.get_template(template).render(template=template, **values)
