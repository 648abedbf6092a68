"""Screenshots, and whether a page fits."""

import os
from pathlib import Path

from playwright.sync_api import Page

#: LOKET_SCREENSHOTS=docs/pictures keeps what the pages look like
PICTURES = os.environ.get("LOKET_SCREENSHOTS")


def picture(page: Page, name: str, whole: bool = True) -> None:
    if PICTURES:
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}-{page.width}.png", full_page=whole)


def fits(page: Page) -> bool:
    """Nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
