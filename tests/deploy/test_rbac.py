"""The operator may do what its code needs, and nothing else: read off the file, and asked of the API server."""

from __future__ import annotations

import pytest

from tests.deploy.asking import STRANGER, can, granted, grants, listed, spelled
from tests.deploy.files import BASE, Object, objects
from tests.deploy.rights import FORBIDDEN, NEEDED, Case, Right
from tests.testbed.kubectl import Kubectl

SYSTEM = "poolkeeper-system"
NAMESPACES = ("default", SYSTEM)
"""A tenant's and its own: it may do no more at home than elsewhere."""


def rules() -> list[Object]:
    (role,) = [each for each in objects((BASE / "rbac.yaml").read_text()) if each["kind"] == "ClusterRole"]
    found: list[Object] = role["rules"]
    return found


def test_the_file_grants_what_the_code_needs() -> None:
    assert set(granted(rules())) == grants(NEEDED)


def test_the_file_grants_nothing_twice_and_nothing_by_wildcard() -> None:
    once = granted(rules())
    assert len(once) == len(set(once))
    assert not [grant for grant in once if any("*" in part for part in grant)]
    assert all(set(rule) == {"apiGroups", "resources", "verbs"} for rule in rules()), "no URLs, no names"


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_the_operator_s_list_is_everybody_s_and_what_the_file_grants(
    namespace: str, kubectl: Kubectl, operator_kubectl: Kubectl
) -> None:
    everybody = listed(kubectl.within(namespace), *STRANGER)
    assert ("selfsubjectreviews.authentication.k8s.io", "create") in everybody, "the baseline is not empty by mistake"
    assert not everybody & grants(NEEDED)
    assert listed(operator_kubectl.within(namespace)) - everybody == grants(NEEDED)


@pytest.mark.parametrize("right", NEEDED, ids=lambda right: f"{right.verb} {spelled(right.group, right.resource)}")
def test_the_operator_can(right: Right, operator_kubectl: Kubectl) -> None:
    assert can(operator_kubectl, right.verb, spelled(right.group, right.resource), "--all-namespaces"), right.reason


@pytest.mark.parametrize("case", FORBIDDEN, ids=str)
def test_the_operator_cannot(case: Case, operator_kubectl: Kubectl) -> None:
    assert not can(operator_kubectl, case.verb, case.resource, "--all-namespaces"), case.reason


def test_a_question_about_what_is_not_forbidden_is_answered_by_yes(kubectl: Kubectl) -> None:
    askable = [case for case in FORBIDDEN if not can(kubectl, case.verb, case.resource, "--all-namespaces")]
    assert askable == [], "the administrator can, so a no to the operator is no misspelling"


def test_what_is_granted_is_granted_to_the_operator_alone() -> None:
    (binding,) = [each for each in objects((BASE / "rbac.yaml").read_text()) if each["kind"] == "ClusterRoleBinding"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "poolkeeper", "namespace": SYSTEM}]
