"""The command line: every flag with its environment twin, and what is refused at once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import certifi
import click
import pytest
import yaml
from click.testing import CliRunner

from poolkeeper import __version__
from poolkeeper.cli.main import main
from poolkeeper.settings import Settings

ROOT = Path(__file__).parents[3]
RUN = main.commands["run"]
OPTIONS = [parameter for parameter in RUN.params if isinstance(parameter, click.Option)]


def parsed(*flags: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """What `run` would be called with."""
    environment = {"POOLKEEPER_NOTHING": "", **(env or {})}
    runner = CliRunner(env=environment)
    with runner.isolation(env=environment):
        return RUN.make_context("run", list(flags)).params


def refused(*flags: str, env: dict[str, str] | None = None) -> str:
    """What `run` says to flags that it does not take."""
    result = CliRunner().invoke(main, ["run", *flags], env=env)
    assert result.exit_code == 2, result.output
    return result.output


@pytest.mark.parametrize("option", [pytest.param(option, id=option.opts[0]) for option in OPTIONS])
def test_every_flag_has_a_twin_in_the_environment_and_says_so(option: click.Option) -> None:
    assert isinstance(option.envvar, str)
    name = option.opts[0].removeprefix("--").replace("-", "_").upper()
    plural = option.multiple and not name.endswith("S")
    assert option.envvar == f"POOLKEEPER_{name}" + ("S" if plural else "")
    assert option.show_envvar
    assert option.help
    help_ = CliRunner().invoke(main, ["run", "--help"]).output
    assert option.envvar in help_


def test_every_setting_has_a_flag() -> None:
    by_flag = {"namespaces", "allow_endpoints"} | {
        option.name for option in OPTIONS if option.name not in {"namespaces", "allow_endpoint"}
    }
    # The grace belongs to the pod: one value goes with its 30 seconds.
    assert by_flag == {field.name for field in fields(Settings)} - {"grace"}


def test_the_defaults_are_those_of_the_settings() -> None:
    params = parsed()
    params["allow_endpoints"] = params.pop("allow_endpoint")
    defaults = Settings()
    assert params == {field.name: getattr(defaults, field.name) for field in fields(Settings) if field.name in params}


TWINS = [
    ("--namespace", "POOLKEEPER_NAMESPACES", "blue", "namespaces", ("blue",)),
    ("--context", "POOLKEEPER_CONTEXT", "lab", "context", "lab"),
    ("--kubeconfig", "POOLKEEPER_KUBECONFIG", __file__, "kubeconfig", __file__),
    (
        "--allow-endpoint",
        "POOLKEEPER_ALLOW_ENDPOINTS",
        "https://batch.example",
        "allow_endpoint",
        ("https://batch.example",),
    ),
    ("--ca-bundle", "POOLKEEPER_CA_BUNDLE", certifi.where(), "ca_bundle", certifi.where()),
    (
        "--authority-host",
        "POOLKEEPER_AUTHORITY_HOST",
        "login.example",
        "authority_host",
        "https://login.example",
    ),
    (
        "--entra-scope",
        "POOLKEEPER_ENTRA_SCOPE",
        "https://batch.example//.default",
        "entra_scope",
        "https://batch.example//.default",
    ),
    (
        "--default-identity-namespaces",
        "POOLKEEPER_DEFAULT_IDENTITY_NAMESPACES",
        "blue",
        "default_identity_namespaces",
        ("blue",),
    ),
    ("--health-port", "POOLKEEPER_HEALTH_PORT", "8081", "health_port", 8081),
    ("--metrics-port", "POOLKEEPER_METRICS_PORT", "9091", "metrics_port", 9091),
    ("--listen", "POOLKEEPER_LISTEN", "127.0.0.1", "listen", "127.0.0.1"),
    ("--log-format", "POOLKEEPER_LOG_FORMAT", "text", "log_format", "text"),
    ("--log-level", "POOLKEEPER_LOG_LEVEL", "debug", "log_level", "debug"),
    ("--request-timeout", "POOLKEEPER_REQUEST_TIMEOUT", "500ms", "request_timeout", 0.5),
    ("--least-check-interval", "POOLKEEPER_LEAST_CHECK_INTERVAL", "5s", "least_check_interval", 5.0),
    ("--slow-retry", "POOLKEEPER_SLOW_RETRY", "2m", "slow_retry", 120.0),
    ("--flap-limit", "POOLKEEPER_FLAP_LIMIT", "7", "flap_limit", 7),
    ("--flap-window", "POOLKEEPER_FLAP_WINDOW", "2m", "flap_window", 120.0),
    ("--resync", "POOLKEEPER_RESYNC", "1h30m", "resync", 5400.0),
]


def test_the_table_of_twins_is_complete() -> None:
    assert {row[0] for row in TWINS} == {option.opts[0] for option in OPTIONS}


@pytest.mark.parametrize(("flag", "variable", "text", "name", "value"), TWINS)
def test_flag_and_variable_mean_the_same_and_the_flag_wins(
    flag: str, variable: str, text: str, name: str, value: Any
) -> None:
    assert parsed(flag, text)[name] == value
    assert parsed(env={variable: text})[name] == value
    other = {"--kubeconfig": str(ROOT / "LICENSE"), "--allow-endpoint": "https://other.example"}.get(flag)
    if other is not None:
        assert parsed(flag, text, env={variable: other})[name] == value


@pytest.mark.parametrize(
    ("env", "name", "values"),
    [
        ({"POOLKEEPER_NAMESPACES": "blue,green"}, "namespaces", ("blue", "green")),
        ({"POOLKEEPER_NAMESPACES": "blue, green"}, "namespaces", ("blue", "green")),
        ({"POOLKEEPER_NAMESPACES": ""}, "namespaces", ()),
        (
            {"POOLKEEPER_ALLOW_ENDPOINTS": "https://a.example, http://127.0.0.1:8080"},
            "allow_endpoint",
            ("https://a.example", "http://127.0.0.1:8080"),
        ),
        ({"POOLKEEPER_ALLOW_ENDPOINTS": ""}, "allow_endpoint", ()),
    ],
)
def test_lists_in_the_environment_are_separated_by_commas(
    env: dict[str, str], name: str, values: tuple[str, ...]
) -> None:
    assert parsed(env=env)[name] == values


def test_flags_for_lists_are_repeated() -> None:
    assert parsed("--namespace", "blue", "--namespace", "green")["namespaces"] == ("blue", "green")


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://batch.example", "loopback only"),
        ("http://10.0.0.1:8080", "loopback only"),
        ("batch.example", "https://HOST"),
        ("https://user@batch.example", "https://HOST"),
    ],
)
@pytest.mark.parametrize("how", ["flag", "variable"])
def test_an_endpoint_that_would_send_credentials_in_the_clear_is_refused(endpoint: str, reason: str, how: str) -> None:
    if how == "flag":
        said = refused("--allow-endpoint", endpoint)
    else:
        said = refused(env={"POOLKEEPER_ALLOW_ENDPOINTS": f"https://fine.example,{endpoint}"})
    assert "--allow-endpoint" in said
    assert reason in said


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:80"])
def test_plain_http_is_for_loopback(endpoint: str) -> None:
    assert parsed("--allow-endpoint", endpoint)["allow_endpoint"] == (endpoint,)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--resync", "10"),
        ("--slow-retry", "soon"),
        ("--resync", "0s"),
        ("--health-port", "0"),
        ("--metrics-port", "70000"),
        ("--log-format", "xml"),
        ("--log-level", "chatty"),
        ("--kubeconfig", "/no/such/file"),
        ("--ca-bundle", "/no/such/file"),
        ("--ca-bundle", str(ROOT / "LICENSE")),
        ("--authority-host", "http://login.example"),
        ("--authority-host", "login.example/tenant"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_the_flags_name(flag: str, value: str) -> None:
    said = refused(flag, value)
    assert flag in said
    assert value in said


def test_crd_prints_both_definitions_as_they_are_in_the_repository() -> None:
    result = CliRunner().invoke(main, ["crd"])
    assert result.exit_code == 0
    printed = list(yaml.safe_load_all(result.output))
    kept = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "crds").glob("*.yaml"))]
    assert printed == kept
    assert [one["spec"]["names"]["kind"] for one in printed] == ["BatchAccount", "BatchPool"]


def test_the_version_is_the_packages() -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).output


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_the_commands(flag: str) -> None:
    output = CliRunner().invoke(main, [flag]).output
    assert "run" in output
    assert "crd" in output
