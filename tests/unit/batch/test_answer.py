"""An answer has a size and a deadline, whatever is at the other end."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from poolkeeper.batch.answer import MEGABYTE, MOST_OF_A_LIST, TooLarge, read_whole
from poolkeeper.domain import failures
from tests.unit.batch.answers import client_to, transport_to


class Pieces(httpx.AsyncByteStream):
    """A body that comes in pieces, and counts how many were taken."""

    def __init__(self, *pieces: bytes, endless: bytes = b"", pause: float = 0.0) -> None:
        self._pieces = pieces
        self._endless = endless
        self._pause = pause
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.taken += 1
            yield piece
        while self._endless:
            self.taken += 1
            await asyncio.sleep(self._pause)
            yield self._endless


def answer(stream: httpx.AsyncByteStream, encoding: str = "") -> httpx.Response:
    headers = {"Content-Encoding": encoding} if encoding else {}
    return httpx.Response(200, headers=headers, stream=stream, request=httpx.Request("GET", "https://x"))


@pytest.mark.parametrize(
    ("pieces", "encoding"),
    [
        ((b"he", b"llo"), ""),
        ((b"hello",), "identity"),
        ((gzip.compress(b"hello"),), "gzip"),
        (tuple(bytes([one]) for one in gzip.compress(b"hello")), "gzip"),
        ((zlib.compress(b"hello"),), "deflate"),
    ],
)
async def test_an_answer_is_read_whole_and_decoded(pieces: tuple[bytes, ...], encoding: str) -> None:
    read = await read_whole(answer(Pieces(*pieces), encoding), most=100)
    assert read.content == b"hello"


@pytest.mark.parametrize(
    ("pieces", "encoding"),
    [((b"no gzip",), "gzip"), ((gzip.compress(b"hello")[:-4],), "gzip"), ((b"x",), "br"), ((b"x",), "zstd")],
)
async def test_what_cannot_be_decoded_is_told(pieces: tuple[bytes, ...], encoding: str) -> None:
    with pytest.raises(httpx.DecodingError):
        await read_whole(answer(Pieces(*pieces), encoding), most=100)


async def test_no_more_is_taken_than_fits() -> None:
    endless = Pieces(endless=b"x" * 1000)
    with pytest.raises(TooLarge):
        await read_whole(answer(endless), most=10_000)
    assert endless.taken == 11


async def test_what_swells_when_it_is_decoded_is_not_held() -> None:
    bomb = gzip.compress(b" " * 300 * MEGABYTE, compresslevel=1)
    with pytest.raises(TooLarge):
        await read_whole(answer(Pieces(bomb), "gzip"), most=MEGABYTE)


async def test_a_list_that_swells_is_a_failure_of_the_list_and_not_of_the_account() -> None:
    bomb = gzip.compress(b" " * (MOST_OF_A_LIST + MEGABYTE), compresslevel=1)
    client = client_to(lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Pieces(bomb)))
    with pytest.raises(failures.PoolUnavailable, match="more than 32 MiB") as caught:
        await client.rows()
    assert not caught.value.account_wide


@pytest.mark.looptime
async def test_an_answer_that_trickles_ends_with_the_deadline() -> None:
    """A byte now and then keeps every single read in time."""
    trickle = Pieces(endless=b" ", pause=10.0)
    transport = transport_to(lambda _: httpx.Response(200, stream=trickle))
    with pytest.raises(failures.ServiceUnavailable, match="no answer within the time limit"):
        await transport.send("GetPool", "GET", "/pools/p", params={}, about_pool=True)
    assert asyncio.get_running_loop().time() == pytest.approx(35.0)


async def test_the_answer_to_another_request_is_none() -> None:
    transport = transport_to(lambda _: httpx.Response(200, json={}, headers={"client-request-id": "another"}))
    with pytest.raises(failures.ServiceUnavailable, match="the answer to another request"):
        await transport.send("GetPool", "GET", "/pools/p", params={}, about_pool=True)


async def test_every_request_says_how_long_the_service_may_take_and_when_it_was_sent() -> None:
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"value": []})

    await client_to(serve).rows()
    assert seen[0].url.params["timeout"] == "30", "the service takes no more"
    assert "GMT" in seen[0].headers["ocp-date"]
