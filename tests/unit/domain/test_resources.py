"""BatchPool and BatchAccount are read once, from bodies that the API server has validated."""

from __future__ import annotations

import dataclasses
import tracemalloc
from typing import Any

import pytest

from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.resources import Auth, BatchAccount, BatchPool, Key, first_label
from tests.unit.domain import examples

METADATA = {"namespace": "lab", "name": "it", "uid": "u", "generation": 2, "resourceVersion": "1234"}
POOL = {"accountRef": {"name": "research"}, "poolID": "Rendering", "properties": {"metadata": []}}
ACCOUNT = {
    "endpoint": "https://research.westeurope.batch.azure.com",
    "apiVersion": "2024-07-01.20.0",
    "auth": {"type": "SharedKey", "secretRef": {"name": "credentials"}},
    "checkInterval": "1m30s",
    "maxRequestsPerSecond": 20,
}


def pool(**spec: Any) -> BatchPool:
    return BatchPool.parse({"metadata": METADATA, "spec": {**POOL, **spec}})


def account(**spec: Any) -> BatchAccount:
    return BatchAccount.parse({"metadata": METADATA, "spec": {**ACCOUNT, **spec}})


def test_a_pool_is_read() -> None:
    assert pool() == BatchPool(
        key=Key("lab", "it"),
        uid="u",
        generation=2,
        resource_version=1234,
        account=Key("lab", "research"),
        pool_id="Rendering",
        check_interval=None,
        packed_properties=b'{"metadata":[]}',
        packed_status=b"{}",
        may_name_secrets=False,
    )


@pytest.mark.parametrize(
    ("properties", "may", "reason"),
    [
        ({"metadata": [{"name": "valueFrom", "value": "x"}]}, False, "a text that is called so is no reference"),
        ({"startTask": {"environmentSettings": [{"name": "A", "valueFrom": {}}]}}, True, "a reference, broken or not"),
        ({"startTask": {"commandLine": "x" * 40_000, "novelFrom": 1}}, True, "also in a manifest that is compressed"),
    ],
)
def test_a_manifest_without_references_is_known_by_its_text(properties: Any, reason: str, *, may: bool) -> None:
    assert pool(properties=properties).may_name_secrets is may, reason


def test_an_opened_pool_is_the_same_pool_unpacked_once() -> None:
    one = pool(properties={"metadata": [{"name": "a", "value": "b"}]})
    opened = one.opened()
    assert opened == one
    assert opened.properties == one.properties
    assert opened.properties is opened.properties
    assert one.properties is not one.properties
    assert opened.status is opened.status
    later = dataclasses.replace(opened, packed_status=b'{"eTag":"0x1"}')
    assert later.status == {"eTag": "0x1"}, "what was packed anew is not what was opened"
    assert pool().properties == {"metadata": []}


def test_an_account_is_read() -> None:
    assert account() == BatchAccount(
        key=Key("lab", "it"),
        uid="u",
        generation=2,
        resource_version=1234,
        endpoint="https://research.westeurope.batch.azure.com",
        account_name="research",
        api_version="2024-07-01.20.0",
        auth=Auth(AuthType.SHARED_KEY, secret=Key("lab", "credentials")),
        check_interval=90.0,
        max_requests_per_second=20,
        status={},
    )


def test_references_stay_in_the_namespace() -> None:
    assert pool().account.namespace == "lab"
    assert account().secret == Key("lab", "credentials")


def test_a_sign_in_is_read_with_what_its_type_takes() -> None:
    principal = {"type": "ServicePrincipal", "tenantID": "t", "clientID": "c", "secretRef": {"name": "credentials"}}
    assert account(auth=principal).auth == Auth(AuthType.SERVICE_PRINCIPAL, "t", "c", Key("lab", "credentials"))
    assert account(auth={"type": "ManagedIdentity", "clientID": "c"}).auth == Auth(
        AuthType.MANAGED_IDENTITY, client_id="c"
    )
    assert account(auth={"type": "Default"}).secret is None


@pytest.mark.parametrize("kind", ["SharedKey", "ServicePrincipal"])
def test_a_sign_in_that_lacks_its_secret_is_none(kind: str) -> None:
    with pytest.raises(KeyError, match="secretRef"):
        account(auth={"type": kind})


def test_a_pool_may_have_an_interval_of_its_own() -> None:
    assert pool(checkInterval="5m").check_interval == 300.0


def test_an_account_may_be_named_otherwise_than_its_host() -> None:
    assert account(accountName="other").account_name == "other"


def test_the_slash_at_the_end_of_an_endpoint_is_dropped() -> None:
    assert account(endpoint="https://a.b.batch.azure.com/").endpoint == "https://a.b.batch.azure.com"


@pytest.mark.parametrize("status", [{"eTag": "0x1"}, None])
def test_a_status_is_read_and_may_be_missing(status: dict[str, Any] | None) -> None:
    body = {"metadata": METADATA, "spec": POOL, "status": status}
    assert BatchPool.parse(body).status == (status or {})


def test_a_connection_serves_an_account_until_its_spec_changes_or_another_takes_its_name() -> None:
    one = account()
    assert one.same_service(dataclasses.replace(one, resource_version=9999, status={"pools": 1}))
    assert not one.same_service(dataclasses.replace(one, generation=3))
    assert not one.same_service(dataclasses.replace(one, uid="another"))


def test_resources_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        pool().pool_id = "other"  # type: ignore[misc]  # mypy says the same


def test_a_key_is_printed_as_kubectl_prints_it() -> None:
    assert str(Key("lab", "it")) == "lab/it"


OURS, FLUX = "poolkeeper.dev/reconcile-requested-at", "reconcile.fluxcd.io/requestedAt"


@pytest.mark.parametrize(
    ("ours", "flux", "newest", "reason"),
    [
        ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z", "2026-01-01T13:00:00Z", "the later time"),
        ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00+02:00", "2026-01-01T12:00:00Z", "as times, not as texts"),
        ("now", "2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z", "what is no time is older than what is"),
        ("1893456000", "2026-01-01T12:00:00Z", "1893456000", "seconds since 1970 are a time"),
        ("", "", "", "empty, as a shell without `date` has it"),
    ],
)
def test_of_two_requests_the_newest_is_the_last(ours: str, flux: str, newest: str, reason: str) -> None:
    assert examples.pool(annotations={OURS: ours, FLUX: flux}).requests[-1] == newest, reason


def test_only_what_a_person_asks_is_a_reason_to_look() -> None:
    base = examples.pool()
    assert examples.pool(annotations={"example.org/note": "x"}, status={"eTag": "0x1"}).asks == base.asks
    for other in (
        examples.pool(generation=4),
        examples.pool(annotations={OURS: "x"}),
        examples.pool(annotations={FLUX: "x"}),
    ):
        assert other.asks != base.asks
    assert examples.pool(annotations={"poolkeeper.dev/approve": "x"}).asks != base.asks


def test_what_is_kept_of_a_manifest_takes_no_more_than_its_text() -> None:
    setting = {"name": "SETTING", "value": "value"}
    kept = pool(properties={"startTask": {"commandLine": "run", "environmentSettings": [setting] * 60}})
    tracemalloc.start()
    try:
        again = [BatchPool.parse({"metadata": METADATA, "spec": {**POOL, "properties": kept.properties}})]
        size = sum(
            trace.size for trace in tracemalloc.take_snapshot().traces if trace.size > len(kept.packed_properties)
        )
    finally:
        tracemalloc.stop()
    assert again
    assert size < 1.2 * len(kept.packed_properties)


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        ("https://research.westeurope.batch.azure.com", "research"),
        ("http://localhost:8080", "localhost"),
        ("http://127.0.0.1:8080", "127"),
    ],
)
def test_the_account_is_named_by_the_first_label(endpoint: str, name: str) -> None:
    assert first_label(endpoint) == name
