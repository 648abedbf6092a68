"""The images of others that our files name: from their registry, else made of Debian's packages.

A private engine reaches no registry. There, an image with the same server and the same name takes the place of each,
and everything that runs in the original's way (its user, its folders, its command) must run in it too.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from loket_local import mongodb

from . import debian_packages
from .debian_packages import CERTIFICATES, Suite, add_user, make_root
from .engine import CACHE, Report

ROOT = Path(__file__).parents[2]
#: marks an image that we made, with a digest of how
LABEL = "loket.substitute"
RABBITMQ_BIN = "/usr/lib/rabbitmq/bin"


@dataclass(frozen=True)
class Substitute:
    """How an image is made: of Debian's `packages`, then by `finish` in their folder, then `changes` (Dockerfile)."""

    suite: str
    packages: tuple[str, ...]
    changes: tuple[str, ...]
    finish: Callable[[Path], None] = field(default=lambda _: None)

    @property
    def digest(self) -> str:
        how = [self.suite, *self.packages, *self.changes, inspect.getsource(self.finish)]
        return hashlib.sha256("\n".join([*how, inspect.getsource(debian_packages)]).encode()).hexdigest()[:16]


def _rabbitmq(root: Path) -> None:
    library = "/var/lib/rabbitmq"
    add_user(root, "rabbitmq", 999, library, f"{library}/mnesia", "/var/log/rabbitmq", "/etc/rabbitmq/conf.d")


def _mongodb(root: Path) -> None:
    add_user(root, "mongodb", 999, "/data/db", "/data/configdb")
    shutil.copy(mongodb.find(), root / "usr" / "bin" / "mongod")


SUBSTITUTES = {
    "python": Substitute(
        "bookworm",
        ("ca-certificates", "libstdc++6", "netbase", "passwd", "python-is-python3", "python3-venv", "tzdata"),
        (),
    ),
    "rabbitmq": Substitute(
        "trixie",
        ("rabbitmq-server",),
        (
            f"ENV PATH={RABBITMQ_BIN}:/usr/bin:/usr/sbin HOME=/var/lib/rabbitmq LANG=C.UTF-8 RABBITMQ_LOGS=-",
            "VOLUME /var/lib/rabbitmq",
            'CMD ["rabbitmq-server"]',
        ),
        _rabbitmq,
    ),
    "mongo": Substitute(
        "bookworm", ("libcurl4",), ("VOLUME /data/db /data/configdb", 'ENTRYPOINT ["mongod"]'), _mongodb
    ),
}


def _caddy(root: Path) -> None:
    for folder in ("data", "config", "etc/caddy"):
        (root / folder).mkdir(parents=True, exist_ok=True)


SUBSTITUTES["caddy"] = Substitute(
    "trixie",
    ("caddy",),
    (
        "ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data",
        'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
    ),
    _caddy,
)


def images_of_others(files: Iterable[Path]) -> list[str]:
    """The names in the Dockerfile and these compose files of images that we do not build."""
    found = re.findall(r"^ARG BASE_IMAGE=(\S+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    for file in files:
        found += re.findall(r"^ +image: (?!loket-)(\S+)", file.read_text(), re.MULTILINE)
    return sorted(set(found))


def can_pull(client: docker.DockerClient, names: Iterable[str]) -> bool:
    """Whether the engine has these images, after a try to pull those that it lacks."""
    for name in names:
        try:
            client.images.get(name)
        except ImageNotFound:
            try:
                client.images.pull(name)
            except (APIError, DockerException):
                return False
    return True


def make_missing(client: docker.DockerClient, names: Iterable[str], report: Report) -> None:
    """Make a substitute for each of these images that the private engine lacks, or has from another recipe."""
    for name in names:
        substitute = SUBSTITUTES[name.partition(":")[0].rpartition("/")[2]]
        try:
            if client.images.get(name).labels.get(LABEL) == substitute.digest:
                continue
        except ImageNotFound:
            pass
        report(f"image {name}: made of packages of Debian {substitute.suite} (once)")
        _make(client, name, substitute)


def _make(client: docker.DockerClient, name: str, substitute: Substitute) -> None:
    repository, _, tag = name.partition(":")
    with tempfile.TemporaryDirectory(prefix="loket-root-", dir=_fast()) as folder:
        root = Path(folder) / "root"
        make_root(Suite(substitute.suite, CACHE / "apt" / substitute.suite), substitute.packages, root)
        substitute.finish(root)
        certificates = f"ENV SSL_CERT_FILE={CERTIFICATES}"
        with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as content:
            client.api.import_image_from_stream(
                content.stdout,
                repository=repository,
                tag=tag,
                changes=[*substitute.changes, certificates, f"LABEL {LABEL}={substitute.digest}"],
            )


def _fast() -> str | None:
    """Thousands of small files are written sooner in memory."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30 else None
