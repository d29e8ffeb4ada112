"""The namespaced variant: the same rights, in the namespaces that were named and nowhere else."""

from __future__ import annotations

import pytest

from tests.deploy.asking import STRANGER, can, granted, grants, listed
from tests.deploy.files import KUSTOMIZE, WATCHED, Object, objects
from tests.deploy.rights import FORBIDDEN, IN_A_NAMESPACE, SCANNING, Case, Right
from tests.testbed.cluster import Cluster
from tests.testbed.kubectl import Kubectl


@pytest.fixture(scope="module")
def example(kubectl: Kubectl) -> list[Object]:
    return objects(kubectl.out("kustomize", str(KUSTOMIZE / "example")))


def test_nothing_reaches_the_whole_cluster(example: list[Object]) -> None:
    assert not [each["kind"] for each in example if each["kind"] in {"ClusterRole", "ClusterRoleBinding"}]
    assert not [each["kind"] for each in example if each["kind"] == "CustomResourceDefinition"]


def test_every_namespace_that_is_named_to_the_operator_has_its_role_and_no_other_has(example: list[Object]) -> None:
    (deployment,) = [each for each in example if each["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    told = {each.removeprefix("--namespace=") for each in container["args"] if each.startswith("--namespace=")}
    for kind in ("Role", "RoleBinding"):
        assert {each["metadata"]["namespace"] for each in example if each["kind"] == kind} == told == set(WATCHED)


def test_the_role_grants_what_the_code_needs_once(example: list[Object]) -> None:
    for role in (each for each in example if each["kind"] == "Role"):
        once = granted(role["rules"])
        assert set(once) == grants(IN_A_NAMESPACE)
        assert len(once) == len(set(once))


def test_the_role_is_the_operator_s_alone_whatever_namespace_it_is_put_into(example: list[Object]) -> None:
    operator = {"kind": "ServiceAccount", "name": "poolkeeper", "namespace": "poolkeeper-system"}
    assert all(each["subjects"] == [operator] for each in example if each["kind"] == "RoleBinding")


@pytest.mark.parametrize("namespace", WATCHED)
def test_in_a_watched_namespace_its_list_is_everybody_s_and_the_role(namespace: str, namespaced: Cluster) -> None:
    everybody = listed(namespaced.kubectl.within(namespace), *STRANGER)
    assert listed(namespaced.operator_kubectl.within(namespace)) - everybody == grants(IN_A_NAMESPACE)


@pytest.mark.parametrize("namespace", ["elsewhere", "default", "poolkeeper-system"])
def test_anywhere_else_its_list_is_everybody_s(namespace: str, namespaced: Cluster) -> None:
    everybody = listed(namespaced.kubectl.within(namespace), *STRANGER)
    assert everybody, "the baseline is not empty by mistake"
    assert listed(namespaced.operator_kubectl.within(namespace)) == everybody


@pytest.mark.parametrize("case", FORBIDDEN, ids=str)
def test_what_is_forbidden_is_forbidden_in_a_watched_namespace_too(case: Case, namespaced: Cluster) -> None:
    assert not can(namespaced.operator_kubectl.within(WATCHED[0]), case.verb, case.resource), case.reason


@pytest.mark.parametrize("right", SCANNING, ids=lambda right: f"{right.verb} {right.resource}")
def test_it_sees_no_crds(right: Right, namespaced: Cluster) -> None:
    assert not can(namespaced.operator_kubectl, right.verb, f"{right.resource}.{right.group}")
