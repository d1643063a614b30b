"""An sdist has everything that its wheel is built from; the wheel works on its own."""

import os
import pathlib
import subprocess
import sys
import tarfile
import zipfile

import pytest

from .conftest import PACKAGE
from .test_quickstart import block

CLEAN = {k: v for k, v in os.environ.items() if k not in ("SLO_LIBRARY", "PYTHONPATH")}


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, env=CLEAN, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from an sdist that lies where no checkout is."""
    where = tmp_path_factory.mktemp("dist")
    run(sys.executable, "setup.py", "-q", "sdist", "-d", str(where), cwd=PACKAGE)
    sdist = next(where.glob("*.tar.gz"))
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
        archive.extractall(where / "unpacked")
    assert any(name.endswith("/c/src/base/status.c") for name in names)
    assert any(name.endswith("/LICENSE") for name in names)
    source = next((where / "unpacked").iterdir())
    CLEAN["CFLAGS"] = "-O0"
    options = ["--no-build-isolation", "--no-deps", "--no-index", "-q", "-w", str(where)]
    run(sys.executable, "-m", "pip", "wheel", *options, str(source), cwd=where)
    return next(where.glob("*.whl"))


def test_wheel(wheel):
    python, abi, platform = wheel.stem.split("-")[-3:]
    assert (python, abi) == ("py3", "none")
    assert platform != "any"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        tags = archive.read(next(n for n in names if n.endswith("/WHEEL"))).decode()
    assert "Root-Is-Purelib: false" in tags
    assert "slo/py.typed" in names
    inside = {pathlib.PurePath(name).name for name in names if name.startswith("slo/")}
    there = {path.name for path in (PACKAGE / "slo").glob("*.py")}
    assert there < inside
    assert inside - there <= {"py.typed", "libslo.so", "libslo.dylib"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads ELF")
def test_it_needs_libc_and_libm_only(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        library = archive.extract("slo/libslo.so", tmp_path)
    said = run("readelf", "-d", library, cwd=tmp_path)
    needed = [line.split("[")[1].split("]")[0] for line in said.splitlines() if "NEEDED" in line]
    assert all(name.startswith(("libc.", "libm.", "ld-linux")) for name in needed), needed


def test_installed_in_a_fresh_environment(wheel, tmp_path):
    run(sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv"), cwd=tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    target = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))", cwd=tmp_path
    ).strip()  # fmt: skip
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    (tmp_path / "q.py").write_text(block())
    assert run(python, "q.py", cwd=tmp_path) == "your budget is at 63 %, nothing to do\n"
    where = run(python, "-c", "import slo; print(slo._ffi.PATH)", cwd=tmp_path).strip()
    assert os.path.realpath(where).startswith(os.path.realpath(target))


def test_finding_the_library(tmp_path):
    """Beside the module, then SLO_LIBRARY, then the system's, else an error that says so."""
    from slo import _find

    copy = tmp_path / "slo" / "_find.py"
    copy.parent.mkdir()
    copy.write_text(pathlib.Path(_find.__file__).read_text())
    code = "import _find; print(_find.find())"

    def find(**env):
        return subprocess.run(
            [sys.executable, "-c", code], cwd=copy.parent, env={**CLEAN, **env},
            capture_output=True, text=True,
        )  # fmt: skip

    assert find(SLO_LIBRARY="/some/where.so").stdout == "/some/where.so\n"
    missing = find()
    if missing.returncode:
        assert "SLO_LIBRARY is not set" in missing.stderr
    name = "libslo.dylib" if sys.platform == "darwin" else "libslo.so"
    (copy.parent / name).touch()
    assert find(SLO_LIBRARY="/some/where.so").stdout.strip().endswith("slo/" + name)
