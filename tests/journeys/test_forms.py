"""Forms on the residents' pages, without a script: nothing typed is lost, and a refusal is shown at its field."""

import re

import pytest
import requests

from tests.client import ANSWERS, a_visitor

PDF = b"%PDF-1.7\n%%EOF\n"
LIMIT = 5_000_000
PHONE = "tel:+32"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Resident:
    """A browser without a script. Every method returns the page that is shown in the end."""

    def __init__(self, portal):
        self.portal, self.session = portal, requests.Session()
        self.session.headers.update(BROWSER)

    def get(self, path, **query):
        return self.session.get(f"{self.portal.url}/rumst/{path}", params={"lang": "nl", **query}, timeout=15)

    def send(self, path, files=None, query=None, **form):
        address = f"{self.portal.url}/rumst/{path}"
        return self.session.post(address, params={"lang": "nl", **(query or {})}, data=form, files=files, timeout=30)

    def hold(self, topic="bouwadvies"):
        start = self.portal.slots(topic)[-1]["start"]
        held = self.send("reserveren", type=topic, location="gemeentehuis", start=start)
        return re.search(r"hold=(\w+)", held.url)[1]

    def answer(self, hold, files=None, **answers):
        form = {f"answer-{name}": text for name, text in answers.items()}
        action = {"action": form.pop("answer-action")} if "answer-action" in form else {}
        return self.send("vragen", files, hold=hold, **form, **action)


@pytest.fixture
def resident(portal):
    return Resident(portal)


def is_shown_again(page, *texts):
    """A redirect led to the page, whose title, summary and field say what is wrong."""
    assert page.status_code == 200
    assert page.history[0].status_code == 303
    assert re.search(r"<title>\s*Fout:", page.text)
    assert 'role="alert"' in page.text
    assert 'class="utrecht-form-field-error-message"' in page.text
    for forbidden in ("`errors`", "bytes", "5000000", "/answers", "{}"):
        assert forbidden not in page.text
    for text in texts:
        assert text in page.text


def test_a_refused_answer_is_shown_again_with_all_that_was_typed(resident):
    hold = resident.hold()
    refused = resident.answer(hold, perceel="", werken="andere", omschrijving="  ", dossier="OMV_1")
    is_shown_again(refused, "Om welk perceel of adres gaat het? Vul dit in.", "OMV_1", 'href="#answer-perceel"')
    assert re.search(r'value="andere"\s*checked', refused.text)
    assert resident.get("vragen", hold=hold).text == refused.text, "a reload and Back show the same"
    is_shown_again(resident.answer(hold, perceel="x" * 2100, werken="slopen"), "x" * 2100, "hoogstens 2000 tekens")
    resident.answer(hold, **ANSWERS)
    assert "Fout:" not in resident.get("vragen", hold=hold).text, "what was mended is no longer wrong"


def test_a_choice_that_is_missing_links_to_its_first_option(resident):
    refused = resident.answer(resident.hold(), perceel="Kerkstraat 1")
    is_shown_again(refused, "Kies een van de antwoorden.", 'href="#answer-werken"')
    assert re.search(r'type="radio" id="answer-werken"', refused.text)
    assert re.search(r'<fieldset[^>]*aria-describedby="answer-werken-error', refused.text)


def test_refused_contact_data_are_shown_again(resident):
    hold = resident.hold()
    resident.answer(hold, **ANSWERS)
    refused = resident.send("gegevens", hold=hold, name="Lieve Demo", email="geen adres", phone="0470 12 34 56")
    is_shown_again(refused, 'value="Lieve Demo"', 'value="geen adres"', 'value="0470 12 34 56"')
    resident.send("gegevens", hold=hold, name="Lieve Demo", email="lieve@example.org")
    again = resident.get("gegevens", hold=hold)
    assert 'value="lieve@example.org"' in again.text
    assert "Fout:" not in again.text


def test_a_resident_chooses_the_language_of_the_conversation(resident, portal):
    assert re.search(r'<option value="fr"[^>]*>Frans</option>', resident.get("onderwerp/bouwadvies").text)
    asked = {"type": "bouwadvies", "location": "gemeentehuis", "specialist_language": "fr"}
    moments = resident.get("tijdstip", **asked)
    assert "Taal van het gesprek: Frans." in moments.text
    assert 'name="specialist_language" value="fr"' in moments.text
    start = portal.slots("bouwadvies", language="fr")[-1]["start"]
    hold = re.search(r"hold=(\w+)", resident.send("reserveren", **asked, start=start).url)[1]
    assert "Taal van het gesprek: Frans." in resident.get("vragen", hold=hold).text
    booked = portal.post("appointments", {"hold": hold, "contact": a_visitor(), "answers": ANSWERS}).json()
    page = resident.get(f"afspraak/{booked['link_token']}").text
    assert re.search(r"Taal van het gesprek</dt>\s*<dd>Frans", page)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("groot.pdf", PDF + b"x" * LIMIT, "groter dan 5 MB"),
        ("foto.jpg", b"\xff\xd8\xff" + b"x" * 9_000_000, "groter dan 5 MB"),
        ("leeg.pdf", b"", "Dit bestand is leeg."),
        ("plan.docx", b"PK\x03\x04", "Kies een pdf of een foto"),
    ],
)
def test_a_refused_file_is_explained_at_its_field_and_the_answers_stay(resident, portal, name, content, sentence):
    hold = resident.hold()
    refused = resident.answer(hold, {"file-plannen": (name, content)}, perceel="Kerkstraat 1", action="attach")
    is_shown_again(refused, sentence, "Kerkstraat 1", 'href="#file-plannen"')
    token = portal.booked()["link_token"]
    page = resident.send(f"afspraak/{token}/documenten", {"file": (name, content)}, question="plannen")
    is_shown_again(page, sentence, 'href="#file-plannen"')


def test_a_file_of_exactly_the_limit_is_taken_and_the_limit_is_named_before(resident, portal):
    hold = resident.hold()
    assert "hoogstens 5 MB" in resident.get("vragen", hold=hold).text
    content = PDF + b"x" * (LIMIT - len(PDF))
    taken = resident.answer(hold, {"file-plannen": ("plan.pdf", content)}, perceel="Kerkstraat 1", action="attach")
    assert "✓ plan.pdf" in taken.text
    assert "Kerkstraat 1" in taken.text
    assert taken.history[0].status_code == 303, "a reload sends nothing again"
    token = portal.booked()["link_token"]
    assert "hoogstens 5 MB" in resident.get(f"afspraak/{token}").text
    page = resident.send(f"afspraak/{token}/documenten", {"file": ("plan.pdf", content)}, question="plannen")
    assert "✓ plan.pdf" in page.text


def test_a_file_that_is_too_large_to_read_leads_back_to_the_form(resident):
    hold = resident.hold()
    page = resident.send("vragen", {"file-plannen": ("x.pdf", b"x" * 22_000_000)}, query={"hold": hold}, hold=hold)
    is_shown_again(page, "groter dan 5 MB")


def test_a_used_hold_leads_to_its_appointment(resident):
    hold, visitor = resident.hold(), a_visitor()
    resident.answer(hold, **ANSWERS)
    resident.send("gegevens", hold=hold, name=visitor["name"], email=visitor["email"])
    booked = resident.send("nakijken", hold=hold)
    assert "Uw afspraak staat vast" in booked.text
    address = booked.url.partition("?")[0]
    for step in ("vragen", "gegevens", "nakijken"):
        assert resident.get(step, hold=hold).url.partition("?")[0] == address
        assert resident.send(step, hold=hold).url.partition("?")[0] == address
    start = resident.portal.slots()[-1]["start"]
    again = resident.send("reserveren", type="bouwadvies", location="gemeentehuis", start=start, instead_of=hold)
    assert again.url.partition("?")[0] == address, "no second hold is made for a visit that is booked"
    stranger = resident.get("vragen", hold="0" * 32)
    assert (stranger.status_code, PHONE in stranger.text) == (409, True)


def test_a_refused_form_of_an_appointment_keeps_what_was_typed(resident, portal, staff):
    booked = portal.booked()
    here = f"afspraak/{booked['link_token']}"
    wrong = {"answer-perceel": "", "answer-werken": "slopen", "answer-dossier": "OMV_2"}
    is_shown_again(resident.send(f"{here}/antwoorden", **wrong), "OMV_2", "Vul dit in.")
    mended = resident.send(f"{here}/antwoorden", **wrong | {"answer-perceel": "Dorp 1", "was_refused": "1"})
    assert "Fout:" not in mended.text
    assert "Fout:" not in resident.get(here, refused="answers").text, "Back shows no mistake that was mended"
    staff.post(f"appointments/{booked['id']}/ask", {"text": "Wie is uw architect?"})
    is_shown_again(resident.send(f"{here}/antwoord", message="   "), "Vul dit in.")
    is_shown_again(resident.send(f"{here}/antwoord", message="y" * 2100), "y" * 2100)
    staff.begin(booked["id"])
    for step in ("start", "complete"):
        staff.post(f"appointments/{booked['id']}/{step}")
    is_shown_again(resident.send(f"{here}/mening", comment="Traag"), "Kies een cijfer van 1 tot 5.", "Traag")
    assert "Bedankt" in resident.send(f"{here}/mening", score="4", comment="Traag").text
    assert f"{here}/mening" not in resident.get(here).text, "it is asked once"


def test_a_document_is_removed_once_however_often_it_is_pressed(resident, portal):
    token = portal.booked()["link_token"]
    sent = resident.send(f"afspraak/{token}/documenten", {"file": ("plan.pdf", PDF)}, question="plannen")
    file = re.search(r'name="file" value="(\w+)"', sent.text)[1]
    removed = resident.send(f"afspraak/{token}/documenten/verwijderen", file=file)
    assert "Het document is verwijderd" in removed.text
    assert "plan.pdf" not in removed.text
    again = resident.send(f"afspraak/{token}/documenten/verwijderen", file=file)
    assert (again.status_code, "Dit document was al verwijderd." in again.text) == (200, True)


def test_a_change_that_is_no_longer_possible_is_explained_on_the_page_of_the_appointment(resident, portal):
    booked = portal.booked()
    here = f"afspraak/{booked['link_token']}"
    assert booked["start"][11:16] in resident.get(f"{here}/annuleren").text, "the moment is named before it is given up"
    portal.begin(booked["id"])
    for path, form in (("annuleren", {}), ("wachtlijst", {"action": "join"}), ("wachtlijst", {"action": "leave"}),
                       ("verplaatsen", {"start": booked["start"]})):  # fmt: skip
        page = resident.send(f"{here}/{path}", **form)
        assert page.url.partition("?")[0].endswith(here)
        assert 'role="alert"' in page.text
        assert PHONE in page.text


@pytest.mark.parametrize("path", [
    "onderwerp/niets", "tijdstip?type=niets", "vragen?hold=niets", "bevestigen?hold=niets", "afspraak/niets",
    "uitnodiging/niets", "nergens/hier",
])  # fmt: skip
def test_a_problem_page_is_of_the_municipality_and_says_what_to_do(resident, portal, path):
    page = resident.session.get(f"{portal.url}/rumst/{path}", timeout=15)
    assert page.status_code in (404, 409, 422)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Gemeente Rumst" in page.text.partition("<main")[0]
    assert PHONE in page.text
    assert "/docs" not in page.text
    for code in ("?.", "niets.", "`errors`"):
        assert code not in page.text.partition("<main")[2]


def test_a_program_gets_a_problem_document_for_an_unknown_address(portal):
    for path in ("rumst/nergens/hier", "api/v1/rumst/nergens"):
        answer = requests.get(f"{portal.url}/{path}", timeout=15)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert requests.get(f"{portal.url}/api/v1/rumst/nergens", headers=BROWSER, timeout=15).json()["code"] == "not-found"


def test_a_cancellation_is_confirmed_and_can_be_taken_back(resident, portal):
    booked = portal.booked(start=portal.slots()[-1]["start"])
    here = f"afspraak/{booked['link_token']}"
    cancelled = resident.send(f"{here}/annuleren", reason="other")
    assert "Uw afspraak is geannuleerd" in cancelled.text
    assert "Mijn afspraak toch houden" in cancelled.text
    restored = resident.send(f"{here}/herstellen")
    assert "Uw afspraak staat weer vast" in restored.text
    assert portal.get(f"appointments/{booked['id']}", booked["link_token"]).json()["state"] == "booked"
    assert "Uw afspraak staat weer vast" in resident.send(f"{here}/herstellen").text, "pressed twice"


def test_contact_data_are_seen_and_corrected(resident, portal):
    visitor = a_visitor()
    booked = portal.booked(contact=visitor)
    here = f"afspraak/{booked['link_token']}"
    assert visitor["email"] in resident.get(here, booked="1").text, "where the confirmation goes"
    is_shown_again(resident.send(f"{here}/gegevens", name="Lieve Peeters", phone="12"), 'value="Lieve Peeters"')
    mended = {"name": "Lieve Peeters", "phone": "0499 98 76 54", "language": "fr", "was_refused": "1"}
    page = resident.send(f"{here}/gegevens", **mended)
    assert 'value="Lieve Peeters"' in page.text
    assert 'value="+32499987654"' in page.text
    assert visitor["email"] in page.text


def test_the_number_of_people_is_changed_after_a_confirmation(resident, portal):
    booked = portal.booked(persons=2)
    here = f"afspraak/{booked['link_token']}"
    assert "Het aantal personen wijzigen" in resident.get(here).text
    assert 'name="persons" value="4"' in resident.get(f"{here}/verplaatsen", persons="4").text
    check = resident.get(f"{here}/verplaatsen/nakijken", persons="4", start=booked["start"])
    assert "<s>2</s> <strong>4</strong>" in check.text
    changed = resident.send(f"{here}/verplaatsen", persons="4", start=booked["start"])
    assert "Uw afspraak is gewijzigd" in changed.text
    assert portal.get(f"appointments/{booked['id']}", booked["link_token"]).json()["persons"] == 4


def test_the_last_day_of_a_required_document_is_shown(resident, portal):
    start = portal.slots("verkaveling")[-1]["start"]
    moments = f"tijdstip?type=verkaveling&location=gemeentehuis&day={start[:10]}&month={start[:7]}"
    assert "Kies dan een latere dag" not in resident.get(moments).text
    held = resident.send("reserveren", type="verkaveling", location="gemeentehuis", start=start)
    assert "We hebben dit uiterlijk op" in held.text
    assert "werkdag" not in held.text
    free = portal.slots("verkaveling")[-1]["start"]
    booked = portal.booked(appointment_types=["verkaveling"], start=free, answers={"perceel": "x"})
    page = resident.get(f"afspraak/{booked['link_token']}", booked="1")
    assert "Bezorg ons dit uiterlijk op" in page.text


def test_the_time_and_place_are_added_to_a_calendar_without_the_secret_address(resident, portal):
    booked = portal.booked()
    page = resident.get(f"afspraak/{booked['link_token']}")
    links = re.findall(r'href="(https://(?:calendar|outlook)[^"]+)"', page.text)
    assert len(links) == 2
    for link in links:
        assert booked["link_token"] not in link
        assert "Gemeentehuis" in link
