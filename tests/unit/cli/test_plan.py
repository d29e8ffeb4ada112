"""The flags of `poolkeeper plan`: twins in the environment, misuse, colours, and that a key is no flag."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from poolkeeper.cli.main import main
from poolkeeper.cli.plan import is_coloured

PLAN = main.commands["plan"]
OPTIONS = [one for one in PLAN.params if isinstance(one, click.Option) and one.name != "paths"]
KEY = "c2VrcmV0LWtleQ=="
NOWHERE = {"HOME": "/nonexistent", "KUBECONFIG": None, "KUBERNETES_SERVICE_HOST": None, "NO_COLOR": None}
POOL = """\
apiVersion: poolkeeper.dev/v1alpha1
kind: BatchPool
metadata: {name: rendering}
spec: {accountRef: {name: research}, poolID: rendering, properties: {}}
"""


def plan(*flags: str, stdin: str = POOL, **env: str | None) -> Result:
    return CliRunner().invoke(main, ["plan", *flags], input=stdin, env={**NOWHERE, **env})


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.opts[-1])
def test_every_flag_has_a_twin_in_the_environment_and_says_so(option: click.Option) -> None:
    long = next(name for name in option.opts if name.startswith("--"))
    singular = long.removeprefix("--").replace("-", "_").upper()
    assert option.envvar == f"POOLKEEPER_{singular}" + ("S" if option.multiple else "")
    assert option.help


def test_the_help_names_the_command_and_its_exit_codes() -> None:
    assert "plan" in CliRunner().invoke(main, ["--help"]).output
    assert "Exits with 0" in CliRunner().invoke(main, ["plan", "--help"]).output


def test_no_flag_takes_the_key_itself() -> None:
    assert not [option for option in OPTIONS if option.name in {"account_key", "key"}]


MISUSE = [
    ([], {}, "Missing option '-f'"),
    (["-f", "-", "--nonsense"], {}, "No such option"),
    (["-f", "-", "--output", "xml"], {}, "xml"),
    (["-f", "-", "--account-name", "x"], {}, "--account-name goes with --endpoint"),
    (["-f", "-", "--api-version", "2025-06-01"], {}, "--api-version goes with --endpoint"),
    (
        ["-f", "-", "--endpoint", "https://x.batch.azure.com", "--api-version", "1"],
        {"POOLKEEPER_ACCOUNT_KEY": KEY},
        "spec.apiVersion must be one of",
    ),
    (["-f", "-", "--account-key-file", "/no/such"], {}, "/no/such"),
    (["-f", "-", "--account-key-file", "/dev/null"], {}, "--account-key-file"),
    (["-f", "-", "--allow-endpoint", "http://x.example"], {}, "loopback only"),
]


@pytest.mark.parametrize(("flags", "env", "said"), [pytest.param(*row, id=row[2]) for row in MISUSE])
def test_misuse_is_told_on_standard_error_and_is_not_taken_for_a_plan(
    flags: list[str], env: dict[str, str], said: str
) -> None:
    result = plan(*flags, **env)
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_files_without_a_pool_are_an_error(form: str) -> None:
    result = plan("-f", "-", "-o", form, stdin="kind: Secret\n")
    assert result.exit_code == 1
    assert "no BatchPool was found" in result.stdout


def test_without_a_cluster_an_account_has_to_be_in_the_files() -> None:
    result = plan("-f", "-")
    assert result.exit_code == 1
    assert "there is no BatchAccount default/research in the files, and no cluster to look in" in result.stdout


def test_an_endpoint_elsewhere_gets_no_request() -> None:
    result = plan("-f", "-", "--endpoint", "https://evil.example", POOLKEEPER_ACCOUNT_KEY=KEY)
    assert result.exit_code == 1
    assert "EndpointNotAllowed" not in result.stdout
    assert "is not under batch.azure.com" in result.stdout


def test_a_key_that_is_none_is_an_error_that_does_not_quote_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sekret, not base64")
    result = plan(
        "-f", "-", "--endpoint", "https://research.batch.azure.com", "--account-key-file", str(tmp_path / "key")
    )
    assert result.exit_code == 1
    assert "is not base64" in result.stdout
    assert "sekret" not in result.output


COLOURS: list[tuple[bool, bool | None, dict[str, str], bool]] = [
    (False, None, {}, False),
    (False, True, {}, True),
    (False, True, {"NO_COLOR": "1"}, True),
    (True, None, {}, True),
    (True, None, {"NO_COLOR": "1"}, False),
    (True, None, {"NO_COLOR": ""}, True),
    (True, False, {}, False),
]


@pytest.mark.parametrize(("terminal", "asked", "env", "coloured"), COLOURS)
def test_colours_are_for_terminals_and_for_those_who_ask(
    *, terminal: bool, asked: bool | None, env: dict[str, str], coloured: bool
) -> None:
    with CliRunner(env={**NOWHERE, **env}).isolation():
        assert is_coloured(asked=asked, terminal=terminal) is coloured


@pytest.mark.parametrize(
    ("flags", "env", "coloured"), [([], {}, False), (["--color"], {}, True), ([], {"POOLKEEPER_COLOR": "1"}, True)]
)
def test_the_flag_and_its_twin_colour_what_goes_into_a_pipe(
    *, flags: list[str], env: dict[str, str], coloured: bool
) -> None:
    assert ("\x1b[" in plan("-f", "-", *flags, **env).stdout) is coloured
