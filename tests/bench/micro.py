"""Deciding that a pool is in sync: the whole live body to its canonical form, compared with the desired one.

In microseconds, and as a multiple of what `json.loads` takes for the same body on the same machine.
"""

from __future__ import annotations

import json
import timeit
from collections.abc import Callable
from dataclasses import dataclass

from poolkeeper.domain.diff.drift import drift
from poolkeeper.domain.schema.canonical import canonical
from tests.bench.pools import Json, live

ROUNDS = 7
TIMES = 200


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Microseconds for one body: the best of several rounds, which is what the code costs when nobody disturbs it."""

    items: int
    size: int
    """Characters of the body."""
    decide: float
    compare: float
    """Of which the comparison, once both forms are there."""
    parse: float
    """`json.loads` of the body."""


def measure() -> Decided:
    """Of a body of 150 items."""
    text = json.dumps(body_of_150())
    pool = json.loads(text)
    desired = canonical(pool)
    other = canonical(json.loads(text))
    return Decided(
        items=150,
        size=len(text),
        decide=_best(lambda: drift(canonical(pool), desired)),
        compare=_best(lambda: drift(other, desired)),
        parse=_best(lambda: json.loads(text)),
    )


def body_of_150() -> Json:
    """A pool with 60 environment settings, 40 files, 10 packages and 40 metadata items."""
    pool = live(0)
    task = pool["startTask"]
    task["environmentSettings"] = [{"name": f"SETTING_{i:02d}", "value": f"value-{i}"} for i in range(60)]
    task["resourceFiles"] = [
        {"httpUrl": f"https://tools.blob.core.windows.net/boot/{i}", "filePath": f"file-{i}", "fileMode": "0644"}
        for i in range(40)
    ]
    pool["applicationPackageReferences"] = [{"applicationId": f"tool-{i}", "version": "1.0"} for i in range(10)]
    pool["metadata"] = [{"name": f"item-{i}", "value": f"value-{i}"} for i in range(40)]
    return pool


def _best(action: Callable[[], object]) -> float:
    return min(timeit.repeat(action, number=TIMES, repeat=ROUNDS)) / TIMES * 1e6
