"""The newest known state of every BatchPool and BatchAccount.

Fed by watches and by the answers to our own patches, which race: the resource version tells which is newer. (Kubernetes
has declared resource versions of one resource comparable as numbers; before, every implementation already was.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from poolkeeper.domain.resources import BatchAccount, BatchPool, Key

Kept = TypeVar("Kept", BatchPool, BatchAccount)


class Catalog:
    """Two maps by key, and who refers to whom."""

    def __init__(self) -> None:
        self._pools: dict[Key, BatchPool] = {}
        self._accounts: dict[Key, BatchAccount] = {}
        self._members: dict[Key, set[Key]] = {}

    def pool(self, key: Key) -> BatchPool | None:
        """The pool, unless it is gone."""
        return self._pools.get(key)

    def account(self, key: Key) -> BatchAccount | None:
        """The account, unless it is gone."""
        return self._accounts.get(key)

    def put_pool(self, pool: BatchPool) -> BatchPool | None:
        """Keep a pool unless a newer one is known; the one that was known before."""
        before = self._pools.get(pool.key)
        if _keep(self._pools, pool):
            if before is not None and before.account != pool.account:
                self._leave(before)
            self._members.setdefault(pool.account, set()).add(pool.key)
        return before

    def put_account(self, account: BatchAccount) -> BatchAccount | None:
        """Keep an account unless a newer one is known; the one that was known before."""
        before = self._accounts.get(account.key)
        _keep(self._accounts, account)
        return before

    def drop_pool(self, key: Key) -> BatchPool | None:
        """Forget a pool; the one that was known."""
        pool = self._pools.pop(key, None)
        if pool is not None:
            self._leave(pool)
        return pool

    def drop_account(self, key: Key) -> BatchAccount | None:
        """Forget an account; the one that was known."""
        return self._accounts.pop(key, None)

    def members(self, account: Key) -> Iterator[BatchPool]:
        """The pools that refer to an account, whether it exists or not."""
        for key in sorted(self._members.get(account, ())):
            yield self._pools[key]

    def pools(self) -> Iterable[BatchPool]:
        """All pools."""
        return self._pools.values()

    def accounts(self) -> Iterable[BatchAccount]:
        """All accounts."""
        return self._accounts.values()

    def _leave(self, pool: BatchPool) -> None:
        members = self._members[pool.account]
        members.discard(pool.key)
        if not members:
            del self._members[pool.account]


def _keep(kept: dict[Key, Kept], new: Kept) -> bool:
    old = kept.get(new.key)
    if old is not None and old.uid == new.uid and old.resource_version > new.resource_version:
        return False
    kept[new.key] = new
    return True
