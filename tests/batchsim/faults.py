"""The fault switchboard: what goes wrong, for which requests, how often.

A fault is a small JSON object with a `kind`; the admin route and the tests take the same one:

    {"kind": "status", "operation": "UpdatePoolProperties", "pool": "rendering", "count": 2,
     "status": 429, "retry_after": 3}

`operation` (one name or a list) and `pool` narrow it, `skip` lets the first matching requests pass, `count`
ends it (absent: until it is removed). `when` is `before` or `after` the request was carried out.

    status   answer `status`, with `code`, `message`, `values`, `retry_after` (seconds)
    latency  wait `seconds`, then go on
    reset    cut the connection with a TCP reset
    hang     say nothing for `seconds` (absent: for ever), then cut the connection
    garbage  answer `status` (200) with `body`, which is no JSON, as `content_type`; nothing in it is the service's
    stale    lists (or `operation`) answer as of `seconds` or `changes` ago
    writer   every `seconds` merge `merge` (RFC 7386) into `pool`; `only_if_changed` spares needless writes
    quirk    what is stored from now on is changed as quirk `name` says (quirks.py)
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from tests.batchsim.errors import Refusal
from tests.batchsim.quirks import QUIRKS

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("status", "latency", "reset", "hang", "garbage", "stale", "writer", "quirk")
GATEWAY = "<html><body>Bad gateway</body></html>"
# Recorded of a URL with a backslash in it (Azure/azure-xplat-cli, "should delete the node file").
FRONT_END = (
    "text/html; charset=us-ascii",
    (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n'
        "<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n"
        '<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>\r\n'
        "<BODY><h2>Bad Request - Invalid URL</h2>\r\n"
        "<hr><p>HTTP Error 400. The request URL is invalid.</p>\r\n"
        "</BODY></HTML>\r\n"
    ),
)
_ENDS_REQUEST = ("status", "reset", "hang", "garbage")
_USUAL_CODES = {
    400: "InvalidPropertyValue",
    401: "AuthenticationFailed",
    403: "InsufficientAccountPermissions",
    404: "PoolNotFound",
    409: "OperationInvalidForCurrentState",
    412: "ConditionNotMet",
    413: "RequestBodyTooLarge",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServerBusy",
}


@dataclass
class Fault:
    """One fault; see the module's text for what each field means to which kind."""

    number: int
    kind: str
    operation: str | list[str] | None = None
    pool: str | None = None
    count: int | None = None
    skip: int = 0
    when: str = "before"
    status: int | None = None
    code: str | None = None
    message: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    retry_after: int | None = None
    seconds: float | None = None
    changes: int | None = None
    body: str | None = None
    content_type: str | None = None
    merge: dict[str, Any] = field(default_factory=dict)
    only_if_changed: bool = False
    name: str | None = None
    hits: int = 0

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise ValueError(f"fault of kind {self.kind!r}: {problem}")

    def _problem(self) -> str | None:
        problems = {
            f"kind must be one of {', '.join(KINDS)}": self.kind not in KINDS,
            "when must be before or after": self.when not in ("before", "after"),
            "status is missing": self.kind == "status" and self.status is None,
            "seconds is missing": self.kind in ("latency", "writer") and self.seconds is None,
            "give either seconds or changes": self.kind == "stale" and (self.seconds is None) == (self.changes is None),
            "pool and merge are needed": self.kind == "writer" and not (self.pool and self.merge),
            f"name must be one of {', '.join(QUIRKS)}": self.kind == "quirk" and self.name not in QUIRKS,
        }
        return next((problem for problem, present in problems.items() if present), None)

    def concerns(self, operation: str, pool: str | None) -> bool:
        named = self.operation or ("ListPools" if self.kind == "stale" else None)
        if named is not None and operation not in ([named] if isinstance(named, str) else named):
            return False
        return self.pool is None or self.pool.casefold() == (pool or "").casefold()

    def refusal(self) -> Refusal:
        """The answer of a `status` fault."""
        status = self.status or 500
        code = self.code or _USUAL_CODES.get(status, "InternalError")
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return Refusal(code, status=status, message=self.message, values=self.values, headers=headers)

    def page(self) -> tuple[str, str]:
        """Type and body of a `garbage` fault's answer; if not given, the front end's for 400, else a gateway's."""
        content_type, body = FRONT_END if self.status == 400 else ("text/html", GATEWAY)
        if self.body is None:
            return self.content_type or content_type, body
        return self.content_type or "text/html", self.body

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Board:
    """The faults switched on now; safe to change from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._faults: list[Fault] = []
        self._number = 0
        self.changed: Callable[[], None] = lambda: None

    def add(self, **given: Any) -> Fault:
        """Switch a fault on; ValueError says what is wrong with it."""
        unknown = set(given) - {f.name for f in fields(Fault)} | ({"number", "hits"} & set(given))
        if unknown:
            raise ValueError(f"a fault has no field {', '.join(sorted(unknown))}")
        if "kind" not in given:
            raise ValueError(f"a fault needs a kind: one of {', '.join(KINDS)}")
        with self._lock:
            self._number += 1
            fault = Fault(number=self._number, **given)
            self._faults.append(fault)
        self.changed()
        return fault

    def active(self, *kinds: str) -> list[Fault]:
        with self._lock:
            return [f for f in self._faults if (not kinds or f.kind in kinds) and f.count != 0]

    def remove(self, number: int) -> bool:
        with self._lock:
            kept = [fault for fault in self._faults if fault.number != number]
            found = len(kept) < len(self._faults)
            self._faults = kept
        self.changed()
        return found

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
        self.changed()

    def take(self, operation: str, pool: str | None) -> list[Fault]:
        """What goes wrong with this request: any latencies and staleness, and at most one thing that ends it."""
        taken: list[Fault] = []
        with self._lock:
            for fault in self.active("latency", "stale", *_ENDS_REQUEST):
                ended = any(other.kind in _ENDS_REQUEST for other in taken)
                if fault.concerns(operation, pool) and not (ended and fault.kind in _ENDS_REQUEST):
                    if fault.skip > 0:
                        fault.skip -= 1
                    else:
                        self.spend(fault)
                        taken.append(fault)
        return taken

    def spend(self, fault: Fault) -> None:
        """Count one more effect of the fault."""
        with self._lock:
            fault.hits += 1
            if fault.count is not None:
                fault.count -= 1

    def apply_quirks(self, properties: dict[str, Any]) -> None:
        """Change what is about to be stored as the quirks that are on say; for `Account.quirks`."""
        for fault in self.active("quirk"):
            if fault.name is not None:
                QUIRKS[fault.name](properties)
                self.spend(fault)
