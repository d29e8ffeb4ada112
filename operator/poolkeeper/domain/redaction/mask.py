"""Values that come from Secrets, hidden wherever they stand: in the live pool, in the manifest, in messages.

By type where the type is still known; by value where another writer, or the service, has put it elsewhere. A pool that
takes values from Secrets is guarded: there every value that may come from one is hidden, whether it does or not, since
a value from before a rotation is in no Secret any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.schema.pointers import MISSING, kinds_along, value_at
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.traverse import Leaf, mapped
from poolkeeper.domain.schema.types import SchemaType, String
from poolkeeper.domain.secret_text import HIDDEN, LEAST_HIDDEN, MOST_SEARCHED, Finder, SecretText

MOST_ITEMS = 20
"""Of a list or map in one value that is shown: a status has room for no more."""


class Mask:
    """Hides the values of some Secrets, in forms and in words."""

    def __init__(self, values: Collection[SecretText] = (), *, guarded: bool = False) -> None:
        self._values = {value.plain() for value in values}
        self._finder = Finder(value for value in self._values if len(value) >= LEAST_HIDDEN)
        self._guarded = guarded

    def words(self, text: str) -> str:
        """A message without these values."""
        return self._finder.hide(text)

    def at(self, form: Form, pointer: str) -> Any:
        """What stands at a place of a form, without them, as far as it is shown; MISSING where nothing does."""
        value = value_at(form, pointer)
        kinds = kinds_along(PROPERTIES, pointer)
        return value if value is MISSING else self._masked(kinds[-1] if kinds else None, value, most=MOST_ITEMS)

    def form(self, form: Form) -> Form:
        """A whole canonical form without them."""
        masked = self._masked(PROPERTIES, form, most=None)
        assert isinstance(masked, dict), "a form is a map"
        return masked

    def _masked(self, kind: SchemaType | None, value: Any, *, most: int | None) -> Any:
        return mapped(kind, value, partial(self._leaf, bounded=most is not None), most=most, name=self.words)

    def _leaf(self, kind: Leaf | None, value: Any, *, bounded: bool) -> Any:
        if isinstance(value, SecretText) or (self._guarded and _may_be_secret(kind)):
            return HIDDEN
        if not isinstance(value, str):
            # A map or list that the table does not know: nobody knows what is in it.
            return HIDDEN if isinstance(value, Mapping | list) else value
        if value in self._values:
            return HIDDEN
        # Only what is searched afterwards is shown; a value that stands across the cut begins before it.
        return self.words(value[: 2 * MOST_SEARCHED] if bounded else value)


def _may_be_secret(kind: Leaf | None) -> bool:
    return kind is None or (isinstance(kind, String) and kind.secret)
