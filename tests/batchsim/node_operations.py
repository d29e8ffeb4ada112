"""The operations on compute nodes that a roll-out of changed properties needs: list, get, reboot."""

from __future__ import annotations

from tests.batchsim import odata, shapes
from tests.batchsim.calls import Call, Operation, Reply
from tests.batchsim.nodes import view

Names = tuple[str, ...]


def list_nodes(call: Call) -> Reply:
    select = odata.parse_select(call.query, known=_selectable(call))
    pool = call.account.pool(call.path["pool"])
    nodes = sorted(pool.nodes, key=lambda node: node.id)
    page, token = odata.page(nodes, query=call.query, key=lambda node: node.id)
    pool_url = f"{call.base_url}/pools/{pool.id}"
    shown_pool = pool.present.shown
    items = [
        view(node, pool_url=pool_url, shown_pool=shown_pool, api_version=call.api_version, base_names=select)
        for node in page
    ]
    body = odata.collection(call.base_url, entity="nodes", items=items)
    if token is not None:
        body["odata.nextLink"] = odata.next_link(f"{pool_url}/nodes", query=call.query, token=token)
    return Reply(200, body)


def get_node(call: Call) -> Reply:
    select = odata.parse_select(call.query, known=_selectable(call))
    pool = call.account.pool(call.path["pool"])
    node = call.account.node(call.path["pool"], call.path["node"])
    pool_url = f"{call.base_url}/pools/{pool.id}"
    shown_pool = pool.present.shown
    seen = view(node, pool_url=pool_url, shown_pool=shown_pool, api_version=call.api_version, base_names=select)
    return Reply(200, {"odata.metadata": f"{call.base_url}/$metadata#nodes/@Element"} | seen)


def reboot_node(call: Call) -> Reply:
    call.account.reboot(call.path["pool"], call.path["node"], call.body)
    return Reply(202, headers={"DataServiceId": call.url.partition("?")[0]})


def _selectable(call: Call) -> Names:
    return tuple(name for name in shapes.COMPUTE_NODE if name not in call.api_version.unknown)


_NODES = "/pools/{pool}/nodes"

OPERATIONS = (
    Operation("ListNodes", "GET", _NODES, list_nodes, query=frozenset({"$select", "maxresults", "$skiptoken"})),
    Operation("GetNode", "GET", f"{_NODES}/{{node}}", get_node, query=frozenset({"$select"})),
    Operation("RebootNode", "POST", f"{_NODES}/{{node}}/reboot", reboot_node, body="optional"),
)
