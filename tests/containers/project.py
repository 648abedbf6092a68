"""The compose project under test: started as docs/how-to/run-in-containers.md says, looked at through the engine."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import requests
from docker.models.containers import Container
from docker.models.networks import Network

from loket_local.ports import LOOPBACK, find_free
from tests.client import UNLIMITED, eventually
from tests.faults.final import Access

from .engine import Engine

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy" / "compose.yaml"
REPLICATED = ROOT / "deploy" / "compose.replicated.yaml"
CHANGES = Path(__file__).parent / "compose.test.yaml"
#: seconds until the stack is healthy, on a busy machine
PATIENCE = 300


class ComposeFailed(Exception):
    """A command of Docker Compose failed; the text has the end of what it printed."""


@dataclass
class Project:
    """`folder`: of this run's secrets and municipalities. `files`: the compose files. `settings`: beside the usual."""

    engine: Engine
    folder: Path
    files: Sequence[Path] = (COMPOSE, CHANGES)
    profiles: Sequence[str] = ("demo",)
    settings: Mapping[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"loket-test-{secrets.token_hex(4)}")
    ports: Sequence[int] = field(default_factory=lambda: find_free(4))

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports[0]}"

    @property
    def mail_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports[1]}"

    @property
    def environment(self) -> dict[str, str]:
        ports = dict(zip(("HTTP_PORT", "MAIL_PORT", "PROXY_HTTP_PORT", "PROXY_HTTPS_PORT"), self.ports, strict=True))
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **({"DOCKER_HOST": self.engine.address} if self.engine.address else {}),
            **{name: str(port) for name, port in ports.items()},
            # a builder that is part of the engine, and what it was given before, so that its cache is used
            "DOCKER_BUILDKIT": "0",
            "SECRETS": str(self.folder / "secrets"),
            "MUNICIPALITIES": str(self.folder / "municipalities"),
            "PUBLIC_URL": self.url,
            # the messages of a dead process are taken over sooner than usual
            "CLAIM_SECONDS": "4",
            **UNLIMITED,
            **self.settings,
        }

    def compose(self, *arguments: str) -> str:
        """What the command printed. Raises ComposeFailed."""
        command = [*self.engine.compose, "--project-name", self.name]
        for file in self.files:
            command += ["--file", file]
        for profile in self.profiles:
            command += ["--profile", profile]
        done = subprocess.run([*command, *arguments], env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ComposeFailed(f"docker compose {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def up(self, *services: str) -> None:
        """Start, and wait until everything is healthy."""
        try:
            self.compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", str(PATIENCE), *services)
        except ComposeFailed as error:
            raise ComposeFailed("\n".join([str(error), *self._unwell()])) from error

    def _unwell(self) -> Iterator[str]:
        """What the containers say that are not healthy."""
        for container in self.all_containers():
            state = container.attrs["State"]
            health = state.get("Health", {"Status": "healthy" if state["Running"] else "", "Log": []})
            if health["Status"] != "healthy" and state["ExitCode"] | state["Running"]:
                yield f"{container.name}: {state['Status']}, exit code {state['ExitCode']}, {health}"
                yield container.logs(tail=30).decode(errors="replace")

    def down(self) -> None:
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5")

    def containers(self, service: str) -> list[Container]:
        """Those of a service, by number, also when they do not run."""
        labels = [f"com.docker.compose.project={self.name}", f"com.docker.compose.service={service}"]
        found = self.engine.client.containers.list(all=True, filters={"label": labels})
        return sorted(found, key=lambda each: int(each.labels["com.docker.compose.container-number"]))

    def all_containers(self) -> list[Container]:
        label = f"com.docker.compose.project={self.name}"
        return list(self.engine.client.containers.list(all=True, filters={"label": label}))

    def network(self, name: str) -> Network:
        return self.engine.client.networks.get(f"{self.name}_{name}")

    def address(self, container: Container, network: str = "backend") -> str:
        """Its address, at which this machine reaches also ports that are not published."""
        container.reload()
        return str(container.attrs["NetworkSettings"]["Networks"][f"{self.name}_{network}"]["IPAddress"])

    def run_in(self, service: str, *command: str) -> str:
        """What a command prints in the first container of a service. Raises ComposeFailed."""
        done = self.containers(service)[0].exec_run(list(command), demux=True)
        code, (out, err) = done.exit_code, cast("tuple[bytes | None, bytes | None]", done.output)
        if code:
            raise ComposeFailed(f"{' '.join(command)} in {service}: {(err or b'').decode()}")
        return (out or b"").decode().strip()

    def access(self, municipality: str) -> Access:
        """How the tests read the final state, past the gateway."""
        key = self.run_in("gateway", "loket", "keys", "add", municipality, "tests", "--role", "admin")
        password = (self.folder / "secrets" / "rabbitmq_password").read_text()
        key_of_members = (self.folder / "secrets" / "mongodb_key").read_text()
        broker, database = self.running("rabbitmq"), self.running("mongodb")
        return Access(
            self.url,
            f"mongodb://__system:{key_of_members}@{self.address(database)}:27017/?directConnection=true&authSource=local",
            f"pyamqp://loket:{password}@{self.address(broker)}:5672//",
            key,
        )

    def running(self, service: str) -> Container:
        return next(each for each in self.containers(service) if each.status == "running")

    def mails(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self.mail_url}/messages.json", timeout=30).json()
        return found

    def message_ids(self) -> Iterable[str]:
        return [each["message_id"].strip("<>") for each in self.mails()]

    def wait_until_healthy(self, services: Iterable[str]) -> None:
        def healthy() -> bool:
            found = [each for service in services for each in self.containers(service)]
            return all(each.attrs["State"].get("Health", {}).get("Status") == "healthy" for each in found)

        eventually(healthy, patience=PATIENCE)
