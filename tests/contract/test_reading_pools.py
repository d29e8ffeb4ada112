"""The SDK reads pools: lists in pages, selections, single pools, conditions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.batch import BatchClient
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotModifiedError

from tests.batchsim.sim import BatchSim
from tests.contract.answers import code_of, headers_of

LAST_MODIFIED = datetime(2025, 9, 17, 22, 43, 57, tzinfo=UTC)
NOT_ITS_ETAG = "0x8DC000000000000"


def test_a_list_shows_every_pool_in_order_of_its_id(client: BatchClient, batchsim: BatchSim) -> None:
    listed = list(client.list_pools())
    assert [pool.id for pool in listed] == [
        "etl-windows",
        "genomics",
        "rendering",
        "risk-nightly",
        "video-transcode",
    ]
    assert [pool.e_tag for pool in listed] == [batchsim.etag(pool.id or "") for pool in listed]
    assert listed[2].as_dict() == batchsim.pool("rendering")


@pytest.mark.parametrize(("page_size", "requests"), [(1, 5), (2, 3), (4, 2), (5, 1), (1000, 1)])
def test_the_sdk_follows_next_links_to_the_end(
    client: BatchClient, batchsim: BatchSim, page_size: int, requests: int
) -> None:
    listed = list(client.list_pools(max_results=page_size, select=["id", "eTag"]))
    assert [pool.id for pool in listed] == batchsim.pool_ids()
    assert len(batchsim.journal.entries("ListPools")) == requests


def test_a_selection_holds_on_every_page(client: BatchClient) -> None:
    listed = list(client.list_pools(max_results=2, select=["id", "eTag", "state", "allocationState"]))
    assert {frozenset(pool.as_dict()) for pool in listed} == {frozenset({"id", "eTag", "state", "allocationState"})}


def test_a_thousand_and_one_pools_take_two_pages(client: BatchClient, batchsim: BatchSim) -> None:
    for number in range(996):
        batchsim.put_pool({"id": f"many-{number:04}", "vmSize": "standard_d2s_v3"})
    assert len(list(client.list_pools(select=["id"]))) == 1001
    assert len(batchsim.journal.entries("ListPools")) == 2


@pytest.mark.parametrize(
    ("text", "ids", "reason"),
    [
        ("id eq 'RENDERING'", ["rendering"], "ids are case-insensitive"),
        ("startswith(id, 'r')", ["rendering", "risk-nightly"], "the prefix search of the portal"),
        ("state eq 'deleting'", ["genomics"], "one pool is on its way out"),
        ("state eq 'active' and startswith(id,'g')", [], "the only g is deleting"),
        ("id eq 'genomics' or id eq 'rendering'", ["genomics", "rendering"], "two by name"),
        ("id gt 'rendering'", ["risk-nightly", "video-transcode"], "ids are ordered"),
    ],
)
def test_a_filter_is_applied(client: BatchClient, batchsim: BatchSim, text: str, ids: list[str], reason: str) -> None:
    batchsim.begin_delete("genomics")
    assert [pool.id for pool in client.list_pools(filter=text)] == ids, reason


def test_a_filter_that_cannot_be_evaluated_is_refused(client: BatchClient) -> None:
    with pytest.raises(HttpResponseError) as refused:
        list(client.list_pools(filter="metadata eq 'x'"))
    assert code_of(refused.value) == (400, "InvalidQueryParameterValue")


def test_a_pool_is_got_with_its_version_in_the_headers(client: BatchClient, batchsim: BatchSim) -> None:
    headers: Any = client.get_pool("rendering", cls=headers_of)
    assert headers["ETag"] == batchsim.etag("rendering")
    assert headers["Last-Modified"] == LAST_MODIFIED
    assert headers["request-id"]


def test_a_pool_is_found_whatever_the_case_of_its_id_and_keeps_its_own(client: BatchClient) -> None:
    assert client.get_pool("ReNdErInG").id == "rendering"


def test_a_selection_of_one_pool_drops_the_etag_from_the_body_but_not_from_the_headers(
    client: BatchClient, batchsim: BatchSim
) -> None:
    assert set(client.get_pool("rendering", select=["id", "startTask"]).as_dict()) == {
        "odata.metadata",
        "id",
        "startTask",
    }
    headers: Any = client.get_pool("rendering", select=["id"], cls=headers_of)
    assert headers["ETag"] == batchsim.etag("rendering")


def test_every_property_of_the_example_pools_is_one_the_sdk_knows(client: BatchClient, batchsim: BatchSim) -> None:
    for pool_id in batchsim.pool_ids():
        pool = client.get_pool(pool_id)
        known = {field._rest_name for field in pool._attr_to_rest_field.values()}
        assert set(pool.as_dict()) - {"odata.metadata"} <= known


@pytest.mark.parametrize(
    ("condition", "holds", "reason"),
    [
        ({"match": MatchConditions.IfModified, "etag": "its"}, False, "If-None-Match with the present ETag"),
        ({"match": MatchConditions.IfModified, "etag": NOT_ITS_ETAG}, True, "If-None-Match with another"),
        ({"match": MatchConditions.IfNotModified, "etag": "its"}, True, "If-Match with the present ETag"),
        ({"match": MatchConditions.IfNotModified, "etag": NOT_ITS_ETAG}, False, "If-Match with another"),
        ({"match": MatchConditions.IfPresent}, True, "If-Match: *"),
        ({"match": MatchConditions.IfMissing}, False, "If-None-Match: *"),
        ({"if_modified_since": LAST_MODIFIED}, False, "dates count in whole seconds"),
        ({"if_modified_since": LAST_MODIFIED - timedelta(seconds=1)}, True, "it was modified since"),
        ({"if_unmodified_since": LAST_MODIFIED}, True, "it was not modified since"),
        ({"if_unmodified_since": LAST_MODIFIED - timedelta(seconds=1)}, False, "it was modified since"),
    ],
)
@pytest.mark.parametrize("existence", [False, True], ids=["get", "exists"])
def test_each_condition_of_a_read_answers_304_when_it_fails(
    client: BatchClient, batchsim: BatchSim, *, condition: dict[str, Any], existence: bool, holds: bool, reason: str
) -> None:
    options = dict(condition)
    if "match" in options:
        options["match_condition"] = options.pop("match")
    if options.get("etag") == "its":
        options["etag"] = batchsim.etag("rendering")
    read = client.pool_exists if existence else client.get_pool
    if holds:
        assert read("rendering", **options), reason
    else:
        with pytest.raises(ResourceNotModifiedError):
            read("rendering", **options)


def test_an_unquoted_etag_is_taken_as_the_older_sdks_send_it(client: BatchClient, batchsim: BatchSim) -> None:
    with pytest.raises(ResourceNotModifiedError):
        client.get_pool("rendering", headers={"If-None-Match": batchsim.etag("rendering")})


def test_two_conditions_at_once_are_refused(client: BatchClient, batchsim: BatchSim) -> None:
    with pytest.raises(HttpResponseError) as refused:
        client.get_pool(
            "rendering",
            etag=batchsim.etag("rendering"),
            match_condition=MatchConditions.IfModified,
            if_modified_since=LAST_MODIFIED,
        )
    assert code_of(refused.value) == (400, "MultipleConditionHeadersNotSupported")


def test_a_pool_that_does_not_exist_does_not_exist(client: BatchClient) -> None:
    assert client.pool_exists("rendering") is True
    assert client.pool_exists("nowhere") is False


def test_the_timeout_is_taken_in_the_sdks_spelling(client: BatchClient, batchsim: BatchSim) -> None:
    client.get_pool("rendering", timeout=45)
    assert batchsim.journal.entries("GetPool")[0].query["timeOut"] == "45"
