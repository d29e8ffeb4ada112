"""The one error of the test bed: something a person has to fix, said so that they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class BedError(RuntimeError):
    """A part of the test bed is missing or did not start.

    The message names the part, the cause and the next step.
    """


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, indented for quoting in a message; a note if there are none."""
    text = log.read_text(errors="replace") if log.exists() else ""
    kept = text.splitlines()[-lines:] or ["(empty)"]
    return "\n".join([f"last lines of {log}:", *(f"  | {line}" for line in kept)])
