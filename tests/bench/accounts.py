"""The Batch accounts of a run, each a stand-in process of its own, and what they were asked."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.batchsim.sim import DEFAULT_KEY
from tests.bench import pools
from tests.testbed.errors import BedError, tail
from tests.testbed.processes import Server, spawn
from tests.testbed.waiting import until

START = 30.0
NEVER = 10**12
"""A journal number that will not be reached: asking for what follows it costs next to nothing."""

WRITE = "UpdatePoolProperties"
READ = "GetPool"
LIST = "ListPools"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as the stand-in saw it; `at` is the epoch second at which it had arrived whole."""

    account: str
    number: int
    at: float
    answered: float | None
    operation: str
    pool: str | None
    status: int | None

    @classmethod
    def of(cls, account: str, entry: Json) -> Asked:
        """From an entry of the journal."""
        at = datetime.fromisoformat(entry["time"]).timestamp()
        took = entry["seconds"]
        answered = None if took is None else at + took
        return cls(
            account=account,
            number=entry["number"],
            at=at,
            answered=answered,
            operation=entry["operation"],
            pool=entry["pool"],
            status=entry["status"],
        )


class Account:
    """One stand-in process."""

    def __init__(self, name: str, server: Server, url: str) -> None:
        self.name = name
        self.server = server
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/admin", timeout=60.0)

    @classmethod
    def start(cls, name: str, *, folder: Path) -> Account:
        """Returns when it answers."""
        # The stand-in takes any certificate and package; its log's path is what tells it from others' processes.
        command = [sys.executable, "-m", "tests.batchsim", "--port", "0", "--account", name]
        log = folder / f"{name}.log"
        server = spawn(f"stand-in {name}", command, log=log, marker=f"--account {name}", leashed=True)
        try:
            url = until(lambda: _url_in(log, server), what=f"{server.name} listens (log: {log})", patience=START)
        except BaseException:
            server.stop(grace=1.0)
            raise
        return cls(name, server, url)

    def stop(self) -> None:
        """Ends the process."""
        self.close()
        self.server.stop(grace=5.0)

    def close(self) -> None:
        """Closes the connection to it."""
        self._http.close()

    def put(self, pool: Json) -> None:
        """Adds or replaces a pool."""
        self._http.put(f"/pools/{pool['id']}", json=pool).raise_for_status()

    def drift(self, pool_id: str, merge: Json) -> None:
        """Changes a pool behind everyone's back."""
        self._http.post(f"/pools/{pool_id}/drift", json=merge).raise_for_status()

    def fault(self, **fault: Any) -> None:
        """Switches a fault on."""
        self._http.post("/faults", json=fault).raise_for_status()

    def heal(self) -> None:
        """Switches all faults off."""
        self._http.delete("/faults").raise_for_status()

    def last(self) -> int:
        """The number of the newest request."""
        return int(self._http.get("/journal", params={"since": NEVER}).raise_for_status().json()["last"])

    def since(self, number: int) -> list[Asked]:
        """The requests after that one."""
        entries = self._http.get("/journal", params={"since": number}).raise_for_status().json()["entries"]
        return [Asked.of(self.name, entry) for entry in entries]

    def forget(self) -> None:
        """Empties the journal; the numbers go on."""
        self._http.delete("/journal").raise_for_status()


class Accounts:
    """All accounts of a run. A mark is the newest request of each; what follows it is what a phase caused."""

    def __init__(self, every: Sequence[Account]) -> None:
        self.every = tuple(every)

    @classmethod
    def start(cls, count: int, *, folder: Path, prefix: str) -> Accounts:
        """As many processes, or none."""
        started: list[Account] = []
        try:
            for number in range(count):
                started.append(Account.start(f"{prefix}{number}", folder=folder))  # noqa: PERF401 - those begun must be known to be stopped
        except BaseException:
            cls(started).stop()
            raise
        return cls(started)

    def stop(self) -> None:
        """Ends every process."""
        for one in self.every:
            one.stop()

    @property
    def key(self) -> str:
        """The key of all of them, in base64."""
        return DEFAULT_KEY

    def of(self, number: int) -> Account:
        """The account of a pool."""
        return self.every[pools.account_of(number, len(self.every))]

    def fill(self, size: int, *, release: str = "1") -> None:
        """Have so many live pools, and forget that they were made."""
        for number in range(size):
            self.of(number).put(pools.live(number, release=release))
        for one in self.every:
            one.forget()

    def mark(self) -> tuple[int, ...]:
        """Now."""
        return tuple(one.last() for one in self.every)

    def read(self, mark: Iterable[int]) -> Reader:
        """What will have been asked since."""
        return Reader([(one, number) for one, number in zip(self.every, mark, strict=True)])


class Reader:
    """Reads the journals on, each request once if it was answered by then: a journal is dear to read."""

    def __init__(self, marks: Sequence[tuple[Account, int]]) -> None:
        self._marks = list(marks)
        self._read: list[Asked] = []

    def asked(self) -> list[Asked]:
        """Everything so far, of all accounts, in order of time."""
        open_still: list[Asked] = []
        for index, (account, number) in enumerate(self._marks):
            new = account.since(number)
            done = next((at for at, one in enumerate(new) if one.answered is None), len(new))
            self._read += new[:done]
            open_still += new[done:]
            self._marks[index] = (account, new[done - 1].number if done else number)
        return sorted([*self._read, *open_still], key=lambda asked: asked.at)


def _url_in(log: Path, server: Server) -> str:
    """What the stand-in said, once it has; its log has what went wrong too."""
    said = [line for line in log.read_text().splitlines(keepends=True) if line.startswith("http")]
    if not said and not server.running():
        raise BedError(f"{server.name} did not start\n{tail(log)}")
    return said[0].strip() if said and said[0].endswith("\n") else ""


def operations(asked: Iterable[Asked]) -> Counter[str]:
    """How many of each."""
    return Counter(one.operation for one in asked)
