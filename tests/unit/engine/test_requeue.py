"""From what kept an item from being well to the queue's next step: each answer of a worker, one row."""

from __future__ import annotations

import asyncio

import pytest

from poolkeeper.domain.failures import (
    AuthenticationFailed,
    Conflict,
    Failure,
    Flapping,
    InvalidProperties,
    PoolNotFound,
    RemovalNeedsConsent,
    ServiceUnavailable,
)
from poolkeeper.domain.resources import Key
from poolkeeper.engine.queue import Backoff, KeyedQueue
from poolkeeper.engine.requeue import Requeuer
from poolkeeper.engine.result import After, AfterBackoff, Again, Done, Result, WaitForAccount, result_of
from poolkeeper.engine.work_items import Item, PoolItem

pytestmark = pytest.mark.looptime

SLOW = 60.0
ITEM = PoolItem(Key("lab", "a"))
ACCOUNT = Key("lab", "research")
DOWN = ServiceUnavailable("no answer")


@pytest.mark.parametrize(
    ("failure", "expected", "reason"),
    [
        (None, Done, "it is well"),
        (PoolNotFound("404"), Done, "the next check looks"),
        (InvalidProperties("400"), Done, "a change of the spec brings it back"),
        (RemovalNeedsConsent("x"), Done, "so does a person"),
        (Conflict("x"), Done, "the owner's end brings it back"),
        (AuthenticationFailed("401"), After, "somebody has to mend it elsewhere"),
        (Flapping("x", pause=90.0), After, "a pause has an end"),
        (DOWN, AfterBackoff, "it may pass by itself"),
    ],
)
def test_a_failure_decides_when_the_item_is_worked_on_again(
    failure: Failure | None, expected: type[Result], reason: str
) -> None:
    found = result_of(failure, slow=SLOW)
    assert type(found) is expected, reason
    assert found.failure is failure


def test_delays_are_those_of_the_operators_owner_and_of_the_pause() -> None:
    slow, pause = result_of(AuthenticationFailed("401"), slow=SLOW), result_of(Flapping("x", pause=90.0), slow=SLOW)
    assert isinstance(slow, After)
    assert isinstance(pause, After)
    assert (slow.seconds, pause.seconds) == (SLOW, 90.0)


@pytest.mark.parametrize(
    ("result", "waits", "times", "reason"),
    [
        (Done(), True, [0], "nothing is due"),
        (After(30.0), True, [0, 30], "once more, then"),
        (AfterBackoff(DOWN), True, [0, 1], "after the first delay of the backoff"),
        (Again(), True, [0, 0], "at once"),
        (WaitForAccount(ACCOUNT, DOWN), True, [0], "until the account is back"),
        (WaitForAccount(ACCOUNT, DOWN), False, [0, 0], "the account came back meanwhile"),
    ],
)
async def test_each_answer_has_one_step_of_the_queue(
    result: Result, times: list[float], reason: str, *, waits: bool
) -> None:
    loop = asyncio.get_running_loop()
    began, worked = loop.time(), []
    answers = [result]

    async def work(item: Item) -> None:
        worked.append(round(loop.time() - began))
        requeuer.requeue(item, answers.pop() if answers else Done())

    queue: KeyedQueue[Item] = KeyedQueue(work, lane=lambda _: None, backoff=Backoff(first=1.0))
    requeuer = Requeuer(queue, wait=lambda account, item: waits and (account, item) == (ACCOUNT, ITEM))
    queue.add(ITEM)
    queue.start()
    await asyncio.sleep(100)
    assert worked == times, reason
    await queue.stop(grace=0)


async def test_being_worked_on_as_planned_ends_the_backoff() -> None:
    loop = asyncio.get_running_loop()
    began, worked = loop.time(), []
    answers: list[Result] = [Done(), AfterBackoff(DOWN), After(50.0), *[AfterBackoff(DOWN)] * 4]

    async def work(item: Item) -> None:
        worked.append(loop.time() - began)
        requeuer.requeue(item, answers.pop())

    queue: KeyedQueue[Item] = KeyedQueue(work, lane=lambda _: None, backoff=Backoff(first=1.0))
    requeuer = Requeuer(queue, wait=lambda *_: True)
    queue.add(ITEM)
    queue.start()
    await asyncio.sleep(200)
    assert not answers
    assert worked[-1] - worked[-2] <= 1.0, "the first delay again, and not the fifth"
    await queue.stop(grace=0)
