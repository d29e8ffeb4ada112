"""Versions of the desired state, and the write-only values in it that the service never returns.

The service never shows a registry's password again, so no comparison finds a new one. What was last sent tells: a
version is the generation of the manifest and the versions of the Secrets that were used with it. (Versions, not values:
nothing that is derived from a secret is kept in a status.) A Secret that is only touched gets a new version too; while
the process lives, marks of the values tell that nothing has changed.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from poolkeeper.domain.diff.drift import Difference
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType, String
from poolkeeper.domain.secret_refs import references
from poolkeeper.domain.secret_text import SecretText

_KEY = randomness.token_bytes(32)
"""Of this process: a mark says nothing without the key, and nothing to the next process."""


@dataclass(frozen=True, slots=True)
class DesiredVersion:
    """What a desired state was made of."""

    generation: int
    secrets: Mapping[str, str] = field(default_factory=dict)
    """resourceVersion by name of Secret."""
    marks: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    """What `marks_of` tells of its body. Never in a status, so none after a restart."""


def marks_of(body: Mapping[str, Any]) -> dict[str, bytes]:
    """By pointer, a mark of each value that the service will not show: equal values have equal ones."""
    return {place: _mark(value) for place, value in _unshown(PROPERTIES, body, "")}


def _mark(value: str) -> bytes:
    text = value.plain() if isinstance(value, SecretText) else value
    return hashlib.blake2b(text.encode(errors="surrogatepass"), key=_KEY, digest_size=16).digest()


def unsent(
    properties: Mapping[str, Any],
    body: Mapping[str, Any],
    *,
    desired_version: DesiredVersion,
    sent: DesiredVersion | None,
) -> tuple[Difference, ...]:
    """What of the body the service does not show, and may not have got yet.

    A value that comes from a Secret has been sent if that version of the Secret was; one that stands in the manifest,
    if this generation was. One that this process has sent has been sent, whatever else has changed.
    """
    places = dict(_unshown(PROPERTIES, body, ""))
    if not places:
        return ()
    names = {reference.secret for reference in references(properties) if reference.write_only}
    moved = sent is None or any(sent.secrets.get(name) != desired_version.secrets.get(name) for name in names)
    edited = sent is None or sent.generation != desired_version.generation
    return tuple(
        Difference(place, "replace")
        for place, value in places.items()
        if (moved if isinstance(value, SecretText) else edited)
        and (sent is None or sent.marks.get(place) != _mark(value))
    )


def _unshown(kind: SchemaType, value: Any, at: str) -> Iterator[tuple[str, str]]:
    # Only into records: no list of the API holds such a value.
    if not isinstance(kind, Object) or not isinstance(value, Mapping):
        return
    for name, inner in kind.fields.items():
        given = value.get(name)
        if isinstance(inner, String) and inner.write_only and isinstance(given, str):
            yield f"{at}/{name}", given
        else:
            yield from _unshown(inner, given, f"{at}/{name}")
