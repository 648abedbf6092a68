"""Addresses from bookmarks, QR codes and screens with a deprecated name of a parameter lead to the same page."""

import re
from urllib.parse import parse_qsl, urlencode

import pytest

from loket_gateway.pages.deprecated_parameters import DEPRECATED_ON_PAGE, DEPRECATED_PARAMETERS, parameters_of
from loket_gateway.pages.page_route import PageRoute
from loket_gateway.service import GatewayService
from tests.browser.desk import a_session, csrf_token
from tests.client import Portal, eventually

#: path below the municipality and its query, with `{link}` and `{visit}` of an appointment
ADDRESSES = [
    ("/", "zoek=bouw"),
    ("/tijdstip", "type=bouwadvies&dag=2031-02-03&maand=2031-02"),
    ("/tijdstip", "type=bouwadvies&weg=2031-02-03T09:00:00%2B01:00"),
    ("/tijdstip", "type=bouwadvies&uitnodiging=unknown"),
    ("/tijdstip", "type=bouwadvies&in_plaats_van=hold"),
    ("/afspraak/{link}", "nieuw=1"),
    ("/afspraak/{link}", "verplaatst=1"),
    ("/afspraak/{link}", "bewaard=1"),
    ("/afspraak/{link}", "dank=1"),
    ("/aanmelden", "naar=/rumst/balie/week"),
    ("/koppelen", "naar=scherm"),
    ("/onthaal", "plaats=gemeentehuis"),
    ("/scherm", "plaats=gemeentehuis"),
    ("/balie", "datum=2031-02-03&wie=ro-1&plaats=gemeentehuis&loket=Loket+2"),
    ("/balie", "geroepen=A1"),
    ("/balie", "nummer=A1"),
    ("/balie", "geweigerd=too-early"),
    ("/balie/week", "wie=ro-1&datum=2031-02-03"),
    ("/balie/boeken", "type=bouwadvies&wie=ro-1&van=2031-02-03"),
    ("/balie/afspraak/{visit}", "geboekt=1"),
    ("/balie/afspraak/{visit}", "doorgegeven=1"),
    ("/balie/afspraak/{visit}", "vrijgegeven=1"),
    ("/balie/afspraak/{visit}/verplaatsen", "datum=2031-02-03&uur=10:00&wie=ro-1"),
    ("/balie/sluitingen", "gesloten=1"),
    ("/balie/teksten", "soort=reminder&taal=fr&verstuurd=1"),
    ("/balie/teksten", "soort=reminder&taal=fr&veranderd=1"),
    ("/balie/inrichten", "klaar=ro-1"),
    ("/balie/beheer/instellingen", "versie=2&botsingen=3"),
    ("/balie/beheer/vastgelopen", "opnieuw=2"),
    ("/balie/beheer/logboek", "over=1&verder=000000000000000000000000"),
]
#: names of fields that no address has
OF_FORMS = {"terug", "wish"}
#: of each rendering
ONCE = re.compile(r'name="once" value="[^"]*"')


def pages_of(entrypoint):
    return [each for each in getattr(entrypoint, "nameko_entrypoints", ()) if isinstance(each, PageRoute)]


@pytest.fixture(scope="module")
def session(stack):
    return a_session(stack, "rumst")[0]


@pytest.fixture(scope="module")
def appointment(stack):
    return Portal.on(stack).booked()


def test_each_deprecated_parameter_is_in_an_address_here():
    tried = {name for _, query in ADDRESSES for name, _ in parse_qsl(query)}
    assert tried | OF_FORMS >= DEPRECATED_PARAMETERS.keys()


def test_each_page_with_deprecated_names_of_its_own_exists():
    urls = {each.url for each in vars(GatewayService).values() for each in pages_of(each)}
    assert {f"/<municipality>/{page}" for page in DEPRECATED_ON_PAGE} <= urls


@pytest.mark.parametrize(
    ("page", "sent", "read"),
    [(page, sent, read) for page, names in DEPRECATED_ON_PAGE.items() for sent, read in names.items()],
)
def test_a_field_that_means_something_else_on_one_page_is_read_there(page, sent, read):
    assert parameters_of(f"/<municipality>/{page}")([(sent, "x"), ("wish", "y")]).to_dict() == {
        read: "x",
        "action": "y",
    }
    assert read not in parameters_of("/<municipality>/balie")([(sent, "x")])


@pytest.mark.parametrize(("path", "query"), ADDRESSES, ids=[f"{path}?{query}" for path, query in ADDRESSES])
def test_a_deprecated_parameter_leads_to_the_same_page(stack, session, appointment, path, query):
    at = f"{stack.url}/rumst{path.format(link=appointment['link_token'], visit=appointment['id'])}"
    old = parse_qsl(query)
    new = [(DEPRECATED_PARAMETERS.get(name, name), text) for name, text in old]

    def page(given):
        answer = session.get(f"{at}?{urlencode(given)}", timeout=15, allow_redirects=False)
        return answer.status_code, answer.headers.get("Location"), ONCE.sub("", answer.text)

    # a message that is sent between the two requests changes the page of a visit
    eventually(lambda: page(old) == page(new), 15)


def test_a_form_that_was_open_during_the_upgrade_is_still_understood(stack, portal, appointment):
    page = f"{stack.url}/rumst/afspraak/{appointment['link_token']}"
    joined = portal.session.post(f"{page}/wachtlijst", data={"wish": "join"}, timeout=15)
    assert joined.status_code == 200, joined.text
    found = portal.get(f"appointments/{appointment['id']}", appointment["link_token"]).json()
    assert found["waiting_list"]["state"] == "waiting"
    # otherwise the time that other tests free is offered to this appointment
    assert portal.session.post(f"{page}/wachtlijst", data={"wish": "leave"}, timeout=15).status_code == 200


def test_a_desk_form_that_was_open_during_the_upgrade_is_still_understood(stack, session):
    sent = session.post(
        f"{stack.url}/rumst/balie/zoeken",
        data={"wie": "Peeters", "csrf_token": csrf_token(session, f"{stack.url}/rumst")},
        timeout=15,
    )
    assert sent.status_code == 200, sent.text
    assert 'value="Peeters"' in sent.text


def test_a_name_of_the_http_interface_is_not_renamed(portal):
    answer = portal.get("slots", params={"appointment_type": "bouwadvies", "location": "gemeentehuis", "van": "x"})
    assert [each["parameter"] for each in answer.json()["errors"]] == ["van"]
