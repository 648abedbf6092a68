"""An independent calendar library reads all calendars that Loket writes, in summer and winter, in many time zones."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
import yaml
from nameko.standalone.rpc import ServiceRpcProxy

from tests.client import Portal, a_visitor, eventually

NODE = Path(__file__).parents[1] / "node"
#: a plain pair of clock changes, two that differ from them, half an hour, one whose winter is the exception, and two
#: south of the equator, of which one is 45 minutes off
ZONES = (
    "Europe/Brussels", "Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca",
    "America/Santiago", "Pacific/Chatham",
)  # fmt: skip
#: places that have clock changes are in opposite seasons on these days
SEASONS = ((1, 20), (7, 20))
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
CITY = {"street": "Plein 1, bus 2; links", "postcode": "2840", "city": "Rumst"}


@pytest.fixture(scope="module")
def read(node_modules):
    """What ical.js finds in these calendars, on a computer in this time zone."""

    def read(texts, zone="Europe/Brussels"):
        command = [Path(sys.executable).parent / "node", NODE / "read_calendars.js"]
        environment = {"PATH": os.environ["PATH"], "TZ": zone}
        done = subprocess.run(
            command, input=json.dumps(texts), capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read


def name_of(zone):
    return zone.lower().replace("/", "-").replace("_", "-")


@pytest.fixture(scope="module")
def world(stack, tmp_path_factory):
    """A municipality with a location and a specialist in each of these zones."""
    hours = [{"days": DAYS, "from": "08:00", "to": "18:00"}]
    file = tmp_path_factory.mktemp("wereld") / "wereld.yaml"
    file.write_text(yaml.safe_dump({
        "id": "wereld", "name": {"nl": "Wereldstad"}, "email": "stad@example.org", "most_per_contact": 0,
        "locations": {
            name_of(zone): {
                "name": {"nl": f"Loket {zone}"}, "time_zone": zone, "address": CITY, "directions": {"nl": "Met lift."}
            }
            for zone in ZONES
        },
        "online": {"confirm": "none", "friction_from": 0},
        "teams": {"bouw": {"name": {"nl": "Bouwen"}}},
        "resources": {
            name_of(zone): {"kind": "person", "name": "Ann", "team": "bouw", "locations": [name_of(zone)],
                            "hours": hours}
            for zone in ZONES
        },
        "appointment_types": {
            "advies": {
                "name": {"nl": "Bouwadvies"}, "team": "bouw", "locations": [name_of(zone) for zone in ZONES],
                "duration": 45, "interval": 15, "notice_hours": 0, "horizon_days": 365,
                "needs": [{"kind": "person"}], "bring": [{"nl": "Een plan, liefst op schaal"}],
            },
        },
    }))  # fmt: skip
    stack.configure(file)
    messages = file.with_name("messages.yaml")
    messages.write_text(
        "municipality: wereld\nquiet_hours: false\nmost_per_day: {email: 1000}\nmessages: {cancellation: {by: [email]}}"
    )
    stack.configure_messages(messages)
    return Portal.on(stack, "wereld", stack.machine_key("wereld"))


@pytest.fixture(scope="module")
def feed_of(servers, world):
    """The calendar that a specialist subscribes to."""

    def feed_of(resource):
        with ServiceRpcProxy("booking", {"AMQP_URI": servers.amqp_uri}, timeout=10) as booking:
            token = booking.feed_token("wereld", resource)
        return world.get(f"feeds/{token}.ics").text

    return feed_of


def at(season, hour, zone):
    """A moment of the next such day, as RFC 3339."""
    today = dt.datetime.now(dt.UTC).date()
    month, day = season
    date = dt.date(today.year, month, day)
    date = date if date > today + dt.timedelta(days=2) else date.replace(year=today.year + 1)
    return dt.datetime.combine(date, dt.time(hour), ZoneInfo(zone)).isoformat()


def utc(moment):
    return dt.datetime.fromisoformat(moment).astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def book(world, zone, start, visitor):
    return world.booked(
        appointment_types=["advies"], location=name_of(zone), start=start, answers={}, contact=visitor
    )  # fmt: skip


def mailed(world, visitor, count):
    """The calendar of the newest mail to this visitor, once there are `count` mails."""
    mails = eventually(lambda: (found := world.mails_to(visitor["email"])) and len(found) >= count and found)
    return requests.get(f"{world.mail_url}/{mails[-1]['number']}/afspraak.ics", timeout=15).text


def on_page(appointment):
    return requests.get(f"{appointment['manage_url']}/agenda.ics", timeout=15).text


def over_api(world, appointment):
    return world.get(f"appointments/{appointment['id']}/calendar.ics", token=appointment["link_token"]).text


@pytest.fixture(scope="module")
def written(world, feed_of):
    """For each zone and season: (the appointment, its new moment, all calendars that were written of it).

    The calendars of an appointment are those of the page, the API, the specialist's feed and the mail after it was
    booked, the same four after it was moved, and those of the API and the mail after it was cancelled.
    """
    made, texts, moved = {}, {}, {}
    visitors = {(zone, season): a_visitor() for zone in ZONES for season in SEASONS}

    def collect(case, mails, page=True):
        zone, appointment = case[0], made[case]
        texts[case] += [on_page(appointment), over_api(world, appointment)] if page else [over_api(world, appointment)]
        texts[case] += [feed_of(name_of(zone))] if page else []
        texts[case].append(mailed(world, visitors[case], mails))

    for (zone, season), visitor in visitors.items():
        made[zone, season] = book(world, zone, at(season, 10, zone), visitor)
        texts[zone, season] = []
    for case in visitors:
        collect(case, 1)
    for zone, season in visitors:
        appointment = made[zone, season]
        answer = world.post(
            f"appointments/{appointment['id']}/reschedule", {"start": at(season, 14, zone)},
            token=appointment["link_token"],
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        moved[zone, season] = answer.json()
    for case in visitors:
        collect(case, 2)
    for appointment in made.values():
        world.post(f"appointments/{appointment['id']}/cancel", {}, token=appointment["link_token"]).raise_for_status()
    for case in visitors:
        collect(case, 3, page=False)
    return {case: (made[case], moved[case], texts[case]) for case in visitors}


@pytest.mark.parametrize("season", SEASONS, ids=["january", "july"])
@pytest.mark.parametrize("zone", ZONES)
def test_every_calendar_entry_has_the_right_moment(written, read, zone, season):
    appointment, moved, texts = written[zone, season]
    found = read(texts, zone)
    entries = [next(each for each in one["events"] if _is_of(appointment, each)) for one in found]
    booked, changed = entries[:4], entries[4:]
    assert {(each["start"], each["end"]) for each in booked} == {(utc(appointment["start"]), utc(appointment["end"]))}
    assert {(each["start"], each["end"]) for each in changed} == {(utc(moved["start"]), utc(moved["end"]))}
    assert [each["sequence"] for each in entries] == [1] * 4 + [2] * 4 + [3] * 2
    assert [each["status"] for each in entries] == ["CONFIRMED"] * 8 + ["CANCELLED"] * 2
    own = f"{appointment['id']}@loket"
    in_feed = entries[2]["uid"]
    assert [each["uid"] for each in entries] == [own, own, in_feed, own] * 2 + [own, own]
    assert appointment["id"] not in in_feed
    published = ["PUBLISH", "PUBLISH", "PUBLISH", "REQUEST"]
    assert [one["method"] for one in found] == [*published, *published, "PUBLISH", "CANCEL"]


def _is_of(appointment, entry):
    """The entry of a feed has an identifier of its own; its summary ends with the reference."""
    return entry["uid"] == f"{appointment['id']}@loket" or entry["summary"].endswith(appointment["reference"])


def test_the_calendar_entry_of_the_page_and_the_api_equals_that_of_the_mail(world, read):
    visitor = a_visitor()
    appointment = book(world, "Europe/London", at(SEASONS[1], 16, "Europe/London"), visitor)
    page, api, mail = read([on_page(appointment), over_api(world, appointment), mailed(world, visitor, 1)])
    (asked,) = mail["events"]
    assert asked["url"] == appointment["manage_url"]
    assert asked["location"] == "Loket Europe/London, Plein 1, bus 2; links, 2840 Rumst"
    assert "Met lift." in asked["description"]
    assert "Een plan, liefst op schaal" in asked["description"]
    assert asked["organizer"] == "mailto:stad@example.org"
    assert asked["alarms"] == ["-P1D"]
    assert asked["attendees"] == [f"mailto:{visitor['email']}"]
    same = {**asked, "attendees": []}  # a published entry has no attendees (RFC 5546, section 3.2.1)
    assert page["events"] == api["events"] == [same]


def test_a_video_call_has_its_url_on_the_page_in_the_mail_the_api_and_the_calendar(portal, read):
    visitor = a_visitor()
    start = portal.slots(location="video")[-1]["start"]
    appointment = portal.booked(location="video", start=start, contact=visitor)
    address = f"https://meet.rumst.example/{appointment['reference']}"
    assert appointment["location"]["meeting_url"] == address
    page, api, mail = read([on_page(appointment), over_api(portal, appointment), mailed(portal, visitor, 1)])
    for calendar in (page, api, mail):
        (entry,) = calendar["events"]
        assert entry["conference"] == address
        assert entry["location"] == f"Videogesprek, {address}"
    assert f'href="{address}"' in requests.get(appointment["manage_url"], timeout=15).text
    assert address in portal.mails_to(visitor["email"])[0]["text"]
    assert "meet.rumst.example" not in portal.get("locations").text, "strangers do not get the address of a call"


def test_a_single_entry_has_no_calendar_name_and_a_feed_has_one(world, feed_of, read):
    visitor = a_visitor()
    appointment = book(world, "Europe/Brussels", at(SEASONS[0], 16, "Europe/Brussels"), visitor)
    texts = [on_page(appointment), over_api(world, appointment), mailed(world, visitor, 1)]
    assert [each["name"] for each in read([*texts, feed_of("europe-brussels")])] == [None, None, None, "Ann"]


def test_a_feed_contains_no_link_and_no_name_of_a_resident(world, feed_of):
    visitor = a_visitor()
    appointment = book(world, "Europe/Brussels", at(SEASONS[0], 12, "Europe/Brussels"), visitor)
    text = feed_of("europe-brussels").replace("\r\n ", "")
    assert appointment["reference"] in text
    assert appointment["link_token"] not in text
    assert appointment["id"] not in text
    assert visitor["name"] not in text
    assert visitor["email"] not in text


def test_the_calendar_of_someone_who_comes_along_follows_the_visit(world, read):
    """Invited, moved, withdrawn and invited again: one entry of theirs, without our link."""
    zone, companion = "Europe/Brussels", a_visitor()
    start, later = at(SEASONS[0], 14, zone), at(SEASONS[0], 15, zone)
    booked = book(world, zone, start, a_visitor())
    page = f"{booked['manage_url']}/meekomen"
    invitation = {"companion-name": "Jan Zuid", "companion-email": companion["email"]}
    assert requests.post(page, data=invitation, timeout=15).ok
    texts = [mailed(world, companion, 1)]
    moved = world.post(f"appointments/{booked['id']}/reschedule", {"start": later}, token=booked["link_token"])
    assert moved.status_code == 200, moved.text
    texts.append(mailed(world, companion, 2))
    assert requests.post(page, data={"action": "withdraw"}, timeout=15).ok
    texts.append(mailed(world, companion, 3))
    assert requests.post(page, data=invitation, timeout=15).ok
    texts.append(mailed(world, companion, 4))
    found = read(texts)
    entries = [each["events"][0] for each in found]
    assert [each["method"] for each in found] == ["REQUEST", "REQUEST", "CANCEL", "REQUEST"]
    assert [each["start"] for each in entries] == [utc(start), utc(later), utc(later), utc(later)]
    assert len({each["uid"] for each in entries}) == 1
    assert sorted(each["sequence"] for each in entries) == [each["sequence"] for each in entries]
    assert {each["url"] for each in entries} == {None}
    assert all(each["attendees"] == [f"mailto:{companion['email']}"] for each in entries)
    assert booked["link_token"] not in "".join(texts)
