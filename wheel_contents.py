"""What a wheel carries beside the package: the notebooks and parameter files that a new project begins with.

setuptools calls it (pyproject.toml, ``[tool.setuptools.cmdclass]``). They stand at the top of the repository,
where people edit them, and are copied into the package when a wheel is built.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
CARRIED = {"notebooks": "*.ipynb", "params": "*.*"}


class CarryProject(build_py):
    """Build the package, and put the templates of a project into it."""

    def run(self) -> None:
        """Copy them by pattern; an editable install reads them where they stand."""
        super().run()
        if self.editable_mode:
            return
        for source, target in self._list_copies():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return all files that are built; setuptools removes what is not named."""
        own = [] if self.editable_mode else [str(target) for _, target in self._list_copies()]
        return [*super().get_outputs(include_bytecode), *own]

    def _list_copies(self) -> list[tuple[Path, Path]]:
        built = Path(self.build_lib, "industry_report", "project_files")
        files = [file for folder, name in CARRIED.items() for file in sorted((ROOT / folder).rglob(name))]
        named = [(file, file.relative_to(ROOT)) for file in files if file.is_file()]
        return [
            (file, built / name)
            for file, name in named
            if not any(part.startswith((".", "__")) for part in name.parts)
        ]
