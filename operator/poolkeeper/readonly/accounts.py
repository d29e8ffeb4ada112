"""Which account a pool belongs to, and a connection to it: one per account, shared by its pools."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poolkeeper.batch.auth.options import SignInOptions
from poolkeeper.batch.connect import BatchConnector
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.failures import AccountNotFound
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.engine.ports import Secrets
from poolkeeper.manifests.crd_schema import with_defaults
from poolkeeper.manifests.objects import Manifests
from poolkeeper.metrics import Metrics
from poolkeeper.readonly.clients import ClusterView, PoolReader, ReadOnlyBatch
from poolkeeper.readonly.secrets import GivenKey, NoSecrets
from poolkeeper.settings import REQUEST_TIMEOUT

FLAGS = Key("", "--endpoint")
"""In place of the name of an account that no resource describes."""


class BrokenAccount(AccountNotFound):
    """The files have the account of a pool, but not as it should be."""

    advice = "correct it first"


class NoAccount(AccountNotFound):
    """Neither the files nor the cluster have the account of a pool."""

    advice = "add its manifest with -f, name a cluster with --kubeconfig, or give --endpoint"


@dataclass(frozen=True, slots=True)
class Account:
    """An account, and the kind of its credential."""

    account: BatchAccount
    auth: str


def account_of_flags(spec: Mapping[str, Any]) -> Account:
    """The account that flags describe, whose Secret is nowhere."""
    auth = spec["auth"]
    if auth["type"] == AuthType.SHARED_KEY:
        auth = {**auth, "secretRef": {"name": "none"}}
    return _parsed(FLAGS, {**spec, "auth": auth})


class Accounts:
    """Finds accounts by key: the one of the flags for all pools, or those of the files, or those of the cluster."""

    def __init__(self, found: Manifests, *, cluster: ClusterView | None, flags: Account | None = None) -> None:
        self._found = found
        self._cluster = cluster
        self._flags = flags

    async def find(self, key: Key) -> Account:
        """The account that a pool refers to. Raises AccountNotFound, or ClusterUnavailable."""
        if self._flags is not None:
            return self._flags
        if key in self._found.accounts:
            return _parsed(key, self._found.accounts[key].spec)
        if key in self._found.broken:
            raise BrokenAccount(f"BatchAccount {key} is in the files, and something is wrong with it")
        if self._cluster is None:
            raise NoAccount(f"there is no BatchAccount {key} in the files, and no cluster to look in")
        body = await self._cluster.account(key)
        if body is None:
            raise NoAccount(f"there is no BatchAccount {key} in the files or in the cluster")
        return _parsed(key, body["spec"])


class Connections:
    """Connections that can only look; each is made when it is first needed."""

    def __init__(
        self,
        *,
        key: SecretText | None,
        secrets: Secrets | None,
        allowed: tuple[str, ...],
        signing_in: SignInOptions | None = None,
    ) -> None:
        self._key = key
        self._secrets = secrets
        self._allowed = allowed
        self._signing_in = signing_in
        self._metrics = Metrics()
        self._made: dict[Key, asyncio.Task[PoolReader]] = {}

    async def to(self, account: Account) -> PoolReader:
        """The connection to an account. Raises a Failure, or ClusterUnavailable."""
        key = account.account.key
        if key not in self._made:
            self._made[key] = asyncio.create_task(self._connect(account))
        return await self._made[key]

    async def close(self) -> None:
        """Close all of them."""
        for made in await asyncio.gather(*self._made.values(), return_exceptions=True):
            if not isinstance(made, BaseException):
                await made.close()

    async def _connect(self, account: Account) -> PoolReader:
        secrets: Secrets = self._secrets or NoSecrets()
        if self._key is not None and account.auth == AuthType.SHARED_KEY:
            secrets = GivenKey(self._key)
        connect = BatchConnector(
            secrets=secrets,
            allowed=self._allowed,
            metrics=self._metrics,
            answer_within=REQUEST_TIMEOUT,
            options=self._signing_in,
        )
        return ReadOnlyBatch(await connect(account.account))


def _parsed(key: Key, spec: Mapping[str, Any]) -> Account:
    metadata = {"namespace": key.namespace, "name": key.name, "uid": "", "generation": 0, "resourceVersion": "0"}
    filled = with_defaults("BatchAccount", spec)
    try:
        return Account(BatchAccount.parse({"metadata": metadata, "spec": filled}), filled["auth"]["type"])
    except (KeyError, TypeError, ValueError) as error:
        # What the CRD says in CEL is not checked here, and the cluster may have older CRDs.
        lacking = f" ({error.args[0]} is missing)" if isinstance(error, KeyError) else ""
        raise BrokenAccount(f"BatchAccount {key} cannot be read{lacking}") from error
