"""`poolkeeper plan`: flags in, a plan and an exit code out. Misused flags end with 1, since 2 is a plan."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import click

from poolkeeper import logs
from poolkeeper.cli.options import option, reaching_azure
from poolkeeper.domain.secret_text import SecretText

KEY_VARIABLE = "POOLKEEPER_ACCOUNT_KEY"


class _Command(click.Command):
    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            raise _misused(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _misused(error) from None


def _misused(error: click.UsageError) -> click.UsageError:
    error.exit_code = 1  # type: ignore[misc] # click reads it off the instance
    return error


@click.command(cls=_Command)
@click.option(
    "-f",
    "--filename",
    "paths",
    multiple=True,
    required=True,
    metavar="FILE|DIR|-",
    help="Manifests to plan: a file, a folder with all below it, or standard input; repeatable.",
)
@option(
    "--endpoint",
    metavar="URL",
    help="Endpoint of the account to use for every pool, instead of the accounts in files or cluster.",
)
@option("--account-name", help="Account name for --endpoint; default: the first part of its host.")
@option("--api-version", help="Version of the Batch API for --endpoint.")
@option(
    "--account-key-file",
    type=click.Path(exists=True, dir_okay=False),
    help=f"File with the account's key; default: {KEY_VARIABLE}, or the account's Secret.",
)
@reaching_azure
@option("-n", "--namespace", env="NAMESPACE", default="default", help="Namespace of manifests that name none.")
@option(
    "--kubeconfig", type=click.Path(exists=True, dir_okay=False), help="Kubeconfig file of the cluster to read from."
)
@option("--context", help="Context of the kubeconfig to use instead of its current one.")
@option("--no-cluster", is_flag=True, help="Do not read from a cluster, even if there is one.")
@option(
    "-o",
    "--output",
    env="OUTPUT",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="Format: for people, for programs, or for a comment on a pull request.",
)
@option(
    "--color/--no-color",
    env="COLOR",
    default=None,
    help="Colour the text; default: on a terminal, unless NO_COLOR is set.",
)
@click.pass_context
def plan(ctx: click.Context, /, **flags: Any) -> None:
    """Show what the operator would do, and write nothing.

    Exits with 0 when there is nothing to do, 2 when something would change or waits for consent or approval, and 1
    when something is wrong.
    """
    from poolkeeper.plan.request import FORMS, Request, run  # noqa: PLC0415 - half a second that --help does not need

    logs.configure(form="text", level="warning")
    form, color = FORMS[flags.pop("output")], flags.pop("color")
    request = Request(key=_key(flags.pop("account_key_file")), **flags)
    findings = asyncio.run(run(request))
    click.echo(form(findings), nl=False, color=is_coloured(asked=color, terminal=sys.stdout.isatty()))
    ctx.exit(findings.exit_code)


def _key(file: str | None) -> SecretText | None:
    if file is None:
        text = os.environ.get(KEY_VARIABLE, "")
    else:
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise click.UsageError("--account-key-file cannot be read as text") from None
    if file is not None and not text.strip():
        raise click.UsageError("--account-key-file is empty")
    return SecretText(text.strip()) if text.strip() else None


def is_coloured(*, asked: bool | None, terminal: bool) -> bool:
    """Whether text has colours: as asked for, otherwise on a terminal unless NO_COLOR (no-color.org) is set."""
    return asked if asked is not None else terminal and not os.environ.get("NO_COLOR")
