"""What a quiet look costs the engine: function calls and CPU, by the number of items of the pool.

    python -m tests.bench.looks [another checkout ...]

Fakes stand for the service and the cluster, in virtual time, so that nothing but the engine and the domain is measured.
Each further checkout (before a change, for example) is measured in the same run and told as a ratio to this one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

SIZES = (5, 50, 150)
LOOKS, ROUNDS = 60, 7


class Calls:
    """Counts calls into our own code."""

    def __init__(self, source: str) -> None:
        self.count = 0
        self._source = source

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(self._source):
            self.count += 1


async def one_size(items: int, *, source: str) -> dict[str, float]:
    """Calls and microseconds of CPU for one look at a pool that is in sync."""
    from tests.unit.engine.lab import Lab, key, metadata  # noqa: PLC0415 - of the checkout that is measured

    lab = Lab()
    settings = [{"name": f"E{number}", "value": "v"} for number in range(items)]
    wanted = {
        **metadata(**{f"k{number}": "v" for number in range(items)}),
        "startTask": {"commandLine": "x", "environmentSettings": settings},
    }
    lab.account()
    lab.service().put("rendering", wanted)
    lab.pool("rendering", wanted)
    await lab.start(130)
    engine: Any = lab.engine
    # Where earlier checkouts have it.
    look: Callable[[Any], None] = engine._wakeups.look_at if hasattr(engine, "_wakeups") else engine._look_at
    calls = Calls(source)
    sys.setprofile(calls)
    look(key("rendering"))
    await lab.run(0.01)
    sys.setprofile(None)
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(LOOKS):
            look(key("rendering"))
            await lab.run(0.01)
        best = min(best, time.process_time() - began)
    await engine.stop(grace=0)
    return {"calls": calls.count, "microseconds": best / LOOKS * 1e6}


def this(root: str) -> dict[str, dict[str, float]]:
    """All sizes, of the checkout whose code this process has imported."""
    from looptime import new_event_loop  # noqa: PLC0415 - only here

    logging.disable(logging.CRITICAL)
    loop = new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        source = str(Path(root) / "operator" / "poolkeeper")
        return {str(size): loop.run_until_complete(one_size(size, source=source)) for size in SIZES}
    finally:
        loop.close()


def of(root: Path) -> dict[str, dict[str, float]]:
    """All sizes of a checkout, by a process of its own that imports that code."""
    paths = os.pathsep.join([str(root / "operator"), str(root)])
    command = [sys.executable, str(Path(__file__).resolve()), "--this", str(root)]
    ran = subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, float]] = json.loads(ran.stdout)
    return found


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--this"]:
        print(json.dumps(this(arguments[1])))
        return
    here = of(Path.cwd())
    for size, cost in here.items():
        print(f"{size} + {size} items: {cost['calls']:.0f} calls, {cost['microseconds']:.0f} µs of CPU a look")
    for other in arguments:
        for size, cost in of(Path(other).resolve()).items():
            calls, cpu = (here[size][name] / cost[name] for name in ("calls", "microseconds"))
            print(f"{size} + {size} items, beside {Path(other).name}: {calls:.2f}x the calls, {cpu:.2f}x the CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
