"""The SDK proves who it is: SharedKey over http, bearer tokens over TLS, from blocking and asyncio code."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.batch import BatchClient
from azure.batch.aio import BatchClient as AsyncBatchClient
from azure.core.credentials import AccessToken, AzureNamedKeyCredential
from azure.core.exceptions import ClientAuthenticationError

from tests.batchsim.certs import TestAuthority
from tests.batchsim.sim import BatchSim, load_pools
from tests.contract.answers import code_of, error_of
from tests.contract.conftest import Connect
from tests.contract.test_errors import replacement

SCOPE = "https://batch.core.windows.net//.default"


class OneToken:
    """A credential with one token; remembers for which scopes it was asked."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        self.scopes += scopes
        return AccessToken(self.token, int(time.time()) + 3600)


@pytest.fixture
def secured(start_batchsim: Any, batch_authority: TestAuthority) -> BatchSim:
    """An account behind TLS that knows one token."""
    started: BatchSim = start_batchsim(pools=load_pools(), tokens=["good"], tls=batch_authority.server_context())
    return started


def test_a_known_token_is_let_in_over_tls(secured: BatchSim, batch_authority: TestAuthority) -> None:
    credential = OneToken("good")
    with BatchClient(secured.url, credential, connection_verify=str(batch_authority.ca)) as client:
        client.replace_pool_properties("rendering", replacement())
        assert [pool.id for pool in client.list_pools(max_results=2)] == secured.pool_ids()
    assert credential.scopes == [SCOPE]
    assert secured.journal.entries()[0].headers["authorization"] == "Bearer"


def test_an_unknown_token_is_kept_out(secured: BatchSim, batch_authority: TestAuthority) -> None:
    with (
        BatchClient(secured.url, OneToken("bad"), connection_verify=str(batch_authority.ca)) as client,
        pytest.raises(ClientAuthenticationError) as refused,
    ):
        client.get_pool("rendering")
    assert code_of(refused.value) == (401, "AuthenticationFailed")


def test_a_wrong_key_is_kept_out_and_changes_nothing(batchsim: BatchSim, connect: Connect) -> None:
    before = batchsim.etag("rendering")
    with pytest.raises(ClientAuthenticationError) as refused:
        connect(batchsim, key="d3Jvbmc=").replace_pool_properties("rendering", replacement())
    assert code_of(refused.value) == (401, "AuthenticationFailed")
    [detail] = error_of(refused.value)["values"]
    assert detail["key"] == "AuthenticationErrorDetail"
    assert "Server used following string to sign: 'POST\n" in detail["value"]
    assert batchsim.etag("rendering") == before


@pytest.mark.parametrize(("minutes", "admitted"), [(14, True), (-14, True), (16, False), (-16, False)])
def test_a_clock_may_be_wrong_by_fifteen_minutes(
    start_batchsim: Any, connect: Connect, *, minutes: int, admitted: bool
) -> None:
    skew = timedelta(minutes=minutes)
    sim: BatchSim = start_batchsim(pools=load_pools(), clock=lambda: datetime.now(UTC) + skew)
    client = connect(sim)
    if admitted:
        client.get_pool("rendering")
    else:
        with pytest.raises(ClientAuthenticationError) as refused:
            client.get_pool("rendering")
        assert "too old" in str(error_of(refused.value)["values"])


def test_a_rotated_key_shuts_the_old_one_out(batchsim: BatchSim, connect: Connect) -> None:
    client = connect(batchsim)
    client.get_pool("rendering")
    batchsim.gate.key = "bmV3IGtleQ=="
    with pytest.raises(ClientAuthenticationError):
        client.get_pool("rendering")
    connect(batchsim).get_pool("rendering")


def test_two_accounts_in_one_process_know_nothing_of_each_other(start_batchsim: Any, connect: Connect) -> None:
    one, two = (start_batchsim(account=name, pools=load_pools()) for name in ("one", "two"))
    two.remove_pool("rendering")
    assert connect(one).pool_exists("rendering") is True
    assert connect(two).pool_exists("rendering") is False
    assert [len(sim.journal.entries()) for sim in (one, two)] == [1, 1]


async def test_the_asyncio_client_signs_pages_and_writes_the_same(batchsim: BatchSim) -> None:
    credential: Any = AzureNamedKeyCredential(batchsim.account, batchsim.key)
    async with AsyncBatchClient(batchsim.url, credential, retry_total=0) as client:
        listed = [pool.id async for pool in client.list_pools(max_results=2, select=["id"])]
        await client.replace_pool_properties("rendering", replacement())
        pool = await client.get_pool("rendering")
        await client.reboot_node("rendering", batchsim.nodes("rendering")[0].id)
    assert listed == batchsim.pool_ids()
    assert pool.e_tag == batchsim.etag("rendering")
    assert pool.start_task is None
