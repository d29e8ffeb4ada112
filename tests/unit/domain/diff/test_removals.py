"""What is lost by a write, and what is only changed."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.removals import removals
from poolkeeper.domain.schema.canonical import canonical

TASK = {"commandLine": "run"}


def task(**more: Any) -> dict[str, Any]:
    return {"startTask": {**TASK, **more}}


def packages(*ids: str) -> dict[str, Any]:
    pairs = [one.partition("@") for one in ids]
    refs = [{"applicationId": name} | ({"version": version} if version else {}) for name, _, version in pairs]
    return {"applicationPackageReferences": refs}


def certificate(thumbprint: str, **more: Any) -> dict[str, Any]:
    return {"certificateReferences": [{"thumbprint": thumbprint, "thumbprintAlgorithm": "sha1", **more}]}


def files(*urls: str) -> dict[str, Any]:
    return task(resourceFiles=[{"httpUrl": url, "filePath": "f"} for url in urls])


def env(**settings: str) -> dict[str, Any]:
    return task(environmentSettings=[{"name": name, "value": value} for name, value in settings.items()])


class Row(NamedTuple):
    live: dict[str, Any]
    manifest: dict[str, Any]
    going: list[str]
    reason: str


A, B = "aa" * 20, "bb" * 20
IMAGE = {"containerSettings": {"imageName": "ubuntu:22.04"}}
MOUNTS = {"containerHostBatchBindMounts": [{"source": "Task"}, {"source": "Shared"}]}
ROWS = [
    Row(task(), {}, ["/startTask"], "a start task"),
    Row(task(**IMAGE), task(), ["/startTask/containerSettings"], "its container"),
    Row(env(A="1", B="2"), env(A="1"), ["/startTask/environmentSettings/B"], "an environment variable"),
    Row(env(A="1"), task(), ["/startTask/environmentSettings"], "all of them"),
    Row(env(A="1"), task(environmentSettings=[]), ["/startTask/environmentSettings"], "all of them, as an empty list"),
    Row(files("https://a", "https://b"), files("https://a"), ["/startTask/resourceFiles/1"], "a resource file"),
    Row(files("https://a"), task(), ["/startTask/resourceFiles"], "all of them"),
    Row(
        {"metadata": [{"name": "a/b", "value": "1"}]},
        {"metadata": []},
        ["/metadata/a~1b"],
        "a metadata item, whatever its name",
    ),
    Row(packages("blender@4", "ffmpeg"), packages("blender@4"), ["/applicationPackageReferences/ffmpeg"], "a package"),
    Row(certificate(A), {}, [f"/certificateReferences/{A}"], "a certificate"),
    Row(
        task(containerSettings=IMAGE["containerSettings"] | MOUNTS),
        task(containerSettings=IMAGE["containerSettings"] | {"containerHostBatchBindMounts": [{"source": "Task"}]}),
        ["/startTask/containerSettings/containerHostBatchBindMounts/shared"],
        "an item of a list within the container",
    ),
    Row(
        {"targetNodeCommunicationMode": "classic"},
        {},
        ["/targetNodeCommunicationMode"],
        "a mode that somebody chose, and the manifest does not speak of",
    ),
    Row(
        {"targetNodeCommunicationMode": "classic"},
        {"targetNodeCommunicationMode": None},
        ["/targetNodeCommunicationMode"],
        "null is not a name",
    ),
    Row(
        packages("blender@3", "blender@4"),
        packages("blender@5"),
        ["/applicationPackageReferences/blender@4"],
        "of two versions that go for one that comes, one is lost",
    ),
    Row(
        packages("blender@3"),
        packages("ffmpeg@3"),
        ["/applicationPackageReferences/blender@3"],
        "another application is no replacement",
    ),
    Row(certificate(A), certificate(B), [f"/certificateReferences/{A}"], "nor is another certificate"),
]

CHANGES = [
    Row(task(), task(commandLine="walk"), [], "another command line"),
    Row(task(waitForSuccess=False), task(), [], "a flag that falls back to its default"),
    Row(task(maxTaskRetryCount=3), task(), [], "a count that does"),
    Row(env(A="1"), env(A="2"), [], "another value of a variable"),
    Row(env(A="1"), env(A=""), [], "an empty value"),
    Row(files("https://a"), files("https://b"), [], "another URL of a file"),
    Row(packages("blender@3"), packages("blender@4"), [], "another version of a package"),
    Row(packages("blender@3"), packages("blender"), [], "the default version of a package"),
    Row(packages("blender"), packages("blender@4"), [], "a fixed version of a package"),
    Row(
        task(userIdentity={"username": "svc"}),
        task(userIdentity={"autoUser": {"scope": "task"}}),
        ["/startTask/userIdentity/username"],
        "the user that somebody named, for an automatic one",
    ),
    Row(task(userIdentity={"autoUser": {"scope": "task"}}), task(userIdentity={"username": "svc"}), [], "and back"),
    Row(task(userIdentity={"username": "svc"}), task(), ["/startTask/userIdentity/username"], "or for the default"),
    Row(certificate(A, storeName="root"), certificate(A), [], "a certificate's store"),
    Row(certificate(A, visibility=["task"]), certificate(A), [], "a certificate's visibility"),
    Row(
        {"targetNodeCommunicationMode": "classic"},
        {"targetNodeCommunicationMode": "default"},
        [],
        "a mode that the manifest names",
    ),
    Row({}, {**task(), **packages("a"), "metadata": [{"name": "a", "value": "b"}]}, [], "what only comes"),
    Row({}, {}, [], "nothing"),
]


@pytest.mark.parametrize("row", [*ROWS, *CHANGES], ids=lambda row: row.reason)
def test_losing_a_thing_is_a_removal_and_changing_a_value_is_not(row: Row) -> None:
    differences = drift(canonical(row.live), canonical(row.manifest))
    assert bool(differences) is (row.live != row.manifest)
    assert [one.path for one in removals(differences, row.manifest)] == row.going, row.reason


def test_a_thing_of_a_kind_that_nobody_knows_is_not_let_go_of() -> None:
    differences = drift({"mystery": {"x": "y"}}, {})
    assert paths_of(removals(differences, {})) == ["/mystery"]
