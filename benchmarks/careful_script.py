"""The best that a careful script does with the stock tools: everything that can stay in memory stays there.

One process, papermill and nbconvert called from Python with nothing written in between, one exporter, and one
browser that is started once and prints page after page. Reads a job per line from the standard input, as
JSON: notebook, parameters, folder; answers each with the seconds it took, start-up not counted.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import papermill
from nbconvert import HTMLExporter
from tornado.websocket import WebSocketClientConnection, websocket_connect


class Browser:
    """A headless Chromium, spoken to by its own protocol."""

    def __init__(self, program: str, profile: str) -> None:
        quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        command = [program, *quiet, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.address = Path(profile) / "DevToolsActivePort"
        self.line: WebSocketClientConnection | None = None
        self.calls = 0

    async def connect(self) -> None:
        """Wait until the browser listens."""
        while not (self.address.is_file() and self.address.read_text(encoding="ascii").count("\n")):
            await asyncio.sleep(0.05)
        port, path = self.address.read_text(encoding="ascii").split()
        self.line = await websocket_connect(f"ws://127.0.0.1:{port}{path}", max_message_size=2**30)

    async def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Call a method and return its result."""
        self.calls += 1
        call = {"id": self.calls, "method": method, "params": params}
        await self.line.write_message(json.dumps(call | ({"sessionId": session} if session else {})))
        while (answer := json.loads(await self.line.read_message())).get("id") != self.calls:
            pass
        return answer["result"]

    async def wait_for(self, event: str) -> None:
        """Wait for an event."""
        while json.loads(await self.line.read_message()).get("method") != event:
            pass

    async def print_page(self, page: Path, pdf: Path) -> None:
        """Print a page in a tab of its own."""
        target = (await self.call("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self.call("Target.attachToTarget", targetId=target, flatten=True)
        session = attached["sessionId"]
        await self.call("Page.enable", session)
        await self.call("Page.navigate", session, url=page.as_uri())
        await self.wait_for("Page.loadEventFired")
        printed = await self.call("Page.printToPDF", session, printBackground=True)
        pdf.write_bytes(base64.b64decode(printed["data"]))
        await self.call("Target.closeTarget", targetId=target)


def main() -> None:
    exporter = HTMLExporter(exclude_input=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, asyncio.Runner() as runner:
        browser = Browser(sys.argv[1], profile)
        try:
            runner.run(browser.connect())
            for line in sys.stdin:
                start = time.perf_counter()
                page, pdf = make_page(exporter, **json.loads(line))
                runner.run(browser.print_page(page, pdf))
                print(time.perf_counter() - start, flush=True)
        finally:
            browser.process.terminate()
            browser.process.wait()


def make_page(
    exporter: HTMLExporter, notebook: str, parameters: dict[str, Any], folder: str
) -> tuple[Path, Path]:
    executed = papermill.execute_notebook(
        notebook,
        None,
        parameters=parameters,
        kernel_name="python3",
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        shutdown_kernel="immediate",
        extra_arguments=["--log-level=ERROR"],
    )
    page, pdf = Path(folder) / "careful.html", Path(folder) / "careful.pdf"
    page.write_text(exporter.from_notebook_node(executed)[0], encoding="utf-8")
    return page, pdf


if __name__ == "__main__":
    main()
