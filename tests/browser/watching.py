"""What a test looks at on the annotate page, and what it does there."""

from playwright.sync_api import Page, expect

SYNC = "**/annotate/sync/"


def text(page: Page) -> str:
    """The sentence on the page."""
    return page.locator(".here").inner_text()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def all_saved(page: Page) -> None:
    """Wait until the page says that nothing is left to save."""
    unsaved(page, 0)


def unsaved(page: Page, count: int) -> None:
    """Wait until the page says that `count` answers are not saved."""
    expect(page.locator("[data-annotate]")).to_have_attribute("data-unsaved", str(count))


def reads_on(page: Page, step: str) -> None:
    """Wait for the next page of the desk to hear keys: the last thing it does is to point at the sentence."""
    expect(page.locator(f"[data-step={step}] .here")).to_be_focused()
