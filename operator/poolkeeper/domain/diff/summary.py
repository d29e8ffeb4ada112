"""Differences in words: what matters most first, nothing that is to be copied cut short, and how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from poolkeeper.domain.diff.drift import Difference, property_of
from poolkeeper.domain.redaction.visible import visible

MOST_CHARACTERS = 300
"""Of a path in a message. A longer one is counted instead: cut short it would match nothing where it is copied to."""

_MOST_PATHS = 10

# What runs on the nodes, as whom, and from where; then what is brought along; what only describes comes last.
_ORDER = (
    "/startTask/commandLine",
    "/startTask/userIdentity",
    "/startTask/containerSettings/registry",
    "/startTask/containerSettings/identityReference",
    "/startTask/containerSettings",
    "/startTask",
    "/applicationPackageReferences",
    "/certificateReferences",
    "/targetNodeCommunicationMode",
)


def rank(path: str) -> tuple[int, str]:
    """Sorts paths by what they can do to a pool."""
    if path == "/startTask":
        return -1, path
    found = (at for at, prefix in enumerate(_ORDER) if path == prefix or path.startswith(f"{prefix}/"))
    return next(found, len(_ORDER)), path


def ordered(differences: Iterable[Difference]) -> list[Difference]:
    """The differences, those that matter most first."""
    return sorted(differences, key=lambda one: rank(one.path))


def in_words(paths: Sequence[str], *, most: int = _MOST_PATHS) -> str:
    """Paths for a message: `/startTask, /metadata/owner and 3 more (in all: startTask 1, metadata 4)`."""
    first = [path for path in sorted(paths, key=rank) if len(path) <= MOST_CHARACTERS][:most]
    shown = ", ".join(visible(path) for path in first)
    left = len(paths) - len(first)
    if not left:
        return shown
    counts = Counter(property_of(path) for path in sorted(paths, key=rank))
    told = ", ".join(f"{visible(name)[:MOST_CHARACTERS]} {count}" for name, count in counts.items())
    return f"{shown}{' and ' if shown else ''}{left} more (in all: {told}; poolkeeper plan shows each)"
