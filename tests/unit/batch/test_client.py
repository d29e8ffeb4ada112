"""The client against the stand-in: rows, a pool, a write, and each way in which they go wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from poolkeeper.batch.client import BatchClient
from poolkeeper.domain import failures
from poolkeeper.domain.observation import PoolRow
from poolkeeper.domain.schema.canonical import canonical, full_body
from tests.batchsim.sim import BatchSim
from tests.support.writing import always, write_now, write_over
from tests.unit.batch.answers import ENDPOINT, client_to, live_client

NOTHING = full_body({})


@pytest.fixture
async def client(batchsim: BatchSim) -> AsyncIterator[BatchClient]:
    """A client of the account with the five example pools."""
    opened = live_client(batchsim.url)
    yield opened
    await opened.close()


async def test_rows_are_listed_by_folded_id_with_etag_and_states(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.put_pool({"id": "Mixed-Case", "vmSize": "standard_d2s_v3"})
    batchsim.set_allocation("rendering", "resizing")
    batchsim.begin_delete("genomics")
    listing = await client.rows()
    assert set(listing.rows) == {one.casefold() for one in batchsim.pool_ids()}
    assert listing.pages == 1
    assert listing.rows["rendering"] == PoolRow(batchsim.etag("rendering"), "active", "resizing")
    assert (await client.row("genomics")).state == "deleting"
    assert "mixed-case" in listing.rows


async def test_a_list_asks_for_nothing_that_it_does_not_use(client: BatchClient, batchsim: BatchSim) -> None:
    await client.rows()
    (entry,) = batchsim.journal.entries("ListPools")
    assert entry.query["$select"] == "id,eTag,state,allocationState"


async def test_a_list_of_more_than_a_thousand_pools_takes_two_pages(
    start_batchsim: Callable[..., BatchSim],
) -> None:
    sim = start_batchsim(pools=({"id": f"pool-{number}", "vmSize": "s"} for number in range(1001)))
    client = live_client(sim.url)
    listing = await client.rows()
    await client.close()
    assert (len(listing.rows), listing.pages) == (1001, 2)
    assert len(sim.journal.entries("ListPools", status=200)) == 2


async def test_the_row_of_one_pool_is_the_row_of_the_list(client: BatchClient) -> None:
    assert await client.row("Rendering") == (await client.rows()).rows["rendering"]


async def test_a_write_is_sent_to_the_pool_that_was_decided_on(client: BatchClient, batchsim: BatchSim) -> None:
    before = batchsim.etag("rendering")
    await write_over(client, "Rendering", before, NOTHING)
    look, written = batchsim.journal.entries()
    assert (look.operation, look.status, look.query["$select"]) == ("GetPool", 304, "id"), "it costs no body"
    assert written.operation == "UpdatePoolProperties"
    assert await client.write("rendering", NOTHING, etag=before, wanted=always) is None
    assert len(batchsim.journal.entries("UpdatePoolProperties")) == 1, "nothing is sent to a pool that has moved"


async def test_a_last_look_at_a_pool_that_has_gone_finds_none(client: BatchClient) -> None:
    with pytest.raises(failures.PoolNotFound):
        await client.write("nowhere", NOTHING, etag="0x1", wanted=always)


class Unwanted(Exception):
    pass


@pytest.mark.parametrize(("answers", "sent"), [(0, []), (1, ["GetPool"])])
async def test_a_write_that_is_not_wanted_does_not_leave(
    client: BatchClient, batchsim: BatchSim, answers: int, sent: list[str]
) -> None:
    """Asked before the look, so that nothing is sent in vain, and again when the write itself is about to leave."""
    left = iter(range(answers))

    def wanted() -> None:
        if next(left, None) is None:
            raise Unwanted

    with pytest.raises(Unwanted):
        await client.write("rendering", NOTHING, etag=batchsim.etag("rendering"), wanted=wanted)
    assert [entry.operation for entry in batchsim.journal.entries()] == sent


async def test_a_pool_is_read_with_its_properties(client: BatchClient, batchsim: BatchSim) -> None:
    shown = batchsim.pool("rendering")
    live = await client.read("rendering")
    assert live.row == PoolRow(batchsim.etag("rendering"), "active", "steady")
    assert live.last_modified == "2025-09-17T22:43:57Z"
    assert shown["lastModified"].startswith("2025-09-17T22:43:57.")
    assert live.current_mode == shown["currentNodeCommunicationMode"]
    assert live.form == canonical(shown)
    assert live.form["metadata"]["owner"] == "rendering@example.org"


async def test_a_pool_without_nodes_has_no_mode_in_use(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.put_pool({"id": "empty", "vmSize": "s"})
    assert (await client.read("empty")).current_mode is None


async def test_a_write_answers_the_etag_of_the_next_read(client: BatchClient, batchsim: BatchSim) -> None:
    written = await write_now(client, "rendering", NOTHING)
    live = await client.read("rendering")
    assert written.etag == live.row.etag == batchsim.etag("rendering")
    assert written.last_modified == live.last_modified
    (entry,) = batchsim.journal.entries("UpdatePoolProperties")
    assert written.request_id == entry.request_id != ""
    assert entry.body == NOTHING


async def test_a_probe_is_one_small_read(client: BatchClient, batchsim: BatchSim) -> None:
    await client.probe()
    (entry,) = batchsim.journal.entries()
    assert (entry.operation, entry.query["$select"], entry.query["maxresults"]) == ("ListPools", "id", "1")


async def test_a_pool_that_does_not_exist_is_not_found(client: BatchClient) -> None:
    with pytest.raises(failures.PoolNotFound):
        await client.read("nowhere")
    with pytest.raises(failures.PoolNotFound):
        await client.row("nowhere")


async def test_a_wrong_key_is_told_as_such(batchsim: BatchSim) -> None:
    client = live_client(batchsim.url, key="QUJD")
    with pytest.raises(failures.AuthenticationFailed):
        await client.probe()
    await client.close()


async def test_a_pool_that_is_being_deleted_takes_no_write(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.begin_delete("rendering")
    with pytest.raises(failures.PoolDeleting):
        await write_now(client, "rendering", NOTHING)


async def test_a_refused_body_names_the_place_in_the_manifest(client: BatchClient) -> None:
    body = {**NOTHING, "startTask": {"commandLine": "true", "maxTaskRetryCount": -7}}
    with pytest.raises(failures.InvalidProperties, match=r"spec\.properties\.startTask\.maxTaskRetryCount"):
        await write_now(client, "rendering", body)


async def test_being_throttled_says_for_how_long(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.faults.add(kind="status", status=429, retry_after=3, count=1)
    with pytest.raises(failures.Throttled) as caught:
        await client.rows()
    assert caught.value.retry_after == 3.0


# aiohttp itself sends a read once more when its connection breaks (RFC 9112, section 9.3.1); never a write.
@pytest.mark.parametrize(("kind", "count"), [("reset", 4), ("garbage", 2)])
async def test_an_answer_that_is_none_passes_with_its_cause(
    client: BatchClient, batchsim: BatchSim, kind: str, count: int
) -> None:
    batchsim.faults.add(kind=kind, count=count, operation=["ListPools", "GetPool"])
    with pytest.raises(failures.Unavailable):
        await client.rows()
    with pytest.raises(failures.Unavailable):
        await client.read("rendering")
    assert (await client.read("rendering")).row.etag == batchsim.etag("rendering")


ODD = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"<html>", id="a proxy's page"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b'"text"', id="a text"),
    pytest.param(b"null", id="null"),
    pytest.param(b'{"value": null}', id="no pools where pools should be"),
    pytest.param(b"[" * 100_000, id="too deep"),
]


@pytest.mark.parametrize("content", ODD)
async def test_a_success_of_another_form_is_no_success(content: bytes) -> None:
    client = client_to(lambda _request: httpx.Response(200, content=content))
    for whole in (client.rows, client.page, client.probe):
        with pytest.raises(failures.PoolUnavailable, match="not the Batch API's") as caught:
            await whole()
        assert not caught.value.account_wide, "single reads may be well"
    with pytest.raises(failures.PoolUnavailable, match="not the Batch API's"):
        await client.read("rendering")
    with pytest.raises(failures.PoolUnavailable, match="not the Batch API's"):
        await client.row("rendering")


@pytest.mark.parametrize("modified", [{}, {"Last-Modified": "soon"}])
async def test_a_time_that_is_none_is_no_success(modified: dict[str, str]) -> None:
    pool = {"id": "rendering", "eTag": "0x1", "state": "active"}
    client = client_to(lambda _request: httpx.Response(200, json=pool, headers={"ETag": "0x1", **modified}))
    with pytest.raises(failures.PoolUnavailable, match="not the Batch API's"):
        await client.read("rendering")


async def test_a_write_is_taken_whatever_its_answer_lacks() -> None:
    """A proxy that strips headers must not have it sent again and again."""
    answers = iter([httpx.Response(304), httpx.Response(204, headers={"request-id": "r" * 500})])
    client = client_to(lambda _request: next(answers))
    written = await write_over(client, "rendering", "0x1", NOTHING)
    assert (written.etag, written.request_id) == ("", "r" * 128)


GOOD = {"id": "Good", "eTag": "0x1", "state": "active", "lastModified": "2026-01-01T00:00:00.1Z"}
ODD_POOLS = [
    pytest.param("null", id="null"),
    pytest.param("{}", id="without an id"),
    pytest.param('{"id": null, "eTag": "0x2"}', id="with an id that is none"),
    pytest.param('{"id": "odd"}', id="without an ETag"),
    pytest.param('{"id": "odd", "eTag": 7}', id="with an ETag that is none"),
    pytest.param(
        r'{"id": "odd", "eTag": "0x2", "metadata": [{"name": "a", "value": "\ud83d"}]}', id="with half a character"
    ),
]


@pytest.mark.parametrize("odd", ODD_POOLS)
async def test_one_odd_pool_does_not_hide_the_others(odd: str) -> None:
    client = client_to(lambda _request: httpx.Response(200, text=f'{{"value": [{json.dumps(GOOD)}, {odd}]}}'))
    listing, page = await client.rows(), await client.page()
    assert listing.rows["good"] == PoolRow("0x1", "active", "")
    assert page.pools["good"]().row.etag == "0x1"
    assert listing.odd + len(listing.rows) == 2, "each is counted, or is a row that nobody can read"
    if "odd" in page.pools and "metadata" not in odd:
        with pytest.raises(failures.PoolUnavailable):
            page.pools["odd"]()


@pytest.mark.parametrize("value", [7, None, [], {"a": 1}, "x" * 500])
async def test_what_is_shown_of_a_pool_is_text_that_fits(value: object) -> None:
    shown = ("state", "allocationState", "creationTime", "currentNodeCommunicationMode")
    pool = {**GOOD, **dict.fromkeys(shown, value)}
    headers = {"Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
    live = await client_to(lambda _request: httpx.Response(200, json=pool, headers=headers)).read("good")
    for text in (live.row.state, live.row.allocation_state, live.created, live.current_mode or ""):
        assert isinstance(text, str)
        assert len(text) <= 64


@pytest.mark.parametrize("link", [7, "https://[::", ["/pools"]])
async def test_a_link_that_is_none_ends_the_list_with_a_failure(link: object) -> None:
    client = client_to(lambda _request: httpx.Response(200, json={"value": [], "odata.nextLink": link}))
    with pytest.raises(failures.ServiceUnavailable, match="link"):
        await client.rows()


async def test_a_list_that_leads_back_to_itself_ends() -> None:
    page = {"value": [], "odata.nextLink": f"{ENDPOINT}/pools?$skiptoken=again"}
    client = client_to(lambda _request: httpx.Response(200, json=page))
    with pytest.raises(failures.PoolUnavailable, match="does not end"):
        await client.rows()


async def test_a_page_whose_link_leads_elsewhere_ends_the_list_with_a_failure() -> None:
    asked: list[str] = []

    def pages(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(200, json={"value": [], "odata.nextLink": "https://evil.example/pools?$skiptoken=1"})

    with pytest.raises(failures.ServiceUnavailable, match="not followed"):
        await client_to(pages).rows()
    assert asked == [httpx.URL(ENDPOINT).host]
