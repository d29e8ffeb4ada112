"""The admin routes under /admin, for tests and demonstrations that run in another process: unauthenticated JSON.

GET    /admin/journal?since=N          entries numbered above N; DELETE forgets them
GET    /admin/faults                   POST switches one on, DELETE all off; DELETE /admin/faults/N one
GET    /admin/pools                    every pool as kept, with what the service never echoes
GET    /admin/pools/ID                 PUT adds or replaces, DELETE removes
POST   /admin/pools/ID/drift           JSON merge into the properties; bumps the ETag
POST   /admin/pools/ID/state           {"allocationState": ...} and/or {"state": ...}; only a deletion moves the ETag
POST   /admin/pools/ID/settle          pending resize, reboot or deletion ends now, new nodes come up
POST   /admin/pools/ID/step            the same by one step: nodes are created, start, are up
POST   /admin/pools/ID/nodes/NODE      merge into what the node shows; {"fails": true} for its next start task
GET    /admin/account                  PUT {"key", "tokens", "applications", "certificates"} changes them
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.batchsim.auth import StaticTokens
from tests.batchsim.errors import Refusal
from tests.batchsim.etags import etag_of, iso_of
from tests.batchsim.rules import Application

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.batchsim.http import Service
    from tests.batchsim.pools import Pool

Json = dict[str, Any]


def as_kept(pool: Pool) -> Json:
    """A pool with everything that is kept of it, secrets included."""
    return {
        "id": pool.id,
        "state": pool.state,
        "allocationState": pool.allocation,
        "eTag": etag_of(pool.modified),
        "lastModified": iso_of(pool.modified),
        "nodes": [node.id for node in pool.nodes],
        **pool.kept,
    }


def parse_applications(given: Json | None) -> dict[str, Application] | None:
    """`{"blender": {"versions": ["4.2"], "default": "4.2"}}`, or None for "take any"."""
    if given is None:
        return None
    return {
        name.lower(): Application(frozenset(item.get("versions", ())), item.get("default"))
        for name, item in given.items()
    }


def add_routes(router: web.UrlDispatcher, service: Service) -> None:
    admin = _Admin(service)
    for method, path, handle in (
        ("GET", "/admin/journal", admin.read_journal),
        ("DELETE", "/admin/journal", admin.clear_journal),
        ("GET", "/admin/faults", admin.list_faults),
        ("POST", "/admin/faults", admin.add_fault),
        ("DELETE", "/admin/faults", admin.clear_faults),
        ("DELETE", "/admin/faults/{number}", admin.remove_fault),
        ("GET", "/admin/pools", admin.list_pools),
        ("GET", "/admin/pools/{pool}", admin.get_pool),
        ("PUT", "/admin/pools/{pool}", admin.put_pool),
        ("DELETE", "/admin/pools/{pool}", admin.remove_pool),
        ("POST", "/admin/pools/{pool}/drift", admin.drift),
        ("POST", "/admin/pools/{pool}/state", admin.set_state),
        ("POST", "/admin/pools/{pool}/settle", admin.settle),
        ("POST", "/admin/pools/{pool}/step", admin.step),
        ("POST", "/admin/pools/{pool}/nodes/{node}", admin.change_node),
        ("GET", "/admin/account", admin.get_account),
        ("PUT", "/admin/account", admin.change_account),
    ):
        router.add_route(method, path, _plainly(handle))


def _plainly(
    handle: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Errors of the caller as short JSON: nothing here imitates the service."""

    @functools.wraps(handle)
    async def answer(request: web.Request) -> web.Response:
        try:
            return await handle(request)
        except Refusal as refusal:
            return web.json_response({"error": refusal.message, "code": refusal.code}, status=refusal.status)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    return answer


class _Admin:
    def __init__(self, service: Service) -> None:
        self.service = service
        self.account = service.account

    async def read_journal(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        entries = [entry.as_json() for entry in self.service.journal.entries(since=since)]
        return web.json_response({"last": self.service.journal.last_number, "entries": entries})

    async def clear_journal(self, _request: web.Request) -> web.Response:
        self.service.journal.clear()
        return web.json_response({})

    async def list_faults(self, _request: web.Request) -> web.Response:
        return web.json_response([fault.as_json() for fault in self.service.faults.active()])

    async def add_fault(self, request: web.Request) -> web.Response:
        fault = self.service.faults.add(**await _json(request))
        return web.json_response(fault.as_json(), status=201)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self.service.faults.clear()
        return web.json_response({})

    async def remove_fault(self, request: web.Request) -> web.Response:
        found = self.service.faults.remove(int(request.match_info["number"]))
        return web.json_response({}, status=200 if found else 404)

    async def list_pools(self, _request: web.Request) -> web.Response:
        return web.json_response([as_kept(pool) for pool in self.account.pools()])

    async def get_pool(self, request: web.Request) -> web.Response:
        return web.json_response(as_kept(self.account.pool(request.match_info["pool"])))

    async def put_pool(self, request: web.Request) -> web.Response:
        definition = await _json(request)
        return web.json_response(as_kept(self.account.put({**definition, "id": request.match_info["pool"]})))

    async def remove_pool(self, request: web.Request) -> web.Response:
        self.account.remove(self.account.pool(request.match_info["pool"]).id)
        return web.json_response({})

    async def drift(self, request: web.Request) -> web.Response:
        merge = await _json(request)
        return web.json_response(as_kept(self.account.drift(request.match_info["pool"], merge)))

    async def set_state(self, request: web.Request) -> web.Response:
        pool_id, wanted = request.match_info["pool"], await _json(request)
        self.account.set_states(pool_id, state=wanted.get("state"), allocation=wanted.get("allocationState"))
        return web.json_response(as_kept(self.account.pool(pool_id)))

    async def settle(self, request: web.Request) -> web.Response:
        self.account.settle(request.match_info["pool"])
        return web.json_response({})

    async def step(self, request: web.Request) -> web.Response:
        self.account.step(request.match_info["pool"])
        return web.json_response({})

    async def change_node(self, request: web.Request) -> web.Response:
        node = self.account.node(request.match_info["pool"], request.match_info["node"])
        change = await _json(request)
        with self.account.lock:
            node.fails = bool(change.pop("fails", node.fails))
            node.state = change.pop("state", node.state)
            node.extra.update(change)
        return web.json_response({"id": node.id, "state": node.state})

    async def get_account(self, _request: web.Request) -> web.Response:
        catalogue = self.account.catalogue
        applications = catalogue.applications
        return web.json_response(
            {
                "name": self.account.name,
                "applications": applications
                and {
                    name: {"versions": sorted(application.versions), "default": application.default}
                    for name, application in applications.items()
                },
                "certificates": None if catalogue.certificates is None else sorted(catalogue.certificates),
            }
        )

    async def change_account(self, request: web.Request) -> web.Response:
        wanted = await _json(request)
        catalogue = self.account.catalogue
        if "key" in wanted:
            self.service.gate.key = wanted["key"]
        if "tokens" in wanted:
            self.service.gate.tokens = StaticTokens(set(wanted["tokens"]))
        if "applications" in wanted:
            catalogue.applications = parse_applications(wanted["applications"])
        if "certificates" in wanted:
            thumbprints = wanted["certificates"]
            catalogue.certificates = None if thumbprints is None else frozenset(t.casefold() for t in thumbprints)
        return await self.get_account(request)


async def _json(request: web.Request) -> Json:
    body = json.loads(await request.read())
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body
