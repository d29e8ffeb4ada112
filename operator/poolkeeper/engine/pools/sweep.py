"""The regular check of an account: is anything worth reading?

One list call tells the ETag and state of every pool of the account (1000 to a page); only pools whose row differs
from the one last evaluated are looked at. Where fewer pools are asked for than the list has pages, each is asked for
alone: never more requests than the list takes. (A conditional GET would be as cheap, but its 304 hides the allocation
state, which changes without the ETag.) Where the list fails and the account does not, each pool is asked for alone too:
it costs more, and nobody is left without checks.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence

from poolkeeper.domain.failures import Failure, PoolNotFound, PoolUnavailable
from poolkeeper.domain.observation import PoolRow
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.engine.accounts.breaker import AccountUnavailable, is_passing
from poolkeeper.engine.accounts.client import AccountClient
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.accounts.lists import Lists
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.pools.rotation import Rotation
from poolkeeper.engine.pools.state import GONE, PoolState
from poolkeeper.engine.ports import Listing, Secrets
from poolkeeper.engine.result import After, Done
from poolkeeper.engine.work_items import SweepItem

_EARLIEST = 0.9
"""Of the interval: when the second check comes at the earliest, and the first after trouble; then one each interval."""


class Sweeper:
    """Sweeps groups of pools: those of one account that share an interval."""

    def __init__(
        self,
        cache: Cache,
        accounts: Accounts,
        *,
        secrets: Secrets,
        states: Mapping[Key, PoolState],
        look_at: Callable[[Key], None],
        monotonic: Callable[[], float],
        lists: Lists,
        least_interval: float = 1.0,
    ) -> None:
        self._cache = cache
        self._accounts = accounts
        self._rotation = Rotation(secrets, states=states, monotonic=monotonic)
        self._states = states
        self._look_at = look_at
        self._monotonic = monotonic
        self._lists = lists
        self._least_interval = least_interval
        self._pages: dict[Key, int] = {}
        self._checked: dict[Key, float] = {}
        self._steady: set[SweepItem] = set()
        """The groups that have their place in the interval."""

    def groups(self, account: BatchAccount) -> set[SweepItem]:
        """The groups of an account: its own interval always (it shows whether the account answers), others as used."""
        members = self._cache.members(account.key)
        intervals = {self.interval_of(pool, account) for pool in members if not pool.suspended}
        return {SweepItem(account.key, interval) for interval in intervals | {self.least(account.check_interval)}}

    def least(self, interval: float) -> float:
        """An interval that somebody asks for, as far as the operator's owner allows it."""
        return max(interval, self._least_interval)

    def interval_of(self, pool: BatchPool, account: BatchAccount) -> float:
        """Seconds between checks of a pool."""
        return self.least(account.check_interval if pool.check_interval is None else pool.check_interval)

    async def sweep(self, item: SweepItem) -> Done | After:
        """One check. There is no next one when the group is no more, or only a change of the account can help."""
        delay = await self._delay_after(item)
        return After(delay) if delay is not None and delay < math.inf else Done()

    async def _delay_after(self, item: SweepItem) -> float | None:
        account = self._cache.account(item.account)
        if account is None:
            self.forget(item.account)
            return None
        if item not in self.groups(account):
            self._steady.discard(item)
            # Another group of the account goes on: its age and its credential are still looked after.
            return None
        members = (pool for pool in self._cache.members(account.key) if not pool.suspended)
        pools = [pool for pool in members if self.interval_of(pool, account) == item.interval]
        client = self._accounts.client(account.key)
        if item.interval == self.least(account.check_interval):
            await self._mind_credential(client)
        try:
            rows = await self._rows(client, pools)
        except (Failure, AccountUnavailable):
            self._steady.discard(item)
            # Nothing is held back after trouble with one pool only: that must not be asked for again at once.
            if client.breaker.failure is None:
                return item.interval
            # Meanwhile somebody may mend the credential, which is then used with the next check.
            closed = client.breaker.opens_in
            return min(closed, item.interval) if closed < math.inf and _may_be_mended(client) else closed
        self._checked[account.key] = self._monotonic()
        rotated = await self._rotation.of_pools(pools)
        for pool in pools:
            state = self._states.get(pool.key)
            if state is None or pool.key in rotated or state.row != rows.get(pool.pool_id.casefold(), GONE):
                self._look_at(pool.key)
        if item in self._steady:
            return item.interval
        # Accounts that began together, or were away together, must not stay in step.
        self._steady.add(item)
        return item.interval * random.uniform(_EARLIEST, 1.0)  # noqa: S311 - spreads load, guards nothing

    async def _mind_credential(self, client: AccountClient) -> None:
        found = await self._rotation.of_credential(client.account)
        if found.changed or (found.revoked is None) != (client.revoked is None):
            # The old one may still be taken, and would be until the day on which it is not.
            client.revoked = found.revoked
            await client.renew()
            client.breaker.mended()

    def forget(self, key: Key) -> None:
        """An account is gone."""
        self._steady = {item for item in self._steady if item.account != key}
        self._checked.pop(key, None)
        self._pages.pop(key, None)
        self._rotation.forget(key)
        self._lists.forget(key)

    def ages(self) -> dict[str, float]:
        """Seconds since each account was last checked."""
        now = self._monotonic()
        return {str(account): now - at for account, at in self._checked.items()}

    async def _rows(self, client: AccountClient, pools: Sequence[BatchPool]) -> Mapping[str, PoolRow | None]:
        key = client.account.key
        if pools and len(pools) <= self._pages.get(key, 1) and self._lists.trouble(key) is None:
            return await _one_by_one(client, pools)
        try:
            if not pools:
                await client.probe()
                listing = Listing({}, 1)
            else:
                listing = await client.rows()
        except Failure as failure:
            if client.breaker.failure is not None:
                raise
            # It concerns no single pool, and not the account as a whole either.
            self._lists.failed(key, failure)
            return await _one_by_one(client, pools)
        self._lists.worked(key)
        if pools:
            self._pages[key] = listing.pages
        return listing.rows


def _may_be_mended(client: AccountClient) -> bool:
    failure = client.breaker.failure
    return client.account.secret is not None and failure is not None and not is_passing(failure)


async def _one_by_one(client: AccountClient, pools: Sequence[BatchPool]) -> Mapping[str, PoolRow | None]:
    return {pool.pool_id.casefold(): await _row(client, pool.pool_id) for pool in pools}


async def _row(client: AccountClient, pool_id: str) -> PoolRow | None:
    try:
        return await client.row(pool_id)
    except PoolNotFound:
        return GONE
    except PoolUnavailable:
        # Like no row that was ever evaluated: the look that follows says what is wrong.
        return None
