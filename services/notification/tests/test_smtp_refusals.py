"""What a mail server's no is about (RFC 3463): the mailbox, which bars it for a while, or us, which does not."""

import datetime as dt
from dataclasses import replace

import pytest
from contact_cards import a_contact_card
from provider_servers import SmtpFace

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


def next_confirmation(post, appointment):
    post.receive(appointment=appointment, card=a_contact_card(id=appointment))
    return [each for each in post.work() if each[0] == "confirmation"]


@pytest.mark.parametrize("said", OF_THE_MAILBOX)
def test_a_missing_mailbox_suppresses_its_address_for_thirty_days(post, face, said):
    face.answers = [said]
    assert next_confirmation(post, "a1") == [("confirmation", "email", "failed")]
    assert next_confirmation(post, "a2") == [SUPPRESSED]
    (suppressed,) = suppressions.of_person(post.context, a_contact_card()["contact_mark"])
    assert suppressed == {
        "channel": "email",
        "since": post.time.isoformat(),
        "until": (post.time + dt.timedelta(days=30)).isoformat(),
    }
    post.later(days=30)
    assert suppressions.of_person(post.context, a_contact_card()["contact_mark"]) == []
    post.receive(appointment="a3", start=post.time + dt.timedelta(days=5), card=None)
    assert SENT in post.work()


@pytest.mark.parametrize("said", OF_US)
@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_refusal_of_us_suppresses_no_address_and_is_retried(post, face, said, stage):
    answers = face.mail_answers if stage == "MAIL" else face.answers
    answers.append(said)
    assert next_confirmation(post, "a1") == [("confirmation", "email", "planned")]
    assert suppressions.of_person(post.context, a_contact_card()["contact_mark"]) == []
    post.later(minutes=30)
    assert post.work() == [SENT]
    assert next_confirmation(post, "a2") == [SENT]


@pytest.mark.parametrize(
    "said", ["550 5.1.1 no such user", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"]
)
def test_a_refusal_of_the_sender_or_the_content_is_not_about_the_mailbox(face, said):
    channel = face.channel("accept")
    for answers in (face.mail_answers, face.data_answers):
        answers.append(said)
        with pytest.raises(Declined):
            channel.send(MAIL)
    face.answers.append("550 5.1.1 no such user")
    with pytest.raises(Refused) as refusal:
        channel.send(MAIL)
    assert refusal.value.unreachable


def test_a_lasting_refusal_of_us_fails_with_its_code_and_suppresses_no_address(post, face):
    face.answers = ["550 5.7.1 blocked using zen.example"] * 20
    post.receive()
    for _ in range(20):
        post.work()
        post.later(minutes=31)
    state = post.state()
    assert (state["state"], state["reason"]) == ("failed", "the mail server said 550 5.7.1")
    assert state["attempts"] < 10, "it does not knock for ever"
    assert [each["reason"] for each in messages.failures(post.context, "rumst")] == ["the mail server said 550 5.7.1"]
    assert suppressions.of_person(post.context, a_contact_card()["contact_mark"]) == []


def test_the_next_provider_sends_what_the_first_refuses(post, face):
    other = SmtpFace()
    try:
        providers = [Provider("smtp", face.channel("accept")), Provider("other", other.channel("accept"))]
        both = Providers({EMAIL: providers})
        object.__setattr__(post.context, "providers", both)
        face.answers = ["554 5.7.1 Relay access denied"]
        assert next_confirmation(post, "a1") == [SENT]
        assert len(other.taken) == 1
    finally:
        other.close()


def test_a_message_to_a_suppressed_address_is_listed_as_a_failure(post, face):
    face.answers = ["550 5.1.1 no such user"]
    next_confirmation(post, "a1")
    next_confirmation(post, "a2")
    result = {(each["appointment"], each["reason"]) for each in messages.failures(post.context, "rumst")}
    assert result == {("a1", "the mail server said 550 5.1.1"), ("a2", "unreachable")}


def test_staff_can_lift_an_unreachable_address_but_not_an_opt_out(post, face):
    mark = a_contact_card()["contact_mark"]
    post.suppressions.add("rumst", mark, "email", OPTED_OUT, post.time)
    face.answers = ["550 5.1.1 no such user"]
    next_confirmation(post, "a1")
    assert suppressions.lift(post.context, mark, "email")
    assert not suppressions.lift(post.context, mark, "email")
    assert next_confirmation(post, "a2") == [SENT], "a confirmation is needed, whatever was wished"
    assert post.suppressions.of([mark], post.time) == {(mark, "email"): OPTED_OUT}


def test_a_suppression_stored_before_expiry_existed_expires_too(post, face, database):
    mark = a_contact_card()["contact_mark"]
    old = {"municipality": "rumst", "mark": mark, "channel": "email", "why": "unreachable", "at": post.time}
    database["unwanted"].insert_one({"_id": f"{mark}/email", **old})
    assert next_confirmation(post, "a1") == [SUPPRESSED]
    post.later(days=31)
    assert suppressions.of_person(post.context, mark) == []
    assert post.suppressions.of([mark], post.time) == {}
