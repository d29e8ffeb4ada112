"""What is not sent, though the API would take it: it would lose what nobody can have again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolkeeper.domain.failures import PasswordMissing
from poolkeeper.domain.schema.pointers import MISSING, value_at

_REGISTRY = "/startTask/containerSettings/registry"


def registry_without_password(body: Mapping[str, Any], live: Mapping[str, Any]) -> PasswordMissing | None:
    """The failure of a body that names a registry's user and no password, where the live pool has one with a user.

    The service never shows the password, and replaces all of the registry: it would be gone with any other correction.
    """
    wanted = value_at(body, _REGISTRY)
    there = value_at(live, f"{_REGISTRY}/username")
    if wanted is MISSING or not isinstance(wanted, Mapping) or there is MISSING:
        return None
    if not wanted.get("username") or wanted.get("password"):
        return None
    return PasswordMissing(
        "spec.properties.startTask.containerSettings.registry has a user name and no password, and the live pool's "
        "registry has a user too: any write would take its password away"
    )
