"""Collect the error rows of all apps: every installed app's `<app>/errors.py`, found by its name.

This is the only place that knows where rows are. A row added to any `errors.py` therefore appears in the
console's help, in `docs/errors.md` and in the API of jobs without another edit.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from core.errors import ErrorRow, rows_of


def error_modules() -> list[ModuleType]:
    """Return the `errors` modules that hold rows, in the order of `INSTALLED_APPS`."""
    found = [
        import_module(f"{config.name}.errors")
        for config in apps.get_app_configs()
        if config.module is not None and module_has_submodule(config.module, "errors")
    ]
    return [module for module in found if rows_of(module)]


def error_rows() -> tuple[ErrorRow, ...]:
    """Return every row of every app once, each with its family."""
    found: dict[ErrorRow, ErrorRow] = {}
    for module in error_modules():
        for row in rows_of(module):
            # A row that a higher app takes over (`FOREIGN_PROJECT = NOT_FOUND`) stays in its first family.
            found.setdefault(row, replace(row, family=row.family or module.FAMILY))
    return tuple(found.values())


@lru_cache(maxsize=1)
def rows_by_code() -> dict[str, tuple[ErrorRow, ...]]:
    """Return the rows of each code, codes in alphabetical order."""
    found: dict[str, list[ErrorRow]] = {}
    for row in error_rows():
        found.setdefault(row.code, []).append(row)
    return {code: tuple(found[code]) for code in sorted(found)}


def remedy_of(code: str) -> str:
    """Return in English what to do about a code, "" for an unknown one; see `distinct`."""
    return " ".join(distinct([row.remedy for row in rows_by_code().get(code, ())]))


def distinct(texts: list[str]) -> list[str]:
    """Return the texts in their order, each once: rows of one code may share a cause or a remedy."""
    return list(dict.fromkeys(text for text in texts if text))
