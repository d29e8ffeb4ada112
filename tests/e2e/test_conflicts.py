"""Two resources ask for one pool: one has it, the other says so, and nobody fights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.world import World, as_desired

MINE = {"metadata": [{"name": "owner", "value": "first"}], "targetNodeCommunicationMode": "simplified"}
THEIRS = {"metadata": [{"name": "owner", "value": "second"}], "targetNodeCommunicationMode": "simplified"}


@pytest.fixture
def elsewhere(world: World) -> Iterator[World]:
    """The same operator and service, seen from another namespace with an account of its own."""
    name = f"{world.kubectl.namespace}-2"
    world.cluster.kubectl.out("create", "namespace", name)
    other = replace(world, kubectl=world.kubectl.within(name))
    yield other
    other.kubectl.out("delete", "batchpools,batchaccounts,secrets", "--all", "--timeout=90s")
    world.cluster.kubectl.out("delete", "namespace", name, "--wait=false")


def test_the_oldest_owns_the_pool_and_the_other_takes_over_when_it_goes(world: World, elsewhere: World) -> None:
    world.account()
    elsewhere.account("their-research")
    world.pool("rendering", MINE)
    world.wait("rendering", "InSync")
    elsewhere.wait("their-research", "Reachable", "batchaccount")
    # A resource's age is told in whole seconds.
    before = world.writes_to_batch()
    world.sweeps(2)

    elsewhere.pool("farm", THEIRS, pool_id="RENDERING", accountRef={"name": "their-research"})
    elsewhere.wait("farm", "Conflict")
    owner = f"{world.kubectl.namespace}/rendering"
    assert owner in elsewhere.condition("farm")["message"]
    assert elsewhere.condition("farm", "Stalled")["status"] == "True"
    world.sweeps(3)
    assert world.writes_to_batch() == before, "two that enforce would undo each other at every check"
    assert world.condition("rendering")["reason"] == "InSync"
    assert world.sim.pool("rendering")["metadata"] == MINE["metadata"]

    # The order of arrival in the operator's memory is not what counts.
    world.restart()
    world.sweeps(3)
    assert world.writes_to_batch() == before
    assert elsewhere.condition("farm")["reason"] == "Conflict"
    assert elsewhere.event("farm", "Conflict")

    world.remove("rendering")
    elsewhere.wait("farm", "InSync")
    world.sim.wait_until(lambda: world.sim.pool("rendering")["metadata"] == THEIRS["metadata"])
    world.sweeps(2)
    assert world.writes_to_batch() == before + 1


def test_a_conflict_ends_when_the_accounts_part(world: World, elsewhere: World) -> None:
    world.account()
    elsewhere.account("their-research")
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    world.sweeps(2)
    elsewhere.pool("farm", THEIRS, pool_id="rendering", accountRef={"name": "their-research"})
    elsewhere.wait("farm", "Conflict")
    elsewhere.account("their-research", endpoint="https://other.westeurope.batch.azure.com.invalid")
    world.sim.wait_until(lambda: elsewhere.condition("farm")["reason"] == "AccountNotReady")
    assert world.writes_to_batch() == 0
