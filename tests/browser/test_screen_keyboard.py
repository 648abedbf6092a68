"""The keyboard on the screen of a kiosk: shown for fingers, and it writes in the field."""

from pathlib import Path

import pytest

import loket_gateway

SCRIPT = Path(loket_gateway.__file__).parent / "pages/static/kiosk.js"
PAGE = """<!DOCTYPE html><html lang="nl"><title>Onthaal</title><label for="visitor">Naam</label>
<input id="visitor" maxlength="12"><div data-keyboard-for="visitor" data-layout="azerty" data-erase="Wissen"
data-space="Spatie" hidden></div>"""


@pytest.fixture
def kiosk(browser, request):
    context = browser.new_context(has_touch=request.param, is_mobile=request.param)
    page = context.new_page()
    page.set_content(PAGE)
    page.add_script_tag(path=SCRIPT)
    yield page
    context.close()


@pytest.mark.parametrize("kiosk", [True], indirect=True)
def test_a_visitor_writes_a_name_with_fingers(kiosk):
    for name in ("j", "a", "n", "n", "Wissen", "Spatie", "d", "e"):
        kiosk.get_by_role("button", name=name, exact=True).tap()
    assert kiosk.get_by_label("Naam").input_value() == "jan de"
    for _ in range(10):
        kiosk.get_by_role("button", name="x", exact=True).tap()
    assert kiosk.get_by_label("Naam").input_value() == "jan dexxxxxx", "no longer than the field takes"


@pytest.mark.parametrize("kiosk", [False], indirect=True)
def test_a_screen_with_a_mouse_has_no_keyboard(kiosk):
    assert not kiosk.get_by_role("button", name="Spatie").is_visible()
