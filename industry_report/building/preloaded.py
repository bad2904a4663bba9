"""Import what makes and runs reports: the process that does is forked into workers, and they into kernels."""

import gc

gc.disable()  # what is imported stays: looking for garbage in it would take a tenth of the start

from ..processes import forking  # noqa: E402
from . import build  # noqa: E402

build.spare_imports()

from ..processes import kernel_server  # noqa: E402

kernel_server.warm_up()
START = forking.note_start()
gc.enable()
