"""From one status to another as a JSON patch (RFC 6902) that a namesake of the resource does not take.

An object that was deleted and made anew under the same name is another one, and must not inherit what the first was
told: that it is adopted, for one. The patch begins with a test of the uid, and the API server applies all of it or
nothing. (A uid in a merge patch of a custom resource's status is ignored; seen on kube-apiserver 1.37.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Operation = dict[str, Any]


def status_patch(uid: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Operation]:
    """The operations that make `new` of `old`, field by field; empty when they are equal."""
    if not old and new:
        changes: list[Operation] = [{"op": "add", "path": "/status", "value": dict(new)}]
    else:
        gone = [{"op": "remove", "path": f"/status/{name}"} for name in old if name not in new]
        moved = [(name, value) for name, value in new.items() if name not in old or old[name] != value]
        changes = [*gone, *({"op": "add", "path": f"/status/{name}", "value": value} for name, value in moved)]
    return [{"op": "test", "path": "/metadata/uid", "value": uid}, *changes] if changes else []
