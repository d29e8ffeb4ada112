"""What the operator watches, and when it begins to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.batchsim.sim import BatchSim
from tests.support.fixtures import StartOperator
from tests.support.operator_process import OperatorProcess
from tests.support.world import API_VERSION, World, as_desired
from tests.testbed.cluster import Cluster
from tests.testbed.fixtures import fresh_name
from tests.testbed.install import install
from tests.testbed.kubectl import Kubectl
from tests.testbed.paths import ROOT
from tests.testbed.waiting import until

KUSTOMIZE = ROOT / "deploy" / "kustomize"


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


def test_what_another_namespace_has_is_not_found_whatever_it_is_called(
    world: World, kubectl: Kubectl, batchsim: BatchSim
) -> None:
    other = World(
        cluster=world.cluster, kubectl=kubectl.within(fresh_name("other")), sim=batchsim, operator=world.operator
    )
    kubectl.out("create", "namespace", str(other.kubectl.namespace))
    other.account("theirs")
    other.wait("theirs", "Reachable", "batchaccount")
    world.account("ours", secret=False)
    world.wait("ours", "SecretNotFound", "batchaccount")
    world.pool("rendering", as_desired(batchsim.pool("rendering")), accountRef={"name": "theirs"})
    world.wait("rendering", "AccountNotFound")
    assert batchsim.journal.entries("GetPool", "UpdatePoolProperties") == []
    other.kubectl.out("delete", "batchpools,batchaccounts", "--all")


@pytest.mark.parametrize("field", ["accountRef", "secretRef"])
def test_a_reference_takes_no_namespace(field: str, kubectl: Kubectl, namespace: str) -> None:
    reference = {"name": "theirs", "namespace": "other"}
    auth = {"type": "SharedKey", "secretRef": reference}
    kind, spec = {
        "accountRef": ("BatchPool", {"poolID": "rendering", "accountRef": reference, "properties": {}}),
        "secretRef": ("BatchAccount", {"endpoint": "https://research.westeurope.batch.azure.com", "auth": auth}),
    }[field]
    manifest = {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": "sly"}, "spec": spec}
    done = kubectl.within(namespace).try_apply(manifest, "--dry-run=server")
    assert done.code != 0
    assert f'{field}.namespace"' in done.stderr


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
        until(lambda: operator.probe("healthz") == 200, what="the operator lives", patience=90)
        until(lambda: "CRDs" in operator.output(), what="the operator says that the CRDs are missing", patience=90)
        assert operator.probe("readyz") == 503
        install(bare_cluster)
        until(lambda: operator.probe("readyz") == 200, what="the operator is ready", patience=90)
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


@pytest.fixture
def confined(bare_cluster: Cluster, tmp_path: Path, batchsim: BatchSim) -> Iterator[OperatorProcess]:
    """An operator of two namespaces, without any right in the cluster as a whole; not yet started, no CRDs yet."""
    for name in ("team-a", "team-b"):
        bare_cluster.kubectl.out("create", "namespace", name)
    bare_cluster.kubectl.out("apply", "-k", str(KUSTOMIZE / "example"))
    operator = OperatorProcess(
        kubeconfig=bare_cluster.operator_kubeconfig,
        folder=tmp_path / "operator",
        allow=batchsim.url,
        flags=("--namespace", "team-a", "--namespace", "team-b"),
    )
    yield operator
    operator.stop()


def test_crds_that_it_may_not_see_are_noticed_when_they_come(
    bare_cluster: Cluster, confined: OperatorProcess, batchsim: BatchSim
) -> None:
    confined.start(ready=False)
    until(lambda: "CRDs" in confined.output(), what="the operator says that the CRDs are missing", patience=90)
    assert confined.probe("readyz") == 503
    bare_cluster.kubectl.apply(ROOT / "crds")
    until(lambda: confined.probe("readyz") == 200, what="the operator is ready", patience=90)
    for name, pool in (("team-a", "rendering"), ("team-b", "genomics")):
        team = World(cluster=bare_cluster, kubectl=bare_cluster.kubectl.within(name), sim=batchsim, operator=confined)
        team.account()
        team.pool(pool, as_desired(batchsim.pool(pool)))
        team.wait(pool, "InSync")
        batchsim.drift(pool, {"metadata": None})
        batchsim.journal.wait("UpdatePoolProperties", pool=pool)


def test_a_named_namespace_without_its_role_is_told_and_watched_once_it_has_it(
    bare_cluster: Cluster, confined: OperatorProcess
) -> None:
    bare_cluster.kubectl.apply(ROOT / "crds")
    there = bare_cluster.kubectl.within("team-b")
    there.out("delete", "rolebinding", "poolkeeper")
    confined.start(ready=False)
    refused = 'cannot list resource \\"batchaccounts\\" in API group \\"poolkeeper.dev\\" in the namespace \\"team-b\\"'
    until(lambda: refused in confined.output(), what="the operator says which right it lacks where", patience=90)
    assert confined.probe("healthz") == 200, "a restart would not help"
    assert confined.probe("readyz") == 503
    bare_cluster.kubectl.out("apply", "-k", str(KUSTOMIZE / "example"))
    until(lambda: confined.probe("readyz") == 200, what="the operator is ready", patience=90)
