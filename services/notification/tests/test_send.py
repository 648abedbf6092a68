"""Notification sends a message once, in time, to the right recipient; it tries again if it must, or gives up."""

import datetime as dt
import json

import pytest
from contact_cards import a_contact_card
from outbox_harness import NOW, START, Post
from provider_servers import SmtpFace

from loket_contracts.errors import Refusal
from loket_notification.channels.base import Callback
from loket_notification.channels.generic_http import GenericHttpChannel, GenericHttpSettings
from loket_notification.channels.providers import Provider
from loket_notification.commands import receipts, send_test
from loket_notification.domain.retries import LONGEST, next_try
from loket_notification.queries import messages, preview
from loket_notification.store.messages import LEASE

SENT = ("confirmation", "email", "sent")


def make(database, face, tmp_path, plan):
    return Post(database, face.channel("accept"), tmp_path, plan)


def test_a_booking_is_confirmed_once_however_often_its_event_arrives(post, face):
    for _ in range(3):
        post.receive()
    assert post.work() == [SENT]
    post.receive()
    assert post.work() == []
    assert len(face.taken) == 1
    assert [event.type for event in post.announced] == ["notification.sent.v1"]


def test_a_replay_of_old_events_plans_no_expired_messages(post):
    post.later(days=30)
    assert post.receive() == 0
    assert post.messages.collection.count_documents({}) == 0


def test_reminders_are_sent_on_time_over_their_channel(post, face):
    post.receive(card=a_contact_card(id="a1", contact={"phone": "+32470123456"}))
    post.work()
    post.time = START - dt.timedelta(days=3)
    assert post.work() == [("reminder", "email", "sent")]
    post.time = START - dt.timedelta(hours=2)
    assert post.work() == [("reminder_soon", "sms", "sent")]
    (sms,) = [json.loads(line) for line in post.sms_file.read_text().splitlines()]
    assert (sms["to"], sms["from"]) == ("+32470123456", "Loket")
    assert "tot straks om 10:00" in sms["text"]


def test_a_move_suppresses_the_messages_planned_for_the_old_time(post, face):
    post.receive()
    post.work()
    moved = START + dt.timedelta(days=1)
    post.receive("appointment.rescheduled", sequence=2, start=moved, rescheduled_by="resident")
    assert post.state("reminder")["state"] == "suppressed"
    assert post.work() == [("reschedule", "email", "sent")]
    post.time = START - dt.timedelta(days=3)
    assert post.work() == []
    post.later(days=1)
    assert post.work() == [("reminder", "email", "sent")]


def test_a_late_event_does_not_restore_the_old_time(post):
    post.receive("appointment.rescheduled", sequence=2, start=START + dt.timedelta(days=1), rescheduled_by="resident")
    card = post.cards["a1"]
    post.receive(sequence=1, card=card)
    assert SENT not in post.work()
    assert post.state()["state"] == "suppressed"


def test_a_cancellation_undone_within_its_grace_period_sends_nothing(post, face):
    post.receive("appointment.cancelled", sequence=2, cancelled_by="resident")
    assert post.work() == []
    post.cards["a1"] = a_contact_card(id="a1", state="booked", sequence=3)
    post.later(minutes=1)
    assert post.work() == [("cancellation", "email", "suppressed")]
    assert face.taken == []


def test_an_erased_resident_gets_no_more_messages(post, face):
    post.receive()
    del post.cards["a1"]
    assert post.work() == [("confirmation", "email", "suppressed")]
    post.messages.forgotten(["a1"], post.time)
    assert {each["state"] for each in post.messages.collection.find({})} == {"suppressed"}
    assert face.taken == []


def test_greylisting_costs_one_try_and_no_message(post, face):
    face.answers = ["451 greylisted"]
    post.receive()
    assert post.work() == [("confirmation", "email", "planned")]
    assert post.work() == [], "not at once"
    post.later(seconds=10)
    assert post.work() == [SENT]
    assert [each["outcome"] for each in post.state()["tries"]] == ["the mail server said 451", "sent"]


def test_an_unknown_address_fails_at_once_and_suppresses_the_next_message(post, face):
    face.answers = ["550 5.1.1 no such user"]
    post.receive()
    assert post.work() == [("confirmation", "email", "failed")]
    assert [event.type for event in post.announced] == ["notification.failed.v1"]
    post.receive(appointment="a2", card=a_contact_card(id="a2"))
    assert post.work() == [("confirmation", "email", "suppressed")]
    (listed,) = messages.unwanted(post.context, "rumst")
    assert (listed["why"], listed["channel"]) == ("unreachable", "email")
    post.suppressions.remove(listed["mark"], "email")
    post.receive(appointment="a3", card=a_contact_card(id="a3"))
    assert post.work() == [SENT]


def test_an_unreachable_server_is_retried_until_the_message_expires(database, face, tmp_path):
    post = Post(database, face.channel("away"), tmp_path)
    post.receive(start=NOW + dt.timedelta(hours=3))
    outcomes = []
    for _ in range(500):
        outcomes += [outcome for kind, _, outcome in post.work() if kind == "confirmation"]
        if outcomes[-1] == "failed":
            break
        post.later(minutes=1)
    assert outcomes[-1] == "failed"
    assert 5 < len(outcomes) < 40, "with growing pauses"
    assert post.state()["settled_at"] <= NOW + dt.timedelta(hours=3)
    assert "too late" in post.state()["reason"]


def test_the_retry_delays_double_up_to_half_an_hour_with_jitter():
    waits = [(next_try(attempt, NOW, 0.5) - NOW).total_seconds() for attempt in range(1, 12)]
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == LONGEST.total_seconds()
    assert next_try(1, NOW, 0.0) < next_try(1, NOW, 1.0)
    assert next_try(1, NOW, 0.5, dt.timedelta(minutes=2)) == NOW + dt.timedelta(minutes=2), "what was asked counts"


def test_a_message_with_an_unknown_outcome_is_sent_once_more(database, face, tmp_path):
    post = Post(database, face.channel("silent"), tmp_path)
    post.receive()
    assert post.work() == [("confirmation", "email", "planned")]
    post.later(minutes=1)
    assert post.work() == [("confirmation", "email", "planned")]
    post.later(minutes=1)
    assert post.work() == [("confirmation", "email", "failed")]
    assert post.state()["reason"] == "it may have been sent twice already"


def test_two_instances_share_the_work_and_take_over_from_one_that_dies(post, face):
    for number in range(6):
        post.receive(appointment=f"a{number}", card=a_contact_card(id=f"a{number}", contact_mark=f"m{number}"))
    dead = post.messages.claim(4, "dead", post.time)
    post.messages.collection.bulk_write([post.messages.begun(dead[0])])
    assert len(post.work("alive")) == 2
    post.later(seconds=LEASE.total_seconds() - 1)
    assert post.work("alive") == []
    post.later(seconds=1)
    assert post.work("alive") == [SENT] * 4
    uncertain = {each["_id"]: each["uncertain"] for each in post.messages.collection.find({"state": "sent"})}
    assert sum(uncertain.values()) == uncertain[dead[0].message.id] == 1, "of the others it is known that they stayed"


def test_a_renewed_claim_is_not_taken_over(post):
    post.receive()
    (mine,) = post.messages.claim(1, "me", post.time)
    post.later(seconds=15)
    post.messages.extend([mine.message.id], "me", post.time)
    post.later(seconds=15)
    assert post.work("other") == []


def test_an_instance_that_lost_its_claim_cannot_record_the_outcome(post):
    post.receive()
    (mine,) = post.messages.claim(1, "me", post.time)
    post.later(seconds=LEASE.total_seconds())
    assert post.work("other") == [SENT]
    post.messages.collection.bulk_write([post.messages.settled(mine, "failed", post.time)])
    assert post.state()["state"] == "sent"


def test_a_person_gets_a_limited_number_of_messages_a_day(database, face, tmp_path):
    post = make(database, face, tmp_path, "most_per_day: {email: 3}")
    for number in range(5):
        post.receive(appointment=f"a{number}", card=a_contact_card(id=f"a{number}"))
        post.work()
    assert len(face.taken) == 3
    post.later(days=1, minutes=1)
    post.receive(appointment="a9", card=a_contact_card(id="a9"))
    assert SENT in post.work()


def test_an_unsubscribed_person_gets_necessary_messages_and_no_reminders(post, face):
    receipts.opt_out(post.context, "rumst", "mark-1", "email")
    post.receive()
    assert post.work() == [SENT]
    post.time = START - dt.timedelta(days=3)
    assert post.work() == [("reminder", "email", "suppressed")]


def test_without_a_telephone_number_the_message_is_sent_by_email(database, face, tmp_path):
    post = make(database, face, tmp_path, "messages: {confirmation: {by: [sms], otherwise: [email]}}")
    post.receive()
    assert post.work() == [("confirmation", "sms", "suppressed")]
    assert post.work() == [SENT]
    assert post.state("confirmation", "sms")["reason"] == "no sms address"


def test_a_resident_without_an_address_gets_no_message_and_no_failure_is_recorded(post, face):
    post.receive(card=a_contact_card(id="a1", contact={"email": None}, contact_mark=None))
    assert post.work() == [("confirmation", "email", "suppressed")]
    assert post.state()["reason"] == "no email address"
    assert (face.taken, post.announced) == ([], [])
    assert messages.failures(post.context, "rumst") == []


def test_a_resident_with_only_a_telephone_number_gets_what_the_plan_sends_by_sms(database, face, tmp_path):
    post = make(database, face, tmp_path, "messages: {confirmation: {by: [email], otherwise: [sms]}}")
    post.receive(card=a_contact_card(id="a1", contact={"email": None, "phone": "+32470123456"}))
    assert post.work() == [("confirmation", "email", "suppressed")]
    assert post.work() == [("confirmation", "sms", "sent")]
    assert "470123456" in post.sms_file.read_text()


def test_an_sms_due_in_quiet_hours_waits_for_the_morning(database, face, tmp_path):
    post = make(database, face, tmp_path, "messages: {cancelled_by_us: {by: [sms]}}")
    post.time = dt.datetime(2026, 11, 24, 22, tzinfo=dt.UTC)
    card = a_contact_card(id="a1", state="cancelled", contact={"phone": "+32470123456"})
    post.receive("appointment.cancelled", sequence=2, cancelled_by="staff", reason="by-municipality", card=card)
    assert post.work() == []
    post.time = dt.datetime(2026, 11, 25, 7, tzinfo=dt.UTC)
    assert post.work() == [("cancelled_by_us", "sms", "sent")]


def test_an_sms_of_too_many_segments_is_not_sent(post):
    post.context = post.context.__class__(**{**post.context.__dict__, "max_segments": 0})
    post.receive(start=NOW + dt.timedelta(hours=6), card=a_contact_card(id="a1", contact={"phone": "+32470123456"},
              start=(NOW + dt.timedelta(hours=6)).isoformat()))  # fmt: skip
    post.later(hours=4)
    assert ("reminder_soon", "sms", "failed") in post.work()


def test_an_internal_error_is_retried_a_few_times_and_then_fails(post):
    post.receive(card={"nonsense": True, "contact_mark": "m"})
    outcomes = []
    for _ in range(10):
        outcomes += [outcome for _, _, outcome in post.work()]
        post.later(minutes=20)
    assert outcomes == ["planned"] * 5 + ["failed"]


def test_when_the_first_provider_fails_the_next_one_sends(post, face, database, tmp_path):
    other = SmtpFace()
    post.context.providers.by_kind["email"][:] = [
        Provider("first", face.channel("away")), Provider("second", other.channel("accept"))
    ]  # fmt: skip
    post.receive()
    assert post.work() == [SENT]
    assert post.state()["provider"] == "second"
    other.close()


def test_a_provider_that_keeps_failing_is_skipped_for_a_while(post, face):
    now = [0.0]
    providers = post.context.providers
    providers._clock = lambda: now[0]
    (provider,) = providers.by_kind["email"][:] = [Provider("smtp", face.channel("away"))]
    for number in range(8):
        post.receive(appointment=f"a{number}", card=a_contact_card(id=f"a{number}"))
    post.work()
    assert not provider.breaker.lets_through(now[0])
    assert provider.breaker.failed == provider.breaker.failures_in_a_row, "the rest did not even try"
    provider.channel = face.channel("accept")
    now[0] += provider.breaker.rest
    post.later(minutes=1)
    assert post.work() == [SENT] * 8


def test_a_throttled_provider_gets_its_messages_one_by_one():
    provider = Provider("sms", None, rate=2)
    assert [provider.turn(10.0) for _ in range(3)] == [0, 0.5, 1.0]
    assert provider.turn(20.0) == 0


def test_a_receipt_records_delivered_or_failed_and_a_repeat_changes_nothing(post, face):
    channel = GenericHttpChannel(GenericHttpSettings(sms_http_url="https://x.example", sms_http_receipt_secret="s"))
    post.context.providers.by_kind["sms"][:] = [Provider("http", channel)]
    channel.send = lambda message: "p1"
    post.receive(card=a_contact_card(id="a1", contact={"phone": "+32470123456"}))
    post.time = START - dt.timedelta(hours=2)
    post.work()
    import hashlib
    import hmac

    def receipt_states(state):
        body = json.dumps({"id": "p1", "status": state})
        signature = hmac.new(b"s", body.encode(), hashlib.sha256).hexdigest()
        return receipts.receive(
            post.context, "http", Callback("POST", "u", headers={"x-signature": signature}, body=body)
        )

    assert receipt_states("delivered") == 1
    assert receipt_states("failed") == 0
    assert post.state("reminder_soon", "sms")["state"] == "delivered"
    assert post.announced[-1].type == "notification.delivered.v1"
    with pytest.raises(Refusal, match="unknown-provider"):
        receipts.receive(post.context, "nobody", Callback("POST", "u"))
    with pytest.raises(Refusal, match="receipt-not-signed"):
        receipts.receive(post.context, "http", Callback("POST", "u", body="{}"))


def test_staff_see_the_sent_messages_and_can_send_one_again(post, face):
    post.receive()
    post.work()
    shown = messages.of_appointment(post.context, "rumst", "a1")
    assert [(each["kind"], each["state"]) for each in shown] == [
        ("confirmation", "sent"), ("reminder", "planned"), ("reminder_soon", "planned"),
    ]  # fmt: skip
    messages.resend(post.context, "rumst", "a1:1:confirmation:email")
    assert post.work() == [SENT]
    assert len({event.id for event in post.announced}) == 2, "each sending is announced"
    with pytest.raises(Refusal, match="unknown-message"):
        messages.resend(post.context, "elsewhere", "a1:1:confirmation:email")


def test_an_expired_message_cannot_be_sent_again(post, face):
    post.receive()
    post.work()
    post.time = START
    messages.resend(post.context, "rumst", "a1:1:confirmation:email")
    assert ("confirmation", "email", "suppressed") in post.work()
    assert len(face.taken) == 1


def test_the_daily_limit_applies_to_people_and_not_to_teams(database, face, tmp_path):
    post = make(database, face, tmp_path, "most_per_day: {email: 1}")
    team = {"id": "ro", "name": {"nl": "RO"}, "email": "ro@rumst.example"}
    soon = NOW + dt.timedelta(hours=5)
    for number in range(3):
        mine = {"id": f"a{number}", "start": soon.isoformat(), "contact_mark": f"m{number}"}
        post.receive(appointment=f"a{number}", start=soon, card=a_contact_card(team=team, **mine))
    assert post.work().count(("alert_booked", "email", "sent")) == 3


def test_the_failures_of_the_day_are_listed(post, face):
    face.answers = ["550 5.1.1 no such user"]
    post.receive()
    post.work()
    (failed,) = messages.failures(post.context, "rumst")
    assert (failed["reason"], failed["attempts"]) == ("the mail server said 550 5.1.1", 1)
    post.later(days=2)
    assert messages.failures(post.context, "rumst") == []


def test_a_preview_is_rendered_with_the_texts_of_the_municipality(database, face, tmp_path):
    post = make(database, face, tmp_path, "texts: {nl: {reminder: {subject: 'Tot {{ day }}!'}}}")
    shown = preview.preview(post.context, "rumst", "reminder", "nl")
    assert shown["subject"] == "Tot maandag 30 november 2026!"
    assert (shown["encoding"], shown["segments"]) == ("GSM-7", 2)
    with pytest.raises(Refusal, match="unknown-message-kind"):
        preview.preview(post.context, "rumst", "reminder", "tlh")


def test_a_preview_can_be_sent_to_an_operator_and_is_not_stored(post, face):
    sent = send_test.send_test(post.context, "rumst", "confirmation", "fr", "email", "me@rumst.example")
    assert sent == {"provider": "smtp", "id": ""}
    assert "Votre rendez-vous" in face.received()[0]
    assert b"text/calendar" in face.taken[0]
    send_test.send_test(post.context, "rumst", "reminder_soon", "nl", "sms", "+32470123456")
    assert "tot straks om 10:00" in post.sms_file.read_text()
    assert post.messages.collection.count_documents({}) == 0
    post.context.providers.by_kind["email"][:] = [Provider("smtp", face.channel("away"))]
    with pytest.raises(Refusal, match="not-sent"):
        send_test.send_test(post.context, "rumst", "confirmation", "nl", "email", "me@rumst.example")


def test_addresses_names_and_texts_are_not_stored(post, face):
    post.receive(card=a_contact_card(id="a1", contact={"phone": "+32470123456"}))
    post.time = START - dt.timedelta(hours=2)
    post.work()
    kept = str(list(post.messages.collection.find({}))) + str([event.to_json() for event in post.announced])
    for secret in ("lieve", "Lieve", "470123456", "TOKEN", "7K3Q", "Bouwadvies"):
        assert secret not in kept


def test_due_messages_and_the_lists_of_staff_use_their_indexes(post):
    collection = post.messages.collection
    plans = [
        collection.find({"next_at": {"$lte": NOW}}).sort("next_at", 1),
        collection.find({"municipality": "rumst", "appointment": "a1"}),
        collection.find({"municipality": "rumst", "state": "failed", "settled_at": {"$gte": NOW}}),
        collection.find({"provider": "http", "provider_id": "p1"}),
    ]
    for plan in plans:
        assert "COLLSCAN" not in str(plan.explain()["queryPlanner"]["winningPlan"])


def test_an_sms_to_a_landline_is_not_sent_and_the_next_channel_of_the_plan_is_tried(database, face, tmp_path):
    post = make(database, face, tmp_path, "messages: {confirmation: {by: [sms], otherwise: [email]}}")
    post.receive(card=a_contact_card(id="a1", contact={"phone": "+3235550100"}))
    post.work()
    assert post.state("confirmation", "sms")["reason"] == "no sms address"
    post.work()
    assert post.state("confirmation", "email")["state"] == "sent"
    assert not post.sms_file.exists()


def test_a_card_without_a_language_gets_the_first_language_of_its_municipality(post, face):
    card = a_contact_card(id="a1", contact={"language": None})
    card["municipality"]["languages"] = ["fr"]
    post.receive(card=card)
    post.work()
    assert "Votre rendez-vous" in face.received()[0]


def test_a_preview_is_about_its_own_municipality(post):
    place = {
        "id": "mairie", "name": {"fr": "Mairie"}, "channel": "on_site", "time_zone": "Europe/Brussels",
        "address": {"street": "Place 1", "postcode": "5000", "city": "Valbourg"}, "directions": {},
    }  # fmt: skip
    about = {
        "municipality": {
            "id": "valbourg", "name": {"fr": "Valbourg"}, "languages": ["fr"], "email": "u@v.example", "phone": None,
        },
        "locations": [place], "teams": [{"id": "u", "name": {"fr": "Urbanisme"}}],
        "appointment_types": [
            {"id": "permis", "name": {"fr": "Permis"}, "team": "u", "locations": ["mairie"], "bring": [],
             "visibility": "public"}
        ],
    }  # fmt: skip
    shown = preview.preview(post.context, "valbourg", "confirmation", None, about=about)
    for expected in ("Votre rendez-vous", "Permis", "Mairie", "Place 1, 5000 Valbourg", "u@v.example", "/valbourg/"):
        assert expected in shown["subject"] + shown["text"]
    assert "Rumst" not in shown["text"]
    assert preview.preview(post.context, "valbourg", "confirmation", "fr", about={**about, "appointment_types": []})
