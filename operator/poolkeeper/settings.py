"""What `poolkeeper run` is told, checked once at the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LogFormat = Literal["json", "text"]

REQUEST_TIMEOUT = 35.0
"""Seconds to wait for an answer of the Batch service, which gives up after 30."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field has a flag and an environment twin; `poolkeeper run --help` explains them."""

    namespaces: tuple[str, ...] = ()
    kubeconfig: str | None = None
    context: str | None = None
    allow_endpoints: tuple[str, ...] = ()
    ca_bundle: str | None = None
    entra_scope: str | None = None
    authority_host: str | None = None
    default_identity_namespaces: tuple[str, ...] = ()
    health_port: int = 8080
    metrics_port: int = 9090
    listen: str = "0.0.0.0"  # noqa: S104 - probes and Prometheus come from outside the pod
    log_format: LogFormat = "json"
    log_level: str = "info"
    request_timeout: float = REQUEST_TIMEOUT
    least_check_interval: float = 1.0
    """Seconds; a shorter checkInterval of an account or a pool counts as this."""
    slow_retry: float = 60.0
    """Seconds until something that a person must mend elsewhere is tried again."""
    flap_limit: int = 5
    """Corrections of one path within the window that make a fight with another writer."""
    flap_window: float = 3600.0
    """Seconds; also how long a pool that somebody else keeps writing is left alone."""
    resync: float = 600.0
    """Seconds between full lists of the resources."""
    grace: float = 20.0
    """Seconds that what is under way has to end after a signal; below the pod's 30."""
