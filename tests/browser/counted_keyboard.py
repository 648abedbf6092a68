"""A keyboard that counts: how many keys, besides the characters of texts, and characters a job takes."""

import re
from pathlib import Path

from playwright.sync_api import Page

JOBS = Path(__file__).parents[2] / "docs/desk-jobs.md"


class CountedKeyboard:
    """`keys`: every key pressed, also Tab. `characters`: of typed texts."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.characters = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.characters += len(text)

    def tab_to(self, locator, most: int = 40) -> None:
        """Press Tab until the element has the focus."""
        for _ in range(most):
            self.press("Tab")
            if locator.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"not reached with {most} presses of Tab")


def documented_keys(job: str) -> int:
    """The number of keys that docs/desk-jobs.md says a job takes now."""
    row = re.search(rf"^\| {re.escape(job)} \|.*\| (\d+) \|$", JOBS.read_text("utf-8"), re.MULTILINE)
    assert row, f"docs/desk-jobs.md has no row for {job}"
    return int(row[1])
