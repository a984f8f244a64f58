"""Who may import whom: the arrows of ``docs/architecture.md``, walked in the source."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUNTIME, COMPILER = "stream_import_rules", "generators"

#: The runtime from the bottom to the top: a module imports only what stands before it. A name stands for
#: what is below it too. A new module gets a line here, as low as it can stand.
ORDER = [
    "signals",
    # data, and text with no knowledge of rules
    "model_relations",
    "model_app",
    "model",
    "times",
    "syntax",
    "activity_id",
    "columns",
    "_native",
    "read",
    "unpack",
    # what is found
    "places",
    "findings",
    "passages",
    "policy",
    "jsontext",
    "hints",
    "groups",
    "histograms",
    "surveys",
    "app_init",
    # what a user configures
    "document",
    "data_schemas",
    "patterns",
    "suppressions",
    "app",
    "app_form",
    "policy_file",
    "app_file",
    "baseline",
    "marks",
    # who finds it
    "signatures",
    "regions",
    "framing_report",
    "framing_values",
    "framing",
    "check_value",
    "check_record",
    "app_check",
    "explain",
    "staging",
    "staging_columns",
    "native_patterns",
    "native_quick",
    "native_stages",
    "native_plan",
    "native",
    "judges",
    "scan",
    # what the compiler made
    "fast",
    "generated",
    "artefact",
    # who leads
    "arrow_tables",
    "ranges",
    "workers",
    "worker",
    "private",
    "sources",
    "store",
    "entries",
    "chains",
    "native_relations",
    "relate_words",
    "relate_values",
    "relate_findings",
    "relate",
    "validate",
    "conformance",
    # how it is told
    "report.safe",
    "report.output",
    "report.page",
    "report.aside",
    "report.marked",
    "report.pull",
    "report.collect",
    "report.words",
    "report.remarks",
    "report.gather",
    "report.bins",
    "report.share",
    "report.outcome",
    "report.json",
    "report.csv",
    "report.markup",
    "report.charts",
    "report.html_parts",
    "report.html_overview",
    "report.html_contents",
    "report.html_findings",
    "report.html_policy",
    "report.html",
    "report.github",
    "report.junit",
    "report.markdown",
    "report.sarif",
    "report.excerpt",
    "report.text",
    "report.rulebook",
    "report.formats",
    "report.outputs",
    # who asks
    "inputs",
    "run_policy",
    "api",
    "run",
    "progress",
    "",  # the package itself, which names what users import
    "cli_terminal",
    "cli_options",
    "cli_lookup",
    "cli",
    "__main__",
]

#: What is published of the runtime's own shapes is made from the structs that it writes.
_SHAPED = ("baseline", "findings", "report.aside", "report.collect")
SHAPES = {f"{COMPILER}.to_report_schema": {f"{RUNTIME}.{name}" for name in _SHAPED}}

#: Heavy modules, and who may import them when it is itself imported.
HEAVY = {
    "rich": {f"{RUNTIME}.report.{name}" for name in ("page", "excerpt", "text", "rulebook")},
    "click": {f"{RUNTIME}.cli{part}" for part in ("", "_terminal", "_options", "_lookup")} | {f"{COMPILER}.__main__"},
    "duckdb": set[str](),
    "pyarrow": set[str](),
    "yaml": {f"{COMPILER}.load"},
    "jsonschema": {f"{COMPILER}.check"},
    "jsonschema_rs": set[str](),
    "zstandard": set[str](),
    "jinja2": {f"{COMPILER}.render"},
    "hypothesis": set[str](),
    "pytest": set[str](),
}
#: Of those that are not needed to validate a line, who in the runtime imports them later, when it is asked to.
LATER = {
    "duckdb": {f"{RUNTIME}.store"},
    "pyarrow": {f"{RUNTIME}.arrow_tables", f"{RUNTIME}.ranges"},
    "yaml": {f"{RUNTIME}.document"},
    "jsonschema_rs": {f"{RUNTIME}.data_schemas", f"{RUNTIME}.app_form"},
    "zstandard": {f"{RUNTIME}.unpack"},
}


@dataclass(frozen=True)
class Import:
    """One name that a module imports; ``at_once`` if importing the module does it, whoever checks types."""

    module: str
    name: str
    at_once: bool
    where: str


def modules(package: str) -> dict[str, Path]:
    """The modules of a package by dotted name; those that are compiled by what is said of their types."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py*")):
        if path.suffix not in (".py", ".pyi"):
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(package: str) -> list[Import]:
    """Everything that the modules of a package import, wherever they do it."""
    return [
        Import(module, name, at_once, f"{path.relative_to(ROOT)}:{line}")
        for module, path in modules(package).items()
        for name, line, at_once in _imported(module, path, ast.parse(path.read_text("utf-8")))
    ]


def _imported(module: str, path: Path, tree: ast.AST, at_once: bool = True) -> Iterator[tuple[str, int, bool]]:
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, at_once
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                yield ".".join([*base, alias.name]), node.lineno, at_once
        else:
            lazy = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            yield from _imported(module, path, node, at_once and not lazy and not for_types)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def rank(module: str) -> int:
    """Where a module of the runtime stands in the order."""
    local = module.removeprefix(RUNTIME).removeprefix(".")
    names = [entry for entry in ORDER if within(local, entry)]
    assert names, f"{module} stands nowhere in the order of the layers: add it to ORDER"
    return ORDER.index(max(names, key=len))


def test_the_compiler_imports_the_model_of_the_runtime_and_nothing_else() -> None:
    found = [i for i in imports(COMPILER) if within(i.name, RUNTIME) and not within(i.name, f"{RUNTIME}.model")]
    bad = [i for i in found if i.name.rpartition(".")[0] not in SHAPES.get(i.module, ())]
    assert not bad, bad


def test_the_runtime_imports_no_generator() -> None:
    bad = [i for i in imports(RUNTIME) if within(i.name, COMPILER)]
    assert not bad, bad


def test_the_runtime_reads_no_rule_files() -> None:
    for module, path in modules(RUNTIME).items():
        literals = [n.value for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Constant)]
        named = [text for text in literals if isinstance(text, str) and "rules/feeds" in text and "\n" not in text]
        assert not named, f"{module} names rule files: {named}"


def test_every_module_of_the_runtime_stands_in_the_order_and_every_entry_is_a_module() -> None:
    ranks = {rank(module) for module in modules(RUNTIME) if module != f"{RUNTIME}.report"}
    assert ranks == set(range(len(ORDER)))


def test_inside_the_runtime_layers_import_downward_only() -> None:
    known = modules(RUNTIME)
    bad = []
    for found in imports(RUNTIME):
        if not within(found.name, RUNTIME) or found.name == f"{RUNTIME}.__version__":
            continue
        # `from .report import text` names a module, `from .model import Rule` what is in one.
        target = found.name if found.name in known else found.name.rpartition(".")[0]
        if target not in (found.module, f"{RUNTIME}.report") and rank(target) >= rank(found.module):
            if rank(target) == rank(found.module) and within(target, f"{RUNTIME}.generated"):
                continue
            bad.append(f"{found.where}: {found.module} imports {target}, which stands above it")
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("heavy", sorted(HEAVY))
def test_heavy_modules_are_imported_where_they_are_needed_and_nowhere_else(heavy: str) -> None:
    found = [i for i in (*imports(RUNTIME), *imports(COMPILER)) if within(i.name, heavy)]
    assert {i.module for i in found if i.at_once} == HEAVY[heavy]
    # The runtime does not even import others later: what is not installed with it must not be missed.
    if heavy not in ("rich", "click"):
        assert {i.module for i in found if within(i.module, RUNTIME)} == LATER.get(heavy, set())


def test_to_check_a_line_nothing_heavy_is_loaded() -> None:
    program = (
        "import sys, stream_import_rules as sir\n"
        "assert not sir.validate_line({'instruction': 'users', 'data': [{'id': 'alice'}]})\n"
        f"print(*({{*{sorted(HEAVY)!r}, {COMPILER!r}}} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == []


def test_the_wheel_has_every_package_of_the_runtime_and_none_of_the_compiler() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packed = set(project["tool"]["setuptools"]["packages"])
    assert {p for p in packed if not within(p, RUNTIME)} == set()
    folders = {path.parent for pattern in ("*.py", "*.json") for path in (ROOT / RUNTIME).rglob(pattern)}
    assert {".".join(folder.relative_to(ROOT).parts) for folder in folders} == packed
