"""The stand-in as a process: it says where it is, answers, and goes when told."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.batchsim.certs import TestAuthority
from tests.batchsim.sim import EXAMPLE_POOLS

ROOT = Path(__file__).parents[2]
LIST = "/pools?api-version=2024-07-01.20.0&$select=id"

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run() -> Iterator[Run]:
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.batchsim", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_at_the_url_it_prints_and_ends_cleanly(run: Run, end: signal.Signals) -> None:
    process = run("--port", "0", "--pools", str(EXAMPLE_POOLS), "--token", "t")
    url = first_line(process)
    answer = httpx.get(url + LIST, headers={"Authorization": "Bearer t"})
    assert [pool["id"] for pool in answer.json()["value"]][:2] == ["etl-windows", "genomics"]
    process.send_signal(end)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_it_speaks_tls(run: Run, batch_authority: TestAuthority) -> None:
    process = run("--cert", str(batch_authority.certificate), "--key-file", str(batch_authority.key), "--token", "t")
    url = first_line(process)
    assert url.startswith("https://127.0.0.1:")
    trust = ssl.create_default_context(cafile=str(batch_authority.ca))
    answer = httpx.get(url + LIST, headers={"Authorization": "Bearer t"}, verify=trust)
    assert answer.json()["value"] == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--pools", "/nowhere.yaml"], "cannot read the pools: [Errno 2]"),
        (["--pools", __file__], "neither YAML nor JSON"),
        (["--cert", "x"], "--cert and --key-file go together"),
    ],
)
def test_it_says_what_is_wrong_with_its_arguments(run: Run, arguments: list[str], complaint: str) -> None:
    process = run(*arguments)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert complaint in errors
    assert "Traceback" not in errors


def test_a_file_of_something_else_is_no_file_of_pools(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "pools.json"
    file.write_text('{"value": []}')
    process = run("--pools", str(file))
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 2
    assert f"{file}: expected a list of pools" in errors


def test_a_port_that_is_taken_is_an_error(run: Run) -> None:
    url = first_line(run())
    second = run("--port", url.rsplit(":", 1)[1])
    _, errors = second.communicate(timeout=10)
    assert second.returncode == 1
    assert "cannot listen on port" in errors
