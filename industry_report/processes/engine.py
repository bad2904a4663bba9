"""The papermill engine: runs a notebook's cells in a warm kernel, and says at which cell a kernel ended."""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from typing import Any

import nbformat
import zmq
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

from . import watchdog
from .kernels import WarmKernelManager

# A dying kernel is reported by name and cell; papermill's log would say it a second time, without either.
logging.getLogger("papermill").addHandler(logging.NullHandler())
logging.getLogger("papermill").propagate = False

NAME = "industry-report"
KERNEL_START_SECONDS = 60
TURN_SECONDS = 0.2  # between two turns of the event loop
# No kernel writes on the user's terminal, or into the history of what the user typed.
ARGUMENTS = ["--log-level=CRITICAL", "--HistoryManager.enabled=False"]


class ReportClient(PapermillNotebookClient):
    """Papermill's client, with less work per cell and message: a report sends some hundred of them."""

    def papermill_execute_cells(self) -> None:
        """Run the cells up to the first that fails; when each began and ended is not noted."""
        for index, cell in enumerate(self.nb.cells):
            self.nb_man.cell_start(cell, index)
            if cell.cell_type != "code":
                continue
            try:
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                break

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        """Take what a cell puts out, until it is done.

        It waits for the socket itself. Now and then the event loop has a turn, in which nbclient asks whether
        the kernel lives: it may have died with much of what it printed still on the way.
        """
        client: Any = self.kc
        socket: zmq.Socket[bytes] = zmq.Socket.shadow(client.iopub_channel.socket)
        turn = time.monotonic() + TURN_SECONDS
        while True:
            if time.monotonic() > turn:
                await asyncio.sleep(0)
                turn = time.monotonic() + TURN_SECONDS
            if not socket.poll(int(1000 * TURN_SECONDS)):
                continue
            _, parts = client.session.feed_identities(socket.recv_multipart())
            message = _read(client.session, parts)
            if message["parent_header"].get("msg_id") == parent_msg_id:
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    return

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keep an output; a plain picture or table without a check against the notebook format's schema.

        The check takes a millisecond each, and a kernel's message has the form that the schema asks for.
        """
        hooks = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if msg["msg_type"] != "display_data" or display_id or hooks or self.clear_before_next_output:
            return super().output(outs, msg, display_id, cell_index)
        content = {name: msg["content"][name] for name in ("data", "metadata")}
        outs.append(nbformat.from_dict({"output_type": "display_data", **content}))
        return outs[-1]


def _read(session: Any, parts: list[bytes]) -> dict[str, Any]:
    """Return a message as jupyter_client's `Session.deserialize` does, which would also look for dates in it.

    Raises
    ------
    ValueError
        If it is not signed by the kernel.
    """
    signature, *signed = parts[:5]
    if not hmac.compare_digest(signature, session.sign(signed)):
        raise ValueError("a message that the kernel did not sign")
    header, parent, metadata, content = map(session.unpack, signed)
    return {
        "header": header,
        "msg_id": header["msg_id"],
        "msg_type": header["msg_type"],
        "parent_header": parent,
        "metadata": metadata,
        "content": content,
        "buffers": parts[5:],
    }


class ReportEngine(NBClientEngine):
    """Papermill's engine, which also keeps the notebook when a cell takes the kernel down with it."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **kwargs: Any
    ) -> None:
        """Run all cells; a dead kernel becomes the error of the cell that ran last."""
        watchdog.follow(nb_man.nb)
        client = ReportClient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=WarmKernelManager,
            startup_timeout=kwargs["start_timeout"],
            log=logging.getLogger("papermill"),
            record_timing=False,
            shutdown_kernel="immediate",
            extra_arguments=ARGUMENTS,
        )
        try:
            client.execute()
        except DeadKernelError:
            begun = [cell for cell in nb_man.nb.cells if cell.metadata.papermill["status"] != nb_man.PENDING]
            if not begun:  # it never came up: that is the installation's fault, not a cell's
                raise
            ended = {"ename": "DeadKernelError", "evalue": watchdog.explain_end()}
            begun[-1].outputs.append(nbformat.v4.new_output("error", **ended))


papermill_engines.register(NAME, ReportEngine)


def run(notebook: NotebookNode) -> NotebookNode:
    """Run all cells of a notebook that papermill has prepared; returns it with its outputs."""
    return ReportEngine.execute_notebook(
        notebook, "python3", progress_bar=False, autosave_cell_every=0, start_timeout=KERNEL_START_SECONDS
    )
