"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from poolkeeper.metrics import Metrics

Readiness = Callable[[], str | None]
"""What the operator still waits for; None when it is ready."""


def health_app(readiness: Readiness) -> web.Application:
    """Alive as long as the event loop turns; ready once everything has been listed."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        waiting = readiness()
        return web.Response(text="ok\n") if waiting is None else web.Response(status=503, text=f"{waiting}\n")

    return _app({"/healthz": healthz, "/readyz": readyz})


def metrics_app(metrics: Metrics) -> web.Application:
    """The page for Prometheus."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(body=metrics.page(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return _app({"/metrics": page})


@asynccontextmanager
async def _serving(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def serving(app: web.Application, *, host: str, port: int) -> AbstractAsyncContextManager[None]:
    """Serve while the context lasts."""
    return _serving(app, host, port)


def _app(routes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]) -> web.Application:
    app = web.Application()
    app.add_routes([web.get(path, handler) for path, handler in routes.items()])
    return app
