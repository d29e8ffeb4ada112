"""How tests look at what the SDK makes of an answer."""

from __future__ import annotations

from typing import Any

from azure.core.exceptions import HttpResponseError


def headers_of(_response: Any, _deserialized: Any, headers: dict[str, Any]) -> dict[str, Any]:
    """For the SDK's `cls`: the response headers as the SDK parsed them."""
    return headers


def error_of(refused: HttpResponseError) -> dict[str, Any]:
    """The service's error body, whether or not the SDK kept its model (it drops it for 304, 401, 404 and 409)."""
    response: Any = refused.response
    body: dict[str, Any] = response.json()
    return body


def code_of(refused: HttpResponseError) -> tuple[int | None, str]:
    return refused.status_code, error_of(refused)["code"]
