"""How often each path was put right lately: the breaker for a fight with another writer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field


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

    def corrected(self, paths: Iterable[str], *, now: float) -> None:
        """These paths were put right."""
        for path in paths:
            self._times.setdefault(path, deque(maxlen=self.limit.corrections)).append(now)
        self._times = {path: times for path, times in self._times.items() if times[-1] > now - self.limit.window}

    def flapping(self, paths: Iterable[str], *, now: float) -> list[str]:
        """Those of the paths that have been put right too often."""
        return [path for path in paths if self._pause(path, now=now) > 0]

    def pause(self, paths: Iterable[str], *, now: float) -> float:
        """Seconds until all of these paths may be tried again."""
        return max((self._pause(path, now=now) for path in paths), default=0.0)

    def clear(self) -> None:
        """Begin to count anew."""
        self._times.clear()

    def _pause(self, path: str, *, now: float) -> float:
        times = self._times.get(path)
        if times is None or len(times) < self.limit.corrections or times[-1] - times[0] >= self.limit.window:
            return 0.0
        # The whole window after the last correction, not after the first: otherwise the fight would go on at once.
        return max(0.0, times[-1] + self.limit.window - now)
