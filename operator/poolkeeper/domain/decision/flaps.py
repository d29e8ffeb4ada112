"""How often a pool was put right lately: the breaker for a fight with another writer.

Counted by path, and for the pool as a whole: a writer that gives each of its changes a new name fights as well.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

_OF_THE_POOL = 4
"""Times the limit of one path: so many corrections of a pool, whatever was corrected, are a fight too."""

MOST_PATHS = 500
"""Paths that are counted for one pool; those that were corrected longest ago are forgotten first."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many corrections of one path within so many seconds are a fight, and the next is not sent."""

    corrections: int = 5
    window: float = 3600.0


@dataclass(slots=True)
class Flaps:
    """Corrections of one pool, by path; times in seconds of whatever clock."""

    limit: Limit = field(default_factory=Limit)
    _times: dict[str, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def corrected(self, paths: Iterable[str], *, now: float) -> None:
        """These paths were put right, by one write."""
        for path in paths:
            times = self._times.pop(path, None) or deque(maxlen=self.limit.corrections)
            times.append(now)
            # Anew at the end: in the order in which they were corrected last.
            self._times[path] = times
        recent = {path: times for path, times in self._times.items() if times[-1] > now - self.limit.window}
        self._times = dict(list(recent.items())[-MOST_PATHS:])
        self._all.append(now)
        while len(self._all) > self.limit.corrections * _OF_THE_POOL:
            self._all.popleft()

    def flapping(self, paths: Iterable[str], *, now: float) -> list[str]:
        """Those of the paths that have been put right too often; all of them, if the pool has."""
        paths = list(paths)
        if self._pause_of_the_pool(now=now) > 0:
            return paths
        return [path for path in paths if self._pause(self._times.get(path), self.limit.corrections, now=now) > 0]

    def pause(self, paths: Iterable[str], *, now: float) -> float:
        """Seconds until all of these paths may be tried again."""
        own = (self._pause(self._times.get(path), self.limit.corrections, now=now) for path in paths)
        return max(self._pause_of_the_pool(now=now), *own, 0.0)

    def often(self, *, now: float) -> int:
        """How many corrections made the fight: of a path, or of the pool as a whole."""
        whole = self._pause_of_the_pool(now=now) > 0
        return self.limit.corrections * (_OF_THE_POOL if whole else 1)

    def clear(self) -> None:
        """Begin to count anew."""
        self._times.clear()
        self._all.clear()

    def _pause_of_the_pool(self, *, now: float) -> float:
        return self._pause(self._all, self.limit.corrections * _OF_THE_POOL, now=now)

    def _pause(self, times: deque[float] | None, most: int, *, now: float) -> float:
        if times is None or len(times) < most or times[-1] - times[0] >= self.limit.window:
            return 0.0
        # The whole window after the last correction, not after the first: otherwise the fight would go on at once.
        return max(0.0, times[-1] + self.limit.window - now)
