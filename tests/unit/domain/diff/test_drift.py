"""What differs is named by paths into the canonical form, with what a write would do there."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from poolkeeper.domain.diff.drift import drift, paths_of, property_of
from poolkeeper.domain.schema.canonical import canonical
from tests.unit.domain.examples import metadata
from tests.unit.domain.wire import Json, certificate, container, environment, file, packages, start_task


class Row(NamedTuple):
    reason: str
    live: Json
    desired: Json
    found: list[tuple[str, str]]


FILES = [{"httpUrl": f"https://x/{n}", "filePath": n} for n in ("a", "b", "c")]

ROWS = [
    Row("equal pools do not differ", metadata(a="1"), metadata(a="1"), []),
    Row("a value", metadata(owner="you"), metadata(owner="me"), [("replace", "/metadata/owner")]),
    Row("an item that is missing", {}, metadata(owner="me"), [("add", "/metadata/owner")]),
    Row("an item that is too much", metadata(owner="me"), {}, [("remove", "/metadata/owner")]),
    Row(
        "an item under another name is one removed and one added, not one moved",
        metadata(owner="me"),
        metadata(keeper="me"),
        [("add", "/metadata/keeper"), ("remove", "/metadata/owner")],
    ),
    Row("a whole start task", {}, start_task(), [("add", "/startTask")]),
    Row("a start task that is not wanted", start_task(), {}, [("remove", "/startTask")]),
    Row(
        "a field of the start task",
        start_task(commandLine="false"),
        start_task(),
        [("replace", "/startTask/commandLine")],
    ),
    Row(
        "a variable by its name",
        environment({"name": "MODE", "value": "a"}, {"name": "X", "value": "1"}),
        environment({"name": "X", "value": "1"}, {"name": "MODE", "value": "b"}),
        [("replace", "/startTask/environmentSettings/MODE/value")],
    ),
    Row(
        "one more variable",
        environment({"name": "A", "value": "1"}),
        environment({"name": "A", "value": "1"}, {"name": "B", "value": "1"}),
        [("add", "/startTask/environmentSettings/B")],
    ),
    Row(
        "the first variable adds the map of them",
        start_task(),
        environment({"name": "A"}),
        [("add", "/startTask/environmentSettings")],
    ),
    Row(
        "a slash and a tilde in a name are escaped as JSON pointers are",
        metadata(**{"a/b~c": "1"}),
        metadata(**{"a/b~c": "2"}),
        [("replace", "/metadata/a~1b~0c")],
    ),
    Row(
        "a package by name and version",
        packages({"applicationId": "Blender", "version": "4.1"}),
        packages({"applicationId": "Blender", "version": "4.2"}),
        [("remove", "/applicationPackageReferences/blender@4.1"), ("add", "/applicationPackageReferences/blender@4.2")],
    ),
    Row(
        "a certificate by its thumbprint, a visibility by its name",
        certificate(thumbprint="AB", visibility=["task"]),
        certificate(thumbprint="ab", visibility=["task", "remoteuser"]),
        [("add", "/certificateReferences/ab/visibility/remoteuser")],
    ),
    Row(
        "a file by its place",
        start_task(resourceFiles=FILES[:2]),
        start_task(resourceFiles=[FILES[0], {**FILES[1], "fileMode": "755"}]),
        [("replace", "/startTask/resourceFiles/1/fileMode")],
    ),
    Row(
        "a file before the others moves them all",
        start_task(resourceFiles=FILES[1:2]),
        start_task(resourceFiles=FILES[:2]),
        [
            ("add", "/startTask/resourceFiles/1"),
            ("replace", "/startTask/resourceFiles/0/filePath"),
            ("replace", "/startTask/resourceFiles/0/httpUrl"),
        ],
    ),
    Row(
        "mounting nothing differs from not saying",
        container(),
        container(containerHostBatchBindMounts=[]),
        [("add", "/startTask/containerSettings/containerHostBatchBindMounts")],
    ),
    Row("the mode", {}, {"targetNodeCommunicationMode": "classic"}, [("replace", "/targetNodeCommunicationMode")]),
    Row(
        "another kind of user",
        start_task(userIdentity={"username": "u"}),
        start_task(),
        [("add", "/startTask/userIdentity/autoUser"), ("remove", "/startTask/userIdentity/username")],
    ),
    Row("a file's default", file(fileMode="0755"), file(), [("replace", "/startTask/resourceFiles/0/fileMode")]),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_differences_are_named_by_path(row: Row) -> None:
    found = drift(canonical(row.live), canonical(row.desired))
    assert sorted((one.op, one.path) for one in found) == sorted(row.found), row.reason


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_differences_come_in_the_order_of_their_paths(row: Row) -> None:
    paths = paths_of(drift(canonical(row.live), canonical(row.desired)))
    assert paths == sorted(paths)


def test_a_difference_bears_no_value() -> None:
    found = drift(
        canonical(environment({"name": "KEY", "value": "hunter2"})),
        canonical(environment({"name": "KEY", "value": "hunter3"})),
    )
    assert "hunter" not in repr(found)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/startTask", "startTask"),
        ("/startTask/commandLine", "startTask"),
        ("/metadata/a~1b", "metadata"),
        ("/targetNodeCommunicationMode", "targetNodeCommunicationMode"),
    ],
)
def test_a_path_lies_in_one_property(path: str, name: str) -> None:
    assert property_of(path) == name
