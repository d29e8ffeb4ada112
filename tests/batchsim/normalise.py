"""How the service stores and shows what it was sent: one table, each line with its evidence.

R1: Azure/azure-powershell, recording TestPoolCRUD.json (2024-07-01.20.0, September 2025).
R2: the same repository, TestUpdatePoolWithApplicationPackage.json. R3: Azure/azure-cli, test_batch_pool_cmd.yaml.
R4: the same, test_batch_pools_and_nodes.yaml. R5: Azure/azure-sdk-for-python, test_batch_update_pools.
R6: Azure/azure-sdk-for-js, pool_operations_test. R7: Azure/azure-sdk-for-node, "should list compute nodes".
"Inferred" means no recording settles it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.batchsim import shapes
from tests.batchsim.kinds import Choice, Items, Kind, Record

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


@dataclass(frozen=True)
class Normalisation:
    """One thing that GET shows differently from what was sent; `apply` works in place."""

    name: str
    evidence: str
    apply: Callable[[Json], None]


def _drop_nulls(pool: Json) -> None:
    for value in list(pool.values()):
        _drop_inner_nulls(value)
    for name in [name for name, value in pool.items() if value is None]:
        del pool[name]


def _drop_inner_nulls(value: Any) -> None:
    if isinstance(value, dict):
        _drop_nulls(value)
    elif isinstance(value, list):
        for item in value:
            _drop_inner_nulls(item)


def _lower_application_ids(pool: Json) -> None:
    for reference in pool.get("applicationPackageReferences", []):
        reference["applicationId"] = reference["applicationId"].lower()


def _fill_user_identity(pool: Json) -> None:
    if start_task := pool.get("startTask"):
        identity = start_task.setdefault("userIdentity", {})
        if "username" not in identity:
            auto_user = identity.setdefault("autoUser", {})
            auto_user.setdefault("scope", "pool")
            auto_user.setdefault("elevationLevel", "nonadmin")


def _fill_retry_count(pool: Json) -> None:
    if start_task := pool.get("startTask"):
        start_task.setdefault("maxTaskRetryCount", 0)


def _fill_wait_for_success(pool: Json) -> None:
    if start_task := pool.get("startTask"):
        start_task.setdefault("waitForSuccess", True)


def _drop_empty_metadata(pool: Json) -> None:
    if pool.get("metadata") == []:
        del pool["metadata"]


def _drop_empty_packages(pool: Json) -> None:
    if pool.get("applicationPackageReferences") == []:
        del pool["applicationPackageReferences"]


def _show_empty_certificates(pool: Json) -> None:
    pool.setdefault("certificateReferences", [])


def _lower_vm_size(pool: Json) -> None:
    if "vmSize" in pool:
        pool["vmSize"] = pool["vmSize"].lower()


def _capital_node_fill(pool: Json) -> None:
    policy = pool.get("taskSchedulingPolicy", {})
    if "nodeFillType" in policy:
        policy["nodeFillType"] = policy["nodeFillType"].capitalize()


def _declared_enum_case(pool: Json) -> None:
    _respell(pool, shapes.REPLACEMENT)


def _respell(value: Any, kind: Kind) -> Any:
    match kind:
        case Record():
            for name, inner in kind.fields.items():
                if name in value:
                    value[name] = _respell(value[name], inner)
        case Items():
            value[:] = [_respell(item, kind.of) for item in value]
        case Choice():
            return next((known for known in kind.values if known.casefold() == value.casefold()), value)
        case _:
            pass
    return value


def _fill_certificates(pool: Json) -> None:
    for certificate in pool.get("certificateReferences") or []:
        location = (certificate.get("storeLocation") or "currentuser").casefold()
        certificate["storeLocation"] = {"localmachine": "LocalMachine"}.get(location, "CurrentUser")
        certificate.setdefault("storeName", "My")
        if not certificate.get("visibility"):
            certificate["visibility"] = ["starttask", "task", "remoteuser"]


OF_A_NEW_POOL: Json = {
    "targetDedicatedNodes": 0,
    "targetLowPriorityNodes": 0,
    "enableAutoScale": False,
    "enableInterNodeCommunication": False,
    "resizeTimeout": "PT15M",
    "taskSlotsPerNode": 1,
    "taskSchedulingPolicy": {"nodeFillType": "Spread"},
}
"""What a pool shows that was added without it."""

ON_STORE = (
    Normalisation("nulls are dropped", "inferred: no recorded pool shows a null", _drop_nulls),
    Normalisation("application ids are lower-cased", "R2", _lower_application_ids),
    Normalisation("userIdentity defaults to the pool's nonadmin auto user", "R1, R3, R4, R6", _fill_user_identity),
    Normalisation("maxTaskRetryCount defaults to 0", "R1", _fill_retry_count),
    Normalisation("waitForSuccess defaults to true", "R1, R3, R6", _fill_wait_for_success),
    Normalisation("empty metadata is not shown", "R1, R3, R5", _drop_empty_metadata),
    Normalisation("empty applicationPackageReferences are not shown", "R1, R3, R5", _drop_empty_packages),
    Normalisation("empty certificateReferences are shown", "R1, R2", _show_empty_certificates),
    Normalisation("vmSize is lower-cased", "R2, R6", _lower_vm_size),
    Normalisation("nodeFillType comes back capitalised", "R1 and every other recording", _capital_node_fill),
    Normalisation(
        "enums come back in one spelling", "inferred: requests and answers say nonadmin", _declared_enum_case
    ),
    Normalisation("certificates come back with CurrentUser, My and all visibilities", "R7", _fill_certificates),
)


def _hide_registry_password(shown: Json) -> None:
    registry = shown.get("startTask", {}).get("containerSettings", {}).get("registry", {})
    registry.pop("password", None)
    configuration = shown.get("virtualMachineConfiguration", {}).get("containerConfiguration", {})
    for registry in configuration.get("containerRegistries", []):
        registry.pop("password", None)


def _hide_user_passwords(shown: Json) -> None:
    for user in shown.get("userAccounts", []):
        user.pop("password", None)


ON_SHOW = (
    Normalisation(
        "registry passwords are not echoed",
        "inferred: Terraform's azurerm keeps them in its own state because the API gives none",
        _hide_registry_password,
    ),
    Normalisation("passwords of user accounts are not echoed", "R5, R6", _hide_user_passwords),
)


def stored(properties: Json) -> Json:
    """A pool's properties as the service keeps them; the argument is left alone."""
    kept = copy.deepcopy(properties)
    for rule in ON_STORE:
        rule.apply(kept)
    return kept


def shown(kept: Json) -> Json:
    """Kept properties as the service shows them; the argument is left alone."""
    seen = copy.deepcopy(kept)
    for rule in ON_SHOW:
        rule.apply(seen)
    return seen
