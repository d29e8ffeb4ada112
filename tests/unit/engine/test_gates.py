"""The engine works once two things hold: the first list is in, and nobody else writes."""

from __future__ import annotations

import pytest

from tests.unit.engine.lab import Lab, metadata

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")


@pytest.mark.parametrize("first", ["synced", "may_write"])
async def test_one_gate_alone_lets_nothing_through(lab: Lab, first: str) -> None:
    lab.account()
    lab.service().put("rendering", OTHER)
    lab.pool("rendering", WANTED)
    getattr(lab.engine, first)()
    await lab.run(600)
    assert lab.service().calls == []
    assert lab.cluster.calls == []
    lab.engine.synced()
    lab.engine.may_write()
    await lab.run(1)
    assert lab.service().find("rendering").properties["metadata"] == WANTED["metadata"]


async def test_a_gate_that_is_opened_twice_changes_nothing(lab: Lab) -> None:
    lab.account()
    lab.service().put("rendering", OTHER)
    lab.pool("rendering", WANTED)
    for _ in range(2):
        lab.engine.synced()
        lab.engine.may_write()
    await lab.run(1)
    assert lab.service().counts()["write"] == 1
