"""What the service answers when it refuses, in its own words and its own envelope.

The envelope is flat (`code`, `message.lang`, `message.value`, `values`), not ARM's `{"error": ...}`.
Codes, statuses and texts: Microsoft's page "Batch Status and Error Codes". The message ends with a
RequestId and a Time line, which differ in every answer, as the real ones do.
"""

from __future__ import annotations

from typing import Any

CODES: dict[str, tuple[int, str]] = {
    "InvalidPropertyValue": (
        400,
        "The value provided for one of the properties in the request body is invalid.",
    ),
    "MissingRequiredProperty": (400, "A required property was not specified in the request body."),
    "UnsupportedProperty": (400, "One of the properties specified in the request body is not supported."),
    "InvalidRequestBody": (400, "The specified Request Body is not syntactically valid."),
    "InvalidCertificateReferences": (400, "One or more certificates are not present in the account."),
    "CertificateRetired": (400, "The 'Azure Batch Certificates' feature was retired on 02/29/2024."),
    "EmptyMetadataKey": (400, "The key for one of the metadata key-value pairs is empty."),
    "InvalidQueryParameterValue": (
        400,
        "Value for one of the query parameters specified in the request URI is invalid.",
    ),
    "MissingRequiredQueryParameter": (
        400,
        "A required query parameter was not specified for this request.",
    ),
    "UnsupportedQueryParameter": (
        400,
        "One of the query parameters specified in the request URI is not supported.",
    ),
    "OutOfRangeQueryParameterValue": (
        400,
        "One of the query parameters specified in the request URI is outside the permissible range.",
    ),
    "UnsupportedRequestVersion": (400, "The specified request version is not supported."),
    "InvalidHeaderValue": (400, "The value provided for one of the HTTP headers was not in the correct format."),
    "UnsupportedHeader": (400, "One of the headers specified in the request is not supported."),
    "MissingRequiredHeader": (400, "A required header was not specified."),
    "MultipleConditionHeadersNotSupported": (400, "Multiple condition headers are not supported."),
    "InvalidAuthenticationInfo": (
        400,
        (
            "The authentication information was not provided in the correct format."
            " Verify the value of Authorization header."
        ),
    ),
    "AuthenticationFailed": (
        401,
        (
            "Server failed to authenticate the request."
            " Make sure the value of Authorization header is formed correctly including the signature."
        ),
    ),
    "Forbidden": (403, "Access is Forbidden"),
    "ResourceNotFound": (404, "The specified resource does not exist."),
    "PoolNotFound": (404, "The specified pool does not exist."),
    "NodeNotFound": (404, "The specified node does not exist."),
    "UnsupportedHttpVerb": (405, "The resource does not support the specified HTTP verb."),
    "PoolExists": (409, "The specified pool already exists."),
    "PoolBeingDeleted": (409, "The specified pool has been marked for deletion and is being reclaimed."),
    "PoolBeingResized": (409, "The specified pool is being resized."),
    "OperationInvalidForCurrentState": (409, "The requested operation is invalid for the current state."),
    "OperationNotValidOnPool": (409, "The specified operation is not valid on the pool."),
    "InvalidApplicationPackageReferences": (
        409,
        "One or more of the specified application package references are invalid.",
    ),
    "CertificateBeingDeleted": (
        409,
        "The specified certificate has been marked for deletion and is being deleted.",
    ),
    "NodeBeingRebooted": (409, "The specified node is being rebooted."),
    "NodeStateUnusable": (409, "The specified node is unusable."),
    "MissingContentLengthHeader": (411, "The Content-Length header was not specified."),
    "ConditionNotMet": (412, "The condition specified using HTTP conditional header(s) is not met."),
    "RequestBodyTooLarge": (413, "The size of the request body exceeds the maximum size permitted."),
    "TooManyRequests": (429, "Too many requests have been sent to the service. Retry after the given time."),
    "InternalError": (500, "The server encountered an internal error. Please retry the request."),
    "OperationTimedOut": (500, "The operation could not be completed within the permitted time."),
    "ServerBusy": (503, "The server is currently unable to receive requests. Please retry your request."),
}


class Refusal(Exception):
    """A request that the service does not take: HTTP status, code, `values`, further headers."""

    def __init__(
        self,
        code: str,
        *,
        status: int | None = None,
        message: str | None = None,
        values: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        known_status, known_message = CODES.get(code, (400, code))
        self.code = code
        self.status = status or known_status
        self.message = message or known_message
        self.values = values or {}
        self.headers = headers or {}
        super().__init__(f"{self.status} {code}: {self.message}")

    def body(self, *, base_url: str, request_id: str, time: str) -> dict[str, Any]:
        """The envelope. `values` is left out when there is nothing to tell, as in recordings."""
        body: dict[str, Any] = {
            "odata.metadata": (
                f"{base_url}/$metadata#Microsoft.Azure.Batch.Protocol.Entities.Container.errors/@Element"
            ),
            "code": self.code,
            "message": {
                "lang": "en-US",
                "value": f"{self.message}\nRequestId:{request_id}\nTime:{time}",
            },
        }
        if self.values:
            body["values"] = [{"key": key, "value": value} for key, value in self.values.items()]
        return body


def about_property(code: str, name: str, *, value: object = None, reason: str = "") -> Refusal:
    """A refusal of one property, with the three `values` the service gives (the name is the leaf's, without path)."""
    values = {"PropertyName": name}
    if value is not None:
        values["PropertyValue"] = value if isinstance(value, str) else repr(value)
    if reason:
        values["Reason"] = reason
    return Refusal(code, values=values)


def about_query(code: str, name: str, *, value: str = "", reason: str = "") -> Refusal:
    values = {"QueryParameterName": name}
    if value:
        values["QueryParameterValue"] = value
    if reason:
        values["Reason"] = reason
    return Refusal(code, values=values)


def about_header(code: str, name: str, *, value: str = "", reason: str = "") -> Refusal:
    values = {"HeaderName": name}
    if value:
        values["HeaderValue"] = value
    if reason:
        values["Reason"] = reason
    return Refusal(code, values=values)
