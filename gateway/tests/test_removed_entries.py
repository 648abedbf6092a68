"""After a topic, place or person is removed from the configuration, every page, address and message keeps its texts."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
import yaml
from routes import address, routes

from conftest import LONG
from tests.browser.desk import EVERYDAY, a_session, csrf_token, noon_zone
from tests.client import Portal, a_visitor, eventually

AT_ONCE = Path(__file__).parents[2] / "tests" / "at-once.messages.yaml"
#: one fixture makes all that is removed
pytestmark = pytest.mark.timeout(900)
HOURS = [{"days": EVERYDAY, "from": "06:00", "to": "23:00"}]
PLACES = {
    "hal": {"name": {"nl": "De hal"}, "address": {"street": "Plein 1", "postcode": "2840", "city": "Rumst"}},
    "annex": {"name": {"nl": "De annex"}},
}
TOPIC, PLACE, PERSON, OTHER_PLACE = "Een boom kappen", "De hal", "Ann Claes", "De annex"
REMOVALS = {"place": ("hal",), "all": ("boom", "hal", "ann")}
if LONG:
    REMOVALS |= {"topic": ("boom",), "person": ("ann",)}


def configuration(name, *removed):
    """Two people with two topics at two places, without these entries."""
    places = {code: place for code, place in PLACES.items() if code not in removed}
    people = {"ann": PERSON, "bert": "Bert Maes"}

    def kind(title, **more):
        return {
            "name": {"nl": title}, "team": "groen", "locations": [*places], "duration": 30, "interval": 15,
            "notice_hours": 0, "horizon_days": 30, "needs": [{"kind": "person"}], **more,
        }  # fmt: skip

    kinds = {
        "boom": kind(TOPIC, questions={"adres": {"label": {"nl": "Welk adres?"}}}, bring=[{"nl": "Een foto"}]),
        "haag": kind("Een haag snoeien"),
    }
    return yaml.safe_dump({
        "id": name, "name": {"nl": f"Stad {name}"}, "time_zone": noon_zone(), "languages": ["nl"],
        "online": {"confirm": "none", "friction_from": 0},
        "most_holds_per_client": 0, "most_per_contact": 0, "phone": "03 555 01 00", "locations": places,
        "teams": {"groen": {"name": {"nl": "Groen"}, "email": "groen@example.org"}},
        "resources": {
            code: {"kind": "person", "name": title, "team": "groen", "locations": [*places], "hours": HOURS}
            for code, title in people.items() if code not in removed
        },
        "appointment_types": {code: each for code, each in kinds.items() if code not in removed},
    }, allow_unicode=True)  # fmt: skip


@dataclass
class AffectedMunicipality:
    """One of each kind of what refers to an entry, and the answer to its removal."""

    portal: Portal
    removed: tuple[str, ...]
    booked: dict = field(default_factory=dict)
    staff: dict = field(default_factory=dict)
    others: dict = field(default_factory=dict)

    @property
    def url(self):
        return f"{self.portal.url}/{self.portal.municipality}"

    @property
    def page(self):
        return self.booked["manage_url"]

    def put(self, **query):
        """On a busy machine the answer may be that there is none in time."""
        return eventually(lambda: [each for each in [self._put(**query)] if each.status_code != 503], 90)[0]

    def _put(self, **query):
        return requests.put(
            self.portal.path("configuration"), data=configuration(self.portal.municipality, *self.removed).encode(),
            headers={"Authorization": f"Bearer {self.portal.key}", "Content-Type": "application/yaml"},
            params=query, timeout=30,
        )  # fmt: skip

    def compat(self, method, path, **options):
        headers = {"Authorization": f"Bearer {self.others['portal key']}"}
        url = f"{self.portal.url}/compat/{path}"
        return requests.request(method, url, headers=headers, timeout=20, **options)


@pytest.fixture(scope="module")
def all_removed(stack, tmp_path_factory):
    """All removals are made first: booking's job of every minute has done its part of most when the tests ask."""
    made = {removal: remove(stack, tmp_path_factory.mktemp("removed"), removal) for removal in REMOVALS.values()}
    time.sleep(2.2)  # how long the gateway caches a catalogue
    return made


@pytest.fixture(scope="module", params=REMOVALS.values(), ids=REMOVALS)
def removed(request, all_removed):
    return all_removed[request.param]


def remove(stack, folder, removal):
    """Configure a municipality, make one of each kind of what refers to an entry, and remove the entries."""
    name = f"weg-{len(removal)}-{removal[0]}"
    file, plan = folder / f"{name}.yaml", folder / f"{name}.messages.yaml"
    file.write_text(configuration(name), encoding="utf-8")
    stack.configure(file)
    # the mail about a cancellation usually waits a minute, for residents who cancelled by mistake
    plan.write_text(AT_ONCE.read_text(encoding="utf-8").replace("rumst", name), encoding="utf-8")
    stack.configure_messages(plan)
    made = AffectedMunicipality(Portal.on(stack, name, stack.machine_key(name)), removal)
    about = {"appointment_types": ["boom"], "location": "hal", "answers": {"adres": "Plein 2"}}
    slots = iter(made.portal.slots("boom", "hal", resource="ann")[8::2])

    def start():
        return next(slots)["start"]

    made.visitor = a_visitor()
    made.booked = made.portal.booked(**about, start=start(), resource="ann", contact=made.visitor)
    made.staff = made.portal.booked(**about, start=start(), resource="ann")
    here = made.portal.booked(**about, start=start(), resource="ann")
    portal_key = stack.machine_key(name, "portal")
    made.others = {
        "portal key": portal_key,
        "portal": made.portal.post("appointments", {**about, "start": start(), "resource": "ann",
                                   "contact": a_visitor()}, portal_key).json(),
        "hold": made.portal.post("holds", {"appointment_types": ["boom"], "location": "hal", "start": start()}).json(),
        "invitation": made.portal.post("invitations", {"appointment_type": "boom", "location": "hal"}).json(),
        "ticket": made.portal.post("tickets", {"appointment_types": ["boom"], "location": "hal"}).json(),
        "here": here,
    }  # fmt: skip
    waits = {"appointment": made.booked["id"]}
    assert made.portal.post("waiting-list", waits, made.booked["link_token"]).status_code == 201
    assert made.portal.post(f"appointments/{here['id']}/check-in").status_code == 200
    eventually(lambda: made.portal.mails_to(made.visitor["email"]))
    made.dry_run, made.refused = made.put(dry_run="true"), made.put()
    file.write_text(configuration(name, *removal), encoding="utf-8")
    made.by_command = {
        command: stack.loket("config", command, str(file), component="booking") for command in ("diff", "load")
    }
    session, _ = a_session(stack, name)
    form = {"text": file.read_text(encoding="utf-8"), "csrf_token": csrf_token(session, made.url)}
    made.editor = {
        action: session.post(f"{made.url}/balie/beheer/instellingen", data={**form, "action": action}, timeout=30)
        for action in ("look", "take")
    }
    made.confirmed = made.put(confirm="true")
    return made


def test_a_removal_lists_the_affected_appointments_and_applies_once_confirmed(removed):
    reference = removed.booked["reference"]
    assert reference in str(removed.dry_run.json()["removals"])
    assert removed.refused.status_code == 409
    problem = removed.refused.json()
    assert problem["code"] == "removal-not-confirmed"
    assert {each["pointer"].rpartition("/")[2] for each in problem["errors"]} == set(removed.removed)
    assert all(reference in each["detail"] for each in problem["errors"])
    assert (removed.confirmed.status_code, removed.confirmed.json()["changed"]) == (200, True)


def test_the_command_line_lists_the_affected_appointments_and_asks_for_confirmation(removed):
    reference = removed.booked["reference"]
    shown, refused = removed.by_command["diff"], removed.by_command["load"]
    assert (shown.returncode, refused.returncode) == (0, 1)
    assert reference in shown.stdout
    assert reference in refused.stderr
    assert "--confirm" in refused.stderr


@pytest.mark.parametrize("action", ["look", "take"])
def test_the_configuration_editor_lists_the_affected_appointments_before_a_removal(removed, action):
    page = removed.editor[action]
    assert page.status_code == 200
    assert f"/balie/afspraak/{removed.booked['id']}" in page.text
    assert removed.booked["reference"] in page.text
    assert 'value="confirm"' in page.text
    assert 'value="take"' not in page.text


def test_the_residents_page_still_shows_topic_place_and_person(removed):
    text = requests.get(removed.page, timeout=10).text
    for words in (TOPIC, PLACE, "Plein 1", PERSON, "Een foto", "Welk adres?"):
        assert words in text, words


def test_the_calendar_file_keeps_its_texts_on_the_page_and_over_the_api(removed):
    own = removed.portal.get(f"appointments/{removed.booked['id']}/calendar.ics", removed.booked["link_token"])
    page = requests.get(f"{removed.page}/agenda.ics", timeout=10)
    assert (own.status_code, page.status_code) == (200, 200)
    assert TOPIC in own.text
    assert TOPIC in page.text


def test_the_api_still_returns_the_names(removed):
    result = removed.portal.get(f"appointments/{removed.booked['id']}", removed.booked["link_token"]).json()
    assert [each["name"] for each in result["appointment_types"]] == [TOPIC]
    assert (result["location"]["name"], result["with"]) == (PLACE, [PERSON])


def test_the_move_page_explains_what_to_do(removed):
    text, moving = requests.get(removed.page, timeout=10).text, requests.get(f"{removed.page}/verplaatsen", timeout=10)
    if "boom" in removed.removed:
        code = "appointment-type-removed"
    elif "hal" in removed.removed:
        code = "location-removed"
    else:
        assert moving.status_code == 200
        assert "verplaatsen" in text
        return
    start = removed.portal.slots("haag", "annex")[-1]["start"]
    asked = {"start": start}
    answer = removed.portal.post(
        f"appointments/{removed.booked['id']}/reschedule", asked, removed.booked["link_token"]
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["detail"] in text
    assert "03 555 01 00" in text or "+3235550100" in text
    assert moving.url == removed.page, "its page says why"


def test_a_resident_whose_location_was_removed_can_choose_another(removed):
    if removed.removed != ("hal",):
        assert "location=annex" not in requests.get(removed.page, timeout=10).text
        return
    there = removed.staff["manage_url"]
    assert f"{OTHER_PLACE}</a>" in requests.get(there, timeout=10).text
    shown = requests.get(f"{there}/verplaatsen?location=annex", timeout=10).text
    start = re.findall(r'name="start" value="([^"]+)"', shown)[-1]
    moved = requests.post(f"{there}/verplaatsen", data={"start": start, "location": "annex"}, timeout=10)
    assert moved.status_code == 200
    assert OTHER_PLACE in moved.text


def test_no_get_route_fails_after_a_removal(removed, stack):
    """Every GET route, with ids that exist, for staff, for residents and for portals."""
    session, _ = a_session(stack, removed.portal.municipality)
    booked, token = removed.booked, removed.booked["link_token"]
    given = {
        "municipality": removed.portal.municipality, "token": token, "kind": "boom", "resource": "ann",
        "location": "hal", "branch": "hal", "section": "resources", "name": "ann",
    }  # fmt: skip
    asked = {
        "type": "boom", "location": "hal", "resource": "ann", "team": "groen", "hold":
        removed.others["hold"]["id"], "id": removed.others["portal"]["id"], "appointment_type": "boom",
        "date": booked["start"][:10], "from": booked["start"][:10], "to": booked["start"][:10],
        "locationId": "hal", "activityId": "boom", "amount": "1",
    }  # fmt: skip
    staff, resident = removed.portal.key, token
    failed = []
    for method, url, entrypoint in routes():
        if method != "GET" or "provider" in url or "receipts" in url:
            continue
        identifiers = (booked["id"], removed.others["portal"]["id"], "hal") if "<identifier>" in url else ("",)
        for there in {removed.portal.url + address(url, **given, identifier=each) for each in identifiers}:
            for key in (staff, resident) if entrypoint.permission.link else (staff,):
                session.headers["Authorization"] = f"Bearer {key}"
                for query in ({}, asked):
                    answer = session.get(there, params=query, timeout=30, allow_redirects=False)
                    result = answer.headers.get("error_code", "internal-error")  # a dialect refuses with 500 and a code
                    if answer.status_code >= 500 and result == "internal-error":
                        failed.append(f"{answer.status_code} {answer.url}")
    assert not failed


def test_the_desk_shows_names_and_no_codes(removed, stack):
    session, _ = a_session(stack, removed.portal.municipality)
    desk, day = f"{removed.url}/balie", removed.booked["start"][:10]
    visit = session.get(f"{desk}/afspraak/{removed.booked['id']}", timeout=10).text
    for words in (TOPIC, PLACE, PERSON, "Welk adres?"):
        assert words in visit, words
    agenda = session.get(f"{desk}?date={day}", timeout=10).text
    assert TOPIC in agenda
    assert PERSON in agenda
    assert removed.visitor["name"] in agenda
    found = session.post(
        f"{desk}/zoeken", data={"search": removed.booked["reference"], "csrf_token": csrf_token(session, removed.url)},
        timeout=10,
    ).text  # fmt: skip
    assert TOPIC in found
    clashes = session.get(f"{desk}/sluitingen", timeout=10).text
    assert removed.booked["id"] in clashes
    assert PERSON in clashes


def test_the_calendar_feed_of_a_remaining_person_keeps_its_texts(removed, stack):
    if "ann" in removed.removed:
        return
    token = stack_feed(stack, removed.portal.municipality, "ann")
    feed = removed.portal.get(f"feeds/{token}.ics")
    assert feed.status_code == 200
    assert TOPIC in feed.text


def stack_feed(stack, municipality, resource):
    done = stack.loket("calendars", "feed", municipality, resource, component="booking")
    return done.stdout.strip().rpartition("/")[2].removesuffix(".ics")


@pytest.mark.parametrize("dialect", ["jcc", "qmatic"])
def test_a_portal_can_still_read_its_appointment(removed, dialect):
    booked = removed.others["portal"]
    name = removed.portal.municipality
    if dialect == "jcc":
        result = removed.compat("GET", f"jcc/{name}/appointment", params={"id": booked["id"]})
    else:
        result = removed.compat("GET", f"qmatic/{name}/v1/appointments/{booked['id']}")
    assert result.status_code == 200, result.text
    assert TOPIC in result.text
    assert PLACE in result.text


def test_an_unfinished_form_and_an_invitation_are_refused_without_a_server_error(removed):
    hold, invitation = removed.others["hold"]["id"], removed.others["invitation"]["token"]
    for step in ("vragen", "gegevens", "nakijken"):
        assert requests.get(f"{removed.url}/{step}?hold={hold}", timeout=10).status_code < 500
        posted = requests.post(f"{removed.url}/{step}?hold={hold}", data={"hold": hold}, timeout=10)
        assert posted.status_code < 500
    answer = requests.get(f"{removed.url}/uitnodiging/{invitation}", timeout=10)
    assert answer.status_code == (404 if {"boom", "hal"} & set(removed.removed) else 200)


def test_the_figures_still_have_labels(removed):
    names = removed.portal.get(
        "reports/breakdown", params={"by": "appointment_type", "from": "2020-01-01", "to": "2040-01-01"}
    )
    assert names.status_code < 500
    page = requests.get(f"{removed.url}/cijfers", headers={"Authorization": f"Bearer {removed.portal.key}"}, timeout=20)
    assert page.status_code < 500


def test_a_resident_who_has_checked_in_can_be_served(removed):
    here, ticket = removed.others["here"], removed.others["ticket"]
    answer = removed.portal.post(f"appointments/{here['id']}/start")
    assert answer.status_code == 200, answer.text
    called = removed.portal.post(f"tickets/{ticket['id'].rpartition('/')[2]}/call")
    assert called.status_code < 500
    done = removed.portal.post(f"appointments/{here['id']}/complete", {"outcome": "answered"})
    assert done.status_code == 200, done.text


def test_a_removal_ends_waiting_for_the_removed_entry(removed):
    if not {"boom", "hal"} & set(removed.removed):
        return
    own = f"appointments/{removed.booked['id']}", removed.booked["link_token"]
    eventually(lambda: removed.portal.get(*own).json()["waiting_list"] is None, 150)
    waits = {"appointment": removed.booked["id"]}
    assert removed.portal.post("waiting-list", waits, removed.booked["link_token"]).status_code == 409


def test_cancelling_works_and_its_mail_keeps_its_texts(removed):
    made = removed.booked
    answer = requests.post(f"{removed.page}/annuleren", data={"reason": "other"}, timeout=10)
    assert answer.status_code == 200

    def cancelled():
        mails = [each for each in removed.portal.mails_to(removed.visitor["email"]) if "annuleer" in str(each).lower()]
        return mails[-1] if mails else None

    mail = str(eventually(cancelled, 60))
    assert TOPIC in mail
    assert made["reference"] in mail
    name = removed.portal.municipality
    identifier = removed.others["portal"]["id"]
    assert removed.compat("DELETE", f"jcc/{name}/appointment", params={"id": identifier}).json()["acknowledgeIsSuccess"]
