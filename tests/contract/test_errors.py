"""The SDK understands every refusal: its exception class, the code, and the values that say what was wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from azure.batch import BatchClient, models
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from tests.batchsim.rules import Application, Catalogue
from tests.batchsim.sim import BatchSim, load_pools
from tests.contract.answers import code_of, error_of
from tests.contract.conftest import Connect


def replacement(**properties: Any) -> models.BatchPoolReplaceContent:
    """A full body as its wire names say; the SDK's models are mappings and take it as it is."""
    full: dict[str, Any] = {"certificateReferences": [], "applicationPackageReferences": [], "metadata": []}
    return models.BatchPoolReplaceContent({name: v for name, v in (full | properties).items() if v is not None})


def test_an_error_has_the_services_envelope(client: BatchClient, batchsim: BatchSim) -> None:
    with pytest.raises(HttpResponseError) as refused:
        client.replace_pool_properties("rendering", replacement(metadata=None))
    body = error_of(refused.value)
    assert set(body) == {"odata.metadata", "code", "message", "values"}
    assert body["odata.metadata"] == (
        f"{batchsim.url}/$metadata#Microsoft.Azure.Batch.Protocol.Entities.Container.errors/@Element"
    )
    assert body["message"]["lang"] == "en-US"
    assert re.fullmatch(
        r"A required property was not specified in the request body\."
        r"\nRequestId:[0-9a-f-]{36}\nTime:\d{4}-\d\d-\d\dT[\d:.]+Z",
        body["message"]["value"],
    )
    response: Any = refused.value.response
    assert response.headers["request-id"] in body["message"]["value"]
    assert batchsim.journal.entries()[0].request_id in body["message"]["value"]


def test_the_sdks_model_of_an_error_holds_its_values(client: BatchClient) -> None:
    with pytest.raises(HttpResponseError) as refused:
        client.replace_pool_properties("rendering", replacement(targetNodeCommunicationMode="fancy"))
    model: Any = refused.value.model
    assert model.code == "InvalidPropertyValue"
    assert {item.key: item.value for item in model.values_property} == {
        "PropertyName": "targetNodeCommunicationMode",
        "PropertyValue": "fancy",
        "Reason": "The value is none of default, classic, simplified.",
    }


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_pool("nowhere"),
        lambda client: client.replace_pool_properties("nowhere", replacement()),
        lambda client: client.update_pool("nowhere", models.BatchPoolUpdateContent(display_name="x")),
        lambda client: list(client.list_nodes("nowhere")),
        lambda client: client.delete_pool("nowhere"),
    ],
    ids=["get", "replace", "patch", "nodes", "delete"],
)
def test_a_missing_pool_is_not_found_whatever_is_asked_of_it(client: BatchClient, call: Any) -> None:
    with pytest.raises(ResourceNotFoundError) as refused:
        call(client)
    assert code_of(refused.value) == (404, "PoolNotFound")


@pytest.mark.parametrize(
    ("reference", "problem", "reason"),
    [
        ({"applicationId": "blender", "version": "4.2.3"}, None, "this version is there"),
        ({"applicationId": "Blender", "version": "4.2.3"}, None, "ids are case-insensitive"),
        ({"applicationId": "blender"}, None, "it has a default version"),
        ({"applicationId": "/subscriptions/1/applications/blender"}, None, "the last segment is the id"),
        ({"applicationId": "blender", "version": "9"}, "The version does not exist", "no such version"),
        ({"applicationId": "maya"}, "The specified application package does not exist", "no such application"),
        ({"applicationId": "houdini"}, "has no default version", "neither given nor defaulted"),
    ],
)
def test_a_package_must_be_in_the_account(
    start_batchsim: Any, connect: Connect, *, reference: dict[str, str], problem: str | None, reason: str
) -> None:
    applications = {"blender": Application(frozenset({"4.2.3"}), "4.2.3"), "houdini": Application(frozenset({"20"}))}
    sim: BatchSim = start_batchsim(pools=load_pools(), catalogue=Catalogue(applications=applications))
    content = replacement(applicationPackageReferences=[reference])
    if problem is None:
        connect(sim).replace_pool_properties("rendering", content)
        return
    with pytest.raises(ResourceExistsError) as refused:
        connect(sim).replace_pool_properties("rendering", content)
    assert code_of(refused.value) == (409, "InvalidApplicationPackageReferences"), reason
    assert problem in str(error_of(refused.value)["values"]), reason


def test_a_certificate_must_be_in_the_account(start_batchsim: Any, connect: Connect) -> None:
    sim: BatchSim = start_batchsim(pools=load_pools(), catalogue=Catalogue(certificates=frozenset({"abc"})))
    known, unknown = ({"thumbprint": text, "thumbprintAlgorithm": "sha1"} for text in ("ABC", "def"))
    connect(sim).replace_pool_properties("rendering", replacement(certificateReferences=[known]))
    with pytest.raises(HttpResponseError) as refused:
        connect(sim).replace_pool_properties("rendering", replacement(certificateReferences=[known, unknown]))
    assert code_of(refused.value) == (400, "InvalidCertificateReferences")


def test_a_body_beyond_the_limit_is_too_large(start_batchsim: Any, connect: Connect) -> None:
    sim: BatchSim = start_batchsim(pools=load_pools(), max_body=2000)
    content = replacement(startTask={"commandLine": "x" * 2000})
    with pytest.raises(HttpResponseError) as refused:
        connect(sim).replace_pool_properties("rendering", content)
    assert code_of(refused.value) == (413, "RequestBodyTooLarge")


def test_another_api_version_of_the_client_must_be_known(batchsim: BatchSim, connect: Connect) -> None:
    with pytest.raises(HttpResponseError) as refused:
        connect(batchsim, api_version="2019-08-01.10.0").get_pool("rendering")
    assert code_of(refused.value) == (400, "UnsupportedRequestVersion")


def test_the_later_version_shows_and_takes_neither_certificates_nor_mode(batchsim: BatchSim, connect: Connect) -> None:
    later = connect(batchsim, api_version="2025-06-01")
    lost = {"certificateReferences", "targetNodeCommunicationMode", "currentNodeCommunicationMode"}
    before = batchsim.pool("etl-windows") | {"targetNodeCommunicationMode": "classic"}
    batchsim.put_pool(before)
    assert lost & set(later.get_pool("etl-windows").as_dict()) == set()
    assert all(lost & set(pool.as_dict()) == set() for pool in later.list_pools())
    with pytest.raises(HttpResponseError) as refused:
        later.replace_pool_properties("etl-windows", replacement())
    assert code_of(refused.value) == (400, "UnsupportedProperty")

    later.replace_pool_properties("etl-windows", replacement(certificateReferences=None))
    after = batchsim.pool("etl-windows")
    assert after["certificateReferences"] == before["certificateReferences"]
    assert after["targetNodeCommunicationMode"] == "classic"
    assert "metadata" not in after
