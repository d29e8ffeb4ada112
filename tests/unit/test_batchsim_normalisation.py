"""What the service stores and shows differently from what it was sent, and the quirks nobody has seen."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.batchsim.normalise import ON_SHOW, ON_STORE, shown, stored
from tests.batchsim.quirks import QUIRKS
from tests.batchsim.sim import BatchSim

DEFAULT_USER = {"autoUser": {"scope": "pool", "elevationLevel": "nonadmin"}}
TASK = {"commandLine": "x", "userIdentity": DEFAULT_USER, "maxTaskRetryCount": 0, "waitForSuccess": True}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"metadata": []}, {}),
        ({"metadata": [{"name": "b", "value": ""}, {"name": "a", "value": ""}]}, None),
        ({"applicationPackageReferences": []}, {}),
        (
            {"applicationPackageReferences": [{"applicationId": "Blender", "version": "4A"}]},
            {"applicationPackageReferences": [{"applicationId": "blender", "version": "4A"}]},
        ),
        ({"certificateReferences": []}, {"certificateReferences": []}),
        ({"vmSize": "STANDARD_D2S_V3"}, {"vmSize": "standard_d2s_v3"}),
        ({"taskSchedulingPolicy": {"nodeFillType": "pack"}}, {"taskSchedulingPolicy": {"nodeFillType": "Pack"}}),
        ({"startTask": None, "displayName": None}, {}),
        ({"startTask": {"commandLine": "x", "resourceFiles": None}}, {"startTask": TASK}),
        (
            {"startTask": {"commandLine": "x", "userIdentity": {"username": "me"}}},
            {"startTask": TASK | {"userIdentity": {"username": "me"}}},
        ),
        (
            {"startTask": {"commandLine": "x", "userIdentity": {"autoUser": {"elevationLevel": "ADMIN"}}}},
            {"startTask": TASK | {"userIdentity": {"autoUser": {"scope": "pool", "elevationLevel": "admin"}}}},
        ),
        ({"startTask": TASK | {"maxTaskRetryCount": 3, "waitForSuccess": False}}, None),
        ({"startTask": TASK | {"resourceFiles": [], "environmentSettings": []}}, None),
    ],
)
def test_a_property_is_kept_as_the_service_keeps_it(sent: dict[str, Any], kept: dict[str, Any] | None) -> None:
    """Where `kept` is None, it is kept as sent."""
    untouched = copy.deepcopy(sent)
    assert stored(sent) == {"certificateReferences": []} | (sent if kept is None else kept)
    assert sent == untouched


def test_keeping_what_is_kept_changes_nothing(batchsim: BatchSim) -> None:
    for pool_id in batchsim.pool_ids():
        kept = batchsim.state.pool(pool_id).kept
        assert stored(kept) == kept


def test_passwords_are_kept_but_not_shown() -> None:
    registry = {"username": "u", "password": "p"}
    kept = {
        "startTask": TASK | {"containerSettings": {"imageName": "a", "registry": registry}},
        "userAccounts": [{"name": "n", "password": "p"}],
        "virtualMachineConfiguration": {"containerConfiguration": {"containerRegistries": [dict(registry)]}},
    }
    seen = shown(stored(kept))
    assert "'p'" not in str(seen)
    assert seen["startTask"]["containerSettings"]["registry"] == {"username": "u"}
    assert str(stored(kept)).count("'p'") == 3


def test_every_normalisation_gives_its_evidence() -> None:
    rules = (*ON_STORE, *ON_SHOW)
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.evidence.startswith(("R", "inferred: ")) for rule in rules)


@pytest.mark.parametrize("name", sorted(QUIRKS))
def test_each_quirk_changes_the_next_write_and_only_that(batchsim: BatchSim, name: str) -> None:
    rich = {
        "startTask": TASK
        | {
            "commandLine": "a  b ",
            "containerSettings": {"imageName": "a", "registry": {"username": "u"}},
            "resourceFiles": [{"httpUrl": "https://x.example.org/a?sig=1", "filePath": "a"}],
            "environmentSettings": [],
        },
        "applicationPackageReferences": [{"applicationId": "a"}],
        "certificateReferences": [{"thumbprint": "ab", "thumbprintAlgorithm": "sha1"}],
        "metadata": [{"name": "a", "value": "x"}, {"name": "b", "value": "y"}],
        "targetNodeCommunicationMode": "classic",
    }
    batchsim.drift("genomics", rich)
    plain = batchsim.pool("genomics")
    fault = batchsim.faults.add(kind="quirk", name=name)
    volatile = {"eTag", "lastModified"}
    assert batchsim.pool("genomics") == plain
    batchsim.drift("genomics", rich)
    quirky = batchsim.pool("genomics")
    assert fault.hits == 1
    assert {n for n in plain if quirky[n] != plain[n]} - volatile != set()
    batchsim.faults.clear()
    batchsim.drift("genomics", rich)
    restored = batchsim.pool("genomics")
    assert {n for n in plain if restored[n] != plain[n]} == volatile
