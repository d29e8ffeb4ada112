"""Between a decision and its request the world goes on: what is not wanted any more does not leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.engine.fakes import Hold
from tests.unit.engine.lab import Lab, endpoint, metadata

pytestmark = pytest.mark.looptime

GOOD, BAD = metadata(owner="me"), metadata(owner="typo")
CHANGES: dict[str, Callable[[Lab], None]] = {
    "suspended": lambda lab: lab.change("render", suspend=True),
    "only watched": lambda lab: lab.change("render", mode="Observe"),
    "to be approved": lambda lab: lab.change("render", mode="Approve"),
    "corrected": lambda lab: lab.change("render", GOOD),
    "pointed elsewhere": lambda lab: lab.change("render", accountRef={"name": "other"}),
    "deleted": lambda lab: lab.delete("render"),
    "the account is deleted": lambda lab: lab.delete_account(),
    "the account is pointed elsewhere": lambda lab: lab.change_account(endpoint=endpoint("other")),
}


async def waiting(lab: Lab, operation: str) -> Hold:
    """A bad commit arrives, and its write waits."""
    lab.account()
    lab.account("other")
    lab.service().put("render", GOOD)
    lab.service("other").put("render", GOOD)
    lab.pool("render", GOOD)
    await lab.start(10)
    hold = lab.service().hold(operation)
    lab.change("render", BAD)
    await hold.reached.wait()
    return hold


@pytest.mark.parametrize("operation", ["read", "unchanged"])
@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_not_wanted_any_more_does_not_leave(lab: Lab, change: str, operation: str) -> None:
    hold = await waiting(lab, operation)
    CHANGES[change](lab)
    await lab.run(30)
    hold.release.set()
    await lab.run(30)
    assert [body for body in lab.service().bodies if body["metadata"] == BAD["metadata"]] == []


async def test_it_is_planned_again(lab: Lab) -> None:
    hold = await waiting(lab, "unchanged")
    lab.change("render", metadata(owner="she"))
    hold.release.set()
    await lab.run(5)
    assert lab.ready("render") == "InSync"
    assert [body["metadata"] for body in lab.service().bodies] == [metadata(owner="she")["metadata"]]


async def test_a_suspend_stops_two_hundred_writes_that_wait(lab: Lab) -> None:
    lab.account()
    names = [f"p{number}" for number in range(200)]
    for name in names:
        lab.service().put(name, GOOD)
        lab.pool(name, GOOD)
    await lab.start(60)
    lab.service().latency = 5.0
    for name in names:
        lab.change(name, BAD)
    await lab.run(25)
    for name in names:
        lab.change(name, suspend=True)
    # What had left before may still arrive.
    await lab.run(5)
    written = len(lab.service().bodies)
    await lab.run(600)
    assert len(lab.service().bodies) == written < len(names) / 4
