"""A private RabbitMQ node: Debian's package, with a node name, ports, cookie and data folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from kombu import Connection

from . import debian
from .ports import LOOPBACK, find_free
from .processes import Child, StartFailed

PATIENCE = 60.0


@dataclass
class RabbitMQ:
    """A running node with the port mapper (epmd) that belongs to it alone."""

    port: int
    node: Child
    port_mapper: Child

    @property
    def uri(self) -> str:
        return f"pyamqp://guest:guest@{LOOPBACK}:{self.port}//"

    def stop(self) -> None:
        self.node.stop()
        self.port_mapper.stop()


def find_server() -> Path | None:
    """The server's own start script. Debian's wrapper on PATH insists on root; this one runs as anybody."""
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


def start(folder: Path, port: int, logs: Path) -> RabbitMQ:
    """Start a node on `port` that keeps its data in `folder`, and wait until it takes connections."""
    server = find_or_install()
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()
    mapper_port, distribution_port = find_free(2)
    configuration = folder / "rabbitmq.conf"
    configuration.write_text(
        f"listeners.tcp.default = {LOOPBACK}:{port}\n"
        "loopback_users.guest = true\n"
        # a laptop's half-full disk should not stop a demonstration
        "disk_free_limit.absolute = 50MB\n"
        "log.file = false\nlog.console = true\nlog.console.level = warning\n"
    )
    (folder / "enabled_plugins").write_text("[].\n")
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),  # the Erlang cookie lives here, so no other node shares it
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "RABBITMQ_NODENAME": "loket@localhost",
        "RABBITMQ_DIST_PORT": str(distribution_port),
        "RABBITMQ_CONFIG_FILE": str(configuration),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(logs.resolve()),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        # the start script then replaces itself by the Erlang machine, so that our child is the node itself
        "RABBITMQ_ALLOW_INPUT": "1",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none "
        "-kernel inet_dist_use_interface {127,0,0,1}",
    }
    epmd = shutil.which("epmd") or "/usr/bin/epmd"
    mapper = Child.start(
        "epmd", [epmd, "-port", str(mapper_port), "-address", LOOPBACK], logs / "epmd.log", environment
    )
    node = Child.start("RabbitMQ", [server, "-noinput"], logs / "rabbitmq.log", environment)
    broker = RabbitMQ(port, node, mapper)
    try:
        _wait_until_ready(broker)
    except BaseException:
        broker.stop()
        raise
    return broker


def _wait_until_ready(broker: RabbitMQ) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        broker.node.require_running()
        with contextlib.suppress(OSError, ConnectionError):
            # the port opens before the node can serve, so the handshake is the test
            socket.create_connection((LOOPBACK, broker.port), timeout=1).close()
            with Connection(broker.uri, connect_timeout=3) as connection:
                connection.ensure_connection(max_retries=1, timeout=3)
                return
        time.sleep(0.2)
    raise StartFailed(f"RabbitMQ did not take connections within {PATIENCE:.0f} s; its log is {broker.node.log}")
