"""People in a browser, against the product as `manage.py up` starts it."""

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from labeling.flow.found import SCHEME

DEMO = Path(__file__).resolve().parent.parent.parent / "labeling" / "demo" / "labels.jsonl"
DIGIT = {key: str(digit) for digit, (key, *_) in enumerate(SCHEME, start=1)}
PATIENCE = 90_000


class Person:
    """Somebody with a browser of their own who came in by a one-time link."""

    def __init__(self, browser: Browser, link: str, **how: object) -> None:
        self.context: BrowserContext = browser.new_context(**how)  # type: ignore[arg-type]  # keywords of several types
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.home = link.split("/link/")[0]
        self.page.goto(link)
        self.page.get_by_role("button").last.press("Enter")
        self.page.wait_for_url(lambda url: "/link/" not in url)

    def go(self, path: str) -> Page:
        self.page.goto(self.home + path)
        return self.page

    def label(self, n: int, keys: dict[str, str], *, project: str = "demo") -> list[str]:
        """Answer `n` sentences by keyboard alone; returns what was read, and leaves when all is saved."""
        if f"/p/{project}/annotate/" not in self.page.url:
            self.go(f"/p/{project}/annotate/")
        here = self.page.locator(".here")
        read: list[str] = []
        for _ in range(n):
            expect(here).not_to_have_text(read[-1] if read else "", timeout=PATIENCE)
            read.append(here.inner_text().strip())
            self.page.keyboard.press(keys.get(read[-1], DIGIT["none"]))
        self.saved()
        return read

    def saved(self) -> None:
        """Wait until nothing waits to be sent."""
        self.page.wait_for_function(
            "() => !Object.keys(localStorage).some((name) => name.includes(':act:'))", timeout=PATIENCE
        )

    def paste(self, title: str, text: str, *, project: str = "demo") -> None:
        """Import an article by pasting it, and wait for its Run without a reload."""
        self.go(f"/p/{project}/articles/")
        self.page.locator("input[name=title]").first.fill(title)
        self.page.locator("textarea[name=text]").fill(text)
        self.page.get_by_role("button", name=re.compile("Import the text")).click()
        expect(self.page.locator("[id^=run-]").first).to_contain_text(re.compile("done", re.I), timeout=PATIENCE)

    def wait_for_model(self, number: int, *, project: str = "demo") -> None:
        """Look at the model page until it shows at least this version."""
        for _ in range(90):
            shown = self.go(f"/p/{project}/model/").locator("dl.figures dd").first
            if shown.count() and int(shown.inner_text()) >= number:
                return
            self.page.wait_for_timeout(1_000)
        raise AssertionError(f"no version {number} came: {self.page.inner_text('main')}")

    def export(self, to: str, folder: Path, *, project: str = "demo") -> Path:
        """Export, wait, download."""
        self.go(f"/p/{project}/exports/")
        self.page.locator(f"input[value={to}]").check()
        self.page.locator("main form#export button").click()
        link = self.page.get_by_role("link", name="Download").first
        expect(link).to_be_visible(timeout=PATIENCE)
        with self.page.expect_download() as coming:
            link.click()
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path
