"""The page of figures, as the overview of reporting fills it."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from werkzeug.test import EnvironBuilder

from loket_contracts.errors import Refusal
from loket_contracts.figures import FIGURES
from loket_gateway.access.roles import Caller, Grant
from loket_gateway.http.request import GatewayRequest
from loket_gateway.pages.desk.quarter import QuarterPage, days_of
from loket_gateway.pages.desk.references import ReferencePages
from loket_gateway.pages.desk.weekly_report import WeeklyReportPages
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


def test_the_baseline_and_the_target_are_lines_in_the_chart_of_their_figure(shown):
    references = {
        "baseline": {"from": None, "to": None, "figures": {"on_time_share": 62.0}},
        "targets": {"on_time_share": 90.0, "no_show_share": 4.0},
    }
    page = shown(references=references)
    assert re.findall(r'class="mark (\w+)" x1="34', page) == ["baseline", "target", "target"]
    assert "Baseline: 62%" in page
    assert "Target: 90%" in page


def requested(path, method="GET", role="admin", of_team=None, **fields):
    builder = EnvironBuilder(path=path, method=method, query_string={"lang": "en"}, data=fields or None)
    request = GatewayRequest(builder.get_environ())
    request.path_values = {"municipality": "rumst"}
    request.caller = Caller(name="an", municipality="rumst", grants=(Grant(role, of_team),), by="session")
    return request


class StoredReferences:
    """Reporting, as far as the form of references calls it."""

    def __init__(self, refuses=()):
        self.refuses, self.asked = refuses, []

    def reference_values(self, municipality):
        return {"baseline": {}, "weeks": None, "targets": {"on_time_share": 90.0}}

    def set_baseline(self, *asked):
        self._set(asked)

    def set_targets(self, *asked):
        self._set(asked)

    def _set(self, asked):
        if self.refuses:
            raise Refusal("invalid-request", errors=list(self.refuses))
        self.asked.append(asked)


def reference_pages(reporting):
    return ReferencePages(reporting, SimpleNamespace(of=lambda _: CATALOGUE))


BASELINE = "/rumst/balie/streefcijfers/nulmeting"


@pytest.mark.parametrize(("kind", "csv", "weeks"), [
    ("none", None, None), ("weeks", None, 6), ("csv", "figure;value\nsatisfaction;4", None),
])  # fmt: skip
def test_the_form_of_the_baseline_sets_one_kind(kind, csv, weeks):
    reporting = StoredReferences()
    typed = requested(BASELINE, "POST", baseline=kind, weeks="6", csv="figure;value\nsatisfaction;4")
    assert reference_pages(reporting).set_baseline(typed, "rumst").status_code == 303
    assert reporting.asked == [("rumst", "account:an", csv, weeks)]


def test_a_refused_baseline_is_shown_again_with_its_mistakes():
    wrong = {"pointer": "/csv", "detail": "There is no such figure on line 2: waiting."}
    typed = requested(BASELINE, "POST", baseline="csv", csv="figure;value\nwaiting;4")
    answer = reference_pages(StoredReferences([wrong])).set_baseline(typed, "rumst")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "There is no such figure on line 2: waiting." in page
    assert "waiting;4" in page


def test_the_lead_of_one_team_cannot_set_references_of_the_municipality():
    with pytest.raises(Refusal) as refused:
        reference_pages(StoredReferences()).references(requested("/x", role="lead", of_team="milieu"), "rumst")
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(("quarter", "first", "last"), [
    ("2026-Q1", "2026-01-01", "2026-03-31"), ("2026-Q4", "2026-10-01", "2026-12-31"),
    ("2028-Q1", "2028-01-01", "2028-03-31"),
])  # fmt: skip
def test_a_quarter_has_three_whole_months(quarter, first, last):
    assert days_of(quarter) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_the_report_of_a_quarter_asks_for_that_quarter():
    asked = []
    overviews = SimpleNamespace(of=lambda *query: asked.append(query[2]) or SimpleNamespace(found=overview(changes={})))
    request = requested("/rumst/cijfers/kwartaal")
    request.args = request.args.__class__({"lang": "en", "quarter": "2026-Q2"})
    pages = QuarterPage(None, SimpleNamespace(of=lambda _: CATALOGUE), overviews)
    assert "2026-Q2" in pages.quarter(request, "rumst").get_data(as_text=True)
    assert (asked[0]["first"], asked[0]["last"]) == ("2026-04-01", "2026-06-30")


class WeeklyReports:
    def __init__(self):
        self.sent = []

    def weekly_report(self, municipality, team, first, last):
        return {"subject": f"Report of {team}", "text": "Appointments: 3", "to": f"{team}@rumst.example"}

    def send_weekly_report(self, *asked, idempotency_key):
        self.sent.append(asked)


def weekly_pages(reports):
    catalogue = CATALOGUE | {"teams": [{"id": each, "name": each} for each in ("milieu", "ro")]}
    return WeeklyReportPages(reports, SimpleNamespace(of=lambda _: catalogue))


def test_the_weekly_report_is_shown_and_sent_to_the_team_by_hand():
    reports = WeeklyReports()
    page = weekly_pages(reports).weekly_report(requested("/rumst/balie/weekverslag"), "rumst").get_data(as_text=True)
    assert "Report of milieu" in page
    assert "Send to milieu@rumst.example now" in page
    sending = requested("/rumst/balie/weekverslag", "POST", team="ro")
    assert weekly_pages(reports).send_weekly_report(sending, "rumst").status_code == 303
    assert [team for _, team, _, _ in reports.sent] == ["ro"]


def test_a_lead_sends_the_weekly_report_of_the_own_team_alone():
    reports = WeeklyReports()
    sending = requested("/rumst/balie/weekverslag", "POST", of_team="ro", role="lead", team="milieu")
    with pytest.raises(Refusal) as refused:
        weekly_pages(reports).send_weekly_report(sending, "rumst")
    assert refused.value.code == "forbidden"
    assert reports.sent == []
