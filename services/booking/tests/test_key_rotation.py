"""When the key of links changes, what it made before works as long as the municipality wants, and no longer."""

import datetime as dt

import pytest
from booking_harness import CONTACT, LATER, STAFF, BookingHarness
from municipality_yaml import a_configuration

from loket_booking.bootstrap import build_use_cases
from loket_booking.store.fallback_links import OtherPseudonymKey
from loket_booking.store.links import Links
from loket_contracts.errors import Refusal

FIRST, SECOND = "a first key", "a second key"


class Installation(BookingHarness):
    """A booking service that is started again with other keys."""

    def start(self, key, fallbacks=()):
        self.time += dt.timedelta(minutes=1)
        links = Links(key, fallbacks, pseudonym_key=FIRST)
        self.stores.fallback_links.begin_rotation(links.key_ids, self.time)
        self.use_cases = build_use_cases(self.stores, links, lambda: self.time, self.announce)
        self.links = links

    def rehash(self):
        return self.use_cases.housekeeping.key_rotation.rehash_links()

    def opens(self, card, token):
        """Whether the link opens the appointment, with its id and by its token alone."""
        found = self.use_cases.appointments
        return tuple(
            self.is_found(*way)
            for way in ((found.find_card, "rumst", card.id, token), (found.find_card_by_link, "rumst", token))
        )

    @staticmethod
    def is_found(find, *arguments):
        try:
            find(*arguments)
        except Refusal as refusal:
            return refusal.code != "appointment-not-found"
        return True


@pytest.fixture
def installation(database):
    booking = Installation(database, a_configuration())
    booking.start(FIRST)
    return booking


ALWAYS, NEVER = (True, True), (False, False)


def test_after_a_change_of_the_key_links_in_earlier_and_in_later_mails_work(installation):
    _, card = installation.book()
    earlier = installation.links.token(card.id)
    installation.start(SECOND, [FIRST])
    assert installation.rehash() == 1
    later = installation.links.token(card.id)
    assert later != earlier
    assert installation.opens(card, earlier) == ALWAYS
    assert installation.opens(card, later) == ALWAYS


def test_a_key_that_is_announced_as_a_fallback_first_leaves_no_moment_without_a_working_link(installation):
    _, card = installation.book()
    installation.start(FIRST, [SECOND])
    installation.rehash()
    earlier = installation.links.token(card.id)
    installation.start(SECOND, [FIRST])
    assert installation.opens(card, earlier) == ALWAYS
    assert installation.opens(card, installation.links.token(card.id)) == ALWAYS


def test_a_key_that_leaked_opens_nothing_once_it_is_left_out(installation):
    _, card = installation.book()
    leaked = installation.links.token(card.id)
    installation.start(SECOND)
    assert installation.rehash() == 1
    assert installation.opens(card, leaked) == NEVER
    assert installation.opens(card, installation.links.token(card.id)) == ALWAYS


def test_a_fallback_that_is_left_out_later_opens_nothing_any_more(installation):
    _, card = installation.book()
    earlier = installation.links.token(card.id)
    for fallbacks in ([FIRST], []):
        installation.start(SECOND, fallbacks)
        installation.rehash()
    assert installation.opens(card, earlier) == NEVER
    assert installation.opens(card, installation.links.token(card.id)) == ALWAYS


def test_an_erased_appointment_is_opened_by_the_token_of_no_key(installation):
    _, card = installation.book()
    earlier = installation.links.token(card.id)
    installation.start(SECOND, [FIRST])
    installation.rehash()
    installation.stores.cards.pseudonymise(installation.card(card.id), {})
    installation.rehash()
    for token in (earlier, installation.links.token(card.id)):
        assert installation.opens(card, token) == NEVER


def test_a_booking_of_an_instance_with_the_earlier_key_is_rehashed_an_hour_later(installation):
    replaced = installation.use_cases
    installation.start(SECOND)
    assert installation.rehash() == 0
    present, installation.use_cases = installation.use_cases, replaced
    _, card = installation.book(start=LATER)
    installation.use_cases = present
    earlier = Links(FIRST).token(card.id)
    assert installation.rehash() == 0  # not before the hour is over
    installation.time += dt.timedelta(hours=1)
    assert installation.rehash() == 1
    assert installation.opens(card, earlier) == NEVER
    installation.time += dt.timedelta(hours=1)
    assert installation.rehash() == 0


def test_an_instance_that_still_has_the_earlier_key_leaves_the_hashes_alone(installation):
    _, card = installation.book()
    replaced = installation.use_cases
    installation.start(SECOND)
    installation.rehash()
    assert replaced.housekeeping.key_rotation.rehash_links() == 0
    assert installation.opens(card, installation.links.token(card.id)) == ALWAYS


def test_feeds_codes_proofs_and_unsubscribe_links_of_an_earlier_key_are_accepted_until_it_is_left_out():
    today = dt.date(2026, 11, 24)
    before = Links(FIRST)
    made = {
        "feed": lambda links: links.is_feed("rumst", "ann", before.feed("rumst", "ann")),
        "code": lambda links: links.is_code_or_confirmation("s", f" {before.code('s')[:3]} {before.code('s')[3:]}"),
        "confirmation": lambda links: links.is_code_or_confirmation("s", before.confirmation("s")),
        "proof": lambda links: links.is_proof("rumst", "a@b.nl", before.proof("rumst", "A@b.nl", today), today),
        "unsubscribe": lambda links: links.is_unsubscribe("a", before.unsubscribe("a")),
    }  # fmt: skip
    for name, accepts in made.items():
        assert accepts(Links(FIRST)), name
        assert accepts(Links(SECOND, [FIRST])), name
        assert not accepts(Links(SECOND)), name


def test_pseudonyms_stay_the_same_so_that_a_person_is_found_after_the_change(installation):
    _, card = installation.book()
    installation.start(SECOND)
    found = installation.use_cases.privacy.export_resident("rumst", CONTACT["email"], STAFF)
    assert str(card.reference) in str(found)


def test_a_change_of_the_key_of_pseudonyms_is_refused(installation):
    stored = installation.stores.fallback_links
    stored.require_pseudonym_key(Links(FIRST).pseudonym_key_id)
    stored.require_pseudonym_key(Links(SECOND, pseudonym_key=FIRST).pseudonym_key_id)
    with pytest.raises(OtherPseudonymKey, match="LOKET_PSEUDONYM_SECRET"):
        stored.require_pseudonym_key(Links(SECOND).pseudonym_key_id)
