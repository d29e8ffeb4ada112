"""Facts of the real service that the stand-in has to share: each with where it was seen."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import httpx
import pytest

from tests.batchsim.auth import StaticTokens
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


@pytest.mark.parametrize("delete", ["state.delete", "begin_delete"])
def test_a_deletion_moves_the_etag(batchsim: BatchSim, delete: str) -> None:
    """Recorded with the Node SDK: a pool that is being deleted has another ETag and lastModified."""
    before = batchsim.pool("rendering")
    attrgetter(delete)(batchsim)("rendering")
    after = batchsim.pool("rendering")
    assert after["state"] == "deleting"
    assert (after["eTag"] != before["eTag"], after["lastModified"] > before["lastModified"]) == (True, True)
    assert batchsim.etag("rendering") == after["eTag"]


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
    """Recorded with the Node SDK: what was left out is filled in, with capitals that no page has."""
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
    """Reported of azure-sdk-for-go and of Terraform's provider: 400 CertificateRetired, with a reason."""
    sim = start_batchsim(catalogue=Catalogue(certificates_retired=True))
    sim.put_pool({"id": "rendering"})
    with pytest.raises(Refusal) as refused:
        _replace(sim, {"certificateReferences": [CERTIFICATE]})
    assert (refused.value.status, refused.value.code) == (400, "CertificateRetired")
    assert set(refused.value.values) == {"Reason"}
    _replace(sim, {})


@pytest.mark.parametrize("code", ["UnsupportedRequestVersion", "InvalidQueryParameterValue"])
def test_a_retired_version_is_refused_to_everybody(batchsim: BatchSim, code: str) -> None:
    """Reported from the field: every request is answered with 400, by one code or the other."""
    batchsim.gate.tokens = StaticTokens({"test"})
    batchsim.service.retired.add(COMPLETE)
    batchsim.service.retired_code = code
    for path in ("/pools", "/pools/rendering", "/pools/nowhere"):
        answer = _get(batchsim, path)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        values = {item["key"]: item["value"] for item in answer.json()["values"]}
        assert (values["QueryParameterName"], values["QueryParameterValue"]) == ("api-version", COMPLETE)
    assert _get(batchsim, "/pools", version=NEWER).status_code == 200


def test_a_user_without_a_scope_is_the_pools(batchsim: BatchSim) -> None:
    """Recorded by the CLI's extensions in 2022."""
    _replace(batchsim, {"startTask": {"commandLine": "x", "userIdentity": {"autoUser": {"elevationLevel": "admin"}}}})
    shown = batchsim.pool("rendering")["startTask"]["userIdentity"]
    assert shown == {"autoUser": {"scope": "pool", "elevationLevel": "admin"}}


def test_signatures_and_environments_are_shown_whole(batchsim: BatchSim) -> None:
    """Recorded with the cross-platform CLI: GET hides passwords and nothing else."""
    url = "https://x.example.org/a?sv=2014-02-14&sig=c2ln%3D&sp=r"
    variable = {"name": "TOKEN", "value": "as it was sent"}
    file = {"httpUrl": url, "filePath": "a"}
    _replace(batchsim, {"startTask": {"commandLine": "x", "resourceFiles": [file], "environmentSettings": [variable]}})
    batchsim.gate.tokens = StaticTokens({"test"})
    shown = _get(batchsim, "/pools/rendering").json()["startTask"]
    assert (shown["resourceFiles"], shown["environmentSettings"]) == ([file], [variable])


def test_an_update_of_the_newer_version_needs_no_more_than_two_lists(batchsim: BatchSim) -> None:
    """Recorded on 2025-06-01 in January 2026."""
    batchsim.gate.tokens = StaticTokens({"test"})
    answer = httpx.post(
        f"{batchsim.url}/pools/etl-windows/updateproperties?api-version={NEWER}",
        content=b'{"applicationPackageReferences":[],"metadata":[]}',
        headers={"Authorization": "Bearer test", "Content-Type": "application/json; odata=minimalmetadata"},
    )
    assert answer.status_code == 204
    seen = _get(batchsim, "/pools/etl-windows", version=NEWER).json()
    assert not {"certificateReferences", "targetNodeCommunicationMode", "startTask", "metadata"} & set(seen)
    assert batchsim.pool("etl-windows")["certificateReferences"] != []


def test_a_mode_that_is_left_out_becomes_default(batchsim: BatchSim) -> None:
    """Recorded on 2024-07-01.20.0, too."""
    batchsim.drift("rendering", targetNodeCommunicationMode="classic")
    _replace(batchsim, {})
    assert batchsim.pool("rendering")["targetNodeCommunicationMode"] == "default"


def _get(sim: BatchSim, path: str, *, version: str = COMPLETE) -> httpx.Response:
    return httpx.get(f"{sim.url}{path}?api-version={version}", headers={"Authorization": "Bearer test"})


def _replace(sim: BatchSim, properties: dict[str, Any]) -> None:
    empty: dict[str, Any] = {"applicationPackageReferences": [], "certificateReferences": [], "metadata": []}
    sim.state.replace_properties("rendering", {**empty, **properties}, api_version=KNOWN[COMPLETE])
