"""A message is sent once, on time and to the right recipient; it is retried, or given up."""

import dataclasses
import datetime as dt
import json

import pytest
from contact_cards import a_contact_card
from notification_harness import NOW, START, NotificationHarness
from provider_servers import SmtpServer
from pymongo import UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError
from pymongo.write_concern import WriteConcern

from loket_contracts.errors import Refusal
from loket_notification.channels.base import Callback
from loket_notification.channels.generic_http import GenericHttpChannel, GenericHttpSettings
from loket_notification.channels.providers import Provider
from loket_notification.commands import receipts, send, send_test
from loket_notification.commands.send import BatchLookup
from loket_notification.domain.retries import LONGEST, next_try
from loket_notification.queries import messages, preview
from loket_notification.store.messages import LEASE, LEASES_WHEN_BEGUN
from loket_notification.store.write_batcher import WriteBatcher

SENT = ("confirmation", "email", "sent")


def make(database, provider_server, tmp_path, plan):
    return NotificationHarness(database, provider_server.channel("accept"), tmp_path, plan)


def test_a_booking_is_confirmed_once_however_often_its_event_arrives(notification, provider_server):
    for _ in range(3):
        notification.receive()
    assert notification.work() == [SENT]
    notification.receive()
    assert notification.work() == []
    assert len(provider_server.taken) == 1
    assert [event.type for event in notification.announced] == ["notification.sent.v1"]


def test_a_replay_of_old_events_plans_no_expired_messages(notification):
    notification.later(days=30)
    assert notification.receive() == 0
    assert notification.messages.collection.count_documents({}) == 0


def test_a_resident_who_is_informed_by_sms_gets_each_message_as_an_sms_and_no_mail(notification, provider_server):
    contact = {"phone": "+32470123456", "informed_by": "sms"}
    notification.receive(card=a_contact_card(id="a1", contact=contact))
    assert notification.work() == [("confirmation", "email", "suppressed")]
    assert notification.work() == [("confirmation", "sms", "sent")]
    assert provider_server.taken == []


@pytest.mark.parametrize("informed_by", ["letter", "none"])
def test_a_resident_who_is_informed_otherwise_gets_no_message(notification, provider_server, informed_by):
    notification.receive(card=a_contact_card(id="a1", contact={"phone": "+32470123456", "informed_by": informed_by}))
    notification.work()
    notification.time = START - dt.timedelta(hours=2)
    notification.work()
    assert provider_server.taken == []
    assert not notification.sms_file.exists()


def test_reminders_are_sent_on_time_over_their_channel(notification, provider_server):
    notification.receive(card=a_contact_card(id="a1", contact={"phone": "+32470123456"}))
    notification.work()
    notification.time = START - dt.timedelta(days=3)
    assert notification.work() == [("reminder", "email", "sent")]
    notification.time = START - dt.timedelta(hours=2)
    assert notification.work() == [("reminder_soon", "sms", "sent")]
    (sms,) = [json.loads(line) for line in notification.sms_file.read_text().splitlines()]
    assert (sms["to"], sms["from"]) == ("+32470123456", "Loket")
    assert "tot straks om 10:00" in sms["text"]


def test_a_move_suppresses_the_messages_planned_for_the_old_time(notification, provider_server):
    notification.receive()
    notification.work()
    moved = START + dt.timedelta(days=1)
    notification.receive("appointment.rescheduled", sequence=2, start=moved, rescheduled_by="resident")
    assert notification.state("reminder")["state"] == "suppressed"
    assert notification.work() == [("reschedule", "email", "sent")]
    notification.time = START - dt.timedelta(days=3)
    assert notification.work() == []
    notification.later(days=1)
    assert notification.work() == [("reminder", "email", "sent")]


def test_a_late_event_does_not_restore_the_old_time(notification):
    notification.receive(
        "appointment.rescheduled", sequence=2, start=START + dt.timedelta(days=1), rescheduled_by="resident"
    )
    card = notification.cards["a1"]
    notification.receive(sequence=1, card=card)
    assert SENT not in notification.work()
    assert notification.state()["state"] == "suppressed"


def test_a_cancellation_undone_within_its_grace_period_sends_nothing(notification, provider_server):
    notification.receive("appointment.cancelled", sequence=2, cancelled_by="resident")
    assert notification.work() == []
    notification.cards["a1"] = a_contact_card(id="a1", state="booked", sequence=3)
    notification.later(minutes=1)
    assert notification.work() == [("cancellation", "email", "suppressed")]
    assert provider_server.taken == []


def test_an_erased_resident_gets_no_more_messages(notification, provider_server):
    notification.receive()
    del notification.cards["a1"]
    assert notification.work() == [("confirmation", "email", "suppressed")]
    notification.messages.forgotten(["a1"], notification.time)
    assert {each["state"] for each in notification.messages.collection.find({})} == {"suppressed"}
    assert provider_server.taken == []


def test_greylisting_costs_one_try_and_no_message(notification, provider_server):
    provider_server.answers = ["451 greylisted"]
    notification.receive()
    assert notification.work() == [("confirmation", "email", "planned")]
    assert notification.work() == [], "not at once"
    notification.later(seconds=10)
    assert notification.work() == [SENT]
    assert [each["outcome"] for each in notification.state()["tries"]] == ["the mail server said 451", "sent"]


def test_a_message_that_a_process_is_sending_is_not_claimed_by_it_again(notification):
    notification.receive()
    (claimed,) = notification.messages.claim(100, "me", notification.time)
    notification.time += 2 * LEASE
    assert notification.messages.claim(100, "me", notification.time, {claimed.message.id}) == []
    assert len(notification.messages.claim(100, "other", notification.time)) == 1


class AwayAfterSending:
    """A collection whose database cannot be reached for the second write: that of the outcome."""

    def __init__(self, collection):
        self.collection, self.writes = collection, 0

    def bulk_write(self, *arguments, **options):
        self.writes += 1
        if self.writes == 2:
            raise AutoReconnect("connection closed")
        return self.collection.bulk_write(*arguments, **options)


def test_a_mail_that_left_during_a_database_outage_is_recorded_as_sent_and_not_sent_again(
    notification, provider_server
):
    notification.receive()
    writes = WriteBatcher(AwayAfterSending(notification.messages.collection))
    notification.context = dataclasses.replace(notification.context, writes=writes)
    assert notification.work() == [SENT]
    notification.later(minutes=5)
    assert notification.work() == []
    assert len(provider_server.taken) == 1


def test_a_write_that_the_replica_set_does_not_confirm_is_an_error(notification):
    unconfirmed = notification.messages.collection.with_options(write_concern=WriteConcern(w=3, wtimeout=50))
    with pytest.raises(BulkWriteError):
        WriteBatcher(unconfirmed).write([UpdateOne({"_id": "x"}, {"$set": {"y": 1}}, upsert=True)])


def test_an_unknown_address_fails_at_once_and_suppresses_the_next_message(notification, provider_server):
    provider_server.answers = ["550 5.1.1 no such user"]
    notification.receive()
    assert notification.work() == [("confirmation", "email", "failed")]
    assert [event.type for event in notification.announced] == ["notification.failed.v1"]
    notification.receive(appointment="a2", card=a_contact_card(id="a2"))
    assert notification.work() == [("confirmation", "email", "suppressed")]
    (listed,) = messages.unwanted(notification.context, "rumst")
    assert (listed["why"], listed["channel"]) == ("unreachable", "email")
    notification.suppressions.remove(listed["mark"], "email")
    notification.receive(appointment="a3", card=a_contact_card(id="a3"))
    assert notification.work() == [SENT]


def test_an_unreachable_server_is_retried_until_the_message_expires(database, provider_server, tmp_path):
    notification = NotificationHarness(database, provider_server.channel("away"), tmp_path)
    notification.receive(start=NOW + dt.timedelta(hours=3))
    outcomes = []
    for _ in range(500):
        outcomes += [outcome for kind, _, outcome in notification.work() if kind == "confirmation"]
        if outcomes[-1] == "failed":
            break
        notification.later(minutes=1)
    assert outcomes[-1] == "failed"
    assert 5 < len(outcomes) < 40, "with growing pauses"
    assert notification.state()["settled_at"] <= NOW + dt.timedelta(hours=3)
    assert "too late" in notification.state()["reason"]


def test_the_retry_delays_double_up_to_half_an_hour_with_jitter():
    waits = [(next_try(attempt, NOW, 0.5) - NOW).total_seconds() for attempt in range(1, 12)]
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == LONGEST.total_seconds()
    assert next_try(1, NOW, 0.0) < next_try(1, NOW, 1.0)
    assert next_try(1, NOW, 0.5, dt.timedelta(minutes=2)) == NOW + dt.timedelta(minutes=2), "what was asked counts"


def test_a_message_with_an_unknown_outcome_is_sent_once_more(database, provider_server, tmp_path):
    notification = NotificationHarness(database, provider_server.channel("silent"), tmp_path)
    notification.receive()
    assert notification.work() == [("confirmation", "email", "planned")]
    notification.later(minutes=1)
    assert notification.work() == [("confirmation", "email", "planned")]
    notification.later(minutes=1)
    assert notification.work() == [("confirmation", "email", "failed")]
    assert notification.state()["reason"] == "it may have been sent twice already"


def test_two_instances_share_the_work_and_take_over_from_one_that_dies(notification, provider_server):
    for number in range(6):
        notification.receive(appointment=f"a{number}", card=a_contact_card(id=f"a{number}", contact_mark=f"m{number}"))
    dead = notification.messages.claim(4, "dead", notification.time)
    notification.messages.collection.bulk_write([notification.messages.sending_begun(dead[0], notification.time)])
    assert len(notification.work("alive")) == 2
    notification.later(seconds=LEASE.total_seconds() - 1)
    assert notification.work("alive") == []
    notification.later(seconds=1)
    assert notification.work("alive") == [SENT] * 3
    notification.time = NOW + LEASES_WHEN_BEGUN * LEASE
    assert notification.work("alive") == [SENT]
    uncertain = {each["_id"]: each["uncertain"] for each in notification.messages.collection.find({"state": "sent"})}
    assert sum(uncertain.values()) == uncertain[dead[0].message.id] == 1, "of the others it is known that they stayed"


def test_a_renewed_claim_is_not_taken_over(notification):
    notification.receive()
    (mine,) = notification.messages.claim(1, "me", notification.time)
    notification.later(seconds=15)
    notification.messages.extend([mine.lease], notification.time)
    notification.later(seconds=15)
    assert notification.work("other") == []


def test_an_extension_does_not_shorten_the_lease_of_a_message_that_may_have_been_sent(notification):
    notification.receive()
    (mine,) = notification.messages.claim(1, "me", notification.time)
    notification.messages.collection.bulk_write([notification.messages.sending_begun(mine, notification.time)])
    notification.messages.extend([mine.lease], notification.time)
    notification.later(seconds=(LEASES_WHEN_BEGUN * LEASE).total_seconds() - 1)
    assert notification.work("other") == []


def test_an_instance_that_lost_its_claim_cannot_record_the_outcome(notification):
    notification.receive()
    (mine,) = notification.messages.claim(1, "me", notification.time)
    notification.later(seconds=LEASE.total_seconds())
    assert notification.work("other") == [SENT]
    notification.messages.collection.bulk_write([notification.messages.settled(mine, "failed", notification.time)])
    assert notification.state()["state"] == "sent"


def test_an_instance_that_lost_its_claim_does_not_send(notification, provider_server):
    notification.receive()
    (mine,) = notification.messages.claim(1, "me", notification.time)
    notification.later(seconds=LEASE.total_seconds())
    assert notification.work("other") == [SENT]
    outcome = send.send(notification.context, mine, notification.cards["a1"], BatchLookup())
    assert outcome == "planned"
    assert len(provider_server.taken) == 1
    assert notification.state()["state"] == "sent"


def test_a_person_gets_a_limited_number_of_messages_a_day(database, provider_server, tmp_path):
    notification = make(database, provider_server, tmp_path, "most_per_day: {email: 3}")
    for number in range(5):
        notification.receive(appointment=f"a{number}", card=a_contact_card(id=f"a{number}"))
        notification.work()
    assert len(provider_server.taken) == 3
    notification.later(days=1, minutes=1)
    notification.receive(appointment="a9", card=a_contact_card(id="a9"))
    assert SENT in notification.work()


def test_messages_to_one_mailbox_are_counted_together_for_all_bookers(database, provider_server, tmp_path):
    notification = make(database, provider_server, tmp_path, "most_per_day: {email: 3}")
    for number in range(5):
        other = {"contact_mark": f"mark-{number}", "destinations": {"email": "mailbox"}}
        notification.receive(appointment=f"a{number}", card=a_contact_card(id=f"a{number}", **other))
        notification.work()
    assert len(provider_server.taken) == 3


def test_codes_do_not_use_up_the_messages_of_the_resident(database, provider_server, tmp_path):
    notification = make(database, provider_server, tmp_path, "most_per_day: {email: 1}")
    expires = (NOW + dt.timedelta(minutes=30)).isoformat()
    confirmation = {"code": "270416", "token": "T", "expires_at": expires}
    for number in range(2):
        asked = a_contact_card(id=f"p{number}", state="provisional", reference="", confirmation=confirmation)
        data = {"expires_at": expires, "confirm_by": "email"}
        notification.receive("appointment.provisional", appointment=f"p{number}", card=asked, **data)
        assert notification.work() == [("code", "email", "sent")]
    notification.receive()
    assert SENT in notification.work()


def test_an_unsubscribed_person_gets_necessary_messages_and_no_reminders(notification, provider_server):
    receipts.opt_out(notification.context, "rumst", "mark-1", "email")
    notification.receive()
    assert notification.work() == [SENT]
    notification.time = START - dt.timedelta(days=3)
    assert notification.work() == [("reminder", "email", "suppressed")]


def test_without_a_telephone_number_the_message_is_sent_by_email(database, provider_server, tmp_path):
    notification = make(
        database, provider_server, tmp_path, "messages: {confirmation: {by: [sms], otherwise: [email]}}"
    )
    notification.receive()
    assert notification.work() == [("confirmation", "sms", "suppressed")]
    assert notification.work() == [SENT]
    assert notification.state("confirmation", "sms")["reason"] == "no sms address"


def test_a_resident_without_an_address_gets_no_message_and_no_failure_is_recorded(notification, provider_server):
    notification.receive(card=a_contact_card(id="a1", contact={"email": None}, contact_mark=None))
    assert notification.work() == [("confirmation", "email", "suppressed")]
    assert notification.state()["reason"] == "no email address"
    assert (provider_server.taken, notification.announced) == ([], [])
    assert messages.failures(notification.context, "rumst") == []


def test_a_resident_with_only_a_telephone_number_gets_what_the_plan_sends_by_sms(database, provider_server, tmp_path):
    notification = make(
        database, provider_server, tmp_path, "messages: {confirmation: {by: [email], otherwise: [sms]}}"
    )
    notification.receive(card=a_contact_card(id="a1", contact={"email": None, "phone": "+32470123456"}))
    assert notification.work() == [("confirmation", "email", "suppressed")]
    assert notification.work() == [("confirmation", "sms", "sent")]
    assert "470123456" in notification.sms_file.read_text()


def test_an_sms_due_in_quiet_hours_waits_for_the_morning(database, provider_server, tmp_path):
    notification = make(database, provider_server, tmp_path, "messages: {cancelled_by_us: {by: [sms]}}")
    notification.time = dt.datetime(2026, 11, 24, 22, tzinfo=dt.UTC)
    card = a_contact_card(id="a1", state="cancelled", contact={"phone": "+32470123456"})
    notification.receive("appointment.cancelled", sequence=2, cancelled_by="staff", reason="by-municipality", card=card)
    assert notification.work() == []
    notification.time = dt.datetime(2026, 11, 25, 7, tzinfo=dt.UTC)
    assert notification.work() == [("cancelled_by_us", "sms", "sent")]


def test_an_sms_of_too_many_segments_is_not_sent(notification):
    notification.context = notification.context.__class__(**{**notification.context.__dict__, "max_segments": 0})
    start = NOW + dt.timedelta(hours=6)
    card = a_contact_card(id="a1", contact={"phone": "+32470123456"}, start=start.isoformat())
    notification.receive(start=start, card=card)
    notification.later(hours=4)
    assert ("reminder_soon", "sms", "failed") in notification.work()


def test_an_internal_error_is_retried_a_few_times_and_then_fails(notification):
    notification.receive(card={"nonsense": True, "contact_mark": "m"})
    outcomes = []
    for _ in range(10):
        outcomes += [outcome for _, _, outcome in notification.work()]
        notification.later(minutes=20)
    assert outcomes == ["planned"] * 5 + ["failed"]


def test_when_the_first_provider_fails_the_next_one_sends(notification, provider_server, database, tmp_path):
    other = SmtpServer()
    notification.context.providers.by_kind["email"][:] = [
        Provider("first", provider_server.channel("away")), Provider("second", other.channel("accept"))
    ]  # fmt: skip
    notification.receive()
    assert notification.work() == [SENT]
    assert notification.state()["provider"] == "second"
    other.close()


def test_a_provider_that_keeps_failing_is_skipped_for_a_while(notification, provider_server):
    now = [0.0]
    providers = notification.context.providers
    providers._clock = lambda: now[0]
    (provider,) = providers.by_kind["email"][:] = [Provider("smtp", provider_server.channel("away"))]
    for number in range(8):
        notification.receive(appointment=f"a{number}", card=a_contact_card(id=f"a{number}"))
    notification.work()
    assert not provider.breaker.lets_through(now[0])
    assert provider.breaker.failed == provider.breaker.failures_in_a_row, "the rest did not even try"
    tried, not_tried = [notification.state(appointment=f"a{number}")["reason"] for number in (0, 7)]
    assert tried in not_tried, "staff read the cause also where nothing was tried"
    provider.channel = provider_server.channel("accept")
    now[0] += provider.breaker.rest
    notification.later(minutes=1)
    assert notification.work() == [SENT] * 8


def test_a_throttled_provider_gets_its_messages_one_by_one():
    provider = Provider("sms", None, rate=2)
    assert [provider.turn(10.0) for _ in range(3)] == [0, 0.5, 1.0]
    assert provider.turn(20.0) == 0


def test_a_receipt_records_delivered_or_failed_and_a_repeat_changes_nothing(notification, provider_server):
    channel = GenericHttpChannel(GenericHttpSettings(sms_http_url="https://x.example", sms_http_receipt_secret="s"))
    notification.context.providers.by_kind["sms"][:] = [Provider("http", channel)]
    channel.send = lambda message: "p1"
    notification.receive(card=a_contact_card(id="a1", contact={"phone": "+32470123456"}))
    notification.time = START - dt.timedelta(hours=2)
    notification.work()
    import hashlib
    import hmac

    def receipt_states(state):
        body = json.dumps({"id": "p1", "status": state})
        signature = hmac.new(b"s", body.encode(), hashlib.sha256).hexdigest()
        return receipts.receive(
            notification.context, "http", Callback("POST", "u", headers={"x-signature": signature}, body=body)
        )

    assert receipt_states("delivered") == 1
    assert receipt_states("failed") == 0
    assert notification.state("reminder_soon", "sms")["state"] == "delivered"
    assert notification.announced[-1].type == "notification.delivered.v1"
    with pytest.raises(Refusal, match="unknown-provider"):
        receipts.receive(notification.context, "nobody", Callback("POST", "u"))
    with pytest.raises(Refusal, match="receipt-not-signed"):
        receipts.receive(notification.context, "http", Callback("POST", "u", body="{}"))


def test_staff_see_the_sent_messages_and_can_send_one_again(notification, provider_server):
    notification.receive()
    notification.work()
    shown = messages.of_appointment(notification.context, "rumst", "a1")
    assert [(each["kind"], each["state"]) for each in shown] == [
        ("confirmation", "sent"), ("reminder", "planned"), ("reminder_soon", "planned"),
    ]  # fmt: skip
    messages.resend(notification.context, "rumst", "a1:1:confirmation:email")
    assert notification.work() == [SENT]
    assert len({event.id for event in notification.announced}) == 2, "each sending is announced"
    with pytest.raises(Refusal, match="unknown-message"):
        messages.resend(notification.context, "elsewhere", "a1:1:confirmation:email")


def test_an_expired_message_cannot_be_sent_again(notification, provider_server):
    notification.receive()
    notification.work()
    notification.time = START
    messages.resend(notification.context, "rumst", "a1:1:confirmation:email")
    assert ("confirmation", "email", "suppressed") in notification.work()
    assert len(provider_server.taken) == 1


def test_the_daily_limit_applies_to_people_and_not_to_teams(database, provider_server, tmp_path):
    notification = make(database, provider_server, tmp_path, "most_per_day: {email: 1}")
    team = {"id": "ro", "name": {"nl": "RO"}, "email": "ro@rumst.example"}
    soon = NOW + dt.timedelta(hours=5)
    for number in range(3):
        mine = {"id": f"a{number}", "start": soon.isoformat(), "contact_mark": f"m{number}"}
        notification.receive(appointment=f"a{number}", start=soon, card=a_contact_card(team=team, **mine))
    assert notification.work().count(("alert_booked", "email", "sent")) == 3


def test_the_failures_of_the_day_are_listed(notification, provider_server):
    provider_server.answers = ["550 5.1.1 no such user"]
    notification.receive()
    notification.work()
    (failed,) = messages.failures(notification.context, "rumst")
    assert (failed["reason"], failed["attempts"]) == ("the mail server said 550 5.1.1", 1)
    notification.later(days=2)
    assert messages.failures(notification.context, "rumst") == []


def test_a_preview_is_rendered_with_the_texts_of_the_municipality(database, provider_server, tmp_path):
    notification = make(database, provider_server, tmp_path, "texts: {nl: {reminder: {subject: 'Tot {{ day }}!'}}}")
    shown = preview.preview(notification.context, "rumst", "reminder", "nl")
    assert shown["subject"] == "Tot maandag 30 november 2026!"
    assert (shown["encoding"], shown["segments"]) == ("GSM-7", 2)
    with pytest.raises(Refusal, match="unknown-message-kind"):
        preview.preview(notification.context, "rumst", "reminder", "tlh")


def test_a_preview_can_be_sent_to_an_operator_and_is_not_stored(notification, provider_server):
    sent = send_test.send_test(notification.context, "rumst", "confirmation", "fr", "email", "me@rumst.example")
    assert sent == {"provider": "smtp", "id": ""}
    assert "Votre rendez-vous" in provider_server.received()[0]
    assert b"text/calendar" in provider_server.taken[0]
    send_test.send_test(notification.context, "rumst", "reminder_soon", "nl", "sms", "+32470123456")
    assert "tot straks om 10:00" in notification.sms_file.read_text()
    assert notification.messages.collection.count_documents({}) == 0
    notification.context.providers.by_kind["email"][:] = [Provider("smtp", provider_server.channel("away"))]
    with pytest.raises(Refusal, match="not-sent"):
        send_test.send_test(notification.context, "rumst", "confirmation", "nl", "email", "me@rumst.example")


def test_addresses_names_and_texts_are_not_stored(notification, provider_server):
    notification.receive(card=a_contact_card(id="a1", contact={"phone": "+32470123456"}))
    notification.time = START - dt.timedelta(hours=2)
    notification.work()
    kept = str(list(notification.messages.collection.find({}))) + str(
        [event.to_json() for event in notification.announced]
    )
    for secret in ("lieve", "Lieve", "470123456", "TOKEN", "7K3Q", "Bouwadvies"):
        assert secret not in kept


def test_due_messages_and_the_lists_of_staff_use_their_indexes(notification):
    collection = notification.messages.collection
    plans = [
        collection.find({"next_at": {"$lte": NOW}}).sort("next_at", 1),
        collection.find({"municipality": "rumst", "appointment": "a1"}),
        collection.find({"municipality": "rumst", "state": "failed", "settled_at": {"$gte": NOW}}),
        collection.find({"provider": "http", "provider_id": "p1"}),
    ]
    for plan in plans:
        assert "COLLSCAN" not in str(plan.explain()["queryPlanner"]["winningPlan"])


def test_an_sms_to_a_landline_is_not_sent_and_the_next_channel_of_the_plan_is_tried(
    database, provider_server, tmp_path
):
    notification = make(
        database, provider_server, tmp_path, "messages: {confirmation: {by: [sms], otherwise: [email]}}"
    )
    notification.receive(card=a_contact_card(id="a1", contact={"phone": "+3235550100"}))
    notification.work()
    assert notification.state("confirmation", "sms")["reason"] == "no sms address"
    notification.work()
    assert notification.state("confirmation", "email")["state"] == "sent"
    assert not notification.sms_file.exists()


def test_a_card_without_a_language_gets_the_first_language_of_its_municipality(notification, provider_server):
    card = a_contact_card(id="a1", contact={"language": None})
    card["municipality"]["languages"] = ["fr"]
    notification.receive(card=card)
    notification.work()
    assert "Votre rendez-vous" in provider_server.received()[0]


def test_a_preview_is_about_its_own_municipality(notification):
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
    shown = preview.preview(notification.context, "valbourg", "confirmation", None, about=about)
    for expected in ("Votre rendez-vous", "Permis", "Mairie", "Place 1, 5000 Valbourg", "u@v.example", "/valbourg/"):
        assert expected in shown["subject"] + shown["text"]
    assert "Rumst" not in shown["text"]
    assert preview.preview(
        notification.context, "valbourg", "confirmation", "fr", about={**about, "appointment_types": []}
    )
