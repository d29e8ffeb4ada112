"""What the queue carries: items of different kinds are never one, whatever bears the same name."""

from __future__ import annotations

import itertools
from typing import Any, get_args

import pytest

from poolkeeper.domain.resources import Key
from poolkeeper.engine.work_items import AccountItem, AccountLane, Item, PoolItem
from tests.unit.engine.lab import ACCOUNT, Lab, metadata

KINDS: tuple[Any, ...] = (*get_args(Item), AccountLane)
SAME = Key("a", "a")


def made(kind: Any) -> Any:
    """An item in which everything that can be is called `a`."""
    return kind(SAME, *[60.0] * (len(kind.__dataclass_fields__) - 1))


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(KINDS, 2)))
def test_items_of_different_kinds_are_never_equal(one: Any, other: Any) -> None:
    assert made(one) != made(other)
    assert len({made(one), made(other), SAME}) == 3
    assert made(one) == made(one)


@pytest.mark.looptime
async def test_a_pool_that_bears_its_accounts_name_is_looked_at_while_the_account_is_reported() -> None:
    lab = Lab()
    lab.cluster.latency = 0.3
    for number in range(24):
        lab.account(f"a{number}")
        lab.service(f"a{number}").put(f"a{number}", metadata(owner="you"))
        lab.pool(f"a{number}", metadata(owner="me"), account=f"a{number}")
    await lab.start(30)
    assert {lab.ready(f"a{number}") for number in range(24)} == {"InSync"}
    assert {lab.ready(f"a{number}", ACCOUNT) for number in range(24)} == {"Reachable"}
    await lab.engine.stop(grace=0)


def test_the_names_that_people_read_stay() -> None:
    assert str(PoolItem(SAME).pool) == str(AccountItem(SAME).account) == "a/a"
