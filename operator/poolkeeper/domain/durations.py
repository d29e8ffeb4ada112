"""Durations as Kubernetes writes them: `90s`, `5m`, `1h30m`."""

from __future__ import annotations

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: str) -> float:
    """The length of a duration in seconds; raises ValueError for anything else than a sum of parts."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        message = f"{text!r} is not a duration such as 90s, 5m or 1h30m"
        raise ValueError(message)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def spelled(length: float) -> str:
    """A duration of whole seconds as people write it: `35s`, `10m`, `1h`."""
    unit = next(unit for unit in ("h", "m", "s") if length % _SECONDS[unit] == 0)
    return f"{length / _SECONDS[unit]:g}{unit}"
