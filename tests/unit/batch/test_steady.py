"""The same refusal twice has the same words."""

from __future__ import annotations

import pytest

from poolkeeper.batch.steady import steady

GUID = "4a0c6c1e-8f2b-4f0e-9c53-1d1a2f0f8a11"
OTHER = "0b0c6c1e-8f2b-4f0e-9c53-1d1a2f0f8a11"
SIGNED = "GET\\n\\nocp-date:Fri, 27 Nov 2026 06:35:27 GMT\\n/research/pools"


@pytest.mark.parametrize(
    ("said", "told", "reason"),
    [
        ("Bad.\r\nVery bad.", "Bad. Very bad.", "one line"),
        (f"Bad.\nRequestId:{GUID}\nTime:2026-11-27T06:35:25.1234567Z", "Bad.", "the last lines of every message"),
        (
            f"The MAC signature is not the same. Server used following string to sign: '{SIGNED}'.",
            "The MAC signature is not the same.",
            "the request with its date",
        ),
        ("denied at Fri, 27 Nov 2026 06:35:27 GMT by a rule", "denied at (time) by a rule", "the form of HTTP"),
        ("denied at 2026-11-27T06:35:25.12Z", "denied at (time)", "the form of JSON"),
        ("denied at 2026-11-27 06:35:25 +01:00, again", "denied at (time), again", "with an offset"),
        (f"request {GUID} failed", "request (request id) failed", "the id of this very request"),
        (f"no application {OTHER}", f"no application {OTHER}", "another id may be what has to be mended"),
        ("api-version 2024-07-01.20.0 is bad", "api-version 2024-07-01.20.0 is bad", "a date is no time"),
        ("", "", "nothing"),
    ],
)
def test_what_differs_from_one_answer_to_the_next_is_taken_out(said: str, told: str, reason: str) -> None:
    assert steady(said, request_id=GUID) == told, reason
