"""The files of a cluster: state, users, certificates, and what an installed CRD makes the server answer."""

from __future__ import annotations

import ssl
import stat
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.testbed import pki, users
from tests.testbed.cluster import Cluster
from tests.testbed.errors import BedError
from tests.testbed.fixtures import fresh_name
from tests.testbed.install import kinds, served_paths
from tests.testbed.layout import Layout, Ports, State
from tests.testbed.ports import free_ports

if TYPE_CHECKING:
    from pathlib import Path


def test_the_state_of_a_cluster_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    state = State(ports=Ports(api=1, etcd=2, peer=3), pids={"etcd": 4})
    Layout(tmp_path).write_state(state)
    assert Layout(tmp_path).read_state() == state


@pytest.mark.parametrize("text", [None, "", '{"ports": {}}', '{"ports": {"api": 1}, "pids": {}}', "[]"])
def test_a_state_that_was_cut_short_counts_as_none(text: str | None, tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    if text is not None:
        layout.state_file.write_text(text)
    assert layout.read_state() is None
    with pytest.raises(BedError, match=r"no cluster has been started in .*; call start\(\) first"):
        _ = Cluster(tmp_path).url


def test_tokens_are_made_once_and_only_the_owner_may_read_them(tmp_path: Path) -> None:
    file = tmp_path / "pki" / "tokens.csv"
    tokens = users.ensure_tokens(file)
    assert set(tokens) == {"admin", "operator"}
    assert users.ensure_tokens(file) == tokens
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_kubeconfig_stands_alone(tmp_path: Path) -> None:
    pki.ensure(tmp_path / "pki")
    file = tmp_path / "admin.kubeconfig"
    users.write_kubeconfig(file, user="admin", token="t", port=6443, authority=tmp_path / "pki" / "ca.crt")
    config = yaml.safe_load(file.read_text())
    assert config["current-context"] == config["contexts"][0]["name"] == "admin"
    assert config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:6443"
    assert str(tmp_path) not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_certificates_are_made_once_and_keys_are_private(tmp_path: Path) -> None:
    pki.ensure(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    pki.ensure(tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")
    context.load_verify_locations(tmp_path / "ca.crt")


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20


@pytest.mark.parametrize(
    ("test", "prefix", "reason"),
    [
        ("test_a_pool_is_put_right[classic-Änderung]", "a-pool-is-put-right-classic-nderung-", "letters and digits"),
        ("test_" + "x" * 100, "x" * 40 + "-", "short enough"),
        ("test_" + "x" * 39 + "_y", "x" * 39 + "-", "no dash before the dash"),
        ("test_[]", "test-", "never empty"),
    ],
)
def test_a_namespace_is_named_after_its_test(test: str, prefix: str, reason: str) -> None:
    name = fresh_name(test)
    assert name.startswith(prefix), reason
    assert len(name) == len(prefix) + 8
    assert fresh_name(test) != name


def test_an_installed_crd_is_waited_for_where_it_is_served(tmp_path: Path) -> None:
    crd = """
spec:
  group: example.dev
  names: {plural: things, kind: Thing}
  versions: [{name: v1, served: true}, {name: v0, served: false}]
"""
    (tmp_path / "things.yaml").write_text(f"{crd}---\n")
    (tmp_path / "README.md").write_text("not a CRD")
    assert list(kinds(tmp_path)) == ["things.example.dev"]
    assert list(served_paths(tmp_path)) == [
        ("/apis/example.dev/v1/things", "Thing"),
        ("/openapi/v3/apis/example.dev/v1", "/things"),
        ("/apis", '"resource":"things"'),
    ]
