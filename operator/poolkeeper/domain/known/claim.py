"""By what right a resource has a pool: it was there, with an account that had signed in, when nobody else had it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from poolkeeper.domain.azure.endpoints import service_of
from poolkeeper.domain.resources import BatchAccount, BatchPool
from poolkeeper.domain.status_types import ClaimFields

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_WHOLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claim:
    """One resource's, to one pool id of one service."""

    endpoint: str
    pool_id: str
    uid: str
    """Of the BatchPool."""
    since: str
    """RFC 3339 in UTC with whole seconds: when it was made, by the operator's clock."""

    @classmethod
    def of(cls, pool: BatchPool, account: BatchAccount, *, since: str) -> Claim:
        """The claim that a pool would have to what it asks for."""
        return cls(service_of(account.endpoint), pool.pool_id.casefold(), pool.uid, since)

    @classmethod
    def in_status(cls, status: Mapping[str, Any]) -> Claim | None:
        """The one that a status tells of, if it is one."""
        match status.get("claim"):
            case {"endpoint": str(endpoint), "poolID": str(pool_id), "uid": str(uid), "since": str(since)}:
                return cls(endpoint, pool_id, uid, since) if _WHOLE.fullmatch(since) else None
            case _:
                return None

    @property
    def told(self) -> ClaimFields:
        """For `status.claim`."""
        return {"endpoint": self.endpoint, "poolID": self.pool_id, "uid": self.uid, "since": self.since}

    def is_for(self, pool: BatchPool, account: BatchAccount) -> bool:
        """Whether it is this resource's, to what it asks for now."""
        return self == Claim.of(pool, account, since=self.since)

    def after(self, others: Iterable[Claim]) -> Claim:
        """The claim, dated after all of these: a clock may have been set back since they were made."""
        newest = max((other.since for other in others), default="")
        if newest < self.since:
            return self
        try:
            since = (datetime.strptime(newest, _TIME) + timedelta(seconds=1)).strftime(_TIME)  # noqa: DTZ007 - text to text
        except (ValueError, OverflowError):
            since = newest
        return replace(self, since=since)
