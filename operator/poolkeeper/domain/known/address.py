"""Which pool a memory is of.

What is known of a pool (that it is ours, what was sent, what was refused) holds for one pool of one service, asked for
by one resource, and seen through one api-version by one set of rules. A pool that is made anew under its old id, an
account that points elsewhere, a status from a backup, an operator that has learnt to see more: each is another address,
and inherits nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolkeeper.domain.azure.endpoints import service_of
from poolkeeper.domain.resources import BatchAccount, BatchPool
from poolkeeper.domain.schema.canonical import RULES_VERSION
from poolkeeper.domain.status_types import AddressFields


@dataclass(frozen=True, slots=True)
class Address:
    """One pool, as one resource asks for it and one version sees it."""

    endpoint: str
    """As `service_of` spells it."""
    pool_id: str
    """In lower case, as the service compares ids."""
    created: str
    """The pool's creationTime, as the service spells it."""
    uid: str
    """Of the BatchPool."""
    api_version: str
    rules: int = RULES_VERSION
    """The version of the rules by which pools are compared."""

    @classmethod
    def of(cls, pool: BatchPool, account: BatchAccount, *, created: str) -> Address:
        """Where `pool` is, after the live pool's `created` was read."""
        return cls(service_of(account.endpoint), pool.pool_id.casefold(), created, pool.uid, account.api_version)

    @classmethod
    def in_status(cls, status: Mapping[str, Any]) -> Address | None:
        """The one that a status speaks of; None where it says none, or nothing that can be one."""
        match status.get("address"):
            case {
                "endpoint": str(endpoint),
                "poolID": str(pool_id),
                "creationTime": str(created),
                "uid": str(uid),
                "apiVersion": str(api_version),
                "rulesVersion": int(rules),
            }:
                return cls(endpoint, pool_id, created, uid, api_version, rules)
            case _:
                return None

    @property
    def told(self) -> AddressFields:
        """For `status.address`."""
        return {
            "endpoint": self.endpoint,
            "poolID": self.pool_id,
            "creationTime": self.created,
            "uid": self.uid,
            "apiVersion": self.api_version,
            "rulesVersion": self.rules,
        }

    def same_pool(self, other: Address | None) -> bool:
        """Whether the other is this very pool of this very resource, perhaps seen otherwise."""
        return other is not None and replace(self, api_version="", rules=0) == replace(other, api_version="", rules=0)
