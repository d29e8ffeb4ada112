"""What happens by itself after a while: a resize ends, a deleted pool goes, a node comes up.

Nothing runs in the background: whoever looks at the account first lets everything happen that is due.
That keeps an injected clock in charge, and a test can make a pool's pending things happen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class _Pending:
    due: int | None
    pool: str
    topic: str
    action: Callable[[int], None]


class Timers:
    """Pending actions, each with its due time (ticks; None: not by itself), its pool and its topic.

    A pool has at most one pending action for a topic: a new one takes the place of the old.
    """

    def __init__(self) -> None:
        self._pending: list[_Pending] = []

    def schedule(self, action: Callable[[int], None], *, due: int | None, pool: str, topic: str) -> None:
        """Have `action(now)` run once it is due."""
        self.forget(pool, topic)
        self._pending.append(_Pending(due, pool.casefold(), topic, action))

    def run_due(self, now: int) -> None:
        """Run what is due, each at its own moment: what that schedules may be due by now, too."""
        while due := [item for item in self._pending if item.due is not None and item.due <= now]:
            first = min(due, key=lambda item: item.due or 0)
            self._pending.remove(first)
            first.action(first.due or now)

    def run_pending(self, pool: str, *, now: int) -> bool:
        """Run what is pending for a pool now, in the order in which it was scheduled; whether anything was."""
        items = [item for item in self._pending if item.pool == pool.casefold()]
        for item in items:
            # An action may have taken another away: a pool that went took its resize with it.
            if item in self._pending:
                self._pending.remove(item)
                item.action(now)
        return bool(items)

    def forget(self, pool: str, topic: str | None = None) -> None:
        self._pending = [
            item
            for item in self._pending
            if item.pool != pool.casefold() or (topic is not None and item.topic != topic)
        ]
