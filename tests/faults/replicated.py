"""A replica set of three mongod and a cluster of three RabbitMQ nodes, all on loopback."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
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
#: each member has a user of its own, by whose packets the firewall knows it
FIRST_USER = 54_000


def as_user(user: int) -> list[str]:
    return ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", "--pdeathsig", "TERM"]


def firewall(action: str, users: Sequence[int], ports: Sequence[int], number: int) -> None:
    """Drop (`-A`) or let through again (`-D`) what member `number` and the others send to each other's ports."""
    others = [(users[each], ports[each]) for each in range(MEMBERS) if each != number]
    for user, port in others:
        for sender, receiver in ((users[number], port), (user, ports[number])):
            rule = ["-o", "lo", "-p", "tcp", "-m", "owner", "--uid-owner", str(sender), "--dport", str(receiver)]
            subprocess.run(["iptables", action, "OUTPUT", *rule, "-j", "DROP"], check=True)


@dataclass
class ReplicaSet:
    """`isolated`: the number of the member that was last cut off."""

    folder: Path
    members: list[MongoDB]
    isolated: int = 0

    @classmethod
    def start(cls, folder: Path, settings: Mapping[str, int] = mongodb.FAILOVER_SETTINGS) -> ReplicaSet:
        ports = find_free(MEMBERS)
        replicas = cls(folder, [])
        replicas.members = [replicas._launch(number, port) for number, port in enumerate(ports)]
        hosts = [{"_id": number, "host": f"{LOOPBACK}:{port}"} for number, port in enumerate(ports)]
        with _direct(replicas.members[0]) as client:
            initiate = {"_id": mongodb.REPLICA_SET, "members": hosts, "settings": settings}
            eventually(lambda: _succeeds(client, "replSetInitiate", initiate))
        eventually(lambda: replicas.states() == ["PRIMARY", "SECONDARY", "SECONDARY"])
        return replicas

    def _launch(self, number: int, port: int) -> MongoDB:
        data, user = self.folder / f"mongodb-{port}", FIRST_USER + number
        data.mkdir(parents=True, exist_ok=True)
        for path in (data, *data.rglob("*")):
            os.chown(path, user, user)
        return mongodb.launch(data, port, self.folder / "logs", as_user(user))

    def isolate(self) -> None:
        """Cut the primary off from the others, but not from its clients."""
        self.isolated = self.members.index(self.member(primary=True))
        self._firewall("-A")

    def reconnect(self) -> None:
        self._firewall("-D")
        eventually(lambda: self.states() == ["PRIMARY", "SECONDARY", "SECONDARY"])

    def _firewall(self, action: str) -> None:
        users, ports = range(FIRST_USER, FIRST_USER + MEMBERS), [each.port for each in self.members]
        firewall(action, users, ports, self.isolated)

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
                self.members[number] = self._launch(number, member.port)
        eventually(lambda: self.states() == ["PRIMARY", "SECONDARY", "SECONDARY"])

    def stop(self) -> None:
        """Kill the members: a primary that is asked to stop waits ten seconds for another one."""
        for member in self.members:
            member.process.kill()


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
    cookie: str

    @classmethod
    def start(cls, folder: Path) -> BrokerCluster:
        home = folder / "rabbitmq"
        home.mkdir(parents=True, exist_ok=True)
        (mapper_port,) = find_free(1)
        ports = find_free(MEMBERS)
        mapper = rabbitmq.start_mapper(home, mapper_port, folder / "logs")
        cluster = cls(folder, mapper, mapper_port, [], Proxy(ports), secrets.token_hex())
        try:
            for number, port in enumerate(ports):
                cluster.nodes.append(cluster._start(number, port))
        except BaseException:
            cluster.stop()
            raise
        return cluster

    def _start(self, number: int, port: int) -> RabbitMQ:
        home = (self.folder / "rabbitmq").resolve()
        names = [f"loket{each}" for each in range(MEMBERS)]
        user = FIRST_USER + MEMBERS + number
        member = Member(
            names[number], self.mapper, self.mapper_port, home, names, self.cookie, user, as_user(user)
        )  # fmt: skip
        return rabbitmq.start(home / names[number], port, self.folder / "logs", member)

    @property
    def uri(self) -> str:
        node = self.nodes[0]
        return node.uri.replace(f":{node.port}/", f":{self.balancer.port}/")

    def isolate(self, number: int) -> None:
        """Cut a node off from the others, but not from its clients."""
        self._firewall("-A", number)

    def reconnect(self, number: int) -> None:
        self._firewall("-D", number)

    def _firewall(self, action: str, number: int) -> None:
        first = FIRST_USER + MEMBERS
        firewall(action, range(first, first + MEMBERS), [each.distribution_port for each in self.nodes], number)

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
