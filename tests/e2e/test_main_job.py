"""The main job: a manifest keeps a live pool right."""

from __future__ import annotations

from tests.support.world import World, as_desired

ARRAYS = {"applicationPackageReferences", "certificateReferences", "metadata"}


def test_a_manifest_equal_to_the_live_pool_writes_nothing(world: World) -> None:
    before = world.sim.etag("genomics")
    world.account()
    world.pool("genomics", as_desired(world.sim.pool("genomics")))
    status = world.wait("genomics", "InSync")["status"]
    assert world.writes_to_batch() == 0
    assert status["eTag"] == before
    assert world.condition("genomics", "Drifted")["status"] == "False"
    assert "lastWrite" not in status


def test_one_changed_leaf_is_one_full_write_and_one_status_patch(world: World) -> None:
    world.account()
    properties = as_desired(world.sim.pool("rendering"))
    world.pool("rendering", properties)
    world.wait("rendering", "InSync")
    patches = world.status_writes()

    properties["startTask"] = {**properties["startTask"], "commandLine": "/bin/sh -c 'echo changed'"}
    world.pool("rendering", properties)
    status = world.wait("rendering", "InSync")["status"]
    world.sweeps(3)

    (write,) = world.sim.journal.entries("UpdatePoolProperties")
    assert set(write.body) == ARRAYS | {"startTask", "targetNodeCommunicationMode"}
    assert write.body["startTask"]["commandLine"] == "/bin/sh -c 'echo changed'"
    assert status["eTag"] == status["lastWrite"]["eTag"] == world.sim.etag("rendering")
    assert status["lastWrite"]["requestID"] == write.request_id
    assert status["lastWrite"]["generation"] == 2
    assert world.status_writes() == patches + 1
    event = world.event("rendering", "Updated")
    assert event["type"] == "Normal"
    assert "/startTask/commandLine" in event["message"]


def test_creating_a_pool_resource_costs_one_status_patch(world: World) -> None:
    world.account()
    world.wait("research", "Reachable", "batchaccount")
    patches = world.status_writes()
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "me"}]})
    world.wait("rendering", "InSync")
    world.sweeps(2)
    assert world.status_writes() == patches + 1


def test_a_start_task_left_out_is_removed(world: World) -> None:
    world.account()
    assert "startTask" in world.sim.pool("rendering")
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "me"}]})
    world.wait("rendering", "InSync")
    live = world.sim.pool("rendering")
    assert "startTask" not in live
    assert live["metadata"] == [{"name": "owner", "value": "me"}]
    (write,) = world.sim.journal.entries("UpdatePoolProperties")
    assert set(write.body) == ARRAYS | {"targetNodeCommunicationMode"}


def test_drift_is_found_by_a_check_and_corrected_once(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    # A second managed pool makes the account's check one list.
    world.pool("genomics", as_desired(world.sim.pool("genomics")))
    world.wait("rendering", "InSync")
    world.wait("genomics", "InSync")

    drifted = world.sim.drift("rendering", {"metadata": [{"name": "owner", "value": "intruder"}]})
    world.sim.journal.wait("UpdatePoolProperties", pool="rendering")
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == world.sim.etag("rendering"))
    world.sweeps(3)

    status = world.status("rendering")
    assert status["lastDrift"]["eTag"] == drifted
    assert status["lastDrift"]["corrected"] is True
    assert "/metadata/owner" in status["lastDrift"]["paths"]
    event = world.event("rendering", "DriftCorrected")
    assert event["type"] == "Warning"
    assert "/metadata/owner" in event["message"]
    assert world.writes_to_batch() == 1, "the operator's own write is not drift"
    assert world.operator.metrics("poolkeeper_drift_detected_total")[(_account(world), "metadata")] == 1


def test_a_resize_moves_the_etag_and_writes_nothing(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    moved = world.sim.drift("rendering", {"targetDedicatedNodes": 5})
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == moved)
    assert world.writes_to_batch() == 0
    assert "lastDrift" not in world.status("rendering")


def test_an_allocation_state_that_changes_without_the_etag_is_shown(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    world.sim.set_allocation("rendering", "resizing")
    world.sim.wait_until(lambda: world.status("rendering")["pool"]["allocationState"] == "resizing")
    assert world.writes_to_batch() == 0


def test_labels_annotations_and_restarts_write_nothing(world: World) -> None:
    world.account()
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "me"}]})
    before = world.wait("rendering", "InSync")
    patches = world.status_writes()

    world.kubectl.out("label", "batchpool/rendering", "team=blue")
    world.kubectl.out("annotate", "batchpool/rendering", "note=hello")
    assert world.operator.stop() == 0
    world.operator.start()
    world.sweeps(3)

    assert world.writes_to_batch() == 1
    assert world.status_writes() == patches
    assert world.get("rendering")["status"] == before["status"]
    assert "finalizers" not in world.get("rendering")["metadata"]


def test_deleting_the_resource_is_immediate_and_touches_no_pool(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    etag, since = world.sim.etag("rendering"), world.sim.journal.last_number
    world.operator.stop()
    world.kubectl.out("delete", "batchpool/rendering", "--timeout=60s")
    assert world.kubectl.out("get", "batchpools") == ""
    assert world.sim.etag("rendering") == etag
    assert world.writes_to_batch(since=since) == 0


def _account(world: World) -> str:
    return f"{world.kubectl.namespace}/research"
