"""The operator's own way to an account, with azure-identity's real credentials and nothing in between replaced."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from typing import Any

from poolkeeper.batch.auth.options import SignInOptions
from poolkeeper.batch.client import BatchClient
from poolkeeper.batch.connect import BatchConnector
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.failures import SecretNotFound
from poolkeeper.domain.resources import Auth, BatchAccount, Key
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.metrics import Metrics
from tests.batchsim.sim import BatchSim
from tests.entrasim.directory import CLIENT, TENANT
from tests.entrasim.sim import EntraSim
from tests.unit.domain.examples import account

SECRET = Key("lab", "batch-credentials")
PRINCIPAL = Auth(AuthType.SERVICE_PRINCIPAL, tenant_id=TENANT, client_id=CLIENT, secret=SECRET)
WORD = "s3cret-of-the-application"


class Office:
    """An operator's sign-in to one account: its Secrets, its options, the clients it made."""

    def __init__(self, sim: BatchSim, entra: EntraSim, ca_bundle: str | None) -> None:
        self.sim = sim
        self.entra = entra
        self.secrets: dict[Key, Mapping[str, str]] = {}
        self.secrets_read = 0
        self.options = SignInOptions(ca_bundle=ca_bundle, authority_host=entra.authority)
        self.opened = AsyncExitStack()

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:  # noqa: ARG002 - the port's signature
        self.secrets_read += 1
        if key not in self.secrets:
            raise SecretNotFound(f"there is no Secret {key.name} in namespace {key.namespace}")
        return Secret("1", {name: SecretText(value) for name, value in self.secrets[key].items()})

    async def version(self, key: Key) -> str:
        return (await self.read(key, ())).version

    def account(self, auth: Auth, **changes: Any) -> BatchAccount:
        fields = {"endpoint": self.sim.url, "account_name": self.sim.account, "max_requests_per_second": 1000}
        return dataclasses.replace(account(), auth=auth, **{**fields, **changes})

    async def connect(self, auth: Auth = PRINCIPAL, **changes: Any) -> BatchClient:
        """A client of the account, closed with the test."""
        connect = BatchConnector(
            secrets=self,
            allowed=(self.sim.url,),
            metrics=Metrics(),
            answer_within=5.0,
            options=self.options,
        )
        client = await connect(self.account(auth, **changes))
        self.opened.push_async_callback(client.close)
        return client

    def register(self, word: str = WORD) -> None:
        """An application with a client secret, and the Secret that holds it."""
        self.entra.directory.application().secrets[word] = None
        self.secrets[SECRET] = {"clientSecret": word}

    def let(self, **changes: Any) -> None:
        """Change the operator's flags."""
        self.options = dataclasses.replace(self.options, **changes)
