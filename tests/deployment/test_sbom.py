"""The bill of materials of a component lists what its image installs."""

import json
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "deploy"))
import sbom  # noqa: E402


@pytest.mark.parametrize("distribution", ["loket-booking", "loket-gateway"])
def test_a_bill_of_materials_lists_all_dependencies_with_their_hashes_and_nothing_else(distribution, tmp_path):
    # cyclonedx-py validates it against the schema of CycloneDX
    bill = json.loads(sbom.write(distribution, tmp_path).read_text())
    assert bill["metadata"]["component"]["name"] == distribution
    listed = {each["name"]: each for each in bill["components"]}
    project = tomllib.loads((ROOT / sbom.COMPONENTS[distribution] / "pyproject.toml").read_text())["project"]
    direct = {sbom.normal(sbom.Requirement(each).name) for each in project["dependencies"]}
    assert {name for name in direct if not name.startswith("loket-")} <= listed.keys()
    assert {"pymongo", "amqp", "greenlet"} <= listed.keys()  # of the chassis, and of eventlet
    assert not {"pytest", "mypy", "playwright"} & listed.keys()
    for name, component in listed.items():
        assert component["version"]
        assert any(reference.get("hashes") for reference in component["externalReferences"]), name
