"""The command lines of etcd and kube-apiserver: everything real but what a test bed pays for and never needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.testbed import paths
from tests.testbed.ports import LOOPBACK

if TYPE_CHECKING:
    from tests.testbed.layout import Layout, Ports

NEEDLESS_ADMISSION = (
    "ServiceAccount",  # wants a default account in each namespace, which kube-controller-manager would make
    "DefaultIngressClass",
    "DefaultStorageClass",
    "DefaultTolerationSeconds",
    "LimitRanger",
    "PersistentVolumeClaimResize",
    "Priority",
    "ResourceQuota",
    "RuntimeClass",
    "StorageObjectInUseProtection",
    "TaintNodesByCondition",
)
"""Plugins that only concern Pods, volumes and nodes, or need a controller. Namespaces, webhooks, policies,
PodSecurity and CRD validation stay as in any cluster."""


def etcd(layout: Layout, ports: Ports) -> list[str]:
    """Return etcd's command line."""
    client, peer = f"http://{LOOPBACK}:{ports.etcd}", f"http://{LOOPBACK}:{ports.peer}"
    return [
        str(paths.binary("etcd")),
        "--name=testbed",
        f"--data-dir={layout.data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=testbed={peer}",
        "--unsafe-no-fsync",  # nothing here must outlive a power cut, and the tests' disks are slow
        "--log-level=warn",
    ]


def kube_apiserver(layout: Layout, ports: Ports) -> list[str]:
    """Return kube-apiserver's command line."""
    return [
        str(paths.binary("kube-apiserver")),
        f"--etcd-servers=http://{LOOPBACK}:{ports.etcd}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={ports.api}",
        f"--tls-cert-file={layout.pki / 'server.crt'}",
        f"--tls-private-key-file={layout.pki / 'server.key'}",
        f"--token-auth-file={layout.tokens}",
        "--authorization-mode=RBAC",
        "--anonymous-auth=false",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={layout.pki / 'sa.pub'}",
        f"--service-account-signing-key-file={layout.pki / 'sa.key'}",
        "--service-cluster-ip-range=10.96.0.0/24",
        "--endpoint-reconciler-type=none",  # no Pod will ever ask for the `kubernetes` Service
        f"--disable-admission-plugins={','.join(NEEDLESS_ADMISSION)}",
        "--profiling=false",
    ]
