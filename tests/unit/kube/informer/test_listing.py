"""The full list: all pages, all namespaces, as of one version."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.kube.client import Api
from poolkeeper.kube.informer.listing import CrdsMissing, Lister
from tests.testbed.cluster import Cluster
from tests.unit.engine.lab import account_spec
from tests.unit.kube.apiserver import ApiServer, Request

ROOT = "/apis/poolkeeper.dev/v1alpha1"


def pool(name: str, *, namespace: str = "lab", **metadata: Any) -> dict[str, Any]:
    spec = {"accountRef": {"name": "research"}, "poolID": name, "properties": {}}
    return {
        "metadata": {
            "namespace": namespace,
            "name": name,
            "uid": f"uid-{name}",
            "generation": 1,
            "resourceVersion": "7",
            **metadata,
        },
        "spec": spec,
    }


def page(*items: dict[str, Any], version: int = 100, more: str = "") -> web.Response:
    metadata = {"resourceVersion": str(version)} | ({"continue": more} if more else {})
    return web.json_response({"metadata": metadata, "items": list(items)})


async def test_pages_are_followed_to_the_end(api: Api, server: ApiServer) -> None:
    server.says(page(), page(pool("a"), more="token=1&x"), page(pool("b"), more="token-2"), page(pool("c")))
    found = await Lister(api, namespaces=()).everything()
    assert [one.pool_id for one in found.pools] == ["a", "b", "c"]
    assert [(request.path, request.query) for request in server.requests] == [
        (f"{ROOT}/batchaccounts", {"limit": "25"}),
        (f"{ROOT}/batchpools", {"limit": "25"}),
        (f"{ROOT}/batchpools", {"limit": "25", "continue": "token=1&x"}),
        (f"{ROOT}/batchpools", {"limit": "25", "continue": "token-2"}),
    ]


async def test_a_resource_that_cannot_be_read_keeps_no_other_from_being_listed(
    api: Api, server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    odd = pool("odd")
    del odd["spec"]["poolID"]
    server.says(page(), page(odd, pool("well")))
    found = await Lister(api, namespaces=()).everything()
    assert [one.pool_id for one in found.pools] == ["well"]
    assert "lab/odd cannot be read" in caplog.text


async def test_only_the_named_namespaces_are_asked_for(api: Api, server: ApiServer) -> None:
    async def answer(request: Request) -> web.Response:
        namespace = request.path.split("/")[5]
        return page(pool(f"pool-of-{namespace}", namespace=namespace)) if "batchpools" in request.path else page()

    server.answer = answer
    found = await Lister(api, namespaces=("blue", "green")).everything()
    assert [one.key.namespace for one in found.pools] == ["blue", "green"]
    assert {request.path for request in server.requests} == {
        f"{ROOT}/namespaces/{namespace}/{plural}"
        for namespace in ("blue", "green")
        for plural in ("batchaccounts", "batchpools")
    }


async def test_the_whole_is_as_old_as_its_oldest_part(api: Api, server: ApiServer) -> None:
    versions = iter([52, 50, 51, 53])

    async def answer(_: Request) -> web.Response:
        return page(version=next(versions))

    server.answer = answer
    assert (await Lister(api, namespaces=("blue", "green")).everything()).as_of == 50


async def test_what_is_being_deleted_is_not_listed(api: Api, server: ApiServer) -> None:
    server.says(page(), page(pool("a"), pool("b", deletionTimestamp="2026-01-01T00:00:00Z")))
    found = await Lister(api, namespaces=()).everything()
    assert [one.pool_id for one in found.pools] == ["a"]


async def test_missing_crds_say_how_to_install_them(api: Api, server: ApiServer) -> None:
    server.says(web.json_response({"message": "not found"}, status=404))
    with pytest.raises(CrdsMissing, match="kubectl apply -f crds/") as missing:
        await Lister(api, namespaces=()).everything()
    assert isinstance(missing.value, ClusterUnavailable), "they may still come"


@pytest.mark.parametrize("status", [403, 410, 429, 500])
async def test_other_refusals_are_tried_again(api: Api, server: ApiServer, status: int) -> None:
    server.says(page(), page(pool("a"), more="expired"), web.json_response({"message": "no"}, status=status))
    with pytest.raises(ClusterUnavailable, match=f"{status} no"):
        await Lister(api, namespaces=()).everything()


async def test_real_resources_are_found_with_the_operators_rights(
    operator_api: Api, cluster: Cluster, namespace: str
) -> None:
    kubectl = cluster.kubectl.within(namespace)
    kinds = {"BatchAccount": account_spec("research"), "BatchPool": pool("rendering")["spec"]}
    for kind, spec in kinds.items():
        kubectl.apply({"apiVersion": "poolkeeper.dev/v1alpha1", "kind": kind, "metadata": {"name": "x"}, "spec": spec})
    found = await Lister(operator_api, namespaces=(namespace,)).everything()
    assert [one.account_name for one in found.accounts] == ["research"]
    assert [one.pool_id for one in found.pools] == ["rendering"]
    assert found.as_of >= found.pools[0].resource_version
    everywhere = await Lister(operator_api, namespaces=()).everything()
    assert found.pools[0] in everywhere.pools
