"""What recordings show of the service's answers beside their JSON: headers, links, the words of refusals."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.batchsim.auth import StaticTokens
from tests.batchsim.sim import BatchSim, load_pools

VERSION = "api-version=2024-07-01.20.0"
JSON = "application/json;odata=minimalmetadata"
EMPTY = b'{"certificateReferences":[],"applicationPackageReferences":[],"metadata":[]}'
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
UPDATE = ("POST", f"/pools/rendering/updateproperties?{VERSION}", EMPTY)


@pytest.fixture
def sim(start_batchsim: Any) -> BatchSim:
    started: BatchSim = start_batchsim(pools=load_pools(), clock=lambda: NOON)
    started.gate.tokens = StaticTokens({"test"})
    return started


def ask(sim: BatchSim, method: str, target: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """An answer with the headers that are on the wire, which friendlier clients change."""
    connection = http.client.HTTPConnection("127.0.0.1", sim.port, timeout=10)
    try:
        headers = {"Authorization": "Bearer test"} | ({"Content-Type": JSON} if body else {})
        connection.request(method, target, body=body or None, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def framing(headers: dict[str, str]) -> tuple[str | None, str | None, str | None]:
    return headers.get("transfer-encoding"), headers.get("content-length"), headers.get("content-type")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (("GET", f"/pools?{VERSION}"), (200, ("chunked", None, JSON))),
        (("GET", f"/pools/rendering?{VERSION}"), (200, ("chunked", None, JSON))),
        (("GET", f"/pools/rendering/nodes?{VERSION}"), (200, ("chunked", None, JSON))),
        (("HEAD", f"/pools/rendering?{VERSION}"), (200, ("chunked", None, None))),
        (("HEAD", f"/pools/nowhere?{VERSION}"), (404, ("chunked", None, None))),
        (("PATCH", f"/pools/rendering?{VERSION}", b"{}"), (200, ("chunked", None, None))),
        (("DELETE", f"/pools/rendering?{VERSION}"), (202, ("chunked", None, None))),
        (UPDATE, (204, (None, "0", None))),
    ],
)
def test_an_answer_is_framed_as_recorded(
    sim: BatchSim, request_: tuple[Any, ...], expected: tuple[int, tuple[str | None, ...]]
) -> None:
    """Recorded with both CLIs and the Node SDK: chunks, except for 204; a type only where there is a body."""
    status, headers, _ = ask(sim, *request_)
    assert (status, framing(headers)) == expected


def test_a_refusal_says_how_long_it_is(sim: BatchSim) -> None:
    """Recorded with all of them: errors come in one piece."""
    status, headers, body = ask(sim, "GET", f"/pools/nowhere?{VERSION}")
    assert (status, framing(headers)) == (404, (None, str(len(body)), JSON))


def test_the_date_may_be_a_second_behind_what_was_modified(sim: BatchSim) -> None:
    """Recorded with all of them: whoever stamps the answer has another clock than whoever stores the pool."""
    _, headers, _ = ask(sim, *UPDATE)
    date, modified = (parsedate_to_datetime(headers[name]) for name in ("date", "last-modified"))
    assert (modified - date).total_seconds() == 1


def test_a_next_link_is_as_readable_as_recorded(sim: BatchSim) -> None:
    """Recorded with the Node SDK: of all the odd characters of a token only ^ is escaped."""
    _, _, body = ask(sim, "GET", f"/pools?{VERSION}&$select=id,state&maxresults=3")
    link = httpx.Response(200, content=body).json()["odata.nextLink"]
    assert link.startswith(f"{sim.url}/pools?{VERSION}&$select=id,state&maxresults=3&$skiptoken=WATV2:")
    token = link.rpartition("$skiptoken=")[2]
    assert {"/", ":", "=", "$"} <= set(token)
    assert ("^" in token, "%5E" in token, token.replace("%5E", "").count("%")) == (False, True, 0)
    status, _, _ = ask(sim, "GET", link.removeprefix(sim.url))
    assert status == 200


def test_the_front_end_answers_in_html(sim: BatchSim) -> None:
    """Recorded with the cross-platform CLI, for a URL that it did not like: nothing in it is the service's."""
    sim.faults.add(kind="garbage", status=400)
    status, headers, body = ask(sim, *UPDATE)
    assert (status, framing(headers)) == (400, (None, "324", "text/html; charset=us-ascii"))
    assert b"<h2>Bad Request - Invalid URL</h2>" in body
    assert set(headers) == {"content-type", "server", "date", "content-length"}


def test_other_garbage_is_no_page_of_the_front_end(sim: BatchSim) -> None:
    sim.faults.add(kind="garbage", status=502)
    status, headers, body = ask(sim, *UPDATE)
    assert (status, headers["content-type"], body) == (502, "text/html", b"<html><body>Bad gateway</body></html>")


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [
        (403, "Forbidden", "Access is Forbidden"),
        (400, "CertificateRetired", "The 'Azure Batch Certificates' feature was retired on 02/29/2024."),
        (409, "PoolExists", "The specified pool already exists."),
        (409, "PoolBeingDeleted", "The specified pool has been marked for deletion and is being reclaimed."),
        (
            409,
            "CertificateBeingDeleted",
            "The specified certificate has been marked for deletion and is being deleted.",
        ),
        (
            409,
            "InvalidApplicationPackageReferences",
            "One or more of the specified application package references are invalid.",
        ),
    ],
)
def test_a_refusal_has_the_recorded_words(sim: BatchSim, status: int, code: str, text: str) -> None:
    sim.faults.add(kind="status", status=status, code=code, values={"Reason": "x"})
    answer = httpx.Response(200, content=ask(sim, *UPDATE)[2]).json()
    assert (answer["code"], answer["message"]["value"].partition("\n")[0]) == (code, text)
    assert answer["values"] == [{"key": "Reason", "value": "x"}]


def test_a_page_of_less_than_one_pool_is_refused_in_the_recorded_words(sim: BatchSim) -> None:
    """Recorded with the Node SDK."""
    answer = httpx.Response(200, content=ask(sim, "GET", f"/pools?{VERSION}&maxresults=-5")[2]).json()
    assert {item["key"]: item["value"] for item in answer["values"]} == {
        "QueryParameterName": "maxresults",
        "QueryParameterValue": "-5",
        "Reason": "MaxResults cannot be less than 1",
    }
