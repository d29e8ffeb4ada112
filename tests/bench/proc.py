"""CPU time and memory of a process from /proc, and a record of them over time (proc_pid_stat(5))."""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")
EVERY = 0.05
"""Seconds between samples; the kernel counts in hundredths."""


def cpu_of(stat: str, *, ticks: int = TICKS) -> float:
    """Seconds of user and system time in the text of /proc/PID/stat."""
    # The second field is the name in parentheses and may contain any of both; utime and stime are fields 14 and 15.
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / ticks


def memory_of(status: str, name: str = "VmRSS") -> int:
    """A size in KiB from the text of /proc/PID/status; VmHWM is the largest VmRSS so far."""
    for line in status.splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0])
    raise ValueError(f"no {name} in the status of a process; has it ended?")


def cpu(pid: int) -> float:
    """CPU seconds of a process until now."""
    return cpu_of(Path(f"/proc/{pid}/stat").read_text())


def rss(pid: int, name: str = "VmRSS") -> int:
    """Its memory in KiB."""
    return memory_of(Path(f"/proc/{pid}/status").read_text(), name)


def value_at(moment: float, times: Sequence[float], values: Sequence[float]) -> float:
    """What grew to these values at these times, at a moment between two of them; before and after, the outermost."""
    after = bisect_left(times, moment)
    if after == 0:
        return values[0]
    if after == len(times):
        return values[-1]
    share = (moment - times[after - 1]) / (times[after] - times[after - 1])
    return values[after - 1] + share * (values[after] - values[after - 1])


class CpuRecord:
    """CPU time of some processes, sampled while the block runs; asked for afterwards, at any moment of it."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = tuple(pids)
        self._times: list[float] = []
        self._values: dict[int, list[float]] = {pid: [] for pid in self._pids}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cpu record", daemon=True)

    def __enter__(self) -> Self:
        self._sample()
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join()
        self._sample()

    def spent(self, pid: int, *, start: float, end: float) -> float:
        """CPU seconds of a process between two moments of the wall clock."""
        values = self._values[pid]
        return value_at(end, self._times, values) - value_at(start, self._times, values)

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            self._sample()

    def _sample(self) -> None:
        found = {}
        for pid in self._pids:
            try:
                found[pid] = cpu(pid)
            except (FileNotFoundError, ProcessLookupError):
                found[pid] = self._values[pid][-1] if self._values[pid] else 0.0
        self._times.append(time.time())
        for pid, value in found.items():
            self._values[pid].append(value)
