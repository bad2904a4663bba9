"""A browser for the pages of shelves: those of `make browser-test`, or the ones that `SHELF` names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from industry_report.base.style import FONT_FOLDER

ROOT = Path(__file__).parent.parent.parent
BUILT = f"{ROOT / 'reports'}{os.pathsep}{ROOT / '.build' / 'browser' / 'states'}"
NAMED = [Path(folder).resolve() for folder in os.environ.get("SHELF", BUILT).split(os.pathsep)]
# The internal editions lie beside the public ones.
SHELVES = [folder for named in NAMED for folder in (named, named.with_name(f"{named.name}-internal"))]
AXE = Path(os.environ.get("AXE", ROOT / ".build" / "axe-core" / "axe.min.js"))
PAGES = [path for shelf in SHELVES for path in sorted(shelf.rglob("*.html"))]
INDEXES = [path for path in PAGES if path.name.startswith("index")]
REPORTS = [path for path in PAGES if path not in INDEXES]


def name_path(path: Path) -> str:
    """Return a file of a shelf as a test is called: with the shelf's own name in front."""
    [shelf] = [shelf for shelf in SHELVES if path.is_relative_to(shelf)]
    return path.relative_to(shelf.parent).as_posix()


Open = Callable[..., AbstractContextManager]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nothing passes for want of pages: what cannot run says so."""
    for item in items:
        if not PAGES:
            item.add_marker(pytest.mark.skip(f"no page in {SHELVES}: run make browser-test"))


# The machine's fonts and the report's own: without any for Chinese, a browser draws narrow boxes.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir></fontconfig>"""


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator:
    """Debian's Chromium; a test that needs it skips where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make browser-test")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    fonts = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    fonts.write_text(FONTS.format(folder=FONT_FOLDER), encoding="utf-8")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"], env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
        )
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
        page.goto(path.as_uri())
        try:
            yield page
        finally:
            context.close()

    return open_page


@pytest.fixture(scope="session")
def last_seen(visit) -> Iterator[dict]:
    """The page that tests looked at last; it stays open while they look at it in other ways."""
    with ExitStack() as stack:
        yield {"stack": stack}


@pytest.fixture(scope="module")
def view(visit, last_seen, request):
    """A page at one width in one colour scheme, loaded once for all of them, as on a screen that turns."""
    path, width, scheme = request.param
    if last_seen.get("path") != path:
        last_seen["stack"].close()
        last_seen |= {"path": path, "page": last_seen["stack"].enter_context(visit(path))}
    page = last_seen["page"]
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.width, page.path = width, path
    return page
