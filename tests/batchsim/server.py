"""Runs an application in a thread and event loop of its own, so that a test may block while others call it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

START_SECONDS = 10.0


class ServerThread:
    """One listening server on 127.0.0.1. Port 0 takes a free one; `stop` and a new `start` keep it."""

    def __init__(
        self, make_app: Callable[[], web.Application], *, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.port = port
        self._make_app = make_app
        self._tls = tls
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Listen; returns when requests will be answered."""
        if self._thread is not None:
            raise RuntimeError(f"the server on port {self.port} runs already")
        self._ready.clear()
        self._failure = None
        self._thread = threading.Thread(target=self._run, name="batchsim", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise TimeoutError(f"the server did not listen within {START_SECONDS} s")
        self._raise_failure()

    def stop(self) -> None:
        """Close the port and every connection; returns when the thread has ended. Harmless when stopped."""
        thread, loop, stopping = self._thread, self._loop, self._stopping
        if thread is None or loop is None or stopping is None:
            return
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
        self._thread = None

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            self._thread = None
            raise failure

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001  handed over to the thread that starts
            self._failure = failure
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        # Lost connections cancel their handlers, and hanging ones are not waited for: that ends the faults.
        runner = web.AppRunner(self._make_app(), handler_cancellation=True, shutdown_timeout=0.05, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self._tls, backlog=1024).start()
            self.port = runner.addresses[0][1]
            self._ready.set()
            await self._stopping.wait()
        finally:
            for connection in runner.server.connections if runner.server else ():
                # A polite close of TLS waits for the other side, longer than this loop will live.
                if connection.transport is not None:
                    connection.transport.abort()
            await runner.cleanup()
