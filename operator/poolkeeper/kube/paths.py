"""Where resources are in the API."""

from __future__ import annotations

from poolkeeper.domain.resources import GROUP, VERSION, Resource


def collection(plural: str, namespace: str | None) -> str:
    """All resources of a kind, in one namespace or (None) in all."""
    base = f"/apis/{GROUP}/{VERSION}"
    return f"{base}/{plural}" if namespace is None else f"{base}/namespaces/{namespace}/{plural}"


def one(resource: Resource) -> str:
    """One resource."""
    return f"{collection(resource.plural, resource.key.namespace)}/{resource.key.name}"


def status_of(resource: Resource) -> str:
    """The status of one resource."""
    return f"{one(resource)}/status"
