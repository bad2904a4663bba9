"""A report in the browser, made again at every save of its notebook or of anything it is made from."""

from __future__ import annotations

import functools
import json
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..base import messages
from ..base.errors import InputError
from ..processes import pool, watchdog
from ..processes.watchdog import Limits
from . import marking, staleness
from .plan import Job

FILE_POLL_SECONDS = 0.2  # between two looks at the files
HEARTBEAT_SECONDS = 5.0  # after which a page that is gone is noticed
PREVIEW_SECONDS = 300.0  # for one preview; a cell that loops is then named
FOLDER = Path("preview")  # of which a failed notebook is kept in the work folder
FRAME = Path(__file__).parent / "preview.html"
FRAME_WORDS = ("Preview", "Report", "Making the report …", "The preview has ended.")


@dataclass(frozen=True)
class State:
    """What the page shows: how often the report was made, whether it is being made, what failed."""

    version: int = 0
    busy: bool = True
    error: str = ""
    told: str = ""


class Board:
    """The newest report and its state; pages wait for the next one."""

    def __init__(self) -> None:
        self.page = ""
        self.state = State()
        self._changed = threading.Condition()

    def post(self, state: State, page: str | None = None) -> None:
        """Show a new state, and a new page if there is one."""
        with self._changed:
            self.page = self.page if page is None else page
            self.state = state
            self._changed.notify_all()

    def follow(self) -> Iterator[State | None]:
        """Yield the state and every later one; None when nothing has happened for a while."""
        seen = None
        while True:
            with self._changed:
                if self.state == seen:
                    self._changed.wait(HEARTBEAT_SECONDS)
                seen, news = self.state, self.state != seen
            yield seen if news else None


def preview(find_job: Callable[[], Job], port: int, tell: Callable[[str], None]) -> None:
    """Show a report until Ctrl-C.

    Parameters
    ----------
    find_job : callable
        Gives the job, read anew from its files each time.
    port : int
        On 127.0.0.1; 0 for any that is free.
    tell : callable
        Called with what happens, a line at a time; the first is the address.

    Raises
    ------
    InputError
        If the port is taken.
    KeyboardInterrupt
        At Ctrl-C; no process is left.
    """
    board = Board()
    with _serve(board, port) as address, _Maker() as maker:
        tell(f"Preview at {address} (Ctrl-C ends it)")
        before: Any = None
        seen: dict[str, staleness.Stamp] | str = {}
        while True:
            now = _list_stamps(find_job)
            if now != seen:
                seen = now
                before = _update(board, find_job, before, maker, tell)
            time.sleep(FILE_POLL_SECONDS)


def _update(
    board: Board, find_job: Callable[[], Job], before: Any, maker: _Maker, tell: Callable[[str], None]
) -> Any:
    """Make the report if its content would differ; returns what it was made from."""
    start = time.monotonic()
    old = board.state
    try:
        job = find_job()
        facts = staleness.gather_facts([job])[job.stem]
        if facts == before:  # saved with outputs only, or without a change
            return before
        board.post(replace(old, busy=True))
        page = maker.make(job, facts)
    except InputError as error:
        board.post(State(old.version, busy=False, error=messages.say(error)))
        tell(f"Error: {error}")
        return None
    told = f"{job.stem}: made in {time.monotonic() - start:.1f} s"
    board.post(State(old.version + 1, busy=False, told=messages.say(told)), page)
    tell(told)
    return facts


def _list_stamps(find_job: Callable[[], Job]) -> dict[str, staleness.Stamp] | str:
    """Return the stamps of all that a save may change, or what is wrong with the inputs."""
    try:
        return staleness.list_input_stamps(find_job())
    except (InputError, OSError) as error:  # OSError: an editor is replacing a file just now
        return str(error)


class _Maker:
    """The process that makes the pages; a new one when the program itself was changed."""

    def __init__(self) -> None:
        self._workers = pool.Processes(1)
        self._code: str = ""

    def __enter__(self) -> _Maker:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.close(at_once=True)

    def make(self, job: Job, facts: dict[str, Any]) -> str:
        """Return the page of a report.

        Raises
        ------
        InputError
            Names the cell that failed.
        """
        if self._code not in ("", facts["inputs"]["code"]):
            self._workers.close(at_once=True)
            self._workers = pool.Processes(1)
        self._code = facts["inputs"]["code"]
        try:
            return self._workers.submit(draw, job, marking.list_marks(job, facts)).result()
        except (InputError, KeyboardInterrupt):
            raise
        except Exception as error:  # shown in the page, with whatever name it has
            remedy = "Mend the cell or the program, and save."
            raise InputError(job.stem, f"{type(error).__name__}: {error}.", remedy) from error


def draw(job: Job, marks: Sequence[str] = ()) -> str:
    """Make a report's page, in a worker; it says what its marks say."""
    from ..export import exporters
    from . import render  # here, so that the parent never pays for papermill and nbconvert

    with watchdog.watch(Limits(PREVIEW_SECONDS)), tempfile.TemporaryDirectory() as folder:
        notebook = render.run_notebook(job, Path(folder, "executed.ipynb"), FOLDER)
    marking.stamp(notebook, marks)
    place = {"metadata": {"name": job.notebook.stem, "path": str(job.notebook.parent)}}
    page, _ = exporters.IndustryHTMLExporter().from_notebook_node(notebook, place)
    return str(page)


# --- the server


@contextmanager
def _serve(board: Board, port: int) -> Iterator[str]:
    """Yield the address, which nobody can guess: other users of the machine reach the port, too."""
    token = secrets.token_urlsafe()
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Handler, board, f"/{token}/"))
    except OSError as error:
        remedy = "Name another one with --port."
        raise InputError(f"port {port}", f"cannot be used: {error.strerror}.", remedy) from error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{token}/"
    finally:
        server.shutdown()
        server.socket.close()  # and wait for no page that still listens


def write_frame() -> str:
    """Return the page around the report, in the language of messages."""
    frame = FRAME.read_text(encoding="utf-8").replace("LANGUAGE", messages.current())
    for words in FRAME_WORDS:
        frame = frame.replace(words, messages.say(words))
    return frame


class _Handler(BaseHTTPRequestHandler):
    """Serves the frame, the report as it would be published, and the news that make the frame reload."""

    def __init__(self, board: Board, root: str, *arguments: Any) -> None:
        self.board = board
        self.root = root
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Answer a request that names the token, to this machine's own name."""
        host = self.headers.get("Host", "").partition(":")[0]
        if host not in (
            "127.0.0.1",
            "localhost",
        ):  # a foreign page's own name that leads here (DNS rebinding)
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        given, path = self.path[: len(self.root)], self.path[len(self.root) :]
        if not secrets.compare_digest(given.encode(), self.root.encode()):
            self.send_error(HTTPStatus.NOT_FOUND)
        elif not path:
            self._send(write_frame())
        elif path == "report" or path.startswith("report?"):
            self._send(self.board.page)
        elif path == "events":
            with suppress(OSError):  # the page was closed
                self._send_news()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _send(self, page: str) -> None:
        content = page.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _send_news(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        for state in self.board.follow():
            line = f"data: {json.dumps(asdict(state))}\n\n" if state else ": still here\n\n"
            self.wfile.write(line.encode())
            self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: requests are no news."""
