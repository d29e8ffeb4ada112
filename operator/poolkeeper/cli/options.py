"""What options of the command line are made of: their types, and their environment twins."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

import click

from poolkeeper.domain.azure.endpoints import check_authority, check_prefix
from poolkeeper.domain.durations import seconds, spelled
from poolkeeper.domain.failures import EndpointNotAllowed
from poolkeeper.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


class Many(click.ParamType[Any]):
    """One value of a repeatable option; its environment twin separates them by commas."""

    name = "text"
    envvar_list_splitter = ","

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        return str(value).strip()


NOBODY = ""
"""A namespace that no account is in: an empty list of whom something is lent to lends it to nobody."""


class Namespace(Many):
    """A namespace, by its name."""

    name = "namespace"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        given = str(value).strip()
        if not given and (param is None or param.callback is None):
            self.fail("a namespace without a name: take the comma out that stands alone", param, ctx)
        return given


def nobody_if_empty(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """The namespaces; a variable that is set and empty, as a chart's empty list is, means none and not all."""
    twin = param.envvar if isinstance(param.envvar, str) else ""
    if not value and os.environ.get(twin, "unset").strip() == "":
        return (NOBODY,)
    if len(value) > 1 and NOBODY in value:
        raise click.BadParameter("a namespace without a name: take the comma out that stands alone", ctx, param)
    return value


class Prefix(Many):
    """A URL prefix for the allow-list."""

    name = "prefix"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return check_prefix(str(value).strip())
        except EndpointNotAllowed as error:
            self.fail(error.cause, param, ctx)


class CaBundle(click.Path):
    """A PEM file with certificate authorities; one that holds none is noticed at the start."""

    name = "file"

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        path = str(super().convert(value, param, ctx))
        try:
            ssl.create_default_context().load_verify_locations(cafile=path)
        except ssl.SSLError:
            self.fail(f"{path} holds no PEM certificate", param, ctx)
        return path


class Authority(Many):
    """Where tokens are given: a host, or https and a host."""

    name = "host"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        host = str(value).strip()
        try:
            return check_authority(host)
        except EndpointNotAllowed as error:
            self.fail(error.cause, param, ctx)


class Duration(click.ParamType[Any]):
    """A duration such as 90s or 5m; never nothing, which would be a loop without a pause."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            given = seconds(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if given <= 0:
            self.fail(f"{value} is no time at all", param, ctx)
        return given


def option(*names: str, env: str | None = None, **how: Any) -> Callable[[Command], Command]:
    """An option with its environment twin, POOLKEEPER_ and the name in capitals unless said otherwise."""
    twin = f"POOLKEEPER_{env or names[0].lstrip('-').replace('-', '_').upper()}"
    return click.option(*names, envvar=twin, show_envvar=True, **{"show_default": True, **how})


def reaching_azure(command: Command) -> Command:
    """The options that say which endpoints may be asked, whom TLS trusts, and where to sign in."""
    options = (
        option(
            "--allow-endpoint",
            env="ALLOW_ENDPOINTS",
            multiple=True,
            type=Prefix(),
            help="Endpoint that accounts may use besides Azure's; http only on loopback; repeatable.",
        ),
        option(
            "--ca-bundle",
            type=CaBundle(),
            help="PEM file with certificate authorities to trust besides the usual ones.",
        ),
        option(
            "--authority-host",
            type=Authority(),
            help="Microsoft Entra authority to get tokens from; default: the account's cloud, or AZURE_AUTHORITY_HOST.",
        ),
        option("--entra-scope", help="Scope of tokens for Batch; default: the one of the account's cloud."),
    )
    for one in reversed(options):
        command = one(command)
    return command


def setting(*names: str, **how: Any) -> Callable[[Command], Command]:
    """An option whose default is that of the field of Settings that it sets."""
    default = getattr(_SETTINGS, names[0].lstrip("-").replace("-", "_"))
    shown = spelled(default) if isinstance(default, float) else True
    return option(*names, default=default, **{"show_default": shown, **how})


_SETTINGS = Settings()
