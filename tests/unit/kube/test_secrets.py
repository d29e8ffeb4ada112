"""Secrets: decoded, and named when they are missing."""

from __future__ import annotations

import base64

import pytest
from aiohttp import web

from poolkeeper.domain.failures import ClusterUnavailable, SecretNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.kube.api import Api, Refused
from poolkeeper.kube.secrets import Secrets
from tests.testbed.cluster import Cluster
from tests.unit.kube.apiserver import ApiServer

KEY = Key("lab", "batch-credentials")


async def test_a_real_secret_is_read_with_the_operators_rights(
    operator_api: Api, cluster: Cluster, namespace: str
) -> None:
    data = {"accountKey": "a+/=ü", "empty": ""}
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": KEY.name}, "stringData": data}
    cluster.kubectl.within(namespace).apply(manifest)
    assert await Secrets(operator_api)(Key(namespace, KEY.name)) == data


async def test_a_missing_secret_is_named(operator_api: Api, namespace: str) -> None:
    with pytest.raises(SecretNotFound, match=f"no Secret missing in namespace {namespace}; create it"):
        await Secrets(operator_api)(Key(namespace, "missing"))


@pytest.mark.parametrize("data", [None, {}], ids=["without data", "with empty data"])
async def test_a_secret_that_holds_nothing_is_empty(api: Api, server: ApiServer, data: object) -> None:
    server.says(web.json_response({"kind": "Secret"} | ({} if data is None else {"data": data})))
    assert await Secrets(api)(KEY) == {}
    assert server.requests[0].path == "/api/v1/namespaces/lab/secrets/batch-credentials"


async def test_bytes_that_are_no_text_are_no_crash(api: Api, server: ApiServer) -> None:
    server.says(web.json_response({"data": {"accountKey": base64.b64encode(b"\xff\x00").decode()}}))
    assert (await Secrets(api)(KEY))["accountKey"] == "\ufffd\x00"


async def test_a_secret_that_may_not_be_read_is_tried_again(api: Api, server: ApiServer) -> None:
    server.says(web.json_response({"message": "secrets is forbidden"}, status=403))
    with pytest.raises(Refused, match="forbidden") as refused:
        await Secrets(api)(KEY)
    assert isinstance(refused.value, ClusterUnavailable)
