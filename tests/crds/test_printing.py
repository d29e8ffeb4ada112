"""What a person sees: columns, explain, describe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.crds.documents import documents
from tests.crds.statuses import ACCOUNT_STATUS, POOL_STATUS

if TYPE_CHECKING:
    from tests.testbed.kubectl import Kubectl


def report(kubectl: Kubectl, kind: str, rule: str, status: dict[str, Any]) -> str:
    """Apply the first good manifest of a rule, write a status as the operator would, return the name."""
    document = next(documents(rule, "good"))
    kubectl.apply(document.text)
    patch = json.dumps({"status": status})
    kubectl.out("patch", kind, document.name, "--subresource=status", "--type=merge", "-p", patch)
    return document.name


def table(printed: str) -> list[dict[str, str]]:
    """Read a table as kubectl prints it; no cell of these has a space."""
    heads, *rows = (line.split() for line in printed.splitlines())
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_the_table_of_pools_tells_what_needs_attention(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    report(here, "batchpool", "pool-id-is-one-of-azure", POOL_STATUS)
    (row,) = table(here.out("get", "bpool"))
    assert list(row) == ["NAME", "POOL", "ACCOUNT", "MODE", "READY", "REASON", "DRIFTED", "AGE"]
    assert row["POOL"] == "rendering"
    assert row["ACCOUNT"] == "research"
    assert row["MODE"] == "Enforce"
    assert (row["READY"], row["REASON"], row["DRIFTED"]) == ("False", "Throttled", "True")


def test_the_wide_table_of_pools_adds_the_etag(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    report(here, "batchpool", "pool-id-is-one-of-azure", POOL_STATUS)
    (row,) = table(here.out("get", "bpool", "-o", "wide"))
    assert list(row) == ["NAME", "POOL", "ACCOUNT", "MODE", "READY", "REASON", "DRIFTED", "ETAG", "AGE"]
    assert row["ETAG"] == POOL_STATUS["eTag"]


def test_the_table_of_accounts_shows_how_many_pools_hang_on_each(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    report(here, "batchaccount", "account-endpoint-is-required", ACCOUNT_STATUS)
    (row,) = table(here.out("get", "ba"))
    assert list(row) == ["NAME", "ENDPOINT", "READY", "REASON", "POOLS", "AGE"]
    assert row["ENDPOINT"] == "https://research.westeurope.batch.azure.com"
    assert (row["READY"], row["REASON"], row["POOLS"]) == ("True", "Reachable", "2")


def test_the_category_shows_both_kinds(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(next(documents("pool-id-is-one-of-azure", "good")).text)
    here.apply(next(documents("account-endpoint-is-required", "good")).text)
    names = here.out("get", "poolkeeper", "-o", "name").split()
    assert names == ["batchaccount.poolkeeper.dev/given", "batchpool.poolkeeper.dev/plain"]


def test_describe_shows_the_pool_and_its_state(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    name = report(here, "batchpool", "pool-id-is-one-of-azure", POOL_STATUS)
    said = " ".join(here.out("describe", "bpool", name).split())
    assert "Pool ID: rendering" in said
    assert "Mode: Enforce" in said
    assert "/startTask/commandLine" in said


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("batchpool.spec.mode", "ENUM: Enforce Observe Approve"),
        ("batchpool.spec.adoption", "Defaults to Guard."),
        ("batchpool.spec.properties.startTask", "commandLine <string> -required- The command to run."),
        ("batchpool.spec.properties.startTask.resourceFiles", "It cannot leave the working directory"),
        ("batchpool.spec.properties.startTask.containerSettings.registry", "Defaults to docker.io."),
        ("batchpool.spec.properties.certificateReferences", "Azure retired the feature on 2024-02-29"),
        ("batchpool.spec.properties.targetNodeCommunicationMode", "Azure retired it on 2026-03-31"),
        ("batchpool.status.lastWrite", "requestID <string>"),
        ("batchaccount.spec.auth", "enum: Default, WorkloadIdentity, ManagedIdentity, ServicePrincipal"),
        ("ba.spec", "checkInterval <string>"),
    ],
)
def test_explain_reads_like_documentation(field: str, words: str, kubectl: Kubectl) -> None:
    assert words in " ".join(kubectl.out("explain", field).split())


def test_explain_knows_the_whole_tree(kubectl: Kubectl) -> None:
    tree = kubectl.out("explain", "batchpool.spec.properties.startTask", "--recursive")
    for leaf in ("resourceId", "isReadOnly", "elevationLevel", "blobPrefix", "waitForSuccess"):
        assert leaf in tree
