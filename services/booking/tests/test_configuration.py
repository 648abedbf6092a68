"""A configuration is accepted as a whole, or refused with the line of each error."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import structlog
from builders import utc
from municipality_yaml import a_configuration, specialist, types

from loket_booking.configuration import reader
from loket_booking.configuration.offload import SHORT, ConfigurationReader
from loket_booking.store.configurations import Configurations
from loket_contracts.errors import Refusal
from loket_contracts.languages import DEFAULT_LANGUAGE, pick

RUMST = (Path(__file__).parents[3] / "deploy/municipalities/rumst.yaml").read_text()


def errors_of(text):
    with pytest.raises(Refusal) as refused:
        reader.read_configuration(text)
    assert refused.value.code == "invalid-configuration"
    return [(int(error["line"]), error["pointer"]) for error in refused.value.errors]


def line_of(text, fragment):
    return next(number for number, line in enumerate(text.splitlines(), 1) if fragment in line)


def test_the_demo_municipality_is_realistic():
    rumst = reader.read_configuration(RUMST)
    people = [each for each in rumst.resources.values() if each.kind == "person"]
    rooms = [each for each in rumst.resources.values() if each.kind == "room"]
    assert len(rumst.teams) == 3
    assert len(people) >= 8
    assert len(rooms) >= 3
    assert len(rumst.appointment_types) >= 12
    for kind in rumst.appointment_types.values():
        assert set(kind.name) == {"nl", "fr", "de", "en"}


@pytest.mark.parametrize(
    ("right", "wrong", "at"),
    [
        ("duration: 45", "duration: lang", "/appointment_types/bouwadvies/duration"),
        ("team: milieu", "team: milleu", "/resources/mi-1/team"),
        ('from: "09:00", to: "12:00"', 'from: "09:00", to: "08:00"', "/resources/ro-1/hours/0/to"),
        ('from: "09:00", to: "12:00"', 'from: "09:02", to: "12:00"', "/resources/ro-1/hours/0/from"),
        ("kind: person", "kind: people", "/resources/ro-1/kind"),
        ("time_zone: Europe/Brussels", "time_zone: Europe/Rumst", "/time_zone"),
        ("country: BE", "country: XX", "/holidays/country"),
        ("skill: natuur}", "skill: natuurkunde}", "/appointment_types/bomen-kappen/needs/0"),
        ("hold_minutes: 10", "hold_minuten: 10", "/hold_minuten"),
        ("days: [thursday], from", "every_weeks: 2, days: [thursday], from", "/resources/ro-1/hours/2/every_weeks"),
        ("interval: 15", "interval: 7", "/appointment_types/bouwadvies/interval"),
        ("duration: 45", "duration: 480", "/appointment_types/bouwadvies/duration"),
        ("time_zone: Europe/Brussels", "time_zone: localtime", "/time_zone"),
        ("time_zone: Europe/Brussels", "time_zone: posix/Europe/Brussels", "/time_zone"),
        (
            'from: "09:00", to: "12:00"',
            'from: "09:00", to: "12:00", valid_from: 2027-02-01, valid_until: 2027-01-01',
            "/resources/ro-1/hours/0/valid_until",
        ),
    ],
)
def test_an_error_names_its_line_and_its_pointer(right, wrong, at):
    text = RUMST.replace(right, wrong, 1)
    assert (line_of(text, wrong), at) in errors_of(text)


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("http://meet.example.org/x", "video"), ("meet.example.org", "video"), ("https://m.example/{name}", "video"),
        ("https://m.example.org/{reference", "video"), ("https://meet.example.org/x", "telefoon"),
    ],
)  # fmt: skip
def test_only_a_video_location_has_a_meeting_url_and_it_is_https(address, location):
    text = RUMST.replace("    meeting_url: https://meet.rumst.example/{reference}", "")
    channel = {"video": "    channel: video\n", "telefoon": "    channel: phone\n"}[location]
    wrong = text.replace(channel, f'{channel}    meeting_url: "{address}"\n', 1)
    assert errors_of(wrong) == [(line_of(wrong, "meeting_url"), f"/locations/{location}/meeting_url")]


def test_all_errors_are_reported_together_in_the_order_of_the_file():
    text = RUMST.replace("duration: 45", "duration: lang", 1).replace("kind: person", "kind: people", 1)
    lines = [line for line, _ in errors_of(text)]
    assert len(lines) == 2
    assert lines == sorted(lines)


def test_a_duplicate_key_is_an_error():
    assert errors_of(RUMST + "\nid: rumst\n")[-1] == (len(RUMST.splitlines()) + 2, "/id")


@pytest.mark.parametrize(
    "text", ["", "[]", "a: [", "id: x", "\x00", "- " * 300, "x" * 2_000_000, "&a [*a]", '"\\ud800"']
)
def test_any_text_that_is_no_configuration_is_refused_without_a_crash(text):
    assert errors_of(text)


def test_a_new_version_applies_at_once_and_the_same_text_makes_no_version(database):
    store = Configurations(database)
    store.create_indexes()
    first, changed = store.store(RUMST, "test", utc(2026, 11, 24))
    assert (first.municipality.version, changed) == (1, True)
    assert store.store(RUMST, "test", utc(2026, 11, 24))[1] is False
    second, changed = store.store(RUMST.replace("hold_minutes: 10", "hold_minutes: 20"), "test", utc(2026, 11, 25))
    assert (second.municipality.version, second.municipality.hold_minutes, changed) == (2, 20, True)


def test_a_refused_configuration_leaves_the_old_one_in_force(database):
    store = Configurations(database)
    store.create_indexes()
    store.store(RUMST, "test", utc(2026, 11, 24))
    with pytest.raises(Refusal):
        store.store(RUMST.replace("duration: 45", "duration: lang"), "test", utc(2026, 11, 25))
    assert store.calendar("rumst").municipality.version == 1


def test_an_unreadable_stored_configuration_affects_no_other_municipality_and_is_logged_once(database):
    Configurations(database).store(RUMST, "test", utc(2026, 11, 24))
    database.configurations.insert_one(
        {"municipality": "a", "version": 1, "text": "id: [", "by": "test", "at": utc(2026, 11, 24)}
    )
    fresh = Configurations(database)
    with structlog.testing.capture_logs() as result:
        for _ in range(3):
            assert [each.municipality.id for each in fresh.all()] == ["rumst"]
            fresh.invalidate()
    assert [line["municipality"] for line in result] == ["a"]
    with pytest.raises(Refusal, match="unknown-municipality"):
        fresh.calendar("a")


def test_the_previous_version_applies_while_the_newest_cannot_be_read(database):
    store = Configurations(database)
    store.store(RUMST, "test", utc(2026, 11, 24))
    database.configurations.insert_one(
        {"municipality": "rumst", "version": 2, "text": "id: [", "by": "test", "at": utc(2026, 11, 24)}
    )
    store.invalidate()
    assert store.calendar("rumst").municipality.version == 1


def test_a_reader_waits_while_another_loads_the_configuration(database):
    Configurations(database).store(RUMST, "test", utc(2026, 11, 24))
    fresh = Configurations(database)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(fresh.calendar, ["rumst"] * 8))
    assert {calendar.municipality.id for calendar in found} == {"rumst"}


def test_residents_do_not_wait_while_the_configuration_of_another_municipality_is_read(database):
    Configurations(database).store(RUMST, "test", utc(2026, 11, 24))
    long_text = RUMST.replace("id: rumst", "id: groot", 1) + "#" * SHORT
    Configurations(database).store(long_text, "test", utc(2026, 11, 24))
    begun, may_end = threading.Event(), threading.Event()

    def read_when_allowed(function, *args):
        begun.set()
        may_end.wait(60)
        return function(*args)

    fresh = Configurations(database, ConfigurationReader(read_when_allowed))
    with ThreadPoolExecutor(2) as pool:
        large = pool.submit(fresh.calendar, "groot")
        assert begun.wait(60)
        fresh.invalidate()
        small = pool.submit(fresh.calendar, "rumst")
        try:
            assert small.result(30).municipality.id == "rumst"
            assert not large.done()
        finally:
            may_end.set()
        assert large.result(30).municipality.id == "groot"


def test_plain_texts_are_in_the_first_language_and_each_text_lists_languages_in_order():
    municipality = reader.read_configuration(a_configuration(languages=["fr", "de"], name="Bourg", teams={
        "ruimte": {"name": {"nl": "Ruimte", "de": "Raum", "fr": "Espace"}}, "milieu": {"name": {"nl": "Milieu"}},
    }))  # fmt: skip
    assert municipality.name == {"fr": "Bourg"}
    assert list(municipality.teams["ruimte"].name) == ["fr", "de", "nl"]
    assert pick(municipality.teams["milieu"].name, "de") == "Milieu"


def test_a_municipality_without_languages_uses_those_of_the_installation():
    assert reader.read_configuration(a_configuration()).languages == (DEFAULT_LANGUAGE,)


def test_telephone_numbers_and_holidays_follow_the_country_of_the_municipality():
    dutch = reader.read_configuration(a_configuration(country="NL", phone="0475 123456", holidays={}))
    assert (dutch.country, dutch.phone, dutch.holidays.country) == ("NL", "+31475123456", "NL")
    belgian = reader.read_configuration(a_configuration(phone="0475 123456", holidays={}))
    assert (belgian.country, belgian.phone, belgian.holidays.country) == ("BE", "+32475123456", "BE")
    assert reader.read_configuration(a_configuration(country="NL", holidays={"country": "BE"})).holidays.country == "BE"


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"country": "BEL"}, "/country"),
        ({"country": "nl"}, "/country"),
        ({"country": "NL", "phone": "0470 12 34 56"}, "/phone"),
        ({"languages": ["nl", "tlh"]}, "/languages/1"),
        ({"languages": []}, "/languages"),
    ],
)
def test_an_unknown_country_or_language_is_refused_at_its_line(changes, at):
    assert at in [pointer for _, pointer in errors_of(a_configuration(**changes))]


@pytest.mark.parametrize(
    ("section", "at"),
    [
        ("closures: [{first: 2027-05-03, last: 2027-05-02, reason: x}]", "/closures/0/last"),
        ('closures: [{first: 2027-05-03, from: "14:00", to: "10:00", reason: x}]', "/closures/0/to"),
        ('closures: [{first: 2027-05-03, from: "14:00", to: "14:00", reason: x}]', "/closures/0/to"),
        ("holidays: {country: BE, local: [02-30]}", "/holidays/local/0"),
        ("holidays: {country: BE, local: [07-11, 04-31]}", "/holidays/local/1"),
    ],
)
def test_a_rule_that_can_never_apply_is_refused_at_its_pointer(section, at):
    assert at in [pointer for _, pointer in errors_of(a_configuration() + section)]


def test_hours_that_apply_on_no_day_are_refused():
    hours = {"days": ["monday"], "from": "09:00", "to": "12:00", "valid_from": "2027-01-05"}
    people = {"ro-1": specialist(hours=[{**hours, "valid_until": "2027-01-08"}])}
    assert "/resources/ro-1/hours/0/days" in [pointer for _, pointer in errors_of(a_configuration(resources=people))]


def test_hours_that_apply_on_some_day_are_accepted_and_may_end_at_midnight():
    hours = {
        "days": ["monday"],
        "from": "09:00",
        "to": "00:00",
        "valid_from": "2027-01-05",
        "valid_until": "2027-01-11",
    }
    people = {"ro-1": specialist(hours=[hours])}
    closures = [{"first": "2027-05-03", "from": "14:00", "to": "00:00", "reason": "x"}]
    local = {"country": "BE", "local": ["02-29"]}
    only = types(advies={}, lang={"duration": 480})
    known = reader.read_configuration(
        a_configuration(resources=people, closures=closures, holidays=local, appointment_types=only)
    )
    assert known.closures[0].end == dt.time()


def test_a_type_may_be_as_long_as_two_adjacent_rules():
    half = [{"days": ["monday"], "from": "09:00", "to": "12:00"}, {"days": ["monday"], "from": "12:00", "to": "15:00"}]
    people = {"ro-1": specialist(hours=half)}
    assert reader.read_configuration(
        a_configuration(resources=people, appointment_types=types(advies={"duration": 360}))
    )
    for more in ({"duration": 365}, {"duration": 360, "wrap_up": 5}):
        at = [
            pointer for _, pointer in errors_of(a_configuration(resources=people, appointment_types=types(advies=more)))
        ]
        assert at == ["/appointment_types/advies/duration"]


def test_a_type_whose_people_have_no_hours_at_present_is_accepted():
    assert reader.read_configuration(a_configuration(resources={"ro-1": specialist(hours=[])}))


def test_a_configuration_stored_before_a_stricter_rule_can_still_be_read():
    text = a_configuration(time_zone="localtime", appointment_types=types(advies={"duration": 480}))
    text += 'closures: [{first: 2027-05-03, from: "14:00", to: "10:00", reason: x}]\n'
    text += "holidays: {country: BE, local: [02-30]}\n"
    assert len(errors_of(text)) >= 3
    assert reader.read_stored(text, 7).version == 7
    with pytest.raises(Refusal):
        reader.read_configuration(text)
