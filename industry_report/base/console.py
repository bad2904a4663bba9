"""Standard output and error that show any text on any console, and that never end a command.

A name or a cell may hold what the console's encoding lacks, or control characters that would move its cursor,
set its title or answer for the user (terminal escape injection). A reader may close the pipe (``| head``), a
log's disk may be full, or there may be no output at all (``>&-``).
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from .errors import ACTING


def escape_controls(text: str) -> str:
    r"""Return a text with its control characters spelled out as JSON does, so that JSON stays what it is.

    Examples
    --------
    >>> escape_controls("\x1b[31m甲")
    '\\u001b[31m甲'
    """
    return ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class SafeStream(io.TextIOBase):
    """A text stream before another one, to which nothing can be written that it cannot show.

    Attributes
    ----------
    error : OSError or None
        What the stream failed with; since then nothing more is written.
    """

    def __init__(self, stream: IO[str] | None, keeps_controls: bool = False) -> None:
        self._stream = stream
        self._keeps_controls = keeps_controls
        self.error: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream itself."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Write a text; what the encoding lacks becomes a question mark, a control character its number."""
        if not isinstance(text, str):
            raise TypeError(f"expected a text, got {type(text).__name__}")
        shown = text if self._keeps_controls else escape_controls(text)
        self._try("write", shown.encode(self.encoding, "replace").decode(self.encoding))
        return len(text)

    def flush(self) -> None:
        """Bring what was written to where it is seen."""
        self._try("flush")

    def isatty(self) -> bool:
        """Tell whether this is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Return the stream's descriptor."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def writable(self) -> bool:
        """Tell that it can be written."""
        return True

    def _try(self, method: str, *arguments: str) -> None:
        if self._stream is None or self.error is not None:
            return
        try:
            getattr(self._stream, method)(*arguments)
        except OSError as error:
            self._give_up(error)
        except ValueError:  # it was closed
            self._give_up(OSError(errno.EPIPE, os.strerror(errno.EPIPE)))

    def _give_up(self, error: OSError) -> None:
        """Write no more; what is still in a buffer goes nowhere, so that the end of Python does not fail."""
        self.error = error
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)


@contextmanager
def guard() -> Iterator[None]:
    """Put safe streams in place of standard output and error."""
    _plug()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (SafeStream(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def _plug() -> None:
    """Open what is closed of the standard descriptors: else the next file would be given such a number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def find_loss() -> str:
    """Say why standard output could not be written; nothing if it could, or if its reader wanted no more."""
    error = getattr(sys.stdout, "error", None)
    return "" if error is None or error.errno == errno.EPIPE else str(error.strerror)


def open_terminal() -> Any:
    """Return standard output for what draws with control characters itself, such as a progress bar."""
    stream = sys.stdout
    return SafeStream(stream._stream if isinstance(stream, SafeStream) else stream, keeps_controls=True)


def shows_all() -> bool:
    """Tell whether standard output can show every character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") in ("utf8", "utf16")
