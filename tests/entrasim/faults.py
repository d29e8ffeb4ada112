"""Troubles of the token endpoints that a test switches on: a code, a status, or slowness; for some requests or all."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(kw_only=True)
class Trouble:
    """`count` is how many requests it meets; None is all until it is cleared."""

    aadsts: int | None = None
    status: int | None = None
    retry_after: str | None = None
    body: str | None = None
    seconds: float = 0.0
    count: int | None = None


class Switchboard:
    """The troubles that are on; each request meets the oldest."""

    def __init__(self) -> None:
        self._troubles: list[Trouble] = []
        self._lock = threading.Lock()

    def add(self, trouble: Trouble) -> None:
        with self._lock:
            self._troubles.append(trouble)

    def clear(self) -> None:
        with self._lock:
            self._troubles.clear()

    def take(self) -> Trouble | None:
        """What this request meets."""
        with self._lock:
            if not self._troubles:
                return None
            trouble = self._troubles[0]
            if trouble.count is not None:
                trouble.count -= 1
                if trouble.count == 0:
                    self._troubles.pop(0)
            return trouble
