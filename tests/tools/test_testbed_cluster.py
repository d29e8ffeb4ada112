"""The test bed serves what tests rely on: two users, validation by CEL, metrics, a namespace, a second start."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from tests.testbed import binaries, build, paths, users
from tests.testbed.cluster import Cluster
from tests.testbed.errors import BedError
from tests.testbed.fixtures import empty
from tests.testbed.install import install
from tests.testbed.kubectl import Kubectl, KubectlError
from tests.testbed.layout import Layout, Ports, State
from tests.testbed.ports import LOOPBACK, free_ports
from tests.testbed.processes import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KETTLES = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kettles.testbed.example}
spec:
  group: testbed.example
  scope: Namespaced
  names: {kind: Kettle, plural: kettles, singular: kettle}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {litres: {type: integer}, capacity: {type: integer}}
              x-kubernetes-validations:
                - {rule: self.litres <= self.capacity, message: the kettle would overflow}
"""

NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: poolkeeper-system}
"""
GRANT = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: tea, namespace: poolkeeper-system}
rules: [{apiGroups: [testbed.example], resources: [kettles], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: tea, namespace: poolkeeper-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tea}
subjects: [{kind: ServiceAccount, name: poolkeeper, namespace: poolkeeper-system}]
"""

KUBERC = """
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults: [{command: get, options: [{name: output, default: json}]}]
"""


def kettle(litres: int) -> dict[str, object]:
    return {
        "apiVersion": "testbed.example/v1",
        "kind": "Kettle",
        "metadata": {"name": "kitchen"},
        "spec": {"litres": litres, "capacity": 2},
    }


@pytest.fixture
def own(testbed_binaries: None, tmp_path: Path) -> Iterator[Cluster]:  # noqa: ARG001 - wanted for its effect
    """A cluster of the test's own, not started yet."""
    made = Cluster(tmp_path / "own")
    yield made
    made.destroy()


def test_each_kubeconfig_is_the_user_that_it_says(kubectl: Kubectl, operator_kubectl: Kubectl) -> None:
    admin = kubectl.json("auth", "whoami")["status"]["userInfo"]
    operator = operator_kubectl.json("auth", "whoami")["status"]["userInfo"]
    assert admin["username"] == "testbed-admin"
    assert "system:masters" in admin["groups"]
    assert operator["username"] == "system:serviceaccount:poolkeeper-system:poolkeeper"
    assert sorted(operator["groups"]) == [
        "system:authenticated",
        "system:serviceaccounts",
        "system:serviceaccounts:poolkeeper-system",
    ]


def test_the_server_is_the_kubernetes_that_go_mod_pins(kubectl: Kubectl) -> None:
    if os.environ.get(binaries.ASSETS_VARIABLE):
        return  # somebody else's server, of whatever version they chose
    wanted = build.pinned((paths.MODULES / "go.mod").read_text(), "k8s.io/kubernetes")
    assert kubectl.json("version")["serverVersion"]["gitVersion"] == wanted


def test_the_operator_may_do_nothing_that_nobody_granted(cluster: Cluster, namespace: str) -> None:
    assert cluster.kubectl.run("auth", "can-i", "create", "pods", "-n", namespace).stdout == "yes\n"
    assert cluster.operator_kubectl.run("auth", "can-i", "create", "pods", "-n", namespace).stdout == "no\n"
    refused = cluster.api(users.OPERATOR).request("GET", f"/api/v1/namespaces/{namespace}/pods")
    assert refused.status == 403


def test_the_api_server_judges_by_cel(kubectl: Kubectl, namespace: str) -> None:
    kubectl.apply(KETTLES)
    kubectl.wait_for("condition=Established", "crd/kettles.testbed.example")
    here = kubectl.within(namespace)
    refused = here.try_apply(kettle(litres=3))
    assert refused.code == 1
    assert "the kettle would overflow" in refused.stderr
    assert (
        here.apply(kettle(litres=2), "--dry-run=server") == "kettle.testbed.example/kitchen created (server dry run)\n"
    )
    assert here.run("get", "kettle", "kitchen").code == 1


def test_a_write_is_counted_and_a_dry_run_is_not(cluster: Cluster, namespace: str) -> None:
    here = cluster.kubectl.within(namespace)
    before = cluster.writes(resource="configmaps")
    here.out("create", "configmap", "one", "--dry-run=server")
    assert cluster.writes(resource="configmaps") == before
    here.out("create", "configmap", "one")
    here.out("get", "configmaps")
    assert cluster.writes(resource="configmaps") == before + 1


def test_a_command_that_fails_says_what_it_was_and_why(kubectl: Kubectl) -> None:
    with pytest.raises(KubectlError, match=r"kubectl get pod nobody: exit code 1: .*NotFound"):
        kubectl.out("get", "pod", "nobody")


def test_kubectl_neither_reads_nor_writes_the_home_of_who_runs_it(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    kuberc = home / ".kube" / "kuberc"
    kuberc.parent.mkdir(parents=True)
    kuberc.write_text(KUBERC)
    monkeypatch.setenv("HOME", str(home))
    fresh = Kubectl(kubeconfig=cluster.admin_kubeconfig, cache_dir=tmp_path / "cache")
    assert fresh.out("get", "namespace", "default").startswith("NAME "), "kuberc would have it in JSON"
    subprocess.run(fresh.command("get", "namespaces"), stdout=subprocess.DEVNULL, check=True)
    assert list(kuberc.parent.iterdir()) == [kuberc]


def test_a_namespace_is_ready_and_bears_the_name_of_its_test(cluster: Cluster, namespace: str) -> None:
    phase = cluster.api().request("GET", f"/api/v1/namespaces/{namespace}").json()["status"]["phase"]
    assert phase == "Active"
    assert namespace.startswith("a-namespace-is-ready-and-bears-the-name")


def test_what_a_test_leaves_in_its_namespace_is_removed_after_it(cluster: Cluster, namespace: str) -> None:
    here = cluster.kubectl.within(namespace)
    endpoint = "https://research.westeurope.batch.azure.com"
    account = {
        "apiVersion": "poolkeeper.dev/v1alpha1",
        "kind": "BatchAccount",
        "metadata": {"name": "research"},
        "spec": {"endpoint": endpoint, "auth": {"type": "SharedKey", "secretRef": {"name": "key"}}},
    }
    here.apply(account)
    assert len(here.json("get", "batchaccounts")["items"]) == 1
    empty(cluster.api(), namespace)
    assert here.json("get", "batchaccounts")["items"] == []


def test_what_is_installed_serves_at_once_and_grants_what_its_rbac_says(own: Cluster, tmp_path: Path) -> None:
    own.start()
    base = tmp_path / "root" / "deploy" / "kustomize" / "base"
    crds = tmp_path / "root" / "crds"
    base.mkdir(parents=True)
    crds.mkdir()
    (base / "namespace.yaml").write_text(NAMESPACE)
    (base / "rbac.yaml").write_text(GRANT)
    (crds / "kettles.yaml").write_text(KETTLES)
    install(own, root=tmp_path / "root")
    assert "FIELDS:" in own.kubectl.out("explain", "kettle.spec")
    here = own.operator_kubectl.within("poolkeeper-system")
    assert here.run("auth", "can-i", "get", "kettles").stdout == "yes\n"
    assert here.run("auth", "can-i", "delete", "kettles").stdout == "no\n"


def test_a_stopped_cluster_is_gone_and_starts_again_with_its_data(own: Cluster) -> None:
    own.start()
    own.kubectl.out("create", "namespace", "remembered")
    url, pids = own.url, [server.pid for server in own.servers.values()]
    assert all(command_line(pid) for pid in pids)
    own.stop()
    assert not own.running()
    assert [command_line(pid) for pid in pids] == ["", ""]
    own.start()
    assert own.url == url
    assert own.kubectl.run("get", "namespace", "remembered").code == 0
    own.destroy()
    assert not own.layout.data.exists()


def test_a_cluster_that_lost_its_api_server_starts_again_with_its_data(own: Cluster) -> None:
    own.start()
    own.kubectl.out("create", "namespace", "remembered")
    url, etcd = own.url, own.servers["etcd"].pid
    own.servers["kube-apiserver"].stop(grace=0)
    assert not own.running()
    own.start()
    assert command_line(etcd) == "", "two etcds must not share a folder"
    assert own.url == url
    assert own.kubectl.run("get", "namespace", "remembered").code == 0


def test_a_port_that_somebody_took_meanwhile_is_given_up(own: Cluster) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        own.layout.folder.mkdir()
        own.layout.write_state(State(ports=Ports(port, *free_ports(2)), pids={}))
        moved = Cluster(own.layout.folder)
        try:
            moved.start()
            assert moved.ports.api != port
            assert moved.kubectl.run("get", "--raw", "/readyz").stdout == "ok"
        finally:
            moved.destroy()


def test_a_server_that_cannot_start_is_quoted_and_nothing_stays(own: Cluster) -> None:
    own.start()
    own.stop()
    (own.layout.pki / "server.crt").write_text("not a certificate")
    with pytest.raises(
        BedError, match=r"(?s)kube-apiserver ended while starting; last lines of .*failed to find any PEM"
    ):
        own.start()
    assert own.servers == {}
    noted = Layout(own.layout.folder).read_state()
    assert noted is not None
    assert [command_line(pid) for pid in noted.pids.values()] == ["", ""]


def test_a_server_that_is_too_slow_is_quoted_and_nothing_stays(own: Cluster) -> None:
    with pytest.raises(BedError, match=r"(?s)kube-apiserver does not serve in time: /readyz: .*; last lines of"):
        own.start(patience=0.3)
    assert not own.running()
    noted = Layout(own.layout.folder).read_state()
    assert noted is not None
    assert [command_line(pid) for pid in noted.pids.values()] == ["", ""]


def test_a_leash_that_a_thread_would_hold_is_refused(own: Cluster) -> None:
    caught: list[BaseException] = []

    def start() -> None:
        try:
            own.start()
        except BedError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "start it from the main thread" in str(caught[0])
