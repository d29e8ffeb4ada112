"""What the operator writes to Kubernetes: statuses and events."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from poolkeeper.domain.announcements import Announcement
from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import GROUP, VERSION, Resource
from poolkeeper.engine.ports import Clock
from poolkeeper.kube.api import JSON_PATCH, Api, Refused
from poolkeeper.kube.paths import one, status_of
from poolkeeper.kube.status_patch import status_patch

log = logging.getLogger(__name__)

_MOST_EVENT_CHARACTERS = 1024
"""Of an event's message: the API server refuses more."""


class KubeCluster:
    """Fulfils the engine's Cluster port."""

    def __init__(self, api: Api, *, instance: str, clock: Clock) -> None:
        self._api = api
        self._instance = instance
        self._clock = clock

    async def patch_status(self, resource: Resource, status: Mapping[str, Any]) -> Mapping[str, Any] | None:
        patch = status_patch(resource.uid, resource.status, status)
        path, query = status_of(resource), {"fieldManager": "poolkeeper"}
        try:
            answer: Mapping[str, Any] = await self._api.request(
                "PATCH", path, query=query, body=patch, content_type=JSON_PATCH
            )
        except Refused:
            if await self._is_gone(resource):
                return None
            raise
        return answer

    async def _is_gone(self, resource: Resource) -> bool:
        # A patch that finds another uid is refused with the same words as one that the CRD does not take.
        try:
            found = await self._api.request("GET", one(resource))
        except Refused as refusal:
            return refusal.status == HTTPStatus.NOT_FOUND
        return bool(found["metadata"]["uid"] != resource.uid)

    async def announce(self, resource: Resource, announcement: Announcement) -> None:
        now = self._clock.now()
        body = {
            "metadata": {"generateName": f"{resource.key.name}.", "namespace": resource.key.namespace},
            "type": announcement.type,
            "reason": announcement.reason,
            "message": announcement.message[:_MOST_EVENT_CHARACTERS],
            "involvedObject": {
                "apiVersion": f"{GROUP}/{VERSION}",
                "kind": resource.kind,
                "namespace": resource.key.namespace,
                "name": resource.key.name,
                "uid": resource.uid,
                "resourceVersion": str(resource.resource_version),
            },
            "source": {"component": "poolkeeper", "host": self._instance},
            "reportingComponent": "poolkeeper",
            "reportingInstance": self._instance,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        try:
            await self._api.request("POST", f"/api/v1/namespaces/{resource.key.namespace}/events", body=body)
        except ClusterUnavailable as error:
            # The status says the same; a namespace that is being deleted takes no events.
            log.warning("event %s of %s is lost: %s", announcement.reason, resource.key, error)
