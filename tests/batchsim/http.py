"""From an HTTP request to an operation and back: journal, faults, credentials, checks, answer, in this order.

Faults come before credentials, because real throttling and real outages sit in front of the service.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import time as system_time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import HttpVersion11, web

from tests.batchsim.calls import Call, Operation, Reply, check_headers, check_query, check_version, parse_body
from tests.batchsim.errors import Refusal
from tests.batchsim.etags import TICKS_PER_SECOND, http_date_of, iso_of, moment_of
from tests.batchsim.sharedkey import SignedRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.batchsim.account import Account
    from tests.batchsim.auth import Gate
    from tests.batchsim.faults import Board, Fault
    from tests.batchsim.journal import Entry, Journal

JSON_TYPE = "application/json;odata=minimalmetadata"
# Recorded: Date is up to a second behind Last-Modified, and at times ahead. The stricter reading is always.
DATE_BEHIND = TICKS_PER_SECOND


@dataclass
class Service:
    """Everything that stands behind one endpoint. `max_body` is in bytes; the real limit is not published."""

    account: Account
    gate: Gate
    journal: Journal
    faults: Board
    max_body: int = 4 * 1024 * 1024
    retired: set[str] = field(default_factory=set)
    """Api-versions that are served no more: every request is refused, as reported from the field."""
    retired_code: str = "UnsupportedRequestVersion"
    """How: some were told InvalidQueryParameterValue instead (Azure/azure-sdk-for-python issue 19224)."""


class Answer(web.Response):
    """A response of the service, and not of the admin routes."""


async def frame(request: web.Request, response: web.StreamResponse) -> None:
    """Give an answer the headers of recordings at last, which aiohttp would set otherwise.

    Without a body: no type, chunks all the same, but for 204, which has a length of zero.
    """
    if not isinstance(response, Answer):
        return
    if response.status == 204:
        response.headers["Content-Length"] = "0"
    elif request.method == "HEAD":
        response.headers["Transfer-Encoding"] = "chunked"
    if response.body is None:
        response.headers.popall("Content-Type", None)


class _Cut(Exception):
    """The connection is to be cut without an answer."""


def handler(service: Service, operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler of one operation."""

    async def handle(request: web.Request) -> web.StreamResponse:
        started = system_time.monotonic()
        raw = await _read(request, limit=service.max_body)
        entry = _open_entry(service, operation, request, raw)
        try:
            reply = await _serve(service, operation, request, raw=raw, entry=entry)
        except Refusal as refusal:
            entry.code = refusal.code
            reply = _refused(refusal, service=service, request=request, entry=entry)
        except _Cut:
            _cut(request)
            return web.Response(status=500)  # nobody reads it
        response = _respond(reply, request=request, entry=entry)
        # By the service's clock: with it, a client can tell that its own is wrong.
        response.headers["Date"] = http_date_of(service.account.ticker.now() - DATE_BEHIND)
        service.journal.close(entry, status=reply.status, seconds=system_time.monotonic() - started)
        return response

    return handle


async def _read(request: web.Request, *, limit: int) -> bytes | Refusal:
    """The body, or why it is not read. A body without a length cannot be signed, so the service asks for one."""
    if "chunked" in request.headers.get("Transfer-Encoding", ""):
        return Refusal("MissingContentLengthHeader")
    if (request.content_length or 0) > limit:
        return Refusal("RequestBodyTooLarge", values={"MaxLimit": str(limit)})
    return await request.read()


def _open_entry(service: Service, operation: Operation, request: web.Request, raw: bytes | Refusal) -> Entry:
    body: Any = None
    if isinstance(raw, bytes) and raw:
        body = raw.decode(errors="replace")
        with contextlib.suppress(ValueError):
            body = json.loads(raw)
    headers = {name.lower(): value for name, value in request.headers.items()}
    if "authorization" in headers:
        headers["authorization"] = headers["authorization"].partition(" ")[0]
    return service.journal.open(
        time=iso_of(service.account.ticker.now()),
        operation=operation.name,
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=headers,
        pool=request.match_info.get("pool"),
        node=request.match_info.get("node"),
        body=body,
        request_id=str(uuid.uuid4()),
    )


async def _serve(
    service: Service, operation: Operation, request: web.Request, *, raw: bytes | Refusal, entry: Entry
) -> Reply:
    faults = service.faults.take(operation.name, entry.pool)
    entry.fault = ", ".join(fault.kind for fault in faults) or None
    reply = await _suffer(faults, "before")
    if reply is None:
        reply = _run(service, operation, request, raw=raw, faults=faults)
        if instead := await _suffer(faults, "after"):
            reply = instead
    return reply


async def _suffer(faults: list[Fault], when: str) -> Reply | None:
    """Let the faults of this moment happen; a reply means that it is answered instead."""
    for fault in faults:
        if fault.when != when:
            continue
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds or 0)
            case "status":
                raise fault.refusal()
            case "garbage":
                content_type, body = fault.page()
                return Reply(fault.status or 200, body, {"Content-Type": content_type})
            case "hang":
                # Ends early when the client leaves: the server cancels the handlers of lost connections.
                await asyncio.sleep(3600.0 if fault.seconds is None else fault.seconds)
                raise _Cut
            case "reset":
                raise _Cut
            case _:
                pass
    return None


def _run(
    service: Service, operation: Operation, request: web.Request, *, raw: bytes | Refusal, faults: list[Fault]
) -> Reply:
    headers = {name.lower(): value for name, value in request.headers.items()}
    path, _, query_string = request.raw_path.partition("?")
    signed = SignedRequest(method=request.method, path=path, query=query_string, headers=headers)
    service.gate.admit(signed, now=moment_of(service.account.ticker.now()))
    query = {name.lower() if name.lower() == "timeout" else name: value for name, value in request.query.items()}
    api_version = check_version(query, service.retired, code=service.retired_code)
    check_query(query, operation)
    check_headers(headers, operation)
    if isinstance(raw, Refusal):
        raise raw
    call = Call(
        account=service.account,
        url=f"{_base_url(request)}{request.raw_path}",
        base_url=_base_url(request),
        path=request.match_info,
        query=query,
        headers=headers,
        body=parse_body(raw, content_type=headers.get("content-type"), operation=operation),
        api_version=api_version,
        stale=next((fault for fault in faults if fault.kind == "stale"), None),
    )
    with service.account.lock:
        return operation.run(call)


def _base_url(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _refused(refusal: Refusal, *, service: Service, request: web.Request, entry: Entry) -> Reply:
    if refusal.status == 304 or request.method == "HEAD":
        return Reply(refusal.status, headers=refusal.headers)
    time = iso_of(service.account.ticker.now())
    body = refusal.body(base_url=_base_url(request), request_id=entry.request_id, time=time)
    return Reply(refusal.status, body, refusal.headers)


def _respond(reply: Reply, *, request: web.Request, entry: Entry) -> web.Response:
    headers = {"Server": "Microsoft-HTTPAPI/2.0"}
    if isinstance(reply.body, str):
        return Answer(status=reply.status, body=reply.body.encode(), headers=headers | reply.headers)
    headers |= {"request-id": entry.request_id, "DataServiceVersion": "3.0"}
    if request.headers.get("return-client-request-id", "").lower() == "true":
        asked = request.headers.get("client-request-id")
        if asked is not None:
            headers["client-request-id"] = asked
    entry.etag = reply.headers.get("ETag")
    body: bytes | None = None
    if reply.body is not None:
        body = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode()
        headers["Content-Type"] = JSON_TYPE
    response = Answer(status=reply.status, body=body, headers=headers | reply.headers)
    # Recorded: all but errors, which have a length.
    if reply.status < 300 and reply.status != 204 and request.version >= HttpVersion11:
        response.enable_chunked_encoding()
    return response


def _cut(request: web.Request) -> None:
    """Reset the connection: with a linger time of zero, closing sends RST instead of FIN."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
