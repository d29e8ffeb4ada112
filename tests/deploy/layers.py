"""Keeps what a build stage does before it copies the sources, as Docker keeps layers: it takes half a minute.

A virtual environment works at one place only, so the stage is built where the layer is kept, and the next build
begins by removing what the last one put on top.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tests.deploy.builder import Builder
from tests.deploy.dockerfile import Instruction, Stage
from tests.deploy.files import ROOT
from tests.testbed.lock import exclusive


@contextmanager
def built(stage: Stage, *, kept: Path, session: Path) -> Iterator[Path]:
    """The root of the stage's file system, built once for all workers of a session, which share the folder `session`.

    Nobody rebuilds it while it is in use: where another test run uses what is kept, this one builds all of it anew,
    in the session's own folder.
    """
    told = session / "image.root"
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "in-use").open("w") as use:
        with exclusive(kept / "build.lock"):
            if not told.exists():
                root = kept / "root" if _nobody_else(use) else session / "image"
                _build(stage, root, layer=root.parent / "layer")
                told.write_text(str(root))
            # Still under the other lock: nobody can begin to build in between.
            fcntl.flock(use, fcntl.LOCK_SH)
        yield Path(told.read_text())


def _nobody_else(use: TextIO) -> bool:
    try:
        fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _build(stage: Stage, root: Path, *, layer: Path) -> None:
    first = next(number for number, step in enumerate(stage.steps) if _takes_sources(step))
    below, above = stage.steps[:first], stage.steps[first:]
    name = _name(below)
    listed = layer.read_text().splitlines() if layer.exists() else []
    builder = Builder(root)
    if listed[:1] == [name]:
        _remove_all_but({root / path for path in listed[1:]}, root)
        builder.enter(below)
    else:
        layer.unlink(missing_ok=True)
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        builder.build(below)
        layer.write_text("\n".join([name, *(str(path.relative_to(root)) for path in _files(root))]))
    builder.build(above)


def _takes_sources(step: Instruction) -> bool:
    return step.keyword == "COPY" and "pyproject.toml" in step.sources


def _name(steps: list[Instruction]) -> str:
    """Whatever these steps depend on: their words, the files that they copy, this Python."""
    found = hashlib.sha256(sys.version.encode())
    for step in steps:
        found.update(f"{step.keyword} {step.value}\n".encode())
        for source in step.sources if step.keyword == "COPY" else ():
            found.update((ROOT / source).read_bytes())
    return found.hexdigest()


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_symlink() or not path.is_dir()]


def _remove_all_but(kept: set[Path], root: Path) -> None:
    for path in _files(root):
        if path not in kept:
            path.unlink()
    for folder in sorted((path for path in root.rglob("*") if path.is_dir() and not path.is_symlink()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
