"""The operator may do what its code needs, and nothing else: read off the file, and asked of the API server."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

import pytest

from tests.deploy.files import BASE, Object, objects
from tests.deploy.rights import FORBIDDEN, NEEDED, Case, Right
from tests.testbed.kubectl import Kubectl

SYSTEM = "poolkeeper-system"
NAMESPACES = ("default", SYSTEM)
"""A tenant's and its own: it may do no more at home than elsewhere."""

STRANGER = (
    "--as=system:serviceaccount:default:stranger",
    "--as-group=system:serviceaccounts",
    "--as-group=system:serviceaccounts:default",
    "--as-group=system:authenticated",
)
"""A service account that nobody has granted anything: what it may do, everybody may."""

Grant = tuple[str, str]
"""A resource with its group, as kubectl prints it (or a URL), and a verb."""


def spelled(group: str, resource: str) -> str:
    """`batchpools.poolkeeper.dev/status`, as kubectl spells it."""
    name, slash, subresource = resource.partition("/")
    return f"{name}{f'.{group}' if group else ''}{slash}{subresource}"


def rules() -> list[Object]:
    (role,) = [each for each in objects((BASE / "rbac.yaml").read_text()) if each["kind"] == "ClusterRole"]
    found: list[Object] = role["rules"]
    return found


def granted() -> list[Grant]:
    """Every grant of the file, singly."""
    return [
        (spelled(group, resource), verb)
        for rule in rules()
        for group, resource, verb in product(rule["apiGroups"], rule["resources"], rule["verbs"])
    ]


def needed() -> set[Grant]:
    return {(spelled(right.group, right.resource), right.verb) for right in NEEDED}


def listed(kubectl: Kubectl, *who: str) -> set[Grant]:
    """What `kubectl auth can-i --list` says, singly."""
    found: set[Grant] = set()
    for line in kubectl.out(*who, "auth", "can-i", "--list", "--no-headers").splitlines():
        row = re.fullmatch(r"(\S*)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]\s*", line)
        assert row, f"kubectl prints its table otherwise now: {line}"
        resource, urls, names, verbs = row.groups()
        assert not names, f"nothing here is granted by name: {line}"
        found |= set(product([resource] if resource else urls.split(), verbs.split()))
    return found


def test_the_file_grants_what_the_code_needs() -> None:
    assert set(granted()) == needed()


def test_the_file_grants_nothing_twice_and_nothing_by_wildcard() -> None:
    once = granted()
    assert len(once) == len(set(once))
    assert not [grant for grant in once if any("*" in part for part in grant)]
    assert all(set(rule) == {"apiGroups", "resources", "verbs"} for rule in rules()), "no URLs, no names"


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_the_operator_s_list_is_everybody_s_and_what_the_file_grants(
    namespace: str, kubectl: Kubectl, operator_kubectl: Kubectl
) -> None:
    everybody = listed(kubectl.within(namespace), *STRANGER)
    assert ("selfsubjectreviews.authentication.k8s.io", "create") in everybody, "the baseline is not empty by mistake"
    assert not everybody & needed()
    assert listed(operator_kubectl.within(namespace)) - everybody == needed()


@pytest.mark.parametrize("right", NEEDED, ids=lambda right: f"{right.verb} {spelled(right.group, right.resource)}")
def test_the_operator_can(right: Right, operator_kubectl: Kubectl) -> None:
    assert can(operator_kubectl, right.verb, spelled(right.group, right.resource)), right.reason


@pytest.mark.parametrize("case", FORBIDDEN, ids=str)
def test_the_operator_cannot(case: Case, operator_kubectl: Kubectl) -> None:
    assert not can(operator_kubectl, case.verb, case.resource), case.reason


def test_a_question_about_what_is_not_forbidden_is_answered_by_yes(kubectl: Kubectl) -> None:
    askable = [case for case in FORBIDDEN if not can(kubectl, case.verb, case.resource)]
    assert askable == [], "the administrator can, so a no to the operator is no misspelling"


def test_what_is_granted_is_granted_to_the_operator_alone() -> None:
    (binding,) = [each for each in objects((BASE / "rbac.yaml").read_text()) if each["kind"] == "ClusterRoleBinding"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "poolkeeper", "namespace": SYSTEM}]


def can(kubectl: Kubectl, verb: str, resource: str) -> bool:
    """Ask in all namespaces; kubectl says yes or no, and warns of a resource that the server does not know."""
    resource, slash, subresource = resource.partition("/")
    extra: Iterable[str] = (f"--subresource={subresource}",) if slash else ()
    done = kubectl.run("auth", "can-i", verb, resource, *extra, "--all-namespaces")
    assert "doesn't have a resource type" not in done.stderr, done.stderr
    assert done.stdout.strip() in {"yes", "no"}, done.stderr
    return done.stdout.strip() == "yes"
