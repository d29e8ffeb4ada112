"""What every request bears, and what never leaves."""

from __future__ import annotations

import asyncio
import json
import socket
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from poolkeeper import __version__
from poolkeeper.batch.limiter import Limiter
from poolkeeper.batch.transport import CONTENT_TYPE, Transport
from poolkeeper.domain import failures
from poolkeeper.metrics import Metrics
from tests.unit.batch.answers import API_VERSION, ENDPOINT, error, live_client, transport_to


class Service:
    """Answers every request in one way, and keeps them."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer or (lambda _request: httpx.Response(200, json={}))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


async def read(transport: Transport, url: str = "/pools/p", **options: Any) -> httpx.Response:
    return await transport.send("GetPool", "GET", url, params={"$select": "id"}, about_pool=True, **options)


async def test_every_request_has_an_id_of_its_own_that_is_asked_back() -> None:
    service = Service()
    transport = transport_to(service)
    await read(transport)
    await transport.send("UpdatePoolProperties", "POST", "/pools/p/updateproperties", json={}, about_pool=True)
    ids = [request.headers["client-request-id"] for request in service.requests]
    assert len({str(uuid.UUID(one)) for one in ids}) == 2
    # Microsoft's page: a GUID without decoration.
    assert all(str(uuid.UUID(one)) == one for one in ids)
    assert {request.headers["return-client-request-id"] for request in service.requests} == {"true"}
    assert {request.headers["User-Agent"] for request in service.requests} == {f"poolkeeper/{__version__}"}


async def test_every_request_names_the_api_version_and_is_signed() -> None:
    service = Service()
    transport = transport_to(service)
    await read(transport)
    await transport.send("UpdatePoolProperties", "POST", "/pools/p/updateproperties", json={}, about_pool=True)
    for request in service.requests:
        assert request.url.params["api-version"] == API_VERSION
        assert request.headers["Authorization"].startswith("SharedKey research:")
    assert service.requests[0].url.params["$select"] == "id"


async def test_a_body_is_sent_whole_with_its_length_and_type() -> None:
    service = Service()
    body = {"metadata": [{"name": "ö", "value": "1"}]}
    await transport_to(service).send("UpdatePoolProperties", "POST", "/pools/p/updateproperties", json=body)
    (request,) = service.requests
    assert json.loads(request.content) == body
    # The service refuses a body in chunks (411), and the length is part of the signature.
    assert request.headers["Content-Length"] == str(len(request.content))
    assert "Transfer-Encoding" not in request.headers
    assert request.headers["Content-Type"] == CONTENT_TYPE


async def test_a_link_to_the_next_page_is_followed_as_it_is_given() -> None:
    service = Service()
    link = f"{ENDPOINT}/pools?api-version=1999-01-01.1.0&maxresults=2&$skiptoken=a%2Fb%3D"
    await transport_to(service).send("ListPools", "GET", link)
    (request,) = service.requests
    assert dict(request.url.params) == {"api-version": "1999-01-01.1.0", "maxresults": "2", "$skiptoken": "a/b="}


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/pools",
        "http://research.westeurope.batch.azure.com/pools",
        "https://research.westeurope.batch.azure.com:8443/pools",
        "https://research.westeurope.batch.azure.com.evil.example/pools",
        "https://research.westeurope.batch.azure.com@evil.example/pools",
        "//evil.example/pools",
    ],
)
async def test_a_link_to_another_host_is_refused_before_anything_is_sent(link: str) -> None:
    service = Service()
    transport = transport_to(service)
    with pytest.raises(failures.ServiceUnavailable, match="a link to another host, which is not followed"):
        await transport.send("ListPools", "GET", link)
    assert service.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    service = Service(lambda _request: httpx.Response(status, headers={"Location": "https://evil.example/"}))
    with pytest.raises(failures.ServiceUnavailable, match=f"answered {status}, a redirect, which is not followed"):
        await read(transport_to(service))
    assert len(service.requests) == 1


NETWORK = [
    (httpx.ConnectError("hunter2"), "cannot connect"),
    (httpx.ConnectTimeout("hunter2"), "no connection within the time limit"),
    (httpx.ReadTimeout("hunter2"), "no answer within the time limit"),
    (httpx.WriteTimeout("hunter2"), "no answer within the time limit"),
    (httpx.PoolTimeout("hunter2"), "no answer within the time limit"),
    (httpx.ReadError("hunter2"), "the connection broke"),
    (httpx.WriteError("hunter2"), "the connection broke"),
    (httpx.CloseError("hunter2"), "the connection broke"),
    (httpx.RemoteProtocolError("hunter2"), "the connection broke"),
    (httpx.ProxyError("hunter2"), "the connection broke"),
    (httpx.DecodingError("hunter2"), "the answer cannot be read"),
]


@pytest.mark.parametrize(("trouble", "words"), NETWORK, ids=lambda value: type(value).__name__)
async def test_a_request_without_an_answer_is_told_in_words_that_do_not_change(
    trouble: httpx.RequestError, words: str
) -> None:
    def break_down(_request: httpx.Request) -> httpx.Response:
        raise trouble

    with pytest.raises(failures.ServiceUnavailable) as caught:
        await read(transport_to(break_down))
    assert type(caught.value) is failures.ServiceUnavailable
    assert caught.value.account_wide
    assert caught.value.cause == f"{ENDPOINT}: {words}"


async def test_an_answer_whose_compression_is_broken_is_a_failure_like_any_other() -> None:
    service = Service(lambda _request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=_Garbage()))
    with pytest.raises(failures.ServiceUnavailable, match="the answer cannot be read"):
        await read(transport_to(service))


class _Garbage(httpx.AsyncByteStream):
    async def __aiter__(self) -> Any:
        yield b"this is no gzip"


async def test_nobody_listening_is_told_as_such() -> None:
    with socket.socket() as held:
        # Bound and never listening: nobody else can take the port meanwhile.
        held.bind(("127.0.0.1", 0))
        client = live_client(f"http://127.0.0.1:{held.getsockname()[1]}")
        with pytest.raises(failures.ServiceUnavailable, match="cannot connect"):
            await client.probe()
        await client.close()


@pytest.mark.looptime
async def test_every_request_waits_for_its_turn() -> None:
    loop = asyncio.get_running_loop()
    service = Service()
    transport = transport_to(service, limiter=Limiter(1, monotonic=loop.time))
    start = loop.time()
    await read(transport)
    await read(transport)
    assert loop.time() - start == pytest.approx(1.05)
    assert len(service.requests) == 2


def counted(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Requests by operation and code."""
    return {
        (sample.labels["operation"], sample.labels["code"]): sample.value
        for metric in metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "poolkeeper_batch_requests_total"
    }


async def test_requests_are_counted_by_operation_and_code() -> None:
    answers = iter([httpx.Response(200, json={}), error(429), httpx.Response(204)])
    metrics = Metrics()
    transport = transport_to(lambda _request: next(answers), metrics=metrics)
    await read(transport)
    with pytest.raises(failures.Throttled):
        await read(transport)
    await transport.send("UpdatePoolProperties", "POST", "/pools/p/updateproperties", json={})
    assert counted(metrics) == {("GetPool", "200"): 1, ("GetPool", "429"): 1, ("UpdatePoolProperties", "204"): 1}


async def test_a_request_without_an_answer_is_counted_too() -> None:
    def break_down(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("")

    metrics = Metrics()
    with pytest.raises(failures.ServiceUnavailable):
        await read(transport_to(break_down, metrics=metrics))
    assert counted(metrics) == {("GetPool", "none"): 1}
