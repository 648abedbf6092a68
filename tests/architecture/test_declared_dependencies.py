"""A component declares every distribution that it imports, so that it starts where nothing else is installed."""

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = sorted(
    [*ROOT.glob("services/*/pyproject.toml"), ROOT / "gateway" / "pyproject.toml"], key=lambda file: file.parent.name
)


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(project: Path) -> set[str]:
    """The names of what a project depends on itself, and its own name."""
    content = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    extras = [each for group in content.get("optional-dependencies", {}).values() for each in group]
    names = {re.match(r"[\w.-]+", each)[0] for each in (*content["dependencies"], *extras)}
    return {normalised(each) for each in (content["name"], *names)}


def imported(package: Path) -> dict[str, str]:
    """The top-level modules that the files of a package import: module -> one file that does."""
    found = {}
    for file in package.rglob("*.py"):
        if file.name == "conformance.py":  # tests for the channels of others, run by pytest
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            found.update({name.partition(".")[0]: str(file.relative_to(ROOT)) for name in names})
    return {name: file for name, file in found.items() if name not in sys.stdlib_module_names}


@cache
def providers() -> Mapping[str, list[str]]:
    """The distributions of each top-level module that is installed."""
    return packages_distributions()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda file: file.parent.name)
def test_a_component_declares_every_distribution_that_it_imports(project):
    names = declared(project)
    # what all components share brings its own dependencies
    names |= {each for shared in ("contracts", "chassis") if f"loket-{shared}" in names
              for each in declared(ROOT / "services" / shared / "pyproject.toml")}  # fmt: skip
    (package,) = project.parent.glob("loket_*")
    missing = {
        module: file
        for module, file in imported(package).items()
        if module != package.name
        and names.isdisjoint({normalised(module), *(normalised(each) for each in providers().get(module, ()))})
    }
    assert not missing
