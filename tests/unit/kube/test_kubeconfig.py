"""How the operator finds the API server, and who it is there."""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path

import pytest

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.kube.kubeconfig import CONNECTIONS, Kubeconfig
from tests.testbed.cluster import Cluster
from tests.unit.kube.apiserver import write_kubeconfig

URL = "http://127.0.0.1:1"


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    """A kubeconfig with two contexts."""
    file = tmp_path / "a kubeconfig"
    write_kubeconfig(file, url=URL, token="t0ken", contexts=("first", "second"))
    return file


async def who(access: Kubeconfig) -> tuple[str, str | None]:
    """Where to, and as whom."""
    found = await access.configuration()
    return found.host, await found.get_api_key_with_prefix("BearerToken")


async def test_a_kubeconfig_is_used_with_its_current_context(kubeconfig: Path) -> None:
    assert await who(Kubeconfig(str(kubeconfig))) == (URL, "Bearer t0ken")
    assert (await Kubeconfig(str(kubeconfig)).configuration()).connection_pool_maxsize == CONNECTIONS


async def test_another_context_is_another_identity(kubeconfig: Path) -> None:
    assert await who(Kubeconfig(str(kubeconfig), "second")) == (URL, "Bearer t0ken-of-second")


async def test_credentials_are_read_anew_each_time(kubeconfig: Path) -> None:
    access = Kubeconfig(str(kubeconfig))
    await access.configuration()
    write_kubeconfig(kubeconfig, url=URL, token="rotated")
    assert await who(access) == (URL, "Bearer rotated")


IN_POD = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "2"}
FOUND = [
    pytest.param({"KUBECONFIG": "a kubeconfig"}, {}, URL, "the usual variable is obeyed", id="variable"),
    pytest.param(IN_POD, {"kubeconfig": "a kubeconfig"}, URL, "a flag wins over the pod", id="flag in a pod"),
    pytest.param(IN_POD | {"KUBECONFIG": "a kubeconfig"}, {}, URL, "so does the variable", id="variable in a pod"),
    # The files have a fixed place in a pod; that they are looked for shows that the pod's way was taken.
    pytest.param(IN_POD, {}, "Service token file does not exist", "its service account is used", id="pod"),
    pytest.param({}, {}, "name one with --kubeconfig", "with nothing at all the next step is named", id="nothing"),
]


@pytest.mark.parametrize(("environment", "flags", "found", "reason"), FOUND)
async def test_the_environment_decides_what_no_flag_says(
    kubeconfig: Path, environment: dict[str, str], flags: dict[str, str], found: str, reason: str
) -> None:
    # A process of its own: the client library looks at the environment when it is imported.
    code = (
        "import asyncio, sys; from poolkeeper.kube.kubeconfig import Kubeconfig\n"
        "try: print(asyncio.run(Kubeconfig(**eval(sys.argv[1])).configuration()).host)\n"
        "except Exception as error: print(error)"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, repr(flags)),
        cwd=kubeconfig.parent,
        env={"HOME": str(kubeconfig.parent), **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert found in printed.decode(), reason


@pytest.mark.parametrize(
    ("file", "context", "message"),
    [
        pytest.param("missing", None, "--kubeconfig", id="no such file"),
        pytest.param("a kubeconfig", "third", "third", id="no such context"),
    ],
)
async def test_what_is_missing_is_said(kubeconfig: Path, file: str, context: str | None, message: str) -> None:
    with pytest.raises(ClusterUnavailable, match=message):
        await Kubeconfig(str(kubeconfig.parent / file), context).configuration()


async def test_kopf_signs_in_as_the_same(kubeconfig: Path) -> None:
    found = await Kubeconfig(str(kubeconfig), "second").login()
    assert (found.server, found.scheme, found.token) == (URL, "Bearer", "t0ken-of-second")


async def test_kopf_trusts_the_authority_that_the_kubeconfig_names(cluster: Cluster) -> None:
    found = await Kubeconfig(str(cluster.operator_kubeconfig)).login()
    assert found.server == cluster.url
    assert found.insecure is False
    assert found.ca_path is not None
    with_it = ssl.create_default_context(cafile=found.ca_path)
    assert len(with_it.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("environment", "proxy", "reason"),
    [
        ({}, None, "nobody names one"),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "http://proxy.example:3128", "the scheme's"),
        ({"HTTP_PROXY": "http://proxy.example:3128"}, None, "another scheme's"),
        ({"ALL_PROXY": "http://proxy.example:3128"}, "http://proxy.example:3128", "every scheme's"),
        ({"HTTPS_PROXY": "proxy.example:3128"}, "http://proxy.example:3128", "without a scheme"),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "api.example"}, None, "this host goes without"),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "other.example"}, "http://proxy.example:3128", "no"),
    ],
)
async def test_the_environments_proxy_is_used_as_other_programs_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    proxy: str | None,
    reason: str,
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write_kubeconfig(tmp_path / "config", url="https://api.example:6443", token="t0ken")
    assert (await Kubeconfig(str(tmp_path / "config")).configuration()).proxy == proxy, reason
