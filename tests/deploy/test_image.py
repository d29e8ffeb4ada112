"""What comes out of the Dockerfile's build stage."""

from __future__ import annotations

import zipfile
from pathlib import Path

from poolkeeper import __version__
from tests.deploy.files import CRDS, objects
from tests.deploy.shipped import command, out


def test_the_command_is_there_and_knows_its_version(image: Path) -> None:
    assert out(command(image, "poolkeeper", "--version")) == f"poolkeeper, version {__version__}\n"


def test_the_operator_and_all_that_it_imports_are_there(image: Path) -> None:
    assert out(command(image, "python", "-I", "-c", "import poolkeeper.app")) == ""


def test_it_prints_the_crds_of_this_repository(image: Path) -> None:
    printed = objects(out(command(image, "poolkeeper", "crd")))
    ours = [each for file in sorted(CRDS.glob("*.yaml")) for each in objects(file.read_text())]
    assert printed == ours


def test_a_user_without_an_entry_in_etc_passwd_has_a_name_for_kopf(image: Path) -> None:
    unknown = "import pwd, getpass; pwd.getpwuid = None; print(getpass.getuser())"
    assert out(command(image, "python", "-I", "-c", unknown)) == "poolkeeper\n"


def test_the_wheel_holds_the_package_and_nothing_beside_it(image: Path) -> None:
    (wheel,) = (image / "src" / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.split("/")[0] for name in names} == {"poolkeeper", f"poolkeeper-{__version__}.dist-info"}
    crds = {name for name in names if name.startswith("poolkeeper/crds/")}
    assert crds == {f"poolkeeper/crds/{file.name}" for file in CRDS.glob("*.yaml")}
    assert "poolkeeper/py.typed" in names


def test_the_source_root_is_no_package_since_it_would_hide_the_standard_library_s_operator(image: Path) -> None:
    assert not (image / "src" / "operator" / "__init__.py").exists()
    assert (image / "src" / "operator" / "poolkeeper" / "__init__.py").exists()


def test_the_shipped_environment_has_neither_pip_nor_development_tools(image: Path) -> None:
    (packages,) = (image / "opt" / "poolkeeper" / "lib").glob("python3.*/site-packages")
    found = {path.name.partition("-")[0].lower() for path in packages.glob("*.dist-info")}
    assert "poolkeeper" in found
    assert not found & {"pip", "setuptools", "wheel", "pytest", "mypy", "ruff", "azure_batch", "hypothesis"}
