"""A container engine: the one that answers, else a private one of Debian's packages that ends with this process."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import DockerException

from loket_local import debian
from loket_local.processes import Child, StartFailed, is_alive

from .debian_packages import PackagesUnavailable, Suite, extract

#: what one run leaves for the next: the engine's programs, and its images
CACHE = Path(os.environ.get("LOKET_CONTAINER_CACHE") or Path.home() / ".cache" / "loket" / "containers")
PROGRAMS = ("docker.io", "containerd", "runc")
#: the release of Debian with a docker-compose that understands our file; the program needs no library
COMPOSE_FROM = "trixie"
PATIENCE = 60.0
FOLDER = "loket-engine-"
#: of all containers of the private engine
CGROUP = "/loket-engine"
Report = Callable[[str], None]


class EngineUnavailable(Exception):
    """No engine answers, and none can be started here; the text is one line."""


@dataclass(frozen=True)
class Engine:
    """`address`: its DOCKER_HOST; empty for the usual one. `private`: started by us, so without images of a registry.
    `compose`: the command of Docker Compose 2."""

    client: docker.DockerClient
    address: str
    private: bool
    compose: Sequence[str | Path]
    daemon: Child | None = None

    def processor_seconds(self) -> dict[str, float]:
        """Processor time so far: of this process, and with a private engine of it and its containers."""
        own = os.times()
        found = {"tests": own.user + own.system + own.children_user + own.children_system}
        usage = Path(f"/sys/fs/cgroup/cpuacct{CGROUP}/cpuacct.usage")  # counts containers that were removed too
        if self.daemon is not None:
            found["engine"] = _processor_seconds_of(self.daemon.pid)
            if usage.exists():
                found["containers"] = int(usage.read_text()) / 1e9
        return found


def _processor_seconds_of(pid: int) -> float:
    """Of a process and all its descendants, also those that ended; 0 when it is gone."""
    try:
        ticks = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        children = Path(f"/proc/{pid}/task/{pid}/children").parent.parent.glob("*/children")
        descendants = [int(each) for file in children for each in file.read_text().split()]
    except OSError:
        return 0.0
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(_processor_seconds_of, descendants))


@contextmanager
def find_or_start(can_use: Callable[[docker.DockerClient], bool], report: Report = print) -> Iterator[Engine]:
    """The engine that answers, if `can_use` it, else a private one. Raises EngineUnavailable."""
    with ExitStack() as undo:
        client = answering() if not os.environ.get("LOKET_PRIVATE_ENGINE") else None
        if client is not None and can_use(client):
            yield Engine(
                client, os.environ.get("DOCKER_HOST", ""), False, _compose_on_path() or [_compose_program(report)]
            )
            return
        yield undo.enter_context(_private(report))


def answering() -> docker.DockerClient | None:
    """A client of the engine that DOCKER_HOST names, or of the usual one, if it answers."""
    try:
        client = docker.from_env(timeout=10)
        client.ping()
    except DockerException:
        return None
    return client


def reason_against_private() -> str:
    """Why no private engine can be started here, in one line; empty if it can."""
    if os.geteuid() != 0:
        return "it needs root"
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return "its programs come from Debian's packages, and this machine has no apt-get"
    return ""


@contextmanager
def _private(report: Report) -> Iterator[Engine]:
    if reason := reason_against_private():
        raise EngineUnavailable(f"no container engine answers, and a private one cannot be started: {reason}")
    CACHE.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        lock = undo.enter_context((CACHE / "lock").open("w"))
        _lock(lock.fileno(), report)
        try:
            programs, compose = _engine_programs(report), _compose_program(report)
        except (PackagesUnavailable, StartFailed) as error:
            message = f"no container engine answers, and the programs of a private one cannot be had: {error}"
            raise EngineUnavailable(message.replace("\n", " ")) from error
        _remove_leftovers()
        folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        undo.callback(_unmount_below, folder)
        daemon = _start(folder, programs)
        undo.callback(daemon.stop, 60)
        address = f"unix://{folder}/docker.sock"
        client = _wait_until_it_answers(address, daemon)
        undo.callback(client.close)
        undo.callback(_remove_all, client)
        _remove_all(client)  # of a run that was killed
        yield Engine(client, address, True, [compose], daemon)


def _lock(file: int, report: Report) -> None:
    """Two engines cannot share their images."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        report("waiting for another run, which has the engine's images")
        fcntl.flock(file, fcntl.LOCK_EX)


def _engine_programs(report: Report) -> Path:
    """The folder of dockerd and what it starts, from the packages of this machine's own release of Debian."""
    place = CACHE / "engine"
    if shutil.which("iptables") is None:
        with debian.alone():
            debian.install("iptables", "iptables, which dockerd looks for,")
    if not (place / "usr" / "sbin" / "dockerd").exists():
        report("engine: extracting Debian's docker.io (once)")
        with tempfile.TemporaryDirectory() as downloads:
            get = ["apt-get", "--quiet", "--option=APT::Sandbox::User=root", "download", *PROGRAMS]
            done = subprocess.run(get, cwd=downloads, capture_output=True, text=True, check=False)
            if done.returncode:
                raise PackagesUnavailable(f"apt-get download: {done.stderr.strip()}")
            for file in Path(downloads).glob("*.deb"):
                extract(file, place)
    return place


def _compose_on_path() -> list[str | Path]:
    program = shutil.which("docker")
    command: list[str | Path] = [program or "docker", "compose"]
    found = program and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0
    return command if found else []


def _compose_program(report: Report) -> Path:
    program = CACHE / "compose" / "usr" / "libexec" / "docker" / "cli-plugins" / "docker-compose"
    if not program.exists():
        report("engine: extracting Debian's docker-compose (once)")
        for file in Suite(COMPOSE_FROM, CACHE / "apt" / COMPOSE_FROM).download(["docker-compose"], alone=True):
            extract(file, CACHE / "compose")
    return program


def _start(folder: Path, programs: Path) -> Child:
    """dockerd with its data in the cache. It leaves the packet filter of this machine alone: published ports then go
    through a process, and containers reach nothing outside."""
    found = os.pathsep.join(str(programs / "usr" / each) for each in ("bin", "sbin"))
    environment = {**os.environ, "PATH": f"{found}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    options: dict[str, str | Path] = {
        "host": f"unix://{folder}/docker.sock", "data-root": CACHE / "data", "exec-root": folder / "exec",
        "pidfile": folder / "docker.pid", "bridge": "none", "iptables": "false", "ip6tables": "false",
        "ip-forward": "false", "ip-masq": "false", "log-level": "warn",
        "userland-proxy-path": programs / "usr" / "sbin" / "docker-proxy", "exec-opt": "native.cgroupdriver=cgroupfs",
        "cgroup-parent": CGROUP,
    }  # fmt: skip
    command = [programs / "usr" / "sbin" / "dockerd", *[f"--{name}={value}" for name, value in options.items()]]
    return Child.start("the container engine", command, folder / "dockerd.log", environment)


def _wait_until_it_answers(address: str, daemon: Child) -> docker.DockerClient:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            daemon.require_running()
            client = docker.DockerClient(base_url=address, version="auto", timeout=120)
            client.ping()
            return client
        except StartFailed as error:
            raise EngineUnavailable(f"the private container engine does not run here: {_last_line(error)}") from error
        except DockerException as error:
            if time.monotonic() > deadline:
                message = f"the private container engine did not answer within {PATIENCE:.0f} s: {_last_line(error)}"
                raise EngineUnavailable(message) from error
            time.sleep(0.2)


def _last_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1]


def _remove_all(client: docker.DockerClient) -> None:
    """Containers, networks and volumes; the images stay."""
    for container in client.containers.list(all=True):
        container.remove(force=True, v=True)
    client.networks.prune()
    for volume in client.volumes.list():
        volume.remove(force=True)


def _remove_leftovers() -> None:
    """What engines of runs that were killed left: they end with their run, but not their folders and mounts."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        pid = folder.name.removeprefix(FOLDER).partition("-")[0]
        if not (pid.isdigit() and is_alive(int(pid))):
            _unmount_below(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _unmount_below(folder: Path) -> None:
    for line in reversed(Path("/proc/mounts").read_text().splitlines()):
        if (place := line.split()[1]).startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False)
