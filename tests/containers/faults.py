"""Faults of containers, each with the engine's own means."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from docker.models.containers import Container
from pymongo import MongoClient

from tests.client import eventually

from .project import Project
from .scenario import Fault

#: of compose.replicated.yaml
MEMBERS = ("mongodb", "mongodb-2", "mongodb-3")


def crash(project: Project, service: str, number: int = 0) -> None:
    """Kill the first process of a container. What the engine is asked to kill it would not start again."""
    container = project.containers(service)[number]
    container.reload()
    pid = container.attrs["State"]["Pid"]
    if project.engine.private and Path(f"/proc/{pid}").exists():
        os.kill(pid, signal.SIGKILL)
    else:
        container.kill()
        container.start()


def is_back(project: Project, service: str, number: int = 0) -> None:
    """Wait until it runs again; its policy says that the engine starts it."""
    eventually(lambda: _health(project.containers(service)[number]) == "healthy", patience=120)


def _health(container: Container) -> str:
    return str(container.attrs["State"].get("Health", {}).get("Status", container.status))


def crashed(service: str) -> Fault:
    return Fault(
        f"a container of {service} is killed",
        lambda project: crash(project, service),
        lambda project: is_back(project, service),
    )


def disconnected(service: str, network: str = "backend") -> Fault:
    """The container's names are given back with its connection."""

    def begin(project: Project) -> None:
        project.network(network).disconnect(project.containers(service)[0])

    def end(project: Project) -> None:
        project.network(network).connect(project.containers(service)[0], aliases=[service])

    return Fault(f"a container of {service} is disconnected from the network", begin, end)


def restarted(service: str) -> Fault:
    def begin(project: Project) -> None:
        project.containers(service)[0].restart(timeout=60)

    return Fault(f"{service} is restarted", begin, lambda project: is_back(project, service))


def lost(service: str, seconds: float = 8.0) -> Fault:
    """Killed, and started again after a while: the other nodes go on meanwhile."""

    def end(project: Project) -> None:
        project.containers(service)[0].start()
        is_back(project, service)

    return Fault(f"{service} is lost", lambda project: project.containers(service)[0].kill(), end, seconds)


def primary_lost(seconds: float = 8.0) -> Fault:
    """The member of the replica set that takes writes."""
    killed: list[str] = []

    def begin(project: Project) -> None:
        service = next(each for each in MEMBERS if _is_primary(project, each))
        killed.append(service)
        project.containers(service)[0].kill()

    def end(project: Project) -> None:
        project.containers(killed[-1])[0].start()
        is_back(project, killed[-1])

    return Fault("the primary of the database is lost", begin, end, seconds)


def _is_primary(project: Project, service: str) -> bool:
    address = project.address(project.containers(service)[0])
    with MongoClient[dict[str, object]](address, 27017, directConnection=True) as client:
        return bool(client.admin.command("hello")["isWritablePrimary"])
