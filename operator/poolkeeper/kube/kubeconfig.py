"""How to reach the API server: a kubeconfig when one is named or found, the pod's service account otherwise."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import kopf
from kubernetes.aio import config
from kubernetes.aio.client import Configuration

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.proxies import proxy_for

CONNECTIONS = 8
"""At once; an unbounded burst of patches gets 429s from API Priority and Fairness."""


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """Where the credentials are; they are read anew each time, since tokens are rotated."""

    kubeconfig: str | None = None
    context: str | None = None

    async def configuration(self) -> Configuration:
        """Host, CA and credential, read now. Raises ClusterUnavailable when there is none."""
        found = Configuration()
        try:
            if self.kubeconfig is None and self.context is None and _in_pod():
                config.load_incluster_config(client_configuration=found)  # type: ignore[no-untyped-call] # untyped
            else:
                await config.load_kube_config(  # type: ignore[no-untyped-call] # untyped
                    config_file=self.kubeconfig, context=self.context, client_configuration=found
                )
        except (config.ConfigException, OSError) as error:
            raise ClusterUnavailable(f"no way to the Kubernetes API: {error}; name one with --kubeconfig") from error
        found.connection_pool_maxsize = CONNECTIONS
        # Left to the environment, the client would look into .netrc, in a thread, for each request.
        found.client_session_kwargs = {"trust_env": False}
        found.proxy = found.proxy or proxy_for(found.host)
        return found

    async def login(self) -> kopf.ConnectionInfo:
        """The same for kopf."""
        found = await self.configuration()
        header = await found.get_api_key_with_prefix("BearerToken") or ""
        scheme, _, token = header.rpartition(" ")
        return kopf.ConnectionInfo(
            server=found.host,
            ca_path=found.ssl_ca_cert,
            insecure=not found.verify_ssl,
            scheme=scheme or None,
            token=token or None,
            certificate_path=found.cert_file,
            private_key_path=found.key_file,
        )


def _in_pod() -> bool:
    named = "KUBECONFIG" in os.environ or Path("~/.kube/config").expanduser().exists()
    return "KUBERNETES_SERVICE_HOST" in os.environ and not named
