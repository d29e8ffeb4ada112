"""The stand-in on the wire, where no SDK goes: malformed requests, headers, the admin routes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Generator, Iterator
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from tests.batchsim.auth import StaticTokens
from tests.batchsim.sim import BatchSim

VERSION = "api-version=2024-07-01.20.0"
MEDIA_TYPE = "application/json; odata=minimalmetadata"
EMPTY = b'{"certificateReferences":[],"applicationPackageReferences":[],"metadata":[]}'


class Token(httpx.Auth):
    """Lets tests of everything but signatures in."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = "Bearer test"
        yield request


@pytest.fixture
def http(batchsim: BatchSim) -> Iterator[httpx.Client]:
    batchsim.gate.tokens = StaticTokens({"test"})
    with httpx.Client(base_url=batchsim.url, auth=Token(), timeout=10) as client:
        yield client


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_a_signature_made_by_hand_from_the_documentation_is_let_in(batchsim: BatchSim) -> None:
    date = formatdate(usegmt=True)
    text = f"GET\n\n\n\n\n\n\n\n\n\n\n\nocp-date:{date}\n/research/pools\n$select:id\n{VERSION.replace('=', ':')}"
    mac = hmac.new(base64.b64decode(batchsim.key), text.encode(), hashlib.sha256)
    headers = {"ocp-date": date, "Authorization": f"SharedKey research:{base64.b64encode(mac.digest()).decode()}"}
    answer = httpx.get(f"{batchsim.url}/pools?{VERSION}&$select=id", headers=headers)
    assert answer.status_code == 200
    assert batchsim.journal.entries()[0].headers["authorization"] == "SharedKey"


@pytest.mark.parametrize(
    ("method", "target", "headers", "content", "expected", "reason"),
    [
        ("GET", "/pools", {}, b"", (400, "MissingRequiredQueryParameter"), "no api-version"),
        ("GET", "/pools?api-version=2016-01-01", {}, b"", (400, "UnsupportedRequestVersion"), "long retired"),
        ("GET", f"/pools?{VERSION}&top=5", {}, b"", (400, "UnsupportedQueryParameter"), "unknown name"),
        (
            "GET",
            f"/pools?{VERSION}&maxresults=0",
            {},
            b"",
            (400, "InvalidQueryParameterValue"),
            "recorded: no number",
        ),
        ("GET", f"/pools?{VERSION}&maxresults=1001", {}, b"", (400, "OutOfRangeQueryParameterValue"), "1..1000"),
        ("GET", f"/pools?{VERSION}&maxresults=x", {}, b"", (400, "InvalidQueryParameterValue"), "a number"),
        ("GET", f"/pools?{VERSION}&$select=ID", {}, b"", (400, "InvalidQueryParameterValue"), "camelCase only"),
        ("GET", f"/pools?{VERSION}&$skiptoken=x", {}, b"", (400, "InvalidQueryParameterValue"), "made up"),
        ("GET", f"/pools?{VERSION}&timeout=-1", {}, b"", (400, "InvalidQueryParameterValue"), "seconds"),
        ("GET", f"/pools?{VERSION}", {"If-None-Match": "*"}, b"", (400, "UnsupportedHeader"), "lists have none"),
        ("GET", f"/nothing?{VERSION}", {}, b"", (404, "ResourceNotFound"), "no such resource"),
        (
            "GET",
            f"/pools/rendering?{VERSION}",
            {"client-request-id": "{9C4D50EE-2D56-4CD3-8152-34347DC9F2B0}"},
            b"",
            (400, "InvalidHeaderValue"),
            "a GUID with decoration",
        ),
        (
            "GET",
            f"/pools/rendering?{VERSION}",
            {"If-Modified-Since": "today"},
            b"",
            (400, "InvalidHeaderValue"),
            "no date",
        ),
        (
            "POST",
            f"/pools/rendering/updateproperties?{VERSION}",
            {"Content-Type": MEDIA_TYPE, "If-Match": "*"},
            EMPTY,
            (400, "UnsupportedHeader"),
            "updateproperties is no compare-and-swap",
        ),
        (
            "POST",
            f"/pools/rendering/updateproperties?{VERSION}",
            {"Content-Type": "application/json"},
            EMPTY,
            (400, "InvalidHeaderValue"),
            "nothing shows that plain JSON is taken",
        ),
        (
            "POST",
            f"/pools/rendering/updateproperties?{VERSION}",
            {},
            EMPTY,
            (400, "MissingRequiredHeader"),
            "no type",
        ),
        (
            "POST",
            f"/pools/rendering/updateproperties?{VERSION}",
            {"Content-Type": MEDIA_TYPE},
            b"{",
            (400, "InvalidRequestBody"),
            "no JSON",
        ),
        (
            "POST",
            f"/pools/rendering/updateproperties?{VERSION}",
            {"Content-Type": MEDIA_TYPE},
            b"[]",
            (400, "InvalidRequestBody"),
            "no object",
        ),
        (
            "POST",
            f"/pools/rendering/updateproperties?{VERSION}",
            {"Content-Type": MEDIA_TYPE},
            b"",
            (400, "InvalidRequestBody"),
            "no body",
        ),
    ],
)
def test_a_malformed_request_is_refused(
    http: httpx.Client,
    *,
    method: str,
    target: str,
    headers: dict[str, str],
    content: bytes,
    expected: tuple[int, str],
    reason: str,
) -> None:
    assert code_of(http.request(method, target, headers=headers, content=content)) == expected, reason


def test_a_body_in_chunks_has_no_length_and_is_refused(http: httpx.Client) -> None:
    answer = http.post(
        f"/pools/rendering/updateproperties?{VERSION}", content=iter([EMPTY]), headers={"Content-Type": MEDIA_TYPE}
    )
    assert code_of(answer) == (411, "MissingContentLengthHeader")


@pytest.mark.parametrize(
    "media_type", [MEDIA_TYPE, "application/json;odata=minimalmetadata", f"{MEDIA_TYPE}; charset=utf-8"]
)
def test_the_media_type_is_taken_in_every_recorded_spelling(http: httpx.Client, media_type: str) -> None:
    answer = http.post(
        f"/pools/rendering/updateproperties?{VERSION}", content=EMPTY, headers={"Content-Type": media_type}
    )
    assert (answer.status_code, answer.content) == (204, b"")


def test_every_answer_has_the_services_headers(http: httpx.Client, batchsim: BatchSim) -> None:
    answer = http.get(f"/pools/rendering?{VERSION}")
    assert answer.headers["DataServiceVersion"] == "3.0"
    assert answer.headers["Content-Type"] == "application/json;odata=minimalmetadata"
    assert answer.headers["ETag"] == answer.json()["eTag"] == batchsim.etag("rendering")
    assert answer.headers["ETag"].startswith("0x8D")
    assert answer.json()["odata.metadata"] == f"{batchsim.url}/$metadata#pools/@Element"
    other = http.get(f"/pools/nowhere?{VERSION}")
    assert uuid.UUID(answer.headers["request-id"]) != uuid.UUID(other.headers["request-id"])
    assert "ETag" not in http.get(f"/pools?{VERSION}").headers


def test_the_callers_request_id_comes_back_only_when_asked_for(http: httpx.Client) -> None:
    mine = {"client-request-id": str(uuid.uuid4())}
    asked = http.get(f"/pools/rendering?{VERSION}", headers=mine | {"return-client-request-id": "true"})
    unasked = http.get(f"/pools/rendering?{VERSION}", headers=mine)
    assert asked.headers["client-request-id"] == mine["client-request-id"]
    assert "client-request-id" not in unasked.headers


def test_a_304_and_a_missing_head_have_no_body(http: httpx.Client, batchsim: BatchSim) -> None:
    unchanged = http.get(f"/pools/rendering?{VERSION}", headers={"If-None-Match": batchsim.etag("rendering")})
    missing = http.head(f"/pools/nowhere?{VERSION}")
    assert [(a.status_code, a.content) for a in (unchanged, missing)] == [(304, b""), (404, b"")]
    assert not any("Content-Type" in answer.headers for answer in (unchanged, missing))


def test_the_next_link_is_absolute_and_carries_the_whole_question(http: httpx.Client, batchsim: BatchSim) -> None:
    first = http.get(f"/pools?{VERSION}&$select=id&maxresults=3").json()
    link = httpx.URL(first["odata.nextLink"])
    assert first["odata.nextLink"].startswith(f"{batchsim.url}/pools?")
    assert {*"$/^:="} <= set(link.params["$skiptoken"])
    last = http.get(link).json()
    assert [pool["id"] for page in (first, last) for pool in page["value"]] == batchsim.pool_ids()
    assert [set(pool) for pool in last["value"]] == [{"id"}] * 2
    assert "odata.nextLink" not in last


def test_the_journal_has_everything_but_the_credential(http: httpx.Client, batchsim: BatchSim) -> None:
    start = batchsim.journal.last_number
    http.post(
        f"/pools/Rendering/updateproperties?{VERSION}&timeout=9",
        content=EMPTY,
        headers={"Content-Type": MEDIA_TYPE, "X-Mine": "1"},
    )
    answer = http.get("/admin/journal", params={"since": start}).json()
    [entry] = answer["entries"]
    assert answer["last"] == entry["number"] == start + 1
    assert (entry["operation"], entry["pool"], entry["status"]) == ("UpdatePoolProperties", "Rendering", 204)
    assert (entry["method"], entry["path"]) == ("POST", "/pools/Rendering/updateproperties")
    assert entry["query"] == {"api-version": "2024-07-01.20.0", "timeout": "9"}
    assert entry["body"] == json.loads(EMPTY)
    assert (entry["headers"]["authorization"], entry["headers"]["x-mine"]) == ("Bearer", "1")
    assert entry["etag"] == batchsim.etag("rendering")
    http.delete("/admin/journal")
    assert http.get("/admin/journal").json() == {"last": start + 1, "entries": []}


def test_a_request_that_is_kept_out_is_in_the_journal_too(batchsim: BatchSim) -> None:
    httpx.get(f"{batchsim.url}/pools?{VERSION}")
    [entry] = batchsim.journal.entries("ListPools")
    assert (entry.status, entry.code) == (400, "MissingRequiredHeader")


def test_waiting_for_a_request_that_does_not_come_says_what_came(http: httpx.Client, batchsim: BatchSim) -> None:
    http.get(f"/pools/rendering?{VERSION}")
    with pytest.raises(TimeoutError, match=r"0 of 1 .*UpdatePoolProperties.*GetPool rendering 200"):
        batchsim.journal.wait("UpdatePoolProperties", seconds=0.05)


def test_an_admin_changes_a_pool_behind_everyones_back(http: httpx.Client, batchsim: BatchSim) -> None:
    before = batchsim.etag("rendering")
    kept = http.post("/admin/pools/rendering/drift", json={"metadata": None, "displayName": "x"}).json()
    assert before < kept["eTag"] == batchsim.etag("rendering")
    assert ("metadata" in batchsim.pool("rendering"), batchsim.pool("rendering")["displayName"]) == (False, "x")
    kept = http.post("/admin/pools/rendering/state", json={"allocationState": "resizing"}).json()
    assert (kept["allocationState"], kept["eTag"]) == ("resizing", batchsim.etag("rendering"))
    http.post("/admin/pools/rendering/state", json={"state": "deleting"})
    assert batchsim.pool("rendering")["state"] == "deleting"


def test_an_admin_adds_reads_and_removes_a_pool(http: httpx.Client, batchsim: BatchSim) -> None:
    registry = {"username": "u", "password": "p"}
    task = {"commandLine": "x", "containerSettings": {"imageName": "a", "registry": registry}}
    http.put("/admin/pools/fresh", json={"vmSize": "STANDARD_A1", "startTask": task, "targetDedicatedNodes": 2})
    kept: dict[str, Any] = http.get("/admin/pools/fresh").json()
    assert kept["startTask"]["containerSettings"]["registry"] == registry
    assert len(kept["nodes"]) == batchsim.pool("fresh")["currentDedicatedNodes"] == 2
    assert [pool["id"] for pool in http.get("/admin/pools").json()] == batchsim.pool_ids()
    assert http.delete("/admin/pools/fresh").status_code == 200
    assert http.get("/admin/pools/fresh").status_code == 404


def test_an_admin_makes_a_node_peculiar(http: httpx.Client, batchsim: BatchSim) -> None:
    node = batchsim.nodes("rendering")[0]
    http.post(f"/admin/pools/rendering/nodes/{node.id}", json={"state": "unusable", "totalTasksRun": 7})
    shown = http.get(f"/pools/rendering/nodes/{node.id}?{VERSION}").json()
    assert (shown["state"], shown["totalTasksRun"]) == ("unusable", 7)


def test_an_admin_rotates_credentials_and_fills_the_catalogue(http: httpx.Client, batchsim: BatchSim) -> None:
    applications = {"Blender": {"versions": ["4"], "default": "4"}}
    account = http.put(
        "/admin/account", json={"key": "bmV3", "tokens": ["t"], "applications": applications, "certificates": ["AB"]}
    ).json()
    assert account["applications"] == {"blender": applications["Blender"]}
    assert account["certificates"] == ["ab"]
    assert "key" not in account
    assert batchsim.key == "bmV3"
    assert http.get(f"/pools?{VERSION}").status_code == 401


def test_an_admin_switches_faults_on_and_off(http: httpx.Client) -> None:
    fault = {"kind": "status", "operation": "ListPools", "status": 503, "retry_after": 7}
    number = http.post("/admin/faults", json=fault).json()["number"]
    answer = http.get(f"/pools?{VERSION}")
    assert (code_of(answer), answer.headers["Retry-After"]) == ((503, "ServerBusy"), "7")
    assert [(f["number"], f["hits"]) for f in http.get("/admin/faults").json()] == [(number, 1)]
    assert http.delete(f"/admin/faults/{number}").status_code == 200
    assert http.delete(f"/admin/faults/{number}").status_code == 404
    http.post("/admin/faults", json=fault)
    http.delete("/admin/faults")
    assert http.get(f"/pools?{VERSION}").status_code == 200


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({}, "needs a kind"),
        ({"kind": "flood"}, "kind must be one of"),
        ({"kind": "status"}, "status is missing"),
        ({"kind": "latency"}, "seconds is missing"),
        ({"kind": "stale"}, "either seconds or changes"),
        ({"kind": "writer", "seconds": 1}, "pool and merge"),
        ({"kind": "quirk", "name": "x"}, "name must be one of"),
        ({"kind": "reset", "when": "never"}, "before or after"),
        ({"kind": "reset", "retryAfter": 1}, "no field retryAfter"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(http: httpx.Client, fault: dict[str, Any], complaint: str) -> None:
    answer = http.post("/admin/faults", json=fault)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]


def test_an_open_hang_does_not_hold_up_the_end(batchsim: BatchSim, http: httpx.Client) -> None:
    batchsim.faults.add(kind="hang", operation="GetPool")
    with pytest.raises(httpx.ReadTimeout):
        http.get(f"/pools/rendering?{VERSION}", timeout=0.1)
    batchsim.stop()
    batchsim.start()
    assert http.get(f"/pools?{VERSION}").status_code == 200
