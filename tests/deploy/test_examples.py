"""The manifests that README and demo use: each is accepted, by the API server and by the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from poolkeeper.domain.azure.endpoints import check_endpoint
from poolkeeper.domain.decision.plan import Desired
from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.removals import removals
from poolkeeper.domain.resources import BatchAccount, BatchPool
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.secret_refs import Secret, references, with_secrets
from poolkeeper.domain.secret_text import SecretText
from tests.deploy.files import EXAMPLES, ROOT, Object, objects, properties
from tests.testbed.kubectl import Kubectl

FILES = sorted(EXAMPLES.glob("*.yaml"))
WITH_SECRETS = sorted((EXAMPLES / "with-secrets").glob("*.yaml"))
"""In a folder of their own: they are of no use before somebody has created their Secret."""
ALL = [*FILES, *WITH_SECRETS]
POOLS = [file for file in FILES if file.stem != "account"]
LIVE: dict[str, Object] = {
    pool["id"]: pool for pool in yaml.safe_load((ROOT / "tests" / "batchsim" / "pools.yaml").read_text())
}

CHANGES = {
    "rendering": [
        "/applicationPackageReferences/blender@4.5.1",
        "/metadata/managed-by",
        "/startTask/environmentSettings/OCIO",
        "/startTask/environmentSettings/SCRATCH/value",
        "/startTask/maxTaskRetryCount",
    ],
    "genomics": [],
    "etl-windows": [],
    "risk-nightly": [
        "/applicationPackageReferences/risk-engine@2025.3",
        "/startTask/commandLine",
        "/startTask/maxTaskRetryCount",
        "/targetNodeCommunicationMode",
    ],
    "video-transcode": ["/metadata/owner", "/startTask"],
}
"""What applying an example changes on the live pool of its name."""


def named(file: Path) -> str:
    return file.stem


@pytest.mark.parametrize("file", ALL, ids=named)
def test_the_api_server_takes_it(file: Path, kubectl: Kubectl, namespace: str) -> None:
    done = kubectl.within(namespace).try_apply(file, "--dry-run=server", "--validate=strict")
    assert (done.code, done.stderr) == (0, "")


def test_the_whole_folder_can_be_applied_at_once(kubectl: Kubectl, namespace: str) -> None:
    done = kubectl.within(namespace).try_apply(EXAMPLES, "--dry-run=server")
    assert (done.code, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(FILES)


@pytest.mark.parametrize("file", POOLS, ids=named)
def test_the_code_reads_what_the_api_server_stored(file: Path, kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(file)
    pool = BatchPool.parse(here.json("get", "batchpool", file.stem))
    assert pool.pool_id == file.stem
    assert pool.account.name == "research"
    assert pool.properties == properties(file), "the API server keeps every field and adds none"
    assert Desired.of(pool.properties, version="2024-07-01.20.0").form


def test_the_account_is_one_of_azure_s_and_its_key_stays_out_of_git(kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    here.apply(EXAMPLES / "account.yaml")
    account = BatchAccount.parse(here.json("get", "batchaccount", "research"))
    assert account.account_name == "research"
    check_endpoint(account.endpoint, allowed=())
    assert account.secret is not None
    assert account.secret.name == "batch-credentials"
    assert "kubectl create secret generic batch-credentials" in (EXAMPLES / "account.yaml").read_text()


@pytest.mark.parametrize("file", POOLS, ids=named)
def test_applying_it_changes_what_the_demo_tells(file: Path) -> None:
    live = LIVE.get(file.stem)
    if live is None:
        assert file.stem not in CHANGES
        return
    differences = drift(canonical(live), canonical(properties(file)))
    assert paths_of(differences) == CHANGES[file.stem]
    assert not [each for each in differences if each.op == "remove"], "an example takes nothing away from a pool"
    assert removals(differences, properties(file)) == (), "nor does it have to ask for consent to its first write"


@pytest.mark.parametrize("file", WITH_SECRETS, ids=named)
def test_an_example_with_secrets_says_how_to_create_them_and_takes_no_more(
    file: Path, kubectl: Kubectl, namespace: str
) -> None:
    here = kubectl.within(namespace)
    here.apply(file)
    pool = BatchPool.parse(here.json("get", "batchpool", file.stem))
    wanted = {(one.secret, one.key) for one in references(pool.properties)}
    (secret,) = {name for name, _ in wanted}
    command = "".join(line[1:] for line in file.read_text().splitlines() if line.startswith("#"))
    assert f"kubectl create secret generic {secret} " in command
    assert {(secret, key) for key in re.findall(r"--from-literal=([^=]+)=", command)} == wanted
    values = {secret: Secret("1", {key: SecretText(f"made-up-{key}") for _, key in wanted})}
    filled = with_secrets(pool.properties, values, namespace=namespace)
    assert Desired.of(filled, version="2024-07-01.20.0").form
    assert "made-up" not in f"{filled}"


def test_every_live_pool_has_its_example_and_one_example_has_no_pool_yet() -> None:
    examples = {file.stem for file in POOLS}
    assert set(LIVE) <= examples
    assert examples - set(LIVE) == {"climate-models"}


@pytest.mark.parametrize(
    ("pool", "spelling", "reason"),
    [
        ("genomics", "as the service does", "a pool is taken over by writing down what it is"),
        ("etl-windows", "otherwise", "what is meant is compared, not how it is spelled"),
    ],
)
def test_two_examples_equal_their_live_pool_in_two_spellings(pool: str, spelling: str, reason: str) -> None:
    wanted, live = properties(EXAMPLES / f"{pool}.yaml"), LIVE[pool]
    assert drift(canonical(live), canonical(wanted)) == (), reason
    same = all(live[name] == value for name, value in wanted.items())
    assert same == (spelling == "as the service does")


def test_no_example_holds_a_secret() -> None:
    for file in ALL:
        assert [each["kind"] for each in objects(file.read_text()) if each["kind"] == "Secret"] == []
        text = file.read_text().lower()
        for sign in ("sig=", "password:", "accountkey:"):
            assert sign not in text, f"{file.name} shows people to put a secret into Git"


@pytest.mark.parametrize("file", ALL, ids=named)
def test_two_lines_or_more_say_why_it_looks_as_it_does(file: Path) -> None:
    comment = [line for line in file.read_text().splitlines() if line.startswith("# ")]
    assert len(comment) >= 2
