"""From a BatchAccount and its Secret to a client: nothing is read or sent for an endpoint that is not allowed."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Collection, Mapping, Sequence

import pytest

from poolkeeper.batch.auth.options import SignInOptions
from poolkeeper.batch.connect import BatchConnector
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.failures import CredentialUnusable, EndpointNotAllowed, IdentityNotAllowed, SecretNotFound
from poolkeeper.domain.resources import Auth, BatchAccount, Key
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.metrics import Metrics
from tests.batchsim.sim import BatchSim
from tests.unit.batch.answers import KEY
from tests.unit.domain.examples import account


class Secrets:
    """The Secrets of the cluster, and who was asked for."""

    def __init__(self, data: Mapping[str, str] | None) -> None:
        self.asked: list[Key] = []
        self._data = data

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:  # noqa: ARG002 - the port's signature
        self.asked.append(key)
        if self._data is None:
            raise SecretNotFound(f"there is no Secret {key}")
        return Secret("1", {name: SecretText(value) for name, value in self._data.items()})

    async def version(self, key: Key) -> str:
        return (await self.read(key, ())).version


def connector(secrets: Secrets, *, allowed: Sequence[str] = ()) -> BatchConnector:
    return BatchConnector(secrets=secrets, allowed=allowed, metrics=Metrics(), answer_within=5.0)


def at(url: str) -> BatchAccount:
    return dataclasses.replace(account(), endpoint=url)


async def test_an_endpoint_that_is_not_allowed_is_refused_before_its_secret_is_read() -> None:
    secrets = Secrets({"accountKey": KEY})
    connect = connector(secrets)
    with pytest.raises(EndpointNotAllowed):
        await connect(at("https://evil.example"))
    assert secrets.asked == []


async def test_a_missing_secret_is_named() -> None:
    connect = connector(Secrets(None))
    with pytest.raises(SecretNotFound, match="lab/batch-credentials"):
        await connect(account())


async def test_a_missing_key_is_named_with_its_secret() -> None:
    connect = connector(Secrets({"password": "hunter2"}))
    with pytest.raises(SecretNotFound, match="lab/batch-credentials has no key accountKey") as caught:
        await connect(account())
    assert "hunter2" not in str(caught.value)


async def test_an_unusable_key_is_told_without_quoting_it() -> None:
    connect = connector(Secrets({"accountKey": "hunter2"}))
    with pytest.raises(CredentialUnusable) as caught:
        await connect(account())
    assert "hunter2" not in str(caught.value)


async def test_an_allowed_account_is_connected(batchsim: BatchSim) -> None:
    secrets = Secrets({"accountKey": batchsim.key})
    connect = connector(secrets, allowed=("http://127.0.0.1",))
    client = await connect(at(batchsim.url))
    assert "rendering" in (await client.rows()).rows
    await client.close()
    assert secrets.asked == [Key("lab", "batch-credentials")]


async def test_all_connections_trust_the_same_authorities_read_once(batchsim: BatchSim) -> None:
    connect = connector(Secrets({"accountKey": batchsim.key}), allowed=("http://127.0.0.1",))
    clients = [await connect(at(batchsim.url)) for _ in range(2)]
    contexts = {id(client._transport._wire.ssl_context) for client in clients}  # type: ignore[attr-defined]  # the wire's
    assert contexts == {id(connect._trust)}
    assert connect._trust.verify_mode is ssl.CERT_REQUIRED
    assert connect._trust.check_hostname
    for client in clients:
        await client.close()


@pytest.mark.parametrize("kind", ["Default", "WorkloadIdentity", "ManagedIdentity"])
async def test_an_identity_that_is_not_lent_is_refused_before_its_environment_is_looked_at(kind: str) -> None:
    connect = BatchConnector(
        secrets=Secrets(None),
        allowed=(),
        metrics=Metrics(),
        answer_within=5.0,
        options=SignInOptions(default_identity_namespaces=("platform",)),
    )
    with pytest.raises(IdentityNotAllowed, match="namespace lab"):
        await connect(dataclasses.replace(account(), auth=Auth(kind)))


@pytest.mark.parametrize(
    "auth", [Auth(AuthType.SHARED_KEY), Auth(AuthType.SERVICE_PRINCIPAL, tenant_id="t", client_id="c")]
)
async def test_a_sign_in_that_an_older_schema_let_through_incomplete_says_what_it_needs(auth: Auth) -> None:
    with pytest.raises(CredentialUnusable, match=f"type {auth.type} needs .*secretRef"):
        await connector(Secrets({}))(dataclasses.replace(account(), auth=auth))


def test_who_connects_anew_gets_no_other_second_of_requests() -> None:
    connect = connector(Secrets({"accountKey": KEY}))
    first = connect._limiter(account())
    assert connect._limiter(account()) is first
    faster = dataclasses.replace(account(), max_requests_per_second=99)
    assert connect._limiter(faster).per_second == 99
