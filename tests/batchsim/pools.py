"""One pool: what is kept of it, its versions of the past, and how an api-version shows it.

What is kept is replaced whole and never changed in place, so a past version costs one reference
and can be shown again (the stale answers of the fault board).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.batchsim import normalise, shapes
from tests.batchsim.etags import etag_of, iso_of

if TYPE_CHECKING:
    from tests.batchsim.nodes import Node
    from tests.batchsim.versions import ApiVersion

Json = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """What a pool was from `modified` on (ticks). `shown` is `kept` without what the service hides."""

    kept: Json
    shown: Json
    modified: int
    stored_at: int


@dataclass
class Pool:
    """The state of one pool. Times are ticks; `versions` ends with the present one."""

    id: str
    created: int
    versions: deque[Version] = field(default_factory=lambda: deque(maxlen=50))
    state: str = "active"
    state_since: int = 0
    allocation: str = "steady"
    allocation_since: int = 0
    nodes: list[Node] = field(default_factory=list)

    @property
    def present(self) -> Version:
        return self.versions[-1]

    @property
    def kept(self) -> Json:
        return self.present.kept

    @property
    def modified(self) -> int:
        return self.present.modified

    @property
    def etag(self) -> str:
        return etag_of(self.modified)

    def store(self, properties: Json, *, modified: int, stored_at: int) -> None:
        self.versions.append(
            Version(kept=properties, shown=normalise.shown(properties), modified=modified, stored_at=stored_at)
        )

    def version_before(self, *, stored_at: int | None = None, changes: int = 0) -> Version:
        """The version that stood at a moment, or so many changes ago; the oldest known when history is short."""
        if stored_at is not None:
            old_enough = [version for version in self.versions if version.stored_at <= stored_at]
            return old_enough[-1] if old_enough else self.versions[0]
        return self.versions[max(0, len(self.versions) - 1 - changes)]


def _dedicated(pool: Pool) -> int:
    return sum(node.dedicated for node in pool.nodes)


def _current_mode(pool: Pool, at: Version) -> str | None:
    # Absent without nodes (azure-sdk-for-js, pool_operations_test); which mode `default` becomes is the
    # service's business: Microsoft's pages call simplified the one to come.
    if not pool.nodes:
        return None
    wanted = str(at.kept.get("targetNodeCommunicationMode", "default")).lower()
    return "classic" if wanted == "classic" else "simplified"


# What the service computes; a pool's definition may bear it, but it is not kept as given.
COMPUTED: dict[str, Callable[[Pool, Version, str], Any]] = {
    "id": lambda pool, _at, _url: pool.id,
    "url": lambda pool, _at, url: f"{url}/pools/{pool.id}",
    "eTag": lambda _pool, at, _url: etag_of(at.modified),
    "lastModified": lambda _pool, at, _url: iso_of(at.modified),
    "creationTime": lambda pool, _at, _url: iso_of(pool.created),
    "state": lambda pool, _at, _url: pool.state,
    "stateTransitionTime": lambda pool, _at, _url: iso_of(pool.state_since),
    "allocationState": lambda pool, _at, _url: pool.allocation,
    "allocationStateTransitionTime": lambda pool, _at, _url: iso_of(pool.allocation_since),
    "currentDedicatedNodes": lambda pool, _at, _url: _dedicated(pool),
    "currentLowPriorityNodes": lambda pool, _at, _url: len(pool.nodes) - _dedicated(pool),
    "currentNodeCommunicationMode": lambda pool, at, _url: _current_mode(pool, at),
}


def view(
    pool: Pool,
    *,
    base_url: str,
    api_version: ApiVersion,
    select: tuple[str, ...] | None = None,
    version: Version | None = None,
) -> Json:
    """The pool as GET shows it: keys in the order of recordings, those of $select only, absent ones left out."""
    at = version or pool.present
    names = select or (*shapes.CLOUD_POOL, *(n for n in at.shown if n not in shapes.CLOUD_POOL))
    seen: Json = {}
    for name in names:
        if name in api_version.unknown:
            continue
        compute = COMPUTED.get(name)
        value = at.shown.get(name) if compute is None else compute(pool, at, base_url)
        if value is not None:
            seen[name] = value
    return seen
