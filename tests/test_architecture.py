"""The direction of imports between the packages of the cleaner."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import cleaner

PACKAGE = Path(cleaner.__file__).parent
# Packages may import those on lower floors; packages on one floor do not import each other.
FLOORS = (
    {"errors", "result", "clock", "data", "documents"},
    {"config", "text", "corpus.records"},
    {"matching", "passes", "sites", "trees"},
    {"lines", "report"},
    {"html", "markdown"},
    {"api"},
    # The public names.
    {""},
    {"training", "corpus.batch", "integrations"},
    {"cli"},
    {"__main__"},
)


def _package(module: str) -> str:
    """The room of a module: a package, one of the two in ``corpus``, or the module itself."""
    parts = module.split(".")[1:]
    if parts[:1] == ["corpus"]:
        return ".".join(parts[:2])
    return parts[0] if parts else ""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("cleaner", *path.relative_to(PACKAGE).with_suffix("").parts)
        yield ".".join(parts).removesuffix(".__init__"), ast.parse(path.read_text("utf-8"))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] == "cleaner")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "cleaner":
            for name in node.names:
                is_module = (PACKAGE / Path(*node.module.split(".")[1:], f"{name.name}.py")).exists()
                yield f"{node.module}.{name.name}" if is_module else node.module


def test_every_package_stands_on_one_floor() -> None:
    """Every package has a place here, so that the direction of a new package's imports is chosen deliberately."""
    placed = [name for floor in FLOORS for name in floor]
    assert len(placed) == len(set(placed))
    assert {_package(module) for module, _ in _modules()} - {"corpus"} == set(placed)


def test_imports_point_downwards() -> None:
    """A package imports only from lower floors; imports for types and inside functions count too."""
    floor_of = {"corpus": 0} | {name: number for number, floor in enumerate(FLOORS) for name in floor}
    upwards = [
        f"{module} imports {target}"
        for module, tree in _modules()
        for target in _imported(tree)
        if (own := _package(module)) != (other := _package(target)) and floor_of[other] >= floor_of[own]
    ]
    assert upwards == []


def test_no_module_imports_itself_by_a_way_round() -> None:
    """The modules have an order in which each comes after those that it imports."""
    graph: dict[str, set[str]] = {}
    for module, tree in _modules():
        graph[module] = {target for target in _imported(tree) if target != module}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(graph)


def test_the_picture_shows_every_floor() -> None:
    """The picture in the docs has the packages of each floor on a line, from the top down."""
    page = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text("utf-8")
    picture = page.split("```text\n", 1)[1].split("```", 1)[0].splitlines()
    lines = [set(line.split()) for line in picture]
    for number, floor in enumerate(reversed(FLOORS[:-1])):
        names = {name or "cleaner" for name in floor}
        assert names <= lines[number], f"the line {picture[number]!r} lacks some of {names}"
