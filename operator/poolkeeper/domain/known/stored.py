"""What the service made of a write, where that is something else than was sent.

The service may store a value in other words (a default spelled out, another case): taken as equal, or it would be
corrected for ever. Or it may not store it at all: that is never equal, whatever it answered.

What is remembered is a digest of the places at which the two differ, never a value, so that it can stand in a status
and outlive a restart. Where one of the places may be secret, the digest is made with a key of this process, and is
not told: what a guess could be tried on must not leave.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolkeeper.domain.diff.drift import Difference, drift, paths_of
from poolkeeper.domain.diff.removals import is_thing
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.schema.pointers import MISSING, kinds_along, parts_of, value_at
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.secret_refs import secret_texts
from poolkeeper.domain.status_types import StoredFields

_KEY = secrets.token_bytes(32)
"""Of this process: what is made with it means nothing to anybody else, and nothing after a restart."""

MOST_LOST = 10
"""Paths of what was not stored that a status keeps."""

MOST_CHARACTERS = 1024
"""Of one of them, which is for people to read."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How the stored state differs from what was sent."""

    digest: str
    lost: tuple[str, ...] = ()
    """The paths of what was not stored; empty when it is only stored in other words."""
    private: bool = False
    """Whether a value that may be secret is among what differs."""

    def fits(self, live: Form, desired: Form, differences: Sequence[Difference]) -> bool:
        """Whether the live pool differs from what is desired exactly as it did after that write."""
        return bool(differences) and self.digest == _digest(live, desired, differences, private=self.private)

    @property
    def told(self) -> StoredFields | None:
        """For a status; None for what may not be told."""
        lost = [path[:MOST_CHARACTERS] for path in self.lost[:MOST_LOST]]
        return None if self.private else {"digest": self.digest, "lost": lost}

    @classmethod
    def in_status(cls, value: Any) -> Stored | None:
        """The one that a status tells of, if it is one."""
        match value:
            case {"digest": str(digest), "lost": list(lost)} if all(isinstance(path, str) for path in lost):
                return cls(digest, tuple(lost))
            case _:
                return None


def judged(before: Form, stored: Form, desired: Form, *, ignore: Sequence[str] = ()) -> Stored | None:
    """What became of a write of `desired` to a pool that was like `before`; None when it is stored as it was sent."""
    differences = drift(stored, desired)
    if not differences:
        return None
    private = _is_private(stored, desired, differences, ignore=ignore)
    lost = tuple(paths_of(_lost(before, stored, desired, differences)))
    return Stored(_digest(stored, desired, differences, private=private), lost, private)


def _lost(before: Form, stored: Form, desired: Form, differences: Sequence[Difference]) -> list[Difference]:
    respelled = {_loose_path(one.path) for one in differences if one.op == "remove"}
    found = []
    for one in differences:
        then, now, wanted = (value_at(form, one.path) for form in (before, stored, desired))
        match one.op:
            case "add":
                # Unless it is there under a name that is spelled otherwise.
                lost = _loose_path(one.path) not in respelled
            case "replace":
                lost = then == now and _loose(now) != _loose(wanted)
            case _:
                # What the service shows of its own accord it may keep; a thing that was there must go.
                lost = then == now and kinds_along(PROPERTIES, one.path) is not None and is_thing(one.path)
        if lost:
            found.append(one)
    return found


def _known(value: Any) -> list[Any] | None:
    return None if value is MISSING else [value]


def _loose(value: Any) -> str:
    return "".join(json.dumps(value, sort_keys=True, default=str).casefold().split())


def _loose_path(path: str) -> tuple[str, ...]:
    return tuple("".join(part.casefold().split()) for part in parts_of(path))


def _digest(live: Form, desired: Form, differences: Sequence[Difference], *, private: bool) -> str:
    places = [
        (one.path, one.op, *(_known(value_at(form, one.path)) for form in (live, desired))) for one in differences
    ]
    material = json.dumps(places, sort_keys=True, default=str).encode()
    return hashlib.blake2b(material, digest_size=16, key=_KEY if private else b"").hexdigest()


def _is_private(stored: Form, desired: Form, differences: Sequence[Difference], *, ignore: Sequence[str]) -> bool:
    # Guarded, as if all that may come from a Secret did: what `ignore` leaves to others is not ours to tell.
    mask = Mask(frozenset(secret_texts(desired)), guarded=True)
    masked = [(form, mask.form(form)) for form in (stored, desired)]
    return any(
        _differ(form, safe, one.path) or any(_under(one.path, pointer) for pointer in ignore)
        for form, safe in masked
        for one in differences
    )


def _differ(form: Form, safe: Mapping[str, Any], path: str) -> bool:
    return bool(value_at(form, path) != value_at(safe, path))


def _under(path: str, pointer: str) -> bool:
    return path == pointer or path.startswith(f"{pointer}/") or pointer.startswith(f"{path}/")
