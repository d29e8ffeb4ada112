"""One call of the API, free of HTTP: what an operation gets and gives, and the checks that all have in common."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.batchsim.conditions import check_conditions, refuse_conditions
from tests.batchsim.errors import Refusal, about_header, about_query
from tests.batchsim.etags import etag_of, http_date_of
from tests.batchsim.sharedkey import parse_date
from tests.batchsim.versions import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tests.batchsim.account import Account
    from tests.batchsim.faults import Fault
    from tests.batchsim.pools import Pool, Version
    from tests.batchsim.versions import ApiVersion

Json = dict[str, Any]

COMMON_QUERY = frozenset({"api-version", "timeout"})


@dataclass(frozen=True)
class Reply:
    """What is answered: a status, headers, and a JSON body or none; text is not the service's, but in front of it."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request, parsed. Header names are lower-case; query names too, for the SDKs disagree on `timeout`."""

    account: Account
    url: str
    base_url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    api_version: ApiVersion
    stale: Fault | None = None

    def version_of(self, pool: Pool) -> Version:
        """The version of the pool to show: an old one while a `stale` fault says so."""
        if self.stale is None:
            return pool.present
        if self.stale.changes is not None:
            return pool.version_before(changes=self.stale.changes)
        ago = int((self.stale.seconds or 0) * 10_000_000)
        return pool.version_before(stored_at=self.account.ticker.now() - ago)

    def hold_conditions(self, *, modified: int, reading: bool = False) -> None:
        check_conditions(self.headers, modified=modified, reading=reading)


@dataclass(frozen=True)
class Operation:
    """One operation of the API: its name in the journal, its route, what it takes, what it does.

    `body`: `none`, `optional` or `required`. `conditional`: takes the four conditional headers.
    """

    name: str
    method: str
    path: str
    run: Callable[[Call], Reply]
    query: frozenset[str] = frozenset()
    body: str = "none"
    conditional: bool = False


def changed(pool: Pool, status: int, *, call: Call) -> Reply:
    """The answer to a write: no body, the new ETag, and the request's URL as DataServiceId."""
    return Reply(status, headers=version_headers(pool.modified) | {"DataServiceId": call.url.partition("?")[0]})


def version_headers(modified: int) -> dict[str, str]:
    return {"ETag": etag_of(modified), "Last-Modified": http_date_of(modified)}


def check_version(query: Mapping[str, str], retired: Collection[str], *, code: str) -> ApiVersion:
    """The version asked for, unless it is none or served no more, which is refused with `code`."""
    text = query.get("api-version")
    if not text:
        raise about_query("MissingRequiredQueryParameter", "api-version")
    if text not in KNOWN or text in retired:
        raise about_query(code, "api-version", value=text)
    return KNOWN[text]


def check_query(query: Mapping[str, str], operation: Operation) -> None:
    for name, value in query.items():
        if name not in operation.query | COMMON_QUERY:
            raise about_query("UnsupportedQueryParameter", name, value=value)
    timeout = query.get("timeout", "30")
    if not timeout.isdigit() or int(timeout) == 0:
        raise about_query("InvalidQueryParameterValue", "timeout", value=timeout, reason="Not a time in seconds.")
    if "$expand" in query and query["$expand"] != "stats":
        raise about_query("InvalidQueryParameterValue", "$expand", value=query["$expand"])


def check_headers(headers: Mapping[str, str], operation: Operation) -> None:
    """Refuse headers that are wrong in themselves, or that the operation does not take."""
    if "client-request-id" in headers:
        check_guid(headers["client-request-id"])
    if "ocp-date" in headers:
        parse_date(headers["ocp-date"], header="ocp-date")
    if not operation.conditional:
        refuse_conditions(headers)


def check_guid(text: str) -> None:
    """ "In the form of a GUID with no decoration such as curly braces." """
    try:
        bare = str(uuid.UUID(text)) == text.lower()
    except ValueError:
        bare = False
    if not bare:
        raise about_header("InvalidHeaderValue", "client-request-id", value=text, reason="Not a bare GUID.")


def parse_body(raw: bytes, *, content_type: str | None, operation: Operation) -> Json:
    """The JSON body, with the media type the API asks for; {} where none is sent and none needed.

    A charset beside `odata=minimalmetadata` is taken, as recordings show; plain application/json is refused,
    because nothing shows that the service takes it.
    """
    if not raw:
        if operation.body == "required":
            raise Refusal("InvalidRequestBody", values={"Reason": "The request has no body."})
        return {}
    if content_type is None:
        raise about_header("MissingRequiredHeader", "Content-Type")
    media_type, *parameters = [part.strip().lower() for part in content_type.split(";")]
    if media_type != "application/json" or "odata=minimalmetadata" not in parameters:
        reason = "Expected application/json; odata=minimalmetadata."
        raise about_header("InvalidHeaderValue", "Content-Type", value=content_type, reason=reason)
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refusal("InvalidRequestBody", values={"Reason": "The body is not JSON."}) from None
    if not isinstance(body, dict):
        raise Refusal("InvalidRequestBody", values={"Reason": "The body is not a JSON object."})
    return body
