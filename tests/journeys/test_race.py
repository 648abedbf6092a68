"""Exactly one of many concurrent clients gets a slot."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.client import Portal, a_visitor, in_days

CLIENTS = 50
ROUNDS = 10


def test_exactly_one_of_fifty_concurrent_clients_books_a_slot(portal):
    # one specialist who gives this at all: the slot is a single one
    slots = [slot for slot in portal.slots("dossier-inzien", to=in_days(55)) if slot["capacity"] == 1]
    barrier = Barrier(CLIENTS)

    def attempt(number: int, start: str):
        client = Portal(portal.url, portal.mail_url, staff_key=portal.staff_key)
        body = {"appointment_types": ["dossier-inzien"], "answers": {"perceel": "x"}, "contact": a_visitor()}
        key = str(uuid.uuid4())
        barrier.wait()
        answer = client.book(start, key=key, **body)
        while answer.status_code == 503:  # not in time on a busy machine: a client repeats with its idempotency key
            assert answer.json()["code"] in ("outcome-unknown", "service-unavailable")
            answer = client.book(start, key=key, **body)
        return answer.status_code, answer.headers["Content-Type"], answer.json().get("code")

    with ThreadPoolExecutor(CLIENTS) as pool:
        for round_ in range(ROUNDS):
            start = slots[round_ * 3]["start"]
            answers = list(pool.map(attempt, range(CLIENTS), [start] * CLIENTS))
            assert sorted(status for status, _, _ in answers) == [201] + [409] * (CLIENTS - 1)
            losers = {(media, code) for status, media, code in answers if status == 409}
            assert losers == {("application/problem+json", "slot-taken")}
