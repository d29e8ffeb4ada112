"""Canonical forms without what comes from Secrets, so that whatever is made of them may be shown.

A live value does not tell where it came from: of a pool that takes values from Secrets, none is shown that could have.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from poolkeeper.domain.canonical import Form
from poolkeeper.domain.kinds import Kind, Record, Text
from poolkeeper.domain.lists import Named, Ordered
from poolkeeper.domain.properties import PROPERTIES
from poolkeeper.domain.redaction import HIDDEN, LEAST_HIDDEN, SecretText, without


class Mask:
    """Hides the values of some Secrets, in forms and in words."""

    def __init__(self, values: Collection[SecretText] = (), *, guarded: bool = False) -> None:
        self._values = {value.plain() for value in values}
        self._long = {value for value in self._values if len(value) >= LEAST_HIDDEN}
        self._guarded = guarded

    def words(self, text: str) -> str:
        """A message without these values."""
        return without(text, self._long)

    def form(self, form: Form) -> Form:
        """A canonical form without them."""
        masked = self._masked(PROPERTIES, form)
        assert isinstance(masked, dict), "a form is a map"
        return masked

    def _masked(self, kind: Kind, value: Any) -> Any:
        match kind:
            case Text(secret=True) if self._guarded or isinstance(value, SecretText):
                return HIDDEN
            case Record(fields=fields) if isinstance(value, Mapping):
                return {name: self._masked(fields[name], inner) for name, inner in value.items()}
            case Named(item=item, value=field) if isinstance(value, Mapping):
                inside = item if field is None else item.fields[field]
                return {name: self._masked(inside, inner) for name, inner in value.items()}
            case Ordered(item=item) if isinstance(value, Mapping):
                return {name: self._masked(item, inner) for name, inner in value.items()}
            case _ if isinstance(value, str):
                return HIDDEN if value in self._values or isinstance(value, SecretText) else self.words(value)
            case _:
                return value
