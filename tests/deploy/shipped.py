"""Runs what the image holds, with nothing of this test run's environment but what reaches a container."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.deploy.dockerfile import parse
from tests.deploy.files import DEPLOY

_, SHIPPED = parse((DEPLOY / "Dockerfile").read_text())
BIN = Path("opt/poolkeeper/bin")


def environment() -> dict[str, str]:
    """What the image sets; the base image's own PATH is this machine's."""
    return SHIPPED.pairs("ENV") | {"PATH": os.defpath}


def command(image: Path, program: str, *arguments: str) -> list[str]:
    """A command line that gives the environment by itself."""
    settings = [f"{name}={value}" for name, value in environment().items()]
    return ["/usr/bin/env", "-i", *settings, str(image / BIN / program), *arguments]


def out(words: Sequence[str]) -> str:
    """What a command that ends well and complains of nothing prints."""
    done = subprocess.run(words, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
