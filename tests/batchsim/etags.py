"""Time as the service counts it, and the ETags it makes of time.

An ETag is `0x` and the upper-case hex digits of the .NET ticks (100 ns since 0001-01-01) of lastModified:
true of every pool in the recordings of Azure/azure-powershell, azure-cli and azure-sdk-for-python, 2022 to 2025.
Clients must treat it as opaque; only a stand-in may use the rule.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Clock = Callable[[], datetime]

TICKS_PER_SECOND = 10_000_000
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


def ticks_of(moment: datetime) -> int:
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * TICKS_PER_SECOND + delta.microseconds * 10


def moment_of(ticks: int) -> datetime:
    """The moment, cut to microseconds: Python knows no finer ones."""
    return _EPOCH + timedelta(microseconds=ticks // 10)


def etag_of(ticks: int) -> str:
    return f"0x{ticks:X}"


def iso_of(ticks: int) -> str:
    """`2025-09-17T22:43:57.1234567Z`: seven digits, trailing zeros cut, as .NET writes it."""
    digits = f"{ticks % TICKS_PER_SECOND:07d}".rstrip("0")
    whole = moment_of(ticks).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{digits}Z" if digits else f"{whole}Z"


def ticks_of_iso(text: str) -> int:
    """The inverse of `iso_of`, for pools that are read from a file."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return ticks_of(datetime.fromisoformat(whole).replace(tzinfo=UTC)) + int(fraction.ljust(7, "0")[:7] or 0)


def http_date_of(ticks: int) -> str:
    """RFC 1123, whole seconds: Last-Modified is coarser than the ETag."""
    return format_datetime(moment_of(ticks).replace(microsecond=0), usegmt=True)


class Ticker:
    """Hands out ticks that never repeat and never go back, whatever the clock under it does."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock = clock
        self._last = 0

    def now(self) -> int:
        return ticks_of(self.clock())

    def next(self, *, after: int = 0) -> int:
        """Ticks later than all before, and than `after`: a pool may come from a file that is ahead of the clock."""
        self._last = max(self.now(), self._last + 1, after + 1)
        return self._last
