"""The regular check: what it costs, and which pools it has looked at."""

from __future__ import annotations

import asyncio

import pytest

from poolkeeper.domain.failures import EndpointNotAllowed, PoolUnavailable, ServiceUnavailable, Throttled
from poolkeeper.engine.result import After
from poolkeeper.engine.work_items import SweepItem
from tests.unit.engine.desk import Desk
from tests.unit.engine.lab import key

pytestmark = pytest.mark.looptime

MINUTE = SweepItem(key("research"), 60.0)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.account()
    return desk


async def known(desk: Desk, *names: str, interval: str | None = None) -> None:
    """Pools that have been looked at."""
    for name in names:
        desk.service().put(name)
        desk.pool(name, interval=interval)
        await desk.look(name)
    desk.service().calls.clear()


@pytest.mark.parametrize(
    ("pools", "live", "sent", "reason"),
    [
        pytest.param(0, 5, {"probe": 1}, "it still shows whether the account answers", id="none"),
        pytest.param(1, 5, {"row": 1}, "one row is no dearer than a list", id="one"),
        pytest.param(2, 5, {"list": 1}, "one page is cheaper than two rows", id="two"),
        pytest.param(40, 5, {"list": 1}, "one page", id="many"),
    ],
)
async def test_a_check_of_an_account_is_one_request(
    desk: Desk, pools: int, live: int, sent: dict[str, int], reason: str
) -> None:
    for number in range(live):
        desk.service().put(f"unmanaged-{number}")
    for number in range(pools):
        desk.pool(f"pool-{number}")
    await desk.sweeper.sweep(MINUTE)
    assert desk.service().counts() == sent, reason


async def test_rows_are_asked_for_alone_where_the_list_has_more_pages(desk: Desk) -> None:
    desk.service().page = 10
    for number in range(45):
        desk.service().put(f"unmanaged-{number}")
    await known(desk, "a", "b", "c")
    await desk.sweeper.sweep(MINUTE)
    assert desk.service().counts() == {"list": 5}, "how long the list is must be learnt once"
    desk.service().calls.clear()
    await desk.sweeper.sweep(MINUTE)
    assert desk.service().counts() == {"row": 3}
    assert desk.looked_at == []


async def test_only_pools_whose_row_has_moved_are_looked_at(desk: Desk) -> None:
    await known(desk, "same", "drifted", "resizing", "gone", "deleting", "resized")
    desk.pool("never looked at")
    service = desk.service()
    service.put("never looked at")
    service.drift("drifted", {})
    service.pools["resizing"].allocation = "resizing"
    service.pools["deleting"].state = "deleting"
    service.touch("resized")
    service.remove("gone")
    await desk.sweeper.sweep(MINUTE)
    assert sorted(desk.looked_at) == ["deleting", "drifted", "gone", "never looked at", "resized", "resizing"]


async def test_a_pool_that_is_missing_is_looked_at_again_only_when_it_comes(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.pool(name)
        await desk.look(name)
    await desk.sweeper.sweep(MINUTE)
    assert desk.looked_at == []
    desk.service().put("a")
    await desk.sweeper.sweep(MINUTE)
    assert desk.looked_at == ["a"]


async def test_a_missing_pool_that_is_asked_for_alone_is_no_failure_of_the_check(desk: Desk) -> None:
    desk.pool("a")
    await desk.look("a")
    await desk.sweeper.sweep(MINUTE)
    assert desk.looked_at == []
    assert desk.sweeper.ages() == {"lab/research": pytest.approx(0, abs=0.001)}
    desk.service().put("a")
    await desk.sweeper.sweep(MINUTE)
    assert desk.looked_at == ["a"]


async def test_pool_ids_are_compared_without_case(desk: Desk) -> None:
    for name in ("Rendering", "Genomics"):
        desk.service().put(name.upper())
        desk.pool(name)
        await desk.look(name)
    await desk.sweeper.sweep(MINUTE)
    assert desk.looked_at == []


async def test_pools_are_checked_in_groups_by_interval(desk: Desk) -> None:
    account = desk.cache.account(key("research"))
    assert account is not None
    assert desk.sweeper.groups(account) == {MINUTE}, "its own interval always"
    await known(desk, "a", "b")
    await known(desk, "fast-1", "fast-2", interval="5s")
    fast = SweepItem(key("research"), 5.0)
    assert desk.sweeper.groups(account) == {MINUTE, fast}
    for name in ("a", "fast-1"):
        desk.service().touch(name)
    await desk.sweeper.sweep(fast)
    assert desk.looked_at == ["fast-1"]


async def delay(desk: Desk, item: SweepItem) -> float | None:
    """Seconds between one check and the next."""
    result = await desk.sweeper.sweep(item)
    return result.seconds if isinstance(result, After) else None


async def test_a_group_that_is_no_more_is_not_checked_again(desk: Desk) -> None:
    assert await delay(desk, SweepItem(key("research"), 5.0)) is None
    assert await delay(desk, SweepItem(key("missing"), 60.0)) is None
    assert desk.service().calls == []


async def test_an_account_finds_its_place_in_the_interval_and_keeps_it(desk: Desk) -> None:
    first = await delay(desk, MINUTE)
    assert first is not None
    assert 54 <= first < 60, "accounts that were created together must not be checked together"
    assert {await delay(desk, MINUTE) for _ in range(20)} == {60.0}, "neither later than promised nor more often"


async def test_accounts_that_were_away_together_do_not_come_back_in_step(desk: Desk) -> None:
    await desk.sweeper.sweep(MINUTE)
    desk.service().fail(ServiceUnavailable("503"), times=1)
    assert await delay(desk, MINUTE) != 60.0
    await asyncio.sleep(2)
    assert await delay(desk, MINUTE) != 60.0
    assert await delay(desk, MINUTE) == 60.0


async def test_the_first_checks_of_many_accounts_are_spread(desk: Desk) -> None:
    for number in range(40):
        desk.account(f"account-{number}")
    delays = [await delay(desk, SweepItem(key(f"account-{number}"), 60.0)) for number in range(40)]
    assert len({None if delay is None else int(delay / 0.6) for delay in delays}) >= 6, "of ten parts of six seconds"


@pytest.mark.parametrize(
    ("failure", "least", "most"),
    [
        pytest.param(Throttled("429", retry_after=300), 299.99, 300, id="as long as asked"),
        pytest.param(ServiceUnavailable("no answer"), 0.75, 1, id="backoff"),
    ],
)
async def test_after_a_failure_the_next_check_waits_for_the_gate(
    desk: Desk, failure: Exception, least: float, most: float
) -> None:
    assert isinstance(failure, ServiceUnavailable | Throttled)
    await known(desk, "a", "b")
    desk.service().fail(failure)
    for _ in range(2):
        seconds = await delay(desk, MINUTE)
        assert seconds is not None
        assert least <= seconds <= most
    assert desk.looked_at == []


async def test_one_pool_that_cannot_be_asked_for_does_not_make_the_check_a_storm(desk: Desk) -> None:
    await known(desk, "poisoned")
    await desk.sweeper.sweep(MINUTE)
    desk.service().fail(PoolUnavailable("500"), pool="poisoned")
    assert await delay(desk, MINUTE) == 60
    assert desk.looked_at == ["poisoned"], "the look that follows says what is wrong"


async def test_one_pool_that_cannot_be_asked_for_does_not_hide_the_drift_of_another(desk: Desk) -> None:
    desk.service().page = 1
    await known(desk, "a", "b", "c")
    await desk.sweeper.sweep(MINUTE)
    desk.service().fail(PoolUnavailable("500"), pool="a")
    desk.service().drift("b", {})
    desk.service().calls.clear()
    await desk.sweeper.sweep(MINUTE)
    assert desk.service().counts() == {"row": 3}
    assert desk.looked_at == ["a", "b"]


async def test_an_account_that_only_a_person_can_mend_is_not_checked(desk: Desk) -> None:
    desk.connector.trouble = EndpointNotAllowed("endpoint http://example is not https")
    assert await delay(desk, MINUTE) is None, "what waits for ever is not queued"


async def test_the_age_of_a_check_grows_until_the_next_that_succeeds(desk: Desk) -> None:
    await known(desk, "a", "b")
    assert desk.sweeper.ages() == {}
    await desk.sweeper.sweep(MINUTE)
    await asyncio.sleep(30)
    assert desk.sweeper.ages() == {"lab/research": pytest.approx(30, abs=0.001)}
    desk.service().fail(ServiceUnavailable("no answer"), times=1)
    await desk.sweeper.sweep(MINUTE)
    assert desk.sweeper.ages() == {"lab/research": pytest.approx(30, abs=0.001)}
    await asyncio.sleep(1)
    await desk.sweeper.sweep(MINUTE)
    assert desk.sweeper.ages() == {"lab/research": pytest.approx(0, abs=0.001)}
    desk.cache.drop_account(key("research"))
    await desk.sweeper.sweep(MINUTE)
    assert desk.sweeper.ages() == {}, "an account that is gone is not an old check"
