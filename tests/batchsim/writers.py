"""The interfering writer: someone else who keeps writing the same pool, as Terraform or a forgotten script would."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from tests.batchsim.account import Account
from tests.batchsim.errors import Refusal
from tests.batchsim.merging import merge_patch

if TYPE_CHECKING:
    from tests.batchsim.faults import Board, Fault


async def keep_writing(account: Account, board: Board) -> None:
    """Run a task for each `writer` fault for as long as it is switched on. Ends when cancelled."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(changed.set)

    board.changed = wake
    tasks: dict[int, asyncio.Task[None]] = {}
    try:
        while True:
            changed.clear()
            wanted = {fault.number: fault for fault in board.active("writer")}
            for number in set(tasks) - set(wanted):
                tasks.pop(number).cancel()
            for number in set(wanted) - set(tasks):
                tasks[number] = asyncio.create_task(_write(account, board, wanted[number]))
            await changed.wait()
    finally:
        board.changed = lambda: None
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def _write(account: Account, board: Board, fault: Fault) -> None:
    while fault.count != 0:
        with contextlib.suppress(Refusal):  # a pool that is not there yet, or no more, is no reason to stop
            kept = account.pool(fault.pool or "").kept
            if not fault.only_if_changed or merge_patch(kept, fault.merge) != kept:
                account.drift(fault.pool or "", fault.merge)
                board.spend(fault)
        await asyncio.sleep(fault.seconds or 0)
