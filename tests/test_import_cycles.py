"""No two modules of the project import each other in a circle, imports inside functions included."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Folder of the packages' parent -> packages in it.
PACKAGES = {
    ".": ("config", "core", "iam", "billing", "monitoring", "ocr", "portal", "tools"),
    "clients/cli": ("ocr_console_cli",),
}


def modules() -> dict[str, Path]:
    """Return the file of every module of the project by its dotted name, migrations left out."""
    found = {}
    for folder, packages in PACKAGES.items():
        base = ROOT / folder
        for package in packages:
            for path in (base / package).rglob("*.py"):
                parts = path.relative_to(base).with_suffix("").parts
                if "migrations" in parts:
                    continue
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _is_import_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every import statement at any depth, except under `if TYPE_CHECKING`.

    A call of `import_module` with a literal name is an import too.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_import_call(node):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for other in node.orelse:
                yield from statements(other)
        else:
            yield from statements(node)


def imported(
    name: str, tree: ast.AST, known: Mapping[str, object], *, is_package: bool
) -> set[str]:
    """Return the modules of the project that a module names in its imports."""
    found = set()
    for node in statements(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Call):
            found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = name.split(".")[: len(name.split(".")) - node.level + is_package]
                base = ".".join([*up, *([base] if base else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                found.add(inner if inner in known else base)
    return {one for one in found if one in known and one != name}


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of more than one module (Tarjan, 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def test_a_circle_is_seen_and_a_chain_is_none() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_an_import_inside_a_function_counts_and_one_for_types_does_not() -> None:
    known = {"p.a": None, "p.b": None, "p.c": None, "p.d": None}
    source = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from p import c\n"
        "def f():\n    from .b import thing\n    importlib.import_module('p.d').thing()\n"
    )
    assert imported("p.a", ast.parse(source), known, is_package=False) == {"p.b", "p.d"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = modules()
    graph = {
        name: imported(
            name, ast.parse(path.read_text()), known, is_package=path.name == "__init__.py"
        )
        for name, path in known.items()
    }
    assert len(graph) > 300
    assert circles(graph) == []
