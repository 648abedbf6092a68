"""Strangers attack over loopback, with the settings that a municipality has by default: they take little, reach few
mailboxes and decide nothing about others."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import yaml
from pymongo import MongoClient

from tests.benchmarks.municipality import municipality_yaml
from tests.client import FromAddress, Portal, eventually, in_days

BOOKINGS, HOLDS = 200, 500
SPECIALISTS = 20
#: the day that is attacked
DAY = in_days(7)


class Attacked:
    """A municipality, and strangers at several addresses."""

    def __init__(self, stack, folder, name, **online):
        settings = yaml.safe_load(municipality_yaml(name, SPECIALISTS, "08:00", "20:00", 15, horizon_days=14))
        bounds = online.pop("bounds", {})
        # the bounds that a municipality has by default
        settings = {key: value for key, value in settings.items() if not key.startswith("most_")} | bounds
        file = folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump({**settings, "online": online, "email": f"{name}@example.org"}))
        stack.configure(file)
        self.name, self.stack, self.portal = name, stack, Portal.on(stack, name)

    def strangers(self, number):
        """A portal without a key for each address."""
        found = []
        for each in range(number):
            session = requests.Session()
            session.mount("http://", FromAddress(f"127.0.0.{10 + each}"))
            found.append(Portal(self.stack.url, self.stack.mail_url, self.name, session=session))
        return found

    def capacity(self):
        """How many visits could begin on the attacked day."""
        slots = self.portal.slots("visit", "hal", **{"from": DAY, "to": DAY})
        return {slot["start"]: slot["capacity"] for slot in slots}

    def slot(self, starts, number):
        return {"appointment_types": ["visit"], "location": "hal", "start": starts[number % len(starts)]}


@pytest.fixture
def attacked(stack, tmp_path):
    return lambda name, **online: Attacked(stack, tmp_path, name, **online)


def metric(stack, name):
    page = requests.get(f"{stack.url}/metrics", timeout=15).text
    return [line for line in page.splitlines() if line.startswith(name) and not line.endswith(" 0.0")]


@pytest.mark.parametrize("addresses", [1, 8])
def test_strangers_take_at_most_a_twentieth_of_one_day_and_the_staff_see_it(stack, attacked, addresses):
    target = attacked(f"aanval-{addresses}")
    before = target.capacity()
    starts, strangers = list(before), target.strangers(addresses)

    def book(number):
        contact = {"name": "Nobody", "email": f"nobody-{number}@example.org"}
        stranger = strangers[number % addresses]
        return stranger.post("appointments", {**target.slot(starts, number), "contact": contact}).status_code

    def hold(number):
        return strangers[number % addresses].post("holds", target.slot(starts, number)).status_code

    with ThreadPoolExecutor(8) as crowd:
        outcomes = [*crowd.map(hold, range(HOLDS // 2)), *crowd.map(book, range(BOOKINGS)),
                    *crowd.map(hold, range(HOLDS // 2))]  # fmt: skip
    assert set(outcomes) <= {201, 202, 428, 429}, sorted(set(outcomes))
    taken = sum(status in (201, 202) for status in outcomes)
    assert 0 < taken <= 0.05 * sum(before.values())
    assert sum(before.values()) - sum(target.capacity().values()) <= 4 * taken, "a visit takes a few starts"
    assert 428 in outcomes, "proof of work went on"
    assert len(metric(stack, f'loket_friction_switched_on_total{{municipality="{target.name}"}}')) == 1


def test_a_mailbox_gets_few_messages_however_it_is_written(attacked):
    target = attacked("mailbom", friction_from=0, bounds={"most_bookings_per_client": 0})
    starts = list(target.capacity())
    strangers = target.strangers(8)
    for number in range(110):
        contact = {"name": "Nobody", "email": f"Victim+{number}@example.org"}
        answer = strangers[number % 8].post("appointments", {**target.slot(starts, number), "contact": contact})
        assert answer.status_code in (202, 429), answer.text
    sent = sent_messages(target, "email")
    assert 0 < sent <= 6


def test_a_number_gets_few_messages(attacked):
    target = attacked("smsbom", confirm="sms", friction_from=0, bounds={"most_bookings_per_client": 0})
    starts = list(target.capacity())
    for number in range(10):
        contact = {"name": "Nobody", "email": f"nobody-{number}@example.org", "phone": "0470 12 34 56"}
        answer = target.portal.post("appointments", {**target.slot(starts, number), "contact": contact})
        assert answer.status_code in (202, 429), answer.text
    assert 0 < sent_messages(target, "sms") <= 3


def sent_messages(target, channel):
    """The codes that notification planned for a municipality, once its events were consumed."""
    with MongoClient(target.portal.mongo_uri) as client:
        bookings, messages = client.loket_booking.provisional_bookings, client.loket_notification.messages
        eventually(lambda: not bookings.count_documents({"municipality": target.name, "outbox.0": {"$exists": True}}))
        expected = bookings.count_documents({"municipality": target.name})
        about = {"municipality": target.name, "kind": "code", "channel": channel}
        eventually(lambda: messages.count_documents(about) >= expected)
        return messages.count_documents({"municipality": target.name})


def test_a_stranger_cannot_unsubscribe_a_victim_or_use_up_their_places(attacked):
    target = attacked("slachtoffer")
    starts, victim = list(target.capacity()), {"name": "Victim", "email": "victim@example.org"}
    answers = [
        target.portal.post("appointments", {**target.slot(starts, number), "contact": victim}) for number in range(6)
    ]
    assert {answer.status_code for answer in answers} == {202}
    for answer in answers:
        assert not {"link_token", "manage_url"} & answer.json().keys()
        for secret in (answer.json()["id"], answer.json()["hold"]):
            address = f"{target.portal.url}/{target.name}/afspraak/{secret}/berichten"
            assert requests.post(address, timeout=15).status_code == 404
    with MongoClient(target.portal.mongo_uri) as client:
        assert client.loket_notification.unwanted.count_documents({"municipality": target.name}) == 0
    portal = Portal.on(target.stack, target.name, key=target.stack.machine_key(target.name))
    slot = target.slot(starts, len(starts) // 2)
    assert portal.post("appointments", {**slot, "contact": victim}).status_code == 201
