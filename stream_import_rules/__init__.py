"""Check import files of Stream's Activity Feeds before they are uploaded.

>>> import stream_import_rules as sir
>>> sir.validate_file("export.jsonl").ok                                # doctest: +SKIP
False
>>> [f.rule for f in sir.validate_line({"instruction": "follow"})]      # doctest: +SKIP
['envelope.data.required', 'follow.feedId.required']

Everything is imported when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import InputError as InputError
    from .api import iter_findings as iter_findings
    from .api import load_app as load_app
    from .api import validate_file as validate_file
    from .api import validate_files as validate_files
    from .api import validate_line as validate_line
    from .app import App as App
    from .app import AppError as AppError
    from .app import find_app as find_app
    from .artefact import ArtefactError as ArtefactError
    from .baseline import BaselineError as BaselineError
    from .entries import FileChanged as FileChanged
    from .findings import Finding as Finding
    from .model import RuleSet as RuleSet
    from .policy import Policy as Policy
    from .policy import UnknownRule as UnknownRule
    from .report.collect import Report as Report

    __version__: str

_HOMES = {
    "App": "app",
    "AppError": "app",
    "ArtefactError": "artefact",
    "BaselineError": "baseline",
    "FileChanged": "entries",
    "Finding": "findings",
    "InputError": "api",
    "Policy": "policy",
    "Report": "report.collect",
    "RuleSet": "model",
    "UnknownRule": "policy",
    "find_app": "app",
    "iter_findings": "api",
    "load_app": "api",
    "validate_file": "api",
    "validate_files": "api",
    "validate_line": "api",
}

__all__ = [
    "App",
    "AppError",
    "ArtefactError",
    "BaselineError",
    "FileChanged",
    "Finding",
    "InputError",
    "Policy",
    "Report",
    "RuleSet",
    "UnknownRule",
    "__version__",
    "find_app",
    "iter_findings",
    "load_app",
    "validate_file",
    "validate_files",
    "validate_line",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        from importlib import import_module

        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("stream-import-rules")
    except PackageNotFoundError:  # a checkout on the path, not installed
        return "0+checkout"
