"""Differences in words: what matters most first, whole or counted."""

from __future__ import annotations

import pytest

from poolkeeper.domain.diff.drift import Difference
from poolkeeper.domain.diff.summary import MOST_CHARACTERS, in_words, ordered

METADATA = [f"/metadata/m{number:02}" for number in range(60)]


@pytest.mark.parametrize(
    ("paths", "words", "reason"),
    [
        (["/metadata/a"], "/metadata/a", "one"),
        (["/metadata/b", "/metadata/a"], "/metadata/a, /metadata/b", "in order"),
        (
            ["/metadata/a", "/applicationPackageReferences/x", "/startTask/commandLine"],
            "/startTask/commandLine, /applicationPackageReferences/x, /metadata/a",
            "what runs comes first",
        ),
        (
            ["/metadata/a", "/metadata/b", "/metadata/c", "/startTask"],
            "/startTask, /metadata/a and 2 more (in all: startTask 1, metadata 3; poolkeeper plan shows each)",
            "what is left out is counted by property, and where to see it is said",
        ),
        (
            ["/metadata/a", "/metadata/" + "x" * MOST_CHARACTERS],
            "/metadata/a and 1 more (in all: metadata 2; poolkeeper plan shows each)",
            "a path is whole or counted: cut short it would match nothing where it is copied to",
        ),
        (["/metadata/\x1b[2K\n"], "/metadata/\\x1b[2K\\n", "nothing that a terminal obeys"),
    ],
)
def test_paths_are_told(paths: list[str], words: str, reason: str) -> None:
    assert in_words(paths, most=2 if len(paths) > 3 else 3) == words, reason


RANKS = [
    "/startTask",
    "/startTask/commandLine",
    "/startTask/userIdentity/autoUser/elevationLevel",
    "/startTask/containerSettings/registry/username",
    "/startTask/containerSettings/identityReference/resourceId",
    "/startTask/containerSettings/imageName",
    "/startTask/environmentSettings/A/value",
    "/applicationPackageReferences/a",
    "/certificateReferences/b",
    "/targetNodeCommunicationMode",
    "/metadata/a",
]


def test_what_runs_on_the_nodes_comes_before_what_describes_them() -> None:
    found = ordered(Difference(path, "replace") for path in sorted(RANKS))
    assert [one.path for one in found] == RANKS


def test_many_items_hide_nothing_that_matters() -> None:
    assert in_words([*METADATA, "/startTask/commandLine"]).startswith("/startTask/commandLine, ")
