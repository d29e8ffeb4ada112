"""What the operator makes of the worst that a pool, a service or a user can give it is a status that is accepted.

A status patch that the API server refuses is lost: the resource would show yesterday's state for ever.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from poolkeeper.domain.diff.drift import drift
from poolkeeper.domain.failures import AwaitingApproval, Conflict, Flapping, RemovalNeedsConsent
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.packing import packed
from poolkeeper.domain.resources import REQUESTED_AT, BatchPool
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.status.outcome import Outcome
from poolkeeper.domain.status.pool import pool_status, suspended_status
from poolkeeper.domain.status_types import PoolStatus
from tests.crds.statuses import MOMENT

if TYPE_CHECKING:
    from tests.testbed.kubectl import Kubectl

TEXT = "ü" * 60_000
"""Longer than any bound; two bytes a character, since the bounds count characters."""
ASKED = "2026-11-22T08:15:30Z" + "!" * 5_000
MANIFEST: dict[str, Any] = {
    "apiVersion": "poolkeeper.dev/v1alpha1",
    "kind": "BatchPool",
    "metadata": {"name": "worst", "annotations": {REQUESTED_AT[0]: ASKED}},
    "spec": {
        "accountRef": {"name": "research"},
        "poolID": "rendering",
        "mode": "Approve",
        "properties": {
            "startTask": {"commandLine": TEXT},
            "metadata": [{"name": f"wanted-{number}", "value": TEXT[:2_000]} for number in range(60)],
        },
    },
}
LIVE = {
    "startTask": {
        "commandLine": TEXT[:-1],
        "environmentSettings": [{"name": f"{TEXT[:5_000]}{number}", "value": TEXT} for number in range(5)],
        "resourceFiles": [{"httpUrl": f"https://example.net/{number}?{TEXT}", "filePath": TEXT} for number in range(5)],
    },
    "metadata": [{"name": f"{number}~/{TEXT[:5_000]}", "value": TEXT} for number in range(60)],
}
SEEN = LivePool(
    row=PoolRow("0x8DDF63BB049DEAA", "active", "steady"),
    last_modified=MOMENT,
    current_mode="classic",
    form=canonical(LIVE),
)
DESIRED = canonical(MANIFEST["spec"]["properties"])
DIFFERENCES = drift(SEEN.form, DESIRED)
LEFT = Outcome(live=SEEN, desired=DESIRED, differences=DIFFERENCES, drifted=True)
WRITTEN = Written(etag="0x8DDF63BB049DEAB", last_modified=MOMENT, request_id="4a0c6c1e-8f2b-4f0e-9c53-1d1a2f0f8a11")
OUTCOMES = {
    "only watched": LEFT,
    "awaiting approval": replace(LEFT, failure=AwaitingApproval(TEXT, plan="0123456789abcdef")),
    "asking for consent": replace(LEFT, failure=RemovalNeedsConsent(TEXT)),
    "fighting": replace(LEFT, failure=Flapping(TEXT, pause=3600.0)),
    "somebody else's": Outcome(failure=Conflict(TEXT)),
    "written": replace(LEFT, differences=(), corrected=DIFFERENCES, written=WRITTEN),
}


def patched(kubectl: Kubectl, pool: BatchPool, status: PoolStatus) -> dict[str, Any]:
    """Write the status as the operator does and return it as the API server keeps it."""
    body = json.dumps({"status": status})
    kubectl.out(
        "patch", "batchpool", pool.key.name, "--subresource=status", "--type=merge", "--patch-file=/dev/stdin",
        stdin=body,
    )  # fmt: skip
    kept: dict[str, Any] = kubectl.json("get", "batchpool", pool.key.name)["status"]
    return kept


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_the_worst_is_accepted_and_kept_whole(outcome: Outcome, kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(MANIFEST, "--server-side")
    pool = BatchPool.parse(here.json("get", "batchpool", "worst"))
    status = pool_status(pool, outcome, now=MOMENT)
    assert patched(here, pool, status) == status


def test_a_suspended_pool_keeps_the_status_it_had(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(MANIFEST, "--server-side")
    pool = BatchPool.parse(here.json("get", "batchpool", "worst"))
    before = patched(here, pool, pool_status(pool, OUTCOMES["awaiting approval"], now=MOMENT))
    after = patched(here, pool, suspended_status(replace(pool, packed_status=packed(before)), now=MOMENT))
    assert [one["type"] for one in after["conditions"]] == [*(one["type"] for one in before["conditions"]), "Suspended"]
    assert {name: after[name] for name in before if name != "conditions"} == {
        name: before[name] for name in before if name != "conditions"
    }


def test_an_annotation_is_echoed_as_far_as_it_fits(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(MANIFEST, "--server-side")
    pool = BatchPool.parse(here.json("get", "batchpool", "worst"))
    kept = patched(here, pool, suspended_status(pool, now=MOMENT))
    assert kept["lastHandledReconcileAt"] == ASKED[:256]


def test_an_empty_value_is_told_from_none(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(MANIFEST, "--server-side")
    pool = BatchPool.parse(here.json("get", "batchpool", "worst"))
    live = replace(SEEN, form=canonical({"metadata": [{"name": "owner", "value": ""}]}))
    desired = canonical({"metadata": [{"name": "owner", "value": "team"}]})
    outcome = Outcome(live=live, desired=desired, differences=drift(live.form, desired))
    (entry,) = patched(here, pool, pool_status(pool, outcome, now=MOMENT))["drift"]
    assert entry == {"op": "replace", "path": "/metadata/owner", "live": "", "desired": "team"}
