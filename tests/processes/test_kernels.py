"""Warm kernels behave as stock ones do, give the same outputs, and leave nothing behind."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
import pytest
from crossing import first
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

import industry_report
from industry_report.building import render
from industry_report.building.plan import Job
from industry_report.building.preloaded_modules import MODULES
from industry_report.processes import forking, kernels, run_folders

linux = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
PACKAGE = Path(industry_report.__file__).parent
SOON = 5.0  # seconds in which what must happen at once has happened, on a busy machine


def until(true: Callable[[], Any], seconds: float = SOON) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def notebook(*cells: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def client(*cells: str, **options: Any) -> NotebookClient:
    return NotebookClient(notebook(*cells), kernel_manager_class=kernels.WarmKernelManager, **options)


def last_text(executed: nbformat.NotebookNode) -> str:
    return executed.cells[-1].outputs[-1].text.strip()


@pytest.fixture(autouse=True)
def tidy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test does with kernels, afterwards no socket and no kernel of it is there."""
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE.parent))  # the kernels' package is the one under test
    monkeypatch.chdir(tmp_path)
    with tempfile.TemporaryDirectory() as folder:  # not below tmp_path, which is too deep for sockets
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.setenv("TMPDIR", folder)
        yield
        assert list(Path(folder).glob("industry-report-*")) == []
    assert until(lambda: not [child for child in psutil.Process().children() if child.children()])


# --- one after another, as every notebook gets them


@linux
@pytest.mark.slow
def test_every_notebook_gets_a_fresh_process_that_has_imported_what_reports_need():
    first, second = (
        last_text(client("import sys, os; sys.marked = hasattr(sys, 'marked')", code).execute())
        for code in ["print(os.getpid(), sys.marked, 'seaborn' in sys.modules, 'scoring' in sys.modules)"] * 2
    )
    assert first.split()[0] != second.split()[0]
    assert first.split()[1:] == second.split()[1:] == ["False", "True", "False"]


@linux
@pytest.mark.slow
def test_kernel_has_the_folder_environment_and_main_module_of_a_stock_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    (tmp_path / "beside.py").write_text("here = True", encoding="utf-8")
    code = textwrap.dedent("""
        import json, os, signal, sys, beside, matplotlib
        environ = {k: v for k, v in os.environ.items() if k[:4] != "JPY_"}
        handlers = [str(signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGCHLD)]
        print(json.dumps([os.getcwd(), environ, __name__, sys.path, hash("a"), beside.here, handlers,
            matplotlib.get_backend(), repr(sorted(matplotlib.rcParams.items(), key=str)),
            os.getsid(0) == os.getpid()]))
    """)
    stock = NotebookClient(notebook(code), kernel_name="python3").execute()
    assert json.loads(last_text(client(code).execute())) == json.loads(last_text(stock))


@linux
@pytest.mark.slow
def test_figure_that_no_one_shows_appears_as_with_a_stock_kernel():
    cells = ("import matplotlib.pyplot as plt", "plt.plot([1, 2]);")
    warm = client(*cells).execute()
    stock = NotebookClient(notebook(*cells), kernel_name="python3").execute()
    [picture] = warm.cells[1].outputs
    assert picture.data["image/png"] == stock.cells[1].outputs[0].data["image/png"]


@linux
@pytest.mark.slow
def test_report_is_the_same_to_the_byte_with_stock_kernels(project, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    parameters = {"region": "黄山市", "year": 2025, "language": "zh", "data": "sample"}
    job = Job(project / "notebooks" / "industry.ipynb", parameters, "report", "x.yaml")
    made = []
    for fork in (True, False):
        monkeypatch.setattr(kernels, "can_fork", lambda fork=fork: fork)
        output = project / f"fork-{fork}"
        output.mkdir()
        render.render_report(job, output, {"digest": "d", "inputs": {}, "synthetic": True})
        files = [file for file in output.rglob("*") if file.is_file()]
        made.append({file.relative_to(output): file.read_bytes() for file in files})
    assert {file.suffix for file in made[0]} >= {".html", ".pdf", ".xlsx", ".csv", ".json"}
    assert made[0] == made[1]


@linux
@pytest.mark.slow
def test_papermill_and_the_kernelspec_lead_to_warm_kernels(tmp_path, monkeypatch):
    spec = tmp_path / "kernels" / "industry-report"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        (PACKAGE / "processes" / "kernelspec" / "kernel.json").read_text(encoding="utf-8")
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    if "industry-report" not in KernelProvisionerFactory.instance().get_provisioner_entries():
        pytest.skip("the project is not installed")
    nbformat.write(notebook("import sys; print('seaborn' in sys.modules)"), tmp_path / "in.ipynb")
    done = papermill.execute_notebook(
        "in.ipynb", "out.ipynb", kernel_name="industry-report", progress_bar=False, log_output=False
    )
    assert last_text(done) == "True"


@linux
@pytest.mark.slow
def test_kernels_listen_on_sockets_that_only_this_user_can_reach():
    code = textwrap.dedent("""
        import psutil, os
        own = psutil.Process()
        from ipykernel.kernelapp import IPKernelApp
        app = IPKernelApp.instance()
        folder = os.path.dirname(app.ip)
        print(oct(os.stat(folder).st_mode & 0o777), len(os.listdir(folder)) >= 5)
        # The one port is ipykernel's own, for what children print; a secret guards it.
        print({c.laddr.port for c in own.net_connections("inet")} - {app.iopub_thread._pipe_port})
    """)
    assert last_text(client(code).execute()).splitlines() == ["0o700 True", "set()"]


def test_socket_paths_stay_short_enough_where_temporary_files_lie_deep(tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    folder = run_folders.make_socket_folder()
    try:
        assert len(os.fsencode(folder / "kernel-5")) <= run_folders.SOCKET_PATH_BYTES
        assert list(deep.iterdir()) == []
    finally:
        folder.rmdir()


# --- interrupt, restart, shutdown


async def start() -> tuple[kernels.WarmKernelManager, Any]:
    manager = kernels.WarmKernelManager()
    await manager.start_kernel()
    channel = manager.client()
    channel.start_channels()
    await channel.wait_for_ready(timeout=60)
    return manager, channel


async def run(channel: Any, code: str, timeout: float = 30) -> dict[str, Any]:
    return (await channel.execute_interactive(code, timeout=timeout, allow_stdin=False))["content"]


@linux
@pytest.mark.slow
def test_interrupt_stops_the_cell_and_its_children_and_keeps_the_kernel():
    async def check() -> None:
        manager, channel = await start()
        await run(channel, "import subprocess; child = subprocess.Popen(['sleep', '60']); a = 1")
        endless = asyncio.create_task(run(channel, "while True: pass"))
        await asyncio.sleep(0.5)
        await manager.interrupt_kernel()
        assert (await endless)["ename"] == "KeyboardInterrupt"
        assert (await run(channel, "assert a == 1 and child.wait() == -2"))["status"] == "ok"
        channel.stop_channels()
        await manager.shutdown_kernel()
        assert not await manager.is_alive()

    asyncio.run(check())


@linux
@pytest.mark.slow
@pytest.mark.parametrize("now", first([True, False]))
def test_restart_gives_a_new_process_on_the_same_sockets(now):
    async def check() -> None:
        manager, channel = await start()
        await run(channel, "a = 1")
        first, sockets = manager.provisioner.pid, manager.ip
        await manager.restart_kernel(now=now)
        await channel.wait_for_ready(timeout=60)
        assert (manager.ip, alive(first)) == (sockets, False)
        assert (await run(channel, "a"))["ename"] == "NameError"
        channel.stop_channels()
        await manager.shutdown_kernel(now=now)
        assert not Path(sockets).parent.exists()

    asyncio.run(check())


@linux
@pytest.mark.slow
def test_shutdown_takes_the_children_of_cells_with_it():
    async def check(now: bool) -> int:
        manager, channel = await start()
        code = (
            "import subprocess; pid = subprocess.Popen(['sleep', '60']).pid; open('pid', 'w').write(str(pid))"
        )
        await run(channel, code)
        channel.stop_channels()
        await manager.shutdown_kernel(now=now)
        return int(Path("pid").read_text())

    for now in (True, False):
        child = asyncio.run(check(now))
        assert until(lambda child=child: not alive(child))


@linux
@pytest.mark.slow
def test_many_kernels_leave_no_descriptor_and_no_process():
    own = psutil.Process()
    foreign = set(own.children(recursive=True))  # what earlier tests of this process have, or are ending
    client("1").execute()
    server = psutil.Process(kernels._kernel_server.process.pid)
    foreign -= {server}
    before = own.num_fds()
    for _ in range(3):
        client("1").execute()
    assert own.num_fds() == before
    left = []
    until(lambda: left.append(set(own.children(recursive=True)) - foreign) or left[-1] == {server})
    assert left[-1] == {server}  # after the comparison, so that a failure names the processes


# --- deaths


@linux
@pytest.mark.slow
@pytest.mark.parametrize("code", first(["os.kill(os.getpid(), 9)", "os._exit(3)"]))
def test_kernel_that_dies_is_noticed_at_once(code):
    begun = time.monotonic()
    with pytest.raises(DeadKernelError):
        client("import os", "child = os.fork() or os.execlp('sleep', 'sleep', '60')", code).execute()
    assert (
        time.monotonic() - begun < 30
    )  # the child of the cell lives on without it, and must not hide its death


@linux
@pytest.mark.slow
def test_kernel_killed_while_it_starts_is_an_error_and_not_a_wait():
    async def check() -> None:
        manager = kernels.WarmKernelManager()
        await manager.start_kernel()
        os.kill(manager.provisioner.pid, signal.SIGKILL)
        channel = manager.client()
        channel.start_channels()
        with pytest.raises(RuntimeError, match="Kernel died before replying"):
            await channel.wait_for_ready(timeout=60)
        channel.stop_channels()
        await manager.cleanup_resources()

    asyncio.run(check())


@linux
@pytest.mark.slow
def test_cell_that_takes_too_long_is_ended_with_its_kernel():
    endless = client("import os; open('pid', 'w').write(str(os.getpid()))", "while True: pass", timeout=1)
    with pytest.raises(CellTimeoutError):
        endless.execute()
    assert not alive(int(Path("pid").read_text()))


ASKER = """
import asyncio, os, time
from industry_report.processes import kernels
async def main():
    manager = kernels.WarmKernelManager()
    await manager.start_kernel()
    server = kernels._kernel_server.process.pid
    print(os.path.dirname(manager.ip), server, manager.provisioner.pid, flush=True)
    {then}
asyncio.run(main())
"""


@linux
@pytest.mark.slow
@pytest.mark.parametrize("then", ["await asyncio.sleep(60)", "return", "os._exit(1)"])
def test_process_that_asked_for_a_kernel_and_ended_takes_all_with_it(then):
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER.format(then=then)], stdout=subprocess.PIPE, text=True
    )
    with asker:
        folder, mother, kernel = asker.stdout.readline().split()
        if "sleep" in then:
            assert alive(int(mother)) and alive(int(kernel)) and Path(folder).is_dir()
            asker.kill()
    assert until(lambda: not (alive(int(mother)) or alive(int(kernel)) or Path(folder).exists()))


@linux
@pytest.mark.slow
def test_kernels_end_with_the_process_they_were_forked_from_and_the_next_one_works():
    async def check() -> None:
        manager, channel = await start()
        pid = manager.provisioner.pid
        kernels._kernel_server.process.kill()
        # The kernel is killed when the first thread ends. Another one (of pyarrow's allocator) lives on until
        # the system runs it once more, on a busy machine up to half a second; then the sockets close.
        kernels._kernel_server.process.wait(SOON)
        assert not await manager.is_alive()
        assert until(lambda: not alive(pid))
        channel.stop_channels()
        await manager.cleanup_resources()

    asyncio.run(check())
    assert last_text(client("print(1)").execute()) == "1"


@linux
@pytest.mark.slow
def test_process_that_ends_while_the_other_still_imports_does_not_leave_it_behind():
    code = (
        "from industry_report.processes import kernels as k; k.prepare(); print(k._kernel_server.process.pid)"
    )
    ended = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert not alive(int(ended.stdout))


# --- when the stock provisioner takes over, and when the process to fork from is replaced


@linux
@pytest.mark.slow
def test_process_to_fork_from_that_does_not_start_costs_warmth_only(monkeypatch, caplog):
    kernels.leave_kernel_server()
    monkeypatch.setattr(kernels, "START", "raise SystemExit(1)")
    assert last_text(client("import sys; print('seaborn' in sys.modules)").execute()) == "False"
    assert "this kernel starts cold" in caplog.text
    kernels.leave_kernel_server()


@pytest.mark.slow
def test_system_that_does_not_fork_safely_gets_stock_kernels(monkeypatch):
    monkeypatch.setattr(kernels, "can_fork", lambda: False)
    manager = kernels.WarmKernelManager()
    assert isinstance(manager.provisioner, LocalProvisioner)
    assert last_text(client("import sys; print('seaborn' in sys.modules)").execute()) == "False"


@pytest.mark.parametrize(
    ("cmd", "kwargs"),
    [
        (["/elsewhere/python", *kernels.LAUNCHER], {}),
        ([sys.executable, "-m", "another_kernel"], {}),
        ([sys.executable, *kernels.LAUNCHER], {"stdout": -1}),
    ],
)
def test_what_a_fork_cannot_give_is_left_to_the_stock_provisioner(cmd, kwargs):
    assert kernels.is_plain([sys.executable, *kernels.LAUNCHER, "-f", "x"], {"cwd": "", "env": {}})
    assert not kernels.is_plain(cmd, kwargs)


def test_folder_with_a_package_of_its_own_gets_that_package(tmp_path):
    assert not kernels.is_shadowed(str(tmp_path))
    assert not kernels.is_shadowed(str(PACKAGE.parent))
    (tmp_path / "industry_report").mkdir()
    assert kernels.is_shadowed(str(tmp_path))


def test_change_of_environment_code_or_libraries_asks_for_another_process(tmp_path, monkeypatch):
    (tmp_path / "module.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(forking, "PACKAGE", tmp_path)
    before = forking.describe_state({"A": "1", "JPY_SESSION_NAME": "x"})
    assert forking.describe_state({"A": "1", "JPY_SESSION_NAME": "y"}) == before
    assert forking.describe_state({"A": "2"}) != before
    os.utime(tmp_path / "module.py", ns=(1, 1))
    assert forking.describe_state({"A": "1"}) != before


@pytest.mark.parametrize("name", MODULES)
def test_what_is_preloaded_exists(name):
    assert importlib.import_module(name)


def test_manager_needs_no_installed_kernelspec():
    manager = kernels.WarmKernelManager(kernel_name="nobody-has-this")
    assert manager.kernel_spec.argv[0] == sys.executable
    assert isinstance(manager, AsyncKernelManager)
