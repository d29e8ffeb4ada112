"""Runs the build stage of the Dockerfile without Docker: its own commands, under a folder instead of under /."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.deploy.context import sent
from tests.deploy.dockerfile import Instruction
from tests.deploy.files import ROOT

PATIENCE = 300.0
"""Seconds for one command; the longest downloads 47 packages."""


class Builder:
    """A stage under way: `root` stands for the root of the image's file system."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._place = root
        self._context = list(sent())

    def enter(self, steps: Sequence[Instruction]) -> None:
        """Go where these steps, which were done before, have led."""
        for step in steps:
            if step.keyword == "WORKDIR":
                self._place = self._inside(step.value)
                self._place.mkdir(parents=True, exist_ok=True)

    def build(self, steps: Sequence[Instruction]) -> None:
        """Do what the steps say. Raises AssertionError with what a command that failed has said."""
        for step in steps:
            match step.keyword:
                case "WORKDIR":
                    self.enter([step])
                case "COPY":
                    self._copy(step)
                case "RUN":
                    self._run(step.words)
                case other:
                    raise AssertionError(f"the build stage says {other}, which this builder does not know")

    def _copy(self, step: Instruction) -> None:
        target = self._place / step.target
        for source in step.sources:
            files = [path for path in self._context if path.is_relative_to(source)]
            assert files, f"COPY {source}: not in the build context"
            whole = files == [Path(source)]
            for file in files:
                # Docker copies what is in a folder, not the folder.
                to = target / (file.name if whole else file.relative_to(source))
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, to, follow_symlinks=False)

    def _run(self, words: list[str]) -> None:
        program, *arguments = [str(self._inside(word)) if word.startswith("/") else word for word in words]
        done = subprocess.run(
            [sys.executable if program == "python" else program, *arguments],
            cwd=self._place,
            # Compiling 3500 modules takes most of the time and proves nothing. A PYTHONPATH of the developer's would
            # have pip find our package where it is not.
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PIP_NO_COMPILE": "1"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"RUN {' '.join(words)}: exit code {done.returncode}: {done.stdout}{done.stderr}"

    def _inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")
