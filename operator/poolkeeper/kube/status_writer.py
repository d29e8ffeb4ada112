"""What the operator writes to Kubernetes: statuses and events.

A status is written as a JSON patch (RFC 6902) that a namesake of the resource does not take. An object that was deleted
and made anew under the same name is another one, and must not inherit what the first was told: that it is adopted, for
one. The patch begins with a test of the uid, and the API server applies all of it or nothing. (A uid in a merge patch
of a custom resource's status is ignored; seen on kube-apiserver 1.37.)
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import Resource
from poolkeeper.domain.status.events import Event
from poolkeeper.kube.client import JSON_PATCH, Api, ApiError
from poolkeeper.kube.events import Events
from poolkeeper.kube.paths import one, status_of

Operation = dict[str, Any]


class KubeCluster:
    """Fulfils the engine's Cluster port."""

    def __init__(self, api: Api, events: Events) -> None:
        self._api = api
        self._events = events

    async def patch_status(self, resource: Resource, status: Mapping[str, Any]) -> Mapping[str, Any] | None:
        patch = status_patch(resource.uid, resource.status, status)
        path, query = status_of(resource), {"fieldManager": "poolkeeper"}
        try:
            answer: Mapping[str, Any] = await self._api.request(
                "PATCH", path, query=query, body=patch, content_type=JSON_PATCH
            )
        except ApiError:
            if await self._is_gone(resource):
                return None
            raise
        return as_of(answer, resource)

    def record_event(self, resource: Resource, event: Event) -> None:
        self._events.add(resource, event)

    async def _is_gone(self, resource: Resource) -> bool:
        # A patch that finds another uid is refused with the same words as one that the CRD does not take.
        try:
            found = await self._api.request("GET", one(resource))
        except ApiError as refusal:
            return refusal.status == HTTPStatus.NOT_FOUND
        match found:
            case {"metadata": {"uid": str(uid)}}:
                return uid != resource.uid
            case _:
                return False


def as_of(answer: Mapping[str, Any], resource: Resource) -> Mapping[str, Any]:
    """The answer, if it is this resource; raises ClusterUnavailable for anything else that a proxy may have sent."""
    match answer:
        case {"metadata": {"uid": resource.uid, "resourceVersion": str()}, "spec": {}}:
            return answer
        case _:
            raise ClusterUnavailable(
                f"the Kubernetes API answers with something else than {resource.kind} {resource.key}"
            )


def status_patch(uid: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Operation]:
    """The operations that make `new` of `old`, field by field; empty when they are equal."""
    if not old and new:
        changes: list[Operation] = [{"op": "add", "path": "/status", "value": dict(new)}]
    else:
        gone = [{"op": "remove", "path": f"/status/{name}"} for name in old if name not in new]
        moved = [(name, value) for name, value in new.items() if name not in old or old[name] != value]
        changes = [*gone, *({"op": "add", "path": f"/status/{name}", "value": value} for name, value in moved)]
    return [{"op": "test", "path": "/metadata/uid", "value": uid}, *changes] if changes else []
