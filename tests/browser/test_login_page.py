"""The login page fits, reports errors, and asks for a new password."""

import uuid

from playwright.sync_api import expect

from .layout import fits, picture


def test_staff_log_in_choose_a_password_and_log_out(page, stack, staff):
    name = f"lead-{uuid.uuid4().hex[:8]}"
    first = staff.post("accounts", {"name": name, "roles": ["lead"]}).json()["first_password"]
    page.goto(f"{stack.url}/rumst/cijfers")
    expect(page.get_by_role("heading", name="Aanmelden")).to_be_visible()
    assert fits(page)
    picture(page, "login")
    page.get_by_label("Naam van uw account").fill(name)
    page.get_by_label("Wachtwoord").fill("wrong")
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("klopt niet")
    picture(page, "login-refused")
    page.get_by_label("Wachtwoord").fill(first)
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("heading", name="Kies een nieuw wachtwoord")).to_be_visible()
    assert fits(page)
    picture(page, "password")
    page.get_by_label("Het wachtwoord dat u nu hebt").fill(first)
    page.get_by_label("Het nieuwe wachtwoord", exact=True).fill("een rij van woorden")
    page.get_by_label("Het nieuwe wachtwoord nog eens").fill("een rij van woorden")
    page.get_by_role("button", name="Het wachtwoord wijzigen").click()
    expect(page.get_by_role("button", name="Afmelden")).to_be_visible()
    assert "/rumst/balie" in page.url
    page.goto(f"{stack.url}/rumst/wachtwoord")
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_role("heading", name="Aanmelden")).to_be_visible()
    # a refused login is a 401, which the browser notes
    # Chromium reports what the logout cleared
    assert [each for each in page.complaints if "401" not in each and "Clear-Site-Data" not in each] == []
