"""The whole of Loket on one machine: servers, mail catcher, services, demo municipality, in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from . import components, servers
from .components import Component
from .credentials import secret_of, write_for_owner
from .ports import LOOPBACK, find_free, require_free
from .processes import Child, StartFailed, is_alive, last_lines
from .reload import SourceWatcher, packages_of

Report = Callable[[str], None]
RESTART_AFTER = 1.0
#: the account that a municipality begins with
FIRST_ACCOUNT = "beheer"


@dataclass(frozen=True)
class Ports:
    """The port of each part, all on 127.0.0.1."""

    http: int = 8080
    mail: int = 8025
    smtp: int = 1025
    amqp: int = 5673
    mongo: int = 27018

    @classmethod
    def free(cls) -> Ports:
        return cls(*find_free(5))


class Interrupted(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived."""


@dataclass
class Stack:
    """Everything that `loket up` runs. `folder` holds data, logs and the state file."""

    folder: Path
    ports: Ports
    report: Report = lambda _: None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    extra: Mapping[str, str] = field(default_factory=dict)
    servers: servers.Servers | None = None
    mail: Child | None = None
    components: dict[str, Component] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.http}"

    @property
    def mail_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.mail}"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def start(self) -> None:
        """Start everything and wait until it is healthy. Raises StartFailed; what was started is then stopped."""
        try:
            require_free(self.ports.http, "the gateway", "LOKET_HTTP_PORT")
            require_free(self.ports.mail, "the mail page", "LOKET_MAIL_PORT")
            require_free(self.ports.smtp, "the mail catcher", "LOKET_SMTP_PORT")
            self.servers = servers.start(self.folder, self.ports.amqp, self.ports.mongo, self.report, self.environment)
            self.start_mail_catcher()
            self._start_components()
            write_state(self.folder, self)
        except BaseException:
            self.stop()
            raise

    def check_configuration(self, file: Path) -> None:
        """Check a municipality file, which needs no service. Raises StartFailed with the errors."""
        command = [sys.executable, "-m", "loket_chassis.cli", "config", "check", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StartFailed(f"{file} could not be loaded:\n{done.stderr.strip()}")

    def start_mail_catcher(self) -> None:
        self.report(f"mail catcher: starting on port {self.ports.smtp}")
        command = [sys.executable, "-m", "loket_local.mail_catcher"]
        options = ["--smtp-port", str(self.ports.smtp), "--http-port", str(self.ports.mail)]
        self.mail = Child.start("mail catcher", [*command, *options], self.logs / "mail.log")
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            self.mail.require_running()
            try:
                urllib.request.urlopen(f"{self.mail_url}/messages.json", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise StartFailed(f"The mail catcher did not answer; its log is {self.mail.log}")

    def _start_components(self) -> None:
        assert self.servers is not None
        inner = find_free(3)
        self.components = components.make(
            {**dict(zip(("notification", "reporting", "booking"), inner, strict=True)), "gateway": self.ports.http},
            self.logs,
            servers=self.servers.settings_of,
            smtp_port=self.ports.smtp,
            secret=secret_of(self.folder),
            public_url=self.url,
            environment=self.environment,
            extra=self.extra,
        )
        for component in self.components.values():
            self.report(f"{component.name}: starting")
            component.start()
        for component in self.components.values():
            component.wait_until("ready")
            self.report(f"{component.name}: healthy")

    def gateway_alone(self) -> Component:
        """One more gateway, beside services that run already on the same broker and database."""
        self.servers = servers.start(self.folder, self.ports.amqp, self.ports.mongo, self.report, self.environment)
        ports = {**dict.fromkeys(components.NAMES, 0), "gateway": self.ports.http}
        gateway = components.make(
            ports, self.logs, servers=self.servers.settings_of, smtp_port=0,
            secret="", public_url=self.url, environment=self.environment, extra=self.extra,
        )["gateway"]  # fmt: skip
        gateway.start()
        gateway.wait_until("ready")
        return gateway

    def configure(self, file: Path, if_absent: bool = False) -> None:
        """Load a municipality, and its messages if there is a plan beside it.

        `if_absent`: leave an existing configuration unchanged. Raises StartFailed with the errors.
        """
        self.report(f"municipality: loading {file.name}")
        self._load("config load", file, if_absent, "booking")
        messages = file.with_suffix(".messages.yaml")
        if messages.exists():
            self.configure_messages(messages, if_absent)

    def configure_messages(self, file: Path, if_absent: bool = False) -> None:
        """Load a message plan, as `configure` does."""
        self._load("messages load-plan", file, if_absent, "notification")

    def _load(self, command: str, file: Path, if_absent: bool, component: str) -> None:
        done = self.loket(*command.split(), str(file), *(["--if-absent"] if if_absent else []), component=component)
        if done.returncode:
            raise StartFailed(f"{file} could not be loaded:\n{done.stderr.strip()}")
        outcome, _, again = done.stdout.strip().partition("\n")
        self.report(outcome)
        if again and if_absent:
            self.report(
                f"  to load the file again: {Path(sys.executable).parent / 'loket'} local exec loket {command} {file}"
            )

    def open_desk(self, municipality: str) -> str | None:
        """The first account of a municipality, `beheer`; its first password, or None when the account exists."""
        done = self.loket("accounts", "add", municipality, FIRST_ACCOUNT, "--role", "admin")
        return done.stdout.strip() if done.returncode == 0 else None

    def machine_key(self, municipality: str, role: str = "admin") -> str:
        """An API key with this role, made when it is first asked for."""
        name = f"{role.replace('/', '-')}-machine"
        if (municipality, role) not in self.keys:
            done = self.loket("keys", "add", municipality, name, "--role", role)
            if done.returncode:
                done = self.loket("keys", "renew", municipality, name)
            if done.returncode:
                raise StartFailed(f"No key could be made for {municipality}:\n{done.stderr.strip()}")
            self.keys[municipality, role] = done.stdout.strip()
        return self.keys[municipality, role]

    def loket(self, *arguments: str, component: str = "gateway") -> subprocess.CompletedProcess[str]:
        """Run `loket` on this stack, with the settings of a component."""
        return subprocess.run(
            [sys.executable, "-m", "loket_chassis.cli", *arguments], env=self.components[component].environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def watch(self, reload: bool = False) -> None:
        """Supervise until a signal comes. Raises StartFailed when a server ends.

        A service that ends starts again after RESTART_AFTER seconds. `reload`: a service also restarts when its source
        files change, and one that ends waits for such a change.
        """
        assert self.servers is not None
        own = [server.node if hasattr(server, "node") else server.process for server in self.servers.own]
        sources = SourceWatcher({name: packages_of(name) for name in self.components}) if reload else None
        ended: set[str] = set()
        while True:
            for child in own:
                child.require_running()
            if sources and (changed := sources.changed()):
                self._restart(sorted(changed))
                ended -= changed
            for name, component in self.components.items():
                if name in ended or component.child is None or component.child.is_running():
                    continue
                code = component.child.process.returncode
                if reload:
                    self.report(f"{name}: ended with code {code}; waiting for a change\n{last_lines(component.log)}")
                    ended.add(name)
                    continue
                self.report(f"{name}: ended with code {code}; starting again")
                time.sleep(RESTART_AFTER)
                component.start()
            time.sleep(0.5)

    def _restart(self, names: list[str]) -> None:
        began = time.monotonic()
        restarting = [self.components[name] for name in names]
        components.restart(restarting)
        for component in restarting:
            try:
                component.wait_until("ready")
            except StartFailed:
                continue  # `watch` reports it
            self.report(f"{component.name}: restarted after a change, in {time.monotonic() - began:.1f} s")

    def stop(self) -> None:
        """Stop everything, the gateway first, so that no request arrives while the rest finishes."""
        if gateway := self.components.get("gateway"):
            gateway.stop()
        for component in self.components.values():
            component.ask_to_stop()
        for component in self.components.values():
            component.stop()
        if self.mail is not None:
            self.mail.stop()
        if self.servers is not None:
            self.servers.stop()
        remove_state(self.folder, os.getpid())


def raise_on_signals() -> None:
    """Turn the signals that end a program into Interrupted, so that `finally` runs."""

    def interrupt(number: int, _: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)  # one is enough; stopping takes a moment
        raise Interrupted(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def state_file(folder: Path) -> Path:
    return folder / "stack.json"


def write_state(folder: Path, stack: Stack) -> None:
    state = {
        "pid": os.getpid(),
        "url": stack.url,
        "mail": stack.mail_url,
        "mongo_uri": stack.servers.mongo_uri if stack.servers else "",
        "amqp_uri": stack.servers.amqp_uri if stack.servers else "",
        "components": {name: component.port for name, component in stack.components.items()},
    }
    write_for_owner(state_file(folder), json.dumps(state))  # an address can hold a password


def read_state(folder: Path) -> dict[str, object] | None:
    """What `loket up` wrote in this folder, if it still runs."""
    try:
        state: dict[str, object] = json.loads(state_file(folder).read_text())
        pid = int(str(state["pid"]))
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError, KeyError):
        return None
    return state if is_alive(pid) and "loket" in command else None


def remove_state(folder: Path, pid: int) -> None:
    state = read_state(folder)
    if state is not None and state["pid"] == pid:
        state_file(folder).unlink(missing_ok=True)
