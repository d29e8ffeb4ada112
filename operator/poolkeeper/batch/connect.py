"""From a BatchAccount and its Secret to a client."""

from __future__ import annotations

import time
from collections.abc import Sequence

from poolkeeper.batch.client import BatchClient
from poolkeeper.batch.limiter import Limiter
from poolkeeper.batch.sharedkey import SharedKey
from poolkeeper.batch.transport import Transport
from poolkeeper.domain.endpoints import check_endpoint
from poolkeeper.domain.failures import SecretNotFound
from poolkeeper.domain.resources import BatchAccount
from poolkeeper.engine.ports import Secrets
from poolkeeper.metrics import Metrics

ACCOUNT_KEY = "accountKey"
"""The key of the Secret under which SharedKey looks for the account's key."""


class Connect:
    """Fulfils the engine's Connector."""

    def __init__(self, *, secrets: Secrets, allowed: Sequence[str], metrics: Metrics, answer_within: float) -> None:
        self._secrets = secrets
        self._allowed = allowed
        self._metrics = metrics
        self._answer_within = answer_within

    async def __call__(self, account: BatchAccount) -> BatchClient:
        # Before anything is read or sent: the endpoint is chosen by whoever may create a BatchAccount.
        check_endpoint(account.endpoint, allowed=self._allowed)
        secret = await self._secrets.read(account.secret)
        if ACCOUNT_KEY not in secret.values:
            raise SecretNotFound(f"Secret {account.secret} has no key {ACCOUNT_KEY}")
        transport = Transport(
            account.endpoint,
            account=str(account.key),
            api_version=account.api_version,
            auth=SharedKey(account.account_name, secret.values[ACCOUNT_KEY]),
            limiter=Limiter(account.max_requests_per_second, monotonic=time.monotonic),
            metrics=self._metrics,
            answer_within=self._answer_within,
        )
        return BatchClient(transport, version=account.api_version)
