"""A browser for the pages of the sample shelf, which `make browser-test` has rendered before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SHELF = ROOT / "reports"
PAGES = sorted(path.relative_to(SHELF) for path in SHELF.rglob("*.html"))
AXE = Path(os.environ.get("AXE", ROOT / ".build" / "axe-core" / "axe.min.js"))

Open = Callable[..., AbstractContextManager]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for a page runs on each page of the shelf."""
    if "page_path" in metafunc.fixturenames:
        metafunc.parametrize("page_path", PAGES, ids=str)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Debian's Chromium; a test that needs it skips where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make browser-test")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    if not PAGES:
        pytest.skip(f"no page in {SHELF}: run make reports first")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser) -> Open:
    """Open a page of the shelf from the file system, without a network; errors and requests are kept."""

    @contextmanager
    def open_page(path: Path, width: int = 1280, scheme: str = "light", **options) -> Iterator:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True, **options
        )
        page = context.new_page()
        page.requests, page.complaints = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((SHELF / path).as_uri())
        yield page
        context.close()

    return open_page
