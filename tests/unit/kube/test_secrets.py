"""Secrets: decoded, and named when they are missing."""

from __future__ import annotations

import base64

import pytest
from aiohttp import web

from poolkeeper.domain.failures import ClusterUnavailable, SecretForbidden, SecretNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.kube.client import Api
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
    secrets, key = Secrets(operator_api), Key(namespace, KEY.name)
    found = await secrets.read(key, tuple(data))
    assert found.values == data
    assert found.version == await secrets.version(key)
    assert "a+/=" not in f"{found} {found!r}", "what is read is not shown"


async def test_the_version_moves_with_the_secret(operator_api: Api, cluster: Cluster, namespace: str) -> None:
    secrets, key = Secrets(operator_api), Key(namespace, KEY.name)
    versions = []
    for value in ("one", "two"):
        manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": KEY.name}, "stringData": {"a": value}}
        cluster.kubectl.within(namespace).apply(manifest)
        versions.append(await secrets.version(key))
    assert versions[0] != versions[1]


async def test_a_missing_secret_is_named(operator_api: Api, namespace: str) -> None:
    with pytest.raises(SecretNotFound, match=f"no Secret missing in namespace {namespace}; create it"):
        await Secrets(operator_api).read(Key(namespace, "missing"), ())


@pytest.mark.parametrize("data", [None, {}], ids=["without data", "with empty data"])
async def test_a_secret_that_holds_nothing_is_empty(api: Api, server: ApiServer, data: object) -> None:
    server.says(web.json_response({"metadata": {"resourceVersion": "7"}} | ({} if data is None else {"data": data})))
    assert await Secrets(api).read(KEY, ("text",)) == Secret("7", {})
    assert server.requests[0].path == "/api/v1/namespaces/lab/secrets/batch-credentials"


async def test_bytes_that_are_no_text_are_told_apart(api: Api, server: ApiServer) -> None:
    data = {"blob": base64.b64encode(b"\xff\x00").decode(), "text": base64.b64encode(b"yes").decode()}
    server.says(web.json_response({"metadata": {"resourceVersion": "7"}, "data": data}))
    assert await Secrets(api).read(KEY, ("blob", "text")) == Secret(
        "7", {"text": SecretText("yes")}, frozenset({"blob"})
    )


async def test_what_nobody_asks_for_is_not_held(api: Api, server: ApiServer) -> None:
    """A Secret has up to a megabyte, and whoever names a letter of it has all of it read."""
    data = {name: base64.b64encode(name.encode()).decode() for name in ("wanted", "large", "odd")} | {"odd": "?"}
    server.says(web.json_response({"metadata": {"resourceVersion": "7"}, "data": data}))
    found = await Secrets(api).read(KEY, ("wanted",))
    assert found == Secret("7", {"wanted": SecretText("wanted")})


@pytest.mark.parametrize("answer", [{}, {"metadata": {}}, {"metadata": {"resourceVersion": 7}}, {"metadata": None}])
async def test_what_is_no_secret_is_tried_again(api: Api, server: ApiServer, answer: object) -> None:
    server.says(web.json_response(answer))
    with pytest.raises(ClusterUnavailable, match="something else than Secret lab/batch-credentials"):
        await Secrets(api).version(KEY)


async def test_a_check_asks_for_no_values(api: Api, server: ApiServer) -> None:
    server.says(web.json_response({"metadata": {"resourceVersion": "7"}}))
    assert await Secrets(api).version(KEY) == "7"
    assert "PartialObjectMetadata" in server.requests[0].accept


async def test_a_secret_that_may_not_be_read_is_named_with_the_right_that_is_missing(
    api: Api, server: ApiServer
) -> None:
    server.says(web.json_response({"message": "secrets is forbidden"}, status=403))
    with pytest.raises(
        SecretForbidden, match=r"Secret lab/batch-credentials may not be read; grant .* `get` on secrets"
    ):
        await Secrets(api).read(KEY, ("text",))


async def test_an_api_server_in_trouble_is_tried_again(api: Api, server: ApiServer) -> None:
    server.says(web.json_response({"message": "etcd is gone"}, status=500))
    with pytest.raises(ClusterUnavailable, match="etcd is gone"):
        await Secrets(api).read(KEY, ("text",))
