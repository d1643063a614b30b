"""What is installed works where it is, and goes away again; what the README shows works too."""

import os
import pathlib
import re
import shlex
import subprocess

import pytest
from conftest import BUILD, ROOT

pytestmark = pytest.mark.skipif(
    any(name in str(BUILD) for name in ("asan", "tsan")),
    reason="a program linked without a sanitizer cannot use a library with one",
)

CC = shlex.split(os.environ.get("CC") or "cc")
QUICKSTART = ROOT / "docs" / "examples" / "quickstart.c"
PROGRAM = r"""
#include <slo.h>
#include <stdio.h>
int main(void) {
  slo_counts counts = {999, 1, 0};
  uint64_t burn_ppm;
  if (slo_burn_eval(&counts, 999000000, &burn_ppm) != SLO_OK) return 1;
  printf("%d %s\n", (int)burn_ppm, slo_version_string());
  return slo_version() / 1000 != SLO_VERSION_MAJOR * 1000 + SLO_VERSION_MINOR;
}
"""
VERSION = re.search(
    r'SLO_VERSION_STRING "(.*)"', (ROOT / "include" / "slo" / "version.h").read_text()
)[1]


def environment(**more):
    """Without the make that may be running us, and the system's libslo."""
    drop = ("MAKE", "MFLAGS", "DESTDIR", "PREFIX", "PKG_CONFIG", "LD_LIBRARY_PATH")
    return {**{k: v for k, v in os.environ.items() if not k.startswith(drop)}, **more}


def call(*command, **more):
    done = subprocess.run(
        [str(x) for x in command], cwd=ROOT, capture_output=True, text=True, env=environment(**more)
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def make(goal, **variables):
    """With the build under test: nothing is compiled anew."""
    return call("make", f"BUILD={BUILD}", *(f"{k}={v}" for k, v in variables.items()), goal)


def files(root):
    return sorted(str(x.relative_to(root)) for x in root.rglob("*") if not x.is_dir())


def directories(root):
    return sorted(str(x.relative_to(root)) for x in root.rglob("*") if x.is_dir())


def wanted_files(lib="lib", include="include"):
    headers = ["slo.h"] + [f"slo/{x.name}" for x in (ROOT / "include" / "slo").glob("*.h")]
    libraries = ["libslo.a", "libslo.so", "libslo.so.0", f"libslo.so.{VERSION}", "pkgconfig/slo.pc"]
    return sorted([f"{include}/{x}" for x in headers] + [f"{lib}/{x}" for x in libraries])


def flags(prefix, *options, lib="lib", **more):
    more.setdefault("PKG_CONFIG_PATH", str(prefix / lib / "pkgconfig"))
    return shlex.split(call("pkg-config", *options, "slo", **more))


@pytest.fixture
def prefix(tmp_path):
    prefix = tmp_path / "prefix"
    make("install", PREFIX=prefix)
    return prefix


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "program.c"
    path.write_text(PROGRAM)
    return path


def test_what_is_installed(prefix):
    assert files(prefix) == wanted_files()
    for header in ("slo.h", "slo/burn.h"):
        assert (prefix / "include" / header).read_bytes() == (
            ROOT / "include" / header
        ).read_bytes()
    lib = prefix / "lib"
    assert os.readlink(lib / "libslo.so") == "libslo.so.0"
    assert os.readlink(lib / "libslo.so.0") == f"libslo.so.{VERSION}"
    for name, mode in (("libslo.a", 0o644), (f"libslo.so.{VERSION}", 0o755)):
        assert (lib / name).stat().st_mode & 0o777 == mode
    # again over itself: the same
    make("install", PREFIX=prefix)
    assert files(prefix) == wanted_files()


def test_soname(prefix):
    dynamic = call("readelf", "-d", prefix / "lib" / f"libslo.so.{VERSION}", LC_ALL="C")
    assert re.findall(r"soname: \[(.*)\]", dynamic) == ["libslo.so.0"]
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", dynamic))
    assert all(name.startswith(("libc.", "libm.", "ld-")) for name in needed), needed


def test_pkg_config(prefix):
    assert flags(prefix, "--modversion") == [VERSION]
    assert flags(prefix, "--variable=prefix") == [str(prefix)]
    assert flags(prefix, "--cflags") == [f"-I{prefix}/include"]
    assert flags(prefix, "--libs") == [f"-L{prefix}/lib", "-lslo"]
    assert "-lm" in flags(prefix, "--libs", "--static")
    text = (prefix / "lib" / "pkgconfig" / "slo.pc").read_text()
    assert "@" not in text  # every placeholder is filled


def test_shared(prefix, program, tmp_path):
    binary = tmp_path / "shared"
    call(*CC, program, "-o", binary, *flags(prefix, "--cflags", "--libs"))
    assert "libslo.so.0" in call("readelf", "-d", binary, LC_ALL="C")
    output = call(binary, LD_LIBRARY_PATH=str(prefix / "lib"))
    assert output == f"1000000 {VERSION}\n"
    # it runs with exactly that file, and with nothing else
    (prefix / "lib" / "libslo.so").unlink()
    (prefix / "lib" / "libslo.a").unlink()
    assert call(binary, LD_LIBRARY_PATH=str(prefix / "lib")) == output
    (prefix / "lib" / "libslo.so.0").unlink()
    lost = subprocess.run(
        [binary], env=environment(LD_LIBRARY_PATH=str(prefix / "lib")), capture_output=True
    )
    assert lost.returncode != 0


def test_static(prefix, program, tmp_path):
    binary = tmp_path / "static"
    libraries = flags(prefix, "--libs", "--static")
    archive = [str(prefix / "lib" / "libslo.a") if x == "-lslo" else x for x in libraries]
    call(*CC, *flags(prefix, "--cflags"), program, "-o", binary, *archive)
    assert "libslo" not in call("readelf", "-d", binary, LC_ALL="C")
    make("uninstall", PREFIX=prefix)  # it needs nothing of it any more
    assert call(binary) == f"1000000 {VERSION}\n"


def test_static_when_there_is_only_the_archive(prefix, program, tmp_path):
    for shared in (prefix / "lib").glob("libslo.so*"):
        shared.unlink()
    binary = tmp_path / "archive"
    call(*CC, program, "-o", binary, *flags(prefix, "--cflags", "--libs", "--static"))
    assert call(binary) == f"1000000 {VERSION}\n"


def test_uninstall(prefix):
    stranger = prefix / "lib" / "libother.so"
    stranger.write_text("somebody else's")
    make("uninstall", PREFIX=prefix)
    assert files(prefix) == ["lib/libother.so"]
    assert directories(prefix) == ["include", "lib"]
    make("uninstall", PREFIX=prefix)  # nothing there: no error


def test_uninstall_leaves_what_others_put_into_our_directories(prefix):
    others = [prefix / "lib" / "pkgconfig" / "other.pc", prefix / "include" / "slo" / "other.h"]
    for path in others:
        path.write_text("somebody else's")
    make("uninstall", PREFIX=prefix)
    assert files(prefix) == sorted(str(x.relative_to(prefix)) for x in others)


def test_destdir(program, tmp_path):
    """A package is built in DESTDIR and says nothing of it."""
    root = tmp_path / "root"
    where = {"PREFIX": "/opt/slo", "LIBDIR": "/opt/slo/lib64", "INCDIR": "/opt/slo/inc"}
    make("install", DESTDIR=root, **where)
    prefix = root / "opt" / "slo"
    assert files(root) == [f"opt/slo/{x}" for x in wanted_files(lib="lib64", include="inc")]
    text = (prefix / "lib64" / "pkgconfig" / "slo.pc").read_text()
    assert str(tmp_path) not in text and "prefix=/opt/slo\n" in text
    sysroot = {"PKG_CONFIG_SYSROOT_DIR": str(root)}
    binary = tmp_path / "program"
    options = flags(prefix, "--cflags", "--libs", lib="lib64", **sysroot)
    call(*CC, program, "-o", binary, *options)
    assert call(binary, LD_LIBRARY_PATH=str(prefix / "lib64")) == f"1000000 {VERSION}\n"
    make("uninstall", DESTDIR=root, **where)
    assert files(root) == []
    assert directories(prefix) == ["inc", "lib64"]


def test_as_cpp(prefix, program, tmp_path):
    """From C++ too, by the installed headers."""
    cxx = shlex.split(os.environ.get("CXX") or "c++")
    binary = tmp_path / "cpp"
    options = flags(prefix, "--cflags", "--libs")
    call(*cxx, "-x", "c++", program, "-x", "none", "-o", binary, *options)
    assert call(binary, LD_LIBRARY_PATH=str(prefix / "lib")) == f"1000000 {VERSION}\n"


# ---- the README ----


def readme_programs():
    readme = ROOT / "README.md"
    assert readme.is_file(), "there is no README.md"
    blocks = re.findall(r"^```c\n(.*?)^```$", readme.read_text(), re.DOTALL | re.MULTILINE)
    return [block for block in blocks if "main(" in block]


def test_readme_is_the_quickstart():
    programs = readme_programs()
    assert programs, "the README shows no whole program"
    for program in programs:
        assert program == QUICKSTART.read_text()


def test_readme_program_runs(prefix, tmp_path):
    """As somebody would who copies it and the command line below it."""
    source = tmp_path / "service.c"
    for program in readme_programs():
        source.write_text(program)
        binary = tmp_path / "service"
        options = flags(prefix, "--cflags", "--libs")
        call(*CC, "-Wall", "-Wextra", "-Werror", source, "-o", binary, *options)
        output = call(binary, LD_LIBRARY_PATH=str(prefix / "lib"))
        # 37 bad of 100,000 at 99.9 %
        assert output == "your budget is at 63 %, nothing to do\n"


# ---- the ABI test is complete ----


def test_every_public_struct_and_constant_is_in_test_abi():
    tested = (ROOT / "tests" / "test_abi.c").read_text()
    headers = "\n".join(x.read_text() for x in (ROOT / "include" / "slo").glob("*.h"))
    headers = re.sub(r"/\*.*?\*/", "", headers, flags=re.DOTALL)
    structs = re.findall(r"^typedef struct (slo_\w+) \{", headers, re.MULTILINE)
    assert len(structs) > 20
    assert [x for x in structs if f"STRUCT({x}," not in tested] == []
    enums = re.findall(r"^enum \{(.*?)\}", headers, re.MULTILINE | re.DOTALL)
    constants = [x for body in enums for x in re.findall(r"\bSLO_\w+", body)]
    tables = ("SLO_STATUS_", "SLO_LINT_MAP", "SLO_LINT_ENUM")
    constants = [x for x in constants if not x.startswith(tables)]
    assert len(constants) > 20
    assert [x for x in constants if f"{{{x}, " not in tested] == []
    macros = re.findall(r"^#define (SLO_\w+) +\S", headers, re.MULTILINE)
    macros = [
        x for x in macros if not x.endswith("_H") and x not in ("SLO_API", "SLO_BEGIN", "SLO_END")
    ]
    assert len(macros) > 20
    assert [x for x in macros if not re.search(rf"\b{x}\b", tested)] == []


def test_paths_are_real():
    """The build under test is there: nothing above is vacuous."""
    for name in ("libslo.a", f"libslo.so.{VERSION}"):
        assert (pathlib.Path(BUILD) / name).is_file()
