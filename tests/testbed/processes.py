"""Server processes that are stopped for certain.

Each is the leader of its own session, so a signal to its group reaches all of it and a Ctrl-C in the
terminal does not. A process is known by its id *and* a marker in its command line (the cluster's
folder), because the id that a state file remembers may belong to somebody else by now.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed import leash

POLL = 0.02


@dataclass(kw_only=True)
class Server:
    """A running server: its name, its process id, and the text in its command line that proves it is ours."""

    name: str
    pid: int
    marker: str
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    """Set in the process that started it, which must reap it."""

    def running(self) -> bool:
        """Tell whether it still runs; a zombie does not."""
        if self.process is not None:
            return self.process.poll() is None
        return self.marker in command_line(self.pid)

    def stop(self, *, grace: float) -> None:
        """End it: SIGTERM, and after `grace` seconds SIGKILL. Returns when it is gone; may be called twice."""
        for sign, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 30.0)):
            if not self.running():
                return
            try:
                os.killpg(self.pid, sign)
            except ProcessLookupError:
                continue
            if self._gone_within(patience):
                return
        raise RuntimeError(f"{self.name} (process {self.pid}) is still there after SIGKILL; see `ps -p {self.pid}`")

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL)
        return True


def spawn(name: str, command: list[str], *, log: Path, marker: str, leashed: bool) -> Server:
    """Start a server whose output goes to `log`. Leashed, it dies with the calling thread (`leash.py`)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            leash_to_me(command) if leashed else command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Server(name=name, pid=process.pid, marker=marker, log=log, process=process)


def leash_to_me(command: list[str]) -> list[str]:
    """Return the command wrapped so that it dies with the thread that runs it."""
    return [sys.executable, "-I", "-S", str(Path(leash.__file__)), str(os.getpid()), *command]


def command_line(pid: int) -> str:
    """Return the command line of a process, words parted by spaces; empty for a zombie or nobody."""
    if not Path("/proc/self/stat").exists():
        ps = ["ps", "-o", "command=", "-p", str(pid)]
        return subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
    process = Path("/proc") / str(pid)
    # In the middle of execve a living process has no command line for a moment.
    for _ in range(50):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            # The state follows the name, which stands in parentheses and may contain any (proc_pid_stat(5)).
            state = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return ""
        if words or state in ("Z", "X"):
            return words
        time.sleep(0.01)
    return ""
