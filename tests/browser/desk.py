"""Staff in a browser, and a municipality that is open at any hour of the test."""

import datetime as dt
import functools
import re
import time
import uuid
from contextlib import contextmanager

import requests
import yaml

from loket_gateway.access.sessions import CONFIRMED_FOR
from tests.chromium import a_context, open_page
from tests.client import Portal

WORDS = "een rij van woorden"
EVERYDAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
#: the clock of this municipality says about noon: its visits of today begin soon, and midnight is far
NOON = 12
#: the form shows the second question only after a certain answer to the first
PLAN_QUESTIONS = {
    "soort": {
        "label": {"nl": "Wat voor plan?"}, "kind": "choice", "required": True,
        "choices": {"huis": {"nl": "Een huis"}, "weg": {"nl": "Een weg"}},
    },
    "kamers": {
        "label": {"nl": "Hoeveel kamers?"}, "required": True, "only_if": {"question": "soort", "is": ["huis"]},
    },
    "verhaal": {"label": {"nl": "Waarom?"}, "required": True},
}  # fmt: skip


def noon_zone() -> str:
    """A time zone in which it is between 11:30 and 12:30 now (Etc/GMT-2 is two hours ahead of UTC)."""
    now = dt.datetime.now(dt.UTC)
    ahead = (NOON - round(now.hour + now.minute / 60) + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/UTC"


def configuration(name: str) -> str:
    """Two teams of people who are there all day, and three topics: with one question, with none and with several."""
    hours = [{"days": EVERYDAY, "from": "06:00", "to": "23:00"}]
    people = {"ann": ("Ann Claes", "bouw"), "bert": ("Bert Maes", "bouw"), "carla": ("Carla Nys", "groen")}

    def kind(title, team, **more):
        return {
            "name": {"nl": title}, "team": team, "locations": ["hal"], "duration": 30, "interval": 15,
            "notice_hours": 0, "horizon_days": 30, "needs": [{"kind": "person", "team": team}], **more,
        }  # fmt: skip

    return yaml.safe_dump({
        "id": name, "name": {"nl": f"Stad {name}"}, "time_zone": noon_zone(), "languages": ["nl", "fr", "de", "en"],
        "online": {"confirm": "none", "friction_from": 0},
        "most_holds_per_client": 0, "most_bookings_per_client": 0, "most_per_contact": 0,
        "email": "stad@example.org", "phone": "03 555 01 00",
        "locations": {
            "hal": {"name": {"nl": "De hal"}, "address": {"street": "Plein 1", "postcode": "2840", "city": "Rumst"}},
        },
        "teams": {"bouw": {"name": {"nl": "Bouwen"}}, "groen": {"name": {"nl": "Groen"}}},
        "resources": {
            code: {"kind": "person", "name": title, "team": team, "locations": ["hal"], "hours": hours}
            for code, (title, team) in people.items()
        },
        "appointment_types": {
            "advies": kind(
                "Bouwadvies", "bouw", questions={"adres": {"label": {"nl": "Welk adres?"}, "required": True}}
            ),
            "boom": kind("Een boom kappen", "groen"),
            "plan": kind("Een plan bespreken", "bouw", questions=PLAN_QUESTIONS),
        },
    }, allow_unicode=True)  # fmt: skip


def set_up_municipality(stack, folder, name: str) -> Portal:
    """Configure that municipality on the stack, and return it as a machine with an administrator's key sees it."""
    file = folder / f"{name}.yaml"
    file.write_text(configuration(name), encoding="utf-8")
    stack.configure(file)
    return Portal.on(stack, name, stack.machine_key(name))


def booked_in(portal: Portal) -> dict:
    """An appointment in such a municipality, in the last free slot."""
    start = portal.slots("advies", "hal")[-1]["start"]
    return portal.booked(appointment_types=["advies"], location="hal", answers={"adres": "Plein 1"}, start=start)


@contextmanager
def staff_page(browser, stack, municipality, variant, roles=("admin",)):
    """A page of a user with these roles. `variant`: its width, and whether it has a script."""
    context = a_context(browser, *variant)
    try:
        yield logged_in(context, stack, municipality, variant[0], roles)
    finally:
        context.close()


def logged_in(context, stack, municipality, width, roles=("admin",)):
    """A page of a user with these roles, past the first password. The pages of one process share the user."""
    session, name = _shared_session(stack.url, stack.machine_key(municipality), municipality, tuple(roles))
    context.add_cookies([{"name": each.name, "value": each.value, "url": stack.url} for each in session.cookies])
    page = open_page(context, width)
    page.account = name
    return page


@contextmanager
def new_user_page(browser, stack, municipality, roles):
    """A page of a user of its own, on a wide screen with a script."""
    context = a_context(browser, 1280, True)
    try:
        session, _ = a_session(stack, municipality, roles)
        context.add_cookies([{"name": each.name, "value": each.value, "url": stack.url} for each in session.cookies])
        yield open_page(context, 1280)
    finally:
        context.close()


def a_session(stack, municipality, roles=("admin",)):
    """The cookies of a user with these roles, past the first password, and the name of the account."""
    return _log_in(stack.url, stack.machine_key(municipality), municipality, roles)


def _log_in(url, key, municipality, roles):
    name, at = f"test-{uuid.uuid4().hex[:10]}", f"{url}/{municipality}"
    made = requests.post(
        f"{url}/api/v1/{municipality}/accounts",
        json={"name": name, "roles": list(roles)},
        headers={"Authorization": f"Bearer {key}"},
        timeout=10,
    ).json()
    session = requests.Session()
    session.post(f"{at}/aanmelden", data={"name": name, "password": made["first_password"]}, timeout=10)
    form = {"old": made["first_password"], "new": WORDS, "again": WORDS, "csrf_token": csrf_token(session, at)}
    session.post(f"{at}/wachtwoord", data=form, timeout=10, allow_redirects=False)
    return session, name


#: making an account and its password takes four password hashes, which are slow on purpose
_shared_login = functools.cache(_log_in)
_logged_in_at: dict[str, float] = {}


def _shared_session(url, key, municipality, roles):
    """A user with these roles, who gave the password a while ago at most: pages of administrators ask for it again."""
    session, name = _shared_login(url, key, municipality, roles)
    if time.monotonic() > _logged_in_at.setdefault(name, time.monotonic()) + CONFIRMED_FOR.total_seconds() / 2:
        session.post(f"{url}/{municipality}/aanmelden", data={"name": name, "password": WORDS}, timeout=10)
        _logged_in_at[name] = time.monotonic()
    return session, name


def csrf_token(session, at):
    """What the forms of this session carry."""
    return re.search(r'name="csrf_token" value="([^"]+)"', session.get(f"{at}/wachtwoord", timeout=10).text)[1]
