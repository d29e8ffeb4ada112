from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.deploy.files import BASE, Object, deployment, objects
from tests.testbed.kubectl import Kubectl


def pod() -> Object:
    """What the Deployment's controller would create."""
    template = copy.deepcopy(deployment()["spec"]["template"])
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], "name": "poolkeeper-0", "namespace": "poolkeeper-system"},
        "spec": template["spec"],
    }


def test_the_namespace_takes_nothing_but_restricted_pods() -> None:
    (namespace,) = objects((BASE / "namespace.yaml").read_text())
    labels = namespace["metadata"]["labels"]
    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"restricted"}


def test_the_deployment_is_taken_without_a_warning(kubectl: Kubectl) -> None:
    done = kubectl.try_apply(deployment(), "--dry-run=server")
    assert (done.code, done.stderr) == (0, "")


def test_its_pod_is_admitted(kubectl: Kubectl) -> None:
    done = kubectl.try_apply(pod(), "--dry-run=server")
    assert (done.code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("where", "field", "value", "complaint"),
    [
        ("pod", "runAsNonRoot", False, "runAsNonRoot != true"),
        ("pod", "runAsUser", 0, "runAsUser=0"),
        ("pod", "seccompProfile", {"type": "Unconfined"}, "seccompProfile"),
        ("container", "allowPrivilegeEscalation", True, "allowPrivilegeEscalation != false"),
        ("container", "capabilities", {}, "unrestricted capabilities"),
    ],
)
def test_each_line_of_the_security_context_counts(
    where: str, field: str, value: Any, complaint: str, kubectl: Kubectl
) -> None:
    weaker = pod()
    holder = weaker["spec"] if where == "pod" else weaker["spec"]["containers"][0]
    holder["securityContext"][field] = value
    done = kubectl.try_apply(weaker, "--dry-run=server")
    assert done.code != 0, f"a pod with {field}: {value} must not get into the namespace"
    assert complaint in done.stderr


def test_what_the_profile_does_not_ask_for_is_there_as_well() -> None:
    spec = pod()["spec"]
    (container,) = spec["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert "volumes" not in spec, "nowhere to write to"
    assert spec["securityContext"]["runAsUser"] == spec["securityContext"]["runAsGroup"] == 65532
