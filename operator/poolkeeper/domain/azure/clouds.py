"""Azure's clouds: where their Batch accounts are, what a token for Batch is asked for, and who gives it.

The double slash of a scope is on purpose. Microsoft Entra ID takes what stands before `/.default` for the audience, and
the Batch service wants its audience with the slash at its end. The resources are those of the Azure CLI's clouds
(`batch_resource_id`), the authorities those of azure-identity's AzureAuthorityHosts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Azure's clouds."""

    domain: str
    """Accounts are under it."""
    scope: str
    authority: str


PUBLIC = Cloud(
    domain="batch.azure.com",
    scope="https://batch.core.windows.net//.default",
    authority="https://login.microsoftonline.com",
)
CHINA = Cloud(
    domain="batch.azure.cn",
    scope="https://batch.chinacloudapi.cn//.default",
    authority="https://login.chinacloudapi.cn",
)
US_GOVERNMENT = Cloud(
    domain="batch.usgovcloudapi.net",
    scope="https://batch.core.usgovcloudapi.net//.default",
    authority="https://login.microsoftonline.us",
)
CLOUDS = (PUBLIC, CHINA, US_GOVERNMENT)


def cloud_of(host: str) -> Cloud | None:
    """The cloud under whose domain a host is, which is lower-case; None for a host of nobody's cloud."""
    return next((cloud for cloud in CLOUDS if host.endswith(f".{cloud.domain}")), None)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who gives tokens for an account, and for what."""

    authority: str
    scope: str


def sign_in(
    host: str,
    *,
    own_identity: bool,
    authority: str | None = None,
    scope: str | None = None,
    environment: str | None = None,
) -> SignIn:
    """Where to sign in to the account at `host`; `authority` and `scope` are the flags and win.

    `environment` is AZURE_AUTHORITY_HOST. The webhook of workload identity sets it to the cloud of the cluster, so it
    speaks of the operator's own identity. A service principal is at home in the cloud of its account, which may be
    another; where the host tells of no cloud, the environment does.
    """
    cloud = cloud_of(host)
    by_environment = environment if own_identity or cloud is None else None
    home = cloud or PUBLIC
    found = authority or by_environment or home.authority
    # azure-identity takes a bare host too, and the webhook sets one with a slash behind it.
    url = found if "://" in found else f"https://{found}"
    return SignIn(authority=url.rstrip("/"), scope=scope or home.scope)
