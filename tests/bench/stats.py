"""Small statistics, pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed: nearest rank, nothing invented."""
    if not values:
        raise ValueError("no values, so no percentile of them")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def middle(values: Sequence[float | None]) -> float | None:
    """The median of those that were measured; None if none was."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def busiest(moments: Sequence[float], *, seconds: float = 1.0) -> int:
    """The most moments within any stretch of so many seconds, its end not included."""
    ordered = sorted(moments)
    # A stretch that holds the most can be moved to the right until it begins with a moment.
    return max((_before(ordered, start + seconds) - index for index, start in enumerate(ordered)), default=0)


def _before(ordered: Sequence[float], end: float) -> int:
    return bisect_right(ordered, math.nextafter(end, -math.inf))


def displaced(asked: Sequence[str], served: Sequence[str]) -> tuple[float, int]:
    """How many places each was served away from the place in which it asked: the median, and the most."""
    place = {name: index for index, name in enumerate(served)}
    moved = [abs(place[name] - index) for index, name in enumerate(asked) if name in place]
    return (median(moved), max(moved)) if moved else (0.0, 0)
