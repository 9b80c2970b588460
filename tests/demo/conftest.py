"""The playground in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.servers import PROJECT, served_by

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

expect.set_options(timeout=45_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = None
    if CHROMIUM is None:
        reason = "needs a browser: apt-get install chromium"
    elif not (PROJECT / "demo" / "node_modules" / ".deno").is_dir():
        reason = "needs the editor: run `make demo/node_modules/.installed`"
    for item in items:
        if reason is not None and Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="module")
def playground() -> Iterator[str]:
    """Its address."""
    with served_by("demo") as served:
        yield served.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a sandbox of its own where the tests run as root.

    Ended with the module, since Playwright runs an event loop in the tests' thread.
    """
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, playground: str) -> Iterator[Page]:
    """The page, ready; a script error in it fails the test."""
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_page(page, playground)
    yield page
    context.close()
    assert errors == []


def open_page(page: Page, url: str) -> None:
    """Go to the page and wait until it can be used."""
    page.goto(url)
    page.locator("html[data-ready]").wait_for()
