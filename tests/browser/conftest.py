"""A browser for the pages of a shelf: the sample's, or the one that `SHELF` names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SHELF = Path(os.environ.get("SHELF", ROOT / "reports")).resolve()
AXE = Path(os.environ.get("AXE", ROOT / ".build" / "axe-core" / "axe.min.js"))
PAGES = sorted(path.relative_to(SHELF) for path in SHELF.rglob("*.html"))
INDEXES = [path for path in PAGES if path.name.startswith("index")]
REPORTS = [path for path in PAGES if path not in INDEXES]

Open = Callable[..., AbstractContextManager]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nothing passes for want of pages: what cannot run says so."""
    for item in items:
        if not PAGES:
            item.add_marker(pytest.mark.skip(f"no page in {SHELF}: run make reports first"))


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Debian's Chromium; a test that needs it skips where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make browser-test")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def visit(browser) -> Open:
    """Open a page of the shelf from the file system, without a network; errors and requests are kept."""

    @contextmanager
    def open_page(path: Path, width: int = 1280, scheme: str = "light", **options) -> Iterator:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True, **options
        )
        if AXE.exists() and options.get("java_script_enabled", True):
            context.add_init_script(path=AXE)  # past the page's policy, which stays in force
        page = context.new_page()
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((SHELF / path).as_uri())
        try:
            yield page
        finally:
            context.close()

    return open_page


@pytest.fixture(scope="module")
def view(visit, request) -> Iterator:
    """A page at one width in one colour scheme, opened once for all tests that only look."""
    path, width, scheme = request.param
    with visit(path, width, scheme) as page:
        page.width, page.path = width, path
        yield page
