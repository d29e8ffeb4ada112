"""How writes are read off the API server's own counters."""

from __future__ import annotations

import pytest

from tests.testbed import metrics


def line(verb: str, count: int, *, resource: str = "batchpools", subresource: str = "", dry_run: str = "") -> str:
    labels = {
        "code": "200",
        "component": "apiserver",
        "dry_run": dry_run,
        "group": "poolkeeper.dev" if resource == "batchpools" else "",
        "resource": resource,
        "scope": "resource",
        "subresource": subresource,
        "verb": verb,
        "version": "v1alpha1",
    }
    inside = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return f"apiserver_request_total{{{inside}}} {count}"


TEXT = "\n".join(
    [
        "# HELP apiserver_request_total [STABLE] Counter of apiserver requests.",
        "# TYPE apiserver_request_total counter",
        line("GET", 100),
        line("WATCH", 50),
        line("POST", 1),
        line("PATCH", 2),
        line("PATCH", 4, subresource="status"),
        line("APPLY", 8),
        line("POST", 16, dry_run="All"),
        line("PUT", 32, resource="leases"),
        line("DELETECOLLECTION", 64, resource="leases"),
        'apiserver_request_total_of_another_kind{verb="POST",resource="batchpools",dry_run=""} 1000',
        "",
    ]
)


@pytest.mark.parametrize(
    ("labels", "expected", "reason"),
    [
        ({}, 1 + 2 + 4 + 8 + 32 + 64, "every verb that writes, no reads, no dry runs, no other counter"),
        ({"resource": "batchpools"}, 15, "one resource, its status included"),
        ({"resource": "batchpools", "subresource": "status"}, 4, "the status alone"),
        ({"resource": "batchpools", "subresource": ""}, 11, "the object without its status"),
        ({"resource": "batchpools", "verb": "PATCH"}, 6, "one verb"),
        ({"resource": "batchpools", "verb": "APPLY"}, 8, "server-side apply has a verb of its own"),
        ({"group": "poolkeeper.dev"}, 15, "a whole group"),
        ({"resource": "events"}, 0, "what was never asked for has no line"),
    ],
)
def test_writes_are_summed_over_what_is_left_open(labels: dict[str, str], expected: int, reason: str) -> None:
    assert metrics.writes(TEXT, **labels) == expected, reason


def test_a_reading_verb_is_refused_instead_of_counting_nothing() -> None:
    with pytest.raises(ValueError, match="'GET' is no verb that writes; choose of APPLY, DELETE"):
        metrics.writes(TEXT, verb="GET")
