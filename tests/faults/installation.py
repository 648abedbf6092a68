"""The running system that faults are applied to: a stack, second instances, proxies and a mail server of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from loket_local.components import NAMES, Component, restart
from loket_local.ports import LOOPBACK, find_free
from loket_local.processes import Child
from loket_local.stack import Ports, Stack
from loket_notification.store.plans import Plans
from tests.client import UNLIMITED, eventually
from tests.upgrade.releases import ROOT, another

from . import servers
from .load import Gateways, messages_yaml, municipality_yaml
from .proxy import Proxy
from .replicated import BrokerCluster, ReplicaSet

MAIL_SINK = Path(__file__).parents[1] / "providers" / "mail_sink.py"
#: two instances of each service; one of each, and a proxy for each of its links; three nodes of each server
KINDS = ("pairs", "proxied", "replicated")
SERVERS = {"broker": "AMQP_URI", "database": "MONGO_URI"}
#: bytes of the small disk that `disk-full` fills
DISK = 1_500_000_000


@dataclass
class Installation:
    """`second`: another instance of each service, if there are two. `proxies`: by service and server, if there are any.
    `present_environments`: of the instances that run on the last release, the environment for this one.

    Processes are started and stopped by the main thread: a child ends with the thread that started it.
    """

    stack: Stack
    mails: Path
    sink: Child
    second: dict[str, Component] = field(default_factory=dict)
    proxies: dict[tuple[str, str], Proxy] = field(default_factory=dict)
    present_environments: dict[str, dict[str, str]] = field(default_factory=dict)
    disk: Path | None = None
    replicas: ReplicaSet | None = None
    cluster: BrokerCluster | None = None

    @classmethod
    def start(cls, folder: Path, kind: str) -> Installation:
        """A whole new stack in `folder`, of one of KINDS."""
        sink, mails = start_sink(folder)
        # messages of a dead process are taken over sooner than usual, so that a row waits less
        extra = {"CLAIM_SECONDS": "4", **UNLIMITED, "SMTP_PORT": str(sink.port)}
        running = cls(Stack(folder, Ports(*find_free(5)), environment={}, extra=extra), mails, sink.child)
        try:
            if kind == "replicated":
                running.replicas = ReplicaSet.start(folder)
                running.cluster = BrokerCluster.start(folder)
                running.stack.environment = {"MONGO_URI": running.replicas.uri, "AMQP_URI": running.cluster.uri}
            else:
                running.disk = _mount_disk(folder / "mongodb")
            running.stack.start()
            if kind == "proxied":
                running.put_proxies_between()
            else:
                running.start_second()
        except BaseException:
            running.stop()
            raise
        return running

    def start_second(self) -> None:
        self.second = {name: another(self.stack.components[name], ROOT, "second") for name in NAMES}
        for component in self.second.values():
            component.start()
        for component in self.second.values():
            component.wait_until("ready")

    def put_proxies_between(self, links: Sequence[tuple[str, str]] = ()) -> None:
        """Restart services so that they reach the broker and the database through proxies; without `links` all."""
        links = links or [(service, server) for service in NAMES for server in SERVERS]
        for service, server in links:
            proxy = self.proxies[service, server] = Proxy([getattr(self.stack.ports, _PORT_OF[server])])
            settings = self.stack.components[service].environment
            settings[SERVERS[server]] = _through(settings[SERVERS[server]], proxy.port)
        self.restart(*(self.stack.components[name] for name in dict(links)))

    def restart(self, *components: Component) -> None:
        restart(components)
        for component in components:
            component.wait_until("ready")

    def received_mails(self) -> list[str]:
        """The Message-IDs that the mail server received."""
        return self.mails.read_text().split() if self.mails.exists() else []

    def instances(self) -> Iterator[tuple[str, Component]]:
        """All instances of all services, as `booking-1` and `booking-2`."""
        for number, components in enumerate((self.stack.components, self.second), 1):
            for name, component in components.items():
                yield f"{name}-{number}", component

    def instance(self, name: str) -> Component:
        return dict(self.instances())[name]

    def gateways(self) -> Gateways:
        return Gateways([f"http://{LOOPBACK}:{each.port}" for name, each in self.instances() if "gateway" in name])

    def process_ids(self) -> dict[str, int]:
        """Of those that run."""
        return {name: each.child.pid for name, each in self.instances() if each.child and each.child.is_running()}

    def configure(self, municipality: str, people: int, for_portal: bool = False) -> None:
        """Load a new municipality. Its messages come first, and then the time until every instance knows them."""
        file = self.stack.folder / f"{municipality}.yaml"
        messages = self.stack.folder / f"{municipality}.messages-first.yaml"
        messages.write_text(messages_yaml(municipality), encoding="utf-8")
        self.stack.configure_messages(messages)
        time.sleep(Plans.TTL)
        file.write_text(municipality_yaml(municipality, people, for_portal), encoding="utf-8")
        self.stack.configure(file)

    def wait_until_ready(self, patience: float = 90.0) -> None:
        """Start what has ended, and wait until every probe succeeds."""
        for _, component in self.instances():
            if component.child is None or not component.child.is_running():
                component.start()
        for _, component in self.instances():
            component.wait_until("ready", patience)

    def kill_broker(self) -> None:
        servers.kill_broker(self.stack)

    def start_broker(self) -> None:
        servers.start_broker(self.stack)

    def start_database(self) -> None:
        servers.start_database(self.stack)

    def stop(self) -> None:
        for component in self.second.values():
            component.ask_to_stop()
        for component in self.second.values():
            component.stop()
        self.stack.stop()
        for proxy in self.proxies.values():
            proxy.close()
        self.sink.stop()
        for own in (self.cluster, self.replicas):
            if own is not None:
                own.stop()
        if self.disk is not None:
            subprocess.run(["umount", "--lazy", str(self.disk)], check=True)


_PORT_OF = {"broker": "amqp", "database": "mongo"}


@dataclass(frozen=True)
class Sink:
    port: int
    child: Child


def start_sink(folder: Path) -> tuple[Sink, Path]:
    """A mail server, and the file of its Message-IDs."""
    folder.mkdir(parents=True, exist_ok=True)
    (port,), mails = find_free(1), folder / "mails"
    child = Child.start("mail sink", [sys.executable, MAIL_SINK, str(port), mails], folder / "logs" / "sink.log")
    eventually(lambda: "ready" in child.log.read_text())
    return Sink(port, child), mails


def _mount_disk(folder: Path) -> Path | None:
    """A small file system in memory, for the database alone; None where we may not mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, check=False)
    return folder if done.returncode == 0 else None


def _through(uri: str, port: int) -> str:
    """The same server and user through a proxy; a direct connection, since a replica set gives its own address."""
    scheme, _, rest = uri.partition("://")
    login = f"{found}@" if (found := rest.rpartition("@")[0]) else ""
    end = "/?directConnection=true" if scheme == "mongodb" else "//"
    return f"{scheme}://{login}{LOOPBACK}:{port}{end}"
