"""Which bodies of updateproperties are refused, with which code, and what is said about them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.batchsim.account import Account
from tests.batchsim.errors import Refusal
from tests.batchsim.versions import KNOWN

EMPTY: dict[str, Any] = {"certificateReferences": [], "applicationPackageReferences": [], "metadata": []}
FILE = {"httpUrl": "https://x.example.org/a", "filePath": "a"}
CERTIFICATE = {"thumbprint": "abc", "thumbprintAlgorithm": "sha1"}


def with_task(**properties: Any) -> dict[str, Any]:
    return EMPTY | {"startTask": {"commandLine": "true"} | properties}


def with_file(**properties: Any) -> dict[str, Any]:
    return with_task(resourceFiles=[{n: v for n, v in (FILE | properties).items() if v is not None}])


def with_container(**properties: Any) -> dict[str, Any]:
    return with_task(containerSettings={"imageName": "alpine"} | properties)


def account() -> Account:
    one = Account()
    one.put({"id": "p", "vmSize": "standard_d2s_v3"})
    return one


@pytest.mark.parametrize("version", sorted(KNOWN))
def test_each_required_array_is_required(version: str) -> None:
    for name in KNOWN[version].required:
        for missing in ({}, {name: None}):
            body: dict[str, Any] = {n: [] for n in KNOWN[version].required if n != name} | missing
            with pytest.raises(Refusal) as refused:
                account().replace_properties("p", body, api_version=KNOWN[version])
            assert refused.value.code == "MissingRequiredProperty"
            assert refused.value.values == {"PropertyName": name}


@pytest.mark.parametrize("name", ["certificateReferences", "targetNodeCommunicationMode"])
def test_the_later_version_refuses_what_it_lost(name: str) -> None:
    body: dict[str, Any] = {"applicationPackageReferences": [], "metadata": [], name: []}
    with pytest.raises(Refusal) as refused:
        account().replace_properties("p", body, api_version=KNOWN["2025-06-01"])
    assert (refused.value.status, refused.value.code) == (400, "UnsupportedProperty")
    assert refused.value.values["PropertyName"] == name


@pytest.mark.parametrize(
    ("body", "code", "name", "reason"),
    [
        (EMPTY | {"displayName": "x"}, "InvalidRequestBody", "displayName", "not one of the five"),
        (with_task(commandline="x"), "InvalidRequestBody", "commandline", "names are case-sensitive"),
        (EMPTY | {"startTask": {}}, "MissingRequiredProperty", "commandLine", "required in a start task"),
        (EMPTY | {"startTask": []}, "InvalidRequestBody", "startTask", "a list is no object"),
        (EMPTY | {"metadata": {}}, "InvalidRequestBody", "metadata", "an object is no list"),
        (EMPTY | {"metadata": ["a"]}, "InvalidRequestBody", "metadata", "items are objects"),
        (EMPTY | {"metadata": [{"name": "a"}]}, "MissingRequiredProperty", "value", "metadata has values"),
        (EMPTY | {"metadata": [{"name": "a", "value": 1}]}, "InvalidRequestBody", "value", "a number is no string"),
        (with_task(maxTaskRetryCount=True), "InvalidRequestBody", "maxTaskRetryCount", "true is not 1"),
        (with_task(maxTaskRetryCount=1.5), "InvalidRequestBody", "maxTaskRetryCount", "whole numbers only"),
        (with_task(maxTaskRetryCount=-2), "InvalidPropertyValue", "maxTaskRetryCount", "-1 is the least"),
        (with_task(maxTaskRetryCount=2**31), "InvalidPropertyValue", "maxTaskRetryCount", "32 bits"),
        (with_task(waitForSuccess=1), "InvalidRequestBody", "waitForSuccess", "1 is not true"),
        (with_task(waitForSuccess="true"), "InvalidRequestBody", "waitForSuccess", "nor is a string"),
        (with_task(userIdentity={"autoUser": {"scope": "job"}}), "InvalidPropertyValue", "scope", "bad enum"),
        (
            with_task(userIdentity={"autoUser": {"elevationLevel": "root"}}),
            "InvalidPropertyValue",
            "elevationLevel",
            "bad enum",
        ),
        (with_task(userIdentity={"username": "a", "autoUser": {}}), "InvalidPropertyValue", "userIdentity", "xor"),
        (with_task(userIdentity={"userName": "a"}), "InvalidRequestBody", "userName", "the wire says username"),
        (with_file(httpUrl=None), "InvalidPropertyValue", "resourceFiles", "no source"),
        (with_file(storageContainerUrl="x"), "InvalidPropertyValue", "resourceFiles", "two sources"),
        (with_file(filePath=None), "MissingRequiredProperty", "filePath", "httpUrl needs one"),
        (with_file(blobPrefix="x"), "InvalidPropertyValue", "blobPrefix", "not with httpUrl"),
        (with_file(filePath="../x"), "InvalidPropertyValue", "filePath", "it leaves the directory"),
        (with_file(filePath="a\\..\\..\\x"), "InvalidPropertyValue", "filePath", "on Windows too"),
        (with_container(imageName=None), "MissingRequiredProperty", "imageName", "required"),
        (with_container(workingDirectory="/tmp"), "InvalidPropertyValue", "workingDirectory", "bad enum"),
        (
            with_container(containerHostBatchBindMounts=[{"source": "Disk"}]),
            "InvalidPropertyValue",
            "source",
            "bad enum",
        ),
        (with_container(registry={"user": "x"}), "InvalidRequestBody", "user", "unknown name, deep down"),
        (EMPTY | {"targetNodeCommunicationMode": "x"}, "InvalidPropertyValue", "targetNodeCommunicationMode", "enum"),
        (
            EMPTY | {"certificateReferences": [CERTIFICATE | {"thumbprintAlgorithm": "sha256"}]},
            "InvalidPropertyValue",
            "thumbprintAlgorithm",
            "must be sha1",
        ),
        (
            EMPTY | {"certificateReferences": [CERTIFICATE | {"visibility": ["everyone"]}]},
            "InvalidPropertyValue",
            "visibility",
            "bad enum in a list",
        ),
        (
            EMPTY | {"certificateReferences": [CERTIFICATE | {"storeLocation": "x"}]},
            "InvalidPropertyValue",
            "storeLocation",
            "bad enum",
        ),
        (
            EMPTY | {"applicationPackageReferences": [{"applicationId": str(n)} for n in range(11)]},
            "InvalidPropertyValue",
            "applicationPackageReferences",
            "at most ten",
        ),
        (
            EMPTY | {"applicationPackageReferences": [{"version": "1"}]},
            "MissingRequiredProperty",
            "applicationId",
            "a version of what",
        ),
    ],
)
def test_a_bad_body_is_refused_and_named(*, body: dict[str, Any], code: str, name: str, reason: str) -> None:
    one = account()
    before = one.pool("p").etag
    with pytest.raises(Refusal) as refused:
        one.replace_properties("p", body, api_version=KNOWN["2024-07-01.20.0"])
    assert (refused.value.status, refused.value.code) == (400, code), reason
    assert refused.value.values["PropertyName"] == name, reason
    assert one.pool("p").etag == before


def test_an_empty_metadata_name_has_a_code_of_its_own() -> None:
    with pytest.raises(Refusal) as refused:
        account().replace_properties(
            "p", EMPTY | {"metadata": [{"name": "", "value": ""}]}, api_version=KNOWN["2024-07-01.20.0"]
        )
    assert refused.value.code == "EmptyMetadataKey"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (EMPTY, "nothing but the arrays"),
        (with_task(maxTaskRetryCount=-1), "-1 means no limit"),
        (with_task(userIdentity=None, resourceFiles=None), "null is absent"),
        (with_task(userIdentity={"autoUser": {"elevationLevel": "nonAdmin"}}), "the documentation's spelling"),
        (with_file(filePath="a..b/c"), "two dots inside a name are harmless"),
        (with_file(httpUrl=None, autoStorageContainerName="box", filePath=None), "a container needs no path"),
        (with_container(containerHostBatchBindMounts=[]), "mount nothing"),
        (
            EMPTY | {"applicationPackageReferences": [{"applicationId": "a", "version": str(n)} for n in range(10)]},
            "ten versions of one application",
        ),
        (EMPTY | {"metadata": [{"name": "a", "value": ""}] * 2}, "nothing forbids a name twice"),
    ],
)
def test_a_good_body_is_taken(body: dict[str, Any], reason: str) -> None:
    one = account()
    before = one.pool("p").etag
    assert one.replace_properties("p", body, api_version=KNOWN["2024-07-01.20.0"]).etag > before, reason
