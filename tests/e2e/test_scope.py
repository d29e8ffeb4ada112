"""What the operator watches, and when it begins to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batchsim.sim import BatchSim
from tests.support.fixtures import StartOperator
from tests.support.operator_process import OperatorProcess
from tests.support.world import World, as_desired
from tests.testbed.cluster import Cluster
from tests.testbed.fixtures import fresh_name
from tests.testbed.install import install
from tests.testbed.kubectl import Kubectl
from tests.testbed.waiting import until


def test_only_the_named_namespaces_are_looked_at(
    world: World, operator_of: StartOperator, kubectl: Kubectl, batchsim: BatchSim
) -> None:
    assert world.kubectl.namespace is not None
    world.operator.stop()
    elsewhere = World(
        cluster=world.cluster,
        kubectl=kubectl.within(fresh_name("elsewhere")),
        sim=batchsim,
        operator=world.operator,
    )
    kubectl.out("create", "namespace", str(elsewhere.kubectl.namespace))
    for place, name in ((world, "rendering"), (elsewhere, "genomics")):
        place.account()
        place.pool(name, as_desired(batchsim.pool(name)))
    flags = ("--namespace", world.kubectl.namespace)
    world.operator = elsewhere.operator = operator_of(allow=batchsim.url, flags=flags).start()

    world.wait("rendering", "InSync")
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "me"}]})
    world.wait("rendering", "InSync")
    world.sweeps(2)
    assert elsewhere.status("genomics") == {}
    assert {entry.pool for entry in batchsim.journal.entries("GetPool", "UpdatePoolProperties")} == {"rendering"}
    elsewhere.kubectl.out("delete", "batchpools,batchaccounts", "--all")


@pytest.fixture
def bare_cluster(testbed_binaries: None, tmp_path: Path) -> Iterator[Cluster]:
    """A cluster to which nothing has been installed."""
    assert testbed_binaries is None
    cluster = Cluster(tmp_path / "bare")
    cluster.start()
    yield cluster
    cluster.destroy()


def test_crds_that_come_after_the_operator_are_noticed(
    bare_cluster: Cluster, tmp_path: Path, batchsim: BatchSim
) -> None:
    # The rights come first, since somebody without them may not even ask.
    install(bare_cluster)
    bare_cluster.kubectl.out("delete", "crd", "batchpools.poolkeeper.dev", "batchaccounts.poolkeeper.dev")
    operator = OperatorProcess(
        kubeconfig=bare_cluster.operator_kubeconfig, folder=tmp_path / "operator", allow=batchsim.url
    )
    try:
        operator.start(ready=False)
        until(lambda: operator.probe("healthz") == 200, what="the operator lives", patience=30)
        until(lambda: "CRDs" in operator.output(), what="the operator says that the CRDs are missing", patience=30)
        assert operator.probe("readyz") == 503
        install(bare_cluster)
        until(lambda: operator.probe("readyz") == 200, what="the operator is ready", patience=30)
        world = World(
            cluster=bare_cluster, kubectl=bare_cluster.kubectl.within("default"), sim=batchsim, operator=operator
        )
        world.account()
        world.pool("rendering", as_desired(batchsim.pool("rendering")))
        world.wait("rendering", "InSync")
        batchsim.drift("rendering", {"metadata": None})
        batchsim.journal.wait("UpdatePoolProperties", pool="rendering")
    finally:
        operator.stop()
