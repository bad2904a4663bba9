"""Import what makes and runs reports: the process that does is forked into workers, and they into kernels.

`multiprocessing`'s fork server imports it (`fork_server`), or a kernel server that starts as a program of its
own (`kernels.start_afresh`). Both know it by its name alone: the rooms below do not import this one.
"""

import gc
import os

gc.disable()  # what is imported stays: looking for garbage in it would take a tenth of the start

from ..processes import forking  # noqa: E402

# Read while numpy and ipykernel's debugger are imported; a kernel has the environment that it is given. The
# debugger would warn of the interpreter's frozen modules, although nobody debugs a build.
ADDED = {**forking.ONE_THREAD, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
ADDED = {name: value for name, value in ADDED.items() if name not in os.environ}
os.environ.update(ADDED)

from . import one_report  # noqa: E402

one_report.spare_imports()

from ..processes import kernel_server  # noqa: E402
from .preloaded_modules import MODULES  # noqa: E402

kernel_server.warm_up(MODULES)
for name in ADDED:
    del os.environ[name]
START = forking.note_start()
gc.enable()
