"""The component for Microsoft Entra Workload ID, and what its webhook makes of the Pod."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.deploy.files import BASE, Object, deployment, objects
from tests.deploy.overlays import only, overlay
from tests.testbed.kubectl import Kubectl

CLIENT_ID = "azure.workload.identity/client-id"
USE = "azure.workload.identity/use"


@pytest.fixture
def rendered(kubectl: Kubectl, tmp_path: Path) -> list[Object]:
    return overlay(kubectl, tmp_path, components=["workload-identity"])


def test_the_service_account_of_the_pod_names_an_identity(rendered: list[Object]) -> None:
    account = only(rendered, "ServiceAccount")
    assert set(account["metadata"]["annotations"]) == {CLIENT_ID}
    assert account["metadata"]["name"] == only(rendered, "Deployment")["spec"]["template"]["spec"]["serviceAccountName"]


def test_the_pod_asks_for_the_token_and_nothing_else_of_it_changes(rendered: list[Object]) -> None:
    given, without = only(rendered, "Deployment"), deployment()
    assert given["spec"]["template"]["metadata"]["labels"].pop(USE) == "true", "a string: the webhook selects by it"
    assert given == without, "the selector above all, which cannot be changed in a cluster"


def test_what_it_does_not_name_stays_as_it_is(rendered: list[Object]) -> None:
    kinds = {each["kind"] for file in sorted(BASE.glob("*.yaml")) for each in objects(file.read_text())}
    assert {each["kind"] for each in rendered} == kinds - {"Kustomization"}


def mutated(template: Object) -> Object:
    """The Pod after the webhook (azure.github.io/azure-workload-identity, "Mutating Admission Webhook")."""
    pod = {"apiVersion": "v1", "kind": "Pod", **copy.deepcopy(template)}
    pod["metadata"] |= {"name": "poolkeeper-0", "namespace": "poolkeeper-system"}
    token = {"audience": "api://AzureADTokenExchange", "expirationSeconds": 3600, "path": "azure-identity-token"}
    pod["spec"]["volumes"] = [
        {"name": "azure-identity-token", "projected": {"sources": [{"serviceAccountToken": token}]}}
    ]
    (container,) = pod["spec"]["containers"]
    container["volumeMounts"] = [
        {"name": "azure-identity-token", "mountPath": "/var/run/secrets/azure/tokens", "readOnly": True}
    ]
    container["env"] = [
        {"name": "AZURE_CLIENT_ID", "value": "11111111-1111-1111-1111-111111111111"},
        {"name": "AZURE_TENANT_ID", "value": "22222222-2222-2222-2222-222222222222"},
        {"name": "AZURE_FEDERATED_TOKEN_FILE", "value": "/var/run/secrets/azure/tokens/azure-identity-token"},
        {"name": "AZURE_AUTHORITY_HOST", "value": "https://login.microsoftonline.com/"},
    ]
    return pod


def test_the_pod_with_the_webhook_s_additions_is_still_restricted(rendered: list[Object], kubectl: Kubectl) -> None:
    pod = mutated(only(rendered, "Deployment")["spec"]["template"])
    done = kubectl.try_apply(pod, "--dry-run=server", "--validate=strict")
    assert (done.code, done.stderr) == (0, "")


def test_the_two_variants_and_the_components_go_together(kubectl: Kubectl, tmp_path: Path) -> None:
    together = overlay(kubectl, tmp_path, base="example", components=["workload-identity", "managed-identity"])
    done = kubectl.try_apply(
        [each for each in together if each["kind"] not in {"Role", "RoleBinding"}], "--dry-run=server"
    )
    assert (done.code, done.stderr) == (0, "")
    assert only(together, "ServiceAccount")["metadata"]["annotations"]
    assert only(together, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"][1:]
