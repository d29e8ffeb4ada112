"""A life as data: drawn from a seed, so that it can be replayed, and shortened, without drawing again.

Names come from a set so small that everything collides: a namespace, an account, a pool, a Secret are all called `a`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import orjson

NAMES = ("a", "b")
HOSTS = ("one", "two")
VERSIONS = ("2024-07-01.20.0", "2025-06-01")
LIMIT = 20
"""maxRequestsPerSecond of every account."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens, and how long it is until the next."""

    what: str
    wait: float
    how: Json = field(default_factory=dict)

    def __str__(self) -> str:
        how = ", ".join(f"{name}={value!r}" for name, value in self.how.items())
        return f"{self.what}({how}), then {self.wait:g} s"


@dataclass(frozen=True, slots=True)
class Story:
    """A beginning, and what happens then."""

    seed: int
    begin: Json
    steps: tuple[Step, ...]


def copied(value: Any) -> Any:
    """A deep copy of what is JSON; a tenth of the price of the general one."""
    return orjson.loads(orjson.dumps(value))


def metadata(value: str) -> Json:
    return {"metadata": [{"name": "owner", "value": value}]}


def with_secret(value: str) -> Json:
    source = {"secretKeyRef": {"name": "a", "key": "k"}}
    task = {"commandLine": "run", "environmentSettings": [{"name": "E", "valueFrom": source}]}
    return {**metadata(value), "startTask": task}


def _wanted(rnd: random.Random) -> Json:
    value = rnd.choice("pqr")
    return with_secret(value) if rnd.random() < 0.25 else metadata(value)


def _live(rnd: random.Random) -> Json:
    found = metadata(rnd.choice("pqrxyz"))
    if rnd.random() < 0.3:
        found["startTask"] = {"commandLine": rnd.choice(("run", "precious"))}
    if rnd.random() < 0.3:
        found["metadata"].append({"name": "precious", "value": "1"})
    return found


def _place(rnd: random.Random) -> Json:
    return {"namespace": rnd.choice(NAMES), "name": rnd.choice(NAMES)}


def _manifest(rnd: random.Random) -> Json:
    return {
        "account": rnd.choice(NAMES),
        "pool": rnd.choice(NAMES),
        "properties": _wanted(rnd),
        "adoption": rnd.choice(("Guard", "Overwrite")),
        "mode": rnd.choice(("Enforce",) * 5 + ("Observe", "Approve")),
    }


FAULTS = ("500", "503", "429", "400 html", "refused", "lost before", "lost after", "garbage", "slow")
OPERATIONS = ("list", "get", "look", "write", None)

WEIGHTS = {
    "edit": 4,
    "mode": 1,
    "suspend": 2,
    "resume": 2,
    "point": 1,
    "approve": 1,
    "ask": 1,
    "delete": 1,
    "create": 3,
    "account endpoint": 1,
    "account version": 1,
    "account delete": 1,
    "account create": 2,
    "rotate": 1,
    "secret delete": 0.5,
    "drift": 4,
    "touch": 1,
    "azure delete": 1,
    "azure create": 2,
    "fault": 3,
    "heal": 1,
    "kube fault": 1,
    "status edit": 0.5,
    "crash": 1.5,
    "stop": 0.5,
    "nothing": 1,
}


def _how(what: str, rnd: random.Random) -> Json:  # noqa: C901, PLR0911, PLR0912 - a table, a line or two a row
    pool_there = {"host": rnd.choice(HOSTS), "pool": rnd.choice(NAMES)}
    match what:
        case "edit":
            return {**_place(rnd), "properties": _wanted(rnd)}
        case "mode":
            return {**_place(rnd), "mode": rnd.choice(("Enforce", "Observe", "Approve"))}
        case "point":
            return {**_place(rnd), "account": rnd.choice(NAMES)}
        case "create":
            return {**_place(rnd), **_manifest(rnd)}
        case "account endpoint" | "account create":
            return {**_place(rnd), "host": rnd.choice(HOSTS)}
        case "account version":
            return {**_place(rnd), "version": rnd.choice(VERSIONS)}
        case "rotate" | "secret delete":
            return {"namespace": rnd.choice(NAMES), "value": f"s3cret-{rnd.randrange(1000)}"}
        case "drift" | "azure create":
            return {**pool_there, "properties": _live(rnd)}
        case "touch" | "azure delete":
            return pool_there
        case "fault":
            return {
                "host": rnd.choice(HOSTS),
                "fault": rnd.choice(FAULTS),
                "operation": rnd.choice(OPERATIONS),
                "times": rnd.choice((1, 1, 2, 5, 40)),
            }
        case "kube fault":
            return {"applied": rnd.random() < 0.5, "times": rnd.choice((1, 2, 6)), "lag": rnd.choice((0.0, 5.0))}
        case "heal" | "crash" | "stop" | "nothing":
            return {}
        case _:
            return _place(rnd)


def story_of(seed: int) -> Story:
    """The story of a seed."""
    rnd = random.Random(seed)
    begin = {
        "lag": rnd.choice((0.0, 0.01, 2.0)),
        "latency": rnd.choice((0.0, 0.02, 0.6)),
        "quirk": rnd.random() < 0.15,
        "accounts": [
            {"namespace": namespace, "name": name, "host": rnd.choice(HOSTS)} for namespace in NAMES for name in NAMES
        ],
        "live": [{"host": host, "pool": pool, "properties": _live(rnd)} for host in HOSTS for pool in NAMES],
        "pools": [{**_place(rnd), **_manifest(rnd)} for _ in range(rnd.randint(1, 4))],
    }
    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
    steps = []
    for what in rnd.choices(kinds, weights, k=rnd.randint(10, 40)):
        wait = rnd.choice((0.0, 0.0, 0.003, 0.05, 0.5, 2.0, 5.0, 20.0, 70.0))
        steps.append(Step(what, wait, _how(what, rnd)))
    return Story(seed, begin, tuple(steps))
