"""At most so many requests in any second, first come, first served, a burst at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolkeeper.batch.limiter import Limiter


class Line:
    """A limiter in virtual time: each request comes at a moment, behind those before it, and tells when it may go.

    `late` is by how much each sleep ends later than it was asked to, as in a busy loop.
    """

    def __init__(self, per_second: int, *, late: Iterable[float] = ()) -> None:
        self.now = 0.0
        self._late = iter(late)
        self._limiter = Limiter(per_second, monotonic=lambda: self.now, sleep=self._sleep)

    def request(self, at: float) -> float:
        self.now = max(self.now, at)
        _finish(self._limiter.wait())
        return self.now

    async def _sleep(self, delay: float) -> None:
        self.now += delay + next(self._late, 0.0)


def _finish(work: Coroutine[Any, Any, None]) -> None:
    with pytest.raises(StopIteration):
        work.send(None)


GAPS = st.lists(
    st.sampled_from([0.0, 0.001, 0.1, 0.5, 0.99, 1.0, 1.06, 5.0]) | st.floats(0, 3), min_size=1, max_size=60
)


@given(per_second=st.integers(1, 12), gaps=GAPS, late=st.lists(st.floats(0, 2), max_size=60))
def test_no_second_sees_more_than_the_limit(per_second: int, gaps: list[float], late: list[float]) -> None:
    line = Line(per_second, late=late)
    sent = [line.request(at) for at in accumulate(gaps)]
    for start in sent:
        assert sum(start <= at < start + 1.0 for at in sent) <= per_second


@given(per_second=st.integers(1, 12), gaps=GAPS)
def test_who_comes_first_goes_first_and_nobody_goes_before_coming(per_second: int, gaps: list[float]) -> None:
    line = Line(per_second)
    came = list(accumulate(gaps))
    sent = [line.request(at) for at in came]
    assert sent == sorted(sent)
    assert all(gone >= at for gone, at in zip(sent, came, strict=True))


@given(per_second=st.integers(1, 12), gaps=GAPS)
def test_nobody_waits_while_the_limit_is_not_used_up(per_second: int, gaps: list[float]) -> None:
    line = Line(per_second)
    sent: list[float] = []
    for at in accumulate(gaps):
        busy = sum(gone > at - 1.05 for gone in sent)
        sent.append(line.request(at))
        if busy < per_second:
            assert sent[-1] == at


def test_a_burst_goes_out_at_once_and_the_rest_in_the_next_window() -> None:
    line = Line(3)
    assert [line.request(0.0) for _ in range(7)] == pytest.approx([0, 0, 0, 1.05, 1.05, 1.05, 2.1])


def test_a_long_queue_drains_at_the_rate_of_the_limit() -> None:
    line = Line(10)
    sent = [line.request(0.0) for _ in range(500)]
    assert sent[-1] == pytest.approx(49 * 1.05)


@pytest.mark.looptime
async def test_tasks_that_wait_together_are_served_in_the_order_in_which_they_came() -> None:
    loop = asyncio.get_running_loop()
    limiter = Limiter(2, monotonic=loop.time)
    start = loop.time()
    served: list[tuple[int, float]] = []

    async def request(number: int) -> None:
        await limiter.wait()
        served.append((number, round(loop.time() - start, 2)))

    await asyncio.gather(*(request(number) for number in range(5)))
    assert served == [(0, 0.0), (1, 0.0), (2, 1.05), (3, 1.05), (4, 2.1)]


@pytest.mark.looptime
async def test_one_that_gives_up_lets_nobody_past_the_limit() -> None:
    loop = asyncio.get_running_loop()
    limiter = Limiter(1, monotonic=loop.time)
    start = loop.time()
    await limiter.wait()
    waiter = asyncio.ensure_future(limiter.wait())
    await asyncio.sleep(0.5)
    waiter.cancel()
    await limiter.wait()
    assert loop.time() - start >= 1.0
