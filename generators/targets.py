"""The list of targets: which files each makes and where they go. A new target is one file and one line here.

Used by ``build``. Each target is a pure function of the RuleSet and its fingerprint.
"""

from __future__ import annotations

from stream_import_rules import model

from . import to_app_schema, to_conformance, to_docs, to_json_schema, to_python, to_report_schema, to_sql

#: What each target says of each kind of check.
SUPPORT: dict[str, dict[str, str]] = {
    "Python (explain, relate)": dict.fromkeys(to_python.SUPPORT, "exact"),
    to_python.NAME: dict(to_python.SUPPORT),
    to_json_schema.NAME: dict(to_json_schema.SUPPORT),
    to_sql.NAME: dict(to_sql.SUPPORT),
    to_conformance.NAME: dict(to_conformance.SUPPORT),
}


def artefacts(ruleset: model.RuleSet, fingerprint: str) -> dict[str, str]:
    """All generated files, by their path in the checkout (with forward slashes), and their text."""
    package = f"stream_import_rules/generated/{ruleset.name.replace('-', '_')}"
    dist = f"dist-schemas/{ruleset.name}"
    version = f"{dist}/v{ruleset.version}"
    schemas = to_json_schema.to_json_schema(ruleset, fingerprint) | to_app_schema.to_app_schema(ruleset, fingerprint)
    reports = to_report_schema.to_report_schema()
    return {
        f"{package}/ruleset.json": model.to_json(ruleset).decode(),
        **_under(package, to_python.to_python(ruleset, fingerprint)),
        **_under(package, to_sql.to_module(ruleset, fingerprint)),
        **_under(version, to_sql.to_sql(ruleset, fingerprint)),
        **_under("dist-schemas", schemas),
        **_under(f"{package}/schemas", _newest(schemas, f"{ruleset.name}/v{ruleset.version}/")),
        **_under(f"dist-schemas/report/v{to_report_schema.VERSION}", reports),
        **_under(f"{package}/schemas", reports),
        **_under(f"{version}/conformance", to_conformance.to_conformance(ruleset, fingerprint)),
        **_under("docs/reference", to_docs.to_docs(ruleset, fingerprint, SUPPORT)),
    }


def _under(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


def _newest(schemas: dict[str, str], version: str) -> dict[str, str]:
    """The schemas of the full version alone, for the wheel."""
    return {name.removeprefix(version): text for name, text in schemas.items() if name.startswith(version)}


def folders(ruleset: model.RuleSet) -> list[str]:
    """The folders that hold nothing but generated files: what is there and not made is stale.

    Of what is published, only the folders of this version: those of earlier ones stay as they are.
    """
    package = f"stream_import_rules/generated/{ruleset.name.replace('-', '_')}"
    major, minor, _ = ruleset.version.split(".")
    versions = (major, f"{major}.{minor}", ruleset.version)
    report = f"dist-schemas/report/v{to_report_schema.VERSION}"
    return [package, "docs/reference", report, *(f"dist-schemas/{ruleset.name}/v{version}" for version in versions)]
