"""How heavy the pages are, and how soon they render on a slow telephone."""

from __future__ import annotations

from rich.table import Table

from loket_local.stack import Stack
from tests.chromium import OPTIONS

#: a slow 4G connection and a processor a quarter as fast, as Lighthouse takes for a telephone
SLOW = {
    "offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8,
}  # fmt: skip
SLOWER = 4
PATHS = (
    "/rumst/", "/rumst/onderwerp/bouwadvies", "/rumst/tijdstip?type=bouwadvies&location=gemeentehuis",
    "/rumst/aanmelden",
)  # fmt: skip
TURNS = 5


def pages(stack: Stack) -> Table:
    """Each page in a browser that has nothing yet, and in one that has been here before; the median of some turns."""
    from playwright.sync_api import sync_playwright

    table = Table("page", "bytes, all", "requests", "first paint ms", "first paint ms, been here before")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=OPTIONS)
        for path in PATHS:
            turns = [_look(browser, stack.url + path) for _ in range(TURNS)]
            size, requests = turns[0][:2]
            first, again = (sorted(turn[at] for turn in turns)[TURNS // 2] for at in (2, 3))
            table.add_row(path, str(size), str(requests), f"{first:.0f}", f"{again:.0f}")
        browser.close()
    return table


def _look(browser: object, url: str) -> tuple[int, int, float, float]:
    context = browser.new_context(viewport={"width": 360, "height": 800})  # type: ignore[attr-defined]
    page, got = context.new_page(), []
    page.on("response", lambda response: got.append(response))  # noqa: PLW0108 - playwright wants a function
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(url, wait_until="networkidle")
    size = sum(sum(each.request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")) for each in got)
    count, first = len(got), _first_paint(page)
    page.goto(url, wait_until="networkidle")
    again = _first_paint(page)
    context.close()
    return size, count, first, again


def _first_paint(page: object) -> float:
    """First contentful paint, as the browser measured it."""
    found: float = page.evaluate(  # type: ignore[attr-defined]
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    return found
