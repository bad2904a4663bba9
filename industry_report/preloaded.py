"""Import what makes and runs reports: the process that does is forked into workers, and they into kernels."""

import gc

gc.disable()  # what is imported stays: looking for garbage in it would take a tenth of the start

from . import build, forking  # noqa: E402

build.spare_imports()

from . import render, zygote  # noqa: E402, F401

zygote.warm_up()
START = forking.note_start()
gc.enable()
