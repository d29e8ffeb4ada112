"""Modes: a pool that is only watched, and one that is written to when somebody says so."""

from __future__ import annotations

import re
from typing import Any

from tests.support.world import World, as_desired

APPROVE = "poolkeeper.dev/approve"
DRIFTED = {"metadata": [{"name": "owner", "value": "intruder"}, {"name": "cost-centre", "value": "4711"}]}


def managed(world: World, **spec: Any) -> dict[str, Any]:
    """A BatchPool equal to the live pool `rendering`; its properties."""
    world.account()
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties, **spec)
    return properties


def test_enforce_would_have_overwritten_what_observe_only_tells(world: World) -> None:
    managed(world, mode="Enforce")
    world.wait("rendering", "InSync")
    world.sim.drift("rendering", DRIFTED)
    world.sim.journal.wait("UpdatePoolProperties", pool="rendering")


def test_observe_never_writes_and_tells_the_drift_everywhere(world: World) -> None:
    properties = managed(world, mode="Observe")
    world.wait("rendering", "Observed")
    assert world.condition("rendering", "Drifted")["status"] == "False"

    moved = world.sim.drift("rendering", DRIFTED)
    status = world.wait_drift("rendering", "/metadata/owner")
    assert status["eTag"] == moved
    assert (status["drift"][0]["live"], status["drift"][0]["desired"]) == ("intruder", "rendering@example.org")
    assert world.condition("rendering")["status"] == "True"
    assert world.condition("rendering")["reason"] == "Observed"
    assert world.condition("rendering", "Drifted")["status"] == "True"
    world.sim.wait_until(lambda: len(world.events("rendering", "DriftDetected")) == 1)
    (event,) = world.events("rendering", "DriftDetected")
    assert "/metadata/owner" in event["message"]
    account = f"{world.kubectl.namespace}/research"
    assert world.operator.metrics("poolkeeper_drift_detected_total")[(account, "metadata")] == 1

    # Nothing makes it write: not a restart, a moved ETag, or a changed manifest.
    world.restart()
    resized = world.sim.drift("rendering", {"targetDedicatedNodes": 8})
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == resized)
    assert len(world.events("rendering", "DriftDetected")) == 1, "told once"
    world.pool("rendering", {**properties, "startTask": {"commandLine": "/bin/true"}}, mode="Observe")
    world.wait("rendering", "Observed")
    world.sweeps(2)
    assert world.writes_to_batch() == 0


def test_observe_tells_of_a_pool_that_never_was_as_asked(world: World) -> None:
    world.account()
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "me"}]}, mode="Observe", adoption="Guard")
    status = world.wait("rendering", "Observed")["status"]
    assert "/startTask" in world.drift_paths(status)
    assert "adopted" not in status
    assert world.writes_to_batch() == 0
    # Watching was no consent.
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "me"}]}, mode="Enforce", adoption="Guard")
    world.wait("rendering", "RemovalNeedsConsent")
    assert world.writes_to_batch() == 0


def test_approve_lets_exactly_the_approved_plan_through_once(world: World) -> None:
    properties = managed(world, mode="Approve")
    world.wait("rendering", "InSync")
    world.sim.drift("rendering", DRIFTED)
    plan = world.wait("rendering", "AwaitingApproval")["status"]["plan"]
    assert plan["eTag"] == world.sim.etag("rendering")
    command = re.search(r"kubectl annotate .*", world.condition("rendering")["message"])
    assert command is not None
    assert world.drift_paths(world.status("rendering")) == ["/metadata/owner"]
    assert world.condition("rendering", "Stalled") == {}

    world.annotate("rendering", APPROVE, "0123456789abcdef")
    world.sweeps(2)
    assert world.writes_to_batch() == 0
    world.sim.wait_until(lambda: "0123456789abcdef" in world.condition("rendering")["message"])

    # What the message says, to the letter.
    world.kubectl.out(*command.group().split()[1:])
    status = world.wait("rendering", "InSync")["status"]
    world.sweeps(2)
    assert world.writes_to_batch() == 1
    assert world.sim.pool("rendering")["metadata"] == properties["metadata"]
    assert "plan" not in status

    # The same drift again is another plan: the approval is spent.
    world.sim.drift("rendering", DRIFTED)
    again = world.wait("rendering", "AwaitingApproval")["status"]["plan"]
    assert again["hash"] != plan["hash"]
    assert plan["hash"] in world.condition("rendering")["message"], "the void approval is named"
    world.restart()
    world.sweeps(2)
    assert world.writes_to_batch() == 1


def test_a_moved_pool_or_manifest_voids_an_approval_and_the_status_says_so(world: World) -> None:
    properties = managed(world, mode="Approve", checkInterval="1h")
    world.wait("rendering", "InSync")
    world.sim.drift("rendering", DRIFTED)
    world.annotate("rendering", "poolkeeper.dev/reconcile-requested-at", "1")
    first = world.wait("rendering", "AwaitingApproval")["status"]["plan"]["hash"]

    # The pool moves after the plan was read and before it is approved: that plan is no more.
    moved = world.sim.drift("rendering", {"applicationPackageReferences": [{"applicationId": "added-by-another"}]})
    world.annotate("rendering", APPROVE, first)
    world.sim.wait_until(lambda: world.status("rendering")["plan"]["eTag"] == moved)
    second = world.status("rendering")["plan"]["hash"]
    assert second != first
    assert world.writes_to_batch() == 0
    assert f"the approval {first} is for another plan" in world.condition("rendering")["message"]

    # So does a changed manifest.
    changed = {**properties, "metadata": [{"name": "owner", "value": "another"}]}
    world.pool("rendering", changed, mode="Approve", checkInterval="1h")
    third = world.wait("rendering", "AwaitingApproval")["status"]["plan"]
    assert third["generation"] == 2
    assert third["hash"] != second
    world.annotate("rendering", APPROVE, second)
    world.sim.wait_until(lambda: second in world.condition("rendering")["message"])
    assert world.writes_to_batch() == 0

    world.annotate("rendering", APPROVE, third["hash"])
    world.wait("rendering", "InSync")
    assert world.writes_to_batch() == 1
