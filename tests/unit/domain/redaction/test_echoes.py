"""What the service may not tell people again when it refuses a body."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.redaction.echoes import confidential
from poolkeeper.domain.secret_text import SecretText, without


def body(**start_task: Any) -> dict[str, Any]:
    return {"startTask": {"commandLine": "run --all", **start_task}}


def setting(value: str) -> dict[str, Any]:
    return body(environmentSettings=[{"name": "TOKEN", "value": value}])


@pytest.mark.parametrize(
    ("sent", "expected", "reason"),
    [
        (body(), set(), "a command line stands in the manifest for all to read"),
        (setting("canary-1"), {"canary-1"}, "the value of an environment variable"),
        (setting("a1"), set(), "too short to hide, or to be found in words"),
        (setting('say "hi"'), {'say "hi"', 'say \\"hi\\"'}, "as it is, and as JSON quotes it"),
        (setting("canary\n"), {"canary\n", "canary\\n", "canary"}, "and as it is quoted by who trims it"),
        (
            body(containerSettings={"imageName": "a", "registry": {"username": "me", "password": "hunter22"}}),
            {"hunter22"},
            "a registry's password",
        ),
        (
            body(resourceFiles=[{"httpUrl": "https://x.example/a?sig=canary"}]),
            {"sig=canary"},
            "a signature, without its URL too",
        ),
        (
            body(resourceFiles=[{"httpUrl": SecretText("https://x.example/canary")}]),
            {"https://x.example/canary"},
            "whatever comes from a Secret, whole",
        ),
        (
            body(resourceFiles=[{"httpUrl": SecretText("https://x.example/a?sig=canary")}]),
            {"https://x.example/a?sig=canary", "https://x.example/a", "sig=canary"},
            "and its halves",
        ),
        ({"metadata": [{"name": "a", "value": "plain"}]}, set(), "metadata is for all to read"),
        ({"metadata": "nonsense"}, {"nonsense"}, "what has another shape is hidden, and no crash"),
        ({"startTask": {"novelty": [{"deep": "c4n4ry"}]}}, {"c4n4ry"}, "what the table does not know is hidden"),
    ],
)
def test_what_is_confidential(sent: dict[str, Any], expected: set[str], reason: str) -> None:
    assert confidential(sent) == expected, reason


def test_a_value_that_holds_another_goes_whole() -> None:
    assert without("said canary-and-more, canary", {"canary", "canary-and-more"}) == "said (hidden), (hidden)"
