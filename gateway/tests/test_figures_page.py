"""The page of figures, as the overview of reporting fills it."""

import re
from types import SimpleNamespace

import pytest
from werkzeug.test import EnvironBuilder

from loket_contracts.figures import FIGURES
from loket_gateway.access.roles import Caller, Grant
from loket_gateway.http.request import GatewayRequest
from loket_gateway.pages.figures import MOST_ROWS, FigurePages

BREAKDOWNS = ("booked_by", "channels", "cancelled_by", "notice", "outcomes", "scores")
NAMED = ("teams", "appointment_types", "locations", "resources")
CATALOGUE = {
    "municipality": {"id": "rumst", "name": "Rumst", "time_zone": "Europe/Brussels", "website": ""},
    "look": {"colour": None, "logo": None}, "version": 1, **{name: [] for name in NAMED},
    "removed": {name: [] for name in NAMED},
}  # fmt: skip


def figures(**known):
    return dict.fromkeys(FIGURES) | known


def overview(**known):
    period = {"from": "2026-10-01", "to": "2026-10-31", "figures": figures(appointments=40)}
    return {
        **period, "municipality": "rumst", "before": period, "changes": {},
        "breakdowns": {name: {} for name in BREAKDOWNS}, "every": "month",
        "course": [{"part": "2026-10", "figures": figures(appointments=40)}], "hours": [[0] * 24] * 7, "by_team": [],
        "by_appointment_type": [], "by_location": [], **known,
    }  # fmt: skip


@pytest.fixture
def shown():
    def show(**known):
        found = SimpleNamespace(found=overview(**known))
        pages = FigurePages(None, SimpleNamespace(of=lambda _: CATALOGUE), SimpleNamespace(of=lambda *_: found))
        request = GatewayRequest(EnvironBuilder(path="/rumst/cijfers", query_string={"lang": "en"}).get_environ())
        request.path_values = {"municipality": "rumst"}
        request.caller = Caller(name="an", municipality="rumst", grants=(Grant("admin", None),), by="session")
        return pages.figures(request, "rumst").get_data(as_text=True)

    return show


def test_a_column_without_a_value_is_left_out(shown):
    page = shown(by_location=[{"id": "hall", "figures": figures(appointments=4, on_time_share=75.0)}])
    table = page[page.index("By place") :]
    table = table[: table.index("</table>")]
    assert re.findall(r'<th scope="col">([^<]+)', table) == ["Appointments", "Began on time"]


def test_a_long_table_begins_with_the_largest_rows_and_has_the_others_on_demand(shown):
    rows = [{"id": f"topic-{number:02}", "figures": figures(appointments=number)} for number in range(1, 14)]
    page = shown(by_appointment_type=rows)
    first, rest = page.split("Show the other 3")
    assert re.findall("topic-([0-9]+)", first) == [f"{number:02}" for number in range(13, 13 - MOST_ROWS, -1)]
    assert re.findall("topic-([0-9]+)", rest) == ["03", "02", "01"]


def test_a_short_table_is_whole(shown):
    assert "Show the other" not in shown(by_team=[{"id": "team", "figures": figures(appointments=1)}])


def test_without_an_earlier_period_the_page_compares_nothing(shown):
    assert "There is nothing to compare with" in shown()
    changes = {"appointments": {"difference": 2.0, "margin": 9.0}}
    assert "Compared with" in shown(changes=changes)
