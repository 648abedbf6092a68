"""Leads change hours and topics by form: one part of the configuration, and never against another user's change."""

import pytest
from booking_harness import RUMST, BookingHarness

from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart

MORNINGS = [{"days": ["monday", "tuesday"], "from": "09:00", "to": "12:00"}]


@pytest.fixture
def booking(database):
    return BookingHarness(database)


def a_change(booking, name="ro-1", section="resources", version=None, **values):
    latest, _ = booking.stores.configurations.versions.latest("rumst")
    return AmendPart(section=section, name=name, version=latest if version is None else version, values=values)


def text_of(booking):
    return booking.stores.configurations.versions.text("rumst")


def test_the_editable_part_is_shown_as_it_is_written_in_the_file(booking):
    part = booking.use_cases.administration.part("rumst", "appointment_types", "bouwadvies")
    assert part["version"] == 1
    assert part["values"]["duration"] == "45"
    assert part["values"]["name"]["nl"] == "Advies vóór een vergunningsaanvraag"
    assert part["values"]["per_extra_person"] is None
    assert part["usual"]["per_extra_person"] == "0"
    assert part["usual"]["visibility"] == "public"


def test_new_hours_apply_at_once_and_every_other_line_of_the_file_stays(booking):
    taken = booking.use_cases.configuration.amend_part("rumst", a_change(booking, hours=MORNINGS), "lead-1")
    assert (taken["version"], taken["changed"]) == (2, True)
    resource = booking.stores.configurations.calendar("rumst").municipality.resources["ro-1"]
    assert [sorted(rule.weekdays) for rule in resource.hours] == [[0, 1]]
    before, after = RUMST.splitlines(), text_of(booking).splitlines()
    assert set(after) - set(before) == {'      - {days: [monday, tuesday], from: "09:00", to: "12:00"}'}
    assert len(before) - len(after) == 2
    assert booking.stores.configurations.versions.listed("rumst")[0]["by"] == "lead-1"


def test_a_proposal_changes_nothing_and_lists_the_conflicts(booking):
    card, _ = booking.book(start="2026-12-02T10:00:00+01:00", resource="ro-1")
    diff, proposed = booking.use_cases.configuration.propose_part("rumst", a_change(booking, hours=MORNINGS))
    assert '+      - {days: [monday, tuesday], from: "09:00", to: "12:00"}' in diff
    hit = booking.use_cases.conflicts.conflicts("rumst", None, proposed)
    assert [(each["appointment"], each["reason"]) for each in hit] == [(card.id, "closed")]
    assert booking.use_cases.conflicts.conflicts("rumst", None) == []
    assert text_of(booking) == RUMST


def test_a_change_against_an_older_version_is_refused_and_stores_nothing(booking):
    booking.use_cases.configuration.amend_part("rumst", a_change(booking, hours=MORNINGS), "lead-1")
    newest = text_of(booking)
    with pytest.raises(Refusal) as refused:
        booking.use_cases.configuration.amend_part(
            "rumst", a_change(booking, name="ro-2", version=1, hours=MORNINGS), "lead-2"
        )
    assert refused.value.code == "settings-changed"
    assert text_of(booking) == newest


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"hours": [{"days": ["monday"], "from": "12:00", "to": "09:00"}]}, "/hours/0/to"),
        ({"hours": [{"days": [], "from": "09:00", "to": "12:00"}]}, "/hours/0/days"),
        ({"hours": None}, "/hours"),
        ({"team": "milieu"}, "/team"),
        ({"section": "appointment_types", "name": "bouwadvies", "duration": "lang"}, "/duration"),
        ({"section": "appointment_types", "name": "bouwadvies", "name_": None}, "/name_"),
        ({"section": "appointment_types", "name": "bouwadvies", "needs": []}, "/needs"),
        ({"section": "teams", "name": "milieu"}, "/section"),
    ],
)
def test_an_error_has_a_pointer_below_the_part_and_nothing_is_stored(booking, change, pointer):
    with pytest.raises(Refusal) as refused:
        booking.use_cases.configuration.amend_part("rumst", a_change(booking, **change), "lead-1")
    assert refused.value.code == "invalid-request"
    assert pointer in [error["pointer"] for error in refused.value.errors]
    assert text_of(booking) == RUMST


@pytest.mark.parametrize(
    ("section", "code"), [("resources", "unknown-resource"), ("appointment_types", "unknown-appointment-type")]
)
def test_a_form_cannot_create_a_new_part(booking, section, code):
    with pytest.raises(Refusal) as refused:
        booking.use_cases.configuration.amend_part("rumst", a_change(booking, name="nobody", section=section), "lead-1")
    assert refused.value.code == code
