"""What of a body may not come back in words: an error of the service may repeat what was sent to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from poolkeeper.domain.schema.lists import AtomicList, MapList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType, String
from poolkeeper.domain.secret_text import HIDDEN, LEAST_HIDDEN, SecretText


def confidential(body: Mapping[str, Any]) -> set[str]:
    """The values of a body that are shown to nobody: secrets, environment, passwords, the queries of URLs."""
    found = {part for value in _values(PROPERTIES, body) for part in _spellings(value)}
    return {value for value in found if len(value) >= LEAST_HIDDEN}


def _spellings(value: str) -> tuple[str, ...]:
    """As it stands, as JSON has it, and as whoever tidies up would quote it."""
    bare = value.strip()
    return (value, json.dumps(value)[1:-1], bare, json.dumps(bare)[1:-1])


def _values(kind: SchemaType, value: Any) -> Iterator[str]:
    match kind:
        case String(show=show) if isinstance(value, str):
            plain = value.plain() if isinstance(value, SecretText) else value
            if isinstance(value, SecretText) or show(value) == HIDDEN:
                yield plain
            if kind.secret and "?" in plain:
                # A signature alone, or an address that somebody has cut it off from.
                address, _, query = plain.partition("?")
                yield query
                if isinstance(value, SecretText):
                    yield address
        case Object(fields=fields) if isinstance(value, Mapping):
            for name, inner in fields.items():
                yield from _values(inner, value.get(name))
        case MapList(item=item) | AtomicList(item=item) if isinstance(value, list):
            for one in value:
                yield from _values(item, one)
        case _:
            return
