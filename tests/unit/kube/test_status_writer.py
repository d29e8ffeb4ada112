"""What is written to Kubernetes, on the real API server and with the operator's own rights."""

from __future__ import annotations

import pytest
from aiohttp import web

from poolkeeper.clock import SystemClock
from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import BatchPool
from poolkeeper.kube.client import Api
from poolkeeper.kube.events import Events
from poolkeeper.kube.status_writer import KubeCluster
from tests.testbed.cluster import Cluster
from tests.testbed.kubectl import Kubectl
from tests.unit.kube.apiserver import ApiServer
from tests.unit.kube.informer.test_listing import pool

NAME = "rendering"
STATUS = {"observedGeneration": 1, "eTag": "0x1"}


@pytest.fixture
def user(cluster: Cluster, namespace: str) -> Kubectl:
    return cluster.kubectl.within(namespace)


@pytest.fixture
def written(operator_api: Api) -> KubeCluster:
    return KubeCluster(operator_api, Events(operator_api, instance="pod-1", clock=SystemClock()))


def create(user: Kubectl, name: str = NAME) -> BatchPool:
    spec = pool(NAME)["spec"]
    user.apply({"apiVersion": "poolkeeper.dev/v1alpha1", "kind": "BatchPool", "metadata": {"name": name}, "spec": spec})
    return BatchPool.parse(user.json("get", "batchpool", name))


async def test_a_patch_changes_the_status_and_nothing_else(user: Kubectl, written: KubeCluster) -> None:
    resource = create(user)
    body = await written.patch_status(resource, STATUS)
    assert body is not None
    answered, kept = BatchPool.parse(body), BatchPool.parse(user.json("get", "batchpool", NAME))
    assert answered == kept
    assert kept.status == STATUS
    assert kept.resource_version > resource.resource_version
    assert kept.generation == resource.generation
    managers = user.json("get", "batchpool", NAME, "--show-managed-fields")["metadata"]["managedFields"]
    assert [one["subresource"] for one in managers if one["manager"] == "poolkeeper"] == ["status"]
    removed = await written.patch_status(kept, {"observedGeneration": 1})
    assert removed is not None
    assert removed["status"] == {"observedGeneration": 1}


async def test_the_status_of_what_is_gone_is_nobodys(user: Kubectl, written: KubeCluster) -> None:
    resource = create(user)
    user.out("delete", "batchpool", NAME)
    assert await written.patch_status(resource, STATUS) is None


async def test_a_namesake_is_not_taken_for_the_one_before(user: Kubectl, written: KubeCluster) -> None:
    resource = create(user)
    user.out("delete", "batchpool", NAME)
    namesake = create(user)
    assert namesake.uid != resource.uid
    assert await written.patch_status(resource, STATUS) is None
    assert "status" not in user.json("get", "batchpool", NAME), "it inherits nothing: neither an ETag nor an adoption"


async def test_a_status_that_the_crd_refuses_is_tried_again(user: Kubectl, written: KubeCluster) -> None:
    with pytest.raises(ClusterUnavailable, match="422"):
        await written.patch_status(create(user), {"observedGeneration": "three"})


async def test_a_server_in_trouble_is_not_taken_for_a_resource_that_is_gone(api: Api, server: ApiServer) -> None:
    server.says(web.json_response({"message": "etcd is slow"}, status=500))
    with pytest.raises(ClusterUnavailable, match="etcd is slow"):
        await KubeCluster(api, Events(api, instance="pod-1", clock=SystemClock())).patch_status(
            BatchPool.parse(pool(NAME)), STATUS
        )
