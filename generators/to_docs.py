"""Target: the reference documentation, Markdown pages for people who look for their mistake.

After ``resolve``; ``build`` writes what it returns to ``docs/reference/``. The work is done in
``docs_book`` (which page tells what), ``docs_sections`` and ``docs_examples`` (a rule), ``docs_tables``
(the members) and ``docs_pages`` (all values of a page), from the RuleSet alone; the templates print them.
"""

from __future__ import annotations

from stream_import_rules.model import RuleSet

from . import docs_pages
from .docs_book import Book
from .docs_pages import Support, Values
from .docs_relations import relations_page
from .markdown import FILTERS
from .render import render

NAME = "Documentation"


def to_docs(ruleset: RuleSet, fingerprint: str, support: Support) -> dict[str, str]:
    """The pages by their file names below ``docs/reference/``.

    ``fingerprint`` is the sha256 of the RuleSet's canonical JSON in hex; ``support`` maps a target's
    name to what it makes of each kind of check: ``exact``, ``partial`` or ``none``. Raises
    ``ValueError`` for a rule without a page and a target that is silent about a kind.
    """
    book = Book(ruleset)
    pages: dict[str, tuple[str, Values]] = {
        "index.md": ("index.md.j2", docs_pages.index_page(book)),
        **{f"{i.name}.md": ("instruction.md.j2", docs_pages.instruction_page(book, i)) for i in ruleset.instructions},
        "framing.md": ("framing.md.j2", docs_pages.framing_page(book)),
        **({"relations.md": ("relations.md.j2", relations_page(book))} if ruleset.relations else {}),
        **({"app.md": ("app.md.j2", docs_pages.app_page(book))} if ruleset.app.checks else {}),
        "types.md": ("types.md.j2", docs_pages.types_page(book)),
        "rules.md": ("rules.md.j2", docs_pages.rules_page(book)),
        "null-and-missing.md": ("null-and-missing.md.j2", docs_pages.nulls_page(book)),
        "support.md": ("support.md.j2", docs_pages.support_page(book, support)),
    }
    head = {"ruleset": ruleset, "fingerprint": fingerprint[:16]}
    return {page: render(template, FILTERS, **head, **values) for page, (template, values) in pages.items()}
