"""Real Chromium, without JavaScript, on a wide and on a narrow screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from loket_local import debian

CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def browser():
    if not Path(CHROMIUM).exists():
        debian.install("chromium", "Chromium, which the page tests need,")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield running
        running.close()


@pytest.fixture(params=[360, 1280])
def page(browser: Browser, request):
    context = browser.new_context(
        viewport={"width": request.param, "height": 800}, java_script_enabled=False, locale="nl-BE"
    )
    opened = context.new_page()
    opened.width = request.param
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("requestfailed", lambda failed: opened.complaints.append(failed.url))
    yield opened
    context.close()
