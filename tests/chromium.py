"""Real Chromium, on a wide and on a narrow screen, with and without JavaScript."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

LONG = bool(os.environ.get("LOKET_LONG"))
#: the short form drives the headless shell: the same engine from the same Debian source, without the browser around it,
#: for a third of the processor time
BROWSER = "chromium" if LONG else "chromium-headless-shell"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WIDTHS = (360, 1280)
ABORTED = "net::ERR_ABORTED"
#: the long form tries every width with and without JavaScript, the short one each width and each way once
VARIANTS = [(width, script) for script in (False, True) for width in WIDTHS] if LONG else [(360, False), (1280, True)]
#: staff work on a wide screen with a script, so the short form tries the pages of the desk like that;
#: test_accessibility.py opens each of them on the narrow screen too
DESK_VARIANTS = VARIANTS if LONG else [(1280, True)]
#: what depends on the script and not on the width is tried on the narrow screen alone in the short form
SCRIPTED_WIDTHS = WIDTHS if LONG else WIDTHS[:1]
#: milliseconds; other tests may be at work on the same cores
PATIENCE = 15_000


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import expect, sync_playwright

    from loket_local import debian

    expect.set_options(timeout=PATIENCE)
    with debian.alone():
        if shutil.which(BROWSER) is None:
            debian.install(BROWSER, "Chromium, which the page tests need,")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=shutil.which(BROWSER), args=OPTIONS)
        yield running
        running.close()


def a_context(browser: Browser, width: int, script: bool) -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script, locale="nl-BE")


def open_page(context: BrowserContext, width: int) -> Page:
    """A page that remembers its width, and what its console complained of."""
    opened = context.new_page()
    opened.width = width
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    # what a page still asked for when one went on to the next is no failure
    opened.on(
        "requestfailed", lambda failed: opened.complaints.append(failed.url) if failed.failure != ABORTED else None
    )
    return opened


def variant_name(variant: tuple[int, bool]) -> str:
    return f"{variant[0]} px, {'' if variant[1] else 'no '}script"


@pytest.fixture(params=VARIANTS, ids=variant_name)
def variant(request) -> tuple[int, bool]:
    """The width of a page, and whether it has JavaScript."""
    return request.param


@pytest.fixture(params=DESK_VARIANTS, ids=variant_name)
def desk_variant(request) -> tuple[int, bool]:
    """The width of a page of the desk, and whether it has JavaScript."""
    return request.param


@pytest.fixture
def page(browser: Browser, variant):
    """A page of each kind, one after the other."""
    context = a_context(browser, *variant)
    yield open_page(context, variant[0])
    context.close()


@pytest.fixture(params=SCRIPTED_WIDTHS)
def scripted_page(browser: Browser, request):
    """A page with JavaScript."""
    context = a_context(browser, request.param, True)
    yield open_page(context, request.param)
    context.close()
