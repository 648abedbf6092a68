"""The town of the desk's tests, and pages of people who work there."""

import pytest

from tests.browser.desk import logged_in, town
from tests.chromium import WIDTHS, a_context
from tests.client import Portal


@pytest.fixture(scope="session")
def hall(stack, tmp_path_factory):
    """A machine of a town that is open now, with an administrator's key."""
    file = tmp_path_factory.mktemp("hal") / "halstad.yaml"
    file.write_text(town("halstad"), encoding="utf-8")
    stack.configure(file)
    return Portal.on(stack, "halstad", stack.machine_key("halstad"))


@pytest.fixture
def desk(browser, stack, hall, look):
    """A page of an administrator of that town."""
    context = a_context(browser, *look)
    yield logged_in(context, stack, "halstad", look[0])
    context.close()


@pytest.fixture(params=WIDTHS)
def scripted_desk(browser, stack, hall, request):
    context = a_context(browser, request.param, True)
    yield logged_in(context, stack, "halstad", request.param)
    context.close()
