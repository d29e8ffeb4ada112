"""The aiohttp application of one account: its operations, its admin routes, its interfering writers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import web

from tests.batchsim import admin, node_operations, pool_operations
from tests.batchsim.http import Service, frame, handler
from tests.batchsim.writers import keep_writing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def make_app(service: Service) -> web.Application:
    """The application; body sizes are checked by the service itself, to answer in its own words."""
    app = web.Application(client_max_size=0)
    admin.add_routes(app.router, service)
    for operation in (*pool_operations.OPERATIONS, *node_operations.OPERATIONS, pool_operations.UNKNOWN):
        app.router.add_route(operation.method, operation.path, handler(service, operation))
    app.on_response_prepare.append(frame)
    service.account.quirks = service.faults.apply_quirks

    async def writers(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(keep_writing(service.account, service.faults))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(writers)
    return app
