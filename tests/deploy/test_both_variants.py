"""The operator does its work with the rights of each variant, and asks for nothing that it has not."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.batchsim.sim import BatchSim
from tests.deploy.files import KUSTOMIZE, WATCHED, objects
from tests.deploy.overlays import only
from tests.support.operator_process import OperatorProcess
from tests.support.world import World, as_desired
from tests.testbed.cluster import Cluster
from tests.testbed.fixtures import empty

OTHER_KEY = base64.b64encode(b"fedcba9876543210" * 4).decode()


@dataclass(frozen=True)
class Installed:
    """A variant on its cluster, with a namespace for the test and the arguments that the Deployment starts with."""

    cluster: Cluster
    namespace: str
    flags: tuple[str, ...]


@pytest.fixture(params=["cluster-wide", "namespaced"])
def installed(
    request: pytest.FixtureRequest, cluster: Cluster, namespace: str, namespaced: Cluster
) -> Iterator[Installed]:
    if request.param == "cluster-wide":
        yield Installed(cluster, namespace, ())
        return
    rendered = objects(namespaced.kubectl.out("kustomize", str(KUSTOMIZE / "example")))
    (container,) = only(rendered, "Deployment")["spec"]["template"]["spec"]["containers"]
    command, *flags = container["args"]
    assert command == "run"
    yield Installed(namespaced, WATCHED[1], tuple(flags))
    empty(namespaced.api(), WATCHED[1])


@pytest.fixture
def there(installed: Installed, batchsim: BatchSim, tmp_path: Path) -> Iterator[World]:
    """The world of the variant, its operator running as the user that the variant grants its rights to."""
    operator = OperatorProcess(
        kubeconfig=installed.cluster.operator_kubeconfig,
        folder=tmp_path / "operator",
        allow=batchsim.url,
        flags=("--slow-retry", "2s", *installed.flags),
    )
    try:
        yield World(
            cluster=installed.cluster,
            kubectl=installed.cluster.kubectl.within(installed.namespace),
            sim=batchsim,
            operator=operator.start(),
        )
        said = operator.output()
        assert "forbidden" not in said.lower(), said
    finally:
        operator.stop()


def test_it_keeps_a_pool_right_and_says_so(there: World) -> None:
    there.account()
    there.wait("research", "Reachable", "batchaccount")
    properties = as_desired(there.sim.pool("rendering"))
    there.pool("rendering", properties)
    there.wait("rendering", "InSync")
    there.wait_members("research", 1)

    there.pool("rendering", {**properties, "metadata": [{"name": "owner", "value": "me"}]})
    there.wait("rendering", "InSync")
    assert there.event("rendering", "Updated")

    there.sim.drift("rendering", {"metadata": None})
    there.sim.wait_until(lambda: len(there.events("rendering", "DriftCorrected")) == 1)
    assert there.sim.pool("rendering")["metadata"] == [{"name": "owner", "value": "me"}]


def test_a_rotated_key_is_read_without_a_restart(there: World) -> None:
    there.account()
    there.pool("genomics", as_desired(there.sim.pool("genomics")))
    there.wait("genomics", "InSync")
    there.sim.gate.key = OTHER_KEY
    there.wait("research", "AuthenticationFailed", "batchaccount")
    there.secret()
    there.wait("research", "Reachable", "batchaccount")
    there.wait("genomics", "InSync")
