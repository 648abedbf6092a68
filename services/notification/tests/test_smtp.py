"""Handing mail to a real SMTP server, also to one that refuses."""

import datetime as dt

import pytest
from aiosmtpd.controller import Controller
from cards import a_contact_card

from loket_local.ports import find_free
from loket_notification.calendar import calendar_entry
from loket_notification.channels.smtp import AddressRefused, Mail, SmtpChannel
from loket_notification.composer import compose
from loket_notification.messages import ContactCard
from loket_notification.settings import NotificationSettings

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


class Server:
    """A mail server that answers as it is told, and keeps what it takes."""

    def __init__(self):
        self.answer_to_rcpt = self.answer_to_data = "250 fine"
        self.kept = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer_to_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_rcpt

    async def handle_DATA(self, server, session, envelope):
        if self.answer_to_data.startswith("250"):
            self.kept.append(envelope)
        return self.answer_to_data


@pytest.fixture
def server():
    told = Server()
    (told.port,) = find_free(1)
    controller = Controller(told, hostname="127.0.0.1", port=told.port)
    controller.start()
    yield told
    controller.stop()


def a_channel(port):
    return SmtpChannel(
        NotificationSettings(
            amqp_uri="-", mongo_uri="-", public_url="https://x.example", smtp_port=port, smtp_timeout=3
        )
    )


def a_mail(**changes):
    card = ContactCard.read(a_contact_card(**changes))
    method, entry = calendar_entry(card, "a1", "https://x.example", NOW)
    composed = compose("confirmation", card, "https://x.example", "rumst")
    return Mail(card.name, card.email, card.municipality, composed, "<a1.1@loket>", NOW, method, entry)


def test_a_mail_arrives_whole(server):
    a_channel(server.port).send(a_mail(contact={"name": "Zoë Ünal, dr.", "email": "zoe@example.org"}))
    (kept,) = server.kept
    assert kept.rcpt_tos == ["zoe@example.org"]
    assert b"Message-ID: <a1.1@loket>" in kept.content


def test_a_refused_address_is_final(server):
    server.answer_to_rcpt = "550 no such user"
    with pytest.raises(AddressRefused, match="550"):
        a_channel(server.port).send(a_mail())


def test_a_refused_message_is_final(server):
    server.answer_to_data = "554 spam"
    with pytest.raises(AddressRefused, match="554"):
        a_channel(server.port).send(a_mail())


@pytest.mark.parametrize("attribute", ["answer_to_rcpt", "answer_to_data"])
def test_a_server_that_says_later_is_tried_again(server, attribute):
    setattr(server, attribute, "451 greylisted")
    with pytest.raises(Exception) as failure:  # noqa: PT011 - any but AddressRefused makes the event come again
        a_channel(server.port).send(a_mail())
    assert not isinstance(failure.value, AddressRefused)


def test_a_server_that_is_not_there_is_tried_again():
    with pytest.raises(OSError, match="refused"):
        a_channel(find_free(1)[0]).send(a_mail())
