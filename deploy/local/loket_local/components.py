"""The four services: how each is started, and how its health is checked."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .ports import LOOPBACK
from .processes import Child, StartFailed

TIMEOUT = 60.0
#: consumers yield the processor to what users wait for, but still get a quarter of it: staff wait for their answers too
NICENESS = {"notification": 5, "reporting": 5}
#: settings that the operator's environment does not decide: each service has its own database
#: and users, and all mail is caught
OF_EACH, OF_STACK = "MONGO_DATABASE", ("SMTP_", "AMQP_URI", "MONGO_URI")
NAMES = ("notification", "reporting", "booking", "gateway")
#: the settings that name the broker and the database; a suffix names the service, for its user
AMQP, MONGO = "AMQP_URI", "MONGO_URI"


@dataclass
class Component:
    """One service as a child process, and its environment."""

    name: str
    port: int
    environment: dict[str, str]
    log: Path
    child: Child | None = None

    @property
    def health(self) -> str:
        return f"http://{self.environment.get('PROBE_ADDRESS') or f'{LOOPBACK}:{self.port}'}/health"

    def start(self) -> None:
        command = [sys.executable, "-m", f"loket_{self.name}"]
        self.child = Child.start(self.name, command, self.log, self.environment, NICENESS.get(self.name, 0))

    def says(self, probe: str) -> bool:
        """Whether the probe `live` (the process answers) or `ready` (all that it needs answers) succeeds."""
        try:
            with urllib.request.urlopen(f"{self.health}/{probe}", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait_until(self, probe: str, timeout: float = TIMEOUT) -> None:
        """Raises StartFailed when it ends, or when the probe does not succeed in time."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.child is not None:
                self.child.require_running()
            if self.says(probe):
                return
            time.sleep(0.1)
        raise StartFailed(f"{self.name} was not {probe} within {timeout:.0f} s; its log is {self.log}")

    def ask_to_stop(self) -> None:
        """Send SIGTERM and return immediately; `stop` then waits."""
        if self.child is not None and self.child.is_running():
            self.child.process.terminate()

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()


def make(
    ports: Mapping[str, int],
    logs: Path,
    *,
    servers: Callable[[str], Mapping[str, str]],
    smtp_port: int,
    secret: str,
    public_url: str,
    environment: Mapping[str, str],
    extra: Mapping[str, str] | None = None,
) -> dict[str, Component]:
    """The four services, not started yet.

    `ports`: the HTTP port of each. `servers`: gives the settings with which a service reaches the broker and the
    database. `environment`: settings of the operator, which count unless the stack decides
    them itself. `extra`: more settings for all of them.
    """
    shared = {
        **{name: value for name, value in environment.items() if name != OF_EACH and not name.startswith(OF_STACK)},
        "PATH": os.environ.get("PATH", ""),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PUBLIC_URL": environment.get("PUBLIC_URL") or public_url,
        "SMTP_HOST": LOOPBACK,
        "SMTP_PORT": str(smtp_port),
        **(extra or {}),
    }
    own = {name: {"MONGO_DATABASE": f"loket_{name}", **servers(name)} for name in NAMES}
    own["booking"]["LOKET_SECRET"] = secret
    return {
        name: Component(
            name,
            ports[name],
            {**own[name], **shared, "HTTP_ADDRESS": f"{LOOPBACK}:{ports[name]}"},
            logs / f"{name}.log",
        )
        for name in NAMES
    }


def restart(components: Iterable[Component]) -> None:
    """Stop them together, then start them; each may need some time until it is ready."""
    restarting = list(components)
    for component in restarting:
        component.ask_to_stop()
    for component in restarting:
        component.stop()
        component.start()
