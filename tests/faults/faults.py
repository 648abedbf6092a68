"""The faults: what each does to which part, for how long, and the longest outage that a resident may see."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kombu import Connection
from pymongo import MongoClient

from loket_chassis.messaging import exchanges
from loket_chassis.messaging.event_documents import EVENT
from loket_local import debian
from loket_local.components import NAMES
from loket_local.processes import StartFailed
from tests.upgrade.releases import another, extract_sources, last_release, packages

from .installation import SERVERS, Installation

#: aims, in seconds
OF_SERVICE, OF_SERVER = 3.0, 15.0
CONSUMERS = ("notification", "reporting")
GATEWAYS = ("gateway-1", "gateway-2")
Step = Callable[[Installation], None]


def nothing(_: Installation) -> None:
    pass


@dataclass(frozen=True)
class Fault:
    """`on`: the installation it needs: pairs, proxied or replicated. `seconds`: from `begin` to `end`, besides what
    these take themselves. `hits`: the instances whose processes it ends. `aim`: the longest outage for residents.
    `prepare` and `restore` run before and after the load. `from_portal`: the load has the key of a portal, whose
    bookings no release asks to confirm, and the municipality has no settings that the last release does not know.
    """

    name: str
    on: str
    begin: Step
    end: Step = nothing
    seconds: float = 5.0
    hits: frozenset[str] = frozenset()
    aim: float | None = None
    prepare: Step = nothing
    restore: Step = nothing
    from_portal: bool = False


def _killed(name: str) -> Fault:
    def begin(on: Installation) -> None:
        on.instance(name).child.kill()

    def end(on: Installation) -> None:
        on.instance(name).start()
        on.instance(name).wait_until("ready")

    service = name.partition("-")[0]
    return Fault(f"{service}-killed", "pairs", begin, end, hits=frozenset({name}), aim=OF_SERVICE)


def _frozen(what: str, process: Callable[[Installation], Any], seconds: float, aim: float | None) -> Fault:
    def send(number: signal.Signals, on: Installation) -> None:
        process(on).send_signal(number)

    begin, end = partial(send, signal.SIGSTOP), partial(send, signal.SIGCONT)
    return Fault(f"{what}-frozen-{seconds:.0f}s", "pairs", begin, end, seconds, aim=aim)


def _service(name: str, on: Installation) -> Any:
    return on.instance(name).child.process


def _broker(on: Installation) -> Any:
    return on.stack.servers.broker.node.process


def _database(on: Installation) -> Any:
    return on.stack.servers.database.process.process


def _kill_database(on: Installation) -> None:
    on.stack.servers.database.process.kill()


def _restart_broker(on: Installation) -> None:
    on.stack.servers.broker.stop()
    on.start_broker()


def _require_disk(on: Installation) -> None:
    if on.disk is None:
        raise StartFailed("Only root may mount the small disk that this fault fills.")


def _fill_disk(on: Installation) -> None:
    """Take all room that the database's disk has left."""
    with (on.disk / "filler").open("wb") as file:
        try:
            while file.write(bytes(1 << 20)):
                file.flush()
        except OSError:
            pass


def _free_disk(on: Installation) -> None:
    (on.disk / "filler").unlink()
    if not on.stack.servers.database.process.is_running():
        on.start_database()


def _find_faketime() -> Path:
    """libfaketime, which Debian has a package of."""
    with debian.alone():
        found = list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            debian.install("libfaketime", "libfaketime, which moves the clock of one process,")
            found = list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0]


def _clock(direction: str, seconds: int) -> Fault:
    """The clock of one instance of booking jumps, and jumps back."""

    def offset(on: Installation) -> Path:
        return on.stack.folder / "clock"

    def jump(by: int, on: Installation) -> None:
        offset(on).write_text(f"{by:+}s\n")

    def prepare(on: Installation) -> None:
        jump(0, on)
        component = on.instance("booking-1")
        component.environment |= {
            "LD_PRELOAD": str(_find_faketime()), "FAKETIME_TIMESTAMP_FILE": str(offset(on)),
            "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        on.restart(component)

    def restore(on: Installation) -> None:
        component = on.instance("booking-1")
        del component.environment["LD_PRELOAD"]
        on.restart(component)

    return Fault(
        f"clock-{direction}", "pairs", partial(jump, seconds), partial(jump, 0), seconds=8, prepare=prepare,
        restore=restore,
    )  # fmt: skip


def _republish(on: Installation) -> None:
    """Deliver every appointment event of the log once more, in random order, three times."""
    servers = on.stack.servers
    with MongoClient[Any](servers.mongo_uri, tz_aware=True) as client, Connection(servers.amqp_uri) as connection:
        for _ in range(3):
            newest = client.loket_booking.event_log.find({"type": {"$regex": "^appointment"}}).sort("time", -1)
            events = [EVENT.decode(each) for each in newest.limit(500)]
            random.Random(len(events)).shuffle(events)
            for _ in exchanges.publish_events(connection.default_channel, events, exchanges.exchange("booking.events")):
                pass
            time.sleep(1)


def _restart_one_by_one(on: Installation) -> None:
    for _, component in on.instances():
        on.restart(component)


def _previous_release(on: Installation) -> Path:
    """The sources of the last release, extracted once."""
    sources = on.stack.folder / "released"
    if not sources.exists():
        release = last_release()
        assert release is not None, "this clone has no release: git fetch --unshallow --tags"
        extract_sources(release, sources)
    return sources


def _one_user(on: Installation) -> dict[str, str]:
    """The settings of a service of the last release, which has one user for all services."""
    servers = on.stack.servers
    assert servers is not None
    return {"AMQP_URI": servers.amqp_uri, "MONGO_URI": servers.mongo_uri}


def _gateways_of_previous_release(on: Installation) -> None:
    sources = os.pathsep.join(map(str, packages(_previous_release(on))))
    for name in GATEWAYS:
        gateway = on.instance(name)
        on.present_environments[name] = dict(gateway.environment)
        gateway.environment |= {"PYTHONPATH": sources, **_one_user(on)}
        on.restart(gateway)


def _gateways_of_this_release(on: Installation) -> None:
    for name in GATEWAYS:
        if environment := on.present_environments.pop(name, None):
            on.instance(name).environment = environment
            on.restart(on.instance(name))


def _work_on_previous_release(on: Installation) -> None:
    """Booking of the last release takes commands while no service consumes its events; then everything is upgraded.

    The gateways are rolled back first and upgraded last, as docs/upgrading.md says.
    """
    _gateways_of_previous_release(on)
    old = another(on.instance("booking-1"), _previous_release(on), "released", **_one_user(on))
    old.start()
    old.wait_until("ready")
    stopped = [each for name, each in on.instances() if name.partition("-")[0] in ("booking", *CONSUMERS)]
    for component in stopped:
        component.ask_to_stop()
    for component in stopped:
        component.stop()
    time.sleep(6)
    for component in stopped:
        component.start()
    for component in stopped:
        component.wait_until("ready")
    old.stop()
    _gateways_of_this_release(on)


def _kill_member(primary: bool, on: Installation) -> None:
    on.replicas.member(primary=primary).process.kill()


def _restart_members(on: Installation) -> None:
    on.replicas.start_killed()


def _kill_node(on: Installation) -> None:
    """Kill the node that the balancer chooses, which is also that of the queues of calls."""
    on.cluster.kill(0)


def _restart_nodes(on: Installation) -> None:
    on.cluster.start_killed()


def _link(service: str, server: str, name: str, begin: Step, end: Step, aim: float | None = None) -> Fault:
    return Fault(f"{name}-{service}-{server}", "proxied", begin, end, aim=aim)


def _cut(service: str, server: str) -> Fault:
    return _link(
        service, server, "cut", lambda on: on.proxies[service, server].cut(),
        lambda on: on.proxies[service, server].mend(),
    )  # fmt: skip


def _slow(service: str, server: str) -> Fault:
    return _link(
        service, server, "slow", lambda on: on.proxies[service, server].slow_down(0.1),
        lambda on: on.proxies[service, server].slow_down(0.0),
    )  # fmt: skip


ALL_INSTANCES = frozenset(f"{name}-{number}" for name in NAMES for number in (1, 2))
LINKS = [(service, server) for service in NAMES for server in SERVERS]

TABLE: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        *(_killed(f"{name}-1") for name in NAMES),
        *(
            _frozen(name, partial(_service, f"{name}-1"), seconds, None)
            for name in NAMES for seconds in (5, 30)
        ),
        Fault("broker-killed", "pairs", Installation.kill_broker, Installation.start_broker, 3, aim=OF_SERVER),
        Fault("broker-restarted", "pairs", _restart_broker, seconds=0, aim=OF_SERVER),
        *(_frozen("broker", _broker, seconds, seconds + OF_SERVER) for seconds in (5, 30)),
        Fault("database-killed", "pairs", _kill_database, Installation.start_database, 3, aim=OF_SERVER),
        *(_frozen("database", _database, seconds, seconds + OF_SERVER) for seconds in (5, 30)),
        Fault("disk-full", "pairs", _fill_disk, _free_disk, 8, prepare=_require_disk),
        _clock("forward", 300),
        _clock("back", -300),
        Fault("events-repeated", "pairs", _republish, seconds=0, aim=OF_SERVICE),
        Fault("rolling-restart", "pairs", _restart_one_by_one, seconds=0, hits=ALL_INSTANCES, aim=OF_SERVICE),
        Fault(
            "upgrade", "pairs", _work_on_previous_release, seconds=0, hits=ALL_INSTANCES, aim=OF_SERVICE,
            restore=_gateways_of_this_release, from_portal=True,
        ),
        Fault("primary-stepped-down", "replicated", lambda on: on.replicas.step_down(), seconds=10, aim=OF_SERVER),
        Fault("primary-killed", "replicated", partial(_kill_member, True), _restart_members, 20, aim=OF_SERVER),
        Fault("secondary-killed", "replicated", partial(_kill_member, False), _restart_members, 10, aim=OF_SERVICE),
        Fault("broker-node-killed", "replicated", _kill_node, _restart_nodes, 20, aim=OF_SERVER),
        Fault(
            "primary-isolated", "replicated", lambda on: on.replicas.isolate(), lambda on: on.replicas.reconnect(), 20,
            aim=OF_SERVER,
        ),
        Fault(
            "broker-node-isolated", "replicated", lambda on: on.cluster.isolate(0),
            lambda on: on.cluster.reconnect(0), 25, aim=OF_SERVER,
        ),
        *(_cut(*link) for link in LINKS),
        *(_slow(*link) for link in LINKS),
    )
}  # fmt: skip
