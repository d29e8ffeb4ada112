"""Which authority is asked for which scope, by where the account is and by what the operator was told."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from azure.identity import AzureAuthorityHosts

from poolkeeper.domain.azure.clouds import CHINA, CLOUDS, PUBLIC, US_GOVERNMENT, Cloud, SignIn, cloud_of, sign_in
from poolkeeper.domain.azure.endpoints import BATCH_DOMAINS

WEBHOOK = "https://login.microsoftonline.com/"
CUSTOM = "https://login.example"


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.domain)
def test_an_account_is_of_the_cloud_whose_domain_it_is_under(cloud: Cloud) -> None:
    assert cloud_of(f"research.region.{cloud.domain}") is cloud
    assert cloud_of(cloud.domain) is None
    assert cloud_of(f"evil{cloud.domain}") is None
    assert cloud.domain in BATCH_DOMAINS


def test_the_authorities_are_those_of_azure_identity() -> None:
    hosts = (
        AzureAuthorityHosts.AZURE_PUBLIC_CLOUD,
        AzureAuthorityHosts.AZURE_CHINA,
        AzureAuthorityHosts.AZURE_GOVERNMENT,
    )
    assert tuple(cloud.authority for cloud in (PUBLIC, CHINA, US_GOVERNMENT)) == tuple(f"https://{h}" for h in hosts)


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.domain)
def test_the_audience_keeps_its_slash(cloud: Cloud) -> None:
    assert cloud.scope.endswith("//.default")


class Row(NamedTuple):
    reason: str
    host: str
    own_identity: bool
    found: SignIn
    environment: str | None = None
    flag: str | None = None


def at(cloud: Cloud, authority: str | None = None) -> SignIn:
    """A token for this cloud's Batch, of its authority or another."""
    return SignIn(authority=authority or cloud.authority, scope=cloud.scope)


ROWS = [
    Row("public", "a.r.batch.azure.com", own_identity=True, found=at(PUBLIC)),
    Row("China", "a.r.batch.azure.cn", own_identity=True, found=at(CHINA)),
    Row("US Government", "a.r.batch.usgovcloudapi.net", own_identity=False, found=at(US_GOVERNMENT)),
    Row("no cloud's: the public one's", "batch.example", own_identity=False, found=at(PUBLIC)),
    Row(
        "no cloud's: the environment's",
        "batch.example",
        own_identity=False,
        environment=CUSTOM,
        found=at(PUBLIC, CUSTOM),
    ),
    Row(
        "the webhook speaks of the operator's own identity",
        "a.r.batch.azure.com",
        own_identity=True,
        environment=CUSTOM,
        found=at(PUBLIC, CUSTOM),
    ),
    Row(
        "with a slash, as the webhook has it",
        "a.r.batch.azure.com",
        own_identity=True,
        environment=WEBHOOK,
        found=at(PUBLIC),
    ),
    Row(
        "and not of a principal in another cloud",
        "a.r.batch.azure.cn",
        own_identity=False,
        environment=WEBHOOK,
        found=at(CHINA),
    ),
    Row(
        "the flag wins",
        "a.r.batch.azure.cn",
        own_identity=True,
        environment=WEBHOOK,
        flag=CUSTOM,
        found=at(CHINA, CUSTOM),
    ),
    Row("for everybody", "a.r.batch.azure.cn", own_identity=False, flag=CUSTOM, found=at(CHINA, CUSTOM)),
    Row("a bare host", "batch.example", own_identity=True, environment="login.example", found=at(PUBLIC, CUSTOM)),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_where_to_sign_in(row: Row) -> None:
    found = sign_in(row.host, own_identity=row.own_identity, authority=row.flag, environment=row.environment)
    assert found == row.found, row.reason


def test_a_scope_that_is_given_is_the_scope() -> None:
    assert sign_in("a.r.batch.azure.cn", own_identity=False, scope="api://x/.default").scope == "api://x/.default"
