"""Kill the broker of a stack, and start its broker or database again with the same data."""

from __future__ import annotations

from loket_local import mongodb, rabbitmq
from loket_local.stack import Stack


def kill_broker(stack: Stack) -> None:
    broker = stack.servers.broker
    broker.node.kill()
    broker.port_mapper.kill()


def start_broker(stack: Stack) -> None:
    servers = stack.servers
    again = rabbitmq.start(stack.folder / "rabbitmq", servers.broker.port, stack.logs)
    servers.own[servers.own.index(servers.broker)] = servers.broker = again


def start_database(stack: Stack) -> None:
    servers = stack.servers
    again = mongodb.start(stack.folder / "mongodb", servers.database.port, stack.logs, on_socket=True)
    servers.own[servers.own.index(servers.database)] = servers.database = again
