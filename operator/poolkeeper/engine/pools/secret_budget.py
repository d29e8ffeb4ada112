"""How many requests to the Kubernetes API each namespace may cause."""

from __future__ import annotations

from collections.abc import Callable

PER_SECOND = 20.0
"""Secrets that are checked for one namespace in the long run."""

AT_ONCE = 400.0
"""Secrets that are checked together: a large namespace is checked once an interval, and not a bit at a time."""


class Budget:
    """A bucket for each namespace, which fills while it is not used. What is full is forgotten."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._empty_until: dict[str, float] = {}
        """When each bucket is full again."""

    def takes(self, namespace: str) -> bool:
        """Take one from the namespace's bucket; False when it is empty."""
        now = self._monotonic()
        full_at = max(self._empty_until.get(namespace, now), now) + 1 / PER_SECOND
        if full_at - now > AT_ONCE / PER_SECOND:
            return False
        self._empty_until = {name: at for name, at in self._empty_until.items() if at > now} | {namespace: full_at}
        return True
