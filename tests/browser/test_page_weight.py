"""Pages are light: their resources are compressed and come from our own address."""

import pytest

from tests.chromium import a_context, open_page

MAX_BYTES = 100_000


@pytest.fixture
def fetched(browser):
    """A fresh browser's page, and the responses that it gets."""
    context = a_context(browser, 360, True)
    page, got = open_page(context, 360), []
    page.on("response", lambda response: got.append(response))  # noqa: PLW0108 - playwright wants a function
    yield page, got
    context.close()


@pytest.mark.parametrize("path", [
    "/rumst/", "/rumst/onderwerp/bouwadvies", "/rumst/tijdstip?type=bouwadvies&location=gemeentehuis",
    "/rumst/aanmelden",
])  # fmt: skip
def test_a_page_with_its_resources_weighs_less_than_100_kb(fetched, portal, path):
    page, got = fetched
    page.goto(portal.url + path, wait_until="networkidle")
    sizes = {each.url: each.request.sizes()["responseBodySize"] for each in got}
    assert sum(sizes.values()) < MAX_BYTES, sizes
    assert all(url.startswith(portal.url) for url in sizes), "no other hosts"
    assert page.complaints == []


def test_cached_resources_are_not_fetched_again(fetched, portal):
    page, got = fetched
    page.goto(f"{portal.url}/rumst/", wait_until="networkidle")
    got.clear()
    page.goto(f"{portal.url}/rumst/onderwerp/bouwadvies", wait_until="networkidle")
    again = [each.url for each in got if "/static/" in each.url and not each.from_service_worker
             and each.request.sizes()["responseBodySize"] > 0]  # fmt: skip
    assert again == []


def test_the_content_security_policy_has_no_exceptions(portal):
    policy = portal.session.get(f"{portal.url}/rumst/", timeout=10).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.startswith("default-src 'none'")
