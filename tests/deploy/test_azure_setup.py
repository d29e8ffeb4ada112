"""What docs/install.md has people do in Azure and with Kustomize fits what is shipped."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from poolkeeper.domain.failures import ReadDenied
from tests.deploy.files import ROOT, Object, deployment, objects
from tests.deploy.overlays import documented, only, write
from tests.testbed.kubectl import Kubectl

PAGE = (ROOT / "docs" / "install.md").read_text()
PERMISSIONS = ["Microsoft.Batch/batchAccounts/pools/read", "Microsoft.Batch/batchAccounts/pools/write"]


def role() -> Object:
    (found,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    parsed: Object = json.loads(found)
    return parsed


def flag(name: str) -> str:
    """The value of a flag that only one of the page's commands has."""
    (found,) = re.findall(rf"--{name} ([^\s\\]+)", PAGE)
    assert isinstance(found, str)
    return found


def test_the_role_grants_the_two_permissions_and_nothing_else() -> None:
    assert role()["Actions"] == PERMISSIONS, "pools are no data actions, although they are asked of the account"
    assert role()["NotActions"] == role()["DataActions"] == role()["NotDataActions"] == []


def test_the_role_can_be_assigned_somewhere_below_a_subscription_and_not_at_its_root() -> None:
    (scope,) = role()["AssignableScopes"]
    assert re.fullmatch(r"/subscriptions/[0-9a-f-]{36}/resourceGroups/\w+", scope), "Azure takes no single resource"


def test_the_role_that_is_assigned_is_the_one_that_is_made() -> None:
    assert flag("role") == role()["Name"]
    assert f"`{flag('role-definition').lstrip('@')}`" in PAGE


def test_a_failure_for_want_of_the_role_names_the_same_permissions() -> None:
    assert all(permission in str(ReadDenied("403")) for permission in PERMISSIONS)


def test_azure_trusts_the_service_account_that_the_pod_runs_as() -> None:
    shipped = deployment()
    account = shipped["spec"]["template"]["spec"]["serviceAccountName"]
    assert flag("subject") == f"system:serviceaccount:{shipped['metadata']['namespace']}:{account}"


def test_the_namespaces_of_the_prose_are_those_of_the_manifests() -> None:
    assert f"the namespace `{deployment()['metadata']['namespace']}`" in PAGE


@pytest.fixture(params=list(documented("install.md")), ids=lambda shown: shown.get("namespace", "-".join(shown)))
def rendered(request: pytest.FixtureRequest, kubectl: Kubectl, tmp_path: Path) -> list[Object]:
    write(tmp_path, request.param, places=("resources", "components"))
    return objects(kubectl.out("kustomize", str(tmp_path)))


def test_every_kustomization_of_the_page_is_taken_by_the_api_server(rendered: list[Object], kubectl: Kubectl) -> None:
    for each in rendered:
        # The namespace of a team is its own to make.
        each["metadata"].update({"namespace": "default"} if each["kind"] in {"Role", "RoleBinding"} else {})
    done = kubectl.try_apply(rendered, "--dry-run=server", "--validate=strict")
    assert (done.code, done.stderr) == (0, "")


def test_the_page_s_overlay_for_workload_identity_says_which_identity(kubectl: Kubectl, tmp_path: Path) -> None:
    (shown,) = [each for each in documented("install.md") if "components" in each]
    write(tmp_path, shown, places=("resources", "components"))
    rendered = objects(kubectl.out("kustomize", str(tmp_path)))
    annotations = only(rendered, "ServiceAccount")["metadata"]["annotations"]
    assert annotations == {"azure.workload.identity/client-id": "11111111-1111-1111-1111-111111111111"}
    assert (
        only(rendered, "Deployment")["spec"]["template"]["metadata"]["labels"]["azure.workload.identity/use"] == "true"
    )
