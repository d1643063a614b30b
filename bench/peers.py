"""How do others record? Their programs and ours take turns; what counts are the ratios.

Builds a program for each peer whose tools are installed (cargo, go, python3 with venv), through
its own package manager, in BUILD/bench/peers; says which versions it got. Our own line is the
histogram of bench_record with sum and one threshold.
"""

import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

ROUNDS = 5
here = pathlib.Path(__file__).resolve().parent
build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
work = build / "bench" / "peers"


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()[-300:]}")
    return done.stdout


def rust():
    """(what, command) or why not."""
    if not shutil.which("cargo"):
        return "cargo is not installed"
    run("cargo", "build", "-q", "--release", cwd=work / "rust")
    lock = (work / "rust" / "Cargo.lock").read_text()
    version = re.search(r'name = "hdrhistogram"\nversion = "(.*?)"', lock)[1]
    return f"hdrhistogram {version}, {run('rustc', '--version').strip()}", [
        str(work / "rust/target/release/peer")
    ]


def go():
    if not shutil.which("go"):
        return "go is not installed"
    ours = f"github.com/libslo/libslo/bindings/go={here.parent / 'bindings/go'}"
    run("go", "mod", "edit", "-replace", ours, cwd=work / "go")
    run("go", "mod", "tidy", cwd=work / "go")
    run("go", "build", "-o", "peer", ".", cwd=work / "go")
    listed = run("go", "list", "-m", "all", cwd=work / "go")
    wanted = [x for x in listed.splitlines() if re.search("client_golang |/otel/sdk/metric ", x)]
    return f"{', '.join(wanted)}, {run('go', 'version').strip()}", [str(work / "go" / "peer")]


def python():
    venv = work / "venv"
    if not (venv / "bin" / "python").exists():
        run(sys.executable, "-m", "venv", str(venv))
        run(str(venv / "bin/python"), "-m", "pip", "-q", "install", "prometheus_client")
    version = run(str(venv / "bin/python"), "-m", "pip", "show", "prometheus_client")
    version = re.search(r"Version: (.*)", version)[1]
    return f"prometheus_client {version}, Python {sys.version.split()[0]}", [
        str(venv / "bin/python"), str(here / "peers" / "peer.py"),
    ]  # fmt: skip


def ours():
    return "libslo", [str(build / "bench" / "ours")]


work.mkdir(parents=True, exist_ok=True)
for part in ("rust", "go"):
    shutil.copytree(here / "peers" / part, work / part, dirs_exist_ok=True)

programs = []
for make in (ours, rust, go, python):
    try:
        made = make()
    except (RuntimeError, OSError) as error:
        made = str(error)
    if isinstance(made, str):
        print(f"left out: {made}")
    else:
        programs.append(made)
        print(f"with: {made[0]}")

figures = {}
for _ in range(ROUNDS):
    for _, command in programs:
        for line in run(*command).splitlines():
            name, threads, ns = line.split("\t")
            figures.setdefault((name, int(threads)), []).append(float(ns))

base = statistics.median(next(iter(figures.values())))
print(f"\n  {'':56} {'threads':>7} {'median ns':>10} {'ratio':>9}")
cases = []
for (name, threads), ns in figures.items():
    median = statistics.median(ns)
    print(f"  {name:56} {threads:7} {median:10.1f} {median / base:8.1f}x")
    cases.append({"name": name, "threads": threads, "median_ns": median, "ratio": median / base})
(build / "bench" / "peers.json").write_text(json.dumps({"bench": "peers", "cases": cases}))
