"""What outlives what: a killed test run takes its servers along, `up` outlives its command, `down` ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.testbed import paths
from tests.testbed.cluster import Cluster
from tests.testbed.layout import Layout
from tests.testbed.processes import command_line
from tests.testbed.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("testbed_binaries")

PARENT = """
import sys, time
from pathlib import Path
from tests.testbed.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]))
cluster.start()
print("up", flush=True)
{then}
"""


def parent(folder: Path, then: str) -> subprocess.Popen[str]:
    """Start a process that starts a cluster and does something `then`."""
    return subprocess.Popen(
        [sys.executable, "-c", PARENT.format(then=then), str(folder)],
        cwd=paths.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def pids(folder: Path) -> list[int]:
    state = Layout(folder).read_state()
    assert state is not None
    assert set(state.pids) == {"etcd", "kube-apiserver"}
    return list(state.pids.values())


def test_killing_the_process_that_started_a_cluster_kills_the_servers(tmp_path: Path) -> None:
    with parent(tmp_path, "time.sleep(600)") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        servers = pids(tmp_path)
        assert all(str(tmp_path) in command_line(pid) for pid in servers)
        process.send_signal(signal.SIGKILL)
    until(lambda: not any(map(command_line, servers)), what="both servers are gone", patience=90)


@pytest.mark.parametrize(
    ("then", "code", "reason"),
    [
        ("pass", 0, "an ordinary end runs the clean-up"),
        ("raise SystemExit(7)", 7, "so does an early one"),
        ("import os; os.fork() or sys.exit(); os.wait(); assert cluster.running()", 0, "a forked child's end does not"),
    ],
)
def test_a_process_that_forgets_its_cluster_leaves_nothing_behind(
    then: str, code: int, reason: str, tmp_path: Path
) -> None:
    with parent(tmp_path, then) as process:
        process.communicate()
    assert process.returncode == code, reason
    assert not any(map(command_line, pids(tmp_path)))


@pytest.fixture
def testbed(tmp_path: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """`python -m tests.testbed` on a cluster of the test's own."""

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.testbed", command, "--dir", str(tmp_path / "play")],
            cwd=paths.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    yield run
    run("down")


def test_up_stays_until_down(testbed: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    folder = tmp_path / "play"
    assert testbed("status").returncode == 3

    first = testbed("up")
    assert first.returncode == 0, first.stderr
    assert first.stdout == f"export KUBECONFIG={folder / 'admin.kubeconfig'}\n"
    servers = pids(folder)
    assert all(map(command_line, servers))

    again = testbed("up")
    assert (again.returncode, again.stdout) == (0, first.stdout), "it is idempotent"
    assert pids(folder) == servers

    seen = testbed("status")
    assert (seen.returncode, seen.stdout) == (0, first.stdout)

    assert testbed("down").returncode == 0
    assert not any(map(command_line, servers))
    assert testbed("status").returncode == 3
    assert testbed("down").returncode == 0


def test_up_replaces_what_a_crash_left_half_alive(
    testbed: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "play"
    testbed("up")
    Cluster(folder).kubectl.out("create", "namespace", "before")
    state = Layout(folder).read_state()
    assert state is not None
    os.kill(state.pids["kube-apiserver"], signal.SIGKILL)
    until(lambda: not command_line(state.pids["kube-apiserver"]), what="the API server died", patience=90)

    halved = testbed("status")
    assert halved.returncode == 3
    assert "only etcd runs" in halved.stderr

    assert testbed("up").returncode == 0
    assert not command_line(state.pids["etcd"])
    assert all(map(command_line, pids(folder)))
    assert Cluster(folder).kubectl.run("get", "namespace", "before").code == 1, "nor does it trust the data"
