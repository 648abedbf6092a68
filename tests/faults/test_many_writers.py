"""Many clients book the same few days while booking is killed again and again: no overlap, no loss."""

import contextlib
import itertools
import os
import random
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import requests
import yaml
from pymongo import MongoClient

from tests.client import Portal, eventually

LONG = bool(os.environ.get("LOKET_LONG"))
COMMANDS = 10_000 if LONG else 500
WRITERS = 64
KILLS = 12 if LONG else 2
DAYS = 10
EVENT_OF = {
    "book": "appointment.booked.v1", "reschedule": "appointment.rescheduled.v1", "cancel": "appointment.cancelled.v1",
}  # fmt: skip


def days():
    """The ten days on which there is anything: with three resources, thirty agendas."""
    first = date.today() + timedelta(3)  # noqa: DTZ011 - the machine's own day is as good as any
    return [first + timedelta(n) for n in range(DAYS)]


def municipality():
    everyday = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    hours = [{"days": everyday, "from": "07:00", "to": "19:00",
              "valid_from": str(days()[0]), "valid_until": str(days()[-1])}]  # fmt: skip
    person = {"kind": "person", "name": "P", "team": "t", "locations": ["hal"], "skills": ["x"], "hours": hours}
    alone, together = [{"skill": "x"}], [{"skill": "x"}, {"kind": "room"}]
    usual = {"team": "t", "locations": ["hal"], "interval": 15, "notice_hours": 0}
    return yaml.safe_dump(
        {
            "online": {"confirm": "none", "friction_from": 0},
            "id": "druk", "name": "Druk", "most_holds_per_client": 0, "most_bookings_per_client": 0,
            "most_per_contact": 0, "hold_minutes": 1,
            "locations": {"hal": {"name": "Hal"}}, "teams": {"t": {"name": "T"}},
            "resources": {
                "p-1": person, "p-2": person,
                "zaal": {"kind": "room", "name": "Z", "locations": ["hal"], "hours": hours},
            },
            "appointment_types": {
                "alleen": {**usual, "name": "A", "duration": 30, "needs": alone},
                "samen": {**usual, "name": "S", "duration": 45, "preparation": 15, "needs": together},
            },
        }
    )  # fmt: skip


@pytest.fixture
def crowd(own_stack, folder):
    """The stack with a municipality of thirty resource-days; no consumer runs, so that the writers have the machine."""
    for name in ("notification", "reporting"):
        own_stack.components[name].stop()
    file = folder / "druk.yaml"
    file.write_text(municipality())
    own_stack.configure(file)
    yield own_stack
    # a child ends with the thread that started it, and booking was started by the killer's
    for component in own_stack.components.values():
        component.stop()
        component.start()
    for component in own_stack.components.values():
        component.wait_until("ready")


class Writer:
    """Books, moves, cancels and holds at random, and remembers what booking confirmed."""

    def __init__(self, stack, number):
        self.portal = Portal(stack.url, stack.mail_url, "druk")
        self.random = random.Random(number)
        self.number = number
        self.mine = []
        self.accepted = []
        self.keys = itertools.count()

    def start(self):
        quarter = self.random.randrange(4 * 7, 4 * 19)
        return f"{self.random.choice(days())}T{quarter // 4:02}:{quarter % 4 * 15:02}:00+01:00"

    def slot_request(self):
        return {
            "appointment_types": [self.random.choice(["alleen", "samen"])],
            "location": "hal",
            "start": self.start(),
        }

    def act(self):
        kind = self.random.choices(["book", "cancel", "reschedule", "hold"], [5, 2, 3, 2])[0]
        if kind == "hold" or not self.mine:
            kind = kind if kind == "hold" else "book"
        if kind == "hold":
            answer = self.insist("holds", self.slot_request(), key=f"{self.number}-{next(self.keys)}")
            if answer is not None and answer.status_code == 201 and self.random.random() < 0.5:
                self.book({"hold": answer.json()["id"]})
        elif kind == "book":
            self.book(self.slot_request())
        else:
            found = self.random.choice(self.mine)
            body = {"start": self.start()} if kind == "reschedule" else {}
            answer = self.insist(f"appointments/{found['id']}/{kind}", body, token=found["link_token"])
            if answer is not None and answer.status_code == 200:
                self.accepted.append((found["id"], kind, answer.json()["sequence"]))
                if kind == "cancel":
                    self.mine.remove(found)

    def book(self, request):
        body = {**request, "contact": {"name": "W", "email": f"writer{self.number}@example.org"}}
        answer = self.insist("appointments", body, key=f"{self.number}-{next(self.keys)}")
        if answer is not None and answer.status_code == 201:
            self.mine.append(answer.json())
            self.accepted.append((answer.json()["id"], "book", answer.json()["sequence"]))

    def insist(self, rest, body, **options):
        """Send, and send again while booking is away: the key makes that harmless, and so does what is asked."""
        for _ in range(40):
            with contextlib.suppress(requests.RequestException):
                answer = self.portal.post(rest, body, **options)
                if answer.status_code != 503:
                    return answer
            time.sleep(0.25)
        return None


def kill_again_and_again(stack, until):
    """Kill booking KILLS times, at random moments, and start it again each time."""
    booking = stack.components["booking"]
    chance = random.Random(1)
    killed = 0
    while killed < KILLS and not until.wait(chance.uniform(1.0, 4.0)):
        booking.child.kill()
        booking.start()
        booking.wait_until("ready")
        killed += 1
    return killed


def overlapping(stretches):
    ordered = sorted(stretches)
    return any(second[0] < first[1] for first, second in itertools.pairwise(ordered))


def test_sixty_four_writers_and_a_repeatedly_killed_booking_lose_and_duplicate_nothing(crowd):
    writers = [Writer(crowd, number) for number in range(WRITERS)]
    finished = threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        killer = pool.submit(kill_again_and_again, crowd, finished)
        left = iter(range(COMMANDS))

        def work(writer):
            for _ in left:
                writer.act()

        for done in [pool.submit(work, writer) for writer in writers]:
            done.result()
        finished.set()
        assert killer.result() > 0
    database = MongoClient(crowd.servers.mongo_uri, tz_aware=True).loket_booking
    eventually(
        lambda: database.agendas.count_documents({"municipality": "druk", "outbox.0": {"$exists": True}}) == 0, 60
    )

    appointments, live = {}, defaultdict(list)
    agendas = list(database.agendas.find({"municipality": "druk"}))
    assert len(agendas) <= 3 * DAYS
    for agenda in agendas:
        for claim in agenda.get("claims", ()):
            if "appointment" in claim:
                assert claim["id"] not in appointments, "an appointment stands in one place"
                appointments[claim["id"]] = claim
    cancelled = {name for name, claim in appointments.items() if claim["appointment"]["state"] == "cancelled"}
    for agenda in agendas:
        taken = [(c["s"], c["e"]) for c in agenda.get("claims", ()) if c["id"] not in cancelled]
        assert not overlapping(taken), agenda["_id"]
        words = sum(agenda.get(f"b{n}", 0) << 60 * n for n in range(5))
        assert words == sum(((1 << end - start) - 1) << start for start, end in taken), "the words are the live claims"
        for claim in agenda.get("claims", ()):
            live[claim["id"]].append(agenda["_id"])
    for name, claim in appointments.items():
        if name not in cancelled:
            assert sorted(live[name]) == sorted(each["agenda"] for each in claim["placements"]), "all of it or nothing"

    events = defaultdict(list)
    for event in database.event_log.find({"municipality": "druk"}).sort([("time", 1), ("sequence", 1)]):
        events[event["subject"]].append((event["sequence"], event["type"]))
    for name, claim in appointments.items():
        history = claim["appointment"]["history"]
        assert events[name] == [(n + 1, EVENT_OF[entry["command"]]) for n, entry in enumerate(history)], (
            "each transition is in the log once, and in order"
        )
    accepted = [each for writer in writers for each in writer.accepted]
    assert len(accepted) > COMMANDS / 10
    for name, kind, sequence in accepted:
        assert (sequence, EVENT_OF[kind]) in events[name] or kind != "book", "what was accepted is in the log"
        assert sequence <= appointments[name]["appointment"]["sequence"]
        assert kind != "cancel" or name in cancelled
    booked = [name for name, kind, _ in accepted if kind == "book"]
    assert len(booked) == len(set(booked)), "no two requests were given the same appointment"
    cards = {card["_id"] for card in database.cards.find({"municipality": "druk"}, {"_id": 1})}
    assert set(appointments) <= cards, "everybody has a card"
