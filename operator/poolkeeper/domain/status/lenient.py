"""Reading a status that anybody may have written: another version, a backup, a hand.

The CRD demands little of a status, and the operator builds each on the one before it. What has not the shape that it
would have written is left out here, once, so that nothing behind it can stumble.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from poolkeeper.domain.status_types import AccountStatus, LastDriftFields, LastWriteFields, PoolStatus, without

Status = TypeVar("Status", PoolStatus, AccountStatus)

_CONDITION = {"type": str, "status": str, "reason": str, "message": str, "lastTransitionTime": str}
_SHAPES: dict[str, dict[str, type]] = {
    "lastWrite": {"time": str, "eTag": str, "generation": int, "requestID": str},
    "lastDrift": {"time": str, "eTag": str, "paths": list, "corrected": bool},
    "plan": {"hash": str, "eTag": str, "generation": int},
    "pool": {"state": str, "allocationState": str},
}


def readable(status: Status) -> Status:
    """The status without what cannot be read."""
    if not isinstance(status, Mapping):
        return {}
    found: dict[str, Any] = {name: value for name, value in status.items() if _fits(name, value)}
    if "conditions" in found:
        found["conditions"] = [one for one in found["conditions"] if _is_condition(one)]
    if "drift" in found:
        found["drift"] = [one for one in found["drift"] if _has(one, {"op": str, "path": str})]
    return cast("Status", found)


def with_history(status: PoolStatus, meant: PoolStatus) -> PoolStatus:
    """The status with the last write and the last drift that were meant, where it has older ones, or none.

    Everything else is computed anew from what is seen; these are all that tells of them.
    """
    found = status.copy()
    if "address" in meant and "address" not in status:
        # Whose history it is goes with it.
        found["address"] = meant["address"]
    if "lastWrite" in meant and meant["lastWrite"]["time"] > _time(status.get("lastWrite")):
        found["lastWrite"] = meant["lastWrite"]
        # What it was made of goes with the write.
        found = without(found, "secretVersions")
        if "secretVersions" in meant:
            found["secretVersions"] = meant["secretVersions"]
    if "lastDrift" in meant and meant["lastDrift"]["time"] > _time(status.get("lastDrift")):
        found["lastDrift"] = meant["lastDrift"]
    return found


def _time(event: LastWriteFields | LastDriftFields | None) -> str:
    return "" if event is None else event["time"]


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
