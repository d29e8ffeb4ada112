"""Values as people may see them: in a status, an event, a plan. Bounded, and without what may be a secret.

What may be a secret is said once, in the table of properties: the value of an environment variable, a password, the
query of a URL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from poolkeeper.domain.kinds import Kind, Record, Text
from poolkeeper.domain.lists import Named, Ordered
from poolkeeper.domain.pointers import MISSING, kinds_along, value_at
from poolkeeper.domain.properties import PROPERTIES
from poolkeeper.domain.redaction import HIDDEN, SecretText, without_queries

MOST_CHARACTERS = 512
"""Of a value; a start task may be megabytes, a status may not."""


def shown(form: Mapping[str, Any], pointer: str) -> str | None:
    """What stands at a place of a canonical form, as text; None when nothing does."""
    value = value_at(form, pointer)
    if value is MISSING:
        return None
    kinds = kinds_along(PROPERTIES, pointer)
    safe = HIDDEN if kinds is None else _safe(kinds[-1], value)
    text = safe if isinstance(safe, str) else json.dumps(safe, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _safe(kind: Kind, value: Any) -> Any:
    match kind:
        case Text():
            return _safe_text(kind, value)
        case Record(fields=fields) if isinstance(value, Mapping):
            return {name: _safe(fields[name], inner) for name, inner in value.items()}
        case Named(item=item, value=field) if isinstance(value, Mapping):
            inside = item if field is None else item.fields[field]
            return {name: _safe(inside, inner) for name, inner in value.items()}
        case Ordered(item=item) if isinstance(value, Mapping):
            return {name: _safe(item, inner) for name, inner in value.items()}
        case Record() | Named() | Ordered():
            return HIDDEN
        case _:
            return value


def _safe_text(kind: Text, value: Any) -> str:
    if isinstance(value, SecretText) or not isinstance(value, str):
        # A live value of another type than text is quoted in the form; it is not ours to judge.
        return HIDDEN
    # A URL may stand in a command line or in metadata too.
    return kind.show(without_queries(value))
