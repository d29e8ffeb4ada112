"""Requests to the API server: what is sent, and what an answer, or none, means."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.kube.client import JSON_PATCH, Api, ApiError
from poolkeeper.kube.kubeconfig import CONNECTIONS
from tests.testbed.ports import LOOPBACK, free_ports
from tests.unit.kube.apiserver import ApiServer, Request, client, write_kubeconfig

OK = web.json_response({"kind": "Thing"})
UNAUTHORIZED = web.json_response({"message": "Unauthorized"}, status=401)


async def test_a_request_is_json_with_the_credential_of_the_kubeconfig(api: Api, server: ApiServer) -> None:
    server.says(OK)
    # A list, as JSON patches are: the client would call a mapping another kind of patch.
    body = [{"op": "add", "path": "/status", "value": {"eTag": "0x1", "gone": None}}]
    answer = await api.request(
        "PATCH", "/apis/x", query={"fieldManager": "poolkeeper", "limit": 5}, body=body, content_type=JSON_PATCH
    )
    assert answer == {"kind": "Thing"}
    (request,) = server.requests
    assert (request.method, request.path) == ("PATCH", "/apis/x")
    assert request.query == {"fieldManager": "poolkeeper", "limit": "5"}
    assert request.token == "Bearer first"
    assert request.content_type == JSON_PATCH
    assert json.loads(request.body) == body


async def test_credentials_that_are_no_longer_taken_are_read_anew(api: Api, server: ApiServer) -> None:
    server.says(OK, UNAUTHORIZED, OK)
    await api.request("GET", "/one")
    server.sign_in_as("second")
    assert await api.request("GET", "/two") == {"kind": "Thing"}
    assert [(request.path, request.token) for request in server.requests] == [
        ("/one", "Bearer first"),
        ("/two", "Bearer first"),
        ("/two", "Bearer second"),
    ]


async def test_credentials_are_read_anew_once_per_request(api: Api, server: ApiServer) -> None:
    server.says(UNAUTHORIZED)
    with pytest.raises(ApiError, match="401 Unauthorized"):
        await api.request("GET", "/one")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(web.json_response({"message": "no such thing"}, status=404), "404 no such thing", id="Status"),
        pytest.param(web.Response(text="<html>", status=502), "502 without a message", id="a proxy"),
        pytest.param(web.json_response([1], status=500), "500 without a message", id="other JSON"),
        pytest.param(web.Response(status=503), "503 without a message", id="empty"),
    ],
)
async def test_an_error_status_is_refused_in_the_servers_words(
    api: Api, server: ApiServer, answer: web.Response, message: str
) -> None:
    server.says(answer)
    with pytest.raises(ApiError, match=f"GET /one: {message}") as refused:
        await api.request("GET", "/one")
    assert refused.value.status == answer.status
    assert len(server.requests) == 1, "the queue retries, not the client"


async def test_a_server_that_does_not_listen_is_unavailable(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    kubeconfig = tmp_path / "kubeconfig"
    write_kubeconfig(kubeconfig, url=f"http://{LOOPBACK}:{port}", token="first")
    async with client(kubeconfig) as api:
        with pytest.raises(ClusterUnavailable, match="does not answer GET /one") as unavailable:
            await api.request("GET", "/one")
    assert not isinstance(unavailable.value, ApiError)


async def test_a_connection_that_breaks_is_unavailable(api: Api, server: ApiServer) -> None:
    broken = asyncio.Event()

    async def break_off(_: Request) -> web.StreamResponse:
        broken.set()
        raise asyncio.CancelledError

    server.answer = break_off
    with pytest.raises(ClusterUnavailable, match="does not answer"):
        await api.request("GET", "/one")
    assert broken.is_set()


async def test_no_message_holds_the_credential(api: Api, server: ApiServer) -> None:
    server.sign_in_as("s3cret-token")
    server.says(UNAUTHORIZED)
    with pytest.raises(ApiError) as refused:
        await api.request("GET", "/one")
    assert server.requests[0].token == "Bearer s3cret-token"
    assert "s3cret" not in repr(refused.value) + str(refused.value)


async def test_no_more_requests_are_under_way_than_there_are_connections(api: Api, server: ApiServer) -> None:
    under_way = most = 0

    async def answer(_: Request) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        return web.json_response({})

    server.answer = answer
    await asyncio.gather(*(api.request("GET", f"/{number}") for number in range(5 * CONNECTIONS)))
    assert most == CONNECTIONS


async def test_requests_that_begin_together_share_one_client(api: Api, server: ApiServer) -> None:
    server.says(OK)
    await asyncio.gather(*(api.request("GET", f"/{number}") for number in range(CONNECTIONS)))
    assert len(server.requests) == CONNECTIONS


async def test_requests_that_lose_their_credential_together_all_get_through(api: Api, server: ApiServer) -> None:
    async def answer(request: Request) -> web.Response:
        # As long as a round trip takes: the answers to the old token come while others are sent with the new one.
        await asyncio.sleep(0.01 * (int(request.path[1:]) % 4))
        good = request.token == "Bearer second"
        return web.json_response({"path": request.path} if good else {}, status=200 if good else 401)

    server.answer = answer
    with pytest.raises(ApiError):
        await api.request("GET", "/0")
    server.sign_in_as("second")
    server.requests.clear()
    paths = [f"/{number}" for number in range(3 * CONNECTIONS)]
    answers = await asyncio.gather(*(api.request("GET", path) for path in paths))
    assert [found["path"] for found in answers] == paths
    assert {request.token for request in server.requests} == {"Bearer first", "Bearer second"}
