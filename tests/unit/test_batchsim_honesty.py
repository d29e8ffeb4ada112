"""Facts of the real service that the stand-in has to share: each with where it was seen."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.batchsim.calls import check_version
from tests.batchsim.errors import Refusal
from tests.batchsim.rules import Catalogue
from tests.batchsim.sim import BatchSim
from tests.batchsim.versions import KNOWN

COMPLETE, NEWER = "2024-07-01.20.0", "2025-06-01"
CERTIFICATE = {"thumbprint": "AB" * 20, "thumbprintAlgorithm": "sha1"}


def test_a_request_without_a_signature_is_400(batchsim: BatchSim) -> None:
    """Recorded with the Node SDK: MissingRequiredHeader, which names Authorization."""
    answer = httpx.get(f"{batchsim.url}/pools?api-version={COMPLETE}")
    assert (answer.status_code, answer.json()["code"]) == (400, "MissingRequiredHeader")
    assert {"key": "HeaderName", "value": "Authorization"} in answer.json()["values"]


def test_a_deletion_moves_the_etag(batchsim: BatchSim) -> None:
    """Recorded with the Node SDK: a pool that is being deleted has another ETag and lastModified."""
    before = batchsim.etag("rendering")
    batchsim.state.delete("rendering")
    assert batchsim.etag("rendering") != before


@pytest.mark.parametrize(("version", "order"), [(COMPLETE, None), (NEWER, "none")])
def test_a_new_pool_shows_its_defaults(batchsim: BatchSim, version: str, order: str | None) -> None:
    """Recorded with the Node SDK, and on 2025-06-01 in January 2026."""
    body = {"id": "new", "vmSize": "standard_d2s_v3", "virtualMachineConfiguration": {}}
    pool = batchsim.state.add(body, api_version=KNOWN[version])
    shown = {name: pool.kept.get(name) for name in ("enableAutoScale", "resizeTimeout", "taskSlotsPerNode")}
    assert shown == {"enableAutoScale": False, "resizeTimeout": "PT15M", "taskSlotsPerNode": 1}
    assert pool.kept["taskSchedulingPolicy"] == {"nodeFillType": "Spread"}
    assert pool.kept.get("jobDefaultOrder") == order


def test_certificates_come_back_whole(batchsim: BatchSim) -> None:
    """Recorded with the cross-platform CLI: what was left out is filled in, with capitals that no page has."""
    batchsim.drift("rendering", {"certificateReferences": [CERTIFICATE]})
    (shown,) = batchsim.pool("rendering")["certificateReferences"]
    assert (shown["storeLocation"], shown["storeName"]) == ("CurrentUser", "My")
    assert shown["visibility"] == ["starttask", "task", "remoteuser"]


def test_a_missing_package_is_named_by_a_pair_of_its_own(start_batchsim: Any) -> None:
    """Recorded with the cross-platform CLI: the key is the application, the value what is wrong with it."""
    sim = start_batchsim(catalogue=Catalogue(applications={}))
    sim.put_pool({"id": "rendering"})
    with pytest.raises(Refusal) as refused:
        _replace(sim, {"applicationPackageReferences": [{"applicationId": "blender"}]})
    assert refused.value.values == {"blender": "The specified application package does not exist."}


def test_retired_certificates_are_refused(start_batchsim: Any) -> None:
    """Reported of azure-sdk-for-go and of Terraform's provider: 400 CertificateRetired."""
    sim = start_batchsim(catalogue=Catalogue(certificates_retired=True))
    sim.put_pool({"id": "rendering"})
    with pytest.raises(Refusal) as refused:
        _replace(sim, {"certificateReferences": [CERTIFICATE]})
    assert refused.value.code == "CertificateRetired"


def test_a_retired_version_is_refused_to_everybody(batchsim: BatchSim) -> None:
    """Reported from the field: every request is answered with 400."""
    batchsim.service.retired.add(COMPLETE)
    headers = {"Authorization": "SharedKey research:x"}
    answer = httpx.get(f"{batchsim.url}/pools?api-version={COMPLETE}", headers=headers)
    assert answer.status_code in {400, 401}
    with pytest.raises(Refusal):
        check_version({"api-version": COMPLETE}, batchsim.service.retired)


def _replace(sim: BatchSim, properties: dict[str, Any]) -> None:
    empty: dict[str, Any] = {"applicationPackageReferences": [], "certificateReferences": [], "metadata": []}
    sim.state.replace_properties("rendering", {**empty, **properties}, api_version=KNOWN[COMPLETE])
