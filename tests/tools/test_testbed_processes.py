"""Processes that end when they should: on request, and with whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.testbed import lock, paths, progress
from tests.testbed.errors import BedError, tail
from tests.testbed.processes import Server, command_line, spawn
from tests.testbed.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

STUBBORN = "trap '' TERM; sleep 60 & echo $!; wait"


def spawned(tmp_path: Path, script: str) -> Server:
    command = ["/bin/sh", "-c", script, f"={tmp_path}/"]
    return spawn("sleeper", command, log=tmp_path / "log", marker=f"={tmp_path}/", leashed=True)


def test_a_server_that_ignores_the_polite_signal_is_killed_with_its_children(tmp_path: Path) -> None:
    server = spawned(tmp_path, STUBBORN)
    until(server.log.read_text, what="the trap is set", patience=10)
    child = int(server.log.read_text())
    assert "sleep 60" in command_line(child)
    server.stop(grace=0.1)
    assert not server.running()
    until(lambda: not command_line(child), what="the child is gone", patience=10)
    server.stop(grace=0.1)


def test_another_process_finds_and_stops_a_server_by_its_id(tmp_path: Path) -> None:
    server = spawned(tmp_path, "sleep 60; true")
    found = Server(name="sleeper", pid=server.pid, marker=server.marker, log=server.log)
    assert found.running()
    found.stop(grace=5)
    assert not found.running()
    assert server.process is not None
    assert server.process.wait() != 0


def test_a_zombie_does_not_run(tmp_path: Path) -> None:
    server = spawned(tmp_path, "exit 0")
    found = Server(name="sleeper", pid=server.pid, marker=server.marker, log=server.log)
    until(lambda: not found.running(), what="the process has ended", patience=10)
    os.kill(server.pid, 0)  # its id is still taken: nobody has reaped it
    assert not server.running()


def test_a_recycled_process_id_is_left_alone(tmp_path: Path) -> None:
    server = spawned(tmp_path, "sleep 60; true")
    stranger = Server(name="sleeper", pid=server.pid, marker="=/another/folder/", log=server.log)
    assert not stranger.running()
    stranger.stop(grace=0)
    assert server.running()
    server.stop(grace=5)


def test_a_leashed_process_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.testbed.processes import spawn\n"
        "folder = Path(sys.argv[1])\n"
        "server = spawn('s', ['/bin/sleep', '60'], log=folder / 'log', marker='', leashed=True)\n"
        "print(server.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], cwd=paths.ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        until(lambda: "/bin/sleep 60" in command_line(child), what="the child has become sleep", patience=10)
        parent.send_signal(signal.SIGKILL)
    until(lambda: not command_line(child), what="the child is gone", patience=10)


def test_a_long_command_gives_signs_of_life_with_its_last_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    script = "echo compiling k8s.io/api; while [ ! -e done ]; do sleep 0.05; done"
    beats = ["/bin/sh", "-c", f"(sleep 0.5; touch done) & {script}"]
    progress.run(beats, what="building", expect="a moment", log=log, cwd=tmp_path, heartbeat=0.1)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"testbed: building (a moment; log: {log})\n")
    assert "building [compiling k8s.io/api]" in err


def test_a_command_that_cannot_start_is_an_error_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(BedError, match=r"(?s)fetching.*/nowhere/go.*No such file"):
        progress.run(["/nowhere/go"], what="fetching", expect="now", log=tmp_path / "log")


def test_who_waits_for_the_lock_is_told_so(tmp_path: Path) -> None:
    held = subprocess.Popen(
        [sys.executable, "-c", LOCKS, str(tmp_path / "lock")],
        cwd=paths.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with held:
        assert held.stdout is not None
        assert held.stdin is not None
        held.stdout.readline()
        with lock.exclusive(tmp_path / "lock", waiting=held.stdin.close):
            assert held.stdin.closed
    with lock.exclusive(tmp_path / "lock", waiting=lambda: pytest.fail("nobody holds it")):
        pass


LOCKS = """
import sys; from pathlib import Path; from tests.testbed import lock
with lock.exclusive(Path(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


def test_the_tail_of_a_log_is_short_and_survives_a_missing_file(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tail(log) == f"last lines of {log}:\n  | (empty)"
    log.write_text("".join(f"{number}\n" for number in range(100)))
    assert tail(log, 2) == f"last lines of {log}:\n  | 98\n  | 99"


def test_waiting_in_vain_tells_what_was_seen_last() -> None:
    with pytest.raises(BedError, match=r"^the list fills: not within 0 s; last seen: \[\]$"):
        until(list, what="the list fills", patience=0)
