"""What a BatchAccount's status tells, and when it is worth a write."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from poolkeeper.domain.failures import BatchFailure, ClusterUnavailable, ReadDenied, ServiceUnavailable
from poolkeeper.engine.accounts.breaker import AccountUnavailable
from poolkeeper.engine.work_items import AccountItem
from tests.unit.domain.examples import conditions
from tests.unit.engine.desk import Desk
from tests.unit.engine.fake_cluster import DOWN
from tests.unit.engine.lab import ACCOUNT, key

pytestmark = pytest.mark.looptime

RESEARCH = key("research")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.account(version="2025-06-01")
    return desk


async def ask(desk: Desk) -> None:
    """One request, whatever comes of it; a report follows."""
    with contextlib.suppress(BatchFailure, AccountUnavailable):
        await desk.accounts.client(RESEARCH).probe()
    await desk.reporter.report(AccountItem(RESEARCH))


def ready(desk: Desk) -> str | None:
    status = desk.cluster.status(ACCOUNT, RESEARCH)
    return conditions(status)["Ready"]["reason"] if status else None


async def test_nothing_is_said_of_an_account_that_nobody_has_asked(desk: Desk) -> None:
    await desk.reporter.report(AccountItem(RESEARCH))
    desk.accounts.client(RESEARCH)
    await desk.reporter.report(AccountItem(RESEARCH))
    assert desk.cluster.calls == []


async def test_an_account_that_answers_is_told_once_with_the_number_of_its_pools(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.pool(name)
    for _ in range(3):
        await ask(desk)
    assert desk.cluster.status(ACCOUNT, RESEARCH)["pools"] == 2
    assert ready(desk) == "Reachable"
    assert (len(desk.cluster.patches), desk.cluster.told) == (1, [])


async def test_a_failure_that_may_pass_is_told_only_when_it_lasts(desk: Desk) -> None:
    await ask(desk)
    desk.service().fail(ServiceUnavailable("no answer"))
    seen = []
    for _ in range(4):
        await ask(desk)
        seen.append(ready(desk))
        await asyncio.sleep(60)
    assert seen == ["Reachable", "Reachable", "Unreachable", "Unreachable"]
    desk.service().heal()
    await ask(desk)
    assert ready(desk) == "Reachable"
    assert [event.reason for event in desk.cluster.events()] == ["Unreachable", "Reachable"]
    assert len(desk.cluster.patches) == 3


async def test_a_failure_that_somebody_must_mend_is_told_at_once(desk: Desk) -> None:
    denied = ReadDenied("403")
    desk.service().fail(denied)
    await ask(desk)
    assert ready(desk) == "AccessDenied"
    (event,) = desk.cluster.events()
    assert (event.type, event.reason) == ("Warning", "AccessDenied")


async def test_an_account_that_is_gone_gets_no_status(desk: Desk) -> None:
    await desk.accounts.client(RESEARCH).probe()
    del desk.cluster.objects[ACCOUNT, RESEARCH]
    await desk.reporter.report(AccountItem(RESEARCH))
    desk.cache.drop_account(RESEARCH)
    await desk.reporter.report(AccountItem(RESEARCH))
    assert (desk.cluster.patches, desk.cluster.told) == ([], [])


async def test_a_report_that_is_lost_is_made_again(desk: Desk) -> None:
    await desk.accounts.client(RESEARCH).probe()
    desk.cluster.fail(DOWN, times=1)
    with pytest.raises(ClusterUnavailable):
        await desk.reporter.report(AccountItem(RESEARCH))
    await desk.reporter.report(AccountItem(RESEARCH))
    assert ready(desk) == "Reachable"
