"""Where things are: the build under test, and real data when it lies beside the checkout."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
DATA = pathlib.Path(os.environ.get("SLO_TEST_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def replay_binary():
    return str(BUILD / "examples" / "slo_replay")


@pytest.fixture(scope="session")
def data():
    if not DATA.is_dir():
        pytest.skip(f"no real data at {DATA} (set SLO_TEST_DATA)")
    return DATA
