"""A connection is made once, replaced on demand, and closed when nothing is under way on it, never earlier."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from poolkeeper.renewable import Renewable

pytestmark = pytest.mark.looptime


class Office:
    """Connections with numbers; `closed` are those that were let go of."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.closed: list[int] = []
        self.connection: Renewable[int] = Renewable(self._make, close=self._close)

    async def _make(self) -> int:
        await asyncio.sleep(1)
        return next(self.numbers)

    async def _close(self, connection: int) -> None:
        self.closed.append(connection)


@pytest.fixture
def office() -> Office:
    return Office()


async def test_all_who_come_at_once_share_one_connection(office: Office) -> None:
    assert await asyncio.gather(*(office.connection.get() for _ in range(5))) == [1] * 5


async def test_those_who_find_a_connection_refused_together_share_the_next_one(office: Office) -> None:
    first = await office.connection.get()
    assert await asyncio.gather(*(office.connection.get(instead_of=first) for _ in range(5))) == [2] * 5


async def test_what_is_under_way_keeps_a_replaced_connection_open(office: Office) -> None:
    async with office.connection.request():
        await office.connection.get()
        await office.connection.renew()
        assert await office.connection.get() == 2
        assert office.closed == []
    assert office.closed == [1]


async def test_the_end_waits_for_what_is_under_way_and_closes_what_it_connected(office: Office) -> None:
    async def late() -> None:
        async with office.connection.request():
            await asyncio.sleep(10)
            await office.connection.get()

    request = asyncio.create_task(late())
    await asyncio.sleep(1)
    await office.connection.end()
    assert request.done() or office.closed == [1]
    await request
    assert office.closed == [1], "made after the end had been asked for, and let go of all the same"


async def test_a_connection_that_cannot_be_made_is_tried_again_by_the_next(office: Office) -> None:
    failures = iter([OSError("refused")])

    async def make() -> int:
        for failure in failures:
            raise failure
        return 7

    connection: Renewable[int] = Renewable(make, close=office._close)
    with pytest.raises(OSError, match="refused"):
        await connection.get()
    assert await connection.get() == 7
