"""What a version of the API cannot carry is neither sent nor compared, and is refused when asked for."""

from __future__ import annotations

import pytest

from poolkeeper.domain.decision.plan import Desired
from poolkeeper.domain.diff.drift import drift
from poolkeeper.domain.failures import UnsupportedProperty
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.schema.api_versions import PROPERTIES_OF, carried, check_carried
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.schema.properties import PROPERTIES
from tests.batchsim.versions import KNOWN
from tests.crds.documents import schema
from tests.unit.domain.wire import Json, certificate, packages, start_task

OLD, NEW = "2024-07-01.20.0", "2025-06-01"
EVERYTHING = {**start_task(), **packages({"applicationId": "a"}), "metadata": [{"name": "a", "value": "1"}]}
MODE = "targetNodeCommunicationMode"


def test_the_table_has_the_versions_of_the_custom_resource_definition() -> None:
    field = schema("batchaccounts")["properties"]["spec"]["properties"]["apiVersion"]
    assert set(field["enum"]) == set(PROPERTIES_OF)
    assert field["default"] == OLD


def test_every_version_names_properties_that_there_are_and_the_oldest_all() -> None:
    assert all(set(names) <= set(PROPERTIES.fields) for names in PROPERTIES_OF.values())
    assert set(PROPERTIES_OF[OLD]) == set(PROPERTIES.fields)


@pytest.mark.parametrize("version", sorted(PROPERTIES_OF))
def test_the_stand_in_replaces_the_same_properties(version: str) -> None:
    assert set(KNOWN[version].replaced) == set(PROPERTIES_OF[version])


REFUSED: list[tuple[Json, str, str]] = [
    (certificate(), "certificateReferences", "the version has no certificates"),
    ({MODE: "simplified"}, MODE, "the version has no mode"),
    ({MODE: "Classic"}, MODE, "nor has it the retired one"),
    ({MODE: 7}, MODE, "what is no mode at all is not dropped either"),
    ({"certificateReferences": {}}, "certificateReferences", "nor what is no list"),
]


@pytest.mark.parametrize(("properties", "name", "reason"), REFUSED)
def test_what_a_version_would_drop_is_refused_by_its_path(properties: Json, name: str, reason: str) -> None:
    with pytest.raises(UnsupportedProperty) as refusal:
        Desired.of({**EVERYTHING, **properties}, version=NEW)
    assert f"spec.properties.{name} " in refusal.value.message, reason
    assert NEW in refusal.value.message
    assert refusal.value.reason == Reason.UnsupportedProperty


ACCEPTED: list[tuple[Json, str]] = [
    ({}, "nothing is asked for"),
    ({"certificateReferences": []}, "no certificates are what the version has"),
    ({"certificateReferences": None}, "null is left out"),
    ({MODE: None}, "null is left out"),
    ({MODE: "default"}, "the default is what leaving it out means"),
    ({MODE: "Default"}, "in any case of letters"),
]


@pytest.mark.parametrize(("properties", "reason"), ACCEPTED)
def test_what_loses_nothing_is_taken_and_not_sent(properties: Json, reason: str) -> None:
    desired = Desired.of({**EVERYTHING, **properties}, version=NEW)
    assert set(desired.body) == set(desired.form) == set(PROPERTIES_OF[NEW]), reason


@pytest.mark.parametrize("properties", [row[0] for row in REFUSED[:3]])
def test_the_older_version_takes_everything(properties: Json) -> None:
    check_carried({**EVERYTHING, **properties}, OLD)
    desired = Desired.of({**EVERYTHING, **properties}, version=OLD)
    assert set(desired.body) == set(PROPERTIES_OF[OLD])


def test_what_a_version_does_not_know_is_never_a_difference() -> None:
    live = {**EVERYTHING, **certificate(), MODE: "classic"}
    assert drift(carried(canonical(live), NEW), Desired.of(EVERYTHING, version=NEW).form) == ()
    assert len(drift(carried(canonical(live), OLD), Desired.of(EVERYTHING, version=OLD).form)) == 2


@pytest.mark.parametrize("pointer", ["/certificateReferences", "/certificateReferences/ab12", f"/{MODE}"])
def test_ignoring_what_a_version_does_not_know_invents_nothing(pointer: str) -> None:
    live = {**EVERYTHING, **certificate(), MODE: "classic"}
    desired = Desired.of(EVERYTHING, version=NEW, ignore=(pointer,), live=live)
    assert set(desired.body) == set(desired.form) == set(PROPERTIES_OF[NEW])
