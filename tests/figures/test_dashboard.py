"""The dashboard in real Chromium, without JavaScript: it fits, it can be filtered, and every chart has its table."""

import datetime as dt

import pytest

from tests.browser.layout import fits, picture

from .played import period


@pytest.fixture
def dashboard(year, page):
    page.set_extra_http_headers({"Authorization": f"Bearer {year.key}"})
    first = period()[0]
    last = dt.datetime.now(dt.UTC).date()

    def opened(query=""):
        page.goto(f"{year.url}/voorbeeld/cijfers?from={first}&to={last}{query}")
        return page

    return opened


def test_key_figures_charts_and_tables_are_shown_and_fit(dashboard):
    page = dashboard()
    assert fits(page)
    assert page.get_by_role("heading", name="Cijfers", exact=True).is_visible()
    charts = page.get_by_role("img")
    assert charts.count() == page.get_by_text("Als tabel").count() == 10
    assert page.get_by_text("Burgerzaken").count() >= 1
    picture(page, "figures")
    assert page.complaints == []


def test_the_team_filter_is_part_of_the_address(dashboard, year):
    page = dashboard()
    page.locator("select[name=team]").select_option("burgers")
    page.get_by_role("button", name="Tonen").click()
    assert "team=burgers" in page.url
    asked = {"from": period()[0], "to": str(dt.datetime.now(dt.UTC).date()), "team": "burgers"}
    figures = year.get("reports/overview", params=asked).json()["figures"]
    assert page.locator(".tiles .figure").first.inner_text() == f"{figures['appointments']:,}".replace(",", ".")


def test_each_key_figure_has_its_definition_one_press_away(dashboard):
    page = dashboard()
    tile = page.locator(".tiles li").nth(1)
    tile.locator("summary").click()
    assert tile.get_by_text("hoogstens 5 minuten na het afgesproken uur").is_visible()


def test_the_desk_is_one_click_away(dashboard):
    page = dashboard()
    page.get_by_role("link", name="Dag", exact=True).click()
    assert "/balie/dag" in page.url


def test_the_report_of_a_quarter_fits_on_the_page(dashboard, year):
    page = dashboard()
    page.get_by_role("link", name="Kwartaalverslag").click()
    assert page.get_by_role("heading", name="Bezoeken op afspraak").is_visible()
    assert fits(page)
    picture(page, "quarter")


def test_a_common_period_is_one_click_away(dashboard):
    page = dashboard()
    page.get_by_role("link", name="Dit jaar").click()
    assert f"from={dt.datetime.now(dt.UTC).year}-01-01" in page.url


def test_an_invalid_period_is_reported_on_a_page(dashboard, year):
    page = dashboard()
    answer = page.goto(f"{year.url}/voorbeeld/cijfers?from=2026-11-02&to=2026-11-01")
    assert answer.status == 422
    assert page.get_by_role("heading").first.is_visible()


def test_the_dashboard_is_complete_in_every_language(year):
    for language, title in (("nl", "Cijfers"), ("fr", "Chiffres"), ("de", "Zahlen"), ("en", "Figures")):
        found = year.session.get(
            f"{year.url}/voorbeeld/cijfers", params={"lang": language}, timeout=20,
            headers={"Authorization": f"Bearer {year.key}"},
        )  # fmt: skip
        assert found.ok
        assert f"<h1>{title}</h1>" in found.text
