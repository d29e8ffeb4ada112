"""A status that the operator did not mean is put right, whoever wrote it, and whatever shape it has."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.unit.engine.fake_cluster import DOWN
from tests.unit.engine.lab import ACCOUNT, POOL, Lab, key, metadata

pytestmark = pytest.mark.looptime

ME, YOU = metadata(owner="me"), metadata(owner="you")
TIME = "2026-01-01T00:00:00Z"
READY = {"type": "Ready", "status": "True", "reason": "InSync", "message": "x", "lastTransitionTime": TIME}
JUNK: list[Any] = [None, 7, "x", [], {}, [7], {"x": 7}, [{"type": "Ready"}], {"generation": "x"}, {"time": 7}]


async def begin(lab: Lab) -> None:
    lab.account()
    lab.service().put("a", ME)
    lab.pool("a", ME)
    await lab.start(300)
    assert lab.ready("a") == "InSync"


def edit(lab: Lab, kind: str, name: str, status: Any) -> None:
    lab.cluster.objects[kind, key(name)]["status"] = copy.deepcopy(status)
    lab._seen(kind, lab.cluster.changed(kind, key(name)))


async def test_a_status_whose_answer_was_lost_is_not_left_behind(lab: Lab) -> None:
    """Applied, its answer lost, the watch lags, and what it said is over before the watch tells of it."""
    await begin(lab)
    lab.cluster.watch_delay = 5
    lab.cluster.fail(DOWN, operation="patch_status", times=1, applied=True)
    lab.delete_account()
    await lab.run(0.5)
    lab.account()
    await lab.run(3600)
    assert lab.ready("a") == "InSync"


async def test_what_a_hand_has_written_is_put_right_and_history_comes_back(lab: Lab) -> None:
    await begin(lab)
    lab.service().drift("a", YOU)
    while "lastWrite" not in lab.status("a"):
        await lab.run(1)
    await lab.run(5)
    meant = lab.status("a")
    edit(lab, POOL, "a", {"conditions": [{**READY, "status": "False", "reason": "Nonsense", "observedGeneration": 1}]})
    await lab.run(10)
    now = lab.status("a")
    assert lab.ready("a") == "InSync"
    assert {name: now[name] for name in ("adopted", "address", "lastWrite", "lastDrift", "claim", "lastSync")} == {
        name: meant[name] for name in ("adopted", "address", "lastWrite", "lastDrift", "claim", "lastSync")
    }


async def test_the_status_of_an_account_too(lab: Lab) -> None:
    await begin(lab)
    edit(lab, ACCOUNT, "research", {"conditions": []})
    await lab.run(10)
    assert lab.ready("research", ACCOUNT) == "Reachable"


async def test_a_status_that_stays_costs_nothing(lab: Lab) -> None:
    await begin(lab)
    patches = len(lab.cluster.patches)
    for _ in range(20):
        edit(lab, POOL, "a", lab.status("a"))
        await lab.run(10)
    assert len(lab.cluster.patches) == patches


FIELDS = [
    "conditions",
    "drift",
    "lastWrite",
    "lastDrift",
    "address",
    "claim",
    "lastSync",
    "pendingWrite",
    "refusal",
    "storedDifferently",
    "secretVersions",
    "plan",
    "pool",
    "eTag",
    "observedGeneration",
    "adopted",
]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("field", FIELDS)
async def test_a_status_of_any_shape_is_read_and_put_right(lab: Lab, field: str, *, restarted: bool) -> None:
    await begin(lab)
    now = lab
    for junk in JUNK:
        edit(now, POOL, "a", {**now.status("a"), field: junk})
        if restarted:
            now = await now.restarted()
            now.engine.synced()
            now.engine.may_write()
        now.service().drift("a", YOU)
        await now.run(400)
        assert now.ready("a") in {"InSync", "Flapping"}, junk
        now.annotate("a", reconcile_requested_at=str(junk))
        await now.run(5)
        assert now.ready("a") == "InSync", junk
    assert now.metric("poolkeeper_unexpected_errors_total") == {}
    await now.engine.stop(grace=0)
