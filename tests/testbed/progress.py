"""Long commands that tell how they are getting on.

Everything goes to standard error: standard output belongs to `eval "$(python -m tests.testbed up)"`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.testbed.errors import BedError, tail
from tests.testbed.processes import leash_to_me

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEARTBEAT = 15.0
"""Seconds between two signs of life: short enough that nobody takes a build for a hang."""


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"testbed: {text}", file=sys.stderr, flush=True)


def run(
    command: list[str],
    *,
    what: str,
    expect: str,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    heartbeat: float = HEARTBEAT,
) -> None:
    """Run a command to its end, its output in `log`, with a line every `heartbeat` seconds.

    Raises BedError with the end of the log when the command fails or cannot be started. The command and
    its children end with the caller, interrupted or killed.
    """
    say(f"{what} ({expect}; log: {log})")
    began = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            leash_to_me(command),
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while True:
            try:
                code = process.wait(timeout=heartbeat)
                break
            except subprocess.TimeoutExpired:
                say(f"  ... {time.monotonic() - began:.0f} s: {what}{_last_word(log)}")
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if code != 0:
        raise BedError(f"{what}: `{' '.join(command)}` failed with exit code {code}; {tail(log)}")
    say(f"  done in {time.monotonic() - began:.0f} s")


def _last_word(log: Path) -> str:
    words = log.read_text(errors="replace").splitlines()
    return f" [{words[-1][:80]}]" if words else ""
