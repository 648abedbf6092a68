"""Wait until nothing changes any more, then read what the checker compares."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from amqp.exceptions import NotFound
from kombu import Connection
from pymongo import MongoClient
from pymongo.database import Database

from loket_booking.bootstrap import WITH_OUTBOX
from loket_chassis.messaging.consumer import RETRY_DELAYS, retries_of
from loket_local.stack import Stack

from .checker import Claim, Final, LoggedEvent, Message

QUEUES = ("notification.booking-events", "notification.reports", "reporting.events")
#: an event that failed for half a minute waits up to two minutes in a delay queue
PATIENCE = 240.0
COMMANDS = {
    "appointment.booked.v1": "book", "appointment.rescheduled.v1": "reschedule", "appointment.cancelled.v1": "cancel",
}  # fmt: skip
SETTLED = ("sent", "delivered", "failed", "suppressed")
Document = dict[str, Any]


@dataclass(frozen=True)
class Access:
    """Where a running Loket and its servers are, and a key that may read the figures of the municipality."""

    url: str
    mongo_uri: str
    amqp_uri: str
    key: str

    @classmethod
    def to(cls, stack: Stack, municipality: str) -> Access:
        assert stack.servers is not None
        return cls(stack.url, stack.servers.mongo_uri, stack.servers.amqp_uri, stack.machine_key(municipality))


def read_final(
    access: Access, municipality: str, mails: Callable[[], Iterable[str]], changed_processes: Sequence[str]
) -> Final:
    """The final state of one municipality; after PATIENCE seconds with what is then left.

    `mails`: the Message-IDs that the mail server received.
    """
    deadline = time.monotonic() + PATIENCE
    with MongoClient[Document](access.mongo_uri, tz_aware=True) as client:
        while True:
            left = _left(client, access.amqp_uri, municipality)
            if not any(left.values()) or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        booking, notification = client.loket_booking, client.loket_notification
        claims, histories = _agendas(booking, municipality)
        cards = booking.cards.find({"municipality": municipality}, {"contact.email": 1})
        return Final(
            contacts={each["_id"]: each["contact"]["email"] for each in cards},
            claims=claims,
            histories=histories,
            events=_events(booking, municipality),
            messages=_messages(notification, municipality),
            mails=list(mails()),
            figures=_figures(access, municipality),
            left=left,
            changed_processes=changed_processes,
        )


def _left(client: MongoClient[Document], amqp_uri: str, municipality: str) -> dict[str, int]:
    """How much is still to be done, by where it waits."""
    booking, notification, reporting = client.loket_booking, client.loket_notification, client.loket_reporting
    left = {
        f"outbox of {database.name}.{name}": database[name].count_documents({"outbox.0": {"$exists": True}})
        for database, names in ((booking, WITH_OUTBOX), (notification, ("messages",)))
        for name in names
    }
    ours = {"municipality": municipality}
    left["messages to send"] = notification.messages.count_documents({**ours, "state": {"$nin": list(SETTLED)}})
    number = reporting.generations.find_one({"_id": "now"})
    facts = reporting[f"appointments_{number['current'] if number else 1}"]
    told = facts.aggregate([{"$match": ours}, {"$group": {"_id": 0, "n": {"$sum": {"$size": "$told"}}}}])
    logged = booking.event_log.count_documents({**ours, "type": {"$in": list(COMMANDS)}})
    left["events to count"] = logged - sum(each["n"] for each in told)
    left["days to count"] = facts.count_documents({**ours, "stale_days.0": {"$exists": True}})
    planned = notification.messages.distinct("appointment", ours)
    left["appointments without a message"] = len(set(booking.event_log.distinct(
        "subject", {**ours, "type": {"$in": list(COMMANDS)}})) - set(planned))  # fmt: skip
    with Connection(amqp_uri, connect_timeout=5) as connection:
        for queue in QUEUES:
            for name in (queue, f"{queue}.dead", *(retries_of(queue, delay).name for delay in RETRY_DELAYS)):
                left[name] = _count(connection, name)
    return left


def _count(connection: Connection, queue: str) -> int:
    channel = connection.channel()
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except NotFound:
        return 0  # a retry queue is made when it is first needed
    finally:
        channel.close()


def _agendas(booking: Database[Document], municipality: str) -> tuple[list[Claim], dict[str, list[str]]]:
    claims: list[Document] = []
    for agenda in booking.agendas.find({"municipality": municipality}, {"claims": 1}):
        claims += [{**claim, "agenda": agenda["_id"]} for claim in agenda.get("claims", ())]
    stored = {each["id"]: each["appointment"] for each in claims if "appointment" in each}
    cancelled = {name for name, appointment in stored.items() if appointment["state"] == "cancelled"}
    histories = {name: [step["command"] for step in each["history"]] for name, each in stored.items()}
    return [
        Claim(each["agenda"], each["id"], each["s"], each["e"], each["id"] not in cancelled) for each in claims
    ], histories


def _events(booking: Database[Document], municipality: str) -> list[LoggedEvent]:
    found = booking.event_log.find({"municipality": municipality, "type": {"$in": list(COMMANDS)}})
    return [
        LoggedEvent(
            each["subject"], each["sequence"], COMMANDS[each["type"]],
            dt.datetime.fromisoformat(each["data"]["start"]).astimezone(dt.UTC).isoformat(),
        )
        for each in found
    ]  # fmt: skip


def _messages(notification: Database[Document], municipality: str) -> list[Message]:
    return [
        Message(
            each["appointment"], each["sequence"], each["kind"], each["channel"], each["state"],
            each.get("uncertain", 0),
        )
        for each in notification.messages.find({"municipality": municipality})
    ]  # fmt: skip


def _figures(access: Access, municipality: str) -> dict[str, int]:
    today = dt.datetime.now(dt.UTC).date()
    period = {"from": str(today), "to": str(today + dt.timedelta(60))}
    answer = requests.get(
        f"{access.url}/api/v1/{municipality}/reports/overview", params=period, timeout=15,
        headers={"Authorization": f"Bearer {access.key}"},
    )  # fmt: skip
    answer.raise_for_status()
    found: dict[str, int] = answer.json()["figures"]
    return found
