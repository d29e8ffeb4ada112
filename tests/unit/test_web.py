"""`/healthz`, `/readyz` and `/metrics`, as a kubelet and Prometheus ask for them."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from poolkeeper.metrics import Metrics
from poolkeeper.web import health_app, metrics_app, serving
from tests.testbed.ports import LOOPBACK, free_ports


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


async def get(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", trust_env=False) as client:
        return await client.get(path)


async def test_alive_is_not_ready(port: int) -> None:
    waiting: list[str | None] = ["the CRDs are not installed: kubectl apply -f crds/"]
    async with serving(health_app(lambda: waiting[0]), host=LOOPBACK, port=port):
        assert (await get(port, "/healthz")).status_code == 200
        unready = await get(port, "/readyz")
        assert unready.status_code == 503
        assert "kubectl apply -f crds/" in unready.text, "whoever asks learns what to do"
        waiting[0] = None
        ready = await get(port, "/readyz")
        assert (ready.status_code, ready.text) == (200, "ok\n")
        assert (await get(port, "/metrics")).status_code == 404, "metrics have a port of their own"


async def test_metrics_are_a_page_that_prometheus_reads(port: int) -> None:
    metrics = Metrics()
    metrics.writes.labels("lab/research", "ok").inc()
    async with serving(metrics_app(metrics), host=LOOPBACK, port=port):
        page = await get(port, "/metrics")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(page.text)}
    assert families["poolkeeper_writes"].samples[0].value == 1


async def test_the_port_is_free_again_afterwards(port: int) -> None:
    for _ in range(2):
        async with serving(health_app(lambda: None), host=LOOPBACK, port=port):
            assert (await get(port, "/healthz")).status_code == 200
    with pytest.raises(httpx.ConnectError):
        await get(port, "/healthz")


async def test_a_port_that_is_taken_is_an_error_at_the_start(port: int) -> None:
    async with serving(health_app(lambda: None), host=LOOPBACK, port=port):
        with pytest.raises(OSError, match=str(port)):
            async with serving(metrics_app(Metrics()), host=LOOPBACK, port=port):
                pass
