"""A mail server refuses the mailbox, which suppresses the address for a while, or us, which does not (RFC 3463)."""

import datetime as dt
from dataclasses import replace

import pytest
from contact_cards import a_contact_card
from provider_servers import SmtpServer

from loket_notification.channels.base import Declined, Refused
from loket_notification.channels.conformance import a_message
from loket_notification.channels.providers import Provider, Providers
from loket_notification.commands import suppressions
from loket_notification.domain.kinds import EMAIL
from loket_notification.queries import messages
from loket_notification.store.suppressions import OPTED_OUT

SENT = ("confirmation", "email", "sent")
SUPPRESSED = ("confirmation", "email", "suppressed")
OF_THE_MAILBOX = [
    "550 5.1.1 The email account that you tried to reach does not exist",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
    "550 5.2.1 The mailbox is disabled",
    "553 5.1.3 bad destination mailbox address syntax",
]
MAIL = replace(a_message(), to="zoe@example.org")
OF_US = [
    "550 5.7.1 Service unavailable; client host blocked using zen.example",
    "550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy",
    "550 5.4.1 Recipient address rejected: Access denied",
    "530 5.7.0 Authentication required",
    "554 5.7.1 <x@example.org>: Relay access denied",
    "550 5.1.8 Sender address rejected: domain not found",
    "552 5.2.2 The mailbox is full",
    "550 requested action not taken: mailbox unavailable",
    "554 Relay access denied",
]


def next_confirmation(notification, appointment):
    notification.receive(appointment=appointment, card=a_contact_card(id=appointment))
    return [each for each in notification.work() if each[0] == "confirmation"]


@pytest.mark.parametrize("said", OF_THE_MAILBOX)
def test_a_missing_mailbox_suppresses_its_address_for_thirty_days(notification, provider_server, said):
    provider_server.answers = [said]
    assert next_confirmation(notification, "a1") == [("confirmation", "email", "failed")]
    assert next_confirmation(notification, "a2") == [SUPPRESSED]
    (suppressed,) = suppressions.of_person(notification.context, a_contact_card()["contact_mark"])
    assert suppressed == {
        "channel": "email",
        "since": notification.time.isoformat(),
        "until": (notification.time + dt.timedelta(days=30)).isoformat(),
    }
    notification.later(days=30)
    assert suppressions.of_person(notification.context, a_contact_card()["contact_mark"]) == []
    notification.receive(appointment="a3", start=notification.time + dt.timedelta(days=5), card=None)
    assert SENT in notification.work()


@pytest.mark.parametrize("said", OF_US)
@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_refusal_of_us_suppresses_no_address_and_is_retried(notification, provider_server, said, stage):
    answers = provider_server.mail_answers if stage == "MAIL" else provider_server.answers
    answers.append(said)
    assert next_confirmation(notification, "a1") == [("confirmation", "email", "planned")]
    assert suppressions.of_person(notification.context, a_contact_card()["contact_mark"]) == []
    notification.later(minutes=30)
    assert notification.work() == [SENT]
    assert next_confirmation(notification, "a2") == [SENT]


@pytest.mark.parametrize(
    "said", ["550 5.1.1 no such user", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"]
)
def test_a_refusal_of_the_sender_or_the_content_is_not_about_the_mailbox(provider_server, said):
    channel = provider_server.channel("accept")
    for answers in (provider_server.mail_answers, provider_server.data_answers):
        answers.append(said)
        with pytest.raises(Declined):
            channel.send(MAIL)
    provider_server.answers.append("550 5.1.1 no such user")
    with pytest.raises(Refused) as refusal:
        channel.send(MAIL)
    assert refusal.value.unreachable


def test_a_lasting_refusal_of_us_fails_with_its_code_and_suppresses_no_address(notification, provider_server):
    provider_server.answers = ["550 5.7.1 blocked using zen.example"] * 20
    notification.receive()
    for _ in range(20):
        notification.work()
        notification.later(minutes=31)
    state = notification.state()
    assert (state["state"], state["reason"]) == ("failed", "the mail server said 550 5.7.1")
    assert state["attempts"] < 10, "the retries end"
    assert [each["reason"] for each in messages.failures(notification.context, "rumst")] == [
        "the mail server said 550 5.7.1"
    ]
    assert suppressions.of_person(notification.context, a_contact_card()["contact_mark"]) == []


def test_the_next_provider_sends_what_the_first_refuses(notification, provider_server):
    other = SmtpServer()
    try:
        providers = [Provider("smtp", provider_server.channel("accept")), Provider("other", other.channel("accept"))]
        both = Providers({EMAIL: providers})
        object.__setattr__(notification.context, "providers", both)
        provider_server.answers = ["554 5.7.1 Relay access denied"]
        assert next_confirmation(notification, "a1") == [SENT]
        assert len(other.taken) == 1
    finally:
        other.close()


def test_a_message_to_a_suppressed_address_is_listed_as_a_failure(notification, provider_server):
    provider_server.answers = ["550 5.1.1 no such user"]
    next_confirmation(notification, "a1")
    next_confirmation(notification, "a2")
    result = {(each["appointment"], each["reason"]) for each in messages.failures(notification.context, "rumst")}
    assert result == {("a1", "the mail server said 550 5.1.1"), ("a2", "unreachable")}


def test_staff_can_lift_an_unreachable_address_but_not_an_opt_out(notification, provider_server):
    mark = a_contact_card()["contact_mark"]
    notification.suppressions.add("rumst", mark, "email", OPTED_OUT, notification.time)
    provider_server.answers = ["550 5.1.1 no such user"]
    next_confirmation(notification, "a1")
    assert suppressions.lift(notification.context, mark, "email")
    assert not suppressions.lift(notification.context, mark, "email")
    assert next_confirmation(notification, "a2") == [SENT], "a confirmation is needed, whatever was wished"
    assert notification.suppressions.of([mark], notification.time) == {(mark, "email"): OPTED_OUT}


def test_a_suppression_stored_before_expiry_existed_expires_too(notification, provider_server, database):
    mark = a_contact_card()["contact_mark"]
    old = {"municipality": "rumst", "mark": mark, "channel": "email", "why": "unreachable", "at": notification.time}
    database["unwanted"].insert_one({"_id": f"{mark}/email", **old})
    assert next_confirmation(notification, "a1") == [SUPPRESSED]
    notification.later(days=31)
    assert suppressions.of_person(notification.context, mark) == []
    assert notification.suppressions.of([mark], notification.time) == {}


def test_an_opt_out_after_an_unreachable_address_of_an_older_version_does_not_expire(notification, database):
    mark = a_contact_card()["contact_mark"]
    old = {"municipality": "rumst", "mark": mark, "channel": "email", "why": "unreachable", "at": notification.time}
    database["unwanted"].insert_one({"_id": f"{mark}/email", **old})
    notification.suppressions.add("rumst", mark, "email", OPTED_OUT, notification.time)
    assert not suppressions.lift(notification.context, mark, "email")
    notification.later(days=31)
    assert notification.suppressions.of([mark], notification.time) == {(mark, "email"): OPTED_OUT}
