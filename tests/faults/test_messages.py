"""Mail servers and SMS gateways refuse, hang, greylist and die: every message arrives, none twice."""

import asyncio
import datetime as dt
import os
import random
import socket
import ssl
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest
import requests
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pymongo import MongoClient

from loket_chassis.cli.client import connect
from loket_contracts.rpc.notification import Notification
from loket_local.ports import find_free
from loket_local.processes import Child
from tests.benchmarks.bulk import book_many
from tests.client import SHORTEST_PAUSE, a_visitor, eventually, in_days
from tests.providers.sms_gateway import SECRET

LONG = bool(os.environ.get("LOKET_LONG"))
PROVIDERS = Path(__file__).parents[1] / "providers"
BOOKINGS, KILLS = (10_000, 5) if LONG else (100, 2)
SENDERS = 8
#: seconds; in the long form, thousands of messages of the tests before come first
IN_TURN = 300.0 if LONG else 120.0


class MailServer:
    """A mail server in this process. `moods`: what it does with each mail that comes, then it is content."""

    def __init__(self, port=None, moods=(), **options):
        self.port = port or find_free(1)[0]
        self.moods = list(moods)
        self.met = Counter()
        self.taken = []
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self.controller.start()

    def stop(self):
        self.controller.stop()

    @property
    def addresses(self):
        return [address for address, _ in self.taken]

    async def handle_RCPT(self, server, session, envelope, address, options):
        mood = self.moods.pop() if self.moods else "content"
        self.met[mood] += 1
        if mood == "greylists":
            return "451 come back later"
        if mood == "hangs":
            await asyncio.sleep(6)
            return "451 too late"
        if mood == "dies":
            server.transport.abort()
            return "421 gone"
        envelope.rcpt_tos.append(address)
        session.dies_at_the_content = mood == "dies at the content"
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        if session.dies_at_the_content:
            return "451 out of disk"
        self.taken.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)["Message-ID"]))
        return "250 kept"


@pytest.fixture(scope="module")
def notification(own_stack):
    """The service, which each test starts with other settings; after the last one it is as it was."""
    component = own_stack.components["notification"]
    usual = dict(component.environment)

    def start(environment):
        component.stop()
        component.environment.clear()
        component.environment.update(environment)
        component.start()
        component.wait_until("ready")
        return component

    yield lambda **settings: start({**usual, "SENDERS": str(SENDERS), **settings})
    start(usual)


@pytest.fixture
def due(own_stack):
    """Lets the delay before the next attempt have passed; in the long form the messages wait for it."""
    with MongoClient(own_stack.servers.mongo_uri) as client:
        messages = client.loket_notification.messages

        def pass_delay(*booked):
            waiting = {
                "appointment": {"$in": [each["id"] for each in booked]},
                "state": "planned",
                "attempts": {"$gt": 0},
            }
            if not LONG:
                messages.update_many(waiting, {"$set": {"next_at": dt.datetime.now(dt.UTC)}})
            return True

        yield pass_delay


@pytest.fixture
def tls(tmp_path):
    """A server's side of TLS; a client that trusts ca.pem in the test's folder trusts it."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return context


def waiting_messages(own_stack):
    with MongoClient(own_stack.servers.mongo_uri) as client:
        return client.loket_notification.messages.count_documents({"next_at": {"$lte": dt.datetime.now(dt.UTC)}})


def messages_about(own_stack, municipality, appointment):
    return connect(own_stack.servers.amqp_uri, Notification).messages(municipality, appointment)


def states(own_stack, appointment, kind="confirmation"):
    found = messages_about(own_stack, "rumst", appointment)
    return {each["channel"]: each for each in found if each["kind"] == kind}


def reason(own_stack, booked):
    """Why the confirmation has not left yet."""
    return states(own_stack, booked["id"]).get("email", {}).get("reason", "")


def test_a_mail_over_tls_with_login_arrives_and_a_wrong_password_loses_none(
    own_stack, portal, notification, tls, due, tmp_path
):

    def known(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"loket", b"right"), handled=False)

    mails = MailServer(ssl_context=tls, authenticator=known, auth_required=True, auth_require_tls=False)
    settings = {
        "SMTP_PORT": str(mails.port), "SMTP_SECURITY": "tls", "SMTP_CA_FILE": str(tmp_path / "ca.pem"),
        "SMTP_USER": "loket",
    }  # fmt: skip
    eventually(lambda: not waiting_messages(own_stack), IN_TURN)  # of earlier tests, which would be tried first
    notification(**settings, SMTP_PASSWORD="wrong")
    visitor = a_visitor()
    booked = portal.booked(contact=visitor)
    eventually(lambda: "log-in" in reason(own_stack, booked), IN_TURN)
    notification(**settings, SMTP_PASSWORD="right")
    eventually(lambda: due(booked) and visitor["email"] in mails.addresses, patience=60)
    eventually(lambda: states(own_stack, booked["id"])["email"]["state"] == "sent")  # noted once the server took it
    mails.stop()


def test_starttls_protects_the_login_and_an_untrusted_certificate_is_refused(
    own_stack, portal, notification, tls, due, tmp_path
):
    mails = MailServer(tls_context=tls, require_starttls=True)
    notification(SMTP_PORT=str(mails.port), SMTP_SECURITY="starttls")
    visitor = a_visitor()
    booked = portal.booked(contact=visitor)
    eventually(lambda: "SSLCertVerificationError" in reason(own_stack, booked), IN_TURN)
    notification(SMTP_PORT=str(mails.port), SMTP_SECURITY="starttls", SMTP_CA_FILE=str(tmp_path / "ca.pem"))
    eventually(lambda: due(booked) and visitor["email"] in mails.addresses, patience=60)
    mails.stop()


def test_every_mail_arrives_once_through_a_misbehaving_mail_server(own_stack, portal, notification, due):
    moods = ["greylists", "dies", "dies at the content", "hangs"] * (5 if LONG else 1)
    random.Random(4).shuffle(moods)
    mails = MailServer(moods=moods)
    notification(SMTP_PORT=str(mails.port), SMTP_TIMEOUT="3")
    visitors = [a_visitor() for _ in range(30 if LONG else 10)]
    starts = portal.slots("hinder-melden", to=in_days(25))
    booked = [
        portal.booked(
            start=slot["start"],
            appointment_types=["hinder-melden"],
            answers={"soort-hinder": "geluid"},
            contact=visitor,
        )
        for visitor, slot in zip(visitors, starts[::3], strict=False)
    ]
    time.sleep(1)
    mails.stop()
    time.sleep(2)
    taken, mails = mails.taken, MailServer(mails.port, mails.moods)
    wanted = {visitor["email"] for visitor in visitors}
    eventually(lambda: due(*booked) and wanted <= {address for address, _ in [*taken, *mails.taken]}, patience=120)
    ids = [identifier for address, identifier in [*taken, *mails.taken] if address in wanted]
    assert len(ids) == len(set(ids)) == len(visitors)
    mails.stop()


def test_every_sms_arrives_through_a_throttling_failing_and_silent_gateway(
    own_stack, portal, notification, due, tmp_path
):
    (port,) = find_free(1)
    url = f"http://127.0.0.1:{port}"
    child = Child.start("SMS gateway", [sys.executable, PROVIDERS / "sms_gateway.py", str(port)], tmp_path / "sms.log")
    try:
        eventually(lambda: requests.get(f"{url}/taken", timeout=5).ok if _is_open(port) else False)
        notification(
            SMS_PROVIDERS="http", SMS_HTTP_URL=f"{url}/send", SMS_HTTP_TIMEOUT="2",
            SMS_HTTP_RECEIPT_SECRET=SECRET.decode(),
            SMS_HTTP_BODY='{"to": {{ to|tojson }}, "text": {{ text|tojson }}, "receipts": {{ receipts|tojson }}}',
        )  # fmt: skip
        plan = tmp_path / "sms.messages.yaml"
        plan.write_text("municipality: rumst\nquiet_hours: false\nmessages: {confirmation: {by: [sms]}}\n")
        own_stack.configure_messages(plan)
        requests.post(f"{url}/next", json=[429, 500], timeout=5)
        booked = portal.booked(contact={**a_visitor(), "phone": "0470 12 34 56"})

        def delivered(booked):
            return eventually(lambda: due(booked) and _if(states(own_stack, booked["id"]).get("sms"), "delivered"))

        assert [each["outcome"] for each in delivered(booked)["tries"]] == [
            "the provider said 429", "the provider said 500", "sent",
        ]  # fmt: skip
        (sms,) = requests.get(f"{url}/taken", timeout=5).json()
        assert sms["to"] == "+32470123456"
        assert booked["reference"] in sms["text"]

        requests.post(f"{url}/next", json=["silent"], timeout=5)
        second = portal.booked(contact={**a_visitor(), "phone": "0470 12 34 57"})
        assert len(delivered(second)["tries"]) == 2
        twice = [each for each in requests.get(f"{url}/taken", timeout=5).json() if each["to"] == "+32470123457"]
        assert len(twice) == 2, "what nobody knows is sent once more, and no oftener"
        forged = requests.post(f"{own_stack.url}/receipts/http", json={"id": "sms-1", "status": "failed"}, timeout=5)
        assert (forged.status_code, forged.json()["code"]) == (403, "receipt-not-signed")
    finally:
        child.stop()
        own_stack.configure_messages(Path(__file__).parents[1] / "at-once.messages.yaml")


def _is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _if(message, state):
    return message if message and message["state"] == state else None


def test_killing_notification_repeatedly_while_it_sends_loses_no_message(own_stack, notification, tmp_path):
    """Doubles are those of unknown outcome, at most one for each sender and kill, and they are counted."""
    (port,) = find_free(1)
    file = tmp_path / "ids"
    sink = Child.start(
        "mail sink", [sys.executable, PROVIDERS / "mail_sink.py", str(port), file], tmp_path / "sink.log"
    )
    component = notification(SMTP_PORT=str(port))
    component.stop()
    try:
        booked = book_many(own_stack, tmp_path, BOOKINGS)
        wanted = {f"{identifier}.1.confirmation.email@loket" for identifier in booked}
        component.start()
        for kill in range(KILLS):
            enough = len(wanted) * (kill + 0.5) / (KILLS + 1)
            eventually(lambda enough=enough: len(_lines(file)) > enough, patience=300, longest_pause=SHORTEST_PAUSE)
            component.child.kill()
            component.start()
        eventually(lambda: wanted <= set(_lines(file)), patience=600)
        doubles = sum(count - 1 for count in Counter(_lines(file)).values())
        assert doubles <= KILLS * SENDERS
        service = connect(own_stack.servers.amqp_uri, Notification)

        def count_uncertain():
            return sum(
                each["tries"][-1:] != [] and each["uncertain"] > 0
                for identifier in booked[:500]
                for each in service.messages("post", identifier)
                if each["kind"] == "confirmation"
            )

        if BOOKINGS <= 500:  # every double is among those that were known to be uncertain, once it is recorded
            eventually(lambda: count_uncertain() >= doubles)
        assert count_uncertain() <= KILLS * SENDERS
    finally:
        sink.stop()


def _lines(file):
    return file.read_text().split() if file.exists() else []
