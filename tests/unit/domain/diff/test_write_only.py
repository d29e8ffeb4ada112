"""What the service never shows: sent again when its Secret or its manifest is another than at the last write."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.diff.drift import paths_of
from poolkeeper.domain.diff.write_only import DesiredVersion, marks_of, unsent
from poolkeeper.domain.schema.lists import AtomicList, MapList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType, String
from poolkeeper.domain.secret_text import SecretText

PASSWORD = "/startTask/containerSettings/registry/password"


def start_task(**registry: Any) -> dict[str, Any]:
    return {"startTask": {"commandLine": "run", "containerSettings": {"imageName": "a", "registry": registry}}}


FROM = start_task(username="me", passwordFrom={"secretKeyRef": {"name": "creds", "key": "p"}})
RESOLVED = start_task(username="me", password=SecretText("hunter22"))
PLAIN = start_task(username="me", password="hunter22")
NONE = start_task(username="me")
OTHER = start_task(username="me", password=SecretText("hunter23"))
TOUCHED = DesiredVersion(1, {"creds": "1"}, marks_of(RESOLVED))


@pytest.mark.parametrize(
    ("properties", "body", "desired_version", "sent", "expected", "reason"),
    [
        (NONE, NONE, DesiredVersion(1), None, False, "nothing that is not shown"),
        (PLAIN, PLAIN, DesiredVersion(1), None, True, "nobody knows which password the pool has"),
        (PLAIN, PLAIN, DesiredVersion(1), DesiredVersion(1), False, "this very manifest was sent"),
        (PLAIN, PLAIN, DesiredVersion(2), DesiredVersion(1), True, "the password may be what has changed"),
        (FROM, RESOLVED, DesiredVersion(1, {"creds": "1"}), None, True, "never written"),
        (
            FROM,
            RESOLVED,
            DesiredVersion(1, {"creds": "1"}),
            DesiredVersion(1, {"creds": "1"}),
            False,
            "that version was sent",
        ),
        (FROM, RESOLVED, DesiredVersion(1, {"creds": "2"}), DesiredVersion(1, {"creds": "1"}), True, "rotated"),
        (
            FROM,
            RESOLVED,
            DesiredVersion(9, {"creds": "1"}),
            DesiredVersion(1, {"creds": "1"}),
            False,
            "the value is not in the spec",
        ),
        (
            FROM,
            RESOLVED,
            DesiredVersion(1, {"creds": "1", "env": "2"}),
            DesiredVersion(1, {"creds": "1", "env": "1"}),
            False,
            "a Secret whose values are shown is found by comparing",
        ),
        (
            FROM,
            RESOLVED,
            DesiredVersion(1, {"creds": "2"}),
            TOUCHED,
            False,
            "touched: the value is the one that was sent",
        ),
        (
            FROM,
            OTHER,
            DesiredVersion(1, {"creds": "2"}),
            TOUCHED,
            True,
            "rotated, and this process sent the value before",
        ),
        (
            PLAIN,
            PLAIN,
            DesiredVersion(2),
            DesiredVersion(1, marks=marks_of(PLAIN)),
            False,
            "another field of the manifest changed",
        ),
        (FROM, NONE, DesiredVersion(1, {"creds": "2"}), None, False, "left to others by spec.ignore: it is not sent"),
    ],
)
def test_what_may_not_have_been_sent(
    properties: Any,
    body: Any,
    desired_version: DesiredVersion,
    sent: DesiredVersion | None,
    reason: str,
    *,
    expected: bool,
) -> None:
    found = unsent(properties, body, desired_version=desired_version, sent=sent)
    assert paths_of(found) == ([PASSWORD] if expected else []), reason
    assert all(one.op == "replace" for one in found), "nothing goes, so nobody is asked"


def test_no_list_of_the_api_holds_what_is_never_shown() -> None:
    def inside(kind: SchemaType, *, listed: bool) -> list[bool]:
        match kind:
            case Object(fields=fields):
                return [found for inner in fields.values() for found in inside(inner, listed=listed)]
            case MapList(item=item) | AtomicList(item=item):
                return inside(item, listed=True)
            case String(write_only=True):
                return [listed]
            case _:
                return []

    assert inside(PROPERTIES, listed=False) == [False], "one password, and in no list"
