"""Import what makes and runs reports: the process that does is forked into workers, and they into kernels."""

import sys

from . import forking

# jsonschema spends 0.9 s on importing this if it can, to check addresses that no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from . import render, zygote  # noqa: E402, F401

zygote.warm_up()
START = forking.note_start()
