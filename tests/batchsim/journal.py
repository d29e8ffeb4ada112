"""Every request the service received, in order, as evidence of who asked for what.

Entries are written when a request arrives and completed when it is answered; one that was never
answered (a reset, a hang) keeps status None. The value of the Authorization header is never kept.
"""

from __future__ import annotations

import threading
import time as system_time
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Enough for the longest benchmark; beyond it the oldest entries go, so that a long demonstration ends well.
MAX_ENTRIES = 200_000


@dataclass
class Entry:
    """One request. `time` is ISO 8601, `seconds` how long the answer took, `body` parsed JSON or None."""

    number: int
    time: str
    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    pool: str | None = None
    node: str | None = None
    body: Any = None
    status: int | None = None
    code: str | None = None
    request_id: str = ""
    etag: str | None = None
    fault: str | None = None
    seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Journal:
    """Entries numbered from 1 on; numbers go on after `clear`, so `since` never means two things."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._changed = threading.Condition()
        self._number = 0

    def open(self, **fields: Any) -> Entry:
        with self._changed:
            self._number += 1
            entry = Entry(number=self._number, **fields)
            self._entries.append(entry)
            self._changed.notify_all()
        return entry

    def close(self, entry: Entry, *, status: int, seconds: float) -> None:
        with self._changed:
            entry.status = status
            entry.seconds = seconds
            self._changed.notify_all()

    @property
    def last_number(self) -> int:
        """The number of the newest entry ever: what to pass as `since` to see only what follows."""
        with self._changed:
            return self._number

    def entries(
        self, *operations: str, since: int = 0, pool: str | None = None, status: int | None = None
    ) -> list[Entry]:
        """The entries numbered above `since`, of these operations if any are named, of this pool, so answered."""
        with self._changed:
            return self._select(operations, since=since, pool=pool, status=status)

    def wait(
        self,
        *operations: str,
        since: int = 0,
        pool: str | None = None,
        status: int | None = None,
        count: int = 1,
        seconds: float = 90.0,
        where: Callable[[Entry], bool] = lambda _entry: True,
    ) -> list[Entry]:
        """The entries that match, as soon as there are `count`; TimeoutError tells what there was instead."""
        deadline = system_time.monotonic() + seconds
        with self._changed:
            while True:
                found = [e for e in self._select(operations, since=since, pool=pool, status=status) if where(e)]
                if len(found) >= count:
                    return found
                left = deadline - system_time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    seen = [f"{e.operation} {e.pool or ''} {e.status}" for e in self._entries if e.number > since]
                    message = (
                        f"{len(found)} of {count} requests {operations or 'of any operation'} arrived"
                        f" within {seconds} s; the journal has {seen[-20:]}"
                    )
                    raise TimeoutError(message)

    def clear(self) -> None:
        with self._changed:
            self._entries.clear()

    def _select(self, operations: tuple[str, ...], *, since: int, pool: str | None, status: int | None) -> list[Entry]:
        return [
            entry
            for entry in self._entries
            if entry.number > since
            and (not operations or entry.operation in operations)
            and (pool is None or (entry.pool or "").casefold() == pool.casefold())
            and (status is None or entry.status == status)
        ]
