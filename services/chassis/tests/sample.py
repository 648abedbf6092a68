"""A small service on the chassis: it stores notes, publishes events about them, and consumes these events."""

import os
from dataclasses import dataclass, replace
from typing import Any, Protocol

from loket_chassis.runtime.settings import MongoSettings, setting
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.method import version


@dataclass(frozen=True, kw_only=True)
class SampleSettings(MongoSettings):
    """Sample: a service for the tests of the chassis."""

    http_address: str = setting("Where the probes answer", default="127.0.0.1:0")
    mongo_database: str = setting("Its database", default="sample")
    greeting: str = setting("A text that is needed")


class Sample(Protocol):
    """What the sample service calls of itself. One method is missing on the other side."""

    def sleep(self, seconds: float) -> str: ...
    def fail(self) -> None: ...
    def broken(self) -> Any: ...
    def half_a_character(self) -> str: ...
    def no_such_method(self) -> None: ...
    def refuse_as_a_later_release(self) -> None: ...
    def drop(self) -> None: ...
    def read(self) -> int: ...
    @version(2)
    def greet(self, caller: Caller) -> str: ...


#: of appointment.booked, "published,read", as in three releases: "1,1", "1,2", "2,2"; version 2 renames a field
EVENT_VERSIONS = "SAMPLE_EVENT_VERSIONS"


def with_event_versions(published: int, read: int) -> None:
    from loket_contracts import events

    events.EVENTS["appointment.booked"] = replace(
        events.EVENTS["appointment.booked"],
        version=published,
        read_as=read,
        upcasts={1: lambda data: {"feeling": data["mood"]}} if read == 2 else {},
    )


def service() -> type:
    import contextlib
    import datetime as dt
    import sys
    import time
    import warnings

    import eventlet
    from nameko.extensions import DependencyProvider
    from pymongo.errors import DuplicateKeyError

    from loket_chassis.messaging.batch_consumer import listen_in_batches
    from loket_chassis.messaging.consumer import listen
    from loket_chassis.messaging.dead_letters import DeadLetters
    from loket_chassis.messaging.event_documents import EVENT
    from loket_chassis.messaging.outbox import CompositionRoot, Outbox
    from loket_chassis.messaging.queue_consumer import QueueConsumer
    from loket_chassis.messaging.rpc import rpc, rpc_client
    from loket_chassis.runtime.metrics import WorkerMetrics
    from loket_chassis.service.health import Probes, ReadinessWithDatabase
    from loket_chassis.storage.connection import MongoDatabase
    from loket_contracts import events
    from loket_contracts.envelope import Event
    from loket_contracts.errors import Refusal

    published, read = map(int, os.environ.get(EVENT_VERSIONS, "1,1").split(","))
    with_event_versions(published, read)
    unknown_deliveries = iter([9999])

    class SmallOutbox(Outbox):
        MAX_QUEUED = 300
        SWEEP_AFTER = dt.timedelta(seconds=2)

    class Announce(CompositionRoot):
        outbox = SmallOutbox("booking.events", collections=("notes",))

        def get_dependency(self, worker_ctx: Any) -> Any:
            return self.outbox.announce

    class Mistakes(DependencyProvider):
        """Fails in the worker's life cycle, for the methods that are named so."""

        def worker_setup(self, worker_ctx: Any) -> None:
            if worker_ctx.entrypoint.method_name == "fail_before":
                raise RuntimeError("before the method")

        def worker_teardown(self, worker_ctx: Any) -> None:
            if worker_ctx.entrypoint.method_name == "fail_after":
                raise RuntimeError("after the method")

        def get_dependency(self, worker_ctx: Any) -> Any:
            return self.container

    class SampleService(DeadLetters, Probes):
        name = "sample"
        database = MongoDatabase()
        announce = Announce()
        other = rpc_client(Sample, deadline=1.0)
        container = Mistakes()
        traceparent = WorkerMetrics()
        readiness = ReadinessWithDatabase()

        @rpc
        def note(self, subject: str, sequence: int, mood: str = "fine") -> str:
            event = events.make(
                "appointment.booked",
                municipality="rumst",
                subject=subject,
                sequence=sequence,
                time=dt.datetime.now(dt.UTC),
                data={"mood" if published == 1 else "feeling": mood},
                traceparent=self.traceparent,
            )
            self.database.notes.update_one({"_id": subject}, {"$push": {"outbox": EVENT.encode(event)}}, upsert=True)
            self.announce("notes", subject, [event])
            return event.id

        @rpc
        def note_many(self, number: int) -> None:
            made = [
                events.make(
                    "appointment.booked",
                    municipality="rumst",
                    subject=f"many-{n}",
                    sequence=1,
                    time=dt.datetime.now(dt.UTC),
                    data={"mood": "fine"},
                )
                for n in range(number)
            ]
            self.database.notes.insert_many([{"_id": e.subject, "outbox": [EVENT.encode(e)]} for e in made])
            for event in made:
                self.announce("notes", event.subject, [event])

        @listen("sample.events", [("booking.events", events.readable_types(["appointment.booked"]))])
        def on_note(self, event: Event) -> None:
            tries = self.database.tries.find_one_and_update(
                {"_id": event.id}, {"$inc": {"count": 1}}, upsert=True, return_document=True
            )["count"]
            mood = events.upcast(event).data["mood" if read == 1 else "feeling"]
            if mood == "hopeless" or (mood == "shy" and tries < 2):
                raise RuntimeError(mood)
            self._apply_newer(event, {"mood": mood, "trace": event.traceparent})

        @listen_in_batches("sample.batches", [("booking.events", ["appointment.cancelled.v1"])], size=40)
        def on_cancelled(self, events_together: list[Event]) -> None:
            moods = [each.data["mood"] for each in events_together]
            self.database.batches.insert_one({"events": [each.id for each in events_together], "moods": moods})
            if "hopeless" in moods or ("shy" in moods and self.database.batches.count_documents({"moods": "shy"}) < 3):
                raise RuntimeError(str(moods))
            eventlet.sleep(0.2)  # so that others arrive meanwhile

        def _apply_newer(self, event: Event, change: dict[str, Any]) -> None:
            """Set `change` on the document of the event's subject, unless it has this event or a newer one."""
            newer = {"_id": event.subject, "sequence": {"$lt": event.sequence}}
            change = {**change, "sequence": event.sequence, "event": event.id}
            with contextlib.suppress(DuplicateKeyError):  # the document exists and is not older than the event
                self.database.consumed.update_one(newer, {"$set": change}, upsert=True)

        @rpc
        def refuse(self) -> None:
            raise Refusal("slot-taken", {"start": "nine"}, [{"pointer": "/a", "detail": "b"}])

        @rpc
        def refuse_as_a_later_release(self) -> None:
            raise Refusal("code-of-a-later-release")  # type: ignore[arg-type]

        @rpc
        def drop(self) -> None:
            raise Refusal("service-unavailable")

        @rpc
        def sleep(self, seconds: float) -> str:
            eventlet.sleep(seconds)
            self.database.slept.insert_one({"seconds": seconds})
            return "awake"

        @rpc
        def fail(self) -> None:
            raise RuntimeError("as asked")

        @rpc
        def fail_before(self) -> None: ...

        @rpc
        def fail_after(self) -> str:
            return "done"

        @rpc
        def fail_in_threads(self) -> None:
            """Fail in a managed thread, in another green thread, and write to standard error."""

            def fail() -> None:
                raise RuntimeError("in a thread")

            self.container.spawn_managed_thread(fail)
            eventlet.spawn_n(fail)
            eventlet.sleep(0)
            warnings.warn("a warning", stacklevel=1)
            print("a line\nand another", file=sys.stderr)

        @rpc
        def acknowledge_twice(self) -> None:
            """Acknowledge, once in the life of the process, a message that the broker does not wait for."""
            # this call's own acknowledgement is lost with the channel, so the broker delivers the call again
            for unknown in unknown_deliveries:
                consumer = next(each for each in self.container.subextensions if isinstance(each, QueueConsumer))
                consumer._channel.basic_ack(unknown)

        @rpc
        def count_workers(self) -> int:
            """How many run, with this one."""
            return len(self.container._worker_threads)

        @rpc
        def compute(self, seconds: float) -> None:
            """Keep the event loop busy."""
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                pass

        @rpc
        def read(self) -> int:
            return self.database.notes.count_documents({})

        @rpc
        def broken(self) -> Any:
            return object()

        @rpc
        def half_a_character(self) -> str:
            return "\ud800"

        @rpc(version=2)
        def greet(self, caller: Caller) -> str:
            return f"{type(caller).__name__} {caller.name} {caller.teams}"

        @rpc(name="greet")
        def greet_by_name(self, name: str) -> str:
            return f"hello {name}"

        @rpc
        def ask_to_greet(self) -> str:
            return self.other.greet(Caller.staff("ro-1", ["milieu"]))

        @rpc
        def ask_to_sleep(self, seconds: float) -> str:
            try:
                return str(self.other.sleep(seconds))
            except Exception as error:
                return f"{type(error).__name__}: {error}"

        @rpc
        def ask_someone(self, method: str) -> str:
            return self.ask_in_turn([method])

        @rpc
        def ask_in_turn(self, methods: list[str]) -> str:
            """Return the answer of the last one, or the first error."""
            try:
                return [str(getattr(self.other, method)()) for method in methods][-1]
            except Exception as error:
                return f"{type(error).__name__}: {error}"

    return SampleService


def __getattr__(name: str) -> type:
    # made when asked for, so that importing this module for its settings connects to nothing
    if name == "SampleService":
        return service()
    raise AttributeError(name)


if __name__ == "__main__":
    from loket_chassis.service import run  # it patches the sockets of the process, so never on import of this module

    run.main("sample:SampleService", "sample:SampleSettings")
