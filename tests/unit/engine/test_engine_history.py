"""What was written is told, whatever became of the answer; drift stays drift after an outage or a restart."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.failures import ServiceUnavailable
from tests.unit.engine.lab import Lab, key, metadata

pytestmark = pytest.mark.looptime

ME, YOU = metadata(owner="me"), metadata(owner="you")
SOURCE = {"secretKeyRef": {"name": "sec", "key": "k"}}


def task(**value: Any) -> dict[str, Any]:
    return {"startTask": {"commandLine": "x", "environmentSettings": [{"name": "E", **value}]}}


def reasons(lab: Lab) -> list[str]:
    return [event.reason for event in lab.cluster.events(name="a")]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_write_whose_answer_is_lost_is_told_like_any_other(lab: Lab, *, restarted: bool) -> None:
    lab.account()
    lab.service().put("a", ME)
    lab.pool("a", ME)
    await lab.start(300)
    lost = ServiceUnavailable("no answer within the time limit")
    lab.service().fail(lost, operation="write", times=1, applied=True)
    write = lab.service().hold("write")
    lab.service().drift("a", YOU)
    await write.reached.wait()
    if restarted:
        # Nor does any read that follows come through, until another operator has begun.
        lab.service().fail(lost, operation="read")
    write.release.set()
    now = lab
    if restarted:
        await lab.run(30)
        assert "pendingWrite" in lab.status("a")
        await lab.engine.stop(grace=0)
        lab.service().heal()
        now = await lab.restarted()
        await now.start(0)
    await now.run(200)
    assert len(now.service().bodies) == 1
    status = now.status("a")
    assert status["lastWrite"]["eTag"] == status["eTag"] == now.service().find("a").etag
    assert status["lastDrift"]["corrected"] is True
    assert status["lastDrift"]["paths"] == ["/metadata/owner"]
    assert "DriftCorrected" in reasons(now)
    assert "pendingWrite" not in status
    await now.engine.stop(grace=0)


@pytest.mark.parametrize(
    ("wanted", "live", "drifted"),
    [
        pytest.param(ME, ME, YOU, id="plain"),
        pytest.param(task(valueFrom=SOURCE), task(value="v"), {**task(value="v"), **YOU}, id="with a Secret"),
    ],
)
@pytest.mark.parametrize("outage", [False, True])
async def test_drift_is_drift_after_a_restart_too(
    lab: Lab, wanted: dict[str, Any], live: dict[str, Any], drifted: dict[str, Any], *, outage: bool
) -> None:
    lab.secrets.put(key("sec"), k="v")
    lab.account()
    lab.service().put("a", live)
    lab.pool("a", wanted)
    await lab.start(300)
    assert lab.ready("a") == "InSync"
    if outage:
        lab.service().fail(ServiceUnavailable("503"))
        lab.annotate("a", reconcile_requested_at="now")
        await lab.run(900)
        assert lab.ready("a") == "ServiceUnavailable"
    await lab.engine.stop(grace=0)
    lab.service().heal()
    lab.service().drift("a", drifted)
    again = await lab.restarted()
    await again.start(300)
    assert "DriftCorrected" in reasons(again)
    assert again.status("a")["lastDrift"]["corrected"] is True
    assert sum(again.metric("poolkeeper_drift_detected_total").values()) == 1
    await again.engine.stop(grace=0)


async def test_drift_that_cannot_be_put_right_at_once_is_counted_once(lab: Lab) -> None:
    lab.account()
    lab.service().put("a", ME)
    lab.pool("a", ME)
    await lab.start(300)
    lab.service().fail(ServiceUnavailable("503"), operation="write", times=5)
    lab.service().drift("a", YOU)
    await lab.run(900)
    assert lab.ready("a") == "InSync"
    assert lab.metric("poolkeeper_drift_detected_total") == {("lab/research", "metadata"): 1}
