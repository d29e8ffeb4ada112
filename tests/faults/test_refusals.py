"""The service will not take what the manifest asks for, or who asks."""

from __future__ import annotations

import pytest

from tests.batchsim.rules import Application, Catalogue
from tests.support.world import World, as_desired

CHANGED = {"metadata": [{"name": "owner", "value": "me"}]}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        pytest.param(400, "InvalidPropertyValue", id="a value"),
        pytest.param(413, "RequestBodyTooLarge", id="too large"),
    ],
)
def test_a_refused_body_is_sent_once_and_again_only_when_it_changes(world: World, status: int, code: str) -> None:
    world.account()
    values = {"PropertyName": "commandLine", "PropertyValue": "s3cret-value", "Reason": "no"}
    fault = world.sim.faults.add(
        kind="status", operation="UpdatePoolProperties", status=status, code=code, values=values
    )
    world.pool("rendering", CHANGED)
    world.wait("rendering", "InvalidProperties")
    message = world.condition("rendering")["message"]
    assert code in message
    assert "spec.properties.startTask.commandLine" in message
    assert "s3cret-value" not in str(world.get("rendering")) + world.operator.output()
    assert world.condition("rendering", "Stalled")["status"] == "True"
    assert world.condition("rendering", "Drifted")["status"] == "True"

    # Neither checks, nor a moved ETag, nor a restart send the same body again.
    moved = world.sim.drift("rendering", {"targetDedicatedNodes": 7})
    world.sim.wait_until(lambda: world.status("rendering")["eTag"] == moved)
    assert world.writes_to_batch() == 1
    world.operator.stop()
    world.operator.start()
    world.sweeps(3)
    assert world.writes_to_batch() == 1
    world.wait("rendering", "InvalidProperties")

    world.sim.faults.remove(fault.number)
    world.pool("rendering", {"metadata": [{"name": "owner", "value": "you"}]})
    world.wait("rendering", "InSync")
    assert world.condition("rendering", "Stalled") == {}


def test_a_missing_package_is_tried_again_slowly_until_it_is_uploaded(world: World) -> None:
    world.account()
    world.sim.state.catalogue = Catalogue(applications={"blender": Application(frozenset({"4.2"}), None)})
    world.pool("rendering", {"applicationPackageReferences": [{"applicationId": "houdini", "version": "20"}]})
    world.wait("rendering", "InvalidProperties")
    message = world.condition("rendering")["message"]
    assert "InvalidApplicationPackageReferences" in message
    assert "applicationPackageReferences" in message
    assert world.condition("rendering", "Stalled") == {}, "it may come right without the manifest"
    world.sim.state.catalogue = Catalogue(applications={"houdini": Application(frozenset({"20"}), None)})
    world.wait("rendering", "InSync")


def test_a_wrong_key_is_said_once_and_mended_by_the_secret(world: World) -> None:
    # Before the account, so that nobody is told meanwhile that the Secret is missing.
    world.secret("d3Jvbmc=")
    world.account(secret=False)
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.pool("genomics", as_desired(world.sim.pool("genomics")))
    world.wait("rendering", "AccountNotReady")
    world.wait("genomics", "AccountNotReady")
    world.wait("research", "AuthenticationFailed", "batchaccount")
    assert "Secret" in world.condition("rendering")["message"]
    patches = world.status_writes()
    world.sim.journal.wait(since=world.sim.journal.last_number, status=401, count=2)
    assert world.status_writes() == patches, "RequestId and Time differ each time, the status does not"
    world.secret()
    world.wait("rendering", "InSync")
    world.wait("genomics", "InSync")
    world.wait("research", "Reachable", "batchaccount")


def test_a_403_for_a_wrong_signature_is_an_authentication_failure_too(world: World) -> None:
    world.account()
    world.sim.faults.add(kind="status", operation="GetPool", status=403, code="AuthenticationFailed", count=1)
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "AccountNotReady")
    world.wait("rendering", "InSync")


def test_forbidden_names_the_permissions_and_recovers(world: World) -> None:
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    world.sim.faults.add(kind="status", status=403)
    world.wait("rendering", "AccountNotReady")
    assert "Microsoft.Batch/batchAccounts/pools/read" in world.condition("rendering")["message"]
    world.wait("research", "AccessDenied", "batchaccount")
    world.sim.faults.clear()
    world.wait("rendering", "InSync")


def test_who_may_read_but_not_write_still_finds_drift(world: World) -> None:
    world.account()
    world.sim.faults.add(kind="status", operation="UpdatePoolProperties", status=403)
    world.pool("rendering", CHANGED)
    world.pool("genomics", as_desired(world.sim.pool("genomics")))
    world.wait("rendering", "AccessDenied")
    assert world.condition("rendering", "Drifted")["status"] == "True"
    assert {one["path"] for one in world.status("rendering")["drift"]} >= {"/metadata/owner"}
    world.wait("genomics", "InSync")
    world.wait("research", "Reachable", "batchaccount")
    world.sim.faults.clear()
    world.wait("rendering", "InSync")
