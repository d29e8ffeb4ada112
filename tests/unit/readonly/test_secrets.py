"""Which references to Secrets are read, and why the others are not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from poolkeeper.domain.failures import ClusterUnavailable, SecretNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.engine.ports import Secrets
from poolkeeper.readonly.secrets import GivenKey, NoSecrets, resolve

PLAIN = "sekret"


class Shelf:
    """Secrets `creds` (with a token and a binary key); `closed` cannot be read; the cluster breaks at `broken`."""

    def __init__(self) -> None:
        self.asked: list[Key] = []

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:  # noqa: ARG002 - the port's signature
        self.asked.append(key)
        if key.name == "closed":
            raise SecretNotFound(f"you may not read Secret {key}")
        if key.name == "broken":
            raise ClusterUnavailable("the Kubernetes API does not answer")
        return Secret("7", {"token": SecretText(PLAIN)}, frozenset({"bytes"}))

    async def version(self, key: Key) -> str:
        return (await self.read(key, ())).version


def task(*references: tuple[str, str]) -> dict[str, Any]:
    settings = [
        {"name": f"V{at}", "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}
        for at, (name, key) in enumerate(references)
    ]
    return {"startTask": {"commandLine": "x", "environmentSettings": settings}}


async def test_what_can_be_read_is_filled_in_and_each_secret_is_read_once() -> None:
    shelf = Shelf()
    found = await resolve(task(("creds", "token"), ("creds", "token")), shelf, namespace="lab")
    first, second = found.properties["startTask"]["environmentSettings"]
    assert first["value"].plain() == second["value"].plain() == PLAIN
    assert (found.versions, found.unread) == ({"creds": "7"}, {})
    assert shelf.asked == [Key("lab", "creds")]
    assert PLAIN not in repr(found)


UNREAD = [
    (None, ("creds", "token"), "there is no cluster to read it from"),
    (Shelf(), ("closed", "token"), "you may not read Secret lab/closed"),
    (Shelf(), ("broken", "token"), "the Kubernetes API does not answer"),
    (Shelf(), ("creds", "other"), "there is no such key"),
    (Shelf(), ("creds", "bytes"), "that key is not UTF-8 text"),
    (NoSecrets(), ("creds", "token"), "Secret lab/creds cannot be read without a cluster"),
]


@pytest.mark.parametrize(("secrets", "reference", "why"), [pytest.param(*row, id=row[2]) for row in UNREAD])
async def test_what_cannot_be_read_has_a_placeholder_and_a_reason(
    secrets: Secrets | None, reference: tuple[str, str], why: str
) -> None:
    found = await resolve(task(reference), secrets, namespace="lab")
    (placeholder,) = found.unread
    assert found.properties["startTask"]["environmentSettings"][0]["value"] is placeholder
    (told,) = found.not_compared({}, namespace="lab")
    assert (told.secret, told.key, told.why) == (f"lab/{reference[0]}", reference[1], why)
    assert told.path == "spec.properties.startTask.environmentSettings[0].valueFrom"


async def test_placeholders_differ_so_that_each_is_found_again() -> None:
    found = await resolve(task(("a", "x"), ("a", "x")), None, namespace="lab")
    assert len({one.plain() for one in found.unread}) == 2


async def test_a_given_key_stands_for_any_secret() -> None:
    secret = await GivenKey(SecretText(PLAIN)).read(Key("lab", "any"), ())
    assert secret.values["accountKey"].plain() == PLAIN
