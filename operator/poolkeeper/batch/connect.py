"""From a BatchAccount and its credential to a client."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from poolkeeper.batch.bearer import Bearer, Tokens
from poolkeeper.batch.client import BatchClient
from poolkeeper.batch.credentials import ACCOUNT_KEY, Credentials
from poolkeeper.batch.limiter import Limiter
from poolkeeper.batch.sharedkey import SharedKey
from poolkeeper.batch.tls import trust
from poolkeeper.batch.transport import Transport
from poolkeeper.batch.wire import wire
from poolkeeper.domain.clouds import sign_in
from poolkeeper.domain.endpoints import check_endpoint, host_of
from poolkeeper.domain.failures import CredentialUnusable, SecretNotFound
from poolkeeper.domain.identities import OPERATORS_OWN, SHARED_KEY, check_identity
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.engine.ports import Secrets
from poolkeeper.metrics import Metrics


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """What the operator's owner decides about signing in; every field has a flag of `poolkeeper run`."""

    ca_bundle: str | None = None
    entra_scope: str | None = None
    authority_host: str | None = None
    default_identity_namespaces: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _SignedIn:
    auth: httpx.Auth
    close: Callable[[], Awaitable[None]] | None = None


class Connect:
    """Fulfils the engine's Connector."""

    def __init__(
        self,
        *,
        secrets: Secrets,
        allowed: Sequence[str],
        metrics: Metrics,
        answer_within: float,
        options: SignInOptions | None = None,
    ) -> None:
        self._secrets = secrets
        self._allowed = allowed
        self._metrics = metrics
        self._answer_within = answer_within
        self._options = options or SignInOptions()
        self._trust: ssl.SSLContext = trust(self._options.ca_bundle)
        self._limiters: dict[Key, Limiter] = {}

    async def __call__(self, account: BatchAccount) -> BatchClient:
        # Before anything is read or sent: endpoint and identity are chosen by whoever may create a BatchAccount.
        check_endpoint(account.endpoint, allowed=self._allowed)
        check_identity(account.key, account.auth, namespaces=self._options.default_identity_namespaces)
        signed_in = await (self._by_key(account) if account.auth.type == SHARED_KEY else self._by_token(account))
        transport = Transport(
            account.endpoint,
            account=str(account.key),
            api_version=account.api_version,
            auth=signed_in.auth,
            limiter=self._limiter(account),
            metrics=self._metrics,
            answer_within=self._answer_within,
            wire=wire(account.endpoint, trust=self._trust),
            on_close=signed_in.close,
        )
        return BatchClient(transport, version=account.api_version)

    def _limiter(self, account: BatchAccount) -> Limiter:
        """The account's; one that connects anew has not been given another second's worth of requests."""
        known = self._limiters.get(account.key)
        if known is None or known.per_second != account.max_requests_per_second:
            known = self._limiters[account.key] = Limiter(account.max_requests_per_second, monotonic=time.monotonic)
        return known

    async def _by_key(self, account: BatchAccount) -> _SignedIn:
        if account.auth.secret is None:
            raise CredentialUnusable(f"type {SHARED_KEY} needs secretRef in spec.auth")
        secret = await self._secrets.read(account.auth.secret)
        if ACCOUNT_KEY not in secret.values:
            raise SecretNotFound(f"Secret {account.auth.secret} has no key {ACCOUNT_KEY}")
        return _SignedIn(SharedKey(account.account_name, secret.values[ACCOUNT_KEY]))

    async def _by_token(self, account: BatchAccount) -> _SignedIn:
        where = sign_in(
            host_of(account.endpoint),
            own_identity=account.auth.type in OPERATORS_OWN,
            authority=self._options.authority_host,
            scope=self._options.entra_scope,
            environment=os.environ.get("AZURE_AUTHORITY_HOST"),
        )
        credentials = Credentials(account.auth, secrets=self._secrets, sign_in=where, trust=self._trust)
        tokens = Tokens(credentials.make, scope=where.scope, explain=credentials.explain)

        async def close() -> None:
            await tokens.close()
            await credentials.close()

        try:
            await tokens.open()
        except BaseException:
            await close()
            raise
        return _SignedIn(Bearer(tokens), close)
