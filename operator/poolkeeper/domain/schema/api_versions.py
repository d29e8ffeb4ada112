"""What each version of the Batch API can carry: data, in one place.

2025-06-01 has neither certificates nor the communication mode: its pages name neither in the body of the replace, and
its reads do not show them. What a version cannot carry is not sent, not compared and not invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolkeeper.domain.failures import UnsupportedProperty
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.schema.properties import PROPERTIES

_EVERYTHING = tuple(PROPERTIES.fields)

PROPERTIES_OF: Mapping[str, tuple[str, ...]] = {
    "2024-07-01.20.0": _EVERYTHING,
    "2025-06-01": ("startTask", "applicationPackageReferences", "metadata"),
}
"""By api-version, as the CRD's enum has them."""


_RETIRING = "2025-06-01"
"""The first version that is not on Microsoft's retirement list of 2026-05-15."""


def retirement(version: str) -> str | None:
    """Why an account should move to another version; None while there is no reason.

    Microsoft supports a version for two years after its release, and serves it for one year of notice more; after
    that every request is answered with 400.
    """
    if version >= _RETIRING:
        return None
    return (
        f"api-version {version} is on Microsoft's retirement list since 2026-05-15, and will not be served some day; "
        f"change spec.apiVersion to {_RETIRING}, then take what it does not have out of the manifests"
    )


def carried(values: Mapping[str, Any], version: str) -> Form:
    """Of a body or a canonical form, what this version of the API knows."""
    return {name: value for name, value in values.items() if name in PROPERTIES_OF[version]}


def check_carried(properties: Mapping[str, Any], version: str) -> None:
    """Raise UnsupportedProperty for a desired property that this version would drop.

    One that is given as what leaving it out means loses nothing.
    """
    for name, kind in PROPERTIES.fields.items():
        given = properties.get(name)
        if name not in PROPERTIES_OF[version] and given is not None and kind.canonical(given) != kind.absent:
            raise UnsupportedProperty(f"spec.properties.{name} cannot be sent with api-version {version}")
