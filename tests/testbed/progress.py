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
    from collections.abc import Callable, Iterable, Mapping
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
    word: Callable[[list[str]], str] | None = None,
) -> None:
    """Run a command to its end, its output in `log`, with a line every `heartbeat` seconds.

    `word` makes of the log's lines what that line says; the last of them, unless told otherwise.

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
                say(f"  ... {time.monotonic() - began:.0f} s: {what}{(word or _last_word)(_lines(log))}")
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if code != 0:
        raise BedError(f"{what}: `{' '.join(command)}` failed with exit code {code}; {tail(log)}")
    say(f"  done in {time.monotonic() - began:.0f} s")


def done_of(wanted: Iterable[str]) -> Callable[[list[str]], str]:
    """A word for `run` of a command that names each thing on a line when it begins with it."""
    names = set(wanted)

    def word(lines: list[str]) -> str:
        return f", package {len(names.intersection(lines))} of {len(names)}"

    return word


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()


def _last_word(lines: list[str]) -> str:
    return f" [{lines[-1][:80]}]" if lines else ""
