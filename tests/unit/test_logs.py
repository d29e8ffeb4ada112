"""What is written to standard error."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from poolkeeper import logs


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """Put the root logger back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {
        name: logging.getLogger(name).level
        for name in ("httpx", "httpcore", "aiohttp", "azure", "azure.identity", "kopf", "msal", "urllib3")
    }
    # Otherwise `force` closes the handlers with which pytest captures.
    root.handlers = []
    yield
    root.handlers = handlers
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


def written(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_each_record_is_one_json_object_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form="json", level="info")
    log = logging.getLogger("poolkeeper")
    log.info("first", extra={"namespace": "lab", "pool": "rendering"})
    log.warning("two\nlines, and %s", "ü")
    log.error("failed", exc_info=KeyError("bug"))
    first, second, third = (json.loads(line) for line in written(capsys))
    assert first["message"] == "first"
    assert (first["namespace"], first["pool"]) == ("lab", "rendering")
    assert (first["level"], first["logger"]) == ("INFO", "poolkeeper")
    assert first["time"]
    assert second["message"] == "two\nlines, and ü"
    assert "KeyError" in third["exc_info"]
    assert third["level"] == "ERROR"


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form="text", level="info")
    logging.getLogger("poolkeeper").info("watching")
    (line,) = written(capsys)
    assert line.endswith("INFO    watching")


def test_only_what_was_asked_for_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form="json", level="warning")
    logging.getLogger("poolkeeper").info("quiet")
    logging.getLogger("poolkeeper").warning("loud")
    assert [json.loads(line)["message"] for line in written(capsys)] == ["loud"]


@pytest.mark.parametrize(
    "name",
    [
        "httpx",
        "httpcore.http11",
        "aiohttp.access",
        "azure.core.pipeline.policies.http_logging_policy",
        "aiohttp.client",
        "msal.token_cache",
        "urllib3.connectionpool",
        "kopf.objects",
    ],
)
def test_libraries_that_log_whole_headers_are_quiet_even_at_debug(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    logs.configure(form="json", level="debug")
    logging.getLogger(name).info("Authorization: SharedKey s3cret")
    logging.getLogger(name).debug("Authorization: SharedKey s3cret")
    assert written(capsys) == []
    logging.getLogger(name).warning("the connection broke")
    assert len(written(capsys)) == 1


def test_a_refused_token_is_the_conditions_to_tell_not_a_librarys(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form="json", level="debug")
    logging.getLogger("azure.identity.aio._internal.get_token_mixin").warning("ClientSecretCredential failed: ...")
    assert written(capsys) == []
