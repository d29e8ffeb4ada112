"""What carries the requests: its errors in words, the proxy that the environment names, nothing kept from answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import httpx
import pytest
from aiohttp import web
from aiohttp.client_reqrep import ConnectionKey

from poolkeeper.batch.errors import failure_without_answer
from poolkeeper.batch.http import CONNECTIONS
from poolkeeper.domain.failures import ServiceUnavailable
from tests.batchsim.sim import BatchSim
from tests.unit.batch.answers import ENDPOINT, live_client

WHERE = ConnectionKey("research.westeurope.batch.azure.com", 443, True, True, None, None, None)  # noqa: FBT003 - aiohttp's

# What aiohttp says, and what httpx-aiohttp makes of it.
TROUBLE: list[tuple[Exception, Exception, str]] = [
    (aiohttp.ConnectionTimeoutError(), httpx.TimeoutException(""), "no connection within the time limit"),
    (aiohttp.SocketTimeoutError(), httpx.ReadTimeout(""), "no answer within the time limit"),
    (aiohttp.ClientConnectorError(WHERE, OSError()), httpx.ConnectError(""), "cannot connect"),
    (aiohttp.ServerDisconnectedError(), httpx.ConnectTimeout(""), "the connection broke"),
    (aiohttp.ClientOSError(), httpx.ConnectTimeout(""), "the connection broke"),
    (aiohttp.ClientPayloadError(), httpx.ReadError(""), "the connection broke"),
]


@pytest.mark.parametrize(("origin", "mapped", "words"), TROUBLE, ids=lambda value: type(value).__name__)
def test_what_broke_is_told_by_whoever_saw_it(origin: Exception, mapped: Exception, words: str) -> None:
    mapped.__cause__ = origin
    assert failure_without_answer(mapped, ENDPOINT).cause == f"{ENDPOINT}: {words}"


@asynccontextmanager
async def serving(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """The address of a server that answers everything so."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_proxy() -> AsyncIterator[tuple[str, list[str], list[str | None]]]:
    """A proxy's address, the addresses that it was asked for, and the cookies that it was sent."""
    asked: list[str] = []
    cookies: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(str(request.url.with_query(None)))
        cookies.append(request.headers.get("Cookie"))
        return web.json_response({"value": []}, headers={"Set-Cookie": "proxy=1"})

    async with serving(answer) as address:
        yield address, asked, cookies


async def test_the_environments_proxy_is_asked_and_its_cookies_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_proxy() as (address, asked, cookies):
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("http_proxy", address)
        client = live_client("http://research.westeurope.batch.azure.com")
        await client.probe()
        await client.probe()
        await client.close()
    assert asked == ["http://research.westeurope.batch.azure.com/pools"] * 2
    assert cookies == [None, None]


async def test_a_host_that_goes_without_a_proxy_is_asked_itself(
    monkeypatch: pytest.MonkeyPatch, batchsim: BatchSim
) -> None:
    async with a_proxy() as (address, asked, _):
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        client = live_client(batchsim.url, key=batchsim.key)
        await client.probe()
        await client.close()
    assert asked == []


async def test_an_answer_that_cannot_be_read_gives_its_connection_back() -> None:
    spoilt = CONNECTIONS + 1

    async def answer(_request: web.Request) -> web.Response:
        nonlocal spoilt
        spoilt -= 1
        if spoilt < 0:
            return web.json_response({"value": []})
        return web.Response(body=b"this is no gzip" * 100_000, headers={"Content-Encoding": "gzip"})

    async with serving(answer) as address:
        client = live_client(address)
        for _ in range(CONNECTIONS + 1):
            with pytest.raises(ServiceUnavailable, match="the answer cannot be read"):
                await client.probe()
        async with asyncio.timeout(10):
            await client.probe()
        await client.close()
