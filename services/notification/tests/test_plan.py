"""Which messages an event plans, and when they are due."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from contact_cards import ASKED, MISSING, OFFERED, a_contact_card
from hypothesis import given
from hypothesis import strategies as st

from loket_contracts import events
from loket_notification.domain.card import ContactCard
from loket_notification.domain.event_schema import read_appointment_event
from loket_notification.domain.expiry import obsolete_reason
from loket_notification.domain.kinds import KINDS, PLANNING_EVENTS
from loket_notification.domain.planning import Plan, plan
from loket_notification.domain.timing import NOTHING_NEW, Before, QuietHours, Timing, outside_quiet_hours

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
START = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")
QUIET = QuietHours(dt.time(21), dt.time(8))


def an_event(name="appointment.booked", sequence=1, start=START, **data):
    end = start + dt.timedelta(minutes=45)
    result = {**events.EVENTS[name].example, "start": start.isoformat(), "end": end.isoformat(), **data}
    return read_appointment_event(name, "rumst", sequence, result)


def planned(event, own=None, now=NOW):
    return {(each.kind, each.channel): each for each in plan(event, own or Plan(), now)}


@pytest.mark.parametrize("name", sorted(PLANNING_EVENTS))
def test_the_example_of_every_consumed_event_can_be_read(name):
    assert an_event(name).appointment == events.EVENTS[name].example["appointment"]


def test_an_event_with_fields_of_a_later_version_can_be_read():
    assert an_event(something_new=1)


def test_notification_consumes_exactly_the_events_that_the_contracts_list_for_it():
    said = {each.name for each in events.EVENTS.values() if "notification" in each.consumed_by}
    assert said == {*PLANNING_EVENTS, "resident.erased", "report.due"}


def test_a_booking_plans_a_confirmation_and_two_reminders():
    found = planned(an_event())
    assert set(found) == {("confirmation", "email"), ("reminder", "email"), ("reminder_soon", "sms")}
    assert found["confirmation", "email"].due_at == NOW
    assert found["reminder", "email"].due_at == START - dt.timedelta(days=3)
    assert found["reminder_soon", "sms"].due_at == dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC)
    assert all(each.until <= START for each in found.values())


@pytest.mark.parametrize("by", ["resident", "staff"])
def test_a_silent_change_plans_no_message_about_it_and_still_the_reminders(by):
    moved = planned(an_event("appointment.rescheduled", rescheduled_by=by, silent=True))
    assert set(moved) == {("reminder", "email"), ("reminder_soon", "sms")}
    assert {kind for kind, _ in planned(an_event("appointment.cancelled", cancelled_by=by, silent=True))} <= {
        "alert_cancelled"
    }


@pytest.mark.parametrize("by", ["email", "sms"])
def test_a_provisional_booking_plans_its_code_alone_at_once_over_the_channel_that_is_confirmed(by):
    late = dt.datetime(2026, 11, 24, 22, tzinfo=dt.UTC)
    expires = late + dt.timedelta(minutes=30)
    found = planned(an_event("appointment.provisional", confirm_by=by, expires_at=expires.isoformat()), now=late)
    assert set(found) == {("code", by)}
    assert (found["code", by].due_at, found["code", by].until) == (late, expires)


def test_a_reminder_close_to_the_confirmation_is_not_planned():
    assert set(planned(an_event(start=NOW + dt.timedelta(hours=20)))) == {
        ("confirmation", "email"), ("reminder_soon", "sms"), ("alert_booked", "email"),
    }  # fmt: skip


def test_the_same_event_plans_the_same_messages_and_a_later_event_others():
    ids = {each.id for each in plan(an_event(), Plan(), NOW)}
    assert ids == {each.id for each in plan(an_event(), Plan(), NOW + dt.timedelta(minutes=5))}
    assert not ids & {each.id for each in plan(an_event("appointment.rescheduled", 2), Plan(), NOW)}


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("appointment.rescheduled", {"rescheduled_by": "resident"}, "reschedule"),
        ("appointment.rescheduled", {"rescheduled_by": "staff"}, "moved_by_us"),
        ("appointment.rescheduled", {"rescheduled_by": "staff", "reason": "resident-asked"}, "reschedule"),
        ("appointment.rescheduled", {"rescheduled_by": "staff", "reason": "ill"}, "reschedule"),
        ("appointment.cancelled", {"cancelled_by": "staff", "reason": "no-longer-needed"}, "cancellation"),
        ("appointment.cancelled", {"cancelled_by": "staff", "reason": "by-municipality"}, "cancelled_by_us"),
        ("appointment.cancelled", {"cancelled_by": "resident"}, "cancellation"),
        ("appointment.cancelled", {"cancelled_by": "staff", "reason": "other"}, "cancelled_by_us"),
        ("appointment.cancelled", {"cancelled_by": "system", "reason": "documents-missing"}, "cancelled_by_us"),
    ],
)
def test_the_message_apologises_only_for_a_change_by_the_municipality(name, data, kind):
    apologies = {"reschedule", "moved_by_us", "cancellation", "cancelled_by_us"}
    assert {each for each, _ in planned(an_event(name, **data))} & apologies == {kind}


def test_the_message_about_a_cancellation_waits_for_a_possible_undo():
    message = planned(an_event("appointment.cancelled", cancelled_by="resident"))["cancellation", "email"]
    assert message.due_at == NOW + dt.timedelta(minutes=1)


def test_colleagues_are_alerted_only_about_a_cancellation_today():
    late = START - dt.timedelta(hours=2)
    event = an_event("appointment.cancelled", cancelled_by="resident")
    assert ("alert_cancelled", "email") in planned(event, now=late)
    assert ("alert_cancelled", "email") not in planned(event, now=START - dt.timedelta(days=1))


def test_the_plan_chooses_the_messages_and_a_type_overrides_it():
    own = Plan(
        timings={"reminder": None, "confirmation": Timing(("email", "sms"))},
        by_type={"bouwadvies": {"reminder": Timing(("sms",), before=Before(days=1))}},
    )
    usual = set(planned(an_event(appointment_types=["andere"]), own))
    assert usual == {("confirmation", "email"), ("confirmation", "sms"), ("reminder_soon", "sms")}
    assert ("reminder", "sms") in planned(an_event(appointment_types=["bouwadvies"]), own)


def test_three_days_before_is_the_same_local_time_across_a_clock_change():
    start = dt.datetime(2026, 10, 26, 10, tzinfo=BRUSSELS).astimezone(dt.UTC)  # the clock went back on the 25th
    due = Before(days=3).of(start, "Europe/Brussels").astimezone(BRUSSELS)
    assert (due.date(), due.time()) == (dt.date(2026, 10, 23), dt.time(10))
    assert Before(dt.timedelta(hours=2)).of(start, "Europe/Brussels") == start - dt.timedelta(hours=2)


@pytest.mark.parametrize(
    ("due", "until", "expected"),
    [
        ((2026, 11, 24, 20, 59), (2026, 11, 25, 9, 0), (2026, 11, 24, 20, 59)),
        ((2026, 11, 24, 21, 0), (2026, 11, 25, 9, 0), (2026, 11, 25, 8, 0)),
        ((2026, 11, 25, 6, 30), (2026, 11, 25, 8, 30), (2026, 11, 25, 8, 0)),
        ((2026, 11, 25, 6, 0), (2026, 11, 25, 8, 0), (2026, 11, 24, 20, 45)),
    ],
)
def test_a_message_due_in_quiet_hours_is_sent_the_evening_before_if_it_would_be_too_late(due, until, expected):
    due, until, expected = (dt.datetime(*each, tzinfo=BRUSSELS) for each in (due, until, expected))
    assert outside_quiet_hours(QUIET, due, until, NOW, "Europe/Brussels") == expected


def test_a_message_that_can_neither_wait_nor_come_early_is_not_planned():
    due = dt.datetime(2026, 11, 25, 6, tzinfo=BRUSSELS)
    assert outside_quiet_hours(QUIET, due, due + dt.timedelta(hours=1), due, "Europe/Brussels") is None


moments = st.integers(0, 60 * 24 * 700).map(lambda minutes: NOW + dt.timedelta(minutes=minutes))
clock = st.times().map(lambda time: time.replace(minute=time.minute // 15 * 15, second=0, microsecond=0))


@given(
    now=moments, ahead=st.integers(1, 60 * 24 * 90), start=clock, end=clock,
    zone=st.sampled_from(["Europe/Brussels", "America/Sao_Paulo", "Pacific/Auckland", "UTC"]),
)  # fmt: skip
def test_every_message_is_due_before_it_expires_and_no_sms_in_quiet_hours(now, ahead, start, end, zone):
    quiet = QuietHours(start, end) if start != end else None
    event = an_event(start=now + dt.timedelta(minutes=ahead), time_zone=zone)
    for message in plan(event, Plan(quiet_hours=quiet), now):
        assert now <= message.due_at < message.until <= event.start
        if message.channel == "sms" and quiet:
            assert quiet.interval_around(message.due_at, zone) is None
        if KINDS[message.kind].usual.before:
            assert message.due_at >= now
            assert event.start - now > NOTHING_NEW


def a_message(name="appointment.booked", kind="confirmation", **data):
    own = Plan(timings={kind: Timing(("email",))})
    return next(each for each in plan(an_event(name, **data), own, NOW) if each.kind == kind)


def a_card(**changes):
    return ContactCard.read(a_contact_card(**changes))


@pytest.mark.parametrize(
    ("changes", "is_obsolete"),
    [
        ({}, False),
        ({"state": "cancelled", "sequence": 2}, True),
        ({"sequence": 2}, False),
        ({"start": "2026-12-01T10:00:00+01:00", "sequence": 2}, True),
    ],
)
def test_a_message_about_a_changed_appointment_is_obsolete(changes, is_obsolete):
    assert bool(obsolete_reason(a_message(), a_card(**changes), NOW)) is is_obsolete


def test_a_message_about_an_appointment_that_has_begun_is_obsolete():
    assert obsolete_reason(a_message(), a_card(), START) == "it came too late"


@pytest.mark.parametrize(
    ("name", "kind", "needed"),
    [
        ("waiting_list.offered", "offer", OFFERED),
        ("appointment.preparation_requested", "request", ASKED),
        ("appointment.documents_due", "documents", MISSING),
    ],
)
def test_a_request_to_a_resident_is_obsolete_once_it_is_fulfilled(name, kind, needed):
    message = a_message(name, kind)
    assert obsolete_reason(message, a_card(**needed), NOW) is None
    assert obsolete_reason(message, a_card(), NOW)
    assert obsolete_reason(message, a_card(state="cancelled", **needed), NOW)


def test_an_expired_offer_is_not_sent():
    late = dt.datetime(2026, 11, 24, 14, 15, tzinfo=dt.UTC)
    assert obsolete_reason(a_message("waiting_list.offered", "offer"), a_card(**OFFERED), late)
