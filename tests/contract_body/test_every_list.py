"""Every list of the five properties: emptied, left out, shortened, and in another order."""

from __future__ import annotations

import pytest

from poolkeeper.domain.decision.plan import InSync, Update
from tests.contract_body.account import Account
from tests.contract_body.leaves import value_at
from tests.contract_body.lists import Listed, lists

EVERY = lists()
LISTS = [pytest.param(one, id=str(one)) for one in EVERY]
EMPTY_IS_NOT_ABSENT = {"startTask.containerSettings.containerHostBatchBindMounts"}
"""Left out, the whole directory of the node is mounted; an empty list mounts nothing."""


@pytest.mark.parametrize("listed", LISTS)
async def test_emptied(account: Account, listed: Listed) -> None:
    account.holds(listed.holding(listed.one))
    body = await account.write(listed.holding())
    assert value_at(body, listed.path) == []
    assert account.kept(listed.path) in ([], None)


@pytest.mark.parametrize("listed", LISTS)
async def test_left_out(account: Account, listed: Listed) -> None:
    account.holds(listed.holding(listed.one, listed.other))
    body = await account.write(listed.absent)
    # The three lists of the top level are required of the body.
    assert value_at(body, listed.path) == ([] if len(listed.path) == 1 else None)
    assert account.kept(listed.path) in ([], None)


@pytest.mark.parametrize("listed", LISTS)
async def test_empty_or_absent(account: Account, listed: Listed) -> None:
    decision = Update if str(listed) in EMPTY_IS_NOT_ABSENT else InSync
    for live, desired in ((listed.holding(), listed.absent), (listed.absent, listed.holding())):
        account.holds(live)
        assert isinstance(await account.decide(desired), decision)


@pytest.mark.parametrize("listed", LISTS)
async def test_shortened(account: Account, listed: Listed) -> None:
    account.holds(listed.holding(listed.one, listed.other))
    body = await account.write(listed.holding(listed.other))
    assert value_at(body, listed.path) == [listed.other]


@pytest.mark.parametrize("listed", LISTS)
async def test_in_another_order(account: Account, listed: Listed) -> None:
    account.holds(listed.holding(listed.one, listed.other))
    desired = listed.holding(listed.other, listed.one)
    if not listed.ordered:
        assert isinstance(await account.decide(desired), InSync)
    else:
        body = await account.write(desired)
        assert value_at(body, listed.path) == [listed.other, listed.one]


def test_the_walk_finds_the_lists_of_the_api() -> None:
    assert {str(one): one.ordered for one in EVERY} == {
        "startTask.containerSettings.containerHostBatchBindMounts": False,
        "startTask.resourceFiles": True,
        "startTask.environmentSettings": False,
        "applicationPackageReferences": False,
        "certificateReferences": False,
        "metadata": False,
    }
