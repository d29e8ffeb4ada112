"""The operator as its own process, with the RBAC that we ship and nothing else of the test's."""

from __future__ import annotations

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.testbed.ports import LOOPBACK, free_ports
from tests.testbed.processes import Server, spawn
from tests.testbed.waiting import until

START = 90.0
"""Seconds; it is ready in two, on a machine that does nothing else."""


class OperatorProcess:
    """`poolkeeper run` with free ports; `log` is what it wrote, one JSON object a line."""

    def __init__(self, *, kubeconfig: Path, folder: Path, allow: str, flags: tuple[str, ...] = ()) -> None:
        self._kubeconfig = kubeconfig
        self._folder = folder
        self._flags = ("--allow-endpoint", allow, *flags)
        self._server: Server | None = None
        self._starts = 0
        self._read_from = 0
        self.health_port = 0
        self.metrics_port = 0

    def start(self, *, ready: bool = True) -> OperatorProcess:
        """Start it and, unless told otherwise, return when it is ready."""
        self.health_port, self.metrics_port = free_ports(2)
        self._starts += 1
        command = [
            *(sys.executable, "-m", "poolkeeper", "run", "--kubeconfig", str(self._kubeconfig)),
            *("--listen", LOOPBACK, "--health-port", str(self.health_port), "--metrics-port", str(self.metrics_port)),
            *self._flags,
        ]
        self._read_from = 0
        log = self._folder / f"operator-{self._starts}.log"
        self._server = spawn("operator", command, log=log, marker=str(self._kubeconfig), leashed=True)
        if ready:
            until(lambda: self.probe("readyz") == 200, what=f"the operator is ready (log: {log})", patience=START)
        return self

    def for_another_test(self) -> OperatorProcess:
        """Start it unless it runs; `log` and `output` begin here."""
        if self.running():
            self._read_from = 0
            self._read_from = len(self.output())
            return self
        return self.start()

    @property
    def pid(self) -> int:
        assert self._server is not None
        return self._server.pid

    def running(self) -> bool:
        return self._server is not None and self._server.running()

    def stop(self, *, grace: float = 60.0) -> int | None:
        """SIGTERM, and its exit code; SIGKILL after `grace` seconds."""
        if self._server is None:
            return None
        self._server.stop(grace=grace)
        return None if self._server.process is None else self._server.process.poll()

    def kill(self) -> None:
        """SIGKILL: no good-bye."""
        assert self._server is not None
        os.killpg(self.pid, signal.SIGKILL)
        until(lambda: not self.running(), what="the operator is dead", patience=90)

    def probe(self, name: str) -> int:
        """The status of /healthz or /readyz; 0 while nobody listens."""
        return _get(f"http://{LOOPBACK}:{self.health_port}/{name}")[0]

    def metrics(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of a metric by their label values, in the order of the label names."""
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.metrics_page())
            for sample in family.samples
            if sample.name == name
        }

    def metrics_page(self) -> str:
        """The whole page, as Prometheus reads it."""
        return _get(f"http://{LOOPBACK}:{self.metrics_port}/metrics")[1]

    def log(self) -> list[dict[str, Any]]:
        """What it has logged since its last start, and in this test."""
        return [json.loads(line) for line in self.output().splitlines() if line.startswith("{")]

    def output(self) -> str:
        """Everything that it wrote since its last start, and in this test."""
        assert self._server is not None
        return self._server.log.read_text()[self._read_from :]


def _get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""
