"""Looks that must not write, or only once somebody has agreed."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.failures import AwaitingApproval, Conflict, Flapping, RemovalNeedsConsent
from tests.unit.domain.examples import conditions
from tests.unit.engine.desk import Desk
from tests.unit.engine.lab import POOL, key, metadata

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")
MORE = metadata(owner="you", precious="yes")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.account()
    desk.service().put("rendering", MORE)
    return desk


def status(desk: Desk) -> dict[str, Any]:
    return desk.cluster.status(POOL, key("rendering"))


def writes(desk: Desk) -> int:
    return desk.service().counts().get("write", 0)


async def test_the_first_write_removes_nothing_without_consent_not_even_after_a_restart(desk: Desk) -> None:
    desk.pool(properties=WANTED)
    for _ in range(2):
        assert isinstance(await desk.look(), RemovalNeedsConsent)
        desk.restart()
    assert writes(desk) == 0
    assert "adopted" not in status(desk)
    desk.change("rendering", adoption="Overwrite")
    assert await desk.look() is None
    assert (writes(desk), status(desk)["adopted"]) == (1, True)


@pytest.mark.parametrize("restarted", [False, True])
async def test_once_adopted_what_comes_is_removed_without_asking(desk: Desk, *, restarted: bool) -> None:
    desk.pool(properties=MORE)
    await desk.look()
    if restarted:
        desk.restart()
    desk.service().drift("rendering", {**MORE, "startTask": {"commandLine": "intruder"}})
    assert await desk.look() is None
    assert "startTask" not in desk.service().find("rendering").properties


async def test_who_only_watches_never_writes(desk: Desk) -> None:
    desk.pool(properties=WANTED, mode="Observe")
    for _ in range(2):
        assert await desk.look() is None
    assert writes(desk) == 0
    assert conditions(status(desk))["Drifted"]["status"] == "True"
    assert "adopted" not in status(desk)
    assert [event.reason for event in desk.cluster.events()] == ["DriftDetected"]
    desk.change("rendering", mode="Enforce")
    assert isinstance(await desk.look(), RemovalNeedsConsent), "watching is no consent"


async def test_an_approval_lets_exactly_its_plan_through_once(desk: Desk) -> None:
    desk.service().drift("rendering", OTHER)
    desk.pool(properties=WANTED, mode="Approve")
    assert isinstance(await desk.look(), AwaitingApproval)
    first = status(desk)["plan"]["hash"]
    desk.service().touch("rendering")
    desk.annotate("rendering", approve=first)
    failure = await desk.look()
    assert isinstance(failure, AwaitingApproval)
    assert "is for another plan" in failure.message
    assert writes(desk) == 0
    second = status(desk)["plan"]["hash"]
    desk.annotate("rendering", approve=second)
    assert await desk.look() is None
    assert (writes(desk), "plan" in status(desk)) == (1, False)
    desk.service().drift("rendering", OTHER)
    assert isinstance(await desk.look(), AwaitingApproval), "the approval is spent"
    assert writes(desk) == 1


async def test_a_changed_manifest_voids_an_approval(desk: Desk) -> None:
    desk.service().drift("rendering", OTHER)
    desk.pool(properties=WANTED, mode="Approve")
    await desk.look()
    desk.annotate("rendering", approve=status(desk)["plan"]["hash"])
    desk.change("rendering", metadata(owner="she"))
    assert isinstance(await desk.look(), AwaitingApproval)
    assert writes(desk) == 0


async def test_a_suspended_pool_is_not_asked_for(desk: Desk) -> None:
    desk.pool(properties=WANTED, suspend=True)
    for _ in range(2):
        assert await desk.look() is None
    assert desk.service().calls == []
    assert [one["type"] for one in status(desk)["conditions"]] == ["Suspended"]
    assert len(desk.cluster.patches) == 1
    assert desk.cluster.told == []


async def test_the_younger_of_two_asks_for_nothing(desk: Desk) -> None:
    desk.pool("rendering", MORE)
    desk.cluster.objects[POOL, key("rendering")]["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    younger = desk.pool("younger", WANTED, poolID="Rendering")
    assert younger.pool_id == "Rendering"
    failure = await desk.look("younger")
    assert isinstance(failure, Conflict)
    assert "lab/rendering" in failure.message
    assert desk.service().calls == []
    desk.cache.drop_pool(key("rendering"))
    assert isinstance(await desk.look("younger"), RemovalNeedsConsent), "the owner's adoption is not inherited"


async def test_the_sixth_correction_of_a_path_is_not_sent(desk: Desk) -> None:
    desk.pool(properties=MORE)
    await desk.look()
    for _ in range(5):
        desk.service().drift("rendering", OTHER)
        assert await desk.look() is None
    desk.service().drift("rendering", OTHER)
    failure = await desk.look()
    assert isinstance(failure, Flapping)
    assert failure.pause == pytest.approx(3600, abs=1)
    assert "/metadata/owner" not in failure.message
    assert "/metadata/precious" in failure.message
    assert writes(desk) == 5
    patches = len(desk.cluster.patches)
    for _ in range(3):
        desk.service().touch("rendering")
        assert isinstance(await desk.look(), Flapping)
    assert (writes(desk), len(desk.cluster.patches)) == (5, patches), "a fight is not told blow by blow"


@pytest.mark.parametrize("way", ["spec", "request"])
async def test_a_person_can_end_the_pause(desk: Desk, way: str) -> None:
    desk.pool(properties=MORE)
    await desk.look()
    for _ in range(6):
        desk.service().drift("rendering", OTHER)
        await desk.look()
    if way == "spec":
        desk.change("rendering", checkInterval="30s")
    else:
        desk.annotate("rendering", reconcile_requested_at="2026-01-02T00:00:00Z")
    assert await desk.look() is None
    assert writes(desk) == 6


async def test_changes_of_the_manifest_are_no_fight(desk: Desk) -> None:
    desk.pool(properties=MORE)
    await desk.look()
    for number in range(8):
        desk.change("rendering", metadata(owner=str(number), precious="yes"))
        assert await desk.look() is None
    assert writes(desk) == 8
