"""Leads change hours and topics by form: one part of the configuration, and never against another user's change."""

from dataclasses import replace

import pytest
from booking_harness import RUMST, BookingHarness

from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart

MORNINGS = [{"days": ["monday", "tuesday"], "from": "09:00", "to": "12:00"}]


@pytest.fixture
def booking(database):
    return BookingHarness(database)


def a_change(booking, name="ro-1", section="resources", version=None, action="change", **values):
    latest, _ = booking.stores.configurations.versions.latest("rumst")
    latest = latest if version is None else version
    return AmendPart(section=section, name=name, version=latest, values=values, action=action)


def amend(booking, *args, **values):
    return booking.use_cases.configuration.amend_part("rumst", a_change(booking, *args, **values), "lead-1")


def known_in(booking):
    return booking.stores.configurations.calendar("rumst").municipality


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
    proposed = booking.use_cases.configuration.propose_part("rumst", a_change(booking, hours=MORNINGS))
    assert '+      - {days: [monday, tuesday], from: "09:00", to: "12:00"}' in proposed.diff
    hit = booking.use_cases.conflicts.conflicts("rumst", None, proposed.calendar)
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
        ({"team": "brandweer"}, "/team"),
        ({"colour": "green"}, "/colour"),
        ({"section": "appointment_types", "name": "bouwadvies", "duration": "lang"}, "/duration"),
        ({"section": "appointment_types", "name": "bouwadvies", "name_": None}, "/name_"),
        ({"section": "appointment_types", "name": "bouwadvies", "needs": []}, "/needs"),
        ({"section": "opening", "name": "milieu"}, "/section"),
        ({"section": "teams", "name": "brandweer"}, "/name"),
        ({"section": "municipality", "name": "rumst", "hold_minutes": "0"}, "/hold_minutes"),
        ({"section": "municipality", "name": "rumst", "id": "huy"}, "/id"),
    ],
)
def test_an_error_has_a_pointer_below_the_part_and_nothing_is_stored(booking, change, pointer):
    with pytest.raises(Refusal) as refused:
        booking.use_cases.configuration.amend_part("rumst", a_change(booking, **change), "lead-1")
    assert refused.value.code == "invalid-request"
    assert pointer in [error["pointer"] for error in refused.value.errors]
    assert text_of(booking) == RUMST


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("resources", "unknown-resource"),
        ("appointment_types", "unknown-appointment-type"),
        ("locations", "unknown-location"),
    ],
)
@pytest.mark.parametrize("action", ["change", "remove"])
def test_an_unknown_part_cannot_be_changed_or_removed(booking, section, code, action):
    with pytest.raises(Refusal) as refused:
        amend(booking, name="nobody", section=section, action=action)
    assert refused.value.code == code


def test_a_team_its_people_and_its_topic_are_added_by_form(booking):
    person = {"kind": "person", "name": "Greet", "team": "natuur", "locations": ["gemeentehuis"], "skills": ["bomen"]}
    topic = {"name": {"nl": "Een boom"}, "team": "natuur", "locations": ["gemeentehuis"], "duration": "20",
             "needs": [{"skill": "bomen"}], "bring": None}  # fmt: skip
    added = [
        ("teams", "natuur", {"name": {"nl": "Natuur"}}),
        ("resources", "natuur-1", {**person, "hours": MORNINGS}),
        ("appointment_types", "boom", topic),
    ]
    for version, (section, name, values) in enumerate(added, 1):
        command = AmendPart(section=section, name=name, version=version, values=values, action="add")
        booking.use_cases.configuration.amend_part("rumst", command, "lead-1")
    known = known_in(booking)
    assert known.teams["natuur"].name == {"nl": "Natuur"}
    assert known.appointment_types["boom"].team == known.resources["natuur-1"].team == "natuur"
    assert set(RUMST.splitlines()) <= set(text_of(booking).splitlines())


def test_a_new_part_takes_no_name_that_is_or_was_in_use(booking):
    values = {"kind": "room", "name": "Zaal", "locations": ["gemeentehuis"], "hours": MORNINGS}

    def add(version):
        command = AmendPart(section="resources", name="ro-1", version=version, values=values, action="add")
        return booking.use_cases.configuration.propose_part("rumst", command).name

    taken = add(1)
    assert taken not in known_in(booking).resources
    amend(booking, "ro-2", action="remove")
    assert add(2) == taken, "the name of a removed entry stays in use, as appointments refer to it"


def test_a_removed_part_is_shown_as_it_was_and_can_be_added_again(booking):
    was = booking.use_cases.administration.part("rumst", "resources", "ro-2")["values"]
    card, _ = booking.book(start="2026-12-02T10:00:00+01:00", resource="ro-2")
    proposed = booking.use_cases.configuration.propose_part("rumst", a_change(booking, "ro-2", action="remove"))
    hit = booking.use_cases.conflicts.conflicts("rumst", None, proposed.calendar)
    assert [(each["appointment"], each["reason"]) for each in hit] == [(card.id, "resource-gone")]
    amend(booking, "ro-2", action="remove")
    assert "ro-2" not in known_in(booking).resources
    found = booking.use_cases.administration.part("rumst", "resources", "ro-2")
    assert (found["removed"], found["values"]) == (True, was)
    again = {name: value for name, value in was.items() if value is not None}
    restore = AmendPart(section="resources", name="ro-2", version=2, values=again, action="restore")
    booking.use_cases.configuration.amend_part("rumst", restore, "lead-1")
    assert booking.use_cases.administration.part("rumst", "resources", "ro-2")["values"] == was
    assert booking.use_cases.conflicts.conflicts("rumst", None) == []
    of_one_in_force = replace(restore, name="ro-1", version=3)
    with pytest.raises(Refusal, match="settings-changed"):
        booking.use_cases.configuration.amend_part("rumst", of_one_in_force, "lead-1")


def test_a_part_that_others_need_cannot_be_removed_and_the_refusal_points_at_them(booking):
    with pytest.raises(Refusal) as refused:
        amend(booking, "milieu", "teams", action="remove")
    assert "/teams" not in refused.value.errors[0]["pointer"]
    assert "There is no such team: milieu." in [each["detail"] for each in refused.value.errors]
    assert text_of(booking) == RUMST


def test_the_rules_of_the_municipality_are_a_part_too(booking):
    part = booking.use_cases.administration.part("rumst", "municipality", "rumst")
    assert part["usual"]["offer_minutes"] == "240"
    assert "locations" not in part["values"]
    amend(booking, "rumst", "municipality", hold_minutes="7", closures=[{"first": "2031-01-02", "reason": "Dicht"}])
    known = known_in(booking)
    assert (known.hold_minutes, known.closures[-1].reason["nl"]) == (7, "Dicht")
