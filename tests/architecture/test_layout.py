"""The repository is laid out as the design says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPONENTS = [file.parent for file in (*ROOT.glob("services/*/pyproject.toml"), ROOT / "gateway/pyproject.toml")]
CODE = [file for component in (*COMPONENTS, ROOT / "deploy" / "local") for file in component.glob("loket_*/**/*.py")]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: each.name)
def test_a_component_contains_its_package_its_readme_and_its_tests(component):
    assert (component / f"loket_{component.name}" / "__init__.py").exists()
    assert len((component / "README.md").read_text().splitlines()) > 5
    assert list((component / "tests").glob("test_*.py"))
    if component.name not in ("contracts", "chassis"):
        assert (component / "config.yaml").exists()
        assert (component / f"loket_{component.name}" / "service.py").exists()


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_begins_with_a_docstring(file):
    text = file.read_text()
    assert re.match(r'(?:"""|\'\'\'|#)', text), "it begins with a docstring"
    assert file.stem not in ("utils", "helpers", "common", "manager")


def test_every_dependency_is_pinned_with_its_hash():
    text = (ROOT / "constraints.txt").read_text()
    pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 50
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)
