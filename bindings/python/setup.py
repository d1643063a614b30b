"""Builds the C library and bundles it beside the modules: the wheel is py3-none-<platform>.

The C sources lie in the checkout (../../src, ../../include), or, in an sdist, in c/. CC and CFLAGS
are honoured. The wheel needs libc and libm only.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # before setuptools 70.1
    from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent
C = HERE / "c" if (HERE / "c").is_dir() else HERE.parents[1]


def version():
    text = (C / "include/slo/version.h").read_text()
    return re.search(r'SLO_VERSION_STRING "(.*)"', text)[1]


def compile_library(target):
    """As the Makefile links it, in one go."""
    cc = os.environ.get("CC", "cc").split()
    flags = os.environ.get("CFLAGS", "-O2").split()
    sources = sorted(str(path) for path in (C / "src").glob("*/*.c"))
    if sys.platform == "darwin":
        link = ["-dynamiclib", "-install_name", "@rpath/libslo.dylib"]
    else:
        link = ["-shared", f"-Wl,--version-script={C / 'src/libslo.map'}", "-Wl,-z,defs"]
        link += ["-Wl,-soname,libslo.so.0"]
    command = [*cc, "-std=c11", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", *flags]
    command += [f"-I{C / 'include'}", f"-I{C / 'src'}", *link, *sources, "-lm", "-o", str(target)]
    print(" ".join(command[:8]), "...", target)
    subprocess.run(command, check=True)


class BuildWithLibrary(build_py):
    """Puts libslo beside the modules."""

    editable_mode = False

    def run(self):
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)  # of an earlier version
        super().run()
        name = "libslo.dylib" if sys.platform == "darwin" else "libslo.so"
        place = HERE if self.editable_mode else pathlib.Path(self.build_lib)
        (place / "slo").mkdir(parents=True, exist_ok=True)
        compile_library(place / "slo" / name)


class SourcesWithC(sdist):
    """Takes the C sources along, as c/."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        for part in ("include", "src"):
            shutil.copytree(C / part, pathlib.Path(base_dir) / "c" / part, dirs_exist_ok=True)
        for name in ("LICENSE", "bindings/python/LICENSE"):
            if (C / name).exists():
                shutil.copy(C / name, pathlib.Path(base_dir) / "LICENSE")


class PlatformWheel(bdist_wheel):
    """For this platform, and for every Python 3: ctypes needs no ABI."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class PlatformDistribution(Distribution):
    """Has a library in it."""

    def has_ext_modules(self):
        return True


# what is made on the way stays out of the checkout's sources
SCRATCH = HERE if HERE.parents[1] != C else C / "build/python"
SCRATCH.mkdir(parents=True, exist_ok=True)

setup(
    options={
        "build": {"build_base": str(SCRATCH / "build")},
        "egg_info": {"egg_base": str(SCRATCH)},
    },
    version=version(),
    cmdclass={"build_py": BuildWithLibrary, "sdist": SourcesWithC, "bdist_wheel": PlatformWheel},
    distclass=PlatformDistribution,
)
