"""What the API server keeps of a manifest, and how two writers share one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.crds.documents import documents
from tests.crds.rules import APPLIED
from tests.testbed.kubectl import KubectlError

if TYPE_CHECKING:
    from tests.testbed.kubectl import Kubectl

POOL: dict[str, Any] = {
    "apiVersion": "poolkeeper.dev/v1alpha1",
    "kind": "BatchPool",
    "metadata": {"name": "rendering"},
    "spec": {"accountRef": {"name": "research"}, "poolID": "rendering", "properties": {}},
}


def pool(properties: dict[str, Any]) -> dict[str, Any]:
    """Return a BatchPool with these properties."""
    return POOL | {"spec": POOL["spec"] | {"properties": properties}}


COMPLETED: dict[str, Any] = {"mode": "Enforce", "adoption": "Guard"}
"""What the API server adds to a BatchPool that does not say: how to go about it, never what the pool should be."""


def test_pools_are_kept_word_for_word_so_that_no_tool_sees_a_difference_it_did_not_make(kubectl: Kubectl) -> None:
    written = [
        yaml.safe_load(document.text)
        for rule in APPLIED
        for document in documents(rule, "good")
        if "kind: BatchPool" in document.text
    ]
    assert written
    for number, one in enumerate(written):
        one["metadata"]["name"] = f"kept-{number}"
    kept = json.loads(_server_dry_run(kubectl, {"apiVersion": "v1", "kind": "List", "items": written}))["items"]
    assert [one["spec"] for one in kept] == [COMPLETED | one["spec"] for one in written]


def test_an_account_is_completed_with_its_defaults(kubectl: Kubectl) -> None:
    given = {"endpoint": "https://research.westeurope.batch.azure.com"}
    auth = {"auth": {"type": "SharedKey", "secretRef": {"name": "batch-credentials"}}}
    account = POOL | {"kind": "BatchAccount", "spec": given | auth}
    assert json.loads(_server_dry_run(kubectl, account))["spec"] == given | auth | {
        "apiVersion": "2024-07-01.20.0",
        "checkInterval": "60s",
        "maxRequestsPerSecond": 20,
    }


def test_a_null_is_what_leaving_out_is(kubectl: Kubectl) -> None:
    kept = json.loads(_server_dry_run(kubectl, pool({"startTask": None, "metadata": None})))
    assert kept["spec"]["properties"] == {}
    nested = pool({"startTask": {"commandLine": "run", "userIdentity": None, "maxTaskRetryCount": None}})
    assert json.loads(_server_dry_run(kubectl, nested))["spec"]["properties"] == {"startTask": {"commandLine": "run"}}


def test_a_null_where_something_is_required_is_a_missing_one(kubectl: Kubectl) -> None:
    with pytest.raises(KubectlError, match=r"startTask\.commandLine: Required value"):
        _server_dry_run(kubectl, pool({"startTask": {"commandLine": None}}))


def test_two_writers_share_metadata_and_environment_by_name(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    start = {"commandLine": "prepare.sh"}
    team = pool(
        {
            "startTask": start | {"environmentSettings": [{"name": "MODE", "value": "fast"}]},
            "metadata": [{"name": "owner", "value": "rendering-team"}],
        }
    )
    finance = pool(
        {
            "startTask": start | {"environmentSettings": [{"name": "BUDGET", "value": "4711"}]},
            "metadata": [{"name": "cost-centre", "value": "4711"}],
        }
    )
    here.apply(team, "--server-side", "--field-manager=team")
    here.apply(finance, "--server-side", "--field-manager=finance")
    properties = here.json("get", "batchpool", "rendering")["spec"]["properties"]
    assert [one["name"] for one in properties["metadata"]] == ["owner", "cost-centre"]
    assert [one["name"] for one in properties["startTask"]["environmentSettings"]] == ["MODE", "BUDGET"]


def test_a_status_patch_does_not_move_the_generation_and_a_spec_change_does(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(POOL)
    seen = json.dumps({"status": {"observedGeneration": 1}})
    here.out("patch", "batchpool", "rendering", "--subresource=status", "--type=merge", "-p", seen)
    assert here.json("get", "batchpool", "rendering")["metadata"]["generation"] == 1
    here.apply(pool({"targetNodeCommunicationMode": "simplified"}))
    after = here.json("get", "batchpool", "rendering")
    assert after["metadata"]["generation"] == 2
    assert after["status"] == {"observedGeneration": 1}


def test_a_pool_with_everything_at_its_limit_is_accepted_within_the_budget_of_the_rules(
    kubectl: Kubectl, namespace: str
) -> None:
    files = [
        {
            "httpUrlFrom": {"secretKeyRef": {"name": f"{number}-{'s' * 100}", "key": "k" * 60}},
            "filePath": f"{number}/" + "d/" * 150,
        }
        for number in range(1000)
    ]
    full = pool(
        {
            "startTask": {
                "commandLine": "c" * 131072,
                "resourceFiles": files,
                "environmentSettings": [
                    {"name": f"NAME_{number}", "valueFrom": {"secretKeyRef": {"name": "s" * 50, "key": f"{number}"}}}
                    for number in range(1000)
                ],
            },
            "applicationPackageReferences": [
                {"applicationId": f"/{'a' * 950}/tool-{number}", "version": "1"} for number in range(10)
            ],
            "metadata": [{"name": f"name-{number}", "value": "v" * 50} for number in range(1000)],
        }
    )
    # Server-side, because client-side apply keeps a copy in an annotation, which Kubernetes limits to 256 KiB.
    kubectl.within(namespace).apply(full, "--server-side")


def _server_dry_run(kubectl: Kubectl, manifest: dict[str, Any]) -> str:
    return kubectl.within("default").apply(manifest, "--dry-run=server", "-o", "json")
