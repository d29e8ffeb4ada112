"""What people ask for by annotation, suspension, and who takes over: with the queue and the sweeps at work."""

from __future__ import annotations

import pytest

from tests.unit.engine.lab import POOL, Lab, key, metadata, now

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")
HOUR = 3600


async def settled(lab: Lab, **how: str) -> Lab:
    """One pool that has been in sync for a while, unless `how` says otherwise."""
    lab.account()
    lab.service().put("rendering", OTHER if how else WANTED)
    lab.pool("rendering", WANTED, **how)
    await lab.start(120)
    return lab


@pytest.mark.parametrize(
    ("prefix", "annotation", "reads", "reason"),
    [
        ("poolkeeper.dev/", "reconcile_requested_at", 1, "a request"),
        ("poolkeeper.dev/", "approve", 1, "an approval"),
        ("example.org/", "note", 0, "a note of somebody's own"),
    ],
)
async def test_an_annotation_of_ours_is_a_reason_to_look_and_no_other(
    lab: Lab, prefix: str, annotation: str, reads: int, reason: str
) -> None:
    await settled(lab)
    began = now()
    lab.annotate("rendering", prefix=prefix, **{annotation: "2026-01-02T00:00:00Z"})
    await lab.run(0.1)
    assert lab.service().counts(since=began).get("read", 0) == reads, reason


async def test_the_annotation_that_flux_sets_is_answered(lab: Lab) -> None:
    await settled(lab)
    lab.cluster.annotate(POOL, key("rendering"), {"requestedAt": "token"}, prefix="reconcile.fluxcd.io/")
    lab.annotate("rendering", prefix="reconcile.fluxcd.io/", requestedAt="token-2")
    await lab.run(0.1)
    assert lab.status("rendering")["lastHandledReconcileAt"] == "token-2"


async def test_an_approval_is_acted_upon_at_once(lab: Lab) -> None:
    await settled(lab, mode="Approve")
    assert lab.ready("rendering") == "AwaitingApproval"
    lab.annotate("rendering", approve=lab.status("rendering")["plan"]["hash"])
    await lab.run(0.1)
    assert lab.ready("rendering") == "InSync"
    assert lab.service().find("rendering").properties["metadata"] == WANTED["metadata"]


async def test_a_suspended_pool_costs_no_request_of_its_own(lab: Lab) -> None:
    lab.account()
    lab.service().put("rendering", OTHER)
    lab.pool("rendering", WANTED, suspend=True, interval="1s")
    await lab.start(HOUR)
    assert set(lab.service().counts()) == {"probe"}, "the account alone is asked whether it answers"
    assert lab.service().counts()["probe"] <= HOUR / 54 + 1, "at its own interval"
    assert len(lab.pool_patches("rendering")) == 1


async def test_a_pool_that_is_suspended_is_let_be_and_goes_on_where_it_stopped(lab: Lab) -> None:
    await settled(lab)
    lab.change("rendering", suspend=True)
    await lab.run(1)
    lab.service().drift("rendering", OTHER)
    began = now()
    await lab.run(600)
    assert not {"row", "list", "read", "write"} & set(lab.service().counts(since=began))
    assert lab.ready("rendering") == "InSync", "as it was"
    lab.change("rendering", suspend=False)
    await lab.run(0.1)
    assert lab.service().find("rendering").properties["metadata"] == WANTED["metadata"]
    assert "Suspended" not in {one["type"] for one in lab.status("rendering")["conditions"]}
    lab.service().drift("rendering", OTHER)
    await lab.run(61)
    assert lab.service().counts()["write"] == 2, "and it is swept again"


async def test_an_account_that_changes_does_not_wake_a_suspended_pool(lab: Lab) -> None:
    await settled(lab)
    lab.change("rendering", suspend=True)
    await lab.run(1)
    began = now()
    lab.change_account(maxRequestsPerSecond=5)
    await lab.run(60)
    assert set(lab.service().counts(since=began)) == {"probe"}


async def test_a_fight_is_bounded_and_the_pool_is_put_right_when_the_other_stops(lab: Lab) -> None:
    await settled(lab)
    for _ in range(40):
        lab.service().drift("rendering", OTHER)
        await lab.run(60)
    assert lab.ready("rendering") == "Flapping"
    assert lab.service().counts()["write"] == 5
    await lab.run(HOUR - 40 * 60)
    assert lab.ready("rendering") == "Flapping"
    await lab.run(HOUR)
    assert lab.ready("rendering") == "InSync", "without a hand"
    assert lab.service().counts()["write"] == 6


async def test_the_pause_ends_by_itself_however_seldom_the_pool_is_checked(lab: Lab) -> None:
    await settled(lab)
    for _ in range(7):
        lab.service().drift("rendering", OTHER)
        await lab.run(60)
    assert lab.ready("rendering") == "Flapping"
    last = max(call.at for call in lab.service().calls if call.operation == "write")
    await lab.run(last + HOUR - 5 - now())
    assert lab.service().counts()["write"] == 5
    await lab.run(10)
    assert lab.service().counts()["write"] == 6
    written = max(call.at for call in lab.service().calls if call.operation == "write")
    assert written == pytest.approx(last + HOUR, abs=1), "not at the next check, but when the pause is over"


@pytest.mark.parametrize("way", ["deleted", "account deleted", "moved"])
async def test_the_younger_takes_over_at_once_when_the_owner_goes(lab: Lab, way: str) -> None:
    lab.account()
    lab.account("second")
    lab.service().put("rendering", WANTED)
    lab.pool("rendering", WANTED)
    await lab.start(1)
    lab.change_account("second", endpoint="https://research.westeurope.batch.azure.com")
    lab.pool("younger", OTHER, account="second", pool_id="RENDERING")
    await lab.run(1)
    assert (lab.ready("rendering"), lab.ready("younger")) == ("InSync", "Conflict")
    match way:
        case "deleted":
            lab.delete("rendering")
        case "account deleted":
            lab.delete_account()
        case _:
            lab.change_account(endpoint="https://elsewhere.westeurope.batch.azure.com")
    await lab.run(0.1)
    assert lab.ready("younger") == "InSync"
    assert lab.service().find("rendering").properties["metadata"] == OTHER["metadata"]


async def test_a_new_pool_is_looked_at_once(lab: Lab) -> None:
    lab.account()
    await lab.start(1)
    lab.service().put("rendering", WANTED)
    lab.pool("rendering", WANTED)
    await lab.run(0.1)
    assert lab.service().counts()["read"] == 1
