"""Whatever happens in whatever order: never twice at once, and every wish is granted after it was uttered."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count

import looptime
from hypothesis import given, settings
from hypothesis import strategies as st

from poolkeeper.engine.queue import Backoff, KeyedQueue

ITEMS = ("red-1", "red-2", "red-3", "blue-1", "blue-2")
PER_LANE = 2

Step = tuple[str, str, float]

DELAYS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 5.0])
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "after", "nudge", "retry", "wait"]), st.sampled_from(ITEMS), DELAYS), max_size=30
)
WORK = st.lists(st.tuples(DELAYS, st.booleans()), min_size=1, max_size=8)


def lane_of(item: str) -> str:
    return item.partition("-")[0]


class Observed:
    """A queue whose every step is numbered; the worst that was seen is kept."""

    def __init__(self, work: list[tuple[float, bool]]) -> None:
        self.queue: KeyedQueue[str] = KeyedQueue(
            self._work, lane=lane_of, per_lane=PER_LANE, backoff=Backoff(first=1.0, most=4.0)
        )
        self.wished: dict[str, int] = {}
        self.began: dict[str, int] = {}
        self.running: Counter[str] = Counter()
        self.most_of_one = self.most_of_a_lane = 0
        self._steps = count(1)
        self._plans = {item: list(work[index:] + work[:index]) for index, item in enumerate(ITEMS)}

    def do(self, what: str, item: str, delay: float) -> None:
        match what:
            case "add":
                self.wished[item] = next(self._steps)
                self.queue.add(item)
            case "after":
                self.wished[item] = next(self._steps)
                self.queue.add_after(item, delay)
            case "retry":
                self.wished[item] = next(self._steps)
                self.queue.retry(item)
            case "nudge":
                # No wish: it may fall on work that is just ending, and is then passed over.
                self.queue.nudge(item)

    async def _work(self, item: str) -> None:
        self.began[item] = next(self._steps)
        self.running[item] += 1
        lane = sum(number for one, number in self.running.items() if lane_of(one) == lane_of(item))
        self.most_of_one = max(self.most_of_one, self.running[item])
        self.most_of_a_lane = max(self.most_of_a_lane, lane)
        plans = self._plans[item]
        lasts, fails = plans.pop(0) if plans else (0.0, False)
        try:
            await asyncio.sleep(lasts)
            if fails:
                raise LookupError("planned")
        finally:
            self.running[item] -= 1


async def play(steps: list[Step], work: list[tuple[float, bool]]) -> Observed:
    seen = Observed(work)
    seen.queue.start()
    for what, item, delay in steps:
        if what == "wait":
            await asyncio.sleep(delay)
        else:
            seen.do(what, item, delay)
    await asyncio.sleep(1000)
    assert not seen.queue.busy, "it comes to rest"
    await seen.queue.stop(grace=0)
    return seen


@settings(deadline=None)  # hours of virtual time, on a machine that may be busy
@given(steps=STEPS, work=WORK)
def test_no_item_runs_twice_at_once_and_every_wish_is_followed_by_a_run(
    steps: list[Step], work: list[tuple[float, bool]]
) -> None:
    with asyncio.Runner(loop_factory=looptime.new_event_loop) as runner:
        seen = runner.run(play(steps, work))
    assert seen.most_of_one <= 1
    assert seen.most_of_a_lane <= PER_LANE
    assert all(seen.began.get(item, 0) > wished for item, wished in seen.wished.items())
