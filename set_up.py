"""Install the versions of constraints.txt, and this project, into the environment whose Python runs this.

    python -m venv .venv
    .venv/bin/python set_up.py

uv installs in seconds what pip installs in a minute. pip brings it, by its hash in constraints.txt, and is
the fall-back where uv has no wheel or cannot get what pip, with its own settings, can.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST = (3, 11)
KERNEL = "industry-report"
PRELOADED = "industry_report.building.preloaded"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
LOCKED = ["--require-hashes", "--requirement", str(CONSTRAINTS)]
PROJECT = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]


def main() -> None:
    """Set up the environment; end with a message where it cannot be done."""
    check_python()
    uv = install_uv()
    environ = tell_uv(uv) if uv else {}
    if not install(uv, environ, LOCKED):
        sys.exit("The libraries are not installed; pip says above why.")
    if not install(uv, environ, PROJECT):
        sys.exit(f"{ROOT} is not installed; pip says above why.")
    install_kernel()
    compile_imports()


def install(uv: str | None, environ: Mapping[str, str], what: list[str]) -> bool:
    """Install something with uv; where that fails, with pip."""
    if uv and run([uv, "pip", "install", "--python", sys.executable, *what], environ):
        return True
    print("pip installs; for all libraries this takes about a minute.", flush=True)
    return run([*PIP, "install", *what])


def check_python() -> None:
    """End where this Python is too old, or would put the libraries among those of the whole machine."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"industry-report needs Python {'.'.join(map(str, OLDEST))} or later; this is {sys.version}."
        )
    if sys.prefix == sys.base_prefix:
        sys.exit(
            f"{sys.executable} is no virtual environment. Make one, python -m venv .venv, and run its Python."
        )


def find_lines(name: str, constraints: str) -> str:
    """Return the lines of constraints.txt that pin one library: its version, then its hashes."""
    match = re.search(rf"^{re.escape(name)}==.*\n(?:[ \t].*\n?)*", constraints, flags=re.M)
    return match[0] if match else ""


def install_uv() -> str | None:
    """Install uv with pip; return its path, or None where it has no wheel for this machine."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder, "uv.txt")
        lines.write_text(find_lines("uv", CONSTRAINTS.read_text(encoding="utf-8")), encoding="utf-8")
        only_wheel = ["--quiet", "--only-binary", ":all:", "--require-hashes", "--requirement", str(lines)]
        installed = run([*PIP, "install", *only_wheel])
    return shutil.which("uv", path=sysconfig.get_path("scripts")) if installed else None


def tell_uv(uv: str) -> dict[str, str]:
    """Return the environment for uv, which reads none of pip's settings: a mirror, its certificate.

    Where uv's cache lies on another disk than this environment it is to copy, or it would warn that it does.
    """
    listed = re.findall(r"^(\S+?)\.([\w-]+)='(.*)'$", read(*PIP, "config", "list"), flags=re.M)
    sections = ("global", "install", ":env:")  # of one setting the last counts
    pip = {name: value for section in sections for own, name, value in listed if own == section}
    known = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "UV_LINK_MODE": "" if is_same_disk(Path(read(uv, "cache", "dir")), Path(sys.prefix)) else "copy",
    }
    return {**{name: value for name, value in known.items() if value}, **os.environ}


def is_same_disk(cache: Path, prefix: Path) -> bool:
    """Tell whether two folders, of which one may not be there yet, lie on one disk."""
    above = next((folder for folder in (cache, *cache.parents) if folder.exists()), cache)
    return above.exists() and above.stat().st_dev == prefix.stat().st_dev


def read(*command: str) -> str:
    """Return what a command prints; nothing if it fails."""
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def run(command: list[str], environ: Mapping[str, str] | None = None) -> bool:
    """Run a command, its output in sight; tell whether it succeeded."""
    return subprocess.run(command, env=environ, cwd=ROOT).returncode == 0


def install_kernel() -> None:
    """Let JupyterLab find the kernel, as it does after a regular install; an editable one leaves it out."""
    share = Path(sys.prefix, "share", "jupyter", "kernels", KERNEL)
    shutil.copytree(ROOT / "industry_report" / "processes" / "kernelspec", share, dirs_exist_ok=True)


def compile_imports() -> None:
    """Import once what builds import: pip compiles what it installs, uv leaves that to the first import.

    Several processes of the first build would each do it, at the same moment. One that fails says why there.
    """
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"import {PRELOADED}"]
    subprocess.run(command, env=environ, cwd=ROOT, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
