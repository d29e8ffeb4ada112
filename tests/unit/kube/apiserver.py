"""A small HTTP server on loopback that answers as the API server does where the real one cannot be made to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from poolkeeper.kube.client import Api
from poolkeeper.kube.kubeconfig import Kubeconfig
from tests.testbed.ports import LOOPBACK

Answer = Callable[["Request"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Request:
    """What was received."""

    method: str
    path: str
    query: dict[str, str]
    token: str
    content_type: str
    accept: str
    body: bytes


@dataclass(eq=False, slots=True)
class ApiServer:
    """`answer` decides; a kubeconfig points here."""

    url: str
    kubeconfig: Path
    requests: list[Request] = field(default_factory=list)
    answer: Answer | None = None

    def sign_in_as(self, token: str) -> None:
        """Write the kubeconfig with another token."""
        write_kubeconfig(self.kubeconfig, url=self.url, token=token)

    def says(self, *answers: web.Response) -> None:
        """Give these answers one after the other; the last one for ever."""
        waiting = list(answers)

        async def next_answer(_: Request) -> web.StreamResponse:
            found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return web.Response(status=found.status, body=found.body, content_type="application/json")

        self.answer = next_answer

    async def handle(self, request: web.Request) -> web.StreamResponse:
        received = Request(
            request.method,
            request.path,
            dict(request.query),
            request.headers.get("Authorization", ""),
            request.content_type,
            request.headers.get("Accept", ""),
            await request.read(),
        )
        self.requests.append(received)
        assert self.answer is not None, "a test says what is answered"
        return await self.answer(received)


def write_kubeconfig(file: Path, *, url: str, token: str, contexts: tuple[str, ...] = ("lab",)) -> None:
    """A kubeconfig with a context per name; each has a token of its own but for the first, which has the one given."""
    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": {"server": url}}],
        "users": [
            {"name": name, "user": {"token": token if number == 0 else f"{token}-of-{name}"}}
            for number, name in enumerate(contexts)
        ],
        "contexts": [{"name": name, "context": {"cluster": "lab", "user": name}} for name in contexts],
        "current-context": contexts[0],
    }
    file.write_text(yaml.safe_dump(config))


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[ApiServer]:
    """The server while the context lasts."""
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    # Filled in below: the address is only known once it listens.
    made: list[ApiServer] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        return await made[0].handle(request)

    app.router.add_route("*", "/{path:.*}", handle)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, 0).start()
        host, port = runner.addresses[0][:2]
        made.append(ApiServer(f"http://{host}:{port}", folder / "kubeconfig"))
        made[0].sign_in_as("first")
        yield made[0]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client(kubeconfig: Path) -> AsyncIterator[Api]:
    """A client that is closed in the end."""
    api = Api(Kubeconfig(str(kubeconfig)))
    try:
        yield api
    finally:
        await api.close()
