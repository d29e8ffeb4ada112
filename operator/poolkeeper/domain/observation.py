"""What was seen of a live pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from poolkeeper.domain.schema.canonical import Form


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A pool as a list shows it; two equal rows mean that nothing worth reading has happened in between.

    The ETag moves with every change of the pool, the two states also without it (a resize that ends).
    """

    etag: str
    state: str
    allocation_state: str


@dataclass(frozen=True, slots=True)
class Written:
    """What the service answered to a write: the new version, which is also the ETag of the next read."""

    etag: str
    last_modified: str
    request_id: str


@dataclass(frozen=True, slots=True)
class LivePool:
    """A pool as it was read."""

    row: PoolRow
    last_modified: str
    """RFC 3339."""
    current_mode: str | None
    """The node communication mode in use; None while the pool has no nodes."""
    form: Form
    properties: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """As the service spells them; held only while the pool is looked at."""
    created: str = ""
    """The pool's creationTime, as the service spells it: a pool that is made anew has another."""

    def row_after(self, written: Written) -> PoolRow:
        """The row that a list shows once the write is the newest change, so that it is not taken for another's."""
        return PoolRow(written.etag, self.row.state, self.row.allocation_state)
