"""What differs between the live pool and what is desired, as paths into the canonical form.

Only paths, never values: a start task's environment or a resource file's URL may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import jsonpatch

from poolkeeper.domain.schema.canonical import Form


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One place: `op` is what a write does there (add, remove, replace), `path` a JSON pointer."""

    path: str
    op: str


def drift(live: Form, desired: Form) -> tuple[Difference, ...]:
    """Every place where `live` must change to become `desired`, in path order; empty when they are equal."""
    # A patch of two equal documents of 150 items costs 2.5 ms, comparing them some microseconds.
    if live == desired:
        return ()
    found: set[Difference] = set()
    for operation in jsonpatch.make_patch(live, desired):
        if operation["op"] == "move":
            # jsonpatch folds a removal and an addition of equal values into one move.
            found.add(Difference(operation["from"], "remove"))
            found.add(Difference(operation["path"], "add"))
        else:
            found.add(Difference(operation["path"], operation["op"]))
    return tuple(sorted(found))


def property_of(path: str) -> str:
    """The top-level property that a path lies in: `startTask` for `/startTask/commandLine`."""
    return path.split("/", 2)[1]


def paths_of(differences: Iterable[Difference]) -> list[str]:
    """The paths alone."""
    return [difference.path for difference in differences]
