"""What somebody does who has no mouse."""

from pathlib import Path

from playwright.sync_api import Page


def tab_to(page: Page, selector: str, *, most: int = 150) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def skip(page: Page) -> None:
    """Past the links above the content, by the one that leads there."""
    tab_to(page, ".skip-link", most=1)
    page.keyboard.press("Enter")


def press_to(page: Page, name: str) -> None:
    """Tab on until the focus is on what is called `name`."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.closest('label, a, button')?.textContent ?? ''"):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def follow(page: Page, selector: str) -> None:
    """Tab to a link or a button, press Enter, and wait for the page that it leads to."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def write(page: Page, fields: dict[str, str]) -> None:
    """Tab from field to field, which the page must have in this order, and write over what is there."""
    for selector, text in fields.items():
        tab_to(page, selector)
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(text)


def choose(page: Page, selector: str, value: str) -> None:
    """Tab to a list and go down it, or around a group of radio buttons, to `value`."""
    tab_to(page, selector)
    page.keyboard.press("Home")
    for _ in range(20):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{selector} has no {value}")


def attach(page: Page, selector: str, path: Path) -> None:
    """Tab to a file field, open its chooser by Enter and choose the file."""
    # Asked for before the way there: the browser hands its choosers over only a moment after it was asked to.
    with page.expect_file_chooser() as chooser:
        tab_to(page, selector)
        page.keyboard.press("Enter")
    chooser.value.set_files(path)
