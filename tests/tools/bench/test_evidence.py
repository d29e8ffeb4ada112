"""Reading what the stand-in and the API server counted."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import httpx

from tests.batchsim import normalise
from tests.batchsim.sim import BatchSim
from tests.bench.accounts import Account, Accounts, Asked
from tests.bench.changes import first_writes
from tests.bench.kube import writes_in
from tests.bench.pools import desired, live
from tests.bench.watching import in_sync
from tests.testbed.processes import Server


def asked(operation: str, pool: str, at: float) -> Asked:
    return Asked(account="a", number=1, at=at, answered=at, operation=operation, pool=pool, status=204)


def test_an_entry_of_the_journal_becomes_moments_of_the_epoch() -> None:
    entry: dict[str, Any] = {
        "number": 7,
        "time": "1970-01-01T00:01:00.5000000Z",
        "seconds": 0.25,
        "operation": "GetPool",
        "pool": "p",
        "status": 200,
    }
    found = Asked.of("research", entry)
    assert (found.number, found.at, found.answered) == (7, 60.5, 60.75)
    assert Asked.of("research", entry | {"seconds": None}).answered is None


def test_a_journal_is_read_on_and_what_was_not_answered_yet_is_read_again(batchsim: BatchSim) -> None:
    server = Server(name="in this process", pid=os.getpid(), marker="never matched", log=Path("none"))
    account = Account("research", server, batchsim.url)
    reader = Accounts([account]).read(Accounts([account]).mark())
    batchsim.faults.add(kind="latency", operation="GetPool", seconds=0.5)

    def ask(path: str) -> None:
        httpx.get(f"{batchsim.url}{path}")

    slow = threading.Thread(target=ask, args=("/pools/rendering",))
    slow.start()
    batchsim.journal.wait("GetPool")
    ask("/pools")
    assert [(one.operation, one.answered is None) for one in reader.asked()] == [
        ("GetPool", True),
        ("ListPools", False),
    ]
    slow.join()
    for _ in range(2):
        seen = [(one.operation, one.answered is None) for one in reader.asked()]
        assert seen == [("GetPool", False), ("ListPools", False)]
    ask("/pools")
    assert len(reader.asked()) == 3
    account.close()


def test_a_change_is_answered_by_the_first_write_after_it() -> None:
    seen = [
        asked("UpdatePoolProperties", "p", 9.0),
        asked("GetPool", "p", 10.5),
        asked("UpdatePoolProperties", "q", 10.6),
        asked("UpdatePoolProperties", "p", 11.0),
        asked("UpdatePoolProperties", "p", 12.0),
    ]
    assert first_writes(seen, {"p": 10.0, "r": 10.0}) == {"p": 1.0}


def test_only_writes_of_our_kinds_and_of_events_are_counted() -> None:
    def labels(verb: str, resource: str, **more: str) -> dict[str, str]:
        usual = {"group": "poolkeeper.dev", "subresource": "", "dry_run": ""}
        return {"verb": verb, "resource": resource, **usual, **more}

    counted = writes_in(
        [
            (labels("PATCH", "batchpools", subresource="status"), 3.0),
            (labels("PATCH", "batchpools", subresource="status", code="409"), 1.0),
            (labels("PATCH", "batchpools"), 2.0),
            (labels("PATCH", "batchpools", dry_run="All"), 8.0),
            (labels("GET", "batchpools"), 8.0),
            (labels("POST", "events", group=""), 5.0),
            (labels("PUT", "leases", group="coordination.k8s.io"), 8.0),
        ]
    )
    assert counted == {"PATCH batchpools/status": 4, "PATCH batchpools": 2, "POST events": 5}


def test_a_status_of_an_older_spec_does_not_say_in_sync() -> None:
    ready = {"conditions": [{"type": "Ready", "status": "True"}], "observedGeneration": 1}
    assert in_sync({"metadata": {"generation": 1}, "status": ready})
    assert not in_sync({"metadata": {"generation": 2}, "status": ready})
    assert not in_sync({"metadata": {"generation": 1}})


def test_the_manifests_are_spelled_as_the_service_stores_them() -> None:
    """A contender that compares naively must not write for ever."""
    wanted = desired(3)
    stored = normalise.stored(live(3, release="2"))
    assert {name: stored.get(name) for name in wanted} == wanted
