"""Notification without its entrypoints: real stores and channels on a real mongod, with a clock that the test sets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from contact_cards import a_contact_card

from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_notification.channels.file import FileChannel, FileSettings
from loket_notification.channels.providers import Provider, Providers
from loket_notification.commands import plan, send
from loket_notification.commands.send import BatchLookup
from loket_notification.context import Context
from loket_notification.domain.event_schema import read_appointment_event
from loket_notification.domain.kinds import EMAIL, SMS
from loket_notification.store.messages import Messages
from loket_notification.store.plans import Plans
from loket_notification.store.reports import Reports
from loket_notification.store.suppressions import Suppressions
from loket_notification.store.write_batcher import WriteBatcher

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
START = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)


class NotificationHarness:
    """`cards`: what booking says, by appointment. `announced`: the events that were announced."""

    def __init__(self, database, channel, tmp_path: Path, plan: str | None = None):
        self.time = NOW
        self.cards = {}
        self.announced = []
        self.sms_file = tmp_path / "sms.jsonl"
        self.messages, self.suppressions = Messages(database), Suppressions(database)
        self.plans = Plans(database, most_segments=4)
        self.messages.create_indexes(dt.timedelta(days=400))
        self.plans.create_indexes()
        self.suppressions.create_indexes()
        if plan:
            self.plans.store(f"municipality: rumst\n{plan}", "test", NOW)
        self.context = Context(
            messages=self.messages,
            writes=WriteBatcher(self.messages.collection),
            progress_writes=WriteBatcher(self.messages.collection, are_completed_later=True),
            plans=self.plans,
            suppressions=self.suppressions,
            reports=Reports(database),
            providers=Providers(
                {
                    EMAIL: [Provider("smtp", channel)],
                    SMS: [Provider("file", FileChannel(FileSettings(sms_file=str(self.sms_file))))],
                }
            ),
            announce=lambda _collection, _document, events: self.announced.extend(events),
            public_url="https://afspraak.example",
            max_segments=4,
            now=lambda: self.time,
            random=lambda: 0.5,
        )

    def receive(
        self, name="appointment.booked", appointment="a1", sequence=1, start=START, card=None, claim=None,
        dispatcher=None, **data,
    ):  # fmt: skip
        """Consume an event. `card`: what booking will say from now on. `dispatcher`: sends what is due at once."""
        payload = {
            **events.EVENTS[name].example, "appointment": appointment, "start": start.isoformat(),
            "end": (start + dt.timedelta(minutes=45)).isoformat(), **data,
        }  # fmt: skip
        state = {"appointment.cancelled": "cancelled", "appointment.completed": "completed"}.get(name, "booked")
        if card is None:
            card = a_contact_card(id=appointment, start=start.isoformat(), sequence=sequence, state=state)
        self.cards[appointment] = card
        event = read_appointment_event(name, "rumst", sequence, payload)
        planned = plan.plan_messages(
            self.context, event, claim=dispatcher.claim_if_free() if dispatcher is not None else claim
        )
        if planned.claimed and dispatcher is not None:
            dispatcher.send_soon(planned.claimed)
        return planned.count

    def work(self, claim="me", most=100, lookup=None):
        """Send all that is due. Returns (kind, channel, outcome) of each."""
        found = []
        for claimed in self.messages.claim(most, claim, self.time):
            given = self.cards.get(claimed.message.appointment) or Refusal("appointment-not-found")
            people = {given.get("contact_mark", "")} if isinstance(given, dict) else set()
            destinations = set(given.get("destinations", {}).values()) if isinstance(given, dict) else set()
            since = self.time - dt.timedelta(days=1)
            lookup_now = lookup or BatchLookup(
                self.messages.counts(people | destinations, since), self.suppressions.of(people, self.time)
            )
            outcome = send.send(self.context, claimed, given, lookup_now)
            found.append((claimed.message.kind, claimed.message.channel, outcome))
        return found

    def later(self, **by):
        self.time += dt.timedelta(**by)

    def state(self, kind="confirmation", channel="email", appointment="a1", sequence=1):
        return self.messages.collection.find_one({"_id": f"{appointment}:{sequence}:{kind}:{channel}"})
