"""The municipality for the tests of the desk, and pages of its staff."""

import pytest

from tests.browser.desk import set_up_municipality, staff_page
from tests.chromium import SCRIPTED_WIDTHS


@pytest.fixture(scope="session")
def hall(stack, tmp_path_factory):
    """A machine of a municipality that is open now, with an administrator's key."""
    return set_up_municipality(stack, tmp_path_factory.mktemp("hal"), "halstad")


@pytest.fixture
def desk(browser, stack, hall, desk_variant):
    """A page of an administrator of that municipality."""
    with staff_page(browser, stack, "halstad", desk_variant) as page:
        yield page


@pytest.fixture(params=SCRIPTED_WIDTHS)
def scripted_desk(browser, stack, hall, request):
    with staff_page(browser, stack, "halstad", (request.param, True)) as page:
        yield page
