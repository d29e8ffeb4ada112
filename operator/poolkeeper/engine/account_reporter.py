"""Tell a BatchAccount's state in its status."""

from __future__ import annotations

from collections.abc import Callable

from poolkeeper.domain.account_status import account_announcements, account_status
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.engine.accounts import Accounts
from poolkeeper.engine.catalog import Catalog
from poolkeeper.engine.ports import Clock, Cluster
from poolkeeper.engine.telemetry import Telemetry


class AccountReporter:
    """Writes the status of accounts, when it has changed."""

    def __init__(
        self,
        catalog: Catalog,
        accounts: Accounts,
        cluster: Cluster,
        *,
        clock: Clock,
        telemetry: Telemetry,
        seen: Callable[[BatchAccount], None],
    ) -> None:
        self._catalog = catalog
        self._accounts = accounts
        self._cluster = cluster
        self._clock = clock
        self._telemetry = telemetry
        self._seen = seen

    async def report(self, key: Key) -> None:
        """Report one account; raises ClusterUnavailable to be tried again."""
        account, gate = self._catalog.account(key), self._accounts.gate(key)
        if account is None or gate is None:
            return
        passing = gate.failure is not None and not gate.serious
        if passing or not (gate.answered or gate.failure):
            # Not worth a status, or nothing known yet.
            return
        pools = sum(1 for _ in self._catalog.members(key))
        status = account_status(account, gate.failure, pools=pools, now=self._clock.now())
        if status == account.status:
            return
        body = await self._cluster.patch_status(account, status)
        if body is None:
            return
        self._seen(BatchAccount.parse(body))
        for announcement in account_announcements(account, gate.failure):
            self._telemetry.announce(account, announcement)
            self._cluster.announce(account, announcement)
