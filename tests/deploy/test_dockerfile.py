"""What the Dockerfile says, read off the file."""

from __future__ import annotations

import re

import pytest

from poolkeeper import __version__
from poolkeeper.settings import Settings
from tests.deploy.context import sent
from tests.deploy.dockerfile import parse
from tests.deploy.files import DEPLOY, ROOT, container, deployment

BUILD, SHIPPED = parse((DEPLOY / "Dockerfile").read_text())


def test_both_stages_stand_on_the_same_python_so_that_the_environment_can_move() -> None:
    assert BUILD.base == SHIPPED.base
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", BUILD.base), "pinned to the patch release"


def test_what_is_shipped_is_the_environment_and_nothing_else() -> None:
    (copy,) = SHIPPED.all("COPY")
    assert (copy.stage, copy.sources, copy.target) == (BUILD.name, ["/opt/poolkeeper"], "/opt/poolkeeper")
    assert SHIPPED.all("RUN") == []
    assert SHIPPED.pairs("ENV")["PATH"].startswith("/opt/poolkeeper/bin:")


def test_no_shell_is_involved() -> None:
    for step in [*BUILD.all("RUN"), SHIPPED.one("ENTRYPOINT"), SHIPPED.one("CMD")]:
        assert step.is_exec, f"{step.keyword} {step.value}"
        assert not {"sh", "bash", "-c"} & set(step.words)


def test_every_install_from_the_index_is_pinned_by_hash() -> None:
    installs = [step.words for step in BUILD.all("RUN") if "install" in step.words]
    assert len(installs) == 3
    for words in installs:
        assert "--no-deps" in words
        assert ("--require-hashes" in words) != ("--no-index" in words), " ".join(words)


def test_the_build_tools_are_those_of_the_development_lock() -> None:
    ours = [line for line in (DEPLOY / "build-requirements.txt").read_text().splitlines() if not line.startswith("#")]
    lock = (ROOT / "tests" / "requirements.txt").read_text()
    assert "\n".join(ours) in lock, "copy the lines of setuptools from tests/requirements.txt"


def test_everything_that_is_copied_is_in_the_build_context() -> None:
    files = {path.as_posix() for path in sent()}
    sources = [source for step in BUILD.all("COPY") for source in step.sources]
    for source in sources:
        assert any(file == source or file.startswith(f"{source}/") for file in files), source
    strays = {file for file in files if not any(file == each or file.startswith(f"{each}/") for each in sources)}
    assert strays == set(), "nothing is sent to the builder that the image does not need"


def test_the_container_is_started_as_the_deployment_expects() -> None:
    assert SHIPPED.one("ENTRYPOINT").words == ["poolkeeper"]
    assert SHIPPED.one("CMD").words == container()["args"]
    context = deployment()["spec"]["template"]["spec"]["securityContext"]
    assert SHIPPED.one("USER").value == f"{context['runAsUser']}:{context['runAsGroup']}"
    ports = [str(port["containerPort"]) for port in container()["ports"]]
    assert SHIPPED.one("EXPOSE").words == ports == [str(Settings().health_port), str(Settings().metrics_port)]


@pytest.mark.parametrize(
    ("label", "value"),
    [("title", "poolkeeper"), ("version", __version__), ("licenses", "Apache-2.0")],
)
def test_the_labels_say_what_it_is(label: str, value: str) -> None:
    assert SHIPPED.pairs("LABEL")[f"org.opencontainers.image.{label}"] == value


def test_a_user_without_an_entry_in_etc_passwd_is_told_a_home_and_a_name() -> None:
    environment = SHIPPED.pairs("ENV")
    assert environment["HOME"] == "/nonexistent", "else the runtime says /, and credentials are looked for there"
    assert environment["LOGNAME"] == "poolkeeper", "else getpass.getuser(), which kopf calls, raises KeyError"


def test_the_ignore_file_lets_through_by_name_only() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert rules[0] == "*"
