"""Tell a BatchAccount's state in its status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from poolkeeper.domain.failures import Failure
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.domain.status.account import account_events, account_status
from poolkeeper.domain.status.lenient import readable
from poolkeeper.domain.status_types import AccountStatus
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.ports import Clock, Cluster
from poolkeeper.engine.result import Done
from poolkeeper.engine.telemetry import Telemetry
from poolkeeper.engine.work_items import AccountItem


class AccountReporter:
    """Writes the status of accounts, when it has changed; `ailing` is what is wrong with one that answers."""

    def __init__(
        self,
        cache: Cache,
        accounts: Accounts,
        cluster: Cluster,
        *,
        clock: Clock,
        telemetry: Telemetry,
        on_patched: Callable[[BatchAccount], None],
        ailing: Callable[[Key], Failure | None] = lambda _: None,
    ) -> None:
        self._cache = cache
        self._accounts = accounts
        self._cluster = cluster
        self._clock = clock
        self._telemetry = telemetry
        self._on_patched = on_patched
        self._ailing = ailing
        self._meant: dict[Key, AccountStatus] = {}

    async def report(self, item: AccountItem) -> Done:
        """Report one account. Raises ClusterUnavailable when it cannot be reported."""
        await self._report(item.account)
        return Done()

    async def _report(self, key: Key) -> None:
        account, breaker = self._cache.account(key), self._accounts.breaker(key)
        if account is None or breaker is None:
            return
        ailing = self._ailing(key)
        passing = breaker.failure is not None and not breaker.should_report
        if passing or not (breaker.answered or breaker.failure or ailing):
            # Not worth a status, or nothing known yet.
            return
        failure = breaker.failure or ailing
        pools = sum(1 for _ in self._cache.members(key))
        before = replace(account, status=readable(account.status))
        status = self._meant[key] = account_status(before, failure, pools=pools, now=self._clock.now())
        if status == account.status:
            return
        body = await self._cluster.patch_status(account, status)
        if body is None:
            return
        answered = BatchAccount.parse(body)
        self._meant[key] = answered.status
        self._on_patched(answered)
        for event in account_events(before, failure):
            self._telemetry.record_event(account, event)
            self._cluster.record_event(account, event)

    def is_meant(self, account: BatchAccount) -> bool:
        """Whether the account has the status that it should have, as far as one was told."""
        meant = self._meant.get(account.key)
        return meant is None or meant == account.status

    def forget(self, key: Key) -> None:
        """An account is gone."""
        self._meant.pop(key, None)
