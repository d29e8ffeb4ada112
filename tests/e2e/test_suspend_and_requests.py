"""Somebody holds a pool still, or asks for a look now."""

from __future__ import annotations

import pytest

from tests.support.world import World, as_desired

OTHERS = {"metadata": [{"name": "owner", "value": "on-call, by hand"}]}
OURS = "poolkeeper.dev/reconcile-requested-at"
FLUX = "reconcile.fluxcd.io/requestedAt"


def test_what_is_suspended_is_neither_read_nor_written_until_it_resumes(world: World) -> None:
    world.account()
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties)
    ready = world.wait("rendering", "InSync")["status"]["conditions"][0]
    # The harm: somebody's repair by hand does not last.
    world.sim.drift("rendering", OTHERS)
    world.sim.wait_until(lambda: world.sim.pool("rendering")["metadata"] == properties["metadata"])
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == world.sim.etag("rendering"))

    world.pool("rendering", properties, suspend=True)
    world.sim.wait_until(lambda: world.condition("rendering", "Suspended").get("status") == "True")
    # One sweep may have been under way.
    world.sweeps(1)
    since = world.sim.journal.last_number
    world.sim.drift("rendering", OTHERS)
    world.annotate("rendering", OURS, "2026-01-01T00:00:00Z")
    world.sweeps(3)
    assert world.sim.journal.entries(since=since, pool="rendering") == []
    assert world.sim.pool("rendering")["metadata"] == OTHERS["metadata"]
    now = world.condition("rendering")
    assert {**now, "observedGeneration": 0} == {**ready, "observedGeneration": 0}, "Ready is as before"

    world.restart()
    world.sweeps(2)
    assert world.writes_to_batch(since=since) == 0

    world.pool("rendering", properties, suspend=False)
    world.wait("rendering", "InSync")
    assert world.condition("rendering", "Suspended") == {}
    assert world.sim.pool("rendering")["metadata"] == properties["metadata"]


def test_deleting_what_is_suspended_is_immediate(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")), suspend=True)
    world.sim.wait_until(lambda: world.condition("rendering", "Suspended").get("status") == "True")
    world.remove("rendering")
    assert world.kubectl.out("get", "batchpools") == ""
    assert world.sim.journal.entries(pool="rendering") == []


@pytest.mark.parametrize("annotation", [OURS, FLUX])
def test_a_request_is_answered_at_once_and_once(world: World, annotation: str) -> None:
    world.account(checkInterval="1h")
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties)
    world.wait("rendering", "InSync")
    world.sim.drift("rendering", OTHERS)
    assert world.writes_to_batch() == 0, "the next check is an hour away"

    world.annotate("rendering", annotation, "2026-11-22T10:00:00Z")
    world.sim.wait_until(lambda: world.status("rendering").get("lastHandledReconcileAt") == "2026-11-22T10:00:00Z")
    assert world.writes_to_batch() == 1
    assert world.sim.pool("rendering")["metadata"] == properties["metadata"]

    # In sync, and asked again: the answer is a look and the token, not a write.
    since = world.sim.journal.last_number
    world.annotate("rendering", annotation, "2026-11-22T11:00:00Z")
    world.sim.wait_until(lambda: world.status("rendering")["lastHandledReconcileAt"] == "2026-11-22T11:00:00Z")
    assert len(world.sim.journal.entries("GetPool", pool="rendering", since=since)) == 1
    assert world.writes_to_batch() == 1


def test_a_token_of_any_length_does_not_break_the_status(world: World) -> None:
    world.account(checkInterval="1h")
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    world.sim.drift("rendering", OTHERS)
    world.annotate("rendering", OURS, "x" * 2000)
    world.sim.wait_until(lambda: "lastWrite" in world.status("rendering"))
    assert set(world.status("rendering")["lastHandledReconcileAt"]) == {"x"}
