"""Each component builds, installs alone into an empty virtual environment, and starts against real servers."""

import os
import secrets
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import LONG
from loket_local.components import Component
from loket_local.ports import find_free
from loket_local.processes import Child

ROOT = Path(__file__).parents[2]
#: the short form makes one
NAMES = ("booking", "notification", "reporting", "gateway") if LONG else ("booking",)
INSTALLER = ROOT / "deploy" / "component.sh"


def install(name, venv, wheels):
    """Install a component with all that it needs. Half a minute of pip, so the short form only builds and installs our
    own packages, and takes those of others from where the tests run."""
    if LONG:
        return subprocess.run(
            [INSTALLER, name, venv],
            env={**os.environ, "PIP_NO_COMPILE": "1"},  # a start compiles only what it imports
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    (site_packages,) = (venv / "lib").glob("python*/site-packages")
    (site_packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    steps = (("build", wheels, name), ("install_packages", wheels, name, venv))
    for step in steps:
        done = subprocess.run(
            [INSTALLER, *step], env={**os.environ, "LOKET_PIP": str(Path(sys.executable).parent / "pip")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            break
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The virtual environment of each component, made side by side: most of it is waiting."""

    def install_alone(name):
        folder = tmp_path_factory.mktemp(name)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
        return folder / "venv", install(name, folder / "venv", folder / "wheels")

    with ThreadPoolExecutor(len(NAMES)) as pool:
        return dict(zip(NAMES, pool.map(install_alone, NAMES), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_component_installs_and_starts_alone(name, servers, installed, tmp_path):
    venv, done = installed[name]
    assert done.returncode == 0, done.stderr
    installed_packages = (venv / "lib").glob("python*/site-packages/loket_*.dist-info")
    ours = {each.name.split("-")[0].replace("_", "-") for each in installed_packages}
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
            "LOKET_SECRET": secrets.token_hex(32),
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
