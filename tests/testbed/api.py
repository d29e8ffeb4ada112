"""Plain requests to the API server, for what kubectl is too slow or too clever for.

A kubectl call costs a fifth of a second, nearly all of it its own start.
"""

from __future__ import annotations

import http.client
import json
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.testbed.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path


class Answer(NamedTuple):
    """The HTTP status and the body as text."""

    status: int
    text: str

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.text)


class Api:
    """The API server as one user sees it. No state: each request has its own connection."""

    def __init__(self, *, port: int, authority: Path, token: str) -> None:
        self._port = port
        self._tls = ssl.create_default_context(cafile=str(authority))
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout: float = 30,
    ) -> Answer:
        """Send one request, a body as JSON. Any status is an answer; OSError means that nobody answered."""
        connection = http.client.HTTPSConnection(LOOPBACK, self._port, context=self._tls, timeout=timeout)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, self._headers | {"Content-Type": content_type, "Accept": accept})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())
        except http.client.HTTPException as error:
            raise ConnectionError(f"kube-apiserver on port {self._port} hung up: {error!r}") from error
        finally:
            connection.close()

    def metrics(self) -> str:
        """Return the server's Prometheus text, some 2 MB."""
        answer = self.request("GET", "/metrics")
        if answer.status != http.HTTPStatus.OK:
            raise ConnectionError(f"kube-apiserver refused /metrics: {answer.status} {answer.text}")
        return answer.text
