"""What the API server counted: the proof that nothing was written is its own tally, not our word.

`apiserver_request_total` counts every request once answered, by verb, group, resource, subresource,
code and dry run (kubernetes.io, "Kubernetes Metrics Reference"). It knows neither user nor namespace, and
it counts refused requests too: take it before and after, and compare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUESTS = "apiserver_request_total"
WRITE_VERBS = frozenset({"POST", "PUT", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION"})
"""Server-side apply arrives as a PATCH and is counted as APPLY."""


def samples(text: str, name: str) -> Iterator[tuple[Mapping[str, str], float]]:
    """Yield labels and value of each sample called exactly `name` in a Prometheus text."""
    # The parser takes a second for the whole text and a moment for the lines in question.
    lines = [line for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} "))]
    for family in text_string_to_metric_families("\n".join([*lines, ""])):
        for sample in family.samples:
            yield sample.labels, sample.value


def writes(
    text: str,
    *,
    resource: str | None = None,
    subresource: str | None = None,
    group: str | None = None,
    verb: str | None = None,
) -> int:
    """Count the requests that wanted to write, dry runs aside.

    `resource` is the plural (`batchpools`), `subresource` is `""` for the object itself, `verb` is one of
    WRITE_VERBS; left out, each stands for all of them. Raises ValueError for another verb.
    """
    if verb is not None and verb not in WRITE_VERBS:
        raise ValueError(f"{verb!r} is no verb that writes; choose of {', '.join(sorted(WRITE_VERBS))}")
    verbs = {verb} if verb else WRITE_VERBS
    wanted = {"resource": resource, "subresource": subresource, "group": group, "dry_run": ""}
    return int(
        sum(
            value
            for labels, value in samples(text, REQUESTS)
            if labels["verb"] in verbs
            and all(labels.get(key) == each for key, each in wanted.items() if each is not None)
        )
    )
