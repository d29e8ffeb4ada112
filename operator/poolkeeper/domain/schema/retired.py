"""Uses of what Azure has retired, which are told: the service takes no certificates any more, and will take no mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CERTIFICATES = "certificateReferences"
MODE = "targetNodeCommunicationMode"

RETIRED = {
    CERTIFICATES: "Azure retired account certificates on 2024-02-29 and refuses them; use the Key Vault extension",
    MODE: "Azure retired the classic communication mode on 2026-03-31; ask for simplified",
}
"""By property; the dates are those of Microsoft's retirement notices."""


def retired_uses(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """The retired properties that a manifest asks for."""
    mode = properties.get(MODE)
    found = [CERTIFICATES] if properties.get(CERTIFICATES) else []
    return (*found, MODE) if isinstance(mode, str) and mode.casefold() == "classic" else tuple(found)
