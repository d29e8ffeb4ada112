"""The command line."""

from __future__ import annotations

import asyncio
from importlib import resources
from typing import Any

import click

from poolkeeper import __version__, logs
from poolkeeper.cli.options import Duration, Namespace, nobody_if_empty, option, reaching_azure, setting
from poolkeeper.cli.plan import plan
from poolkeeper.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="poolkeeper")
def main() -> None:
    """Keep Azure Batch pools equal to what Git says."""


@main.command()
@option(
    "--namespace",
    "namespaces",
    env="NAMESPACES",
    multiple=True,
    type=Namespace(),
    help="Namespace to watch; repeatable. Without it, the operator watches all namespaces.",
)
@option(
    "--kubeconfig",
    type=click.Path(exists=True, dir_okay=False),
    help="Kubeconfig file to use instead of the pod's own credentials.",
)
@option("--context", help="Context of the kubeconfig to use instead of its current one.")
@reaching_azure
@option(
    "--default-identity-namespaces",
    multiple=True,
    type=Namespace(),
    callback=nobody_if_empty,
    help="Namespace whose accounts may use the operator's own identity; repeatable. Without it, all may; with an empty "
    "value, none.",
)
@setting("--health-port", type=click.IntRange(1, 65535), help="Port of /healthz and /readyz.")
@setting("--metrics-port", type=click.IntRange(1, 65535), help="Port of /metrics.")
@setting("--listen", help="Address that both ports listen on.")
@setting(
    "--log-format",
    type=click.Choice(["json", "text"]),
    help="Format of log lines: one JSON object each, or text for people.",
)
@setting(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="Lowest level that is logged.",
)
@setting("--request-timeout", type=Duration(), help="Timeout of one Batch request.")
@setting(
    "--least-check-interval",
    type=Duration(),
    help="Shortest checkInterval; a shorter one counts as this.",
)
@setting(
    "--slow-retry",
    type=Duration(),
    help="How long to wait before retrying a problem that a person has to fix (credentials, permissions).",
)
@setting(
    "--flap-limit",
    type=click.IntRange(1, 1000),
    help="Stop correcting a pool after this many corrections of one property within --flap-window.",
)
@setting(
    "--flap-window",
    type=Duration(),
    help="Time window of --flap-limit; corrections stay paused for as long.",
)
@setting("--resync", type=Duration(), help="Interval between full lists of BatchPools and BatchAccounts.")
def run(namespaces: tuple[str, ...], allow_endpoint: tuple[str, ...], **rest: Any) -> None:
    """Run the operator."""
    from poolkeeper.app import run as operate  # noqa: PLC0415 - half a second of imports that --help does not need

    settings = Settings(namespaces=namespaces, allow_endpoints=allow_endpoint, **rest)
    logs.configure(form=settings.log_format, level=settings.log_level)
    asyncio.run(operate(settings))


main.add_command(plan)


@main.command()
def crd() -> None:
    """Print the custom resource definitions, for `kubectl apply -f -`."""
    folder = resources.files("poolkeeper") / "crds"
    definitions = [file for file in folder.iterdir() if file.name.endswith(".yaml")]
    for file in sorted(definitions, key=lambda file: file.name):
        click.echo(f"---\n{file.read_text(encoding='utf-8').removeprefix('---').strip()}")
