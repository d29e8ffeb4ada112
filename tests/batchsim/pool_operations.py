"""The operations on pools, as the API's reference lists them."""

from __future__ import annotations

from tests.batchsim import odata, shapes
from tests.batchsim.calls import Call, Operation, Reply, changed, version_headers
from tests.batchsim.errors import Refusal
from tests.batchsim.filters import parse_filter
from tests.batchsim.pools import view


def list_pools(call: Call) -> Reply:
    select = odata.parse_select(call.query, known=_selectable(call))
    wanted = parse_filter(call.query["$filter"]) if "$filter" in call.query else lambda _pool: True
    pools = [pool for pool in call.account.pools() if wanted(pool)]
    page, token = odata.page(pools, query=call.query, key=lambda pool: pool.id.casefold())
    items = [
        view(
            pool,
            base_url=call.base_url,
            api_version=call.api_version,
            select=select,
            version=call.version_of(pool),
        )
        for pool in page
    ]
    body = odata.collection(call.base_url, entity="pools", items=items)
    if token is not None:
        body["odata.nextLink"] = odata.next_link(f"{call.base_url}/pools", query=call.query, token=token)
    return Reply(200, body)


def get_pool(call: Call) -> Reply:
    select = odata.parse_select(call.query, known=_selectable(call))
    pool = call.account.pool(call.path["pool"])
    version = call.version_of(pool)
    call.hold_conditions(modified=version.modified, reading=True)
    seen = view(pool, base_url=call.base_url, api_version=call.api_version, select=select, version=version)
    body = {"odata.metadata": f"{call.base_url}/$metadata#pools/@Element"} | seen
    return Reply(200, body, version_headers(version.modified))


def pool_exists(call: Call) -> Reply:
    pool = call.account.pool(call.path["pool"])
    call.hold_conditions(modified=pool.modified, reading=True)
    return Reply(200, headers=version_headers(pool.modified))


def add_pool(call: Call) -> Reply:
    pool = call.account.add(call.body, api_version=call.api_version)
    reply = changed(pool, 201, call=call)
    return Reply(201, headers=reply.headers | {"Location": f"{call.base_url}/pools/{pool.id}"})


def update_pool_properties(call: Call) -> Reply:
    pool = call.account.replace_properties(call.path["pool"], call.body, api_version=call.api_version)
    return changed(pool, 204, call=call)


def patch_pool(call: Call) -> Reply:
    _hold(call)
    return changed(call.account.patch(call.path["pool"], call.body, api_version=call.api_version), 200, call=call)


def delete_pool(call: Call) -> Reply:
    _hold(call)
    call.account.delete(call.path["pool"])
    return Reply(202)


def resize_pool(call: Call) -> Reply:
    _hold(call)
    return changed(call.account.resize(call.path["pool"], call.body), 202, call=call)


def stop_pool_resize(call: Call) -> Reply:
    _hold(call)
    return changed(call.account.stop_resize(call.path["pool"]), 202, call=call)


def enable_auto_scale(call: Call) -> Reply:
    _hold(call)
    return changed(call.account.enable_auto_scale(call.path["pool"], call.body), 200, call=call)


def disable_auto_scale(call: Call) -> Reply:
    return changed(call.account.disable_auto_scale(call.path["pool"]), 200, call=call)


def _hold(call: Call) -> None:
    call.hold_conditions(modified=call.account.pool(call.path["pool"]).modified)


def _selectable(call: Call) -> tuple[str, ...]:
    return tuple(name for name in shapes.CLOUD_POOL if name not in call.api_version.unknown)


def unknown_resource(_call: Call) -> Reply:
    raise Refusal("ResourceNotFound")


_READ = frozenset({"$select", "$expand"})
_LIST = _READ | {"$filter", "maxresults", "$skiptoken"}
_POOL = "/pools/{pool}"

OPERATIONS = (
    Operation("ListPools", "GET", "/pools", list_pools, query=_LIST),
    Operation("AddPool", "POST", "/pools", add_pool, body="required"),
    Operation("GetPool", "GET", _POOL, get_pool, query=_READ, conditional=True),
    Operation("PoolExists", "HEAD", _POOL, pool_exists, conditional=True),
    Operation("PatchPool", "PATCH", _POOL, patch_pool, body="required", conditional=True),
    Operation("DeletePool", "DELETE", _POOL, delete_pool, conditional=True),
    Operation("UpdatePoolProperties", "POST", f"{_POOL}/updateproperties", update_pool_properties, body="required"),
    Operation("ResizePool", "POST", f"{_POOL}/resize", resize_pool, body="required", conditional=True),
    Operation("StopPoolResize", "POST", f"{_POOL}/stopresize", stop_pool_resize, conditional=True),
    Operation(
        "EnableAutoScale", "POST", f"{_POOL}/enableautoscale", enable_auto_scale, body="required", conditional=True
    ),
    Operation("DisableAutoScale", "POST", f"{_POOL}/disableautoscale", disable_auto_scale),
)

UNKNOWN = Operation("Unknown", "*", "/{tail:.*}", unknown_resource, body="optional", conditional=True)
