"""The api-versions that the stand-in speaks, and what the later one has lost.

`2025-06-01` (release notes of azure-batch 15.1.0) knows neither certificates nor communication modes nor
resourceTags on a pool; sending one is refused, reading shows none.
"""

from __future__ import annotations

from dataclasses import dataclass

UPDATABLE = (
    "startTask",
    "certificateReferences",
    "applicationPackageReferences",
    "metadata",
    "targetNodeCommunicationMode",
)


@dataclass(frozen=True)
class ApiVersion:
    """One api-version: its name on the wire and the pool properties it does not know."""

    name: str
    unknown: frozenset[str] = frozenset()

    @property
    def replaced(self) -> tuple[str, ...]:
        """What updateproperties replaces."""
        return tuple(name for name in UPDATABLE if name not in self.unknown)

    @property
    def required(self) -> tuple[str, ...]:
        """What updateproperties must bear: the arrays ("Required: True" on the API's page)."""
        return tuple(name for name in self.replaced if name not in ("startTask", "targetNodeCommunicationMode"))


KNOWN = {
    version.name: version
    for version in (
        ApiVersion("2024-07-01.20.0"),
        ApiVersion(
            "2025-06-01",
            frozenset(
                {
                    "certificateReferences",
                    "targetNodeCommunicationMode",
                    "currentNodeCommunicationMode",
                    "resourceTags",
                }
            ),
        ),
    )
}
NEWEST_COMPLETE = KNOWN["2024-07-01.20.0"]
