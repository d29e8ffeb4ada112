"""From a BatchAccount and its credential to a client."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import httpx

from poolkeeper.batch.auth.options import SignedIn, SignInOptions
from poolkeeper.batch.auth.shared_key import ACCOUNT_KEY, SharedKey
from poolkeeper.batch.client import BatchClient
from poolkeeper.batch.http import trust, wire
from poolkeeper.batch.limiter import Limiter
from poolkeeper.batch.transport import Transport
from poolkeeper.domain.azure.endpoints import check_endpoint
from poolkeeper.domain.azure.identities import check_identity
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.failures import CredentialUnusable, SecretNotFound
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.engine.ports import Secrets
from poolkeeper.metrics import Metrics


class WireTo(Protocol):
    """Makes the connections to an endpoint; each request is signed before it gets there."""

    def __call__(self, endpoint: str, *, trust: ssl.SSLContext) -> httpx.AsyncBaseTransport: ...


class BatchConnector:
    """Fulfils the engine's Connector."""

    def __init__(
        self,
        *,
        secrets: Secrets,
        allowed: Sequence[str],
        metrics: Metrics,
        answer_within: float,
        options: SignInOptions | None = None,
        wire_to: WireTo = wire,
        trusted: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secrets = secrets
        self._allowed = allowed
        self._metrics = metrics
        self._answer_within = answer_within
        self._options = options or SignInOptions()
        self._trust = trusted or trust(self._options.ca_bundle)
        self._wire_to = wire_to
        self._monotonic = monotonic
        self._limiters: dict[Key, Limiter] = {}

    async def __call__(self, account: BatchAccount) -> BatchClient:
        # Before anything is read or sent: everyone who may create a BatchAccount chooses endpoint and identity.
        check_endpoint(account.endpoint, allowed=self._allowed)
        check_identity(account.key, account.auth, namespaces=self._options.default_identity_namespaces)
        by_key = account.auth.type == AuthType.SHARED_KEY
        signed_in = await (self._by_key(account) if by_key else self._by_token(account))
        transport = Transport(
            account.endpoint,
            account=str(account.key),
            api_version=account.api_version,
            auth=signed_in.auth,
            limiter=self._limiter(account),
            metrics=self._metrics,
            answer_within=self._answer_within,
            wire=self._wire_to(account.endpoint, trust=self._trust),
            on_close=signed_in.close,
        )
        return BatchClient(transport, version=account.api_version)

    def forget(self, key: Key) -> None:
        self._limiters.pop(key, None)

    def _limiter(self, account: BatchAccount) -> Limiter:
        """The account's; one that connects anew has not been given another second's worth of requests."""
        known = self._limiters.get(account.key)
        if known is None or known.per_second != account.max_requests_per_second:
            known = self._limiters[account.key] = Limiter(account.max_requests_per_second, monotonic=self._monotonic)
        return known

    async def _by_key(self, account: BatchAccount) -> SignedIn:
        if account.auth.secret is None:
            raise CredentialUnusable(f"type {AuthType.SHARED_KEY} needs secretRef in spec.auth")
        secret = await self._secrets.read(account.auth.secret, (ACCOUNT_KEY,))
        if ACCOUNT_KEY in secret.binary:
            raise CredentialUnusable(f"key {ACCOUNT_KEY} of Secret {account.auth.secret} is not UTF-8 text")
        if ACCOUNT_KEY not in secret.values:
            raise SecretNotFound(f"Secret {account.auth.secret} has no key {ACCOUNT_KEY}")
        return SignedIn(SharedKey(account.account_name, secret.values[ACCOUNT_KEY]))

    async def _by_token(self, account: BatchAccount) -> SignedIn:
        # Only now: azure-identity takes 11 MiB and a fifth of a second, and many sign in without it.
        from poolkeeper.batch.auth.entra import by_token  # noqa: PLC0415

        return await by_token(account, secrets=self._secrets, options=self._options, trust=self._trust)
