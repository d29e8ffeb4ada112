"""Desired and live properties in the form in which they can be compared, and the full body to send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolkeeper.domain.schema.properties import ALWAYS_SENT, PROPERTIES

Form = dict[str, Any]

RULES_VERSION = 1
"""Of the canonical form: what was judged by other rules is judged anew."""


def canonical(properties: Mapping[str, Any]) -> Form:
    """The canonical form of desired properties, or of a live pool (whose other fields are ignored)."""
    form = PROPERTIES.canonical(properties)
    assert isinstance(form, dict), "PROPERTIES has defaults, so its form is never absent"
    return form


def full_body(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `updateproperties`: always whole, since the call replaces all five properties.

    The three arrays are always there, the start task only when desired (left out, the service removes it), the
    mode always. Raises InvalidSpec for what the API's types do not allow.
    """
    return filled(PROPERTIES.wire(properties, "spec.properties"))


def filled(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with everything that is always sent."""
    arrays = {name: body.get(name, []) for name in ALWAYS_SENT}
    mode = {"targetNodeCommunicationMode": body.get("targetNodeCommunicationMode", "default")}
    return {**body, **arrays, **mode}
