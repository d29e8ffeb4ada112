"""Reading a status that anybody may have written: another version, a backup, a hand.

The CRD demands little of a status, and the operator builds each on the one before it. What has not the shape that it
would have written is left out here, once, so that nothing behind it can stumble.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Status = dict[str, Any]

_CONDITION = {"type": str, "status": str, "reason": str, "message": str, "lastTransitionTime": str}
_SHAPES: dict[str, dict[str, type]] = {
    "lastWrite": {"time": str, "eTag": str, "generation": int, "requestID": str},
    "lastDrift": {"time": str, "eTag": str, "paths": list, "corrected": bool},
    "plan": {"hash": str, "eTag": str, "generation": int},
    "pool": {"state": str, "allocationState": str},
}


def readable(status: Any) -> Status:
    """The status without what cannot be read."""
    if not isinstance(status, Mapping):
        return {}
    found = {name: value for name, value in status.items() if _fits(name, value)}
    if "conditions" in found:
        found["conditions"] = [one for one in found["conditions"] if _is_condition(one)]
    if "drift" in found:
        found["drift"] = [one for one in found["drift"] if _has(one, {"op": str, "path": str})]
    return found


def with_history(status: Status, meant: Status) -> Status:
    """The status with the last write and the last drift that were meant, where it has older ones, or none.

    Everything else is computed anew from what is seen; these are all that tells of them.
    """
    found = dict(status)
    if "address" in meant and "address" not in status:
        # Whose history it is goes with it.
        found["address"] = meant["address"]
    if _time(meant, "lastWrite") > _time(status, "lastWrite"):
        # What it was made of goes with the write.
        found = {name: value for name, value in found.items() if name != "secretVersions"}
        found |= {name: meant[name] for name in ("lastWrite", "secretVersions") if name in meant}
    if _time(meant, "lastDrift") > _time(status, "lastDrift"):
        found["lastDrift"] = meant["lastDrift"]
    return found


def _time(status: Status, name: str) -> str:
    return str(status[name]["time"]) if name in status else ""


def _fits(name: str, value: Any) -> bool:
    match name:
        case "conditions" | "drift":
            return isinstance(value, list)
        case "eTag" | "lastModified" | "lastHandledReconcileAt":
            return isinstance(value, str)
        case "observedGeneration":
            return isinstance(value, int)
        case _ if name in _SHAPES:
            return _has(value, _SHAPES[name])
        case _:
            return True


def _is_condition(value: Any) -> bool:
    return _has(value, {**_CONDITION, "observedGeneration": int})


def _has(value: Any, shape: Mapping[str, type]) -> bool:
    return isinstance(value, Mapping) and all(isinstance(value.get(name), kind) for name, kind in shape.items())
