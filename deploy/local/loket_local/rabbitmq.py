"""A private RabbitMQ node: Debian's package, with a node name, ports, cookie and data folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kombu import Connection

from loket_chassis.messaging.broker_definitions import definitions, user
from loket_chassis.messaging.broker_permissions import SERVICES
from loket_contracts.rpc.permitted_calls import user_of

from . import debian
from .credentials import administrator_password_of, user_passwords_of, write_for_owner
from .ports import LOOPBACK, find_free
from .processes import Child, StartFailed

START_TIMEOUT = 120.0
USER = "loket"
#: the queues of calls and of replies are classic ones: without mirrors they are unavailable together with their node
CALLS_ON_ALL_NODES = {
    "vhost": "/", "name": "loket-rpc", "pattern": r"^(rpc|amq\.gen-)", "apply-to": "queues",
    "definition": {"ha-mode": "all", "ha-promote-on-failure": "always"},
}  # fmt: skip


@dataclass
class RabbitMQ:
    """A running node with the port mapper (epmd) that belongs to it alone."""

    port: int
    node: Child
    port_mapper: Child
    password: str
    distribution_port: int
    #: by service; none in a cluster, in which all log in as the administrator
    passwords: Mapping[str, str] = field(default_factory=dict)
    #: of programs that administer the node
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"pyamqp://{USER}:{self.password}@{LOOPBACK}:{self.port}//"

    def uri_of(self, service: str) -> str:
        """The address for a service."""
        return f"pyamqp://{user_of(service)}:{self.passwords[service]}@{LOOPBACK}:{self.port}//"

    def control(self, *arguments: str, text: str = "") -> str:
        """Run `rabbitmqctl` on the node, with `text` as its standard input. Return what it prints.

        Raises CalledProcessError.
        """
        command: list[str | Path] = [find_or_install().with_name("rabbitmqctl"), "--quiet", *arguments]
        done = subprocess.run(command, env=self.environment, input=text, capture_output=True, text=True, check=True)
        return done.stdout

    def stop(self) -> None:
        self.node.stop()
        self.port_mapper.stop()


@dataclass(frozen=True)
class Member:
    """A node's place in a cluster, whose `nodes` share the port mapper, the cookie and the folder of the password.

    `prefix`: the command that starts it, such as one that changes the user to `owner`. `tick`: seconds after which
    a node that does not answer is down.
    """

    name: str
    mapper: Child
    mapper_port: int
    home: Path
    nodes: Sequence[str]
    cookie: str
    owner: int
    prefix: Sequence[str] = ()
    tick: int = 8

    @property
    def discovery(self) -> str:
        listed = "".join(
            f"cluster_formation.classic_config.nodes.{number} = {name}@localhost\n"
            for number, name in enumerate(self.nodes, 1)
        )
        return (
            "cluster_formation.peer_discovery_backend = classic_config\n"
            f"cluster_partition_handling = pause_minority\n{listed}"
        )


def find_server() -> Path | None:
    """The server's own start script. Debian's wrapper on PATH insists on root; this one runs as any user."""
    packaged = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    if packaged.exists():
        return packaged
    on_path = shutil.which("rabbitmq-server")
    return Path(on_path) if on_path else None


def find_or_install() -> Path:
    with debian.alone():
        server = find_server()
        if server is None:
            debian.install("rabbitmq-server", "RabbitMQ")
            server = find_server()
    if server is None:
        raise StartFailed("RabbitMQ was installed, but its start script is not at /usr/lib/rabbitmq/bin.")
    return server


def start(folder: Path, port: int, logs: Path, member: Member | None = None) -> RabbitMQ:
    """Start a node on `port` that stores its data in `folder`, and wait until it takes connections.

    `member`: its place in a cluster; alone by default.
    """
    server = find_or_install()
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    (distribution_port,) = find_free(1)
    mapper_port = member.mapper_port if member else find_free(1)[0]
    configuration, definitions = folder / "rabbitmq.conf", folder / "definitions.json"
    password = administrator_password_of(member.home if member else folder)
    passwords = {} if member else user_passwords_of(folder, SERVICES)
    write_for_owner(definitions, json.dumps(_definitions(password, passwords)))
    configuration.write_text(
        f"listeners.tcp.default = {LOOPBACK}:{port}\n"
        f"load_definitions = {definitions}\n"
        # a laptop's half-full disk should not stop a demonstration
        "disk_free_limit.absolute = 50MB\n"
        "log.file = false\nlog.console = true\nlog.console.level = warning\n"
        f"{member.discovery if member else ''}"
    )
    (folder / "enabled_plugins").write_text("[].\n")
    environment = {
        **_erlang(folder, mapper_port),
        "RABBITMQ_NODENAME": f"{member.name if member else 'loket'}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution_port),
        "RABBITMQ_CONFIG_FILE": str(configuration),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder if member else logs.resolve()),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        # the start script then replaces itself by the Erlang machine, so that our child is the node itself
        "RABBITMQ_ALLOW_INPUT": "1",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none "
        "-kernel inet_dist_use_interface {127,0,0,1}" + (f" net_ticktime {member.tick}" if member else ""),
    }
    mapper = member.mapper if member else start_mapper(folder, mapper_port, logs)
    if member:
        _give_to(member, folder)
    command: list[str | Path] = [*(member.prefix if member else ()), server, "-noinput"]
    node = Child.start("RabbitMQ", command, logs / "rabbitmq.log", environment)
    broker = RabbitMQ(port, node, mapper, password, distribution_port, passwords, environment)
    try:
        _wait_until_ready(broker)
    except BaseException:
        broker.stop()
        raise
    return broker


def _give_to(member: Member, folder: Path) -> None:
    """Write the cookie, and give the node's files to its owner."""
    cookie = folder / ".erlang.cookie"
    if not cookie.exists():
        cookie.write_text(member.cookie)
        cookie.chmod(0o400)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, member.owner, member.owner)


def start_mapper(home: Path, port: int, logs: Path) -> Child:
    """Start a port mapper (epmd), at which the nodes of one cluster find each other."""
    epmd = shutil.which("epmd") or "/usr/bin/epmd"
    return Child.start("epmd", [epmd, "-port", str(port), "-address", LOOPBACK], logs / "epmd.log", _erlang(home, port))


def _erlang(home: Path, mapper_port: int) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin",
        "LANG": "C.UTF-8",
        "HOME": str(home),  # the Erlang cookie lives here, so no other node shares it
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": LOOPBACK,
    }


def _definitions(password: str, passwords: Mapping[str, str]) -> dict[str, Any]:
    """What the node takes over at every start (https://www.rabbitmq.com/docs/definitions): users, policies.

    `passwords`: by service. Without any it is a node of a cluster, of which each queue of events shall have copies: a
    queue of a definition would have one on this node alone.
    """
    administrators = [
        user(USER, password, "administrator"),
        user("guest", ""),  # RabbitMQ made this user in folders of earlier versions
    ]
    all_of = {"user": USER, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    if not passwords:
        return {
            "users": administrators, "vhosts": [{"name": "/"}], "permissions": [all_of],
            "policies": [CALLS_ON_ALL_NODES],
        }  # fmt: skip
    of_services = definitions(passwords)
    return {
        **of_services, "users": [*administrators, *of_services["users"]],
        "permissions": [all_of, *of_services["permissions"]],
    }  # fmt: skip


def _wait_until_ready(broker: RabbitMQ) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        broker.node.require_running()
        with contextlib.suppress(OSError, ConnectionError):
            # the port opens before the node can serve, so the handshake is the test
            socket.create_connection((LOOPBACK, broker.port), timeout=1).close()
            with Connection(broker.uri, connect_timeout=3) as connection:
                connection.ensure_connection(max_retries=1, timeout=3)
                return
        time.sleep(0.2)
    raise StartFailed(f"RabbitMQ did not take connections within {START_TIMEOUT:.0f} s; its log is {broker.node.log}")
