"""The library under test is the one in BUILD; the package is the one beside these tests."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
BUILD = BUILD if BUILD.is_absolute() else ROOT / BUILD
DATA = pathlib.Path(os.environ.get("SLO_TEST_DATA", ROOT.parent / "shared" / "data"))
PACKAGE = ROOT / "bindings" / "python"

os.environ["SLO_LIBRARY"] = str(BUILD / "libslo.so")
os.environ["PYTHONPATH"] = str(PACKAGE)  # of the programs that tests start


def pytest_sessionstart(session):
    """A library beside the package (pip install -e leaves one) would be found first."""
    import slo

    assert os.environ["SLO_LIBRARY"] == slo._ffi.PATH, f"tests would run {slo._ffi.PATH}"


@pytest.fixture(scope="session")
def vectors(tmp_path_factory):
    """The file that C writes; not the one that check-go may be reading."""
    path = tmp_path_factory.mktemp("vectors") / "vectors.jsonl"
    subprocess.run([str(BUILD / "vectors"), str(path), str(DATA)], check=True)
    return path
