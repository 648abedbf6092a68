"""A replica set of three mongod and a cluster of three RabbitMQ nodes, all on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from loket_local import mongodb, rabbitmq
from loket_local.mongodb import MongoDB
from loket_local.ports import LOOPBACK, find_free
from loket_local.processes import Child
from loket_local.rabbitmq import Member, RabbitMQ
from tests.client import eventually

from .proxy import Proxy

MEMBERS = 3


@dataclass
class ReplicaSet:
    folder: Path
    members: list[MongoDB]

    @classmethod
    def start(cls, folder: Path) -> ReplicaSet:
        ports = find_free(MEMBERS)
        members = [mongodb.launch(folder / f"mongodb-{port}", port, folder / "logs") for port in ports]
        replicas = cls(folder, members)
        hosts = [{"_id": number, "host": f"{LOOPBACK}:{port}"} for number, port in enumerate(ports)]
        with _direct(members[0]) as client:
            initiate = {"_id": mongodb.REPLICA_SET, "members": hosts}
            eventually(lambda: _succeeds(client, "replSetInitiate", initiate))
        eventually(lambda: replicas.states() == ["PRIMARY", "SECONDARY", "SECONDARY"])
        return replicas

    @property
    def uri(self) -> str:
        hosts = ",".join(f"{LOOPBACK}:{member.port}" for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={mongodb.REPLICA_SET}"

    def states(self) -> list[str]:
        """Those of all members, as the first one that answers sees them."""
        for member in self.members:
            try:
                with _direct(member) as client:
                    return sorted(each["stateStr"] for each in client.admin.command("replSetGetStatus")["members"])
            except PyMongoError:
                continue
        return []

    def member(self, *, primary: bool) -> MongoDB:
        """The primary, or one of the secondaries."""

        def find() -> MongoDB | None:
            for member in self.members:
                try:
                    with _direct(member) as client:
                        if bool(client.admin.command("hello").get("isWritablePrimary")) == primary:
                            return member
                except PyMongoError:
                    continue
            return None

        return eventually(find)

    def step_down(self) -> None:
        with _direct(self.member(primary=True)) as client:
            client.admin.command("replSetStepDown", 20, secondaryCatchUpPeriodSecs=5)

    def start_killed(self) -> None:
        """Start the members that do not run, and wait until all are back."""
        for number, member in enumerate(self.members):
            if not member.process.is_running():
                self.members[number] = mongodb.launch(
                    self.folder / f"mongodb-{member.port}", member.port, self.folder / "logs"
                )
        eventually(lambda: self.states() == ["PRIMARY", "SECONDARY", "SECONDARY"])

    def stop(self) -> None:
        for member in self.members:
            member.process.process.terminate()
        for member in self.members:
            member.stop()


def _succeeds(client: MongoClient[Any], command: str, value: Any) -> bool:
    try:
        client.admin.command(command, value)
    except PyMongoError:
        return False  # it is still opening its files
    return True


@contextmanager
def _direct(member: MongoDB) -> Iterator[MongoClient[Any]]:
    with MongoClient(LOOPBACK, member.port, directConnection=True, serverSelectionTimeoutMS=1000) as client:
        yield client


@dataclass
class BrokerCluster:
    """`balancer`: what the services connect to; it chooses the first node that accepts connections."""

    folder: Path
    mapper: Child
    mapper_port: int
    nodes: list[RabbitMQ]
    balancer: Proxy

    @classmethod
    def start(cls, folder: Path) -> BrokerCluster:
        home = folder / "rabbitmq"
        home.mkdir(parents=True, exist_ok=True)
        (mapper_port,) = find_free(1)
        ports = find_free(MEMBERS)
        cluster = cls(folder, rabbitmq.start_mapper(home, mapper_port, folder / "logs"), mapper_port, [], Proxy(ports))
        for number, port in enumerate(ports):
            cluster.nodes.append(cluster._start(number, port))
        return cluster

    def _start(self, number: int, port: int) -> RabbitMQ:
        home = (self.folder / "rabbitmq").resolve()
        names = [f"loket{each}" for each in range(MEMBERS)]
        member = Member(names[number], self.mapper, self.mapper_port, home, names)
        return rabbitmq.start(home / names[number], port, self.folder / "logs", member)

    @property
    def uri(self) -> str:
        node = self.nodes[0]
        return node.uri.replace(f":{node.port}/", f":{self.balancer.port}/")

    def kill(self, number: int) -> None:
        self.nodes[number].node.kill()

    def start_killed(self) -> None:
        for number, node in enumerate(self.nodes):
            if not node.node.is_running():
                self.nodes[number] = self._start(number, node.port)

    def stop(self) -> None:
        self.balancer.close()
        for node in self.nodes:
            node.node.process.terminate()
        for node in self.nodes:
            node.node.stop()
        self.mapper.stop()
