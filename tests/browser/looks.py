"""What a page looks like, and whether it fits."""

import os
from pathlib import Path

from playwright.sync_api import Page

#: LOKET_SCREENSHOTS=docs/pictures keeps what the pages look like
PICTURES = os.environ.get("LOKET_SCREENSHOTS")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(
            path=folder / f"{name}-{page.width}.png",
            full_page=name in ("form", "mistakes", "prepare", "offer", "feedback"),
        )


def fits(page: Page) -> bool:
    """Nothing sticks out at the side."""
    scrolled = page.locator("html").bounding_box()
    return scrolled is not None and scrolled["width"] <= page.width
