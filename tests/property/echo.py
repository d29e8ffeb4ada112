"""What a pool shows after a write, by the stand-in's table of normalisations and by those that are only conceivable."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.batchsim.normalise import shown, stored
from tests.batchsim.quirks import QUIRKS

Json = dict[str, Any]

HARMLESS = (
    "materialise-defaults",
    "reverse-lists",
    "enum-case",
    "upper-thumbprints",
    "qualify-application-ids",
    "drop-empty-lists",
)
"""Quirks that change a spelling but not a meaning; nobody has recorded them, and they must not matter."""

SUBSETS: st.SearchStrategy[set[str]] = st.sets(st.sampled_from(HARMLESS))


def echo(body: Json, *, quirks: set[str] | None = None) -> Json:
    """The pool that the service shows after it took `body`."""
    kept = stored(body)
    for name in sorted(quirks or ()):
        QUIRKS[name](kept)
    return shown(copy.deepcopy(kept))
