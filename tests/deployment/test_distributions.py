"""Each component builds, installs alone into an empty virtual environment, and starts against real servers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loket_local.components import Component
from loket_local.ports import find_free
from loket_local.processes import Child

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["booking", "notification", "reporting", "gateway"])
def test_a_component_installs_and_starts_without_the_others(name, servers, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([ROOT / "deploy" / "component.sh", name, venv], check=True, cwd=tmp_path)
    found = subprocess.run(
        [venv / "bin" / "pip", "list", "--format", "freeze"], check=True, capture_output=True, text=True
    ).stdout
    ours = {line.split("==")[0] for line in found.splitlines() if line.startswith("loket")}
    assert ours == {"loket-contracts", "loket-chassis", f"loket-{name}"}

    (port,) = find_free(1)
    component = Component(
        name,
        port,
        {
            "PATH": os.environ["PATH"],
            "AMQP_URI": servers.amqp_uri,
            "MONGO_URI": servers.mongo_uri,
            "MONGO_DATABASE": f"alone_{name}",
            "PUBLIC_URL": "http://127.0.0.1:1",
            "LOKET_SECRET": "secret",
            "HTTP_ADDRESS": f"127.0.0.1:{port}",
        },
        tmp_path / "log",
    )
    component.child = Child.start(
        name, [venv / "bin" / "python", "-m", f"loket_{name}"], component.log, component.environment
    )
    try:
        # the gateway alone is alive, and says that the others are away
        component.wait_until("live" if name == "gateway" else "ready")
    finally:
        component.child.kill()
