"""From the name of a property in an error to its place in the manifest."""

from __future__ import annotations

import pytest

from poolkeeper.domain.schema.spec_paths import PATHS, spec_path


@pytest.mark.parametrize(
    ("name", "path", "reason"),
    [
        ("commandLine", "spec.properties.startTask.commandLine", "a name that stands once"),
        ("CommandLine", "spec.properties.startTask.commandLine", "errors are spelled in capitals now and then"),
        ("startTask.commandLine", "spec.properties.startTask.commandLine", "a path of the service"),
        ("startTask/commandLine", "spec.properties.startTask.commandLine", "or with slashes"),
        ("resourceFiles[3].httpUrl", "spec.properties.startTask.resourceFiles[].httpUrl", "a place in a list"),
        ("httpUrl", "spec.properties.startTask.resourceFiles[].httpUrl", "a name within a list"),
        ("metadata.value", "spec.properties.metadata[].value", "a name that only its list tells apart"),
        ("metadata", "spec.properties.metadata", "a list itself"),
        ("targetNodeCommunicationMode", "spec.properties.targetNodeCommunicationMode", "a property"),
        ("registry.username", "spec.properties.startTask.containerSettings.registry.username", "one of two"),
        ("username", None, "a user's or a registry's"),
        ("value", None, "a variable's or a metadata item's"),
        ("resourceId", None, "a file's or a registry's"),
        ("Line", None, "a part of a name is not a name"),
        ("vmSize", None, "none of ours"),
        ("", None, "nothing"),
        ("a.b.c.d.e.f.g.h.i", None, "deeper than any"),
    ],
)
def test_a_name_is_found_when_it_can_mean_one_place_only(name: str, path: str | None, reason: str) -> None:
    assert spec_path(name) == path, reason


def test_every_place_is_found_by_its_whole_path() -> None:
    assert [spec_path(path) for path in PATHS] == list(PATHS)


def test_the_places_reach_every_nested_type() -> None:
    assert {
        "spec.properties.startTask.containerSettings.containerHostBatchBindMounts[].isReadOnly",
        "spec.properties.startTask.containerSettings.registry.identityReference.resourceId",
        "spec.properties.startTask.resourceFiles[].identityReference.resourceId",
        "spec.properties.startTask.userIdentity.autoUser.elevationLevel",
        "spec.properties.certificateReferences[].visibility",
    } <= set(PATHS)
