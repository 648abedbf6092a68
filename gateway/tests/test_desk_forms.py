"""Forms of the desk: what they report once, and which action they ask for."""

from unittest.mock import MagicMock
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import EnvironBuilder

from loket_contracts.errors import Refusal
from loket_gateway.access.roles import Caller, Grant
from loket_gateway.http.request import GatewayRequest
from loket_gateway.pages.action import chosen_action
from loket_gateway.pages.desk.appointment import DeskAppointmentPages
from loket_gateway.pages.desk.frame import DONE_PARAMETERS


@pytest.mark.parametrize("action", ["transfer", "lift_address", "move"])
def test_a_later_refusal_does_not_repeat_the_report_of_the_last_action(action):
    form = {"reason": "other", "start": "2026-11-30T10:00:00+01:00", "type": "advies"}
    request = GatewayRequest(EnvironBuilder(method="POST", data=form).get_environ())
    request.caller = Caller("beheer", "halstad", (Grant("admin"),), "session")
    pages = DeskAppointmentPages(MagicMock(), MagicMock(), MagicMock())
    answer = getattr(pages, action)(request, "halstad", "a1")
    reported = set(parse_qs(urlsplit(answer.headers["Location"]).query))
    assert reported
    assert reported - DONE_PARAMETERS == set()


@pytest.mark.parametrize("form", [{}, {"wish": "open"}, {"action": ""}, {"action": "remove"}])
def test_a_form_without_an_action_of_its_page_is_refused(form):
    request = GatewayRequest(EnvironBuilder(method="POST", data=form).get_environ())
    with pytest.raises(Refusal) as refused:
        chosen_action(request, "open", "close")
    assert refused.value.code == "invalid-request"


def test_the_action_of_a_form_is_that_of_its_button():
    request = GatewayRequest(EnvironBuilder(method="POST", data={"action": "close"}).get_environ())
    assert chosen_action(request, "open", "close") == "close"
