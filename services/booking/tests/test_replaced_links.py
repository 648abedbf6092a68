"""One link, or one feed, is revoked alone: the earlier one opens nothing, and a new one takes its place."""

import datetime as dt

import pytest
from booking_harness import LATER, STAFF, refused
from municipality_yaml import a_configuration
from test_key_rotation import ALWAYS, FIRST, NEVER, SECOND, Installation

from loket_booking.store.links import Links

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def booking(database):
    booking = Installation(database, a_configuration())
    booking.start(FIRST)
    return booking


def replace(booking, card):
    booking.use_cases.link_replacement.replace_link(booking.card(card.id), STAFF)


def mailed(booking, card):
    """The token of the link in the next mail."""
    (found,) = booking.use_cases.contact_cards.contact_cards([("rumst", card.id)])
    return found["card"]["link_token"]


def test_a_link_that_is_replaced_opens_nothing_and_the_next_mail_has_the_new_one(booking):
    _, card = booking.book()
    earlier = mailed(booking, card)
    replace(booking, card)
    later = mailed(booking, card)
    assert booking.opens(card, earlier) == NEVER
    assert booking.opens(card, later) == ALWAYS
    replace(booking, card)
    assert booking.opens(card, later) == NEVER
    assert booking.opens(card, mailed(booking, card)) == ALWAYS


def test_the_links_of_other_appointments_stay(booking):
    _, card = booking.book()
    _, other = booking.book(start=LATER)
    before = mailed(booking, other)
    replace(booking, card)
    assert mailed(booking, other) == before
    assert booking.opens(other, before) == ALWAYS


def test_a_link_that_was_replaced_stays_closed_when_the_key_changes(booking):
    _, card = booking.book()
    earlier = mailed(booking, card)
    replace(booking, card)
    present = mailed(booking, card)
    booking.start(SECOND, [FIRST])
    assert booking.opens(card, earlier) == NEVER
    booking.rehash()
    assert booking.opens(card, earlier) == NEVER
    assert booking.opens(card, present) == ALWAYS, "the key that made it is still accepted"
    assert booking.opens(card, mailed(booking, card)) == ALWAYS


def test_a_link_of_an_earlier_key_is_closed_when_it_is_replaced(booking):
    _, card = booking.book()
    earlier = mailed(booking, card)
    booking.start(SECOND, [FIRST])
    booking.rehash()
    replace(booking, card)
    assert booking.opens(card, earlier) == NEVER
    assert booking.opens(card, mailed(booking, card)) == ALWAYS


def test_the_id_of_a_hold_does_not_reveal_the_new_link(booking):
    held = booking.hold()
    _, card = booking.book(hold=held.appointment.id, answers={})
    replace(booking, card)
    for identifier in (held.appointment.id, card.id):
        assert booking.opens(card, booking.links.token(identifier)) == NEVER


def test_an_erased_appointment_is_not_opened_by_a_new_link(booking):
    _, card = booking.book()
    booking.stores.cards.pseudonymise(booking.card(card.id), {})
    replace(booking, card)
    assert booking.opens(card, booking.links.token(card.id, 1)) == NEVER


def test_a_replacement_is_audited(booking):
    _, card = booking.book()
    replace(booking, card)
    (entry, *_), _ = booking.stores.audit.page("rumst", card.id, None, 10)
    assert (entry.action, entry.detail, entry.who) == ("changed", "link", STAFF.who)


def test_the_generation_is_deleted_with_the_card(booking):
    _, card = booking.book()
    replace(booking, card)
    booking.time += dt.timedelta(days=4000)
    booking.use_cases.housekeeping.retention.delete_past_cards()
    assert booking.card(card.id) is None
    assert booking.stores.link_generations.of(card.id) == 0


def test_a_feed_that_is_replaced_opens_nothing_and_those_of_colleagues_stay(booking):
    feeds = booking.use_cases.calendar_feed
    earlier, of_colleague = feeds.feed_token("rumst", "ro-1"), feeds.feed_token("rumst", "ro-2")
    later = booking.use_cases.link_replacement.replace_feed("rumst", "ro-1", STAFF)
    assert later == feeds.feed_token("rumst", "ro-1") != earlier
    assert refused(feeds.feed, "rumst", earlier) == "not-found"
    assert "VCALENDAR" in feeds.feed("rumst", later)
    assert "VCALENDAR" in feeds.feed("rumst", of_colleague)


def test_a_feed_of_an_unknown_resource_is_not_replaced(booking):
    assert refused(booking.use_cases.link_replacement.replace_feed, "rumst", "iedereen", STAFF) == "unknown-resource"


def test_feeds_have_a_key_of_their_own_when_one_is_set():
    links, own = Links(FIRST), Links(FIRST, feed_key=SECOND)
    assert own.token("a") == links.token("a")
    assert own.feed("rumst", "ann") != links.feed("rumst", "ann")
    assert not own.is_feed("rumst", "ann", links.feed("rumst", "ann"))
    later = Links("a third key", [FIRST], feed_key=SECOND)
    assert later.feed("rumst", "ann") == own.feed("rumst", "ann"), "a change of the key of links leaves feeds alone"
    assert later.entry("a") == own.entry("a")
