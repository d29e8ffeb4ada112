"""A write that was sent and not answered: noted before, so that what became of it can be told all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolkeeper.domain.diff.drift import Difference
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.known.pool import version_in, version_told
from poolkeeper.domain.observation import LivePool, Written
from poolkeeper.domain.status_types import MOST_ETAG, MOST_PATHS, PendingWriteFields

MOST_CHARACTERS = 1024
"""Of the path of a change."""


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """What was sent, and over what."""

    time: str
    """RFC 3339."""
    etag: str
    """Of the live state that it was decided on."""
    desired_version: DesiredVersion
    differences: tuple[Difference, ...]
    drifted: bool

    @property
    def told(self) -> PendingWriteFields:
        """For `status.pendingWrite`."""
        version = version_told(self.desired_version)
        return {
            **version,
            "time": self.time,
            "eTag": self.etag[:MOST_ETAG],
            "drifted": self.drifted,
            "changes": [
                {"op": one.op, "path": one.path}
                for one in self.differences[:MOST_PATHS]
                if len(one.path) <= MOST_CHARACTERS
            ],
        }

    @classmethod
    def in_status(cls, status: Mapping[str, Any]) -> PendingWrite | None:
        """The one that a status tells of, if it is one."""
        value = status.get("pendingWrite")
        desired_version = version_in(value)
        match value:
            case {"time": str(time), "eTag": str(etag), "drifted": bool(drifted), "changes": list(changes)}:
                differences = _differences(changes)
                if desired_version is not None:
                    return cls(time, etag, desired_version, differences, drifted)
        return None

    def found_in(self, live: LivePool) -> Written:
        """What the service would have answered, as far as the pool tells."""
        return Written(etag=live.row.etag, last_modified=live.last_modified, request_id="")


def _differences(changes: Sequence[Any]) -> tuple[Difference, ...]:
    found = []
    for change in changes:
        match change:
            case {"op": str(op), "path": str(path)}:
                found.append(Difference(path, op))
    return tuple(found)
