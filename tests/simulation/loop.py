"""An event loop in which time passes only when nobody has anything to do."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

_STEP = 1e-9
"""Seconds by which a wait overshoots: a sum of floats may fall short of the time that was meant."""


class _Instant(selectors.DefaultSelector):
    """Waits for nothing: there is no input or output here, and the time that would pass is told at once."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everybody waits for something that never happens")
        if timeout > 0:
            self.loop.now += timeout + _STEP
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time begins at 0."""

    def __init__(self) -> None:
        self.now = 0.0
        selector = _Instant()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now
