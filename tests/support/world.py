"""A namespace, a Batch account and the operator: what a scenario acts on."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from tests.batchsim.journal import Entry
from tests.batchsim.sim import BatchSim
from tests.support.operator_process import OperatorProcess
from tests.testbed.cluster import Cluster
from tests.testbed.errors import BedError
from tests.testbed.kubectl import Kubectl
from tests.testbed.waiting import until

PATIENCE = 90.0
"""Seconds until a test gives up waiting for a thing itself; only a failure ever takes so long."""
API_VERSION = "poolkeeper.dev/v1alpha1"
CHECKS = ("id,eTag,state,allocationState", "id")
"""What a check selects: rows, or with no pool to check nothing but an answer."""
SECRET = "batch-credentials"

Json = dict[str, Any]


@dataclass(kw_only=True)
class World:
    """Acts as a user would; looks as one would, and into the stand-in's journal.

    Both by plain requests, as a start of kubectl would take the CPU from the operator that is waited for. `kubectl`
    is here for what a user types.
    """

    cluster: Cluster
    kubectl: Kubectl
    sim: BatchSim
    operator: OperatorProcess

    def secret(self, key: str | None = None, *, name: str = SECRET) -> None:
        """The account's key in a Secret."""
        self.values(name, accountKey=self.sim.key if key is None else key)

    def values(self, name: str, **data: str) -> None:
        """A Secret with these values."""
        encoded = {key: b64encode(value.encode()).decode() for key, value in data.items()}
        self.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded})

    def account(self, name: str = "research", *, secret: bool = True, **spec: Any) -> None:
        """A BatchAccount of the stand-in that checks every second."""
        if secret:
            self.secret()
        full = {
            "endpoint": self.sim.url,
            "accountName": self.sim.account,
            "checkInterval": "1s",
            "auth": {"type": "SharedKey", "secretRef": {"name": SECRET}},
            **spec,
        }
        self.apply(_resource("BatchAccount", name, full))

    def pool(self, name: str, properties: Json, *, pool_id: str | None = None, **spec: Any) -> None:
        """A BatchPool, created or changed.

        `adoption` is Overwrite unless said otherwise: a scenario about something else need not ask for consent first.
        Those about adoption say Guard, which is the default of the API.
        """
        self.apply(self.pool_manifest(name, properties, pool_id=pool_id, **spec))

    @staticmethod
    def pool_manifest(name: str, properties: Json, *, pool_id: str | None = None, **spec: Any) -> Json:
        """What `pool` applies."""
        full = {
            "accountRef": {"name": "research"},
            "poolID": pool_id or name,
            "adoption": "Overwrite",
            "properties": properties,
            **spec,
        }
        return _resource("BatchPool", name, full)

    def pools(self, *manifests: Json) -> None:
        """Many BatchPools."""
        for manifest in manifests:
            self.apply(manifest)

    def apply(self, manifest: Json) -> None:
        """A server-side apply, as `kubectl apply --server-side --force-conflicts` does it."""
        query = {"fieldManager": "kubectl", "force": "true", "fieldValidation": "Strict"}
        path = f"{self._path(manifest['kind'].lower())}/{manifest['metadata']['name']}?{urlencode(query)}"
        self._ask("PATCH", path, manifest, content_type="application/apply-patch+yaml")

    def create(self, manifest: Json) -> None:
        """A plain create, which keeps no record of who set which field: for manifests at the limit of a request."""
        self._ask("POST", self._path(manifest["kind"].lower()), manifest)

    def _path(self, kind: str) -> str:
        group = "/api/v1" if kind == "secret" else f"/apis/{API_VERSION}"
        return f"{group}/namespaces/{self.kubectl.namespace}/{kind}s"

    def said_of_all(self) -> dict[str, Json]:
        """The conditions of every BatchPool by name and type, as of its newest generation."""
        found = self._ask("GET", self._path("batchpool"))["items"]
        return {
            body["metadata"]["name"]: {
                one["type"]: one
                for one in body.get("status", {}).get("conditions", [])
                if one["observedGeneration"] == body["metadata"]["generation"]
            }
            for body in found
        }

    def remove(self, name: str) -> None:
        """Delete a BatchPool; it has to go at once."""
        self._ask("DELETE", f"{self._path('batchpool')}/{name}")
        gone = self.cluster.api().request("GET", f"{self._path('batchpool')}/{name}")
        assert gone.status == HTTPStatus.NOT_FOUND, f"something keeps {name}: {gone.text}"

    def annotate(self, name: str, annotation: str, value: str) -> None:
        """Set an annotation of a BatchPool."""
        patch = {"metadata": {"annotations": {annotation: value}}}
        self._ask("PATCH", f"{self._path('batchpool')}/{name}", patch, content_type="application/merge-patch+json")

    def restart(self) -> None:
        """The operator ends and starts again: what it remembers is gone, what Kubernetes holds stays."""
        self.operator.stop()
        self.operator.start()

    def get(self, name: str, kind: str = "batchpool") -> Json:
        """A resource as it is."""
        return self._ask("GET", f"{self._path(kind)}/{name}")

    def _ask(self, method: str, path: str, body: Json | None = None, *, content_type: str = "application/json") -> Json:
        answer = self.cluster.api().request(method, path, body, content_type=content_type)
        if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise BedError(f"{method} {path}: {answer.status} {answer.text}")
        found: Json = answer.json()
        return found

    def status(self, name: str, kind: str = "batchpool") -> Json:
        found: Json = self.get(name, kind).get("status", {})
        return found

    def condition(self, name: str, type_: str = "Ready", kind: str = "batchpool") -> Json:
        """One condition, an empty mapping if there is none."""
        conditions = self.status(name, kind).get("conditions", [])
        return next((one for one in conditions if one["type"] == type_), {})

    def wait(self, name: str, reason: str, kind: str = "batchpool", *, patience: float = PATIENCE) -> Json:
        """The resource, once its Ready condition has this reason for the newest generation."""

        def look() -> Json | None:
            body = self.get(name, kind)
            ready = [one for one in body.get("status", {}).get("conditions", []) if one["type"] == "Ready"]
            generation = body["metadata"]["generation"]
            said = [one for one in ready if one["reason"] == reason and one["observedGeneration"] == generation]
            return body if said else None

        try:
            found = until(look, what=f"{kind} {name} says {reason}", patience=patience, every=0.1)
        except Exception as error:
            error.add_note(f"status: {self.status(name, kind)}\nlog:\n{self.operator.output()[-4000:]}")
            raise
        assert found is not None
        return found

    def wait_drift(self, name: str, *paths: str) -> Json:
        """The status, once it tells of differences at exactly these paths."""

        def look() -> Json | None:
            status = self.status(name)
            return status if sorted(self.drift_paths(status)) == sorted(paths) else None

        found = until(look, what=f"{name} differs at {paths}", patience=PATIENCE, every=0.1)
        assert found is not None
        return found

    @staticmethod
    def drift_paths(status: Json) -> list[str]:
        """Where a status says that the pool differs."""
        return [entry["path"] for entry in status.get("drift", [])]

    def wait_members(self, account: str, count: int) -> None:
        """Wait until an account's status tells of so many pools: the last write that new pools cause."""
        self.sim.wait_until(lambda: self.status(account, "batchaccount").get("pools") == count)

    def events(self, name: str, reason: str | None = None) -> list[Json]:
        """The events of a resource, oldest first."""
        fields = f"involvedObject.name={name}" + (f",reason={reason}" if reason else "")
        query = urlencode({"fieldSelector": fields})
        found = self._ask("GET", f"/api/v1/namespaces/{self.kubectl.namespace}/events?{query}")["items"]
        return sorted(found, key=lambda event: event["metadata"]["creationTimestamp"])

    def event(self, name: str, reason: str) -> Json:
        """The one event of this reason; it follows the status a moment later."""
        until(lambda: self.events(name, reason), what=f"the event {reason} of {name}", patience=PATIENCE, every=0.1)
        (found,) = self.events(name, reason)
        return found

    def writes_to_batch(self, pool_id: str | None = None, *, since: int = 0) -> int:
        """How many writes the stand-in received."""
        return len(self.sim.journal.entries("UpdatePoolProperties", pool=pool_id, since=since))

    def status_writes(self, resource: str = "batchpools") -> int:
        """How many status writes the API server has counted so far."""
        return self.cluster.writes(resource=resource, subresource="status")

    def kube_writes(self) -> int:
        """How many writes the API server has counted of everything that the operator's user may write.

        The server's own, such as its lease, are not among them. A test that wants none restarts the operator first,
        which may still have events of the test before to post, and waits for the events of its own resources.
        """
        return self.cluster.writes(group="poolkeeper.dev") + self.cluster.writes(resource="events")

    def sweeps(self, count: int = 2) -> None:
        """Wait until the account has been checked `count` more times: by a list, or a pool that is there alone."""
        since = self.sim.journal.last_number
        self.sim.journal.wait("ListPools", "GetPool", since=since, count=count, seconds=PATIENCE, where=_is_check)


def _is_check(entry: Entry) -> bool:
    # A look at a pool and the last look before a write ask for other fields, or set a condition.
    return entry.query.get("$select") in CHECKS and "if-none-match" not in {name.lower() for name in entry.headers}


def _resource(kind: str, name: str, spec: Json) -> Json:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


def as_desired(pool: Json) -> Json:
    """The properties of a live pool in the service's own spelling, as a manifest can say them."""
    names = (
        "startTask",
        "applicationPackageReferences",
        "certificateReferences",
        "metadata",
        "targetNodeCommunicationMode",
    )
    return {name: pool[name] for name in names if name in pool}
