"""Steady state: short lists and nothing else, and nothing written to Kubernetes.

That there is one list per account and interval is shown in virtual time: tests/unit/engine/test_engine_quiet.py.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.batchsim.sim import BatchSim, load_pools
from tests.support.world import World, as_desired

INTERVALS = 8


def test_a_quiet_while_costs_short_lists_and_nothing_else(
    world: World, start_batchsim: Callable[..., BatchSim]
) -> None:
    other = start_batchsim(pools=load_pools())
    world.restart()
    world.account()
    world.account("second", endpoint=other.url)
    for name in ("rendering", "genomics", "etl-windows"):
        world.pool(name, as_desired(world.sim.pool(name)))
        world.pool(f"second-{name}", as_desired(other.pool(name)), pool_id=name, accountRef={"name": "second"})
    for name in ("rendering", "genomics", "etl-windows"):
        for pool in (name, f"second-{name}"):
            world.wait(pool, "InSync")
            world.event(pool, "InSync")
    for account in ("research", "second"):
        world.wait_members(account, 3)
    world.sweeps(2)

    marks = {sim: sim.journal.last_number for sim in (world.sim, other)}
    written = world.kube_writes()
    # The window: as many checks of the first account as intervals.
    world.sim.journal.wait("ListPools", since=marks[world.sim], count=INTERVALS)

    for sim, mark in marks.items():
        requests = sim.journal.entries(since=mark)
        assert {entry.operation for entry in requests} == {"ListPools"}
        assert {entry.query["$select"] for entry in requests} == {"id,eTag,state,allocationState"}
    assert world.kube_writes() == written, "nobody wrote anything to Kubernetes, events included"
