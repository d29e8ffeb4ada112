"""Waiting for something to become true, with a deadline and a message that says what never came."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from tests.testbed.errors import BedError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def until(look: Callable[[], T], *, what: str, patience: float, every: float = 0.05) -> T:
    """Call `look` until it returns something true, and return that.

    Raises BedError after `patience` seconds, quoting what `look` returned last.
    """
    deadline = time.monotonic() + patience
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise BedError(f"{what}: not within {patience:g} s; last seen: {seen!r}")
        time.sleep(every)
    return seen
