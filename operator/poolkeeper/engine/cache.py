"""The newest known state of every BatchPool and BatchAccount.

Watches and the answers to our own patches feed it. They race: the resource version tells which is newer. (Kubernetes
has declared resource versions of one resource comparable as numbers; before, every implementation already was.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Generic, TypeVar

from poolkeeper.domain.resources import BatchAccount, BatchPool, Key

Indexed = TypeVar("Indexed", str, Key)
Kept = TypeVar("Kept", BatchPool, BatchAccount)


class Store(Generic[Kept]):
    """The resources of one kind by key. Only the newest version counts, and what was deleted stays deleted."""

    def __init__(self) -> None:
        self._kept: dict[Key, Kept] = {}
        self._deleted: set[str] = set()
        self.newest = 0
        """The newest resource version that was ever seen."""

    def get(self, key: Key) -> Kept | None:
        return self._kept.get(key)

    def all(self) -> Iterable[Kept]:
        return self._kept.values()

    def put(self, new: Kept) -> bool:
        """Keep a resource; False when a newer version is known, or its deletion."""
        old = self._kept.get(new.key)
        if new.uid in self._deleted or (old is not None and _is_older(new, old)):
            return False
        self.newest = max(self.newest, new.resource_version)
        self._kept[new.key] = new
        return True

    def drop(self, key: Key, uid: str | None) -> Kept | None:
        old = self._kept.get(key)
        gone = uid or (None if old is None else old.uid)
        if gone is not None:
            # A list that was asked for before the deletion may arrive after it.
            self._deleted.add(gone)
        if old is None or old.uid != gone:
            return None
        return self._kept.pop(key)

    def missing_from(self, listed: AbstractSet[Key], *, as_of: int) -> list[Key]:
        """What a list should have held and did not; what is newer than the list cannot be missed."""
        return [key for key, kept in self._kept.items() if key not in listed and kept.resource_version <= as_of]

    def forget_deletions(self) -> None:
        self._deleted.clear()

    def begin_anew(self) -> None:
        self._kept = {key: replace(one, resource_version=0) for key, one in self._kept.items()}
        self._deleted.clear()
        self.newest = 0


def _is_older(new: Kept, old: Kept) -> bool:
    """Whether a resource is an older state of one that is known.

    A higher generation under a lower version is not: only a cluster that was restored from a backup shows it.
    """
    same = old.uid == new.uid and old.resource_version > new.resource_version
    return same and old.generation >= new.generation


class Cache:
    """A store for each kind, and who refers to whom."""

    def __init__(self) -> None:
        self._pools: Store[BatchPool] = Store()
        self._accounts: Store[BatchAccount] = Store()
        self._members: dict[Key, set[Key]] = {}
        self._namesakes: dict[str, set[Key]] = {}

    def pool(self, key: Key) -> BatchPool | None:
        """The pool, unless it is gone."""
        return self._pools.get(key)

    def account(self, key: Key) -> BatchAccount | None:
        """The account, unless it is gone."""
        return self._accounts.get(key)

    def pools(self) -> Iterable[BatchPool]:
        """All pools."""
        return self._pools.all()

    @property
    def newest(self) -> int:
        """The newest resource version that was ever seen."""
        return max(self._pools.newest, self._accounts.newest)

    def begin_anew(self) -> None:
        """Versions begin anew: whatever is listed next is newer than what is known."""
        self._pools.begin_anew()
        self._accounts.begin_anew()

    def accounts(self) -> Iterable[BatchAccount]:
        """All accounts."""
        return self._accounts.all()

    def members(self, account: Key) -> Iterator[BatchPool]:
        """The pools that refer to an account, whether it exists or not."""
        for key in sorted(self._members.get(account, ())):
            pool = self._pools.get(key)
            assert pool is not None, "members and pools change together"
            yield pool

    def put_pool(self, pool: BatchPool) -> bool:
        """Keep a pool; False when a newer version of it is known, or its deletion."""
        before = self._pools.get(pool.key)
        if not self._pools.put(pool):
            return False
        if before is not None:
            # A namesake that was made anew may refer to another account, and to another pool.
            self._leave(before)
        self._members.setdefault(pool.account, set()).add(pool.key)
        self._namesakes.setdefault(pool.pool_id.casefold(), set()).add(pool.key)
        return True

    def put_account(self, account: BatchAccount) -> bool:
        """Keep an account; False when a newer version of it is known, or its deletion."""
        return self._accounts.put(account)

    def drop_pool(self, key: Key, uid: str | None = None) -> BatchPool | None:
        """Forget a pool (with `uid`: only that one, not a namesake); the one that was known."""
        pool = self._pools.drop(key, uid)
        if pool is not None:
            self._leave(pool)
        return pool

    def drop_account(self, key: Key, uid: str | None = None) -> BatchAccount | None:
        """Forget an account (with `uid`: only that one, not a namesake); the one that was known."""
        return self._accounts.drop(key, uid)

    def lost_pools(self, listed: AbstractSet[Key], *, as_of: int) -> list[Key]:
        """Pools that are known and were not in a list of that resource version."""
        return self._pools.missing_from(listed, as_of=as_of)

    def lost_accounts(self, listed: AbstractSet[Key], *, as_of: int) -> list[Key]:
        """Accounts that are known and were not in a list of that resource version."""
        return self._accounts.missing_from(listed, as_of=as_of)

    def forget_deletions(self) -> None:
        """Every list that was asked for before them has arrived."""
        self._pools.forget_deletions()
        self._accounts.forget_deletions()

    def with_pool_id(self, pool_id: str) -> Iterator[BatchPool]:
        """The resources that ask for a pool of this id, in whatever account."""
        for key in sorted(self._namesakes.get(pool_id.casefold(), ())):
            pool = self._pools.get(key)
            assert pool is not None, "namesakes and pools change together"
            yield pool

    def _leave(self, pool: BatchPool) -> None:
        _discard(self._members, pool.account, pool.key)
        _discard(self._namesakes, pool.pool_id.casefold(), pool.key)


def _discard(index: dict[Indexed, set[Key]], at: Indexed, key: Key) -> None:
    keys = index[at]
    keys.discard(key)
    if not keys:
        del index[at]
