"""One name for everything, the most natural choice of all: nothing is taken for something else."""

from __future__ import annotations

from tests.support.world import World

PAIRS = [f"a{number}" for number in range(16)]


def test_pools_that_bear_their_accounts_names_are_all_looked_at(world: World) -> None:
    world.secret()
    for name in PAIRS:
        world.sim.put_pool({"id": name, "metadata": [{"name": name, "value": "old"}]})
    wanted = {name: {"metadata": [{"name": name, "value": "new"}]} for name in PAIRS}
    for name in PAIRS:
        world.account(name, secret=False)
        world.pool(name, wanted[name], accountRef={"name": name})
    for name in PAIRS:
        world.wait(name, "InSync", patience=60)
        world.wait(name, "Reachable", "batchaccount")
        assert world.sim.pool(name)["metadata"] == wanted[name]["metadata"]
