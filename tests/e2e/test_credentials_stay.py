"""Nobody who may create a BatchAccount gets the operator's token or signature sent anywhere but to Batch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import web

from tests.batchsim.certs import TestAuthority
from tests.batchsim.server import ServerThread
from tests.batchsim.sim import BatchSim
from tests.entrasim.sim import EntraSim
from tests.support.fixtures import StartOperator
from tests.support.world import PATIENCE, SECRET, World
from tests.testbed.cluster import Cluster
from tests.testbed.waiting import until

THIEF = "https://evil.example"
ENDPOINTS = {
    "foreign": (THIEF, "is not under"),
    "plain": ("http://research.westeurope.batch.azure.com", "in the clear"),
    "suffix": ("https://batch.azure.com.evil.example", "is not under"),
    "glued": ("https://evilbatch.azure.com", "is not under"),
    "port": ("https://research.westeurope.batch.azure.com:8443", "Azure Batch only 443"),
    "encoded": ("https://xn--80ak6aa92e.batch.azure.com", "an encoded label"),
    "metadata": ("http://169.254.169.254", "in the clear"),
}
"""Those that the schema takes; it refuses paths, user names, queries and letters outside ASCII itself."""
REFUSED_BY_THE_SCHEMA = [
    "https://evil.example/.batch.azure.com",
    "https://x.batch.azure.com@evil.example",
    "https://x.batch.azure.com.",
    "https://x.bаtch.azure.com",  # noqa: RUF001 - the look-alike is the point
]


class Thief:
    """A host that sends everybody on to another, and notes who comes and with what."""

    def __init__(self, authority: TestAuthority) -> None:
        self.came: list[str] = []
        self.caught: list[str] = []
        self.den = ServerThread(self._den, tls=authority.server_context())
        self.door = ServerThread(self._door, tls=authority.server_context())

    def _den(self) -> web.Application:
        async def take(request: web.Request) -> web.Response:
            self.caught.append(request.headers.get("Authorization", ""))
            return web.json_response({"value": []})

        return _answering(take)

    def _door(self) -> web.Application:
        async def send_on(request: web.Request) -> web.Response:
            self.came.append(request.path)
            await asyncio.sleep(0)
            return web.Response(status=307, headers={"Location": f"https://127.0.0.1:{self.den.port}{request.path}"})

        return _answering(send_on)


def _message(world: World, account: str) -> str:
    ready = world.condition(account, kind="batchaccount")
    return str(ready["message"]) if ready.get("status") == "False" else ""


def _answering(handle: object) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handle)  # type: ignore[arg-type]  # aiohttp's own type has no public name
    return app


@pytest.fixture
def thief(batch_authority: TestAuthority) -> Iterator[Thief]:
    made = Thief(batch_authority)
    made.den.start()
    made.door.start()
    yield made
    made.door.stop()
    made.den.stop()


@pytest.fixture
def flags(entra: EntraSim, ca_bundle: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Of an operator whose node has a managed identity."""
    entra.directory.identity()
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", entra.imds)
    return ("--ca-bundle", ca_bundle, "--authority-host", entra.authority)


@pytest.fixture
def tempted(
    cluster: Cluster, namespace: str, operator_of: StartOperator, entra_batch: BatchSim, flags: tuple[str, ...]
) -> World:
    """An operator that runs; nothing is there yet."""
    operator = operator_of(allow="https://127.0.0.1", flags=flags).start()
    return World(cluster=cluster, kubectl=cluster.kubectl.within(namespace), sim=entra_batch, operator=operator)


def test_no_token_is_even_asked_for_where_the_endpoint_is_not_batchs(tempted: World, entra: EntraSim) -> None:
    tempted.secret()
    for name, (endpoint, _) in ENDPOINTS.items():
        tempted.account(name, endpoint=endpoint, auth={"type": "ManagedIdentity"}, secret=False)
        tempted.account(f"{name}-key", endpoint=endpoint, auth={"type": "SharedKey", "secretRef": {"name": SECRET}})
    for name, (_, why) in ENDPOINTS.items():
        for account in (name, f"{name}-key"):
            tempted.wait(account, "EndpointNotAllowed", "batchaccount")
            assert why in tempted.condition(account, kind="batchaccount")["message"]
    assert entra.journal.entries() == []
    assert tempted.sim.journal.entries() == []


@pytest.mark.parametrize("endpoint", REFUSED_BY_THE_SCHEMA)
def test_what_is_no_endpoint_does_not_get_past_the_api_server(tempted: World, endpoint: str) -> None:
    body = {
        "apiVersion": "poolkeeper.dev/v1alpha1",
        "kind": "BatchAccount",
        "metadata": {"name": "research"},
        "spec": {"endpoint": endpoint, "auth": {"type": "ManagedIdentity"}},
    }
    done = tempted.kubectl.try_apply(body)
    assert done.code != 0
    assert "endpoint must be https://HOST" in done.stderr


def test_a_host_that_sends_elsewhere_is_not_followed(tempted: World, thief: Thief) -> None:
    door = f"https://127.0.0.1:{thief.door.port}"
    tempted.account(endpoint=door, auth={"type": "ManagedIdentity"}, secret=False)
    tempted.pool("rendering", {})
    until(lambda: _message(tempted, "research"), what="the account says why", patience=PATIENCE)
    assert "a redirect, which is not followed" in _message(tempted, "research")
    assert thief.came
    assert thief.caught == []
