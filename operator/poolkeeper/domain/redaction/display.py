"""Values as people may see them: in a status, an event, a plan. Bounded, and without what may be a secret.

What may be a secret is said once, in the table of properties: the value of an environment variable, a password, the
query of a URL. What is hidden is not even looked at; of what is shown, only the beginning is, or the place where two
values differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from poolkeeper.domain.redaction.mask import MOST_ITEMS, Mask
from poolkeeper.domain.redaction.visible import visible
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.schema.pointers import MISSING, UNKNOWN, kinds_along
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.traverse import Leaf, mapped
from poolkeeper.domain.schema.types import Boolean, Enum, Integer, String
from poolkeeper.domain.secret_text import HIDDEN, MOST_SEARCHED, SecretText, without_queries

MOST_CHARACTERS = 512
"""Of a value; a start task may be megabytes, a status may not."""

_BEFORE = 60
"""Characters that are shown in front of the place where two values begin to differ."""


def shown(form: Mapping[str, Any], pointer: str, *, mask: Mask | None = None) -> str | None:
    """What stands at a place of a canonical form, as text; None when nothing does."""
    text = _text(dict(form), pointer, mask or Mask())
    return None if text is None else _cut(text)


def shown_pair(live: Form, desired: Form, pointer: str, *, mask: Mask) -> tuple[str | None, str | None]:
    """What stands there in both, as text; where the beginnings are the same, from where they differ."""
    one, other = _text(live, pointer, mask), _text(desired, pointer, mask)
    if one is None or other is None or max(len(one), len(other)) <= MOST_CHARACTERS:
        return (None if one is None else _cut(one)), (None if other is None else _cut(other))
    differ = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, differ - _BEFORE)
    if start == 0 or differ < MOST_CHARACTERS - _BEFORE:
        return _cut(one), _cut(other)
    return _cut(f"…{one[start:]}"), _cut(f"…{other[start:]}")


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _text(form: Form, pointer: str, mask: Mask) -> str | None:
    value = mask.at(form, pointer)
    if value is MISSING:
        return None
    kinds = kinds_along(PROPERTIES, pointer)
    safe = HIDDEN if kinds is None or kinds[-1] is UNKNOWN else mapped(kinds[-1], value, _safe, most=MOST_ITEMS)
    return visible(safe if isinstance(safe, str) else json.dumps(safe, sort_keys=True, ensure_ascii=False))


def _safe(kind: Leaf | None, value: Any) -> Any:
    match kind:
        case String():
            return _safe_text(kind, value)
        case Enum() if isinstance(value, str) and value.isprintable():
            # One that Azure has added is worth showing. (A value of another type is quoted behind what nobody prints.)
            return without_queries(value[:MOST_SEARCHED])
        case Enum() if value is True:
            return True
        case Integer() | Boolean() if isinstance(value, int):
            return value
        case _:
            return HIDDEN


def _safe_text(kind: String, value: Any) -> str:
    if isinstance(value, SecretText) or not isinstance(value, str):
        # A live value of another type than text is quoted in the form; it is not ours to judge.
        return HIDDEN
    if kind.show("") == HIDDEN:
        return HIDDEN
    cut = len(value) > MOST_SEARCHED
    # A URL may stand in a command line or in metadata too.
    safe = kind.show(without_queries(value[:MOST_SEARCHED], cut=cut))
    return f"{safe}… ({len(value) - MOST_SEARCHED} characters more)" if cut else safe
