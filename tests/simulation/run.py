"""Live a story, and tell what was wrong with it; shorten one that is wrong."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from tests.simulation.end import settle
from tests.simulation.loop import VirtualLoop
from tests.simulation.story import Story, story_of
from tests.simulation.world import World


def violations(story: Story) -> list[str]:
    """What was wrong; empty for a good story. The same story always has the same end."""
    loop = VirtualLoop()
    logger = logging.getLogger()
    try:
        return loop.run_until_complete(_lived(story, logger))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def judged(seed: int) -> tuple[int, list[str]]:
    """A seed, and what was wrong with its story."""
    return seed, violations(story_of(seed))


async def _lived(story: Story, logger: logging.Logger) -> list[str]:
    world = World(story)
    logger.addHandler(world.records)
    try:
        await world.live()
        return await settle(world)
    finally:
        logger.removeHandler(world.records)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


def shortened(story: Story) -> Story:
    """The shortest story that is still wrong, found by leaving out ever smaller parts of its steps."""
    steps, size = list(story.steps), max(1, len(story.steps) // 2)
    while True:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            if violations(replace(story, steps=tuple(fewer))):
                steps = fewer
            else:
                at += size
        if size == 1:
            return replace(story, steps=tuple(steps))
        size //= 2


def told(story: Story, found: list[str]) -> str:
    """A story for people, and the command that replays it."""
    lines = [f"seed {story.seed}: {len(found)} violations", *(f"  ! {one}" for one in found[:5]), "  the story:"]
    lines += [f"    {name}: {value}" for name, value in story.begin.items()]
    lines += [f"    {number:2}. {step}" for number, step in enumerate(story.steps, start=1)]
    lines.append(f"  again: .venv/bin/python -m tests.simulation --seed {story.seed}")
    return "\n".join(lines)
