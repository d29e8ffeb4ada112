"""The hash that stands for a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from poolkeeper.domain.decision.approval import plan_hash
from poolkeeper.domain.resources import BatchPool
from tests.unit.domain.examples import metadata, pool

BASE = pool(metadata(owner="me", team="vfx"))


@pytest.mark.parametrize(
    ("other", "etag", "reason"),
    [
        (pool(metadata(owner="you", team="vfx")), "0x1", "another manifest"),
        (BASE, "0x2", "the pool has moved"),
        (replace(BASE, uid="another"), "0x1", "another resource of that name"),
    ],
)
def test_another_plan_has_another_hash(other: BatchPool, etag: str, reason: str) -> None:
    assert plan_hash(other, etag, {}) != plan_hash(BASE, "0x1", {}), reason


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (pool(metadata(owner="me", team="vfx"), generation=9), "a generation that changed no property"),
        (pool(metadata(owner="me", team="vfx"), mode="Approve", checkInterval="5s"), "what is beside the properties"),
        (pool(metadata(owner="me", team="vfx"), annotations={"poolkeeper.dev/approve": "x"}), "the approval itself"),
        (pool(metadata(owner="me", team="vfx"), status={"eTag": "0x9"}), "the status"),
    ],
)
def test_what_changes_no_plan_voids_no_approval(other: BatchPool, reason: str) -> None:
    assert plan_hash(other, "0x1", {}) == plan_hash(BASE, "0x1", {}), reason


def test_another_version_of_a_secret_is_another_plan() -> None:
    assert plan_hash(BASE, "0x1", {"creds": "1"}) != plan_hash(BASE, "0x1", {"creds": "2"})


def test_the_order_of_keys_is_no_other_plan() -> None:
    one = pool({"metadata": [{"name": "a", "value": "b"}], "targetNodeCommunicationMode": "classic"})
    two = pool({"targetNodeCommunicationMode": "classic", "metadata": [{"value": "b", "name": "a"}]})
    assert plan_hash(one, "0x1", {}) == plan_hash(two, "0x1", {})


def test_a_hash_can_be_typed_and_fits_an_annotation() -> None:
    found = plan_hash(BASE, "0x1", {})
    assert len(found) == 16
    assert set(found) <= set("0123456789abcdef")
