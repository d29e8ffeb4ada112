"""What of a body may not come back in words: an error of the service may repeat what was sent to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.traverse import leaves
from poolkeeper.domain.schema.types import String
from poolkeeper.domain.secret_text import HIDDEN, LEAST_HIDDEN, SecretText


def confidential(body: Mapping[str, Any]) -> set[str]:
    """The values of a body that are shown to nobody: secrets, environment, passwords, the queries of URLs."""
    found = {part for value in _values(body) for part in _spellings(value)}
    return {value for value in found if len(value) >= LEAST_HIDDEN}


def _spellings(value: str) -> tuple[str, ...]:
    """As it stands, as JSON has it, and as a tidy reader would quote it."""
    bare = value.strip()
    return (value, json.dumps(value)[1:-1], bare, json.dumps(bare)[1:-1])


def _values(body: Mapping[str, Any]) -> Iterator[str]:
    for kind, value in leaves(PROPERTIES, body):
        if not isinstance(value, str):
            continue
        plain = value.plain() if isinstance(value, SecretText) else value
        if isinstance(value, SecretText) or kind is None or (isinstance(kind, String) and kind.show(value) == HIDDEN):
            yield plain
        if isinstance(kind, String) and kind.secret and "?" in plain:
            # A signature alone, or an address that somebody has cut it off from.
            address, _, query = plain.partition("?")
            yield query
            if isinstance(value, SecretText):
                yield address
