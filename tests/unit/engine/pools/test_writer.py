"""After a write: what the service made of it is read once, and taken as equal where it is something else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from poolkeeper.domain.failures import PoolkeeperError, PoolUnavailable, ServiceUnavailable
from tests.unit.engine.desk import Desk
from tests.unit.engine.fakes import Json
from tests.unit.engine.lab import POOL, key, metadata

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me", team="vfx"), metadata(owner="you", team="vfx")


def shouts(body: Json) -> Json:
    """A rule that nobody knows: the team is stored in capitals."""
    items = [{**one, "value": one["value"].upper()} if one["name"] == "team" else one for one in body["metadata"]]
    return {**body, "metadata": items}


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.account()
    desk.pool(properties=WANTED)
    desk.service().put("rendering", OTHER)
    desk.service().stores = shouts
    return desk


def writes(desk: Desk) -> int:
    return desk.service().counts().get("write", 0)


def reasons(desk: Desk) -> list[str]:
    return [event.reason for event in desk.cluster.events()]


def status(desk: Desk) -> dict[str, Any]:
    return desk.cluster.status(POOL, key("rendering"))


async def test_an_unknown_rule_of_the_service_causes_no_second_write(desk: Desk) -> None:
    for _ in range(3):
        assert await desk.look() is None
    assert writes(desk) == 1
    assert reasons(desk) == ["Updated", "StoredDifferently"]
    (event,) = desk.cluster.events("StoredDifferently")
    assert "/metadata/team" in event.message
    assert "/metadata/owner" not in event.message
    assert status(desk)["drift"] == []


async def test_it_is_taken_as_equal_after_changes_that_are_nobodys_too(desk: Desk) -> None:
    await desk.look()
    desk.service().touch("rendering")
    assert await desk.look() is None
    assert writes(desk) == 1


async def test_drift_at_another_path_is_still_put_right_and_the_rule_is_no_news(desk: Desk) -> None:
    await desk.look()
    desk.service().drift("rendering", metadata(owner="intruder", team="VFX"))
    assert await desk.look() is None
    assert writes(desk) == 2
    # The body changes the team's words too, as far as anybody can tell before: nothing that it changes goes unnamed.
    assert status(desk)["lastDrift"]["paths"] == ["/metadata/owner", "/metadata/team"]
    assert reasons(desk) == ["Updated", "StoredDifferently", "DriftCorrected"]


async def test_drift_at_the_very_path_is_still_put_right(desk: Desk) -> None:
    await desk.look()
    desk.service().drift("rendering", metadata(owner="me", team="intruder"))
    await desk.look()
    await desk.look()
    assert writes(desk) == 2
    assert status(desk)["lastDrift"]["paths"] == ["/metadata/team"]


async def test_a_changed_manifest_is_compared_with_what_it_says(desk: Desk) -> None:
    await desk.look()
    desk.change("rendering", metadata(owner="me", team="art"))
    for _ in range(3):
        await desk.look()
    assert writes(desk) == 2
    assert reasons(desk) == ["Updated", "StoredDifferently", "Updated", "StoredDifferently"]


async def test_a_restart_knows_the_rule_without_a_write(desk: Desk) -> None:
    await desk.look()
    desk.restart()
    patches = len(desk.cluster.patches)
    assert await desk.look() is None
    desk.service().touch("rendering")
    assert await desk.look() is None, "and goes by it when the ETag has moved"
    assert writes(desk) == 1
    assert reasons(desk) == ["Updated", "StoredDifferently"]
    assert len(desk.cluster.patches) == patches + 1, "the ETag"


async def test_a_restart_knows_the_rule_though_the_pool_has_moved_meanwhile(desk: Desk) -> None:
    await desk.look()
    desk.service().touch("rendering")
    desk.restart()
    for _ in range(3):
        await desk.look()
    assert writes(desk) == 1
    assert reasons(desk) == ["Updated", "StoredDifferently"], "and no drift is told that is none"


async def test_a_restart_after_a_change_of_the_manifest_takes_nothing_as_equal(desk: Desk) -> None:
    await desk.look()
    desk.change("rendering", metadata(owner="she", team="vfx"))
    desk.restart()
    await desk.look()
    assert writes(desk) == 2


@pytest.mark.parametrize("failure", [PoolUnavailable("500"), ServiceUnavailable("no answer")], ids=["pool", "account"])
async def test_a_write_that_cannot_be_verified_is_a_write_all_the_same(desk: Desk, failure: PoolkeeperError) -> None:
    hold = desk.service().hold("write")
    look = asyncio.create_task(desk.look())
    await hold.reached.wait()
    desk.service().fail(failure, operation="read", times=1)
    hold.release.set()
    assert await look is None
    assert reasons(desk) == ["Updated"]
    assert status(desk)["eTag"] == desk.service().find("rendering").etag
    assert desk.states[key("rendering")].row == desk.service().find("rendering").row
    await asyncio.sleep(120)
    assert await desk.look() is None
    assert writes(desk) == 1, "the ETag of the write tells that the rest is the service's doing"


async def test_what_another_writer_did_before_the_verification_is_not_taken_as_equal(desk: Desk) -> None:
    desk.service().stores = dict
    hold = desk.service().hold("write")
    look = asyncio.create_task(desk.look())
    await hold.reached.wait()
    verification = desk.service().hold("read")
    hold.release.set()
    await verification.reached.wait()
    desk.service().drift("rendering", metadata(owner="intruder"))
    verification.release.set()
    assert await look is None
    assert await desk.look() is None
    assert reasons(desk) == ["Updated", "DriftCorrected"]


async def test_a_write_that_is_stored_as_sent_is_no_news(desk: Desk) -> None:
    desk.service().stores = dict
    await desk.look()
    assert reasons(desk) == ["Updated"]
    assert "storedDifferently" not in status(desk)
