"""What a manifest asks for, and what a body does: reckoned without the operator's own code.

Stories use little of the API, so that little has to be known here: metadata, a command line, an environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Json = Mapping[str, Any]
Meaning = tuple[dict[str, str], str | None, dict[str, str]]
"""Metadata, the command line, the environment."""


def meaning(properties: Json, secret: str = "") -> Meaning:
    """What properties mean; `secret` is the value wherever one comes from a Secret."""
    metadata = {one["name"]: one["value"] for one in properties.get("metadata") or ()}
    task = properties.get("startTask")
    if task is None:
        return metadata, None, {}
    environment = {one["name"]: one.get("value", secret) for one in task.get("environmentSettings") or ()}
    return metadata, task["commandLine"], environment


def meanings(properties: Json, secrets: Iterable[str]) -> list[Meaning]:
    """What a manifest may mean, whichever of these values its Secret had when it was read."""
    return [meaning(properties, secret) for secret in (*secrets, "")]


def same(live: Meaning, wanted: Meaning, *, quirk: bool) -> bool:
    """Whether they are equal, for a service that may store metadata in capitals."""
    if not quirk:
        return live == wanted
    capitals = {name: value.upper() for name, value in wanted[0].items()}
    return live == wanted or live == (capitals, *wanted[1:])


def lost(before: Meaning, after: Meaning) -> set[str]:
    """The things of `before` that are not in `after`, as paths."""
    gone = {f"/metadata/{name}" for name in before[0].keys() - after[0].keys()}
    if before[1] is not None and after[1] is None:
        gone.add("/startTask")
    return gone


def touched(before: Meaning, after: Meaning) -> set[str]:
    """The places that a write changes, as paths that any honest account of it begins with."""
    metadata = before[0].keys() | after[0].keys()
    found = {f"/metadata/{name}" for name in metadata if before[0].get(name) != after[0].get(name)}
    if before[1:] != after[1:]:
        found.add("/startTask")
    return found
