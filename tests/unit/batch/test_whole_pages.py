"""Pages of pools with their properties: the same pools as when each is read alone, for a hundredth of the requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from poolkeeper.batch.client import BatchClient
from poolkeeper.domain import failures
from poolkeeper.domain.schema.api_versions import PROPERTIES_OF
from tests.batchsim.sim import BatchSim
from tests.unit.batch.answers import client_to, live_client
from tests.unit.batch.test_client import ODD

NAMES = PROPERTIES_OF["2024-07-01.20.0"]


@pytest.fixture
async def client(batchsim: BatchSim) -> AsyncIterator[BatchClient]:
    made = live_client(batchsim.url)
    yield made
    await made.close()


async def test_a_pool_of_a_page_is_the_pool_that_is_read_alone(client: BatchClient, batchsim: BatchSim) -> None:
    task = {"commandLine": "/bin/true", "environmentSettings": [{"name": "A", "value": "1"}], "waitForSuccess": True}
    batchsim.put_pool({"id": "Rendering-2", "startTask": task, "metadata": [{"name": "owner", "value": "me"}]})
    page = await client.page()
    for pool_id in ("rendering", "Rendering-2"):
        alone, brought = await client.read(pool_id), page.pools[pool_id.casefold()]()
        assert replace(brought, properties={}) == replace(alone, properties={})
        assert {name: brought.properties.get(name) for name in NAMES} == {
            name: alone.properties.get(name) for name in NAMES
        }


async def test_a_page_has_a_hundred_pools_and_leads_to_the_next(client: BatchClient, batchsim: BatchSim) -> None:
    for number in range(120):
        batchsim.put_pool({"id": f"pool-{number}"})
    first = await client.page()
    assert first.link is not None
    second = await client.page(first.link)
    assert second.link is None
    assert (len(first.pools), len({*first.pools, *second.pools})) == (100, len(batchsim.pool_ids()))
    assert len(batchsim.journal.entries("ListPools")) == 2


@pytest.mark.parametrize("content", ODD)
async def test_a_page_of_another_form_is_no_page(content: bytes) -> None:
    client = client_to(lambda _request: httpx.Response(200, content=content))
    with pytest.raises(failures.PoolUnavailable, match="not the Batch API's"):
        await client.page()


WHOLE = {"id": "odd", "eTag": "0x1", "state": "active", "lastModified": "2026-01-01T00:00:00.1234567Z"}


@pytest.mark.parametrize(
    ("pool", "reason"),
    [
        ({**WHOLE, "eTag": None, "lastModified": None}, "no time"),
        ({name: value for name, value in WHOLE.items() if name != "eTag"}, "no ETag"),
        ({name: value for name, value in WHOLE.items() if name != "lastModified"}, "no time at all"),
    ],
)
async def test_a_pool_of_another_form_spoils_no_page(pool: dict[str, object], reason: str) -> None:
    page = await client_to(lambda _request: httpx.Response(200, json={"value": [pool, WHOLE | {"id": "good"}]})).page()
    assert page.pools["good"]().last_modified == "2026-01-01T00:00:00Z"
    with pytest.raises(failures.PoolUnavailable, match="not the Batch API's"):
        page.pools["odd"]()
    assert reason
