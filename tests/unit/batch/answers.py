"""A transport whose other end is a function, with a clock that nobody waits for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from poolkeeper.batch.auth.shared_key import SharedKey
from poolkeeper.batch.client import BatchClient
from poolkeeper.batch.http import trust, wire
from poolkeeper.batch.limiter import Limiter
from poolkeeper.batch.transport import Transport
from poolkeeper.metrics import Metrics

ENDPOINT = "https://research.westeurope.batch.azure.com"
API_VERSION = "2024-07-01.20.0"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg=="
"""Base64 of `0123456789abcdef` four times."""
REQUEST_ID = "6d8a9b5e-0000-4c0e-8f4e-000000000001"

Answer = Callable[[httpx.Request], httpx.Response]


def transport_to(answer: Answer, *, metrics: Metrics | None = None, limiter: Limiter | None = None) -> Transport:
    """A transport that has `answer` at its other end."""
    return Transport(
        ENDPOINT,
        account="lab/research",
        api_version=API_VERSION,
        auth=SharedKey("research", KEY, now=lambda: datetime(2026, 1, 1, tzinfo=UTC)),
        limiter=limiter or Limiter(10_000, monotonic=lambda: 0.0),
        metrics=metrics or Metrics(),
        wire=httpx.MockTransport(answer),
    )


def client_to(answer: Answer) -> BatchClient:
    """A client that has `answer` at its other end."""
    return BatchClient(transport_to(answer), version="2024-07-01.20.0")


def live_client(url: str, *, key: str = KEY) -> BatchClient:
    """A client of a service that really listens."""
    transport = Transport(
        url,
        account="lab/research",
        api_version=API_VERSION,
        auth=SharedKey("research", key),
        limiter=Limiter(10_000, monotonic=lambda: 0.0),
        metrics=Metrics(),
        wire=wire(url, trust=trust()),
    )
    return BatchClient(transport, version="2024-07-01.20.0")


def error(
    status: int, code: str = "", text: str = "", *, values: Any = None, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """The service's answer when it refuses, in its envelope, with the two lines that differ in every answer."""
    body: dict[str, Any] = {"odata.metadata": "…", "code": code}
    body["message"] = {"lang": "en-US", "value": f"{text}\nRequestId:{REQUEST_ID}\nTime:2026-01-01T00:00:00.0000000Z"}
    if values is not None:
        body["values"] = values
    return httpx.Response(status, content=json.dumps(body), headers={"request-id": REQUEST_ID, **(headers or {})})
