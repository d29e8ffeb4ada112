"""`python -m tests.simulation --seeds 5000`, or `--seed 17` to see one story again."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.run import judged, shortened, told, violations
from tests.simulation.story import story_of


def main() -> int:
    """0 when nothing was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many stories, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="this one alone, shortened if it is wrong")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if given.seed is not None:
        return _one(given.seed)
    began = time.monotonic()
    wrong = list(_wrong(range(given.first, given.first + given.seeds), jobs=given.jobs))
    took = time.monotonic() - began
    print(f"{given.seeds} stories in {took:.0f} s, {given.seeds / took * 60:.0f} a minute; {len(wrong)} wrong: {wrong}")
    for seed in wrong[:3]:
        _one(seed)
    return 1 if wrong else 0


def _wrong(seeds: range, *, jobs: int) -> Iterator[int]:
    with ProcessPoolExecutor(jobs) as pool:
        for seed, found in pool.map(judged, seeds, chunksize=20):
            if found:
                print(f"seed {seed}: {found[0]}", flush=True)
                yield seed


def _one(seed: int) -> int:
    story = story_of(seed)
    found = violations(story)
    if not found:
        print(f"seed {seed}: nothing was wrong in {len(story.steps)} steps")
        return 0
    short = shortened(story)
    print(told(short, violations(short)))
    return 1


if __name__ == "__main__":
    sys.exit(main())
